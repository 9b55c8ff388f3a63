"""Make a reveal.js deck of each lesson in build/slides. A deck opens from the disk, without a network.

Take the whole folder build/slides with you: the decks need its folder lib.

A deck opens with a picture. After a bold question the answer waits: the output, and what is said after it, come with
one more key. Pictures stand across the slide with their words beneath them; code that draws, tests and solutions are
left out. What is too much for one slide goes on two. The figure that moves on the lesson's page moves here, too.

Each slide carries its speaker notes from notes.md in the lesson's room: press S in a deck. In that file a section
belongs to a slide when its heading starts with the id of the slide's first cell: `## l1-c003 · 3 min · Two headlines`.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.lesson import BADGE, ROOT, Lesson, has, headings, is_diagram, kind, lessons, place_of, spoken, to_read
from tools.site import figures, npm

DECKS = ROOT / "build" / "slides"
PAGE = Path(__file__).with_suffix(".html")
LIBRARIES = ["reveal.js@4.6.1", "mathjax@3.2.2"]
USED = ["reveal.js/dist", "reveal.js/plugin/notes", "mathjax/es5/tex-svg.js"]

LOADS = {"backwards"}  # a network, so it stays on the site; other figures are the last slide of their section
TITLE = re.compile(r"^# .*\n+")


def read_notes(file: Path) -> dict[str, str]:
    """The sections for slides of a file of notes: cell id -> text, whose first line has the minutes and the title."""
    parts = re.split(r"^## (l\d+-\S+)(?: · )?", file.read_text(encoding="utf-8"), flags=re.M)
    return {cell: text.strip() for cell, text in zip(parts[1::2], parts[2::2])}


# ---------------------------------------------------------------------------------- from cells to slides


@dataclass
class Part:
    """A piece of a slide: "text", "code", "output", "picture", "caption" or "moving"."""

    kind: str
    html: str
    asks: bool = False
    step: int = 0  # the key press that shows it; 0: it is there from the beginning


@dataclass
class Slide:
    id: str
    below: bool  # under the slide before it, in the same section of the lesson
    parts: list[Part]
    notes: str = ""


def markdown(source: str) -> str:
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source)


def parts_of(cell) -> list[Part]:
    if cell.cell_type == "markdown":
        return [Part("text", markdown(cell.source), has(cell, "question"))] if cell.source else []
    if kind(cell) in ("set-up", "solution"):
        return []
    parts, caption = [], cell.metadata.get("caption", "")
    if kind(cell) != "plot" and not is_diagram(cell):
        code = highlight(cell.source, PythonLexer(), HtmlFormatter(nowrap=True))
        parts.append(Part("code", f"<pre><code>{code}</code></pre>"))
    printed = ""  # what a cell prints may be saved in several pieces
    for output in [*cell.outputs, None]:
        data = output.get("data", {}) if output else {}
        if output and not data.keys() & {"image/png", "text/html"}:
            printed += output.get("text") or data["text/plain"] + "\n"  # what is displayed has a line of its own
            continue
        if printed.strip():
            lines = (f"<span>{escape(line)}\n</span>" for line in printed.strip("\n").split("\n"))  # may be parted
            parts.append(Part("output", f"<pre>{''.join(lines)}</pre>"))
        printed = ""
        if "image/png" in data:
            image = f'<img src="data:image/png;base64,{data["image/png"].strip()}" alt="{escape(spoken(caption))}">'
            parts.append(Part("picture", image))
        elif data:
            parts.append(Part("output", data["text/html"]))
    if caption:
        last = max(k for k, part in enumerate(parts) if part.kind == "picture")
        parts.insert(last + 1, Part("caption", markdown(caption)))
    return parts


def keep_answers_back(parts: list[Part]) -> None:
    """Number the steps of a slide: what comes after a question, but for the code, waits for a key."""
    step, asked = 0, False
    for part in parts:
        if asked and part.kind != "code":
            step, asked = step + 1, False
        part.step = step
        asked = asked or part.asks


def opening(cells: list, notes: str) -> Slide:
    """The title, and the lesson's first picture."""
    picture = next(part for cell in cells for part in parts_of(cell) if part.kind == "picture")
    title = TITLE.match(cells[0].source)[0]
    return Slide("opening", False, [Part("text", markdown(title)), Part("picture", picture.html)], notes)


def make_slides(lesson: Lesson, notes: dict[str, str]) -> list[Slide]:
    cells = to_read(lesson.notebook).cells
    slides = [opening(cells, notes.get(cells[0].id, ""))]
    moving = {place: name for name, place in lesson.settings["figures"].items() if name not in LOADS}
    within = ""  # the figure that closes the section
    cells[0].source = BADGE.sub("", TITLE.sub("", cells[0].source))
    for cell in cells:
        place = place_of(cell)
        if within and headings(cell) and place in ("slide", "subslide"):
            slides.append(Slide(f"moving-{within}", True, [Part("moving", figures.figure(within))], slides[-1].notes))
            within = ""
        within = moving.get(cell.id, within)
        if place in ("slide", "subslide"):
            slides.append(Slide(cell.id, place == "subslide", [], notes.get(cell.id, "")))
        if place != "skip":
            slides[-1].parts += parts_of(cell)
    for before, slide in zip(slides, slides[1:]):
        if not slide.parts:  # its cell was a caption and nothing else, which stands under the picture now
            before.notes += f"\n\n**{slide.notes}"
    slides = [slide for slide in slides if slide.parts]
    for slide in slides:
        keep_answers_back(slide.parts)
    return slides


# ----------------------------------------------------------------------------------------------- the page


def slide_html(slide: Slide) -> str:
    lines = [f'<section id="{slide.id}"><div class="slide">']
    for part in slide.parts:
        fragment = (" fragment", f' data-fragment-index="{part.step}"') if part.step else ("", "")
        if part.kind == "picture":
            lines.append(part.html.replace("<img", f'<img class="{part.kind}{fragment[0]}"{fragment[1]}'))
        else:
            lines.append(f'<div class="{part.kind}{fragment[0]}"{fragment[1]}>{part.html}</div>')
    title, _, text = slide.notes.partition("\n")
    notes = markdown(f"**{title}**\n{text}") if title else ""
    return "\n".join([*lines, f'</div><aside class="notes">{notes}</aside></section>'])


def make_page(lesson: Lesson, notes: dict[str, str]) -> str:
    stacks: list[list[str]] = []  # one for each section of the lesson
    for slide in make_slides(lesson, notes):
        if not slide.below:
            stacks.append([])
        stacks[-1].append(slide_html(slide))
    values = {
        "title": escape(TITLE.match(lesson.notebook.cells[0].source)[0][2:].strip()),
        "colours": HtmlFormatter().get_style_defs(".slide pre"),
        "slides": "\n".join("\n".join(["<section>", *stack, "</section>"]) for stack in stacks),
    }
    return re.sub(r"{{(\w+)}}", lambda name: values[name[1]], PAGE.read_text(encoding="utf-8"))


def make_deck(lesson: Lesson) -> Path:
    deck, notes = DECKS / f"{lesson.name}.html", read_notes(lesson.room / "notes.md")
    DECKS.mkdir(parents=True, exist_ok=True)
    deck.write_text(make_page(lesson, notes), encoding="utf-8")
    print(deck.relative_to(ROOT))
    return deck


if __name__ == "__main__":
    npm.fetch(LIBRARIES, USED, DECKS / "lib")
    for lesson in lessons():
        make_deck(lesson)
