"""Make build/site, the course as a web site. It opens from the disk or from any server, without a network.

Pages come from site/, lessons from notebooks/ with their saved outputs: nothing is run. site/conf.py says what becomes
of a lesson. Needs the packages of site/requirements.txt, and once a network for what sets the formulas.
"""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from PIL import Image

from tools.site import figures, pages

ROOT = Path(__file__).resolve().parents[2]

SOURCES = ROOT / "build" / "site-sources"
PAGES = ["site/*.md", "INSTRUCTORS.md", "tests/README.md", "images/*.png"]
PAGES += ["notebooks/*.ipynb", "notebooks/*/*.ipynb", "notebooks/*/claims.md"]


def gather() -> None:
    """Copy what becomes a page into one folder, as Sphinx wants it."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    for pattern in PAGES:
        for file in ROOT.glob(pattern):
            copy = SOURCES / (file.name if file.parent.name == "site" else file.relative_to(ROOT))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


# The theme draws its icons with a script of 1.5 MB. One that stands in the page needs none.
ICON = re.compile(r'<(?P<tag>i|span) class="(?P<rest>[^"]*\bfa[bs]?(?:-solid)? fa-(?P<name>[\w-]+)[^>]*)></(?P=tag)>')
PICTURE = re.compile(r'<img(?P<rest>[^>]* src="(?P<file>[^":]+\.png)"[^>]*?)(?: width="(?P<width>\d+)")? ?/?>')


@cache
def outline(name: str, script: Path) -> tuple[str, str, str]:
    """An icon's width, height and path."""
    icon = rf'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^]]*\],"\w+","([^"]+)"\]'
    return re.findall(icon, script.read_text(encoding="utf-8"))[-1]  # the last is the solid one


def lighter(page: str, file: Path, script: Path) -> str:
    """The page with its icons inside; a picture further down has its place at once, and comes when one is near it."""
    seen = []

    def drawn(icon: re.Match) -> str:
        width, height, path = outline(icon["name"], script)
        box = f'viewBox="0 0 {width} {height}" aria-hidden="true"'
        return f'<svg class="outline {icon["rest"]} {box}><path d="{path}"/></svg>'

    def sized(image: re.Match) -> str:
        with Image.open(file.parent / image["file"]) as picture:
            width = int(image["width"] or picture.width)
            height = round(width * picture.height / picture.width)
        seen.append("_images/" in image["file"])
        later = ' loading="lazy"' * (sum(seen) > 1)
        return f'<img{image["rest"]} width="{width}" height="{height}"{later}>'

    # All icons of the theme, and the index of all words, which search.html alone reads.
    large = "fontawesome" if file.name == "search.html" else "fontawesome|searchtools|language_data|searchindex"
    page = re.sub(rf"<script [^>]*/?(?:{large})\.js[^>]*></script>", "", page)
    return ICON.sub(drawn, PICTURE.sub(sized, page))


def make_site(folder: Path) -> None:
    gather()
    # -W: a warning, such as a link that leads nowhere, ends the build with an error.
    options = ["-W", "--keep-going", "-q", "-E", "-c", str(ROOT / "site"), "-d", str(ROOT / "build" / "site-doctrees")]
    if subprocess.run([sys.executable, "-m", "sphinx", *options, str(SOURCES), str(folder)], cwd=ROOT).returncode:
        sys.exit("Sphinx found faults in the pages; they stand above.")
    icons = folder / "_static" / "scripts" / "fontawesome.js"
    for file in folder.rglob("*.html"):
        # A fold is named by the words that one sees. myst-nb has one name for all of them, which hides these words.
        page = file.read_text(encoding="utf-8").replace('<summary aria-label="Toggle hidden content">', "<summary>")
        page = page.replace('<div id="pst-primary', '<div role="complementary" aria-label="Site" id="pst-primary')
        file.write_text(lighter(page, file, icons), encoding="utf-8")
    style = folder / "_static" / "styles" / "pydata-sphinx-theme.css"  # a fifth of it names icons
    style.write_text(re.sub(r"\.fa-[^{}]*\{--fa:[^}]*\}", "", style.read_text(encoding="utf-8")), encoding="utf-8")
    for file in [*folder.glob("_static/*/*.map"), icons]:  # 5 MB that no page asks for
        file.unlink()
    (folder / "_static" / "typeface.css").write_text(pages.faces(), encoding="utf-8")
    figures.numbers(folder)
    for name in pages.PAGES:
        pages.make_page(name, folder)


def main() -> None:
    folder = ROOT / "build" / "site"
    make_site(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*.*") if file.is_file())
    print(f"{folder / 'index.html'}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
