"""A lesson as the site shows it: what is done to a notebook before Sphinx reads it, and to the pages beside it."""

import ast
import re
from pathlib import Path
from textwrap import dedent

import nbformat

from tools import repo
from tools.language import say
from tools.lesson import BADGE, ROOT, folded_as, has, is_diagram, lessons, opening, place_of, spoken, to_read
from web import figures
from web.pages import ADDRESS as SITE

DOCS, HERE = ROOT / "docs", ROOT / "web" / "site"
SOURCES = ROOT / "build" / "site-sources"  # what becomes a page, in one folder: see build.py
GITHUB = f"https://github.com/{repo.current(ROOT)}"
LESSONS = {lesson.name: lesson for lesson in lessons()}
CELL = re.compile(r"`(l\d+-[a-z]\w+)`")  # how the guide for instructors and the glossary name a cell
LESSON_AND_CELL = re.compile(rf"(\blesson\s+\d+|第 \d+ 课)(?:,\s+|，){CELL.pattern}")
# In columns, whose names stand above them.
NUMBERS = re.compile(r"(\s{2,}-?[\d.,]+(%|e[-+]\d+| ± [\d.]+)?){2,}(\s{2}|$)")
SHOW = '<details class="answer">\n<summary>' + say("Guess, then show") + "</summary>\n"


def lesson_page(path: Path) -> str:
    """A lesson as the site shows it: folded cells closed, words under pictures, answers kept back."""
    notebook, name = to_read(nbformat.read(path, as_version=4)), path.stem
    notebook.cells[0].source = BADGE.sub("", notebook.cells[0].source)
    links = links_of(name)
    cells, asked, hidden, waiting = [], False, False, []
    live = LESSONS[name].settings["figures"] if name in LESSONS else {}
    left_out = opening(notebook)

    def write(text: str) -> None:
        cells.append(nbformat.v4.new_markdown_cell(text))

    for cell in notebook.cells:
        if cell in left_out or folded_as(cell) == "set-up" and place_of(cell) == "skip":
            continue
        is_plot, is_text = folded_as(cell) == "plot", cell.cell_type == "markdown"
        answers = is_text or folded_as(cell) in ("plot", "set-up") and bool(cell.outputs)  # what one reads no code of
        asks, starts = has(cell, "question"), is_text and cell.source.startswith("#")
        if hidden and (asks or starts or not answers):
            write("</details>")
            hidden = False
        if starts:  # the section is over
            for figure in waiting:
                write(f"```{{raw}} html\n{figures.figure(figure)}\n```")
            waiting = [figure for figure, place in live.items() if place == cell.id]
        asked = asks or asked and not starts
        hides = asked and not is_text and bool(cell.outputs) and folded_as(cell) != "solution"
        if hides and is_plot:
            write(SHOW)
        write(f"({cell.id})=")
        if is_text:
            text = as_myst(link_first(with_links(path, cell.source), links))
            if has(cell, "further"):  # a phone shows its heading alone
                button = f'<button type="button" class="unfold" aria-expanded="false">{say("Show this part")}</button>'
                text = text.replace("\n", f"\n\n```{{raw}} html\n{button}\n```\n", 1)
            write(text)
            continue
        if "gates-over-a-headline" in cell.source:  # the site has it alive
            write(f"```{{raw}} html\n{figures.figure('headline', file='../lstm.js')}\n```")
            continue
        as_the_site_folds(cell, links)
        if hides and not is_plot:
            code, checks = checks_apart(cell.source)
            cells.append(nbformat.from_dict({**cell, "id": f"{cell.id}-code", "source": code, "outputs": []}))
            cell.metadata["tags"] += [] if checks else ["remove-input"]
            cell.source = checks or cell.source
            write(SHOW)
        if hides:
            asked, hidden = False, True
        cells.append(cell)
    if hidden:
        write("</details>")
    if (ROOT / "notebooks" / name / "claims.md").is_file():
        claims = say("What this lesson claims, and what could have refuted it: [how we know]({page}).")
        write(f"```{{container}} claims\n{claims.format(page=f'/notebooks/{name}/claims.md')}\n```")
    notebook.cells = cells
    return nbformat.writes(notebook)


def as_myst(text: str) -> str:
    """A formula of its own between blank lines, as MyST wants it; a link to a page of the site from page to page."""

    def formula(found: re.Match) -> str:
        parts = re.split(r"\s*\\qquad\s*", found[1])  # where there is no room side by side, each is a line
        whole = r"\qquad\allowbreak".join(f"{{{part}}}" for part in parts) if parts[1:] else parts[0]
        return f"\n\n$${whole}$$\n\n"

    text = re.sub(r"\s*^\$\$(.*?)\$\$[ \t]*$\s*", formula, text, flags=re.M | re.S).strip("\n")
    text = re.sub(r"(?<![$`])(\$[^$`]+)\$([,.;:])", r"\1\\text{\2}$", text)  # a line begins with no comma
    return re.sub(rf"\[([^]]*)\]\({re.escape(SITE)}(?:zh/)?([^)]*)\)", r'<a href="../\2">\1</a>', text)


