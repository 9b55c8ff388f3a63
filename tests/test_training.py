"""Training and judging: the optimizer, the loop, fit and evaluate."""

import copy
import functools
import itertools
import math
import runpy
import sys

import numpy as np
import pytest
import torch
from networks import Mean
from torch import nn
from torch.torch_version import TorchVersion
from torch.utils.data import DataLoader, TensorDataset

import torchnlp
from torchnlp import evaluate, fit, logits_of, make_optimizer, seed_all, train_epoch, train_epoch_emb

pytestmark = pytest.mark.usefixtures("fresh")

WORDS, LABELS = 20, 3


def net_of(seed=0, sparse=True, **options):
    seed_all(seed)
    return Mean(WORDS, LABELS, sparse=sparse, **options)


def toy(count, seed=1):
    """(labels, ids): five random words a row, the first of which is 2, 3 or 4 and tells the label."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(LABELS, (count,), generator=generator)
    ids = torch.randint(5, WORDS, (count, 5), generator=generator)
    ids[:, 0] = labels + 2
    return labels, ids


def toy_loader(count, batch_size=16, seed=1, shuffle=False):
    return DataLoader(TensorDataset(*toy(count, seed)), batch_size, shuffle=shuffle)


def weights(net):
    return nn.utils.parameters_to_vector(net.parameters()).detach()


def standing_still(net):
    return torch.optim.SGD(net.parameters(), lr=0.0)


def loss_and_accuracy(net, labels, ids, loss_fn=nn.functional.cross_entropy):
    """Both by hand, dropout as the network has it now. labels: [B], or a row of 0 and 1 for each text."""
    logits = net(ids)
    right = logits.argmax(1) == labels if labels.dim() == 1 else ((logits > 0) == labels).all(1)
    return loss_fn(logits, labels).item(), right.double().mean().item()


DEVICES = [  # GPUs that are there, the release of PyTorch, $TORCHNLP_DEVICE, the device that is taken, what is said
    ("cuda mps", "2.13.0", "", "cuda", ""),
    ("mps", "2.13.0", "", "cpu", ""),  # never by itself: see docs/versions.md
    ("mps", "2.13.0", "mps", "mps", "On an Apple GPU this course was never tried"),
    ("mps", "2.12.1", "mps", "cpu", "PyTorch 2.12.1 finds no mps here (mps: 2.13 or newer)"),  # trains the padding
    ("cuda", "2.13.0", "cpu", "cpu", ""),
    ("mps", "2.13.0", "cuda", "cpu", "finds no cuda here (mps: 2.13 or newer). The course runs on the CPU."),
]


@pytest.fixture
def import_anew(monkeypatch):
    """import_anew("cuda", wanted="cpu") gives the module's names on a machine with this GPU."""

    def import_anew(gpus="", pytorch="2.13.0", wanted=""):
        monkeypatch.setenv("TORCHNLP_DEVICE", wanted)
        monkeypatch.setattr(torch, "__version__", TorchVersion(pytorch))
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in gpus)
        return runpy.run_path(torchnlp.__file__)

    return import_anew


@pytest.mark.parametrize("gpus, pytorch, wanted, taken, said", DEVICES)
def test_cuda_is_taken_by_itself_and_mps_only_if_asked_for(import_anew, capsys, gpus, pytorch, wanted, taken, said):
    names = import_anew(gpus, pytorch, wanted)
    out = capsys.readouterr().out
    assert (names["device"].type, names["SPARSE"]) == (taken, taken != "mps")
    assert said in out if said else not out


def test_an_unknown_device_is_refused_with_those_that_there_are(import_anew):
    with pytest.raises(ValueError, match="'gpu'. Set it to cpu, cuda or mps"):
        import_anew("cuda", wanted="gpu")


def test_one_thread_computes_unless_somebody_asks_for_more(import_anew, monkeypatch):
    set_to = []
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    import_anew()
    monkeypatch.delenv("OMP_NUM_THREADS")
    import_anew()
    assert set_to == [1]


