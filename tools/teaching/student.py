"""Make the student edition: the lessons without solutions and outputs, and what they need to run.

    python -m tools.teaching.student [TERM]

It is nbgrader's release edition. In the folder of the term (nbgrader's course folder, `term` if none is named) come
source/ and release/, and the gradebook; build/student holds what students get. Hand that folder out, or let the
workflow push it to the branch `student` of your repository, where its Colab badges and its set-up cell look.
"""

import hashlib
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.teaching.exercises import LESSONS, ROOT, exercises_of, mark, nbgrader
from tools.teaching.repo import current

NEEDED = ["torchnlp.py", "requirements.txt", "LICENSE", "data/sample", "images", "notebooks/plain"]
NEEDED += [f"notebooks/{name}.py" for name in ("install", "lessons", "checks")]
FROM_STUDENT = '"git", "clone", "-b", "student", '
COLAB = "https://colab.research.google.com"
HAND_IN = """\
**This is your copy.** In Colab first choose *File*, *Save a copy in Drive*: only then is your work kept. To hand it in,
choose *File*, *Download*, *Download .ipynb*, and hand in this one file. (Edition of {date}, {mark}.)"""
NAME = """\
# @title Your name, and your number if your course has numbers
STUDENT_NAME = ""  # @param {type:"string"}
STUDENT_ID = ""  # @param {type:"string"}"""
WORDS = "**Your words on exercise {}.** What did you expect, and what did you see? (Write below this line.)"
UNCLEAR = (
    "**What was unclear in this lesson?** One line helps us to mend it; it has no points. (Write below this line.)"
)
START = """\
# Recurrent neural networks for text: student edition

Open a lesson in Colab, and choose *File*, *Save a copy in Drive*:

{badges}

Or in JupyterLab, with this folder on your machine. The first cell of a lesson installs what is missing.

```
pip install jupyterlab
jupyter lab notebooks/{first}
```

An exercise has a cell to fill in, a line that says whether your answer is right, and a place for your own words.
Until your answer is right the lesson goes on with ours. Save the notebook and hand that one file in.
"""


def student_edition(lesson):
    """A lesson changed in place into nbgrader's source: no solution, no output, and places for a student's words."""
    mark(lesson)
    counting = {e.checks[-1].id: e.number for e in exercises_of(lesson) if e.counts and e.checks}
    edition = hashlib.sha256("".join(cell.source for cell in lesson.cells).encode()).hexdigest()[:8]
    cells = [new_markdown_cell(HAND_IN.format(date=date.today(), mark=edition), id="hand-in")]
    for cell in lesson.cells:
        tags = cell.metadata.get("tags", [])
        if "solution" in tags:
            continue
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        if sets_up(cell):
            cells.append(new_code_cell(NAME, id="student-name", metadata={"cellView": "form", "tags": ["set-up"]}))
        if number := counting.get(cell.id):
            words = new_markdown_cell(WORDS.format(number), id=f"words-{number}")
            words.metadata["nbgrader"] = nbgrader(words, grade=True, solution=True, points=1)
            cells.append(words)
    lesson.cells = [*cells, new_markdown_cell(UNCLEAR, id="unclear")]
    return stay_among_students(lesson)


def sets_up(cell) -> bool:
    return cell.cell_type == "code" and "REPOSITORY = " in cell.source


def stay_among_students(notebook):
    """Badges and set-up cell, changed in place, lead to the branch without solutions."""
    for cell in notebook.cells:
        cell.source = re.sub(r" \[with solutions\]\([^)]*\)", "", cell.source)
        cell.source = cell.source.replace("/blob/main/notebooks/", "/blob/student/notebooks/")
        if sets_up(cell) and FROM_STUDENT not in cell.source:
            cell.source = cell.source.replace('"git", "clone", ', FROM_STUDENT)
    return notebook


def source_of(lesson):
    """nbgrader's source: the student edition, whose checks also make hidden calls, with other numbers and sizes."""
    for cell in lesson.cells:
        if "check" in cell.metadata.get("tags", []):
            call = re.search(r"\b(check_\w+)(\(.*\))", cell.source)
            cell.source += f"\n### BEGIN HIDDEN TESTS\n{call[1]}.hidden{call[2]}\n### END HIDDEN TESTS"
    return lesson


def release(term: Path) -> None:
    """Let nbgrader make its release edition of each lesson, and enter the exercises into its gradebook."""
    from nbgrader.apps import NbGraderAPI  # here: the plain edition does without nbgrader

    from tools.teaching.term import configuration

    api = NbGraderAPI(config=configuration(term))
    for number, path in LESSONS.items():
        folder = term / "source" / f"lesson{number}"
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(source_of(student_edition(nbformat.read(path, as_version=4))), folder / path.name)
        done = api.generate_assignment(f"lesson{number}", force=True)
        if not done["success"]:
            sys.exit(f"nbgrader could not make the edition of {path.name}:\n{done.get('log') or done.get('error')}")


def copy_course(folder: Path) -> None:
    """What a lesson needs to run, without the lessons."""
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("draw.py", "film.py", "__pycache__")
            )
        else:
            shutil.copy(ROOT / name, folder / name)


def make_handout(folder: Path, term: Path | None = None) -> None:
    """All that a student gets: the lessons of a term's release (without one: the same cells), and what they need."""
    shutil.rmtree(folder, ignore_errors=True)
    copy_course(folder)
    (folder / "notebooks" / "appendix").mkdir()
    for number, path in LESSONS.items():
        if term:
            shutil.copy(term / "release" / f"lesson{number}" / path.name, folder / "notebooks")
        else:
            nbformat.write(student_edition(nbformat.read(path, as_version=4)), folder / "notebooks" / path.name)
    for path in ROOT.glob("notebooks/appendix/*.ipynb"):
        nbformat.write(stay_among_students(nbformat.read(path, as_version=4)), folder / path.relative_to(ROOT))
    badge, place = f"{COLAB}/assets/colab-badge.svg", f"{COLAB}/github/{current(ROOT)}/blob/student/notebooks"
    badges = "\n".join(f"- [![{path.stem}]({badge})]({place}/{path.name}) {path.stem}" for path in LESSONS.values())
    (folder / "README.md").write_text(START.format(first=LESSONS["1"].name, badges=badges), encoding="utf-8")


def main() -> None:
    term = Path(sys.argv[1] if len(sys.argv) > 1 else "term").resolve()
    release(term)
    make_handout(ROOT / "build" / "student", term)
    print("build/student: the lessons without solutions and outputs, and what they need to run")
    if current(ROOT).startswith("OWNER/"):
        print(
            "The address is still OWNER/...: badges and set-up cells lead nowhere. Run make repo URL=https://github.com/..."
        )


if __name__ == "__main__":
    main()
