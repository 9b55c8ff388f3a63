"""A lesson is a room: what it lacks is named, tools go by tags and not by words, what parts read is theirs."""

import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import lesson as reader
from tools.minutes import core_of


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
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    room = tmp_path / "notebooks" / "12-toy"
    room.mkdir(parents=True)
    tagged(room.with_suffix(".ipynb"), id="l12-c2")
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), room / "far.ipynb")
    for part in [*reader.PARTS, "slides.md", "zh.po", "wheel.js", "far.zh.po"]:
        (room / part).write_text("", encoding="utf-8")
    (room / "lesson.toml").write_text(TOML, encoding="utf-8")
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
    "what a study had": (
        lambda room: (room / "far.ipynb").rename(room / "far.pt"),
        "12-toy/far.pt: no lesson needs it. Move it",
    ),
    "a key": (lambda room: (room / "lesson.toml").write_text('titel = "x"'), "lesson.toml needs title = ..., a str"),
    "another key": (lambda room: (room / "lesson.toml").write_text(f"of = 8\n{TOML}"), "nobody reads of. The keys are"),
    "TOML": (lambda room: (room / "lesson.toml").write_text("title = x"), "lesson.toml cannot be read: Invalid value"),
    "a tag": (with_cell({"tags": ["qestion"]}), '12-toy.ipynb: no tool knows the tag "qestion" of l12-c2. Take it'),
    "a quotation": (with_cell({"study": "near"}), 'l12-c2 quotes the study "near", which is not in notebooks/12-toy'),
    "a caption": (with_cell({"tags": ["caption"]}), "l12-c2 has the tag caption, and does not begin with a paragraph"),
    "a notebook": (lambda room: room.with_suffix(".ipynb").write_text(""), "12-toy.ipynb is empty, or no notebook."),
    "Python": (
        lambda room: (room / "plain.py").write_text("x ="),
        "12-toy/plain.py, line 1: invalid syntax",
    ),
    "a heading": (lambda room: (room / "claims.md").write_text("# Lesson 3"), "has the number 3. Write 12"),
    "no lesson": (lambda room: room.with_name("13-x").mkdir(), "notebooks/13-x is the room of no lesson"),
    "a project": (lambda room: tagged(room.with_name("mine.ipynb"), id="x"), "notebooks/mine/answers.py is missing"),
    "a project's file": (
        lambda room: (tagged(room.with_name("mine.ipynb"), id="x"), room.rename(room.with_name("mine"))),
        "notebooks/mine/plain.py: no lesson needs it",
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
