"""The Chinese edition: the same cells, other words. They stand in the lessons' rooms: zh.po, <study>.zh.po.
    python -m zh.edition status    prints how much of each catalogue is translated, and the contexts of the rest
    python -m zh.edition update    brings the catalogues up to date with the English (or the files named behind it),
                                   and then prints the same
    python -m zh.edition course    build/zh/course, the whole course in Chinese, and no more
    python -m zh.edition make      the same, then what students get and decks, in build/zh; the site, build/site/zh

A message has the text as it stands in English, and a context: the id of a Markdown cell; that of a code cell and
"title", "comment" or "docstring"; or a file, of which it is a paragraph or a sentence: of a page (HTML) what an
element or an attribute says, of a script what stands in say(...). What lessons and programs say has no context, and
what a lesson.toml says. Who changes the English need not look here: `update` keeps the old translation, marked fuzzy,
and readers get the English until then. Of what lessons print `update` makes what gettext reads (.mo). Saved outputs
stay English; so do the labels of plots. Diagrams are drawn anew.
"""

import difflib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import nbformat
import polib
from babel.messages.extract import extract_from_file
from bs4 import BeautifulSoup
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

from tools.lesson import KEYS, ROOT

OUT = ROOT / "build" / "zh"
NOTEBOOKS = {path: path.with_suffix("") / "zh.po" for path in sorted(ROOT.glob("notebooks/*.ipynb"))}
NOTEBOOKS |= {path: path.with_suffix(".zh.po") for path in sorted(ROOT.glob("notebooks/*/*.ipynb"))}
OF_MESSAGES, OF_SITE = ROOT / "zh" / "messages.po", ROOT / "zh" / "pages.po"
CATALOGUES = [*NOTEBOOKS.values(), OF_MESSAGES, OF_SITE]
SITE = "web/site/index.md docs/glossary.md docs/own-data.md docs/numbers-differ.md docs/speed.md teach/student.md "
SITE += "web/pages/*.html web/site/_templates/play.html web/js/*.js notebooks/*/*.js notebooks/*/lesson.toml "
SITE += "web/site/conf.py web/figures.py web/lesson_pages.py teach/slides.py teach/student.py images/draw.py"
SITE = [path for files in SITE.split() for path in sorted(ROOT.glob(files))]
SPEAKING = [*sorted(ROOT.glob("notebooks/checks/*.py")), ROOT / "notebooks" / "install.py", ROOT / "torchnlp.py"]
FIRST = next(iter(NOTEBOOKS))  # its set-up cell is that of all
STRINGS = re.compile(r'(?<=")[^"\n]*[a-z] [a-z]+ [a-z][^"\n]*(?=")')  # of the set-up cell: what it may say
EXTRACTED = {".js": ("javascript", {"say": None, "pieces": None})}  # by Babel: in which way, what stands in what
EXTRACTED[".py"] = ("python", {"say": None, "pgettext": ((1, "c"), 2)})
SAID = re.compile(r"(?<!\{)\b[A-Za-z]*[a-z]{2}")  # in a page: not {{kind}}, nor LSTM, which is the same in Chinese
INLINE = {"a", "b", "i", "kbd", "span", "sub", "sup"}  # what a sentence has in it
READ = ("aria-label", "title", "placeholder", "alt", "content")  # attributes that are said
LANGUAGE = 'os.environ["TORCHNLP_LANGUAGE"] = "zh"\n'
MARK = "\n\n（此处暂为英文：尚无译文，或原文已改动。）"
STUDENT = "from teach.student import ROOT, make_handout; make_handout(ROOT / 'build' / 'student')"
STEPS = {
    "web figures": "-m web.figures",
    "teach slides": "-m teach.slides",
    "web site": "-m web.build",
    "teach student": f"-c {STUDENT}",
}
STEPS = {name: step for name, step in STEPS.items() if (ROOT / name.split()[0]).is_dir()}  # of parts that are there


def entries_of(file: Path) -> list[polib.POEntry]:
    return list(polib.pofile(str(file))) if file.is_file() else []


def sets_up(cell) -> bool:
    return cell.cell_type == "code" and "REPOSITORY = " in cell.source


