"""Other people's machines, emulated: a lone notebook, old packages, folders with blanks and brackets."""

import copy
import importlib.metadata
import os
import re
import runpy
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


@pytest.mark.parametrize("package, there, said", [
    ("torch", "2.2.2", "torch 2.2.2 is too old: the course needs torch>=2.9. .*pip install --upgrade .*Colab"),
    ("torchtext", "0.18.0", "torchtext 0.18.0 is too new: the course needs torchtext==0.6.0"),
])  # fmt: skip
def test_the_first_cell_does_not_say_ready_to_a_package_that_does_not_fit(monkeypatch, capsys, package, there, said):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: there if name == package else real(name))
    with pytest.raises(RuntimeError, match=said):
        runpy.run_path(str(ROOT / "notebooks" / "install.py"))
    assert "Ready" not in capsys.readouterr().out


ODD = "Müller & Übung 中文 (1)"
TOLD = '#!/bin/sh\nprintf "%s " "$0" "data=$TORCHNLP_DATA" "path=$PYTHONPATH"; printf "[%s]" "$@"; echo\n'


@pytest.fixture
def make(tmp_path):
    """make("student", CLASS="term") is what it prints in an odd folder, where programs say what they were told."""
    folder = tmp_path / ODD
    bin = folder / ".venv" / "bin"
    for file in [*ROOT.glob("**/requirements.txt"), ROOT / "Makefile"]:
        (folder / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / file.relative_to(ROOT))
    for made in (folder / ODD, bin, folder / ".venv" / "tools"):
        made.mkdir(parents=True)
    for program in ("python", "jupyter"):
        (bin / program).write_text(TOLD, encoding="utf-8")
        (bin / program).chmod(0o755)
    for name in (".ready", "tools.ready", "tests.ready", "site.ready", "tools/teaching.ready"):
        (folder / ".venv" / name).touch()

    def make(target, **variables):
        command = ["make", "--silent", target, *(f"{name}={value}" for name, value in variables.items())]
        # Under `make test-all` the environment speaks of that make.
        own = {name: value for name, value in os.environ.items() if name != "CONSTRAINTS" and "MAKE" not in name}
        return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=True).stdout

    return make


@pytest.mark.parametrize("target", ["lab", "test", "notebooks", "arithmetic"])
@pytest.mark.parametrize("outside", ["", "/media/"])
def test_a_folder_of_data_with_an_odd_name_arrives_whole(make, tmp_path, target, outside):
    said = make(target, DATA=f"{outside}{ODD}")
    assert f"data={outside or f'{tmp_path}/{ODD}/'}{ODD} " in said
    if target == "arithmetic":
        assert f"path={tmp_path}/{ODD}/tools/upkeep/arithmetic " in said
    assert "data=sample " in make("test")  # a word


@pytest.mark.parametrize("target, variable", [
    ("student", "CLASS"), ("collect", "FROM"), ("collect", "CLASS"), ("grade", "CLASS"), ("export", "CLASS"),
    ("check", "SUBMISSION"),
])  # fmt: skip
def test_a_term_and_what_was_handed_in_may_have_odd_names(make, tmp_path, target, variable):
    assert f"[{ODD}]" in make(target, **{variable: ODD})
    assert f"{tmp_path}/{ODD}/.venv/bin/jupyter" in make("marks", CLASS=ODD)


# ------------------------------------------------ one notebook and nothing else, where what Colab lacks is missing


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
