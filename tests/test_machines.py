"""Other people's machines, emulated: the clock of Windows, old packages, folders with blanks and brackets."""

import importlib.metadata
import os
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils import benchmark

import torchnlp

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def run_cells(lesson, ids, names, knob=("", "")):
    """Run these cells of a lesson in the namespace. knob: what a student changes, and into what."""
    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "notebooks" / lesson, as_version=4).cells}
    for cell in ids:
        exec(compile(cells[cell].replace(*knob), cell, "exec"), names)


@pytest.fixture
def windows_clock(fresh, monkeypatch):
    """Processor time moves in steps of 15.6 ms, as on Windows."""
    whole = time.process_time
    monkeypatch.setattr(time, "process_time", lambda: whole() // 0.015625 * 0.015625)
    monkeypatch.setattr(sys, "platform", "win32")
    torch.manual_seed(0)


def test_lesson_3_times_packing_with_the_clock_of_windows(windows_clock, capsys):
    def batch(low):
        lengths = torch.randint(low, 41, (64,)).sort(descending=True).values
        return torch.randint(2, 50, (64, int(lengths[0]))), lengths

    names = vars(torchnlp) | {"nn": nn, "pack_padded_sequence": pack_padded_sequence, "vocab": range(50)}
    names |= {"embedding": nn.Embedding(50, 64), "batch_of": {"one length": batch(40), "mixed": batch(10)}}
    run_cells("3-packed-sequences.ipynb", ["l3-c119", "l3-c120", "l3-c241"], names)
    assert all(0.2 < times < 50 for row in names["cost"].values() for times in row.values())
    lstm = names["cost"]["LSTM"]
    assert lstm["mixed, index"] < lstm["mixed, packed"]  # about a third, so a clock without steps leaves no doubt
    shares = [float(line.split()[-4]) for line in capsys.readouterr().out.splitlines() if "packing costs" in line]
    assert len(shares) == 3 and all(0.1 < share < 10 for share in shares)


def test_lesson_7_times_a_scan_with_the_clock_of_windows(windows_clock):
    names = vars(torchnlp) | {"nn": nn, "benchmark": benchmark}
    shorter = "texts, T = 1, 1_000", "texts, T = 1, 100"
    for _ in range(4):
        run_cells("7-attention-and-after.ipynb", ["l7-c075", "l7-c228", "l7-c080"], names, shorter)
        assert names["T"] == 100 and 0.01 < names["slow"] / names["fast"] < 1000  # a busy machine is no error


@pytest.mark.parametrize(
    "package, there, said",
    [
        ("torch", "2.2.2", "torch 2.2.2 is too old: the course needs torch>=2.9. .*pip install --upgrade .*Colab"),
        ("torchtext", "0.18.0", "torchtext 0.18.0 is too new: the course needs torchtext==0.6.0"),
    ],
)
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
    (folder / ODD).mkdir(parents=True)
    for file in ROOT.glob("**/requirements.txt"):
        (folder / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / file.relative_to(ROOT))
    shutil.copy(ROOT / "Makefile", folder)
    for program in ("python", "jupyter"):
        (folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (folder / ".venv" / "bin" / program).write_text(TOLD, encoding="utf-8")
        (folder / ".venv" / "bin" / program).chmod(0o755)
    (folder / ".venv" / "tools").mkdir()
    for ready in (".ready", "tools.ready", "tests.ready", "site.ready", "tools/teaching.ready"):
        (folder / ".venv" / ready).touch()

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


def test_the_sample_stays_a_word(make):
    assert "data=sample " in make("test") and "data=sample " in make("lab", DATA="sample")


TERM = [("student", "CLASS"), ("collect", "FROM"), ("collect", "CLASS"), ("grade", "CLASS"), ("export", "CLASS")]


@pytest.mark.parametrize("target, variable", [*TERM, ("check", "SUBMISSION")])
def test_a_term_and_what_was_handed_in_may_have_odd_names(make, target, variable):
    assert f"[{ODD}]" in make(target, **{variable: ODD})


def test_the_table_of_points_opens_in_a_term_with_an_odd_name(make, tmp_path):
    assert f"{tmp_path}/{ODD}/.venv/bin/jupyter" in make("marks", CLASS=ODD)
