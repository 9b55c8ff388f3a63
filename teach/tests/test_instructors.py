"""INSTRUCTORS.md: its plans are those of the decks; links, commands and lines of code work; a lesson is added by it."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import torch

from teach import plans, questions
from tools.lesson import PARTS, ROOT, lessons

GUIDE = plans.PAGE.read_text(encoding="utf-8")
ELSEWHERE = {"web": {"site", "figures"}, "zh": {"zh", "lab-zh"}}  # what other parts make, if they are there


def code_under(heading: str) -> list[str]:
    section = re.split(rf"^#+ {heading}$", GUIDE, flags=re.M)[1].split("\n## ")[0]
    return re.findall(r"^```python\n(.*?)^```$", section, flags=re.S | re.M)


def test_the_plans_are_those_of_the_decks():
    assert plans.written() == GUIDE, "run make plans"


def test_every_link_to_a_file_or_a_heading_leads_there():
    for file, anchor in re.findall(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)", GUIDE):
        target = ROOT / file if file else plans.PAGE
        assert target.exists(), file
        if anchor:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}, anchor


def test_every_command_that_it_names_exists():
    rules = "".join(file.read_text(encoding="utf-8") for file in [ROOT / "Makefile", *ROOT.glob("*/*.mk")])
    targets = {*re.findall(r"^([a-z-]+):", rules, flags=re.M)}
    for part, made in ELSEWHERE.items():
        targets |= made if not (ROOT / part).is_dir() else set()
    named = re.findall(r"(?:`|^|&& )make ([a-z-]+(?: [a-z-]+\b(?!=))*)", GUIDE, flags=re.M)
    assert {name for names in named for name in names.split()} <= targets


# ------------------------------------------------------------------------- texts that nobody has seen


def rows_of(file):
    with open(file, encoding="utf-8", newline="") as rows:
        return list(csv.reader(rows))


def test_what_is_held_back_is_handed_out_without_labels_answered_and_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [["abcd"[n % 4], f"Title {n}", f'He said "{n}", twice'] for n in range(200)]
    with open("all.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["label", "title", "description"], *rows, rows[0]])
    hold_back, count = code_under("A term's project")
    exec(hold_back, {})
    (_, *news), asked = map(rows_of, ("news.csv", "held_back/questions.csv"))
    labels = rows_of("held_back/labels.csv")
    texts = [{row[-1] for row in part} for part in (news, asked)]
    assert texts[0].isdisjoint(texts[1]) and len(texts[0] | texts[1]) == 200 and len(asked) == len(labels) == 20
    assert all("abcd"[int(row[1].split()[1]) % 4] == label for row, (_, label) in zip(asked, labels, strict=True))
    assert all(len(row) == 2 and row[0] == str(n) for n, row in enumerate(asked, 1))  # no label in it

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


def test_questions_for_students_have_no_label(tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    lines = code_under("A term's project")[0].replace("all.csv", "data/service-desk/held-back.csv")
    (all_of_it,) = re.findall("`(rest, held = .*?)`", GUIDE)
    exec(lines.replace("files =", f"{all_of_it}\nfiles ="), {})
    with open(ROOT / "data" / "service-desk" / "held-back.csv", encoding="utf-8", newline="") as file:
        held = [[row["text"]] for row in csv.DictReader(file)]
    assert sorted(row[1:] for row in rows_of("held_back/questions.csv")) == sorted(held)
    assert len(Path("news.csv").read_text(encoding="utf-8").splitlines()) == 1


# ----------------------------------------------------------------------- the lines that add a lesson, in a copy


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, in which lines can be run; without the lessons that a fork may have added."""
    folder, added = tmp_path_factory.mktemp("copy") / "course", ["8-*", "9-*", "[1-9][0-9]-*"]
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "build", "term", "__pycache__", *added))
    return folder


def run(line: str, course) -> tuple[int, str]:
    line = re.sub(r"^python ", f"{sys.executable} ", line)
    done = subprocess.run(line, shell=True, cwd=course, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("number", [8, 10])
def test_a_lesson_is_added_by_the_lines_of_the_guide(course, number):
    (block,) = re.findall(r"^```sh\n(cp notebooks/3-.*?)^```$", GUIDE, flags=re.S | re.M)
    block = re.sub(r"8(?=-state)|(?<=/l)8|(?<=LESSON=)8|(?<=[Ll]esson )8", str(number), block)
    notebook, *lines = [line.partition("  #")[0] for line in block.splitlines()]
    assert len(lines) < 10
    run(notebook, course)
    ended, said = run(f"python -m tools.lesson {number}", course)
    assert ended == 1 and all(f"{number}-state-spaces/{part} is missing" in said for part in PARTS)
    for line in lines:
        if not line.startswith(("make", "git")):
            assert run(line, course)[0] == 0, line
    if number == 10:  # one without a figure that moves
        settings = course / "notebooks" / "10-state-spaces" / "lesson.toml"
        settings.write_text(settings.read_text(encoding="utf-8").partition("[figures]")[0], encoding="utf-8")
        settings.with_name("packed.js").unlink()
        deck = settings.with_name("slides.md")
        deck.write_text(deck.read_text(encoding="utf-8").replace("(packed)", "(packed-batch)"), encoding="utf-8")
    ended, said = run(f"python -m tools.lesson {number}", course)
    assert (ended, said) == (0, f"{number}-state-spaces: whole\n")
    ended, said = run(f"python -m pytest -q tests/test_notebooks.py tests/test_answers.py -k {number}-", course)
    assert ended == 0 and int(re.search(r"(\d+) passed", said)[1]) > 25, said[-2000:]


MADE = """
from tools.lesson import ROOT, lessons
from teach import plans, questions, slides, student
student.make_handout(ROOT / "build" / "student")
plans.PAGE.write_text(plans.written(), encoding="utf-8")
slides.FIGURES.mkdir(parents=True)
(slides.FIGURES / "packed.html").write_text('<div id="live-packed"></div>')
for lesson in lessons()[-2:]:
    slides.make_deck(lesson)
    print(len(questions.read_lesson(lesson)))
"""


def test_its_plan_deck_questions_and_student_edition_are_made(course):
    (course / "made.py").write_text(MADE, encoding="utf-8")
    ended, said = run("python made.py", course)
    assert ended == 0, said
    assert said.splitlines()[-1] == str(len(questions.read_lesson(lessons()[2])))
    decks = {path.name: path.read_text(encoding="utf-8") for path in course.glob("build/slides/*.html")}
    for name, figures in {"8-state-spaces": 1, "10-state-spaces": 0}.items():
        assert figures == decks[f"{name}.html"].count('id="live-')
        assert f"](notebooks/{name}/slides.md)" in (course / "INSTRUCTORS.md").read_text(encoding="utf-8")
        given = course / "build" / "student" / "notebooks" / name
        assert {path.name for path in given.iterdir()} == {"plain.py", "clipping-and-batches.ipynb"}
        assert "# @title Solution" not in given.with_suffix(".ipynb").read_text(encoding="utf-8")
