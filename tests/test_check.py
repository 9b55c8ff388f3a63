"""tools/check.py and tools/grade.py: what an instructor reads about submissions, whatever state they are in."""

import csv
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import check, grade, student
from tools.needs import statements_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent

# A stand-in for the module that starts at once: all that a check needs is `check`.
MODULE = (
    "from __future__ import annotations\nimport traceback\n_right = set()\n__all__ = ['check']\n\n\ndef check"
    + (ROOT / "torchnlp.py").read_text(encoding="utf-8").split("\ndef check")[1].split("\ndef answered")[0]
)


def exercise(number):
    """Write a function that returns the number of its exercise."""
    return [
        new_markdown_cell(f"### Exercise {number}. A number"),
        new_code_cell(f"def answer_{number}():\n    return None  # <- your code instead"),
        new_code_cell(
            f"# @title Check of exercise {number}\n"
            f"def test_{number}():\n    answer, wanted = answer_{number}(), KEY[{number}]\n"
            f"    assert answer == wanted, f'You return {{answer}}.'\n\n\n"
            f'check("Exercise {number}", test_{number})'
        ),
        new_code_cell(
            f"# @title Solution {number}\ndef answer_{number}():\n    return {number}\n\n\n"
            f'check("Solution {number}", test_{number})',
            metadata={"tags": ["solution"]},
        ),
    ]


LESSON = new_notebook(
    cells=[
        new_markdown_cell("# Lesson"),
        new_code_cell("# @title Set-up: run this first\nraise OSError('no network')"),
        new_code_cell("from torchnlp import *"),
        new_code_cell("KEY = {n: n for n in range(10)}\nraise RuntimeError('here a network would be trained')"),
        *(cell for n in range(1, 6) for cell in exercise(n)),
        new_markdown_cell("## On"),
    ]
)
EDITION = student.student_edition(deepcopy(LESSON))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one lesson of five exercises."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "tools", course / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ["notebooks", *student.NEEDED]:
        if (ROOT / name).is_dir():
            (course / name).mkdir(parents=True)
    nbformat.write(LESSON, course / "notebooks" / "1-numbers.ipynb")
    (course / "torchnlp.py").write_text(MODULE, encoding="utf-8")
    (course / "LICENSE").write_text("free")
    return course


def submission(answers=(), name="", number=""):
    """The student edition with these answers: the body of answer_1, answer_2, ..., or a whole cell; None: untouched."""
    notebook = deepcopy(EDITION)
    for n, body in enumerate(answers, 1):
        if body is not None:
            stub(notebook, n).source = body if "def " in body else f"def answer_{n}():\n    {body}"
    names = next(cell for cell in notebook.cells if cell.id == "student-name")
    names.source = names.source.replace('NAME = ""', f'NAME = "{name}"').replace('ID = ""', f'ID = "{number}"')
    return notebook


def stub(notebook, number):
    return next(cell for cell in notebook.cells if cell.source.startswith(f"def answer_{number}"))


def tool(course, *arguments):
    run = subprocess.run(
        [sys.executable, str(course / "tools" / arguments[0]), *map(str, arguments[1:])],
        capture_output=True, text=True, env={**os.environ, "TORCHNLP_DATA": "sample"},
    )  # fmt: skip
    assert not run.stderr, run.stderr
    return run.returncode, run.stdout.splitlines()


@pytest.fixture
def checked(course, tmp_path):
    """Check a notebook, or a text that is none: (exit status, what was printed)."""

    def checked(submission, limit=600):
        file = tmp_path / "submission.ipynb"
        text = submission if isinstance(submission, str) else nbformat.writes(submission)
        file.write_text(text, encoding="utf-8")
        return tool(course, "check.py", file, "--limit", limit)

    return checked


def test_each_exercise_gets_its_own_verdict(checked):
    notebook = submission(
        [
            "print('Exercise 1: not yet. Ha!')\n    return 1",
            "return BASE",
            "while True:\n    pass\ndef answer_3():\n    return 3",  # the loop defines nothing: it is not run
            "print('Exercise 4: right')\n    while True:\n        pass",
        ]
    )
    notebook.cells.insert(notebook.cells.index(stub(notebook, 1)), new_code_cell("BASE = 1 / 0"))
    stub(notebook, 5).source = "def answer_5(:"
    status, lines = checked(notebook, limit=10)
    assert status == 1
    assert lines == [
        "Exercise 1: right",
        "Exercise 2: not yet. `answer_2` stops with NameError: name 'BASE' is not defined "
        "[Code cell 5 (`BASE = 1 / 0`) failed with ZeroDivisionError: division by zero]",
        "Exercise 3: right",
        "Exercise 4: not yet. Its check did not end within 2 s",
        "Exercise 5: not yet. You return None.",
        "2 of 5 right",
    ]


