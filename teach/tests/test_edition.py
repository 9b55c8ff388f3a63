"""The student edition: no solution is in it, nothing that is held back, and a notebook of it runs alone."""

import copy
import csv
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from teach.student import copy_course, make_handout, student_edition
from tools.lesson import ROOT
from tools.repo import current

DESK = Path("data") / "service-desk"


def test_students_get_the_project_without_answers_and_without_what_is_held_back(tmp_path):
    given = tmp_path / "student"
    make_handout(given)
    cells = nbformat.read(given / "notebooks" / "project.ipynb", as_version=4).cells
    assert not any("solution" in cell.metadata.get("tags", []) or cell.get("outputs") for cell in cells)
    assert (given / DESK / "requests.csv").is_file()
    assert not [file for file in given.rglob("*") if file.name in ("held-back.csv", "notes.md", "answers.py")]
    with open(ROOT / DESK / "held-back.csv", encoding="utf-8", newline="") as file:
        held = next(csv.DictReader(file))["text"].encode()
    assert not [file for file in given.rglob("*.*") if file.is_file() and held in file.read_bytes()]
    assert all((given / "docs" / f"{page}.md").is_file() for page in ("own-data", "project"))


PUBLISH = """
import checks, torchnlp
words = ["<unk>", "<pad>", "bin", "lamp"]
print(torchnlp.publish(checks.project._Classifier(4, 2), ["waste", "streets"], "page.html", words=words))
"""


@pytest.mark.skipif(not (ROOT / "web").is_dir(), reason="publish needs the part web")
def test_students_get_all_that_publish_makes_a_page_of(tmp_path):
    copy_course(tmp_path)
    own = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(tmp_path / "notebooks")])}
    done = subprocess.run([sys.executable, "-c", PUBLISH], cwd=tmp_path, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "waste" in (tmp_path / "page.html").read_text(encoding="utf-8")


ODD = "Müller & Übung 中文 (1)"


@pytest.mark.parametrize("target, variable", [
    ("student", "CLASS"), ("collect", "FROM"), ("collect", "CLASS"), ("grade", "CLASS"), ("export", "CLASS"),
    ("check", "SUBMISSION"),
])  # fmt: skip
def test_a_term_and_what_was_handed_in_may_have_odd_names_in_an_odd_folder(tmp_path, target, variable):
    """Each is one word of what make would run; "&" is one where quotation marks are missing."""
    folder = tmp_path / ODD
    folder.mkdir()
    for part in ROOT.glob("[!.b]*"):  # all but what is hidden, and build
        (folder / part.name).symlink_to(part)
    # Under `make test-all` the environment speaks of that make.
    own = {name: value for name, value in os.environ.items() if name != "CONSTRAINTS" and "MAKE" not in name}
    command = ["make", "--dry-run", target, f"{variable}={ODD}"]
    words = shlex.split(subprocess.check_output(command, cwd=folder, env=own, text=True))
    assert ODD in words and "&" not in words


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


def test_a_lone_notebook_fetches_the_course_and_no_solution(served, tmp_path):
    """Its first cell, twice."""
    lesson = student_edition(nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4))
    first = next(cell.source for cell in lesson.cells if cell.cell_type == "code")
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{served.as_uri()}.insteadOf"}
    settings |= {"GIT_CONFIG_VALUE_0": f"https://github.com/{current(ROOT)}", "PYTHONPATH": ""}
    command = [sys.executable, "-c", first + "\n" + first + PROBE]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | settings, capture_output=True, encoding="utf-8")
    *ready, course = done.stdout.splitlines() or [done.stderr]
    assert ready[:2] == ["Ready.", "Ready."] and Path(course).is_relative_to(tmp_path), done.stderr
    lessons = [file.read_text("utf-8") for file in Path(course).parent.glob("notebooks/*.ipynb")]
    assert lessons and not any("@title Solution" in lesson for lesson in lessons)


def test_without_git_a_lone_notebook_says_what_to_fetch_and_that_has_no_solution(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    lesson = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    first = next(cell for cell in student_edition(copy.deepcopy(lesson)).cells if cell.cell_type == "code")
    with pytest.raises(RuntimeError, match="git is missing: unpack https://.*/archive/student.zip, move"):
        exec(first.source, {})
