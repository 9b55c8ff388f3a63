"""Installs what a lesson needs and this Python lacks. Each first cell runs it."""

import importlib
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def is_missing(requirement: str) -> bool:
    try:
        version(re.match(r"[\w-]+", requirement)[0])
    except PackageNotFoundError:
        return True
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
