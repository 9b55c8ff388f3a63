"""Other people's machines, emulated: a lone notebook, old packages, folders with blanks and brackets."""

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

from tools.repo import current

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.mark.parametrize("target", ["lab", "test", "notebooks", "arithmetic"])
def test_data_may_have_odd_names_in_an_odd_folder(tmp_path, target):
    """Each is one word of what make would run; "&" is one where quotation marks are missing."""
    folder = tmp_path / ODD
    folder.mkdir()
    for part in ROOT.glob("[!.b]*"):  # all but what is hidden, and build
        (folder / part.name).symlink_to(part)
    # Under `make test-all` the environment speaks of that make.
    own = {name: value for name, value in os.environ.items() if name != "CONSTRAINTS" and "MAKE" not in name}
    for value, wanted in {ODD: folder / ODD, f"/media/{ODD}": f"/media/{ODD}", "sample": "sample"}.items():
        command = ["make", "--dry-run", target, f"DATA={value}"]
        words = shlex.split(subprocess.check_output(command, cwd=folder, env=own, text=True))
        assert f"TORCHNLP_DATA={wanted}" in words and "&" not in words


def test_without_git_a_lone_notebook_says_what_to_fetch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    notebook = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    with pytest.raises(RuntimeError, match="git is missing: unpack https://.*/archive/HEAD.zip, move"):
        exec(first.source, {})


def test_a_lone_notebook_fetches_the_course(tmp_path):
    """Its first cell, twice, from a git repository with the course as it is now."""
    course, served = tmp_path / "course", tmp_path / "course.git"
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))
    me = ["-c", "user.name=course", "-c", "user.email=course@localhost", "-c", "commit.gpgsign=false"]
    for command in (
        ["init", "--quiet", "--initial-branch", "main"], ["add", "--all"],
        [*me, "commit", "--quiet", "--message", "course"], ["clone", "--quiet", "--bare", course, served],
    ):  # fmt: skip
        subprocess.run(["git", *command], cwd=course, check=True, capture_output=True)
    (alone := tmp_path / "alone").mkdir()
    lesson = nbformat.read(ROOT / "notebooks" / "1-simple-rnn.ipynb", as_version=4)
    first = next(cell.source for cell in lesson.cells if cell.cell_type == "code")
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{served.as_uri()}.insteadOf"}
    settings |= {"GIT_CONFIG_VALUE_0": f"https://github.com/{current(ROOT)}", "PYTHONPATH": ""}
    probe = "import torchnlp\nfrom lessons import RNNClassifier\ntorchnlp.show_diagram('rnn-cell')\n"
    command = [sys.executable, "-c", f"{first}\n{first}\n{probe}print(torchnlp.__file__)"]
    done = subprocess.run(command, cwd=alone, env=os.environ | settings, capture_output=True, encoding="utf-8")
    *ready, file = done.stdout.splitlines() or [done.stderr]
    assert ready[:2] == ["Ready.", "Ready."] and Path(file).is_relative_to(alone), done.stderr
