"""Turns what a platform gives (a folder, a zip) into nbgrader's folders: TERM/collected.csv says what was done."""

import io
import re
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from teach.mend import mend
from teach.people import People, Student
from teach.term import LESSONS, add_to_table, configuration, read_table

# Whose file it is, and its number, as Moodle and Canvas write them into a path.
PLATFORM = re.compile(r"(?:^|/)(?P<name>[^/]+?)_(?:LATE_)?(?P<id>\d+)_(?:assignsubmission_file|\d+_[^/]*$)")


def files_in(name: str, content: bytes, when: float, own: bool) -> Iterator[tuple[str, bytes, float]]:
    """(path, content, time) of a file, or of each file in a zip, also of zips in it. No content: it can't be read.

    own: a student made it, or put it in. Then the time within counts for nothing: that of the whole does.
    """
    if not name.lower().endswith(".zip"):
        yield name, content, when
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        own = own and bool(PLATFORM.search(name) or not any(map(PLATFORM.search, archive.namelist())))
        for member in (each for each in archive.infolist() if not each.is_dir()):
            data = archive.read(member) if member.file_size < 50_000_000 else b""
            then = when if own else time.mktime((*member.date_time, 0, 0, -1))
            yield from files_in(f"{name[:-4]}/{member.filename}", data, then, True)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError):  # RuntimeError: a password
        yield name, b"", when


def cells_of(content: bytes) -> list:
    """The cells of a file, each with the names that it goes by; none if it is no notebook."""
    try:
        cells = nbformat.v4.reads(content.decode("utf-8-sig", errors="replace")).cells
        for cell in cells:
            cell.names = [str(name) for name in (cell.get("id"), cell.metadata.get("id")) if name]
            cell.source = cell.source.strip()
        return cells
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def student_of(people: People, path: str, cells: list) -> Student:
    """By the platform's path, by what was typed, or by the name of the folder or file. Raises ValueError."""
    code = "\n".join(cell.source for cell in cells)
    typed = dict(re.findall(r"^STUDENT_(ID|NAME) *= *[\"']?(.*?)[\"']? *(?:# @param.*)?$", code, flags=re.M))
    typed = {key: value.replace("\\", "") for key, value in typed.items() if value}
    if not (found := PLATFORM.search(path)):
        return people.find("" if typed else Path(path).parent.name or Path(path).stem, "", typed)
    moodle = "Moodle " if "_assignsubmission_" in found[0] else ""  # its number is no number of a student
    return people.find(found["name"].removesuffix("Participant"), moodle + found["id"], typed)  # Participant: blind


def refuse(path: str, cells: list, newer: str, number: str) -> None:
    """Raises ValueError for a notebook that is not taken. newer: the one of this student that is."""
    text = "\n".join(line for cell in cells for line in (*cell.names, cell.source))
    ids = re.findall(r"^(?:l(?=\d+-)|# Lesson )(\d+)", text, flags=re.M)  # of its cells; or its title
    if not (found := [each for each in ids if each in LESSONS]):
        raise ValueError("is empty or too large, can't be opened, or is no lesson of this course")
    if (holds := max(found, key=found.count)) != number:
        raise ValueError(f"holds lesson {holds}, not lesson {number} (make collect LESSON={holds} takes it)")
    this, other = PLATFORM.search(path), PLATFORM.search(newer)
    if this and other and this["name"] and this.group("name", "id") != other.group("name", "id"):
        raise ValueError(f"has the same name as {newer}: write who they are in students.csv, and ids in their files")
    if newer != path:
        raise ValueError(f"{newer} of the same student is newer")


def collect(place: Path, term: Path, people: People, number: str) -> list[dict]:
    """Put every notebook into its place; returns a row for each file. Of two of one student the newer is taken."""
    files, rows, taken = [], [], {}
    for path in filter(Path.is_file, (place, *place.rglob("*"))):
        name = path.relative_to(place if place.is_dir() else place.parent).as_posix()
        files += files_in(name, path.read_bytes(), path.stat().st_mtime, place.is_dir())
    files = [file for file in files if not re.search(r"(?:^|/)(?:\.|__MACOSX/)", file[0])]  # what Macs and Jupyter add
    for path, content, when in sorted(files, key=lambda file: (file[2], file[0]), reverse=True):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when))
        row, cells = {"lesson": number, "file": path, "student": "", "name": "", "handed in": stamp}, cells_of(content)
        try:
            student = student_of(people, path, cells)  # also of a file that can't be read one should know whose it is
            row |= {"student": student.id, "name": student.name}
            refuse(path, cells, taken.get(student.id, path), number)
            row |= {"taken": "yes", "remarks": put(term, row, cells)}
            taken[student.id] = path
        except ValueError as problem:
            row |= {"taken": "no", "remarks": str(problem)}
        rows.append(row)
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
        print(f"{row['file']}: new, or changed")
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
