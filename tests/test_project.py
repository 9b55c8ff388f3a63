"""The project runs on its table and on anybody's; its table is as its README says; students get neither answers nor
the texts that are held back."""

import csv
import json
import random
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from test_guide import GUIDE, code_under

import checks
import torchnlp
from tools.teaching import student

ROOT = Path(__file__).resolve().parent.parent
DESK = ROOT / "data" / "service-desk"
NOTEBOOK = ROOT / "notebooks" / "project.ipynb"
KNOB = 'TABLE, COLUMNS = course / "data" / "service-desk" / "requests.csv", {}'


def rows_of(name):
    with open(DESK / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_is_what_its_readme_says():
    table, held = rows_of("requests"), rows_of("held-back")
    assert (len(table), len(held)) == (763, 200)
    assert all(15 <= len(row["text"].split()) <= 60 for row in table + held)
    shares = {
        label: f"{count / 763:.1%}".replace("%", " %") for label, count in Counter(r["label"] for r in table).items()
    }
    said = (DESK / "README.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| (\w+) \| ([\d.]+ %) \|$", said, flags=re.M)) == shares
    texts = [row["text"] for row in table + held]
    pairs = checks._copies(texts)
    assert len(pairs) == 40 and all(j < 763 for _, j in pairs), "copies, none of them of a text that is held back"
    assert {label for label in shares} == {row["label"] for row in held}


def test_the_wrong_labels_of_the_notes_are_those_of_the_table():
    notes = (ROOT / "notebooks" / "project" / "notes.md").read_text(encoding="utf-8")
    wrong = re.findall(r"^\| (\d+) \| (\w+) \| (\w+) \| (.+) \.\.\. \|$", notes, flags=re.M)
    table = rows_of("requests")
    assert len(wrong) == 17
    for line, label, right, begins in wrong:
        row = table[int(line) - 2]  # behind the header, and lines count from 1
        assert row["label"] == label != right and row["text"].startswith(begins)


