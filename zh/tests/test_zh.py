"""The Chinese edition: the same cells, other words, and what is not translated stands there in English."""

import ast
import gettext
import importlib.util
import io
import re
import subprocess
import sys
import unicodedata
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

import nbformat
import polib
import pytest
from fontTools.ttLib import TTFont
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from nbclient import NotebookClient
from PIL import Image

import torchnlp
from tools.lesson import CAPTION
from zh import edition as zh

# HTML is part of a line, and what stands four letters in is no code: a sentence in it is read like any other.
MARKDOWN = MarkdownIt("commonmark").enable("table").disable(["html_block", "code"])
MARKDOWN.use(dollarmath_plugin, double_inline=True).use(myst_role_plugin)
WORDS = {"text": "{}", "myst_role": "{}", "softbreak": "\n", "inline": "\n\n", "code_inline": "`", "math_inline": "`"}
FREE = {*WORDS, "paragraph_open", "em_open", "hardbreak"} - {"code_inline", "math_inline"}  # as a language needs them
SAID = r'(?<=\\qquad)\\text\{\w+\}(?=\\qquad)|aria-label="[^"]*"'  # between two formulas in a line: "with"; in a tag
# {name} of a message, {name: of a result} and the minutes of a slide, [B, T]: not the {v1} of a plural
GAP = r"(?<![A-Za-z])\{v\d+\}|\{(?!v\d)(?:[^{}[]|\{\w+\})+\}|^Minutes: [\d.]+|\[[\w *,/]+\](?!\()"
NUMBER = r"(?<![A-Za-z_])\d[\d,]*(?:\.\d+)?(?<!,)"
HAS = {part: importlib.util.find_spec(part) is not None for part in ("teach", "web")}


def read(text: str) -> tuple[Counter, str]:
    """What must be the same in both languages: code, formulas, links, tags, gaps, shapes, structure. And the words."""
    if text.count("```") % 2:  # a paragraph of a page may be one end of a block, such as Sphinx's contents
        text = re.sub(r"^```.*\n?| <\S+>$", "", text, flags=re.M)
    kept, words = Counter(line.count("|") for line in text.splitlines() if line.startswith("|")), ""
    kept["caption"] = bool(CAPTION.match(text))
    for token in (part for block in MARKDOWN.parse(text) for part in (block, *(block.children or []))):
        words += WORDS.get(token.type, "*").format(token.content)
        if token.type == "text":
            kept.update(re.findall(GAP, token.content))
        elif token.type == "myst_role":  # Sphinx: a link by the name of its target
            kept[token.meta["name"], " ".join(re.sub("^.*<|>$", "", token.content).lower().split())] += 1
        elif token.nesting >= 0 and token.type not in FREE:
            own = "" if token.tag == "img" or re.match("text|{", token.info) else re.sub(SAID, "", token.content)
            kept[f"{token.tag or token.type} {token.attrs} {own.strip()}"] += 1
    return kept, words


def faults(english: str, chinese: str) -> Iterator[str]:
    """What a translation has lost, one line each. A number word may have become a figure, but no figure may go."""
    (ours, words), (theirs, text) = read(english), read(chinese)
    if ours != theirs:
        yield f"in English only: {[*ours - theirs]}; in Chinese only: {[*theirs - ours]}"
    if english == chinese and re.search(r"[a-z]+ [a-z]+ [a-z]+[.?!](\s|$)", words):
        yield "the English itself"
    if lost := Counter(re.findall(NUMBER, words)) - Counter(re.findall(NUMBER, text)):
        yield f"numbers in English only: {[*lost]}"


