"""Say which exercises of a submission are right: a line for each, with what is missing.

    python -m tools.teaching.check anna.ipynb [--limit SECONDS] [--results results.json]

The checks are those of the repository, whatever became of them in the submission. Of the other cells those alone are
run that define what a check needs, in a fresh kernel, on the small corpus or on the folder in TORCHNLP_DATA. A cell is
stopped after a fifth of the limit, which counts seconds of the processor and seconds asleep: it costs its own exercise
and not the later ones. Cells of the lesson have a limit of their own. --results writes the file that Gradescope reads.

Exit status: 0 if all exercises are right, 1 if some are not, 2 if the file is not a notebook of this course.

What is kept out
- On every system: a submission changes neither the checks nor its report by what it prints, by changing its copy of the
  course, `check`, `print` or its check cells, by hooks or transformers of IPython, or by ending the process that
  reports. It is bounded in time, memory, files and processes (the last three by a look twice a second; Linux and macOS
  also have bounds of the system), and what it starts ends with it.
- Whoever bends the comparisons of PyTorch, or finds in memory the numbers that a check compares with: a right answer is
  called again, and another process, which runs none of its code, compares its values with the published solution's.
- On Linux with the program bwrap (the package bubblewrap), a wall: it sees Python, the data and its own copy of the
  course, all but the copy read-only. It sees no solution, no other file, no process and no network.
What is not kept out
- Not compared a second time are classes and what hangs on random numbers or on ties; and nothing is where there are no
  published solutions, as in the student edition. There the check alone decides, in the same process as the answer.
- Without the wall the submission runs as you: it can read and change your files, also the solutions and the reports of
  earlier runs, and use the network. Containerfile, beside this file, has a wall for such systems. grade.py notices when
  files of the course or other submissions have changed.
- Whose work it is. The table's columns `look at this` and `same answers` say where a person should look.
"""

import argparse
import ast
import ctypes
import difflib
import functools
import json
import math
import os
import queue
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import jsonschema
import nbformat
import psutil
from jupyter_client import KernelManager

try:
    import resource
except ImportError:  # Windows has none: there only `Kernel.look` bounds a submission
    resource = None

from tools.teaching.look import layers_in, plain, suspicious
from tools.teaching.needs import Statement, needed, settings_in, statements_of, with_settings
from tools.teaching.student import LESSONS, WORDS, copy_course, is_solution, student_edition

ROOT = Path(__file__).resolve().parents[2]

LIMIT = 600  # seconds for the student's cells and the checks of a notebook
OURS = 300  # seconds for each cell of ours
MEMORY, FILES = 4 * 2**30, 2**29  # bytes: all processes of a submission together, all its files together
PROCESSES = 64
LARGEST = 50 * 2**20  # bytes of a notebook
LONGEST = 400  # letters of a verdict
MOST_CALLS, LARGEST_CALL = 20, 50_000  # of an exercise's calls that are compared, and letters of each
RIGHT, OUT_OF_ORDER = "right", "right only out of order: the answer stands below its check"
OTHER = "not yet. Asked again outside its check, it gives other values than the published solution"
REPORT = dict.fromkeys(["lesson", "name", "id", "problem", "seconds"], "")  # seconds of the processor
REPORT |= {"words": {}, "answers": {}, "verdicts": {}, "values": {}, "look": []}
TEXT = {"type": "string"}
KINDS = {
    str: TEXT,
    list: {"type": "array", "items": TEXT},
    dict: {"type": "object", "patternProperties": {r"^(Exercise )?\d+[a-z]?$": TEXT}, "additionalProperties": False},
}
SCHEMA = {
    "type": "object",
    "properties": {name: KINDS[type(value)] for name, value in REPORT.items()},
    "additionalProperties": False,
}


