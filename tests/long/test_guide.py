"""INSTRUCTORS.md and the pages for a term: links, commands and lines of code work."""

import csv
import re
from pathlib import Path

import nbformat
import pytest
import torch


ROOT = Path(__file__).resolve().parent.parent
PLACES = ["README*.md", "INSTRUCTORS.md", "docs/*.md", "notebooks/project/notes.md"]
PAGES = [page for place in PLACES for page in ROOT.glob(place)]
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
            cells = "".join(lesson.read_text(encoding="utf-8") for lesson in ROOT.glob("notebooks/*.ipynb"))
            assert anchor in slugs or f'"id": "{anchor}"' in cells, anchor  # the site has a label for each cell


def test_every_command_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M))
    named = set(re.findall(r"`make ([a-z-]+)", "".join(TEXT.values())))
    assert named <= targets, named - targets
    assert targets - {"help"} == set(re.findall(r"^([a-z-]+):.* # ", makefile, flags=re.M))  # what `make help` prints


def rows_of(file):
    with open(file, encoding="utf-8", newline="") as rows:
        return list(csv.reader(rows))


def test_what_is_held_back_is_handed_out_without_labels_answered_and_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [["abcd"[n % 4], f"Title {n}", f'He said "{n}", twice'] for n in range(200)]
    with open("all.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["label", "title", "description"], *rows, rows[0]])
    hold_back, count = code_under(GUIDE, "A term's project")
    exec(hold_back, {})
    (_, *news), questions = map(rows_of, ("news.csv", "held_back/questions.csv"))
    labels = rows_of("held_back/labels.csv")
    texts = [{row[-1] for row in part} for part in (news, questions)]
    assert texts[0].isdisjoint(texts[1]) and len(texts[0] | texts[1]) == 200 and len(questions) == len(labels) == 20
    assert all("abcd"[int(row[1].split()[1]) % 4] == label for row, (_, label) in zip(questions, labels, strict=True))
    assert all(len(row) == 2 and row[0] == str(n) for n, row in enumerate(questions, 1))  # no label in it

    # The project's lines write a pair's answers, and the guide's count them.
    cells = [cell.source for cell in nbformat.read(ROOT / "notebooks" / "project.ipynb", as_version=4).cells]
    lines = [source for source in cells if "def questions_of" in source or 'open(course / "answers.csv"' in source]
    space = {"csv": csv, "re": re, "course": Path("held_back"), "classes": list("abcd"), "net": None, "clean": str}
    exec("\n".join(lines), space | {"ids_of": len, "probabilities_of": lambda net, rows: torch.rand(len(rows), 4)})
    answers = rows_of("held_back/answers.csv")
    Path("handed_in").mkdir()
    Path("held_back/answers.csv").rename("handed_in/kim-lee.csv")
    with open("handed_in/ada.csv", "w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([*labels[:15], ["16"], []])  # a spreadsheet's file, and not finished
    exec(count, {})
    said = capsys.readouterr().out
    assert re.search(r"^ada +0\.750 +\(standard error 0\.097\)$", said, flags=re.M), said
    assert f"kim-lee              {sum(a == b for a, b in zip(answers, labels, strict=True)) / 20:.3f}" in said
