"""The checks of the exercises, in the order of the lessons.

A notebook tries an answer in one line, and goes on with what it gets back:

    step = check_step(step)  # the student's answer when it is right, ours when it is not yet

A check compares with PyTorch, or with numbers computed by hand, and names the commonest slips. It prints "right" or
"not yet" and why, and raises nothing, so that a lesson runs to its end. Where points are given, the checks run in
another process than the answers (teach/outside.py), with other seeds as well: what a check does not draw at
random moves with torch.initial_seed(), which is 0 for the student.
"""

import copy
import functools
import inspect
import itertools
import math
import random
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, recall_score
from sklearn.model_selection import StratifiedGroupKFold
from torch import nn

import torchnlp
from lessons import END, shifted, token_loss
from torchnlp import PAD, SPARSE, UNK, device, gates, run_rnn, say, split_words

# A missing axis is the commonest slip of all, and PyTorch's words for it name no remedy.
AXIS = ("must match the", "shapes cannot be multiplied", "size mismatch", "out of range (", "Expected size")
# In a notebook, the code of a cell bears such a name in place of a file's; in the bank of answers the third.
CELLS = ("ipykernel", "<ipython-input", "<answer>")


def exercise(name: str, ours: object) -> Callable:
    """Make a check out of test(answer, ...), which asserts what must hold. ours: the answer to go on with meanwhile."""

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def check(answer, *given):
            if check.handed and answer is ours and callable(ours):  # the check again, without the cell above it
                said = say("Exercise {name}: this is our answer, from the last check. Run your own cell first.")
                print(said.format(name=name))
                return ours
            why = reason(test, answer, *given)
            print(check.said(why))
            check.handed = check.handed or bool(why)
            return ours if why else answer

        check.ours, check.handed = ours, False
        check.said = functools.partial(verdict, name)
        return check

    return decorate


def verdict(name: str, why: str) -> str:
    said = say("Exercise {name}: not yet. {why}") if why else say("Exercise {name}: right")
    return said.format(name=name, why=why)


def reason(test: Callable, answer: object, *given: object, seed: int = 0) -> str:
    """Why an answer is not right yet; nothing for a right one. An error is blamed on whoever made it."""
    if answer is None:
        return say("{name} is None so far.").format(name=next(iter(inspect.signature(test).parameters)))
    try:
        with torch.random.fork_rng(devices=[]):  # what a check draws is the same each time, and moves nothing after it
            torch.manual_seed(seed)
            test(must_return(answer) if inspect.isfunction(answer) else answer, *given)
    except Exception as error:
        codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        theirs = [code for code in codes if any(name in code.co_filename for name in CELLS)]
        if isinstance(error, AssertionError) and str(error) and codes[-1] not in theirs:
            return str(error)
        said = f"{type(error).__name__}: {error}".rstrip(".") + "."
        hints = {
            AXIS: say("Do the shapes fit? An axis may be missing (unsqueeze(dim) adds one), or two exchanged (.T)."),
            ("NoneType",): say("Something returns nothing so far."),
            ("division by zero",): say("For one of the inputs what you divide by is 0: which?"),
        }
        said += "".join(f" {hint}" for words, hint in hints.items() if any(each in str(error) for each in words))
        if theirs:
            named = [code for code in theirs if code.co_qualname.split(".")[0] == getattr(answer, "__name__", "")]
            return say("`{name}` stops with {said}").format(name=(named or theirs)[0].co_qualname, said=said)
        if any(words in str(error) for words in ("unpack", "not iterable")):
            return say("It returns too few things, or too many: the line under `def` says which, after ->.")
        return say("The check can't go on with what it got. {said}").format(said=said)
    return ""


def reason_for_points(test: Callable, answer: object, *given: object) -> str:
    """The same where points are given: with other numbers as well, so that a table of what a check tries wins none."""
    return next(filter(None, (reason(test, answer, *given, seed=seed) for seed in range(1, 5))), "")


def must_return(answer: Callable) -> Callable:
    """The same function, which says so when it returns nothing, as an empty stub does."""

    @functools.wraps(answer)
    def watched(*given, **named):
        returned = answer(*given, **named)
        assert returned is not None, say("{name} returns nothing.").format(name=answer.__name__)
        return returned

    return watched


def untouched(function: Callable, *given: object, **named: object) -> object:
    """What a function returns, if it leaves as they are the tensors and lists that it is given."""
    kept = [(part, copy.deepcopy(part)) for part in given if isinstance(part, list)]
    tensors = [(part, part.clone()) for part in given if isinstance(part, torch.Tensor)]
    answer = function(*given, **named)
    same = all(new == old for new, old in kept) and all(new.equal(old) for new, old in tensors)
    same = same and not getattr(function, "changed", None)  # in another process, where the answer has copies of them
    assert same, say("{name} changed what it was given: make new tensors and lists.").format(name=function.__name__)
    return answer


def must_be(answer: object, wanted: type, name: str) -> None:
    kind, said = type(answer).__name__, say("{name} should be a {wanted}, not a {kind}.")
    assert isinstance(answer, wanted), said.format(name=name, wanted=wanted.__name__.lower(), kind=kind)


def must_be_like(answer: object, right: torch.Tensor, name: str) -> None:
    """A tensor of the shape and type of the right one, through which a gradient gets if it does there."""
    must_be(answer, torch.Tensor, name)
    shape, wanted = list(answer.shape), list(right.shape)
    said = say("{name} should have the shape {wanted}, not {shape}.")
    assert shape == wanted, said.format(name=name, wanted=wanted, shape=shape)
    said = say("{name} should hold {wanted}, not {found}.")
    assert answer.dtype == right.dtype, said.format(name=name, wanted=right.dtype, found=answer.dtype)
    assert answer.requires_grad or not right.requires_grad, say("{name} lets no gradient through.").format(name=name)


def must_equal(name: str, answer: object, truth: torch.Tensor, slips: dict[str, torch.Tensor]) -> None:
    """Kind, shape and numbers of a tensor. slips: what a common slip gives instead, under the words for it."""
    for words, slip in slips.items():  # some slips make no difference for some of what a check tries
        assert is_close(slip, truth) or not is_close(answer, slip), words
    must_be_like(answer, truth, name)
    gap = (answer.cpu().float() - truth.cpu().float()).abs().max()
    assert gap < 1e-4, say("{name} is off by up to {gap:.3f}.").format(name=name, gap=gap)


def is_close(answer: object, other: torch.Tensor) -> bool:
    """Is it a tensor of this shape and, but for rounding, of these numbers?"""
    alike = isinstance(answer, torch.Tensor) and answer.shape == other.shape
    return alike and torch.allclose(answer.cpu().float(), other.cpu().float(), atol=1e-4)


def must_be_number(answer: float, right: float, slips: dict[str, float], said: str, **names: object) -> None:
    """slips: what a common slip gives, under the words for it. said: of another number. names: for the gaps in both."""
    for words, slip in slips.items():
        assert abs(slip - right) < 1e-4 or abs(answer - slip) > 1e-4, words.format(**names)
    assert abs(answer - right) < 1e-4, said.format(right=right, answer=answer, **names)


def must_be_mean_of_texts(what: str, answer: float, parts: list[float]) -> None:
    """parts: the means of the batches of 2, 2 and 1 texts."""
    total = 2 * parts[0] + 2 * parts[1] + parts[2]
    slips = {
        say("That is the {what} of the last batch."): parts[2],
        say("Your {what} is the mean over the batches. The last is smaller: let each text count once."): sum(parts) / 3,
        say("Your {what} is a sum over the texts. Divide it by their number."): total,
        say("Each {what} is a mean over its batch: count it len(labels) times before you divide."): sum(parts) / 5,
    }
    must_be_number(answer, total / 5, slips, say("The {what} is {right:.4f}, not {answer:.4f}."), what=what)


class _Asked(nn.Module):
    """A bag of words that notes how it is asked (in training mode? recorded by PyTorch?) and what it says."""

    def __init__(self):
        super().__init__()
        self.embedding, self.asked = nn.EmbeddingBag(9, 3), []

    def forward(self, ids, lengths=None):
        logits = self.embedding(ids)  # [B, 3]
        self.asked.append((self.training, torch.is_grad_enabled(), logits.detach().cpu()))
        return logits


def _five_texts():
    """Of three labels; a loader takes them in batches of 2, 2 and 1."""
    return [((1 - k) % 3, torch.randint(9, (4,))) for k in range(5)]


@contextmanager
def explain(words: str, said: str) -> Iterator[None]:
    """Where an error has these words, say this instead."""
    try:
        yield
    except (RuntimeError, ValueError, AttributeError, LookupError, TypeError, ArithmeticError) as error:
        assert words not in str(error), said
        raise


# --------------------------------------------------------- lesson 1: a simple recurrent network


def _step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T + b)