@dataclass(eq=False)
class Cell:
    source: str
    number: int | None = None  # of the submission's code cells it is that one; None: from our lesson
    exercise: str | None = None  # for a check

    def __str__(self) -> str:
        first = self.source.strip().partition("\n")[0][:60]
        return f"Code cell {self.number} (`{first}`)" if self.number else f"Our cell `{first}`"


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def exercise_of(cell) -> str | None:
    """The name, such as "Exercise 2" or "Exercise 2a", for a cell that checks it and is not its solution."""
    found = re.search(r'^check\("(Exercise \d+[a-z]?)"', cell.source, flags=re.M)
    return found[1] if found and cell.cell_type == "code" and not is_solution(cell) else None


# What was handed in


def read_submission(data: bytes):
    """The notebook in what was handed in. Raises ValueError when there is none."""
    if len(data) > LARGEST:
        raise ValueError(f"It is larger than {LARGEST // 2**20} MB: it is not a notebook.")
    try:
        notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            # Half a letter, which JSON can hold, has no place in a program.
            cell.source = cell.source.encode("utf-8", "backslashreplace").decode()
        return notebook
    except Exception as error:  # nbformat has many ways to fail at a file that is no notebook
        raise ValueError(f"It is not a notebook: {(str(error) or 'it is empty').splitlines()[0][:200]}") from error


@functools.cache
def sources_of(lesson: Path) -> list[str]:
    return [cell.source for cell in code_cells(nbformat.read(lesson, as_version=4))]


def find_lesson(submission) -> Path:
    """The lesson that shares most code cells with the submission. Its file may have been renamed."""
    sources = {cell.source for cell in code_cells(submission)}
    shared = {path: sum(source in sources for source in sources_of(path)) for path in LESSONS}
    best = max(shared, key=shared.get)
    if shared[best] < 3:
        raise ValueError("It shares hardly a cell with any lesson: it is not a notebook of this course.")
    return best


def put_together(lesson, submission) -> list[Cell]:
    """The code cells of our lesson, without solutions, and between them those that the student wrote or changed.

    So a cell of ours that was deleted is there again, and a check that was changed has ours behind it.
    """
    known = {cell.source.strip() for cell in lesson.cells if not is_solution(cell)}
    edition = student_edition(lesson)  # it changes the lesson
    known |= {cell.source.strip() for cell in edition.cells}
    numbers = {id(cell): i for i, cell in enumerate(code_cells(submission), 1)}
    theirs = [cell for cell in submission.cells if not is_solution(cell)]
    together = []
    for before, after in paired(edition.cells, theirs):
        code = [cell for cell in before if cell.cell_type == "code"]
        new = [cell for cell in after if id(cell) in numbers and cell.source.strip() not in known]
        together += [Cell(cell.source) for cell in code if not exercise_of(cell)]
        together += [Cell(cell.source, numbers[id(cell)]) for cell in new]  # an answer goes above our check
        together += [Cell(cell.source, None, exercise_of(cell)) for cell in code if exercise_of(cell)]
    return together


def paired(before: list, after: list):
    """Cells, and what became of them: one by one where as many stand there as before, else some and some."""
    sources = ([cell.source.strip() for cell in cells] for cells in (before, after))
    for _, a, b, c, d in difflib.SequenceMatcher(None, *sources, autojunk=False).get_opcodes():
        if b - a == d - c:
            yield from (([old], [new]) for old, new in zip(before[a:b], after[c:d]))
        else:
            yield before[a:b], after[c:d]


def written(submission) -> dict:
    """What the student wrote that is no program: name, id, and words on each exercise."""
    strings, words = {}, {}
    before, after = map(re.escape, WORDS.split("What")[0].split("{}"))
    for cell in submission.cells:
        if cell.cell_type == "code":
            found = re.findall(r"^STUDENT_(NAME|ID) *= *(\"[^\"\n]*\"|'[^'\n]*')", cell.source, flags=re.M)
            strings |= {name.lower(): text[1:-1].strip()[:100] for name, text in found}
        elif found := re.match(rf"{before}(\d+){after}", cell.source):
            words[found[1]] = cell.source.replace(WORDS.format(found[1]), "").strip()[:5000]
    return {"name": "", "id": "", **strings, "words": words}


