"""Say which exercises of a submission are right: a line for each, with what is missing.

    python tools/check.py anna.ipynb [--limit SECONDS]

The checks are those of the repository, whatever became of them in the submission. Of the other cells those alone are
run that define what a check needs, in a fresh kernel, on the small corpus or on the folder in TORCHNLP_DATA. A cell
that fails or never ends costs its own exercise and not the later ones: it is stopped after a fifth of the limit.
tools/grade.py does the same for a folder of submissions.

Exit status: 0 if all exercises are right, 1 if some are not, 2 if the file is not a notebook of this course.

Each submission runs in a copy of the course where no solutions lie, with bounds on time, memory and files; what it
prints is never read; what it has started ends with it. That keeps accidents apart. It is no wall: a submission is a
program that runs as you, and one written to deceive can still deceive. This is for honest students; INSTRUCTORS.md
has a container for the others.
"""

import argparse
import ast
import ctypes
import difflib
import json
import os
import queue
import re
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client import KernelManager

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.needs import Statement, needed, read_bank, statements_of, with_settings  # noqa: E402
from tools.student import WORDS, copy_course, is_solution, student_edition  # noqa: E402

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIMIT = 600  # seconds for a notebook
MEMORY, FILES = 4 * 2**30, 2**29  # bytes: all processes of a submission together, all its files together
PROCESSES = 64
LONGEST = 400  # letters of a verdict
QUIET = """import contextlib, os, sys
sys.stdout = sys.stderr = open(os.devnull, "w")
get_ipython()._tee = lambda channel, nothing=contextlib.nullcontext: nothing()  # IPython 9 keeps all that is printed
del contextlib, os, sys"""
RIGHT, OUT_OF_ORDER = "right", "right only out of order: the answer stands below its check"


@dataclass(eq=False)
class Cell:
    source: str
    number: int | None = None  # of the submission's code cells it is that one; None: from our lesson
    exercise: str | None = None  # for a check

    def __str__(self) -> str:
        first = self.source.strip().splitlines()[0][:60] if self.source.strip() else ""
        return f"Code cell {self.number} (`{first}`)" if self.number else f"Our cell `{first}`"


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def exercise_of(cell) -> str | None:
    """The name, such as "Exercise 2" or "Exercise 2a", for a cell that checks it and is not its solution."""
    found = re.search(r'^check\("(Exercise \d+[a-z]?)"', cell.source, flags=re.M)
    return found[1] if found and cell.cell_type == "code" and not is_solution(cell) else None


# What was handed in


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


def find_lesson(submission) -> Path:
    """The lesson that shares most code cells with the submission. Its file may have been renamed."""
    sources = {cell.source for cell in code_cells(submission)}
    shared = {path: sum(c.source in sources for c in code_cells(nbformat.read(path, 4))) for path in LESSONS}
    best = max(shared, key=shared.get)
    if shared[best] < 3:
        raise ValueError("It shares hardly a cell with any lesson: it is not a notebook of this course.")
    return best


def put_together(lesson, submission) -> list[Cell]:
    """The code cells of our lesson, without solutions, and between them those that the student wrote or changed.

    So a cell of ours that was deleted is there again, and a check that was changed has ours behind it.
    """
    edition = student_edition(lesson)  # it changes the lesson
    known = {cell.source.strip() for cell in edition.cells}
    numbers = {id(cell): i + 1 for i, cell in enumerate(code_cells(submission))}
    theirs = [cell for cell in submission.cells if not is_solution(cell)]
    before, after = ([cell.source.strip() for cell in cells] for cells in (edition.cells, theirs))
    together = []
    for kind, *ends in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for a, b, c, d in one_by_one(*ends):
            ours = [
                Cell(cell.source, None, exercise_of(cell)) for cell in edition.cells[a:b] if cell.cell_type == "code"
            ]
            new = [cell for cell in theirs[c:d] if cell.cell_type == "code" and cell.source.strip() not in known]
            new = [Cell(cell.source, numbers[id(cell)]) for cell in new] if kind != "equal" else []
            together += [cell for cell in ours if not cell.exercise] + new  # an answer goes above our check
            together += [cell for cell in ours if cell.exercise]
    return together


