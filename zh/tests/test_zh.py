"""The Chinese edition: the same cells, other words, and what is not translated stands there in English."""

import ast
import gettext
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
import numpy as np
import polib
import pytest
from fontTools.ttLib import TTFont
from markdown_it import MarkdownIt
from matplotlib import rc_context
from matplotlib.figure import Figure
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from nbclient import NotebookClient
from PIL import Image

import torchnlp
from tools.lesson import CAPTION
from web import npm, pages
from zh import edition as zh
from zh.plot_labels import DPI, relabel
from torchnlp import say


FIGURES = "zero 0 one 1 first 1 once 1 two 2 second 2 twice 2 half 2 three 3 third 3 four 4 quarter 4 five 5 six 6 "
FIGURES += "seven 7 eight 8 nine 9 ten 10 tenth 10 eleven 11 twelve 12 dozen 12 fifteen 15 sixteen 16 twenty 20 "
FIGURES = dict(re.findall(r"(\w+) (\S+)", FIGURES + "thirty 30 forty 40 fifty 50 eighty 80 hundred 100 thousand 1,000"))
NUMBERED = {"课": "lesson", "节": "section", "练习": "exercise", "答案": "solution"}
# HTML is part of a line, and what stands four letters in is no code: a sentence in it is read like any other.
MARKDOWN = MarkdownIt("commonmark").enable("table").disable(["html_block", "code"])
MARKDOWN.use(dollarmath_plugin, double_inline=True).use(myst_role_plugin)
WORDS = {"text": "{}", "myst_role": "{}", "softbreak": "\n", "inline": "\n\n", "code_inline": "`", "math_inline": "`"}
FREE = {*WORDS, "paragraph_open", "em_open", "hardbreak"} - {"code_inline", "math_inline"}  # as a language needs them
SAID = r'(?<=\\qquad)\\text\{\w+\}(?=\\qquad)|aria-label="[^"]*"'  # between two formulas in a line: "with"; in a tag
# {name} of a message, {name: of a result} and the minutes of a slide, [B, T]: not the {v1} of a plural
GAP = r"(?<![A-Za-z])\{v\d+\}|\{(?!v\d)(?:[^{}[]|\{\w+\})+\}|^Minutes: [\d.]+|\[[\w *,/]+\](?!\()"
NUMBER = r"(?<![A-Za-z_])\d[\d,]*(?:\.\d+)?(?<!,)"


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
    """What a translation has lost, one line each; a number word may have become a figure."""
    (ours, words), (theirs, text) = read(english), read(chinese)
    if ours != theirs:
        yield f"in English only: {[*ours - theirs]}; in Chinese only: {[*theirs - ours]}"
    wanted = re.findall(rf"\b({'|'.join(NUMBERED.values())})\s+(\d+\w?)\b(?!\.\d)", words, flags=re.I)
    found = re.findall(r"第 (\d+) (课|节)|(练习|答案) (\d+[a-z]?)", text)
    lost = {(kind.lower(), n) for kind, n in wanted} - {(NUMBERED[b or c], a or d) for a, b, c, d in found}
    yield from (f"no word of {kind} {number}" for kind, number in lost)
    if english == chinese and re.search(r"[a-z]+ [a-z]+ [a-z]+[.?!](\s|$)", words):
        yield "the English itself"
    here, there = (Counter(re.findall(NUMBER, part)) for part in (words, text))
    if here - there or there - here - Counter(FIGURES.get(word) for word in re.findall(r"[a-z]+", english.lower())):
        yield f"numbers: {list(here.elements())} in English, {list(there.elements())} in Chinese"


def sentences_in(text: str) -> int:
    """Without headings and quotations, and without questions: "this, and that?" is often two in Chinese."""
    _, words = read(re.sub(r"^[#>].*", "", text, flags=re.M))
    words = re.sub(r"\*\w\.\*|\.\.\.(?! \**[A-Z])", "", words)  # "A." in bold letters, and what is left out
    return len(re.findall(r"[.!](?=[\s*)”\"])|[。！]", words))


