"""A lesson of two exercises that runs in a second, for the tests of the classroom."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SET_UP = """\
# @title Set-up: run this first
REPOSITORY = "https://github.com/OWNER/rnn-for-text"
import os


def tried(name, factor):
    def check(answer):
        grading = os.environ.get("TORCHNLP_GRADING")
        try:
            why = "" if all(answer(x) == factor * x for x in ([2, 7] if grading else [2])) else "another number."
        except Exception as error:
            why = f"`{name}` stops with {type(error).__name__}"
        print("not yet. " + why if why else "right")
        if why and grading:
            raise AssertionError(why)
        return answer

    return check


check_double, check_triple = tried("double", 2), tried("triple", 3)"""


def toy_lesson():
    def code(name, source, *tags):
        return new_code_cell(source, id=f"l2-{name}", metadata={"tags": list(tags)})

    def text(name, source, *tags):
        return new_markdown_cell(source, id=f"l2-{name}", metadata={"tags": list(tags)})

    cells = [
        text("c00", "# Lesson 2: a toy\n\nColab [with solutions](x)"),
        code("c01", SET_UP, "set-up"),
        text("c02", "### Exercise 1. Twice\n\nWrite `double`.", "exercise"),
        code("c03", "def double(x):\n    return None  # <- your code", "stub"),
        code("c04", "double = check_double(double)", "check"),
        code("c05", "# @title Solution 1\ndef double(x):\n    return 2 * x", "solution"),
        text("c06", "## 2. Further on\n\nNow we use it."),
        code("c07", "factor = 3  # <- yours", "yours"),
        text("c08", "### Exercise 2. Thrice", "exercise"),
        code("c09", "def triple(x):\n    return None  # <- your code", "stub"),
        code("c10", "triple = check_triple(triple)", "check"),
        text("c11", "## Summary"),
        text("c12", "## Further: more\n\n### Exercise 3. Once more", "further", "exercise"),
        code("c13", "def again(x):\n    return None  # <- your code", "stub"),
        code("c14", "check_double(again)", "check"),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
