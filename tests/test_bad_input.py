"""Bad input: an error of a documented type that names a remedy, or a right result. Nothing else.

Never a wrong shape, never a NaN that goes on unseen. Broken files of news are in test_data.py; here the
texts, the batches, the layers, the networks and the saved models are bad.
"""

import math
import re
import threading
from functools import partial

import pytest
import torch
from networks import Bag, Mean, Packed, Reader, each_network
from torch import nn
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import evaluate, fit, gates, load_model, padify, predict, run_rnn, save_model, train_epoch

pytestmark = pytest.mark.usefixtures("fresh")

# Texts and batches


NO_BATCH = {  # what the error says, and what somebody may take for a batch
    "(label, text) items, such as": [
        None, "goal", ["goal", "cup"], {"label": 1, "text": "goal"}, [(1, "goal"), ("Sports", "cup")], [(1.0, "goal")],
        [(1, "a title", "a description that nobody would read")],
    ],
    "A text is a string, such as": [[(1, None)]],
    "at least one (label, text) item": [[]],
    "Labels count from 1": [[(0, "goal")], [(-99, "goal")]],  # PyTorch's loss leaves the label -100 out
}  # fmt: skip


@pytest.mark.parametrize("collate", [padify, torchnlp.pad_length, torchnlp.offsetify])
@pytest.mark.parametrize("said, batch", [(said, batch) for said, all in NO_BATCH.items() for batch in all], ids=str)
def test_what_is_no_batch_is_an_error_that_says_what_a_batch_is(news, collate, batch, said):
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        collate(batch)


# Layers, sizes, files

SIZES, LENGTHS = [0, -1, 2.5, "64", None, math.nan], [[4, 4, 4], torch.tensor([4, 4])]
NO_COUNTS, SHARES = [{"most": 0}, {"most": 1.5}, {"min_freq": "2"}, {"ngrams": 0}], [0, 1, 20, 1.0, "0.1", math.nan]
PAIR = torch.tensor([1, 4])
LSTM, OTHERS = nn.LSTM(5, 3, batch_first=True), [nn.GRU(5, 3), nn.Linear(5, 3)]
OTHERS += [nn.LSTM(5, 3, num_layers=2), nn.LSTM(5, 3, bidirectional=True), nn.LSTM(5, 3, proj_size=2)]
NO_GATES = [nn.RNN(5, 3), nn.GRU(5, 3), nn.LSTM(5, 3, bias=False)]
VECTORS, FOUR = torch.ones(3, 4, 5), ["a", "b", "c", "d"]
CALLS = [  # a function, what it is given, and its error
    *[(torchnlp.LengthBatchSampler, ([], size), ValueError, "number of texts in a batch, 1 or more") for size in SIZES],
    *[(run_rnn, (LSTM, VECTORS, wrong), ValueError, "a tensor with one for each of the 3 texts") for wrong in LENGTHS],
    (run_rnn, (nn.LSTM(5, 3), VECTORS, torch.full((3,), 4)), ValueError, "batch_first=True"),
    *[(torchnlp.set_gate_biases, (layer, 1, 1), ValueError, "set_gate_biases takes") for layer in NO_GATES],
    *[(gates, (layer, VECTORS[0]), ValueError, "gates reads an nn.LSTM of one layer") for layer in OTHERS],
    (save_model, ("net.pt", Mean(999), ["a", "b"]), ValueError, "tells 4 classes apart; classes has 2 names"),
    (save_model, ("net.pt", Mean(999), "abcd"), TypeError, "a list of names"),
    (save_model, (Mean(999), "net.pt", FOUR), TypeError, "takes .file, net, classes., in this order"),
    *[(partial(torchnlp.load_dataset, **n), (), ValueError, "a whole number, 1 or more, not") for n in NO_COUNTS],
    *[(torchnlp.train_valid_split, ([], share), ValueError, "above 0 and below 1, such as 0.1") for share in SHARES],
    *[
        (torchnlp.plot_confusion, pair, ValueError, "Labels count from 0 to 3 here")
        for pair in [(PAIR, PAIR - 1, FOUR), (PAIR - 1, PAIR, FOUR), (PAIR - 2, PAIR - 1, FOUR)]
    ],
    (save_model, ("net.pt", Mean(9), FOUR), ValueError, "Make it with len.vocab. rows"),
    (save_model, ("no/net.pt", Mean(999), FOUR), OSError, "There is no folder no for the model. Make it first"),
    (load_model, ("no/net.pt", Packed), FileNotFoundError, "no/net.pt. save_model"),
]


