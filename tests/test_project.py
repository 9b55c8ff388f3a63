"""The project runs on its table and on anybody's."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import torchnlp

ROOT = Path(__file__).resolve().parent.parent
DESK = ROOT / "data" / "service-desk"
NOTEBOOK = ROOT / "notebooks" / "project.ipynb"


def rows_of(name):
    with open(DESK / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_wrong_labels_of_the_notes_are_those_of_the_table():
    notes, table = (ROOT / "notebooks/project/notes.md").read_text(encoding="utf-8"), rows_of("requests")
    wrong = re.findall(r"^\| (\d+) \| (\w+) \| (\w+) \| (.+) \.\.\. \|$", notes, flags=re.M)
    assert wrong
    for line, label, right, begins in wrong:
        row = table[int(line) - 2]  # behind the header, and lines count from 1
        assert row["label"] == label != right and row["text"].startswith(begins)


def run_cell(start, space):
    """Run the notebook's code cell that has these words, in a namespace."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (source,) = (cell.source for cell in cells if cell.cell_type == "code" and start in cell.source)
    exec(source, space)
    return space


@pytest.mark.parametrize("classes, text, offered", [
    (["waste", "streets"], "The lamp in front of our house has been out for a week", True),
    (["waste", "streets"], "Die Laterne vor unserem Haus brennt seit einer Woche nicht", False),
    (torchnlp.AG_NEWS_CLASSES, "The lamp has been out for a week", False),
])  # fmt: skip
def test_the_pretrained_network_is_offered_for_english_texts_that_it_has_not_read(classes, text, offered):
    space = vars(torchnlp) | {"course": ROOT, "nn": torch.nn, "torch": torch, "np": np, "make": None}
    space |= {"classes": classes, "class_weights": lambda *_: None, "train_labels": [], "train_texts": [text]}
    space |= {"vocabulary": ["<unk>", "<pad>", "lamp", "zorblatt"], "words": ["lamp"], "vectors": np.ones((1, 50))}
    for cell in ("class LargerNetwork", "def make_pretrained", "changes = {"):
        run_cell(cell, space)
    assert ("larger, pretrained" in space["changes"]) == offered
    if offered:
        net = space["changes"]["larger, pretrained"][0]()
        start, lamp = space["learnt"]["weights"], space["learnt"]["words"].index("lamp")
        assert net.embedding.weight[2].equal(start["embedding.weight"][lamp].float())
        assert net.rnn.weight_hh_l0.equal(start["rnn.weight_hh_l0"].float())
        assert net(torch.tensor([[2, 3]]), torch.tensor([2])).shape == (1, 2)


def test_the_first_statement_counts_for_its_table_and_its_network(capsys):
    space = {"labels": [0, 1, 1, 1], "parts": {"test": range(4)}, "rows": {"test": None}}
    space |= {"macro_f1": lambda *_: 0.5, "probabilities_of": lambda net, _: torch.eye(2)[net]}

    def says(table, net, stated):
        space.update(TABLE=table, net=net, stated=stated, low=stated - 0.1, high=stated + 0.1)
        run_cell("opened.setdefault", space)
        return capsys.readouterr().out

    first, other = [0, 1, 1, 0], [0, 1, 1, 1]
    assert "outside what was stated" in says("a.csv", first, 0.3)
    assert "0.750 comes too late: 0.300 was stated" in says("a.csv", first, 0.75)
    assert space["stated"] == 0.3 and not space["another"]
    assert "This is not the network" in says("a.csv", other, 0.3) and space["another"] == ", for another network"
    assert "too late" not in says("b.csv", other, 0.9) and space["stated"] == 0.9 and not space["another"]


def test_dates_are_compared_as_dates_or_not_at_all():
    dates_of = run_cell("def dates_of", {"datetime": datetime, "re": re})["dates_of"]
    german = dates_of(dict(enumerate(["26.10.2026", "3.11.2025", "1.1.2026"])))
    assert sorted(german, key=german.get) == [1, 2, 0]
    for values in (["3/4/2026", "5/6/2026"], ["26.10.2026", "soon"], ["26.10.2026", "2026-10-26"]):
        assert dates_of(dict(enumerate(values))) == {}, "a month or a day, no date, two forms"


@pytest.mark.parametrize("ending, sign", [("csv", ","), ("tsv", "\t"), ("jsonl", "")])
def test_the_other_columns_of_a_table_are_found_in_each_kind_of_file(ending, sign, tmp_path):
    rows = [{"text": f"Lamp {n}, out", "author": "" if n else "Ada"} for n in range(3)]
    lines = [json.dumps(row) for row in rows]
    if sign:
        lines = [f"text{sign}author", *(f'"{row["text"]}"{sign}{row["author"]}' for row in rows)]
    (tmp_path / f"table.{ending}").write_text("\n".join(lines), encoding="utf-8")
    space = {"csv": csv, "json": json, "Path": Path, "TABLE": tmp_path / f"table.{ending}", "COLUMNS": {}}
    space["items"] = [(1, row["text"]) for row in reversed(rows)]
    run_cell("def rows_of", space)
    assert space["column"]("author") == {2: "Ada"} and space["column"]("date") == {}
    assert space["column_names"]() == ["text", "author"]


def test_the_test_part_stays_closed_while_splits_are_compared(capsys):
    seen, space = set(), {"parts": {"training": [0, 1, 2, 3], "validation": [4], "test": [5]}, "labels": [0, 1] * 3}
    space |= {"column": lambda name: dict.fromkeys(range(6), "x") | {4: "y", 5: "z"}, "dates_of": dict}
    run_cell("WHEN, WHO = ", space | {"try_split": lambda train, test: seen.update(train, test) or 0.5})
    assert seen == {0, 1, 2, 3, 4} and "by author: 0.500 of 1 texts" in capsys.readouterr().out


def test_questions_are_read_as_a_spreadsheet_writes_them(tmp_path):
    rows = 'number;text\r\n1;A lamp, out\r\n\r\n2;"Call;\nnow"\r\n'
    (tmp_path / "questions.csv").write_bytes(rows.encode("utf-8-sig"))
    questions_of = run_cell("def questions_of", {"csv": csv, "re": re})["questions_of"]
    assert questions_of(tmp_path / "questions.csv") == {"1": "A lamp, out", "2": "Call;\nnow"}
