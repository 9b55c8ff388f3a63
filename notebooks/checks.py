"""The checks of the exercises, in the order of the lessons.

A notebook tries an answer in one line, and goes on with what it gets back:

    step = check_step(step)  # the student's answer when it is right, ours when it is not yet

A check compares with PyTorch, or with numbers computed by hand, and names the commonest slips. It prints "right" or
"not yet" and why, and raises nothing, so that a lesson runs to its end. Only where points are given (the environment
variable TORCHNLP_GRADING is set) "not yet" is an AssertionError.
"""

import functools
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

# A missing axis is the commonest slip of all, and PyTorch's words for it name no remedy.
AXIS = ("must match the size", "shapes cannot be multiplied", "size mismatch", "Dimension out of range")


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

        return check

    return decorate


def reason(test: Callable, *given: object) -> str:
    """Why an answer is not right yet; nothing for a right one. An error is blamed on whoever made it."""
    try:
        test(*given)
    except AssertionError as error:
        return str(error)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        if any(words in str(error) for words in AXIS):
            said += " Do the shapes fit? Perhaps an axis is missing: unsqueeze(dim) adds one of size 1."
        # The student's code stands in a cell of the notebook: neither in this file, nor in a library's.
        frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        theirs = [code for code in frames if not Path(code.co_filename).is_file() or "ipykernel" in code.co_filename]
        if theirs:
            return f"`{theirs[0].co_qualname}` stops with {said}"
        return f"The check can't go on with what it got ({said})."
    return ""
