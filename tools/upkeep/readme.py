"""Write the lesson table into README.md, every figure from the saved outputs of the notebooks.

    python -m tools.upkeep.readme

It writes the table between its marks in README.md, and lesson 2's picture, and into INSTRUCTORS.md how long each lesson
takes. A test says when a page and the notebooks disagree.

A lesson's result is a sentence with names in braces: {padded LSTM} becomes the figure that stands behind
"padded LSTM" in what the notebook printed; with the name of a study in its room and a slash in front, in what
that one printed. The time is what tools/upkeep/run_notebooks.py noted in the notebook.
"""

import base64
import re
import sys
from pathlib import Path

import nbformat

from tools.upkeep.minutes import EXERCISE, core_of

ROOT = Path(__file__).resolve().parents[2]

LESSON_FILES = sorted(ROOT.glob("notebooks/*.ipynb"))
PICTURE = "images/gates-over-a-headline.png"

LESSONS = {  # notebook: (title, what you build, result)
    "1-simple-rnn": (
        "Simple RNN",
        "a recurrent step of your own, a masked classifier, its training loop, gradients that vanish and explode",
        "test accuracy: RNN with mean pooling {RNN, mean pooling}, with max pooling {RNN, max pooling}, "
        "bag of embeddings {bag of embeddings}, TF-IDF {TF-IDF}",
    ),
    "2-lstm-gates": (
        "LSTM gates",
        "one step of an LSTM, a recall task that needs a forget-gate bias, writes cut and states exchanged",
        "validation accuracy after one epoch, mean of three seeds: LSTM on padded batches {padded}, without padding "
        "{no padding}, with its gates' biases set as well {no padding, biases 5, -2}",
    ),
    "3-packed-sequences": (
        "Packed sequences",
        "the loop over a packed batch, its four calls and their traps, batches of one length, a faster training loop",
        "test accuracy: LSTM on batches of one length {LSTM on batches of one length, test}, TF-IDF {TF-IDF}",
    ),
    "4-bidirectional-multilayer": (
        "Two directions, several layers",
        "a network that counts, an answer at every word beside simpler models, a fair scoreboard",
        "accuracy at which words begin with a capital: a list {list of forms}, an SVM on n-grams, its threshold "
        "tuned, {n-grams + SVM}, "
        "one-way LSTM {one-way}, one token late {late}, two-way {two-way}",
    ),
    "5-pretrained-embeddings": (
        "Pretrained embeddings",
        "word vectors by skip-gram and by counting, a network that starts from GloVe, its worth with few labels",
        "test accuracy with 100 labels: from random vectors {labels/   100 labels, random}, from GloVe "
        "{labels/   100 labels, GloVe, fine-tuned}, a linear model on GloVe {labels/   100 labels, mean of GloVe}; "
        "with all, the best network of the course {the-last-point/one network, mean}, an ensemble of three "
        "{the-last-point/ensemble, mean} "
        "([how, and what it is worth](notebooks/5-pretrained-embeddings/the-last-point.ipynb)), "
        "the best linear model that we tried {the-last-point/words and characters}",
    ),
    "6-text-generation": (
        "A network that writes",
        "a language model with its training in the open, the baseline that counts, a ladder of both, beam search",
        "perplexity of held-out headlines: 4-grams {4-grams}, a network from random vectors "
        "{random}, from GloVe {from GloVe}; the random one's times that of the 4-grams: "
        "{random few / 4-grams} with 6,000 headlines, {random all / 4-grams} with 20,000",
    ),
    "7-attention-and-after": (
        "Attention, and recurrent networks today",
        "attention by hand, a block that reverses words and writes headlines, recurrence without a loop",
        "share of words of 15 letters written backwards without a fault: from one state at most "
        "{the best without attention}, with attention at least {the worst with attention}; perplexity of a causal "
        "block that writes headlines over that of an LSTM in about half its time: {block / LSTM}",
    ),
}


def printed(path: Path) -> str:
    """All that the cells of a notebook printed. What one cell prints may be saved in several pieces."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return "\n".join("".join(output.get("text", "") for output in cell.outputs) for cell in cells)


def figure(name: str, text: str) -> str:
    """The one figure behind a name at the beginning of a line.

    That is an accuracy, before which a number of weights and one of seconds may stand; or in a table of perplexities
    what stands before the ratio and its interval.
    """
    number = r"(?:[\d,]+ +\d+\.\d +)?([01]\.\d{3,4}\b|\d+\.\d(?= +\d+\.\d\d \())"
    found = set(re.findall(rf"^{re.escape(name)}:?\s+{number}", text, flags=re.M))
    if len(found) != 1:
        raise LookupError(f'"{name}" stands before {len(found)} different figures, not before one')
    return found.pop()


def with_figures(sentence: str, path: Path) -> str:
    """The sentence with a lesson's figures, and those of its appendices, in place of the names in braces."""

    def found(name: re.Match) -> str:
        file = path.with_suffix("") / f"{name[1]}.ipynb" if name[1] else path
        return figure(name[2], printed(file))

    return re.sub(r"\{(?:([\w-]+)/)?(.+?)\}", found, sentence)