def with_links(source: Path, text: str) -> str:
    """Links to files of the course lead to their page, or to the repository if they have none."""

    def link(found: re.Match) -> str:
        file, anchor = (source.parent / found[1]).resolve(), found[2] or ""
        page = SOURCES / (file.name if file.parent in (DOCS, HERE) else file.relative_to(ROOT))
        if page.exists():
            return f"](/{page.relative_to(SOURCES).as_posix()}{anchor})"
        return f"]({GITHUB}/blob/main/{file.relative_to(ROOT).as_posix()}{anchor})"

    return re.sub(r"\]\((?!\w+:)([^)#]+)(#[^)]*)?\)", link, text)


def as_the_site_folds(cell, links: dict[str, str]) -> None:
    """Tell myst-nb what is folded, under which words, and what the words of a picture are."""
    title, _, code = cell.source.partition("\n")
    tags, prompt = set(cell.metadata.get("tags", [])), ""
    if folded_as(cell):
        name = title.removeprefix("# @title ").replace("`", "")
        prompt = say("The code of this picture") if folded_as(cell) == "plot" else name
        cell.source = code
    options = {"code_prompt_show": prompt, "code_prompt_hide": prompt}
    if folded_as(cell) == "solution":
        tags = tags - {"hide-input"} | {"hide-cell"}
    if is_diagram(cell):
        tags.add("remove-input")
    lines = "\n".join(output.get("text", "") for output in cell.outputs).splitlines()
    if any(NUMBERS.search(line) for line in lines):
        tags.add("numbers")
    cell.metadata["tags"] = sorted(tags)
    caption = cell.metadata.get("caption")
    if caption:
        options |= {"image": {"alt": spoken(caption)}, "figure": {"caption": link_first(caption, links)}}
    cell.metadata["mystnb"] = options


def with_cell_links(text: str) -> str:
    """[lesson 1](#l1-c094) for "lesson 1, `l1-c094`", and a link to the page for a lesson alone."""
    text = LESSON_AND_CELL.sub(r"[\1](#\2)", text)
    names = {str(lesson.number): lesson.path.name for lesson in LESSONS.values()}
    alone = r"(?:\blesson\s+(\d+)\b|第 (\d+) 课)(?!\])"  # (?!]): it is a link

    def link(found: re.Match) -> str:
        number = found[1] or found[2]  # of a lesson that is gone Sphinx says where it is still named
        return f"[{found[0]}](/notebooks/{names.get(number, f'{number}-which-is-gone')})"

    return re.sub(alone, link, text)


def claims_page(text: str) -> str:
    """A table of claims whose cells are links."""
    head, _, table = text.partition("| claim |")
    cell = r"`?(?:[\w/-]+#)?\b([la]\d\w*-[a-z]\w+)\b`?"
    return head + re.sub(cell, r"[`\1`](#\1)", f"| claim |{table}")


def links_of(lesson: str) -> dict[str, str]:
    """What is linked where a lesson first names it: pattern -> the link, with the words in place of {}."""
    terms = re.search(r"{glossary}\n(.*?)```", (DOCS / "glossary.md").read_text(encoding="utf-8"), flags=re.S)[1]
    terms = re.findall(r"^\S..*", terms, flags=re.M)  # what is said of a term is indented
    bounds = {True: r"\b{}s?\b", False: "{}"}  # between Chinese words there are none
    links = {
        bounds[term.isascii()].format(re.escape(term)): "{term}`{} <" + term + ">`"
        for term in sorted(terms, key=len, reverse=True)
    }
    others = {other.number: other.path.name for other in LESSONS.values() if other.name != lesson}
    return links | {rf"(?:\blesson {n}\b|第 {n} 课)": f"[{{}}](/notebooks/{name})" for n, name in others.items()}


# Not in code, formulas, links, headings, tags, nor in what is quoted; in what is bold only where the term is all of it.
LEAVE = re.compile(
    r"""(```.*?```|`[^`]*`|"[^"]*"|“[^”]*”|\$\$.*?\$\$|\$[^$]*\$|\*\*.*?\*\*|\[.*?\]\(.*?\)|<[^>]*>|^\#.*?$)""",
    re.S | re.M,
)


def link_first(text: str, links: dict[str, str]) -> str:
    """Put each of the links where its pattern first stands in the text, and take it out of links."""
    for pattern, link in list(links.items()):
        pieces = LEAVE.split(text)
        for i, piece in enumerate(pieces):
            found = re.search(rf"(?<=^\*\*){pattern}(?=\*\*$)" if i % 2 else pattern, piece, flags=re.I)
            beside = pieces[i - 1][-1:] + pieces[i + 1][:1] if i % 2 else ""
            if found and not re.search(r"\w", beside):  # **{term}... in the middle of Chinese words shows its stars
                pieces[i] = piece[: found.start()] + link.replace("{}", found[0]) + piece[found.end() :]
                text = "".join(pieces)
                del links[pattern]
                break
    return text


CHECKS = ("expect", "record")  # of torchnlp: what a result should be, which nobody should read before the guess


def checks_apart(code: str) -> tuple[str, str]:
    """The code with a comment in place of the statements that say what a result should be, and these statements."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Expr)]
    calls = [node for node in calls if getattr(getattr(node.value, "func", None), "id", "") in CHECKS]
    numbers = {line for node in calls for line in range(node.lineno, node.end_lineno + 1)}
    left, checks = [], []
    for number, line in enumerate(code.split("\n"), start=1):
        if number in numbers:
            checks.append(line)
        if number in numbers and number - 1 not in numbers:
            left.append(re.match(" *", line)[0] + say("# … shown with the answer"))
        if number not in numbers:
            left.append(line)
    return "\n".join(left), dedent("\n".join(checks))