def _masked_mean(states, real):
    real = real.unsqueeze(2)  # [B, T, 1]
    return (states * real).sum(1) / real.sum(1)  # [B, H]


@exercise("2a", ours=_masked_mean)
def check_masked_mean(masked_mean):
    states, real = torch.randn(3, 4, 5), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]).bool()
    truth = torch.stack([text[places].mean(0) for text, places in zip(states, real)])
    slips = {
        say("That is the mean over all steps, padding included."): states.mean(1),
        say("Divide by the number of real tokens of each text, not by all steps."): (states * real[..., None]).mean(1),
        say("That is the sum. Divide it by each text's number of real tokens."): (states * real[..., None]).sum(1),
    }
    must_equal("masked_mean", masked_mean(states.clone(), real), truth, slips)


def _masked_max(states, real):
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)  # [B, H]


@exercise("2b", ours=_masked_max)
def check_masked_max(masked_max):
    real = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]).bool()
    _must_be_largest("masked_max", masked_max, real, real)


def _must_be_largest(name, pool, given, real):
    """pool(states, given) must give the largest states over the real tokens."""
    mask = real.unsqueeze(2)  # [B, T, 1]
    states = (-1 - torch.rand(*real.shape, 6)).masked_fill(~mask, 9)  # negative, but over the padding
    answer = pool(states.clone(), given)
    assert not isinstance(answer, tuple), say("max(1) returns values and places. Take .values, or amax(1).")
    truth = torch.stack([text[places].max(0).values for text, places in zip(states, real)])
    must_be_like(answer, truth, name)
    assert not (answer == 9).any(), say("A 9 has won, and a 9 is in the padding alone. Or is the mask turned round?")
    said = say("A zero has won, for a text whose states are all negative. Fill the padding with -torch.inf.")
    must_equal(name, answer, truth, {said: states.masked_fill(~mask, 0).amax(1)})


def _one_epoch(net, loader, optimizer, scheduler, clip, order="zero backward clip step schedule"):
    """order: of the parts of a step; any other has a slip."""
    total, articles = 0.0, 0
    net.train()
    for labels, ids in loader:
        loss = nn.functional.cross_entropy(net(ids.to(device)), labels.to(device))
        call = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
        call["clip"] = functools.partial(nn.utils.clip_grad_norm_, net.parameters(), clip)
        call["schedule"] = scheduler.step
        for part in order.split():
            call[part]()
        total += loss.item() * len(labels)
        articles += len(labels)
    net.eval()
    return total / articles


def _epoch_of(one_epoch, net, loader, **named):
    """A copy of net after one_epoch, what that returned, and how often the scheduler stepped."""
    net = copy.deepcopy(net).eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    with warnings.catch_warnings(action="ignore"):  # PyTorch warns of a scheduler that steps too early
        returned = one_epoch(net, loader, optimizer, scheduler, 0.1, **named)
    return net, returned, scheduler.last_epoch


def _orders():
    """Wrong orders of an epoch's parts: what each comes to."""
    adds_up = say("The gradients of all batches add up: optimizer.zero_grad() for each batch, before backward.")
    unclipped = say("The step uses the gradient as it is: clip it between backward and optimizer.step().")
    late = say("The scheduler sets the learning rate of the next step: it comes after the optimizer.")
    return {
        "backward clip step schedule": adds_up,
        "zero backward step schedule": unclipped,
        "backward step clip schedule": f"{adds_up} {unclipped}",
        "zero backward clip schedule step": late,
    }


@exercise("3", ours=_one_epoch)
def check_one_epoch(one_epoch):
    loader, before = torch.utils.data.DataLoader(_five_texts(), batch_size=2), _Asked().to(device)
    net, returned, steps = _epoch_of(one_epoch, before, loader)
    _must_move(before, net, steps)
    right = _epoch_of(_one_epoch, before, loader)[0]
    slips = {said: _epoch_of(_one_epoch, before, loader, order=order)[0] for order, said in _orders().items()}
    slips = {said: slip.embedding.weight for said, slip in slips.items()}
    must_equal(say("Each weight after the epoch"), net.embedding.weight, right.embedding.weight, slips)
    grows = isinstance(returned, torch.Tensor) and returned.requires_grad
    assert not grows, say("Add up loss.item(): a loss that stays a tensor keeps all that its batch has computed.")
    losses = [nn.functional.cross_entropy(asked[2], batch[0]).item() for asked, batch in zip(right.asked, loader)]
    must_be_mean_of_texts(say("loss"), float(returned), losses)


def _must_move(before, net, steps):
    """The weights move, in the right modes, and the scheduler steps as often as there are batches."""
    moved = not is_close(net.embedding.weight, before.embedding.weight)
    assert moved, say("No weight moves. Is there a backward, then a step, and no zero_grad between them?")
    modes = [training for training, _, _ in net.asked]
    assert len(modes) > 1, say("Only the first of 3 batches is used: is `return` inside the loop?")
    late = modes.index(False) + 1 if False in modes else 0
    advice = say("is net.eval() inside the loop?") if late > 1 else say("net.train() before the first batch.")
    assert not late, say("Batch {late} finds the network in evaluation mode: {advice}").format(late=late, advice=advice)
    assert not net.training, say("At the end the network is in training mode: net.eval(), so that it can answer.")
    said = say("The scheduler has made {steps} of 3 steps: scheduler.step() belongs to each batch.")
    assert steps == 3, said.format(steps=steps)


def _last_n(real, n):
    left = real.sum(1, keepdim=True) - real.cumsum(1)  # how many real tokens follow
    return real & (left < n)


@exercise("4", ours=_last_n)
def check_last_n(last_n):
    real = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]).bool()
    for n in (1, 2, 9 + torch.initial_seed()):
        with explain("ambiguous", say("& joins two comparisons of tensors, and each needs brackets.")):
            answer = last_n(real.clone(), n)
        slip = torch.arange(5) >= real.sum(1, keepdim=True) - n  # [3, 5]
        said = say("The places after a text's end are True as well. Join your condition with `real &`.")
        assert not is_close(answer, slip), said
        must_be_like(answer, real, f"last_n(real, {n})")
        _must_be_true_at(f"last_n(real, {n})", answer, _last_n(real, n))


def _must_be_true_at(name, mask, right):
    for t, rows in enumerate(zip(mask, right)):
        found, wanted = (row.nonzero().flatten().tolist() for row in rows)
        said = say("{name}: row {t} should be True at {wanted}, not at {found}.")
        assert found == wanted, said.format(name=name, t=t, wanted=wanted, found=found)


def _read(x, W_x, W_h, b):
    h, states = x.new_zeros(len(x), len(b)), []
    for t in range(x.size(1)):
        h = _step(x[:, t], h, W_x, W_h, b)  # [B, H]
        states.append(h)
    return torch.stack(states, dim=1)  # [B, T, H]


@exercise("1", ours=_step)
def check_step(step):
    cell = nn.RNNCell(3, 2)
    W_x, W_h, b = cell.weight_ih, cell.weight_hh, (cell.bias_ih + cell.bias_hh).detach()
    x_t, h = torch.randn(4, 3), torch.randn(4, 2)  # a batch of 4
    product = say("The shapes do not fit. The matrix product is @; * multiplies number by number.")
    with (
        explain("multiplied", say("The shapes do not fit: here a vector is a row, so x_t @ W_x.T and h @ W_h.T.")),
        explain("must match", product),
        explain("one element", say("math.tanh takes a single number: torch.tanh takes a tensor.")),
    ):
        answer = step(x_t.clone(), h.clone(), W_x, W_h, b)
    total = x_t @ W_x.T + h @ W_h.T
    slips = {
        say("The bias is missing."): total.tanh(),
        say("tanh comes last, over the whole sum."): total.tanh() + b,
        say("tanh is missing."): total + b,
        say("W_h is the wrong way round: h @ W_h.T, as with W_x."): (x_t @ W_x.T + h @ W_h + b).tanh(),
    }
    must_equal("step", answer, cell(x_t, h), slips)


@exercise("5", ours=_read)
def check_read(read):
    rnn, x = nn.RNN(5, 2, batch_first=True), torch.randn(3, 4, 5)
    weights = rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0 + rnn.bias_hh_l0
    truth, last = rnn(x)
    across = rnn(x.transpose(0, 1))[0].transpose(0, 1)  # [3, 4, 2]: along the batch
    slips = {
        say("You walk along the texts of the batch, not along the tokens: x[:, t] is step t."): across,
        say("The steps are the first axis: torch.stack(states, dim=1) makes them the second."): truth.transpose(0, 1),
        say("That is the last state alone. Keep the state after every token."): last[0],
        say("Keep the state after each step, not the one before it."): nn.functional.pad(truth, (0, 0, 1, -1)),
        say("Each step starts from zeros. Pass the new state on."): rnn(x.reshape(12, 1, 5))[0].reshape(3, 4, 2),
    }
    answer = read(x.clone(), *weights)
    must_equal("read", answer, truth, slips)
    with explain("inplace", say("Right, but a state was changed in place: keep the states in a list.")):
        answer[:, -1].sum().backward()


