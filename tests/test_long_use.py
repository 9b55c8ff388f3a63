"""What is trained again and again leaves nothing behind."""

import collections
import gc
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.artist import Artist
from networks import Packed

from torchnlp import fit, length_loader, predict

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
    net, loader = Packed(len(vocab)), length_loader(train, 8)
    for training in range(6):
        fit(net, loader, length_loader(test, 8), epochs=2)
        predict(net, "goal", classes)
        if training == 1:
            early = living()
    assert living() == early
    assert plt.get_fignums() == []
