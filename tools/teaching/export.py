"""Points and feedback of a lesson, out of nbgrader's gradebook.

TERM/lesson2.csv has a column for each check, for the words on each exercise and for what was unclear, and below the
class how many have "not yet"; TERM/moodle-lesson2.csv goes into Moodle as it is (--comma: decimal commas, semicolons).
TERM/feedback/<student>/lesson2/ has the student's own notebook with points and comments.
"""

import csv
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from tools.teaching.exercises import LESSONS, exercises_of
from tools.teaching.mend import tried_by
from tools.teaching.term import configuration


def columns_of(number: str) -> dict[str, str]:
    """What the table shows, by nbgrader's name of the cell: "2 verdict" for a check, and the words on an exercise."""
    found = {}
    for exercise in exercises_of(nbformat.read(LESSONS[number], as_version=4)):
        found |= {check.id: f"{exercise.number} {tried_by(check)}" for check in exercise.checks}
        found |= {f"words-{exercise.number}": f"{exercise.number} words"} if exercise.counts else {}
    return found


def rows_of(gradebook: Gradebook, term: Path, number: str) -> list[dict]:
    """A row for each student, "?" where a person has still to read; the last one counts those who have "not yet"."""
    columns, lesson, rows = columns_of(number), f"lesson{number}", []
    not_yet = {"id": "not yet"} | dict.fromkeys(columns.values(), 0)
    for submission in gradebook.assignment_submissions(lesson):
        student = submission.student
        name = f"{student.first_name or ''} {student.last_name or ''}".strip()
        row = {"id": student.id, "name": name} | dict.fromkeys(columns.values(), 0)
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            unread = grade.needs_manual_grade and grade.manual_score is None
            row[columns[grade.name]] = "?" if unread else grade.score
            not_yet[columns[grade.name]] += not unread and grade.score < grade.max_score
        row["late"] = submission.late_submission_penalty or 0
        row["total"] = max(0, submission.score - row["late"])
        handed_in = nbformat.read(term / "submitted" / student.id / lesson / LESSONS[number].name, as_version=4)
        unclear = next(cell.source for cell in handed_in.cells if cell.id == "unclear")
        row["unclear"] = unclear.partition("(Write below this line.)")[2].strip()
        rows.append(row)
    return [*sorted(rows, key=lambda row: row["id"]), not_yet]


def write(file: Path, rows: list[dict], comma: bool) -> None:
    def shown(value):
        if isinstance(value, (int, float)):
            return f"{value:g}".replace(".", "," if comma else ".")
        return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value  # no formula for a spreadsheet

    with open(file, "w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]), delimiter=";" if comma else ",")
        table.writeheader()
        table.writerows({key: shown(value) for key, value in row.items()} for row in rows)


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
    write(term / f"{lesson}.csv", rows, comma)
    moodle = [{"Identifier": f"Participant {r['id']}", "Full name": r["name"], "Grade": r["total"]} for r in rows[:-1]]
    write(term / f"moodle-{lesson}.csv", moodle, comma)
    said = NbGraderAPI(config=configuration(term)).generate_feedback(lesson, force=True)
    if not said["success"]:
        print(f"nbgrader could not make the feedback: {said.get('error') or said.get('log')}")
    unread = sum(value == "?" for row in rows for value in row.values())
    print(f"{lesson}.csv, moodle-{lesson}.csv, feedback/: {len(moodle)} students; {unread} texts are still unread.")


if __name__ == "__main__":
    main()
