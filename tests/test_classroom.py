"""A week of teaching on a toy lesson: the edition, what students hand in, who they are, points, the last word."""

import contextlib
import csv
import inspect
import io
import json
import shutil
import sqlite3
import time
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as text
from toy_lesson import STEP, VERDICT, toy_lesson

import checks

pytest.importorskip("nbgrader")
from nbgrader.api import Gradebook

from tools.teaching import collect, exercises, export, grade, people, student, words
from tools.teaching.term import configuration

pytestmark = pytest.mark.slow
BOTH = f"{STEP}\n{VERDICT}"
NAME = "2-lstm-gates.ipynb"


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A term with the edition of the toy lesson, outside the course's folder."""
    folder = tmp_path_factory.mktemp("class") / "autumn"
    path = tmp_path_factory.mktemp("lessons") / NAME
    exercises.mark(lesson := toy_lesson())
    nbformat.write(lesson, path)
    with pytest.MonkeyPatch.context() as patch:
        for module in (exercises, student, collect, export, words):
            patch.setattr(module, "LESSONS", {"2": path})
        student.release(folder)
        yield folder


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
    cells["l2-c03"]["source"], cells["l2-c09"]["source"] = STEP, VERDICT


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
    return {row["file"]: row for row in collect.collect(tmp_path / "inbox", term, nobody(term), "2")}


def nobody(term) -> people.People:
    """A class of which nothing is known but what stands in its folder."""
    return people.People(term, SimpleNamespace(students=[]))


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
    "stubs kept, answers at the end": lambda c: c.update(z=code(STEP), y=code(VERDICT)),
    "checks deleted": lambda c: [solved(c), c.pop("l2-c04"), c.pop("l2-c10")],
    "answers typed into the checks": lambda c: [
        c["l2-c04"].update(source=f"{STEP}\n\nlstm_step = check_lstm_step(lstm_step)"),
        c["l2-c10"].update(source=f"{VERDICT}\n\nverdict = check_verdict(verdict, shares)"),
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
    "a stub twice": lambda c: [solved(c), c.update(z=code(STEP, id="l2-c03"))],
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
        lambda c: c.update(z=text("Exercise 1: I expected four.")),  # no heading: a person decides
    ],
)
def test_words_are_found_wherever_they_stand(term, tmp_path, write):
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
            "half.ipynb": json.dumps(good)[:900],
            "empty.ipynb": b"",
            "other.ipynb": {"cells": [text("# My diary")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
            "answers.py": b"x = 1",
            "bad.zip": b"PK no zip",
        },
    )
    taken = {row["student"] for row in rows.values() if row["taken"] == "yes"}
    assert taken == {"Ana-Ruiz", "kimlee", "eva", "77", "späte-Abgabe-1", "112", "old-format"}
    refused = {file: row["remarks"] for file, row in rows.items() if row["taken"] == "no"}
    assert set(refused) == {"moodle/a/b/c.pdf", "half.ipynb", "empty.ipynb", "other.ipynb", "answers.py", "bad.zip"}
    assert all(refused.values())


def test_the_time_that_counts_is_the_platforms_and_not_that_in_a_students_own_zip(term, tmp_path):
    inner, outer = io.BytesIO(zipped({"2.ipynb": handed_in(term)})), io.BytesIO()  # of this very moment
    with zipfile.ZipFile(outer, "w") as out:
        out.writestr(zipfile.ZipInfo("Kai Ode_7_assignsubmission_file/my.zip", (2026, 1, 2, 3, 4, 6)), inner.getvalue())
    (row,) = collected(term, tmp_path, {"download.zip": outer.getvalue()}).values()
    then = time.mktime((2026, 1, 2, 3, 4, 6, 0, 0, -1))
    assert row["handed in"] == time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(then))