def one_by_one(a: int, b: int, c: int, d: int) -> list[tuple[int, int, int, int]]:
    """Cells a to b became c to d: the first the first and so on, if they are as many; else all became all."""
    return [(a + i, a + i + 1, c + i, c + i + 1) for i in range(b - a)] if b - a == d - c else [(a, b, c, d)]


def written(submission) -> dict:
    """What the student wrote that is no program: name, id, and words on each exercise."""
    strings = {}
    for cell in code_cells(submission):
        for name in ("STUDENT_NAME", "STUDENT_ID"):
            found = re.search(rf"^{name} *= *(\"[^\"\n]*\"|'[^'\n]*')", cell.source, flags=re.M)
            if found:
                strings[name] = found[1][1:-1].strip()[:100]
    words = {}
    for cell in submission.cells:
        found = re.match(re.escape(WORDS).replace(r"\{\}", r"(\d+)").split("What")[0], cell.source)
        if found and cell.cell_type == "markdown":
            said = cell.source.replace(WORDS.format(found[1]), "").strip()
            words[found[1]] = said[:5000]
    return {"name": strings.get("STUDENT_NAME", ""), "id": strings.get("STUDENT_ID", ""), "words": words}


# What is run


def as_statements(cell: Cell) -> list[Statement] | None:
    """The statements of a cell, magics turned into calls; None if it is not Python."""
    body = re.sub(r"\A\s*%%(time|timeit|capture)\b.*\n", "", cell.source)
    try:
        return statements_of(TransformerManager().transform_cell(body), own=cell.number is not None)
    except (SyntaxError, ValueError, RecursionError):
        return None


def settings_of(path: Path) -> list[Statement]:
    """What takes the place of what a lesson trains or draws, from the bank of answers."""
    bank = ROOT / "tests" / "answers" / f"lesson_{path.stem[0]}.py"
    entries = read_bank(bank) if bank.is_file() else []
    return [s for entry in entries if entry["kind"].lower() == "setting" for s in statements_of(entry["code"])]


def steps_of(cells: list[Cell], settings: list[Statement]) -> list[tuple[Cell, str]]:
    """The cells that a check needs, in order, each with the part of its code that is needed."""
    parts = {cell: [] if cell.exercise else as_statements(cell) for cell in cells}
    first = next((i for i, cell in enumerate(cells) if cell.exercise), len(cells))
    home = {s: cell for cell in cells for s in parts[cell] or []}
    above = with_settings([s for cell in cells[:first] for s in parts[cell] or []], settings)
    for before, setting in zip(above, above[1:]):
        if setting not in home:  # it runs in the cell of the statement above it
            home[setting] = home[before]
            part = parts[home[setting]]
            part.insert(part.index(before) + 1, setting)
    chosen = set()
    for place, cell in enumerate(cells):
        if cell.exercise:
            above = [s for other in cells[:place] for s in parts[other] or []]
            below = [s for other in cells[place:] for s in parts[other] or [] if s.own]
            reads = set().union(*(s.reads for s in statements_of(cell.source)))
            chosen |= set(needed(above + below, reads, end=len(above)))
    steps = []
    for cell in cells:
        code = "\n\n".join(ast.unparse(s.code) for s in parts[cell] or [] if s in chosen)
        code = cell.source if cell.exercise or parts[cell] is None else code
        steps += [(cell, code)] if code else []
    return steps


def answers_of(cells: list[Cell]) -> dict[str, str]:
    """For each exercise the student's own code that defines what its stub defines, without comments and spacing."""
    answers = {}
    for cell in cells:
        if cell.exercise:
            reads = set().union(*(s.reads for s in statements_of(cell.source)))
            own = [s for other in cells for s in as_statements(other) or [] if s.own and s.defines & reads]
            answers[cell.exercise] = "\n".join(ast.unparse(s.code) for s in own)[:20_000]
    return answers


