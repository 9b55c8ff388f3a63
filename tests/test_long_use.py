"""What is trained again and again leaves nothing behind."""

import collections
import gc
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.artist import Artist
from networks import Packed
from torch.utils.data import DataLoader

from torchnlp import LengthBatchSampler, evaluate, fit, pad_length, predict

pytestmark = pytest.mark.slow


def living():
    """How many things of the kinds that fill a memory are alive."""
    gc.collect()
    kinds = (torch.Tensor, torch.optim.Optimizer, Artist)
    return collections.Counter(type(thing).__name__ for thing in gc.get_objects() if issubclass(type(thing), kinds))


def test_six_trainings_leave_no_more_behind_than_two(news, monkeypatch):
    plt.switch_backend("agg")
    plt.close("all")
    frame = SimpleNamespace(update=lambda figure: figure.canvas.draw())  # draws each, keeps none
    monkeypatch.setattr("IPython.get_ipython", lambda: frame)
    monkeypatch.setattr("IPython.display.display", lambda figure, display_id: frame)
    train, test, classes, vocab = news
    net = Packed(len(vocab))
    loader = DataLoader(train, batch_sampler=LengthBatchSampler(train, 8), collate_fn=pad_length)
    valid = DataLoader(test, batch_size=8, collate_fn=pad_length)
    for training in range(6):
        history = fit(net, loader, valid, epochs=2)
        evaluate(net, loader)
        predict(net, "goal", classes, collate_fn=pad_length)
        if training == 1:
            early = living()
    assert len(history.valid_loss) == 2
    assert living() == early
    assert plt.get_fignums() == []
