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


BACKWARD = "#00304A"  # the backward reader's states: the blue of h, darker


def two_directions():
    axis = canvas(13, 6.3)
    x, h, back = COLOURS["x"], COLOURS["h"], BACKWARD
    words = ["oil", "prices", "fall", "again"]
    label(
        axis,
        6.5,
        5.95,
        "two readers, one from each end; their states are joined at every token",
        size=17,
        weight="bold",
    )
    label(axis, 1.2, 3.75, "forward", h, weight="bold", ha="right")
    label(axis, 1.2, 2.3, "backward", back, weight="bold", ha="right")
    for i, word in enumerate(words, 1):
        column = 2.9 + 2.55 * (i - 1)
        label(axis, column, 0.3, f"“{word}”")
        box(axis, column, 0.95, f"$x_{i}$", x)
        ahead, behind = column - 0.5, column + 0.5
        # the vector goes to both cells
        arrow(axis, (column + 0.15, 1.25), (behind, 2.0), x)
        arrow(axis, (column - 0.15, 1.25), (ahead, 3.45), x)
        box(axis, ahead, 3.75, "cell", h, width=0.85)
        box(axis, behind, 2.3, "cell", back, width=0.85)
        arrow(axis, (ahead, 4.05), (ahead, 4.6), h)
        arrow(axis, (behind, 2.6), (behind, 4.6), back)
        box(axis, ahead, 4.9, rf"$\overrightarrow{{h}}_{i}$", h, width=0.98)
        box(axis, behind, 4.9, rf"$\overleftarrow{{h}}_{i}$", back, width=0.98)
        label(axis, ahead, 5.42, f"{i} read", h, size=12)
        label(axis, behind, 5.42, f"{5 - i} read", back, size=12)
        if i < 4:
            arrow(axis, (ahead + 0.43, 3.75), (ahead + 2.12, 3.75), h)
            arrow(axis, (behind + 2.12, 2.3), (behind + 0.43, 2.3), back)
    arrow(axis, (1.35, 3.75), (1.97, 3.75), h)
    arrow(axis, (12.2, 2.3), (11.5, 2.3), back)
    save(axis, "two-directions")


def layer_stack():
    axis = canvas(13, 7.6)
    x, h, back = COLOURS["x"], COLOURS["h"], BACKWARD
    label(axis, 6.5, 7.3, "two layers: the second reads the joined states of the first", size=17, weight="bold")

    def layer(y, name, below, colour, above):
        """Two readers over four tokens; they read what ends at `below`, their states go up to `above`."""
        label(axis, 1.75, y, name, weight="bold", ha="right")
        label(axis, 9.35, y + 0.27, "H forward", size=13, ha="left")
        label(axis, 9.35, y - 0.27, "H backward", size=13, ha="left")
        for i in range(4):
            column = 3.1 + 1.75 * i
            left, right = column - 0.37, column + 0.37
            box(axis, left, y + 0.27, "", h, width=0.66, height=0.5)
            box(axis, right, y - 0.27, "", back, width=0.66, height=0.5)
            arrow(axis, (left, below), (left, y + 0.02), colour)
            arrow(axis, (right, below), (right, y - 0.52), colour)
            arrow(axis, (left, y + 0.52), (left, above), h)
            arrow(axis, (right, y - 0.02), (right, above), back)
            if i < 3:
                arrow(axis, (column - 0.04, y + 0.27), (column + 1.05, y + 0.27), h)
                arrow(axis, (column + 1.79, y - 0.27), (column + 0.7, y - 0.27), back)

    for i, word in enumerate(["oil", "prices", "fall", "again"]):
        column = 3.1 + 1.75 * i
        label(axis, column, 0.2, f"“{word}”", size=14)
        box(axis, column, 0.75, f"$x_{i + 1}$", x, width=1.4)
        box(axis, column, 3.4, "joined", h, width=1.4, height=0.4, size=12)
        box(axis, column, 6.05, f"output {i + 1}", h, width=1.5, height=0.5, size=13)
    layer(2.3, "layer 1", 1.05, x, 3.2)
    layer(4.9, "layer 2", 3.6, h, 5.8)
    for y in (1.3, 3.85, 6.6):
        axis.plot([2.3, 9.2], [y, y], color=COLOURS["grey"], lw=1.6, ls="--", zorder=0)
    label(axis, 9.35, 0.75, "E numbers a token", size=13, ha="left")
    label(axis, 9.35, 1.3, "dropout around: nn.Dropout", COLOURS["grey"], size=13, ha="left")
    label(axis, 9.35, 3.4, "2H numbers a token", size=13, ha="left")
    label(axis, 9.35, 3.85, "dropout between: dropout=...", COLOURS["grey"], size=13, ha="left")
    label(axis, 9.35, 6.05, "2H numbers a token", size=13, ha="left")
    label(axis, 9.35, 6.6, "dropout around: nn.Dropout", COLOURS["grey"], size=13, ha="left")
    save(axis, "layer-stack")