LISTS = {  # as the platforms export them
    "Moodle": "First name,Last name,ID number,Email address\n"
    "Ana,Ruíz,112,ana@x.org\nKim,Lee,113,k@x.org\nKim,Lee,114,l@x.org",
    "Canvas": "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Ruíz, Ana",991,112,ana@x.org,A\n"Lee, Kim",992,113,k@x.org,A\n"Lee, Kim",993,114,l@x.org,A',
    "Classroom": "Last Name,First Name,Email Address,Lesson 1\nDate,,,2026-11-02\nPoints,,,4\nRuíz,Ana,ana@x.org,3\n"
    "Lee,Kim,k@x.org,3\nLee,Kim,l@x.org,4",
}


@pytest.mark.parametrize("platform", LISTS)
def test_a_student_is_the_same_in_each_week(tmp_path, monkeypatch, platform):
    (tmp_path / "students.csv").write_text(LISTS[platform], encoding="utf-8")
    known = nobody(tmp_path)
    ana, kim, other = known.listed
    assert [who.name for who in known.listed] == ["Ana Ruíz", "Kim Lee", "Kim Lee"] and len(known.students) == 3
    for number in ("Moodle 4711", "Moodle 52"):  # another one in each assignment
        assert known.find("Ana Ruiz", number, {}) is ana and known.find("RUIZ Ana", number, {"ID": "114"}) is ana
    assert known.find("ruizana", "991", {}) is ana and known.find("", "77", {"NAME": "ana ruiz"}) is ana
    assert known.find("Kim Lee", "5", {"ID": max(other.known)}) is other
    for name, number in (("Kim Lee", "5"), ("A. Ruiz", "9")):
        with pytest.raises(ValueError, match=r"who\.csv"):
            known.find(name, number, {})
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda question: kim.id)
    known.answers.clear()
    assert known.find("Kim Lee", "5", {}) is kim
    monkeypatch.setattr("builtins.input", None)  # not asked again
    assert nobody(tmp_path).find("Kim Lee", "5", {}).id == kim.id


def imported(table: str, most: float) -> dict[str, float]:
    """Number -> grade, by the rules of importgradeslib.php and locallib.php of Moodle's assignfeedback_offline."""
    header, *records = csv.reader(io.StringIO(table.removeprefix("\ufeff")))
    number, grade, modified = map(header.index, ("Identifier", "Grade", "Last modified (grade)"))
    assert all(len(record) == len(header) for record in records)  # lib/csvlib.class.php
    now = datetime.now(UTC).replace(tzinfo=None)
    for record in records:  # an older time would lose against a grade that Moodle has
        assert abs(datetime.strptime(record[modified], "%Y-%m-%d %H:%M UTC") - now) < timedelta(minutes=5)
    found = {record[number][len("Participant ") :]: record[grade] for record in records}
    return {key: float(value) for key, value in found.items() if value != "" and 0 <= float(value) <= most}


def belongs_to(path: str) -> tuple[str, str]:
    """(number, name of the file) of a file of feedback, by the rules of importziplib.php of assignfeedback_file."""
    name, number, kind, plugin, *rest = path.split("/")[0].split("_", 4)
    assert number.isdigit() and (kind, plugin) == ("assignsubmission", "file")
    return number, rest[0]


def test_of_two_files_of_one_student_the_newer_counts_and_the_other_is_named(term, tmp_path):
    files = {"leo/a.ipynb": handed_in(term), "leo/b.ipynb": handed_in(term, solved)}
    rows = collected(term, tmp_path, files)
    assert [row["taken"] for row in rows.values()] == ["no", "yes"] and "newer" in rows["leo/a.ipynb"]["remarks"]


@pytest.mark.parametrize("name", [name for name in checks.__all__ if inspect.isfunction(getattr(checks, name).ours)])
def test_a_table_of_what_a_check_tries_wins_nothing(name):
    """What ours returns to the check that students see is written down, and handed in as an answer."""
    check, table = getattr(checks, name), {}
    given = [{100: {"mean of GloVe": 1, "GloVe, fine-tuned": 1}}] if name == "check_choose_start" else []

    def watched(*asked, **named):
        table[repr((asked, named))] = check.ours(*asked, **named)
        return table[repr((asked, named))]

    test = check.__wrapped__
    assert checks.reason(test, watched, *given) == "" and table

    def from_table(*asked, **named):
        return table[repr((asked, named))]

    assert checks.reason(test, from_table, *given, seed=1), f"{len(table)} calls are the same"


