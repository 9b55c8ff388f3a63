"""The catalogues of the Chinese edition, notebooks/zh/*.po: what there is to say in Chinese, and what is still missing.

    python -m tools.zh.catalogues update    brings them up to date with the English
    python -m tools.zh.catalogues status    prints how much of each is translated, and the contexts of the rest

A message has the text as it stands in English, and a context: the id of a Markdown cell; the id of a code cell and
"title" or "comment"; or a file, of which it is a sentence, a paragraph or a line. Whoever changes the English need not
look here: `update` keeps the old translation, marked fuzzy, and readers get the English until it has been looked at.
"""

import ast
import difflib
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import polib

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks" / "zh"
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb")) + sorted(ROOT.glob("notebooks/appendix/*.ipynb"))
PAGES = "site/index site/glossary site/own-data site/numbers-differ site/speed tools/teaching/student"
PAGES = [ROOT / f"{name}.md" for name in PAGES.split()]
SCRIPTS = [path for files in ("site/*.html", "site/*.js", "images/watch/*.js") for path in sorted(ROOT.glob(files))]
PROGRAMS = "site/conf.py site/_templates/play.html tools/site/figures.py tools/site/lesson_pages.py"
PROGRAMS += " tools/site/scoreboard.py tools/upkeep/readme.py tools/teaching/student.py tools/teaching/charts.py"
SITE = [*PAGES, *SCRIPTS, *(ROOT / name for name in PROGRAMS.split())]
SIGNS = re.compile(r"# (<- your|fmt:|noqa|@param)")  # comments that the tools look for
WORDS = re.compile(r"""["'`>][^<>/="'`]*[A-Za-z]{2} [a-z]|>[A-Z][a-z]+""")  # in a line of code


def catalogue_of(notebook: Path) -> Path:
    """notebooks/zh/2-lstm-gates.po, or appendix-2-forget-bias.po."""
    return FOLDER / f"{'appendix-' * (notebook.parent.name == 'appendix')}{notebook.stem}.po"


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
        open_or_title = context == "title" or not folded
        if token.type == tokenize.COMMENT and words and open_or_title and not SIGNS.match(token.string):
            row, column = token.start
            lines[row - 1] = f"{lines[row - 1][:column]}{start}{lookup(f'{cell.id} {context}', text)}\n"
    return "".join(lines).rstrip("\n")


def of_notebook(path: Path) -> list[tuple[str, str]]:
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        in_other_words(cell, lambda context, text: found.append((context, text)) or text)
    return found


def of_module(path: Path) -> Iterator[tuple[str, str]]:
    """Its sentences, in torchnlp.py where it speaks through in_language; {name} stands for what an f-string puts in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    speaks = [part for part in tree.body if path.stem == "checks" or "in_language(" in ast.unparse(part)]
    nodes = [node for part in speaks for node in ast.walk(part)]
    inside = {node.value for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    inside |= {part for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part != node}
    strings = [node for node in nodes if isinstance(node, (ast.JoinedStr, ast.Constant)) and node not in inside]
    for node in sorted(strings, key=lambda node: node.lineno):
        text = ""
        for number, part in enumerate(node.values if isinstance(node, ast.JoinedStr) else [node]):
            gap = isinstance(part, ast.FormattedValue)
            name = part.value.id if gap and isinstance(part.value, ast.Name) else f"v{number}"
            text += f"{{{name}}}" if gap else str(part.value)
        if re.search(r"[A-Za-z]{2}.* [a-z]{2}|Exercise", text):
            yield path.stem, text


def pieces(path: Path) -> list[str]:
    """A file of the site in its paragraphs, if it is Markdown, or its lines, with what stands between them."""
    return re.split(r"(\n\n+)" if path.suffix == ".md" else r"(\n\s*)", path.read_text(encoding="utf-8"))


def of_site() -> Iterator[tuple[str, str]]:
    """Paragraphs of pages; lines with words; and, of lines, what is translated already or has become of it."""
    chosen = [(entry.msgctxt, entry.msgid) for entry in entries_of(FOLDER / "site.po")]
    for path in SITE:
        context, parts = path.relative_to(ROOT).as_posix(), pieces(path)[::2]
        texts = {text for place, text in chosen if place == context}
        texts |= {text for old in texts - {*parts} for text in difflib.get_close_matches(old, parts, 1, 0.6)}
        for part in parts:
            said = path in SCRIPTS and WORDS.search(part) and not part.startswith(("//", "import", "<meta"))
            if part.strip() and (path in PAGES or said or part in texts):
                yield context, part


def update(file: Path, messages: list[tuple[str, str]]) -> None:
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries_of(file)}
    gone = [entry for key, entry in known.items() if key not in messages and entry.msgstr]
    new = polib.POFile(wrapwidth=0)
    new.metadata = {"Language": "zh_CN", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8"}
    new.metadata["Content-Transfer-Encoding"] = "8bit"
    for context, text in dict.fromkeys(messages):
        new.append(known.get((context, text)) or polib.POEntry(msgctxt=context, msgid=text))
        texts = {entry.msgid: entry for entry in gone if entry.msgctxt == context}
        for old in (
            difflib.get_close_matches(text, texts, 1, 0.6 if len(texts) > 1 else 0.3)
            if (context, text) not in known
            else ()
        ):
            gone.remove(texts[old])
            new[-1].msgstr, new[-1].flags = texts[old].msgstr, ["fuzzy"]
            new[-1].previous_msgid = texts[old].previous_msgid or old
    new.save(str(file))


def main() -> None:
    if sys.argv[1:] not in (["update"], ["status"]):
        sys.exit(__doc__)
    found = {catalogue_of(path): of_notebook(path) for path in NOTEBOOKS}
    found[FOLDER / "messages.po"] = [*of_module(ROOT / "notebooks" / "checks.py"), *of_module(ROOT / "torchnlp.py")]
    for file, messages in (found | {FOLDER / "site.po": list(of_site())}).items():
        if sys.argv[1] == "update":
            update(file, messages)
        entries = entries_of(file)
        left = [f"  {entry.msgctxt}{' (changed)' * entry.fuzzy}" for entry in entries if not entry.translated()]
        print(f"{file.name}: {len(entries) - len(left)} of {len(entries)}", *left, sep="\n")


if __name__ == "__main__":
    main()
