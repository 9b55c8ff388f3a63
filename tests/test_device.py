"""The module and every notebook run on a GPU: here on a stand-in, which refuses what a GPU refuses."""

import ast
import csv
import itertools
import re
import sys
import types
from pathlib import Path
from unittest.mock import Mock

import IPython.display
import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest
import torch
from IPython.core.inputtransformer2 import TransformerManager
from networks import Packed, each_network
from stand_in_device import DEVICE, stand_in_device
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import pad_length, train_epoch_emb

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/*/*.ipynb")])

# These learn from random symbols, letters or a pair of words. They stay on the CPU, whatever the device.
TOYS = {"Recaller", "Marked", "Reverser", "DoorReverser", "AttentiveReverser", "Looker", "LayerRecaller", "Embedding"}
TOYS |= {"Parameter", "Tracker"}  # the GloVe of a thousand words, by hand; bits
# A few hundred texts, in plain PyTorch from an empty cell: the CPU will do.
PROJECT = {"Classifier", "_Classifier", "LargerNetwork"}

BATCHES = 2  # that a network is trained on, in each epoch
KNOBS = {  # of sizes that have a name
    r"\bsteps=\d+": "steps=25", r"^STEPS = .*": "STEPS = 25", r"\brepeats=\d+": "repeats=4", r"\bmost=\d+": "most=6",
    r":30_000\]": ":3_000]",
}  # fmt: skip


@each_network
def test_a_network_is_trained_judged_saved_and_asked_on_the_device(news, tmp_path, network, collate):
    train, test, classes, vocab = news
    with stand_in_device():
        net = network(len(vocab)).to(DEVICE)
        batches, judged = (DataLoader(half, 4, collate_fn=collate) for half in (train, test))
        torchnlp.fit(net, batches, judged, epochs=1, clip=1, live=False)
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
        torchnlp.fit(net, batches, epochs=1, clip=1, live=False)
        assert 25 <= device.waits <= 80
        torchnlp.plot_gates(net, "late goal", news[2])


def test_class_weights_on_the_device_count_in_training_and_in_validation(news):
    with stand_in_device():
        net, batches = Packed(len(news[3])).to(DEVICE), [pad_length(news[0])]
        loss_fn = torch.nn.CrossEntropyLoss(weight=torch.ones(4, device=DEVICE))
        history = torchnlp.fit(net, batches, batches, epochs=1, loss_fn=loss_fn, live=False)
        assert history.valid_loss[0] > 0


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
def test_a_notebook_runs_on_the_device(path, kind, few_articles, trained, short, monkeypatch, capsys):
    """All its cells run, its solutions are right, and nothing that learns from news is trained on the CPU."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("TORCHNLP_DATA", str(few_articles))

    def few_rounds(rounds):
        before = len(trained["device"])
        for one in rounds:
            yield one
            if len(trained["device"]) - before >= BATCHES:
                return

    magics = Mock(run_cell_magic=lambda name, line, text: Path(line).write_text(text, encoding="utf-8"))
    names = {"__name__": "__main__", "get_ipython": lambda: magics, "few_rounds": few_rounds}
    lessons = types.ModuleType("lessons")
    lessons.few_rounds = few_rounds
    monkeypatch.setitem(sys.modules, "lessons", lessons)
    monkeypatch.delitem(sys.modules, "checks", raising=False)  # it reads SPARSE when it is imported
    with stand_in_device(kind):
        exec(compiled((ROOT / "notebooks" / "lessons.py").read_text(encoding="utf-8"), "lessons.py"), lessons.__dict__)
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                answer = "solution" in cell.metadata.get("tags", [])  # runs whole: its check counts
                code = TransformerManager().transform_cell(cell.source)
                capsys.readouterr()
                exec(compiled(code, f"<cell {cell.id}>", whole=answer), names)
                assert not (answer and ": not yet" in capsys.readouterr().out), cell.id
    assert set(trained["cpu"]) <= TOYS | (PROJECT if path.stem == "project" else set())


@pytest.fixture(scope="module")
def few_articles(tmp_path_factory):
    """A folder with a part of the small corpus, its texts cut to a few words."""
    folder = tmp_path_factory.mktemp("few")
    for name, articles in {"train.csv": 1_000, "test.csv": 60}.items():
        with open(torchnlp.SAMPLE / name, encoding="utf-8", newline="") as lines:
            rows = [[label, title, " ".join(text.split()[:8])] for label, title, text in csv.reader(lines)]
        with open(folder / name, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows[:articles])
    return folder


@pytest.fixture
def trained():
    """The class of each network that takes an optimizer's step, on the "device" and on the "cpu", step by step."""
    steps = {"device": [], "cpu": []}

    def sign(module, inputs):  # the outermost module is called first
        for weight in module.parameters():
            if not hasattr(weight, "network"):
                weight.network = type(module).__name__

    def note(optimizer, args, kwargs):
        weight = optimizer.param_groups[0]["params"][0]
        steps["cpu" if weight.device.type == "cpu" else "device"].append(getattr(weight, "network", "Parameter"))

    hooks = register_module_forward_pre_hook(sign), register_optimizer_step_pre_hook(note)
    yield steps
    for hook in hooks:
        hook.remove()


@pytest.fixture
def short(fresh, monkeypatch):
    """Training is short, and nothing is shown."""
    every_batch = DataLoader.__iter__

    def first_batches(loader):  # where gradients are computed, somebody trains; the few batches of a check are counted
        trains = torch.is_grad_enabled() and len(loader) > 4
        return itertools.islice(every_batch(loader), BATCHES if trains else None)

    monkeypatch.setattr(DataLoader, "__iter__", first_batches)
    monkeypatch.setattr(IPython.display, "display", Mock())
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    plt.switch_backend("agg")
    with matplotlib.rc_context():
        yield


def compiled(source, name, whole=False):
    for knob, small in KNOBS.items():
        source = re.sub(knob, small, source, flags=re.M)
    tree = ast.parse(source)
    return compile(tree if whole else ast.fix_missing_locations(ShortLoops().visit(tree)), name, "exec")


class ShortLoops(ast.NodeTransformer):
    """`for x in xs:` around an optimizer's step becomes `for x in few_rounds(xs):`."""

    def visit_For(self, loop):
        self.generic_visit(loop)
        if any(isinstance(node, ast.Attribute) and node.attr == "step" for node in outside_of_loops(loop.body)):
            loop.iter = ast.Call(ast.Name("few_rounds", ast.Load()), [loop.iter], [])
        return loop


def outside_of_loops(nodes):
    for node in nodes:
        if not isinstance(node, ast.For):
            yield node
            yield from outside_of_loops(ast.iter_child_nodes(node))


def test_time_is_read_when_the_device_has_done_its_work():
    with stand_in_device():
        assert torchnlp.clock() < torchnlp.clock()
        assert torch.accelerator.synchronize.call_count == 2
