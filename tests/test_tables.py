"""A table of one's own: whatever its form and language, it loads and says what it is, or an error says what to do."""

import codecs
import json
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import random_split

import torchnlp
from torchnlp import load_dataset, train_valid_split

pytestmark = pytest.mark.usefixtures("fresh")

QUEUES = ["Drucker", "Netz", "Passwort"]
TICKETS = [  # queue, subject, body
    (QUEUES[i % 3], f"Störung {i}", f"Seit heute früh, {'sehr ' * (i % 4)}immer wieder; Gerät {i}, Büro {i % 7}")
    for i in range(60)
]


@pytest.fixture
def load(tmp_path):
    """load(content, name, ...) writes a file and loads it."""

    def load(content, name="tickets.csv", **options):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_dataset(root=file, **options)

    return load


@pytest.fixture
def said(capsys):
    """What was printed since the last call, in one line."""
    return lambda: " ".join(capsys.readouterr().out.split())


def written(rows, delimiter=",", header=("queue", "subject", "body")):
    rows = [*([header] if header else []), *rows]
    return "".join(delimiter.join(f'"{part}"' for part in row) + "\n" for row in rows)


def items(loaded):
    """(class, text) of all items of both halves, in one order."""
    train, test, classes, _ = loaded
    return sorted((classes[label - 1], text) for label, text in train + test)


HEADER = ("queue", "subject", "body")
NAMED = {"text": ["Subject", "body"], "label": "queue"}
NUMBERS = {"text": [np.int64(1), 2], "label": 0}
USUAL = ("label", "title", "description")
TABLE = written(TICKETS)
FORMS = {  # a name, the content, options
    "commas": ("a.csv", TABLE, NAMED),
    "semicolons": ("a.csv", written(TICKETS, ";"), NAMED),
    "tabs": ("a.tsv", written(TICKETS, "\t"), NAMED),
    "a line for Excel": ("a.csv", "sep=;\r\n" + written(TICKETS, ";"), NAMED),
    "no header, columns by number": ("a.txt", written(TICKETS, header=None), NUMBERS),
    "no header, columns by place": ("a.csv", written(TICKETS, header=None), {}),
    "usual names": ("a.csv", written(TICKETS, header=USUAL), {}),
    "label before topic": ("a.csv", written([("x", *row) for row in TICKETS], header=("topic", *USUAL)), {}),
    "names in capitals, and spaces": ("a.csv", written(TICKETS, header=("Queue ", " SUBJECT", "body")), NAMED),
    "a byte order mark": ("a.csv", codecs.BOM_UTF8 + TABLE.encode(), NAMED),
    "blank lines": ("a.csv", "\n" + TABLE.replace("\n", "\r\n\r\n"), NAMED),
    "CR alone": ("a.csv", TABLE.replace("\n", "\r"), NAMED),
    "no quotes, no newline at the end": ("a.tsv", written(TICKETS, "\t").replace('"', "").rstrip(), NAMED),
    "spaces around the label": ("a.csv", TABLE.replace('"Netz"', '" Netz "').replace('"Drucker"', "Drucker "), NAMED),
    "JSON lines": ("a.jsonl", "".join(json.dumps({"id": i, **dict(zip(HEADER, row))}) + "\n\n"
                                      for i, row in enumerate(TICKETS)), NAMED),
    "JSON lines with lists of tokens": ("a.jsonl", "\n".join(json.dumps(dict(zip(USUAL, [q, s.split(), b])))
                                                           for q, s, b in TICKETS), {}),
}  # fmt: skip


@pytest.mark.parametrize("name, content, options", FORMS.values(), ids=FORMS)
def test_a_table_of_any_form_has_the_same_texts_and_classes(load, said, name, content, options):
    loaded = load(content, name, **options)
    assert loaded[2] == QUEUES
    assert items(loaded) == sorted((queue, f"{subject} {body}") for queue, subject, body in TICKETS)
    what = said()
    assert what.startswith(f"{name}: 54 train articles and 6 test articles, 3 classes")
    assert "Texts per class: Drucker 20, Netz 20, Passwort 20. Always answering Drucker is right for 0.333 of" in what
    assert re.search(r"Text: (subject \+ body|title \+ description|column 1 \+ column 2)\. Label: \w+", what, re.I)


