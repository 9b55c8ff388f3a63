"""Make build/student, the student edition: the lessons without solutions and outputs, and what they need to run.

Each lesson gets cells for a name and for a few words on every exercise. What the saved outputs show of a full study,
which nobody repeats in class, stands as a picture to unfold. Hand the folder out as it is, or let the workflow
push it to the branch `student` of your repository, which is where its Colab badges and its set-up cell look.
"""

import html
import re
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.teaching.needs import settings_in, statements_of
from tools.teaching.repo import current

ROOT = Path(__file__).resolve().parents[2]

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NEEDED = ["torchnlp.py", "requirements.txt", "LICENSE", "data/sample", "images", "site"]
NEEDED += [f"notebooks/{name}.py" for name in ("lessons", "checks", "install")]
NO_SOLUTIONS = (
    'Each has a cell to fill in and a cell that checks it: it says "not yet" until you are there. Any right answer '
    "passes. The solutions are left out of this copy. A cell that measures your answer asks for it until it is right."
)
OPENING = re.compile(r"^## Exercises\n(?:\n(?!#).+\n?)*", flags=re.M)  # with its paragraphs, down to the first exercise
FROM_STUDENT = '"git", "clone", "-b", "student", '
NAME = """\
# @title Your name, and your number if your course has numbers
STUDENT_NAME = ""  # @param {type:"string"}
STUDENT_ID = ""  # @param {type:"string"}"""
WORDS = "**Your words on exercise {}.** What did you expect, and what did you see? (Write below this line.)"
COLAB = "https://colab.research.google.com"
START = """\
# Recurrent neural networks for text: student edition

Open a lesson in Colab:

{badges}

Or in JupyterLab, with this folder on your machine. The first cell of a lesson installs what is missing, which takes
some minutes the first time; use a fresh virtual environment if you like to keep your own one as it is.

```
pip install jupyterlab
jupyter lab notebooks/{first}
```

Type your name into the second cell. At the end of each lesson are exercises: a cell to fill in, a cell that says
whether your answer is right, and a place for your own words. Save the notebook and hand that one file in.
"""


def is_solution(cell) -> bool:
    return "solution" in cell.metadata.get("tags", []) or cell.source.startswith("# @title Solution")


def student_edition(lesson):
    """The lesson, changed in place: no solution, no output, and a place for what a student writes.

    A second time changes nothing, so that a folder with nothing but student editions can grade as well.
    """
    full, cells, exercise = of_the_full_study(lesson), [], None
    stay_among_students(lesson)
    for cell in lesson.cells:
        if is_solution(cell) or cell.id == "student-name" or cell.id.startswith("words-"):
            continue
        if cell.cell_type == "code":
            cells += [cell, *(to_unfold(cell) if cell.id in full else [])]
            if sets_up(cell):
                cells.append(new_code_cell(NAME, id="student-name", metadata={"cellView": "form"}))
            cell.outputs, cell.execution_count = [], None
            continue
        if exercise and re.search("^##", cell.source, flags=re.M):  # the next heading: here it ends
            cells.append(words_on(exercise))
            exercise = None
        begun = re.search(r"^### Exercise (\d+)\.", cell.source, flags=re.M)
        exercise = begun[1] if begun else exercise
        cell.source = OPENING.sub(f"## Exercises\n\n{NO_SOLUTIONS}\n", cell.source)
        cells.append(cell)
    lesson.cells = cells + ([words_on(exercise)] if exercise else [])
    return lesson


def sets_up(cell) -> bool:
    return cell.cell_type == "code" and "REPOSITORY = " in cell.source


def stay_among_students(notebook):
    """Badges and set-up cell, changed in place, lead to the branch without solutions. Raises ValueError."""
    for cell in notebook.cells:
        cell.source = re.sub(r" \[with solutions\]\([^)]*\)", "", cell.source)
        cell.source = cell.source.replace("/blob/main/notebooks/", "/blob/student/notebooks/")
        if sets_up(cell) and FROM_STUDENT not in cell.source:
            cell.source = cell.source.replace('"git", "clone", ', FROM_STUDENT)
            if FROM_STUDENT not in cell.source:
                raise ValueError('the set-up cell has no "git", "clone" that could fetch the branch student')
    return notebook


def words_on(exercise: str):
    return new_markdown_cell(WORDS.format(exercise), id=f"words-{exercise}")


def of_the_full_study(lesson) -> set[str]:
    """The ids of the cells above the exercises whose result hangs on the setting FULL."""
    hangs, found = {"FULL"}, set()
    for cell in lesson.cells:
        if cell.cell_type == "markdown" and "## Exercises" in cell.source:
            break
        for statement in statements_of(cell.source, own=True) if cell.cell_type == "code" else []:
            if statement.reads & hangs:
                hangs |= statement.defines
                found.add(cell.id)
    return found


def to_unfold(cell) -> list:
    """A folded cell of text with the pictures of a cell's outputs, and with what it printed, if that is a table."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            picture = "".join(data["image/png"].split())
            parts.append(f'<img alt="The picture that the full study drew" src="data:image/png;base64,{picture}">')
        elif output.get("text", "").count("\n") > 2:
            parts.append(f"<pre>{html.escape(output['text'])}</pre>")
    summary = "<summary>What the full study gave (first look at your own)</summary>"
    text = f"<details>{summary}\n\n" + "\n".join(parts) + "\n</details>"
    return [new_markdown_cell(text, id=f"{cell.id}-full")] if parts else []


def hidden(folder: str, names: list[str]) -> set[str]:
    """What a handout does without: programs, but for the one that watch runs, and the networks of the reader page."""
    return shutil.ignore_patterns("*.py", "__pycache__", ".*", "networks")(folder, names) - {"page.py"}


def copy_course(folder: Path) -> None:
    """What a lesson needs to run, without the lessons."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=hidden)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def make_handout(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    copy_course(folder)
    (folder / "notebooks" / "appendix").mkdir()
    for path in [*LESSONS, *ROOT.glob("notebooks/appendix/*.ipynb")]:
        edition = student_edition if path in LESSONS else stay_among_students
        nbformat.write(edition(nbformat.read(path, as_version=4)), folder / path.relative_to(ROOT))
    badge, place = f"{COLAB}/assets/colab-badge.svg", f"{COLAB}/github/{current(ROOT)}/blob/student/notebooks"
    badges = "\n".join(f"- [![{path.stem}]({badge})]({place}/{path.name}) {path.stem}" for path in LESSONS)
    (folder / "README.md").write_text(START.format(first=LESSONS[0].name, badges=badges), encoding="utf-8")


def save_settings(folder: Path) -> None:
    """What takes the place of trained networks when submissions are checked, without the bank's right answers."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted((ROOT / "tests" / "answers").glob("lesson_*.py")):
        (folder / path.name).write_text("".join(settings_in(path)), encoding="utf-8")


def main() -> None:
    make_handout(ROOT / "build" / "student")
    save_settings(ROOT / "build" / "settings")
    print("build/student: the lessons without solutions and outputs, and what they need to run")


if __name__ == "__main__":
    main()
