"""Make a reveal.js deck of each lesson in build/slides. A deck opens from the disk, without a network.

The source is slides.md in the lesson's room: Markdown, in which each title begins a slide, with a line `===` before
the slides in reserve. Take the whole folder build/slides with you. A moving figure is build/figures/<name>.html, which
`make figures` of the part web writes; where that is missing, its words stand in its place. On a slide stand, each in a
line of its own:

    ## What the slide says        its title; that of the first slide has one #
    ![words](lstm-cell)           a diagram of images/draw.py, a moving figure, or what a cell shows, by the cell's id
    > text 2  x:cup  x:final      boxes in rows: x a word, h, b a state forward and backward, c, f, i, g, o, p padding,
                                  r wrong, y right, n neutral; ! a thick edge, ^3 three columns, . nothing
    <svg ...> to </svg>           what boxes cannot draw
    Open: l2-c0102                the class opens the notebook at this cell
    + answer                      comes with the next key, and all after it; so do +x:cup; asked: x:+cup and | +0.9 |;
                                  ++ comes one key later still
    Minutes: 2.5 · the cell       here the notes begin; after the dot, a new row of the plan begins with this slide

{padded} becomes, in the notes too, what the lesson or one of its studies recorded under this name; {points: padded}
100 times as much, {errors: padded} the rest to 100; {l2-c014, LSTM, 3} the third number that this cell printed behind
the first "LSTM". A line `Bars:` and an empty one above a table give its last column bars, or all numbers like
0.61 ± 0.24; `Bars: from 1` lets them begin at 1, `Bars: of 7,600` adds one standard error of so many articles.
"""

import re
import shutil
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import groupby
from pathlib import Path

from matplotlib import rc_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image
from pygments.formatters import HtmlFormatter

from images import draw
from tools.language import LANGUAGE, say
from tools.lesson import ROOT, Lesson, from_root, headings, is_picture, lessons, spoken, to_read

DECKS = ROOT / "build" / "slides"
PAGE = Path(__file__).with_suffix(".html")
FIGURES = ROOT / "build" / "figures"  # those that move
PACKAGES = ROOT / "build" / "npm-teach" / "node_modules"  # what package.json names
USED = ["reveal.js/dist", "reveal.js/plugin/notes", "mathjax/es5/tex-svg-full.js"]
EVERYWHERE = {"headline", "backwards"}  # these two may stand in every deck

NOTES = re.compile(r"^Minutes: (?P<minutes>\d+(?:\.\d+)?)(?: · (?P<row>.+))?$", flags=re.M)
GIVEN = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\{([^{}]+)\}", flags=re.S)  # braces of code are code's
SIGHT = r"!\[(?P<words>.*)\]\((?P<name>.+)\)|(?P<boxes>(?:> .*\n?)+)|(?P<svg><svg (?s:.*?)</svg>)"
SHOWN = r"(?P<shown>```(?s:.*?)```|\$\$(?s:.*?)\$\$|(?:Bars:.*\n\n)?(?:\|.*\n?)+)"  # code, a formula, a table
LINE = re.compile(rf"^(?:{SIGHT}|Open: (?P<cell>\S+)|{SHOWN})$", flags=re.M)
BOX = re.compile(r"(\+*)(?:([a-z]):)?(!?)(\+*)(.*?)(?:\^(\d))?")
CODES = {"python": HtmlFormatter(style="default"), "dark": HtmlFormatter(style="github-dark")}
WIDE = 1.75  # a picture of more times its height stands above or below the words, another one beside them
TALL = 1.2  # one of less takes the whole height


@dataclass
class Slide:
    title: str
    body: str  # Markdown, with the recorded results in their places
    minutes: float
    row: str  # of the plan; that of the slide before, unless it begins one
    notes: str
    reserve: bool


def given(lesson: Lesson, name: str) -> str:
    """What was recorded or printed, or the errors or points in 100. Raises LookupError."""
    kind, _, rest = name.rpartition(": ")
    shown = {"errors": errors, "points": points}.get(kind)
    return shown(lesson.figure(rest)) if shown else lesson.figure(name)


def errors(accuracy: str) -> str:
    return points(f"{1 - float(accuracy):.{len(accuracy) - 2}f}")


