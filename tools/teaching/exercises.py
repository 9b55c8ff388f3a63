"""What counts in a lesson, in one place: which cells are answers, checks and words, and their points.

    python -m tools.teaching.exercises    writes the metadata that nbgrader reads into the lessons

An exercise of the core has 2 points: 1 for its code, shared by its checks, and 1 for the student's words, which a
person gives. Exercises of a section with the tag "further" are checked as well, and have no points.
"""

import nbformat

from tools.lesson import exercises_of, has, lessons

LESSONS = {str(lesson.number): lesson.path for lesson in lessons()}


def nbgrader(cell, **settings) -> dict:
    """A cell's metadata for nbgrader; its name there is the cell's id."""
    common = {"grade_id": cell.id, "cell_type": cell.cell_type, "schema_version": 3, "task": False}
    return common | {"grade": False, "solution": False, "locked": False} | settings


def mark(lesson) -> None:
    """Give stubs and checks their metadata, in place."""
    for cell in lesson.cells:
        cell.metadata.pop("nbgrader", None)
        if has(cell, "stub"):
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
