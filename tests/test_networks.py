"""Every network of lessons.py: each parameter gets the gradient that it should."""

import pytest
import torch
from torch import nn

import lessons
from torchnlp import PAD

V, K, T = 12, 3, 6
LENGTHS = torch.tensor([6, 6, 3])
IDS = torch.randint(2, V, (3, T), generator=torch.Generator().manual_seed(0))
IDS[2, 3:] = PAD


def classifier(network, encoder):
    return network(encoder, V, K), (IDS, LENGTHS)


def of_vectors(encoder):
    return encoder, (torch.randn(3, T, 64), LENGTHS)


def largest(states, real):
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


MADE = {
    "RNNClassifier": lambda: (lessons.RNNClassifier(V, 5, 4, K, largest), (IDS,)),
    "Recaller": lambda: (lessons.Recaller(nn.LSTM, forget=1), (IDS % lessons.SYMBOLS,)),
    "Recurrent": lambda: of_vectors(lessons.Recurrent(nn.GRU, 4, forget=1, bidirectional=True)),
    "Words": lambda: of_vectors(lessons.Words()),
    "Window": lambda: of_vectors(lessons.Window(3, 2)),
    "TextClassifier": lambda: classifier(lessons.TextClassifier, lessons.Recurrent(nn.LSTM, 4)),
    "Tagger": lambda: classifier(lessons.Tagger, lessons.Recurrent(nn.LSTM, 4, bidirectional=True)),
    "NewsReader": lambda: (lessons.NewsReader(torch.randn(V, 5), K, hidden_dim=4), (IDS, LENGTHS)),
    "LanguageModel": lambda: (lessons.LanguageModel(V - 1, D=5, H=4), (IDS,)),
    "LastTokens": lambda: (lessons.LastTokens(V - 1, D=5, H=4, k=3), (IDS,)),
    "MinGRU": lambda: (lessons.MinGRU(5, 4), (torch.randn(3, T, 5),)),
}


def test_every_network_of_the_lessons_is_tried():
    networks = [name for name in lessons.__all__ if isinstance(getattr(lessons, name), type)]
    assert set(MADE) == {name for name in networks if issubclass(getattr(lessons, name), nn.Module)}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_each_parameter_gets_the_gradient_that_a_finite_difference_gives(make):
    torch.manual_seed(1)
    net, inputs = make()
    net, inputs = net.double().eval(), [part.double() if part.is_floating_point() else part for part in inputs]

    def loss():
        first = net(*inputs)
        first = first[0] if isinstance(first, tuple) else first
        return (first * torch.linspace(-1, 1, first.numel(), dtype=torch.double).view_as(first)).sum()

    if any(p.requires_grad for p in net.parameters()):
        loss().backward()
    for name, weight in net.named_parameters():
        direction = torch.randn_like(weight)
        if "embedding" in name:
            direction[PAD] = 0  # the vector of <pad> learns nothing
        with torch.no_grad():
            weight += 1e-6 * direction
            above = loss()
            weight -= 2e-6 * direction
            slope = (above - loss()) / 2e-6
            weight += 1e-6 * direction
        assert (weight.grad.to_dense() * direction).sum().item() == pytest.approx(slope.item(), rel=1e-4, abs=1e-7), (
            name
        )
        assert slope != 0, name
