"""What decks and site read out of a lesson: questions, and pictures with their words."""

import re
from copy import deepcopy

# A guess to make before one looks on: bold, and a question or a request.
QUESTION = re.compile(r"\*\*(?:[^*]*[?？]|(?:Guess|Name|Predict|Write)\b|猜|写下|写出|说出|请先|先)[^*]*\*\*")
IN_WORDS = re.compile(r"^\*(?:In words: |图说：)(.*?[^*\s])\*(?!\*)\s*", flags=re.S)
BADGE = re.compile(r"^\[!\[.*\n+", flags=re.M)  # a picture on a server


def kind(cell) -> str:
    """What is folded in a cell: "set-up", "plot", "solution"; "" for a cell that a learner reads."""
    tags = cell.metadata.get("tags", [])
    return next((tag for tag in ("set-up", "plot", "solution") if tag in tags), "")


def is_picture(output) -> bool:
    return "image/png" in output.get("data", {})


def is_diagram(cell) -> bool:
    """Does the cell show a picture from images/, and nothing else? Then its code says nothing."""
    return cell.source.startswith("show_diagram(") and "\n" not in cell.source


def with_captions(notebook):
    """A copy whose pictures have their words: "*In words: ...*" below a picture moves to metadata.caption of its cell.

    A cell that held nothing else stays, and is empty.
    """
    copy = deepcopy(notebook)
    for cell, below in zip(copy.cells, copy.cells[1:]):
        if any(map(is_picture, cell.get("outputs", []))):
            words = IN_WORDS.match(below.source)
            if words:
                cell.metadata["caption"] = f"{words[1][0].upper()}{words[1][1:]}"
                below.source = below.source[words.end() :]
    return copy


def plain(markdown: str) -> str:
    """Markdown as a screen reader should say it: no marks, no TeX."""
    text = re.sub(r"[*`$\\{}]", "", markdown.replace(r"\odot", "times"))
    return " ".join(text.split())