class Kernel:
    """A kernel that is asked over its shell channel alone: nobody listens to what it prints, so that costs nothing."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.manager = KernelManager(connection_file=str(folder / "kernel.json"))
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ}
        places = {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": ""}
        settings = {"TORCHNLP_DATA": os.environ["TORCHNLP_DATA"], "OMP_NUM_THREADS": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager.start_kernel(cwd=str(folder / "notebooks"), env=kept | places | settings, **quiet)
        self.client = self.manager.blocking_client()
        self.client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        self.execute(QUIET, 120)

    def execute(self, code: str, seconds: float, value: str = "None"):
        """Run code: the value of an expression, and what went wrong or "". Raises TimeoutError, ConnectionError."""
        asked = {"value": value}
        request = self.client.execute(
            code, store_history=False, user_expressions=asked, allow_stdin=False, stop_on_error=False
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                reply = self.client.get_shell_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise ConnectionError("ended the kernel") from None
                self.look()
                continue
            content = reply["content"]
            if reply["parent_header"].get("msg_id") != request:
                continue  # a late word of an earlier cell
            if content["status"] != "ok":
                return None, f"failed with {content.get('ename')}: {content.get('evalue')}"
            return ast.literal_eval(content["user_expressions"]["value"]["data"]["text/plain"]), ""
        raise TimeoutError(f"did not end within {seconds:.0f} s")

    def look(self) -> None:
        """Raises ConnectionError if the submission takes too much. (The bounds in `alone` hold for each process.)"""
        memory = 0
        started = psutil.Process().children(recursive=True)
        for process in started:
            with suppress(psutil.Error):
                memory += process.memory_info().rss
        files = 0
        for place, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    files += os.lstat(os.path.join(place, name)).st_size
        for what, much, most in (("memory", memory, MEMORY), ("room for files", files, FILES)):
            if much > most:
                raise ConnectionError(f"took more than {most / 2**30:g} GB of {what}")
        if len(started) > PROCESSES:
            raise ConnectionError(f"started more than {PROCESSES} processes")

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def judged(cell: Cell) -> tuple[str, str]:
    """A check as a cell that does without the submission's `check` and `print`, and the expression for its verdict."""
    token = secrets.token_hex(8)  # a name that no submission can have used
    course = (ROOT / "torchnlp.py").read_text(encoding="utf-8")
    (check,) = [node for node in ast.parse(course).body if getattr(node, "name", "") == "check"]
    ours = "from __future__ import annotations\nimport traceback\n_right = set()\n" + ast.get_source_segment(
        course, check
    )
    start = f"said_{token} = []\nspace_{token} = {{'print': said_{token}.append}}\nexec({ours!r}, space_{token})\n"
    asked = re.sub(r"^check\(", f"space_{token}['check'](", cell.source, flags=re.M)
    return start + asked, f"str(said_{token}[-1])[:{LONGEST}] if said_{token} else ''"


