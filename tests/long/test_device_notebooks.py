"""Every notebook runs on a GPU: here on a stand-in, which refuses what a GPU refuses."""

import itertools
import re
import sys
import types
from pathlib import Path
from unittest.mock import Mock

import matplotlib.pyplot as plt
import nbformat
import pytest
import torch
from IPython.core.inputtransformer2 import TransformerManager
from stand_in_device import stand_in_device
from torch.utils.data import DataLoader

import torchnlp

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/*/*.ipynb")])

KNOBS = {  # what makes training longer than its loaders do
    r"\bsteps=\d+": "steps=25", r"^STEPS = .*": "STEPS = 25", r"\brepeats=\d+": "repeats=4", r"\bmost=\d+": "most=6",
    r":30_000\]": ":3_000]", r"\bin steps:": "in steps[:2]:", r"(\bin \w+\(.*)\bsteps\):": r"\g<1>10):",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_device(path, kind, few_articles, short, monkeypatch, capsys):
    """All its cells run, and its solutions are right."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("TORCHNLP_DATA", str(few_articles))
    magics = Mock(run_cell_magic=lambda name, line, text: Path(line).write_text(text, encoding="utf-8"))
    names, lessons = {"__name__": "__main__", "get_ipython": lambda: magics}, types.ModuleType("lessons")
    monkeypatch.setitem(sys.modules, "lessons", lessons)
    for name in [name for name in sys.modules if name.split(".")[0] == "checks"]:
        monkeypatch.delitem(sys.modules, name)  # it reads SPARSE when it is imported
    with stand_in_device(kind):
        exec(shortened((ROOT / "notebooks" / "lessons.py").read_text(encoding="utf-8")), lessons.__dict__)
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                code = shortened(TransformerManager().transform_cell(cell.source))
                capsys.readouterr()
                exec(compile(code, f"<cell {cell.id}>", "exec"), names)
                answer = "solution" in cell.metadata.get("tags", [])
                assert not (answer and ": not yet" in capsys.readouterr().out), cell.id


@pytest.fixture(scope="module")
def few_articles(tmp_path_factory):
    """A folder with a part of the small corpus."""
    folder = tmp_path_factory.mktemp("few")
    for name, articles in {"train.csv": 480, "test.csv": 60}.items():
        rows = (torchnlp.SAMPLE / name).read_text(encoding="utf-8").splitlines()[:articles]
        (folder / name).write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def short(fresh, paper, monkeypatch):
    """Training is short, and no figure stays open."""
    every_batch = DataLoader.__iter__

    def first_batches(loader):  # where gradients are computed, somebody trains; the few batches of a check are counted
        return itertools.islice(every_batch(loader), 2 if torch.is_grad_enabled() and len(loader) > 4 else None)

    monkeypatch.setattr(DataLoader, "__iter__", first_batches)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))


def shortened(source):
    for knob, small in KNOBS.items():
        source = re.sub(knob, small, source, flags=re.M)
    return source
