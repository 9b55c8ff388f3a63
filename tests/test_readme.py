"""What README.md, the pages that it leads to, and tests/README.md say of the course is so."""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
import torch

import torchnlp
from tools import pages

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTS = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short_and_its_two_commands_come_first():
    assert len(README.splitlines()) <= 120
    (block,) = re.findall(r"^```\n(.*?)^```$", README.split("## ")[0], flags=re.S | re.M)
    assert re.findall(r"^make \w+", block, flags=re.M) == ["make lab", "make test"]


def test_the_seconds_of_the_readme_stand_in_the_table_of_the_speed_page():
    (said,) = re.findall(r"an epoch of the LSTM took ([\d.]+) seconds, and ([\d.]+) with", README)
    page = (ROOT / "site" / "speed.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| LSTM \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", page, flags=re.M)
    before, now, faster = map(float, row)
    assert tuple(map(float, said)) == (now, before) and abs(before / now - faster) < 0.02 * faster


def read_in_lesson_2(headline):
    """(tokens, classes, the answer after each token, the input gate's units at each), as lesson 2 saved them."""
    cells = nbformat.read(ROOT / "notebooks" / "2-lstm-gates.ipynb", as_version=4).cells
    cell = next(cell for cell in cells if cell.source.startswith("watch(net, headline"))
    page = html.unescape(cell.outputs[0].data["text/html"])
    read, _ = json.JSONDecoder().raw_decode(page[page.index('{"tokens"') :])
    assert read["tokens"] == torchnlp.tokenizer(headline)
    return read["tokens"], read["classes"], torch.tensor(read["probabilities"]), torch.tensor(read["percent"]["input"])


def read_on_the_page(headline):
    """The same for the network of reader.html."""
    reader = pages.Reader()
    read = reader.read(headline)
    with torch.no_grad():
        inside = torchnlp.gates(reader.rnn, reader.embedding(torch.tensor(read["ids"])))
    return read["tokens"], reader.classes, torch.tensor(read["probabilities"]), 100 * inside["input"]


@pytest.mark.parametrize("reading", [read_in_lesson_2, read_on_the_page])
def test_the_words_under_the_picture_are_true_of_it_and_of_the_reader_page(reading):
    tokens, classes, answers, gate = reading(re.search(r'An LSTM reads "(.+?)"\.', README)[1] + ".")
    assert [classes[answers[place].argmax()] for place in (0, -1)] == ["Sports", "Business"]
    for word in ("shares", "wall", "street", "profit"):
        place = tokens.index(word)
        assert answers[place, classes.index("Business")] > answers[place - 1, classes.index("Business")], word
        assert (gate[place] > 30).sum() > 1, word
    for word in ("of", "the"):
        assert (gate[tokens.index(word)] > 30).sum() < 2, word


def test_the_tests_named_in_the_table_exist():
    named = set(re.findall(r"`(test_\w+)`", TESTS))
    written = {
        name for file in FOLDER.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    assert len(named) > 30
    assert named <= written, named - written


def test_every_file_of_tests_has_its_line():
    assert set(re.findall(r"\]\((test_\w+\.py)\)", TESTS)) == {file.name for file in FOLDER.glob("test_*.py")}


def test_the_commands_named_in_the_table_exist():
    for command, part in re.findall(r"`python tests/(\w+\.py) (\w+)`", TESTS):
        assert f'"{part}"' in (FOLDER / command).read_text()
