"""The npm packages that package.json names, and the scripts of the pages, which esbuild joins into one file each.

    python -m web.npm

writes web/bundles anew: after a change in web/js, commit the two of them that git knows.
"""

import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from tools.lesson import ROOT

HERE = Path(__file__).resolve().parent
PACKAGES = ROOT / "build" / "npm-web" / "node_modules"
BUNDLES = HERE / "bundles"
WITHOUT_NODE = ("watch", "reader")  # what torchnlp.watch and torchnlp.publish take: git has these bundles
OF_PAGES = (*WITHOUT_NODE, "playground", "writer", "headline", "backwards")


def program(name: str) -> str:
    """Where node or npm is: on this machine, or in the virtual environment (web/requirements.txt)."""
    found = shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))
    if not found:
        raise FileNotFoundError(f"{name} is missing: pip install -r web/requirements.txt")
    return found


def fetch() -> Path:
    """The folder of the packages. They are fetched once, and anew when package-lock.json changes."""
    lock, fetched = HERE / "package-lock.json", PACKAGES.parent / "package-lock.json"
    if fetched.is_file() and fetched.read_bytes() == lock.read_bytes():
        return PACKAGES
    # A folder of one's own until all is there: two at once do not disturb each other.
    with tempfile.TemporaryDirectory() as aside:
        for file in (HERE / "package.json", lock):
            shutil.copy(file, aside)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([program("npm"), "ci", *options], cwd=aside, check=True)
        shutil.rmtree(PACKAGES.parent, ignore_errors=True)
        shutil.copytree(aside, PACKAGES.parent, symlinks=True, dirs_exist_ok=True)
    return PACKAGES


def bundle(folder: Path = BUNDLES) -> Path:
    """Write each page's and each figure's script, with all that it imports, as one file in a folder.

    What a script exports is then in a variable `figure`.
    """
    scripts = [*(HERE / "js" / f"{name}.js" for name in OF_PAGES), *sorted(ROOT.glob("notebooks/*/*.js"))]
    options = ["--bundle", "--minify", "--format=iife", "--global-name=figure", "--charset=utf8", "--log-level=warning"]
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        esbuild = fetch() / "esbuild" / "bin" / "esbuild"
        options += ["--entry-names=[name]", f"--outdir={aside}"]
        subprocess.run([program("node"), esbuild, *options, *scripts], cwd=ROOT, check=True)
        folder.mkdir(exist_ok=True)
        for file in Path(aside).glob("*.js"):
            file.replace(folder / file.name)
    return folder


if __name__ == "__main__":
    bundle()
