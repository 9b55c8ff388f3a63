"""nbgrader's autograde over all submissions of a lesson, on the small corpus, two at a time, each within its limits.

What was graded and has not changed is passed over, so a run that was stopped goes on where it stood; what a person gave
is kept. One that fails costs the others nothing, and is named with the reason.
"""

import contextlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import OURS
from tools.teaching.term import configuration

MINUTES = 15  # for a notebook
MEMORY = 8 * 2**30  # bytes of address space, for nbgrader and for the kernel each
DISK = 2**28  # bytes of one file
ENVIRONMENT = {"TORCHNLP_GRADING": "1", "TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
ENVIRONMENT["PIP_PYTHON"] = "none"  # pip refuses to work: no submission installs or removes a package here


def limits() -> None:
    """Before the program starts, and so for the kernel that it starts. Windows and macOS have no such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))


def autograde(term: Path, lesson: str, student: str, *more: str) -> str:
    """Grade one submission; returns what went wrong, or nothing."""
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson, f"--student={student}", "--force", *more]
    settings = {"cwd": term, "env": os.environ | ENVIRONMENT, "timeout": 60 * MINUTES, "stdin": subprocess.DEVNULL}
    settings |= {"preexec_fn": limits} if os.name == "posix" else {}
    log = term / "logs" / f"{lesson}-{student}.txt"
    log.parent.mkdir(exist_ok=True)
    with open(log, "w", encoding="utf-8") as file:
        try:
            done = subprocess.run(command, stdout=file, stderr=file, **settings)
        except subprocess.TimeoutExpired:  # the kernel sees that it is alone, and ends
            return f"stopped after {MINUTES} minutes"
    return "" if done.returncode == 0 else f"not graded: {log.relative_to(term)} says why"


def explain(term: Path, lesson: str, student: str) -> tuple[str, list[str]]:
    """What came out of a submission; and the answers in it that were tried and are not right."""
    path = term / "autograded" / student / lesson / LESSONS[lesson[-1]].name
    wrong, stopped = [], []
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        marks = cell.metadata.get("nbgrader", {})
        for error in [output for output in cell.outputs if output.output_type == "error"][-1:]:
            if marks.get("grade"):
                unanswered = any(words in error.evalue for words in ("returns nothing", "None so far"))
                wrong += [] if unanswered else [f"{cell.source.splitlines()[0]}: {error.evalue[:150]}"]
            elif marks.get("solution") or not OURS.fullmatch(cell.id):
                # Cells of ours that are no answers fail where an answer is missing: they are not to blame.
                stopped.append(f"Code cell {number} stopped with {error.ename}: {error.evalue[:200]}")
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        points = f"{submission.score:g} of {submission.max_score:g} points before words are read"
    return "\n    ".join([points, *wrong, *stopped]), wrong


def graded(term: Path, lesson: str, student: str) -> str:
    """Run what the checks need. Only after a run of the whole notebook an answer counts as wrong."""
    told = autograde(term, lesson, student)
    if not told and explain(term, lesson, student)[1]:
        told = autograde(term, lesson, student, "--Execute.skip_cells_with_tag=none")
    return told or explain(term, lesson, student)[0]


def grade(term: Path, lesson: str) -> None:
    """Grade the submissions that are new, or have changed since they were graded, and print what comes out."""
    everybody = {path.parts[-3]: path for path in sorted(term.glob(f"submitted/*/{lesson}/*.ipynb"))}
    done = {path.parts[-3]: path.stat().st_mtime for path in term.glob(f"autograded/*/{lesson}/*.ipynb")}
    students = [who for who, path in everybody.items() if done.get(who, 0) < path.stat().st_mtime]
    print(f"{lesson}: {len(students)} of {len(everybody)} submissions are new or have changed.", flush=True)
    with ThreadPoolExecutor(2) as pool:
        for n, told in enumerate(pool.map(lambda student: graded(term, lesson, student), students)):
            print(f"{n + 1} of {len(students)}: {students[n]}: {told}", flush=True)


def main() -> None:
    wanted, term = [*sys.argv[1:], "term"][:2]
    term = Path(term).resolve()
    numbers = [n for n in LESSONS if wanted in (n, "all") and list(term.glob(f"submitted/*/lesson{n}/*.ipynb"))]
    if not numbers:
        sys.exit(f"{term} has no submissions of lesson {wanted}: run make collect first.")
    configuration(term)
    for number in numbers:
        grade(term, f"lesson{number}")


if __name__ == "__main__":
    main()
