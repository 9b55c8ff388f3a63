"""Looking at results: predictions, ranges, plots."""

import contextlib
import io
import math
from types import SimpleNamespace
from unittest.mock import ANY, Mock

import IPython.display
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from networks import Mean, Reader, each_network
from torch import nn

import torchnlp
from torchnlp import COLOURS, gates, mean_and_sem, plot_gates, plot_history, predict

pytestmark = pytest.mark.usefixtures("fresh", "paper")


@each_network
def test_a_prediction_is_the_softmax_of_the_logits_of_the_text_the_likeliest_class_first(news, network, collate):
    net, classes = network(len(news[3])), news[2]
    probabilities, order = net(*collate([(1, "late goal")])[1:]).softmax(1)[0].sort(descending=True)
    answers = predict(net, "late goal", classes, k=4, collate_fn=collate)
    assert [name for name, _ in answers] == [classes[i] for i in order]
    assert [p for _, p in answers] == pytest.approx(probabilities.tolist())
    assert predict(net, "late goal", classes) == answers[:3]  # and finds the collate function by itself


@pytest.fixture
def net(news):
    return Reader()


@pytest.mark.parametrize("training", [True, False])
def test_looking_and_judging_leave_the_network_as_it_was(news, net, training):
    net.train(training)
    net.embedding.eval()  # a frozen part
    before = {name: value.clone() for name, value in net.state_dict().items()}
    predict(net, "late goal", news[2])
    plot_gates(net, "late goal wins", news[2])
    torchnlp.evaluate(net, [torchnlp.pad_length(news[0])])
    assert not torchnlp.logits_of(net, [torchnlp.pad_length(news[0])])[1].requires_grad
    assert (net.training, net.dropout.training, net.embedding.training) == (training, training, False)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_useless_options_are_errors_and_of_a_long_text_the_first_80_tokens_are_read(news, net):
    with pytest.raises(ValueError, match="show takes forget, input, output, candidate, c and h, not forgot"):
        plot_gates(net, "late goal", news[2], show=("forgot", "c"))
    figure = plot_gates(net, "late goal " * 500, news[2], show="forget")
    assert len(figure.axes) == 3  # the answers, the gate, its colours
    assert len(figure.axes[0].get_xticklabels()) == 80


def test_the_gates_are_drawn_over_the_words_each_in_its_colour(news, net):
    plot_gates(net, "", news[2])
    figure = plot_gates(net, "Late goal wins!", news[2])
    answers, *rows = (axis for axis in figure.axes if axis.get_ylabel() or axis.get_title("left"))
    assert sorted(text.get_text() for text in answers.texts) == sorted(news[2])
    assert [word.get_text() for word in answers.get_xticklabels()] == ["late", "goal", "wins", "!"]
    names = ["forget", "input", "output", "candidate", "cell state c", "state h"]
    assert [axis.get_title("left") for axis in rows] == names
    for axis, name in zip(rows, names):
        (image,) = axis.images
        assert image.get_array().shape == (8, 4)
        lowest, highest = image.get_clim()
        assert lowest == (0 if name in names[:3] else -highest)
        assert matplotlib.colors.to_hex(image.cmap(1.0)) == COLOURS[name.split()[-1]].lower()


def test_the_word_that_brings_the_last_answer_is_marked_through_all_pictures(news, net):
    # A new answer at each of the first three words, then the same.
    net.forward = lambda x: nn.functional.one_hot((x != torchnlp.PAD).sum(1).clamp(max=3), 4) * 9.0
    figure = plot_gates(net, "late goal $_$ the cup", news[2], show=("input",))
    figure.canvas.draw()  # a dollar begins no formula
    words = figure.axes[0].get_xticklabels()
    assert [word.get_weight() for word in words] == ["normal", "normal", "bold", "normal", "normal"]
    for axis in figure.axes[:2]:
        (band,) = axis.patches
        assert (band.get_x(), band.get_width()) == (1.5, 1)


