"""Make build/site, the course as a web site. It opens from the disk or from any server, without a network.

Pages come from docs/ and web/site/, lessons from notebooks/ with their saved outputs: nothing is run.
web/site/conf.py says what becomes of a lesson. Needs the packages of web/requirements.txt, and once a network for
the typeface of the formulas.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.lesson import ROOT
from web import figures, npm, pages
from web.lesson_pages import SOURCES

PAGES = ["docs/*.md", "web/site/*.md", "INSTRUCTORS.md", "tests/README.md", "images/*.png"]
PAGES += ["notebooks/*.ipynb", "notebooks/*/*.ipynb", "notebooks/*/claims.md"]

TERM = re.compile(r'<dt id="(term-[^"]+)">(?=.*?<dd>(.*?)</dd>)', re.S)  # of the glossary, and what it says of it


def gather() -> None:
    """Copy what becomes a page into one folder, as Sphinx wants it."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    for pattern in PAGES:
        for file in ROOT.glob(pattern):
            copy = SOURCES / (file.name if file.parent.name in ("docs", "site") else file.relative_to(ROOT))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def terms(glossary: Path) -> str:
    """What the glossary says of each term, without its links, as a script: see web/site/_static/reading.js."""
    found = TERM.findall(glossary.read_text(encoding="utf-8"))
    said = {name: re.sub(r"</?a\b[^>]*>", "", text) for name, text in found}
    return f"window.terms = {json.dumps(said, ensure_ascii=False)};\n"


def make_site(folder: Path) -> None:
    gather()
    npm.bundle()
    # -W: a warning, such as a link that leads nowhere, ends the build with an error.
    options = ["-W", "--keep-going", "-q", "-E", "-c", "web/site", "-d", "build/site-doctrees"]
    if subprocess.run([sys.executable, "-m", "sphinx", *options, str(SOURCES), str(folder)], cwd=ROOT).returncode:
        sys.exit("Sphinx found faults in the pages; they stand above.")
    # The theme's icons are there as a font too, and nobody needs one and a half megabytes of them on each page.
    (folder / "_static" / "scripts" / "fontawesome.js").write_text("", encoding="utf-8")
    (folder / "_static" / "typeface.css").write_text(pages.faces(), encoding="utf-8")
    (folder / "_static" / "terms.js").write_text(terms(folder / "glossary.html"), encoding="utf-8")
    figures.numbers(folder)
    figures.share_picture(folder / "share.png")
    for name in pages.PAGES:
        pages.make_page(name, folder)


def main() -> None:
    folder = ROOT / "build" / "site"
    make_site(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*.*") if file.is_file())
    print(f"{folder / 'index.html'}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
