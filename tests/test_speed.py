"""What makes the module fast, and what must stay true all the same."""

from collections import Counter

import pytest
import torch
from torchtext.data.utils import ngrams_iterator
from torchtext.vocab import Vocab

import torchnlp
from torchnlp import PAD, UNK, encode, load_dataset, pad_length, padify, tokenizer

pytestmark = pytest.mark.usefixtures("fresh")


def folder_of(tmp_path, train, test=("nothing new",)):
    for name, texts in {"train.csv": train, "test.csv": test}.items():
        (tmp_path / name).write_text("".join(f'"1","{text}",""\n' for text in texts))
    return tmp_path


def counted_the_slow_way(train, ngrams):
    counter = Counter()
    for _, text in train:
        tokens = tokenizer(text)
        counter.update(tokens if ngrams == 1 else ngrams_iterator(tokens, ngrams))
    return counter


@pytest.mark.parametrize("ngrams, min_freq", [(1, 1), (1, 2), (2, 1), (3, 2)])
def test_the_vocabulary_is_the_one_that_plain_counting_gives(news_folder, ngrams, min_freq):
    train, _, _, vocab = load_dataset(ngrams=ngrams, min_freq=min_freq, root=news_folder)
    counter = counted_the_slow_way(train, ngrams)
    slow = Vocab(counter, min_freq=min_freq)
    assert vocab.itos == slow.itos
    assert vocab.freqs == slow.freqs


def test_words_of_the_test_half_are_not_learnt(tmp_path):
    _, test, _, vocab = load_dataset(root=folder_of(tmp_path, ["goal wins", "goal"], ["goal unheard"]))
    assert sorted(vocab.freqs) == ["goal", "wins"]
    assert padify(test)[1].tolist() == [[vocab.stoi["goal"], UNK]]


def test_the_remembered_ids_are_those_of_a_fresh_look(news, monkeypatch):
    train, test, _, _ = news
    remembered = [encode(text) for _, text in train + test]
    batch = pad_length(train)
    monkeypatch.setattr(torchnlp, "_ids", {})
    assert remembered == [encode(text) for _, text in train + test]
    assert all(torch.equal(a, b) for a, b in zip(batch, pad_length(train)))


def test_no_epoch_tokenises_again(news_folder, monkeypatch):
    train, test, _, _ = load_dataset(root=news_folder)

    def refuse(text):
        raise AssertionError(f"tokenised again: {text!r}")

    # The collate functions pass the tokenizer on as a default; the dictionary must answer first.
    monkeypatch.setattr(torchnlp, "encode", refuse)
    assert len(padify(train)[0]) == len(train)
    assert len(pad_length(test)[0]) == len(test)


def test_a_text_of_the_news_is_not_tokenised_again_for_its_ids(news, monkeypatch):
    """Or counting lengths would take as long as reading the news."""
    train = news[0]
    tokenise = torchnlp.encode.__defaults__[-1]
    lengths = [len(tokenise(text)) for _, text in train]

    def refuse(line):
        raise AssertionError(f"tokenised again: {line!r}")

    monkeypatch.setattr(tokenise, "__code__", refuse.__code__)
    assert [len(encode(text)) for _, text in train] == lengths


def test_changing_a_list_of_ids_does_not_change_the_news(news):
    text = news[0][0][1]
    ids = encode(text)
    before = list(ids)
    ids[:] = [7] * len(ids)
    assert encode(text) == before


def test_changing_a_batch_does_not_change_the_news(news):
    train = news[0]
    for batch in (train, train[:1]):  # a batch of one text as well: nothing to fill up, nothing to copy?
        before = padify(batch)[1].clone()
        padify(batch)[1].fill_(7)
        assert torch.equal(padify(batch)[1], before)


def test_a_pad_written_in_an_article_is_not_padding(tmp_path):
    train, _, _, vocab = load_dataset(root=folder_of(tmp_path, ["goal <pad> wins", "<pad>"]))
    _, ids, lengths = pad_length(train)
    assert ids.tolist() == [
        [vocab.stoi["goal"], UNK, vocab.stoi["wins"]],
        [UNK, PAD, PAD],
    ]
    assert lengths.tolist() == [3, 1]


def test_news_without_a_single_token_loads(tmp_path):
    train, _, _, vocab = load_dataset(root=folder_of(tmp_path, ['""', '""'], ['""']))
    assert len(vocab) == 2
    assert padify(train)[1].tolist() == [[UNK], [UNK]]
