"""The Chinese edition: the same cells, other words. They stand in the lessons' rooms: zh.po, <study>.zh.po.
    python -m tools.upkeep.zh update    brings the catalogues up to date with the English, and prints how much of each
                                        is translated, and the contexts of the rest (or of the files named behind it)
    python -m tools.upkeep.zh make      build/zh: the course, what students get, decks; and the site, build/site/zh

A message has the text as it stands in English, and a context: the id of a Markdown cell; that of a code cell and
"title" or "comment"; or a file, of which it is a sentence, a paragraph or a line. Whoever changes the English need not
look here: `update` keeps the old translation, marked fuzzy, and readers get the English until it has been looked at.
Messages of the programs, in say(...), have no context; `update` makes of their catalogue what gettext reads (.mo).
"""

import difflib
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import polib
from babel.messages.extract import extract_from_file

from tools.teaching.student import sets_up

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "zh"
NOTEBOOKS = {path: path.with_suffix("") / "zh.po" for path in sorted(ROOT.glob("notebooks/*.ipynb"))}
NOTEBOOKS |= {path: path.with_suffix(".zh.po") for path in sorted(ROOT.glob("notebooks/*/*.ipynb"))}
OF_MESSAGES, OF_SITE = ROOT / "notebooks" / "messages.zh.po", ROOT / "site" / "zh.po"
CATALOGUES = [*NOTEBOOKS.values(), OF_MESSAGES, OF_SITE]
PAGES = "site/index.md site/glossary.md site/own-data.md site/numbers-differ.md site/speed.md tools/teaching/student.md"
SCRIPTS = "site/*.html site/*.js images/watch/*.js notebooks/*/*.js"
PROGRAMS = "site/conf.py site/_templates/play.html tools/site/figures.py tools/site/lesson_pages.py "
PROGRAMS += "notebooks/*/lesson.toml tools/teaching/student.py "
PROGRAMS += "tools/teaching/slides.html"
SITE = [path for files in f"{PAGES} {SCRIPTS} {PROGRAMS}".split() for path in sorted(ROOT.glob(files))]
SPEAKING = [ROOT / "notebooks" / "checks.py", ROOT / "notebooks" / "install.py", ROOT / "torchnlp.py"]
WORDS = re.compile(r"""["'`>][^<>/="'`]*[A-Za-z]{2} [a-z]|>[A-Z][a-z]+""")  # in a line of code
LANGUAGE = 'os.environ["TORCHNLP_LANGUAGE"] = "zh"\n'
MARK = "\n\n（此处暂为英文：尚无译文，或原文已改动。）"
STUDENT = "from tools.teaching.student import ROOT, make_handout; make_handout(ROOT / 'build' / 'student')"
STEPS = {"slides": "-m tools.teaching.slides", "site": "-m tools.site.build", "student": f"-c {STUDENT}"}


def entries_of(file: Path) -> list[polib.POEntry]:
    return list(polib.pofile(str(file))) if file.is_file() else []


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
    return "".join(lines).rstrip("\n")


def of_messages() -> Iterator[tuple[None, str]]:
    for path in SPEAKING:
        for _, text, _, _ in extract_from_file("python", path, keywords={"say": None}):
            yield None, text


def pieces(path: Path) -> list[str]:
    """A file of the site in its paragraphs, if it is Markdown, or its lines, with what stands between them."""
    return re.split(r"(\n\n+)" if path.suffix == ".md" else r"(\n\s*)", path.read_text(encoding="utf-8"))


def of_site() -> Iterator[tuple[str, str]]:
    """Paragraphs of pages; lines with words; and, of lines, what is translated already or has become of it."""
    chosen = [(entry.msgctxt, entry.msgid) for entry in entries_of(OF_SITE)]
    for path in SITE:
        context, parts = path.relative_to(ROOT).as_posix(), pieces(path)[::2]
        texts = {text for place, text in chosen if place == context}
        texts |= {text for old in texts - {*parts} for text in difflib.get_close_matches(old, parts, 1, 0.6)}
        for part in filter(str.strip, parts):
            said = WORDS.search(part) and not part.startswith(("//", "import", "<meta")) and context not in PROGRAMS
            if path.suffix == ".md" or said or part in texts:
                yield context, part


def update(file: Path, messages: list[tuple[str, str]]) -> None:
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries_of(file)}
    gone = [entry for key, entry in known.items() if key not in messages and entry.msgstr]
    new = polib.POFile(wrapwidth=0)
    new.metadata = {"Language": "zh_CN", "Content-Type": "text/plain; charset=utf-8"}
    for context, text in dict.fromkeys(messages):
        new.append(known.get((context, text)) or polib.POEntry(msgctxt=context, msgid=text))
        texts = {entry.msgid: entry for entry in gone if entry.msgctxt == context and (context, text) not in known}
        for old in difflib.get_close_matches(text, texts, 1, 0.6 if len(texts) > 1 else 0.3):
            gone.remove(texts[old])
            new[-1].msgstr, new[-1].flags = texts[old].msgstr, ["fuzzy"]
            new[-1].previous_msgid = texts[old].previous_msgid or old
    new.save(str(file))