def test_a_dataframe_is_a_table_and_its_rows_count_from_0(said):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(TICKETS, columns=HEADER, index=range(5, 65))
    frame["number"], frame.loc[8, "subject"] = 1.5, None
    assert items(load_dataset(frame, **NAMED)) == items(load_dataset(root=frame.fillna(""), **NAMED))
    assert said().startswith("the DataFrame: 54 train articles and 6 test articles, 3 classes")
    assert load_dataset(pandas.DataFrame(TICKETS), **NUMBERS)[2] == QUEUES
    frame.loc[8, "queue"] = None
    with pytest.raises(ValueError, match="the DataFrame, line 3: the label is empty, as in 1 of 60 rows"):
        load_dataset(frame, **NAMED)


def test_a_folder_may_hold_a_table_as_its_train_file_and_one_as_its_test_file(tmp_path, said):
    for half, rows in {"test": TICKETS[:10], "train": TICKETS[10:]}.items():
        (tmp_path / f"{half}.tsv").write_text(written(rows, "\t"), "utf-8")
    train, test, classes, _ = load_dataset(root=tmp_path, **NAMED)
    assert [classes[label - 1] for label, _ in test] == [row[0] for row in TICKETS[:10]] and len(train) == 50
    assert "There is no test file" not in said()
    (tmp_path / "test.tsv").unlink()
    assert [len(part) for part in load_dataset(root=tmp_path, **NAMED)[:2]] == [44, 6]
    assert "There is no test file: a tenth of each class is held out" in said()


def test_a_path_may_come_first_and_both_files_of_a_folder_have_a_header_or_none(tmp_path):
    for half, header in {"train": USUAL, "test": None}.items():
        (tmp_path / f"{half}.csv").write_text(written(TICKETS, header=header), "utf-8")
    assert items(load_dataset(str(tmp_path / "train.csv"))) == items(load_dataset(root=tmp_path / "train.csv"))
    with pytest.raises(ValueError, match="test.csv, line 1: one of the two files has a header, and one has none"):
        load_dataset(tmp_path)


def test_a_stray_quote_that_swallows_rows_is_named_and_files_with_tabs_have_no_quoting(load, said):
    stray = [(queue, {7: '"oh', 20: 'ah"'}.get(i, "x"), f"{body} {i}") for i, (queue, _, body) in enumerate(TICKETS)]
    loaded = load("\n".join("\t".join(row) for row in [HEADER, *stray]), "a.tsv", **NAMED)
    assert len(items(loaded)) == 60 and "spans" not in said()
    assert len(items(load(TABLE + '"Netz","a\n\n\n",""\n', **NAMED))) == 61
    assert "Note: the text in line 62 spans 4 lines. Is it one text?" in said()


# ------------------------------------------------------------------------------------------ parts

MANY = [("rare", f"seldom {i}") for i in range(4)] + [("common", f"often {i}") for i in range(300)]
COPIES = [("common", text) for text in ("Often  7", "often 7", "OFTEN 8", "seldom 3")] + [("once", "a text of its own")]


def shares(part):
    return Counter(label for label, _ in part)


def plain(part):
    return {" ".join(text.lower().split()) for _, text in part}


def test_a_tenth_of_each_class_is_held_out_with_the_seed_and_copies_stay_together(load, said):
    content = written(MANY + COPIES, header=("label", "text"))
    train, test, classes, _ = loaded = load(content)
    assert classes == ["common", "once", "rare"]
    assert shares(test)[3] == 1 and 29 <= shares(test)[1] <= 34 and shares(test)[2] == 0
    assert not plain(train) & plain(test) and len(train) + len(test) == len(MANY + COPIES)
    assert (load(content)[1], load(content, seed=1)[1] == test) == (test, False)
    assert items(loaded) == sorted(MANY + COPIES)
    what = said()
    assert "no test article has the label once" in what
    assert "4 texts are copies of another one" in what and "texts with more than one label: 1" in what


def test_a_validation_part_has_a_share_of_each_small_class_or_says_which_it_lacks(capsys):
    data = [(1 + (label == "rare") + 2 * (label == "once"), text) for label, text in MANY + COPIES]
    for seed in range(9):
        train, valid = train_valid_split(data, seed=seed)
        assert shares(valid)[2] == 1 and 29 <= shares(valid)[1] <= 34
        assert sorted([*train, *valid]) == sorted(data) and not plain(train) & plain(valid)
    assert "no text of 3 is held out" in capsys.readouterr().out


