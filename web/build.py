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
from functools import partial
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image

from tools.lesson import ROOT
from web import figures, lesson_pages, npm, pages
from web.lesson_pages import SOURCES

PAGES = ["docs/*.md", "web/site/*.md", "INSTRUCTORS.md", "tests/README.md", "images/*.png"]
PAGES += ["notebooks/*.ipynb", "notebooks/*/*.ipynb", "notebooks/*/claims.md"]

PICTURE = re.compile(r'src="([^"]+\.png)"( width="\d+")?')
FONT_AS_SCRIPT = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>")  # half a megabyte: the icons are a font too
SEARCH = re.compile(r"<script[^>]*(searchtools|language_data|searchindex)\.js[^>]*></script>\s*")
EXPECTED = re.compile(r"\(expected [^()<]{1,80}: ok\)")  # after a result, which is what one should see
TERM = re.compile(r'<dt id="(term-[^"]+)">(?=.*?<dd>(.*?)</dd>)', re.S)  # of the glossary, and what it says of it


def gather() -> None:
    """Copy what becomes a page into one folder, as Sphinx wants it."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    for pattern in PAGES:
        for file in ROOT.glob(pattern):
            copy = SOURCES / (file.name if file.parent.name in ("docs", "site") else file.relative_to(ROOT))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def keep_icons(folder: Path) -> None:
    """The theme's font of icons, without the two thousand that no page shows."""
    files = [*folder.glob("**/*.html"), *folder.glob("_static/scripts/*theme*.js")]
    named = {name for file in files for name in re.findall(r"\bfa-[a-z-]+", file.read_text(encoding="utf-8"))}
    style = "".join(file.read_text(encoding="utf-8") for file in folder.glob("_static/**/*.css"))
    icons = re.compile(r'([^{}]*)\{--fa:"\\([0-9a-f]+)"\}')
    shown = {code for names, code in icons.findall(style) if named & set(re.findall(r"fa-[\w-]+", names))}
    shown |= set(re.findall(r'"\\(f[0-9a-f]{3})"', icons.sub("", style)))  # what the style puts before some part
    for file in folder.glob("_static/vendor/fontawesome/webfonts/*.woff2"):
        pages.subset_font(TTFont(file), [int(code, 16) for code in shown]).save(file)


def with_width(folder: Path, picture: re.Match) -> str:
    """The tag of a picture, and as --wide the width at which its letters are 18 pixels high. A diagram, which has
    1360 points, has larger ones than a plot. web/site/_static/course.css shows them 11 to 15 pixels high.
    """
    with Image.open(folder / picture[1]) as image:
        return f'{picture[0]} style="--wide: {510 if image.width == 1360 else image.width // 2}"'


def terms(glossary: Path) -> str:
    """What the glossary says of each term, without its links, as a script: see web/site/_static/follow.js."""
    found = TERM.findall(glossary.read_text(encoding="utf-8"))
    said = {name: re.sub(r"</?a\b[^>]*>", "", text) for name, text in found}
    return f"window.terms = {json.dumps(said, ensure_ascii=False)};\n"


def make_site(folder: Path) -> None:
    gather()
    npm.fetch(*npm.KATEX)
    # -W: a warning, such as a link that leads nowhere, ends the build with an error.
    options = ["-W", "--keep-going", "-q", "-E", "-c", "web/site", "-d", "build/site-doctrees"]
    if subprocess.run([sys.executable, "-m", "sphinx", *options, str(SOURCES), str(folder)], cwd=ROOT).returncode:
        sys.exit("Sphinx found faults in the pages; they stand above.")
    for file in folder.rglob("*.html"):
        # A fold is named by the words that one sees. myst-nb has one name for all of them, which hides these words.
        page = file.read_text(encoding="utf-8").replace('<summary aria-label="Toggle hidden content">', "<summary>")
        page = PICTURE.sub(partial(with_width, file.parent), page)
        page = page if file.name == "search.html" else SEARCH.sub("", page)
        page = FONT_AS_SCRIPT.sub("", page).replace("<img ", '<img loading="lazy" ')
        page = EXPECTED.sub(r'<span class="expected">\g<0></span>', page)
        page = lesson_pages.CODE.sub(lesson_pages.in_lines, page)
        page = page.replace('<div id="pst-primary', '<div role="complementary" aria-label="Site" id="pst-primary')
        file.write_text(page, encoding="utf-8")
    for pattern in ("*/*.map", "*macros.html", "katex/*/fonts/*[!2]"):  # what no page asks for
        for file in folder.glob(f"_static/{pattern}"):
            file.unlink()
    keep_icons(folder)
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
