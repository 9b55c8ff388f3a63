"""What lesson 6 has in lessons.py: numbers by hand, and the same in plain PyTorch."""

import copy
import csv
import math
import random
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import lessons
import torchnlp
from lessons import END, LanguageModel, kneser_ney_probability, kneser_ney_tables, read_headlines, shifted
from torchnlp import PAD, UNK


@pytest.fixture(autouse=True)
def on_the_processor(monkeypatch):
    for module in (torchnlp, lessons):
        monkeypatch.setattr(module, "device", torch.device("cpu"))


class Unsure(nn.Module):
    """All of V tokens are equally probable after each token, but END is twice as probable after 5."""

    V = 8

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, state=None):
        self.seen.append(x.tolist())
        logits = torch.zeros(*x.shape, self.V)
        logits[..., END] += (x == 5) * math.log(2)
        return logits, state


# ------------------------------------------------------------------------------------ headlines


def write_news(folder, rows):
    for file in ("train.csv", "test.csv"):
        with open(folder / file, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return torchnlp.load_dataset(root=folder)[0]


def test_only_articles_that_were_drawn_and_have_a_title_and_a_text_give_their_headlines(tmp_path, fresh):
    rows = [(1 + i % 4, f"Headline {i} (AP)", f"Line\\of text {i}.") for i in range(20)]
    write_news(tmp_path, [*rows, (3, "", "No title."), (4, "No text", "")])
    drawn = torchnlp.load_dataset(root=tmp_path, most=18)[0]
    numbers = {int(number) for _, text in drawn for number in re.findall(r"of text (\d+)", text)}
    found = read_headlines(drawn)
    assert set(found) == {(1 + i % 4, f"Headline {i}") for i in numbers} and len(found) == len(numbers)


def test_where_few_articles_have_a_title_the_first_ten_words_serve_as_one(tmp_path, fresh, capsys):
    rows = [(label, "", f"{label} two three four five six seven eight nine ten eleven") for label in (1, 2, 3, 4)]
    headlines = read_headlines(write_news(tmp_path, rows))
    assert headlines[0] == (1, "1 two three four five six seven eight nine ten") and len(headlines) == 4
    assert "first ten words" in capsys.readouterr().out


# -------------------------------------------------------------------------------- the network


def test_the_language_model_is_an_lstm_whose_word_vectors_serve_twice():
    net, x = LanguageModel(8, starts=2, D=5, H=6).eval(), torch.tensor([[8, 3, 4], [9, 5, 6]])
    nn.init.normal_(net.bias)
    states, (h, c) = net.rnn(net.embedding(x))
    logits, (h_too, c_too) = net(x)
    assert torch.allclose(logits, net.to_vector(states) @ net.embedding.weight[:8].T + net.bias)
    assert torch.equal(h, h_too) and torch.equal(c, c_too)
    assert net.embedding.weight.shape == (10, 5)
    forget = (net.rnn.bias_ih_l0 + net.rnn.bias_hh_l0)[6:12]
    assert forget.eq(1).all()
    first, state = net(x[:, :2])  # read in two pieces, with the state handed on
    assert torch.allclose(torch.cat([first, net(x[:, 2:], state)[0]], 1), logits, atol=1e-6)


def test_the_loss_of_padding_does_not_count():
    x, y = shifted([(9, [5, 6, 7, END]), (9, [END])])
    # five real targets; only after 5 does the model say anything but 1 / 8
    assert lessons.token_loss(Unsure(), x, y).item() == pytest.approx((4 * math.log(8) + math.log(9)) / 5)


def test_training_is_fit_with_each_token_as_a_label_and_gradients_clipped_to_1():
    items = [(8, [3 + i % 4, 4, END]) for i in range(12)]
    net = LanguageModel(8, D=4, H=4, drop=0.0)
    net.embedding.weight.data *= 40  # gradients longer than 1
    fitted, rng = copy.deepcopy(net), random.Random(3)
    lessons.train_language_model(net, items, epochs=5, rate=0.05, size=4, seed=3)
    fitted.register_forward_hook(lambda net, given, answer: answer[0].flatten(0, 1))
    batches = [shifted(batch) for _ in range(5) for batch in lessons.batches_by_length(items, 4, rng)]
    labelled, loss_fn = [(y.flatten(), x) for x, y in batches], nn.CrossEntropyLoss(ignore_index=PAD)
    torchnlp.fit(fitted, labelled, epochs=1, lr=0.05, loss_fn=loss_fn, clip=1, live=False)
    torch.testing.assert_close([*net.parameters()], [*fitted.parameters()], rtol=0, atol=1e-5)


def test_generated_texts_begin_with_the_prompt_and_close_with_end():
    net = Unsure()
    texts = lessons.generate(net, 7, 200, lessons.with_temperature(1), prompt=(4,), most=6)
    assert len(texts) == 200 and all(text[0] == 4 and 2 <= len(text) <= 7 for text in texts)
    assert not {UNK, PAD, END} & {i for text in texts for i in text}
    assert net.seen[0] == [[7, 4]] * 200 and all(len(rows[0]) == 1 for rows in net.seen[1:])  # then only what is new
    greedy = lessons.generate(net, 7, 1, lambda logits: F.one_hot(logits.argmax(1), 8).float(), prompt=(5,))
    assert greedy == [[5, 3]]  # no empty text: END, though the most probable after 5, is barred at first


def test_the_script_to_take_home_has_the_same_network_and_targets(script):
    plain, net = script["LanguageModel"](9, D=4, H=5).eval(), LanguageModel(9, starts=0, D=4, H=5).eval()
    net.load_state_dict(plain.state_dict())
    x, y = script["batch"]([[5, 6, 7], [8]])
    assert torch.allclose(plain(x)[0], net(x)[0])
    bos, end = script["BOS"], script["END"]
    assert [x.tolist(), y.tolist()] == [part.tolist() for part in shifted([(bos, [5, 6, 7, end]), (bos, [8, end])])]


# ------------------------------------------------------------------------- losses and perplexity


def test_the_losses_of_a_network_are_those_of_all_its_tokens_end_among_them():
    texts = [[5, END], [3, 4, 5, 6, END], [END]]
    losses = lessons.network_losses(Unsure(), texts)
    plain, end = math.log(8), math.log(9 / 2)  # after 5, END has 2 of 9 shares and each other token 1
    wanted = [[plain, end], [plain, plain, plain, math.log(9), plain], [plain]]
    assert [row.tolist() for row in losses] == [pytest.approx(row) for row in wanted]
    net = Unsure()
    lessons.network_losses(net, texts[:1])
    lessons.network_losses(net, texts[:1], start=7)
    assert net.seen == [[[8, 5]], [[7, 5]]]  # from the start token V, or from another


def test_the_ratio_of_perplexities_counts_tokens_not_headlines():
    base = [np.array([1.0, 1.0, 1.0]), np.array([2.0])]
    losses = [np.array([2.0, 1.0, 3.0]), np.array([1.0])]
    ratio, low, high = lessons.perplexity_ratio(losses, base)
    assert ratio == pytest.approx(math.exp(2 / 4))
    assert (low, high) == pytest.approx((math.exp(-1), math.exp(1)))  # one of the headlines drawn twice


# --------------------------------------------------------------------------------- Kneser-Ney

SAN, FRANCISCO, WINS, FALLS, OIL = 3, 4, 5, 6, 7
TOY = [[SAN, FRANCISCO, WINS, END]] * 2 + [[SAN, FRANCISCO, FALLS, END], [OIL, FALLS, END]]


def test_discounts_are_those_of_chen_and_goodman():
    ngrams = {(i,): count for i, count in enumerate([1] * 8 + [2] * 4 + [3] * 2 + [4])}
    Y = 8 / (8 + 2 * 4)
    wanted = [0, 1 - 2 * Y * 4 / 8, 2 - 3 * Y * 2 / 4, 3 - 4 * Y * 1 / 2]
    assert lessons.kneser_ney_discounts(ngrams) == pytest.approx(wanted)
    assert lessons.kneser_ney_discounts({(1,): 1}) == [0, 0.5, 1, 1.5]  # too little text


def test_the_losses_of_the_tables_are_those_of_all_tokens_the_first_among_them():
    tables = kneser_ney_tables(TOY, 3, start=8)
    losses = lessons.kneser_ney_losses(tables, [[OIL, FALLS, END], [END]], 8, 9)
    lines = [8, 8, OIL, FALLS, END], [8, 8, END]
    for row, line in zip(losses, lines):
        p = [kneser_ney_probability(tables, line, i, 9) for i in range(2, len(line))]
        assert row.tolist() == pytest.approx([-math.log(value) for value in p])


# -------------------------------------------------------------------------------------- copies


def test_lines_that_share_eight_tokens_in_a_row_are_found():
    long = "one two three four five six seven eight nine"
    others = [f"zero {long}", "oil falls"]
    lines = [f"{long} ten", "two three four five six seven eight", "Oil falls", "oil falls again"]
    assert lessons.shares_ngram(lines, others).tolist() == [True, False, True, False]
    assert lessons.shares_ngram(lines, others, 7).tolist() == [True, True, True, False]
