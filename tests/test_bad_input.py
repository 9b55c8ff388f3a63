"""Bad input: an error of a documented type that names a remedy, or a right result. Nothing else.

Never a wrong shape, never a NaN that goes on unseen. Broken files of news are in test_data.py; here the
texts, the batches, the networks and the saved models are bad.
"""

import math
import re

import pytest
import torch
from networks import THREE, Mean, Packed, each_network
from torch import nn
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import evaluate, fit, gates, load_model, padify, predict, save_model, train_epoch

pytestmark = pytest.mark.usefixtures("fresh")

# Texts and batches


BATCHES = {  # what somebody may take for a batch, and what the error says
    "nothing": (None, "(label, text) items, such as"),
    "a text": ("goal", "(label, text) items, such as"),
    "texts": (["goal", "cup"], "(label, text) items, such as"),
    "a label that is a name": ([(1, "goal"), ("Sports", "cup")], "(label, text) items, such as"),
    "a label that is no whole number": ([(1.0, "goal")], "(label, text) items, such as"),
    "three parts": ([(1, "a title", "a description that nobody would read")], "(label, text) items, such as"),
    "a dictionary": ({"label": 1, "text": "goal"}, "(label, text) items, such as"),
    "a text that is none": ([(1, None)], "A text is a string, such as"),
    "no item": ([], "at least one (label, text) item"),
    "labels from 0": ([(0, "goal")], "Labels count from 1"),
    "the label that PyTorch's loss leaves out": ([(-99, "goal")], "Labels count from 1"),
}


@pytest.mark.parametrize("collate", [padify, torchnlp.pad_length, torchnlp.offsetify])
@pytest.mark.parametrize("batch, said", BATCHES.values(), ids=BATCHES)
def test_what_is_no_batch_is_an_error_that_says_what_a_batch_is(news, collate, batch, said):
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        collate(batch)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "64", None, math.nan])
def test_a_useless_batch_size_is_an_error_before_the_first_batch(news, batch_size):
    with pytest.raises(ValueError, match="number of texts in a batch, 1 or more"):
        torchnlp.LengthBatchSampler(news[0], batch_size)


# Networks that do not fit the data


def fit_once(net, batches):
    """fit with one epoch on these batches; the last loss and accuracy on them."""
    history = fit(net, batches, batches, epochs=1, live=False)
    return history.valid_loss[-1], history.valid_accuracy[-1]


RUNS = [train_epoch, evaluate, fit_once]


@each_network
def test_a_network_of_another_size_works_or_is_refused_with_a_remedy(news, network, collate):
    train, _, classes, vocab = news
    for rows, outputs, said in [(2, 4, "vocab"), (len(vocab), 3, "classes")]:
        for run in RUNS:
            with pytest.raises(ValueError, match=rf"does not fit the data.*len\({said}\)"):
                run(network(rows, outputs), [collate(train)])
    net = network(len(vocab), 7)
    assert all(math.isfinite(number) for run in RUNS for number in run(net, [collate(train)]))
    with pytest.raises(ValueError, match="tells 7 classes apart; classes has 4 names"):
        predict(net, "late goal", classes, collate_fn=collate)


def altered(change):
    """Mean with its logits changed."""
    return type("Altered", (Mean,), {"forward": lambda self, x: change(Mean.forward(self, x))})


WRONG_ANSWERS = {
    "a row for each time, as where batch_first is missing": lambda logits: logits[:3],
    "logits of every token": lambda logits: logits.unsqueeze(1).expand(-1, 5, -1),
    "no return": lambda logits: None,
}