# What is run


@functools.cache
def as_statements(cell: Cell) -> list[Statement] | None:
    """The statements of a cell, magics turned into calls; None if it is not Python."""
    body = re.sub(r"\A\s*%%(time|timeit|capture)\b.*\n", "", cell.source)
    try:
        return statements_of(body, own=cell.number is not None)
    except (SyntaxError, ValueError, RecursionError):
        return None


def settings_of(path: Path) -> list[Statement]:
    """What takes the place of what a lesson trains or draws, from the bank of answers."""
    bank = ROOT / "tests" / "answers" / f"lesson_{path.stem[0]}.py"
    return [s for code in settings_in(bank) for s in statements_of(code)] if bank.is_file() else []


def steps_of(cells: list[Cell], settings: list[Statement]) -> list[tuple[Cell, str]]:
    """The cells that a check needs, in order, each with the part of its code that is needed."""
    home = {s: cell for cell in cells if not cell.exercise for s in as_statements(cell) or []}
    place = {cell: i for i, cell in enumerate(cells)}
    checks = [cell for cell in cells if cell.exercise]
    above = [s for s in home if place[home[s]] < place[checks[0]]]
    everything = with_settings(above, settings) + [s for s in home if s not in above]
    for before, setting in zip(everything, everything[1:]):
        home.setdefault(setting, home[before])  # it runs in the cell of the statement above it
    chosen = set()
    for check in checks:
        above = [s for s in everything if place[home[s]] < place[check]]
        below = [s for s in everything if place[home[s]] > place[check] and s.own]
        chosen |= set(needed(above + below, reads_of(check, cells), end=len(above)))
    steps = []
    for cell in cells:
        code = "\n\n".join(ast.unparse(s.code) for s in everything if s in chosen and home[s] is cell)
        code = cell.source if cell.exercise or as_statements(cell) is None else code
        steps += [(cell, code)] if code else []
    return steps


def reads_of(check: Cell, cells: list[Cell]) -> set[str]:
    """The names that a check reads, itself or through the tests that stand in another check."""
    tests = {name: s.reads for cell in cells if cell.exercise for s in as_statements(cell) for name in s.defines}
    reads, wanted = set(), set().union(*(s.reads for s in as_statements(check)))
    while wanted:
        name = wanted.pop()
        wanted |= tests.get(name, set()) - reads
        reads.add(name)
    return reads


def answers_of(cells: list[Cell]) -> dict[str, str]:
    """For each exercise the student's own code that defines what its check reads, once if stages share it."""
    answers = {}
    for check in cells:
        if check.exercise:
            reads = reads_of(check, cells)
            own = [s for cell in cells for s in as_statements(cell) or [] if s.own and s.defines & reads]
            code = "\n".join(ast.unparse(s.code) for s in own)
            answers[check.exercise] = "" if code in answers.values() else code
    return answers


def published(lesson) -> dict[str, str]:
    """The lesson's own answers, as answers_of gives a student's. The student edition has none."""
    cells = [Cell(cell.source, 1 if is_solution(cell) else None, exercise_of(cell)) for cell in code_cells(lesson)]
    return answers_of([cell for cell in cells if cell.exercise or cell.number])


def solved(lesson):
    """The lesson as somebody would hand it in whose answers are the published solutions."""
    cells = []
    for cell in lesson.cells:
        place = len(cells)
        if cell.cell_type == "code" and is_solution(cell):
            place -= len(list(takewhile(exercise_of, reversed(cells))))  # above its checks
            cell = nbformat.v4.new_code_cell(re.sub(r"^(# @title Solution|check\().*$", "", cell.source, flags=re.M))
        cells.insert(place, cell)
    return nbformat.v4.new_notebook(cells=cells)


