"""A bank of answers, right and wrong, all tried against notebooks/checks.py.

`answers.py` in the room of lesson 4 belongs to it. It is never run as a whole; a line `# %%` starts an answer:

    # %% check_lstm_step, right: with chunk
    def lstm_step(x, h, c):
        ...


    # %% check_lstm_step, wrong: input, forget, candidate, output
    def lstm_step(x, h, c):
        ...

- An answer defines what the check takes, under the name of its parameter. A right one gets the verdict "right"; a wrong
  one gets "not yet." with the words behind "wrong:" and after each `# says:`.
- It is run after `from torchnlp import *` and `from lessons import *`, with F, math, nn, np and random. `# %% Setting`
  holds what several answers share, and what a lesson hands to a check beside the answer (data and networks as it has
  them; nothing is trained). Ours are there as well, so that the answer to a stage may build on an earlier one.
- A check needs a right answer that is written otherwise than ours, and the two or three commonest wrong ones.
- Tried as well: ours, functions that return junk, and the stubs of the lessons.
"""

import functools
import inspect
import linecache
import re
from pathlib import Path

import pytest
import torch

import checks
import torchnlp

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {name: getattr(checks, name) for name in checks.__all__}
HEADER = re.compile(r"# %% (?:(?P<check>check_\w+), (?P<kind>right|wrong): (?P<words>.+)|Setting)")
JUNK = ["None", "3", "''", "[]", "{}", "[None]", "(1, 'two')"]
JUNK += ["torch.tensor(1.5)", "torch.zeros(0)", "torch.full((3, 4), torch.nan)"]
UNPLANNED = ["stops with", "can't go on", "is None", "returns nothing", "does not hold"]  # unless `says` has it
IMPORTS = """
import math, random
import numpy as np
from torch import nn
from torch.nn import functional as F
from torchnlp import *
from lessons import *
"""


def read_bank(path: Path) -> list[dict]:
    """The answers and settings of a file, in order: lesson, check, kind, words of the header, says, code."""
    parts = re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.M)[1:]
    entries = []
    for part in parts:
        header = HEADER.fullmatch(part.splitlines()[0])
        assert header, f"{path}: this line is no header of an answer: {part.splitlines()[0]}"
        says = re.findall(r"^# says: (.+)$", part, flags=re.M)
        entries.append({"lesson": path.parent.name.partition("-")[0], **header.groupdict(), "says": says, "code": part})
    return entries


ENTRIES = [entry for path in sorted(ROOT.glob("notebooks/*/answers.py")) for entry in read_bank(path)]
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


@pytest.fixture(autouse=True)
def small_corpus_on_the_processor(monkeypatch):
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    monkeypatch.setattr(torchnlp, "device", torch.device("cpu"))


def names(entries: list[dict]) -> list[str]:
    return [f"{entry['lesson']}-{entry['check']} {entry['kind']} {entry['words']}" for entry in entries]  # LESSON=2


@pytest.mark.parametrize("answer", ANSWERS, ids=names(ANSWERS))
def test_the_verdict_is_the_one_that_the_answer_deserves(answer, capsys):
    verdict = verdict_of(answer["check"], answer["code"], capsys)
    if answer["kind"] == "right":
        assert re.fullmatch(r"Exercise \d[a-z]?: right\n", verdict), verdict
        return
    assert re.match(r"Exercise \d[a-z]?: not yet\. .", verdict)
    says = [answer["words"], *answer["says"]]
    for words in says:
        assert words in verdict
    for words in UNPLANNED:
        assert words not in verdict or words in " ".join(says)


@pytest.mark.parametrize("check", LESSON_OF)
def test_ours_is_right(check, capsys, monkeypatch):
    monkeypatch.setattr(CHECKS[check], "handed", False)  # else it would be told from the student's
    assert verdict_of(check, "", capsys).endswith(": right\n")


@pytest.mark.parametrize("check", LESSON_OF)
def test_junk_gets_a_verdict(check, capsys):
    for answer in [*JUNK, *(f"lambda *given, **named: {junk}" for junk in JUNK)]:
        verdict = verdict_of(check, f"{first_name(check)} = {answer}", capsys)
        assert re.match(r"Exercise \d[a-z]?: not yet\. .", verdict), answer
