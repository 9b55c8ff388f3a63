"""tools/teaching/check.py: what is said about a submission, whatever state it is in."""

import json
import os
import queue
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from test_grade import rows_of
from toy_course import EDITION, LESSON, RIGHT, make_course, stub, submission, tool

from tools.teaching import check, look
from tools.teaching.needs import statements_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
each_lesson = pytest.mark.parametrize("path", check.LESSONS, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("course"))


def own_verdicts():
    notebook = submission(
        [
            "print('Exercise 1: not yet. Ha!')\n    return 1",
            "return BASE",
            "while True:\n    pass\ndef answer_3():\n    return 3",  # the loop defines nothing: it is not run
            "print('Exercise 4: right')\n    while True:\n        pass",
        ]
    )
    notebook.cells.insert(notebook.cells.index(stub(notebook, 1)), new_code_cell("BASE = 1 / 0"))
    stub(notebook, 5).source = "def answer_5()\n    return 5"  # a colon is missing
    return notebook


def answers_anywhere():
    """In the check, in two cells, in place of a deleted check, below the check, with what it needs around it."""
    notebook = submission([None, "return helper() + ADDED[0]", "return 3"])
    checks = [cell for cell in notebook.cells if check.exercise_of(cell)]
    checks[0].source = "def answer_1():\n    return 1\n\n\n" + checks[0].source.replace("wanted =", "wanted = None #")
    around = [
        "%matplotlib inline\n!true\nADDED = []",
        "%%time\ndef helper():\n    return 1",
        "ADDED.append(1)\nprint(7)",
    ]
    place = notebook.cells.index(stub(notebook, 2))
    notebook.cells[place:place] = map(new_code_cell, around)
    notebook.cells.remove(checks[2])
    notebook.cells.append(new_code_cell("def answer_4():\n    return 4\n\n\nunknown()"))
    return notebook


STUBBORN = (
    "while True:\n        try:\n            while True:\n                pass\n"
    "        except KeyboardInterrupt:\n            pass"
)


@pytest.fixture(scope="module")
def said(course, tmp_path_factory):
    """The verdicts on some notebooks, by their names."""
    folder = tmp_path_factory.mktemp("submissions")
    notebooks = {
        "own": own_verdicts(),
        "anywhere": answers_anywhere(),
        "ends": submission(["return 1", "import os\n    os._exit(1)", "return 3"]),
        "stubborn": submission(["import time\n    time.sleep(99)", STUBBORN]),
    }
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    status, lines = tool(course, "grade", folder, "--limit", 10)
    assert status == 0, lines
    return {file: [row[str(n)] for n in range(1, 6)] for file, row in rows_of(folder).items()}


def test_each_exercise_gets_its_own_verdict(said):
    assert said["own"] == [
        "right",
        "not yet. `answer_2` stops with NameError: name 'BASE' is not defined "
        "[Code cell 5 (`BASE = 1 / 0`) failed with ZeroDivisionError: division by zero]",
        "right",
        "not yet. Its check did not end within 2 s",
        "not yet. Code cell 14 (`def answer_5()`) failed with SyntaxError: expected ':' (line 1)",
    ]


def test_the_lesson_with_its_solutions_is_as_empty_as_the_student_edition():
    solutions = {cell.source for cell in LESSON.cells} - {cell.source for cell in EDITION.cells}
    assert len(solutions) >= 5
    full, empty = (check.put_together(deepcopy(LESSON), notebook) for notebook in (LESSON, EDITION))
    assert [cell.source for cell in full] == [cell.source for cell in empty]
    assert not solutions & {cell.source for cell in full if "answer" in cell.source}


def test_where_the_answer_stands_does_not_matter(said):
    below = "right only out of order: the answer stands below its check"
    assert said["anywhere"] == ["right", "right", "right", below, "not yet. You return None."]


def test_a_kernel_that_ends_leaves_the_later_exercises_unreached(said):
    assert said["ends"][:2] == ["right", "not yet. Its check ended the kernel"]
    assert said["ends"][2] == "not reached. Our cell `# @title Check of exercise 2` ended the kernel"