def look_at(cells: list[Cell], answers: dict[str, str], solutions: dict[str, str]) -> list[str]:
    """What an instructor should look at: code that no answer needs, and a layer where the exercise says by hand."""
    ours = {"check", "print"}.union(*(s.defines for cell in cells if cell.exercise for s in as_statements(cell)))
    found = []
    for cell in cells:
        if cell.number and as_statements(cell):
            names = suspicious(ast.Module([s.code for s in as_statements(cell)], []), ours)
            found += [f"cell {cell.number}: {', '.join(names)}"] if names else []
    for exercise, answer in answers.items():
        layers = layers_in(answer) - layers_in(solutions[exercise]) if solutions.get(exercise) else set()
        found += [f"{exercise}: {', '.join(sorted(layers))} in place of code by hand"] if layers else []
    return [text[:LONGEST] for text in found]


# What keeps a submission in its place


@functools.cache
def wall() -> tuple[str, ...]:
    """The beginning of a command that runs the rest behind a wall, or nothing where this system has none."""
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return ()
    system = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
    system += ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime")
    seen = [*system, sys.base_prefix, sys.prefix, os.environ.get("TORCHNLP_DATA", "sample")]
    shown = [part for place in seen if os.path.isabs(place) for part in ("--ro-bind-try", place, place)]
    command = (bwrap, "--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", *shown)
    trial = "import importlib.util as u, sys; sys.exit(u.find_spec('ipykernel') is None)"
    with suppress(OSError, subprocess.SubprocessError):  # some systems forbid it, or have their packages elsewhere
        subprocess.run([*command, sys.executable, "-c", trial], check=True, capture_output=True, timeout=60)
        return command
    return ()


def missing_here() -> str:
    """What this system cannot keep out, and what to do about it; "" if nothing is missing."""
    if wall():
        return ""
    bounds = "" if resource else " Windows has no bounds on memory and files but ours, which look twice a second."
    hint = "Install bubblewrap" if sys.platform == "linux" else "tools/teaching/Containerfile has one"
    return f"No wall: a submission runs as you, with your files and network.{bounds} {hint}, or read the code first."


def end_all(pid: int) -> None:
    """End the processes that descend from this one, also those that are born meanwhile."""
    with suppress(psutil.NoSuchProcess):
        while left := psutil.Process(pid).children(recursive=True):
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(left, timeout=5)


@contextmanager
def nothing_stays():
    """What is started meanwhile ends with this, however this ends."""
    with suppress(AttributeError, OSError, TypeError):  # Linux alone can do that
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans become children of this process
    try:
        yield
    finally:
        end_all(os.getpid())


START = """import sys, types
sys.modules[{name!r}] = types.ModuleType({name!r})
exec({guard!r}, vars(sys.modules[{name!r}]))
sys.modules[{name!r}].hush(get_ipython())
del sys, types"""


