"""Turns what a learning platform gives into nbgrader's folders, and mends what Colab and students do to files.

FROM: a folder or a zip, of Moodle, Canvas, Gradescope, or files with any names. Each notebook goes to
TERM/submitted/<student>/lesson<N>/. What was done to each file, and why one was not taken, stands in
TERM/collected.csv.
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
from tools.teaching.term import configuration, write_table

PATTERNS = [  # of the path of a file, as the downloads of Gradescope, Moodle and Canvas have it
    r"(?:^|/)(?P<name>)submission_(?P<id>\d+)/",
    r"(?:^|/)(?P<name>[^/]+?)_(?:LATE_)?(?P<id>\d+)_(?:assignsubmission_file|\d+_[^/]*$)",
]
MERGE = re.compile(r"^<{7} .*\n|^={7}\n(?:.*\n)*?^>{7} .*\n", flags=re.M)  # what git leaves; their own side stays
LARGEST = 50_000_000  # bytes of one file


def files_in(name: str, content: bytes, when: float) -> Iterator[tuple[str, bytes, float]]:
    """(path, content, time) of a file, or of each file in a zip, also of zips in it. No content: it can't be read."""
    if not name.lower().endswith(".zip"):
        yield name, content, when
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        for member in archive.infolist():
            if not member.is_dir():
                data = archive.read(member) if member.file_size < LARGEST else b""
                then = time.mktime((*member.date_time, 0, 0, -1))
                yield from files_in(f"{name[:-4]}/{member.filename}", data, then)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, OverflowError):  # RuntimeError: a password
        yield name, b"", when


def read_notebook(path: str, content: bytes) -> tuple[list, list[str]]:
    """The cells of a file, each with the names that it goes by, and what had to be mended. Raises ValueError."""
    if not content:
        raise ValueError("is empty, too large, or a zip that can't be opened")
    if not path.lower().endswith(".ipynb"):
        raise ValueError("is no .ipynb file")
    text = content.decode("utf-8-sig", errors="replace")
    whole = MERGE.sub("", text)
    try:
        cells = nbformat.v4.reads(whole).cells
        for cell in cells:
            names = cell.get("id"), cell.metadata.get("id"), cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.names = [str(name) for name in names if name]
            cell.source = cell.source.strip()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is no notebook ({type(error).__name__}: {error})") from None
    return cells, ["the marks of a merge: your own side was kept"] if whole != text else []


def lesson_of(cells: list) -> str:
    """Which lesson a notebook is: by the ids of its cells, or by its title. Raises ValueError for another notebook."""
    text = "\n".join(line for cell in cells for line in (*cell.names, cell.source))
    found = [number for number in re.findall(r"^(?:l(?=\d+-)|# Lesson )(\d+)", text, flags=re.M) if number in LESSONS]
    if not found:
        raise ValueError("belongs to no lesson of this course")
    return max(set(found), key=found.count)


def student_of(path: str, cells: list) -> tuple[str, str]:
    """(id, name) of a student: by the platform's path, by what was typed, or by the name of the folder or file."""
    code = "\n".join(cell.source for cell in cells)
    typed = dict(re.findall(r"^STUDENT_(ID|NAME) *= *[\"']?(.*?)[\"']? *(?:# @param.*)?$", code, flags=re.M))
    number, name = typed.get("ID", ""), typed.get("NAME", "").replace("\\", "")
    found = next(filter(None, (re.search(pattern, path) for pattern in PATTERNS)), None)
    if found and (found["name"] or not number):  # what Gradescope numbers is not the student
        number = found["id"]
    name = (found and found["name"]) or name or Path(path).parent.name or Path(path).stem
    folder = re.sub(r"[^\w.@-]+", "-", number or name).strip("-.")[:60]  # the name of a folder on any system
    return folder or "unknown", name


def collect(place: Path, term: Path) -> list[dict]:
    """Put every notebook into its place; returns a row for each file. Of two of one student the newer is taken."""
    files, rows, taken = [], [], {}
    for path in (place, *place.rglob("*")):
        if path.is_file():
            name = path.relative_to(place).as_posix() if place.is_dir() else path.name
            files += files_in(name, path.read_bytes(), path.stat().st_mtime)
    files = [file for file in files if not re.search(r"(?:^|/)(?:\.|__MACOSX/)", file[0])]  # what Macs and Jupyter add
    for path, content, when in sorted(files, key=lambda file: (file[2], file[0]), reverse=True):
        row = {"file": path, "student": "", "name": "", "lesson": "", "taken": "no", "remarks": ""}
        rows.append(row)
        try:
            cells, said = read_notebook(path, content)
            row["lesson"] = lesson_of(cells)
            row["student"], row["name"] = student_of(path, cells)
            newer = taken.setdefault((row["student"], row["lesson"]), row)
            if newer is not row:
                raise ValueError(f"{newer['file']} of the same student is newer")
        except ValueError as problem:
            row["remarks"] = str(problem)
        else:
            row["taken"] = "yes"
            row["remarks"] = "; ".join(said + put(term, row, cells, when))
    return sorted(rows, key=lambda row: row["file"])


def put(term: Path, row: dict, cells: list, when: float) -> list[str]:
    """Write the mended notebook, if it is new or has changed; returns what was mended."""
    lesson, name = f"lesson{row['lesson']}", LESSONS[row["lesson"]].name
    notebook = nbformat.read(term / "release" / lesson / name, as_version=4)
    remarks = mend(notebook, cells)
    submitted = term / "submitted" / row["student"] / lesson / name
    submitted.parent.mkdir(parents=True, exist_ok=True)
    if not submitted.is_file() or submitted.read_text(encoding="utf-8") != nbformat.writes(notebook):
        submitted.write_text(nbformat.writes(notebook), encoding="utf-8")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(when))
    (submitted.parent / "timestamp.txt").write_text(stamp, encoding="utf-8")
    return remarks


def main() -> None:
    place, term = [*sys.argv[1:], "term"][:2]
    term = Path(term).resolve()
    if not (term / "release").is_dir():
        sys.exit(f"{term} has no edition yet: run make student first.")
    rows = collect(Path(place), term) if place else []
    if not rows:
        sys.exit("Which files? make collect FROM=<the folder or zip that your platform gave>")
    write_table(term / "collected.csv", rows)
    taken = {row["student"]: row["name"] for row in rows if row["taken"] == "yes"}
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:  # formgrader and export show the names
        for new in taken.keys() - {student.id for student in gradebook.students}:
            first, _, last = taken[new].rpartition(" ")
            gradebook.add_student(new, first_name=first, last_name=last)
        known = {who.id: f"{who.first_name or ''} {who.last_name or who.id}" for who in gradebook.students}
    print(*(f"{row['file']}: {row['remarks']}" for row in rows if row["remarks"]), sep="\n")
    print(f"{len(taken)} students. {sum(row['taken'] == 'no' for row in rows)} files not taken.")
    print("Nothing from:", ", ".join(name.strip() for who, name in known.items() if who not in taken) or "nobody")


if __name__ == "__main__":
    main()
