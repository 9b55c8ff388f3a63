"""Writes constraints.txt beside this file: the exact versions that our requirements get today. See `make lock`."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = """\
# Made by `make lock` with Python {python}: all that requirements.txt and those of tests/,
# tools/ and site/ install, in the versions that were tested.
# CI installs with it, so that two runs on two days test the same. People need it only when a newer version
# breaks something: pip install -r requirements.txt -c .ci/constraints.txt
# A version without a suffix fits each build of it: torch with CUDA as well as torch+cpu.
"""

# A dry run finds the versions as an installation would, but downloads next to nothing.
plan = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
for folder in ("", "tests", "tools", "tools/teaching", "site"):
    plan += ["-r", HERE.parent / folder / "requirements.txt"]
report = subprocess.run(plan, stdout=subprocess.PIPE, check=True).stdout
packages = [package["metadata"] for package in json.loads(report)["install"]]
lines = sorted(f"{package['name'].lower()}=={package['version'].split('+')[0]}\n" for package in packages)
python = ".".join(map(str, sys.version_info[:2]))
(HERE / "constraints.txt").write_text(HEADER.format(python=python) + "".join(lines), "utf-8")
print(f".ci/constraints.txt: {len(lines)} packages")
