"""Other people's machines, emulated: a lone notebook, old packages, folders with blanks and brackets."""

import copy
import importlib.metadata
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
import yaml

from tools.repo import current
from teach.student import make_handout, student_edition


ROOT = Path(__file__).resolve().parent.parent
INSTALL = str(ROOT / "notebooks" / "install.py")


@pytest.mark.parametrize("package, there, said", [
    ("torch", "2.2.2", "torch 2.2.2 is too old: the course needs torch>=2.9. .*pip install --upgrade .*Colab"),
    ("torchtext", "0.18.0", "torchtext 0.18.0 is too new: the course needs torchtext==0.6.0"),
])  # fmt: skip
def test_the_first_cell_does_not_say_ready_to_a_package_that_does_not_fit(monkeypatch, capsys, package, there, said):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: there if name == package else real(name))
    with pytest.raises(RuntimeError, match=said):
        runpy.run_path(INSTALL)
    assert "Ready" not in capsys.readouterr().out


def test_the_first_cell_installs_what_colab_lacks_or_says_what_could_not_be_installed(monkeypatch, capsys):
    real, run = importlib.metadata.version, Mock(return_value=Mock(returncode=0))

    def version(name):
        if name in ("torchtext", "torchinfo"):
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(subprocess, "run", run)
    runpy.run_path(INSTALL)
    assert capsys.readouterr().out == "Ready.\n"
    packages = run.call_args.args[0][5:]
    assert [re.match(r"\w+", package)[0] for package in packages] == ["torchtext", "torchinfo"]
    run.return_value.returncode = 1
    with pytest.raises(RuntimeError, match=f"{', '.join(packages)} could not be installed. Is there a network"):
        runpy.run_path(INSTALL)


ODD = "Müller & Übung 中文 (1)"


@pytest.mark.parametrize("target, variable", [
    ("lab", "DATA"), ("test", "DATA"), ("notebooks", "DATA"), ("arithmetic", "DATA"), ("student", "CLASS"),
    ("collect", "FROM"), ("collect", "CLASS"), ("grade", "CLASS"), ("export", "CLASS"), ("check", "SUBMISSION"),
])  # fmt: skip
def test_data_a_term_and_what_was_handed_in_may_have_odd_names_in_an_odd_folder(tmp_path, target, variable):
    """Each is one word of what make would run; "&" is one where quotation marks are missing."""
    folder = tmp_path / ODD
    folder.mkdir()
    for part in ROOT.glob("[!.b]*"):  # all but what is hidden, and build
        (folder / part.name).symlink_to(part)
    # Under `make test-all` the environment speaks of that make.
    own = {name: value for name, value in os.environ.items() if name != "CONSTRAINTS" and "MAKE" not in name}
    wanted = {ODD: ODD}
    if variable == "DATA":
        wanted = {value: f"TORCHNLP_DATA={folder / value}" for value in (ODD, f"/media/{ODD}")}
        wanted["sample"] = "TORCHNLP_DATA=sample"
    for value, word in wanted.items():
        command = ["make", "--dry-run", target, f"{variable}={value}"]
        words = shlex.split(subprocess.check_output(command, cwd=folder, env=own, text=True))
        assert word in words and "&" not in words


# ---------------------------------------------------------------------------------- one notebook and nothing else


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A git repository with the course as it is now, and the branch `student` as the workflow makes it."""
    folder = tmp_path_factory.mktemp("served")
    course, served = folder / "course", folder / "course.git"
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))

    def run(*command):
        subprocess.run(command, cwd=course, check=True, capture_output=True)

    run("git", "init", "--quiet", "--initial-branch", "main")
    run("git", "add", "--all")
    me = ["-c", "user.name=course", "-c", "user.email=course@localhost", "-c", "commit.gpgsign=false"]
    run("git", *me, "commit", "--quiet", "--message", "course")
    run("git", "clone", "--quiet", "--bare", course, served)
    run("git", "remote", "add", "origin", served)
    make_handout(course / "build" / "student")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    step = workflow["jobs"]["student"]["steps"][-1]["run"].replace(" build/zh/student", "")  # the English edition alone
    run("bash", "-ec", step)
    return served


PROBE = """
import torchnlp
from lessons import RNNClassifier
torchnlp.show_diagram("rnn-cell")
print(torchnlp.__file__)
"""


@pytest.mark.parametrize("edition", [lambda lesson: lesson, student_edition], ids=["lesson", "student edition"])
def test_a_lone_notebook_fetches_the_course_and_its_students_fetch_no_solution(edition, served, tmp_path):
    """Its first cell, twice."""
    lesson = edition(nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4))
    first = next(cell.source for cell in lesson.cells if cell.cell_type == "code")
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{served.as_uri()}.insteadOf"}
    settings |= {"GIT_CONFIG_VALUE_0": f"https://github.com/{current(ROOT)}", "PYTHONPATH": ""}
    command = [sys.executable, "-c", first + "\n" + first + PROBE]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | settings, capture_output=True, encoding="utf-8")
    *ready, course = done.stdout.splitlines() or [done.stderr]
    assert ready[:2] == ["Ready.", "Ready."] and Path(course).is_relative_to(tmp_path), done.stderr
    lessons = [file.read_text("utf-8") for file in Path(course).parent.glob("notebooks/*.ipynb")]
    assert lessons and any("@title Solution" in lesson for lesson in lessons) == (edition is not student_edition)


def test_without_git_a_lone_notebook_says_what_to_fetch_and_its_students_fetch_no_solution(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    lesson = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    for notebook, archive in (lesson, "HEAD.zip"), (student_edition(copy.deepcopy(lesson)), "student.zip"):
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        with pytest.raises(RuntimeError, match=f"git is missing: unpack https://.*/archive/{archive}, move"):
            exec(first.source, {})