# ---------------------------------------------------------------------- lesson 2: LSTM gates


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
        }
        said = say("Your bias of {answer:.2f} does not give sigmoid(b) ** {steps} = 1/2. Is it rounded?")
        must_be_number(float(bias_for(steps)), math.log(f / (1 - f)), slips, said, steps=steps)


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


# --------------------------------------------------------------------------- lesson 3: packed sequences


def _column_step(cell, x, h):
    return torch.cat([cell(x, h[: len(x)]), h[len(x) :]])


@exercise("1a", ours=_column_step)
def check_column_step(column_step):
    cell, h = nn.RNNCell(3, 4), torch.randn(5, 4)
    for n in (2, 5, 1):
        x = torch.randn(n, 3, requires_grad=True)
        new, right = column_step(cell, x, h.clone()), _column_step(cell, x, h)
        shape = list(getattr(new, "shape", right.shape))
        said = say("{n} rows of x and 5 texts: keep the rows of texts that have ended, too: [5, 4], not {shape}.")
        assert shape == [5, 4], said.format(n=n, shape=shape)
        last = torch.cat([h[:-n], cell(x, h[-n:])])
        slips = {
            say("You move the last rows. The longest texts come first, so the first n rows move."): last,
            say("The rows that rest become zero; they should stay as h[n:]."): torch.cat([cell(x, h[:n]), 0 * h[n:]]),
        }
        must_equal("column_step", new, right, slips)
        said = say("The numbers are right, but h was changed in place, and the gradient needs the old one: torch.cat.")
        with explain("inplace", said):
            new.sum().backward()


def _read_packed(cell, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), cell.hidden_size)  # [B, H]
    for x in data.split(batch_sizes.tolist()):
        h = _column_step(cell, x, h)
    return h


@exercise("1b", ours=_read_packed)
def check_read_packed(read_packed):
    for lengths in ([4, 2, 1], [3, 3], [1], [6, 5, 2, 2]):
        rnn, cell = nn.RNN(3, 4), nn.RNNCell(3, 4)
        cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in rnn.state_dict().items()})
        packed = nn.utils.rnn.pack_sequence([torch.randn(length, 3) for length in lengths])
        sizes = packed.batch_sizes
        again = torch.cat([packed.data[:size] for size in sizes.tolist()])
        said = say("Each column is the next rows of data; yours reads the first rows again and again.")
        slip, right = _read_packed(cell, again, sizes), rnn(packed)[1][0].detach()
        with explain("inconsistent hidden_size", say("Start from zeros of the cell's own width: cell.hidden_size.")):
            last = read_packed(cell, packed.data, sizes)
        rows = list(getattr(last, "shape", []))
        what = say("You have a row for each of {steps} steps. The number of texts is batch_sizes[0]: {texts}.")
        assert len(sizes) == len(lengths) or rows != [len(sizes), 4], what.format(steps=len(sizes), texts=len(lengths))
        must_equal("read_packed", last, right, {said: slip})


@exercise("2a", ours=run_rnn)
def check_read_batch(read_batch):
    lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True)
    vectors, lengths = torch.randn(3, 6, 3), torch.tensor([2, 5, 1])
    alone = [lstm(vectors[i : i + 1, :length]) for i, length in enumerate(lengths.tolist())]
    h_n, c_n = (torch.cat([pair[k] for _, pair in alone], dim=1) for k in (0, 1))  # [2, 3, 4] each
    states, last = read_batch(lstm, vectors, lengths)
    shape = list(getattr(states, "shape", []))
    assert shape[1:] != [3, 4], say("states is [T, B, H]: pad_packed_sequence has its own batch_first.")
    assert shape != [3, 5, 4], say("vectors has 6 columns, states only 5, those of the longest text: total_length.")
    slips = {
        say("h_n[0] is the bottom layer. The top layer is h_n[-1]."): h_n[0],
        say("That is the cell state c. The last hidden state comes first: (h_n, c_n)."): c_n[-1],
        say("states[:, -1] is zero where a text ended before: take h_n."): torch.zeros(3, 4),
        say("last went on over the padding: let the layer read the packed batch."): lstm(vectors)[1][0][-1],
    }
    must_equal("last", last, h_n[-1], slips)
    over = say("states goes on over the padding: it should be zero after the end of each text.")
    right = nn.utils.rnn.pad_sequence([text[0][0] for text in alone], batch_first=True)  # [3, 5, 4]
    must_equal("states", states, nn.functional.pad(right, (0, 0, 0, 1)), {over: lstm(vectors)[0]})


@exercise("2b", ours=torchnlp.evaluate)
def check_validate(validate):
    net, items = _Asked().to(device), [(label, ids, 4) for label, ids in _five_texts()]
    loader = torch.utils.data.DataLoader(items, batch_size=2)
    (loss, accuracy), asked = validate(net, loader), list(net.asked)
    said = say("The network is asked in training mode, with dropout on: net.eval() before the first batch.")
    assert not any(training for training, _, _ in asked), said
    said = say("PyTorch records each operation for a gradient that nobody takes: ask under torch.no_grad().")
    assert not any(recorded for _, recorded, _ in asked), said
    advice = say("After {count} of 3 batches it returns. Is `return` inside the loop?")
    assert len(asked) >= 3, advice.format(count=len(asked))
    means = zip(*(torchnlp.evaluate(net, [batch]) for batch in loader))
    for what, given, parts in zip((say("loss"), say("accuracy")), (loss, accuracy), means):
        must_be_mean_of_texts(what, float(given), parts)


def _one_length_batches(sizes, size, generator):
    batches = []
    for length in sizes.unique():
        texts = (sizes == length).nonzero()[:, 0]
        batches += texts[torch.randperm(len(texts), generator=generator)].split(size)
    return [batches[i].tolist() for i in torch.randperm(len(batches), generator=generator)]


@exercise("3", ours=_one_length_batches)
def check_one_length_batches(one_length_batches):
    sizes, generator = torch.tensor([7, 3, 7, 7, 5, 7, 3, 7, 7, 3] * 5), torch.Generator().manual_seed(1)
    given = [one_length_batches(sizes, 4, each) for each in (generator, generator, torch.Generator().manual_seed(1))]
    deep = say("A batch is a list of indices; yours has lists in it. `nonzero()` gives [n, 1]: take its column.")
    assert all(torch.as_tensor(batch).dim() == 1 for batches in given for batch in batches), deep
    first, second, again = ([[int(i) for i in batch] for batch in batches] for batches in given)
    said = say("Each of 50 texts must come, and only once.")
    assert sorted(i for batch in first for i in batch) == list(range(50)), said
    for batch in first:
        lengths = sorted({int(sizes[i]) for i in batch})
        assert len(lengths) == 1, say("A batch has texts of the lengths {lengths}.").format(lengths=lengths)
    said = say("A batch has at most `size` texts, here 4; 14 batches are enough for an epoch.")
    assert len(first) == 14 and max(map(len, first)) == 4, said
    order = [int(sizes[batch[0]]) for batch in first]
    assert sum(a != b for a, b in zip(order, order[1:])) > 2, say("The batches come length after length: shuffle them.")
    said = say("The same texts meet in each epoch: shuffle the texts of a length, too.")
    assert {*map(frozenset, first)} != {*map(frozenset, second)}, said
    assert again == first, say("The same generator should give the same epoch.")


# ------------------------------------------------- lesson 4: two directions, several layers


@exercise("1a", ours=lambda layers, directions: ([8, 20, 32 * directions], [layers * directions, 8, 32]))
def check_shapes(shapes):
    deep = 3 + 2 * torch.initial_seed()  # with 8 rows a missing transpose would not show
    for layers, directions in ((1, 1), (1, 2), (deep, 1), (deep, 2)):
        gru = nn.GRU(5, 32, layers, batch_first=True, bidirectional=directions == 2)
        right = [list(part.shape) for part in gru(torch.zeros(8, 20, 5))]
        case = f"layers={layers}, directions={directions}"
        output, h_n = map(list, shapes(layers, directions))
        what = say("{case}: h_n is {h_n}? batch_first leaves h_n as it is: the batch comes second.")
        assert h_n != [8, *right[1][::2]], what.format(case=case, h_n=h_n)
        said = say("{case}: output is {output}? It holds the top layer alone.").format(case=case, output=output)
        assert output != [8, 20, 32 * layers * directions] or layers == 1, said
        what = say("{case}: not {output} and {h_n}. How many numbers has a state at each token, and how many rows h_n?")
        assert [output, h_n] == right, what.format(case=case, output=output, h_n=h_n)


