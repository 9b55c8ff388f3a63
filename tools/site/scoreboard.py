"""Lesson 4's scoreboard as the front page shows it: a picture, and the table folded below it."""

import math
from html import escape

from tools.lesson import lessons, recorded

# The colour of a row's dot is that of its network in every picture: --rnn in course.css is COLOURS["rnn"].
COLOURS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru", "bag of embeddings": "bag"}


def scoreboard() -> tuple[list[list[str]], str]:
    """(rows: name, test accuracy, range over the seeds or "-"; conditions), as a lesson recorded them."""
    (lesson,) = (lesson for lesson in lessons() if "scoreboard" in recorded(lesson.notebook))
    return lesson.figure("scoreboard"), lesson.figure("conditions")


def table(rows: list[list[str]], conditions: str) -> str:
    lines = [f"| {' | '.join(row)} |" for row in [["model", "test accuracy", "range"], ["---", "---:", "---:"], *rows]]
    return "\n".join([*lines, "", f"For each: {conditions}."])


def picture(rows: list[list[str]]) -> str:
    """A dot for each model, with the range over its seeds, as HTML in the table's order."""
    rows = [(name, float(accuracy), float(spread.replace("-", "0"))) for name, accuracy, spread in rows]
    lines = []
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
