"""Points and feedback of a lesson, out of nbgrader's gradebook.

    python -m tools.teaching.export LESSON [TERM] [--comma]

TERM/lesson2.csv has a column for each check and for each exercise's words, and below the class how many have "not yet";
TERM/moodle-lesson2.csv goes into Moodle as it is (--comma: decimal commas, and semicolons between the columns).
TERM/feedback/<student>/lesson2/ has the student's own notebook with points and comments; TERM/unclear-lesson2.txt what
the students found unclear.
"""

import csv
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from tools.teaching.exercises import LESSONS, exercises_of
from tools.teaching.student import UNCLEAR
from tools.teaching.term import configuration


def columns_of(number: str) -> dict[str, str]:
    """What the table shows, by nbgrader's name of the cell: checks as 1, 2a, 2b, and the words on an exercise."""
    found = {}
    for exercise in exercises_of(nbformat.read(LESSONS[number], as_version=4)):
        letters = "abcdefgh" if len(exercise.checks) > 1 else [""]
        found |= {check.id: f"{exercise.number}{letter}" for check, letter in zip(exercise.checks, letters)}
        found |= {f"words-{exercise.number}": f"words {exercise.number}"} if exercise.counts else {}
    return found


def rows_of(gradebook: Gradebook, lesson: str, names: dict[str, str], columns: dict[str, str]) -> list[dict]:
    """A row for each student: points of each column, "?" where a person has still to read, late penalty, total."""
    rows = []
    for submission in gradebook.assignment_submissions(lesson):
        row = {"id": submission.student.id, "name": names.get(submission.student.id, "")}
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if grade.name in columns:
                    unread = grade.needs_manual_grade and grade.manual_score is None
                    row[columns[grade.name]] = "?" if unread else grade.score
        row |= {
            "late": submission.late_submission_penalty or 0,
            "total": submission.score - (submission.late_submission_penalty or 0),
        }
        rows.append(row)
    return sorted(rows, key=lambda row: row["id"])


def write(file: Path, rows: list[dict], comma: bool) -> None:
    def shown(value):
        return f"{value:g}".replace(".", "," if comma else ".") if isinstance(value, (int, float)) else guarded(value)

    with open(file, "w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]), delimiter=";" if comma else ",")
        table.writeheader()
        table.writerows({key: shown(value) for key, value in row.items()} for row in rows)


def guarded(text: str) -> str:
    """A name that a spreadsheet would take for a formula stays a name."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if not arguments or arguments[0] not in LESSONS:
        sys.exit(f"Which lesson? make export LESSON=2 (one of {', '.join(LESSONS)})")
    number, term = arguments[0], Path(arguments[1] if len(arguments) > 1 else "term").resolve()
    lesson, settings, comma = f"lesson{number}", configuration(term), "--comma" in sys.argv
    names = {}
    if (term / "collected.csv").is_file():
        with open(term / "collected.csv", encoding="utf-8-sig", newline="") as file:
            names = {row["student"]: row["name"] for row in csv.DictReader(file) if row["student"]}
    columns = columns_of(number)
    with Gradebook(settings.CourseDirectory.db_url) as gradebook:
        rows = rows_of(gradebook, lesson, names, columns)
        possible = {
            columns[g.name]: g.max_score for n in gradebook.find_assignment(lesson).notebooks for g in n.grade_cells
        }
    if not rows:
        sys.exit(f"No submission of {lesson} has been graded: run make grade LESSON={number} first.")
    head = ["id", "name", *columns.values(), "late", "total"]
    rows = [{key: row.get(key, 0) for key in head} for row in rows]
    not_yet = {c: sum(row[c] != "?" and row[c] < possible[c] for row in rows) for c in columns.values()}
    counts = {key: not_yet.get(key, "") for key in head} | {"id": "not yet"}
    write(term / f"{lesson}.csv", [*rows, counts], comma)
    moodle = [{"Identifier": f"Participant {r['id']}", "Full name": r["name"], "Grade": r["total"]} for r in rows]
    write(term / f"moodle-{lesson}.csv", moodle, comma)
    said = NbGraderAPI(config=settings).generate_feedback(lesson, force=True)
    if not said["success"]:
        print(f"nbgrader could not make the feedback: {said.get('error') or said.get('log')}")
    unclear = list(lines_on_what_was_unclear(term, lesson))
    (term / f"unclear-{lesson}.txt").write_text("\n".join(unclear), encoding="utf-8")
    unread = sum(row[key] == "?" for row in rows for key in columns.values())
    print(f"{lesson}.csv, moodle-{lesson}.csv, feedback/: {len(rows)} students; {unread} texts are still unread.")


def lines_on_what_was_unclear(term: Path, lesson: str):
    for path in sorted(term.glob(f"submitted/*/{lesson}/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            text = cell.source.replace(UNCLEAR, "").strip()
            if cell.id == "unclear" and text:
                yield text.replace("\n", " ")


if __name__ == "__main__":
    main()
