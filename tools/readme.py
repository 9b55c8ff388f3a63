"""Write the lesson table into README.md, every figure from the saved outputs of the notebooks.

    python -m tools.readme

It writes the table between its marks in README.md, and the picture of lesson 2. A test says when page and notebooks
disagree.

A lesson's result is a sentence of its lesson.toml: {padded} becomes what the lesson or one of its studies recorded
under that name, with `expect` or `record`. The time is what tools/run_notebooks.py noted in the notebook.
"""

import base64
import re

from tools.lesson import ROOT, Lesson, is_picture, lessons, recorded

PAGE, PICTURE = ROOT / "README.md", ROOT / "images" / "gates-over-a-headline.png"
BEGIN, END = "<!-- lessons: made by `make readme` -->\n", "\n<!-- end of lessons -->"


def result_of(lesson: Lesson) -> str:
    """The sentence with figures in place of the names in braces."""
    return re.sub(r"\{(.+?)\}", lambda name: lesson.figure(name[1]), lesson.settings["result"])


def lesson_table() -> str:
    rows = ["| | lesson | what you build | result | time to run |", "|---|---|---|---|---|"]
    for lesson in lessons():
        link = f"[{lesson.settings['title']}](notebooks/{lesson.path.name})"
        minutes = f"{lesson.notebook.metadata.seconds / 60:.1f} min"
        rows.append(f"| {lesson.number} | {link} | {lesson.settings['builds']} | {result_of(lesson)} | {minutes} |")
    data = {value for lesson in lessons() for value in recorded(lesson.notebook).get("data", [])}
    assert len(data) == 1, f"The notebooks ran on different data: {data}."
    return "\n".join([*rows, "", f"Measured on {data.pop()}."])


def with_table() -> str:
    """The text of the page, with the table made anew between its marks."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + lesson_table() + END + rest.split(END)[1]


def gates_picture() -> bytes | None:
    """The gates over a headline, as lesson 2 shows them; None where that lesson was deleted."""
    cells = [cell for lesson in lessons() for cell in lesson.notebook.cells if cell.id == "l2-c107"]
    pictures = [output.data["image/png"] for cell in cells for output in cell.outputs if is_picture(output)]
    return base64.b64decode(pictures[0]) if pictures else None


if __name__ == "__main__":
    PAGE.write_text(with_table(), encoding="utf-8")
    if picture := gates_picture():
        PICTURE.write_bytes(picture)
