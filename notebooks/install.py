"""Installs what a lesson needs and this Python lacks. Each first cell runs it."""

import importlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version


def is_missing(line: str) -> bool:
    """Raises RuntimeError for a package in a version that does not fit: this Python may have loaded it already."""
    needed = Requirement(line)
    try:
        there = version(needed.name)
    except PackageNotFoundError:
        return True
    if not needed.specifier.contains(there, prereleases=True):
        lowest = min(Version(bound.version) for bound in needed.specifier)
        state = "old" if Version(there) < lowest else "new"
        remedy = f'"{sys.executable}" -m pip install --upgrade "{line}"'
        raise RuntimeError(
            f"{needed.name} {there} is too {state}: the course needs {line}. In a terminal: {remedy}. Then restart the "
            "kernel. Where pip finds no such version (a Mac with an Intel processor, Windows on ARM), take Colab."
        )
    return False


requirements = Path(__file__).resolve().parents[1] / "requirements.txt"
listed = requirements.read_text(encoding="utf-8").split("\n\n")[0].splitlines()
missing = [line for line in listed if not line.startswith("#") and is_missing(line)]
if missing:
    install = [sys.executable, "-m", "pip", "install", "--quiet", *missing]
    if subprocess.run(install).returncode != 0:
        advice = "Is there a network? Then run this cell again."
        raise RuntimeError(f"{', '.join(missing)} could not be installed. {advice}")
    importlib.invalidate_caches()
print("Ready.")
