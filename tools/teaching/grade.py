"""nbgrader's autograde over all submissions of a lesson, on the small corpus, two at a time, each within its limits.

What was graded and has not changed is passed over, so a run that was stopped goes on where it stood; what a person gave
is kept. One that fails costs the others nothing, and is named with the reason.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tools.teaching.term import configuration

MINUTES = 15  # for a notebook
# Blocks of 512 bytes in a file, and kilobytes of memory, for nbgrader and for the kernel each.
LIMITS = ["sh", "-c", 'ulimit -f 524288; ulimit -v 8388608; exec "$0" "$@"'] if os.name == "posix" else []
ENVIRONMENT = {"TORCHNLP_GRADING": "1", "TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
ENVIRONMENT["PIP_PYTHON"] = "none"  # pip refuses to work: no submission installs or removes a package here


def autograde(term: Path, student: str, lesson: str) -> str:
    """Grade one submission; returns what came out, or why it was not graded."""
    command = [*LIMITS, sys.executable, "-m", "nbgrader", "autograde", lesson, f"--student={student}", "--force"]
    settings = {"cwd": term, "env": os.environ | ENVIRONMENT, "timeout": 60 * MINUTES, "stdin": subprocess.DEVNULL}
    log = term / "logs" / f"{lesson}-{student}.txt"
    log.parent.mkdir(exist_ok=True)
    with open(log, "w", encoding="utf-8") as file:
        try:
            done = subprocess.run(command, stdout=file, stderr=file, **settings)
        except subprocess.TimeoutExpired:  # the kernel sees that it is alone, and ends
            return f"stopped after {MINUTES} minutes"
    return f"not graded: {log.relative_to(term)} says why" if done.returncode else explain(term, student, lesson)


def explain(term: Path, student: str, lesson: str) -> str:
    """What came out of a submission: points, and which answers and cells of the student's own stopped."""
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        told = [f"{submission.score:g} of {submission.max_score:g} points before words are read"]
    (path,) = term.glob(f"autograded/{student}/{lesson}/*.ipynb")
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        errors = [output for output in cell.outputs if output.output_type == "error"]
        # Cells of ours that are no answers fail where an answer is missing: they are not to blame.
        if errors and ("nbgrader" in cell.metadata or cell.id.startswith("own-")):
            line, error = cell.source.splitlines()[0], errors[-1]
            if not any(words in error.evalue for words in ("returns nothing", "None so far")):  # a stub as it was
                told.append(f"Code cell {number} ({line}): {error.ename}: {error.evalue[:200]}".rstrip(": "))
    return "\n    ".join(told)


def main() -> None:
    wanted, term = [*sys.argv[1:], "term"][:2]
    term = Path(term).resolve()
    handed_in = sorted(term.glob(f"submitted/*/lesson{wanted.replace('all', '*')}/*.ipynb"))
    if not handed_in:
        sys.exit(f"{term} has no submissions of lesson {wanted}: run make collect first.")
    # nbgrader takes the right to write from what it has finished.
    finished = [path for path in term.glob("autograded/*/*/*.ipynb") if not path.stat().st_mode & 0o200]
    graded = {path.parts[-3:-1]: path.stat().st_mtime for path in finished}
    new = [path.parts[-3:-1] for path in handed_in if graded.get(path.parts[-3:-1], 0) < path.stat().st_mtime]
    print(f"{len(new)} of {len(handed_in)} submissions are new or have changed.", flush=True)
    with ThreadPoolExecutor(2) as pool:
        came_out = pool.map(lambda submission: autograde(term, *submission), new)
        for n, ((student, lesson), told) in enumerate(zip(new, came_out), 1):
            print(f"{n} of {len(new)}: {lesson}, {student}: {told}", flush=True)


if __name__ == "__main__":
    main()
