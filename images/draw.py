"""Draws the diagrams of the lessons: python -m images.draw

Colours mean what they mean in the plots (torchnlp.COLOURS): x the input, h the hidden state, and so on. What has no
role there is black on white. A state of the backward direction is a hidden state too: the same blue, but filled.

The typeface is Open Sans (images/fonts, SIL Open Font License): its small letters are tall, and it has Greek and
Cyrillic, for news of your own. Formulas stand in Computer Modern, as in the text of the lessons. (zh/README.md says
which typeface Chinese labels have.)

A drawing is 680 units wide. Letters are 24 units high, which makes 14 pixels on a phone that is 390 wide.
"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Line
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.language import pgettext, say
from torchnlp import COLOURS, STYLE

HERE = Path(__file__).resolve().parent

TYPE = {
    "font.family": STYLE["font.family"],
    "mathtext.fontset": "cm",
    "text.hinting": "no_hinting",  # letters of one width on every machine
}

WIDTH, RADIUS = 680, 19
INK, WHITE = COLOURS["ink"], "white"
X, H, C = COLOURS["x"], COLOURS["h"], COLOURS["c"]
OURS = COLOURS["ours"]
FORGET, INPUT, OUTPUT, CANDIDATE = (COLOURS[name] for name in ["forget", "input", "output", "candidate"])


def tint(colour: str, share: float = 0.3) -> tuple:
    """The colour thinned with white: black letters on it can be read."""
    return tuple(1 - share * (1 - part) for part in to_rgb(colour))


def rounded(axis, left, bottom, width, height, radius, **look):
    axis.add_patch(FancyBboxPatch((left, bottom), width, height, f"round,pad=0,rounding_size={radius}", **look))


DRAWINGS = {}


def drawing(name, height, *settings, title=""):
    """Name a function that draws onto a card of this height, under a title if there is one."""

    def keep(function):
        DRAWINGS[name] = function, height, settings, title
        return function

    return keep


def grow(axis):
    """What is drawn from here on is a layer of its own, which a slide shows with the next key."""
    stages = {artist.get_gid() for artist in axis.get_children()} - {None}
    for artist in axis.get_children():
        artist.set_gid(artist.get_gid() or f"stage {len(stages)}")


def label(axis, x, y, text, colour=INK, size=24, ha="center", **kw):
    """One or more lines of text, centred on y by their letters without tails."""
    lines = text.split("\n")
    for k, line in enumerate(lines):
        base = y - 0.33 * size + 1.2 * size * ((len(lines) - 1) / 2 - k)
        axis.text(x, base, line, ha=ha, va="baseline", fontsize=0.72 * size, color=colour, zorder=5, **kw)


def box(axis, x, y, text="", colour=WHITE, width=84, height=46, size=24, share=0.3, edge=None, lw=1.6):
    """A rounded box centred on (x, y), filled with a share of its colour; its edge has the colour itself."""
    fill = tint(colour, share)
    edge = edge or (INK if colour == WHITE else colour)
    rounded(axis, x - width / 2, y - height / 2, width, height, min(8, height / 5), fc=fill, ec=edge, lw=lw, zorder=3)
    label(axis, x, y, text, WHITE if sum(fill) < 1.5 else INK, size)


def circle(axis, x, y, sign, edge=INK):
    """An operation, unit by unit. Its edge is equally far from wherever an arrow comes."""
    axis.add_patch(Circle((x, y), RADIUS, fc=WHITE, ec=edge, lw=1.6, zorder=3))
    label(axis, x, y, sign, size=28)


def arrow(axis, *points, colour=INK, width=2.0, over=False, ls="-"):
    """An arrow along the points. over: it has a white rim, and passes over the lines that it crosses."""
    look = {"path": Line(points), "joinstyle": "miter", "capstyle": "butt", "shrinkA": 0, "shrinkB": 0}
    if over:
        axis.add_patch(FancyArrowPatch(**look, arrowstyle="-", lw=width + 5, color=WHITE, zorder=2.4))
    head = {"arrowstyle": "-|>", "mutation_scale": 13 + width}
    axis.add_patch(FancyArrowPatch(**look, **head, lw=width, ls=ls, color=colour, zorder=2.5 if over else 2))


def drawn(name, on_card=True):
    """The axis with one diagram on it.

    on_card: on a card with round corners, which on a dark page keeps its letters off the edge, and under its title.
    """
    function, height, settings, title = DRAWINGS[name]
    height -= 60 * bool(title and not on_card)
    figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=200, facecolor="none")  # two pixels a unit
    axis = figure.add_axes([0, 0, 1, 1])
    axis.set(xlim=(0, WIDTH), ylim=(0, height))
    axis.axis("off")
    if on_card:
        rounded(axis, 0, 0, WIDTH, height, 18, fc=WHITE, ec="none", zorder=-1)
    if on_card and title:
        label(axis, WIDTH / 2, height - 34, title, size=26, weight="bold")
    function(axis, *settings)
    return axis


def draw(name, file):
    """Draw one diagram into a PNG of its 256 most frequent colours, which is a third of the bytes.

    The file also keeps the letters in it, since another Matplotlib may draw the same ones some pixels beside.
    """
    with rc_context(TYPE):
        axis = drawn(name)
        board = FigureCanvasAgg(axis.figure)
        board.draw()
    notes = PngInfo()
    notes.add_text("Software", f"Matplotlib {matplotlib.__version__}")
    notes.add_itxt("Labels", "\n".join(text.get_text() for text in axis.texts))
    pixels = np.asarray(board.buffer_rgba())
    colours, place, count = np.unique(pixels.view(np.uint32), return_inverse=True, return_counts=True)
    colours = colours.view(np.uint8).reshape(-1, 4)
    palette = colours[count.argsort()[:-257:-1]]
    nearest = ((colours[:, None].astype(int) - palette) ** 2).sum(2).argmin(1).astype(np.uint8)
    image = Image.fromarray(nearest[place].reshape(pixels.shape[:2]), "P")
    image.putpalette(palette.tobytes(), "RGBA")
    image.save(file, optimize=True, pnginfo=notes)


@drawing("rnn-unrolled", 430)
def rnn_unrolled(axis):
    label(axis, 20, 396, say("the network"), weight="bold", ha="left")
    label(axis, 470, 396, say("the same, unrolled"), weight="bold")
    bottom, middle, top = 95, 205, 312

    def step(column, t, width, size):
        arrow(axis, (column, bottom + 23), (column, middle - 33), colour=X)
        arrow(axis, (column, middle + 33), (column, top - 23), colour=H)
        box(axis, column, bottom, f"$x_{t}$", X, 60, size=28)
        box(axis, column, middle, "RNN", width=width, height=66, size=size)
        box(axis, column, top, f"$h_{t}$", H, 60, size=28)

    step(64, "t", 84, 24)
    arrow(axis, (106, middle + 18), (132, middle + 18), (132, middle - 18), (107, middle - 18), colour=H)
    label(axis, 140, middle, "$h_{t-1}$", H, 28, ha="left")
    label(axis, 222, middle, "=", size=34)
    box(axis, 278, middle, "$h_0$", H, 60, size=28)
    label(axis, 278, middle - 42, "= 0")
    for i, word in enumerate(["oil", "prices", "fall", "again"], 1):
        grow(axis)
        column = 278 + 87 * i
        label(axis, column, 40, word)
        arrow(axis, (column - 57, middle), (column - 31, middle), colour=H)
        step(column, i, 62, 23)
    label(axis, 470, 362, say("four cells, one set of weights"))


@drawing("rnn-classifier", 500)
def rnn_classifier(axis):
    stages = [(say("token ids"), WHITE, "[B, T]"), (say("word vectors"), X, "[B, T, E]")]
    stages += [(say("states"), H, "[B, T, H]"), (say("mean state"), H, "[B, H]"), ("logits", WHITE, "[B, K]")]
    steps = ["nn.Embedding", "nn.RNN", say("mean over the tokens"), "nn.Linear"]
    for i, (text, colour, shape) in enumerate(stages):
        y = 460 - 105 * i
        box(axis, 105, y, text, colour, 170, 50)
        label(axis, 206, y, shape, ha="left")
        if i:
            arrow(axis, (105, y + 80), (105, y + 26), colour=[INK, X, H, H][i - 1])
            label(axis, 130, y + 53, steps[i - 1], ha="left", weight="bold")
    meanings = [say("texts"), say("tokens at most"), say("numbers per word"), say("numbers per state"), say("classes")]
    for y, letter, meaning in zip(range(390, 100, -70), "BTEHK", meanings):
        label(axis, 418, y, letter, weight="bold", ha="left")
        label(axis, 448, y, meaning, ha="left")


def frame(axis, left, bottom, right, top):
    """The border of a cell: what is outside of it comes in or goes out."""
    look = {"fc": tint(COLOURS["pads"], 0.2), "ec": COLOURS["grey"], "lw": 1.5, "zorder": 0}
    rounded(axis, left, bottom, right - left, top - bottom, 14, **look)


@drawing("rnn-cell", 400)
def rnn_cell(axis):
    label(axis, WIDTH / 2, 364, r"$h_t = \tanh(W_x\,x_t + W_h\,h_{t-1} + b)$", size=32)
    frame(axis, 158, 22, 530, 326)
    high, low, middle = 270, 108, 189
    state = (high, H, "$h_{t-1}$", say("old state\n[H]"), "$W_h$", "[H, H]")
    word = (low, X, "$x_t$", say("word vector\n[E]"), "$W_x$", "[H, E]")
    for y, colour, vector, name, weights, shape in (state, word):
        box(axis, 78, y, vector, colour, size=28)
        label(axis, 78, y - 56, name)
        arrow(axis, (120, y), (193, y), colour=colour)
        box(axis, 235, y, weights, size=28)
        label(axis, 235, y - 42, shape)
    circle(axis, 350, middle, "$+$")
    box(axis, 350, 65, "$b$", width=52, size=28)
    box(axis, 460, middle, "tanh")
    box(axis, 608, middle, "$h_t$", H, size=28)
    label(axis, 608, middle - 56, say("new state\n[H]"))
    arrow(axis, (277, high), (350, high), (350, middle + RADIUS))
    arrow(axis, (277, low), (304, low), (304, middle), (350 - RADIUS, middle))
    arrow(axis, (350, 88), (350, middle - RADIUS))
    arrow(axis, (350 + RADIUS, middle), (418, middle))
    arrow(axis, (502, middle), (566, middle), colour=H)


RAIL, GATE, BUS = 352, 160, 98  # the heights of the state, the gates, and the line of what every gate reads


def gated_cell(axis, inputs, last):
    """The border of an LSTM or GRU, what comes in at which height, and the line up to the last gate."""
    frame(axis, 130, 30, 572, 400)
    for y, sign, colour, name in [*inputs, (BUS, "x_t", X, say("word\nvector"))]:
        box(axis, 68, y, f"${sign}$", colour, size=28)
        label(axis, 68, y - 55, name)
    arrow(axis, (110, BUS), (134, BUS), colour=X)
    axis.plot([202, last], [BUS, BUS], color=INK, lw=2, solid_capstyle="projecting", zorder=2)
    box(axis, 168, BUS, "$[h, x]$", width=68, height=44, size=26)


@drawing("lstm-forget", 505, 1, say("forget"), r"$f = \sigma(W_f\,[h, x] + b_f)$")
@drawing("lstm-input", 505, 2, say("input"), "$i = \\sigma(W_i\\,[h, x] + b_i)$\n$g = \\tanh(W_g\\,[h, x] + b_g)$")
@drawing("lstm-cell", 505, 3, say("cell state"), r"$c_t = f \odot c_{t-1} + i \odot g$")
@drawing("lstm-output", 505, 4, say("output"), "$o = \\sigma(W_o\\,[h, x] + b_o)$\n$h_t = o \\odot \\tanh(c_t)$")
def lstm_stage(axis, stage, name, formula):
    """The LSTM cell, what belongs to a later stage drawn pale. 1 forget, 2 input, 3 cell state, 4 output."""
    label(axis, 26, 452, f"{stage}. {name}", size=26, weight="bold", ha="left")
    label(axis, 410, 452, formula, size=31)
    inside, forget, input_, middle, candidate, output = 236, 220, 309, 359, 409, 512
    inputs = [(RAIL, "c_{t-1}", C, say("cell\nstate")), (232, "h_{t-1}", H, say("hidden\nstate"))]
    gated_cell(axis, inputs, [forget, candidate, candidate, output][stage - 1])
    arrow(axis, (110, 232), (168, 232), (168, BUS + 22), colour=H)

    def shade(first, colour):
        return colour if stage >= first else COLOURS["pads"]

    def operation(first, x, y, sign):
        circle(axis, x, y, sign if stage >= first else "", shade(first, INK))

    def unit(first, x, y, text, colour=WHITE, **kw):
        text, fill = (text, colour) if stage >= first else ("", WHITE)
        box(axis, x, y, text, fill, edge=shade(first, None), **kw)

    # The cell state, along the top.
    arrow(axis, (110, RAIL), (forget - RADIUS, RAIL), colour=C, width=5)
    arrow(axis, (forget + RADIUS, RAIL), (middle - RADIUS, RAIL), colour=shade(1, C), width=5)
    arrow(axis, (middle + RADIUS, RAIL), (582, RAIL), colour=shade(3, C), width=5)
    operation(1, forget, RAIL, r"$\odot$")
    operation(3, middle, RAIL, "$+$")
    unit(3, 624, RAIL, "$c_t$", C, size=28)
    # The gates.
    gates = [(1, forget, "$f$: $\\sigma$", FORGET, say("forget")), (2, input_, "$i$: $\\sigma$", INPUT, say("input"))]
    gates += [(2, candidate, "$g$: tanh", CANDIDATE, say("candidate"))]
    gates += [(4, output, "$o$: $\\sigma$", OUTPUT, say("output"))]
    for first, x, text, colour, name in gates:
        unit(first, x, GATE, text, colour, width=92 if colour == CANDIDATE else 80)
        if stage >= first:
            arrow(axis, (x, BUS), (x, GATE - 23))
            label(axis, x, 60, name)
    # What they do to the cell state.
    arrow(axis, (forget, GATE + 23), (forget, RAIL - RADIUS), colour=shade(1, FORGET))
    arrow(axis, (input_, GATE + 23), (input_, inside), (middle - RADIUS, inside), colour=shade(2, INPUT))
    arrow(axis, (candidate, GATE + 23), (candidate, inside), (middle + RADIUS, inside), colour=shade(2, CANDIDATE))
    arrow(axis, (middle, inside + RADIUS), (middle, RAIL - RADIUS), colour=shade(2, INK))
    operation(2, middle, inside, r"$\odot$")
    # What shows of it.
    arrow(axis, (output, RAIL), (output, 322), colour=shade(4, C))
    arrow(axis, (output, 282), (output, inside + RADIUS), colour=shade(4, INK))
    arrow(axis, (output, GATE + 23), (output, inside - RADIUS), colour=shade(4, OUTPUT))
    arrow(axis, (output + RADIUS, inside), (582, inside), colour=shade(4, H))
    unit(4, output, 302, "tanh", height=40)
    operation(4, output, inside, r"$\odot$")
    unit(4, 624, inside, "$h_t$", H, size=28)


@drawing("gru", 505)
def gru(axis):
    label(axis, WIDTH / 2, 458, r"$h_t = z \odot h_{t-1} + (1 - z) \odot n$", size=32)
    inside, update, reset, new = 240, 226, 330, 490
    middle = (reset + new) / 2
    gated_cell(axis, [(RAIL, "h_{t-1}", H, say("hidden\nstate"))], new)
    arrow(axis, (168, RAIL), (168, BUS + 22), colour=H)
    arrow(axis, (110, RAIL), (update - RADIUS, RAIL), colour=H, width=5)
    arrow(axis, (update + RADIUS, RAIL), (new - RADIUS, RAIL), colour=H, width=5)
    arrow(axis, (new + RADIUS, RAIL), (582, RAIL), colour=H, width=5)
    circle(axis, update, RAIL, r"$\odot$")
    circle(axis, new, RAIL, "$+$")
    gates = [(update, "$z$: $\\sigma$", FORGET, say("update")), (reset, "$r$: $\\sigma$", WHITE, say("reset"))]
    for x, text, colour, name in [*gates, (new, "$n$: tanh", CANDIDATE, pgettext("GRU", "candidate"))]:
        arrow(axis, (x, BUS), (x, GATE - 23))
        box(axis, x, GATE, text, colour, width=92)
        label(axis, x, 60, name)
    arrow(axis, (reset + 46, GATE), (middle - RADIUS, GATE))
    arrow(axis, (middle, BUS), (middle, GATE - RADIUS), colour=H)
    circle(axis, middle, GATE, r"$\odot$")
    arrow(axis, (middle + RADIUS, GATE), (new - 46, GATE))
    arrow(axis, (new, BUS), (new, GATE - 23), colour=X)
    label(axis, middle + 12, 120, "$h$", H, ha="left")
    label(axis, new + 12, 120, "$x$", X, ha="left")
    arrow(axis, (update, inside), (new - RADIUS, inside), colour=FORGET)
    arrow(axis, (update, GATE + 23), (update, RAIL - RADIUS), colour=FORGET)
    label(axis, reset, inside + 26, "$1 - z$", size=28)
    arrow(axis, (new, GATE + 23), (new, inside - RADIUS), colour=CANDIDATE)
    arrow(axis, (new, inside + RADIUS), (new, RAIL - RADIUS))
    circle(axis, new, inside, r"$\odot$")
    box(axis, 624, RAIL, "$h_t$", H, size=28)
    label(axis, 624, RAIL - 55, say("hidden\nstate"))


TEXTS = [[1, 2, 3, 4, 5], [6, 7, 8], [9]]
SHARES = [1, 0.5, 0.15]  # all of them are input: one blue, a tint of it for each text


def token(axis, x, y, row, number, width):
    box(axis, x, y, str(number), X, width, size=26, share=SHARES[row], edge=INK)


@drawing("packed-batch", 530)
def packed_batch(axis):
    label(axis, 20, 494, say("padded: one row per text"), COLOURS["padded"], 26, "left", weight="bold")
    label(axis, 660, 494, say("15 places, 9 tokens"), ha="right")
    label(axis, 130, 450, say("step"), ha="right")
    for step in range(5):
        x = 186 + 70 * step
        label(axis, x, 450, str(step + 1))
        for row, text in enumerate(TEXTS):
            y = 406 - 54 * row
            if step < len(text):
                token(axis, x, y, row, text[step], 64)
            else:
                box(axis, x, y, say("pad"), COLOURS["pads"], 64, share=1)
    for row in range(3):
        label(axis, 130, 406 - 54 * row, say("text {}").format(row + 1), ha="right")
    grow(axis)
    label(axis, 20, 226, say("packed: column after column"), COLOURS["packed"], 26, "left", weight="bold")
    label(axis, 660, 226, say("9 places, 9 tokens"), ha="right")
    label(axis, 150, 182, say("step"), ha="right")
    label(axis, 150, 138, "data", ha="right", weight="bold")
    label(axis, 150, 70, "batch_sizes", ha="right", weight="bold")
    x = 168
    for step in range(5):
        column = [(row, text[step]) for row, text in enumerate(TEXTS) if step < len(text)]
        start = x
        grow(axis)
        for row, number in column:
            token(axis, x + 21, 138, row, number, 42)
            x += 45
        middle = (start + x - 3) / 2
        label(axis, middle, 182, str(step + 1))
        axis.plot([start + 3, x - 6], [105, 105], color=INK, lw=2)
        box(axis, middle, 70, str(len(column)), width=42, height=42)
        x += 20
    label(axis, 400, 28, say("batch_sizes: how many texts still run"))


@drawing("two-directions", 516, title=say("two directions, one from each end"))
def two_directions(axis):
    low, high, states = 196, 290, 388
    columns = [203 + 128 * i for i in range(4)]
    for column, i, word in zip(columns, range(1, 5), ["oil", "prices", "fall", "again"]):
        label(axis, column, 34, word)
        box(axis, column, 88, f"$x_{i}$", X, 120, size=28)
    for y, name, side, share in [(high, say("forward"), -1, 0.3), (low, say("backward"), 1, 1)]:
        if side == 1:
            grow(axis)
        label(axis, 14, y, name, ha="left", weight="bold")
        start = columns[0 if side < 0 else 3] + 31 * side
        arrow(axis, (start + 54 * side, y), (start + 29 * side, y), colour=H)
        for i, column in enumerate(columns):
            x = column + 31 * side
            arrow(axis, (x, 111), (x, y - 22), colour=X)
            box(axis, x, y, "RNN", H, 58, 44, 22, share)
            if i < 3:
                ends = [(x + 30, y), (x + 98, y)]
                arrow(axis, *ends[::-side], colour=H, over=True)
    grow(axis)
    for y, name in [(states, say("joined")), (states + 48, say("has read"))]:
        label(axis, 14, y, name, ha="left", weight="bold")
    for i, column in enumerate(columns, 1):
        for side, y, share, sign, read in [(-1, high, 0.3, "right", i), (1, low, 1, "left", 5 - i)]:
            x = column + 31 * side
            arrow(axis, (x, y + 22), (x, states - 27), colour=H)
            box(axis, x, states, "", H, 60, 56, share=share)
            label(axis, x, states - 5, rf"$\over{sign}arrow{{h}}_{i}$", WHITE if share == 1 else INK, 27)
            label(axis, x, states + 48, str(read))


@drawing("layer-stack", 650, title=say("layer 2 reads both directions of layer 1"))
def layer_stack(axis):
    columns = {170: "oil", 286: "prices", 402: "fall"}

    def layer(y, name, below, colour, above):
        """Two directions over the tokens; they read what ends at `below`, their states go up to `above`."""
        label(axis, 16, y, name, weight="bold", ha="left")
        label(axis, 484, y + 28, say("H forward"), ha="left")
        label(axis, 484, y - 28, say("H backward"), ha="left")
        for column in columns:
            left, right = column - 27, column + 27
            axis.plot([column, column], [below, below + 26], color=colour, lw=2, zorder=2)
            for x, end in [(left, y + 8), (right, y - 48)]:
                arrow(axis, (column, below + 26), (x, below + 26), (x, end), colour=colour)
            arrow(axis, (left, y + 48), (left, above), colour=H)
            arrow(axis, (right, y - 8), (right, above), colour=H)
            if column < 402:
                arrow(axis, (left + 24, y + 28), (left + 92, y + 28), colour=H, over=True)
                arrow(axis, (right + 92, y - 28), (right + 24, y - 28), colour=H, over=True)
            box(axis, left, y + 28, "", H, 48, 40)
            box(axis, right, y - 28, "", H, 48, 40, share=1)

    layer(210, say("layer 1"), 97, X, 293)
    layer(442, say("layer 2"), 331, H, 525)
    for i, (column, word) in enumerate(columns.items(), 1):
        label(axis, column, 28, word)
        box(axis, column, 76, f"$x_{i}$", X, 104, 42, 28)
        for y in (312, 544):
            box(axis, column - 26, y, "", H, 52, 38)
            box(axis, column + 26, y, "", H, 52, 38, share=1)
    label(axis, 16, 312, say("joined"), weight="bold", ha="left")
    label(axis, 16, 544, pgettext("layer", "output"), weight="bold", ha="left")
    for y, number in [(76, "E"), (312, "2H"), (544, "2H")]:
        label(axis, 484, y, say("{} numbers").format(number), ha="left")
    grow(axis)
    for y, name in [(109, "nn.Dropout"), (343, "dropout=…"), (577, "nn.Dropout")]:
        axis.plot([110, 474], [y, y], color=COLOURS["grey"], lw=2, ls="--", zorder=1)
        label(axis, 484, y, name, ha="left")


@drawing("output-and-h-n", 470)
def output_and_h_n(axis):
    """The numbers are those of the counting network of lesson 4: 1, 10, 100, 1000 a step."""
    label(axis, 262, 434, "output: [B, T, 2H]", size=26, weight="bold")
    label(axis, 262, 398, say("top layer, every step"))
    label(axis, 560, 434, "h_n: [4, B, H]", size=26, weight="bold")
    label(axis, 560, 398, say("each direction’s end"))
    forward, backward = 296, 240
    label(axis, 14, forward, say("forward"), ha="left")
    label(axis, 14, backward, say("backward"), ha="left")
    for step in range(5):
        column = 160 + 57 * step
        label(axis, column, 346, str(step + 1))
        box(axis, column, forward, str(100 * (step + 1)), H, 54, 50, 20, edge=INK, lw=4 if step == 4 else 1.2)
        box(axis, column, backward, str(1000 * (5 - step)), H, 54, 50, 20, 1, edge=INK, lw=4 if step == 0 else 1.2)
    rows = [say("layer 1 →\nrow 0"), say("layer 1 ←\nrow 1")]
    rows += [say("layer 2 →\nrow 2 or −2"), say("layer 2 ←\nrow 3 or −1")]
    for k, (name, value) in enumerate(zip(rows, [5, 50, 500, 5000])):
        y = 340 - 78 * k
        box(axis, 494, y, str(value), H, 74, 52, 24, share=k % 2 or 0.3, edge=INK, lw=4 if k > 1 else 1.2)
        label(axis, 542, y, name, ha="left", size=23)
    arrow(axis, (416, forward), (436, forward), (436, 184), (456, 184), colour=H, width=3)
    arrow(axis, (160, backward - 26), (160, 106), (456, 106), colour=H, width=3)
    label(axis, WIDTH / 2, 36, say("B = 1, T = 5, H = 1; 4 = 2 layers · 2 directions"))


@drawing("the-trap", 400)
def the_trap(axis):
    """The counting network of lesson 4 on a text of three tokens, packed with a longer one."""
    forward, backward = 250, 190
    label(axis, 20, 358, "output", size=26, weight="bold", ha="left")
    label(axis, 14, forward, say("forward"), ha="left")
    label(axis, 14, backward, say("backward"), ha="left")
    for step in range(5):
        column, real = 180 + 92 * step, step < 3
        if real:
            label(axis, column, 310, say("token {}").format(step + 1))
        values = (step + 1, 10 * (3 - step)) if real else (0, 0)
        for y, value, share, end in [(forward, values[0], 0.3, 2), (backward, values[1], 1, 0)]:
            style = {"share": share, "edge": INK, "lw": 4 if step == end else 1.2} if real else {"share": 1}
            box(axis, column, y, str(value), H if real else COLOURS["pads"], 78, 50, **style)
    label(axis, 502, 310, say("padding"))
    ends = {180: say("end of\nbackward"), 364: say("own last\ntoken"), 548: say("output[:, -1]\nzeros")}
    for column, text in ends.items():
        arrow(axis, (column, 104), (column, 160), width=3)
        label(axis, column, 66, text)


@drawing("three-readers", 650)
def three_readers(axis):
    """Where the answer for "new" comes from: a window, a reader that is one token late, two directions."""
    words = ["in", "the", "new", "york", "mets", "game"]
    columns = [190 + 88 * i for i in range(len(words))]
    answer = columns[2]
    window, delayed, both = 478, 254, 30
    for name, low, count in [(say("window"), window, 5), (say("late"), delayed, 4), (say("two-way"), both, 6)]:
        label(axis, 14, low + 66, name, size=26, weight="bold", ha="left")
        if low != window:
            axis.plot([14, 680], [low + 180, low + 180], color=COLOURS["pads"], lw=2)
        for i, (word, column) in enumerate(zip(words, columns)):
            colour, edge = (X, X) if i < count else (WHITE, COLOURS["pads"])
            box(axis, column, low, word, colour, 78, 44, edge=edge)
        box(axis, answer, low + 136, "New", OURS, 84, 46)

    def states(low, which, share=0.3):
        for i in which:
            arrow(axis, (columns[i], low + 22), (columns[i], low + 46), colour=X)
            box(axis, columns[i], low + 66, "", H, 56, 38, share=share)
        for a, b in zip(which, which[1:]):
            side = 28 if b > a else -28
            arrow(axis, (columns[a] + side, low + 66), (columns[b] - side, low + 66), colour=H)

    for column in columns[:5]:
        arrow(axis, (column, window + 22), (answer + 0.16 * (column - answer), window + 112), colour=X)
    grow(axis)
    states(delayed, [0, 1, 2, 3])
    last = columns[3]
    arrow(axis, (last, delayed + 86), (last, delayed + 136), (answer + 43, delayed + 136), colour=H, width=3)
    grow(axis)
    states(both, [0, 1])
    states(both, [5, 4, 3], share=1)
    arrow(axis, (answer, both + 22), (answer, both + 46), colour=X)
    for neighbour, side, share in [(columns[1], -1, 0.3), (columns[3], 1, 1)]:
        box(axis, answer + 20 * side, both + 66, "", H, 36, 38, share=share)
        arrow(axis, (neighbour - 28 * side, both + 66), (answer + 38 * side, both + 66), colour=H)
    arrow(axis, (answer, both + 86), (answer, both + 112), colour=H, width=3)


@drawing("glove-start", 600)
def glove_start(axis):
    label(axis, 150, 564, "GloVe", size=26, weight="bold")
    label(axis, 150, 530, say("400,000 words"))
    label(axis, 470, 564, "nn.Embedding", size=26, weight="bold")
    label(axis, 470, 530, say("a row for each word of ours"))
    heights = [480, 426, 372, 318, 264]
    for word, y in zip(["oil", "…", "striker", "…", "bitcoin"], heights):
        label(axis, 110, y, word, ha="right")
        if word != "…":
            box(axis, 180, y, "", X, 120, 40)
    frame(axis, 360, 234, 662, 510)
    rows = {"<unk>": say("random"), "<pad>": say("zeros"), "oil": "", "$1": say("random"), "striker": ""}
    for (word, text), y in zip(rows.items(), heights):
        box(axis, 432, y, text, WHITE if text else X, 120, 40)
        label(axis, 508, y, word, ha="left")
    arrow(axis, (242, heights[0]), (371, heights[2]), colour=X, width=3)
    arrow(axis, (242, heights[2]), (371, heights[4]), colour=X, width=3)
    label(axis, 310, 482, say("copied\nonce"))
    box(axis, WIDTH / 2, 46, say("the network"), width=640, height=52)
    arrow(axis, (384, 234), (384, 73), colour=X, width=3)
    label(axis, 372, 150, say("vectors"), ha="right")
    grow(axis)
    for x, top, name in [(420, 234, say("fine-tuned")), (562, 174, say("frozen"))]:
        arrow(axis, (x, 72), (x, top), width=3)
        label(axis, x + 10, 128, say("gradient:\n{}").format(name), ha="left", size=23)
    axis.plot([542, 582], [178, 178], color=INK, lw=6, solid_capstyle="butt")


@drawing("gradient-chain", 520, title=say("the way back: one factor per step"))
def gradient_chain(axis):
    low, middle, high = 206, 300, 374

    def part(above, below):
        return rf"\dfrac{{\partial {above}}}{{\partial {below}}}"

    for i in range(1, 5):
        column = 130 * i - 30
        above = "L" if i == 4 else f"h_{i + 1}"
        arrow(axis, (column, low + 23), (column, middle - 23), colour=X)
        arrow(axis, (column + 31, middle), (column + 99, middle), colour=H)
        back = [(column + 114, middle + 23), (column + 114, high), (column + 14, high), (column + 14, middle + 23)]
        arrow(axis, *back, width=2.5)
        label(axis, column + 64, high + 42, f"${part(above, f'h_{i}')}$", size=28)
        box(axis, column, low, f"$x_{i}$", X, 62, size=28)
        box(axis, column, middle, f"$h_{i}$", H, 62, size=28)
    box(axis, 620, middle, "$L$", width=62, size=28)
    arrow(axis, (84, middle - 23), (84, low + 23), width=2.5)
    label(axis, 46, (low + middle) / 2, f"${part('h_1', 'x_1')}$", size=28)
    factors = [part("L", "h_4"), part("h_4", "h_3"), part("h_3", "h_2"), part("h_2", "h_1"), part("h_1", "x_1")]
    product = r"\,".join(factors)
    label(axis, WIDTH / 2, 126, f"${part('L', 'x_1')} = {product}$", size=28)
    each = r"$\dfrac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\, W_h$"
    label(axis, WIDTH / 2, 46, each, size=28)


@drawing("stream-windows", 400, title=say("truncated: values go on, gradients end"))
def stream_windows(axis):
    low, middle, high = 116, 216, 284
    columns = [74 + 104 * i + 12 * (i > 2) for i in range(6)]
    for k, name in enumerate([say("piece 1"), say("piece 2")]):
        left, right = columns[3 * k] - 46, columns[3 * k + 2] + 46
        rounded(axis, left, 76, right - left, 230, 10, fc="none", ec=INK, lw=1.6, ls="--", zorder=1)
        label(axis, (left + right) / 2, 330, name)
    for i, column in enumerate(columns):
        arrow(axis, (column, low + 23), (column, middle - 23), colour=X)
        if i < 5:
            arrow(axis, (column + 31, middle), (columns[i + 1] - 31, middle), colour=H, over=i == 2)
        if i not in (2, 5):
            ahead = columns[i + 1]
            back = [(ahead - 12, middle + 23), (ahead - 12, high), (column + 12, high), (column + 12, middle + 23)]
            arrow(axis, *back, width=2.5)
        box(axis, column, low, f"$x_{i + 1}$", X, 62, size=28)
        box(axis, column, middle, f"$h_{i + 1}$", H, 62, size=28)
    label(axis, (columns[2] + columns[3]) / 2, 44, "detach", weight="bold")
    arrow(axis, ((columns[2] + columns[3]) / 2, 62), ((columns[2] + columns[3]) / 2, middle - 12), width=2.0)


@drawing("one-length-or-packed", 600, title=say("run_rnn: do all texts have the same length?"))
def one_length_or_packed(axis):
    packed = ["pack_padded_sequence", "rnn(packed)", "pad_packed_sequence"]
    ways = [(164, [4, 4, 4], say("yes"), {210: "rnn(vectors)"}, COLOURS["real"])]
    ways += [(510, [5, 3, 1], say("no"), dict(zip([296, 210, 124], packed)), COLOURS["packed"])]
    for middle, lengths, answer, calls, colour in ways:
        label(axis, middle, 514, say("lengths {}").format(lengths))
        for row, length in enumerate(lengths):
            for step in range(max(lengths)):
                x = middle + 46 * (step - (max(lengths) - 1) / 2)
                fill = {"colour": X} if step < length else {"colour": COLOURS["pads"], "share": 1}
                box(axis, x, 472 - 38 * row, width=42, height=32, **fill)
        label(axis, middle + 18, 350, answer, ha="left", weight="bold")
        start = 374
        for y, call in calls.items():
            arrow(axis, (middle, start), (middle, y + 24), width=3)
            box(axis, middle, y, call, colour, 290, 48)
            start = y - 24
        arrow(axis, (middle, start), (middle, 64), width=3)
    box(axis, WIDTH / 2, 40, say("states, last: the same values either way"), H, 640, 48)


ATTENDS = {"color": OURS, "lw": 2, "ls": (0, (4, 2))}  # a line of what attention asks for and brings


def dashed(axis, start, end):
    arrow(axis, start, end, colour=OURS, ls=ATTENDS["ls"])


@drawing("bottleneck", 560)
def bottleneck(axis):
    label(axis, 176, 524, say("the encoder"), weight="bold")
    label(axis, 504, 524, say("the decoder"), weight="bold")
    low, middle, asks, rail, outs, top = 106, 216, 276, 312, 380, 468
    reads, writes = [76, 176, 276], [404, 504, 604]
    for i, (column, letter) in enumerate(zip(reads, "cat"), 1):
        box(axis, column, low, letter, X, 60, size=28)
        arrow(axis, (column, low + 23), (column, middle - 23), colour=X)
        box(axis, column, middle, f"$h_{i}$", H, 60, size=28)
    for left in reads[:2] + writes[:2]:
        arrow(axis, (left + 30, middle), (left + 69, middle), colour=H)
    arrow(axis, (306, middle), (373, middle), colour=H, width=8)
    for i, (column, letter, before) in enumerate(zip(writes, "tac", [say("start"), "t", "a"])):
        box(axis, column, low, before, X, 72, size=26)
        arrow(axis, (column, low + 23), (column, middle - 23), colour=X)
        box(axis, column, middle, f"$s_{i + 1}$", H, 60, size=28)
        arrow(axis, (column - 18, middle + 23), (column - 18, outs - 23), colour=H, over=True)
        box(axis, column, outs, "fc", width=60)
        arrow(axis, (column, outs + 23), (column, top - 23))
        box(axis, column, top, letter, width=60, size=28)
    label(axis, 340, middle - 40, "$h_3, c_3$", size=26)
    grow(axis)
    for column in reads:
        dashed(axis, (column, middle + 25), (column, asks - 13))
    box(axis, 176, (asks + rail) / 2, say("attention"), OURS, width=270, height=62)
    axis.plot([313, writes[-1] + 18], [rail, rail], **ATTENDS, zorder=1)
    dashed(axis, (writes[-1], asks), (313, asks))  # the queries
    for column in writes:
        axis.plot([column, column], [middle + 23, asks], **ATTENDS, zorder=1)
        dashed(axis, (column + 18, rail), (column + 18, outs - 23))
    label(axis, WIDTH / 2, 40, say("a query goes to the left, a context vector comes back"), OURS)


@drawing("attention", 640)
def attention(axis):
    columns, weights = [216, 346, 476, 606], [0.02, 0.48, 0.02, 0.48]
    key_row, score_row, weight_row, value_row, context_row = 52, 204, 356, 446, 592
    names = {key_row: say("keys"), score_row: say("scores"), weight_row: say("weights"), value_row: say("values")}
    for y, name in {**names, context_row - 16: say("context\nvector")}.items():
        label(axis, 20, y, name, weight="bold", ha="left")
    label(axis, 20, 166, say("query"), weight="bold", ha="left")
    box(axis, 62, 122, "0 3 0", H, 90)
    axis.plot([107, columns[-1]], [122, 122], color=H, lw=2, zorder=1)
    box(axis, WIDTH / 2 + 70, 280, "softmax", width=476, height=40)
    box(axis, WIDTH / 2 + 70, 522, say("sum"), width=476, height=40)
    keys, values = ["1 0 0", "0 1 0", "0 0 1", "0 1 1"], [10, 20, 30, 80]
    for column, key, score, weight, value in zip(columns, keys, "0303", weights, values):
        box(axis, column, key_row, key, H, 90)
        arrow(axis, (column, 75), (column, 122 - RADIUS))
        circle(axis, column, 122, "·", H)
        arrow(axis, (column, 122 + RADIUS), (column, 181))
        box(axis, column, score_row, score, width=70)
        arrow(axis, (column, 227), (column, 260))
        arrow(axis, (column, 300), (column, 333), colour=OURS)
        box(axis, column, weight_row, f"{weight}", OURS, 80, share=weight)
        arrow(axis, (column, 379), (column, 446 - RADIUS), colour=OURS, width=2 + 6 * weight)
        circle(axis, column, 446, "×", OURS)
        box(axis, column - 58, 446, f"{value}", H, 50, 40)
        arrow(axis, (column - 33, 446), (column - RADIUS, 446), colour=H)
        arrow(axis, (column, 446 + RADIUS), (column, 502), colour=OURS, width=2 + 6 * weight)
    arrow(axis, (WIDTH / 2 + 70, 542), (WIDTH / 2 + 70, 569), colour=OURS)
    box(axis, WIDTH / 2 + 70, context_row, "48.6", OURS, 110)


@drawing("scan-tree", 430, title=say("eight steps, joined in three passes"))
def scan_tree(axis):
    columns, rows = [88 + 80 * t for t in range(8)], [56, 148, 240, 332]
    for level, (y, reach) in enumerate(zip(rows, [1, 2, 4, 8])):
        if level:
            grow(axis)
        label(axis, 10, y, f"{level}" if level else "", ha="left", weight="bold")
        for t, column in enumerate(columns):
            done = t + 1 <= reach  # it covers all steps from the first one on
            box(axis, column, y, f"{min(t + 1, reach)}", H if done else WHITE, 52, 44)
            if level:
                arrow(axis, (column, rows[level - 1] + 22), (column, y - 22))
            if level and t >= reach // 2:
                arrow(axis, (columns[t - reach // 2] + 6, rows[level - 1] + 22), (column - 14, y - 22), colour=OURS)


@drawing("transformer-block", 760, title=say("one block, for one of T tokens"))
def transformer_block(axis):
    column, rail = 300, 506
    box(axis, column, 50, say("word vector + position"), X, 350, 46, 27)
    arrow(axis, (column, 73), (column, 131), colour=X)
    starts = 154, 414  # of the half that attends, and of the one that works on each token by itself
    for start in starts:
        for y in (start, start + 88):
            box(axis, column, y, width=290)
        arrow(axis, (column, start + 23), (column, start + 65))
        arrow(axis, (column, start + 111), (column, start + 171 - RADIUS))
        circle(axis, column, start + 171, "+")
        turn = start - 48  # the way past both
        arrow(axis, (column, turn), (rail, turn), (rail, start + 171), (column + RADIUS, start + 171), colour=H)
    arrow(axis, (column, 325 + RADIUS), (column, 391))
    arrow(axis, (column, 585 + RADIUS), (column, 635))
    box(axis, column, 658, say("the token's new vector"), H, 350, 46, 27)
    for start, name, colour in zip(starts, [say("self-attention"), say("feed-forward layer")], [OURS, WHITE]):
        grow(axis)
        box(axis, column, start, say("layer normalisation"), width=290, size=27)
        box(axis, column, start + 88, name, colour, 290, size=27)
        label(axis, rail + 14, start + 60, say("residual\nconnection"), size=27, ha="left")
        if colour == OURS:
            for y in (222, 242, 262):
                dashed(axis, (130, y), (152, y))
            label(axis, 66, 242, say("keys and\nvalues of\nall tokens"), size=26)


if __name__ == "__main__":
    for name in DRAWINGS:
        draw(name, HERE / f"{name}.png")
