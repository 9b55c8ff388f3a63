"""Installs what a lesson needs and this Python lacks. Each first cell runs it."""

import importlib.util
import subprocess
import sys

NEEDED = {  # what is imported, and what pip calls it
    "torch": "torch",
    "torchtext": "torchtext==0.6.0",
    "torchinfo": "torchinfo",
    "matplotlib": "matplotlib",
    "sklearn": "scikit-learn",
    "pooch": "pooch",
}

missing = [NEEDED[name] for name in NEEDED if importlib.util.find_spec(name) is None]
if missing:
    install = [sys.executable, "-m", "pip", "install", "--quiet", *missing]
    if subprocess.run(install).returncode != 0:
        advice = "Is there a network? Then run this cell again."
        raise RuntimeError(f"{', '.join(missing)} could not be installed. {advice}")
    importlib.invalidate_caches()
print("Ready.")
