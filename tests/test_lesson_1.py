"""What lesson 1 hands on, by numbers computed by hand; and its script, equal to plain PyTorch without padding."""

import runpy
from pathlib import Path

import pytest
import torch

from lessons import NaiveRNNClassifier, spectral_radius
from torchnlp import PAD

PLAIN = Path(__file__).resolve().parent.parent / "notebooks" / "1-simple-rnn" / "plain.py"
SIZES = 30, 5, 4, 3  # words, E, H, K
IDS = torch.tensor([[7, 8, 9, 10], [7, 8, PAD, PAD]])


def test_the_naive_class_counts_the_padding():
    net = NaiveRNNClassifier(*SIZES)
    assert torch.allclose(net(IDS)[:1], net(IDS[:1]), atol=1e-6)
    assert not torch.allclose(net(IDS)[1:], net(IDS[1:, :2]), atol=1e-3)


def test_spectral_radius_is_that_of_the_largest_eigenvalue():
    assert spectral_radius(torch.tensor([[0.0, 1], [-0.5, 0]])) == pytest.approx(0.5**0.5)
    assert spectral_radius(torch.diag(torch.tensor([0.3, -2.0]))) == pytest.approx(2)


def test_the_script_gives_a_padded_text_what_the_module_gives_it_alone():
    theirs, ours = runpy.run_path(str(PLAIN))["RNNClassifier"](*SIZES), NaiveRNNClassifier(*SIZES)
    theirs.load_state_dict(ours.state_dict())
    assert torch.allclose(theirs(IDS)[0], ours(IDS[:1])[0], atol=1e-6)
    assert torch.allclose(theirs(IDS)[1], ours(IDS[1:, :2])[0], atol=1e-6)  # alone it has no padding
