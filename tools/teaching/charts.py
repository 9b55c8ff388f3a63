"""What a lesson prints as rows of numbers stands in its deck as bars: from the saved output, with the same numbers."""

import math
import re
from dataclasses import dataclass
from html import escape

from torchnlp import COLOURS

SEEDS = ("seed 1", "seed 2", "seed 3")
N = r" +(\S+)"  # a number in a column
LETTERS = ("3 letters", "6", "9", "12", "15", "18")


@dataclass
class Chart:
    """row: a printed line, as an expression with a group for its name and one for each number.

    name: what the name's place is in; heads: over the columns; least: where the scale begins, if not at 0;
    log: a step of the scale is ten times as much.
    """

    caption: str
    row: str
    heads: tuple[str, ...] = ()
    name: str = "{}"
    least: float = 0.0
    log: bool = False


CHARTS = {
    "l1-c307": Chart("Validation accuracy, by learning rate.", r"^(learning rate \S+): (\S+)$"),
    "l1-c312": Chart("Validation accuracy, by the number of articles.", r"^ *(\S+ articles): (\S+)$"),
    "l1-c093": Chart("Test accuracy. The scale begins at 0.8.", r"^(\S.*?) +(0\.\d+)  \(", least=0.8),
    "l1-c130": Chart("Accuracy, with the tokens in order and shuffled.", r"^(.+): in order (\S+), shuffled (\S+)$",
                     ("in order", "shuffled")),
    "l2-c052": Chart("What is left of the cell state, by the bias of the forget gate.", rf"^ +(\d+)  0\.\d+{3 * N}$",
                     ("after 10 steps", "after 39 steps", "after 79 steps"), "bias {}"),
    "l2-c075": Chart("Accuracy on the recall task, by the bias of the update gate.", rf"^(GRU, .*?\S){3 * N}$", SEEDS),
    "l2-c094": Chart("Validation accuracy after one epoch.", r"^(\S.*?): +(0\.\d+)   \(each"),
    "l2-c1142": Chart("With one state exchanged for a neighbour's: whose symbol do they name?",
                      r"^(. of the neighbour): +(\d+%) name their own symbol, +(\d+%) ", ("their own", "the other's")),
    "l3-c013": Chart("How many texts are running.", r"^(step \d+): (\d+) running"),
    "l3-c050": Chart("Share of padding, by the size of the batch.", rf"^ +(\d+){2 * N} ", ("shuffled", "one length"),
                     "batches of {}"),
    "l3-c120": Chart("Time, with a plain call on a batch of one length as 1.", rf"^(RNN|GRU|LSTM){5 * N}$",
                     ("plain", "packed", "1 token less", "mixed, index", "mixed, packed")),
    "l3-c162": Chart("Two samplers.", rf"^(yours|ours){N} padding, (\d+) batches, (\d+) tiny",
                     ("padding", "batches", "tiny batches")),
    "l3-c241": Chart("Time of packing, with the index as 1.", r"^(\d+% padding): packing costs (\S+) times"),
    "l4-c0641": Chart("Validation accuracy, by the state that the classifier reads.", r"^(\S+_\S+) +(0\.\d+)$"),
    "l4-d015": Chart("The share that is right. The scales begin at 0.8.",
                     rf"^(\S.*?) {N}   ambiguous{N}   precision{N}   recall{N}$",
                     ("all words", "ambiguous", "precision", "recall"), least=0.8),
    "l4-d023": Chart("Right before 'of', of 6, mean of the seeds.", r"^(\S.*?) +right at (\S+) of 6"),
    "l4-d0231": Chart("The share that is right.", r"^(\S+) +\S+ times +right (\S+) and (\S+)$", ("one-way", "two-way")),
    "l4-c0851": Chart("Test accuracy. The scale begins at 0.8.", r"^(\S.+?)  +(0\.\d+)  +\S+$", least=0.8),
    "l5-c0203": Chart("Share of analogies that come out right.", rf"^(\S.*?){3 * N}$", ("rule", "no rule", "no step")),
    "l5-c0422": Chart("Validation accuracy of a linear model on the mean vector.", rf"^(\S.*?):{3 * N}$", SEEDS),
    "l5-c066": Chart("Validation accuracy, by the number of labels.", rf"^(\S.*?)  +(0\S+){2 * N}$",
                     ("8 labels", "100 labels", "1,000 labels")),
    "l5-c072": Chart("Accuracy, by learning rate. The scale begins at 0.7.", r"^(.+ at +\S+): (\S+)$", least=0.7),
    "l5-c0771": Chart("How sure it is, and how often it is right.", r"^ *(\d+ answers): (\S+) sure, (\S+) right$",
                      ("sure", "right")),
    "l5-c203": Chart("The share of words that is right.", r"^(\S.*?)  +(\S+) right$"),
    "l6-c3075": Chart("Perplexity, by what is taken out of the training text.", rf"^(\S.*?)  +\S+%{3 * N}$",
                      ("all", "known", "others")),
    "l6-c402": Chart("Test perplexity: less is better.", r"^(\S.*?)  +(\d+\.\d)   \S+ \("),
    "l6-c601": Chart("The same four probabilities, reshaped.", r"^(\S.*?) +\[\[(\S+) +(\S+) +(\S+) +(\S+?) *\]\]$",
                     ("token 1", "token 2", "token 3", "token 4")),
    "l6-c703": Chart("The share of what is written that stands in the training text.",
                     r"^ *(\d+ epochs): 4-grams (\S+), whole headlines (\S+)$", ("4-grams", "whole headlines")),
    "l6-c7015": Chart("The share of n-grams that stand in the training text.", rf"^(\S.*?)  +(0\S+){3 * N}$",
                      ("n = 2", "n = 3", "n = 4", "n = 5")),
    "l6-c903": Chart("Accuracy as a classifier.", r"^(\S.*?) +(0\.\d+)$"),
    "l7-c017": Chart("The share of words that come back whole.", rf"^(\S.*?) {6 * N}$", LETTERS),
    "l7-c204": Chart("The largest weight's distance to the letter.", r"^largest weight (\S+) from the letter: (\S+)$"),
    "l7-d012": Chart("The share of words that come back whole.", rf"^(\S.*?) +(\d\.\d+){5 * N}$", LETTERS),
    "l7-d018": Chart("The ladder: test perplexity, less is better.", r"^(?= *\S+  (\S.*)$) *(\d+\.\d)"),
    "l7-c027": Chart("The largest weight of twenty.", r"^ *(\d+) +(\d\S+) +(\S+) ", ("plain", "divided"), "D = {}"),
    "l7-c088": Chart("Accuracy on the recall task.", rf"^(\S.*?) {2 * N}$", SEEDS[:2]),
    "l7-c094": Chart("Microseconds for one more token. A step of the scale is ten times as much.",
                     r"^ *(\S+) LSTM +(\d+) µs block +(\d+) µs$", ("LSTM", "block"), "after {}", least=10.0, log=True),
}  # fmt: skip


