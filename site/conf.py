"""How Sphinx makes the site. tools/site/build.py gathers the pages and starts it."""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from textwrap import shorten

import nbformat
import sphinxcontrib.katex as katex
from docutils.nodes import paragraph
from PIL import Image
from sphinx.search.zh import SearchChinese

from tools.language import LANGUAGE, say
from tools.lesson import is_picture, recorded, short, spoken, to_read
from tools.site import figures, lesson_pages, npm, pages
from tools.teaching import repo
from tools.upkeep.minutes import core_of
from tools.upkeep.readme import result_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = ROOT / "build" / "site-sources"
OWNER, NAME = repo.current(ROOT).split("/")
GITHUB = f"https://github.com/{OWNER}/{NAME}"

project = say("Recurrent neural networks for text")
extensions = ["myst_nb", "sphinx_design", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinxcontrib.katex"]
language = LANGUAGE
html_search_options = {"dict": str(HERE / "words.txt")}  # in Chinese: what counts as one word
SearchChinese.language_name = "English"  # its stemmer in the page is that of English; Sphinx 9.0 looks for another

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "substitution", "colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/icon.svg"
html_static_path = ["_static", str(ROOT / "images" / "fonts" / "OFL.txt"), str(npm.KATEX[2])]
html_css_files = ["typeface.css", "course.css"]  # the first is made in build.py
html_js_files = ["follow.js"]
templates_path = ["_templates"]
html_sidebars = {
    "**": ["navbar-logo.html", "icon-links.html", "search-button-field.html", "play.html", "sbt-sidebar-nav.html"]
}
html_context = {"default_mode": "auto"}
katex_prerender = True  # formulas are set here, not in the reader's browser
katex_css_path = "katex/dist/katex.min.css"
# By a port: on a busy machine the other way asks its server before it listens, and gives up.
katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
katex.NODEJS_BINARY, katex.STARTUP_TIMEOUT, katex.RENDER_TIMEOUT = npm.command("node"), 120, 120
html_domain_indices = False  # of Python: of its modules there is one
html_theme_options = {
    "repository_url": GITHUB,
    "repository_branch": "main",
    "use_repository_button": True,
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "home_page_in_toc": False,
    "navbar_persistent": [],
    "footer_content_items": ["extra-footer"],
    "extra_footer": say("Code: MIT. Lessons and diagrams: CC BY 4.0. The small corpus: CC0."),
    "search_bar_text": say("Search..."),
    "show_toc_level": 2,
}


# What takes the place of a word in capitals in index.md, and what is done to each page before it is read.


LINK = re.compile(r" \(\[.*?\)\)")  # in a result; a card is a link
BEGINNING = re.compile(r"(.*?\d\.\d+){1,2}")  # of a result, with two figures


def lesson_cards() -> str:
    """A card for each lesson, with its first picture, its time and its result; the last one is the project's."""
    (SOURCES / "cards").mkdir()
    cards = [
        (lesson.number, name, lesson.settings["title"], lesson.settings["builds"], LINK.sub("", result_of(lesson)))
        for name, lesson in lesson_pages.LESSONS.items()
    ]
    last = say("a network of your own, from a table of texts to a page that you send to a friend")
    cards.append((len(cards) + 1, "project", say("The project"), last, ""))
    return "\n".join(["::::{grid} 1 2 3 4", ":gutter: 3", "", *(card(*part) for part in cards), "::::"])


def card(number: int, name: str, title: str, builds: str, result: str) -> str:
    notebook = to_read(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4))
    pictures = ((cell, output) for cell in notebook.cells for output in cell.get("outputs", []) if is_picture(output))
    cell, output = next(pictures)
    picture = Image.open(BytesIO(b64decode(output.data["image/png"]))).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    paper.thumbnail((480, 480))
    paper.convert("RGB").save(SOURCES / "cards" / f"{name}.webp", quality=60)
    alt = spoken(cell.metadata.get("caption", "")) or title
    lines = [f":::{{grid-item-card}} {number} · {title}", f":link: notebooks/{name}", ":link-type: doc"]
    lines += [f":img-top: cards/{name}.webp", f":img-alt: {alt}", "", f"{builds[0].upper()}{builds[1:]}.", ""]
    result = f"{result[:1].upper()}{BEGINNING.match(result)[0][1:]}" if result else ""
    minutes = say("{minutes:.0f} minutes.").format(minutes=core_of(notebook).minutes)
    lines += [f"*{minutes}* {result}", ":::", ""]
    return "\n".join(lines)


