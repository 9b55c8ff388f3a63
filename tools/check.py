"""Run a student's notebook in a fresh kernel and print a line for each exercise: right, or not yet and why.

    python tools/check.py submission.ipynb [--limit SECONDS]

The checks are those of the repository, whatever became of them in the submission; its solution cells are left out.
It runs on the small corpus, or on the folder in TORCHNLP_DATA. A cell that fails does not keep the later exercises
from being checked, nor does one that never ends: it is stopped after a fifth of the limit.

Exit status: 0 if all exercises are right, 1 if some are not, 2 if the file is not a notebook of this course.

A submission is a program, and it runs as you, with all that you may read and write. Look at it first, or use an
account or a container made for this.
"""

import argparse
import os
import queue
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def is_solution(cell) -> bool:
    return "solution" in cell.metadata.get("tags", []) or cell.source.startswith("# @title Solution")


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def exercise_of(cell) -> str | None:
    """The name, such as "Exercise 2" or "Exercise 2a", for a cell that checks it and is not its solution."""
    found = re.search(r'^check\("(Exercise \d+[a-z]?)"', cell.source, flags=re.M)
    return found[1] if found and cell.cell_type == "code" and not is_solution(cell) else None


def read_submission(file: Path):
    """The notebook in a file. Raises ValueError when there is none."""
    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        return notebook
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    except Exception as error:  # nbformat has many ways to fail at a file that is no notebook
        raise ValueError(f"{file} is not a notebook: {str(error).splitlines()[0][:200]}") from error


def find_lesson(submission):
    """The lesson that shares most code cells with the submission. Its file may have been renamed."""
    sources = {cell.source for cell in code_cells(submission)}
    shared = {path: sum(c.source in sources for c in code_cells(nbformat.read(path, 4))) for path in LESSONS}
    best = max(shared, key=shared.get)
    if shared[best] < 3:
        raise ValueError("It shares hardly a cell with any lesson: it is not a notebook of this course.")
    return nbformat.read(best, as_version=4)


def with_our_checks(submission, lesson) -> dict[str, nbformat.NotebookNode]:
    """Put the lesson's checks into the submission, in place; returns them, by exercise."""
    ours = {exercise_of(cell): cell.source for cell in code_cells(lesson) if exercise_of(cell)}
    checks = {name: nbformat.v4.new_code_cell(f"from torchnlp import check\n\n{ours[name]}") for name in ours}
    cells = [cell for cell in submission.cells if not is_solution(cell)]
    for name, check in checks.items():
        theirs = [i for i, cell in enumerate(cells) if exercise_of(cell) == name]
        if theirs:
            place = theirs[-1] + 1
        else:  # the check was deleted: to the end of its exercise, which is where the next heading stands
            title = f"# {name.rstrip('abcdefgh')}."
            start = next((i for i, cell in enumerate(cells) if title in cell.source), len(cells))
            headings = [i for i, cell in enumerate(cells) if cell.cell_type == "markdown" and "# " in cell.source]
            place = next((i for i in headings if i > start), len(cells))
        cells.insert(place, check)
        # One that was changed stays, since an answer may have been written into it. Its verdict does not count.
        cells = [cell for cell in cells if cell is check or cell.source != ours[name]]
    submission.cells = cells
    return checks


def execute(kernel, client, code: str, seconds: float) -> tuple[str, str]:
    """Run code; returns what it printed, and what went wrong or "". Raises TimeoutError, ConnectionError."""
    request = client.execute(code, allow_stdin=False, stop_on_error=False)
    printed, problem, end = "", "", time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            message = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            if not kernel.is_alive():
                raise ConnectionError("ended the kernel") from None
            continue
        content = message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue  # a late word of an earlier cell
        if message["msg_type"] == "stream":
            printed = (printed + content["text"])[-100_000:]  # an endless loop may print without end
        elif message["msg_type"] == "error":
            problem = f"failed with {content['ename']}: {content['evalue']}"
        elif message["msg_type"] == "status" and content["execution_state"] == "idle":
            return printed, problem
    raise TimeoutError(f"did not end within {seconds:.0f} s")


def run(cells: list, limit: float) -> tuple[dict[int, str], dict[int, str]]:
    """Run the code cells in a fresh kernel; returns what each printed and what went wrong, by position."""
    printed, problems = {}, {}
    end = time.monotonic() + limit
    (ROOT / "build").mkdir(exist_ok=True)
    # In a folder of the course, so that the set-up cell finds the course.
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        kernel, client = start_new_kernel(cwd=folder, stderr=subprocess.DEVNULL)
        try:
            for place, cell in enumerate(cells):
                if time.monotonic() > end:
                    problems[place] = f"was not run: the {limit:.0f} s for the whole notebook were over"
                    break
                try:
                    printed[place], problem = execute(kernel, client, cell.source, limit / 5)
                    if problem:
                        problems[place] = problem
                except TimeoutError as error:
                    problems[place] = str(error)
                    kernel.interrupt_kernel()
                    execute(kernel, client, "pass", 5)  # does it listen again?
        except TimeoutError:
            problems[place] += " and could not be stopped"
        except ConnectionError as error:
            problems[place] = str(error)
        finally:
            client.stop_channels()
            kernel.shutdown_kernel(now=True)
    return printed, problems


def verdict(name: str, place: int, cells: list, printed: dict[int, str], problems: dict[int, str]) -> str:
    """One line on the exercise whose check stands at `place`, from what it printed and what went wrong."""

    def told(i: int) -> str:
        return f"Code cell {i + 1} (`{cells[i].source.strip().splitlines()[0][:60]}`) {problems[i]}"

    said = re.findall(rf"^{name}: (?:right$|not yet\.(?:.(?!^{name}: ))*)", printed.get(place, ""), flags=re.M | re.S)
    before = [i for i in problems if i < place]
    if place in problems:  # whatever it printed before that
        line = f"{name}: not yet. Its check {problems[place]}"
    elif place not in printed:
        line = f"{name}: not reached. {told(before[-1])}"
    elif not said:
        line = f"{name}: not yet. Its check came to no verdict"
    elif "NameError" in said[-1] and before:  # what is missing may be what a broken cell should have made
        line = f"{said[-1]} [{told(before[0])}]"
    else:
        line = said[-1]
    return " ".join(line.split())[:400]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("submission", type=Path)
    parser.add_argument("--limit", type=float, default=600, help="seconds for the whole notebook (600)")
    args = parser.parse_args()
    os.environ.setdefault("TORCHNLP_DATA", "sample")
    try:
        notebook = read_submission(args.submission)
        lesson = find_lesson(notebook)
    except ValueError as error:
        print(error)
        return 2
    checks = with_our_checks(notebook, lesson)
    cells = code_cells(notebook)
    printed, problems = run(cells, args.limit)
    places = {name: next(i for i, cell in enumerate(cells) if cell is check) for name, check in checks.items()}
    lines = [verdict(name, place, cells, printed, problems) for name, place in places.items()]
    print(*lines, sep="\n")
    right = sum(line.endswith(": right") for line in lines)
    print(f"{right} of {len(lines)} right")
    return 0 if right == len(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
