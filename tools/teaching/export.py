"""Points and feedback of a lesson, out of nbgrader's gradebook.

TERM/lesson2.csv has a row for each student and for each file that was not taken, a column for each check, for the words
on each exercise and for what was unclear, and below the class how many have "not yet" (--comma: decimal commas,
semicolons). "?" is what nobody has read yet. TERM/moodle-lesson2.csv and canvas-lesson2.csv are what these platforms
import; feedback-lesson2.zip has each student's own notebook with points and comments, under the name that Moodle wants.
"""

import re
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_grade

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import kind, tried_by
from tools.teaching.student import UNCLEAR
from tools.teaching.term import configuration, read_table, write_table

MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_file")  # of a file's path
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]  # of its gradebook's export


def columns_of(term: Path, number: str) -> tuple[dict[str, str], dict[str, float]]:
    """Cell -> column, and column -> points, for all that has points."""
    cells = nbformat.read(term / "release" / f"lesson{number}" / LESSONS[number].name, as_version=4).cells
    graded = [cell for cell in cells if is_grade(cell) and cell.metadata.nbgrader["points"]]
    columns = {cell.id: tried_by(cell) if kind(cell) == "check" else cell.id for cell in graded}
    return columns, {columns[cell.id]: cell.metadata.nbgrader["points"] for cell in graded}


def points_of(notebook, columns: dict[str, str]) -> tuple[dict, list[str]]:
    """The points of a notebook in the gradebook, and what a person should look at."""
    row, remarks = dict.fromkeys(columns.values(), 0), []
    for grade in notebook.grades:
        if column := columns.get(grade.name):
            by_hand, words = grade.manual_score is not None, grade.name.startswith("words-")
            row[column] = "?" if grade.needs_manual_grade and (words or not by_hand) else grade.score
            if grade.needs_manual_grade and by_hand:
                said = "new words" if words else f"the check says {grade.auto_score:g}"
                remarks.append(f"THE FILE HAS CHANGED: {column} had {grade.manual_score:g} by hand; {said}")
    return row, remarks


def row_of(submission, term: Path, number: str, columns: dict[str, str], penalty_for: Callable) -> dict:
    """The row of a student whose file was taken."""
    lesson, student, (notebook,) = f"lesson{number}", submission.student, submission.notebooks
    points, remarks = points_of(notebook, columns)
    # Anew, because autograde takes off no more than there was before words were read.
    late = min(notebook.score, penalty_for(student.id, notebook.score, submission.total_seconds_late))
    notebook.late_submission_penalty = late
    total = "?" if "?" in points.values() else notebook.score - late
    handed_in = nbformat.read(term / "submitted" / student.id / lesson / LESSONS[number].name, as_version=4)
    unclear = next(cell.source for cell in handed_in.cells if cell.id == "unclear").removeprefix(UNCLEAR).strip()
    said = {(row["lesson"], row["student"]): row["said"] for row in read_table(term / "graded.csv")}
    told = said.get((number, student.id), "").split("\n    ")
    remarks += [part for part in told if part and not part.endswith("before words are read")]
    name = f"{student.first_name or ''} {student.last_name or ''}".strip()
    end = {"late": late, "total": total, "unclear": unclear, "remarks": "; ".join(remarks)}
    return {"id": student.id, "name": name} | points | end


def rows_of(gradebook: Gradebook, term: Path, number: str) -> list[dict]:
    """A row for each student and each lost file, "?" where a person has still to read; the last counts "not yet"."""
    columns, most = columns_of(term, number)
    penalty_for = configuration(term).AssignLatePenalties.plugin_class().late_submission_penalty
    submissions = gradebook.assignment_submissions(f"lesson{number}")
    rows = {each.student.id: row_of(each, term, number, columns, penalty_for) for each in submissions}
    gradebook.db.commit()
    graded, empty = set(rows), dict.fromkeys(["id", "name", *most, "late", "total", "unclear", "remarks"], "")
    for row in read_table(term / "collected.csv"):  # who has no file that counts
        if row["lesson"] == number and row["student"] not in graded:
            lost = rows.setdefault(row["student"] or row["file"], dict(empty))
            why = "NOT TAKEN" if row["taken"] == "no" else "NOT GRADED"
            said = f"{lost['remarks']} {why}: {row['file']} {row['remarks']}".strip()
            lost |= {"id": row["student"], "name": row["name"] or row["file"], "remarks": said}
    not_yet = {key: sum(row[key] not in ("", "?") and row[key] < most[key] for row in rows.values()) for key in most}
    return [*sorted(rows.values(), key=lambda row: row["id"]), empty | {"id": "not yet"} | not_yet]


def for_moodle(rows: list[dict], files: dict[str, str]) -> list[dict]:
    """What Moodle's "Upload grading worksheet" reads, by these English names. An empty grade changes nothing there."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    found = [(row, MOODLE.search(files.get(row["id"], ""))) for row in rows]
    return [
        {"Identifier": f"Participant {file['id']}", "Full name": row["name"], "Grade": str(row["total"]).strip("?")}
        | {"Last modified (grade)": now}
        for row, file in found
        if file
    ]


def for_canvas(rows: list[dict], people: list[dict], lesson: str) -> list[dict]:
    """What Canvas's gradebook imports: its own columns as they came, and one for the lesson."""
    totals = {row["id"]: str(row["total"]).strip("?") for row in rows}
    listed = [person for person in people if set(CANVAS) <= set(person)]
    return [
        {key: person[key] for key in CANVAS} | {lesson: next((totals[key] for key in ids if key in totals), "")}
        for person in listed
        if (ids := [person[key] for key in ("SIS User ID", "SIS Login ID", "ID")])
    ]


def zip_feedback(term: Path, lesson: str, files: dict[str, str]) -> None:
    """Each student's feedback, under the beginning of the name that Moodle gave to what was handed in."""
    with zipfile.ZipFile(term / f"feedback-{lesson}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(term.glob(f"feedback/*/{lesson}/*.html")):
            student = page.parts[-3]
            found = MOODLE.search(files.get(student, ""))
            archive.write(page, f"{found[0] if found else student}_{page.name}")


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
    collected = [row for row in read_table(term / "collected.csv") if row["lesson"] == number]
    files = {row["student"]: row["file"] for row in sorted(collected, key=lambda row: row["taken"])}
    tables = {"moodle": for_moodle(rows[:-1], files)}
    tables["canvas"] = for_canvas(rows[:-1], read_table(term / "students.csv"), f"Lesson {number}")
    for platform in filter(tables.get, tables):
        write_table(term / f"{platform}-{lesson}.csv", tables[platform])
    said = NbGraderAPI(config=configuration(term)).generate_feedback(lesson, force=True)
    if not said["success"]:
        print(f"nbgrader could not make the feedback: {said.get('error') or said.get('log')}")
    zip_feedback(term, lesson, files)
    unread = sum(value == "?" for row in rows for key, value in row.items() if key.startswith("words"))
    print(f"{lesson}.csv, feedback-{lesson}.zip: {len(rows) - 1} students; {unread} texts are still unread.")


if __name__ == "__main__":
    main()