def test_the_lesson_with_its_solutions_is_as_empty_as_the_student_edition(checked):
    assert {cell.source for cell in LESSON.cells} - {cell.source for cell in EDITION.cells}
    _, lines = checked(LESSON)
    assert lines == [f"Exercise {n}: not yet. You return None." for n in range(1, 6)] + ["0 of 5 right"]


def test_where_the_answer_stands_does_not_matter(checked):
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
    status, lines = checked(notebook)
    right = [f"Exercise {n}: right" for n in range(1, 4)]
    assert lines == [
        *right,
        "Exercise 4: right only out of order: the answer stands below its check",
        "Exercise 5: not yet. You return None.",
        "4 of 5 right",
    ]


def test_a_kernel_that_ends_leaves_the_later_exercises_unreached(checked):
    status, lines = checked(submission(["return 1", "import os\n    os._exit(1)", "return 3"]))
    assert lines[:2] == ["Exercise 1: right", "Exercise 2: not yet. Its check ended the kernel"]
    assert lines[2] == "Exercise 3: not reached. Our cell `# @title Check of exercise 2` ended the kernel"


def test_a_check_that_cannot_be_stopped_ends_the_run_and_so_does_the_limit(checked):
    stubborn = "while True:\n        try:\n            while True:\n                pass\n"
    stubborn += "        except KeyboardInterrupt:\n            pass"
    status, lines = checked(submission(["return 1", stubborn]), limit=10)
    assert lines[:2] == [
        "Exercise 1: right",
        "Exercise 2: not yet. Its check did not end within 2 s and could not be stopped",
    ]
    assert lines[2].startswith("Exercise 3: not reached. Our cell")
    status, lines = checked(submission(["return 1"]), limit=0)
    assert "was not run: the 0 s for the whole notebook were over" in lines[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def answer():", "is not a notebook"),
        ("[1, 2]", "is not a notebook"),
        ('{"cells": 1}', "is not a notebook"),
        (nbformat.writes(new_notebook()), "not a notebook of this course"),
    ],
)
def test_what_is_not_a_notebook_of_the_course_is_not_checked(tmp_path, text, reason):
    (tmp_path / "text.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        check.find_lesson(check.read_submission(tmp_path / "text.ipynb"))


def test_make_check_ends_without_an_error_of_make(course, tmp_path):
    """A wrong answer is no error of the command; a missing file is one."""
    nbformat.write(submission(["return 1"]), tmp_path / "anna.ipynb")
    shutil.copy(ROOT / "Makefile", course)
    ready = [f"BIN={Path(sys.executable).parent}", "READY="]
    for file, status, end in [("anna.ipynb", 0, "1 of 5 right\n"), ("nowhere.ipynb", 2, "No such file or directory\n")]:
        run = subprocess.run(
            ["make", "--no-print-directory", "check", f"SUBMISSION={tmp_path / file}", *ready],
            cwd=course, capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == status and run.stdout.endswith(end), run.stderr
        assert bool(run.stderr) == bool(status)


# A folder of submissions

ATTACKS = {  # for each file, the bodies of its answers, which the checks call
    "cheats": {
        "rewrites the module": "import torchnlp\n    torchnlp.check = lambda e, t: print(f'{e}: right')\n"
        "    open(torchnlp.__file__, 'w').write('def check(*a): print(\"right\")')",
        "replaces print": "import builtins\n    old = print\n"
        "    builtins.print = lambda *a, **k: old(str(a[0]).replace('not yet', 'right'))\n"
        "    print('Exercise 2: right')",
        "replaces check": "globals()['check'] = globals()['test_4'] = lambda *a: True",
        "reads solutions": "import glob\n    return 4 if glob.glob('../**/*olution*', recursive=True) else None",
    },
    "takes": {
        "memory": "import numpy\n    kept = []\n    while True:\n        kept.append(numpy.empty(10**9, 'b'))",
        "room": "open('big', 'wb').truncate(10**12)",
        "prints without end": "while True:\n        print('x' * 2**20)",
        "prints a million lines": "for line in range(1_000_000):\n        print('Exercise 4: right')",
    },
    "stays": {
        "a daemon": "import os, subprocess, sys\n"
        "    code = 'import os, time; os.fork() and os._exit(0); os.setsid(); "
        'open("OUTSIDE", "a").write(str(os.getpid()) + chr(10)); time.sleep(600)\'\n'
        "    subprocess.run([sys.executable, '-c', code], env={})",
        "deletes its folder": "import os, shutil\n    shutil.rmtree(os.path.dirname(os.getcwd()))",
    },
    "kills": {"the one who checks": "import os, time\n    os.kill(os.getppid(), 9)\n    time.sleep(60)"},
}


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    """All attacks in one folder, with honest work between them: (rows by file, folder, what the daemons wrote)."""
    folder, outside = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("outside") / "daemons"
    for name, bodies in ATTACKS.items():
        bodies = [body.replace("OUTSIDE", str(outside)) for body in bodies.values()]
        bodies += [f"return {n}" for n in range(len(bodies) + 1, 6)]  # the rest is right
        nbformat.write(submission(bodies, name), folder / f"{name}.ipynb")
    honest = submission([f"return {n}" for n in range(1, 6)], "=Änne <b>", "007")
    words = next(cell for cell in honest.cells if cell.id == "words-1")
    words.source += "\n\nI expected 1 & saw 1."
    for place in ("honest.ipynb", "zz/late.ipynb"):
        (folder / place).parent.mkdir(exist_ok=True)
        nbformat.write(honest, folder / place)
    (folder / "broken.ipynb").write_text("{")
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    status, lines = tool(course, "grade.py", folder, "--limit", 20)
    assert status == 0, lines
    assert before == {path: path.read_bytes() for path in course.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    return rows_of(folder), folder, outside.read_text().split()


def rows_of(folder):
    with open(folder / "grades.csv", encoding="utf-8-sig", newline="") as table:
        return {row["file"].removesuffix(".ipynb"): row for row in csv.DictReader(table)}


def test_no_submission_has_an_effect_on_another(graded):
    rows, *_ = graded
    for file in ("honest", "zz/late"):
        assert [rows[file][str(n)] for n in range(1, 6)] == ["right"] * 5, rows[file]
        assert (rows[file]["right"], rows[file]["of"], rows[file]["status"]) == ("5", "5", "checked")


def test_an_attack_wins_nothing_and_costs_its_own_exercise_alone(graded):
    rows, *_ = graded
    for file, bodies in ATTACKS.items():
        verdicts = [rows[file][str(n)] for n in range(1, 6)]
        assert "right" not in verdicts[: len(bodies)]
        if file != "kills":
            assert verdicts[len(bodies) :] == ["right"] * (5 - len(bodies)), file
    assert [rows["cheats"][n] for n in "1234"] == ["not yet. You return None."] * 4
    memory, room, endless, million = (rows["takes"][n] for n in "1234")
    assert "MemoryError" in memory and "File too large" in room
    assert endless == "not yet. Its check did not end within 4 s"
    assert million == "not yet. You return None."
    assert rows["kills"]["status"].startswith("Its run broke off")
    assert "is not a notebook" in rows["broken"]["status"]


def test_nothing_that_a_submission_started_outlives_it(graded):
    *_, daemons = graded
    assert daemons
    for pid in daemons:
        assert not Path(f"/proc/{pid}").exists()


def test_the_table_has_who_and_what_and_names_identical_answers(graded):
    rows, *_ = graded
    row = rows["honest"]
    assert (row["name"], row["id"], row["lesson"]) == ("'=Änne <b>", "007", "1-numbers")  # no formula for a spreadsheet
    assert "zz/late.ipynb (1, 2, 3, 4, 5, words on 1)" in row["same answers"] and int(row["seconds"]) >= 0


def test_each_student_gets_a_page(graded):
    _, folder, _ = graded
    page = (folder / "feedback" / "zz - late.html").read_text(encoding="utf-8")
    assert "<h1>=Änne &lt;b&gt; · 1-numbers</h1>" in page and "5 of 5 right" in page
    assert "<h2>Exercise 3</h2>\n<p>right</p>" in page and "I expected 1 &amp; saw 1." in page


def test_a_second_run_keeps_marks_and_columns_of_ones_own(tmp_path, monkeypatch):
    """Also those of a table that a spreadsheet saved with semicolons, and of a file that is gone."""
    verdicts = {"Exercise 10": "not yet. No", "Exercise 2b": "right", "Exercise 2a": "right"}
    report = {"lesson": "2", "name": "", "id": "", "words": {}, "answers": {}, "problem": "", "seconds": 1}
    monkeypatch.setattr(grade, "judge", lambda path, limit: {**report, "verdicts": verdicts})
    for name in ("anna", "bob"):
        nbformat.write(new_notebook(), tmp_path / f"{name}.ipynb")
    grade.grade(tmp_path)
    columns = ["file", "name", "id", "lesson", "right", "of", "marks", "remark", "2a", "2b", "10"]
    assert list(rows_of(tmp_path)["anna"]) == [*columns, "same answers", "status", "seconds"]
    table = tmp_path / "grades.csv"
    text = table.read_text(encoding="utf-8-sig").replace(",", ";").splitlines()
    text = [text[0] + ";seat", *(line.replace("2;3;;;", "2;3;7,5;Well done;") + ";12" for line in text[1:])]
    table.write_text("\n".join(text), encoding="utf-8")
    (tmp_path / "bob.ipynb").unlink()
    grade.grade(tmp_path)
    rows = rows_of(tmp_path)
    for name, status in {"anna": "checked", "bob": "the file is gone"}.items():
        row = rows[name]
        assert (row["marks"], row["remark"], row["seat"], row["status"]) == ("7,5", "Well done", "12", status)
    assert "Marks: 7,5\nRemark: Well done" in (tmp_path / "feedback" / "anna.html").read_text(encoding="utf-8")
    for spoilt, reason in [(b"name\nx\n", "no column `file`"), ("file,marks\nä,1".encode("latin1"), "UTF-8")]:
        table.write_bytes(spoilt)
        with pytest.raises(ValueError, match=reason):
            grade.grade(tmp_path)
        assert table.read_bytes() == spoilt


# The lessons themselves


@pytest.mark.parametrize("path", check.LESSONS, ids=lambda path: path.name)
def test_the_check_of_every_exercise_is_found_in_every_lesson(path):
    lesson = nbformat.read(path, as_version=4)
    assert check.find_lesson(lesson) == path
    names = [check.exercise_of(cell) for cell in lesson.cells if check.exercise_of(cell)]
    cells = check.put_together(deepcopy(lesson), lesson)
    assert [cell.exercise for cell in cells if cell.exercise] == names
    assert all(cell.number is None for cell in cells if "Set-up" not in cell.source)  # it knows its own cells


@pytest.mark.parametrize("path", check.LESSONS, ids=lambda path: path.name)
def test_to_check_a_lesson_nothing_is_trained(path):
    """Where it cannot be helped, the lesson defines something by training, and its check needs that."""
    lesson = nbformat.read(path, as_version=4)
    cells = check.put_together(lesson, nbformat.read(path, as_version=4))
    steps = check.steps_of(cells, check.settings_of(path))
    trained = [s for cell, code in steps if not cell.exercise for s in statements_of(code) if "fit" in s.reads]
    assert [s for s in trained if not s.defines] == []
    assert len(steps) < 40


def test_right_answers_to_a_real_lesson_are_right(tmp_path, monkeypatch):
    """The solutions of the last lesson, written into its stubs."""
    path = check.LESSONS[-1]
    lesson = nbformat.read(path, as_version=4)
    solutions = [cell.source for cell in lesson.cells if check.is_solution(cell)]
    edition = student.student_edition(lesson)
    for place, cell in enumerate(edition.cells):
        if check.exercise_of(cell):
            stubbed = edition.cells[place - 1].source.split("def ")[1].split("(")[0]
            answer = next(source for source in solutions if f"def {stubbed}(" in source)
            edition.cells[place - 1].source = answer.split("check(")[0].replace("# @title Solution", "# mine:")
    nbformat.write(edition, tmp_path / "renamed.ipynb")
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    report = check.judge(tmp_path / "renamed.ipynb")
    assert set(report["verdicts"].values()) == {"right"}, report
    assert report["lesson"] == path.stem