LAYERS = [
    (nn.LSTM, {}), (nn.RNN, {}), (nn.GRU, {"num_layers": 2}), (nn.LSTM, {"bidirectional": True}),
    (nn.LSTM, {"proj_size": 3}),
]  # fmt: skip


@pytest.mark.parametrize("kind, settings", LAYERS)
def test_the_units_that_move_most_are_drawn_and_without_readable_gates_their_states(news, kind, settings):
    net, text, show = Reader(kind, **settings), "late goal wins the cup", ["forget", "input", "c"]
    vectors = net.embedding(torchnlp.padify([(1, text)])[1]).detach()
    values = gates(net.rnn, vectors[0]) if not settings and kind is nn.LSTM else {"h": net.rnn(vectors)[0][0].detach()}
    moves = values.get("c", values["h"]).std(0, correction=0)
    units = moves.topk(min(8, len(moves))).indices.sort().values
    rows = [axis for axis in plot_gates(net, text, news[2], show=show).axes if axis.get_title("left")]
    for axis, name in zip(rows, show if "c" in values else ["h"], strict=True):
        drawn = torch.tensor(axis.images[0].get_array().T)
        torch.testing.assert_close(drawn, values[name][:, units], rtol=0, atol=1e-6)


@pytest.mark.parametrize("strict", ["1", ""])
@pytest.mark.parametrize("source, low, high", [("ag_news", 0.9, 0.92), ("sample", 0.6, 0.7)])
@pytest.mark.parametrize("value", [0.9, 0.92, 0.65, math.nan])
def test_outside_its_range_a_value_is_explained_and_may_fail(monkeypatch, capsys, strict, source, low, high, value):
    monkeypatch.setattr(torchnlp, "vocab", SimpleNamespace(source=source))
    monkeypatch.setenv("TORCHNLP_STRICT", strict)
    outside = not low <= value <= high
    with pytest.raises(AssertionError, match="accuracy.*outside") if strict and outside else contextlib.nullcontext():
        torchnlp.expect("test accuracy", value, ag_news=(0.9, 0.92), sample=(0.6, 0.7))
    out, mark = capsys.readouterr().out, "OUTSIDE" if outside else "ok"
    there = {"ag_news": f"expected 0.900 to 0.920: {mark}"}
    there["sample"] = f"small corpus 0.600 to 0.700: {mark}; on AG News 0.900 to 0.920"
    assert out.startswith(f"test accuracy: {value:.3f}   ({there[source]})\n")
    assert ("Your numbers differ" in out) == outside


@pytest.mark.parametrize("source, why", [("own", "your own data: no range is known"), (None, "no range: call load")])
def test_without_a_range_the_value_stands_alone(monkeypatch, capsys, source, why):
    monkeypatch.setattr(torchnlp, "vocab", source and SimpleNamespace(source=source))
    torchnlp.expect("seconds", 12.345, ag_news=(0, 1), sample=(0, 1), digits=1)
    assert capsys.readouterr().out.startswith(f"seconds: 12.3   ({why}")


def test_a_corpus_that_is_too_small_to_tell_gets_no_mark(monkeypatch, capsys):
    monkeypatch.setattr(torchnlp, "vocab", SimpleNamespace(source="sample"))
    torchnlp.expect("lead", 0.3, ag_news=(0, 0.1), sample=None)
    assert capsys.readouterr().out == "lead: 0.300   (this corpus is too small to tell; on AG News 0.000 to 0.100)\n"


def test_the_history_is_drawn():
    history = torchnlp.History([10_000, 20_000], [1.2, 1.0], [0.4, 0.5], [3.0, 2.0], [20_000], [0.9], [0.55])
    for axis, name in zip(plot_history(history).axes, ["loss", "accuracy"], strict=True):
        train, valid = (line.get_xydata().T.tolist() for line in axis.lines)
        assert axis.get_ylabel() == name and train == [history.articles, getattr(history, f"train_{name}")]
        assert valid == [history.epoch_ends, getattr(history, f"valid_{name}")]