def in_other_words(cell, lookup: Callable[[str, str], str]) -> str:
    """The source of a cell with lookup(context, text) in place of each text; code stays as it is."""
    if cell.cell_type == "markdown":
        return lookup(cell.id, cell.source) if cell.source.strip() else cell.source
    folded = "hide-input" in cell.metadata.get("tags", [])
    lines = cell.source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
        start = re.match(r"# (?:@title )?|", token.string)[0]
        text, context = token.string.removeprefix(start), "title" if "@" in start else "comment"
        words = re.search(r"[a-z]{3}", re.sub(r"\[[^]]*\]|\beach\b", "", text))  # [B, H] each: the same in Chinese
        read = token.type == tokenize.COMMENT and words and (context == "title" or not folded)
        if read and not re.match(r"# (<- your|fmt:|noqa|@param)", token.string):  # what the tools look for
            row, column = token.start
            lines[row - 1] = f"{lines[row - 1][:column]}{start}{lookup(f'{cell.id} {context}', text)}\n"
    source = "".join(lines).rstrip("\n")
    if "stub" not in cell.metadata.get("tags", []):
        return source
    described = re.compile(r'(?<=""")[^"]+(?=""")')  # what an exercise gives and wants
    return described.sub(lambda found: lookup(f"{cell.id} docstring", found[0]), source)


def said_in(path: Path) -> Iterator[tuple[str, str]]:
    """(context, text) of what a lesson.toml says, and a script or a program in say(...), or in pgettext(...)."""
    if path.suffix == ".toml":
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from ((None, settings[key]) for key in KEYS)
        return
    method, keywords = EXTRACTED[path.suffix]
    for _, text, _, context in extract_from_file(method, path, keywords=keywords):
        yield (path.relative_to(ROOT).as_posix() if path.suffix == ".js" else context), text


# A page keeps the order of its attributes, and letters that need no entity.
AS_WRITTEN = HTMLFormatter(EntitySubstitution.substitute_xml, void_element_close_prefix="")
AS_WRITTEN.attributes = lambda tag: tag.attrs.items()


def page_in_other_words(html: str, lookup: Callable[[str], str]) -> str:
    """A page with lookup(text) in place of each text: what an element says, with the tags in it; and attributes."""
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(True):
        if tag.decomposed:  # part of a sentence that has been replaced
            continue
        for name in [name for name in tag.attrs if name in READ]:
            tag[name] = lookup(tag[name])
        own = tag.find_all(string=SAID, recursive=False)
        if own and {part.name for part in tag.find_all(True)} <= INLINE:
            words = lookup(re.sub(r"[ \n]+", " ", tag.decode_contents(formatter=AS_WRITTEN)).strip())
            tag.clear(decompose=True)
            tag.append(BeautifulSoup(words, "html.parser"))
        else:
            for text in own:
                text.replace_with(text.replace(text.strip(), lookup(text.strip())))
    return page.decode(formatter=AS_WRITTEN).replace("\n\n", "\n", 1)  # it puts a line behind <!doctype html>


def file_in_other_words(path: Path, lookup: Callable[[str, str], str]) -> str:
    """A file of the site with lookup(context, text) in place of each text. A script has a table of them on top."""
    source, context = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    if path.suffix == ".html":
        return page_in_other_words(source, partial(lookup, context)).replace('<html lang="en">', '<html lang="zh-CN">')
    if path.suffix == ".md":
        return "".join(lookup(context, part) if part.strip() else part for part in re.split(r"(\n\n+)", source))
    table = {text: lookup(context, text) for context, text in said_in(path)}
    if path.suffix == ".js" and table:
        module = os.path.relpath(ROOT / "web" / "js" / "words.js", path.parent).replace(os.sep, "/")
        words = json.dumps(table, ensure_ascii=False, indent=1)
        source = f'import {{WORDS}} from "./{module}";\nObject.assign(WORDS, {words});\n{source}'
    return source


def deck_in_other_words(deck: Path, lookup: Callable[[str, str], str]) -> str:
    """The source of a deck with lookup(context, text) in place of each paragraph; code, formulas and cells stay."""
    context, parts = f"{deck.parent.name}/slides.md", re.split(r"(\n\n+)", deck.read_text(encoding="utf-8"))
    stays = re.compile(r"```|\$\$|Open: \S+$|Bars:|[^A-Za-z]*$")
    return "".join(part if stays.match(part) else lookup(context, part) for part in parts)