def scoreboard() -> str:
    """The table of models that a lesson recorded, with the line of its conditions below it."""
    (lesson,) = (lesson for lesson in lesson_pages.LESSONS.values() if "scoreboard" in recorded(lesson.notebook))
    rows = [["model", "test accuracy", "range"], ["---", "---:", "---:"], *lesson.figure("scoreboard")]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", f"For each: {lesson.figure('conditions')}."])


def elsewhere(source: Path, text: str) -> str:
    """Links to files of the course lead to their page, or to the repository if they have none."""

    def link(found: re.Match) -> str:
        file, anchor = (source.parent / found[1]).resolve(), found[2] or ""
        page = SOURCES / (file.name if file.parent == HERE else file.relative_to(ROOT))
        if page.exists():
            return f"](/{page.relative_to(SOURCES).as_posix()}{anchor})"
        return f"]({GITHUB}/blob/main/{file.relative_to(ROOT).as_posix()}{anchor})"

    return re.sub(r"\]\((?!\w+:)([^)#]+)(#[^)]*)?\)", link, text)


def read(app, docname, source) -> None:
    path, text = ROOT / app.env.doc2path(docname, base=False), source[0]
    if path.suffix == ".ipynb":
        text = lesson_pages.lesson_page(text, path.stem)
    elif docname == "index":
        studies = [path for lesson in lesson_pages.LESSONS.values() for path in lesson.studies]
        parts = {
            "HEADLINE": figures.headline_figure(),
            "BACKWARDS": figures.backwards_figure(file="reverser.js", share=True),
            "CARDS": lesson_cards(),
            "SCOREBOARD": scoreboard(),
            "STUDIES": "\n".join(short(path).removesuffix(".ipynb") for path in studies),
            "GITHUB": GITHUB,
            "NAME": NAME,
        }
        text = re.sub("|".join(rf"\b{name}\b" for name in parts), lambda name: parts[name[0]], text)
    elif docname in ("glossary", "references"):
        text = lesson_pages.with_places(elsewhere(HERE / path.name, text))
    elif docname.endswith("/claims"):
        text = lesson_pages.claims_page(elsewhere(path, text))
    else:
        text = lesson_pages.CELL.sub(r"[\g<0>](#\1)", elsewhere(path if path.exists() else HERE / path.name, text))
    source[0] = text


def as_rst(app, what, name, thing, options, lines) -> None:
    """Our docstrings are plain text: a star is a star, and what is indented or stands in backticks is code."""
    for i, line in enumerate(lines):
        if not line.startswith("    "):
            lines[i] = re.sub(r"`([^`]+)`", r"``\1``", line.replace("*", r"\*"))


def shared(app, pagename, templatename, context, doctree) -> None:
    """What a message shows beside a link to a page: its title and the words it begins with."""
    if doctree is None:
        return
    if pagename.startswith("notebooks/"):
        app.add_js_file("terms.js", loading_method="defer")  # see build.py
    paragraphs = (part.astext() for part in doctree.findall(paragraph))
    text = next((text for text in paragraphs if len(text) > 60), project)
    title = re.sub(r"<.*?>", "", context["title"])
    context["metatags"] += pages.share_tags(title, shorten(text, 160, placeholder=" …"))


def setup(app) -> None:
    app.connect("html-page-context", shared)
    app.connect("autodoc-process-docstring", as_rst)
    app.connect("source-read", read)
