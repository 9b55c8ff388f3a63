"""Make the student edition: build/student for students, and nbgrader's release of it, with its gradebook, in TERM.

The workflow pushes build/student to the branch `student`, where its Colab links and its set-up cell look.
"""

import hashlib
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from teach.mend import tried_by
from teach.term import LESSONS, configuration
from tools.language import LANGUAGE, say
from tools.lesson import ROOT, exercises_of, has
from tools.repo import current

CARRIED = ["torchnlp.py", "requirements.txt", "LICENSE", "data/*/*", "images/**/*"]
CARRIED += ["notebooks/*.py", "notebooks/checks/*.py", "notebooks/*/plain.py", "notebooks/*/*.pt", "zh/messages.mo"]
CARRIED += [f"docs/{name}.md" for name in ("own-data", "project", "numbers-differ")]
# What watch and publish make pages of, where the part web is there.
CARRIED += [f"web/{name}" for name in ("__init__.py", "page.py", "network.py", "style.css")]
CARRIED += ["web/bundles/watch.js", "web/bundles/reader.js", "web/pages/published.html", "web/site/_static/icon.svg"]
BRANCH = {"en": "student", "zh_CN": "student-zh"}[LANGUAGE]
HAND_IN = say("""\
**This is your copy.** In Colab first choose *File*, *Save a copy in Drive*: only then is your work kept. To hand it in,
choose *File*, *Download*, *Download .ipynb*, and hand in this one file. (Edition of {date}, {mark}.)""")
WHO = say("Your name, and your number if your course has numbers")
NAME = f"""\
# @title {WHO}
STUDENT_NAME = ""  # @param {{type:"string"}}
STUDENT_ID = ""  # @param {{type:"string"}}"""
WORDS = say("**Your words on exercise {}.** What did you expect, and what did you see? (Write below this line.)")
UNCLEAR = say(
    "**What was unclear in this lesson?** One line helps us to mend it; no points for it. (Write below this line.)"
)
# What a submission finds in place of the checks is their names: they run elsewhere, and our answers are not here.
NO_CHECKS = "globals().update(dict.fromkeys({}, lambda answer, *given: answer))"


def nbgrader(cell, **settings) -> dict:
    """A cell's metadata for nbgrader; its name there is the cell's id."""
    common = {"grade_id": cell.id, "cell_type": cell.cell_type, "schema_version": 3, "task": False}
    return common | {"grade": False, "solution": False, "locked": False} | settings


def mark(lesson) -> None:
    """Give stubs and checks the metadata that nbgrader reads, in place. The column of a check has the answer's name.

    An exercise of the core has 2 points: 1 for its code, shared by its checks, and 1 for the student's words, which a
    person gives. Exercises of a section with the tag "further" are checked as well, and have no points.
    """
    for cell in lesson.cells:
        if has(cell, "stub"):
            cell.metadata["nbgrader"] = nbgrader(cell, solution=True)
    for exercise in exercises_of(lesson):
        for check in exercise.checks:
            settings = {"grade_id": tried_by(check), "points": exercise.counts / len(exercise.checks)}
            check.metadata["nbgrader"] = nbgrader(check, grade=True, locked=True, **settings)


def student_edition(lesson):
    """A lesson changed in place into nbgrader's source: no solution, no output, and places for a student's words."""
    counting = {e.checks[-1].id: e.number for e in exercises_of(lesson) if e.counts}
    mark(lesson)
    edition = hashlib.sha256("".join(cell.source for cell in lesson.cells).encode()).hexdigest()[:8]
    cells = [new_markdown_cell(HAND_IN.format(date=date.today(), mark=edition), id="hand-in")]
    for cell in (cell for cell in lesson.cells if not has(cell, "solution")):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        if sets_up(cell):
            cells.append(new_code_cell(NAME, id="student-name", metadata={"cellView": "form", "tags": ["set-up"]}))
        if number := counting.get(cell.id):
            words = new_markdown_cell(WORDS.format(number), id=f"words-{number}", metadata={"tags": ["words"]})
            words.metadata["nbgrader"] = nbgrader(words, grade=True, solution=True, points=1)
            cells.append(words)
    lesson.cells = [*cells, new_markdown_cell(UNCLEAR, id="unclear", metadata={"tags": ["words"]})]
    return stay_among_students(lesson)


def sets_up(cell) -> bool:
    return cell.cell_type == "code" and "REPOSITORY = " in cell.source


def stay_among_students(notebook):
    """Badges and set-up cell, changed in place, lead to the branch without solutions."""
    for cell in notebook.cells:
        cell.source = re.sub(r" \[[^]]*\]\([^)]*/blob/main/notebooks/[^)]*\)", "", cell.source)  # it has solutions
        cell.source = cell.source.replace("/blob/main/notebooks/", f"/blob/{BRANCH}/notebooks/")
        cell.source = cell.source.replace('"git", "clone", ', f'"git", "clone", "-b", "{BRANCH}", ')
        cell.source = cell.source.replace("/archive/HEAD.zip", f"/archive/{BRANCH}.zip")
    return notebook


def release(term: Path) -> None:
    """Let nbgrader make its release edition of each lesson, and enter the exercises into its gradebook."""
    from nbgrader.apps import NbGraderAPI  # here: the plain edition does without nbgrader

    from teach.outside import checks

    api = NbGraderAPI(config=configuration(term))
    copy_course(term)  # what the submissions run with
    shutil.rmtree(term / "notebooks" / "checks")
    (term / "notebooks" / "checks.py").write_text(NO_CHECKS.format(checks.__all__), encoding="utf-8")
    for number, path in LESSONS.items():
        folder = term / "source" / f"lesson{number}"
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(student_edition(nbformat.read(path, as_version=4)), folder / path.name)
        done = api.generate_assignment(f"lesson{number}", force=True)
        if not done["success"]:
            sys.exit(f"nbgrader could not make the edition of {path.name}:\n{done}")


def copy_course(folder: Path) -> None:
    """What a lesson needs to run, without the lessons."""
    for path in (path for pattern in CARRIED for path in ROOT.glob(pattern)):
        if path.is_file() and not re.fullmatch(r"draw\.py|held-back\.csv|.*\.pyc", path.name):
            (folder / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.relative_to(ROOT))


def make_handout(folder: Path) -> None:
    """All that a student gets: the lessons and what they need."""
    shutil.rmtree(folder, ignore_errors=True)
    copy_course(folder)
    lessons = [*LESSONS.values(), ROOT / "notebooks" / "project.ipynb"]
    for path in (*lessons, *ROOT.glob("notebooks/*/*.ipynb")):
        edition = student_edition if path in lessons else stay_among_students
        nbformat.write(edition(nbformat.read(path, as_version=4)), folder / path.relative_to(ROOT))
    colab = f"https://colab.research.google.com/github/{current(ROOT)}/blob/{BRANCH}/notebooks"
    badges = "\n".join(f"- [{path.stem}]({colab}/{path.name})" for path in lessons)
    readme = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(readme.format(badges=badges), encoding="utf-8")


if __name__ == "__main__":
    term = Path(sys.argv[1] if len(sys.argv) > 1 else "term").resolve()
    release(term)
    make_handout(ROOT / "build" / "student")
    print("build/student: the lessons without solutions and outputs, and what they need to run")
    if current(ROOT).startswith("OWNER/"):
        print("The address is still OWNER/...: badges and set-up cells lead nowhere. Run make repo URL=...")
