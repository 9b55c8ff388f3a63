"""Lesson 7: what it has in lessons.py, and what its cells define, against numbers by hand and plain PyTorch."""

import ast
import re

import nbformat
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from checks import check_as_product, check_as_recurrence, check_delta_step
from lessons import (
    LETTERS,
    START,
    AttentiveReverser,
    MinGRU,
    Reverser,
    parallel_scan,
    train_reverser,
    words_of,
    write_backwards,
)
from tools.lesson import ROOT

CELLS = {cell.id: cell for cell in nbformat.read(ROOT / "notebooks" / "7-attention-and-after.ipynb", 4).cells}
NAMES = {"torch": torch, "nn": nn, "F": F}
SHOWN = "l7-c062", "l7-d008", "l7-d010"  # the block, positions and mask, the stack
SHOWN += "l7-pieces", "l7-delta_layer"
for cell_id in SHOWN:
    exec(compile(ast.parse(CELLS[cell_id].source), cell_id, "exec"), NAMES)
Block, Stack, positions, causal = (NAMES[name] for name in ("Block", "Stack", "positions", "causal"))
NAMES |= {"as_product": check_as_product.ours, "delta_step": check_delta_step.ours}  # what a student writes
THEIRS = {"self_attn.in_proj_": "to_qkv.", "self_attn.out_proj.": "out.", "linear1.": "feed_forward.0.",
          "linear2.": "feed_forward.2.", "norm1.": "norm1.", "norm2.": "norm2."}  # fmt: skip


def after(net, before, encoded, state):
    """The logits [T, 26] of one word's decoder, step by step in plain PyTorch: attention as the definition has it."""
    rows = []
    for letter in before:
        h, state = net.decoder(net.embedding(torch.tensor([[letter]])), state)  # [1, 1, H]
        read = h[0, 0]
        if isinstance(net, AttentiveReverser):
            scores = [(net.query.weight @ read) @ state_of_letter for state_of_letter in encoded[0]]
            weights = torch.tensor(scores).exp() / torch.tensor(scores).exp().sum()
            read = torch.cat([read, sum(w * value for w, value in zip(weights, encoded[0]))])
        rows.append(net.fc.weight @ read + net.fc.bias)
    return torch.stack(rows)


def test_the_answer_to_a_random_word_is_the_word_backwards():
    x, answers = words_of(3, 4, torch.Generator().manual_seed(0))
    assert x.shape == (3, 4) and x.max() < len(LETTERS)
    assert [row[::-1] for row in x.tolist()] == answers.tolist()


@pytest.mark.parametrize("kind", [Reverser, AttentiveReverser])
def test_a_reverser_reads_the_start_token_and_the_right_letters_one_step_late(kind):
    torch.manual_seed(0)
    net, x = kind(H=5), torch.tensor([[2, 0, 19]])
    with torch.no_grad():
        wanted = after(net, [START, 19, 0], *net.encoder(net.embedding(x)))
        assert torch.allclose(net(x, x.flip(1))[0], wanted, atol=1e-5)


@pytest.mark.parametrize("kind", [Reverser, AttentiveReverser])
def test_what_a_reverser_writes_is_its_next_input(kind):
    torch.manual_seed(1)
    net, x = kind(H=5), torch.tensor([[2, 0, 19, 4]])
    with torch.no_grad():
        encoded, state = net.encoder(net.embedding(x))
        letters = []
        for _ in range(4):
            letters.append(after(net, [START, *letters], encoded, state)[-1].argmax().item())
    assert write_backwards(net, x).tolist() == [letters]


def test_attention_weights_are_kept_and_sum_to_1():
    net, x = AttentiveReverser(H=5), torch.tensor([[2, 0, 19]])
    net(x, x.flip(1))
    assert net.weights.shape == (1, 3, 3) and torch.allclose(net.weights.sum(2), torch.ones(1, 3))


def test_training_a_reverser_lowers_its_loss_and_repeats_bit_for_bit():
    nets = []
    for steps in (1, 60, 60):
        torch.manual_seed(0)
        nets.append(train_reverser(Reverser(H=16), seed=1, steps=steps, longest=2))
    x, answers = words_of(200, 2, torch.Generator().manual_seed(5))
    losses = [F.cross_entropy(net(x, answers).flatten(0, 1), answers.flatten()).item() for net in nets]
    assert losses[1] == losses[2] < losses[0] - 0.5


def test_positions_are_sines_and_cosines():
    t = torch.arange(5.0)
    wanted = torch.stack([t.sin(), (t / 100).sin(), t.cos(), (t / 100).cos()], dim=1)
    assert torch.allclose(positions(5, 4), 0.3 * wanted)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_a_block_is_pytorchs_pre_norm_layer(heads):
    block = Block(8, heads)
    theirs = nn.TransformerEncoderLayer(8, heads, 16, dropout=0, batch_first=True, norm_first=True)
    ours = dict(block.named_parameters())
    theirs.load_state_dict({a + part: ours[b + part] for a, b in THEIRS.items() for part in ("weight", "bias")})
    x = torch.randn(3, 5, 8)
    assert torch.allclose(block(x), theirs(x), atol=1e-5)
    assert torch.allclose(block(x, causal(5)), theirs(x, src_mask=~causal(5)), atol=1e-5)


