"""The gates that the lessons show are those that nn.LSTM computes inside."""

import pytest
import torch
from torch import nn

from torchnlp import gates, seed_all


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("tokens", [1, 40])
def test_h_and_c_are_those_of_the_layer_itself_without_their_gradients(batch_first, bias, tokens):
    seed_all(3)
    lstm, x = nn.LSTM(5, 4, batch_first=batch_first, bias=bias), torch.randn(tokens, 5)
    values = gates(lstm, x)
    torch.testing.assert_close(values["h"], lstm(x)[0].detach())
    for t in range(tokens):  # the layer shows only its last memory: stop it after each step
        torch.testing.assert_close(values["c"][t], lstm(x[: t + 1])[1][1][0].detach())
    assert not any(value.requires_grad for value in values.values())


@pytest.mark.parametrize("name, quarter", [("input", 0), ("forget", 1), ("candidate", 2), ("output", 3)])
def test_a_gate_answers_to_its_own_quarter_of_the_bias(name, quarter):
    lstm, x = nn.LSTM(5, 4), torch.randn(1, 5)
    before = gates(lstm, x)
    with torch.no_grad():
        lstm.bias_ih_l0[4 * quarter : 4 * quarter + 4] += 50
    after = gates(lstm, x)
    assert torch.allclose(after[name], torch.ones(1, 4))
    for other in {"input", "forget", "candidate", "output"} - {name}:
        assert torch.equal(after[other], before[other])