def test_who_sleeps_is_stopped_and_who_cannot_be_stopped_ends_the_run(said):
    sleeps, stubborn, after, *_ = said["stubborn"]
    assert sleeps == "not yet. Its check did not end within 2 s"
    assert stubborn == "not yet. Its check did not end within 2 s and could not be stopped"
    assert after.startswith("not reached. Our cell")


def test_on_a_busy_machine_only_the_processor_s_seconds_count(monkeypatch):
    """A kernel that gets 0.1 s of the processor between two looks may take 19 looks for a limit of 2 s."""
    seconds = iter(range(1000))
    monkeypatch.setattr(check.time, "monotonic", lambda: 60.0 * next(seconds))
    kernel = check.Kernel.__new__(check.Kernel)
    used = iter(range(1000))
    statuses = ["sleeping", "running"]  # of its processes
    kernel.used, kernel.of_each, kernel.look = (lambda: next(used) / 10), (lambda question: statuses), (lambda: None)
    kernel.manager = Mock()
    answer = {"status": "ok", "user_expressions": {"value": {"status": "ok", "data": {"text/plain": "7"}}}}
    reply = {"parent_header": {"msg_id": "1"}, "content": answer}

    def after(looks):
        return Mock(**{"execute.return_value": "1", "get_shell_msg.side_effect": [queue.Empty] * looks + [reply]})

    kernel.client = after(looks=18)
    assert kernel.ask(2)[0] == 7
    kernel.client = after(looks=22)
    with pytest.raises(TimeoutError, match="did not end within 2 s"):
        kernel.ask(2)
    statuses.remove("running")  # who sleeps has the processor when it wants
    kernel.client = after(looks=18)
    with pytest.raises(TimeoutError):
        kernel.ask(2)


OTHER = nbformat.writes(new_notebook())  # of another course


@pytest.mark.parametrize("text", ["def answer():", "[1, 2]", '{"cells": 1}', "5", "", OTHER])
def test_what_is_not_a_notebook_of_this_course_is_not_checked(text):
    with pytest.raises(ValueError, match="is not a notebook"):
        check.find_lesson(check.read_submission(text.encode()))


