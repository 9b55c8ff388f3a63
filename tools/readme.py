"""Write the lesson table into README.md, every figure from the saved outputs of the notebooks.

    python -m tools.readme

It writes the table between its marks in README.md, and the picture of lesson 2. A test says when page and notebooks
disagree.

A lesson's result is a sentence of its lesson.toml: {padded} becomes what the lesson or one of its studies recorded
under that name, with `expect` or `record`. The time is what tools/run_notebooks.py noted in the notebook.
"""

import base64
import re
import sys

from tools.lesson import ROOT, Lesson, is_picture, lessons, recorded

PICTURE = "images/gates-over-a-headline.png"


def result_of(lesson: Lesson) -> str:
    """The sentence with figures in place of the names in braces."""
    return re.sub(r"\{(.+?)\}", lambda name: lesson.figure(name[1]), lesson.settings["result"])


def data_line() -> str:
    """Which data the notebooks ran on, as load_dataset recorded it. It must be the same for all."""
    found = {value for lesson in lessons() for value in recorded(lesson.notebook).get("data", [])}
    if len(found) != 1:
        raise LookupError(f"the notebooks ran on different data: {found}")
    return f"Measured on {found.pop()}."


def lesson_table() -> str:
    rows = ["| | lesson | what you build | result | time to run |", "|---|---|---|---|---|"]
    for lesson in lessons():
        link = f"[{lesson.settings['title']}](notebooks/{lesson.path.name})"
        minutes = f"{lesson.notebook.metadata.seconds / 60:.1f} min"
        rows.append(f"| {lesson.number} | {link} | {lesson.settings['builds']} | {result_of(lesson)} | {minutes} |")
    return "\n".join([*rows, "", data_line()])


def picture() -> bytes:
    """The gates over a headline, as lesson 2 draws them and shows them at its beginning."""
    shown = (output for cell in lessons()[1].notebook.cells if cell.id == "l2-c107" for output in cell.outputs)
    return base64.b64decode(next(output.data["image/png"] for output in shown if is_picture(output)))


TABLES = {"README.md": {"lessons": lesson_table}}


def written(page: str) -> str:
    """The text of a page with its tables made anew, each between its marks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, make in TABLES[page].items():
        marks = re.compile(rf"(<!-- {name}: made by `make readme` -->\n).*(\n<!-- end of {name} -->)", flags=re.S)
        table = make()
        text, count = marks.subn(lambda mark, table=table: mark[1] + table + mark[2], text)
        if count != 1:
            raise LookupError(f"{page} needs the marks of its table, {marks.pattern}")
    return text


if __name__ == "__main__":
    try:
        made = {page: written(page).encode() for page in TABLES} | {PICTURE: picture()}
    except (LookupError, ValueError) as error:
        sys.exit(f"The tables cannot be made: {error}.")
    for name, content in made.items():
        (ROOT / name).write_bytes(content)
