"""tools/student.py: the folder that students get gives nothing away, and runs."""

import re
import subprocess
import sys

import nbformat
import pytest

from tools import student
from tools.check import LESSONS, exercise_of, is_solution


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "student"
    student.make_handout(folder)
    return folder


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_the_copies_hold_the_exercises_but_no_solution_and_no_output(handout, path):
    lesson, copy = nbformat.read(path, 4), nbformat.read(handout / "notebooks" / path.name, 4)
    solutions = [cell.source for cell in lesson.cells if is_solution(cell)]
    assert solutions and not {cell.source for cell in copy.cells} & set(solutions)
    assert [exercise_of(cell) for cell in copy.cells if exercise_of(cell)] == [
        exercise_of(cell) for cell in lesson.cells if exercise_of(cell)
    ]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in copy.cells)
    text = "\n".join(cell.source for cell in copy.cells)
    assert "colab.research.google.com" not in text  # the badge opens the copy with solutions
    assert text.count(student.NO_SOLUTIONS) == 1


def test_the_copies_run_where_they_are(handout):
    """The first cells of lesson 1, through the set-up cell, the imports, a diagram and the corpus."""
    notebook = nbformat.read(handout / "notebooks" / LESSONS[0].name, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    code = code[:2] + ['show_diagram("rnn-cell")\nload_dataset(root="sample")\nprint(sys.modules["torchnlp"].__file__)']
    script = "\n".join(code)
    run = subprocess.run([sys.executable, "-c", script], cwd=handout / "notebooks", capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == str(handout / "torchnlp.py")


def test_the_page_beside_them_opens_a_notebook_that_is_there(handout):
    (named,) = re.findall(r"^jupyter lab (\S+)$", (handout / "README.md").read_text(encoding="utf-8"), flags=re.M)
    assert named == f"notebooks/{LESSONS[0].name}" and (handout / named).is_file()
