"""A lesson of two exercises that runs in a second, for the tests of the classroom."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SET_UP = """\
# @title Set-up: run this first
REPOSITORY = "https://github.com/OWNER/rnn-for-text"
import sys
from pathlib import Path

course = next(place for place in (Path.cwd(), *Path.cwd().parents) if (place / "torchnlp.py").exists())
sys.path[:0] = [str(course), str(course / "notebooks")]
import math
import torch
from torch import nn
from checks import *

shares = {0.004: [0.5, 0.2], 0.012: [0.4, 0.6]}"""
STEP = """\
def lstm_step(lstm, x, h, c):
    _, (h, c) = lstm(x.unsqueeze(1), (h.unsqueeze(0), c.unsqueeze(0)))
    return h[0], c[0]"""
VERDICT = 'verdict = "C"'
EMPTY = "def {}:\n    return None  # <- your code"


def toy_lesson():
    def code(name, source, *tags):
        return new_code_cell(source, id=f"l2-{name}", metadata={"tags": list(tags)})

    def text(name, source, *tags):
        return new_markdown_cell(source, id=f"l2-{name}", metadata={"tags": list(tags)})

    cells = [
        text("c00", "# Lesson 2: a toy\n\nColab [with solutions](https://x/blob/main/notebooks/2-x.ipynb)"),
        code("c01", SET_UP, "set-up"),
        text("c02", "### Exercise 1. One step\n\nWrite `lstm_step`.", "exercise"),
        code("c03", EMPTY.format("lstm_step(lstm, x, h, c)"), "stub"),
        code("c04", "lstm_step = check_lstm_step(lstm_step)", "check"),
        code("c05", f"# @title Solution 1\n{STEP}", "solution"),
        text("c06", "## 2. Further on\n\nNow we use it."),
        code("c07", "factor = 3  # <- yours", "yours"),
        text("c08", "### Exercise 2. What you may say", "exercise"),
        code("c09", "verdict = None  # <- your code", "stub"),
        code("c10", "verdict = check_verdict(verdict, shares)", "check"),
        text("c11", "## Summary"),
        text("c12", "## Further: more\n\n### Exercise 3. A bias", "further", "exercise"),
        code("c13", EMPTY.format("bias_for(T)"), "stub"),
        code("c14", "bias_for = check_bias_for(bias_for)", "check"),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