@pytest.mark.parametrize("function, given, error, said", CALLS)
def test_what_a_function_cannot_use_is_an_error(news, tmp_path, monkeypatch, function, given, error, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        function(*given)
    assert list(tmp_path.iterdir()) == []


# Networks, batches and options that do not fit


def altered(change):
    """Mean with its logits changed."""
    return type("Altered", (Mean,), {"forward": lambda self, x: change(Mean.forward(self, x))})


def batches_of(collate):
    return lambda dataset: DataLoader(dataset, 4, collate_fn=collate)


def fit_once(net, batches):
    """The last loss and accuracy on these batches."""
    history = fit(net, batches, batches, epochs=1)
    return history.valid_loss[-1], history.valid_accuracy[-1]


RUNS, PADDED, FEW = [train_epoch, evaluate, fit_once], batches_of(padify), "There was no batch|nothing to train on"
LOGITS, NOT_FINITE = "does not fit the data. It must return logits", "no longer finite.*smaller lr"
NO_COLLATE, OTHER = "a collate_fn, such as padify", "does not fit the batches: .*collate_fn="
MISFITS = {  # a network, its batches, and the error
    "batch_first is missing": (altered(lambda logits: logits[:1]), PADDED, ValueError, LOGITS),
    "logits of every token": (altered(lambda logits: logits[:, None].expand(-1, 5, -1)), PADDED, ValueError, LOGITS),
    "no return": (altered(lambda logits: None), PADDED, ValueError, LOGITS),
    "no numbers": (altered(lambda logits: logits * math.nan), PADDED, FloatingPointError, NOT_FINITE),
    "too large": (altered(lambda logits: logits * 3e38), PADDED, FloatingPointError, NOT_FINITE),
    "an error of its own": (altered(lambda logits: logits + "1"), PADDED, TypeError, "unsupported operand"),
    "no collate_fn": (Mean, batches_of(None), TypeError, NO_COLLATE),
    "no batches": (Mean, list, TypeError, NO_COLLATE),
    "lengths too many": (Mean, batches_of(torchnlp.pad_length), ValueError, OTHER + "padify"),
    "lengths missing": (Packed, PADDED, ValueError, OTHER + "pad_length"),
    "offsets for lengths": (Packed, batches_of(torchnlp.offsetify), ValueError, OTHER + "pad_length"),
    "offsets missing": (Bag, PADDED, ValueError, OTHER + "offsetify"),
    "nothing": (Mean, lambda dataset: [], ValueError, FEW),
}


@pytest.mark.parametrize("network, batches, error, said", MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_a_network_is_refused_with_a_remedy(news, network, batches, error, said):
    for run in RUNS:
        with pytest.raises(error, match=said):
            run(network(len(news[3])), batches(news[0]))


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


def test_gates_are_drawn_for_as_many_classes_as_there_are_only(news, paper):
    with pytest.raises(ValueError, match="tells 4 classes apart; classes has 2 names"):
        torchnlp.plot_gates(Reader(), "late goal", news[2][:2])


def test_threads_that_predict_leave_a_network_in_its_own_mode(news):
    net = Mean(len(news[3]), dropout=0.5)
    threads = [threading.Thread(target=lambda: [predict(net, "goal", news[2]) for _ in range(40)]) for _ in range(3)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert net.training and net.dropout.training


def test_an_optimizer_that_lacks_a_part_of_the_network_is_refused_before_the_first_step(news):
    net, old = Mean(len(news[3])), Mean(len(news[3]))
    optimizer = torchnlp.make_optimizer(net)
    net.fc = nn.Linear(8, 4)
    for given, left in [(torchnlp.make_optimizer(old), "embedding.weight, fc.w"), (optimizer, "fc.weight, fc.bias")]:
        for run in (train_epoch, partial(fit, epochs=1)):
            with pytest.raises(ValueError, match=f"The optimizer does not hold {left}.*make_optimizer.net"):
                run(net, PADDED(news[0]), optimizer=given)


def test_a_batch_whose_labels_are_all_ignored_is_named_and_no_learning_rate_is_blamed(news):
    for run in (train_epoch, evaluate):
        with pytest.raises(ValueError, match="Is each label of a batch its ignore_index"):
            run(Mean(len(news[3])), [padify(news[0][:2])], loss_fn=nn.CrossEntropyLoss(ignore_index=0))


def test_no_class_is_predicted_from_what_is_no_number(news):
    with pytest.raises(FloatingPointError, match="no longer finite"):
        predict(altered(lambda logits: logits * math.nan)(len(news[3])), "goal", news[2])


WEIGHTS = [nn.CrossEntropyLoss(torch.tensor([1, 2, 3, weight])) for weight in (0, math.inf, math.nan)]
REDUCED = [nn.CrossEntropyLoss(reduction=how) for how in ("sum", "none")]
OPTIONS = [  # loops, what they are given beside network and batches, and the error
    *[([train_epoch, evaluate, fit], {"loss_fn": loss}, ValueError, "the mean over the batch") for loss in REDUCED],
    *[([train_epoch, evaluate, fit], {"loss_fn": loss}, ValueError, "finite number above 0") for loss in WEIGHTS],
    *[([train_epoch, fit], {"clip": clip}, ValueError, "clip is the largest") for clip in (0, -1, math.nan)],
    *[([fit], {"epochs": epochs}, TypeError, "a whole number of epochs") for epochs in (1.5, None)],
    ([fit], {"epochs": 0}, ValueError, "nothing to train on"),
    ([fit], {"valid": []}, ValueError, "to validate on"),
    ([fit], {"lr": -0.1}, ValueError, "Invalid learning rate"),
    ([fit], {"lr": math.inf}, FloatingPointError, NOT_FINITE),
]


@pytest.mark.parametrize("loops, options, error, said", OPTIONS)
def test_a_useless_option_is_an_error_that_says_what_it_should_be(news, loops, options, error, said):
    for run in loops:
        with pytest.raises(error, match=said):
            run(Mean(len(news[3])), PADDED(news[0]), **options)


def test_an_iterator_is_refused_or_said_to_be_used_up(news):
    batches = PADDED(news[0])
    used_up, unknown = "There was no batch: .*Pass a DataLoader", "fit takes DataLoaders, or lists of batches"
    for iterator, error, said in [(iter(batches), ValueError, used_up), (iter([*batches]), TypeError, unknown)]:
        with pytest.raises(error, match=said):
            fit(Mean(len(news[3])), iterator, batches, epochs=2)


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