def points(share: str) -> str:
    """8.4 of 0.084: in 100, with all its digits."""
    return f"{100 * float(share):.{max(0, len(share.partition('.')[2]) - 2)}f}"


def read_deck(lesson: Lesson) -> list[Slide]:
    """The slides in a lesson's room. Raises ValueError, which names the file, the slide and what is missing."""
    file, found = lesson.room / "slides.md", []
    if not file.is_file():
        raise ValueError(f"{from_root(file)} is missing: the deck, and what to say on each slide")
    for reserve, part in enumerate(file.read_text(encoding="utf-8").split("\n===\n")):
        for text in re.split(r"\n(?=## )", part.strip()):
            heading, _, rest = text.strip().partition("\n")
            minutes = NOTES.search(rest)
            if not minutes or not re.match("##? ", heading):
                raise ValueError(f'{from_root(file)}, "{heading}": a slide has a title, ## ..., and a line Minutes: 2')
            try:
                parts = rest[: minutes.start()], rest[minutes.end() :]
                body, notes = (GIVEN.sub(lambda it: given(lesson, it[1]) if it[1] else it[0], each) for each in parts)
            except LookupError as error:
                raise ValueError(
                    f'{from_root(file)}, "{heading}": {error}. `expect` and `record` give the names'
                ) from None
            row = minutes["row"] or (found[-1].row if found else "")
            found.append(Slide(heading, body.strip(), float(minutes["minutes"]), row, notes.strip(), bool(reserve)))
    return found


def plan_of(lesson: Lesson) -> list[tuple[str, float, str, list[str]]]:
    """The plan's rows, without the reserve: (what, minutes, which slides, the cells that the class opens)."""
    shown, plan = [each for each in enumerate(read_deck(lesson), 1) if not each[1].reserve], []
    for row, those in groupby(shown, key=lambda each: each[1].row):
        numbers, slides = zip(*those)
        where = f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
        cells = [line["cell"] for slide in slides for line in LINE.finditer(slide.body) if line["cell"]]
        plan.append((row, sum(slide.minutes for slide in slides), where, cells))
    return plan


# ------------------------------------------------------------------------------------------ a slide's parts


def markdown(source: str) -> str:
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source)


def cell_of(lesson: Lesson, name: str):
    for cell in to_read(lesson.notebook).cells:
        if cell.id == name:
            return cell
    raise ValueError(f"{from_root(lesson.room / 'slides.md')}: {name} is no diagram, no moving figure and no cell")


def layers(name: str) -> tuple[list[bytes], float]:
    """One diagram as SVGs of one size, which lie upon each other, and its width over its height.

    Each has what was drawn up to a draw.grow(axis). There is no title, since a slide has its own.
    """
    found = []
    with rc_context(draw.TYPE | {"svg.hashsalt": name}):
        axis = draw.drawn(name, on_card=False)
        draw.grow(axis)
        for stage in sorted({artist.get_gid() for artist in axis.get_children()}):
            for artist in axis.get_children():
                artist.set_visible(artist.get_gid() == stage)
            file = BytesIO()
            axis.figure.savefig(file, format="svg", metadata={"Date": None})
            found.append(file.getvalue())
    return found, draw.WIDTH / axis.get_ylim()[1]


def picture_of(lesson: Lesson, name: str, words: str, step: int) -> tuple[str, float]:
    """(HTML, width over height) of a diagram in its layers, of a figure that moves, or of what a cell shows."""
    if name in EVERYWHERE | {*lesson.settings["figures"]}:
        if (figure := FIGURES / f"{name}.html").is_file():
            return f'<div class="moving">{figure.read_text(encoding="utf-8")}</div>', WIDE
        return f'<p class="still">{escape(words)}</p>', WIDE
    if name in draw.DRAWINGS:
        kind, (files, shape) = "svg+xml", layers(name)
    else:
        cell = cell_of(lesson, name)
        kind, files = "png", [b64decode(output.data["image/png"]) for output in cell.outputs if is_picture(output)]
        if not files:
            raise ValueError(f"{from_root(lesson.room / 'slides.md')}: {name} shows no picture")
        width, height = Image.open(BytesIO(files[0])).size
        words, shape = words or spoken(cell.metadata.get("caption", "")), width / height
    images = [f'src="data:image/{kind};base64,{b64encode(file).decode()}"' for file in files]
    more = "".join(f'<img {later(step, "+" * key)} {image} alt="">' for key, image in enumerate(images) if key)
    return f'<div class="layers"><img {images[0]} alt="{escape(words)}">{more}</div>', shape


