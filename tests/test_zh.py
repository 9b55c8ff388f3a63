"""The Chinese edition: the same cells, other words, and what is not translated stands there in English."""

import ast
import os
import subprocess
import sys
from copy import deepcopy

import nbformat
import polib
import pytest

pytest.importorskip("polib", reason="the tools' packages are missing: pip install -r tools/requirements.txt")
from nbclient import NotebookClient

from tests.check_zh import faults, faults_of
from tools.zh import catalogues, edition

pytestmark = pytest.mark.slow
CATALOGUES = sorted(catalogues.FOLDER.glob("*.po"))
each_notebook = pytest.mark.parametrize("path", catalogues.NOTEBOOKS, ids=lambda path: path.stem)


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_translation_keeps_what_must_not_change(file):
    assert not list(faults_of(str(file)))


def test_the_check_sees_what_a_translation_lost():
    english = "**Which of the 3?** See lesson 2, `x` and [this](a.md): $f = 1$."
    assert not list(faults(english, "**3 个中的哪一个？** 见第 2 课、`x` 和[这里](a.md)：$f = 1$。"))
    for lost in ("**3 个中的哪一个？** ", "第 2 课", "`x`", "(a.md)", "$f = 1$", " 和"):
        chinese = "**3 个中的哪一个？** 见第 2 课、`x` 和[这里](a.md)：$f = 1$。".replace(lost, "和" * (lost == " 和"))
        assert list(faults(english, chinese)), lost


def code(cell):
    return ast.dump(ast.parse(cell.source.replace('os.environ["TORCHNLP_LANGUAGE"] = "zh"\n', "")))


@each_notebook
def test_code_ids_tags_and_outputs_are_those_of_the_english_notebook(path):
    english = nbformat.read(path, as_version=4)
    chinese = edition.translate(deepcopy(english), edition.Words(catalogues.catalogue_of(path)))
    for ours, theirs in zip(english.cells, chinese.cells, strict=True):
        same = [{**cell, "source": code(cell) if cell.cell_type == "code" else ""} for cell in (ours, theirs)]
        assert same[0] == same[1], ours.id


def test_a_changed_cell_keeps_its_translation_and_stands_there_in_english(tmp_path):
    file, cell = tmp_path / "lesson.po", nbformat.v4.new_markdown_cell("Three texts.", id="l1-c001")
    catalogues.update(file, [("l1-c001", "Two texts.")], {})
    entries = polib.pofile(str(file), wrapwidth=0)
    entries[0].msgstr = "两个文本。"
    entries.save(str(file))
    for _ in range(2):  # before the author's catalogue follows, and after
        words = edition.Words(file)
        assert catalogues.in_other_words(cell, words).startswith("Three texts.\n\n（此处暂为英文：原文已改动")
        assert words.lacking == ["l1-c001"]
        catalogues.update(file, [("l1-c001", "Three texts.")], {})
    (entry,) = polib.pofile(str(file))
    assert entry.fuzzy and entry.msgstr == "两个文本。" and entry.previous_msgid == "Two texts."


def test_a_lesson_of_the_students_runs_and_answers_in_chinese(tmp_path, monkeypatch):
    monkeypatch.setattr(edition, "COURSE", tmp_path / "course")
    edition.make_course()
    subprocess.run([sys.executable, "-c", edition.STUDENT], cwd=tmp_path / "course", check=True)
    path = tmp_path / "course" / "build" / "student" / "notebooks" / "1-simple-rnn.ipynb"
    lesson = nbformat.read(path, as_version=4)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    NotebookClient(lesson, timeout=600, resources={"metadata": {"path": path.parent}}).execute(env=dict(os.environ))
    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    assert "练习 1a：还不对。" in said and "课程自带的小语料" in said and "Exercise 1a" not in said
