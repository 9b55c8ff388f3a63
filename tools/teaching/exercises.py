"""What counts in a lesson, in one place: which cells are answers, checks and words, and their points.

    python -m tools.teaching.exercises    writes the metadata that nbgrader reads into the lessons

An exercise of the core has 2 points: 1 for its code, shared by its checks, and 1 for the student's words, which a
person gives. Exercises under a heading that begins with "Further" are checked as well, and have no points.
"""

import re
from collections import namedtuple
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {path.name[0]: path for path in sorted((ROOT / "notebooks").glob("[1-9]-*.ipynb"))}
Exercise = namedtuple("Exercise", "number counts checks")  # counts: those of the core do; checks: cells


def exercises_of(lesson) -> list[Exercise]:
    """The exercises of a notebook, with their checks. A stage may stand further down, before the next exercise."""
    found, further = [], False
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            for marks, title in re.findall(r"^(#+) +(.*)$", cell.source, flags=re.M):
                further = title.startswith(("Further", "延伸")) if len(marks) <= 2 else further
                if begun := re.match(r"(?:Exercise|练习) (\d+)\.", title):
                    found.append(Exercise(begun[1], not further, []))
        elif found and "check" in cell.metadata.get("tags", []):
            found[-1].checks.append(cell)
    return found


def nbgrader(cell, **settings) -> dict:
    """A cell's metadata for nbgrader; its name there is the cell's id."""
    common = {"grade_id": cell.id, "cell_type": cell.cell_type, "schema_version": 3, "task": False}
    return common | {"grade": False, "solution": False, "locked": False} | settings


def mark(lesson) -> None:
    """Give stubs and checks their metadata, in place."""
    for cell in lesson.cells:
        cell.metadata.pop("nbgrader", None)
        if "stub" in cell.metadata.get("tags", []):
            cell.metadata["nbgrader"] = nbgrader(cell, solution=True)
    for exercise in exercises_of(lesson):
        for check in exercise.checks:
            share = exercise.counts / len(exercise.checks)
            check.metadata["nbgrader"] = nbgrader(check, grade=True, locked=True, points=share)


if __name__ == "__main__":
    for path in LESSONS.values():
        lesson = nbformat.read(path, as_version=4)
        mark(lesson)
        nbformat.write(lesson, path)