def place_in(lesson: Lesson, name: str) -> str:
    """Where the class opens the notebook: the section, and the cell."""
    title, wanted = "", cell_of(lesson, name)
    for cell in lesson.notebook.cells:
        title = next((title for _, title in reversed(headings(cell))), title)
        if cell.id == wanted.id:
            return f'<p class="open"><b>{escape(title.replace("`", ""))}</b> <i>{name}</i></p>'


def later(step: int, answers: str) -> str:
    """The class of what comes with one of the next keys, as many as there are signs +."""
    return f'class="fragment" data-fragment-index="{step + len(answers)}"'


def boxes(source: str, step: int, room: float) -> str:
    """Rows of boxes, as large as the room for so many rows allows: those without a kind are words."""
    cells, rows, widths = [], source.strip().split("\n"), {}
    for number, row in enumerate(rows, 1):
        column = 1
        for cell in re.split(r"\s{2,}", row[1:].strip()):
            comes, kind, thick, asked, text, wide = BOX.fullmatch(cell).groups(default="")
            length = sum(15 + 15 * (sign > "\u2e80") for sign in text)  # a Chinese sign is as wide as two letters
            widths[column] = max(widths.get(column, 0), 74, 0 if wide else length + (44 if kind else 20))
            text = f"<span {later(step, asked)}>{escape(text)}</span>" if asked else escape(text)
            looks = f"box {kind}{' thick' * bool(thick)}" if kind else "word"
            place = f"grid-area: {number} / {column} / auto / span {wide or 1}"
            outer = f'<div {later(step, comes)} style="{place}">' if comes else f'<div style="{place}">'
            column += int(wide or 1)
            if cell != ".":
                cells.append(f'{outer}<div class="{looks}">{text}</div></div>')
    size = min(1.5, 1130 / sum(widths.values()), max(1, room / len(rows)))
    return f'<div class="boxes" style="zoom: {size:.2f}">{"".join(cells)}</div>'


def bar(value: float, base: float, low: float, high: float, error: float, room: int) -> str:
    """From the base to the value, with its error; the number follows. From low to high it is as wide as the room."""
    whole = max(value + error, base) - low

    def place(start, end, mark):
        left, width = (100 * part / whole for part in (start - low, end - start))
        return f'<{mark} style="left: {left:.1f}%; width: {width:.1f}%"></{mark}>'

    parts = place(*sorted([value, base]), "b") + place(base, base, "s") * bool(base or low)
    parts += place(value - error, value + error, "u") * bool(error)
    return f'<i style="width: {room * whole / (high - low):.1f}%">{parts}</i>'


def with_bars(html: str, asked: str) -> str:
    """A table with a bar at each number with a margin, or else of the last column. asked: "", "from 1", "of 7,600"."""
    number = margins = re.compile(r"<td[^>]*>(\+*)(-?[\d.]+)( ± ([\d.]+))</td>")
    if not margins.search(html):
        number = re.compile(r"<td[^>]*>(\+*)(\d[\d,]*(?:\.\d+)?)( ± ([\d.]+)|)</td>(?=\s*</tr>)")
    values = [(float(value.replace(",", "")), float(margin or 0)) for _, value, _, margin in number.findall(html)]
    kind, _, said = asked.replace(",", "").partition(" ")
    base, count = (float(said) if kind == word else 0 for word in ("from", "of"))
    room = 50 if number is margins else 72  # in percent of a column
    low = min(base, *(value - margin for value, margin in values))
    high = max(number is not margins, *(value + margin for value, margin in values))
    each = [(value * (100 - value) / count) ** 0.5 if count else margin for value, margin in values]
    bars = [bar(value, base, low, high, error, room) for (value, _), error in zip(values, each)]
    shown = r'<td class="bar">{0[1]}{1}{0[2]}{0[3]}</td>'
    return number.sub(lambda cell: shown.format(cell, bars.pop(0)).replace(">-", ">−"), html)


