"""A published page shows a student's network, answers as PyTorch does, and runs nothing that was typed into it."""

import re
import sys

import pytest
import torch
from networks import Bag, Mean
from test_pages import LONG, NASTY, ask
from torch import nn

import torchnlp
from lessons import NewsReader, Recurrent, RNNClassifier, Tagger, TextClassifier, Window
from torchnlp import fit, length_loader, load_dataset, publish, seed_all, tokenizer


def simple(words, classes, pool=lambda states, real: states.mean(1)):
    """Lesson 1's RNN, of a width that is no multiple of four, with a mean of the states of its padded batch."""
    return RNNClassifier(words, 24, 30, classes, pool)


def maximum(states, last, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)  # [B, T]
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


def two_layers(words, classes):
    return TextClassifier(Recurrent(nn.LSTM, 16, bidirectional=True, num_layers=2), words, classes, maximum)


NETWORKS = {
    "bag": Bag,
    "RNN, mean": simple,
    "GRU, last": lambda words, classes: TextClassifier(Recurrent(nn.GRU), words, classes),
    "LSTM, two layers and directions, max": two_layers,
    "LSTM, two directions, last and max": lambda words, classes: NewsReader(torch.randn(words, 20), classes),
}


class Attention(nn.Linear):
    """A mean whose weights a linear layer of its own computes."""

    def forward(self, states, real):  # [B, T, 30]
        return (super().forward(states).softmax(1) * states).sum(1)


ANSWERS = """(texts, tried) => texts.map(text => window.reader.read(text, undefined, tried))
    .map(({tokens, probabilities, turning}) => ({tokens, last: probabilities.at(-1), turning}))"""


@pytest.fixture(scope="module")
def news():
    return load_dataset(root="sample", min_freq=2)


def probabilities(net, tokens):
    """PyTorch's answer to some tokens; [K]"""
    return torch.tensor([p for _, p in sorted(torchnlp.predict(net, " ".join(tokens), range(4), k=4))])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_page_answers_as_pytorch_does_and_so_it_does_without_each_word(name, news, visit, tmp_path):
    train, test, classes, vocab = news
    seed_all(1)
    net = NETWORKS[name](len(vocab), len(classes))
    collate_fn = {"bag": torchnlp.offsetify, "RNN, mean": torchnlp.padify}.get(name, torchnlp.pad_length)
    fit(net, length_loader(train, 16, collate_fn=collate_fn), epochs=3, lr=0.01, verbose=False)
    page = visit(publish(net, classes, tmp_path / "page.html").as_uri(), reduced_motion="reduce")
    texts = [text for _, text in test[:300]] + [*filter(tokenizer, NASTY), LONG, "zorblatt " * 2000]
    agree = []
    for answer in ask(page, ANSWERS, texts, False):
        theirs = probabilities(net, answer["tokens"])
        assert (torch.tensor(answer["last"]) - theirs).abs().max() < 0.02
        agree.append(int(theirs.argmax()) == answer["last"].index(max(answer["last"])))
    assert sum(agree[:300]) >= 297 and sum(agree) >= 0.99 * len(agree)
    assert ask(page, ANSWERS, ["", " "], True) == [{"tokens": [], "turning": []}] * 2
    found = 0
    for answer in ask(page, ANSWERS, texts[:20], True):
        tokens, last = answer["tokens"], max(range(4), key=answer["last"].__getitem__)
        left_out = [tokens[:t] + tokens[t + 1 :] for t in range(len(tokens))] if len(tokens) <= 60 else []
        best = [int(probabilities(net, rest).argmax()) for rest in left_out]
        found += len(answer["turning"])
        assert answer["turning"] == [[t, k] for t, k in enumerate(best) if k != last]
    assert found


def test_a_text_without_a_known_word_is_said_to_have_none_and_nothing_is_found_in_it(news, visit, tmp_path):
    *_, classes, vocab = news
    file = publish(NETWORKS["GRU, last"](len(vocab), 4), classes, tmp_path / "page.html", examples=["qwxz zzyq vvxk"])
    page = visit(file.as_uri(), reduced_motion="reduce")
    assert page.locator(".sentence").first.inner_text().startswith("The network knows none of these words")
    assert not page.locator(".notes li").count() and not page.locator("#turning").inner_text()