def words_of(file: Path) -> tuple[Callable[[str, str], str], list[str]]:
    """What a catalogue has for a context and a text, or the text, marked if it is a cell; and the contexts of these."""
    said, lacking = {(e.msgctxt, e.msgid): e.msgstr for e in entries_of(file) if e.translated()}, []

    def lookup(context: str, text: str) -> str:
        if (context, text) not in said:
            lacking.append(context)
        return said.get((context, text), text if re.search("[ /]", context) else text + MARK)

    return lookup, lacking


def translate(notebook, lookup: Callable[[str, str], str]):
    """A notebook in Chinese, changed in place: its ids, tags, outputs and code stay, but for comments and LANGUAGE."""
    for cell in notebook.cells:
        cell.source = in_other_words(cell, lookup)
        if sets_up(cell):
            cell.source = cell.source.replace("\nREPOSITORY = ", f"\n{LANGUAGE}REPOSITORY = ")
        cell.source = re.sub(r"(\.github\.io/[\w.-]+/)(?!zh/)", r"\1zh/", cell.source)
        cell.source = cell.source.replace("/blob/student/", "/blob/student-zh/").replace("[含", "[英文，含")
        cell.source = re.sub(r"\[中文\]\((.*?/blob/student)-zh/", r"[English](\1/", cell.source)
    return notebook


def make_course(course: Path) -> None:
    """The course in Chinese. Prints how many of its texts are still English."""
    shutil.rmtree(course, ignore_errors=True)
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "term", "__pycache__"))
    found = {path: words_of(file) for path, file in NOTEBOOKS.items()}
    for path, (lookup, _) in found.items():
        nbformat.write(translate(nbformat.read(path, as_version=4), lookup), course / path.relative_to(ROOT))
    found[Path("site")], wanted = words_of(OF_SITE), {*of_site()}
    for path in SITE:
        name = path.relative_to(ROOT).as_posix()
        page = [found[Path("site")][0](name, part) if (name, part) in wanted else part for part in pieces(path)]
        (course / name).write_text("".join(page).replace('<html lang="en">', '<html lang="zh-CN">'), encoding="utf-8")
    terms = re.findall(r"^[\u4e00-\u9fff]\S*$", (course / "site" / "glossary.md").read_text("utf-8"), flags=re.M)
    (course / "site" / "words.txt").write_text("\n".join(terms), encoding="utf-8")  # one word each, for the search
    for path, (_, lacking) in found.items():
        print(f"{path.stem}: {len(lacking)} in English", *lacking)
    print(f"In all: {sum(len(lacking) for _, lacking in found.values())}")


def link(page: Path, other: Path, words: str, language: str) -> None:
    """Put a link to the same page in the other language at the top of a page."""
    there = os.path.relpath(other, page.parent).replace(os.sep, "/")
    anchor = f'<a class="language" href="{there}" lang="{language}" hreflang="{language}">{words}</a>'
    text = re.sub(r'<a class="language".*?</a>', "", page.read_text(encoding="utf-8"))
    top = r'<div class="article-header-buttons">|<nav aria-label="(Pages|页面)">'
    page.write_text(re.sub(top, rf"\g<0>{anchor}", text, count=1), encoding="utf-8")


def make() -> None:
    make_course(OUT / "course")
    english, chinese = ROOT / "build" / "site", ROOT / "build" / "site" / "zh"
    for name, step in STEPS.items():
        subprocess.run([sys.executable, *step.split(" ", 1)], cwd=OUT / "course", check=True)
        target = chinese if name == "site" else OUT / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(OUT / "course" / "build" / name, target)
    for page in chinese.rglob("*.html"):
        if (other := english / page.relative_to(chinese)).is_file():
            link(page, other, "English", "en")
            link(other, page, "中文", "zh-CN")


def update_all() -> None:
    found: dict[Path, list[tuple[str, str]]] = {file: [] for file in NOTEBOOKS.values()}
    for path, file in NOTEBOOKS.items():
        for cell in nbformat.read(path, as_version=4).cells:
            in_other_words(cell, lambda *message, file=file: found[file].append(message) or message[1])
    found |= {OF_MESSAGES: list(of_messages()), OF_SITE: list(of_site())}
    for file in [file for file in found if not sys.argv[2:] or str(file.relative_to(ROOT)) in sys.argv]:
        update(file, found[file])
        entries = entries_of(file)
        names = [f"  {entry.msgctxt or entry.msgid}{' (changed)' * entry.fuzzy}" for entry in entries]
        left = [name for name, entry in zip(names, entries) if not entry.translated()]
        print(f"{file.name}: {len(entries) - len(left)} of {len(entries)}", *left, sep="\n")
    polib.pofile(str(OF_MESSAGES)).save_as_mofile(str(OF_MESSAGES.with_suffix(".mo")))


if __name__ == "__main__":
    if sys.argv[1:2] not in (["update"], ["make"]):
        sys.exit(__doc__)
    make() if sys.argv[1] == "make" else update_all()
