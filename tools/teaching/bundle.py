"""Make build/bundle, one folder for a stick: the course for a room without a network.

    python -m tools.teaching.bundle                     packages for a system and a Python like this machine's
    python -m tools.teaching.bundle windows macos-3.12  ... for others: linux, macos, windows, with -3.11, -3.12, -3.13
    python -m tools.teaching.bundle all                 ... for all nine, some GB

uv (fetched into build/uv) finds out which packages another system needs, pip downloads them. For Linux the small build
of PyTorch is taken, without CUDA, or none. What cannot be had is left out, and index.html says so.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from tools.teaching.plain_page import page
from tools.teaching.slides import markdown
from tools.teaching.student import make_handout

ROOT = Path(__file__).resolve().parents[2]

PYTHONS = ["3.11", "3.12", "3.13"]
TITLE = "Recurrent neural networks for text"
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
MANYLINUX = [*(f"_2_{minor}" for minor in range(28, 4, -1)), "2014", "2010", "1"]
SYSTEMS = {  # name: (what a page calls it, what uv calls it, the tags of its wheels for pip)
    "linux": (
        "Linux (Intel and AMD)",
        "x86_64-manylinux_2_28",
        [*(f"manylinux{tag}_x86_64" for tag in MANYLINUX), "linux_x86_64"],
    ),
    "macos": ("macOS 13 or newer (Apple silicon)", "aarch64-apple-darwin", ["macosx_13_0_arm64"]),
    "windows": ("Windows (64 bit)", "x86_64-pc-windows-msvc", ["win_amd64"]),
}


class Target(NamedTuple):
    system: str
    python: str

    def __str__(self) -> str:
        return f"{SYSTEMS[self.system][0]}, Python {self.python}"


# ------------------------------------------------------------------------------------- for which machines


def this_machine() -> Target:
    system = {"Darwin": "macos", "Windows": "windows"}.get(platform.system(), "linux")
    return Target(system, ".".join(platform.python_version_tuple()[:2]))


def targets_of(names: list[str]) -> list[Target]:
    """ "windows" is every Python on it, "windows-3.12" one; nothing is this machine. Raises ValueError."""
    machines, found = [Target(system, python) for system in SYSTEMS for python in PYTHONS], []
    for name in names:
        meant = [target for target in machines if name in ("all", target.system, f"{target.system}-{target.python}")]
        if not meant:
            said = f"linux, macos or windows, alone or with one of -{', -'.join(PYTHONS)}; or all"
            raise ValueError(f'"{name}" is no machine that the bundle knows: {said}.')
        found += meant
    return list(dict.fromkeys(found)) or [this_machine()]


def wanted() -> str:
    return (ROOT / "requirements.txt").read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------- wheels


def run(*command, **settings) -> str:
    """What a command printed on its output. settings: of its environment. Raises RuntimeError with its first error."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env={**os.environ, **settings})
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise RuntimeError(next((line for line in lines if re.match(r"(?i)error", line)), lines[-1]))
    return done.stdout


def pip(*arguments, **settings) -> str:
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, **settings)


def uv() -> Path:
    folder = ROOT / "build" / "uv"
    if not (folder / "bin").is_dir():
        print("Fetching uv")
        pip("install", "--quiet", "--target", folder, "uv")
    return Path(shutil.which("uv", path=folder / "bin"))


def download(target: Target, wheels: Path, *wanted) -> None:
    """Wheels for a target, and nothing that they need in their turn. Raises RuntimeError."""
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", wheels, "--find-links", wheels]
    tags = [f"--platform={tag}" for tag in SYSTEMS[target.system][2]]
    # What this machine's pip is held to is no rule for another machine.
    pip("download", *options, *tags, "--python-version", target.python, *wanted, PIP_CONSTRAINT=os.devnull)


def small_torch(target: Target, wheels: Path) -> list[str]:
    """For Linux the exact version of PyTorch's build without CUDA, for the others nothing. Raises RuntimeError."""
    if target.system != "linux":
        return []
    pattern = f"torch-*+cpu-cp{target.python.replace('.', '')}-*linux*.whl"
    if not any(wheels.glob(pattern)):
        lines = [line for line in wanted().splitlines() if line.startswith("torch>")]
        try:
            download(target, wheels, *lines, "--index-url", CPU_BUILDS, "--retries", 1, "--timeout", 10)
        except RuntimeError as error:
            raise RuntimeError(f"PyTorch without CUDA was not to be had from {CPU_BUILDS}: {error}") from error
    return [f"torch=={max((file.name.split('-')[1] for file in wheels.glob(pattern)), key=Version)}"]