class Kernel:
    """A kernel that is asked over its shell channel alone: nobody listens to what it prints, so that costs nothing."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.name = f"guard_{secrets.token_hex(8)}"
        # Behind the wall there is no network: the two talk through files.
        channel = {"transport": "ipc", "ip": str(folder / "channel")} if wall() else {}
        self.manager = KernelManager(connection_file=str(folder / "kernel.json"), **channel)
        if wall():
            own = ("--bind", str(folder), str(folder), "--unsetenv", "JPY_PARENT_PID", "--remount-ro", "/")
            start = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")
            self.manager.kernel_spec.argv = [*wall(), *own, *start]
        names = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "PATHEXT")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        places = {name: str(folder) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "PYTHONPATH")}
        settings = {"TORCHNLP_DATA": os.environ["TORCHNLP_DATA"], "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager.start_kernel(cwd=str(folder / "notebooks"), env=kept | places | settings, **quiet)
        self.client = self.manager.blocking_client()
        self.client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        guard = (ROOT / "tools" / "teaching" / "guard.py").read_text(encoding="utf-8")
        self.ask(OURS, START.format(name=self.name, guard=guard))

    def ask(self, seconds: float, code: str = "", value: str = "None") -> tuple[object, str, float]:
        """Run code: the value of an expression, what went wrong or "", and the seconds that it took.

        Raises TimeoutError, ConnectionError. Hooks and transformers of IPython see code, and not the expression.
        """
        asked = {"store_history": False, "allow_stdin": False, "stop_on_error": False}
        request = self.client.execute(code, user_expressions={"value": value}, **asked)
        spent, last, before = 0.0, time.monotonic(), self.used()
        while spent < seconds:
            try:
                reply = self.client.get_shell_msg(timeout=0.5)
            except queue.Empty:
                reply = None
            now, used = time.monotonic(), self.used()
            spent += max(used - before, now - last if reply is None and self.asleep() else 0.0)
            last, before = now, used
            if reply is None:
                if not self.manager.is_alive():
                    raise ConnectionError("ended the kernel")
                self.look()
            elif reply["parent_header"].get("msg_id") == request:  # and no late word of an earlier cell
                content = reply["content"]
                answer = content["user_expressions"]["value"] if content["status"] == "ok" else content
                if answer["status"] != "ok":
                    return None, f"failed with {answer.get('ename')}: {answer.get('evalue')}", spent
                return ast.literal_eval(answer["data"]["text/plain"]), "", spent
        raise TimeoutError(f"did not end within {seconds:.0f} s")

    def of_each(self, question) -> list:
        """What a question to each process of the submission gives; one that has ended meanwhile says nothing."""
        said = []
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                said.append(question(process))
        return said

    def used(self) -> float:
        """Seconds of the processor, of all that the submission has started, and of what of it has ended."""
        return sum(sum(times[:4]) for times in self.of_each(psutil.Process.cpu_times))

    def asleep(self) -> bool:
        """Does none of its processes want the processor? (A busy machine that lets it wait costs it nothing.)"""
        resting = {psutil.STATUS_SLEEPING, psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}
        return resting.issuperset(self.of_each(psutil.Process.status))

    def look(self) -> None:
        """Raises ConnectionError if the submission takes too much. (The bounds in `alone` hold for each process.)"""
        memory = [taken.rss for taken in self.of_each(psutil.Process.memory_info)]
        files = 0
        for place, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    files += os.lstat(os.path.join(place, name)).st_size
        for what, much, most in (("memory", sum(memory), MEMORY), ("room for files", files, FILES)):
            if much > most:
                raise ConnectionError(f"took more than {most / 2**30:g} GB of {what}")
        if len(memory) > PROCESSES:
            raise ConnectionError(f"started more than {PROCESSES} processes")

    def run(self, seconds: float, code: str = "", value: str = "None") -> tuple[object, str, float]:
        """As `ask`, but what does not end is interrupted. Raises ConnectionError if it goes on all the same."""
        try:
            return self.ask(seconds, code, value)
        except TimeoutError as error:
            problem = str(error)
        try:
            if sys.platform == "win32":
                self.manager.interrupt_kernel()
            else:  # but not bwrap: the wall would fall
                self.of_each(lambda process: process.name() == "bwrap" or process.send_signal(signal.SIGINT))
            self.ask(2)
        except TimeoutError:
            raise ConnectionError(f"{problem} and could not be stopped") from None
        return None, problem, seconds

    def of_guard(self, call: str, seconds: float) -> tuple[object, str, float]:
        """What a call of a function of tools/teaching/guard.py gives."""
        return self.run(seconds, value=f"__import__({self.name!r}).{call}")


@functools.cache
def our_check() -> str:
    """The source of the course's own `check`, to be run without the course."""
    course = (ROOT / "torchnlp.py").read_text(encoding="utf-8")
    (check,) = [node for node in ast.parse(course).body if getattr(node, "name", "") == "check"]
    start = "from __future__ import annotations\nimport traceback\n_right = set()\n"
    return start + ast.get_source_segment(course, check)