@pytest.mark.parametrize("column, options", [("group", {}), ("Author", {"group": "author"})])
def test_texts_of_a_group_are_never_on_both_sides(column, options, capsys):
    pandas = pytest.importorskip("pandas")
    rows = [("ab"[i % 2], f"text {i if i % 50 else 0}", f"author {i // 7}") for i in range(800)]  # 16 copies
    table = pandas.DataFrame(rows, columns=["label", "text", column])
    train, test, classes, _ = load_dataset(table, **options)
    parts = [train, test, *train_valid_split(train)]
    for one, other in (parts[:2], parts[2:]):
        assert {text.group for _, text in one}.isdisjoint(text.group for _, text in other)
        assert plain(one).isdisjoint(plain(other)) and min(shares(other).values()) > 10
    assert f"Group: {column}." in capsys.readouterr().out.replace("\n", " ")


def test_where_each_class_has_200_texts_the_validation_part_is_drawn_at_random_as_ever(capsys):
    data = [(1 + i % 2, f"text {i}") for i in range(400)]
    drawn = random_split(data, [0.9, 0.1], generator=torch.Generator().manual_seed(3))
    assert [part.indices for part in train_valid_split(data, seed=3)] == [part.indices for part in drawn]
    assert capsys.readouterr().out == ""


# --------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize("text, characters", [("Börse heute", False), ("球队进球 iPhone", True)])
def test_texts_that_are_split_into_characters_are_noted(load, said, text, characters):
    load(written([("ab"[i % 2], f"{text} {i}") for i in range(40)], header=("label", "text")))
    assert ("makes a token of each character" in said()) == characters


# --------------------------------------------------------------------------------------- bad input


WHICH = "which columns are the text, and which other one is the label\\? Its first row is: queue, subject, body. Say"
NO_NAMES = "line 1: no other row has the label 'queue'. Is this line a header"
BAD = {  # the content, the options, what the error says
    "a column that is missing": (TABLE, {"text": "body", "label": "Queues"}, WHICH),
    "a number that is too large": (TABLE, {"text": 3, "label": 0}, WHICH),
    "the label as text": (TABLE, {"text": ["body", "queue"], "label": "queue"}, WHICH),
    "unusual names": (TABLE.replace('"body"', '"body","x"', 1), {}, "which columns are the text"),
    "labels that are no classes": (TABLE, {"text": "body", "label": "subject"}, "60 rows have 60 different labels"),
    "one label": (TABLE.replace("Netz", "Drucker").replace("Passwort", "Drucker"), NAMED, "1 different labels"),
    "a header where none was expected": (TABLE, NUMBERS, NO_NAMES),
    "an unknown header": (TABLE, {}, NO_NAMES),
    "a spreadsheet": (b"PK\x03\x04\xff\x8d\x81\x90" * 9, NAMED, "not UTF-8 .*root=pandas"),
    "Latin-1": (TABLE.encode("latin-1"), NAMED, "line 2: not UTF-8 .byte 0xf6.*root=pandas.read_csv"),
    "UTF-16 without its mark": (TABLE.encode("utf-16-le"), NAMED, "line 1: not UTF-8 .byte 0x0.*root=pandas.read_csv"),
}  # fmt: skip


@pytest.mark.parametrize("content, options, error", BAD.values(), ids=BAD)
def test_a_bad_table_is_an_error_with_line_and_remedy_and_changes_nothing(load, capsys, content, options, error):
    with pytest.raises(ValueError, match="tickets.csv.*" + error):
        load(content, **options)
    assert torchnlp.vocab is None and capsys.readouterr().out == ""


@pytest.mark.parametrize("line", ["{broken", "[1, 2]", "7"])
def test_a_line_that_is_no_json_object_is_an_error(load, line):
    with pytest.raises(ValueError, match='jsonl, line 3: not readable as JSON .*{"text": "...", "label": "..."}'):
        load('{"label": "a", "text": "b"}\n\n' + line, "tickets.jsonl")


