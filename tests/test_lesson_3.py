"""Lesson 3: run_rnn is shown as it is, and the plain script computes the same."""

import ast
import inspect
from pathlib import Path

import nbformat
import torch
from torch import nn

import torchnlp

ROOT = Path(__file__).resolve().parent.parent


def statements_of_run_rnn(source: str) -> list[str]:
    """Without its docstring and its guards, and with the short names of modules that the lesson has."""
    (function,) = (s for s in ast.parse(source).body if isinstance(s, ast.FunctionDef) and s.name == "run_rnn")
    guards = [s for s in function.body if isinstance(s, ast.If) and isinstance(s.body[0], ast.Raise)]
    own = [s for s in function.body if s not in guards and not isinstance(s, ast.Expr)]
    return [ast.unparse(s).replace("nn.utils.rnn.", "") for s in own]


def test_the_lesson_shows_run_rnn_as_it_is():
    lesson = nbformat.read(ROOT / "notebooks" / "3-packed-sequences.ipynb", as_version=4)
    (shown,) = (cell.source for cell in lesson.cells if "def run_rnn" in cell.source and cell.cell_type == "code")
    assert statements_of_run_rnn(shown) == statements_of_run_rnn(inspect.getsource(torchnlp.run_rnn))


def test_the_plain_script_computes_what_the_module_computes_with_the_same_weights(script):
    torch.manual_seed(0)
    net = script["PackedLSTM"](words=20, classes=4, E=5, H=3).eval()
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
