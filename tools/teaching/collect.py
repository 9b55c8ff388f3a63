"""Turns what a learning platform gives into nbgrader's folders, and mends what Colab and students do to files.

    python -m tools.teaching.collect FROM [TERM]

FROM: a folder or a zip, of Moodle, Canvas, Gradescope, or files with any names. Each notebook goes to
TERM/submitted/<student>/lesson<N>/; the file as it came stays in TERM/received. TERM/students.csv, with the columns id
and name, is read if it is there. What was done to each file, and why one was not taken, stands in TERM/collected.csv.
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

from tools.teaching.exercises import LESSONS
from tools.teaching.mend import mend, read_notebook

PATTERNS = {  # of the path of a file, as the platforms' downloads have it
    "Moodle": r"(?:^|/)(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_file",
    "Canvas": r"(?:^|/)(?P<name>[^/_]+)_(?:LATE_)?(?P<id>\d+)_\d+_[^/]+$",
    "Gradescope": r"(?:^|/)submission_(?P<id>\d+)/",
}
LARGEST = 50_000_000  # bytes of one file


def files_in(place: Path) -> Iterator[tuple[str, bytes, float]]:
    """(path, content, time) of each file below a folder or in a zip, also of zips in it."""
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(place).as_posix() if place.is_dir() else path.name
            too_large = path.stat().st_size > 20 * LARGEST
            yield from unpacked(name, b"" if too_large else path.read_bytes(), path.stat().st_mtime)


def unpacked(name: str, content: bytes, when: float, depth: int = 0) -> Iterator[tuple[str, bytes, float]]:
    if not name.lower().endswith(".zip") or depth > 3:
        yield name, content, when
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX")]
        for member in members:
            inside = f"{name.removesuffix('.zip')}/{member.filename}"
            data = b"" if member.file_size > LARGEST else archive.read(member)
            yield from unpacked(inside, data, time.mktime((*member.date_time, 0, 0, -1)), depth + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError):  # RuntimeError: a password
        yield name, b"", when


def lesson_of(cells: list[dict]) -> str | None:
    """Which lesson a notebook is: by the ids of its cells, or by its title."""
    names = " ".join(str(cell.get("id") or cell["metadata"].get("id") or "") for cell in cells)
    found = re.findall(r"\bl(\d)-", names) or re.findall(r"^# Lesson (\d)", "\n".join(c["source"] for c in cells), re.M)
    return max(set(found), key=found.count) if found else None


def typed(cells: list[dict], name: str) -> str:
    """What a student typed as STUDENT_NAME or STUDENT_ID, with or without quotes."""
    for cell in cells:
        if found := re.search(rf"^{name} *= *(.*?) *(?:# @param.*)?$", cell["source"], flags=re.M):
            return found[1].strip("\"' ").replace("\\", "")
    return ""


def student_of(path: str, cells: list[dict]) -> tuple[str, str]:
    """(id, name) of a student: by the platform's path, by what was typed, or by the name of the folder or file."""
    for platform, pattern in PATTERNS.items():
        if found := re.search(pattern, path):
            number = found["id"] if platform != "Gradescope" else typed(cells, "STUDENT_ID") or found["id"]
            return number, found.groupdict().get("name") or typed(cells, "STUDENT_NAME")
    folders = path.split("/")
    name = typed(cells, "STUDENT_NAME") or (folders[-2] if len(folders) > 1 else Path(path).stem)
    return typed(cells, "STUDENT_ID") or name, name


def as_folder(student: str) -> str:
    """A student's id as the name of a folder on any system; nbgrader uses it as the id."""
    return re.sub(r"[^\w.@-]+", "-", student, flags=re.ASCII if student.isascii() else 0).strip("-.")[:60] or "unknown"


def collect(place: Path, term: Path) -> list[dict]:
    """Put every notebook into its place; returns a row for each file: file, student, name, lesson, taken, remarks."""
    releases = {n: nbformat.read(term / "release" / f"lesson{n}" / p.name, as_version=4) for n, p in LESSONS.items()}
    rows, newest = [], {}
    for path, content, when in files_in(place):
        row = {"file": path, "student": "", "name": "", "lesson": "", "taken": "no", "remarks": ""}
        rows.append(row)
        if not content:
            row["remarks"] = "is empty, too large, or a zip that can't be opened"
            continue
        if not path.lower().endswith(".ipynb"):
            row["remarks"] = "is no .ipynb file"
            continue
        try:
            cells, said = read_notebook(content)
            number = lesson_of(cells)
            if number not in releases:
                raise ValueError("belongs to no lesson of this course")
        except ValueError as problem:
            row["remarks"] = str(problem)
            continue
        student, name = student_of(path, cells)
        row |= {"student": as_folder(student), "name": name, "lesson": number, "taken": "yes"}
        key = row["student"], number
        if key in newest and newest[key][0] > when:
            row |= {"taken": "no", "remarks": f"{newest[key][1]['file']} of the same student is newer"}
            continue
        if key in newest:
            newest[key][1].update(taken="no", remarks=f"{path} of the same student is newer")
        newest[key] = when, row
        notebook, remarks = mend(releases[number], cells)
        row["remarks"] = "; ".join(said + remarks)
        put(term, row, notebook, content, when)
    return rows


def put(term: Path, row: dict, notebook, content: bytes, when: float) -> None:
    name = LESSONS[row["lesson"]].name
    folder = term / "submitted" / row["student"] / f"lesson{row['lesson']}"
    folder.mkdir(parents=True, exist_ok=True)
    old = folder / name
    text = nbformat.writes(notebook)
    without_ids = re.compile(r'"id": "[^"]*"')  # new cells get ids by chance
    if not old.is_file() or without_ids.sub("", old.read_text(encoding="utf-8")) != without_ids.sub("", text):
        old.write_text(text, encoding="utf-8")  # what has not changed is not graded again
    stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when))
    (folder / "timestamp.txt").write_text(stamp)
    received = term / "received" / row["student"] / name
    received.parent.mkdir(parents=True, exist_ok=True)
    received.write_bytes(content)


def main() -> None:
    if len(sys.argv) < 2 or not Path(sys.argv[1]).exists():
        sys.exit("Which files? make collect FROM=<the folder or zip that your platform gave>")
    term = Path(sys.argv[2] if len(sys.argv) > 2 else "term").resolve()
    if not (term / "release").is_dir():
        sys.exit(f"{term} has no edition yet: run make student first.")
    rows = collect(Path(sys.argv[1]), term)
    with open(term / "collected.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]) if rows else ["file"])
        table.writeheader()
        table.writerows(rows)
    for row in rows:
        if row["remarks"]:
            print(f"{row['file']}: {row['remarks']}")
    taken = [row for row in rows if row["taken"] == "yes"]
    students = {row["student"] for row in taken}
    print(f"{len(taken)} notebooks of {len(students)} students; {len(rows) - len(taken)} files not taken.")
    missing(term, students)


def missing(term: Path, found: set[str]) -> None:
    """Who of the class list handed in nothing."""
    if (term / "students.csv").is_file():
        with open(term / "students.csv", encoding="utf-8-sig", newline="") as file:
            absent = [row for row in csv.DictReader(file) if as_folder(row["id"]) not in found]
        print("Nothing from:", ", ".join(f"{row['name']} ({row['id']})" for row in absent) or "nobody is missing")


if __name__ == "__main__":
    main()
