"""INSTRUCTORS.md and the pages for a term: links, commands and lines of code work."""

import csv
import re
from pathlib import Path

import nbformat
import pytest

import torchnlp

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "INSTRUCTORS.md",
    *ROOT.glob("site/*.md"),
    ROOT / "notebooks" / "project" / "notes.md",
]
TEXT = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
GUIDE = TEXT["INSTRUCTORS"]


def code_under(page: str, heading: str) -> list[str]:
    section = re.split(rf"^#+ {heading}$", page, flags=re.M)[1].split("\n## ")[0]
    return re.findall(r"^```python\n(.*?)^```$", section, flags=re.S | re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_or_a_heading_leads_there(page):
    for file, anchor in re.findall(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)", TEXT[page.stem]):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), file
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.M)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, anchor


def test_every_command_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M))
    named = set(re.findall(r"`make ([a-z-]+)", "".join(TEXT.values())))
    assert named <= targets, named - targets
    assert targets - {"help"} == set(re.findall(r"^# make ([a-z-]+)", makefile, flags=re.M))  # what `make help` prints


def rows_of(file):
    with open(file, encoding="utf-8", newline="") as rows:
        return list(csv.reader(rows))


@pytest.fixture
def held_back(tmp_path, monkeypatch):
    """A folder in which the first lines of the guide's section were run, with one text twice."""
    monkeypatch.chdir(tmp_path)
    with open("all.csv", "w", encoding="utf-8", newline="") as out:
        rows = [["abcd"[n % 4], f"Title {n}", f'He said "{n}", twice'] for n in range(100)]
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([*rows, rows[0]])
    exec(code_under(GUIDE, "A term's project")[0], {})
    return tmp_path


def test_what_is_held_back_is_not_among_what_is_handed_out(held_back):
    train, test = (rows_of(held_back / "news" / name) for name in ("train.csv", "test.csv"))
    questions, labels = (rows_of(held_back / "held_back" / name) for name in ("questions.csv", "labels.csv"))
    texts = [tuple(row[1:]) for row in [*train, *test, *questions]]
    assert len(texts) == len(set(texts)) == 100 and len(questions) == len(labels) == len(test) == 20
    assert all("abcd"[int(row[1].split()[1]) % 4] == label for row, (_, label) in zip(questions, labels, strict=True))
    assert all(len(row) == 3 and row[0] == str(n) for n, row in enumerate(questions, 1))  # no label in it


def test_answers_are_written_by_lines_for_students_and_counted_by_yours(held_back, fresh, capsys):
    classes = torchnlp.load_dataset(root=held_back / "news")[2]
    project = nbformat.read(ROOT / "notebooks" / "project.ipynb", as_version=4)
    cells = [cell.source for cell in project.cells if cell.cell_type == "code"]
    lines = "\n".join(source for source in cells if "def questions_of" in source or '"answers.csv"' in source)
    space = {"csv": csv, "course": held_back / "held_back", "classes": classes, "net": None, "ids_of": len}
    space |= {"re": re, "Path": Path, "clean": str}
    exec(lines, space | {"probabilities_of": lambda net, rows: torchnlp.torch.rand(len(rows), len(classes))})
    (held_back / "handed_in").mkdir()
    answers, labels = (rows_of(held_back / "held_back" / name) for name in ("answers.csv", "labels.csv"))
    assert len(answers) == 20 and all(row[1] in list("abcd") for row in answers)
    (held_back / "held_back" / "answers.csv").rename(held_back / "handed_in" / "kim-lee.csv")
    with open(held_back / "handed_in" / "ada.csv", "w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([*labels[:15], ["16"], []])  # a spreadsheet's file, and not finished
    exec(code_under(GUIDE, "A term's project")[1], {})
    said = capsys.readouterr().out
    right = sum(a == b for a, b in zip(answers, labels, strict=True)) / 20
    assert re.search(r"^ada +0\.750 +\(standard error 0\.097\)$", said, flags=re.M), said
    assert f"kim-lee              {right:.3f}" in said
