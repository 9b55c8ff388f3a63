"""Other people's machines, emulated: old packages, folders with blanks and brackets."""

import importlib.metadata
import os
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

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
