"""nbgrader's autograde over all submissions of a lesson, on the small corpus, two at a time, each within its limits.

    python -m tools.teaching.grade LESSON [TERM] [--again]

What was graded before and has not changed is passed over, so a run that was stopped goes on where it stood; points and
comments that a person gave are kept. One that fails, by an endless loop or by its hunger for memory, costs the others
nothing: it is named with the reason. A right answer counts; where an error above it is to blame, its cell is named.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import OURS
from tools.teaching.term import configuration

MINUTES = 15  # for a notebook
MEMORY = 8 * 2**30  # bytes of address space, for nbgrader and for the kernel each
DISK = 2**28  # bytes of one file


def limits() -> None:
    """Before the program starts, and so for the kernel that it starts. Windows and macOS have no such limits."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
    except (ImportError, ValueError, OSError):
        pass


def autograde(term: Path, lesson: str, student: str) -> str:
    """Grade one submission; returns what went wrong, or nothing."""
    command = [sys.executable, "-m", "nbgrader", "autograde", lesson, f"--student={student}", "--force"]
    environment = os.environ | {"TORCHNLP_GRADING": "1", "TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
    start = {"cwd": term, "env": environment, "start_new_session": True}
    if os.name == "posix":
        start["preexec_fn"] = limits
    log = term / "logs" / f"{lesson}-{student}.txt"
    log.parent.mkdir(exist_ok=True)
    with open(log, "w", encoding="utf-8", errors="replace") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, **start)
        try:
            code = process.wait(60 * MINUTES)
        except subprocess.TimeoutExpired:
            kill(process)
            return f"stopped after {MINUTES} minutes"
    if code == 0:
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing was said"]
    wrong = [line for line in lines if "Error" in line]
    return f"not graded: {(wrong or lines)[-1][:150]} (more in {log.relative_to(term)})"


def kill(process: subprocess.Popen) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # its kernel sees that it is alone, and ends
    else:
        process.kill()
    process.wait()


def waiting(term: Path, lesson: str, again: bool) -> list[str]:
    """The students whose submission is new, or has changed since it was graded."""
    found = []
    for submission in sorted(term.glob(f"submitted/*/{lesson}/*.ipynb")):
        graded = term / "autograded" / submission.relative_to(term / "submitted")
        if again or not graded.is_file() or graded.stat().st_mtime < submission.stat().st_mtime:
            found.append(submission.parts[-3])
    return found


def error_above(notebook, check) -> str:
    """The first of the student's own cells above a check that stopped with an error, and the error.

    Our cells are passed over: they fail where an answer that they use is missing.
    """
    number = 0
    for cell in notebook.cells:
        if cell is check:
            return ""
        if cell.cell_type == "code":
            number += 1
            errors = [output for output in cell.outputs if output.output_type == "error"]
            marks = cell.metadata.get("nbgrader", {})
            theirs = not OURS.fullmatch(cell.id) or marks.get("solution")
            if errors and theirs:
                return f"Code cell {number} stopped with {errors[0].ename}: {errors[0].evalue[:200]}"
    return ""


def explain(term: Path, lesson: str, student: str) -> str:
    """What came out of a submission. An error above a failed check goes into nbgrader's comment on the answer."""
    name = LESSONS[lesson[-1]].stem
    notebook = nbformat.read(term / "autograded" / student / lesson / f"{name}.ipynb", as_version=4)
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        answer, told = None, []
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("solution") and not marks.get("grade"):
                answer = marks["grade_id"]
            elif marks.get("grade") and not marks.get("solution"):
                failed = [output.evalue for output in cell.outputs if output.output_type == "error"]
                told += [f"{cell.source.split(chr(10))[0]}: {failed[0][:150]}"] if failed else []
                unanswered = failed and ("returns nothing" in failed[0] or "None so far" in failed[0])
                if failed and answer and not unanswered and (blame := error_above(notebook, cell)):
                    told.append(blame)
                    comment = gradebook.find_comment(answer, name, lesson, student)
                    comment.auto_comment = f"{blame}. Perhaps that is why a check below it failed."
        gradebook.db.commit()
        submission = gradebook.find_submission(lesson, student)
        points = f"{submission.score:g} of {submission.max_score:g} points before words are read"
    return "\n    ".join([points, *told])


def grade(term: Path, lesson: str, again: bool) -> None:
    students = waiting(term, lesson, again)
    everybody = len(list(term.glob(f"submitted/*/{lesson}/*.ipynb")))
    print(f"{lesson}: {len(students)} of {everybody} submissions are new or have changed.", flush=True)
    with ThreadPoolExecutor(2) as pool:
        for n, (student, wrong) in enumerate(pool.map(lambda s: (s, autograde(term, lesson, s)), students), 1):
            try:
                told = wrong or explain(term, lesson, student)
            except (OSError, MissingEntry) as error:
                told = f"not graded: {type(error).__name__}: {error}"
            print(f"{n} of {len(students)}: {student}: {told}", flush=True)


def main() -> None:
    wanted, term, *again = [*sys.argv[1:], "term"] if len(sys.argv) < 3 else sys.argv[1:]
    term = Path(term).resolve()
    configuration(term)
    numbers = [n for n in LESSONS if wanted in (n, "all") and list(term.glob(f"submitted/*/lesson{n}/*.ipynb"))]
    if not numbers:
        sys.exit(
            f"{term} has no submissions of lesson {wanted}: run make collect first (make grade LESSON=2 TERM=term)."
        )
    for number in numbers:
        grade(term, f"lesson{number}", again=bool(again))


if __name__ == "__main__":
    main()
