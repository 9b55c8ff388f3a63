"""The Chinese edition: the same cells, other words, and what is not translated stands there in English."""

import ast
import subprocess
import sys
from copy import deepcopy

import nbformat
import polib
import pytest
from check_zh import faults, faults_of
from nbclient import NotebookClient

from tools.upkeep import zh

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("file", sorted(zh.FOLDER.glob("*.po")), ids=lambda file: file.stem)
def test_a_translation_keeps_what_must_not_change(file):
    assert list(faults_of(str(file))) == []


@pytest.mark.parametrize("lost", ["**", "？", "第 2 课", "`x`", "(a.md)", "$f = 1$", " "])
def test_the_check_sees_what_a_translation_lost(lost):
    english, chinese = (
        "**Which 3?** Lesson 2, `x`, [this](a.md), $f = 1$.",
        "**哪 3 个？** 第 2 课、`x`、[它](a.md)、$f = 1$。",
    )
    assert not list(faults(english, chinese)) and list(faults(english, chinese.replace(lost, "")))


@pytest.mark.parametrize("path", zh.NOTEBOOKS, ids=lambda path: path.stem)
def test_code_ids_tags_and_outputs_are_those_of_the_english_notebook(path):
    english = nbformat.read(path, as_version=4)
    chinese = zh.translate(deepcopy(english), zh.words_of(zh.NOTEBOOKS[path])[0])
    for cell in [*english.cells, *chinese.cells]:
        cell.source = ast.dump(ast.parse(cell.source.replace(zh.LANGUAGE, ""))) if cell.cell_type == "code" else ""
    assert english == chinese


def test_a_changed_cell_keeps_its_translation_and_stands_there_in_english(tmp_path):
    file, now = tmp_path / "lesson.po", ("l1-c001", "Three texts.")
    entry = polib.POEntry(msgctxt="l1-c001", msgid="Two texts.", msgstr="两个文本。")
    file.write_text(f'msgid ""\nmsgstr ""\n\n{entry}', encoding="utf-8")
    assert zh.words_of(file)[0]("l1-c001", "Two texts.") == "两个文本。"
    for _ in range(2):  # before the catalogue follows, and after
        lookup, lacking = zh.words_of(file)
        assert (lookup(*now), lacking) == (f"Three texts.{zh.MARK}", ["l1-c001"])
        zh.update(file, [now])
    (entry,) = polib.pofile(str(file))
    assert (entry.fuzzy, entry.msgstr, entry.previous_msgid) == (True, "两个文本。", "Two texts.")


def test_a_lesson_of_the_students_runs_and_answers_in_chinese(tmp_path, monkeypatch):
    zh.make_course(tmp_path / "course")
    subprocess.run([sys.executable, "-c", zh.STUDENT], cwd=tmp_path / "course", check=True)
    folder = tmp_path / "course" / "build" / "student" / "notebooks"
    lesson = nbformat.read(folder / "1-simple-rnn.ipynb", as_version=4)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}}).execute()
    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    assert "练习 1a：还不对。" in said and "课程自带的小语料" in said and "Exercise 1a" not in said
