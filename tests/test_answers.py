"""A bank of answers, right and wrong, all tried against notebooks/checks.

`answers.py` in the room of a lesson is never run as a whole; a line `# %%` starts an answer:

    # %% check_lstm_step, right: with chunk
    def lstm_step(x, h, c):
        ...


    # %% check_lstm_step, wrong: in the order f, i, g, o
    # i, f, g, o => f, i, g, o

- An answer defines what the check takes, under the name of its parameter: as code, or as the lesson's own solution with
  edits, `# what it has => what stands there instead`, each in the first place that it fits. A right one gets "right"; a
  wrong one gets "not yet." with the words behind "wrong:" and after each `# says:`.
- It is run after IMPORTS and `# %% Setting`, which holds what several answers share, and what a lesson hands to a check
  beside the answer. Our own answers are there as well, so that a stage may build on an earlier one.
- A check needs a right answer that is written otherwise than ours and the lesson's solution, unless these two are, and
  the two or three commonest wrong ones. Tried as well: ours, the solution, and functions that return junk.
"""

import functools
import inspect
import linecache
import re
from pathlib import Path

import pytest
import torch

import checks
from checks.checking import exercise, must_equal, reason, untouched
from tools.lesson import Lesson, has

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {name: getattr(checks, name) for name in checks.__all__}
EDIT = re.compile(r"^# (.+?) =>(?: (.*))?$", flags=re.M)
HEADER = re.compile(r"# %% (?:(?P<check>check_\w+), (?P<kind>right|wrong): (?P<words>.+)|Setting)")
JUNK = ["None", "3", "''", "[]", "{}", "[None]", "(1, 'two')"]
JUNK += ["torch.tensor(1.5)", "torch.zeros(0)", "torch.full((3, 4), torch.nan)"]
UNPLANNED = ["stops with", "can't go on", "is None", "returns nothing"]  # unless `says` has it
IMPORTS = """
import math, random
import numpy as np
from torch import nn
from torch.nn import functional as F
from torchnlp import *
from lessons import *
"""


@functools.cache
def solutions(path: Path) -> dict[str, str]:
    """What the lesson beside a room gives as the solution of each check."""
    cells = [cell for cell in Lesson(path.parent.with_suffix(".ipynb")).notebook.cells if has(cell, "solution")]
    found = [re.search(r"^\w+ = (check_\w+)\(", cell.source, flags=re.M) for cell in cells]
    return {line[1]: cell.source[: line.start()] for cell, line in zip(cells, found) if line}


def edited(code: str, edits: list[tuple[str, str]]) -> str:
    for old, new in edits:
        assert old in code, f"The solution has no {old} (any more): {code}"
        code = code.replace(old, new, 1)
    return code


def read_bank(path: Path) -> list[dict]:
    """The answers and settings of a file, in order: lesson, check, kind, words of the header, says, code."""
    parts = re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.M)[1:]
    entries = []
    for part in parts:
        header = HEADER.fullmatch(part.splitlines()[0])
        assert header, f"{path}: this line is no header of an answer: {part.splitlines()[0]}"
        says = [header["words"]] * (header["kind"] == "wrong") + re.findall(r"^# says: (.+)$", part, flags=re.M)
        edits = EDIT.findall(part)
        code = edited(solutions(path)[header["check"]], edits) if edits else part
        entries.append({"lesson": path.parent.name.partition("-")[0], **header.groupdict(), "says": says, "code": code})
    return entries


FILES = sorted(ROOT.glob("notebooks/*/answers.py"))
ENTRIES = [entry for path in FILES for entry in read_bank(path)]
SOLUTIONS = {check: code for path in FILES for check, code in solutions(path).items()}
ANSWERS = [entry for entry in ENTRIES if entry["check"]]
LESSON_OF = {entry["check"]: entry["lesson"] for entry in ANSWERS}


def first_name(check: str) -> str:
    """The name of the answer that a check tries."""
    return next(iter(inspect.signature(CHECKS[check]).parameters))


def run_code(code: str, file: str, space: dict) -> None:
    """Run it as a cell of its own, a file of that name."""
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    exec(compile(code, file, "exec"), space)


@functools.cache
def desk(lesson: str) -> dict:
    """What there is before an answer of a lesson is given."""
    space = {"__name__": "__main__"}
    run_code(IMPORTS, "<imports>", space)
    for entry in ENTRIES:
        if entry["lesson"] == lesson and not entry["check"]:
            run_code(entry["code"], "<setting>", space)
        elif entry["lesson"] == lesson:
            space[first_name(entry["check"])] = CHECKS[entry["check"]].ours
    return space


def verdict_of(check: str, code: str, capsys) -> str:
    """What a check prints for the answer that some code defines; "" tries ours. What it gives back is tried, too."""
    space = dict(desk(LESSON_OF[check]))
    run_code(code, "<answer>", space)
    capsys.readouterr()
    answer, *others = [space[name] for name in inspect.signature(CHECKS[check]).parameters]
    back = CHECKS[check](answer, *others)
    printed = capsys.readouterr().out
    assert back is (answer if printed.endswith(": right\n") else CHECKS[check].ours)
    return printed