@pytest.mark.parametrize("file", zh.CATALOGUES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_translation_keeps_what_must_not_change(file):
    said = [entry for entry in zh.entries_of(file) if entry.translated()]
    assert [(entry.msgctxt, fault) for entry in said for fault in faults(entry.msgid, entry.msgstr)] == []


def test_gettext_reads_the_messages_of_the_catalogue():
    said = {entry.msgid: entry.msgstr for entry in zh.entries_of(zh.OF_MESSAGES) if entry.translated()}
    read = gettext.GNUTranslations(io.BytesIO(zh.OF_MESSAGES.with_suffix(".mo").read_bytes()))
    wrong = [english for english in said if read.gettext(english) != said[english]]
    assert wrong == [], "python -m zh.edition update zh/messages.po"


@pytest.mark.parametrize("path", zh.NOTEBOOKS, ids=lambda path: path.stem)
def test_code_ids_tags_outputs_and_the_parts_of_a_deck_are_those_of_the_english_notebook(path):
    english = nbformat.read(path, as_version=4)
    chinese = zh.translate(deepcopy(english), zh.words_of(zh.NOTEBOOKS[path]))
    for cell in [*english.cells, *chinese.cells]:
        code = cell.source.replace(zh.LANGUAGE, "")
        code = re.sub(r'"[^"\n]*"', '""', code) if zh.sets_up(cell) else re.sub(r'""".*?"""', '""', code, flags=re.S)
        cell.source = ast.dump(ast.parse(code)) if cell.cell_type == "code" else ""
    assert english == chinese
    if (deck := path.with_suffix("") / "slides.md").is_file():
        assert zh.deck_in_other_words(deck, lambda _, text: text) == deck.read_text(encoding="utf-8")


def test_the_first_errors_are_chinese_and_fit_their_frame(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("TORCHNLP_LANGUAGE", "zh")
    torchnlp._announce_sample("404")
    said = capsys.readouterr().out
    columns = [sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in line) for line in said.splitlines()]
    assert "TORCHNLP_DATA" in said and max(columns) == 78 and len(columns) > 4
    lesson = zh.translate(nbformat.read(zh.FIRST, as_version=4), lambda _, text: text)
    first = next(cell.source for cell in lesson.cells if zh.sets_up(cell))
    (tmp_path / "first.py").write_text(first.replace("https://github.com", "http://127.0.0.1:9"), encoding="utf-8")
    done = subprocess.run([sys.executable, "first.py"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and "网络" in done.stderr and "student-zh" in done.stderr


def test_the_chinese_readme_speaks_of_the_same_data_and_its_links_lead_somewhere():
    chinese = (zh.ROOT / "zh" / "README.zh-CN.md").read_text(encoding="utf-8")
    assert all(checksum.removeprefix("md5:") in chinese for checksum in torchnlp.AG_NEWS_FILES.values())
    links = re.findall(r'\]\((?!https?:|#)([^)#]+)|src="([^"]+)"', chinese)
    assert [link for link in map("".join, links) if not (zh.ROOT / "zh" / link).exists()] == []


def test_a_catalogue_follows_its_english(tmp_path):
    file, now = tmp_path / "lesson.po", ("l1-c001", "Three texts.")
    entry = polib.POEntry(msgctxt="l1-c001", msgid="Two texts.", msgstr="两个文本。")
    file.write_text(f'msgid ""\nmsgstr ""\n\n{entry}', encoding="utf-8")
    zh.update(file, [("l1-c0015", "Two texts.")])  # a new id
    assert zh.words_of(file)("l1-c0015", "Two texts.") == "两个文本。"
    zh.update(file, [("l1-c001", "Two texts.")])
    for _ in range(2):  # a change, before the catalogue follows, and after
        assert zh.words_of(file)(*now) == f"Three texts.{zh.MARK}"
        zh.update(file, [now])
    (entry,) = zh.entries_of(file)
    assert (entry.fuzzy, entry.msgstr, entry.previous_msgid) == (True, "两个文本。", "Two texts.")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The Chinese course. It may still have English in it: whoever writes English need not wait."""
    folder = tmp_path_factory.mktemp("zh") / "course"
    zh.make_course(folder)
    return folder


def test_diagrams_have_chinese_labels_also_where_a_cell_shows_one(course):
    saved = [nbformat.read(course / path.relative_to(zh.ROOT), as_version=4) for path in zh.NOTEBOOKS]
    cells = [cell for lesson in saved for cell in lesson.cells if "show_diagram(" in cell.source and cell.outputs]
    drawn = [Image.open(io.BytesIO(b64decode(cell.outputs[0].data["image/png"]))) for cell in cells]
    labels = {cell.id: file.text.get("Labels", "一") for cell, file in zip(cells, drawn)}
    assert [name for name, said in labels.items() if not re.search("[一-龥]", said)] == []


@pytest.mark.parametrize("font", [*(zh.ROOT / "zh" / "fonts").glob("*.otf")], ids=lambda font: font.stem)
def test_the_typeface_has_each_letter_of_the_diagrams(font):
    drawn = {*zh.said_in(zh.ROOT / "images" / "draw.py")}
    said = [entry.msgstr for entry in zh.entries_of(zh.OF_SITE) if (entry.msgctxt, entry.msgid) in drawn]
    assert {sign for sign in "".join(said) if sign > "\u2e7f"} - {*map(chr, TTFont(font).getBestCmap())} == set()


@pytest.mark.skipif(not HAS["web"], reason="the part web is not here")
def test_the_chinese_site_runs_in_a_browser_and_its_contents_are_chinese(course, visit):
    from web import npm, pages

    try:
        npm.fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the typeface of formulas could not be fetched: {error}")
    subprocess.run([sys.executable, *zh.STEPS["web site"].split()], cwd=course, check=True)
    for name in ["index", "glossary", f"notebooks/{zh.FIRST.stem}", *pages.PAGES]:
        page = visit((course / "build" / "site" / f"{name}.html").as_uri())  # which notices errors of the console
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert re.search("[一-龥]{4}", page.locator("main").inner_text())
        if name.startswith("notebooks"):  # a cell that has changed may wait for its translation
            continue
        contents = page.locator("nav a").evaluate_all("links => links.map(link => link.textContent.trim())")
        assert [words for words in contents if words and not re.search("[一-龥]|^English$", words)] == [], name


@pytest.mark.skipif(not HAS["teach"], reason="the part teach is not here")
def test_a_lesson_of_the_students_runs_and_answers_in_chinese(course, monkeypatch):
    subprocess.run([sys.executable, "-c", zh.STUDENT], cwd=course, check=True)
    folder = course / "build" / "student" / "notebooks"
    lesson = nbformat.read(folder / "1-simple-rnn.ipynb", as_version=4)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}}).execute()
    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    assert any("->  新的 h" in cell.source for cell in lesson.cells)  # what the exercise wants
    assert "练习 2a：还不对。" in said and "课程自带的小语料" in said and "Exercise 2a" not in said
