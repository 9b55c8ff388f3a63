"""What lesson 1 hands on, by numbers computed by hand; and its script, equal to plain PyTorch without padding."""

import math

import pytest
import torch
from scipy import stats

from lessons import RNNClassifier, paired_difference
from torchnlp import PAD

SIZES = 30, 5, 4, 3  # words, E, H, K
IDS = torch.tensor([[7, 8, 9, 10], [7, 8, PAD, PAD]])


def masked_mean(states, real):
    return (states * real.unsqueeze(2)).sum(1) / real.sum(1, keepdim=True)


def test_a_lead_is_the_mean_difference_and_texts_or_words_are_its_unit():
    a, b = torch.tensor([[1.0, 1, 1, 0, 1, 0]]), torch.tensor([[0.0, 0, 1, 0, 1, 1]])
    lead, error, margin = paired_difference(a, b)
    assert lead == pytest.approx(1 / 6)
    assert error == pytest.approx((torch.tensor([1.0, 1, 0, 0, 0, -1]).var() / 6).sqrt().item())
    assert margin == pytest.approx(stats.t.ppf(0.975, 5) * error)
    texts = torch.tensor([7, 7, 7, 2, 2, 2])  # differences 2 and -1: 1.5 beside what they would be without a lead
    _, error, margin = paired_difference(a, b, texts, questions=5)
    assert error == pytest.approx(math.sqrt(2 * 1.5**2 / 6**2 * 2))
    assert margin == pytest.approx(stats.t.ppf(0.995, 1) * error)


def test_few_seeds_that_differ_widen_the_margin_and_equal_answers_have_none():
    a, b = torch.rand(2, 3, 4000).double()
    a[0] += 0.1
    lead, error, margin = paired_difference((a > 0.4).double(), (b > 0.5).double())
    seeds = (a > 0.4).double().mean(1)
    assert error > (seeds.var() / 3).sqrt() and 2 < margin / error < 4.31 and lead > 0
    assert paired_difference(b, b[[0, 1, 2]] * 1.0)[0] == 0
    assert paired_difference(torch.ones(1, 9), torch.ones(1, 9)) == (0, 0, 0)


def test_the_script_gives_a_padded_text_what_the_module_gives_it_alone(script):
    words, E, H, K = SIZES
    theirs, ours = script["RNNClassifier"](words, K, E, H), RNNClassifier(*SIZES, masked_mean)
    theirs.load_state_dict(ours.state_dict())
    assert torch.allclose(theirs(IDS)[0], ours(IDS[:1])[0], atol=1e-6)
    assert torch.allclose(theirs(IDS)[1], ours(IDS[1:, :2])[0], atol=1e-6)  # alone it has no padding