def test_on_windows_time_is_read_from_a_clock_without_steps(monkeypatch):
    monkeypatch.setattr(torchnlp.time, "process_time", lambda: 0.015625)
    monkeypatch.setattr(sys, "platform", "win32")
    assert torchnlp.clock() < torchnlp.clock()


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("frozen, moves", [("embedding", "fc"), ("fc", "embedding")])
def test_a_frozen_layer_stays_and_has_no_part_in_the_gradient_until_it_joins_the_optimizer(frozen, moves, sparse):
    net = net_of(sparse=sparse)
    layer = getattr(net, frozen).requires_grad_(False)
    optimizer, before = make_optimizer(net), copy.deepcopy(net.state_dict())
    train_epoch(net, toy_loader(32), optimizer=optimizer)
    changed = {name for name, value in net.state_dict().items() if not torch.equal(before[name], value)}
    assert changed == {name for name in before if name.startswith(moves)}
    if frozen == "fc":
        optimizer.add_param_group({"params": layer.requires_grad_(True).parameters(), "lr": 0.5})
        train_epoch(net, toy_loader(16), optimizer=optimizer)
        assert (layer.weight - before["fc.weight"]).abs().max().item() == pytest.approx(0.5, rel=1e-3)  # Adam's first


def test_a_sparse_embedding_that_shares_its_weights_or_lies_on_an_apple_gpu_is_refused_before_the_first_step():
    class OnAppleGPU(nn.Parameter):
        device = torch.device("mps")

    net = net_of()
    net.out = nn.Linear(8, WORDS, bias=False)
    net.out.weight = net.embedding.weight
    with pytest.raises(ValueError, match="shares its weights with another layer: make it with sparse=False"):
        make_optimizer(net)
    net.embedding.weight = OnAppleGPU(net.embedding.weight.data)
    with pytest.raises(ValueError, match="sparse=SPARSE"):
        make_optimizer(net)


def step_by_hand(net, labels, ids, optimizers, clip):
    """One step in plain PyTorch: the batch's mean loss and accuracy, the norm before clipping, the number of texts."""
    loss, accuracy = loss_and_accuracy(net, labels, ids)
    net.zero_grad()
    nn.functional.cross_entropy(net(ids), labels).backward()
    norm = nn.utils.clip_grad_norm_([p for p in net.parameters() if not p.grad.is_sparse], clip or math.inf)
    for optimizer in optimizers:
        optimizer.step()
    return loss, accuracy, norm.item(), len(labels)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.parametrize("count, batches_a_point", [(70, 1), (824, 2)])
def test_training_is_the_loop_that_one_writes_by_hand(capsys, sparse, clip, count, batches_a_point):
    """Two epochs with one optimizer; a point has the mean since the last, and the largest norm before clipping."""
    *nets, by_hand = (net_of(sparse=sparse).eval() for _ in range(4))
    options, loader = [{"optimizer": make_optimizer(net, lr=0.03), "clip": clip} for net in nets], toy_loader(count)
    adam = torch.optim.Adam(by_hand.fc.parameters(), lr=0.03, fused=True)
    other = torch.optim.SparseAdam if sparse else functools.partial(torch.optim.Adam, fused=True)
    adams = adam, other(by_hand.embedding.parameters(), lr=0.03)
    for _ in range(2):
        steps = np.array([step_by_hand(by_hand, *batch, adams, clip) for batch in loader])
        ends = [*range(batches_a_point, len(steps), batches_a_point)]
        points = [(*np.average(part, 0, part[:, 3])[:2], part[:, 2].max()) for part in np.split(steps, ends)]
        means = np.average(steps, 0, steps[:, 3])
        for train, net, option in zip((train_epoch, train_epoch_emb), nets, options):
            assert train(net, loader, **option) == pytest.approx(means[:2], abs=1e-5)
        history = fit(nets[2], loader, loader, epochs=1, schedule=None, **options[2])
        found = zip(history.train_loss, history.train_accuracy, history.largest_norm, strict=True)
        assert np.allclose([*found], points, rtol=1e-4)
        assert history.articles == [*(16 * end for end in ends), count] and history.planned == count
        line = "train loss {:.3f}, accuracy {:.3f} | validation loss {:.3f}, accuracy {:.3f} |"
        assert line.format(*means[:2], *evaluate(by_hand, loader)) in capsys.readouterr().out
        assert all(net.training and weights(by_hand).equal(weights(net)) for net in nets)  # in training, dropout is on


