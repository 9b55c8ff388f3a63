"""The Chinese edition: the same cells, other words, and what is not translated stands there in English."""

import ast
import os
import subprocess
import sys
from copy import deepcopy

import nbformat
import polib
import pytest
from check_zh import faults, faults_of
from nbclient import NotebookClient

from tools.zh import catalogues, edition

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("file", sorted(catalogues.FOLDER.glob("*.po")), ids=lambda file: file.stem)
def test_a_translation_keeps_what_must_not_change(file):
    assert list(faults_of(str(file))) == []


@pytest.mark.parametrize("lost", ["**", "？", "第 2 课", "`x`", "(a.md)", "$f = 1$", " "])
def test_the_check_sees_what_a_translation_lost(lost):
    english, chinese = (
        "**Which 3?** See lesson 2, `x`, [this](a.md), $f = 1$.",
        "**哪 3 个？** 见第 2 课、`x`、[它](a.md)、$f = 1$。",
    )
    assert not list(faults(english, chinese)) and list(faults(english, chinese.replace(lost, "")))


@pytest.mark.parametrize("path", catalogues.NOTEBOOKS, ids=lambda path: path.stem)
def test_code_ids_tags_and_outputs_are_those_of_the_english_notebook(path):
    english = nbformat.read(path, as_version=4)
    chinese = edition.translate(deepcopy(english), edition.Words(catalogues.catalogue_of(path)))
    for cell in [*english.cells, *chinese.cells]:
        code = cell.source.replace(edition.LANGUAGE, "") if cell.cell_type == "code" else ""
        cell.source = ast.dump(ast.parse(code))
    assert english == chinese


def test_a_changed_cell_keeps_its_translation_and_stands_there_in_english(tmp_path):
    file, cell = tmp_path / "lesson.po", nbformat.v4.new_markdown_cell("Three texts.", id="l1-c001")
    catalogues.update(file, [("l1-c001", "Two texts.")])
    file.write_text(
        file.read_text("utf-8").replace('Two texts."\nmsgstr ""', 'Two texts."\nmsgstr "两个文本。"'), "utf-8"
    )
    for _ in range(2):  # before the catalogue follows, and after
        words = edition.Words(file)
        assert catalogues.in_other_words(cell, words).startswith("Three texts.\n\n（此处暂为英文：原文已改动")
        assert words.lacking == ["l1-c001"]
        catalogues.update(file, [("l1-c001", "Three texts.")])
    (entry,) = polib.pofile(str(file))
    assert (entry.fuzzy, entry.msgstr, entry.previous_msgid) == (True, "两个文本。", "Two texts.")


def test_a_lesson_of_the_students_runs_and_answers_in_chinese(tmp_path, monkeypatch):
    monkeypatch.setattr(edition, "COURSE", tmp_path)
    edition.make_course()
    subprocess.run([sys.executable, "-c", edition.STUDENT], cwd=tmp_path, check=True)
    lesson = nbformat.read(tmp_path / "build" / "student" / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    folder = {"metadata": {"path": tmp_path / "build" / "student" / "notebooks"}}
    NotebookClient(lesson, timeout=600, resources=folder).execute(env=dict(os.environ))
    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    assert "练习 1a：还不对。" in said and "课程自带的小语料" in said and "Exercise 1a" not in said
