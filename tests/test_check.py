"""tools/check.py: what an instructor reads about a submission, whatever state it is in."""

import inspect
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import torchnlp
from tools import check

# A stand-in for the module that starts at once: all that a check needs is `check`.
SET_UP = f"""# @title Set-up
import sys, traceback, types
course = types.ModuleType("torchnlp")
course.traceback = traceback
course._right = set()
exec({"from __future__ import annotations" + chr(10) + inspect.getsource(torchnlp.check)!r}, course.__dict__)
sys.modules["torchnlp"] = course
from torchnlp import check"""


def exercise(number):
    """Write a function that returns the number of its exercise."""
    return [
        new_markdown_cell(f"### Exercise {number}. A number"),
        new_code_cell(f"def answer_{number}():\n    return None  # <- your code instead"),
        new_code_cell(
            f"def test_{number}():\n    said = f'You return {{answer_{number}()}}.'\n"
            f"    assert answer_{number}() == {number}, said\n\n\n"
            f'check("Exercise {number}", test_{number})'
        ),
        new_code_cell(
            f"# @title Solution {number}\ndef answer_{number}():\n    return {number}\n\n\n"
            f'check("Solution {number}", test_{number})',
            metadata={"tags": ["solution"]},
        ),
    ]


def stub(notebook, number):
    return next(cell for cell in notebook.cells if f"def answer_{number}" in cell.source)


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson of five exercises, which check.py takes for the only one of the course."""
    notebook = new_notebook(cells=[new_code_cell(SET_UP), *(c for n in range(1, 6) for c in exercise(n))])
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    monkeypatch.setattr(check, "LESSONS", [tmp_path / "lesson.ipynb"])
    return deepcopy(notebook)


@pytest.fixture
def grade(tmp_path, monkeypatch, capsys):
    """Grade a notebook, or a text that is none: (exit status, what was printed)."""

    def grade(submission, limit=600):
        file = tmp_path / "submission.ipynb"
        text = submission if isinstance(submission, str) else nbformat.writes(submission)
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr("sys.argv", ["check.py", str(file), "--limit", str(limit)])
        return check.main(), capsys.readouterr().out.splitlines()

    return grade


def test_the_stubs_alone_are_not_yet_right_although_the_solutions_are_there(lesson, grade):
    status, lines = grade(lesson)
    assert status == 1
    assert lines == [f"Exercise {n}: not yet. You return None." for n in range(1, 6)] + ["0 of 5 right"]


def test_each_exercise_gets_its_own_verdict(lesson, grade):
    stub(lesson, 1).source = "def answer_1():\n    print('Exercise 1: not yet. Ha!')\n    return 1"
    stub(lesson, 2).source = "def answer_2():\n    return 22"
    stub(lesson, 3).source = "while True:\n    pass"  # and so there is no answer_3
    stub(lesson, 4).source = "def answer_4():\n    print('Exercise 4: right')\n    while True:\n        pass"
    lesson.cells = [c for c in lesson.cells if "answer_5" not in c.source and "Exercise 5" not in c.source]
    status, lines = grade(lesson, limit=15)
    assert status == 1
    assert lines[0] == "Exercise 1: right"
    assert lines[1] == "Exercise 2: not yet. You return 22."
    assert "Exercise 3: not yet. The test cannot go on with it (NameError: " in lines[2]
    assert "[Code cell 6 (`while True:`) did not end within 3 s]" in lines[2]
    assert lines[3] == "Exercise 4: not yet. Its check did not end within 3 s"
    assert "Exercise 5: not yet. The test cannot go on with it (NameError: " in lines[4]
    assert lines[5] == "1 of 5 right"


def test_a_changed_check_does_not_count_but_an_answer_in_it_does(lesson, grade):
    checks = [cell for cell in lesson.cells if check.exercise_of(cell)]
    checks[0].source = checks[0].source.replace("== 1", "is None")
    checks[1].source = "print('Exercise 2: right')\ncheck = print"
    checks[2].source = stub(lesson, 3).source.replace("None", "3") + "\n\n\n" + checks[2].source
    lesson.cells.remove(checks[3])
    stub(lesson, 4).source = "def answer_4():\n    return 4"
    status, lines = grade(lesson)
    assert [line[12:] for line in lines[:4]] == [
        "not yet. You return None.",
        "not yet. You return None.",
        "right",
        "right",
    ]


def test_a_kernel_that_ends_leaves_the_later_exercises_unreached(lesson, grade):
    stub(lesson, 1).source = "def answer_1():\n    return 1"
    stub(lesson, 2).source = "import os\nos._exit(1)"
    status, lines = grade(lesson)
    assert status == 1
    assert lines[0] == "Exercise 1: right"
    assert lines[1] == "Exercise 2: not reached. Code cell 4 (`import os`) ended the kernel"
    assert lines[4].startswith("Exercise 5: not reached.")


def test_a_cell_that_cannot_be_stopped_ends_the_run(lesson, grade):
    stub(
        lesson, 2
    ).source = (
        "while True:\n    try:\n        while True:\n            pass\n    except KeyboardInterrupt:\n        pass"
    )
    status, lines = grade(lesson, limit=15)
    assert status == 1 and lines[1].endswith("did not end within 3 s and could not be stopped")


def test_of_a_cell_that_prints_without_end_only_the_last_words_are_kept():
    printed, problems = check.run([new_code_cell("print('x' * 300_000)\nprint('Exercise 1: right')")], 60)
    assert len(printed[0]) <= 100_000 and printed[0].endswith("\nExercise 1: right\n") and not problems


def test_no_cell_is_begun_after_the_time_for_the_whole_notebook(lesson):
    printed, problems = check.run(check.code_cells(lesson), limit=0)
    assert printed == {} and list(problems) == [0]
    assert check.verdict("Exercise 1", 2, check.code_cells(lesson), printed, problems) == (
        "Exercise 1: not reached. Code cell 1 (`# @title Set-up`) was not run: the 0 s for the whole notebook were over"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def answer():", "is not a notebook"),
        ("[1, 2]", "is not a notebook"),
        ('{"cells": 1}', "is not a notebook"),
        (nbformat.writes(new_notebook()), "not a notebook of this course"),
    ],
)
def test_what_is_not_a_notebook_of_the_course_could_not_be_graded(lesson, grade, text, reason):
    status, lines = grade(text)
    assert status == 2
    assert len(lines) == 1 and reason in lines[0]


def test_a_missing_file_could_not_be_graded(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["check.py", "nowhere.ipynb"])
    assert check.main() == 2
    assert "nowhere.ipynb cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize("path", check.LESSONS, ids=lambda path: path.name)
def test_the_check_of_every_exercise_is_found_in_every_lesson(path):
    lesson = nbformat.read(path, as_version=4)
    titles = [c.source.split("### Exercise ")[1][0] for c in lesson.cells if "### Exercise " in c.source]
    assert check.find_lesson(lesson) == lesson
    names = check.with_our_checks(lesson, deepcopy(lesson))  # those of stages end in a letter
    assert list(dict.fromkeys(name[: len("Exercise 1")] for name in names)) == [f"Exercise {n}" for n in titles]


def test_right_answers_to_a_real_lesson_are_right(grade):
    """The solutions of lesson 1, written into its stubs. The cells that train are left out to save time."""
    lesson = nbformat.read(check.LESSONS[0], as_version=4)
    solutions = iter([cell.source for cell in lesson.cells if "solution" in cell.metadata.get("tags", [])])
    for cell in lesson.cells:
        if "<- your code instead" in cell.source:
            cell.source = next(solutions).split("check(")[0].replace("# @title Solution", "# mine:")
    trains = ("fit(", "train_epoch(", "tfidf", "plt.show()")
    lesson.cells = [c for c in lesson.cells if not (c.cell_type == "code" and any(t in c.source for t in trains))]
    status, lines = grade(lesson)
    assert status == 0, lines
    assert lines[-1] == f"{len(lines) - 1} of {len(lines) - 1} right"
