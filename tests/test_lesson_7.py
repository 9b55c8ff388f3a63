"""What lesson 7 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import math

import pytest
import torch
from torch import nn

from lessons import Block, MeanClassifier, MinGRU, parallel_scan, positions
from torchnlp import PAD


def loop(a, b):
    h, states = torch.zeros_like(b[:, 0]), []
    for t in range(b.size(1)):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return torch.stack(states, dim=1)


def test_positions_are_sines_and_cosines():
    wanted = [
        [0.3 * math.sin(t), 0.3 * math.sin(t / 100), 0.3 * math.cos(t), 0.3 * math.cos(t / 100)] for t in range(5)
    ]
    assert torch.allclose(positions(5, 4), torch.tensor(wanted))
    assert positions(5, 3).shape == (5, 3)


@pytest.mark.parametrize("order", [True, False])
def test_a_block_is_pytorchs_pre_norm_layer_with_one_head(order):
    torch.manual_seed(0)
    block = Block(8, order=order).eval()
    theirs = nn.TransformerEncoderLayer(8, 1, 16, batch_first=True, norm_first=True).eval()
    ours = dict(block.named_parameters())
    names = {"self_attn.in_proj_": "to_qkv.", "self_attn.out_proj.": "out.", "linear1.": "feed_forward.0.",
             "linear2.": "feed_forward.2.", "norm1.": "norm1.", "norm2.": "norm2."}  # fmt: skip
    theirs.load_state_dict({a + part: ours[b + part] for a, b in names.items() for part in ("weight", "bias")})
    x, lengths = torch.randn(3, 5, 8), torch.tensor([5, 3, 1])
    padding = torch.arange(5) >= lengths.unsqueeze(1)  # [B, T]
    start = x + positions(5, 8) if order else x
    for keep, shut in [(~padding.unsqueeze(1), {"src_key_padding_mask": padding}),
                       (torch.ones(5, 5).tril().bool(), {"src_mask": torch.ones(5, 5).triu(1).bool()})]:  # fmt: skip
        with torch.enable_grad():  # no fast path of theirs, which fills padding with zeros
            assert torch.allclose(block(x, keep), theirs(start, **shut), atol=1e-5)


@pytest.mark.parametrize("T", [1, 2, 3, 8, 13])
def test_the_scan_gives_the_states_and_gradients_of_the_loop(T):
    torch.manual_seed(T)
    a, b = torch.rand(2, T, 3, requires_grad=True), torch.randn(2, T, 3, requires_grad=True)
    found, wanted = parallel_scan(a, b), loop(a, b)
    assert torch.allclose(found, wanted, atol=1e-5)
    ours, theirs = (torch.autograd.grad(y.sum(), (a, b), materialize_grads=True) for y in (found, wanted))
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(ours, theirs))


def test_a_min_gru_writes_z_and_keeps_the_rest():
    torch.manual_seed(0)
    layer, x = MinGRU(4, 3, forget=2), torch.randn(2, 6, 4)
    z, n = (x @ layer.linear.weight.T + layer.linear.bias).split(3, dim=2)
    h = torch.zeros(2, 3)
    for t in range(6):
        h = (1 - z[:, t].sigmoid()) * h + z[:, t].sigmoid() * n[:, t].tanh()
    states, last = layer(x)
    assert torch.allclose(last[:, 0], h, atol=1e-6) and torch.equal(states[:, -1:], last)
    assert layer.linear.bias[:3].eq(-2).all()
    with pytest.raises(AssertionError, match="reads"):
        MinGRU(4, 3, batch_first=False)


@pytest.mark.parametrize("layer", [None, nn.GRU(64, 64, batch_first=True), Block()])
def test_the_mean_classifier_pools_the_real_tokens(layer):
    torch.manual_seed(0)
    net = MeanClassifier(20, 4, layer).eval()
    short, both = torch.tensor([[5, 6]]), torch.tensor([[5, 6, PAD, PAD], [7, 8, 9, 10]])
    assert torch.allclose(net(both)[:1], net(short), atol=1e-5)  # whatever else is in the batch
    if layer is None:
        assert torch.allclose(net(short), net.fc(net.embedding.weight[[5, 6]].mean(0)), atol=1e-6)
