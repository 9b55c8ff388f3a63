"""nbgrader's autograde over all submissions of a lesson, on the small corpus, two at a time, each within its limits.

    python -m tools.teaching.grade LESSON [TERM]

What came out of each stands in TERM/graded.csv, with the lines that a person should judge. What was graded and has not
changed is passed over. One that fails costs the others nothing, and is named with the reason.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tools.lesson import ROOT
from tools.teaching.term import add_to_table, configuration
from tools.teaching.words import words_page

MINUTES = 15  # for a notebook
# Blocks of 512 bytes in a file, and kilobytes of memory, for nbgrader and for the kernel each.
LIMITS = ["sh", "-c", 'ulimit -f 524288; ulimit -v 8388608; exec "$0" "$@"'] if os.name == "posix" else []
ENVIRONMENT = {"TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
ENVIRONMENT["PIP_PYTHON"] = "none"  # pip refuses to work: no submission installs or removes a package here

BUSY = "database is locked|Kernel died before replying|Kernel didn't respond|Address already in use"
# What an answer has no business to name. The checks are out of its reach; who tries is shown to a person.
FOREIGN = re.compile(
    r"\bchecks\b|\bcheck_\w+\s*=|\.ours\b|TORCHNLP_|\benviron|_getframe|currentframe|\bf_(?:globals|back|locals)\b"
    r"|\bsys\.|\bbuiltins\b|__(?:eq|ne|class|import|subclasses|globals|builtins|code|reduce\w*|getattr\w*|dict|torch_function)__"
    r"|\b(?:importlib|inspect|subprocess|pickle|ctypes|gc)\b|get_ipython|\banswering\b|gradebook|\bos\.|\bopen\("
    r"|(?<![.\w])(?:exec|eval|compile|globals|setattr)\(|\bPath\(|\b(?:nn|torch)\.[\w.]+\s*=(?!=)"
)


def autograde(term: Path, student: str, lesson: str) -> str:
    """Grade one submission; returns what came out, or why it was not graded."""
    command = [*LIMITS, sys.executable, "-m", "tools.teaching.outside", str(term), lesson, student]
    settings = {"cwd": ROOT, "env": os.environ | ENVIRONMENT, "timeout": 60 * MINUTES, "stdin": subprocess.DEVNULL}
    log = term / "logs" / f"{lesson}-{student}.txt"
    log.parent.mkdir(exist_ok=True)
    (handed_in,) = term.glob(f"submitted/{student}/{lesson}/*.ipynb")
    read = handed_in.stat().st_mtime
    for _ in range(2):  # once more, if it was the machine and not the submission
        with open(log, "w", encoding="utf-8") as file:
            try:
                done = subprocess.run(command, stdout=file, stderr=file, **settings)
            except subprocess.TimeoutExpired:  # the kernel sees that it is alone, and ends
                return f"stopped after {MINUTES} minutes"
        if done.returncode == 0:
            (graded,) = term.glob(f"autograded/{student}/{lesson}/*.ipynb")
            os.utime(graded, (read, read))  # what is collected while it was being graded is newer
            return explain(term, student, lesson)
        if not re.search(BUSY, log.read_text(encoding="utf-8", errors="replace")):
            break
    return f"not graded: {log.relative_to(term)} says why"


def explain(term: Path, student: str, lesson: str) -> str:
    """What came out of a submission: points, and which answers and cells of the student's own stopped."""
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        told = [f"{submission.score:g} of {submission.max_score:g} points before words are read"]
    (path,) = term.glob(f"autograded/{student}/{lesson}/*.ipynb")
    release = nbformat.read(term / "release" / lesson / path.name, 4)
    ours = {line.strip() for cell in release.cells for line in cell.source.splitlines()}
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        settings, lines = cell.metadata.get("nbgrader", {}), [line.strip() for line in cell.source.splitlines()]
        if settings.get("points"):
            said = "".join(output.text for output in cell.outputs if output.get("name") == "stderr").strip()
            told += [said] if said and not re.search("returns nothing|None so far", said) else []
        elif cell.id.startswith("own-") or settings.get("solution"):  # one of ours fails where an answer is missing
            errors = [output for output in cell.outputs if output.output_type == "error"]
            place = f"Code cell {number} ({lines[0]})"
            told += [f"{place}: {each.ename}: {each.evalue[:200]}".rstrip(": ") for each in errors[-1:]]
        named = [line[:120] for line in lines if line not in ours and FOREIGN.search(line)]  # in a cell of ours, too
        told += [f"LOOK AT code cell {number}: {line}" for line in named]
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
            add_to_table(term / "graded.csv", [{"lesson": lesson[6:], "student": student, "said": told}], 2)
    for number in {path.parts[-2].removeprefix("lesson") for path in handed_in}:
        words_page(term, number)


if __name__ == "__main__":
    main()
