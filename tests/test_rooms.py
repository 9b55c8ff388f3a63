"""A lesson is a room: what it lacks is named, tools go by tags and not by words, an eighth and a tenth lesson fit."""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import lesson as reader
from teach import questions, slides
from tools.minutes import core_of

GUIDE = (reader.ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("lesson", reader.lessons(), ids=lambda lesson: lesson.name)
def test_what_a_cell_is_does_not_depend_on_its_words(lesson):
    other = nbformat.from_dict(lesson.notebook)
    for cell in other.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"[^\W\d_]+", "xxx", cell.source)
        else:
            cell.source = re.sub(r"^# @title .*", "# @title xxx", cell.source)

    def found(notebook):
        exercises = [(each.number, each.counts, [c.id for c in each.checks]) for each in reader.exercises_of(notebook)]
        captions = [cell.id for cell in reader.to_read(notebook).cells if "caption" in cell.metadata]
        further = [cell.id for cell, extra in reader.with_further(notebook) if extra]
        return exercises, captions, further, [cell.id for cell in reader.opening(notebook)]

    assert found(other) == found(lesson.notebook) and all(found(lesson.notebook))
    assert core_of(other).stretch == pytest.approx(core_of(lesson.notebook).stretch, abs=3)  # formulas lose words


TOML = 'title = "Toy"\nbuilds = "it"\nquestion = "?"\nresult = "none"\n[figures]\nwheel = "l12-c1"\n'


@pytest.fixture
def room(tmp_path, monkeypatch, capsys):
    """The room of a small lesson, with a study and a figure that moves, in which nothing is wrong."""
    for module in reader, slides:
        monkeypatch.setattr(module, "ROOT", tmp_path)
    room = tmp_path / "notebooks" / "12-toy"
    room.mkdir(parents=True)
    tagged(room.with_suffix(".ipynb"), id="l12-c2")
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), room / "far.ipynb")
    for part in [*reader.PARTS, "zh.po", "wheel.js", "far.zh.po"]:
        (room / part).write_text("", encoding="utf-8")
    (room / "wheel.js").write_text("export function show(place) {}", encoding="utf-8")
    (room / "lesson.toml").write_text(TOML, encoding="utf-8")
    (room / "slides.md").write_text("# Lesson 12\n\nMinutes: 2", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["lesson"])
    assert reader.main() == 0 and capsys.readouterr().out.endswith(": whole\n")
    return room


def with_cell(metadata):
    """What puts a cell with this metadata into the lesson."""
    return lambda room: tagged(room.with_suffix(".ipynb"), id="l12-c2", metadata=metadata)


def tagged(path, **cell):
    nbformat.write(new_notebook(cells=[new_markdown_cell("# x", id="l12-c1"), new_markdown_cell("x", **cell)]), path)


WRONG = {  # what one does to the room, and what is said of it
    "a part": (lambda room: (room / "claims.md").unlink(), "12-toy/claims.md is missing: what the lesson claims"),
    "a file": (lambda room: (room / "old.txt").write_text(""), "12-toy/old.txt: no lesson needs it. Move it away"),
    "what a study had": (lambda room: (room / "far.ipynb").unlink(), "12-toy/far.zh.po: no lesson needs it. Move it"),
    "a script": (lambda room: (room / "wheel.js").unlink(), "12-toy/wheel.js is missing: the figure that"),
    "nothing to show": (lambda room: (room / "wheel.js").write_text("//"), "wheel.js shows nothing: page and deck"),
    "a key": (lambda room: (room / "lesson.toml").write_text('titel = "x"'), "lesson.toml needs title = ..., a str"),
    "another key": (lambda room: (room / "lesson.toml").write_text(f"of = 8\n{TOML}"), "nobody reads of. The keys are"),
    "TOML": (lambda room: (room / "lesson.toml").write_text("title = x"), "lesson.toml cannot be read: Invalid value"),
    "a tag": (with_cell({"tags": ["qestion"]}), '12-toy.ipynb: no tool knows the tag "qestion" of l12-c2. Take it'),
    "a quotation": (with_cell({"study": "near"}), 'l12-c2 quotes the study "near", which is not in notebooks/12-toy'),
    "a caption": (with_cell({"tags": ["caption"]}), "l12-c2 has the tag caption, and does not begin with a paragraph"),
    "a notebook": (lambda room: room.with_suffix(".ipynb").write_text(""), "12-toy.ipynb is empty, or no notebook."),
    "a deck": (lambda room: (room / "slides.md").write_text("## x\n\n{y}\n\nMinutes: 2"), '0 results "y", not one'),
    "an essay": (lambda room: (room / "questions.md").write_text("\n# In a sentence\n\n- Why?\n"), "needs its answer"),
    "Python": (
        lambda room: (room / "plain.py").write_text("x ="),
        "12-toy/plain.py, line 1: invalid syntax",
    ),
    "a heading": (lambda room: (room / "claims.md").write_text("# Lesson 3"), "has the number 3. Write 12"),
    "no lesson": (lambda room: room.with_name("13-x").mkdir(), "notebooks/13-x is the room of no lesson"),
    "a project": (lambda room: tagged(room.with_name("mine.ipynb"), id="x"), "notebooks/mine/answers.py is missing"),
    "a project's file": (
        lambda room: (tagged(room.with_name("mine.ipynb"), id="x"), room.rename(room.with_name("mine"))),
        "notebooks/mine/wheel.js: no lesson needs it",
    ),
    "a number": (lambda room: tagged(room.with_name("12-b.ipynb"), id="x"), "12-b.ipynb has its number, too"),
}