def _last_states(h_n, directions):
    return torch.cat([*h_n[-directions:]], dim=1)


@exercise("1b", ours=_last_states)
def check_last_states(last_states):
    for layers, directions in ((1, 2), (3, 2), (1, 1), (3, 1)):
        gru = nn.GRU(3, 4, layers, batch_first=True, bidirectional=directions == 2)
        _, h_n = gru(torch.randn(5, 6, 3))
        case = say("With layers={layers} and directions={directions} it").format(layers=layers, directions=directions)
        top = h_n[-directions:]
        slips = {
            say("{case} returns [{directions}, B, H]. One vector per text: join them with torch.cat."): top,
            say("{case} takes the bottom layer. The top one comes last."): _last_states(h_n[:directions], directions),
            say("{case} mixes texts: reshape goes along the batch."): top.reshape(5, -1),
        }
        slips = {said.format(case=case, directions=directions): slip for said, slip in slips.items()}
        must_equal(case, untouched(last_states, h_n, directions), _last_states(h_n, directions), slips)


def _read_late(rnn, vectors, lengths, delay):
    longer = nn.functional.pad(vectors, (0, 0, 0, delay))  # [B, T + delay, E]
    states, _ = run_rnn(rnn, longer, lengths + delay)
    return states[:, delay:]


@exercise("2a", ours=_read_late)
def check_read_late(read_late):
    rnn, lengths = nn.LSTM(3, 4, batch_first=True), torch.tensor([4, 2, 1])
    vectors = nn.utils.rnn.pad_sequence([torch.randn(n, 3) for n in lengths.tolist()], batch_first=True)
    vectors.requires_grad_()
    real = (torch.arange(4) < lengths.unsqueeze(1)).unsqueeze(2)  # [B, T, 1]
    for delay in (1, 0, 2):
        right = _read_late(rnn, vectors, lengths, delay)
        answer = untouched(read_late, rnn, vectors, lengths, delay)
        whole = say("4 tokens have {states} states: with a delay of {delay} the first {delay} answer for no token.")
        all_kept = delay > 0 and getattr(answer, "shape", None) == (3, 4 + delay, 4)
        assert not all_kept, whole.format(states=4 + delay, delay=delay)
        name = say("With a delay of {delay} the tensor of states").format(delay=delay)
        must_be_like(answer, right, name)
        lost = delay and not answer[torch.arange(3), lengths - 1].any()
        assert not lost, say("The last tokens get zeros: each text must be read for lengths + delay steps.")
        said = say("The state at token t should be that after t + delay: take the states from `delay` on.")
        must_equal(name, answer * real, right * real, {said: run_rnn(rnn, vectors, lengths)[0] * real})


AHEAD = {"one-way": 0, "late": 1, "window": 2, "two windows": 4, "two-way": math.inf}


@exercise("2b", ours=lambda delay: {name for name, words in AHEAD.items() if words <= delay})
def check_usable(usable):
    for delay in (0, 1, 2, 3, 4 + torch.initial_seed(), math.inf):
        answer, said = usable(delay), say("usable returns a set of names out of {names}, not {answer!r}.")
        named = not isinstance(answer, str) and {*answer} <= AHEAD.keys()
        assert named, said.format(names=[*AHEAD], answer=answer)
        for name, words in AHEAD.items():
            may = say("may be used") if words <= delay else say("may not be used")
            said = say("With a delay of {delay}, {name!r} {may}. How many words after the token does it read?")
            assert (name in answer) == (words <= delay), said.format(delay=delay, name=name, may=may)


def _max_pool(states, lengths):
    return _masked_max(states, torch.arange(states.size(1)) < lengths.unsqueeze(1))  # the mask: [B, T]


@exercise("3", ours=_max_pool)
def check_max_pool(max_pool):
    lengths = torch.tensor([5, 1, 3])
    _must_be_largest("max_pool", max_pool, lengths, torch.arange(5) < lengths.unsqueeze(1))


# ------------------------------------------------------------ lesson 5: pretrained embeddings


def _skip_gram_loss(v, u, negative):
    true, false = (v * u).sum(-1), (v.unsqueeze(1) * negative).sum(-1)  # [B], [B, K]
    return -(nn.functional.logsigmoid(true) + nn.functional.logsigmoid(-false).sum(1)).mean()


@exercise("1a", ours=_skip_gram_loss)
def check_skip_gram_loss(skip_gram_loss):
    for B, K in ((1, 1), (4, 2), (3, 5)):
        v, u, negative = torch.randn(B, 6, requires_grad=True), torch.randn(B, 6), torch.randn(B, K, 6)
        answer, right = untouched(skip_gram_loss, v, u, negative), _skip_gram_loss(v, u, negative)
        true, drawn = -nn.functional.logsigmoid((v * u).sum(-1)).mean(), _skip_gram_loss(v, u, -negative)
        slips = {
            say("The drawn words are treated like true neighbours: one minus sign is missing."): drawn,
            say("That is the sum over the batch: take the mean."): right * B,
            say("The sign is turned round: a loss is positive."): -right,
            say("Add up the K drawn words of a pair; that is their mean."): true + (right - true) / K,
        }
        must_equal(say("The loss"), answer, right, slips)
    large = skip_gram_loss(torch.full((1, 1), 200.0), torch.full((1, 1), -1.0), torch.zeros(1, 1, 1))
    assert large.isfinite(), say("At a dot product of -200 it is infinite: F.logsigmoid, not the log of a sigmoid.")


def _pair_step(v, u, y, rate):
    error = torch.sigmoid(v @ u) - y
    return v - rate * error * u, u - rate * error * v


@exercise("1b", ours=_pair_step)
def check_pair_step(pair_step):
    given = [(torch.randn(4), torch.randn(4), y, rate) for y in (1, 0) for rate in (0.1, 2.0)]
    given += [(torch.tensor([1.0, 2.0]), torch.tensor([2.0, -1.0]), 1, 1.0)]
    for v, u, y, rate in given:
        (new_v, new_u), right = untouched(pair_step, v, u, y, rate), _pair_step(v, u, y, rate)
        late = u - rate * (torch.sigmoid(v @ u) - y) * right[0]
        for new, old, other, wanted, name in zip((new_v, new_u), (v, u), (u, v), right, "vu"):
            slips = {
                say("{name} goes uphill: subtract the gradient.").format(name=name): 2 * old - wanted,
                say("The label is missing: the error is sigmoid(v @ u) - y."): wanted - rate * y * other,
                say("Multiply the gradient by the rate."): old + (wanted - old) / rate,
                say("u moves by the *old* v: both gradients come before the step."): late,
            }
            must_equal(say("The new {name}").format(name=name), new, wanted, slips)


@exercise("2a", ours=lambda table, freeze: nn.Embedding.from_pretrained(table.clone(), freeze, PAD, sparse=SPARSE))
def check_word_layer(word_layer):
    for freeze in (True, False):
        table = torch.randn(5, 3)
        table[PAD] = 0
        given = table.clone()
        layer = word_layer(given, freeze)
        said = say("word_layer should return an nn.Embedding, not a {kind}.")
        assert isinstance(layer, nn.Embedding), said.format(kind=type(layer).__name__)
        assert layer.weight.detach().equal(table), say("The layer does not start with the rows of the table.")
        said = say("With freeze=True the layer does not train, with freeze=False it does.")
        assert layer.weight.requires_grad != freeze, said
        if not freeze:
            layer(torch.tensor([0, PAD, 3])).sum().backward()
            assert layer.weight.grad.is_sparse == SPARSE, say("Give it sparse=SPARSE, too.")
            said = say("The padding token learns: padding_idx should be PAD.")
            assert not layer.weight.grad.to_dense()[PAD].any(), said
            layer.weight.data -= layer.weight.grad.to_dense()
            same = say("After one step the table that you were given has changed: share no memory, clone() it.")
            assert given.equal(table), same


@exercise("2b", ours=lambda labels: "mean of GloVe" if labels < 500 else "GloVe, fine-tuned")
def check_choose_start(choose_start, STUDY):
    for labels, accuracies in {**STUDY, 300 + torch.initial_seed(): None, 120_000: None}.items():
        name, names = choose_start(labels), list(STUDY[100])
        said = say("For {labels:,} labels it returns {name!r}, which is none of {names}.")
        assert name in names, said.format(labels=labels, name=name, names=names)
        reached, best = (accuracies[name], max(accuracies.values())) if accuracies else (1, 1)
        said = say("With {labels:,} labels {name!r} reaches {reached:.3f}, the best of the five {best:.3f}.")
        assert best - reached <= 0.02, said.format(labels=labels, name=name, reached=reached, best=best)


def _shuffled(table):
    others = torch.tensor([row for row in range(len(table)) if row != PAD])
    answer = table.clone()
    answer[others] = table[others[torch.randperm(len(others))]]
    return answer