def test_objects_of_json_lines_may_lack_keys_and_have_lists_of_labels(load):
    rows = [{"label": ["a", "b"][: 1 + i % 2], "text": None if i == 5 else f"text {i}", "more": i} for i in range(20)]
    del rows[0]["text"]
    train, test, classes, _ = load("\n".join(map(json.dumps, rows)), "tickets.json")
    assert classes == ["a", "a|b"] and sorted(text for _, text in train + test)[:2] == ["", ""]


@pytest.mark.parametrize("sign", "|;,")
def test_labels_that_look_joined_are_noted(load, said, sign):
    rows = [(["printer", "network", f"printer{sign} network"][i % 3], body) for i, (*_, body) in enumerate(TICKETS)]
    load(written(rows, header=("label", "text")))
    assert f"1 labels look joined by '{sign}', such as 'printer{sign} network'" in said()
    rows = [(["Sci/Tech", f"Arts{sign} music"][i % 2], body) for i, (*_, body) in enumerate(TICKETS)]
    load(written(rows, header=("label", "text")))
    assert "joined" not in said()


def test_labels_that_look_alike_are_noted_and_what_always_giving_the_commonest_reaches(load, said):
    names = ["W", "w", "1", "1.0", "Zürich", "Zu\u0308rich", "of its own", "B", "B\u200b"]
    rows = [(name, f"text {i} {name}") for i in range(20) for name in [*names, "B", "B"]]
    load(written(rows, header=("label", "text")))
    what = said()
    for pair in ("'W', 'w'", "'1', '1.0'", r"'Zu\u0308rich', 'Z\xfcrich'", r"'B', 'B\u200b'"):
        assert f"the labels {pair} look alike" in what
    assert what.count("look alike") == 4 and "Always answering B is right for 0.27" in what


def test_texts_without_a_letter_are_counted_and_kept(load, said):
    loaded = load(TABLE + '"Netz","12","??"\n"Netz","",""\n', **NAMED)
    assert len(items(loaded)) == 62 and "2 have no letter" in said()
    load(written([(q, i, i * 7) for i, (q, *_) in enumerate(TICKETS)]), **NAMED)
    assert "Note: most texts have no letter" in said()


@pytest.mark.parametrize("names", ["-1 0 1", "1 2 3 10"])
def test_labels_of_a_table_are_names_whatever_they_look_like_and_numbers_come_in_order(load, names):
    names = names.split()
    rows = [(names[i % len(names)], f"text {i}") for i in range(60)]
    loaded = load(written(rows, header=None))
    assert items(loaded) == sorted(rows) and (names[0] != "1" or loaded[2] == names)


# ------------------------------------------------------------------------------------------- the page


def test_each_block_of_the_page_runs(paper, tmp_path, monkeypatch, capsys):
    root, rng = Path(torchnlp.__file__).parent, random.Random(0)
    words = {"printer": "paper toner jam", "network": "cable router slow", "password": "login reset key"}
    rows = []
    for i in range(220):
        label = [*["printer"] * 8, "network", "password", "printer|network"][i % 11]
        about = " ".join(words[part] for part in label.split("|")).split()
        rows.append((label, f"case {i}", " ".join(rng.choices([*about, "the", "please", "is"], k=9))))
    (tmp_path / "tickets.csv").write_text(written(rows, ";"))
    (tmp_path / "vectors.vec").write_text("3 2\npaper 0.5 1\n\u3000 1 2\ncable -1 0.25\n")
    shutil.copy(next((root / "images" / "fonts").glob("*.ttf")), tmp_path / "NotoSansSC-Regular.ttf")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(torchnlp.STYLE, "font.family", torchnlp.STYLE["font.family"])
    page, names = (root / "docs" / "own-data.md").read_text("utf-8"), {}
    for source in re.findall(r"^```python\n(.*?)^```", page, flags=re.M | re.S):
        exec(source, names)
    assert "1 labels look joined by '|', such as 'printer|network'" in capsys.readouterr().out.replace("\n", " ")
    assert names["weight"].argmin() == 2 and names["report"]["printer"]["support"] == 14  # the common weighs least
    assert ((names["logits"] > 0) == names["labels"]).double().mean() > 0.75
    assert names["matrix"][names["vocab"].stoi["cable"]].tolist() == [-1, 0.25]
