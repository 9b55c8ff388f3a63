"""Labels of saved plots in other words. They are found by their look, and all else in the picture stays as it was.

matplotlib draws each piece of text once, and puts it down at whole pixels: the same words in the same size look the
same in every plot. So no network has to be trained again for a picture in another language.
"""

import io
from functools import cache
from itertools import product

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from scipy.ndimage import maximum_filter
from scipy.signal import fftconvolve

from torchnlp import STYLE

SIZES, DPI = (13, 15.6), 200  # of the letters in our plots, in points; two pixels a point of STYLE
ALIKE = 0.81  # correlation of a label with its place; with "padding" that of "pudding" is 0.80


@cache
def ink(words: str, size: float) -> np.ndarray:
    """The words as matplotlib draws them: [rows, columns], from 0, nothing, to 1."""
    with rc_context({**STYLE, "figure.constrained_layout.use": False}):
        canvas = FigureCanvasAgg(Figure(figsize=(0.2 + len(words) * size / 60, size / 30), dpi=DPI))
        canvas.figure.text(0.02, 0.4, words, size=size)
        canvas.draw()
    drawn = 1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255
    rows, columns = (drawn.any(axis).nonzero()[0] for axis in (1, 0))
    return drawn.astype(np.float32)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def likeness(picture: np.ndarray, word: np.ndarray) -> np.ndarray:
    """The correlation of a word with each place of a picture where it could begin."""
    (h, w), own = word.shape, word - word.mean()
    sums = [np.pad(part.cumsum(0, float).cumsum(1), ((1, 0), (1, 0))) for part in (picture, picture**2)]
    mean, square = ((s[h:, w:] - s[:-h, w:] - s[h:, :-w] + s[:-h, :-w]) / word.size for s in sums)
    spread = np.sqrt(np.maximum(square - mean**2, 1e-4) * word.size) * np.linalg.norm(own)
    return fftconvolve(picture, own[::-1, ::-1], mode="valid") / spread


def places(views: list[np.ndarray], label: str) -> list[tuple[float, int, int, int, float]]:
    """Where a label stands in one of two views of an RGB picture: likeness, view, row, column, size of its letters."""
    found = []
    dark = [1 - view.mean(2) / 255 for view in views]
    for size, side in product(SIZES, range(2)):
        word = ink(label, size)
        alike = likeness(dark[side], word) if all(np.less(word.shape, dark[side].shape)) else np.zeros((1, 1))
        while not (found and found[0][4] != size) and alike.max() > ALIKE:
            row, column = np.unravel_index(alike.argmax(), alike.shape)
            found.append((alike[row, column], side, row, column, size))
            alike[max(0, row - 9) : row + 9, max(0, column - 9) : column + 9] = 0
        if found and side == 1:
            break
    return found


def room(empty: np.ndarray) -> int:
    """How many columns follow before the first that has something in it."""
    return int(np.append(~empty, True).argmax())


def put(picture: np.ndarray, row: int, column: int, old: np.ndarray, new: np.ndarray, size: float) -> None:
    """One word in the place and colour of another: at the end where a curve or an axis is near, or else centred."""
    (h, w), (high, wide) = old.shape, new.shape
    box = picture[row : row + h, column : column + w]
    colours, counts = np.unique(box[old == 0], axis=0, return_counts=True)
    paper, colour = colours[counts.argmax()], np.median(box[old > 0.95], axis=0)
    around = picture[max(0, row - 2) : row + h + 2, max(0, column - 2) : column + w + 2]
    around[maximum_filter(np.pad(old, 2), 5)[-len(around) :, -around.shape[1] :] > 0] = paper
    empty = (np.abs(picture[row : row + h] - paper).sum(2) < 120).all(0)  # [columns]
    before, after, near = room(empty[:column][::-1]), room(empty[column + w :]), size * DPI / 72
    left = 0 if before < min(1.6 * near, after) else w - wide if after < near else (w - wide) // 2
    top, left = max(0, row + (h - high) // 2), max(0, column + left)
    under = picture[top : top + high, left : left + wide]
    share = new[: under.shape[0], : under.shape[1], None]
    under[:] = under * (1 - share) + colour * share


def relabel(png: bytes, words: dict[str, str]) -> tuple[bytes, list[str]]:
    """The same picture with other labels, each {old: new}; and those that were not found in it."""
    with Image.open(io.BytesIO(png)) as image:
        picture, lacking = np.array(image.convert("RGB")).astype(np.float32), {*words}
    taken = np.zeros(picture.shape[:2], bool)
    views, used = ([array, np.rot90(array, -1)] for array in (picture, taken))  # for words to the right, and upwards
    found = [(len(label), *place, label) for label in words for place in places(views, label)]
    for _, _, side, row, column, size, label in sorted(found, reverse=True):  # "step" stands in "steps back", too
        old, new = ink(label, size), ink(words[label], size)
        if not used[side][row + old.shape[0] // 2, column : column + old.shape[1]].any():
            put(views[side], row, column, old, new, size)
            used[side][row : row + old.shape[0], column : column + old.shape[1]] = True
            lacking -= {label}
    file = io.BytesIO()
    Image.fromarray(picture.round().astype(np.uint8)).quantize(256, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue(), sorted(lacking)