@exercise("3", ours=_shuffled)
def check_shuffled(shuffled):
    for rows in (200, 50 + torch.initial_seed()):
        table = torch.arange(10.0 * rows).view(rows, 10)
        answer = untouched(shuffled, table)
        must_be_like(answer, table, "shuffled")
        assert answer[PAD].equal(table[PAD]), say("The padding token has lost its row.")
        lost = len({*table[:, 0].tolist()} - {*answer[:, 0].tolist()})
        assert lost != 1, say("One row is lost: the one that came to the padding token's place.")
        assert answer[answer[:, 0].argsort()].equal(table), say("Not the same rows: some are lost or changed.")
        steps = answer[:, 0].diff().tolist()  # from each row to the one below it
        often = max(steps.count(step) for step in steps)
        assert often < 20, say("Rows that follow each other still do: no random order.")


# ------------------------------------------------------------------ lesson 6: text generation


@exercise("1a", ours=lambda texts, start: shifted([(start, ids) for ids in texts]))
def check_shift(shift):
    texts = [[5, 6, 7, END], [8 + torch.initial_seed(), END], [END]]
    inputs, targets = untouched(shift, texts, 9)
    said = say("The inputs hold {END}, <end>: it is only predicted, because nothing comes after it.")
    assert END not in inputs, said.format(END=END)
    right = shifted([(9, ids) for ids in texts])
    for part, wanted, name in zip((inputs, targets), right, ("inputs", "targets")):
        slips = {
            say("The targets are the inputs: the network would only copy what it reads."): right[0],
            say("Fill the rows with PAD, which is {PAD}, not with 0.").format(PAD=PAD): wanted * (wanted != PAD),
        }
        must_equal(say("The tensor of the {name}").format(name=name), part, wanted, slips)


def _bigrams(x, state=None):
    """Logits of six tokens, a row for each token read. It knows that padding follows padding, and 5 follows 4."""
    rows = torch.zeros(6, 6, device=x.device)
    rows[PAD, PAD], rows[4, 5] = 9, 2
    return rows.requires_grad_()[x], state


@exercise("1b", ours=token_loss)
def check_language_loss(language_loss):
    first = torch.initial_seed() % 3
    x, y = shifted([(3, [4, 5, 3, 4, 5][first : first + 3] + [END]), (3, [END])])
    flat = say("cross_entropy takes logits [N, V] and targets [N]: flatten(0, 1) makes one axis of texts and steps.")
    pair = say("net returns two things, the logits and a state: take the first.")
    with explain("Expected target size", flat), explain("'tuple'", pair), explain("not tuple", pair):
        loss = untouched(language_loss, _bigrams, x, y)
    right = token_loss(_bigrams, x, y)
    must_be_like(loss, right, say("The loss"))
    logits, real, loss_of = _bigrams(x)[0], y != PAD, nn.functional.cross_entropy
    slips = {  # what a slip would say
        say("padding tokens were counted"): loss_of(logits.flatten(0, 1), y.flatten()),
        say("cross_entropy takes logits and does the softmax itself"): loss_of(logits.softmax(2)[real], y[real]),
    }
    slips = {say("Your loss is {loss:.3f}: {said}.").format(loss=loss, said=said): slips[said] for said in slips}
    must_be_number(loss, right, slips, say("With 5 real tokens the loss should be {right:.3f}, not {answer:.3f}."))


def _grow(beams, log_p, width):
    longer = []
    for (score, ids), row in zip(beams, log_p.tolist()):
        closed = ids[-1:] == [END]
        longer += [(score, ids)] if closed else [(score + p, [*ids, token]) for token, p in enumerate(row)]
    return sorted(longer, key=lambda beam: -beam[0])[:width]


@exercise("2a", ours=_grow)
def check_grow(grow):
    beams = [(-1.0, [3]), (-1.05, [0, END]), (-1.1, [1, 4, 5]), (-2.3, [5, END])]
    rows = [[0.02, 0.03, 0.2, 0.3, 0.22, 0.23], [0.05, 0.05, 0.1, 0.1, 0.1, 0.6],
            [0.5, 0.25, 0.12, 0.07, 0.04, 0.02], [1 / 6] * 6]  # fmt: skip
    beams = [(score - torch.initial_seed(), ids) for score, ids in beams]
    for start, width in [([(0.0, [])], 3), (beams[:1] + beams[2:3], 3), (beams, 1), (beams, 2), (beams, 6)]:
        log_p = torch.tensor(rows[: len(start)]).log()
        with explain("list index out of range", say("The first beam is empty: it has no last id. Test `ids` first.")):
            answer = untouched(grow, start, log_p, width)
        right = _grow(start, log_p, width)
        (scores, lines), (best, wanted) = zip(*answer), zip(*right)
        lines = [list(map(int, ids)) for ids in lines]
        grown = [ids for ids in lines if END in ids[:-1]]
        what = say("{beam} goes on after {END}: a beam that ends in <end> does not grow.")
        assert not grown, what.format(beam=grown[:1], END=END)
        lost = [ids for _, ids in start if ids[-1:] == [END] and ids in wanted and ids not in lines]
        assert not lost, say("The closed beam {beam} is lost: it competes as it is.").format(beam=lost[:1])
        alone = abs(scores[0] - log_p.max()) < 0.01 < abs(best[0] - log_p.max())
        assert not alone, say("Add the new log p to the score of its beam.")
        said = say("With a width of {width}, {start} grows into {wanted}, not {lines}: the best of all, in order.")
        assert lines == list(wanted), said.format(width=width, start=start, wanted=list(wanted), lines=lines)
        said = say("The scores should be {scores}.")
        assert math.dist(scores, best) < 0.01, said.format(scores=[round(score, 2) for score in best])


def _ranked(beams, power):
    return sorted(beams, key=lambda beam: -beam[0] / len(beam[1]) ** power)


@exercise("2b", ours=_ranked)
def check_ranked(ranked):
    beams = [(-6.0, [7, 7, 7, END]), (-1.0, [END]), (-5.0, [8, 8, END]), (-7.2, [9, 9, 9, 9, 9, END])]
    beams = [(score * (1 + torch.initial_seed()), ids) for score, ids in beams]
    for power in (0, 1, 0.5):
        answer, right = untouched(ranked, beams, power), _ranked(beams, power)
        same = sorted(map(str, answer)) == sorted(map(str, beams))
        assert same, say("Return all pairs (score, ids), each as it is: only their order changes.")
        assert right == list(answer) or list(answer) != _ranked(beams, -power), say("Divide by the length.")
        assert list(answer) != right[::-1], say("The best comes first, not last.")
        said = say("With a power of {power} the order is {right}, not {answer}.")
        assert list(answer) == right, said.format(power=power, right=right, answer=answer)


def _followers(texts, n, start):
    book = defaultdict(list)
    for ids in texts:
        for i, token in enumerate(ids):
            book[tuple([*[start] * n, *ids][i : i + n])].append(token)
    return book


@exercise("3a", ours=_followers)
def check_followers(followers):
    texts = [[5, 6, 5, 6, END], [5, 7, END]]
    for n in (1, 2, 3):
        start = 9 + torch.initial_seed()
        book, right = untouched(followers, texts, n, start), _followers(texts, n, start)
        must_be(book, dict, "followers")
        for context, after in right.items():
            said = say("With n = {n} the context {context} is missing: a tuple of {n} ids.")
            assert context in book, said.format(n=n, context=context)
            same = isinstance(book[context], list) and str(sorted(book[context])) == str(sorted(after))
            said = say("With n = {n}, after {context} came {after}, not {found}.")
            assert same, said.format(n=n, context=context, after=after, found=book[context])


def _chain(book, n, rng, start, most=20):
    line = [start] * n
    while len(line) < n + most and line[-1] != END:
        line.append(rng.choice(book[tuple(line[-n:])]))
    return [token for token in line[n:] if token != END]


@exercise("3b", ours=_chain)
def check_chain(chain):
    single = {(9, 9): [5], (9, 5): [6], (5, 6): [7], (6, 7): [END]}
    only, short = (list(chain(single, 2, random.Random(0), 9, most)) for most in (20, 2))
    assert only == [5, 6, 7], say("Here only [5, 6, 7] can be written, without <end>, not {only}.").format(only=only)
    assert short == [5, 6], say("With most=2 it should be [5, 6], not {short}.").format(short=short)
    coin, rng = {(9,): [5, 5, 5, 6], (5,): [6, END], (6,): [END], (END,): [END]}, random.Random(1)
    drawn = [list(chain(coin, 1, rng, 9, 20)) for _ in range(400)]
    for line, share in (([5], 3 / 8), ([5, 6], 3 / 8), ([6], 1 / 4)):
        found = drawn.count(line) / 400
        said = say("{line} came in {found:.0%} of 400, not in about {share:.0%}.")
        assert abs(found - share) < 0.1, said.format(line=line, found=found, share=share)


