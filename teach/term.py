"""A term: a folder of nbgrader's, with its settings, and a copy of the course without our answers to grade with."""

import csv
import io
import os
import shutil
import sys
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader

from tools.lesson import lessons

LESSONS = {str(lesson.number): lesson.path for lesson in lessons()}
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
SETTINGS = "nbgrader_config.py"


def configuration(term: Path) -> Config:
    """The settings, as nbgrader's API takes them. Its own programs read them in the folder where they start."""
    term.mkdir(parents=True, exist_ok=True)
    if not (term / SETTINGS).is_file():
        if any(path.suffix != ".csv" for path in term.iterdir()):
            sys.exit(f"{term} holds other things. A term needs a folder of its own: make student CLASS=autumn")
        shutil.copy(Path(__file__).with_name(SETTINGS), term)
    return PyFileConfigLoader(SETTINGS, str(term)).load_config()


def write_table(file: Path, rows: list[dict]) -> None:
    """Rows as a CSV that spreadsheets open as it is, with no formula of a student's in it."""
    with open(file, "w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        for row in rows:
            table.writerow({key: f"'{said}" if str(said)[:1] in [*"=+-@"] else said for key, said in row.items()})


def read_table(file: Path) -> list[dict]:
    """The rows of a CSV of any platform or spreadsheet; none if there is no such file."""
    text = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
    return list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count)))


def add_to_table(file: Path, rows: list[dict], key: int) -> None:
    """Add rows to a table; one with the same first `key` columns as an older one takes its place."""
    kept = {tuple(row.values())[:key]: row for row in [*read_table(file), *rows]}
    write_table(file, list(kept.values()))
