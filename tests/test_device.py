"""Every lesson runs on a GPU: here on a stand-in, which refuses what a GPU refuses."""

import csv
import functools
import itertools
from pathlib import Path
from unittest.mock import Mock

import IPython.display
import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest
import torch
from IPython.core.inputtransformer2 import TransformerManager
from stand_in_device import DEVICE, StandIn, stand_in_device
from torch import nn
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import run_rnn

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
BATCHES = 2  # of each epoch


@pytest.fixture(scope="module")
def few_articles(tmp_path_factory):
    """A folder with some of the small corpus, its texts cut to a few words."""
    folder = tmp_path_factory.mktemp("few")
    for name, articles in {"train.csv": 1_200, "test.csv": 60}.items():
        with open(torchnlp.SAMPLE / name, encoding="utf-8", newline="") as lines:
            rows = [[label, title, " ".join(text.split()[:8])] for label, title, text in csv.reader(lines)]
        with open(folder / name, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows[:articles])
    (folder / "classes.txt").write_text("\n".join(torchnlp.AG_NEWS_CLASSES))
    return folder


@pytest.fixture
def short(monkeypatch):
    """An epoch is a few batches, nothing is drawn, and the word vectors are read once for all notebooks."""
    every_batch = DataLoader.__iter__

    def first_batches(loader):  # with gradients on, somebody trains
        return itertools.islice(every_batch(loader), BATCHES if torch.is_grad_enabled() else None)

    monkeypatch.setattr(DataLoader, "__iter__", first_batches)
    monkeypatch.setattr(torchnlp, "load_vectors", load_vectors)
    monkeypatch.setattr(IPython.display, "display", Mock())
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    with matplotlib.rc_context():
        yield


load_vectors = functools.cache(torchnlp.load_vectors)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_device(path, few_articles, fresh, short, monkeypatch):
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("TORCHNLP_DATA", str(few_articles))
    monkeypatch.delenv("TORCHNLP_FULL", raising=False)
    magics = Mock(run_cell_magic=lambda name, line, text: Path(line).write_text(text, encoding="utf-8"))
    names = {"__name__": "__main__", "get_ipython": lambda: magics}
    import time
    spent=[]
    with stand_in_device():
        for i, cell in enumerate(code_cells(path)):
            code = compile(TransformerManager().transform_cell(cell.source), f"<{cell.id} of {path.stem}>", "exec")
            t=time.perf_counter()
            exec(code, names)
            spent.append((time.perf_counter()-t, cell.id))
    import sys
    print([ (round(a,1),b) for a,b in sorted(spent,reverse=True)[:14]], sum(a for a,b in spent), file=sys.stderr)