def test_a_stack_gives_token_by_token_what_it_gives_at_once():
    stack, x, kept, states = Stack(6, 8).eval(), torch.randn(2, 5, 6), None, []
    for t in range(5):
        state, kept = stack(x[:, t : t + 1], kept)
        states.append(state)
    assert torch.allclose(torch.cat(states, dim=1), stack(x)[0], atol=1e-5) and torch.equal(kept, x)


def test_the_script_to_take_home_has_the_block_of_the_lesson(script):
    theirs, x = script["Block"](8, 2).eval(), torch.randn(3, 5, 8)
    ours = Block(8, 2)
    ours.load_state_dict(theirs.state_dict())
    assert torch.allclose(theirs(x), ours(x, causal(5)), atol=1e-5)


def test_the_rungs_of_the_ladder_are_those_of_lesson_6():
    (lesson_6,) = (ROOT / "notebooks").glob("6-*.ipynb")
    cells = [cell for cell in nbformat.read(lesson_6, 4).cells if cell.cell_type == "code"]
    said = "".join(output.get("text", "") for cell in cells for output in cell.outputs)
    rungs = re.findall(r"\d+\.\d", CELLS["l7-d0151"].source.split("if large")[0])
    assert len(rungs) == 4 and all(f" {rung} " in said for rung in rungs)


def test_a_scan_multiplies_each_state_by_a_and_adds_b():
    a, b = torch.tensor([[[0.5], [2], [3], [-1]]]), torch.tensor([[[1.0], [4], [0], [5]]])
    assert parallel_scan(a, b).flatten().tolist() == [1, 6, 18, -13]


@pytest.mark.parametrize("low, T", [(0, 1), (0, 6), (-1, 13)])
def test_a_min_gru_writes_z_and_keeps_the_rest(low, T):
    layer, x = MinGRU(4, 3, forget=2, low=low), torch.randn(2, T, 4)
    z, n = (x @ layer.linear.weight.T + layer.linear.bias).split(3, dim=2)
    h = torch.zeros(2, 3)
    for t in range(T):
        h = (1 - (1 - low) * z[:, t].sigmoid()) * h + z[:, t].sigmoid() * n[:, t].tanh()
    states, last = layer(x)
    assert torch.allclose(last[:, 0], h, atol=1e-6) and torch.equal(states[:, -1:], last)
    assert layer.linear.bias[:3].eq(-2).all()
    with pytest.raises(AssertionError, match="reads"):
        MinGRU(4, 3, batch_first=False)


@pytest.mark.parametrize("size", [1, 3, 4, 7, 12])
def test_linear_attention_by_pieces_is_the_loop_and_the_product(size):
    q, k, v = (torch.randn(2, 7, n).double() for n in (4, 4, 3))
    S, states = torch.zeros(2, 3, 4).double(), []
    for t in range(7):
        S = S + v[:, t, :, None] * k[:, t, None, :]
        states.append(torch.einsum("bvd,bd->bv", S, q[:, t]))
    NAMES["torch"].set_default_dtype(torch.float64)
    try:
        found = NAMES["as_pieces"](q, k, v, size)
        by_loop = check_as_recurrence.ours(q, k, v)
    finally:
        torch.set_default_dtype(torch.float32)
    for answer in (found, by_loop):
        assert torch.allclose(answer, torch.stack(states, dim=1), atol=1e-12)


def test_the_delta_rule_replaces_what_a_key_holds():
    step, k = check_delta_step.ours, torch.tensor([[0.6, 0.8]])
    S = step(torch.zeros(1, 1, 2), k, torch.tensor([[10.0]]), torch.ones(1, 1))
    assert torch.allclose(S, torch.tensor([[[6.0, 8]]]))
    S = step(S, k, torch.tensor([[20.0]]), torch.tensor([[0.5]]))  # half of the error of 10
    assert torch.allclose(S @ k.T, torch.tensor([[[15.0]]]))
    other = torch.tensor([[0.8, -0.6]])  # at right angles: not touched
    assert torch.allclose(S @ other.T, torch.zeros(1, 1, 1), atol=1e-6)


@pytest.mark.parametrize("most", [1, 2])
def test_a_delta_layer_is_the_recurrence_with_factors_down_to_one_minus_most(most):
    torch.manual_seed(0)
    layer, x = NAMES["DeltaLayer"](4, 3, most), torch.randn(2, 5, 4)
    k, q, v, b = (x @ layer.linear.weight.T + layer.linear.bias).split([8, 8, 3, 1], dim=2)
    k, b, S = k / k.norm(dim=2, keepdim=True), most * b.sigmoid(), torch.zeros(2, 3, 8)
    for t in range(5):
        erase = torch.eye(8) - b[:, t, None] * k[:, t, :, None] * k[:, t, None, :]
        S = S @ erase + b[:, t, None] * v[:, t, :, None] * k[:, t, None, :]
        assert torch.allclose(layer(x)[0][:, t], (S @ q[:, t, :, None])[..., 0], atol=1e-5)
    factors = 1 - b
    assert (1 - most <= factors).all() and torch.allclose(layer(x)[1], S, atol=1e-5)


def test_what_a_small_corpus_shows_is_what_the_block_wrote_after_ag_news():
    names = {}
    exec(CELLS["l7-written_after_ag_news"].source.split("if not large")[0], names)
    (output,) = CELLS["l7-d047"].outputs
    assert output.text.strip() == names["AFTER_AG_NEWS"].strip()
