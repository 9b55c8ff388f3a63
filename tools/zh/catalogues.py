"""The catalogues of the Chinese edition, notebooks/zh/*.po: what there is to say in Chinese, and what is still missing.

    python -m tools.zh.catalogues update    brings them up to date with the English
    python -m tools.zh.catalogues status    prints how much of each is translated, and the contexts of the rest

A message has the text as it stands in English, and a context, which says where: in a notebook the id of a Markdown
cell, or the id of a code cell and "title" or "comment". Whoever changes the English need not look here: `update` keeps
the old translation, marked fuzzy, and readers get the English until somebody has looked at it.
"""

import ast
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
MODULES = [ROOT / "notebooks" / "checks.py", ROOT / "torchnlp.py"]
SIGNS = re.compile(r"# (<- your|fmt:|noqa|@param)")  # comments that the tools look for
METADATA = {"Language": "zh_CN", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8"}
METADATA |= {"Content-Transfer-Encoding": "8bit"}

Lookup = Callable[[str, str], str]  # from a context and an English text to what stands in its place


def catalogue_of(notebook: Path) -> Path:
    """notebooks/zh/2-lstm-gates.po, or appendix-2-forget-bias.po."""
    return FOLDER / f"{'appendix-' * (notebook.parent.name == 'appendix')}{notebook.stem}.po"


def in_other_words(cell, lookup: Lookup) -> str:
    """The source of a cell, with what lookup gives for each text in it; code stays as it is."""
    if cell.cell_type == "markdown":
        return lookup(cell.id, cell.source) if cell.source.strip() else cell.source
    folded = "hide-input" in cell.metadata.get("tags", [])
    lines = cell.source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
        start, context = "# ", "comment"
        if token.string.startswith("# @title "):
            start, context = "# @title ", "title"
        text = token.string.removeprefix(start)
        words = re.search(r"[a-z]{3}", re.sub(r"\[[^]]*\]|\beach\b", "", text))  # [B, H] each: the same in Chinese
        if token.type != tokenize.COMMENT or SIGNS.match(token.string) or not words or folded and context == "comment":
            continue
        row, column = token.start
        lines[row - 1] = lines[row - 1][:column] + start + lookup(f"{cell.id} {context}", text) + "\n"
    return "".join(lines).rstrip("\n")


def of_notebook(path: Path) -> list[tuple[str, str]]:
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        in_other_words(cell, lambda context, text: found.append((context, text)) or text)
    return found


def of_module(path: Path) -> Iterator[tuple[str, str]]:
    """The sentences of checks.py, and of torchnlp.py where it speaks through in_language; {name} stands for what an
    f-string puts there."""
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


def update(file: Path, messages: list[tuple[str, str]], memory: dict[str, str]) -> None:
    """Bring a catalogue up to date. memory: what titles and comments with the same words are called elsewhere."""
    old = polib.pofile(str(file), wrapwidth=0) if file.is_file() else []
    known, wanted = {(entry.msgctxt, entry.msgid): entry for entry in old}, dict.fromkeys(messages)
    gone = [entry for key, entry in known.items() if key not in wanted and entry.msgstr]
    new = polib.POFile(wrapwidth=0)
    new.metadata = METADATA
    for context, text in wanted:
        entry = known.get((context, text))
        before = next((e for e in gone if e.msgctxt == context), None)
        if entry is None:
            entry = polib.POEntry(msgctxt=context, msgid=text)
            if before and file.stem != "messages":
                gone.remove(before)
                entry.msgstr, entry.flags = before.msgstr, ["fuzzy"]
                entry.previous_msgid = before.previous_msgid or before.msgid
        if not entry.msgstr and " " in context:
            entry.msgstr = memory.get(text, "")
        new.append(entry)
    if not file.is_file() or str(new) != file.read_text(encoding="utf-8"):
        new.save(str(file))


def everything() -> dict[Path, list[tuple[str, str]]]:
    """Each catalogue, and the messages that belong into it."""
    found = {catalogue_of(path): of_notebook(path) for path in NOTEBOOKS}
    found[FOLDER / "messages.po"] = [message for path in MODULES for message in of_module(path)]
    return found


def main() -> None:
    files = everything()
    if sys.argv[1:] == ["update"]:
        entries = [entry for file in files if file.is_file() for entry in polib.pofile(str(file))]
        memory = {e.msgid: e.msgstr for e in entries if " " in e.msgctxt and e.msgstr and not e.fuzzy}
        for file, messages in files.items():
            update(file, messages, memory)
    elif sys.argv[1:] != ["status"]:
        sys.exit(__doc__)
    for file in filter(Path.is_file, files):
        po = polib.pofile(str(file))
        left = [entry.msgctxt + " (changed)" * entry.fuzzy for entry in po if not entry.translated()]
        print(f"{file.name}: {len(po) - len(left)} of {len(po)}", *(f"  {context}" for context in left), sep="\n")


if __name__ == "__main__":
    main()
