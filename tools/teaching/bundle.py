"""Make build/bundle, one folder for a stick: the course for a room without a network.

    python -m tools.teaching.bundle                     packages for a system and a Python like this machine's
    python -m tools.teaching.bundle windows macos-3.12  ... for others: linux, macos, windows, with -3.11 to -3.14
    python -m tools.teaching.bundle all                 ... for all twelve, some GB

uv (installed beside pip) finds out which packages another system needs, pip downloads them. For Linux the small build
of PyTorch is taken, without CUDA, or none. What cannot be had is left out, and index.html says so.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pooch

from tools.teaching.plain_page import page
from tools.teaching.slides import markdown
from tools.teaching.student import make_handout

ROOT = Path(__file__).resolve().parents[2]

TITLE = "Recurrent neural networks for text"
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
MANYLINUX = [*(f"_2_{minor}" for minor in range(28, 4, -1)), "2014", "2010", "1"]
SYSTEMS = {  # name: (what a page calls it, what uv calls it, the tags of its wheels for pip)
    "linux": (
        "Linux (Intel and AMD)",
        "x86_64-manylinux_2_28",
        [*(f"manylinux{tag}_x86_64" for tag in MANYLINUX), "linux_x86_64"],
    ),
    # PyTorch for macOS 13 ends at 2.11. (uv would take macOS 13: `run` tells it otherwise.)
    "macos": ("macOS 14 or newer (Apple silicon)", "aarch64-apple-darwin", ["macosx_14_0_arm64"]),
    "windows": ("Windows (64 bit)", "x86_64-pc-windows-msvc", ["win_amd64"]),
}
MACHINES = [f"{system}-{python}" for system in SYSTEMS for python in ("3.11", "3.12", "3.13", "3.14")]


# ------------------------------------------------------------------------------------- for which machines


def this_machine() -> str:
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")
    return f"{system}-{sys.version_info.major}.{sys.version_info.minor}"


def machines_of(names: list[str]) -> list[str]:
    """ "windows" is every Python on it, "windows-3.12" one, "all" all; nothing is this machine."""
    meant = [machine for machine in MACHINES if "all" in names or machine.startswith(tuple(names))]
    return meant or [this_machine()]


def title_of(machine: str) -> str:
    system, python = machine.split("-")
    return f"{SYSTEMS[system][0]}, Python {python}"


# --------------------------------------------------------------------------------------------- wheels


def run(*command, given: str = "") -> str:
    """What a command printed. given: what it reads. Raises RuntimeError with its first error, or its last line."""
    options = {"input": given, "capture_output": True, "encoding": "utf-8"}
    done = subprocess.run(list(map(str, command)), **options, env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"})
    if done.returncode != 0:
        raise RuntimeError(re.search(r"(?im)^error.*|.*\Z", done.stderr.strip())[0])
    return done.stdout


def pip(*arguments) -> None:
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def fetch(machine: str, wheels: Path) -> None:
    """All packages for one kind of machine. Raises RuntimeError with the reason when one cannot be had."""
    system, python = machine.split("-")
    _, name, tags = SYSTEMS[system]
    needs = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    only = ["--quiet", "--python-version", python, "--only-binary", ":all:", "--find-links", wheels]
    resolve = [sys.executable, "-m", "uv", "pip", "compile", *only, "--no-header", "--no-annotate", "-"]
    resolve += ["--python-platform", name]
    download = ["download", *only, "--no-deps", "--dest", wheels, *(f"--platform={tag}" for tag in tags)]
    pip("install", "--quiet", "uv")
    wheels.mkdir(parents=True, exist_ok=True)
    exact = []
    if system == "linux":
        torch = [line for line in needs.splitlines() if line.startswith("torch>")]
        try:
            pip(*download, *torch, "--index-url", CPU_BUILDS, "--retries", 1, "--timeout", 10)
        except RuntimeError as error:
            raise RuntimeError(f"PyTorch without CUDA was not to be had from {CPU_BUILDS}: {error}") from error
        (small,) = wheels.glob(f"torch-*+cpu-cp{python.replace('.', '')}-*linux*.whl")
        exact = [f"torch=={small.name.split('-')[1]}"]
    index = ["--index-url", os.environ["PIP_INDEX_URL"]] if os.environ.get("PIP_INDEX_URL") else []
    chosen = run(*resolve, *index, given="\n".join([needs, *exact]))
    pip(*download, *(line for line in chosen.splitlines() if "==" in line))
    run(*resolve, "--offline", "--no-index", given=needs)  # could such a machine install it from these alone?


# ------------------------------------------------------------------------------------------ the rest


def find_news(data: Path | None) -> Path | None:
    """The folder whose news go along: the one that is named, or the cache if it holds AG News.

    The name "sample" stands for none: the small corpus comes with the course.
    """
    if data == Path("sample"):
        return None
    folder = data or Path(pooch.os_cache("torchnlp"))
    whole = (folder / "train.csv").is_file() and (folder / "test.csv").is_file()
    if data and not whole:
        sys.exit(f"{data} has not both train.csv and test.csv.")
    return folder if whole else None


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
    for notes in ROOT.glob("notebooks/*/notes.md"):
        copy = folder / notes.relative_to(ROOT)
        copy.parent.mkdir(parents=True)
        shutil.copy(notes, copy)


FOR_STUDENTS = """
Everything is in this folder, and nothing comes from the network. Copy the folder to your disk first: from a stick it is slow.

