"""The core of checks.py: who is blamed for an error, in which words, and what a lesson goes on with."""

import linecache

import pytest
import torch
from torch import nn

from checks import exercise, must_equal, reason, reason_for_points, untouched


@pytest.fixture
def cell():
    """cell(source) runs a cell of a notebook; returns the names that there are by now."""
    names = {"torch": torch, "nn": nn}

    def run(source):
        file = f"/tmp/ipykernel_1/{abs(hash(source))}.py"
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), names)
        return names

    return run


def test_double(double):
    assert double(torch.ones(2)).tolist() == [2, 2], "twice 1 is 2"
    assert double(torch.ones(2)).sum() == 4


test_double.__test__ = False  # it is the check of an exercise

AXIS = "An axis may be missing (unsqueeze(dim) adds one), or two be exchanged (.T)."
ANSWERS = {
    "def double(n):\n    return 2 * n": "",
    "double = lambda n: n + n": "",
    "double = None": "double is None so far.",
    "def double(n):\n    ...": "double returns nothing.",
    "def double(n):\n    return 3 * n": "twice 1 is 2",
    "def double(n):\n    return n.twice": "`double` stops with AttributeError: 'Tensor' object has no attribute",
    "def helper(n):\n    return m\ndef double(n):\n    return helper(n)": "`double` stops with NameError: name 'm'",
    "def double(n):\n    assert n > 9, 'small'": "`double` stops with RuntimeError: Boolean value of Tensor",
    "def double(n):\n    assert False, 'my own words'": "`double` stops with AssertionError: my own words.",
    "def double(n):\n    return [2, 2]": "The check can't go on with what it got. AttributeError: 'list' object",
    "class double:\n    def __init__(self, n):\n        n.x": "`double.__init__` stops with AttributeError",
    "def double(n):\n    return 2 * n.sum(None).shape[3]": "`double` stops with IndexError",
    "def double(n):\n    return torch.ones(3, 4) * n.new_ones(3)": AXIS,
    "def double(n):\n    return torch.ones(3, 4) @ n.new_ones(3, 4)": AXIS,
    "def double(n):\n    return torch.cat([torch.ones(3, 4), n.new_ones(2, 5)])": AXIS,
    "def double(n):\n    return n.mean(2)": AXIS,
    "def double(n):\n    return torch.ones(2, 3).expand(2, 4)": AXIS,
    "double = 7": "The check can't go on with what it got. TypeError: 'int' object is not callable.",
}


@pytest.mark.parametrize("answer, said", ANSWERS.items(), ids=ANSWERS)
def test_an_error_is_blamed_on_whoever_made_it(cell, answer, said):
    why = reason(test_double, cell(answer)["double"])
    assert said in why and bool(why) == bool(said)


def test_a_check_prints_a_verdict_and_returns_the_answer_or_ours(cell, capsys):
    ours = cell("def double(n):\n    return n + n")["double"]
    check = exercise("1a", ours=ours)(test_double)
    right = cell("def double(n):\n    return 2 * n")["double"]
    assert check(right) is right and check.ours is ours
    assert capsys.readouterr().out == "Exercise 1a: right\n"
    assert check(None) is ours
    assert capsys.readouterr().out == "Exercise 1a: not yet. double is None so far.\n"
    assert check(ours) is ours  # the cell of the check, run twice
    assert "right" not in capsys.readouterr().out


def test_an_answer_that_is_a_table_of_what_the_check_tries_wins_no_points(capsys):
    tried = []

    def drawn(double):
        n = torch.rand(3)
        assert torch.equal(double(n), 2 * n), "twice n is 2 n"

    def table(n):
        return tried[0][1] if tried else tried.append((n, 2 * n)) or 2 * n

    check = exercise("1a", ours=None)(drawn)
    assert check(table) is check(table) is table and capsys.readouterr().out == 2 * "Exercise 1a: right\n"
    assert reason_for_points(drawn, table).startswith("twice n is 2 n")
    assert reason_for_points(drawn, lambda n: 2 * n) == ""


def test_what_a_check_draws_is_the_same_each_time_and_moves_nothing_after_it():
    drawn = []
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    for _ in range(2):
        reason(lambda answer: drawn.append(torch.rand(1).item()), 1)
    assert drawn[0] == drawn[1] and torch.rand(1) == expected


def test_an_answer_that_changes_what_it_is_given_is_told_so():
    for change, given in (torch.Tensor.add_, torch.ones(2)), (list.append, [1]):
        with pytest.raises(AssertionError, match="changed what it was given"):
            untouched(change, given, 2)
    assert untouched(sorted, [2, 1]) == [1, 2]


UNLIKE = [
    ([1.0, 2.0], "A should be a tensor, not a list"),
    (torch.ones(1, 2, requires_grad=True), r"A should have the shape \[2\], not \[1, 2\]"),
    (torch.zeros(2).long(), "A should hold torch.float32, not torch.int64"),
    (torch.zeros(2), "A lets no gradient through"),
    (torch.ones(2), "Two ones"),
    (torch.full((2,), 0.5, requires_grad=True), "A is off by up to 0.500"),
    (torch.full((2,), 0.05, requires_grad=True), "A is off by up to 0.050"),
]


@pytest.mark.parametrize("answer, said", UNLIKE, ids=[said for _, said in UNLIKE])
def test_a_tensor_of_another_kind_or_of_other_numbers_is_named(answer, said):
    right = torch.zeros(2, requires_grad=True)
    with pytest.raises(AssertionError, match=said):
        must_equal("A", answer, right, {"Two ones": torch.ones(2)})
    must_equal("A", right.clone(), right, {"Nothing": torch.zeros(2)})  # a slip that makes no difference