def data_line() -> str:
    """Which data the notebooks ran on, in the words of load_dataset. It must be the same for all."""
    pattern = r"^(.*?)(?: \(.*\))?(: [\d,]+ train)(?: articles)?(?: \(drawn from .*\))?( and [\d,]+ test articles)"
    lines = [re.search(pattern, printed(path), flags=re.M) for path in LESSON_FILES]
    found = {"".join(line.groups()) for line in lines if line}
    if len(found) != 1:
        raise LookupError(f"the notebooks ran on different data: {found}")
    return f"Measured on {found.pop()}."


def lesson_table() -> str:
    rows = ["| | lesson | what you build | result | time to run |", "|---|---|---|---|---|"]
    for path in LESSON_FILES:
        if path.stem not in LESSONS:
            raise LookupError(f"{path.name} has no line in LESSONS of tools/upkeep/readme.py")
        title, builds, result = LESSONS[path.stem]
        minutes = f"{nbformat.read(path, as_version=4).metadata.seconds / 60:.1f} min"
        link = f"[{title}](notebooks/{path.name})"
        rows.append(f"| {path.stem[0]} | {link} | {builds} | {with_figures(result, path)} | {minutes} |")
    return "\n".join([*rows, "", data_line()])


def scoreboard() -> str:
    """The table that lesson 4 printed, with the line of its conditions below it."""
    text = printed(ROOT / "notebooks" / "4-bidirectional-multilayer.ipynb")
    table = re.search(r"^model  .*\n(?:.*\d  .*\n?)+", text, flags=re.M)
    conditions = re.search(r"^\d+ seeds?, .* articles.*$", text, flags=re.M)
    if not table or not conditions:
        raise LookupError("lesson 4 printed no scoreboard, or not its conditions")
    header, *rows = [re.split(r"\s{2,}", line.strip()) for line in table[0].strip().splitlines()]
    marks = ["---"] + ["---:"] * (len(header) - 1)
    lines = [f"| {' | '.join(cells)} |" for cells in [header, marks, *rows]]
    return "\n".join([*lines, "", f"For each: {conditions[0]}."])


def picture() -> bytes:
    """The gates over a headline, as lesson 2 draws them and shows them at its beginning."""
    cells = nbformat.read(ROOT / "notebooks" / "2-lstm-gates.ipynb", as_version=4).cells
    cell = next(cell for cell in cells if cell.source.startswith("headline = ("))
    images = [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return base64.b64decode(images[0])


def times_table() -> str:
    """How long the core of each lesson takes for one who reads at home, in minutes."""
    rows = ["| lesson | to read | code | exercises | in all |", "|---|---:|---:|---|---:|"]
    for path in LESSON_FILES:
        core = core_of(nbformat.read(path, as_version=4))
        named = "; ".join(f"{title[0].lower()}{title[1:]}" for title in core.exercises)
        exercises = f"{len(core.exercises)} × {EXERCISE}: {named}"
        rows.append(f"| {path.stem[0]} | {core.reading:.0f} | {core.code:.0f} | {exercises} | {core.minutes:.0f} |")
    return "\n".join(rows)


TABLES = {"README.md": ("lessons", lesson_table), "INSTRUCTORS.md": ("times", times_table)}


def written(page: str) -> str:
    """The text of a page with its table made anew, between its marks."""
    name, make = TABLES[page]
    marks = re.compile(rf"(<!-- {name}: made by `make readme` -->\n).*(\n<!-- end of {name} -->)", flags=re.S)
    text, count = marks.subn(lambda mark: mark[1] + make() + mark[2], (ROOT / page).read_text(encoding="utf-8"))
    if count != 1:
        raise LookupError(f"{page} needs the marks of its table, {marks.pattern}")
    return text


if __name__ == "__main__":
    try:
        made = {page: written(page).encode() for page in TABLES} | {PICTURE: picture()}
    except LookupError as error:
        sys.exit(f"The tables cannot be made: {error}.")
    for name, content in made.items():
        (ROOT / name).write_bytes(content)