@pytest.mark.parametrize("change", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_logits_of_another_shape_are_refused_with_a_remedy(news, change):
    for run in RUNS:
        with pytest.raises(ValueError, match="does not fit the data. It must return logits"):
            run(altered(change)(len(news[3])), [padify(news[0])])


@pytest.mark.parametrize("bad", [math.nan, 3e38])
def test_answers_that_are_no_numbers_are_an_error(news, bad):
    net = altered(lambda logits: logits * bad)(len(news[3]))
    for run in RUNS:
        with pytest.raises(FloatingPointError, match="no longer finite.*smaller lr"):
            run(net, [padify(news[0])])
    if math.isnan(bad):
        with pytest.raises(FloatingPointError, match="no longer finite"):
            predict(net, "goal", news[2])


@pytest.mark.parametrize("forgotten", [lambda dataset: DataLoader(dataset, 4), lambda dataset: dataset])
def test_a_forgotten_collate_fn_is_named(news, forgotten):
    for run in RUNS:
        with pytest.raises(TypeError, match="Give the DataLoader a collate_fn, such as padify"):
            run(Mean(len(news[3])), forgotten(news[0]))


@pytest.mark.parametrize("network, right", THREE)
@pytest.mark.parametrize("wrong", [padify, torchnlp.pad_length])
def test_batches_of_another_kind_are_refused_by_the_name_of_the_right_collate_fn(news, network, right, wrong):
    net, batches = network(len(news[3])), DataLoader(news[0], 4, collate_fn=wrong)
    if len(wrong(news[0])) != len(right(news[0])):
        for run in RUNS:
            with pytest.raises(ValueError, match=f"does not fit the batches: .*collate_fn={right.__name__}"):
                run(net, batches)


def test_an_error_inside_of_a_network_is_passed_on(news):
    with pytest.raises(TypeError, match="unsupported operand"):
        evaluate(altered(lambda logits: logits + "1")(len(news[3])), [padify(news[0])])


@pytest.mark.parametrize("count, valid, options, said", [
    (0, 2, {}, "nothing to train on"), (4, 2, {"epochs": 0}, "nothing to train on"), (4, 0, {}, "to validate on"),
    (4, 2, {"lr": -0.1}, "Invalid learning rate"), (4, 2, {"lr": math.inf}, "no longer finite.*smaller lr"),
])  # fmt: skip
def test_a_training_without_articles_or_with_a_useless_learning_rate_is_an_error(news, count, valid, options, said):
    train, test, _, vocab = news
    loaders = [DataLoader(articles, 2, collate_fn=padify) for articles in (train[:count], test[:valid])]
    with pytest.raises((ValueError, FloatingPointError), match=said):
        fit(Mean(len(vocab)), *loaders, live=False, **options)


def test_no_batch_is_an_error_and_so_is_an_iterator_that_is_used_up(news):
    batches, net = DataLoader(news[0], 8, collate_fn=padify), Mean(len(news[3]))
    for run in (train_epoch, evaluate):
        with pytest.raises(ValueError, match="gave no batch: is the dataset empty"):
            run(net, [])
    with pytest.raises(ValueError, match="Epoch 2 found no batch. Pass a DataLoader"):
        fit(net, iter(batches), batches, epochs=2, live=False)


OTHER_LSTMS = [nn.LSTM(4, 4, num_layers=2), nn.LSTM(4, 4, bidirectional=True), nn.LSTM(4, 4, proj_size=2)]


@pytest.mark.parametrize("layer", [nn.RNN(4, 4), nn.GRU(4, 4), nn.Linear(4, 4), *OTHER_LSTMS], ids=str)
def test_gates_of_another_layer_are_refused(layer):
    with pytest.raises(ValueError, match="gates reads an nn.LSTM of one layer"):
        gates(layer, torch.ones(3, 4))


# Saved models


class Bomb:
    """Its pickle makes a file as soon as a careless reader opens it."""

    def __reduce__(self):
        return open, ("mark", "w")


def test_a_file_with_other_contents_is_refused_and_runs_no_code(news, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_model("net.pt", Packed(len(news[3])), news[2])
    saved = torch.load("net.pt", weights_only=True)
    for contents in [torch.ones(3), {"weights": saved["weights"]}, {**saved, "weights": Bomb()}]:
        torch.save(contents, "other.pt")
        with pytest.raises(ValueError, match="damaged, or was not written by save_model. Save the model again"):
            load_model("other.pt", Packed)
    assert not (tmp_path / "mark").exists()
