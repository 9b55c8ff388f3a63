"""Turns what a platform gives (a folder or a zip) into nbgrader's folders: what was done stands in TERM/collected.csv.

python -m tools.teaching.collect FROM TERM LESSON
"""

import io
import re
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import mend
from tools.teaching.people import People, Student
from tools.teaching.term import add_to_table, configuration, read_table

# Whose file it is, and its number, as Moodle and Canvas write them into a path.
PLATFORM = re.compile(r"(?:^|/)(?P<name>[^/]+?)_(?:LATE_)?(?P<id>\d+)_(?:assignsubmission_file|\d+_[^/]*$)")
LARGEST = 50_000_000  # bytes of one file


def files_in(name: str, content: bytes, when: float, own: bool) -> Iterator[tuple[str, bytes, float]]:
    """(path, content, time) of a file, or of each file in a zip, also of zips in it. No content: it can't be read.

    own: a student made it, or put it in. Then the time within counts for nothing: that of the whole does.
    """
    if not name.lower().endswith(".zip"):
        yield name, content, when
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [(f"{name[:-4]}/{each.filename}", each) for each in archive.infolist() if not each.is_dir()]
        own = own and bool(PLATFORM.search(name) or not any(PLATFORM.search(path) for path, _ in members))
        for path, member in members:
            data = archive.read(member) if member.file_size < LARGEST else b""
            then = when if own else time.mktime((*member.date_time, 0, 0, -1))
            yield from files_in(path, data, then, True)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError):  # RuntimeError: a password
        yield name, b"", when


def cells_of(content: bytes) -> list:
    """The cells of a file, each with the names that it goes by; none if it is no notebook."""
    try:
        cells = nbformat.v4.reads(content.decode("utf-8-sig", errors="replace")).cells
        for cell in cells:
            cell.names = [str(name) for name in (cell.get("id"), cell.metadata.get("id")) if name]
            cell.source = cell.source.strip()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return cells


def lesson_of(cells: list) -> str:
    """Which lesson a notebook is: by the ids of its cells, or by its title; "" for another notebook."""
    text = "\n".join(line for cell in cells for line in (*cell.names, cell.source))
    found = [number for number in re.findall(r"^(?:l(?=\d+-)|# Lesson )(\d+)", text, flags=re.M) if number in LESSONS]
    return max(found, key=found.count, default="")


def student_of(people: People, path: str, cells: list) -> Student:
    """By the platform's path, by what was typed, or by the name of the folder or file. Raises ValueError."""
    code = "\n".join(cell.source for cell in cells)
    typed = dict(re.findall(r"^STUDENT_(ID|NAME) *= *[\"']?(.*?)[\"']? *(?:# @param.*)?$", code, flags=re.M))
    typed = {key: value.replace("\\", "") for key, value in typed.items() if value}
    found = PLATFORM.search(path)
    if not found:
        return people.find("" if typed else Path(path).parent.name or Path(path).stem, "", typed)
    name = found["name"] if found["name"] != "Participant" else ""  # so Moodle calls all who are marked blind
    moodle = "_assignsubmission_" in found[0]  # its number is no number of a student
    return people.find(name, f"Moodle {found['id']}" if moodle else found["id"], typed)


def why_not(path: str, cells: list, newer: str, number: str) -> str:
    """Why a notebook is not taken, if it is not; newer: the one of this student that is."""
    holds, this, other = lesson_of(cells), PLATFORM.search(path), PLATFORM.search(newer)
    if not holds:
        return "is empty or too large, can't be opened, or is no lesson of this course"
    if holds != number:
        return f"holds lesson {holds}, not lesson {number}"
    if this and other and this["name"] and this.group("name", "id") != other.group("name", "id"):
        return f"has the same name as {newer}: write who they are in students.csv, and ids in their files"
    return f"{newer} of the same student is newer" if newer != path else ""


def collect(place: Path, term: Path, people: People, number: str) -> list[dict]:
    """Put every notebook into its place; returns a row for each file. Of two of one student the newer is taken."""
    files, rows, taken = [], [], {}
    for path in (place, *place.rglob("*")):
        if path.is_file():
            name = path.relative_to(place if place.is_dir() else place.parent).as_posix()
            files += files_in(name, path.read_bytes(), path.stat().st_mtime, place.is_dir())
    files = [file for file in files if not re.search(r"(?:^|/)(?:\.|__MACOSX/)", file[0])]  # what Macs and Jupyter add
    for path, content, when in sorted(files, key=lambda file: (file[2], file[0]), reverse=True):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when))
        row, cells = {"lesson": number, "file": path, "student": "", "name": "", "handed in": stamp}, cells_of(content)
        try:
            student = student_of(people, path, cells)  # also of a file that can't be read one should know whose it is
            row |= {"student": student.id, "name": student.name}
            why = why_not(path, cells, taken.get(student.id, path), number)
        except ValueError as problem:
            why = str(problem)
        if not why:
            taken[student.id] = path
        rows.append(row | {"taken": "no" if why else "yes", "remarks": why or put(term, row, cells)})
    return sorted(rows, key=lambda row: row["file"])


def put(term: Path, row: dict, cells: list) -> str:
    """Write the mended notebook, if it is new or has changed; returns what a person should know of it."""
    lesson, name = f"lesson{row['lesson']}", LESSONS[row["lesson"]].name
    notebook = nbformat.read(term / "release" / lesson / name, as_version=4)
    remarks = mend(notebook, cells)
    submitted = term / "submitted" / row["student"] / lesson / name
    submitted.parent.mkdir(parents=True, exist_ok=True)
    if not submitted.is_file() or submitted.read_text(encoding="utf-8") != nbformat.writes(notebook):
        submitted.write_text(nbformat.writes(notebook), encoding="utf-8")
    (submitted.parent / "timestamp.txt").write_text(row["handed in"], encoding="utf-8")
    return "; ".join(remarks)


def main() -> None:
    place, term, number = sys.argv[1:]
    term = Path(term).resolve()
    if not (term / "release").is_dir():
        sys.exit(f"{term} has no edition yet: run make student first.")
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        people = People(term, gradebook)
        rows = collect(Path(place), term, people, number) if place and number in LESSONS else []
        people.enter({row["student"] for row in rows if row["taken"] == "yes"})
    if not rows:
        sys.exit("Which files, of which lesson? make collect FROM=<the folder or zip of your platform> LESSON=2")
    add_to_table(term / "collected.csv", rows, 2)
    print(*(f"{row['file']}: {row['remarks']}" for row in rows if row["remarks"]), sep="\n")
    rows = [row for row in read_table(term / "collected.csv") if row["lesson"] == number]  # also those of earlier days
    taken = {row["student"] for row in rows if row["taken"] == "yes"}
    lost = {row["name"] or row["file"] for row in rows if row["student"] not in taken}
    missing = [who.name or who.id for who in people.students.values() if who.id not in taken]
    print(f"{len(taken)} students. Only files not taken: {', '.join(sorted(lost)) or 'nobody'}.")
    print("Nothing from:", ", ".join(name for name in missing if name not in lost) or "nobody")


if __name__ == "__main__":
    main()
