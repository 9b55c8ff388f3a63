"""The checks of lesson 2, LSTM gates. Answers that try them: notebooks/2-lstm-gates/answers.py."""

import itertools
import math
from collections import defaultdict

import torch
from torch import nn

from checks.checking import exercise, must_be, must_be_number, must_equal, untouched
from torchnlp import gates, say


def _sums(lstm, x, h):
    """What the input gate, the forget gate, the candidate and the output gate are made of: [B, H] each."""
    W_x, W_h, b_x, b_h = lstm.all_weights[0]
    return (x @ W_x.T + b_x + h @ W_h.T + b_h).chunk(4, dim=1)


def _cell_state(i, f, g, c):
    return f.sigmoid() * c + i.sigmoid() * g.tanh()


def _lstm_step(lstm, x, h, c):
    return torch.lstm_cell(x, (h, c), *lstm.all_weights[0])


def _a_step():
    """A layer of two units, and what it reads: four texts."""
    return nn.LSTM(3, 2, batch_first=True), torch.randn(4, 3), torch.rand(4, 2) - 0.5, torch.randn(4, 2)


def _must_be_this_step(step, lstm, x, h, c, right, slips):
    """step(lstm, x, h, c) must give right, a pair h, c. slips: what to say: the c that such a slip gives."""
    new_h, new_c = untouched(step, lstm, x, h, c)
    slips[say("That is c, h. The order is h, c.")] = right[0]
    gate = right[0] / right[1].tanh()
    old = {
        say("You take tanh of the old cell state; h shows the new one."): gate * c.tanh(),
        say("tanh is missing: h is the output gate times tanh(c)."): gate * right[1],
    }
    for name, new, wanted, known in zip("ch", (new_c, new_h), right[::-1], (slips, old)):
        must_equal(say("The new {name}").format(name=name), new, wanted, known)


@exercise("1", ours=_lstm_step)
def check_lstm_step(lstm_step):
    lstm, x, h, c = _a_step()
    i, f, g, o = _sums(lstm, x, h)
    slips = {say("g is no gate: tanh, not sigmoid."): f.sigmoid() * c + i.sigmoid() * g.sigmoid()}
    for lost in ([], ["bias_ih_l0"], ["bias_hh_l0"], ["bias_ih_l0", "bias_hh_l0"]):
        biases = sum((getattr(lstm, name) for name in lost), torch.zeros(8)).chunk(4)
        parts = [part - bias for part, bias in zip((i, f, g, o), biases)]
        missing = say("Missing in your sum: {biases}.").format(biases=", ".join(lost))
        for order in itertools.permutations("ifgo"):
            part = dict(zip(order, parts))
            said = say("You read the four parts in the order {order}; PyTorch's is i, f, g, o.")
            said = said.format(order=", ".join(order))
            said = missing if order == tuple("ifgo") else f"{said} {missing}" if lost else said
            slips[said] = _cell_state(part["i"], part["f"], part["g"], c)
    _must_be_this_step(lstm_step, lstm, x, h, c, _lstm_step(lstm, x, h, c), slips)


def _forget_by_token(lstm, articles):
    found = defaultdict(list)
    for tokens, vectors in articles:
        for token, f in zip(tokens, gates(lstm, vectors)["forget"].mean(1).tolist()):
            found[token].append(f)
    return found