def run(steps: list[tuple[Cell, str]], folder: Path, limit: float) -> dict[str, str]:
    """Run the steps in a fresh kernel; returns a verdict on each exercise."""
    verdicts, problems, over = {}, [], ""
    end = time.monotonic() + limit
    kernel = Kernel(folder)
    last_own = max((i for i, (cell, _) in enumerate(steps) if cell.number), default=-1)
    again = [step for i, step in enumerate(steps) if step[0].exercise and i < last_own]  # an answer may stand below
    for place, (cell, code) in enumerate(steps + again):
        second = place >= len(steps)
        if over or second and verdicts[cell.exercise] == RIGHT:
            if cell.exercise and not second:
                verdicts[cell.exercise] = f"not reached. {over}"
            continue
        said, problem = "", ""
        try:
            if time.monotonic() > end:
                raise ConnectionError(f"was not run: the {limit:.0f} s for the whole notebook were over")
            code, value = judged(cell) if cell.exercise else (code, "None")
            try:
                said, problem = kernel.execute(code, limit / 5, value)
            except TimeoutError as error:
                problem = str(error)
                kernel.manager.interrupt_kernel()
                try:
                    kernel.execute("pass", 5)  # does it listen again?
                except TimeoutError:
                    raise ConnectionError(f"{problem} and could not be stopped") from None
        except ConnectionError as error:
            problem = str(error)
            over = f"{cell} {problem}"
        if cell.exercise:
            verdict = verdict_of(cell.exercise, said, problem, problems)
            if not second:
                verdicts[cell.exercise] = verdict
            elif verdict == RIGHT:
                verdicts[cell.exercise] = OUT_OF_ORDER
        elif problem:
            problems.append(f"{cell} {problem}")
    kernel.stop()
    return verdicts


def verdict_of(exercise: str, said: str, problem: str, problems: list[str]) -> str:
    """What to say on an exercise whose check was run, by what it said, and by what went wrong in it and before it."""
    if problem:
        verdict = f"not yet. Its check {problem}"
    elif not said:
        verdict = "not yet. Its check came to no verdict"
    else:
        verdict = said.removeprefix(f"{exercise}: ")
        if "NameError" in verdict and problems:  # what is missing may be what a broken cell should have made
            verdict += f" [{problems[0]}]"
    return " ".join(verdict.split())[:LONGEST]


# One submission, in a process of its own


def alone(file: Path, limit: float) -> dict:
    """The report on a submission. What it starts descends from this process, and ends with it."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER, on Linux: orphans become children of this process
    for what, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, FILES), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    submission = read_submission(file)
    path = find_lesson(submission)
    cells = put_together(nbformat.read(path, as_version=4), submission)
    steps = steps_of(cells, settings_of(path))
    report = {"lesson": path.stem, **written(submission), "answers": answers_of(cells)}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy_course(Path(folder))
        (Path(folder) / "notebooks").mkdir()
        try:
            report["verdicts"] = run(steps, Path(folder), limit)
        finally:
            while left := psutil.Process().children(recursive=True):
                for process in left:
                    with suppress(psutil.Error):
                        process.kill()
                psutil.wait_procs(left, timeout=5)
    return report


def judge(file: Path, limit: float = LIMIT) -> dict:
    """The report on a submission: lesson, name, id, words, answers, verdicts, seconds. Without verdicts it says why."""
    start = time.monotonic()
    report = {"lesson": "", "name": "", "id": "", "words": {}, "answers": {}, "verdicts": {}, "problem": ""}
    worker = subprocess.Popen(
        [sys.executable, __file__, str(file), "--limit", str(limit), "--alone"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        said, error = worker.communicate(timeout=limit + 180)
        report |= json.loads(said)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.communicate()
        report["problem"] = "It could not be stopped in time."
    except ValueError:
        last = error.decode(errors="replace").strip().splitlines()[-1:]
        report["problem"] = f"Its run broke off: {' '.join(last) or 'the submission has ended it'}"
    return report | {"seconds": round(time.monotonic() - start)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("submission", type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for the whole notebook ({LIMIT})")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault("TORCHNLP_DATA", "sample")
    if args.alone:
        try:
            report = alone(args.submission, args.limit)
        except ValueError as error:
            report = {"problem": str(error)}
        print(json.dumps(report))
        return 0
    report = judge(args.submission, args.limit)
    if report["problem"]:
        print(report["problem"])
        return 2
    for exercise, verdict in report["verdicts"].items():
        print(f"{exercise}: {verdict}")
    right = sum(verdict.startswith(RIGHT) for verdict in report["verdicts"].values())
    print(f"{right} of {len(report['verdicts'])} right")
    return 0 if right == len(report["verdicts"]) else 1


if __name__ == "__main__":
    sys.exit(main())
