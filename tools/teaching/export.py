"""Points and feedback of a lesson, out of nbgrader's gradebook.

TERM/lesson2.csv has a column for each check, for the words on each exercise and for what was unclear, and below the
class how many have "not yet"; TERM/moodle-lesson2.csv goes into Moodle as it is (--comma: decimal commas, semicolons).
TERM/feedback/<student>/lesson2/ has the student's own notebook with points and comments.
"""

import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_grade

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import kind, tried_by
from tools.teaching.student import UNCLEAR
from tools.teaching.term import configuration, write_table


def rows_of(gradebook: Gradebook, term: Path, number: str) -> list[dict]:
    """A row for each student, "?" where a person has still to read; the last one counts those who have "not yet"."""
    lesson, name, rows = f"lesson{number}", LESSONS[number].name, []
    graded = filter(is_grade, nbformat.read(term / "release" / lesson / name, as_version=4).cells)
    columns = {cell.id: tried_by(cell) if kind(cell) == "check" else cell.id for cell in graded}
    not_yet = {"id": "not yet"} | dict.fromkeys(columns.values(), 0)
    late = configuration(term).AssignLatePenalties.plugin_class()
    for submission in gradebook.assignment_submissions(lesson):
        student, (notebook,) = submission.student, submission.notebooks
        named = f"{student.first_name or ''} {student.last_name or ''}".strip()
        row = {"id": student.id, "name": named} | dict.fromkeys(columns.values(), 0)
        for grade in notebook.grades:
            unread = grade.needs_manual_grade and grade.manual_score is None
            row[columns[grade.name]] = "?" if unread else grade.score
            not_yet[columns[grade.name]] += not unread and grade.score < grade.max_score
        # Anew, because autograde takes off no more than there was before words were read.
        penalty = late.late_submission_penalty(student.id, notebook.score, submission.total_seconds_late)
        row["late"] = notebook.late_submission_penalty = min(notebook.score, penalty)
        row["total"] = notebook.score - row["late"]
        handed_in = nbformat.read(term / "submitted" / student.id / lesson / name, as_version=4)
        unclear = next(cell.source for cell in handed_in.cells if cell.id == "unclear")
        row["unclear"] = unclear.removeprefix(UNCLEAR).strip()
        rows.append(row)
    gradebook.db.commit()
    return [*sorted(rows, key=lambda row: row["id"]), not_yet]


def main() -> None:
    comma = "--comma" in sys.argv
    number, term = [*(word for word in sys.argv[1:] if word != "--comma"), "term"][:2]
    if number not in LESSONS:
        sys.exit(f"Which lesson? make export LESSON=2 (one of {', '.join(LESSONS)})")
    lesson, term = f"lesson{number}", Path(term).resolve()
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        rows = rows_of(gradebook, term, number)
    if len(rows) == 1:
        sys.exit(f"No submission of {lesson} has been graded: run make grade LESSON={number} first.")
    write_table(term / f"{lesson}.csv", rows, comma)
    moodle = [{"Identifier": f"Participant {r['id']}", "Full name": r["name"], "Grade": r["total"]} for r in rows[:-1]]
    write_table(term / f"moodle-{lesson}.csv", moodle, comma)
    said = NbGraderAPI(config=configuration(term)).generate_feedback(lesson, force=True)
    if not said["success"]:
        print(f"nbgrader could not make the feedback: {said.get('error') or said.get('log')}")
    unread = sum(value == "?" for row in rows for value in row.values())
    print(f"{lesson}.csv, moodle-{lesson}.csv, feedback/: {len(moodle)} students; {unread} texts are still unread.")


if __name__ == "__main__":
    main()
