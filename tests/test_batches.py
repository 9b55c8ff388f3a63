"""Texts become batches: the collate functions, what a network sees of them, and the sampler."""

import itertools
import math
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from networks import each_network
from torch import nn
from torchtext.vocab import Vocab

import torchnlp
from torchnlp import PAD, UNK, LengthBatchSampler, offsetify, pad_length, padify, run_rnn, set_gate_biases

pytestmark = pytest.mark.usefixtures("fresh")

# Empty, unknown, one token, padding typed by a reader, 2,000 tokens.
ODD = [(1, ""), (2, "zyxomma qwrtp vlkj"), (3, "goal"), (4, "<pad>"), (1, "<pad> goal"), (2, "late goal " * 1000)]


some_text = st.text(st.characters(), max_size=30) | st.sampled_from([text for _, text in ODD[:5]])


@given(batch=st.lists(st.tuples(st.integers(1, 4), some_text), min_size=1, max_size=8))
@example(batch=ODD)
def test_any_batch_can_be_read_back(news, batch):
    texts = [torchnlp.encode(text) or [UNK] for _, text in batch]
    labels, ids, lengths = pad_length(batch)
    assert labels.tolist() == [label - 1 for label, _ in batch]
    assert {part.dtype for part in [*pad_length(batch), *offsetify(batch)]} == {torch.int64}
    assert ids.shape == (len(batch), max(map(len, texts)))
    assert lengths.tolist() == list(map(len, texts))
    assert [row[:length].tolist() for row, length in zip(ids, lengths)] == texts
    assert [(row == PAD).sum().item() for row in ids] == [ids.shape[1] - len(text) for text in texts]
    assert all(torch.equal(a, b) for a, b in zip((labels, ids), padify(batch)))

    flat_labels, flat, offsets = offsetify(batch)
    assert torch.equal(labels, flat_labels)
    assert [piece.tolist() for piece in torch.tensor_split(flat, offsets[1:])] == texts


def test_voc_and_tokenizer_count_for_articles_of_the_dataset_too(news):
    train = news[0][2:4]  # "Late goal wins ...", whose ids under the loaded vocabulary are remembered
    words, letters = Vocab(Counter(["late", "goal", "goal"])), Vocab(Counter("La"))
    assert padify(train, voc=words)[1][0, :3].tolist() == torchnlp.encode(train[0][1], voc=words)[:3] == [3, 2, UNK]
    assert offsetify(train, voc=words)[1][:3].tolist() == [3, 2, UNK]
    assert padify(train, voc=letters, tokenizer=list)[1][0, :4].tolist() == [2, 3, UNK, UNK]
    assert padify(train, tokenizer=list)[1].shape[1] == max(len(text) for _, text in train)
    assert all(torch.equal(a, b) for a, b in zip(padify(train, voc=news[3]), padify(train)))


@pytest.mark.parametrize("collate", [padify, pad_length, offsetify])
def test_a_batch_may_be_changed_and_the_next_is_right(news, collate):
    """What is remembered of a text must not be handed out."""
    for batch in (news[0], news[0][:1]):
        before = [tensor.clone() for tensor in collate(batch)]
        for tensor in collate(batch):
            tensor.fill_(7)
        assert all(torch.equal(a, b) for a, b in zip(collate(batch), before))


@pytest.mark.parametrize("stoi, pad", [({"goal": 3, "<unk>": 0, "<pad>": 2}, 2), ({"goal": 3, "the": 0}, 0)])
def test_a_vocabulary_pads_with_its_own_pad_id_or_else_with_0(stoi, pad):
    assert padify([(1, "goal goal"), (1, "goal")], voc=SimpleNamespace(stoi=stoi))[1].tolist() == [[3, 3], [3, pad]]


@each_network
def test_a_texts_logits_do_not_depend_on_its_batch(news, network, collate):
    net, batch = network(len(news[3])), ODD + news[0]
    together = net(*collate(batch)[1:])
    alone = torch.cat([net(*collate([item])[1:]) for item in batch])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert together.std(0).min() > 1e-3  # they are not all the same


def texts_of_lengths(lengths):
    return [(1, "goal " * length) for length in lengths]


