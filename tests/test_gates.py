"""The gates that the lessons show are those that nn.LSTM computes inside."""

import pytest
import torch
from torch import nn

from torchnlp import gates, seed_all


def a_layer(**settings):
    seed_all(3)
    return nn.LSTM(5, 4, **settings)


def a_text(tokens=7):
    return torch.randn(tokens, 5, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("tokens", [1, 2, 40])
def test_h_and_c_are_those_of_the_layer_itself(batch_first, bias, tokens):
    lstm, x = a_layer(batch_first=batch_first, bias=bias), a_text(tokens)
    values = gates(lstm, x)
    states, (h, c) = lstm(x)
    assert torch.allclose(values["h"], states, atol=1e-6)
    assert torch.allclose(values["c"][-1], c[0], atol=1e-6)
    for t in range(1, tokens + 1):  # the layer shows only its last memory: stop it after each step
        assert torch.allclose(values["c"][t - 1], lstm(x[:t])[1][1][0], atol=1e-6)


@pytest.mark.parametrize("name, quarter", [("input", 0), ("forget", 1), ("candidate", 2), ("output", 3)])
def test_a_gate_answers_to_its_own_quarter_of_the_bias(name, quarter):
    lstm, x = a_layer(), a_text(1)
    before = gates(lstm, x)
    with torch.no_grad():
        lstm.bias_ih_l0[4 * quarter : 4 * quarter + 4] += 50
    after = gates(lstm, x)
    assert torch.allclose(after[name], torch.ones(1, 4))
    for other in {"input", "forget", "candidate", "output"} - {name}:
        assert torch.equal(after[other], before[other])


def test_gates_leave_no_gradient_behind():
    lstm = a_layer()
    assert not any(value.requires_grad for value in gates(lstm, a_text().requires_grad_()).values())
    assert all(weight.grad is None for weight in lstm.parameters())