def test_make_check_ends_without_an_error_of_make(course, tmp_path):
    """A wrong answer is no error of the command, nor is a limit that was too short; a missing file is one."""
    nbformat.write(submission(["return 1"]), tmp_path / "anna.ipynb")
    shutil.copy(ROOT / "Makefile", course)
    ready = [f"BIN={Path(sys.executable).parent}", "TOOLS_READY=", "LIMIT=0"]
    for file, status, end in [("anna.ipynb", 0, "0 of 5 right\n"), ("nowhere.ipynb", 2, "No such file or directory\n")]:
        run = subprocess.run(
            ["make", "--no-print-directory", "check", f"SUBMISSION={tmp_path / file}", *ready],
            cwd=course, capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == status and run.stdout.endswith(end), run.stderr
        assert bool(run.stderr) == bool(status)
        assert status or "was not run: the 0 s for the whole notebook were over" in run.stdout


def test_gradescope_gets_its_file(course, tmp_path):
    verdicts = {"Exercise 1a": "right", "Exercise 1b": "not yet. No", "Exercise 2": check.OUT_OF_ORDER}
    tests = check.for_gradescope({"verdicts": verdicts, "problem": ""})["tests"]
    assert [(test["score"], test["max_score"]) for test in tests] == [(0.5, 0.5), (0, 0.5), (1, 1)]
    assert (tests[1]["name"], tests[1]["output"]) == ("Exercise 1b", "not yet. No")
    status, lines = tool(course, "check", tmp_path / "nowhere.ipynb", "--results", tmp_path / "results.json")
    said = {"output": f"{tmp_path / 'nowhere.ipynb'} cannot be read: No such file or directory", "score": 0}
    assert status == 2 and json.loads((tmp_path / "results.json").read_text()) == said


def test_a_system_without_bounds_checks_all_the_same_and_says_what_is_missing(course):
    """Windows has no module `resource`, and no wall."""
    start = (  # on Linux psutil itself uses that module
        "import os, psutil, sys; sys.modules['resource'] = None; os.environ['PATH'] = ''; sys.argv = ['']; "
        "from tools.teaching import check, grade; "
    )
    end = "sys.platform = 'win32'; print(check.missing_here()); sys.platform = 'linux'; check.alone(60)"
    run = subprocess.run(
        [sys.executable, "-c", start + end], cwd=course, capture_output=True, text=True,
        input="secret\n{}\n" + nbformat.writes(submission(RIGHT)), env={**os.environ, "TORCHNLP_DATA": "sample"},
    )  # fmt: skip
    missing, _, report = run.stdout.splitlines()
    assert missing.startswith("No wall: a submission runs as you") and "Windows has no bounds" in missing
    assert set(json.loads(report)["verdicts"].values()) == {"right"}, run.stderr


# Its report


def said_by_worker(*lines, ended_well=True):
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return check.read_report(b"\n".join(lines), "key", ended_well)


FIRST = {"secret": "key", "lesson": "1", "name": "Anna", "words": {"1": "No."}}
LAST = {"secret": "key", "verdicts": {"Exercise 1a": "right"}}


def test_a_report_of_two_lines_is_taken():
    report, wrong = said_by_worker(FIRST, LAST)
    assert not wrong and (report["name"], report["verdicts"]) == ("Anna", {"Exercise 1a": "right"})


@pytest.mark.parametrize(
    "lines",
    [
        [b"5"],
        [b"null"],
        [b"[" * 100_000],
        [b"\xff"],
        [FIRST | {"name": 5}],
        [FIRST | {"look": ["os", None]}],
        [FIRST | {"more": "x"}],
        [FIRST, LAST | {"verdicts": {"Exercise": "right"}}],
        [FIRST, LAST | {"verdicts": {"Exercise 1": ["right"]}}],
        [FIRST, LAST | {"secret": "guess"}],
        [FIRST, {"verdicts": LAST["verdicts"]}],
        [FIRST, LAST, b"{}"],
        [FIRST],
        [],
    ],
)
def test_a_report_that_is_not_what_it_should_be_gives_no_verdict(lines):
    report, wrong = said_by_worker(*lines)
    assert wrong and said_by_worker(FIRST, LAST, ended_well=False)[1]
    if lines[:1] == [FIRST]:
        assert report["name"] == "Anna"  # what was known before the submission was run


# A look at the code


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os\nos.getppid()", ["os"]),
        ("from sys import _getframe as f\nf(1)", ["sys", "_getframe"]),
        ("open('/proc/1/fd/1', 'w')", ["open", "/proc"]),
        ("exec('a = 1')", ["exec"]),
        ("torch.allclose = print", ["changes torch.allclose"]),
        ("torch.Tensor.__lt__ = print", ["changes torch.Tensor.__lt__"]),
        ("import requests", ["requests"]),
        ("!cat ../LICENSE", ["get_ipython"]),
        ("layer.register_forward_hook(print)", ["register_forward_hook"]),
        ("def test_1():\n    pass", ["defines test_1"]),
        ("%matplotlib inline\nimport torch.nn as nn\nnet.eval()\nx = re.compile('a')", []),
        ("class A(nn.Module):\n    def __init__(self):\n        self.open = nn.Linear(2, 2)", []),
    ],
)
def test_what_deserves_a_look(code, found):
    cell = check.Cell(code, number=3)
    looks = check.look_at([cell, check.Cell("def test_1():\n    pass", None, "Exercise 1")], {}, {})
    assert looks == ([f"cell 3: {', '.join(found)}"] if found else [])


def test_a_layer_of_pytorch_where_the_exercise_says_by_hand_deserves_a_look():
    answers = {"Exercise 2a": "class MyLSTM(nn.LSTM):\n    pass", "Exercise 3": "pack_sequence(x)"}
    by_hand = {"Exercise 2a": "class MyLSTM(nn.Module):\n    pass", "Exercise 3": "pack_sequence(y)"}
    assert check.look_at([], answers, by_hand) == ["Exercise 2a: LSTM in place of code by hand"]


