"""Every lesson runs on a GPU: here on a stand-in, which refuses what a GPU refuses."""

import ast
import csv
import functools
import itertools
import re
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
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader

import torchnlp

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
BATCHES = 2  # that a network is trained on, in each epoch
KNOBS = {r"\bsteps=\d+": "steps=25", r"^STEPS = .*": "STEPS = 25"}  # of toys that stay on the CPU

load_vectors = functools.cache(torchnlp.load_vectors)  # once for all notebooks


@pytest.fixture(scope="module")
def few_articles(tmp_path_factory):
    """A folder with a part of the small corpus, its texts cut to a few words."""
    folder = tmp_path_factory.mktemp("few")
    for name, articles in {"train.csv": 1_000, "test.csv": 60}.items():
        with open(torchnlp.SAMPLE / name, encoding="utf-8", newline="") as lines:
            rows = [[label, title, " ".join(text.split()[:8])] for label, title, text in csv.reader(lines)]
        with open(folder / name, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows[:articles])
    (folder / "classes.txt").write_text("\n".join(torchnlp.AG_NEWS_CLASSES))
    return folder


@pytest.fixture
def steps_on_the_device():
    """Counts the optimizers' steps that change weights on the stand-in: a list of their lengths."""
    steps = []

    def note(optimizer, args, kwargs):
        if any(weight.device == DEVICE for group in optimizer.param_groups for weight in group["params"]):
            steps.append(optimizer)

    hook = register_optimizer_step_pre_hook(note)
    yield steps
    hook.remove()


@pytest.fixture
def short(monkeypatch):
    """Training is short, and nothing is shown."""
    every_batch, train_epoch = DataLoader.__iter__, torchnlp.train_epoch

    def first_batches(loader):  # where gradients are computed, somebody trains
        return itertools.islice(every_batch(loader), BATCHES if torch.is_grad_enabled() else None)

    def short_epoch(net, batches, *args, **kwargs):
        return train_epoch(net, itertools.islice(batches, BATCHES), *args, **kwargs)

    monkeypatch.setattr(DataLoader, "__iter__", first_batches)
    monkeypatch.setattr(torchnlp, "train_epoch", short_epoch)
    monkeypatch.setattr(torchnlp, "load_vectors", load_vectors)
    monkeypatch.setattr(IPython.display, "display", Mock())
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    with matplotlib.rc_context():
        yield


class ShortLoops(ast.NodeTransformer):
    """A loop around an optimizer's step goes through few_rounds(...)."""

    def visit_For(self, loop):
        self.generic_visit(loop)
        if any(isinstance(node, ast.Attribute) and node.attr == "step" for node in own_nodes(loop.body)):
            loop.iter = ast.Call(ast.Name("few_rounds", ast.Load()), [loop.iter], [])
        return loop


def own_nodes(statements):
    """All that is in these statements, but not in the loops among them."""
    for node in statements:
        if not isinstance(node, ast.For):
            yield node
            yield from own_nodes(ast.iter_child_nodes(node))


def compiled(cell):
    source = TransformerManager().transform_cell(cell.source)
    for knob, small in KNOBS.items():
        source = re.sub(knob, small, source, flags=re.M)
    tree = ast.fix_missing_locations(ShortLoops().visit(ast.parse(source)))
    return compile(tree, f"<cell {cell.id}>", "exec")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_device(path, few_articles, fresh, short, steps_on_the_device, monkeypatch):
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("TORCHNLP_DATA", str(few_articles))
    monkeypatch.delenv("TORCHNLP_FULL", raising=False)

    def few_rounds(rounds):
        before = len(steps_on_the_device)
        for one in rounds:
            yield one
            if len(steps_on_the_device) - before >= BATCHES:
                return

    magics = Mock(run_cell_magic=lambda name, line, text: Path(line).write_text(text, encoding="utf-8"))
    names = {"__name__": "__main__", "get_ipython": lambda: magics, "few_rounds": few_rounds}
    import time, sys

    spent = []
    total = time.process_time()
    with stand_in_device():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                t = time.process_time()
                n = len(steps_on_the_device)
                exec(compiled(cell), names)
                spent.append((round(time.process_time() - t, 1), len(steps_on_the_device) - n, cell.id))
    print(
        "\nSPENT",
        path.stem,
        time.process_time() - total,
        sorted(spent, reverse=True)[:12],
        len(steps_on_the_device),
        file=sys.stderr,
    )
