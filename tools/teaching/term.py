"""A term: the folder with source/, release/, submitted/, autograded/, feedback/, the gradebook and the settings."""

import csv
import os
import shutil
import sys
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader

from tools.lesson import ROOT

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
SETTINGS = "nbgrader_config.py"


def configuration(term: Path) -> Config:
    """The settings, as nbgrader's API takes them. Its own programs read them in the folder where they start."""
    if ROOT not in term.parents:
        sys.exit(f"The folder of the term must lie in the course's folder {ROOT}: its notebooks use the course.")
    term.mkdir(parents=True, exist_ok=True)
    if not (term / SETTINGS).is_file():
        shutil.copy(Path(__file__).with_name(SETTINGS), term)
    return PyFileConfigLoader(SETTINGS, str(term)).load_config()


def write_table(file: Path, rows: list[dict], comma: bool = False) -> None:
    """Rows as a CSV that spreadsheets open as it is; comma: with decimal commas, and semicolons between."""

    def shown(value):
        if isinstance(value, (int, float)):
            return f"{value:g}".replace(".", "," if comma else ".")
        return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value  # no formula for a spreadsheet

    with open(file, "w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]), delimiter=";" if comma else ",")
        table.writeheader()
        table.writerows({key: shown(value) for key, value in row.items()} for row in rows)