# ------------------------------------------- lesson 7: attention, and recurrent networks today


def _weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5).softmax(dim=2)  # [B, S, T]


@exercise("1a", ours=_weights_of)
def check_weights_of(weights_of):
    for B, S, T, D in ((2, 3, 5, 8), (3, 1, 6, 4)):
        queries, keys = torch.randn(B, S, D, requires_grad=True), torch.randn(B, T, D)
        answer, right = untouched(weights_of, queries, keys), _weights_of(queries, keys)
        must_be_like(answer, right, say("The weights [B, S, T]"))
        said = say("The weights of the first query sum to {total:.2f}, not to 1 over its {T} keys, the last axis.")
        assert abs(answer[0, 0].sum() - 1) < 1e-4, said.format(total=answer[0, 0].sum(), T=T)
        slips = {say("The scores are not divided by the root of D."): _weights_of(queries * D**0.5, keys)}
        must_equal(say("The tensor of weights"), answer, right, slips)


def _attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5  # [B, S, T]
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=2)
    return weights @ values, weights


@exercise("1b", ours=_attend)
def check_attend(attend):
    padding = torch.arange(6) < torch.tensor([6, 2, 1]).view(3, 1, 1)  # [B, 1, T]
    own = torch.ones(4, 6).tril(1).bool().expand(3, 4, 6)  # [B, S, T]
    for mask in (torch.ones(3, 1, 6).bool(), padding, own):
        given = torch.randn(3, 4, 8, requires_grad=True), torch.randn(3, 6, 8), torch.randn(3, 6, 5), mask
        (context, weights), right = untouched(attend, *given), _attend(*given)
        must_be_like(weights, right[1], say("The weights [B, S, T]"))
        assert not weights.isnan().any(), say("The weights hold NaN. Is the mask upside down?")
        least = weights.sum(2).min().item()
        shut = (weights * ~mask).max().item()
        assert shut < 1e-6, say("A position where the mask is False has a weight of {shut:.2g}.").format(shut=shut)
        what = say("The weights of a query sum to {least:.2f}: mask the scores, before the softmax. Is it dim=2?")
        assert abs(least - 1) < 1e-4, what.format(least=least)
        slips = {say("The scores are not divided by the root of D."): _attend(given[0] * 8**0.5, *given[1:])[1]}
        must_equal(say("The tensor of weights"), weights, right[1], slips)
        must_equal(say("The tensor of context vectors [B, S, V]"), context, right[0], {})


def _as_product(q, k, v):
    return (q @ k.transpose(1, 2)).tril() @ v


def _is_linear_attention(function):
    for B, T, D, V in ((2, 5, 4, 3), (3, 4, 3, 3)):
        q, k, v = torch.randn(B, T, D, requires_grad=True), torch.randn(B, T, D), torch.randn(B, T, V)
        answer, scores = untouched(function, q, k, v), q @ k.transpose(1, 2)
        both = scores @ v  # sides
        must_be_like(answer, both, say("The result [B, T, V]"))
        nan = say("It holds NaN: where no softmax follows, a masked score must be 0, not minus infinity.")
        assert not answer.isnan().any(), nan
        said = say("Twice the queries should give twice the result. Is a softmax left? Linear attention has none.")
        assert torch.allclose(function(2 * q, k, v), 2 * answer, atol=1e-4), said
        slips = {
            say("A token sees those after it: mask their scores, or read S as soon as its own step is added."): both,
            say("A token must see itself too: add v kᵀ to S before you read S."): scores.tril(-1) @ v,
            say("S holds the last step alone: add v kᵀ to what S was."): (q * k).sum(2, keepdim=True) * v,
        }
        must_equal(say("The result [B, T, V]"), answer, _as_product(q, k, v), slips)


@exercise("2a", ours=_as_product)
def check_as_product(as_product):
    _is_linear_attention(as_product)


@exercise("2b", ours=_as_product)  # the results are the same
def check_as_recurrence(as_recurrence):
    _is_linear_attention(as_recurrence)


def _near(T, reach):
    back = torch.arange(T).unsqueeze(1) - torch.arange(T)  # [T, T], how far back
    return (back >= 0) & (back < reach)


@exercise("3a", ours=_near)
def check_near(near):
    for T, reach in ((5, 1), (5, 3), (4, 9 + torch.initial_seed())):
        mask, right = near(T, reach), _near(T, reach)
        must_be_like(mask, right, f"near({T}, {reach})")
        said = say("near({T}, {reach}): a token attends to what comes after it.")
        assert not mask.triu(1).any(), said.format(T=T, reach=reach)
        _must_be_true_at(f"near({T}, {reach})", mask, right)


@exercise("3b", ours=lambda layers, reach: 1 + layers * (reach - 1))
def check_seen(seen):
    for layers, reach in ((1, 1), (1, 4), (3, 1), (2, 3), (4, 5 + torch.initial_seed())):
        known = {40}  # whose words the last of 41 tokens knows, layer by layer
        for _ in range(layers):
            known = {t - back for t in known for back in range(reach)}
        said = say("seen({layers}, {reach}) is not {found}. Draw it: who sees whom, layer by layer?")
        assert seen(layers, reach) == len(known), said.format(layers=layers, reach=reach, found=seen(layers, reach))


# --------------------------------------------------------------------------------- the project


def _copies(texts):
    words = [set(split_words(text)) for text in texts]
    pairs = itertools.combinations(range(len(texts)), 2)
    return [(i, j) for i, j in pairs if len(words[i] & words[j]) >= 0.6 * max(1, len(words[i] | words[j]))]


@exercise("1a", ours=_copies)
def check_copies(copies):
    number = torch.initial_seed()
    texts = [
        f"The lamp in street {number} is broken, please repair it", "Where can I bring old paint tins?",
        f"the lamp in street {number} is broken please repair it!", "A dog barks all night", "",
        f"Again: the lamp in street {number} is broken, please repair it", "A dog barks in the park all day",
        "Where can I bring old paint tins?", "A dog barks", "Bin full, again!", "bin full again",
    ]  # fmt: skip
    pairs = [(i, j) for i, j in copies(list(texts))]
    once = len({*pairs}) == len(pairs) and all(i < j for i, j in pairs)
    assert once, say("Each pair comes once, as (i, j) with i smaller than j.")
    for i, j in [(1, 7), (0, 2), (0, 5), (2, 5), (3, 8), (9, 10)]:
        said = say("It misses a pair: {first!r} and {second!r}. Do you use >= 0.6, and the words of tokenizer(text)?")
        assert (i, j) in pairs, said.format(first=texts[i], second=texts[j])
    extra = [(texts[i], texts[j]) for i, j in pairs if (i, j) not in _copies(texts)]
    said = say("These two share less than 0.6 of their words: {first!r} and {second!r}.")
    assert not extra, said.format(first=extra[0][0], second=extra[0][1])
    assert not copies(["", "A dog barks", ""]), say("Two texts without a word are no copies: they share none.")


def _kappa(first, second):
    return 1.0 if len({*first, *second}) == 1 else cohen_kappa_score(first, second)


@exercise("1b", ours=_kappa)
def check_kappa(kappa):
    rng = random.Random(torch.initial_seed())
    first = rng.choices(["waste", "parks", "water"], [6, 3, 1], k=40)
    second = [name if rng.random() < 0.8 else rng.choice(["waste", "parks"]) for name in first]
    agree, right = sum(a == b for a, b in zip(first, second)) / 40, _kappa(first, second)
    chance = (agree - right) / (1 - right)
    answer = kappa(list(first), list(second))
    must_be(answer, float, "kappa")
    slips = {
        say("That is the share on which they agree. What share would agree by chance?"): agree,
        say("Divide by the room that chance leaves: 1 - chance."): agree - chance,
    }
    must_be_number(answer, right, slips, say("It should be {right:.3f}, not {answer:.3f}."))
    said = say("If both give the same label to all texts, chance is 1: return 1.0.")
    assert abs(kappa(["a", "a"], ["a", "a"]) - 1) < 1e-6, said


def _split(labels, texts, seed=0):
    alike = np.eye(len(texts))
    for i, j in _copies(texts):
        alike[i, j] = 1
    _, groups = connected_components(alike)  # a copy of a copy is in the group, too
    folds = StratifiedGroupKFold(7, shuffle=True, random_state=seed).split(texts, labels, groups)
    valid, test, *others = [part.tolist() for _, part in folds]
    return sum(others, []), valid, test