@pytest.mark.parametrize("change, said", WRONG.values(), ids=WRONG)
def test_what_is_missing_or_wrong_is_named_with_its_file(room, capsys, change, said):
    change(room)
    assert reader.main() == 1 and said in capsys.readouterr().out


def test_a_result_is_recorded_beside_the_output_and_a_page_does_not_show_it():
    code = "import torchnlp\nprint('a')\ntorchnlp.expect('lead', 0.12345, ag_news=(0, 1), sample=(0, 1))\nprint('b')"
    notebook = new_notebook(cells=[new_code_cell(code)])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(reader.ROOT)}}).execute()
    assert reader.recorded(notebook) == {"lead": ["0.123"]}
    outputs = reader.to_read(notebook).cells[0].outputs
    assert {output.output_type for output in outputs} == {"stream"}


# --------------------------------------------------------------- the lines of INSTRUCTORS.md, in a copy


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, in which lines can be run; without the lessons that a fork may have added."""
    folder, added = tmp_path_factory.mktemp("copy") / "course", ["8-*", "9-*", "[1-9][0-9]-*"]
    shutil.copytree(reader.ROOT, folder, ignore=shutil.ignore_patterns(".*", "build", "term", "__pycache__", *added))
    return folder


def run(line: str, course) -> tuple[int, str]:
    line = re.sub(r"^python ", f"{sys.executable} ", line)
    done = subprocess.run(line, shell=True, cwd=course, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [8, 10])
def test_a_lesson_is_added_by_the_lines_of_the_guide(course, number):
    (block,) = re.findall(r"^```sh\n(cp notebooks/3-.*?)^```$", GUIDE, flags=re.S | re.M)
    block = re.sub(r"8(?=-state)|(?<=/l)8|(?<=LESSON=)8|(?<=[Ll]esson )8", str(number), block)
    notebook, *lines = [line.partition("  #")[0] for line in block.splitlines()]
    assert len(lines) < 10
    run(notebook, course)
    ended, said = run(f"python -m tools.lesson {number}", course)
    assert ended == 1 and all(f"{number}-state-spaces/{part} is missing" in said for part in reader.PARTS)
    for line in lines:
        if not line.startswith(("make", "git")):
            assert run(line, course)[0] == 0, line
    if number == 10:  # one without a figure that moves
        settings = course / "notebooks" / "10-state-spaces" / "lesson.toml"
        settings.write_text(settings.read_text(encoding="utf-8").partition("[figures]")[0], encoding="utf-8")
        settings.with_name("packed.js").unlink()
        deck = settings.with_name("slides.md")
        deck.write_text(deck.read_text(encoding="utf-8").replace("(packed)", "(packed-batch)"), encoding="utf-8")
    ended, said = run(f"python -m tools.lesson {number}", course)
    assert (ended, said) == (0, f"{number}-state-spaces: whole\n")
    files = "tests/test_notebooks.py tests/test_answers.py"
    ended, said = run(f'python -m pytest -q -m "not slow" {files} -k {number}-', course)  # with make test LESSON=8
    assert ended == 0 and int(re.search(r"(\d+) passed", said)[1]) > 25, said[-2000:]


MADE = """
from pathlib import Path
from tools.lesson import ROOT, lessons
from web.lesson_pages import lesson_page
from teach import questions, slides, student
from tools import readme
student.make_handout(ROOT / "build" / "student")
(ROOT / "README.md").write_text(readme.written("README.md"), encoding="utf-8")
for lesson in lessons()[-2:]:
    slides.make_deck(lesson)
    page = lesson_page(lesson.path)
    (ROOT / "build" / f"{lesson.name}.page").write_text(page, encoding="utf-8")
    print(len(questions.read_lesson(lesson)))
"""


@pytest.mark.slow
def test_its_row_deck_page_questions_and_student_edition_are_made(course):
    (course / "made.py").write_text(MADE, encoding="utf-8")
    ended, said = run("python made.py", course)
    assert ended == 0, said
    assert said.splitlines()[-1] == str(len(questions.read_lesson(reader.lessons()[2])))
    text = {path.name: path.read_text(encoding="utf-8") for path in course.glob("build/*.page")}
    decks = {path.name: path.read_text(encoding="utf-8") for path in course.glob("build/slides/*.html")}
    for name, figures in {"8-state-spaces": 1, "10-state-spaces": 0}.items():
        assert text[f"{name}.page"].count('id=\\"live-') == figures == decks[f"{name}.html"].count('id="live-')
        assert f"](notebooks/{name}.ipynb)" in (course / "README.md").read_text(encoding="utf-8")
        given = course / "build" / "student" / "notebooks" / name
        assert {path.name for path in given.iterdir()} == {"plain.py", "clipping-and-batches.ipynb"}
        assert "# @title Solution" not in given.with_suffix(".ipynb").read_text(encoding="utf-8")
