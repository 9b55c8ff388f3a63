"""What lesson 5 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import functools

import torch
from torch.nn.functional import normalize

import lessons
import torchnlp
from lessons import NewsReader, mean_vectors
from tools.lesson import ROOT
from torchnlp import PAD

ARTICLES = [(1, "bank cuts rate"), (2, "late goal"), (1, "cuts"), (2, "goal")] * 8  # words of the news


def test_a_text_is_the_mean_of_its_vectors_and_an_empty_one_is_an_unknown_word(news):
    table = torch.zeros(len(torchnlp.vocab), 2)
    table[torchnlp.vocab.stoi["bank"]] = torch.tensor([3.0, 0.0])
    table[torchnlp.vocab.stoi["rate"]] = torch.tensor([0.0, 6.0])
    table[torchnlp.UNK] = 9
    means = mean_vectors(table, [(1, "bank cuts rate"), (2, "")])
    assert means.tolist() == [[1, 2], [9, 9]]


def test_counted_words_of_one_letter_count():
    """As in Chinese with a space around each character."""
    model = lessons.tfidf_svm().fit(["油 价 涨", "进 球", "油 跌", "球 赛"], [1, 2, 1, 2])
    assert model.predict(["油", "球"]).tolist() == [1, 2]
    assert "油 价" in model[0].vocabulary_


def test_the_reader_answers_from_the_last_states_and_the_largest():
    net = NewsReader(torch.randn(9, 5), num_class=3, hidden_dim=4)
    ids = torch.tensor([[2, 3, 4], [5, PAD, PAD]])
    for row, length in enumerate([3, 1]):
        states, (h, _) = net.rnn(net.embedding(ids[row : row + 1, :length]))  # alone, without padding
        features = torch.cat([h[0], h[1], states.amax(1)], dim=1)  # forward, backward, largest
        logits = net(ids, torch.tensor([3, 1]))[row]
        assert torch.allclose(net.fc(features)[0], logits, atol=1e-6)


def test_the_script_in_plain_pytorch_makes_the_bags_of_the_module(script, news):
    texts = [script["encode"](torchnlp.tokenizer(text) or ["<unk>"], torchnlp.vocab.stoi) for _, text in ARTICLES]
    net = script["Classifier"](len(torchnlp.vocab), 2)
    means = torch.as_tensor(mean_vectors(net.bag.weight.detach(), ARTICLES), dtype=torch.float32)
    assert net(texts).allclose(net.fc(means), atol=1e-6)


def test_the_script_in_plain_pytorch_finds_words_that_share_their_neighbours(script):
    # words 1 and 2 stand between 3 and 4, words 5 and 6 between 7 and 8
    texts = [torch.tensor([3, a, 4]) for a in (1, 2)] * 50 + [torch.tensor([7, a, 8]) for a in (5, 6)] * 50
    rows = normalize(script["skip_gram"](texts, torch.ones(9)), dim=1)
    assert rows[1] @ rows[2] > 0.9 > rows[1] @ rows[5] + 0.5 and rows[5] @ rows[6] > 0.9


def test_the_network_of_the_study_reads_a_corpus_that_it_never_saw(fresh):
    (file,) = ROOT.glob("notebooks/5-*/writing-to-reading.pt")

    def make(V, K):
        return NewsReader(torch.zeros(V, 50), K, hidden_dim=128, forget=None)

    net, classes, words = torchnlp.load_model(file, make)
    news = [(label, str(text)) for label, text in torchnlp.load_dataset(root="sample")[1]]
    loader = torchnlp.length_loader(news, 64, 0, functools.partial(torchnlp.pad_length, voc=words))
    assert torchnlp.evaluate(net, loader)[1] > 0.8 and classes == torchnlp.AG_NEWS_CLASSES