def test_a_copy_is_a_copy_under_other_names_and_with_a_docstring():
    mine = 'def f(x, n: int) -> int:\n    """Mine."""\n    total = x * n\n    return helper(total)'
    theirs = "def f(a, b):\n    # no comment\n    s = a * b\n    return helper(s)"
    assert look.plain(mine) == look.plain(theirs)
    assert look.plain(mine) != look.plain(theirs.replace("a * b", "b * a"))
    assert look.plain(mine) != look.plain(theirs.replace("helper", "other"))


def test_a_long_answer_is_compared_whole():
    answer = f"def answer_1():\n    return {[1] * 9_000}"
    cells = [check.Cell(answer, 1), check.Cell('check("Exercise 1", answer_1)', None, "Exercise 1")]
    assert check.answers_of(cells) == {"Exercise 1": answer} and look.plain(answer) == answer


@each_lesson
def test_a_published_solution_gives_nothing_to_look_at(path):
    lesson = nbformat.read(path, as_version=4)
    solutions = check.published(lesson)
    assert all(any(code for name, code in solutions.items() if name.startswith(check[:10])) for check in solutions)
    cells = [check.Cell(cell.source, 1) for cell in lesson.cells if check.is_solution(cell)]
    assert check.look_at(cells, solutions, solutions) == []
    for code in solutions.values():
        assert look.plain(look.plain(code)) == look.plain(code)


# The lessons themselves


@each_lesson
def test_the_check_of_every_exercise_is_found_and_nothing_is_trained_for_it(path):
    """Where it cannot be helped, the lesson defines something by training, and its check needs that."""
    lesson = nbformat.read(path, as_version=4)
    assert check.find_lesson(lesson) == path
    names = [check.exercise_of(cell) for cell in lesson.cells if check.exercise_of(cell)]
    cells = check.put_together(deepcopy(lesson), lesson)
    assert [cell.exercise for cell in cells if cell.exercise] == names
    assert all(cell.number is None for cell in cells)  # it knows its own cells
    steps = check.steps_of(cells, check.settings_of(path))
    trained = [s for cell, code in steps if not cell.exercise for s in statements_of(code) if "fit" in s.reads]
    assert [s for s in trained if not s.defines] == [] and len(steps) < 40


def test_right_answers_to_a_real_lesson_are_right_and_bent_comparisons_do_not_help(monkeypatch):
    """The published solutions of the first lesson handed in; but one answer bends what its check compares with."""
    path = check.LESSONS[0]
    notebook = check.solved(nbformat.read(path, as_version=4))
    bent = next(cell for cell in notebook.cells if "states * mask" in cell.source)
    bent.source = (
        "def masked_mean(states, mask):\n    torch.allclose = lambda *inputs, **options: False\n"
        "    torch.Tensor.__lt__ = lambda self, other: True\n    return 0 * states[:, 0]"
    )
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    report = check.judge(nbformat.writes(notebook).encode())
    assert report["lesson"] == path.stem
    above = [verdict for name, verdict in report["verdicts"].items() if name < "Exercise 3b"]
    assert above == ["right"] * len(above) and len(above) > 3, report
    assert report["verdicts"]["Exercise 3b"] == check.OTHER
    changes, values = report["look"]
    assert "changes torch.allclose, changes torch.Tensor.__lt__" in changes
    assert values.startswith("Exercise 3b: Asked again outside its check")
    assert len(check.published_values(path)) >= 4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1, [2.0, "x"]], [1.0001, [2, "x"]], True),
        ([float("nan"), float("inf")], [float("nan"), float("inf")], True),
        ([1, 2], [1], False),
        (0.1, 0.2, False),
        (None, 0, False),
        ([0], 0, False),
    ],
)
def test_values_are_the_same_up_to_what_rounding_does(one, other, same):
    assert check.alike(one, other) == same


def test_a_student_edition_has_no_values_to_compare_with(tmp_path):
    nbformat.write(EDITION, tmp_path / "1-numbers.ipynb")
    assert check.published_values(tmp_path / "1-numbers.ipynb") == {}
