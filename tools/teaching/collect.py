"""Turns what a learning platform gives into nbgrader's folders, and mends what Colab and students do to files.

FROM: a folder or a zip, of Moodle, Canvas, Gradescope, or files with any names. Each notebook goes to
TERM/submitted/<student>/lesson<N>/; the file as it came stays in TERM/received. What was done to each file, and why
one was not taken, stands in TERM/collected.csv.
"""

import csv
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
from tools.teaching.mend import mend, read_notebook
from tools.teaching.term import configuration

PATTERNS = [  # of the path of a file, as the downloads of Gradescope, Moodle and Canvas have it
    r"(?:^|/)(?P<name>)submission_(?P<id>\d+)/",
    r"(?:^|/)(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_file",
    r"(?:^|/)(?P<name>[^/_]+)_(?:LATE_)?(?P<id>\d+)_\d+_[^/]+$",
]
LARGEST = 50_000_000  # bytes of one file


def files_in(name: str, content: bytes, when: float) -> Iterator[tuple[str, bytes, float]]:
    """(path, content, time) of a file, or of each file in a zip, also of zips in it. No content: it can't be read."""
    if not name.lower().endswith(".zip"):
        yield name, content, when
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        for member in archive.infolist():
            if not member.is_dir() and not re.search(r"(?:^|/)(?:\.|__MACOSX/)", member.filename):
                data = archive.read(member) if member.file_size < LARGEST else b""
                then = time.mktime((*member.date_time, 0, 0, -1))
                yield from files_in(f"{name[:-4]}/{member.filename}", data, then)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError):  # RuntimeError: a password
        yield name, b"", when


def lesson_of(cells: list[dict]) -> str:
    """Which lesson a notebook is: by the ids of its cells, or by its title. Raises ValueError for another notebook."""
    found = re.findall(r"\bl(\d)-", " ".join(name for cell in cells for name in cell["names"]))
    found = found or re.findall(r"^# Lesson (\d)", "\n".join(cell["source"] for cell in cells), flags=re.M)
    found = [number for number in found if number in LESSONS]
    if not found:
        raise ValueError("belongs to no lesson of this course")
    return max(set(found), key=found.count)


def typed(cells: list[dict], name: str) -> str:
    """What a student typed as STUDENT_NAME or STUDENT_ID, with or without quotes."""
    text = "\n".join(cell["source"] for cell in cells)
    found = re.search(rf"^{name} *= *(.*?) *(?:# @param.*)?$", text, flags=re.M)
    return found[1].strip("\"' ").replace("\\", "") if found else ""


def student_of(path: str, cells: list[dict]) -> tuple[str, str]:
    """(id, name) of a student: by the platform's path, by what was typed, or by the name of the folder or file."""
    number, name = typed(cells, "STUDENT_ID"), typed(cells, "STUDENT_NAME")
    found = next(filter(None, (re.search(pattern, path) for pattern in PATTERNS)), None)
    if found and (found["name"] or not number):  # what Gradescope numbers is not the student
        number = found["id"]
    name = (found and found["name"]) or name or Path(path).parent.name or Path(path).stem
    folder = re.sub(r"[^\w.@-]+", "-", number or name).strip("-.")[:60]  # the name of a folder on any system
    return folder or "unknown", name


def collect(place: Path, term: Path) -> list[dict]:
    """Put every notebook into its place; returns a row for each file: file, student, name, lesson, taken, remarks."""
    rows, newest, files = [], {}, []
    for path in place.rglob("*") if place.is_dir() else [place]:
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(place).as_posix() if place.is_dir() else path.name
            files += files_in(name, path.read_bytes(), path.stat().st_mtime)
    for path, content, when in sorted(files, key=lambda file: (file[2], file[0])):
        row = {"file": path, "student": "", "name": "", "lesson": "", "taken": "no", "remarks": ""}
        rows.append(row)
        try:
            cells, said = read_notebook(path, content)
            row["lesson"] = lesson_of(cells)
        except ValueError as problem:
            row["remarks"] = str(problem)
            continue
        row["student"], row["name"] = student_of(path, cells)
        older = newest.get((row["student"], row["lesson"]))
        if older:
            older[0].update(taken="no", remarks=f"{path} of the same student is newer")
        row["taken"] = "yes"
        newest[row["student"], row["lesson"]] = row, cells, said, content, when
    for row, cells, said, content, when in newest.values():
        row["remarks"] = "; ".join(said + put(term, row, cells, content, when))
    return sorted(rows, key=lambda row: row["file"])


def put(term: Path, row: dict, cells: list[dict], content: bytes, when: float) -> list[str]:
    """Write the mended notebook, if it is new or has changed; returns what was mended."""
    lesson, name = f"lesson{row['lesson']}", LESSONS[row["lesson"]].name
    notebook, remarks = mend(nbformat.read(term / "release" / lesson / name, as_version=4), cells)
    submitted = term / "submitted" / row["student"] / lesson / name
    received = term / "received" / row["student"] / Path(row["file"]).name
    for file in submitted, received:
        file.parent.mkdir(parents=True, exist_ok=True)
    received.write_bytes(content)
    if not submitted.is_file() or submitted.read_text(encoding="utf-8") != nbformat.writes(notebook):
        submitted.write_text(nbformat.writes(notebook), encoding="utf-8")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when))
    (submitted.parent / "timestamp.txt").write_text(stamp)
    return remarks


def main() -> None:
    place, term = [*sys.argv[1:], "term"][:2]
    term = Path(term).resolve()
    if not (term / "release").is_dir():
        sys.exit(f"{term} has no edition yet: run make student first.")
    if not place or not Path(place).exists():
        sys.exit("Which files? make collect FROM=<the folder or zip that your platform gave>")
    rows = collect(Path(place), term)
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:  # formgrader and export show the names
        for row in rows:
            if row["taken"] == "yes" and row["student"] not in {student.id for student in gradebook.students}:
                first, _, last = row["name"].rpartition(" ")
                gradebook.add_student(row["student"], first_name=first, last_name=last)
        known = {student.id: f"{student.first_name} {student.last_name}" for student in gradebook.students}
    with open(term / "collected.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, ["file", "student", "name", "lesson", "taken", "remarks"])
        table.writeheader()
        table.writerows(rows)
    print(*(f"{row['file']}: {row['remarks']}" for row in rows if row["remarks"]), sep="\n")
    for number in sorted({row["lesson"] for row in rows} - {""}):
        found = {row["student"] for row in rows if row["lesson"] == number}
        print(f"Lesson {number}: {len(found)} students. Nothing from:", *(known[k] for k in known if k not in found))
    print(f"{sum(row['taken'] == 'no' for row in rows)} files not taken.")


if __name__ == "__main__":
    main()