def test_a_step_may_have_a_closure():
    net, by_hand = net_of(), net_of()
    optimizer, (labels, ids) = make_optimizer(net), toy(12)

    def closure():
        loss = nn.functional.cross_entropy(net(ids), labels)
        loss.backward()
        return loss

    with torch.no_grad():
        loss = optimizer.step(closure).item()
    assert loss == train_epoch(by_hand, [(labels, ids)], lr=0.004)[0] and weights(net).equal(weights(by_hand))


@pytest.mark.parametrize("epoch_size, read", [(None, 5), (1, 1), (16, 1), (17, 2), (48, 3), (1000, 5)])
def test_training_stops_once_epoch_size_texts_were_seen_and_prints_how_far_it_is(capsys, epoch_size, read):
    net, (labels, ids) = net_of(), toy(77)
    options = {"optimizer": standing_still(net), "epoch_size": epoch_size, "report_freq": 1}
    result = train_epoch(net, toy_loader(77), **options)
    seen = min(16 * read, 77)  # the last batch is smaller
    assert result == pytest.approx(loss_and_accuracy(net, labels[:seen], ids[:seen]), abs=1e-6)
    *_, last = lines = capsys.readouterr().out.splitlines()
    assert len(lines) == read and last == f"{seen}: acc={result[1]:.4f}"


LOSSES = {
    "all alike": nn.CrossEntropyLoss(), "class weights": nn.CrossEntropyLoss(torch.tensor([1.0, 5.0, 20.0])),
    "several labels for a text": nn.BCEWithLogitsLoss(),
}  # fmt: skip


@pytest.mark.parametrize("loss_fn", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("batch_size", [1, 5, 36, 37, 100])
def test_training_and_evaluation_mean_the_same_over_batches_of_any_size(batch_size, loss_fn):
    net, (labels, ids), options = net_of(), toy(37), {"loss_fn": loss_fn}
    if isinstance(loss_fn, nn.BCEWithLogitsLoss):
        labels = 1.0 - nn.functional.one_hot(labels, LABELS)  # two of three
    loader = DataLoader(TensorDataset(labels, ids), batch_size)
    by_hand = loss_and_accuracy(net, labels, ids, **options)
    expected = pytest.approx(by_hand, abs=1e-6)
    assert evaluate(net, loader, **options) == expected and 0 < by_hand[1] < 1
    found, logits = logits_of(net, loader)
    assert torch.equal(found, labels)
    torch.testing.assert_close(logits, net(ids))
    assert train_epoch(net, loader, optimizer=standing_still(net), **options) == expected
    history = fit(net, loader, loader, epochs=1, optimizer=standing_still(net), **options)
    assert (*history.valid_loss, *history.valid_accuracy) == expected


def test_a_gradient_that_is_no_number_is_an_error_and_makes_no_step():
    net = net_of()
    # The slope of the root at 0 is infinite.
    net.forward = lambda x: Mean.forward(net, x) + (net.fc.bias - net.fc.bias.detach()).sqrt()
    before = weights(net)
    with pytest.raises(FloatingPointError, match="gradient.*clip"):
        train_epoch(net, toy_loader(32), clip=1)
    assert before.equal(weights(net))


def test_dropout_is_off_during_evaluation_and_on_again_even_after_one_that_fails():
    net = net_of(dropout=0.9)
    assert evaluate(net, toy_loader(37)) == evaluate(net_of(), toy_loader(37))
    with pytest.raises(ValueError, match="does not fit"):
        evaluate(net, [(torch.tensor([0]), torch.tensor([[WORDS]]))])  # no such word
    assert net.training and net.dropout.training


@pytest.mark.parametrize("steps", [1, 2, 7, 100, 1001])
def test_the_rate_rises_over_a_tenth_of_the_steps_and_falls_to_0(steps):
    optimizer = make_optimizer(net_of(), lr=0.02)
    optimizer.param_groups[-1]["lr"] = 0.01  # each group has its own
    scheduler = torchnlp.linear_warmup_decay(optimizer, steps)
    for s in range(steps + 2):
        p = (s + 0.5) / steps
        share = max(0, min(p / 0.1, (1 - p) / 0.9))  # and never below
        assert [group["lr"] for group in optimizer.param_groups] == [0.02 * share, 0.01 * share]
        optimizer.step()
        scheduler.step()


def test_a_validation_set_is_not_learnt_draws_no_random_number_and_may_be_missing(capsys):
    nets, valid = [net_of(dropout=0.5), net_of(dropout=0.5)], toy_loader(16, seed=2, shuffle=True)
    for net, judged in zip(nets, (valid, None)):
        seed_all(1)
        history = fit(net, toy_loader(64, shuffle=True), judged, epochs=1)
    assert weights(nets[0]).equal(weights(nets[1]))
    assert history.valid_loss == history.valid_accuracy == [] and history.epoch_ends == [64]
    assert "validation" not in capsys.readouterr().out.splitlines()[-1]
    torchnlp.plot_history(history)


def test_fit_uses_the_optimizer_that_it_is_given_at_its_own_rates():
    net, used = net_of(), []
    optimizer = make_optimizer(net)
    for part in optimizer.parts:
        part.register_step_pre_hook(lambda part, *_: used.append(part.param_groups[0]["lr"]))
    for sparse, dense in ((0.5, 0.1), (0.3, 0.2)):  # the second time from rates that were set meanwhile
        optimizer.param_groups[0]["lr"], optimizer.param_groups[1]["lr"] = sparse, dense
        fit(net, toy_loader(64), optimizer=optimizer, epochs=1, lr=99.0)  # 4 steps
        shares = [35 / 36, 25 / 36, 15 / 36, 5 / 36]  # (1 - p) / 0.9 at p = 1 / 8, 3 / 8, ...
        assert used[-8:] == pytest.approx([rate * share for share in shares for rate in (sparse, dense)])


def test_after_fit_an_optimizer_has_all_its_own_settings_again():
    def one_cycle(optimizer, steps):  # changes Adam's betas as well
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=steps)

    net = net_of(sparse=False)
    optimizer = make_optimizer(net, lr=0.01)
    before = [{**group} for group in optimizer.param_groups]
    fit(net, toy_loader(64), epochs=1, optimizer=optimizer, schedule=one_cycle)
    after = [{key: group[key] for key in before[0]} for group in optimizer.param_groups]
    assert after == before and "initial_lr" not in optimizer.param_groups[0]


