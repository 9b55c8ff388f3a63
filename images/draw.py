"""Draws the diagrams of the lessons: python images/draw.py

Colours mean what they mean in the plots (torchnlp.COLOURS): x the input, h the hidden state, and so on.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from torchnlp import COLOURS  # noqa: E402

INK = "#222222"
plt.rcParams.update({"font.size": 15, "mathtext.fontset": "cm", "savefig.dpi": 150})


def canvas(width: float, height: float):
    """An empty drawing; one unit is one inch, so that letters and boxes keep their proportions."""
    figure = plt.figure(figsize=(width, height))
    axis = figure.add_axes([0, 0, 1, 1])
    axis.set(xlim=(0, width), ylim=(0, height))
    axis.axis("off")
    return axis


def box(axis, x, y, text, colour="white", width=1.0, height=0.6, size=15, edge=INK):
    """A rounded box centred on (x, y). Light fill, full colour on the edge: readable in greyscale."""
    fill = matplotlib.colors.to_rgba(colour, 0.35 if colour != "white" else 1)
    corner = (x - width / 2, y - height / 2)
    style = "round,pad=0,rounding_size=0.1"
    patch = FancyBboxPatch(corner, width, height, style, facecolor="white", edgecolor="none", zorder=2)
    axis.add_patch(patch)
    patch = FancyBboxPatch(corner, width, height, style, facecolor=fill, edgecolor=edge, lw=1.6, zorder=3)
    axis.add_patch(patch)
    axis.text(x, y, text, ha="center", va="center", fontsize=size, color=INK, zorder=4)


def arrow(axis, start, end, colour=INK, bend=0.0, width=2.0):
    axis.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=16, lw=width, color=colour, shrinkA=0, shrinkB=0,
            connectionstyle=f"arc3,rad={bend}", zorder=1,
        )
    )  # fmt: skip


def label(axis, x, y, text, colour=INK, size=15, **kw):
    axis.text(x, y, text, ha=kw.pop("ha", "center"), va="center", fontsize=size, color=colour, **kw)


def save(axis, name):
    axis.figure.savefig(HERE / f"{name}.png", metadata={"Software": None})
    plt.close(axis.figure)


def rnn_unrolled():
    axis = canvas(13, 5.2)
    x, h = COLOURS["x"], COLOURS["h"]
    label(axis, 1.6, 4.85, "the network", size=17, weight="bold")
    box(axis, 1.3, 2.3, "RNN cell", width=1.35, height=0.8)
    box(axis, 1.3, 0.95, "$x_t$", x)
    box(axis, 1.3, 3.65, "$h_t$", h)
    arrow(axis, (1.3, 1.25), (1.3, 1.9), x)
    arrow(axis, (1.3, 2.7), (1.3, 3.35), h)
    arrow(axis, (1.98, 2.5), (1.98, 2.1), h, bend=-2.4)
    label(axis, 2.6, 2.3, "$h_{t-1}$", h, size=18, ha="left")
    label(axis, 3.85, 2.3, "=", size=28)

    label(axis, 8.6, 4.85, "the same network, unrolled over a text of four tokens", size=17, weight="bold")
    label(axis, 9.4, 4.33, "four cells in the drawing, one set of weights in memory", style="italic")
    box(axis, 4.95, 2.3, "$h_0 = 0$", h)
    arrow(axis, (5.45, 2.3), (6.14, 2.3), h)
    for i, word in enumerate(["oil", "prices", "fall", "again"], 1):
        column = 4.95 + 1.8 * i
        label(axis, column, 0.3, f"“{word}”")
        box(axis, column, 0.95, f"$x_{i}$", x)
        box(axis, column, 2.3, "RNN cell", width=1.22, height=0.8)
        box(axis, column, 3.65, f"$h_{i}$", h)
        arrow(axis, (column, 1.25), (column, 1.9), x)
        arrow(axis, (column, 2.7), (column, 3.35), h)
        if i < 4:
            arrow(axis, (column + 0.61, 2.3), (column + 1.19, 2.3), h)
    save(axis, "rnn-unrolled")


def rnn_classifier():
    axis = canvas(13, 3.3)
    x, h = COLOURS["x"], COLOURS["h"]
    stages = [  # text in the box, colour, shape under it
        ("token ids", "white", "[B, T]"),
        ("word vectors", x, "[B, T, E]"),
        ("states", h, "[B, T, H]"),
        ("mean state", h, "[B, H]"),
        ("logits", "white", "[B, K]"),
    ]
    steps = ["nn.Embedding", "nn.RNN", "mean over\nthe tokens", "nn.Linear"]
    for i, (text, colour, shape) in enumerate(stages):
        centre = 1.15 + 2.67 * i
        box(axis, centre, 1.5, text, colour, width=1.65, height=0.9)
        label(axis, centre, 0.72, shape, size=14)
        if i:
            arrow(axis, (centre - 1.84, 1.5), (centre - 0.83, 1.5), h if i > 2 else x if i == 2 else INK)
            label(axis, centre - 1.33, 2.35, steps[i - 1], size=14, weight="bold")
    label(
        axis,
        6.5,
        0.2,
        "B texts, T tokens in the longest, E numbers a word, H numbers a state, K classes",
        size=13,
    )
    save(axis, "rnn-classifier")


def rnn_cell():
    axis = canvas(11, 4.5)
    x, h = COLOURS["x"], COLOURS["h"]
    outline = FancyBboxPatch(
        (3.0, 0.55),
        5.5,
        3.4,
        "round,pad=0,rounding_size=0.2",
        facecolor="#F7F7F7",
        edgecolor="#999999",
        lw=1.5,
        zorder=0,
    )
    axis.add_patch(outline)
    label(axis, 5.75, 4.25, "one step:  $h_t = \\tanh(W_x\\,x_t + W_h\\,h_{t-1} + b)$", size=19)
    box(axis, 1.2, 3.2, "$h_{t-1}$", h)
    label(axis, 1.2, 2.68, "the state so far, [H]", size=12)
    box(axis, 1.2, 1.2, "$x_t$", x)
    label(axis, 1.2, 0.68, "the word's vector, [E]", size=12)
    box(axis, 4.0, 3.2, "$W_h$", width=0.9)
    label(axis, 4.0, 2.7, "[H, H]", size=12)
    box(axis, 4.0, 1.2, "$W_x$", width=0.9)
    label(axis, 4.0, 0.73, "[H, E]", size=12)
    box(axis, 5.7, 2.2, "$+$", width=0.6, size=20)
    box(axis, 5.7, 1.05, "$b$", width=0.6, height=0.5)
    box(axis, 7.35, 2.2, "tanh", width=1.0)
    box(axis, 9.8, 2.2, "$h_t$", h)
    label(axis, 9.8, 1.68, "the new state, [H]", size=12)
    arrow(axis, (1.7, 3.2), (3.55, 3.2), h)
    arrow(axis, (1.7, 1.2), (3.55, 1.2), x)
    arrow(axis, (4.45, 3.2), (5.5, 2.5))
    arrow(axis, (4.45, 1.2), (5.42, 1.95))
    arrow(axis, (5.7, 1.3), (5.7, 1.9))
    arrow(axis, (6.0, 2.2), (6.85, 2.2))
    arrow(axis, (7.85, 2.2), (9.3, 2.2), h)
    save(axis, "rnn-cell")


def frame(axis):
    """The border of a cell: what is outside of it comes in or goes out."""
    corner, style = (2.3, 0.45), "round,pad=0,rounding_size=0.2"
    axis.add_patch(FancyBboxPatch(corner, 7.9, 4.35, style, facecolor="#F9F9F9", edgecolor="#999999", lw=1.5, zorder=0))


def lstm_stage(stage, name, title):
    """The LSTM cell, what belongs to a later stage drawn pale. 1 forget, 2 input, 3 cell, 4 output."""
    axis = canvas(12, 5.6)
    pale = "#D4D4D4"
    frame(axis)
    label(axis, 6.2, 5.22, title, size=20)

    def shade(first, colour):
        return COLOURS.get(colour, colour) if stage >= first else pale

    def unit(first, x, y, text, colour="white", width=1.0, **kw):
        if stage < first:
            box(axis, x, y, "", width=width, edge=pale, **kw)
        else:
            box(axis, x, y, text, COLOURS.get(colour, colour), width=width, **kw)

    # The rail of the memory, along the top.
    box(axis, 1.15, 4.2, "$c_{t-1}$", COLOURS["c"])
    label(axis, 1.15, 3.7, "the memory so far", size=12)
    arrow(axis, (1.65, 4.2), (3.7, 4.2), COLOURS["c"], width=4)
    arrow(axis, (4.3, 4.2), (5.9, 4.2), shade(1, "c"), width=4)
    arrow(axis, (6.5, 4.2), (10.75, 4.2), shade(3, "c"), width=4)
    unit(1, 4.0, 4.2, r"$\odot$", width=0.6, size=20)
    unit(3, 6.2, 4.2, "$+$", width=0.6, size=20)
    unit(3, 11.25, 4.2, "$c_t$", "c")
    # What every gate reads, along the bottom.
    box(axis, 1.15, 1.55, "$h_{t-1}$", COLOURS["h"])
    label(axis, 1.15, 2.05, "the state so far", size=12)
    box(axis, 1.15, 0.65, "$x_t$", COLOURS["x"])
    label(axis, 1.15, 0.18, "the word's vector", size=12)
    arrow(axis, (1.65, 1.5), (2.55, 1.15), COLOURS["h"])
    arrow(axis, (1.65, 0.7), (2.55, 0.95), COLOURS["x"])
    box(axis, 3.02, 1.05, "$[h, x]$", width=0.92, height=0.5)
    reach = [4.0, 6.9, 6.9, 8.4][stage - 1]
    axis.plot([3.48, reach], [1.05, 1.05], color=INK, lw=2, zorder=1)
    columns = [(1, 4.0, "forget"), (2, 5.45, "input"), (2, 6.9, "candidate"), (4, 8.35, "output")]
    for (first, x, colour), text in zip(columns, ["$f$", "$i$", "$g$", "$o$"]):
        squash = "tanh" if colour == "candidate" else r"$\sigma$"
        unit(first, x, 2.05, f"{text}: {squash}", colour, width=1.2)
        if stage >= first:
            arrow(axis, (x, 1.05), (x, 1.75))
            label(axis, x, 0.72, colour, size=12)
    arrow(axis, (4.0, 2.35), (4.0, 3.9), shade(1, "forget"))
    unit(2, 6.2, 3.2, r"$\odot$", width=0.6, size=20)
    arrow(axis, (5.55, 2.35), (5.98, 2.9), shade(2, "input"))
    arrow(axis, (6.85, 2.35), (6.42, 2.9), shade(2, "#B8A900"))
    arrow(axis, (6.2, 3.5), (6.2, 3.9), shade(2, "#B8A900"))
    arrow(axis, (9.6, 4.2), (9.6, 3.6), shade(4, "c"))
    unit(4, 9.6, 3.3, "tanh", width=0.9)
    arrow(axis, (9.6, 3.0), (9.6, 2.35), shade(4, INK))
    unit(4, 9.6, 2.05, r"$\odot$", width=0.6, size=20)
    arrow(axis, (9.0, 2.05), (9.3, 2.05), shade(4, "output"))
    arrow(axis, (9.9, 2.05), (10.75, 2.05), shade(4, "h"))
    unit(4, 11.25, 2.05, "$h_t$", "h")
    save(axis, name)


def gru():
    axis = canvas(12, 5.6)
    h, x = COLOURS["h"], COLOURS["x"]
    frame(axis)
    label(axis, 6.2, 5.22, r"the GRU:  $h_t = z \odot h_{t-1} + (1 - z) \odot n$", size=20)
    box(axis, 1.15, 4.2, "$h_{t-1}$", h)
    label(axis, 1.15, 3.7, "memory and state in one", size=12)
    arrow(axis, (1.65, 4.2), (3.95, 4.2), h, width=4)
    box(axis, 4.25, 4.2, r"$\odot$", width=0.6, size=20)
    arrow(axis, (4.55, 4.2), (7.95, 4.2), h, width=4)
    box(axis, 8.25, 4.2, "$+$", width=0.6, size=20)
    arrow(axis, (8.55, 4.2), (10.75, 4.2), h, width=4)
    box(axis, 11.25, 4.2, "$h_t$", h)
    box(axis, 1.15, 1.05, "$x_t$", x)
    label(axis, 1.15, 0.55, "the word's vector", size=12)
    arrow(axis, (1.65, 1.05), (2.55, 1.05), x)
    box(axis, 3.02, 1.05, "$h, x$", width=0.92, height=0.5)
    arrow(axis, (2.9, 4.2), (2.9, 1.3), h)
    axis.plot([3.48, 8.25], [1.05, 1.05], color=INK, lw=2, zorder=1)
    columns = [(4.25, "update", r"$z$: $\sigma$", "forget"), (6.25, "reset", r"$r$: $\sigma$", "input")]
    columns.append((8.25, "candidate", "$n$: tanh", "candidate"))
    for column, name, text, colour in columns:
        box(axis, column, 2.05, text, COLOURS[colour], width=1.2)
        arrow(axis, (column, 1.05), (column, 1.75))
        label(axis, column, 0.72, name, size=12)
    arrow(axis, (4.25, 2.35), (4.25, 3.9), COLOURS["forget"])
    arrow(axis, (6.85, 2.05), (7.65, 2.05), COLOURS["input"])
    box(axis, 8.25, 3.15, r"$\odot$", width=0.6, size=20)
    arrow(axis, (8.25, 2.35), (8.25, 2.85), "#B8A900")
    arrow(axis, (8.25, 3.45), (8.25, 3.9), "#B8A900")
    arrow(axis, (4.7, 2.35), (7.95, 3.15), COLOURS["forget"])
    label(axis, 6.1, 3.0, "$1-z$", size=16)
    save(axis, "gru")


def packed_batch():
    axis = canvas(13, 5.4)
    texts = [[1, 2, 3, 4, 5], [6, 7, 8], [9]]
    steps = range(5)
    fills = ["#1B6FA8", COLOURS["x"], "#CDE9F8"]  # a shade of the input's blue for each text
    label(axis, 2.75, 5.05, "padded: a grid, one row a text", size=17, weight="bold")
    for row, text in enumerate(texts):
        y = 3.55 - 0.95 * row
        label(axis, 0.45, y, f"text {row + 1}", size=14)
        for step in steps:
            x = 1.35 + 0.85 * step
            if step < len(text):
                box(axis, x, y, str(text[step]), fills[row], width=0.75, height=0.75, size=17)
            else:
                box(axis, x, y, "pad", "#BBBBBB", width=0.75, height=0.75, size=12, edge="#AAAAAA")
    for step in steps:
        label(axis, 1.35 + 0.85 * step, 4.3, f"step {step + 1}", size=12)
    label(axis, 3.05, 0.75, "15 places, 9 tokens", size=14, style="italic")

    label(axis, 9.55, 5.05, "packed: the columns, one after the other", size=17, weight="bold")
    x = 6.55
    for step in steps:
        column = [(row, text[step]) for row, text in enumerate(texts) if step < len(text)]
        start = x
        for row, token in column:
            box(axis, x + 0.31, 3.1, str(token), fills[row], width=0.58, height=0.75, size=17)
            x += 0.62
        middle = (start + x) / 2
        label(axis, middle, 3.85, f"step {step + 1}", size=12)
        axis.plot([start + 0.06, x - 0.06], [2.55, 2.55], color=INK, lw=2)
        box(axis, middle, 1.95, str(len(column)), width=0.55, height=0.6, size=16)
        x += 0.17
    label(axis, 6.4, 3.1, "data", size=14, ha="right", weight="bold")
    label(axis, 6.4, 1.95, "batch_sizes", size=12, ha="right", weight="bold")
    label(axis, 9.55, 1.25, "how many texts are still running at each step", size=13)
    label(axis, 9.55, 0.75, "9 places, 9 tokens", size=14, style="italic")
    save(axis, "packed-batch")


if __name__ == "__main__":
    lstm_stage(1, "lstm-forget", r"1. forget:  $f = \sigma(W_f\,[h, x] + b_f)$")
    two = r"2. input:  $i = \sigma(W_i\,[h, x] + b_i)$,  $g = \tanh(W_g\,[h, x] + b_g)$"
    lstm_stage(2, "lstm-input", two)
    lstm_stage(3, "lstm-cell", r"3. the new memory:  $c_t = f \odot c_{t-1} + i \odot g$")
    four = r"4. output:  $o = \sigma(W_o\,[h, x] + b_o)$,  $h_t = o \odot \tanh(c_t)$"
    lstm_stage(4, "lstm-output", four)
    gru()
    rnn_unrolled()
    rnn_cell()
    rnn_classifier()
    packed_batch()