def judged(check: Cell, answers: set[str]) -> str:
    """The call for a verdict, by our own `check` and `print`, and for the calls of the answers meanwhile."""
    name = f"check_{secrets.token_hex(8)}"  # a name that no submission can have used
    source = re.sub(r"^check\(", f"{name}(", check.source, flags=re.M)
    return f"judge({our_check()!r}, {source!r}, {name!r}, globals(), {LONGEST}, {answers!r})"


def alike(one, other) -> bool:
    """Are two values from JSON the same, up to what rounding does?"""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-3) or one != one and other != other
    return one == other


def values_of(kernel: Kernel, calls: list[str], seconds: float, seed: int = 1) -> tuple[list, float]:
    """What the answers give for these calls, as far as it can be told, and the seconds. Raises ConnectionError."""
    found, _, spent = kernel.of_guard(f"values({' '.join(calls)!r}, globals(), {seed})", seconds)
    with suppress(TypeError, ValueError, RecursionError):
        return json.loads(found), spent
    return [], spent


def settled(kernel: Kernel, calls: list[str]) -> str:
    """Of the calls of a published solution, with their values, those that hang on no random number and no tie."""
    calls = [call for call in calls if len(call) < LARGEST_CALL][:MOST_CALLS]
    found = zip(*(values_of(kernel, calls, OURS, seed)[0] for seed in range(1, 11)))
    return json.dumps([(c, v[0]) for c, v in zip(calls, found) if v[0] is not None and all(alike(v[0], w) for w in v)])


def hear(kernel: Kernel, check: Cell, answers: set[str], known: dict | None, seconds: float) -> tuple:
    """What a check says, the published values or "", what went wrong or "", and the seconds. Raises ConnectionError.

    A right answer is called again, and its values are compared with the published ones. answers: the names of answers.
    """
    found, problem, spent = kernel.of_guard(judged(check, answers if known is None else set()), seconds)
    said, calls = found or ("", "")
    said = said.removeprefix(f"{check.exercise}: ")
    if said == RIGHT and known is None:
        return said, settled(kernel, calls.split()), problem, spent
    if said == RIGHT and (pairs := json.loads(known.get(check.exercise, "[]"))):
        given, longer = values_of(kernel, [call for call, _ in pairs], seconds)
        return RIGHT if alike(given, [value for _, value in pairs]) else OTHER, "", problem, spent + longer
    return said, "", problem, spent


def run(steps: list[tuple[Cell, str]], folder: Path, limit: float, known: dict | None) -> tuple[dict, dict, float]:
    """Run the steps in a fresh kernel: a verdict on each exercise, the published values, and the seconds.

    known: for each exercise calls, and the values that the published solution gives. None: these are to be found.
    """
    verdicts, problems, values, over, total = {}, [], {}, "", 0.0
    kernel, cells = Kernel(folder), [cell for cell, _ in steps]
    own = set().union(*(s.defines for cell in cells if cell.number for s in as_statements(cell) or []))
    last_own = max((i for i, cell in enumerate(cells) if cell.number), default=0)
    again = [step for step in steps[:last_own] if step[0].exercise]  # an answer may stand below
    for cell, code in steps + again:
        earlier = verdicts.get(cell.exercise, "")
        if over or earlier == RIGHT or "did not end" in earlier:
            if cell.exercise:
                verdicts.setdefault(cell.exercise, f"not reached. {over}")
            continue
        said, published, problem, spent = "", "", "", 0.0
        reads = reads_of(cell, cells) if cell.exercise else set()
        theirs = cell.exercise or cell.number
        most = limit / 5 if theirs else OURS
        try:
            if theirs and total >= limit:
                raise ConnectionError(f"was not run: the {limit:.0f} s for the whole notebook were over")
            if cell.exercise:
                said, published, problem, spent = hear(kernel, cell, own & reads, known, most)
            else:
                if not theirs:  # what ours draw is the same for everybody
                    kernel.of_guard("seed(0)", OURS)
                _, problem, spent = kernel.run(most, code)
        except ConnectionError as error:
            problem, over = str(error), f"{cell} {error}"
        total += spent if theirs else 0
        values |= {cell.exercise: published} if published else {}
        if cell.exercise:
            verdict = verdict_of(reads, said, problem, problems)
            if not earlier or verdict == RIGHT:
                verdicts[cell.exercise] = OUT_OF_ORDER if earlier else verdict
        elif problem:
            problems.append((cell, re.sub(r"\(\S+, (line \d+)\)$", r"(\1)", problem)))
    return verdicts, values, max(kernel.used(), total)