def resolve(target: Target, wheels: Path, needs: list[str], *options) -> str:
    """The exact versions of all packages that a target needs, a line each. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as aside:
        file = Path(aside) / "needs.txt"
        file.write_text("\n".join(needs), encoding="utf-8")
        chosen = ["--python-platform", SYSTEMS[target.system][1], "--python-version", target.python]
        plain = ["--quiet", "--no-header", "--no-annotate", "--only-binary", ":all:", "--find-links", wheels]
        return run(uv(), "pip", "compile", *plain, *chosen, *options, file)


def fetch(target: Target, wheels: Path) -> None:
    """All packages for one kind of machine. Raises RuntimeError with the reason when one cannot be had."""
    wheels.mkdir(parents=True, exist_ok=True)
    needs = wanted().splitlines()
    index = ["--index-url", os.environ["PIP_INDEX_URL"]] if os.environ.get("PIP_INDEX_URL") else []
    exact = resolve(target, wheels, [*needs, *small_torch(target, wheels)], *index).split("\n")
    download(target, wheels, *(line for line in exact if "==" in line))
    resolve(target, wheels, needs, "--offline", "--no-index")  # could such a machine install it from these alone?


# ------------------------------------------------------------------------------------------ the rest


def find_news(data: Path | None) -> Path | None:
    """The folder whose news go along: the one that is named, or the cache if it holds AG News, whole.

    The name "sample" stands for none: the small corpus comes with the course.
    """
    if data == Path("sample"):
        return None
    if data:
        missing = [name for name in ("train.csv", "test.csv") if not (data / name).is_file()]
        if missing:
            raise ValueError(f"{data} has no {missing[0]}.")
        return data
    import pooch

    import torchnlp

    cache, files = Path(pooch.os_cache("torchnlp")), torchnlp.AG_NEWS_FILES
    whole = [(cache / name).is_file() and pooch.file_hash(cache / name, "md5") == files[name][1] for name in files]
    return cache if all(whole) else None


def copy_students(folder: Path, news: Path | None) -> None:
    make_handout(folder / "course")
    for name in ("train.csv", "test.csv", "classes.txt"):
        if news and (news / name).is_file():
            (folder / "data").mkdir(exist_ok=True)
            shutil.copy(news / name, folder / "data")
    shutil.copy(ROOT / "requirements.txt", folder)
    shutil.copy(ROOT / "tools" / "teaching" / "bundle_start.py", folder / "start.py")


def copy_instructor(folder: Path) -> None:
    for name, module in {"slides": "tools.teaching.slides", "site": "tools.site.build"}.items():
        subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=True)
        shutil.copytree(ROOT / "build" / name, folder / name)
    shutil.copy(ROOT / "INSTRUCTORS.md", folder)
    shutil.copytree(ROOT / "notebooks" / "notes", folder / "notebooks" / "notes")


FOR_STUDENTS = """
Everything is in this folder, and nothing comes from the network. Copy the folder to your disk first: from a stick it is slow.

1. You need one of the Pythons in the list below (`python3 --version`, on Windows `py --version`, says which you have).
2. In a terminal, in this folder: `python3 start.py` (on Windows `py start.py`). The first time it installs the packages into the folder `.venv` here, which takes some minutes. Then JupyterLab opens with lesson 1.
3. Type your name into the second cell of a lesson. Save the notebook, and hand in that one file, from `course/notebooks`.

By hand: in a virtual environment `pip install --no-index --find-links wheels -r requirements.txt`; then, in the folder `course`, `TORCHNLP_DATA={data} jupyter lab` (on Windows `set TORCHNLP_DATA={data}`, and `jupyter lab`).
"""  # noqa: E501
FOR_YOU = """
One folder for a room without a network.

- **[students](students/index.html)** is for the stick, or for a shared folder. It holds the student edition (no solutions), the packages, the news, and a page that says how to start. Try it yourself the evening before, on one machine of each kind, with the network off.
- **instructor** is yours: the [decks](instructor/slides) (S opens your notes), the [site](instructor/site/index.html), [the guide](instructor/INSTRUCTORS.md), the [notes with the plans](instructor/notebooks/notes). The site shows the lessons with their solutions, folded; so it is not in `students`.

Python itself is not in it: put the installers of python.org for Windows and macOS beside the folder, of a version in the list. Forty people and one stick: copy `students` to a few machines first, and let each of them serve the next.
"""  # noqa: E501
SAMPLE = "The lessons run on the small corpus of the course, which is in `course/data/sample`."
NEWS = "The news are in `data`. If they are AG News: for teaching and research; do not publish them."


def list_of(found: dict[Target, str]) -> str:
    """Which machines the wheels are for, and which are left out and why. found: the reason, or nothing."""
    have = [f"- {target}" for target, why in found.items() if not why] or ["- no machine: see below"]
    lack = [f"- {target}: `` {why} ``" for target, why in found.items() if why]
    return "\n".join(["## Packages are here for\n", *have, *(["\n## Left out\n", *lack] if lack else [])])


def write_pages(folder: Path, found: dict[Target, str]) -> None:
    news = (folder / "students" / "data" / "train.csv").is_file()
    how = FOR_STUDENTS.format(data="../data" if news else "sample")
    for place, title, text in ("students", "start here", how), (".", "the bundle", FOR_YOU):
        body = markdown("\n\n".join([text, list_of(found), NEWS if news else SAMPLE]))
        (folder / place / "index.html").write_text(page(f"{TITLE}: {title}", body), encoding="utf-8")


def make_bundle(folder: Path, targets: list[Target], news: Path | None) -> dict[Target, str]:
    """Returns for each target why it is left out, or nothing. Wheels that are there already are kept."""
    students = folder / "students"
    for old in [*folder.glob("*"), *students.glob("*")]:
        if old not in (students, students / "wheels"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    found = {}
    for target in targets:
        print(f"Packages for {target}", flush=True)
        try:
            fetch(target, students / "wheels")
            found[target] = ""
        except RuntimeError as error:
            found[target] = str(error)
            print(f"  left out: {error}")
    copy_students(students, news)
    copy_instructor(folder / "instructor")
    write_pages(folder, found)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("machines", nargs="*", help="linux, macos, windows, one with -3.12, or all; else this machine")
    parser.add_argument("--data", type=Path, help="the folder with the news that go along")
    args = parser.parse_args()
    try:
        targets, news = targets_of(args.machines), find_news(args.data)
    except ValueError as error:
        sys.exit(str(error))
    folder = ROOT / "build" / "bundle"
    found = make_bundle(folder, targets, news)
    have = sum(not why for why in found.values())
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"build/bundle: {size / 1e9:.1f} GB, for {have} of {len(found)} kinds of machine")
    print("The news: " + (f"those of {news}" if news else "the small corpus; AG News is not in the cache"))
    return int(all(found.values()))


if __name__ == "__main__":
    sys.exit(main())
