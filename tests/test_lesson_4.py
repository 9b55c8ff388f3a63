"""What lesson 4 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import pytest
import torch
from torch import nn

import lessons
import torchnlp
from lessons import Recurrent, Tagger, Words, token_batch
from torchnlp import PAD, device, encode


def test_the_mean_and_its_error_are_told_with_as_many_digits_as_asked_for():
    assert lessons.format_mean([0.5, 0.7]) == "0.600 (0.100)" and lessons.format_mean([0.25], 1) == "0.2"


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


def test_poolings_take_the_last_state_or_the_mean_of_the_real_ones():
    states = torch.tensor([[[1.0], [3], [0]], [[4], [0], [0]]])
    assert lessons.mean_state(states, None, torch.tensor([2, 1])).tolist() == [[2], [4]]
    assert lessons.end_state(states, "last", None) == "last"
    assert Words()(states, None) == (states, None)


def test_a_classifier_answers_once_for_each_text():
    x, lengths = torch.tensor([[4, 5, 6], [7, PAD, PAD]]), torch.tensor([3, 1])
    net = lessons.TextClassifier(Words(), 9, 4, pooling=lessons.mean_state).eval()
    assert torch.allclose(net(x, lengths), net.fc(torch.stack([net.embedding(x[0]).mean(0), net.embedding(x[1, 0])])))


def test_capitals_become_labels_and_a_batch_its_tokens_in_a_row(news):
    labels, lower, ids = lessons.item_of("The Bank of England #39;s rates, up.")
    assert lower == "the bank of england ' s rates , up ." and labels.tolist() == [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    assert ids.tolist() == encode(lower) and lessons.item_of("")[1] == "."
    items = [lessons.item_of("Oil up"), lessons.item_of("Up")]
    capitals, x, lengths = token_batch(items)
    assert capitals.tolist() == [1, 0, 1] and lengths.tolist() == [2, 1]
    assert x.tolist() == [encode("oil up"), [*encode("up"), PAD]]
    assert [part.tolist() for part in lessons.flat(items)] == [[1, 0, 1], encode("oil up up")]


def test_descriptions_are_the_third_column_or_the_texts_of_another_table(news, tmp_path):
    assert lessons.read_descriptions("test.csv", news[1])[0] == "She wants to see the roads."
    (tmp_path / "own.csv").write_text("text;label\n" + "Rain in the north;a\nA cup, and a final;b\n" * 5)
    train, test, *_ = torchnlp.load_dataset(root=tmp_path / "own.csv")
    assert lessons.read_descriptions("test.csv", test) == [text for _, text in test]
    assert [line for _, line in lessons.read_headlines(train)] == [text for _, text in train]


def test_the_ngrams_of_a_window_have_their_places():
    first, second = lessons.window_ngrams([(None, "new york", None)], width=1)
    assert first == ["0 |", "1 new", "2 york", "0 | new", "1 new york", "0 | new york"]
    assert second[:3] == ["0 new", "1 york", "2 |"]


def test_train_network_starts_from_the_seed_and_learns():
    items = [(torch.tensor([0]), "a", torch.tensor([2])), (torch.tensor([1]), "b", torch.tensor([3]))] * 8
    nets = []
    for seed in (1, 1, 2):
        loader = [token_batch(items)] * 4
        nets.append(lessons.train_network(lambda: Tagger(Words(), 4, 2, drop=0), loader, seed, rate=0.05, epochs=10))
    weights = [nn.utils.parameters_to_vector(net.parameters()) for net in nets]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    _, x, lengths = token_batch(items)
    assert nets[0](x.to(device), lengths).argmax(1).tolist() == [0, 1] * 8


def test_a_tagger_answers_once_for_each_real_token_and_so_it_does_in_plain_pytorch(script):
    ours, theirs = Tagger(Recurrent(nn.LSTM, 32, bidirectional=True), 9, 2).eval(), script["Tagger"](9).eval()
    theirs.load_state_dict({name.replace("encoder.", ""): weight for name, weight in ours.state_dict().items()})
    x, lengths = torch.tensor([[4, 5, 6], [7, PAD, PAD]]), torch.tensor([3, 1])
    assert torch.allclose(ours(x, lengths), theirs(x, lengths), atol=1e-6)


def test_a_tagger_drops_out_its_word_vectors_and_its_states():
    """Dropout in whose place each number is doubled: by hand, twice the vectors go in and twice the states come out."""
    net, ids = Tagger(Recurrent(nn.LSTM, 4), 9, 2), torch.tensor([[2, 3, 4], [5, 6, PAD]])
    lengths = torch.tensor([3, 2])
    net.dropout.forward = lambda x: 2 * x
    states, _ = net.encoder(2 * net.embedding(ids), lengths)
    assert torch.allclose(net(ids, lengths), net.fc(2 * states[ids != PAD]))
