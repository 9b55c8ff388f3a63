"""Points and feedback of a lesson, out of nbgrader's gradebook: INSTRUCTORS.md says what each file is for."""

import re
import sys
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import nbformat
from nbgrader.apps import NbGraderAPI

from teach.grade import explain, graded
from teach.people import People
from teach.student import UNCLEAR
from teach.term import LESSONS, configuration, read_table, write_table
from teach.words import PAGE

MOODLE = re.compile(r"[^/]+_(\d+)_assignsubmission_file")  # of a file's path
AGAIN = "Restart the kernel, run all cells, and hand in the lesson's notebook again: one file that ends in .ipynb."


def row_of(files: list[dict], notebook, term: Path, columns: list[str]) -> dict:
    """What the table says of a student, or of a file that is nobody's. files: what was collected."""
    last = files[-1]
    row = dict.fromkeys(["id", "name", *columns, "late", "total", "unclear", "remarks", "file"], "")
    row |= {"id": last["student"], "name": last["name"] or last["file"], "file": last["file"]}
    if last["taken"] == "no":
        return row | {"remarks": "; ".join(f"NOT TAKEN: {each['file']} {each['remarks']}" for each in files)}
    came_out, *told = *explain(term, row["id"], f"lesson{last['lesson']}"), last["remarks"]
    if came_out.startswith("NOT GRADED"):
        return row | {"remarks": "; ".join(filter(None, [came_out, *told]))}
    for grade in (grade for grade in notebook.grades if grade.name in columns):
        given, words = grade.manual_score, grade.name.startswith("words-")
        row[grade.name] = "?" if grade.needs_manual_grade and (words or given is None) else grade.score
        if grade.needs_manual_grade and given is not None:
            said = "new words" if words else f"the check says {grade.auto_score:g}"
            told.insert(0, f"THE FILE HAS CHANGED: {grade.name} had {given:g} by hand; {said}")
    late = notebook.late_submission_penalty or 0
    total = "?" if "?" in row.values() else notebook.score - late
    cells = nbformat.read(graded(term, row["id"], f"lesson{last['lesson']}"), as_version=4).cells
    unclear = next(cell.source for cell in cells if cell.id == "unclear").removeprefix(UNCLEAR).strip()
    return row | {"late": late, "total": total, "unclear": unclear, "remarks": "; ".join(filter(None, told))}


def rows_of(gradebook, term: Path, number: str) -> list[dict]:
    """A row for each student and each lost file, "?" where a person has still to read; the last counts "not yet"."""
    lesson, files = f"lesson{number}", {}
    for row in sorted(read_table(term / "collected.csv"), key=lambda row: row["taken"]):
        if row["lesson"] == number:
            files.setdefault(row["student"] or row["file"], []).append(row)
    cells = gradebook.find_notebook(LESSONS[number].stem, lesson).grade_cells
    most = {cell.name: cell.max_score for cell in cells if cell.max_score}
    notebooks = {each.student.id: each.notebooks[0] for each in gradebook.assignment_submissions(lesson)}
    rows = [row_of(files[who], notebooks.get(who), term, list(most)) for who in sorted(files)]
    not_yet = {key: sum(row[key] not in ("", "?") and row[key] < most[key] for row in rows) for key in most}
    return [*rows, dict.fromkeys(rows[0], "") | {"id": "not yet"} | not_yet] if rows else []


def of_the_term(people: People, term: Path) -> list[dict]:
    """The class as its platform's list names it (so Canvas imports it), with the total of each lesson so far."""
    rows = {who.id: who.given or {"id": who.id, "name": who.name} for who in people.listed or people.students.values()}
    for number in LESSONS:
        totals = {row["id"]: row["total"].strip("?") for row in read_table(term / f"lesson{number}.csv")}
        rows = {who: row | ({f"Lesson {number}": totals.get(who, "")} if totals else {}) for who, row in rows.items()}
    return list(rows.values())


def zip_feedback(term: Path, lesson: str, rows: list[dict]) -> None:
    """Each student's feedback, or why there is none, under the beginning of the name that Moodle gave to the file."""
    with zipfile.ZipFile(term / f"feedback-{lesson}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            found = MOODLE.search(row["file"])
            start = found[0] if found else row["id"] or row["file"].replace("/", "-")
            if row["total"] == "":
                why = f"<p>{escape(row['remarks'].partition('; LOOK AT')[0])}</p><p>{AGAIN}</p>"
                archive.writestr(f"{start}_{lesson}.html", PAGE.format(title="Your file has no points yet") + why)
            read = row["total"] not in ("", "?")  # nbgrader's page gives words that wait for a person no point
            for path in term.glob(f"feedback/{row['id']}/{lesson}/*.html") if read else ():
                archive.write(path, f"{start}_{path.name}")


def main() -> None:
    number, term = [*sys.argv[1:], "term"][:2]
    if number not in LESSONS:
        sys.exit(f"Which lesson? make export LESSON=2 (one of {', '.join(LESSONS)})")
    lesson, term = f"lesson{number}", Path(term).resolve()
    api = NbGraderAPI(config=configuration(term))
    said = api.generate_feedback(lesson, force=True)
    if not said["success"]:
        print(f"nbgrader could not make the feedback: {said.get('error') or said.get('log')}")
    with api.gradebook as gradebook:
        rows, people = rows_of(gradebook, term, number), People(term, gradebook)
    if not rows:
        sys.exit(f"Nothing was handed in for {lesson}: run make collect and make grade LESSON={number} first.")
    write_table(term / f"{lesson}.csv", rows)
    write_table(term / "term.csv", of_the_term(people, term))
    # What Moodle's "Upload grading worksheet" reads, by these English names. An empty grade changes nothing there.
    names, now = ("Identifier", "Grade", "Last modified (grade)"), datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    found = [(MOODLE.search(row["file"]), str(row["total"]).strip("?")) for row in rows]
    if moodle := [(f"Participant {file[1]}", total, now) for file, total in found if file]:
        write_table(term / f"moodle-{lesson}.csv", [dict(zip(names, row)) for row in moodle])
    zip_feedback(term, lesson, rows[:-1])
    unread = sum(value == "?" for row in rows for key, value in row.items() if key.startswith("words"))
    print(f"{lesson}.csv, feedback-{lesson}.zip: {len(rows) - 1} students; {unread} texts are unread, feedback waits.")


if __name__ == "__main__":
    main()
