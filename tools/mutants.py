"""Do the unit tests notice a mistake that nobody chose?

    python tools/mutants.py 200 [--seed 0]

Makes that many small changes of torchnlp.py, one at a time, each in a copy of the course and at another place. They are
drawn from those that cosmic-ray makes: a 1 becomes a 2, a < a >=, a + a -, a condition its contrary, a loop runs over
nothing, ... The copy's tests of the module run until the first one fails, those of the same part of it first. A run
that has not ended after ten minutes is stopped and counts as caught: nobody overlooks tests that hang.

200 take an hour or two. Not every survivor matters: look at each. (tests/faults.py asks the same of the lessons.)
"""

import argparse
import collections
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT = 600  # seconds
MODULE_TESTS = [  # not those of the notebooks and of what is made of them
    "data", "text", "batches", "training", "gates", "looking",
    "saving", "vectors", "speed", "long_use", "ancestor", "bad_input",
]  # fmt: skip


def random_changes(count: int, seed: int) -> list[tuple[str, str, str]]:
    """(the tests to run first, what changes, all of torchnlp.py with this change) of each."""
    sys.path.append(str(ROOT / "build" / "cosmic-ray"))  # where `make mutate` puts it
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    text = (ROOT / "torchnlp.py").read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(text)))
    possible = collections.defaultdict(list)  # (line, column) -> what can be done there
    for operator in map(get_operator, operator_names()):
        # Not the operators that want to be told a name, and not the | of type hints, which no Python evaluates here.
        if not operator.arguments() and "BitOr_" not in operator.__name__:
            places = [start for node in nodes for start, _ in operator().mutation_positions(node)]
            for i, place in enumerate(places):
                possible[place].append((operator(), i))
    draw, changes = random.Random(seed), []
    for line, column in draw.sample(sorted(possible), len(possible)):
        try:
            new = mutate_code(text, *draw.choice(possible[line, column]))
            compile(new, "", "exec")
        except (SyntaxError, AttributeError):  # it stumbles over some places
            continue
        part = re.findall(r"^# -+ (\w+)$", "\n".join(text.splitlines()[:line]), re.M)[-1:] or ["training"]
        was, becomes = (code.splitlines()[line - 1].strip() for code in (text, new))
        changes.append((f"tests/test_{part[0]}.py", f"line {line}: {was} -> {becomes}", new))
        if len(changes) == count:
            break
    return changes


def first_failure(first: str = "", code: str = "") -> str | None:
    """Copy the course, put this code in place of torchnlp.py, run the tests: what fails first, or None."""
    tests = sorted((f"tests/test_{name}.py" for name in MODULE_TESTS), key=lambda test: test != first)
    settings = {**os.environ, "TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        not_needed = shutil.ignore_patterns(".git", ".venv", ".hypothesis", "__pycache__", "build")
        shutil.copytree(ROOT, course, ignore=not_needed)
        if code:
            (course / "torchnlp.py").write_text(code, encoding="utf-8")
        run = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", *tests], cwd=course, env=settings,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            output, _ = run.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            return "the time limit"
    if run.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) (\S+?::.*?)(?: - .*)?$", output, flags=re.M)
    return failed[1] if failed else f"no test ran: {output[-300:]}"  # such as a module that can't be imported


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how many changes")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    options = parser.parse_args()

    changes = random_changes(options.count, options.seed)
    if failed := first_failure():
        print(f"Without a change {failed} fails already: repair that first.")
        return 1
    print(f"Without a change all tests pass. Now {len(changes)} changes:", flush=True)

    caught = 0
    for first, what, code in changes:
        test = first_failure(first, code)
        caught += bool(test)
        print(f"caught: {what} | {test}" if test else f"SURVIVED: {what}", flush=True)
    print(f"{caught} of {len(changes)} changes caught, {len(changes) - caught} survived.")
    return int(caught < len(changes))


if __name__ == "__main__":
    sys.exit(main())