def _table(seed):
    """200 rows with three labels, the last one rare, among them 30 copies with the label of their original.

    And 30 rows more with label 0: ten times two texts, and one that is a copy of both, while these two are none.
    The last 10 rows are copies with another label than their original's, which is 0.
    """
    rng = random.Random(seed)
    labels = [0] * 120 + [1] * 40 + [2] * 10
    texts = [" ".join(f"w{rng.randrange(900)}" for _ in range(12)) for _ in labels]
    chosen = rng.sample(range(170), 30)
    labels, texts = labels + [labels[i] for i in chosen], texts + [f"{texts[i].upper()}!" for i in chosen]
    for n in range(10):
        words = [f"chain{n}x{k}" for k in range(16)]
        texts += [" ".join(words[start : start + 12]) for start in (0, 4, 2)]
    texts += [f"{texts[i]}?" for i in rng.sample(range(120), 10)]
    return labels + [0] * 30 + [1] * 10, texts


@exercise("2", ours=_split)
def check_split(split):
    labels, texts = _table(torch.initial_seed())
    parts = [list(part) for part in split(list(labels), list(texts), seed=1)]
    assert len(parts) == 3, say("split returns three lists of places: training, validation, test.")
    places, pairs = Counter(place for part in parts for place in part), _copies(texts)
    said = say("Each row belongs to exactly one part: some are missing, or come twice.")
    assert sorted(places.elements()) == list(range(240)), said
    part_of = {place: k for k, part in enumerate(parts) for place in part}
    leaks = [pair for pair in pairs if part_of[pair[0]] != part_of[pair[1]]]
    kinds = {
        range(200): say("A leak: rows {i} and {j} are copies, and stand in two parts."),
        range(200, 230): say("Rows {i} and {j} stand in two parts. Is one of them a copy of a third text, too?"),
        range(230, 240): say("Rows {i} and {j} are copies with two different labels, and stand in two parts."),
    }
    for rows, said in kinds.items():
        apart = [pair for pair in leaks if pair[1] in rows]
        assert not apart, said.format(i=apart[0][0], j=apart[0][1])
    again, other = split(list(labels), list(texts), seed=1), split(list(labels), list(texts), seed=4)
    again, other = ([{*part} for part in each] for each in (again, other))
    said = say("The same seed should give the same parts, and another seed other parts.")
    assert again == [{*part} for part in parts] != other, said
    _must_be_stratified(labels, again)
    _must_be_stratified(labels, other)


def _must_be_stratified(labels, parts):
    for k, name in enumerate([say("training"), say("validation"), say("test")]):
        for label in range(3):
            share = sum(labels[place] == label for place in parts[k]) / labels.count(label) / (0.7, 0.15, 0.15)[k]
            said = say("Of label {label} the {name} part has {share:.1f} times its share of 70, 15 or 15 %.")
            assert 0.4 <= share <= 1.9, said.format(label=label, name=name, share=share)


@exercise("3", ours=lambda labels, answers: f1_score(labels, answers, average="macro"))
def check_macro_f1(macro_f1):
    rng = random.Random(torch.initial_seed())
    labels = rng.choices([0, 1, 2], [8, 3, 1], k=50) + [2, 3]  # 3 is never answered
    answers = [label if rng.random() < 0.6 else 0 for label in labels[:-2]] + [1, 4]  # no text has the label 4
    answer, right = macro_f1(list(labels), list(answers)), f1_score(labels, answers, average="macro")
    recall = recall_score(labels, answers, labels=range(4), average="macro")
    slips = {
        say("That is the accuracy: the frequent label decides it."): accuracy_score(labels, answers),
        say("That is the mean recall: answers that should not have been given count, too."): recall,
    }
    said = say("It should be {right:.3f}, not {answer:.3f}. Each label that occurs counts, with an F1 of 0, too.")
    must_be_number(answer, right, slips, said)
    said = say("Only the labels 0 and 2 occur in [0, 2, 2], and all answers are right: 1, not {answer:.3f}.")
    must_be_number(macro_f1([0, 2, 2], [0, 2, 2]), 1, {}, said)


def _make_vocabulary(texts):
    counts = Counter(word for text in texts for word in split_words(text))
    return ["<unk>", "<pad>", *(word for word, count in counts.most_common() if count > 1)]


@exercise("4a", ours=_make_vocabulary)
def check_make_vocabulary(make_vocabulary):
    rare = f"w{torch.initial_seed()}"
    texts = ["Bin, the bin", "the lamp is broken", f"the lamp {rare}"]
    words = make_vocabulary(list(texts))
    must_be(words, list, "make_vocabulary")
    assert words[:2] == ["<unk>", "<pad>"], say("Row 0 is <unk> and row 1 is <pad>: the list begins with these two.")
    said = say("{rare!r} comes once. Leave it out, then <unk> is trained on such words.")
    assert rare not in words, said.format(rare=rare)
    said = say("These texts have three words that come twice: the, bin and lamp. Cut them with tokenizer(text).")
    assert sorted(words[2:]) == ["bin", "lamp", "the"], said
    assert words[2] == "the", say("The most frequent words come first, so that a cut takes the rarest.")


def _make_batch(rows):
    labels, texts = zip(*rows)
    texts = [torch.tensor(ids or [UNK]) for ids in texts]
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=PAD)
    return torch.tensor(labels), padded, torch.tensor([len(ids) for ids in texts])


@exercise("4b", ours=_make_batch)
def check_make_batch(make_batch):
    rows = [(2, [5, 6, 7]), (0, [8]), (1, []), (2 + torch.initial_seed(), [9, 3])]
    labels, ids, lengths = untouched(make_batch, [(label, list(ids)) for label, ids in rows])
    right_labels, right_ids, right_lengths = _make_batch(rows)
    must_equal("labels", labels, right_labels, {})
    slips = {
        say("Short texts are filled up with PAD, which is 1; 0 is <unk>."): right_ids * (right_ids != PAD),
        say("An empty text is read as one <unk>: its row begins with UNK, and not with PAD."): right_ids.clamp(PAD),
    }
    must_equal("ids", ids, right_ids, slips)
    said = say("An empty text is read as one <unk>, so its length is 1.")
    must_equal("lengths", lengths, right_lengths, {said: torch.tensor([3, 1, 0, 2])})


class _Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(num_words, 50, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.GRU(50, 32, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, ids, lengths):
        states, _ = run_rnn(self.rnn, self.dropout(self.embedding(ids)), lengths)  # [B, T, 64]
        return self.fc(self.dropout(states.sum(1) / lengths.unsqueeze(1)))  # [B, K]


@exercise("4c", ours=_Classifier)
def check_classifier(Classifier):
    net = Classifier(20, 3).train()
    must_be(net, nn.Module, "Classifier")
    weight = getattr(getattr(net, "embedding", None), "weight", torch.zeros(0))
    said = say("Section 5 fills self.embedding: a table of word vectors with 50 numbers each, [20, 50], not {size}.")
    assert weight.shape == (20, 50), said.format(size=[*weight.shape])
    short, long = [5, 6, 7], torch.randint(2, 20, (15,)).tolist()
    net.eval()
    both, alone = (_make_batch([(0, ids) for ids in texts])[1:] for texts in ([short, long], [short]))
    together = net(*both)
    must_be_like(together, torch.zeros(2, 3, requires_grad=True), say("What forward returns, logits [B, K],"))
    said = say(
        "In evaluation mode a batch gets another answer the second time: F.dropout wants training=self.training."
    )
    assert together.equal(net(*both)), said
    many = torch.cat([Classifier(20, 3).eval()(*both) for _ in range(8)])  # [16, 3]
    said = say("Its answers are never negative. Return the logits: cross_entropy takes the softmax itself.")
    assert many.min() < 0, said
    gap = (together[0] - net(*alone)[0]).abs().max()
    said = say("With a longer text beside it, the answer to a text changes by {gap:.3f}. Does it read padding?")
    assert gap < 1e-5, said.format(gap=gap)
    _must_read(net, long)


def _must_read(net, long):
    """All words of a text, and their order."""
    answer = net(*_make_batch([(0, long)])[1:])
    for place in (0, len(long) - 1):
        other = [*long[:place], 2 + (long[place] - 1) % 18, *long[place + 1 :]]
        moved = net(*_make_batch([(0, other)])[1:])
        assert not moved.allclose(answer), say("It does not read word {place} of a text.").format(place=place)
    turned = net(*_make_batch([(0, long[::-1])])[1:])
    what = say("The same words in another order get the same answer: this is a bag of words.")
    remedy = say("Put a cell (nn.RNN, nn.LSTM or nn.GRU) between the word vectors and the pooling.")
    assert not turned.allclose(answer, atol=1e-6), f"{what} {remedy}"


def _train_network(make, train, valid, seed=1, epochs=15, weights=None):
    torch.manual_seed(seed)
    net, best, losses = make(), {}, []
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    for _ in range(epochs):
        net.train()
        for places in torch.randperm(len(train)).split(32):
            labels, *inputs = _make_batch([train[i] for i in places])
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(*inputs), labels, weights).backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            labels, *inputs = _make_batch(valid)
            losses.append(nn.functional.cross_entropy(net(*inputs), labels).item())
        if losses[-1] == min(losses):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return net.eval(), losses


