"""A lesson is a room: what it lacks is named, tools go by tags and not by words, what parts read is theirs."""

import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import lesson as reader


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


@pytest.fixture
def room(tmp_path, monkeypatch, capsys):
    """The room of a small lesson, in which nothing is wrong."""
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["lesson"])
    room = tmp_path / "notebooks" / "12-toy"
    room.mkdir(parents=True)
    write_lesson(room, new_markdown_cell("x"))
    for part in [*reader.PARTS, "slides.md", "zh.po", "wheel.js"]:
        (room / part).write_text("", encoding="utf-8")
    (room / "lesson.toml").write_text('title = "T"\nbuilds = "b"\nquestion = "?"\nresult = "none"\n', encoding="utf-8")
    assert reader.main() == 0 and capsys.readouterr().out.endswith(": whole\n")
    return room


def write_lesson(room, *cells):
    nbformat.write(new_notebook(cells=[*cells]), room.with_suffix(".ipynb"))


def tagged(tag):
    return lambda room: write_lesson(room, new_markdown_cell("x", id="l12-c2", metadata={"tags": [tag]}))


WRONG = {  # what is said, and what one does to the room
    "12-toy/claims.md is missing: what the lesson claims": lambda room: (room / "claims.md").unlink(),
    "12-toy/old.txt: no lesson needs it. Move it away": lambda room: (room / "old.txt").write_text(""),
    "lesson.toml needs title = ..., a str": lambda room: (room / "lesson.toml").write_text('titel = "x"'),
    "lesson.toml cannot be read: Invalid value": lambda room: (room / "lesson.toml").write_text("title = x"),
    '12-toy.ipynb: no tool knows the tag "qestion" of l12-c2. Take it': tagged("qestion"),
    "l12-c2 has the tag caption, and does not begin with a paragraph": tagged("caption"),
    "12-toy.ipynb: exercise 1 has no cell with the tag check": tagged("exercise"),
    "notebooks/mine/answers.py is missing": lambda room: write_lesson(room.with_name("mine")),
}


@pytest.mark.parametrize("said, change", WRONG.items(), ids=WRONG)
def test_what_is_missing_or_wrong_is_named_with_its_file(room, capsys, said, change):
    change(room)
    assert reader.main() == 1 and said in capsys.readouterr().out


def test_a_comment_in_a_block_of_code_does_not_end_what_is_voluntary():
    cells = [new_markdown_cell("## More\n```sh\n# run it\n```", metadata={"tags": ["further"]})]
    cells += [new_markdown_cell("### Exercise 1. It", metadata={"tags": ["exercise"]})]
    assert [exercise.counts for exercise in reader.exercises_of(new_notebook(cells=cells))] == [False]


def test_a_result_is_recorded_beside_the_output_and_a_page_does_not_show_it():
    code = "import torchnlp\nprint('a')\ntorchnlp.expect('lead', 0.12345, ag_news=(0, 1), sample=(0, 1))\nprint('b')"
    notebook = new_notebook(cells=[new_code_cell(code)])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(reader.ROOT)}}).execute()
    assert reader.recorded(notebook) == {"lead": ["0.123"]}
    outputs = reader.to_read(notebook).cells[0].outputs
    assert {output.output_type for output in outputs} == {"stream"}
