"""How Sphinx makes the site. web/build.py gathers the pages and starts it."""

import re
from html import escape
from pathlib import Path
from textwrap import shorten

import sphinxcontrib.katex as katex
from docutils.nodes import paragraph
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from pygments.formatters import HtmlFormatter
from sphinx.highlighting import PygmentsBridge
from sphinx.search.zh import SearchChinese

from tools.language import LANGUAGE, say
from tools.lesson import from_root, lessons, projects
from tools.minutes import core_of
from torchnlp import COLOURS
from web import figures, lesson_pages, npm, pages
from web.lesson_pages import GITHUB, with_links

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

project = say("Recurrent neural networks for text")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinxcontrib.katex"]
language = LANGUAGE
html_search_options = {"dict": str(HERE / "words.txt")}  # in Chinese: what counts as one word
SearchChinese.language_name = "English"  # its stemmer in the page is that of English; Sphinx 9.0 looks for another

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/icon.svg"
html_static_path = ["_static", str(ROOT / "images" / "fonts" / "OFL.txt"), str(npm.PACKAGES / "katex" / "dist")]
exclude_patterns = ["**/contrib/*", "**/katex*.js", "**/katex*.mjs", "**/*.ttf", "**/*.woff"]  # of KaTeX
html_css_files = ["typeface.css", "course.css"]  # the first is made in build.py
html_js_files = ["reading.js"]
templates_path = ["_templates"]
html_sidebars = {
    "**": ["navbar-logo.html", "icon-links.html", "search-button-field.html", "play.html", "sbt-sidebar-nav.html"]
}
html_context = {"default_mode": "auto"}
katex_prerender = True  # formulas are set here, not in the reader's browser
katex_css_path = "katex.min.css"
# By a port: on a busy machine the other way asks its server before it listens, and gives up.
katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
katex.NODEJS_BINARY, katex.STARTUP_TIMEOUT, katex.RENDER_TIMEOUT = npm.program("node"), 120, 120
html_domain_indices = False  # of Python: of its modules there is one
html_theme_options = {
    "repository_url": GITHUB,
    "repository_branch": "main",
    "use_repository_button": True,
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "navbar_persistent": [],
    "back_to_top_button": False,  # it would lie on the code
    "footer_content_items": ["extra-footer"],
    "extra_footer": say("Code: MIT. Lessons and diagrams: CC BY 4.0. The small corpus: CC0."),
    "search_bar_text": say("Search..."),
    "show_toc_level": 2,
}


# What takes the place of a word in capitals in index.md, and what is done to each page before it is read.

PROJECT = {
    "title": say("The project"),
    "question": say("What does a network of yours make of your own texts?"),
    "motif": {"h": "M10 30L86 10L56 56L42 38z", "x": "M42 38L86 10"},
}


def lesson_cards() -> str:
    """A card for each lesson, with its question, its drawing and its time; the last one is the project's."""
    rooms, cards = {lesson: lesson.settings for lesson in lessons()} | dict.fromkeys(projects(), PROJECT), []
    for number, (lesson, room) in enumerate(rooms.items(), start=1):
        hours = say("about {hours:.0f} h").format(hours=core_of(lesson.notebook).minutes / 60)
        paths = [f'<path stroke="{COLOURS.get(name, name)}" d="{path}"/>' for name, path in room["motif"].items()]
        drawing = f'<svg viewBox="0 0 96 64" aria-hidden="true">{"".join(paths)}</svg>'
        title, question = escape(room["title"]), escape(room["question"])
        words = f"<b>{number} · {title}</b><span>{question}</span><small>{hours}</small>"
        cards.append(f'<a href="notebooks/{lesson.name}.html">{drawing}{words}</a>')
    return "\n".join(cards)


def prepare_source(app, docname, source) -> None:
    path = ROOT / app.env.doc2path(docname, base=False)
    path = next(p for p in (path, ROOT / "docs" / path.name, HERE / path.name) if p.exists())
    text = lesson_pages.lesson_page(path) if path.suffix == ".ipynb" else with_links(path, source[0])
    if docname == "index":
        studies = [path for lesson in lesson_pages.LESSONS.values() for path in lesson.studies]
        parts = {
            "HEADLINE": figures.figure("headline"),
            "BACKWARDS": figures.figure("backwards", file="reverser.js", share=True),
            "CARDS": lesson_cards(),
            "STUDIES": "\n".join(from_root(path).removesuffix(".ipynb") for path in studies),
            "GITHUB": GITHUB,
            "NAME": GITHUB.rpartition("/")[2],
        }
        text = re.sub("|".join(rf"\b{name}\b" for name in parts), lambda name: parts[name[0]], text)
    elif docname in ("glossary", "references"):
        text = lesson_pages.with_cell_links(text)
    elif docname.endswith("/claims"):
        text = lesson_pages.claims_page(text)
    elif path.suffix == ".md":
        text = lesson_pages.CELL.sub(r"[\g<0>](#\1)", text)
    source[0] = text


def docstring_as_rst(app, what, name, thing, options, lines) -> None:
    """Our docstrings are plain text: a star is a star, and what is indented or stands in backticks is code."""
    for i, line in enumerate(lines):
        if not line.startswith("    "):
            lines[i] = re.sub(r"`([^`]+)`", r"``\1``", line.replace("*", r"\*"))


def add_share_tags(app, pagename, templatename, context, doctree) -> None:
    """What a message shows beside a link to a page: its title and the words it begins with."""
    if doctree is None:
        return
    if pagename.startswith("notebooks/"):
        app.add_js_file("terms.js", loading_method="defer")  # see build.py
    paragraphs = (part.astext() for part in doctree.findall(paragraph))
    text = next((text for text in paragraphs if len(text) > 60), project)
    title = re.sub(r"<.*?>", "", context["title"])
    context["metatags"] += pages.share_tags(title, shorten(text, 160, placeholder=" …"))


class LineByLine(HtmlFormatter):
    """Each line of code as an element, with the blanks it begins with: a phone breaks it, and goes on deeper."""

    def wrap(self, source):
        return super().wrap((is_line, self.apart(line)) for is_line, line in source)

    def apart(self, line: str) -> str:
        text = line.rstrip("\n")
        blanks = re.match("(?:<[^>]*>)*( *)", text)[1]
        return f'<span class="line" style="--indent: {len(blanks)}">{text}</span>\n'


def open_fold(translator, node) -> None:
    """A fold is named by the words that one sees. myst-nb has one name for all of them, which hides these words."""
    classes, name = " ".join(node["classes"]), escape(node["prompt_show"])
    translator.body.append(f'<details class="admonition hide {classes}">\n<summary>')
    translator.body.append(f'<p class="admonition-title">{name}</p></summary>\n')


def setup(app) -> None:
    PygmentsBridge.html_formatter = LineByLine
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, depart_HideCellInput))
    app.connect("builder-inited", lambda app: app.env.settings.update(image_loading="lazy"))
    app.connect("html-page-context", add_share_tags)
    app.connect("autodoc-process-docstring", docstring_as_rst)
    app.connect("source-read", prepare_source)
