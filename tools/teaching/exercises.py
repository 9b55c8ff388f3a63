"""What counts in a lesson, in one place: which cells are answers, checks and words, and their points.

An exercise of the core has 2 points: 1 for its code, shared by its checks, and 1 for the student's words, which a
person gives. Exercises of a section with the tag "further" are checked as well, and have no points.
"""

from tools.lesson import exercises_of, has, lessons
from tools.teaching.mend import tried_by

LESSONS = {str(lesson.number): lesson.path for lesson in lessons()}


def nbgrader(cell, **settings) -> dict:
    """A cell's metadata for nbgrader; its name there is the cell's id."""
    common = {"grade_id": cell.id, "cell_type": cell.cell_type, "schema_version": 3, "task": False}
    return common | {"grade": False, "solution": False, "locked": False} | settings


def mark(lesson) -> None:
    """Give stubs and checks the metadata that nbgrader reads, in place. The column of a check has the answer's name."""
    for cell in lesson.cells:
        if has(cell, "stub"):
            cell.metadata["nbgrader"] = nbgrader(cell, solution=True)
    for exercise in exercises_of(lesson):
        for check in exercise.checks:
            settings = {"grade_id": tried_by(check), "points": exercise.counts / len(exercise.checks)}
            check.metadata["nbgrader"] = nbgrader(check, grade=True, locked=True, **settings)
