"""A course of one lesson with five exercises that starts at once, and submissions to it: for tests of the graders."""

import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.teaching import check, student

ROOT = Path(__file__).resolve().parent.parent

# A stand-in for the module: all that a check needs is `check`.
MODULE = f"{check.our_check()}\n__all__ = ['check']\n"


def exercise(number):
    """Write a function that returns the number of its exercise."""
    return [
        new_markdown_cell(f"### Exercise {number}. A number"),
        new_code_cell(f"def answer_{number}():\n    return None  # <- your code instead"),
        new_code_cell(
            f"# @title Check of exercise {number}\n"
            f"def test_{number}():\n    answer, wanted = answer_{number}(), KEY[{number}]\n"
            f"    assert answer is not None and math.isclose(answer, wanted), f'You return {{answer}}.'\n\n\n"
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
        new_code_cell('# @title Set-up\nREPOSITORY = ""\nraise OSError("git", "clone", REPOSITORY)'),
        new_code_cell("import math\nfrom torchnlp import *"),
        new_code_cell("KEY = {n: n for n in range(10)}\nraise RuntimeError('here a network would be trained')"),
        *(cell for n in range(1, 6) for cell in exercise(n)),
        new_markdown_cell("## On"),
    ]
)
EDITION = student.student_edition(deepcopy(LESSON))
RIGHT = [f"return {n}" for n in range(1, 6)]


def make_course(folder):
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ["notebooks", *student.NEEDED]:
        place = folder / name
        (place if (ROOT / name).is_dir() else place.parent).mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            place.write_text("")
    nbformat.write(LESSON, folder / "notebooks" / "1-numbers.ipynb")
    (folder / "torchnlp.py").write_text(MODULE, encoding="utf-8")
    return folder


def stub(notebook, number):
    return next(cell for cell in notebook.cells if cell.source.startswith(f"def answer_{number}"))


def submission(answers=(), name="", number="", words=()):
    """The student edition with these answers: the body of answer_1, answer_2, ..., or a whole cell; None: untouched."""
    notebook = deepcopy(EDITION)
    for n, body in enumerate(answers, 1):
        if body is not None:
            stub(notebook, n).source = (
                body if re.search("^def ", body, flags=re.M) else f"def answer_{n}():\n    {body}"
            )
    names = next(cell for cell in notebook.cells if cell.id == "student-name")
    names.source = names.source.replace('NAME = ""', f'NAME = "{name}"').replace('ID = ""', f'ID = "{number}"')
    for n, text in enumerate(words, 1):
        next(cell for cell in notebook.cells if cell.id == f"words-{n}").source += f"\n\n{text}"
    return notebook


def tool(course, *arguments, wall=True):
    """Run a tool of the course: (exit status, lines). Without a wall it does not find bwrap."""
    env = {**os.environ, "TORCHNLP_DATA": "sample"} | ({} if wall else {"PATH": str(Path(sys.executable).parent)})
    run = subprocess.run(
        [sys.executable, "-m", f"tools.teaching.{arguments[0]}", *map(str, arguments[1:])],
        cwd=course, capture_output=True, text=True, env=env,
    )  # fmt: skip
    assert not run.stderr, run.stderr
    return run.returncode, run.stdout.splitlines()
