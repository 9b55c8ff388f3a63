"""Delete each part in a copy of the course, then all of them, and test what is left.

python -m tools.parts             the core's tests in each copy, and the help of what is left
python -m tools.parts all         the tests of the other parts as well: twenty minutes for each copy
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.lesson import ROOT

PARTS = ("teach", "web", "zh")
HIDDEN = shutil.ignore_patterns(".git", ".venv", "build", "term", "__pycache__", ".hypothesis", ".ruff_cache")


def left_without(gone: tuple[str, ...], target: str) -> None:
    """Raises CalledProcessError where `make` of the target is red in a copy without these parts."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(ROOT, Path(folder) / "course", ignore=HIDDEN)
        (copy / ".venv").symlink_to(ROOT / ".venv")
        for part in gone:
            shutil.rmtree(copy / part)
        print(f"Without {', '.join(gone)}: make {target}", flush=True)
        told = subprocess.check_output(["make", "help"], cwd=copy, text=True)
        assert not [part for part in gone if f"the part {part}" in told], told
        subprocess.run(["make", "--no-print-directory", target], cwd=copy, check=True)


if __name__ == "__main__":
    target = "test-all" if "all" in sys.argv[1:] else "test"
    here = tuple(part for part in PARTS if (ROOT / part).is_dir())
    for gone in dict.fromkeys([*((part,) for part in here), here]):
        left_without(gone, target)
