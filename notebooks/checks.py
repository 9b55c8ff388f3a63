"""The checks of the exercises, in the order of the lessons.

A notebook tries an answer in one line, and goes on with what it gets back:

    step = check_step(step)  # the student's answer when it is right, ours when it is not yet

A check compares with PyTorch, or with numbers computed by hand, and names the commonest slips. It prints "right" or
"not yet" and why, and raises nothing, so that a lesson runs to its end. Only where points are given (the environment
variable TORCHNLP_GRADING is set) "not yet" is an AssertionError.
"""

import functools
import inspect
import os
import traceback
from collections.abc import Callable

import torch
from torch import nn

# A missing axis is the commonest slip of all, and PyTorch's words for it name no remedy.
AXIS = ("must match the size", "shapes cannot be multiplied", "size mismatch", "Dimension out of range")
# In a notebook, the code of a cell bears such a name in place of a file's; in the bank of answers the third.
CELLS = ("ipykernel", "<ipython-input", "<answer>")


def exercise(name: str, ours: object) -> Callable:
    """Make a check out of test(answer, ...), which asserts what must hold. ours: the answer to go on with meanwhile."""

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def check(answer, *given):
            why = reason(test, answer, *given)
            print(f"Exercise {name}: not yet. {why}" if why else f"Exercise {name}: right")
            if why and os.environ.get("TORCHNLP_GRADING"):
                raise AssertionError(why)
            return ours if why else answer

        check.ours = ours
        return check

    return decorate


def reason(test: Callable, answer: object, *given: object) -> str:
    """Why an answer is not right yet; nothing for a right one. An error is blamed on whoever made it."""
    if answer is None:
        return f"{next(iter(inspect.signature(test).parameters))} is None so far."
    try:
        with torch.random.fork_rng(devices=[]):  # what a check draws is the same each time, and moves nothing after it
            torch.manual_seed(0)
            test(must_return(answer) if inspect.isfunction(answer) else answer, *given)
    except Exception as error:
        codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        theirs = [code for code in codes if any(name in code.co_filename for name in CELLS)]
        if isinstance(error, AssertionError) and codes[-1] not in theirs:
            return str(error) or f"This does not hold: {traceback.extract_tb(error.__traceback__)[-1].line}"
        said = f"{type(error).__name__}: {error}"
        if any(words in str(error) for words in AXIS):
            said += " Do the shapes fit? Perhaps an axis is missing: unsqueeze(dim) adds one of size 1."
        if "NoneType" in str(error):
            said += " Something returns nothing so far."
        if theirs:
            named = [code for code in theirs if code.co_qualname.split(".")[0] == getattr(answer, "__name__", "")]
            return f"`{(named or theirs)[0].co_qualname}` stops with {said}"
        return f"The check can't go on with what it got ({said})."
    return ""


def must_return(answer: Callable) -> Callable:
    """The same function, which says so when it returns nothing, as an empty stub does."""

    @functools.wraps(answer)
    def watched(*given, **named):
        returned = answer(*given, **named)
        assert returned is not None, f"{answer.__name__} returns nothing."
        return returned

    return watched