NAMES = [f"{each['lesson']}-{each['check']} {each['kind']} {each['words']}" for each in ANSWERS]  # for LESSON=2


@pytest.mark.parametrize("answer", ANSWERS, ids=NAMES)
def test_the_verdict_is_the_one_that_the_answer_deserves(answer, capsys):
    verdict = verdict_of(answer["check"], answer["code"], capsys)
    if answer["kind"] == "right":
        assert re.fullmatch(r"Exercise \d[a-z]?: right\n", verdict), verdict
        return
    assert re.match(r"Exercise \d[a-z]?: not yet\. .", verdict)
    for words in answer["says"]:
        assert words in verdict
    for words in UNPLANNED:
        assert words not in verdict or words in " ".join(answer["says"])


@pytest.mark.parametrize("check", LESSON_OF)
def test_ours_and_the_solution_in_the_lesson_are_right(check, capsys, monkeypatch):
    monkeypatch.setattr(CHECKS[check], "handed", False)  # else it would be told from the student's
    for code in ("", SOLUTIONS[check]):
        assert verdict_of(check, code, capsys).endswith(": right\n")


@pytest.mark.parametrize("check", LESSON_OF)
def test_junk_gets_a_verdict(check, capsys):
    for answer in [*JUNK, *(f"lambda *given, **named: {junk}" for junk in JUNK)]:
        verdict = verdict_of(check, f"{first_name(check)} = {answer}", capsys)
        assert re.match(r"Exercise \d[a-z]?: not yet\. .", verdict), answer


# ---------------- checking.py: who is blamed for an error, in which words, and what a lesson goes on with


def double_in(source):
    """What `double` is, after a cell of a notebook."""
    space = {"torch": torch}
    run_code(source, f"/tmp/ipykernel_1/{abs(hash(source))}.py", space)
    return space["double"]


def must_double(double):
    assert double(torch.ones(2)).tolist() == [2, 2], "twice 1 is 2"
    if double(torch.zeros(2)).any():
        raise AssertionError  # as from a library that asserts without words


AXIS = "An axis may be missing (unsqueeze(dim) adds one), or two exchanged (.T)."
BLAMED = {
    "def double(n):\n    return 2 * n": "",
    "double = None": "double is None so far.",
    "def double(n):\n    ...": "double returns nothing.",
    "def double(n):\n    return 3 * n": "twice 1 is 2",
    "def double(n):\n    return n.twice": "`double` stops with AttributeError: 'Tensor' object has no attribute",
    "def helper(n):\n    return m\ndef double(n):\n    return helper(n)": "`double` stops with NameError: name 'm'",
    "def double(n):\n    assert False, 'my own words'": "`double` stops with AssertionError: my own words.",
    "def double(n):\n    return n + 1": "The check can't go on with what it got. AssertionError",
    "def double(n):\n    return [2, 2]": "The check can't go on with what it got. AttributeError: 'list' object",
    "class double:\n    def __init__(self, n):\n        n.x": "`double.__init__` stops with AttributeError",
    "def double(n):\n    return torch.ones(3, 4) * n.new_ones(3)": AXIS,
}


@pytest.mark.parametrize("answer, said", BLAMED.items(), ids=BLAMED)
def test_an_error_is_blamed_on_whoever_made_it(answer, said):
    why = reason(must_double, double_in(answer))
    assert said in why and bool(why) == bool(said)


def test_a_check_prints_a_verdict_and_returns_the_answer_or_ours(capsys):
    ours, right = double_in("double = lambda n: n + n"), double_in("double = lambda n: 2 * n")
    check = exercise("1a", ours=ours)(must_double)
    assert check(right) is right and check.ours is ours
    assert capsys.readouterr().out == "Exercise 1a: right\n"
    assert check(None) is ours
    assert capsys.readouterr().out == "Exercise 1a: not yet. double is None so far.\n"
    assert check(ours) is ours  # the cell of the check, run twice
    assert "right" not in capsys.readouterr().out


def test_what_a_check_draws_is_the_same_each_time_and_moves_nothing_after_it():
    drawn, before = [], torch.get_rng_state()
    for _ in range(2):
        reason(lambda answer: drawn.append(torch.rand(1).item()), 1)
    assert drawn[0] == drawn[1] and torch.get_rng_state().equal(before)


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
    (torch.full((2,), 0.05, requires_grad=True), "A is off by up to 0.050"),
]


@pytest.mark.parametrize("answer, said", UNLIKE, ids=[said for _, said in UNLIKE])
def test_a_tensor_of_another_kind_or_of_other_numbers_is_named(answer, said):
    right = torch.zeros(2, requires_grad=True)
    with pytest.raises(AssertionError, match=said):
        must_equal("A", answer, right, {"Two ones": torch.ones(2)})
    must_equal("A", right.clone(), right, {"Nothing": torch.zeros(2)})  # a slip that makes no difference