1. You need one of the Pythons in the list below (`python3 --version`, on Windows `py --version`, says which you have).
2. In a terminal, in this folder: `python3 start.py` (on Windows `py start.py`). The first time it installs the packages into the folder `.venv` here, which takes some minutes. Then JupyterLab opens with lesson 1.
3. Type your name into the second cell of a lesson. Save the notebook, and hand in that one file, from `course/notebooks`.

By hand: in a virtual environment `pip install --no-index --find-links wheels -r requirements.txt`; then, in the folder `course`, `TORCHNLP_DATA={data} jupyter lab` (on Windows first `set TORCHNLP_DATA={data}`, in PowerShell `$env:TORCHNLP_DATA = "{data}"`, and then `jupyter lab`).
"""  # noqa: E501
FOR_YOU = """
One folder for a room without a network.

- **[students](students/index.html)** is for the stick, or for a shared folder. It holds the student edition (no solutions), the packages, the news, and a page that says how to start. Try it yourself the evening before, on one machine of each kind, with the network off.
- **instructor** is yours: the [decks](instructor/slides) (S opens your notes), the [site](instructor/site/index.html), [the guide](instructor/INSTRUCTORS.md), the [notes with the plans](instructor/notebooks). The site shows the lessons with their solutions, folded; so it is not in `students`.

Python itself is not in it: put the installers of python.org for Windows and macOS beside the folder, of a version in the list. Forty people and one stick: copy `students` to a few machines first, and let each of them serve the next.
"""  # noqa: E501
SAMPLE = "The lessons run on the small corpus of the course, which is in `course/data/sample`."
NEWS = "The news are in `data`. If they are AG News: for teaching and research; do not publish them."


def list_of(found: dict[str, str]) -> str:
    """Which machines the wheels are for, and which are left out and why. found: the reason, or nothing."""
    have = [f"- {title_of(machine)}" for machine, why in found.items() if not why] or ["- no machine: see below"]
    lack = [f"- {title_of(machine)}: `` {why} ``" for machine, why in found.items() if why]
    return "\n".join(["## Packages are here for\n", *have, *(["\n## Left out\n", *lack] if lack else [])])


def write_pages(folder: Path, found: dict[str, str], news: Path | None) -> None:
    how = FOR_STUDENTS.format(data="../data" if news else "sample")
    for place, title, text in ("students", "start here", how), (".", "the bundle", FOR_YOU):
        body = markdown("\n\n".join([text, list_of(found), NEWS if news else SAMPLE]))
        (folder / place / "index.html").write_text(page(f"{TITLE}: {title}", body), encoding="utf-8")


def make_bundle(folder: Path, machines: list[str], news: Path | None) -> dict[str, str]:
    """Returns for each machine why it is left out, or nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    found = dict.fromkeys(machines, "")
    for machine in machines:
        print(f"Packages for {title_of(machine)}", flush=True)
        try:
            fetch(machine, folder / "students" / "wheels")
        except RuntimeError as error:
            found[machine] = str(error)
            print(f"  left out: {error}")
    copy_students(folder / "students", news)
    copy_instructor(folder / "instructor")
    write_pages(folder, found, news)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ["all", *SYSTEMS, *MACHINES]
    parser.add_argument("machines", nargs="*", help=f"some of {', '.join(known)}; without one this machine")
    parser.add_argument("--data", type=Path, help="the folder with the news that go along")
    args = parser.parse_args()
    if set(args.machines) - set(known):  # choices=known would refuse to have none, in Python 3.11
        parser.error(f"these are machines that it knows: {', '.join(known)}")
    news, folder = find_news(args.data), ROOT / "build" / "bundle"
    found = make_bundle(folder, machines_of(args.machines), news)
    have = sum(not why for why in found.values())
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"build/bundle: {size / 1e9:.1f} GB, for {have} of {len(found)} kinds of machine")
    print("The news: " + (f"those of {news}" if news else "the small corpus; AG News is not in the cache"))
    return int(all(found.values()))


if __name__ == "__main__":
    sys.exit(main())
