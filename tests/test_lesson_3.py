"""Lesson 3: run_rnn is shown as it is, and the plain script and the answers of the checks agree with PyTorch."""

import ast
import runpy
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import checks
import torchnlp

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ROOT / "notebooks" / "plain" / "3-packed.py"


def body_of(function: ast.FunctionDef) -> list[str]:
    """A function's statements, without its docstring, its guard against a wrong layer, and the names of modules."""
    statements = [s for s in function.body if not isinstance(s, ast.Expr)]
    statements = [s for s in statements if not (isinstance(s, ast.If) and isinstance(s.body[0], ast.Raise))]
    return [ast.unparse(s).replace("nn.utils.rnn.", "") for s in statements]


def function_in(source: str, name: str) -> ast.FunctionDef:
    return next(s for s in ast.parse(source).body if isinstance(s, ast.FunctionDef) and s.name == name)


def test_the_lesson_shows_run_rnn_as_it_is():
    lesson = nbformat.read(ROOT / "notebooks" / "3-packed-sequences.ipynb", as_version=4)
    (shown,) = (cell.source for cell in lesson.cells if "def run_rnn" in cell.source and cell.cell_type == "code")
    module = Path(torchnlp.__file__).read_text(encoding="utf-8")
    assert body_of(function_in(shown, "run_rnn")) == body_of(function_in(module, "run_rnn"))


def test_the_plain_script_computes_what_the_module_computes_with_the_same_weights():
    torch.manual_seed(0)
    script = runpy.run_path(str(PLAIN))
    net = script["PackedLSTM"](words=20, classes=4, embed_dim=5, hidden_dim=3).eval()
    ids, lengths = torch.randint(2, 20, (4, 6)), torch.tensor([2, 6, 1, 4])
    for row, length in zip(ids, lengths):
        row[length:] = script["PAD"]
    rnn = nn.LSTM(5, 3, batch_first=True)
    rnn.load_state_dict(net.rnn.state_dict())
    with torch.no_grad():
        _, last = torchnlp.run_rnn(rnn, net.embedding(ids), lengths)
        assert torch.allclose(net(ids, lengths), net.fc(last), atol=1e-6)
    total = (net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0).detach().view(4, 3)  # input, forget, candidate, output
    assert total[:2].tolist() == [[-2.0] * 3, [5.0] * 3]  # as set_gate_biases(rnn, forget=5, input=-2) makes them


def test_one_column_by_hand():
    """One unit, all weights 1: tanh(x + h); the second text has ended and rests."""
    cell = nn.RNNCell(1, 1, bias=False)
    nn.init.ones_(cell.weight_ih), nn.init.ones_(cell.weight_hh)
    h = checks.check_column_step.ours(cell, torch.tensor([[0.5]]), torch.tensor([[0.25], [0.75]]))
    assert torch.allclose(h, torch.tensor([[0.63515], [0.75]]), atol=1e-5)  # tanh(0.75) = 0.63515


def test_the_references_of_the_checks_agree_with_pytorch():
    torch.manual_seed(0)
    rnn, cell = nn.RNN(3, 4, batch_first=True), nn.RNNCell(3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in rnn.state_dict().items()})
    packed = pack_sequence([torch.randn(n, 3) for n in (4, 2, 1)])
    last = checks.check_read_packed.ours(cell, packed.data, packed.batch_sizes)
    assert torch.allclose(last, rnn(packed)[1][0], atol=1e-6)
    lstm, vectors, lengths = (
        nn.LSTM(3, 4, num_layers=2, batch_first=True),
        torch.randn(3, 6, 3),
        torch.tensor([2, 5, 1]),
    )
    for ours, module in zip(
        checks.check_read_batch.ours(lstm, vectors, lengths), torchnlp.run_rnn(lstm, vectors, lengths)
    ):
        assert torch.allclose(ours, module, atol=1e-6)