def give(term, who: str, cell: str, points: float, comment: str = "") -> None:
    """What formgrader does when a person types points and a comment (nbgrader's formgrader/apihandlers.py)."""
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        place = cell, NAME.removesuffix(".ipynb"), "lesson2", who
        grade = gradebook.find_grade(*place)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment:
            gradebook.find_comment(*place).manual_comment = comment
        gradebook.db.commit()


def table_of(term, name: str) -> dict[str, dict]:
    with open(term / name, encoding="utf-8-sig") as file:
        return {row["name"] or row["id"]: row for row in csv.DictReader(file, delimiter=";")}


def test_a_week(term, tmp_path, monkeypatch, capsys):
    """Collect, grade, a person reads and overrules, export, a second file, and all of it again."""
    shutil.rmtree(term / "submitted", ignore_errors=True)
    (term / "students.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        + "".join(f"{n} X,1,{n.lower()},,\n" for n in ("Ana", "Bob", "Fay", "Eva", "Ida"))
    )
    folder = "{} X_{}_assignsubmission_file/2.ipynb".format
    ana, wrong = {"words-1": "I saw it.", "unclear": "The factor."}, "def lstm_step(*given):\n    return given[2:]"
    own = "!pip --version\n1 / _exit_code\nimport checks"
    files = {
        folder("Ana", 11): handed_in(term, lambda c: [solved(c), *(c[key].update(source=ana[key]) for key in ana)]),
        folder("Bob", 12): handed_in(term, lambda c: c["l2-c03"].update(source=f"import einops\n{wrong}")),
        folder("Eva", 13): handed_in(term, lambda c: c["l2-c07"].update(source=f"{c['l2-c07']['source']}\n{own}")),
        folder("Ida", 14): b"",
    }

    def run(program, *arguments):
        monkeypatch.setattr("sys.argv", ["", *arguments])
        program.main()
        return capsys.readouterr().out

    collected(term, tmp_path, files)
    said = run(collect, str(tmp_path / "inbox"), str(term), "2")
    assert "Lesson 2: 3 students. Only files not taken: Ida X." in said and "Nothing from: Fay X\n" in said
    said = run(grade, "2", str(term))
    assert "3 of 3 submissions" in said and "ZeroDivisionError" not in said  # pip did not work
    for line in ("ana: 2 of 4", "bob: 0 of 4", "eva: 0 of 4", "einops", "LOOK AT code cell 5: import checks"):
        assert line in said, said

    assert "I saw it." in (term / "words-lesson2.html").read_text(encoding="utf-8")

    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        gradebook.update_or_create_assignment("lesson2", duedate=f"{datetime.now(UTC) - timedelta(days=1.5)}")
    run(export, "2", str(term), "--comma")
    rows = table_of(term, "lesson2.csv")
    assert (rows["Ana X"]["words-1"], rows["Ana X"]["total"], rows["Bob X"]["words-1"]) == ("?", "?", "0")
    assert "is empty" in rows["Ida X"]["remarks"] and rows["Ida X"]["total"] == "" and "bias_for" not in rows["Ida X"]
    # A person has the last word.
    give(term, "ana", "words-1", 0.5, "And why?")
    give(term, "bob", "l2-c04", 1)
    assert "0 of 3 submissions" in run(grade, "2", str(term))
    run(export, "2", str(term), "--comma")
    rows = table_of(term, "lesson2.csv")
    assert (rows["Ana X"]["late"], rows["Ana X"]["total"], rows["Ana X"]["unclear"]) == ("2", "0,5", "The factor.")
    assert (rows["Bob X"]["lstm_step"], rows["not yet"]["lstm_step"], rows["not yet"]["verdict"]) == ("1", "1", "2")
    assert imported((term / "moodle-lesson2.csv").read_text(encoding="utf-8"), 4) == {"11": 0.5, "12": 0, "13": 0}
    assert "1,ana,,,0.5" in (term / "canvas-lesson2.csv").read_text(encoding="utf-8")
    with zipfile.ZipFile(term / "feedback-lesson2.zip") as feedback:
        assert [belongs_to(name)[0] for name in feedback.namelist()] == ["11", "12", "13"]
        assert b"And why?" in feedback.read(feedback.namelist()[0])

    # New words are unread, new code is tried, and what a person gave stays until a person looks.
    better = handed_in(term, lambda c: [solved(c), c["words-1"].update(source="I see it now.")])
    collected(term, tmp_path, {folder("Ana", 11): better, folder("Bob", 12): handed_in(term, solved)})
    run(collect, str(tmp_path / "inbox"), str(term), "2")
    assert "2 of 3 submissions" in run(grade, "2", str(term))
    run(export, "2", str(term), "--comma")
    rows = table_of(term, "lesson2.csv")
    assert rows["Ana X"]["words-1"] == "?" and "words-1 had 0.5 by hand; new words" in rows["Ana X"]["remarks"]
    assert (rows["Bob X"]["lstm_step"], rows["Bob X"]["verdict"]) == ("1", "1")
    assert "lstm_step had 1 by hand; the check says 1" in rows["Bob X"]["remarks"]