def test_questions_for_students_have_no_label(tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    exec(code_under(GUIDE, "A term's project")[2], {})
    with open("held_back/questions.csv", encoding="utf-8", newline="") as file:
        questions = list(csv.reader(file))
    with open("held_back/labels.csv", encoding="utf-8", newline="") as file:
        labels = dict(csv.reader(file))
    assert [row[1] for row in questions] == [row["text"] for row in rows_of("held-back")]
    assert all(len(row) == 2 for row in questions) and labels.keys() == {row[0] for row in questions}


@pytest.mark.slow
def test_students_get_the_project_without_answers_and_without_what_is_held_back(tmp_path):
    student.make_handout(tmp_path / "student")
    given = tmp_path / "student"
    cells = nbformat.read(given / "notebooks" / "project.ipynb", as_version=4).cells
    assert not any("solution" in cell.metadata.get("tags", []) or cell.get("outputs") for cell in cells)
    assert (given / "data" / "service-desk" / "requests.csv").is_file()
    assert not [file for file in given.rglob("*") if file.name in ("held-back.csv", "notes.md", "answers.py")]
    held = rows_of("held-back")[0]["text"]
    assert not [file for file in given.rglob("*.*") if file.is_file() and held.encode() in file.read_bytes()]
    assert all((given / "site" / f"{page}.md").is_file() for page in ("own-data", "project"))


def test_students_get_all_that_publish_makes_a_page_of(tmp_path, monkeypatch):
    student.copy_course(tmp_path)
    monkeypatch.setattr(torchnlp, "__file__", str(tmp_path / "torchnlp.py"))
    words = ["<unk>", "<pad>", "bin", "lamp"]
    page = torchnlp.publish(checks._Classifier(4, 2), ["waste", "streets"], tmp_path / "page.html", words=words)
    assert "waste" in page.read_text(encoding="utf-8")


GERMAN = {
    "Müll": "Tonne Abfuhr Sperrmüll Restmüll Container geleert Glas Biotonne Gelber Sack",
    "Straße": "Schlagloch Ampel Laterne Gehweg Zebrastreifen Parkplatz Schild Bordstein Tempo",
    "Grün": "Baum Spielplatz Hecke Rasen Bank Friedhof Laub Blumen Schaukel",
    "Wasser": "Rohr Kanal Zähler Druck Keller Überschwemmung Hahn Abwasser Gully",
}
CHINESE = {
    "垃圾": "垃圾桶 没有 清运 回收 纸箱 旧沙发 臭味",
    "道路": "路灯 红绿灯 坑洞 人行道 停车位 标志",
    "公园": "大树 草坪 秋千 长椅 花坛 落叶",
}


def made(words, start, count=400, joint=" "):
    """Rows of a table that a program makes: unbalanced, with a few copies."""
    rng, names, rows = random.Random(1), list(words), []
    for _ in range(count - 20):
        name = rng.choices(names, [6, 3, 2, 1][: len(names)])[0]
        others = [rng.choice(" ".join(words.values()).split()) for _ in range(2)]
        chosen = [*rng.choices(words[name].split(), k=5), *others, str(rng.randrange(200)), rng.choice(start)]
        rng.shuffle(chosen)
        rows.append((name, joint.join(chosen)))
    return rows + rng.sample(rows, 20)


@pytest.fixture
def tables(tmp_path):
    """The same notebook's tables of other people: a file and the columns of each."""
    german, chinese = made(GERMAN, ["Bitte", "Seit", "Warum"]), made(CHINESE, ["请", "为什么"], joint="")
    with open(tmp_path / "german.tsv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("Abteilung", "Anliegen"), *german])
    with open(tmp_path / "chinese.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text, "label": name}, ensure_ascii=False) + "\n" for name, text in chinese)
    return {
        "German": (tmp_path / "german.tsv", {"text": "Anliegen", "label": "Abteilung"}),
        "Chinese": (tmp_path / "chinese.jsonl", {}),
        "news": (ROOT / "data" / "sample", {}),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["German", "Chinese", "news"])
def test_the_notebook_runs_on_anybodys_table_with_one_changed_line(name, tables, tmp_path):
    table, columns = tables[name]
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (knob,) = (cell for cell in notebook.cells if KNOB in cell.source)
    knob.source = knob.source.replace(KNOB, f"TABLE, COLUMNS = Path({str(table)!r}), {columns!r}")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import sys; sys.path.insert(0, {str(ROOT)!r})"))
    set_up = next(cell for cell in notebook.cells if "REPOSITORY = " in cell.source)
    set_up.source = set_up.source.replace("Path.cwd(), *Path.cwd().parents", f"Path({str(ROOT)!r})")
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": tmp_path}}).execute()
    said = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert re.search(r"reached: accuracy [01]\.\d+, macro-F1 [01]\.\d+: (within|outside) what was stated", said)
    assert (tmp_path / "my-network.html").stat().st_size < 2_000_000 and "OUTSIDE" not in said


def cell_of(start):
    """The source of the notebook's code cell that has these words."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (found,) = (cell.source for cell in cells if cell.cell_type == "code" and start in cell.source)
    return found


@pytest.mark.parametrize(
    "name, classes, text, offered",
    [
        ("English", ["waste", "streets"], "The lamp in front of our house has been out for a week", True),
        ("German", ["waste", "streets"], "Die Laterne vor unserem Haus brennt seit einer Woche nicht", False),
        ("AG News", ["World", "Sports", "Business", "Sci/Tech"], "The lamp has been out for a week", False),
    ],
)
def test_the_pretrained_network_is_offered_for_english_texts_that_it_has_not_read(name, classes, text, offered):
    given = vars(torchnlp) | {"course": ROOT, "nn": torch.nn, "torch": torch, "np": np, "make": None}
    given |= {"classes": classes, "class_weights": lambda *_: None, "train_labels": [], "train_texts": [text]}
    given |= {"vocabulary": ["<unk>", "<pad>", "lamp", "zorblatt"], "words": ["lamp"], "vectors": np.ones((1, 50))}
    exec(cell_of("class LargerNetwork"), given)
    exec(cell_of("def make_pretrained"), given)
    exec(cell_of("changes = {"), given)
    assert ("larger, pretrained" in given["changes"]) == offered
    if offered:
        net = given["changes"]["larger, pretrained"][0]()
        start, lamp = given["learnt"]["weights"], given["learnt"]["words"].index("lamp")
        assert net.embedding.weight[2].equal(start["embedding.weight"][lamp].float())
        assert net.rnn.weight_hh_l0.equal(start["rnn.weight_hh_l0"].float())
        assert net(torch.tensor([[2, 3]]), torch.tensor([2])).shape == (1, 2)


def test_the_first_statement_counts_for_its_table_and_its_network(capsys):
    given = {"labels": [0, 1, 1, 1], "parts": {"test": range(4)}, "rows": {"test": None}, "net": [0, 1, 1, 0]}
    given |= {"interval": lambda share, count: (share - 0.1, share + 0.1), "macro_f1": lambda *_: 0.5}
    given |= {"probabilities_of": lambda net, _: torch.eye(2)[net], "right": torch.ones(1)}
    state, opening = "stated = float(right.mean()) - 0.02", cell_of("opened.setdefault")

    def says(table, net, stated):
        given.update(TABLE=table, net=net)
        exec(cell_of(state).replace(state, f"stated = {stated}"), given)
        exec(opening, given)
        return capsys.readouterr().out

    first, other = [0, 1, 1, 0], [0, 1, 1, 1]
    assert "outside what was stated" in says("a.csv", first, 0.3)
    assert "0.750 comes too late: 0.300 was stated" in says("a.csv", first, 0.75)
    assert given["stated"] == 0.3 and not given["another"]
    assert "This is not the network" in says("a.csv", other, 0.3) and given["another"] == ", for another network"
    said = says("b.csv", other, 0.9)
    assert "too late" not in said and given["stated"] == 0.9 and not given["another"]


def test_dates_are_compared_as_dates_or_not_at_all():
    space = {"datetime": datetime, "re": re}
    exec(cell_of("def dates_of"), space)
    german = space["dates_of"](dict(enumerate(["26.10.2026", "3.11.2025", "1.1.2026"])))
    assert sorted(german, key=german.get) == [1, 2, 0]
    stamps = space["dates_of"]({5: "2026-01-02T10:00", 6: "2025-12-31 08:00"})
    assert stamps[6] < stamps[5]
    for values in (["3/4/2026", "5/6/2026"], ["26.10.2026", "soon"], ["26.10.2026", "2026-10-26"]):
        assert space["dates_of"](dict(enumerate(values))) == {}, "a month or a day, no date, two forms"


@pytest.mark.parametrize("ending, sign", [("csv", ","), ("tsv", "\t"), ("jsonl", "")])
def test_the_other_columns_of_a_table_are_found_in_each_kind_of_file(ending, sign, tmp_path):
    rows = [{"text": f"Lamp {n}, out", "label": "ab"[n % 2], "author": "" if n else "Ada"} for n in range(3)]
    file = tmp_path / f"table.{ending}"
    with open(file, "w", encoding="utf-8", newline="") as out:
        if sign:
            writer = csv.DictWriter(out, list(rows[0]), delimiter=sign)
            writer.writeheader()
            writer.writerows(rows)
        else:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    space = {"csv": csv, "json": json, "Path": Path, "TABLE": str(file), "COLUMNS": {}}
    exec(cell_of("def rows_of"), space)
    space["items"] = [(1, row["text"]) for row in reversed(rows)]
    assert space["column"]("author") == {2: "Ada"} and space["column"]("date") == {}
    assert space["column_names"]() == ["text", "label", "author"]


def test_the_test_part_stays_closed_while_splits_are_compared(capsys):
    given = {"parts": {"training": [0, 1, 2, 3], "validation": [4], "test": [5]}, "labels": [0, 1] * 3, "seen": set()}
    given |= {"column": lambda name: dict.fromkeys(range(6), "x") | {4: "y", 5: "z"}, "dates_of": dict}
    given["try_split"] = lambda train, test: given["seen"].update(train, test) or 0.5
    exec(cell_of("WHEN, WHO = "), given)
    assert given["seen"] == {0, 1, 2, 3, 4} and "by author: 0.500 of 1 texts" in capsys.readouterr().out


def test_questions_are_read_as_a_spreadsheet_writes_them(tmp_path, capsys):
    rows = 'number;text\r\n1;A lamp, out, again [form: waste]\r\n\r\n2;"Call 0555 0199 08;\nnow"\r\n'
    (tmp_path / "questions.csv").write_bytes(rows.encode("utf-8-sig"))
    given = {"csv": csv, "re": re, "Counter": Counter, "course": tmp_path, "classes": ["waste", "streets"]}
    given |= {"items": [], "texts": [], "labels": [], "counts": {}, "net": None, "read": []}
    given |= {"ids_of": given["read"].append, "probabilities_of": lambda _, some: torch.eye(2)[: len(some)]}
    for cell in ("PRIVATE = ", "MARKS = ", "def questions_of", '"answers.csv"'):
        exec(cell_of(cell), given)
    assert given["read"] == ["A lamp, out, again", "Call #;\nnow"] and "2 rows" in capsys.readouterr().out
    assert (tmp_path / "answers.csv").read_text(encoding="utf-8").split() == ["1,waste", "2,streets"]


def test_each_planted_mark_is_seen_and_taken_out(capsys):
    table, given = rows_of("requests"), {"re": re, "Counter": Counter}
    given |= {"texts": [row["text"] for row in table], "classes": sorted({row["label"] for row in table})}
    given["labels"] = [given["classes"].index(row["label"]) for row in table]
    given["counts"] = Counter(given["labels"])
    exec(cell_of("PRIVATE = "), given)
    seen = sum(int(n) for n in re.findall(r"^ *(\d+) times .*(?:form:|topic|Topic:)", capsys.readouterr().out, re.M))
    given["items"] = list(enumerate(given["texts"]))
    for _ in range(2):  # the second time as the first
        exec(cell_of("MARKS = "), given)
        assert seen == 32 and "32 texts had such a mark" in capsys.readouterr().out


BROKEN = {
    "one label.csv": ("text,label\nA lamp is out,streets\nA bin is full,streets\n", "label|class"),
    "empty.csv": ("text,label\n", "no text|text"),
    "no label.csv": ("text,label\nA lamp is out,\nA bin is full,waste\n", "the label is empty"),
    "other columns.csv": (
        "id,a,b,c\n1,A lamp is out,streets,x\n2,A bin is full,waste,y\n",
        "which columns are the text",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_stops_at_its_first_cell_and_says_why(name, tmp_path, fresh):
    content, said = BROKEN[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    (knob,) = (cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if KNOB in cell.source)
    source = knob.source.replace(KNOB, f"TABLE, COLUMNS = {str(tmp_path / name)!r}, {{}}")
    with pytest.raises(ValueError, match=said):
        exec(source, {"load_dataset": torchnlp.load_dataset})
