"""What the checks of all lessons share.

A check compares with PyTorch, or with numbers computed by hand, and names the commonest slips. It prints "right" or
"not yet" and why, and raises nothing, so that a lesson runs to its end. Where points are given, the checks run in
another process than the answers (teach/outside.py), with other seeds as well: what a check does not draw at
random moves with torch.initial_seed(), which is 0 for the student.
"""

import copy
import functools
import inspect
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from torchnlp import say

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


class Asked(nn.Module):
    """A bag of words that notes how it is asked (in training mode? recorded by PyTorch?) and what it says."""

    def __init__(self):
        super().__init__()
        self.embedding, self.asked = nn.EmbeddingBag(9, 3), []

    def forward(self, ids, lengths=None):
        logits = self.embedding(ids)  # [B, 3]
        self.asked.append((self.training, torch.is_grad_enabled(), logits.detach().cpu()))
        return logits


def five_texts():
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


def masked_max(states, real):
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)  # [B, H]


def must_be_largest(name, pool, given, real):
    """pool(states, given) must give the largest states over the real tokens."""
    mask = real.unsqueeze(2)  # [B, T, 1]
    states = (-torch.rand(*real.shape, 6)).masked_fill(~mask, 9)  # negative, as states may be, but over the padding
    answer = pool(states.clone(), given)
    assert not isinstance(answer, tuple), say("max(1) returns values and places. Take .values, or amax(1).")
    truth = torch.stack([text[places].max(0).values for text, places in zip(states, real)])
    must_be_like(answer, truth, name)
    assert not answer.isnan().any(), say("nan has come up: -inf times 0 is nan. masked_fill puts -inf in its place.")
    assert not (answer == 9).any(), say("A 9 has won, and a 9 is in the padding alone. Or is the mask turned round?")
    said = say("A zero has won, for a text whose states are all negative. Fill the padding with -torch.inf.")
    must_equal(name, answer, truth, {said: states.masked_fill(~mask, 0).amax(1)})


def must_be_true_at(name, mask, right):
    for t, rows in enumerate(zip(mask, right)):
        found, wanted = (row.nonzero().flatten().tolist() for row in rows)
        said = say("{name}: row {t} should be True at {wanted}, not at {found}.")
        assert found == wanted, said.format(name=name, t=t, wanted=wanted, found=found)
