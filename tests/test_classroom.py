"""A week of teaching on a toy lesson: the edition, what students hand in, points, a person's last word, export."""

import contextlib
import csv
import inspect
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as text
from toy_lesson import toy_lesson

import checks

pytest.importorskip("nbgrader")
from nbgrader.api import Gradebook

from tools.teaching import collect, exercises, export, grade, student
from tools.teaching.term import configuration

pytestmark = pytest.mark.slow
DOUBLE, TRIPLE = "def double(x):\n    return 2 * x", "def triple(x):\n    return x + x + x"
BOTH = f"{DOUBLE}\n{TRIPLE}"
NAME = "2-lstm-gates.ipynb"


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A term with the edition of the toy lesson, inside the course's folder."""
    folder = exercises.ROOT / "build" / f"term-{os.getpid()}"
    path = tmp_path_factory.mktemp("lessons") / NAME
    exercises.mark(lesson := toy_lesson())
    nbformat.write(lesson, path)
    with pytest.MonkeyPatch.context() as patch:
        for module in (exercises, student, collect, export):
            patch.setattr(module, "LESSONS", {"2": path})
        student.release(folder)
        yield folder
    shutil.rmtree(folder)


def handed_in(term, change=lambda cells: None) -> dict:
    """The student edition as JSON after a student has worked on it: change gets the cells by id, and may edit them."""
    notebook = json.loads((term / "release" / "lesson2" / NAME).read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    change(cells)
    notebook["cells"] = list(cells.values())
    return notebook


def solved(cells):
    cells["l2-c03"]["source"], cells["l2-c09"]["source"] = DOUBLE, TRIPLE


def put_after(cells, name, new):
    items = list(cells.items())
    items.insert(list(cells).index(name) + 1, ("new", new))
    cells.clear()
    cells.update(items)


def collected(term, tmp_path, files: dict) -> dict:
    """The rows of collect for some files (name: notebook, bytes or text), by file."""
    for name, content in files.items():
        path = tmp_path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return {row["file"]: row for row in collect.collect(tmp_path / "inbox", term)}


def order_of(term, who: str) -> list:
    return nbformat.read(term / "submitted" / who / "lesson2" / NAME, as_version=4).cells


def test_the_edition_has_no_solution_no_output_and_places_for_names_words_and_complaints(term):
    cells = nbformat.read(term / "release" / "lesson2" / NAME, as_version=4).cells
    assert "Save a copy in Drive" in cells[0].source and "Edition of" in cells[0].source
    assert not any("Solution" in cell.source or "HIDDEN" in cell.source or cell.get("outputs") for cell in cells)
    assert [cell.id for cell in cells if cell.id.startswith(("words", "unclear"))] == ["words-1", "words-2", "unclear"]
    assert "with solutions" not in cells[1].source and '"-b", "student"' not in cells[1].source
    points = {c.id: c.metadata.nbgrader["points"] for c in cells if c.metadata.get("nbgrader", {}).get("grade")}
    assert points == {"l2-c04": 1, "words-1": 1, "l2-c10": 1, "words-2": 1, "l2-c14": 0}  # the last is under Further


ODD = {  # what students and Colab do to a notebook that holds both right answers
    "as it is": solved,
    "stubs deleted, answers at the end": lambda c: [c.pop("l2-c03"), c.pop("l2-c09"), c.update(z=code(BOTH))],
    "stubs kept, answers at the end": lambda c: c.update(z=code(DOUBLE), y=code(TRIPLE)),
    "checks deleted": lambda c: [solved(c), c.pop("l2-c04"), c.pop("l2-c10")],
    "answers typed into the checks": lambda c: [
        c["l2-c04"].update(source=f"{DOUBLE}\n\ndouble = check_double(double)"),
        c["l2-c10"].update(source=f"{TRIPLE}\n\ntriple = check_triple(triple)"),
    ],
    "answers below their checks": lambda c: [c["l2-c07"].update(source=BOTH)],
    "no ids, no metadata": lambda c: [solved(c), [(cell.pop("id"), cell.update(metadata={})) for cell in c.values()]],
    "Colab's ids": lambda c: [solved(c), [cell.update(metadata={"id": cell.pop("id")}) for cell in c.values()]],
    "another edition": lambda c: [
        solved(c),
        c["hand-in"].update(source="(Edition of 2020-01-01, 0a1b2c3d.)"),
        c["l2-c07"].update(source="factor = of_an_older_lesson()"),
    ],
    "set-up cell deleted": lambda c: [solved(c), c.pop("l2-c01")],
    "a stub twice": lambda c: [solved(c), c.update(z=code(DOUBLE, id="l2-c03"))],
}


@pytest.mark.parametrize("how", ODD)
def test_a_right_answer_counts_wherever_it_stands(term, tmp_path, capsys, how):
    who = how.replace(" ", "-").replace(",", "").replace("'", "")
    row = collected(term, tmp_path, {f"{who}.ipynb": handed_in(term, ODD[how])})[f"{who}.ipynb"]
    assert row["taken"] == "yes", row
    cells, space = order_of(term, who), {}
    for cell in cells:
        if cell.cell_type == "code":
            with contextlib.suppress(Exception):
                exec(cell.source, space)
    assert capsys.readouterr().out.count("right") == 2  # what the two checks say
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    assert {"l2-c03", "l2-c04", "l2-c09", "l2-c10", "words-1", "words-2"} <= set(names)


@pytest.mark.parametrize(
    "write",
    [
        lambda c: c["words-1"].update(source=c["words-1"]["source"] + " I expected four."),
        lambda c: c["words-1"].update(source="I expected four."),
        lambda c: c["words-1"].update(source="**Your words on exercise 1**: I expected four."),
        lambda c: put_after(c, "l2-c04", text("I expected four.")),
        lambda c: c["l2-c02"].update(source=c["l2-c02"]["source"] + "\n\nI expected four."),
        lambda c: [c.pop("words-1"), c.update(z=text("### Exercise 1. Twice\n\nI expected four."))],
    ],
)
def test_words_are_found_wherever_they_stand_between_two_headings(term, tmp_path, write):
    collected(term, tmp_path, {"eva.ipynb": handed_in(term, write)})
    (words,) = [cell.source for cell in order_of(term, "eva") if cell.id == "words-1"]
    assert "I expected four." in words and words.startswith("**Your words on exercise 1.**")


def zipped(files: dict) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, content in files.items():
            out.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return archive.getvalue()


def test_downloads_of_platforms_and_odd_files_are_read_or_named_with_a_reason(term, tmp_path):
    good = handed_in(term, solved)
    typed = handed_in(term, lambda c: c["student-name"].update(source='STUDENT_NAME = "Zoë O\'N"\nSTUDENT_ID = 112'))
    broken = json.dumps(good, indent=1)
    merged = broken.replace(' "cells": [', '<<<<<<< mine\n "cells": [\n=======\n "cells": [[\n>>>>>>> theirs', 1)
    rows = collected(
        term,
        tmp_path,
        {
            "moodle.zip": zipped(
                {"Ana Ruiz_4711_assignsubmission_file/mine.ipynb": good, "a/b.zip": zipped({"c.pdf": b"%"})}
            ),
            "all_2026_11_28_2.zip": zipped({"kimlee_LATE_991_22_2-lstm-gates-1.ipynb": good, "eva/2.ipynb": good}),
            "submission_77/2-lstm-gates.ipynb": good,
            "späte Abgabe (1).ipynb": good,
            "typed.ipynb": typed,
            "old-format.ipynb": {**good, "nbformat_minor": 0},
            "merge.ipynb": merged,
            "half.ipynb": broken[:900],
            "empty.ipynb": b"",
            "other.ipynb": {"cells": [text("# My diary")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
            "answers.py": b"x = 1",
            "bad.zip": b"PK no zip",
        },
    )
    taken = {row["student"] for row in rows.values() if row["taken"] == "yes"}
    assert taken == {"4711", "991", "eva", "77", "späte-Abgabe-1", "112", "old-format", "merge"}
    refused = {file: row["remarks"] for file, row in rows.items() if row["taken"] == "no"}
    assert set(refused) == {"moodle/a/b/c.pdf", "half.ipynb", "empty.ipynb", "other.ipynb", "answers.py", "bad.zip"}
    assert all(refused.values())
    assert rows["merge.ipynb"]["remarks"].startswith("the marks of a merge")


def test_of_two_files_of_one_student_the_newer_counts_and_the_other_is_named(term, tmp_path):
    files = {"leo/a.ipynb": handed_in(term), "leo/b.ipynb": handed_in(term, solved)}
    rows = collected(term, tmp_path, files)
    assert [row["taken"] for row in rows.values()] == ["no", "yes"] and "newer" in rows["leo/a.ipynb"]["remarks"]


@pytest.mark.parametrize("name", [name for name in checks.__all__ if inspect.isfunction(getattr(checks, name).ours)])
def test_a_table_of_what_a_check_tries_wins_nothing(name):
    """What ours returns to the check that students see is written down, and handed in as an answer."""
    check, table = getattr(checks, name), {}
    given = [{100: {"mean of GloVe": 1, "GloVe, fine-tuned": 1}}] if name == "check_choose_start" else []

    def watched(*asked):
        table[repr(asked)] = check.ours(*asked)
        return table[repr(asked)]

    test = check.__wrapped__
    assert checks.reason(test, watched, *given) == "" and table
    assert checks.reason(test, lambda *asked: table[repr(asked)], *given, seed=1), f"{len(table)} calls are the same"


@pytest.fixture
def formgrader(term, browser):
    """formgrader(path) is a page of nbgrader's formgrader, from a server that runs in the folder of the term."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=t", "--ServerApp.port_retries=0"]
    with subprocess.Popen(command, cwd=term, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        page = browser.new_page()

        for _ in range(300):
            with contextlib.suppress(Exception):
                page.goto(f"http://127.0.0.1:{port}/formgrader?token=t")
                break
            time.sleep(0.3)

        def visit(path):
            page.goto(f"http://127.0.0.1:{port}/{path}", wait_until="networkidle")
            return page

        yield visit
        page.close()
        server.terminate()


def overrule(page, cell: str, points: str = "", comment: str = "") -> None:
    """What a person does in formgrader: types points and a comment; each is saved as soon as it is left."""
    for field, value in ((f"input.score#{cell}", points), (f"textarea#{cell}-comment", comment)):
        if value:
            with page.expect_response(lambda answer: answer.request.method == "PUT"):
                page.locator(field).first.fill(value)
                page.locator(field).first.blur()


def test_a_week(term, tmp_path, monkeypatch, capsys, formgrader):
    """Collect, grade, a person reads and overrules, grade again, export."""
    shutil.rmtree(term / "submitted", ignore_errors=True)
    table = handed_in(term, lambda c: [solved(c), c["l2-c03"].update(source="def double(x):\n    return {2: 4}[x]")])
    texts = {"words-1": "I saw it.", "unclear": "The factor."}
    files = {
        "ana.ipynb": handed_in(term, lambda c: [solved(c), *(c[key].update(source=texts[key]) for key in texts)]),
        "bob.ipynb": handed_in(term, lambda c: c["l2-c03"].update(source=f"import einops\n{DOUBLE}")),
        "cyd.ipynb": table,
        "eva.ipynb": handed_in(term, lambda c: put_after(c, "l2-c07", code("!pip --version\n1 / _exit_code"))),
        "dan.ipynb": handed_in(term, lambda c: [solved(c), c["l2-c07"].update(source="x = bytearray(5 * 10**9) * 4")]),
    }
    collected(term, tmp_path, files)
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        gradebook.update_or_create_student("fay", first_name="Fay", last_name="Wu")
    monkeypatch.setattr("sys.argv", ["collect", str(tmp_path / "inbox"), str(term)])
    collect.main()
    assert "5 students" in (said := capsys.readouterr().out) and "Fay Wu" in said and "ana" not in said
    monkeypatch.setattr("sys.argv", ["grade", "2", str(term)])
    grade.main()
    assert "5 of 5 submissions" in (said := capsys.readouterr().out)
    assert "ZeroDivisionError" not in said  # pip did not work
    for line in ("ana: 2 of 4", "bob: 0 of 4", "cyd: 1 of 4", "dan: 2 of 4", "einops"):
        assert line in said, said

    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        stem = NAME.removesuffix(".ipynb")
        page_of = {who: gradebook.find_submission_notebook(stem, "lesson2", who).id for who in ("ana", "bob")}
    # A person has the last word.
    page = formgrader(f"formgrader/submissions/{page_of['ana']}")
    assert "I saw it." in page.inner_text("body")
    overrule(page, "words-1", points="0.5", comment="And why?")
    overrule(formgrader(f"formgrader/submissions/{page_of['bob']}"), "l2-c04", points="1")
    grade.main()
    assert "0 of 5 submissions" in capsys.readouterr().out
    assert all("points" in grade.autograde(term, who, "lesson2") for who in page_of)

    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:  # today, of what was graded before
        gradebook.update_or_create_assignment("lesson2", duedate=f"{datetime.now(UTC) - timedelta(days=1.5)}")
    monkeypatch.setattr("sys.argv", ["export", "2", str(term), "--comma"])
    export.main()
    with open(term / "lesson2.csv", encoding="utf-8-sig") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter=";")}
    assert (rows["ana"]["late"], rows["ana"]["total"]) == ("2", "0,5")
    assert rows["bob"]["double"] == "1" and rows["cyd"]["double"] == "0"
    assert rows["not yet"]["double"] == "2" and rows["not yet"]["triple"] == "2"
    assert rows["ana"]["unclear"] == "The factor."
    assert "And why?" in (term / "feedback" / "ana" / "lesson2" / NAME.replace("ipynb", "html")).read_text()


def test_an_endless_notebook_is_stopped_and_named(term, tmp_path, monkeypatch):
    loop = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    collected(term, tmp_path, {"eli.ipynb": handed_in(term, lambda c: c["l2-c07"].update(source=loop))})
    monkeypatch.setattr(grade, "MINUTES", 0.3)
    assert "stopped after" in grade.autograde(term, "eli", "lesson2")


def test_a_late_day_costs_a_point_and_after_three_nothing_is_left(term):
    late = configuration(term).AssignLatePenalties.plugin_class().late_submission_penalty
    points = {0: 0, 0.1: 1, 1.5: 2, 3: 3, 3.1: 4, 30: 4}
    assert {days: late("ana", 4, days * 86_400) for days in points} == points