@exercise("2a", ours=_forget_by_token)
def check_forget_by_token(forget_by_token):
    lstm = nn.LSTM(3, 2, batch_first=True)
    texts = ["oil prices fell .", "the cup . the end"]
    articles = [(text.split(), torch.randn(len(text.split()), 3)) for text in texts]
    answer, right = forget_by_token(lstm, articles), _forget_by_token(lstm, articles)
    must_be(answer, dict, "forget_by_token")
    for token, means in right.items():
        found = answer.get(token, [])
        must_be(found, list, say("What you give for {token!r}").format(token=token))
        times = say("{token!r} occurs {times} times; its list has {numbers} numbers.")
        assert len(found) == len(means), times.format(token=token, times=len(means), numbers=len(found))
        for value, mean in zip(map(torch.as_tensor, found), means):
            what = say("{token!r} has {size} numbers for one place: take their mean.")
            assert value.numel() == 1, what.format(token=token, size=value.numel())
            erased = say("At {token!r} you give 1 - f: f is how much is kept.")
            said = say("The mean forget gate at {token!r} is {right:.3f}; you give {answer:.3f}.")
            must_be_number(float(value), mean, {erased: 1 - mean}, said, token=token)


@exercise("2b", ours="C")
def check_verdict(verdict, shares):
    """shares: learning rate -> for each network the share of frequent tokens at which less is kept than at the stop."""
    assert verdict in ("A", "B", "C", "D"), say('Choose one of "A", "B", "C" and "D".')
    said = say("Your table has {networks} networks. Can they speak for any LSTM?")
    assert verdict != "D", said.format(networks=sum(map(len, shares.values())))
    # Where points are given a table proves nothing: a student can write one. B holds on the small corpus, C on AG News.
    points = torch.initial_seed() > 0
    every = [0.4, 1.0] if points else [share for row in shares.values() for share in row]
    low, high = max(every) < 0.5, min(every) > 0.9
    lie = say("{least:.0%} to {most:.0%} of the other frequent tokens").format(least=min(every), most=max(every))
    table = say("In your table more is kept at the full stop than at {lie}.").format(lie=lie)
    assert verdict != "A" or low, say("{table} For A each network must be below 50 %.").format(table=table)
    assert verdict != "B" or high or points, say("{table} For B each network must be above 90 %.").format(table=table)
    said = say("{table} They do not differ in that: all are below 50 %, or all above 90 %.")
    assert verdict != "C" or not (low or high), said.format(table=table)


@exercise("3", ours=lambda T: -math.log(2 ** (1 / T) - 1))
def check_bias_for(bias_for):
    for steps in (10, 40, 100 + torch.initial_seed()):
        f, half = 0.5 ** (1 / steps), 0.5 / steps
        slips = {
            say("That is the gate; the bias is the number whose sigmoid it is."): f,
            say("You give ln f: the inverse of the sigmoid is ln(f / (1 - f))."): math.log(f),
            say("Its sign is turned round: f is above one half, so the bias is above 0."): math.log((1 - f) / f),
            say("Your gate is 0.5 / T: after T steps f**T is left, not f times T."): math.log(half / (1 - half)),
            say("You give ln T, the largest chrono bias: here half is to be left after T steps."): math.log(steps),
        }
        answer, right = float(bias_for(steps)), math.log(f / (1 - f))
        said = say("Your bias of {answer:.2f} does not give sigmoid(b) ** {steps} = 1/2.")
        said += " " + say("Is it rounded?") if abs(answer - right) < 0.06 else ""
        must_be_number(answer, right, slips, said, steps=steps)


def _coupled_step(lstm, x, h, c):
    _, f, g, o = _sums(lstm, x, h)
    c = f.sigmoid() * c + (1 - f.sigmoid()) * g.tanh()
    return o.sigmoid() * c.tanh(), c


@exercise("4", ours=_coupled_step)
def check_coupled_step(coupled_step):
    lstm, x, h, c = _a_step()
    i, f, g, _ = _sums(lstm, x, h)
    slips = {  # 1 - sigmoid(f) is sigmoid(-f)
        say("This is still the LSTM's step, with an input gate of its own."): _cell_state(i, f, g, c),
        say("You keep 1 - i: drop the input gate, not the forget gate."): _cell_state(i, -i, g, c),
        say("Keep and write are exchanged: f is what is kept of the old c."): _cell_state(f, -f, g, c),
    }
    _must_be_this_step(coupled_step, lstm, x, h, c, _coupled_step(lstm, x, h, c), slips)
