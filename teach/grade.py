"""nbgrader's autograde over all submissions of a lesson, on the small corpus, two at a time, each within its limits.

What was graded and has not changed is passed over. One that fails costs the others nothing, and is named.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from teach.words import words_page
from tools.lesson import ROOT

MINUTES = 15  # for a notebook
# Blocks of 512 bytes in a file, and kilobytes of memory, for nbgrader and for the kernel each.
LIMITS = ["sh", "-c", 'ulimit -f 524288; ulimit -v 8388608; exec "$0" "$@"'] if os.name == "posix" else []
ENVIRONMENT = {"TORCHNLP_DATA": "sample", "OMP_NUM_THREADS": "1"}
ENVIRONMENT["PIP_PYTHON"] = "none"  # pip refuses to work: no submission installs or removes a package here


def graded(term: Path, student: str, lesson: str) -> Path | None:
    """The graded notebook of what was handed in last; None if that is new, or could not be graded."""
    (handed_in,) = term.glob(f"submitted/{student}/{lesson}/*.ipynb")
    path = term / "autograded" / student / lesson / handed_in.name
    return path if path.is_file() and path.stat().st_mtime_ns == handed_in.stat().st_mtime_ns else None


def autograde(term: Path, student: str, lesson: str) -> None:
    """Grade one submission; its log says why if that fails."""
    command = [*LIMITS, sys.executable, "-m", "teach.outside", str(term), lesson, student]
    settings = {"cwd": ROOT, "env": os.environ | ENVIRONMENT, "timeout": 60 * MINUTES, "stdin": subprocess.DEVNULL}
    log = term / "logs" / f"{lesson}-{student}.txt"
    log.parent.mkdir(exist_ok=True)
    (handed_in,) = term.glob(f"submitted/{student}/{lesson}/*.ipynb")
    time = handed_in.stat().st_mtime_ns
    for _ in range(2):  # once more: it may have been the machine and not the submission
        with open(log, "w", encoding="utf-8") as file:
            try:
                if subprocess.run(command, stdout=file, stderr=file, **settings).returncode == 0:
                    # What is collected while it was being graded is newer.
                    return os.utime(term / "autograded" / student / lesson / handed_in.name, ns=(time, time))
            except subprocess.TimeoutExpired:  # the kernel sees that it is alone, and ends
                return print(f"\nstopped after {MINUTES} minutes", file=file)


def explain(term: Path, student: str, lesson: str) -> list[str]:
    """What came out of a submission: its points for code and what stopped; or why it was not graded."""
    path, log = graded(term, student, lesson), term / "logs" / f"{lesson}-{student}.txt"
    if not path:
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        *_, why = "not finished: run make grade", *re.findall(r"^(?:stopped after|[\w.]+Error\b).*", text, flags=re.M)
        return [f"NOT GRADED: {why} ({log.relative_to(term)})"]
    told, won, most = [], 0, 0
    for number, cell in enumerate((cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"), 1):
        settings = cell.metadata.get("nbgrader", {})
        theirs = cell.id.startswith("own-") or settings.get("solution")  # one of ours fails where an answer is missing
        for output in cell.outputs:
            if settings.get("points"):
                right, said = output.name == "stdout", output.text.strip()
                won, most = won + settings.points * right, most + settings.points
                told += [said] if not right and not re.search("returns nothing|None so far", said) else []
            elif output.output_type == "error" and (theirs or output.ename == "Stopped"):
                first = cell.source.partition("\n")[0]
                told.append(f"Code cell {number} ({first}): {output.ename}: {output.evalue[:200]}".rstrip(": "))
    return [f"{won:g} of {most:g} points for code", *told]


def main() -> None:
    number, term = [*sys.argv[1:], "term"][:2]
    lesson, term = f"lesson{number}", Path(term).resolve()
    students = sorted(path.parts[-3] for path in term.glob(f"submitted/*/{lesson}/*.ipynb"))
    if not students:
        sys.exit(f"{term} has no submissions of lesson {number}: run make collect first.")
    new = [student for student in students if not graded(term, student, lesson)]
    print(f"{len(new)} of {len(students)} submissions are new or have changed. Each takes minutes.", flush=True)
    with ThreadPoolExecutor(2) as pool:
        for n, (student, _) in enumerate(zip(new, pool.map(lambda one: autograde(term, one, lesson), new)), 1):
            print(f"{n} of {len(new)}: {student}:", *explain(term, student, lesson), sep="\n    ", flush=True)
    words_page(term, number)


if __name__ == "__main__":
    main()
