"""What lesson 2 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import copy

import torch
from torch import nn

from lessons import SYMBOLS, Recaller, train_recall
from torchnlp import fit


def test_the_recaller_answers_from_the_last_state_of_its_layer_whose_biases_are_set():
    net, x = Recaller(nn.LSTM, forget=5, input=-2), torch.randint(SYMBOLS, (3, 5))
    _, (h, _) = net.rnn(net.embedding(x))
    assert torch.allclose(net(x), net.fc(h[0])) and net(x).shape == (3, SYMBOLS)
    i, f, _, _ = (net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0).chunk(4)
    assert i.eq(-2).all() and f.eq(5).all()


def test_train_recall_is_fit_with_gradients_clipped_to_1(fresh):
    trained = Recaller(nn.LSTM, forget=5)
    trained.fc.weight.data *= 40  # gradients longer than 1
    net, generator = copy.deepcopy(trained), torch.Generator().manual_seed(3)
    assert train_recall(trained, 6, seed=3, steps=20, rate=0.02) == []  # it is tried every 25 steps
    texts = [torch.randint(8, (128, 6), generator=generator) for _ in range(20)]
    fit(net, [(x[:, 0], x) for x in texts], epochs=1, lr=0.02, clip=1, live=False)
    torch.testing.assert_close(trained.state_dict(), net.state_dict(), rtol=0, atol=1e-5)
