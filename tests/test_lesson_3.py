"""The script of lesson 3 computes what the module computes."""

import torch
from torch import nn

import torchnlp


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
