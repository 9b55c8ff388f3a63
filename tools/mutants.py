"""Do the unit tests notice a mistake that nobody chose?

    python tools/mutants.py 200 [--seed 0]

Draws that many of the small changes of torchnlp.py that cosmic-ray can make, each at another place. It makes one at a
time, in a copy of the course (build/mutants), and runs the tests of the module until the first one fails. A run that
has not ended after ten minutes counts as caught: nobody overlooks tests that hang. 200 take some hours.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY, COURSE = ROOT / "build" / "cosmic-ray", ROOT / "build" / "mutants"  # `make mutate` installs the library there
FILES = "text batches training gates looking saving vectors speed long_use ancestor data bad_input"  # quick first
CONFIG = f"""
[cosmic-ray]
module-path = "torchnlp.py"
timeout = 600.0
test-command = "{sys.executable} -m pytest -x -q {" ".join(f"tests/test_{name}.py" for name in FILES.split())}"
distributor.name = "local"
"""


def cosmic_ray(module: str, *arguments) -> None:
    settings = os.environ | {"TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(LIBRARY)}
    subprocess.run([sys.executable, "-m", f"cosmic_ray.{module}", *arguments], cwd=COURSE, env=settings, check=True)


def draw(count: int, seed: int) -> None:
    """Keep so many of the changes in the session, each at another place."""
    sys.path.append(str(LIBRARY))
    from cosmic_ray.work_db import use_db

    with use_db(COURSE / "session") as session:
        changes = {}
        for item in session.pending_work_items:
            (change,) = item.mutations
            if "BitOr" not in change.operator_name:  # the | of type hints, which no Python evaluates here
                changes[change.start_pos, change.operator_name, change.occurrence] = item
        order = random.Random(seed).sample(sorted(changes), len(changes))
        places = {key[0]: changes[key] for key in order}
        session.clear()
        session.add_work_items(list(places.values())[:count])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many changes")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    options = parser.parse_args()
    shutil.rmtree(COURSE, ignore_errors=True)
    shutil.copytree(ROOT, COURSE, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "build"))
    (COURSE / "mutants.toml").write_text(CONFIG, encoding="utf-8")
    cosmic_ray("cli", "init", "mutants.toml", "session")
    draw(options.count, options.seed)
    cosmic_ray("cli", "baseline", "mutants.toml")  # without a change all tests pass
    cosmic_ray("cli", "--verbosity", "INFO", "exec", "mutants.toml", "session")
    cosmic_ray("tools.report", "--surviving-only", "--show-diff", "session")


if __name__ == "__main__":
    main()