def verdict_of(reads: set[str], said: str, problem: str, problems: list[tuple[Cell, str]]) -> str:
    """What to say on an exercise whose check was run, by what it said, and by what went wrong in it and before it."""
    verdict = f"not yet. Its check {problem}" if problem else said or "not yet. Its check came to no verdict"
    # Our stub is judged in the place of an answer that is no Python: say that, and not what the stub returns.
    defined = rf"\b(?:def|class)\s+({'|'.join(reads)})\b|^({'|'.join(reads)})\s*="
    broken = [(c, p) for c, p in problems if as_statements(c) is None and re.search(defined, c.source, flags=re.M)]
    if verdict != RIGHT and broken:
        verdict = f"not yet. {broken[0][0]} {broken[0][1]}"
    elif "NameError" in verdict and problems:  # what is missing may be what a broken cell should have made
        verdict += f" [{problems[0][0]} {problems[0][1]}]"
    return " ".join(verdict.split())[:LONGEST]


# One submission, in a process of its own


def alone(limit: float) -> None:
    """Read a secret, what `run` wants to know and a notebook; write two lines of a report, each with the secret.

    The first is written before anything of the submission is run.
    """
    for what, most in (("RLIMIT_DATA", MEMORY), ("RLIMIT_FSIZE", FILES), ("RLIMIT_CORE", 0)) if resource else ():
        with suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, what), (most, most))
    secret, known, data = sys.stdin.buffer.read().split(b"\n", 2)

    def write(**part) -> None:
        print(json.dumps({"secret": secret.decode(), **part}), flush=True)

    submission = read_submission(data)
    path = find_lesson(submission)
    lesson = nbformat.read(path, as_version=4)
    solutions = published(lesson)
    cells = put_together(lesson, submission)
    answers = answers_of(cells)
    look = look_at(cells, answers, solutions)
    same = {exercise: plain(answer) for exercise, answer in answers.items()}
    write(lesson=path.stem, **written(submission), answers=same, look=look)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, nothing_stays():
        copy_course(Path(folder))
        (Path(folder) / "notebooks").mkdir(exist_ok=True)
        steps = steps_of(cells, settings_of(path))
        verdicts, values, seconds = run(steps, Path(folder), limit, json.loads(known))
    look += [f"{exercise}: {OTHER[9:]}" for exercise, verdict in verdicts.items() if verdict == OTHER]
    write(verdicts=verdicts, values=values, look=look, seconds=f"{seconds + time.process_time():.0f}")


def read_report(said: bytes, secret: str, ended_well: bool) -> tuple[dict, str]:
    """What a worker said, and what is wrong with it or ""."""
    report = dict(REPORT)
    try:
        for line in said.splitlines():
            part = json.loads(line)
            if not isinstance(part, dict) or part.pop("secret", None) != secret:
                return report, "something else wrote into its report"
            jsonschema.validate(part, SCHEMA)
            report |= part
    except (ValueError, RecursionError, jsonschema.ValidationError):
        return report, "its report is not what it should be"
    return report, "" if ended_well and report["verdicts"] else "the submission has ended it"


ONE_AT_A_TIME, STOPPED = threading.Lock(), threading.Event()


