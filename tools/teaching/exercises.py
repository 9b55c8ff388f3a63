"""What counts in a lesson, in one place: which cells are answers, checks and words, and their points.

    python -m tools.teaching.exercises    writes the metadata that nbgrader reads into the lessons

An exercise of the core has 2 points: 1 for its code, shared by its checks, and 1 for the student's words, which a
person gives. Exercises under a heading that begins with "Further" are checked as well, and have no points.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {path.name[0]: path for path in sorted((ROOT / "notebooks").glob("[1-9]-*.ipynb"))}
HEADING = re.compile(r"^(#+) +(.*)$", flags=re.M)


@dataclass
class Exercise:
    number: str
    counts: bool  # those of the core do
    stubs: list = field(default_factory=list)  # cells
    checks: list = field(default_factory=list)


def exercises_of(lesson) -> list[Exercise]:
    """The exercises of a notebook, with their cells. A stage may stand further down, before the next exercise."""
    found, current, further = [], None, False
    for cell in lesson.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            marks, title = headings[0]
            if len(marks) <= 2:
                further = title.startswith("Further")
            if begun := re.match(r"Exercise (\d+)\.", headings[-1][1]):
                current = Exercise(begun[1], not further)
                found.append(current)
        elif current and "stub" in tags:
            current.stubs.append(cell)
        elif current and "check" in tags:
            current.checks.append(cell)
    return found


def nbgrader(cell, **settings) -> dict:
    """A cell's metadata for nbgrader; its name there is the cell's id."""
    common = {"grade_id": cell.id, "cell_type": cell.cell_type, "schema_version": 3, "task": False}
    return common | {"grade": False, "solution": False, "locked": False} | settings


def mark(lesson) -> None:
    """Give stubs and checks their metadata, in place."""
    for cell in lesson.cells:
        cell.metadata.pop("nbgrader", None)
    for exercise in exercises_of(lesson):
        for stub in exercise.stubs:
            stub.metadata["nbgrader"] = nbgrader(stub, solution=True)
        share = exercise.counts / max(1, len(exercise.checks))
        for check in exercise.checks:
            check.metadata["nbgrader"] = nbgrader(check, grade=True, locked=True, points=share)


def main() -> None:
    for path in LESSONS.values():
        lesson = nbformat.read(path, as_version=4)
        mark(lesson)
        nbformat.write(lesson, path)
        told = [
            f"{e.number} ({'counts' if e.counts else 'extra'}, {len(e.checks)} checks)" for e in exercises_of(lesson)
        ]
        print(f"{path.name}: exercises {', '.join(told)}")


if __name__ == "__main__":
    main()
