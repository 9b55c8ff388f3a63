"""The module and every notebook run on a GPU: here on a stand-in, which refuses what a GPU refuses."""

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
from networks import Bag, Packed, each_network
from stand_in_device import DEVICE, stand_in_device
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import pad_length, train_epoch_emb

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/*/*.ipynb")])

KNOBS = {  # what makes training longer than its loaders do
    r"\bsteps=\d+": "steps=25", r"^STEPS = .*": "STEPS = 25", r"\brepeats=\d+": "repeats=4", r"\bmost=\d+": "most=6",
    r":30_000\]": ":3_000]", r"\bin steps:": "in steps[:2]:", r"(\bin \w+\(.*)\bsteps\):": r"\g<1>10):",
}  # fmt: skip


@each_network
def test_a_network_is_trained_judged_saved_and_asked_on_the_device(news, tmp_path, network, collate):
    train, test, classes, vocab = news
    with stand_in_device():
        net = network(len(vocab)).to(DEVICE)
        batches, judged = (DataLoader(half, 4, collate_fn=collate) for half in (train, test))
        loss_fn = torch.nn.CrossEntropyLoss(weight=torch.ones(4, device=DEVICE))
        torchnlp.fit(net, batches, judged, epochs=1, loss_fn=loss_fn, clip=1)
        torchnlp.save_model(tmp_path / "net.pt", net, classes)
        answers = torchnlp.predict(net, "late goal", classes)
        again, *_ = torchnlp.load_model(tmp_path / "net.pt", network)
        assert next(again.parameters()).device == DEVICE
        assert torchnlp.predict(again, "late goal", classes) == answers


def test_no_step_of_a_training_waits_for_the_device_and_gates_are_drawn_there(news):
    """Numbers are read at the points of the curve, 25 in an epoch, not at each of 100 steps."""
    batches = [pad_length(news[0])] * 100
    with stand_in_device() as device:
        net = Packed(len(news[3])).to(DEVICE)
        torchnlp.fit(net, batches, epochs=1, clip=1)
        assert 25 <= device.waits <= 80
        torchnlp.plot_gates(net, "late goal", news[2])


def test_with_sparse_gradients_alone_their_norm_is_on_the_device_too(news):
    with stand_in_device():
        net = Bag(len(news[3])).to(DEVICE)
        net.fc.requires_grad_(False)
        torchnlp.train_epoch(net, [torchnlp.offsetify(news[0])])


def test_the_older_loop_keeps_the_third_part_of_a_batch_on_the_cpu_when_it_packs(news):
    batches = [tuple(pad_length(news[0]))]
    with stand_in_device():
        net = Packed(len(news[3])).to(DEVICE)
        train_epoch_emb(net, batches, use_pack_sequence=True)
        with pytest.raises(RuntimeError, match="'lengths' argument should be a 1D CPU"):
            train_epoch_emb(net, batches)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_device(path, kind, few_articles, short, monkeypatch, capsys):
    """All its cells run, and its solutions are right."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("TORCHNLP_DATA", str(few_articles))
    magics = Mock(run_cell_magic=lambda name, line, text: Path(line).write_text(text, encoding="utf-8"))
    names, lessons = {"__name__": "__main__", "get_ipython": lambda: magics}, types.ModuleType("lessons")
    monkeypatch.setitem(sys.modules, "lessons", lessons)
    monkeypatch.delitem(sys.modules, "checks", raising=False)  # it reads SPARSE when it is imported
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


def test_time_is_read_when_the_device_has_done_its_work():
    with stand_in_device():
        assert torchnlp.clock() < torchnlp.clock()
        assert torch.accelerator.synchronize.call_count == 2