def colour(name: str) -> str:
    """That of the network in every picture, if the name says one."""
    kinds = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru", "minGRU": "gru", "bag": "bag", "TF-IDF": "baseline"}
    return COLOURS[next((kinds[word] for word in re.findall(r"[\w-]+", name) if word in kinds), "ours")]


def drawn(cell: str, printed: str) -> str:
    """The chart of a cell's output as HTML; "" for a cell that has none, or whose lines are others by now."""
    chart = CHARTS.get(cell)
    rows = re.findall(chart.row, printed, flags=re.M) if chart else []
    if not rows:
        return ""
    numbers = [[float(text.strip("%").replace(",", "")) for text in texts] for _, *texts in rows]
    columns = list(zip(*numbers))
    alike = len({text[-1] == "%" for _, *texts in rows for text in texts}) == 1
    ends = [max(max(column) for column in (columns if alike else [own])) for own in columns]  # one scale, if it can be

    def share(number: float, most: float) -> float:
        scale = math.log10 if chart.log else float
        return (scale(number) - scale(chart.least)) / (scale(most) - scale(chart.least) or 1)

    heads = "".join(f'<b class="head">{escape(head)}</b>' for head in ("", *chart.heads) if chart.heads)
    lines = []
    for (name, *texts), row in zip(rows, numbers):
        bars = (
            f'<span class="bar" style="--share: {max(0, share(number, most)):.3f}"><i></i>{escape(text)}</span>'
            for text, number, most in zip(texts, row, ends)
        )
        label = f"<span>{escape(chart.name.format(name))}</span>"
        lines.append(f'<div style="--colour: {colour(name)}">{label}{"".join(bars)}</div>')
    look = "bars dots" if chart.least and not chart.log else "bars"  # a bar that begins above 0 would exaggerate
    return f'<div class="{look}" style="--columns: {len(columns)}">{heads}{"".join(lines)}</div>'
