"""Lesson 3: run_rnn is shown as it is, and the plain script computes the same."""

import ast
import runpy
from pathlib import Path

import nbformat
import torch
from torch import nn

import torchnlp
from checks import check_validate

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ROOT / "notebooks" / "3-packed-sequences" / "plain.py"


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


def test_the_validation_that_the_lesson_asks_for_is_that_of_evaluate():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.dropout = nn.EmbeddingBag(9, 3), nn.Dropout(0.5)

        def forward(self, x, lengths):
            return self.dropout(self.embedding(x)) * lengths.unsqueeze(1)

    torch.manual_seed(0)
    net = Net().to(torchnlp.device)
    batches = [
        torchnlp.Batch(torch.randint(3, (n,)), torch.randint(9, (n, 4)), torch.randint(1, 5, (n,))) for n in (5, 2)
    ]
    loss, accuracy = check_validate.ours(net, batches)
    assert not net.training and abs(loss - torchnlp.evaluate(net, batches)[0]) < 1e-5
    assert accuracy == torchnlp.evaluate(net, batches)[1]