def update(file: Path, messages: list[tuple[str, str]]) -> None:
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries_of(file)}
    gone = [entry for key, entry in known.items() if key not in messages and entry.msgstr]
    new = polib.POFile(wrapwidth=0)
    new.metadata = {"Language": "zh_CN", "Content-Type": "text/plain; charset=utf-8"}
    for context, text in messages:
        new.append(known.get((context, text)) or polib.POEntry(msgctxt=context, msgid=text))
        new[-1].previous_msgid = new[-1].previous_msgid if new[-1].fuzzy else None  # None: translated anew
        if (context, text) in known:
            continue
        for moved in [entry for entry in gone if entry.msgid == text][:1]:  # the same words in a cell of another id
            gone.remove(moved)
            new[-1].msgstr, new[-1].flags = moved.msgstr, moved.flags
        texts = {entry.msgid: entry for entry in gone if entry.msgctxt == context and not new[-1].msgstr}
        for old in difflib.get_close_matches(text, texts, 1, 0.6 if len(texts) > 1 else 0.3):
            gone.remove(texts[old])
            new[-1].msgstr, new[-1].flags = texts[old].msgstr, ["fuzzy"]
            new[-1].previous_msgid = texts[old].previous_msgid or old
    new.save(str(file))


def words_of(file: Path) -> Callable[[str, str], str]:
    """What a catalogue has for a context and a text, or the text, marked if it is a cell."""
    said = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in entries_of(file) if entry.translated()}
    marked = {True: "", False: MARK}
    return lambda context, text: said.get((context, text), text + marked[bool(re.search("[ /]", context or "/"))])


def in_other_edition(link: re.Match) -> str:
    """A link to a notebook: the student edition's to the Chinese one, and back; the one with solutions is English."""
    words, start, branch = link.groups(default="")
    words = {"main": words.replace("[", "[英文，"), "student-zh": "[English"}.get(branch, words)
    return f"{words}]({start}{ {'student': 'student-zh', 'student-zh': 'student'}.get(branch, branch) }/"


def translate(notebook, lookup: Callable[[str, str], str]):
    """A notebook in Chinese, changed in place: ids, tags and code stay, but for comments and what the set-up says."""
    of_set_up = words_of(OF_MESSAGES)
    for cell in notebook.cells:
        cell.source = in_other_words(cell, lookup)
        if sets_up(cell):
            cell.source = STRINGS.sub(lambda text: of_set_up(None, text[0]), cell.source)
            cell.source = cell.source.replace("\nREPOSITORY = ", f"\n{LANGUAGE}REPOSITORY = ")
        cell.source = re.sub(r"(\.github\.io/[\w.-]+/)(?!zh/)", r"\1zh/", cell.source)
        cell.source = re.sub(r"(\[[^][!]*)?\]\(([^\s)]+?/blob/)([\w-]+)/", in_other_edition, cell.source)
    return notebook


def show_diagrams(notebook, images: Path) -> None:
    """Put diagrams as drawn in images into the outputs of a notebook that show them, in place."""
    for cell in notebook.cells:
        diagram = re.search(r'^show_diagram\("([\w-]+)"', cell.source, flags=re.M)
        if diagram and cell.get("outputs"):
            drawn = (images / f"{diagram[1]}.png").read_bytes()
            cell.outputs[0].data["image/png"] = b64encode(drawn).decode()


def make_course(course: Path) -> None:
    """The course in Chinese."""
    shutil.rmtree(course, ignore_errors=True)
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "term", "__pycache__"))
    polib.pofile(str(OF_SITE)).save_as_mofile(str(course / "zh" / "pages.mo"))  # tools/language.py reads it
    for font in (ROOT / "zh" / "fonts").glob("*.otf"):
        shutil.copy(font, course / "images" / "fonts")
    subprocess.run([sys.executable, "-m", "images.draw"], cwd=course, check=True)
    for path, file in NOTEBOOKS.items():
        notebook, lookup = nbformat.read(path, as_version=4), words_of(file)
        show_diagrams(translate(notebook, lookup), course / "images")
        nbformat.write(notebook, course / path.relative_to(ROOT))
        if (deck := path.with_suffix("") / "slides.md").is_file():
            (course / deck.relative_to(ROOT)).write_text(deck_in_other_words(deck, lookup), encoding="utf-8")
    lookup = words_of(OF_SITE)
    for path in SITE:
        (course / path.relative_to(ROOT)).write_text(file_in_other_words(path, lookup), encoding="utf-8")
    for page in course.glob("notebooks/*/claims.md"):  # in English, but for its name in the contents
        named = re.sub("^# Lesson (.): how we know", r"# 第 \1 课：我们怎么知道（英文）", page.read_text("utf-8"))
        page.write_text(named, encoding="utf-8")
    if (site := course / "web" / "site").is_dir():  # terms are one word each, for the search
        terms = re.findall(r"^[\u4e00-\u9fff]\S*$", (course / "docs" / "glossary.md").read_text("utf-8"), flags=re.M)
        (site / "words.txt").write_text("\n".join(terms), encoding="utf-8")


