"""Make build/site, the course as a web site. It opens from the disk or from any server, without a network.

Pages come from site/, lessons from notebooks/ with their saved outputs: nothing is run. site/conf.py says what becomes
of a lesson. Needs the packages of site/requirements.txt, and once a network for MathJax.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.site import figures, npm, pages

ROOT = Path(__file__).resolve().parents[2]

SOURCES = ROOT / "build" / "site-sources"
PAGES = ["site/*.md", "INSTRUCTORS.md", "tests/README.md"]
PAGES += ["notebooks/*.ipynb", "notebooks/appendix/*.ipynb", "notebooks/claims/*.md"]
PICTURES = ["images/*.png"]
LIBRARIES = ["mathjax@3.2.2"], ["mathjax/es5/tex-svg.js"], ROOT / "build" / "site-libraries"  # for npm.fetch


def gather() -> None:
    """Copy what becomes a page into one folder, as Sphinx wants it. What has not changed keeps its time."""
    wanted = set()
    for pattern in PAGES + PICTURES:
        for file in ROOT.glob(pattern):
            copy = SOURCES / (file.name if file.parent.name == "site" else file.relative_to(ROOT))
            wanted.add(copy)
            if not copy.is_file() or copy.read_bytes() != file.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
    for file in SOURCES.rglob("*.*"):
        if file.is_file() and file not in wanted:
            file.unlink()


def make_site(folder: Path) -> None:
    gather()
    npm.fetch(*LIBRARIES)
    # -W: a warning, such as a link that leads nowhere, ends the build with an error.
    options = ["-W", "--keep-going", "-q", "-E", "-c", str(ROOT / "site"), "-d", str(ROOT / "build" / "site-doctrees")]
    subprocess.run([sys.executable, "-m", "sphinx", *options, str(SOURCES), str(folder)], cwd=ROOT, check=True)
    for file in folder.rglob("*.html"):
        # A fold is named by the words that one sees. myst-nb has one name for all of them, which hides these words.
        page = file.read_text(encoding="utf-8")
        file.write_text(page.replace('<summary aria-label="Toggle hidden content">', "<summary>"), encoding="utf-8")
    for file in folder.glob("_static/*/*.map"):  # 3.5 MB of the theme's, for those who mend its scripts
        file.unlink()
    figures.numbers(folder)
    for name in pages.PAGES:
        page = pages.make_page(name)
        if page.parent != folder:
            shutil.copy(page, folder)


def main() -> None:
    folder = ROOT / "build" / "site"
    try:
        make_site(folder)
    except subprocess.CalledProcessError:
        sys.exit("Sphinx found faults in the pages; they stand above.")
    size = sum(file.stat().st_size for file in folder.rglob("*.*") if file.is_file())
    print(f"{folder / 'index.html'}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
