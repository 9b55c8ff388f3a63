"""What lesson 4 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import pytest
import torch
from torch import nn

import lessons
from lessons import Recurrent, Tagger, token_batch
from torchnlp import PAD, encode


def padded(*lengths):
    rows = [torch.randn(n, 64) for n in lengths]
    return rows, nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.tensor(lengths)


@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"bidirectional": True, "num_layers": 2}])
def test_a_recurrent_encoder_reads_each_text_as_if_alone(options):
    rows, vectors, lengths = padded(5, 2, 1)
    encoder = Recurrent(nn.GRU, 8, forget=2, **options)
    assert (encoder.rnn.bias_ih_l0 + encoder.rnn.bias_hh_l0)[8:16].eq(2).all()  # forget, at the update gate
    states, last = encoder(vectors, lengths)
    assert states.shape == (3, 5, encoder.width) and last.shape == (3, encoder.width)
    for i, row in enumerate(rows):
        alone, h_n = encoder.rnn(row.unsqueeze(0))
        assert torch.allclose(states[i, : len(row)], alone[0], atol=1e-6) and not states[i, len(row) :].any()
        assert torch.allclose(last[i], h_n[-encoder.width // 8 :].flatten(), atol=1e-6)


def test_a_window_sees_two_words_to_each_side_two_windows_four_and_never_padding():
    rows, vectors, lengths = padded(11, 4)
    for layers, reach in ((1, 2), (2, 4)):
        encoder = lessons.Window(5, layers)
        states, _ = encoder(vectors.requires_grad_(), lengths)
        (slope,) = torch.autograd.grad(states[0, 5].sum(), vectors)
        seen = slope[0].abs().sum(1).nonzero().flatten().tolist()
        assert seen == list(range(5 - reach, 6 + reach))
        assert torch.allclose(states[1, :4], encoder(rows[1].unsqueeze(0), torch.tensor([4]))[0][0], atol=1e-5)
        assert not states[1, 4:].any()


def test_capitals_become_labels_and_a_batch_its_tokens_in_a_row(news):
    labels, lower, ids = lessons.item_of("The Bank of England #39;s rates, up.")
    assert lower == "the bank of england ' s rates , up ." and labels.tolist() == [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    assert ids.tolist() == encode(lower) and lessons.item_of("")[1] == "."
    items = [lessons.item_of("Oil up"), lessons.item_of("Up")]
    capitals, x, lengths = token_batch(items)
    assert capitals.tolist() == [1, 0, 1] and lengths.tolist() == [2, 1]
    assert x.tolist() == [encode("oil up"), [*encode("up"), PAD]]
    assert [part.tolist() for part in lessons.flat(items)] == [[1, 0, 1], encode("oil up up")]


def test_a_tagger_answers_once_for_each_real_token_and_so_it_does_in_plain_pytorch(script):
    ours, theirs = Tagger(Recurrent(nn.LSTM, 32, bidirectional=True), 9, 2).eval(), script["Tagger"](9).eval()
    theirs.load_state_dict({name.replace("encoder.", ""): weight for name, weight in ours.state_dict().items()})
    x, lengths = torch.tensor([[4, 5, 6], [7, PAD, PAD]]), torch.tensor([3, 1])
    assert torch.allclose(ours(x, lengths), theirs(x, lengths), atol=1e-6)
