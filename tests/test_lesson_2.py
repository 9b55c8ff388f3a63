"""What lesson 2 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import importlib.util
from pathlib import Path

import torch
from torch import nn

import lessons
import torchnlp
from lessons import SYMBOLS, Recaller, recall_sequences, train_recall

ROOT = Path(__file__).resolve().parent.parent


def test_a_sequence_of_the_recall_task_has_its_first_symbol_as_the_answer():
    x, answers = recall_sequences(500, 7, torch.Generator().manual_seed(0))
    assert x.shape == (500, 7) and answers.tolist() == [row[0] for row in x.tolist()]
    assert x.unique().tolist() == list(range(SYMBOLS))


def test_the_recaller_answers_from_the_last_state_of_its_layer():
    torch.manual_seed(0)
    net, x = Recaller(nn.LSTM), torch.randint(SYMBOLS, (3, 5))
    _, (h, _) = net.rnn(net.embedding(x))
    assert torch.allclose(net(x), net.fc(h[0])) and net(x).shape == (3, SYMBOLS)


def test_forget_and_input_set_the_biases_of_the_recaller():
    net = Recaller(nn.LSTM, forget=5, input=-2)
    i, f, _, _ = (net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0).chunk(4)
    assert i.eq(-2).all() and f.eq(5).all()


def by_hand(net, T, seed, steps, rate, limit):
    """The weights after the steps of train_recall, in plain PyTorch. limit: of the gradient's length, or None."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    for step in range(steps):
        part = (step + 0.5) / steps
        optimizer.param_groups[0]["lr"] = rate * min(part / 0.1, (1 - part) / 0.9)
        x = torch.randint(8, (128, T), generator=generator)
        loss = nn.functional.cross_entropy(net(x), x[:, 0])
        optimizer.zero_grad()
        loss.backward()
        if limit:
            nn.utils.clip_grad_norm_(net.parameters(), limit)
        optimizer.step()
    return nn.utils.parameters_to_vector(net.parameters())


def twin(**options):
    torch.manual_seed(1)
    net = Recaller(nn.LSTM, **options)
    net.fc.weight.data *= 40  # gradients longer than the limit
    return net


def test_train_recall_clips_the_gradient_to_1_and_warms_the_learning_rate_up_and_lets_it_fall():
    trained = twin(forget=5)
    assert train_recall(trained, 6, seed=3, steps=20, rate=0.02) == []  # it is tried every 25 steps
    weights = nn.utils.parameters_to_vector(trained.parameters())
    assert torch.allclose(weights, by_hand(twin(forget=5), 6, 3, 20, 0.02, limit=1), atol=1e-5)
    assert not torch.allclose(weights, by_hand(twin(forget=5), 6, 3, 20, 0.02, limit=None), atol=1e-3)


def test_train_recall_stops_when_99_in_100_are_right(monkeypatch):
    class Perfect(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, x):
            return self.scale * nn.functional.one_hot(x[:, 0], SYMBOLS)

    assert train_recall(Perfect(), 4, seed=0) == [1.0]
    monkeypatch.setattr(lessons, "recall_sequences", lambda count, T, g: (torch.zeros(count, T).long(),
                                                                          torch.ones(count).long()))  # fmt: skip
    assert train_recall(Perfect(), 4, seed=0, steps=60) == [0.0, 0.0]


def test_the_plain_script_has_the_network_of_the_lesson():
    """For equal weights and ids its logits are those of the module's parts."""
    spec = importlib.util.spec_from_file_location("plain", ROOT / "notebooks" / "plain" / "2-lstm.py")
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    torch.manual_seed(0)
    net = plain.Classifier(20, 4)
    texts = [[5, 6, 7], [8, 9, 10, 11, 12], [13]]
    lengths = torch.tensor([3, 5, 1])
    ids = nn.utils.rnn.pad_sequence([torch.tensor(text) for text in texts], batch_first=True, padding_value=1)
    _, last = torchnlp.run_rnn(net.rnn, net.embedding(ids), lengths)
    assert torch.allclose(net(ids, lengths), net.fc(last), atol=1e-6)
    alike = nn.LSTM(64, 32, batch_first=True)
    torchnlp.set_gate_biases(alike, forget=5, input=-2)
    rows = (alike.bias_ih_l0 + alike.bias_hh_l0)[:64]
    assert torch.allclose((net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0)[:64], rows)