def link(page: Path, other: Path, words: str, language: str) -> None:
    """Put a link to the same page in the other language at the top of a page."""
    there = os.path.relpath(other, page.parent).replace(os.sep, "/")
    anchor = f'<a class="language" href="{there}" lang="{language}" hreflang="{language}">{words}</a>'
    text = re.sub(r'<a class="language".*?</a>', "", page.read_text(encoding="utf-8"))
    top = r'<div class="article-header-buttons">|<nav aria-label="(Pages|页面)">'
    page.write_text(re.sub(top, rf"\g<0>{anchor}", text, count=1), encoding="utf-8")


def make() -> None:
    make_course(OUT / "course")
    (OUT / "course" / "build").mkdir()
    (OUT / "course" / "build" / "npm-teach").symlink_to(ROOT / "build" / "npm-teach")  # what all decks carry along
    english, chinese = ROOT / "build" / "site", ROOT / "build" / "site" / "zh"
    for name, step in STEPS.items():
        made = name.split()[1]
        subprocess.run([sys.executable, *step.split(" ", 1)], cwd=OUT / "course", check=True)
        if made == "figures":  # the decks take them there
            continue
        target = chinese if made == "site" else OUT / made
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(OUT / "course" / "build" / made, target)
    for page in chinese.rglob("*.html"):
        if (other := english / page.relative_to(chinese)).is_file():
            link(page, other, "English", "en")
            link(other, page, "中文", "zh-CN")


def messages() -> dict[Path, list[tuple[str, str]]]:
    """(context, text) of all that is to be said, by catalogue; of the files named on the command line, if any are."""
    found: dict[Path, list[tuple[str, str]]] = {file: [] for file in CATALOGUES}
    for path, file in NOTEBOOKS.items():
        for cell in nbformat.read(path, as_version=4).cells:
            in_other_words(cell, lambda *message, file=file: found[file].append(message) or message[1])
            if path == FIRST and sets_up(cell):
                found[OF_MESSAGES] += [(None, text) for text in STRINGS.findall(cell.source)]
        if (deck := path.with_suffix("") / "slides.md").is_file():
            deck_in_other_words(deck, lambda *message, file=file: found[file].append(message) or message[1])
    found[OF_MESSAGES] += [(None, text) for path in SPEAKING for _, text in said_in(path)]
    for path in SITE:
        file_in_other_words(path, lambda *message: found[OF_SITE].append(message) or message[1])
    named = sys.argv[2:] or [str(file.relative_to(ROOT)) for file in found]
    return {file: list(dict.fromkeys(said)) for file, said in found.items() if str(file.relative_to(ROOT)) in named}


def status() -> None:
    for file, said in messages().items():
        known = {(entry.msgctxt, entry.msgid): entry for entry in entries_of(file)}
        left = [key for key in said if key not in known or not known[key].translated()]
        changed = [" (changed)" * (key in known and known[key].fuzzy) for key in left]
        print(f"{file.relative_to(ROOT)}: {len(said) - len(left)} of {len(said)}")
        print("".join(f"  {context or text}{how}\n" for (context, text), how in zip(left, changed)), end="")


def update_all() -> None:
    for file, said in messages().items():
        update(file, said)
    polib.pofile(str(OF_MESSAGES)).save_as_mofile(str(OF_MESSAGES.with_suffix(".mo")))
    status()


if __name__ == "__main__":
    steps = {"status": status, "update": update_all, "course": lambda: make_course(OUT / "course"), "make": make}
    if (step := steps.get("".join(sys.argv[1:2]))) is None:
        sys.exit(__doc__)
    step()
