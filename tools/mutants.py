"""Do the tests notice a mistake? This plants faults, one at a time, and waits for a test to fail.

    python tools/mutants.py [--jobs 2] [words of a fault's sentence]
    python tools/mutants.py --random 200 [--seed 0]

Each fault of faults.txt is put into a copy of the course: into torchnlp.py, or into a lesson's own code, where the
lesson is its test. The copy's tests run until the first one fails: those of the file named above the fault, then the
other unit tests, then the notebooks. So a fault that survives has passed everything that `make test` runs.
A run that has not ended after ten minutes is stopped and counts as caught: nobody overlooks tests that hang.
The exit status is 1 when a fault survives, or when one no longer fits the code. All of it takes about half an hour.

With --random the faults are small changes of torchnlp.py, each at another place, drawn from those that cosmic-ray
makes: a 1 becomes a 2, a < a >=, a + a -, a condition its contrary, a loop runs over nothing, ... Only the tests of the
module are run, those of the same part of it first. 200 take an hour or two. Not every survivor matters: look at each.
"""

import argparse
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT = 600  # seconds
MODULE_TESTS = [  # not those of the notebooks and of what is made of them
    "data", "text", "batches", "training", "gates", "looking",
    "saving", "vectors", "speed", "long_use", "ancestor", "bad_input",
]  # fmt: skip


def read_faults(words: str) -> list[tuple[str, str, str, str]]:
    """(where to look first, sentence, old code, new code) of each fault with these words in its sentence."""
    faults, place = [], ""
    for block in (ROOT / "tools" / "faults.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        sentence, *code = block.splitlines()
        if sentence.startswith("== "):
            place = sentence[3:]
        elif words in sentence and not sentence.startswith("#"):
            old, new = ("\n".join(line[2:] for line in code if line[0] == sign) for sign in "-+")
            faults.append((place, sentence, old, new))
    return faults


def random_faults(count: int, seed: int) -> list[tuple[str, str, str, str]]:
    """The same, drawn: code before and after are all of torchnlp.py, once as it is and once with one small change."""
    sys.path.append(str(ROOT / "build" / "cosmic-ray"))  # where `make mutate` puts it
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    text = (ROOT / "torchnlp.py").read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(text)))
    changes = collections.defaultdict(list)  # (line, column) -> what can be done there
    for operator in map(get_operator, operator_names()):
        # Not the operators that want to be told a name, and not the | of type hints, which no Python evaluates here.
        if not operator.arguments() and "BitOr_" not in operator.__name__:
            places = [start for node in nodes for start, _ in operator().mutation_positions(node)]
            for i, place in enumerate(places):
                changes[place].append((operator(), i))
    draw, faults = random.Random(seed), []
    for line, column in draw.sample(sorted(changes), len(changes)):
        try:
            new = mutate_code(text, *draw.choice(changes[line, column]))
            compile(new, "", "exec")
        except (SyntaxError, AttributeError):  # it stumbles over some places
            continue
        part = re.findall(r"^# -+ (\w+)$", "\n".join(text.splitlines()[:line]), re.M)[-1:] or ["training"]
        was, becomes = (code.splitlines()[line - 1].strip() for code in (text, new))
        faults.append((f"tests/test_{part[0]}.py", f"line {line}: {was} -> {becomes}", text, new))
        if len(faults) == count:
            break
    return faults


def plant(course: Path, place: str, old: str, new: str) -> None:
    """Put the fault into the copy; the code that it replaces must be there, once."""
    file = course / "torchnlp.py"
    if place.endswith(".ipynb"):
        file, old, new = course / place, json.dumps(old)[1:-1], json.dumps(new)[1:-1]
    if not file.is_file():
        raise ValueError(f"{file.name} is not there")
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file.name} has the code to replace {text.count(old)} times, not once")
    file.write_text(text.replace(old, new), encoding="utf-8")


def first_failure(course: Path, place: str, tests: list[str]) -> str | None:
    """The test that fails first, or None. The tests of place come first."""
    tests = sorted(tests, key=lambda test: test != place)
    settings = {**os.environ, "TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
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
    if not failed:  # not even an import: any test would see that
        raise ValueError(f"no test ran\n{output[-1500:]}")
    return failed[1]


def trial(tests: list[str], place: str = "", old: str = "", new: str = "") -> str | None:
    """Copy the course, plant the fault if there is one, run the tests: the one that fails first, or None."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        not_needed = shutil.ignore_patterns(".git", ".venv", ".hypothesis", "__pycache__", "build")
        shutil.copytree(ROOT, course, ignore=not_needed)
        if place:
            plant(course, place, old, new)
        return first_failure(course, place, tests)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1, help="faults tried at the same time")
    parser.add_argument("--random", type=int, metavar="N", help="so many random small changes of torchnlp.py instead")
    parser.add_argument("--seed", type=int, default=0, help="of these")
    parser.add_argument("words", nargs="?", default="", help="only faults with these words in their sentence")
    options = parser.parse_args()

    if options.random:
        faults = random_faults(options.random, options.seed)
        tests = [f"tests/test_{name}.py" for name in MODULE_TESTS]
    else:
        faults = read_faults(options.words)
        tests = [*sorted(ROOT.glob("tests/test_*.py")), *sorted(ROOT.glob("notebooks/*.ipynb"))]
        tests = [str(test.relative_to(ROOT)) for test in tests]
    if failed := trial(tests):
        print(f"Without a fault {failed} fails already: repair that first.")
        return 1
    print(f"Without a fault all tests pass. Now {len(faults)} faults:", flush=True)

    def attempt(fault: tuple[str, str, str, str]) -> str:
        place, sentence, old, new = fault
        try:
            test = trial(tests, place, old, new)
            outcome = "caught" if test else "SURVIVED"
        except ValueError as problem:  # with a random fault in it the module can't even be imported: no fault is stale
            outcome, test = "caught" if options.random else "STALE", problem
        print(f"{outcome}: {sentence}" + (f" | {test}" if test else ""), flush=True)
        return outcome

    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(attempt, faults))
    count = {outcome: outcomes.count(outcome) for outcome in ("caught", "SURVIVED", "STALE")}
    print(f"{count['caught']} of {len(faults)} faults caught, {count['SURVIVED']} survived, {count['STALE']} stale.")
    return int(count["caught"] < len(faults))


if __name__ == "__main__":
    sys.exit(main())