def test_an_endless_notebook_is_stopped_and_named(term, tmp_path, monkeypatch):
    loop = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    (term / "students.csv").unlink(missing_ok=True)  # of the week above, in which there is no Eli
    collected(term, tmp_path, {"eli.ipynb": handed_in(term, lambda c: c["l2-c07"].update(source=loop))})
    monkeypatch.setattr(grade, "MINUTES", 0.3)
    said = grade.autograde(term, "eli", "lesson2")
    assert "stopped after" in said, (term / "logs" / "lesson2-eli.txt").read_text(encoding="utf-8")


def test_a_gradebook_that_another_program_has_locked_is_tried_once_more(term, tmp_path, monkeypatch):
    (term / "students.csv").unlink(missing_ok=True)
    collected(term, tmp_path, {"lia.ipynb": handed_in(term, solved)})
    settings, other = term / "nbgrader_config.py", sqlite3.connect(term / "gradebook.db", isolation_level=None)
    as_it_was = settings.read_text(encoding="utf-8")
    settings.write_text(as_it_was.replace("timeout=60", "timeout=0.1"), encoding="utf-8")
    other.execute("BEGIN EXCLUSIVE")
    run, came_out = grade.subprocess.run, []

    def watched(*given, **named):
        came_out.append(run(*given, **named).returncode)
        other.execute("ROLLBACK" if other.in_transaction else "SELECT 1")  # it is free after the first try
        return SimpleNamespace(returncode=came_out[-1])

    monkeypatch.setattr(grade.subprocess, "run", watched)
    said = grade.autograde(term, "lia", "lesson2")
    settings.write_text(as_it_was, encoding="utf-8")
    assert said.startswith("2 of 4") and came_out == [1, 0], said
    ((new,), (old,)) = (term.glob(f"{step}/lia/lesson2/*.ipynb") for step in ("submitted", "autograded"))
    assert old.stat().st_mtime == new.stat().st_mtime  # so a file that comes during the grading is newer


def test_a_late_day_costs_a_point_and_after_three_nothing_is_left(term):
    late = configuration(term).AssignLatePenalties.plugin_class().late_submission_penalty
    points = {0: 0, 0.1: 1, 1.5: 2, 3: 3, 3.1: 4, 30: 4}
    assert {days: late("ana", 4, days * 86_400) for days in points} == points
