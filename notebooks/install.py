"""Installs what a lesson needs and this Python lacks. Each first cell runs it."""

import gettext
import importlib
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

# As torchnlp.say, which needs what is installed here.
catalogue = Path(__file__).resolve().parents[1] / os.environ.get("TORCHNLP_LANGUAGE", "") / "messages.mo"
say = gettext.GNUTranslations(catalogue.open("rb")).gettext if catalogue.is_file() else str


def is_missing(line: str) -> bool:
    """Raises RuntimeError for a package in a version that does not fit: this Python may have loaded it already."""
    needed = Requirement(line)
    try:
        there = version(needed.name)
    except PackageNotFoundError:
        return True
    if not needed.specifier.contains(there, prereleases=True):
        lowest = min(Version(bound.version) for bound in needed.specifier)
        state = say("is too old") if Version(there) < lowest else say("is too new")
        remedy = say(
            'the course needs {line}. In a terminal: "{python}" -m pip install --upgrade "{line}". Then restart the '
            "kernel. Where pip finds no such version (a Mac with an Intel processor, Windows on ARM), take Colab."
        )
        raise RuntimeError(f"{needed.name} {there} {state}: {remedy.format(line=line, python=sys.executable)}")
    return False


requirements = Path(__file__).resolve().parents[1] / "requirements.txt"
listed = requirements.read_text(encoding="utf-8").split("\n\n")[0].splitlines()
missing = [line for line in listed if not line.startswith("#") and is_missing(line)]
if missing:
    install = [sys.executable, "-m", "pip", "install", "--quiet", *missing]
    if subprocess.run(install).returncode != 0:
        failed = say("{packages} could not be installed. Is there a network? Then run this cell again.")
        raise RuntimeError(failed.format(packages=", ".join(missing)))
    importlib.invalidate_caches()
print(say("Ready."))