def test_a_notebook_shows_the_curve_as_it_grows_and_its_time_is_not_that_of_training(monkeypatch, capsys):
    monkeypatch.setattr("IPython.get_ipython", Mock())
    monkeypatch.setattr("IPython.display.display", Mock())
    now, net = [1000.0], Mean(9)
    net.register_forward_pre_hook(lambda net, _: now.append(now[-1] + (2 if net.training else 100)))
    monkeypatch.setattr(torchnlp.time, "perf_counter", lambda: now[-1])
    monkeypatch.setattr(torchnlp, "plot_history", lambda history: now.append(now[-1] + 7) or plot_history(history))
    batches = [(torch.tensor([0, 1]), torch.tensor([[2, 3], [4, 5]]))] * 10
    torchnlp.fit(net, batches, batches[:2], epochs=3)
    assert capsys.readouterr().out.count("| 20.0 s") == 3
    # IPython finds an id for the place, so that two trainings never draw into one. A frame comes after each epoch's
    # first batch, since each takes long, and at the end.
    IPython.display.display.assert_called_once_with(ANY, display_id=True)
    frames = IPython.display.display.return_value.update.call_args_list
    assert len(frames) == 2 + 1
    assert [line.get_xdata()[-1] for line in frames[-1].args[0].axes[0].lines] == [60, 60]
    assert plt.get_fignums() == []  # or the notebook would show the figure once more


def test_on_a_phone_which_shows_a_picture_358_pixels_wide_its_letters_have_11():
    curve = plot_history(torchnlp.History([10_000, 120_000], [1.2, 1.0], [0.4, 0.5], epoch_ends=[120_000]))
    confusion = torchnlp.plot_confusion(torch.arange(4), torch.arange(4), ["World", "Sports", "Business", "Sci/Tech"])
    torchnlp.use_style()
    plot, axis = plt.subplots()
    axis.plot([0, 60_000], [0, 1])
    for figure in (curve, confusion, plot):
        figure.savefig(file := io.BytesIO(), bbox_inches="tight", dpi=72)  # as notebooks do; a point is a pixel
        file.seek(0)
        letters = [text.get_fontsize() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
        assert min(letters) * 358 / plt.imread(file).shape[1] > 11


def test_a_mean_comes_with_its_standard_error():
    assert mean_and_sem(torch.tensor([1, 2, 3, 6])) == pytest.approx((3, np.std([1, 2, 3, 6], ddof=1) / 2))
    with pytest.raises(ValueError, match=r"values in a row, not \[3, 4\]"):
        mean_and_sem(np.ones((3, 4)))
    mean, error = mean_and_sem([0.5])
    assert mean == 0.5 and math.isnan(error)


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"bias": False}], ids=str)
def test_h_and_c_are_those_of_the_layer_itself_without_their_gradients(options):
    lstm, x = nn.LSTM(5, 4, **options), torch.randn(9, 5)
    values = gates(lstm, x)
    torch.testing.assert_close(values["h"], lstm(x)[0].detach())
    for t in range(9):  # the layer shows only its last memory: stop it after each step
        torch.testing.assert_close(values["c"][t], lstm(x[: t + 1])[1][1][0].detach())
    assert not any(value.requires_grad for value in values.values())


def test_a_gate_answers_to_its_own_quarter_of_the_bias():
    for quarter, name in enumerate(["input", "forget", "candidate", "output"]):
        lstm = nn.LSTM(5, 4)
        lstm.bias_ih_l0.data[4 * quarter : 4 * quarter + 4] += 50
        values = gates(lstm, torch.randn(1, 5))
        assert [gate for gate, value in values.items() if (value > 0.99).all()] == [name]