def with_answers(source: str, step: int) -> str:
    """Code, a formula or a table, which may have bars; what is asked in it comes later."""
    asked = re.match(r"Bars:(.*)\n\n", source)
    html = with_bars(markdown(source[asked.end() :]), asked[1].strip()) if asked else markdown(source)
    asked = re.compile(r"(<td[^>]*>)(\++)(.*?)</td>")
    return asked.sub(lambda cell: f"{cell[1]}<span {later(step, cell[2])}>{cell[3]}</span></td>", html)


def slide_html(lesson: Lesson, slide: Slide) -> str:
    asked, words, sights, shape, room = [], [], [], WIDE, 3.5 if re.search(r"```|\$\$", slide.body) else 5.5
    alone = not re.search(r"^(\++ )?(!\[|> |<svg)", slide.body, flags=re.M)  # then a table is the picture
    parts, step, layers = re.split(r"\n(\++)(?=\s)", slide.body), 0, 0
    for signs, source in zip(["", *parts[1::2]], parts[::2]):
        step, layers = step + layers + len(signs), 0
        source, start, when = source.strip(), 0, later(step, "") * bool(step)
        for line in [*LINE.finditer(source), None]:
            text = source[start : line.start() if line else None].strip()
            start = line.end() if line else start
            if text:  # what is asked stands below the title, what is answered at the bottom
                (words if step else asked).append(f"<div {when}>{markdown(text)}</div>")
            if line and line["cell"]:
                words.append(f"<div {when}>{place_in(lesson, line['cell'])}</div>")
            elif line and line["shown"]:
                place = sights if alone and line["shown"].startswith(("|", "Bars:")) else words
                place.append(f"<div {when}>{with_answers(line['shown'], step)}</div>")
            elif line and line["name"]:
                picture, width = picture_of(lesson, line["name"], line["words"], step)
                shape, layers = min(shape, width), picture.count('<img class="fragment"')
                sights.append(f"<div {when}>{picture}</div>")
            elif line:
                sights.append(f"<div {when}>{line['svg'] or boxes(line['boxes'], step, room)}</div>")
    layout = "tall" if shape < TALL else "beside" if shape < WIDE else "above"
    if not sights or layout != "above":
        asked, words = [], asked + words
    kinds = ["reserve"] * slide.reserve + [layout] * bool(sights and asked + words)
    places = ("words", asked), ("sights", sights), ("words", words)
    parts = [f'<div class="{place}">{"".join(those)}</div>' for place, those in places if those]
    said = markdown(f"**{slide.minutes:g} min · {slide.row}**\n{slide.notes}".replace("\n", "\n\n"))
    return f"""<section data-timing="{60 * slide.minutes:g}"><div class="slide {" ".join(kinds)}">
{markdown(slide.title)}<div class="body">{"".join(parts)}</div></div>
<aside class="notes">{said}</aside></section>"""


# ------------------------------------------------------------------------------------------------- the page


def make_deck(lesson: Lesson) -> Path:
    slides = read_deck(lesson)
    values = {
        "number": str(lesson.number),
        "language": LANGUAGE.replace("_", "-"),
        "reserve": say("in reserve"),
        "title": escape(slides[0].title[2:]),
        "code": CODES["python"].get_style_defs("pre") + CODES["dark"].get_style_defs(".dark pre"),
        "slides": "\n".join(slide_html(lesson, slide) for slide in slides),
    }
    deck = DECKS / f"{lesson.name}.html"
    DECKS.mkdir(parents=True, exist_ok=True)
    page = PAGE.read_text(encoding="utf-8")
    deck.write_text(re.sub(r"{{(\w+)}}", lambda name: values[name[1]], page), encoding="utf-8")
    print(deck.relative_to(ROOT))
    return deck


def take_along() -> None:
    """What all decks share: reveal.js, MathJax, the typeface, and the numbers of the figures that move."""
    for name in USED:
        source, target = PACKAGES / name, DECKS / "lib" / name
        if not source.exists():
            sys.exit(f"{from_root(source)} is missing: make slides fetches it, which needs a network once.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    shutil.copytree(ROOT / "images" / "fonts", DECKS / "lib" / "fonts", dirs_exist_ok=True)
    for numbers in FIGURES.glob("*.js"):
        shutil.copy(numbers, DECKS)


if __name__ == "__main__":
    take_along()
    for lesson in lessons():
        try:
            make_deck(lesson)
        except ValueError as error:
            sys.exit(str(error))