@given(lengths=st.lists(st.integers(0, 9), max_size=80), size=st.integers(1, 12))
@example(lengths=[*range(1, 101)], size=16)
@example(lengths=[1, 2, 30] + [5] * 20, size=8)  # rare lengths on both sides of a common one
def test_a_pass_holds_each_text_once_and_half_a_batch_of_one_length_is_not_mixed(news, lengths, size):
    sampler = LengthBatchSampler(texts_of_lengths(lengths), np.int64(size))
    batches = list(sampler)
    assert len(batches) == len(sampler)
    assert sorted(itertools.chain(*batches)) == list(range(len(lengths)))
    count = Counter(lengths)
    groups = {}  # the batches of a common length; under None the mixed ones
    for batch in sorted(sorted(lengths[i] for i in batch) for batch in batches):
        of = {length if 2 * count[length] >= size else None for length in batch}
        assert len(of) == 1
        groups.setdefault(of.pop(), []).append(batch)
    for group in groups.values():
        sizes = [len(batch) for batch in group]
        assert len(group) == math.ceil(sum(sizes) / size) and max(sizes) - min(sizes) <= 1
        assert all(before[-1] <= after[0] for before, after in itertools.pairwise(group))  # neighbours meet


def test_each_pass_deals_the_texts_anew_a_look_at_the_first_batch_is_none_and_the_seed_alone_decides(news):
    def passes(seed, looks=0):
        torch.rand(1)  # somebody else draws random numbers
        sampler = LengthBatchSampler(texts_of_lengths([i // 9 for i in range(90)]), batch_size=6, seed=seed)
        for _ in range(looks):
            next(iter(sampler))
        return list(sampler), list(sampler)

    first, second = passes(seed=5)
    assert (first, second) == passes(seed=5, looks=2) != passes(seed=6)
    assert len(set(map(frozenset, first)) & set(map(frozenset, second))) < 5  # other texts of the same length meet...
    longest = [[max(i // 9 for i in batch) for batch in batches] for batches in (first, second)]
    assert longest[0] != longest[1] != sorted(longest[1])  # ...and the batches come in another order


def one_by_one(rnn, vectors, lengths):
    """The states and last states of each text read alone, by the plain call: [B, T, D * H], [B, D * H]."""
    H, states, last = rnn.hidden_size, torch.zeros(*vectors.shape[:2], rnn.hidden_size * (1 + rnn.bidirectional)), []
    for i, n in enumerate(lengths.tolist()):
        states[i, :n], _ = rnn(vectors[i, :n])
        forward, backward = states[i, n - 1, :H], states[i, 0, H:]
        last.append(torch.cat([forward, backward]))
    return states, torch.stack(last)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("lengths, T", [([4, 4, 4], 4), ([4, 4], 6), ([3, 9, 3, 1], 9), ([1], 1)], ids=str)
def test_run_rnn_gives_what_each_text_gives_alone_and_its_gradients(kind, layers, both, lengths, T):
    rnn = kind(5, 3, num_layers=layers, bidirectional=both, batch_first=True)
    vectors = torch.randn(len(lengths), T, 5, requires_grad=True)
    weight = torch.randn(rnn.hidden_size * (1 + rnn.bidirectional))
    values, gradients = [], []
    for read in (run_rnn, one_by_one):
        states, last = read(rnn, vectors, torch.tensor(lengths))
        values.append((states, last))
        loss = (states.square() @ weight).sum() + (last @ weight).sum()
        gradients.append(torch.autograd.grad(loss, [vectors, *rnn.parameters()]))
    torch.testing.assert_close(*values, rtol=0, atol=1e-6)
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-5)
    for i, n in enumerate(lengths):
        assert (values[0][0][i, n:] == 0).all()


@pytest.mark.parametrize(
    "kind, biases, gates",
    [(nn.LSTM, {"forget": 2, "input": -1}, [-1, 2, None, None]), (nn.LSTM, {"input": 0}, [0, None, None, None]),
     (nn.GRU, {"forget": 3}, [None, 3, None])],
)  # fmt: skip
def test_a_gate_keeps_what_its_bias_says_in_every_layer_and_direction(kind, biases, gates):
    rnn = kind(3, 5, num_layers=2, bidirectional=True)
    before = {name: value.clone() for name, value in rnn.named_parameters()}
    set_gate_biases(rnn, **biases)
    for name, value in rnn.named_parameters():
        if name.startswith("weight"):
            assert torch.equal(value, before[name])
        elif name.startswith("bias_ih"):
            other = name.replace("ih", "hh")
            both, both_before = value + rnn.get_parameter(other), before[name] + before[other]
            for part, old, gate in zip(both.split(5), both_before.split(5), gates, strict=True):
                assert torch.equal(part, old if gate is None else torch.full((5,), float(gate)))
