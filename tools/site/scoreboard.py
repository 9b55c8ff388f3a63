"""Lesson 4's scoreboard as the front page shows it: a picture, and the table folded below it."""

import math
import re
from html import escape

# The colour of a row's dot is that of its network in every picture: --rnn in course.css is COLOURS["rnn"].
COLOURS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru", "bag of embeddings": "bag"}


def rows_of(table: str) -> list[tuple[str, float, float]]:
    """(name, test accuracy, range over the seeds) of each row of the Markdown table; no range is 0."""
    found = re.findall(r"^\| ([^|]+?) \| (?:.* )?(0\.\d+) \| (0\.\d+|-) \|$", table, flags=re.M)
    return [(name, float(accuracy), float(spread) if spread != "-" else 0) for name, accuracy, spread in found]


def picture(table: str) -> str:
    """A dot for each model, with the range over its seeds, as HTML in the table's order."""
    rows, lines = rows_of(table), []
    low = math.floor(100 * min(accuracy - spread / 2 for _, accuracy, spread in rows)) / 100
    high = math.ceil(100 * max(accuracy for _, accuracy, _ in rows)) / 100

    def place(accuracy: float) -> str:
        return f"{100 * (accuracy - low) / (high - low):.1f}%"

    for name, accuracy, spread in rows:
        colour = COLOURS.get(name.split(",")[0], "baseline")
        ends = place(accuracy - spread / 2), place(accuracy + spread / 2)
        marks = f'<i class="range" style="left: {ends[0]}; right: calc(100% - {ends[1]})"></i>'
        marks += f'<i class="dot {colour}" style="left: {place(accuracy)}"></i>'
        track = f'<span class="track" style="color: var(--{colour})">{marks}</span>'
        lines.append(f"<div><span>{escape(name)}</span>{track}<b>{accuracy:.3f}</b></div>")
    caption = (
        "Test accuracy. Dots: networks, with their range over three seeds. Squares: linear models on counted "
        f"words. A line each hundredth, from {low:.2f} to {high:.2f}."
    )
    rows, caption = "".join(lines), f"<figcaption>{caption}</figcaption>"
    return f'<figure class="scoreboard" style="--steps: {round(100 * (high - low))}">{rows}{caption}</figure>'