@pytest.mark.parametrize("file", zh.CATALOGUES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_translation_keeps_what_must_not_change(file):
    said = [entry for entry in polib.pofile(str(file)) if entry.translated()]
    assert [(entry.msgctxt, fault) for entry in said for fault in faults(entry.msgid, entry.msgstr)] == []
    assert waved_through(said) == []
    said = said if file in zh.NOTEBOOKS.values() else []
    assert [entry.msgctxt for entry in said if sentences_in(entry.msgid) != sentences_in(entry.msgstr)] == []


def test_each_message_is_in_the_catalogue_and_in_what_gettext_reads():
    entries, remedy = zh.entries_of(zh.OF_MESSAGES), "python -m zh.edition update zh/messages.po"
    assert {text for _, text in zh.of_messages()} == {entry.msgid for entry in entries}, remedy
    said = {entry.msgid: entry.msgstr for entry in entries if entry.translated()}
    with zh.OF_MESSAGES.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert [english for english in said if read.gettext(english) != said[english]] == [], remedy


def test_each_sentence_of_the_site_is_in_the_catalogue():
    entries = {(entry.msgctxt, entry.msgid) for entry in zh.entries_of(zh.OF_SITE)}
    assert {*zh.of_site()} == entries, "python -m zh.edition update zh/pages.po"


SAYING = [path for path in [*zh.SITE, *zh.SPEAKING] if path.suffix in (".js", ".py") and path.name != "words.js"]


@pytest.mark.parametrize("path", SAYING, ids=lambda path: path.name)
def test_a_message_stands_literally_in_say_where_it_can_be_found(path):
    """Babel reads no say(...) inside another one, and none in a template literal or an f-string."""
    calls = re.findall(r'(?<!def )\b(?:say|pieces|pgettext)\((?!"\.\.\.)', path.read_text(encoding="utf-8"))
    assert len([*zh.said_in(path)]) == len(calls)


def test_a_sentence_keeps_its_translation_when_the_code_around_it_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(zh, "ROOT", tmp_path)
    codes = ['told.textContent = say("Copied.");', 'mark(say(\n    "Copied."), told);']
    codes += ["<p>Copied.</p>", '<p class="hint"\n   hidden>\n   Copied.</p>']
    for file, code in zip([tmp_path / "share.js", tmp_path / "share.html"] * 2, codes[::2] + codes[1::2]):
        file.write_text(code, encoding="utf-8")
        assert "已复制。" in zh.file_in_other_words(file, lambda _, text: {"Copied.": "已复制。"}[text])


@pytest.mark.parametrize("path", zh.SPEAKING, ids=lambda path: path.name)
def test_what_a_check_says_stands_in_say(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [node.args[0] for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "say"]
    for raised in [node.msg for node in nodes if isinstance(node, ast.Assert)]:
        parts = [part.value for part in ast.walk(raised) if isinstance(part, ast.Constant) and part not in calls]
        assert not any(re.search("[a-z]{2} [a-z]{2}", str(part)) for part in parts), ast.unparse(raised)


def test_a_message_comes_in_the_language_that_is_set_when_it_is_made(monkeypatch):
    answers = [monkeypatch.setenv("TORCHNLP_LANGUAGE", wanted) or say("mirror") for wanted in ("zh", "", "xx", "zh")]
    assert answers == ["镜像", "mirror", "mirror", "镜像"]


@pytest.mark.parametrize("path", zh.NOTEBOOKS, ids=lambda path: path.stem)
def test_code_ids_tags_pictures_and_the_parts_of_a_deck_are_those_of_the_english_notebook(path):
    english = nbformat.read(path, as_version=4)
    chinese = zh.translate(deepcopy(english), zh.words_of(zh.NOTEBOOKS[path])[0])
    for cell in [*english.cells, *chinese.cells]:
        code = cell.source.replace(zh.LANGUAGE, "")
        code = re.sub(r'"[^"\n]*"', '""', code) if zh.sets_up(cell) else re.sub(r'""".*?"""', '""', code, flags=re.S)
        cell.source = ast.dump(ast.parse(code)) if cell.cell_type == "code" else ""
        for output in cell.get("outputs", []):
            output.pop("text", "")
    assert english == chinese
    if (deck := path.with_suffix("") / "slides.md").is_file():
        assert zh.deck_in_other_words(deck, lambda _, text: text) == deck.read_text(encoding="utf-8")


def test_what_a_lesson_has_printed_stands_there_as_it_prints_in_chinese():
    spoken = zh.Spoken()
    printed = "seed 1\ncost: 0.084   (expected 0.020 to 0.400: ok)\nExercise 1a: not yet. step returns nothing.\n"
    chinese = "seed 1\ncost: 0.084   （预期 0.020 至 0.400：ok）\n练习 1a：还不对。step 什么也没返回。\n"
    assert spoken.output(printed) == chinese and spoken.output("Nothing of ours: 3, 4.\n") == "Nothing of ours: 3, 4.\n"
    broken = "AG News: 60,000 train articles and 7,600 test articles, 4 classes, a\nvocabulary of 38,112 tokens.\n"
    assert re.fullmatch(r"AG News：[^\n]*词元。\n", spoken.output(broken))


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


def waved_through(catalogue) -> list[str]:
    return [entry.msgctxt for entry in catalogue if not entry.fuzzy and entry.tcomment == zh.mark_of(entry.msgstr)]


def test_the_chinese_readme_speaks_of_the_same_course_and_data():
    chinese, english = ((zh.ROOT / name).read_text(encoding="utf-8") for name in ("README.zh-CN.md", "README.md"))
    rooms = {f"| {path.name[0]} |" for path in zh.NOTEBOOKS if path.name[0].isdigit()}
    assert rooms == {*re.findall(r"^\| \d+ \|", chinese, flags=re.M)}
    assert all(checksum.removeprefix("md5:") in chinese for checksum in torchnlp.AG_NEWS_FILES.values())
    assert "student-zh.zip" in chinese
    assert re.findall("github.com/([^/]+/[^/)]+)", chinese)[0] == re.findall("github.com/([^/]+/[^/)]+)", english)[0]


def test_a_catalogue_follows_its_english(tmp_path):
    file, now = tmp_path / "lesson.po", ("l1-c001", "Three texts.")
    file.write_text(
        f'msgid ""\nmsgstr ""\n\n{polib.POEntry(msgctxt="l1-c001", msgid="Two texts.", msgstr="两个文本。")}'
    )
    zh.update(file, [("l1-c0015", "Two texts.")])  # a new id
    assert zh.words_of(file)[0]("l1-c0015", "Two texts.") == "两个文本。"
    zh.update(file, [("l1-c001", "Two texts.")])
    for _ in range(2):  # a change, before the catalogue follows, and after
        lookup, lacking = zh.words_of(file)
        assert (lookup(*now), lacking) == (f"Three texts.{zh.MARK}", ["l1-c001"])
        zh.update(file, [now])
    catalogue = polib.pofile(str(file))
    assert (catalogue[0].fuzzy, catalogue[0].msgstr, catalogue[0].previous_msgid) == (True, "两个文本。", "Two texts.")
    catalogue[0].flags = []
    assert waved_through(catalogue) == ["l1-c001"]  # until somebody has looked at it
    catalogue[0].msgstr = "三个文本。"
    assert waved_through(catalogue) == []


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
    assert [
        cell.id for cell, file in zip(cells, drawn) if not re.search("[一-龥]", file.text.get("Labels", "一"))
    ] == []
    said = [entry for file in zh.CATALOGUES for entry in zh.entries_of(file)]
    drawn = {*zh.said_in(zh.ROOT / "images" / "draw.py")}
    drawn = [entry for entry in said if f"{entry.msgctxt}".endswith(" label") or (entry.msgctxt, entry.msgid) in drawn]
    letters = {sign for entry in drawn for sign in entry.msgstr}
    for font in (zh.ROOT / "images" / "fonts").glob("*.otf"):
        assert {sign for sign in letters if sign > "\u2e7f"} - {*map(chr, TTFont(font).getBestCmap())} == set(), font


def test_a_label_of_a_plot_is_replaced_where_it_stands_and_the_rest_stays():
    with rc_context(torchnlp.STYLE):
        figure = Figure(dpi=DPI)
        axis = figure.subplots()
        axis.set(xlabel="step", ylabel="steps back")
        figure.savefig(file := io.BytesIO())
    made, lacking = relabel(file.getvalue(), {"step": "步", "steps back": "步数", "padding": "填充"})
    assert (lacking, relabel(made, {"步": "step", "步数": "steps back"})[1]) == (["padding"], [])
    before, after = (np.array(Image.open(io.BytesIO(png)).convert("L")).astype(int) for png in (file.getvalue(), made))
    left, bottom = axis.get_window_extent().min
    assert not (abs(before - after) > 30)[: -int(bottom), int(left) :].any()


def test_the_chinese_site_runs_in_a_browser_and_its_contents_are_chinese(course, visit, fetch):
    fetch(*npm.KATEX)
    make = "from pathlib import Path; from web.build import make_site; make_site(Path('made'))"
    subprocess.run([sys.executable, "-c", make], cwd=course, check=True)
    for name in ["index", "glossary", f"notebooks/{zh.FIRST.stem}", *pages.PAGES]:
        page = visit((course / "made" / f"{name}.html").as_uri())  # which notices errors of the console
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert re.search("[一-龥]{4}", page.locator("main").inner_text())
        contents = page.locator("nav a").evaluate_all("links => links.map(link => link.textContent.trim())")
        assert [words for words in contents if words and not re.search("[一-龥]|^English$", words)] == [], name


def test_a_lesson_of_the_students_runs_and_answers_in_chinese(course, monkeypatch):
    subprocess.run([sys.executable, "-c", zh.STUDENT], cwd=course, check=True)
    folder = course / "build" / "student" / "notebooks"
    lesson = nbformat.read(folder / "1-simple-rnn.ipynb", as_version=4)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}}).execute()
    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    assert any("->  新的 h" in cell.source for cell in lesson.cells)  # what the exercise wants
    assert "练习 2a：还不对。" in said and "课程自带的小语料" in said and "Exercise 2a" not in said