def _toy(seed):
    """Rows for training and validation, no two of them equal: the first word names the label, and in a fifth of the
    validation rows it lies. 101 and 141 rows, so that a last batch is smaller."""
    rng = random.Random(seed)

    def row(number, lies):
        label = rng.randrange(3)
        told = rng.randrange(3) if rng.random() < lies else label
        return label, [2 + told, *(5 + int(digit) for digit in oct(number)[2:])]

    return [row(n, 0) for n in range(101)], [row(n, 0.3) for n in range(101, 242)]


def _noting(calls):
    """A maker of networks that note in calls how they are asked, and whether a step's gradients begin at zero."""

    class Noting(_Classifier):
        def forward(self, ids, lengths):
            logits = super().forward(ids, lengths)
            rows = [tuple(row[:length]) for row, length in zip(ids.tolist(), lengths.tolist())]
            calls.append({"training": self.training, "trained": False, "rows": rows, "logits": logits.detach()})
            calls[-1]["last"] = self.fc.weight.detach().clone()
            if logits.requires_grad:
                logits.register_hook(functools.partial(self.begin, calls[-1]))
            return logits

        def begin(self, call, gradient):
            call.update(trained=True, gradient=gradient)
            call.update(zero=all(p.grad is None or not p.grad.any() for p in self.parameters()))

    return functools.partial(Noting, 13, 3)


def _run(train_network, train, valid, **named):
    """The network, its losses, and how it was asked: (mode, rows) for each call."""
    calls = []
    net, losses = untouched(train_network, _noting(calls), train, valid, **named)
    must_be(net, nn.Module, "net")
    assert calls, say("No network of make() is asked: net = make(), without another name of a class.")
    said = say("{epochs} epochs have {epochs} validation losses, not {found}.")
    assert len(losses) == named["epochs"], said.format(epochs=named["epochs"], found=len(losses))
    return net, [float(loss) for loss in losses], calls


def _must_train(calls, train, epochs):
    """Each epoch trains on all training texts, and on no other, in training mode, with gradients of one batch."""
    steps = [call for call in calls if call["trained"]]
    read = [row for call in steps for row in call["rows"]]
    counts, texts = Counter(read), {tuple(ids) for _, ids in train}
    said = say("It trains on texts of the validation part. Then their loss no longer tells which epoch is best.")
    assert counts.keys() <= texts, said
    said = say("It trains in evaluation mode, without dropout: net.train() before each epoch.")
    assert all(call["training"] for call in steps), said
    said = say("The gradients of all batches add up: optimizer.zero_grad() for each batch, before backward.")
    assert all(call["zero"] for call in steps), said
    said = say("Each epoch should train on each training text once: some are left out, or come more often.")
    assert all(counts[text] == epochs for text in texts), said
    said = say("Each epoch reads the texts in the same order: shuffle them anew, by torch.randperm(len(train)).")
    assert read[: len(train)] != read[len(train) : 2 * len(train)], said
    said = say("cross_entropy takes the softmax itself: give it the logits in training, and not probabilities.")
    assert steps[0]["gradient"].abs().sum() > 0.8, said  # 4/3 at the start; with two a third of it
    begins = [k for k, call in enumerate(calls) if call["trained"]][len(steps) // epochs]
    moved = (calls[begins + 1]["last"] - calls[begins]["last"]).abs()  # by Adam's first step all move alike
    assert moved.any(), say("No weight moves: optimizer.step() comes after each backward().")
    said = say("In epoch 2 the optimiser begins anew and has forgotten what Adam gathers: make it before the loop.")
    assert moved.std() > 0.02 * moved.mean(), said


def _must_validate(calls, losses, valid, weights):
    """Each loss is the mean over all validation texts, without weights and without dropout."""
    asked, answers = [call for call in calls if not call["trained"]], defaultdict(list)
    said = say("It validates in training mode: switch dropout off with net.eval() before you validate.")
    assert not any(call["training"] for call in asked), said
    for row, logits in ((row, logits) for call in asked for row, logits in zip(call["rows"], call["logits"])):
        answers[row].append(logits)
    each = [torch.stack(logits) for logits in zip(*(answers[tuple(ids)] for _, ids in valid))]  # [N, K], time by time
    targets = torch.tensor([label for label, _ in valid])

    def are_losses(weights):
        truths = iter([nn.functional.cross_entropy(logits, targets, weights).item() for logits in each])
        return all(any(abs(loss - truth) < 1e-4 for truth in truths) for loss in losses)  # in this order

    said = say("weights belong to training alone: in the validation loss each text counts the same.")
    assert not are_losses(weights), said
    said = say("Each epoch ends with the validation loss, the mean over all validation texts: {losses} are others.")
    assert are_losses(None), said.format(losses=[round(loss, 3) for loss in losses])


def _must_be_best(net, losses, valid):
    """The network of the epoch with the smallest loss, in evaluation mode."""
    assert not net.training, say("The network comes back in training mode: its dropout is on. Call net.eval().")
    labels, *inputs = _make_batch(valid)
    found = nn.functional.cross_entropy(net(*inputs), labels).item()
    last = say("It returns the last epoch, not the best one. Keep a deep copy of state_dict(): it goes on changing.")
    said = say("The best epoch's loss is {right:.3f}, but the network that comes back has {answer:.3f}.")
    must_be_number(found, min(losses), {last: losses[-1]}, said)


@exercise("4d", ours=_train_network)
def check_train_network(train_network):
    train, valid = _toy(torch.initial_seed())
    weights, found = torch.tensor([1.0, 0.2, 0.2]), []
    for seed, epochs, weight in ((1, 2, None), (1, 2, None), (2, 2, None), (1, 2, weights), (1, 12, None)):
        net, losses, calls = _run(train_network, train, valid, seed=seed, epochs=epochs, weights=weight)
        _must_train(calls, train, epochs)
        _must_validate(calls, losses, valid, weights)
        _must_be_best(net, losses, valid)
        found.append(losses)
    first, again, other, weighted, _ = found
    said = say(
        "The same seed should give the same network, another seed another: torch.manual_seed(seed) before make()."
    )
    assert again == first != other, said
    assert weighted != first, say("weights changes nothing: give it to cross_entropy in training.")
    labels, *inputs = _make_batch(train)
    loss = nn.functional.cross_entropy(net(*inputs), labels).item()
    said = say("It has hardly learnt: its training loss is {loss:.2f}, and without learning ln 3 = 1.10.")
    assert loss < 0.8, said.format(loss=loss)


def _class_weights(labels, num_classes):
    counts = torch.tensor(labels).bincount(minlength=num_classes)  # [K]
    return torch.where(counts > 0, len(labels) / (num_classes * counts.clamp(min=1)), 0.0)


@exercise("5", ours=_class_weights)
def check_class_weights(class_weights):
    labels = [0] * (12 + torch.initial_seed()) + [1] * 6 + [2] * 2
    counts = torch.tensor([labels.count(k) for k in range(3)])
    slips = {
        say("Those are the shares. A rare label needs a large weight: the inverse."): counts / len(labels),
        say("Divide by the number of classes, too."): _class_weights(labels, 3) * 3,
    }
    answer = class_weights(list(labels), 3)
    must_equal("class_weights", answer, _class_weights(labels, 3), slips)
    absent = class_weights([0, 2], 4)
    assert absent.isfinite().all() and absent[1] == 0, say("A class without a text gets the weight 0, and no infinity.")
    said = say("Divide by num_classes, even if some classes have no text.")
    must_equal("class_weights", absent, _class_weights([0, 2], 4), {said: torch.eye(4)[[0, 2]].sum(0)})


def _interval(share, count):
    error = math.sqrt(share * (1 - share) / count)
    return share - 2 * error, share + 2 * error


@exercise("6", ours=_interval)
def check_interval(interval):
    for share, count in ((0.8, 100), (0.6, 200 + torch.initial_seed())):
        low, high = interval(share, count)
        right, spread = _interval(share, count), share * (1 - share)
        assert low <= high, say("The lower end comes first, then the upper end.")
        slips = {
            say("Divide by the number of texts under the root: more texts, a narrower interval."): 4 * spread**0.5,
            say("That is one standard error to each side. Take two: about 95 %."): 2 * (spread / count) ** 0.5,
            say("The root is missing: sqrt(p (1 - p) / n)."): 4 * spread / count,
        }
        said = say("For {share} of {count} texts it should be {low:.3f} to {high:.3f}.")
        said = said.format(share=share, count=count, low=right[0], high=right[1])
        must_be_number(high - low, right[1] - right[0], slips, said)
        must_be_number(low, right[0], {}, said)


__all__ = [name for name in globals() if name.startswith("check_")]  # what a lesson has by `from checks import *`
