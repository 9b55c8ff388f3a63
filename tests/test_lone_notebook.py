"""A student downloads one notebook and nothing else, on a machine that lacks what Colab lacks."""

import copy
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import torch
import yaml

from tools.teaching.repo import current
from tools.teaching.student import make_handout, student_edition

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
HIDDEN = ["torchtext", "torchinfo"]  # not in Colab

PROBE = """
import torchinfo, torchnlp, torchtext
torchnlp.show_diagram("rnn-cell")
print("from", torchnlp.__file__, torchtext.__file__, torchinfo.__file__)
"""


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


def fresh_python(folder: Path) -> Path:
    """The python of a new virtual environment that has all packages of this one but the hidden ones."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    (ours,) = folder.glob("lib/python*/site-packages")
    for entry in Path(torch.__file__).parents[1].iterdir():
        if entry.suffix != ".pth" and not entry.name.startswith(tuple(HIDDEN)):
            (ours / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def pack_wheels(folder: Path) -> None:
    """Wheels of the hidden packages, packed from what is installed here, so that pip needs no network."""
    folder.mkdir()
    for name in HIDDEN:
        package = importlib.metadata.distribution(name)
        with zipfile.ZipFile(folder / f"{name}-{package.version}-py3-none-any.whl", "w") as wheel:
            for file in package.files:
                if file.suffix != ".pyc" and file.name not in ("INSTALLER", "REQUESTED", "direct_url.json"):
                    wheel.write(file.locate(), str(file))


@pytest.mark.parametrize("edition", [None, student_edition], ids=["lesson", "student edition"])
def test_a_lone_notebook_fetches_the_course_and_what_is_missing(edition, tmp_path, monkeypatch):
    """Lesson 1 down to the cell that loads the news, its set-up cell twice. The students' fetches no solution."""
    pack_wheels(tmp_path / "wheels")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    notebook = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    notebook = edition(notebook) if edition else notebook
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = next(i for i, cell in enumerate(code) if "load_dataset(" in cell.source)
    again, probe = nbformat.from_dict({**code[0], "id": "again"}), nbformat.v4.new_code_cell(PROBE)
    notebook.cells = [code[0], again, *code[1 : last + 1], probe]
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    alone = tmp_path / "downloads"
    alone.mkdir()
    cells = run_alone(tmp_path / "lesson.ipynb", fresh_python(tmp_path / "venv"), serve(tmp_path), alone)

    said = said_by(cells)
    assert said.count("Ready.") == 2 and "The bundled sample corpus" in said
    assert any("image/png" in output.get("data", {}) for output in cells[-1].outputs)
    # All from here: the course out of the clone, the hidden packages out of the new environment.
    course, *packages = re.search(r"^from (/.*)", said, flags=re.M)[1].split()
    (cloned,) = (file.parent for file in alone.glob("*/torchnlp.py"))
    assert course == str(cloned / "torchnlp.py")
    assert all(package.startswith(str(tmp_path / "venv")) for package in packages)
    lessons = [file.read_text("utf-8") for file in cloned.glob("notebooks/*.ipynb")]
    assert lessons and any("@title Solution" in lesson for lesson in lessons) == (edition is None)


def test_without_git_a_lone_notebook_says_what_to_fetch_and_its_students_fetch_no_solution(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    lesson = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    for notebook, archive in (lesson, "HEAD.zip"), (student_edition(copy.deepcopy(lesson)), "student.zip"):
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        with pytest.raises(RuntimeError, match=f"git is missing: unpack https://.*/archive/{archive}, move"):
            exec(first.source, {})