def broken_at(call, error):
    """A network that raises this error at one of its calls, the first of which is 0."""
    net, calls = net_of(), itertools.count()

    def break_off(*_):
        if next(calls) == call:
            raise error

    net.register_forward_pre_hook(break_off)
    return net


def test_an_error_in_a_later_epoch_brings_the_history_of_the_epochs_before():
    with pytest.raises(OSError, match="the disk is gone") as error:
        fit(broken_at(5, OSError("the disk is gone")), toy_loader(48), epochs=3)
    assert error.value.history.epoch_ends == [48]


def test_a_validation_set_that_does_not_fit_is_told_before_training():
    net = net_of()
    before = weights(net)
    with pytest.raises(ValueError, match="does not fit the data"):
        fit(net, toy_loader(64), [(torch.tensor([0]), torch.tensor([[WORDS]]))])
    assert before.equal(weights(net))
    fit(net, toy_loader(64), iter(toy_loader(16)), epochs=1)  # nothing is taken from an iterator


@pytest.mark.parametrize("calls, steps", [(66, 63), (61, 60)], ids=["training", "validation"])
def test_interrupting_ends_training_and_keeps_what_was_learnt(capsys, calls, steps):
    """60 batches to train on, a point for two, then two to validate on. In one, somebody interrupts the kernel."""
    net = broken_at(calls, KeyboardInterrupt)
    before = weights(net)
    history = fit(net, toy_loader(600, 10), toy_loader(32, seed=2), epochs=3)
    assert f"Stopped by you after {steps} of 180 steps" in capsys.readouterr().out
    assert history.epoch_ends == [600] and history.articles[-1] == 10 * steps
    assert len(history.valid_loss) == len(history.valid_accuracy) == (calls == 66)
    torchnlp.plot_history(history)
    assert not before.equal(weights(net))