def stop() -> None:
    """End all that is being judged, and begin nothing more."""
    STOPPED.set()
    end_all(os.getpid())


@functools.cache
def published_values(path: Path) -> dict[str, str]:
    """For each exercise of a lesson what its published solution gives. The student edition has none."""
    lesson = nbformat.read(path, as_version=4)
    if not any(map(is_solution, lesson.cells)):
        return {}
    report = work(nbformat.writes(solved(lesson)).encode(), LIMIT, None)
    wrong = [text for text in (report["problem"], *report["verdicts"].values()) if text not in ("", RIGHT)]
    if wrong and not STOPPED.is_set():
        print(f"{path.name}: for some exercises there are no values to compare with: its own solution says {wrong[0]}")
    return report["values"]


def judge(data: bytes, limit: float = LIMIT) -> dict:
    """The report on a submission: REPORT, filled. Without verdicts it has a problem."""
    try:
        path = find_lesson(read_submission(data))
    except ValueError as error:
        return REPORT | {"problem": str(error)}
    with ONE_AT_A_TIME:
        known = published_values(path)
    return work(data, limit, known)


def work(data: bytes, limit: float, known: dict | None) -> dict:
    """The report of a process of its own."""
    if STOPPED.is_set():
        return REPORT | {"problem": "Its run broke off: it was stopped"}
    secret = secrets.token_hex(16)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", f"from tools.teaching.check import alone; alone({limit!r})"]
    worker = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes)
    given = f"{secret}\n{json.dumps(known)}\n".encode() + data
    try:
        said, error = worker.communicate(given, timeout=5 * limit + 5 * OURS)
        report, wrong = read_report(said, secret, worker.returncode == 0)
    except subprocess.TimeoutExpired:
        end_all(worker.pid)
        worker.kill()
        report, wrong, error = dict(REPORT), "it could not be stopped", b""
        worker.communicate()
    if wrong:
        last = error.decode(errors="replace").strip().splitlines()[-1:]
        report |= {"verdicts": {}, "problem": f"Its run broke off: {' '.join(last) or wrong}"[:LONGEST]}
    return report


def score(report: dict) -> str:
    right = sum(verdict.startswith(RIGHT) for verdict in report["verdicts"].values())
    return report["problem"] or f"{right} of {len(report['verdicts'])} right"


def for_gradescope(report: dict) -> dict:
    """What Gradescope wants to read in results.json: a test for each check, worth its share of the exercise's point."""
    exercises = [re.search(r"\d+", name)[0] for name in report["verdicts"]]
    tests = [
        {"name": name, "score": worth * verdict.startswith(RIGHT), "max_score": worth, "output": verdict}
        for (name, verdict), worth in zip(report["verdicts"].items(), [1 / exercises.count(n) for n in exercises])
    ]
    return {"output": report["problem"]} | ({"tests": tests} if tests else {"score": 0.0})


def arguments(description: str, *names: str) -> argparse.Namespace:
    """What stands behind the command: files or folders of these names, and the limit."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in names:
        parser.add_argument(name, type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for a whole notebook ({LIMIT})")
    return parser.parse_args()


def main() -> int:
    args = arguments(__doc__, "submission", "--results")
    sys.stdout.reconfigure(errors="backslashreplace")
    os.environ.setdefault("TORCHNLP_DATA", "sample")
    try:
        with nothing_stays():
            report = judge(args.submission.read_bytes(), args.limit)
    except OSError as error:
        report = REPORT | {"problem": f"{args.submission} cannot be read: {error.strerror}"}
    except KeyboardInterrupt:
        return 130
    if args.results:
        args.results.write_text(json.dumps(for_gradescope(report), indent=1), encoding="utf-8")
    for exercise, verdict in report["verdicts"].items():
        print(f"{exercise}: {verdict}")
    print(score(report))
    if report["problem"]:
        return 2
    return 0 if all(verdict.startswith(RIGHT) for verdict in report["verdicts"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