BAD = '<script>document.title = "run"</script>'


def test_nothing_that_somebody_writes_is_run(news, visit, tmp_path):
    *_, classes, vocab = news
    names = [BAD, "<!--<script>", "{{title}}", "A & B"]
    said = {"title": BAD, "author": BAD, "about": BAD, "examples": [BAD, '" onclick="x'], "card": {BAD: BAD}}
    page = visit(publish(NETWORKS["bag"](len(vocab), 4), names, tmp_path / "page.html", **said).as_uri())
    assert page.title() == BAD and page.locator("h1").inner_text() == BAD
    assert set(page.locator(".answers tbody th").all_inner_texts()) == set(names)
    page.locator("#text").fill(BAD)
    assert page.title() == BAD and BAD in page.locator("dl").inner_text()


def test_a_large_vocabulary_is_cut_and_the_page_says_so(monkeypatch, visit, tmp_path):
    words = torchnlp.Vocab(torchnlp.collections.Counter({f"w{i}": 60_000 - i for i in range(60_000)}))
    monkeypatch.setattr(torchnlp, "vocab", words)
    net = TextClassifier(Recurrent(nn.LSTM), len(words), 4)
    file = publish(net, list("abcd"), tmp_path / "page.html")
    assert file.stat().st_size < 2_000_000
    page = visit(file.as_uri())
    kept = re.search(r"has ([\d,]+) of 60,002 words", page.locator("dl").inner_text())[1]
    known = ask(page, "text => window.reader.read(text).known", f"w1 w{int(kept.replace(',', '')) - 3} w59999")
    assert known == [True, True, False]


def test_another_network_is_an_error_that_says_what_can_be_shown(news, tmp_path):
    *_, classes, vocab = news
    for net in (
        TextClassifier(Window(), len(vocab), 4, maximum),
        Tagger(Recurrent(nn.LSTM), len(vocab), 4),
        simple(len(vocab), 4, Attention(30, 1)),
        nn.Sequential(nn.Embedding(len(vocab), 8), nn.Flatten()),
    ):
        with pytest.raises(ValueError, match="publish can show an embedding, at most one nn.RNN"):
            publish(net, classes, tmp_path / "page.html")
    with pytest.raises(ValueError, match="answers with 3 numbers, and there are 4 classes"):
        publish(NETWORKS["bag"](len(vocab), 3), classes, tmp_path / "page.html")
    with pytest.raises(ValueError, match="has 9 word vectors for"):
        publish(NETWORKS["bag"](9, 4), classes, tmp_path / "page.html")
    assert not any(tmp_path.iterdir())


def test_without_the_courses_folders_publish_says_what_it_needs(news, monkeypatch, tmp_path, capsys):
    *_, classes, vocab = news
    monkeypatch.setitem(sys.modules, "web", None)  # its import fails
    assert publish(NETWORKS["bag"](len(vocab), 4), classes, tmp_path / "page.html") is None
    assert "publish needs the course's folder web" in capsys.readouterr().out


def test_the_page_passes_axe_and_a_phone_shows_all_of_it(news, visit, tmp_path, serious):
    *_, vocab = news
    names = ["waste", "streets", "parks", "water", "papers", "animals"]  # more than the four colours of the news
    file = publish(NETWORKS["GRU, last"](len(vocab), 6), names, tmp_path / "page.html", examples=["Rain stops play"])
    for width, scheme in (390, "light"), (1440, "dark"):
        page = visit(file.as_uri(), viewport={"width": width, "height": 844}, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []


class Beginning(Mean):
    def forward(self, x):
        return super().forward(x[:, :20])


def test_a_network_that_reads_the_beginning_alone_is_refused_and_so_are_words_without_unk(news, tmp_path):
    *_, classes, vocab = news
    assert publish(Mean(len(vocab)), classes, tmp_path / "whole.html").is_file()
    with pytest.raises(ValueError, match="This network computes something else"):
        publish(Beginning(len(vocab)), classes, tmp_path / "page.html")
    with pytest.raises(ValueError, match='words begins with "<unk>"'):
        publish(Mean(2), classes, tmp_path / "page.html", words=["storm", "rain"])