def output_and_h_n():
    """The numbers are those of the counting network of lesson 4: 1, 10, 100, 1000 a step."""
    axis = canvas(13, 5.2)
    h, back, pale = COLOURS["h"], BACKWARD, "white"
    label(axis, 3.9, 4.85, "output: every step of the top layer", size=17, weight="bold")
    label(axis, 10.9, 4.85, "h_n: the end of every reader", size=17, weight="bold")
    for step in range(5):
        column = 2.0 + 1.02 * step
        label(axis, column, 4.25, f"step {step + 1}", size=12)
        last, first = step == 4, step == 0
        box(axis, column, 3.5, str(100 * (step + 1)), h if last else pale, 0.96, 0.75, edge=h)
        box(axis, column, 2.65, str(1000 * (5 - step)), back if first else pale, 0.96, 0.75, edge=back)
    label(axis, 1.4, 3.5, "forward\nhalf", h, size=13, ha="right")
    label(axis, 1.4, 2.65, "backward\nhalf", back, size=13, ha="right")
    rows = [("layer 1 forward", 5, "0", h), ("layer 1 backward", 50, "1", back)]
    rows += [("layer 2 forward", 500, "2, or -2", h), ("layer 2 backward", 5000, "3, or -1", back)]
    for k, (name, value, index, colour) in enumerate(rows):
        y = 4.15 - 0.85 * k
        box(axis, 9.0, y, str(value), colour if k > 1 else pale, 1.1, 0.7, edge=colour)
        label(axis, 9.7, y, name, colour, size=13, ha="left")
        label(axis, 11.75, y, f"row {index}", size=13, ha="left")
    arrow(axis, (6.6, 3.5), (8.43, 2.5), h)
    arrow(axis, (2.0, 2.25), (8.43, 1.5), back, bend=0.12)
    label(axis, 3.9, 0.4, "[B, T, 2H]: here B = 1, T = 5, H = 1", size=14, style="italic")
    label(axis, 10.6, 0.4, "[2 layers · 2 directions, B, H]", size=14, style="italic")
    save(axis, "output-and-h-n")


def glove_start():
    axis = canvas(13, 5.6)
    x, grey = COLOURS["x"], COLOURS["grey"]
    rows = [  # word, what its row is filled with, colour, row of GloVe that it comes from
        ("<unk>", "noise", grey, None),
        ("<pad>", "zeros", "white", None),
        ("oil", "", x, 1),
        ("striker", "", x, 3),
        ("&lt", "noise", grey, None),
    ]
    label(axis, 2.15, 5.25, "GloVe", size=17, weight="bold")
    label(axis, 2.15, 4.82, "400,000 words, 50 numbers each", size=12)
    for i, word in enumerate(["bitcoin", "oil", "...", "striker", "..."]):
        y = 4.2 - 0.8 * i
        label(axis, 1.25, y, word, ha="right")
        if word != "...":
            box(axis, 2.5, y, "", x, width=2.2, height=0.55)
    label(axis, 7.1, 5.25, "nn.Embedding", size=17, weight="bold")
    label(axis, 7.1, 4.82, "a row for each word of our vocabulary", size=12)
    for i, (word, text, colour, origin) in enumerate(rows):
        y = 4.2 - 0.8 * i
        label(axis, 5.95, y, word, ha="right")
        box(axis, 7.2, y, text, colour, width=2.2, height=0.55, size=13)
        if origin is not None:
            start = (3.6, 4.2 - 0.8 * origin)
            arrow(axis, start, (4.95, y), x)
    label(axis, 4.5, 0.3, "copied once, at the start", size=12, style="italic")
    box(axis, 11.85, 2.6, "the network", COLOURS["h"], width=1.75, height=3.75)
    arrow(axis, (8.35, 4.2), (10.95, 4.2), x)
    label(axis, 9.65, 4.45, "vectors", size=13)
    arrow(axis, (10.95, 2.6), (8.35, 2.6), grey)
    label(axis, 9.65, 3.0, "either fine-tuned: the\ngradient changes the table", size=12)
    arrow(axis, (10.95, 1.2), (8.7, 1.2), grey)
    axis.plot([8.65, 8.65], [0.85, 1.55], color=INK, lw=5)
    label(axis, 9.8, 1.6, "or frozen: the gradient\nstops here", size=12)
    save(axis, "glove-start")


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
    two_directions()
    layer_stack()
    output_and_h_n()
    glove_start()
