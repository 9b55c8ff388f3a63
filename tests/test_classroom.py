"""A week of teaching on a toy lesson: the edition, what is handed in and by whom, tricks that win nothing, points."""

import contextlib
import csv
import inspect
import io
import json
import re
import shutil
import time
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import nbformat
import pytest
import test_answers as bank
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as text
from nbformat.v4 import new_notebook
from toy_lesson import STEP, VERDICT, toy_lesson

import checks

pytest.importorskip("nbgrader")
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from tools.teaching import collect, exercises, export, grade, mend, outside, people, student, words
from tools.teaching.term import configuration

pytestmark = pytest.mark.slow
BOTH, NAME = f"{STEP}\n{VERDICT}", "2-lstm-gates.ipynb"


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A term with the edition of the toy lesson, outside the course's folder."""
    folder, path = tmp_path_factory.mktemp("class") / "autumn", tmp_path_factory.mktemp("lessons") / NAME
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
    cells = {cell["id"]: cell | {"source": "".join(cell["source"])} for cell in notebook["cells"]}
    change(cells)
    return notebook | {"cells": list(cells.values())}


def solved(cells):
    cells["l2-c03"]["source"], cells["l2-c09"]["source"] = STEP, VERDICT


def collected(term, tmp_path, files: dict) -> dict:
    """The rows of collect for some files (name: notebook, bytes or text), by file."""
    for name, content in files.items():
        (tmp_path / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(content).encode() if isinstance(content, dict) else content
        (tmp_path / "inbox" / name).write_bytes(content)
    return {row["file"]: row for row in collect.collect(tmp_path / "inbox", term, nobody(term), "2")}


def nobody(term) -> people.People:
    """A class of which nothing is known but what stands in its folder."""
    return people.People(term, SimpleNamespace(students=[]))


def order_of(term, who: str) -> list:
    return nbformat.read(term / "submitted" / who / "lesson2" / NAME, as_version=4).cells


def test_the_edition_has_no_solution_no_output_and_places_for_names_words_and_complaints(term):
    cells = nbformat.read(term / "release" / "lesson2" / NAME, as_version=4).cells
    assert "Save a copy in Drive" in cells[0].source and "Edition of" in cells[0].source
    assert not any(
        "Solution" in cell.source or "with solutions" in cell.source or cell.get("outputs") for cell in cells
    )
    assert [cell.id for cell in cells if cell.id.startswith(("words", "unclear"))] == ["words-1", "words-2", "unclear"]
    points = {c.id: c.metadata.nbgrader["points"] for c in cells if c.metadata.get("nbgrader", {}).get("grade")}
    assert points == {"l2-c04": 1, "words-1": 1, "l2-c10": 1, "words-2": 1, "l2-c14": 0}  # the last is under Further


ODD = {  # what students and Colab do to a notebook that holds both right answers
    "as it is": solved,
    "stubs deleted, answers at the end": lambda c: [c.pop("l2-c03"), c.pop("l2-c09"), c.update(z=code(BOTH))],
    "stubs kept, answers above them": lambda c: c["l2-c01"].update(source=f"{c['l2-c01']['source']}\n{BOTH}"),
    "checks deleted": lambda c: [solved(c), c.pop("l2-c04"), c.pop("l2-c10")],
    "answers typed into a check": lambda c: c["l2-c04"].update(source=f"{BOTH}\n{c['l2-c04']['source']}"),
    "answers below their checks": lambda c: c["l2-c07"].update(source=BOTH),
    "no ids, no metadata": lambda c: [solved(c), [(cell.pop("id"), cell.update(metadata={})) for cell in c.values()]],
    "Colab's ids": lambda c: [solved(c), [cell.update(metadata={"id": cell.pop("id")}) for cell in c.values()]],
    "another edition": lambda c: [
        solved(c),
        c["hand-in"].update(source="(Edition of 2020-01-01, 0a1b2c3d.)"),
        c["l2-c07"].update(source="factor = of_an_older_lesson()"),
    ],
    "a stub twice": lambda c: [solved(c), c.update(z=code(STEP, id="l2-c03"))],
}


@pytest.mark.parametrize("how", ODD)
def test_a_right_answer_counts_wherever_it_stands(term, tmp_path, capsys, how):
    assert collected(term, tmp_path, {"kim/2.ipynb": handed_in(term, ODD[how])})["kim/2.ipynb"]["taken"] == "yes"
    cells, space = order_of(term, "kim"), {}
    for cell in cells:
        with contextlib.suppress(Exception):
            exec(cell.source if cell.cell_type == "code" else "", space)
    assert capsys.readouterr().out.count("right") == 2  # what the two checks say
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    assert {"l2-c03", "lstm_step", "l2-c09", "verdict", "words-1", "words-2"} <= names
    assert not any("of_an_older" in cell.source for cell in cells)


@pytest.mark.parametrize(
    "write",
    [
        lambda c: c["words-1"].update(source=c["words-1"]["source"] + " I expected four."),
        lambda c: c["words-1"].update(source="I expected four."),
        lambda c: c["words-1"].update(source="**Your words on exercise 1**: I expected four."),
        lambda c: c["l2-c02"].update(source=c["l2-c02"]["source"] + "\n\nI expected four."),
        lambda c: [c.pop("words-1"), c.update(z=text("### Exercise 1. Twice\n\nI expected four."))],
        lambda c: c.update(z=text("Exercise 1: I expected four.")),  # no heading: a person decides
    ],
)
def test_words_are_found_wherever_they_stand(term, tmp_path, write):
    collected(term, tmp_path, {"eva.ipynb": handed_in(term, write)})
    (words,) = [cell.source for cell in order_of(term, "eva") if cell.id == "words-1"]
    assert "I expected four." in words and words.startswith("**Your words on exercise 1.**")


def zipped(files: dict, when: int = 2026) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, content in files.items():
            content = content if isinstance(content, bytes) else json.dumps(content)
            out.writestr(zipfile.ZipInfo(name, (when, 1, 2, 3, 4, 6)), content)
    return archive.getvalue()


def test_downloads_of_platforms_and_odd_files_are_read_or_named_with_a_reason(term, tmp_path):
    good = handed_in(term, solved)
    typed = handed_in(term, lambda c: c["student-name"].update(source='STUDENT_NAME = "Zoë O\'N"\nSTUDENT_ID = 112'))
    moodle = {
        "Ana Ruiz_4711_assignsubmission_file/my.zip": zipped({"2.ipynb": good}, 2020),
        "b.zip": zipped({"c": b"%"}),
    }
    canvas = {"kimlee_LATE_991_22_2-lstm-gates-1.ipynb": good, "eva/2.ipynb": good}
    mine = {"submission_77/2.ipynb": good, "späte Abgabe (1).ipynb": good, "typed.ipynb": typed, "eva/a.ipynb": good}
    bad = {
        "half.ipynb": json.dumps(good)[:900].encode(),
        "empty.ipynb": b"",
        "answers.py": b"x = 1",
        "bad.zip": b"PK no zip",
    }
    bad["other.ipynb"] = {"cells": [text("# My diary")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    old = {"old-format.ipynb": {**good, "nbformat_minor": 0}}
    rows = collected(term, tmp_path, {"moodle.zip": zipped(moodle), "all.zip": zipped(canvas)} | mine | bad | old)
    taken = {row["student"]: row for row in rows.values() if row["taken"] == "yes"}
    assert set(taken) == {"Ana-Ruiz", "kimlee", "eva", "submission_77", "späte-Abgabe-1", "112", "old-format"}
    refused = {file: row["remarks"] for file, row in rows.items() if row["taken"] == "no"}
    assert set(refused) == {"moodle/b/c", "all/eva/2.ipynb", *bad} and all(refused.values())
    assert "newer" in refused["all/eva/2.ipynb"]
    then = time.gmtime(time.mktime((2026, 1, 2, 3, 4, 6, 0, 0, -1)))  # the platform's time, not that of Ana's own zip
    assert taken["Ana-Ruiz"]["handed in"] == time.strftime("%Y-%m-%d %H:%M:%S UTC", then)


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


def belongs_to(path: str) -> str:
    """Whose feedback a file is, by the rules of importziplib.php of Moodle's assignfeedback_file."""
    name, number, kind, plugin, *rest = path.split("/")[0].split("_", 4)
    assert number.isdigit() and (kind, plugin) == ("assignsubmission", "file") and rest
    return number


def table_of(term, name: str) -> dict[str, dict]:
    with open(term / name, encoding="utf-8-sig") as file:
        return {row.get("name") or row.get("Student") or row["id"]: row for row in csv.DictReader(file)}


def test_a_week(term, tmp_path, monkeypatch, capsys):
    """Collect, grade, a person reads and overrules, export, a second file, and all of it again."""
    shutil.rmtree(term / "submitted", ignore_errors=True)
    people = "".join(f"{name} X,1,{name.lower()},,A\n" for name in ("Ana", "Bob", "Fay", "Eva", "Ida", "Eli"))
    (term / "students.csv").write_text(f"Student,ID,SIS User ID,SIS Login ID,Section\n{people}")
    folder = "{} X_{}_assignsubmission_file/2.ipynb".format
    ana, wrong = {"words-1": "I saw it.", "unclear": "=The factor."}, "def lstm_step(*given):\n    return given[2:]"
    own, loop = (
        "!pip --version\n1 / _exit_code\nimport checks",
        "while True:\n    try: 1\n    except BaseException: pass",
    )
    files = {
        folder("Ana", 11): handed_in(term, lambda c: [solved(c), *(c[key].update(source=ana[key]) for key in ana)]),
        folder("Bob", 12): handed_in(term, lambda c: c["l2-c03"].update(source=f"import einops\n{wrong}")),
        folder("Eva", 13): handed_in(term, lambda c: c["l2-c07"].update(source=f"{c['l2-c07']['source']}\n{own}")),
        folder("Ida", 14): b"",
        folder("Eli", 15): handed_in(term, lambda c: c["l2-c07"].update(source=loop)),
    }

    def run(program, *arguments):
        monkeypatch.setattr("sys.argv", ["", *arguments])
        program.main()
        return capsys.readouterr().out

    collected(term, tmp_path, files)
    said = run(collect, str(tmp_path / "inbox"), str(term), "2")
    assert "4 students. Only files not taken: Ida X." in said and "Nothing from: Fay X\n" in said
    assert "LOOK AT: import checks" in said
    really, tried = grade.subprocess.run, []

    def first_time_busy(command, timeout, **settings):
        tried.append(command[-1])
        busy = tried.count(command[-1]) == 1 and "eli" not in command
        return (
            SimpleNamespace(returncode=1)
            if busy
            else really(command, timeout=20 if "eli" in command else 600, **settings)
        )

    monkeypatch.setattr(grade.subprocess, "run", first_time_busy)
    said = run(grade, "2", str(term))
    assert "4 of 4 submissions" in said and "ZeroDivisionError" not in said and "einops" in said  # pip did not work
    for who, said_of in {"ana": "2 of 2", "bob": "0 of 2", "eva": "0 of 2", "eli": "NOT GRADED: stopped after"}.items():
        assert f"{who}:\n    {said_of}" in said, said
    assert "I saw it." in (term / "words-lesson2.html").read_text(encoding="utf-8")

    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        gradebook.update_or_create_assignment("lesson2", duedate=f"{datetime.now(UTC) - timedelta(days=1.5)}")
    run(export, "2", str(term))
    rows = table_of(term, "lesson2.csv")
    assert (rows["Ana X"]["words-1"], rows["Ana X"]["total"], rows["Bob X"]["words-1"]) == ("?", "?", "0.0")
    assert "is empty" in rows["Ida X"]["remarks"] and rows["Ida X"]["total"] == "" and "bias_for" not in rows["Ida X"]
    assert "NOT GRADED: stopped after" in rows["Eli X"]["remarks"] and "import checks" in rows["Eva X"]["remarks"]

    def give(who: str, name: str, points: float, comment: str) -> None:
        """What formgrader does when a person types points and a comment (nbgrader's formgrader/apihandlers.py)."""
        with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
            grade = gradebook.find_grade(name, NAME.removesuffix(".ipynb"), "lesson2", who)
            grade.manual_score, grade.needs_manual_grade = points, False
            if comment:
                gradebook.find_comment(name, NAME.removesuffix(".ipynb"), "lesson2", who).manual_comment = comment
            gradebook.db.commit()

    # A person has the last word.
    give("ana", "words-1", 0.5, "And why?")
    give("bob", "lstm_step", 1, "")
    assert "1 of 4 submissions" in run(grade, "2", str(term))  # Eli's
    run(export, "2", str(term))
    rows = table_of(term, "lesson2.csv")
    assert (rows["Ana X"]["late"], rows["Ana X"]["total"], rows["Ana X"]["unclear"]) == ("2.0", "0.5", "'=The factor.")
    assert (rows["Bob X"]["lstm_step"], rows["not yet"]["lstm_step"], rows["not yet"]["verdict"]) == ("1.0", "1", "2")
    assert imported((term / "moodle-lesson2.csv").read_text(encoding="utf-8"), 4) == {"11": 0.5, "12": 0, "13": 0}
    totals = {name: row["Lesson 2"] for name, row in table_of(term, "term.csv").items()}
    assert totals == {"Ana X": "0.5", "Bob X": "0.0", "Eva X": "0.0", "Fay X": "", "Ida X": "", "Eli X": ""}
    with zipfile.ZipFile(term / "feedback-lesson2.zip") as feedback:
        pages = {belongs_to(name): feedback.read(name).decode() for name in feedback.namelist()}
    assert set(pages) == {"11", "12", "13", "14", "15"} and "And why?" in pages["11"]
    assert "is empty" in pages["14"] and "stopped after" in pages["15"] and "hand in" in pages["15"]

    # New words are unread, new code is tried, and what a person gave stays until a person looks.
    better = handed_in(term, lambda c: [solved(c), c["words-1"].update(source="I see it now.")])
    collected(term, tmp_path, {folder("Ana", 11): better, folder("Bob", 12): handed_in(term, solved)})
    run(collect, str(tmp_path / "inbox"), str(term), "2")
    assert "3 of 4 submissions" in run(grade, "2", str(term))
    run(export, "2", str(term))
    rows = table_of(term, "lesson2.csv")
    assert rows["Ana X"]["words-1"] == "?" and "words-1 had 0.5 by hand; new words" in rows["Ana X"]["remarks"]
    assert (rows["Bob X"]["lstm_step"], rows["Bob X"]["verdict"]) == ("1.0", "1.0")
    assert "lstm_step had 1 by hand; the check says 1" in rows["Bob X"]["remarks"]
    late = configuration(term).AssignLatePenalties.plugin_class().late_submission_penalty
    assert [late("ana", 4, days * 86_400) for days in (0, 0.1, 1.5, 3, 3.1, 30)] == [0, 1, 2, 3, 4, 4]


CHEATS = {
    "a variable taken away": "import os; os.environ.pop('TORCHNLP_GRADING', None)",
    "the checks' names": "check_lstm_step = check_verdict = lambda answer, *given: answer",
    "ours, of the check": "import checks; lstm_step = checks.check_lstm_step.ours; verdict = checks.check_verdict.ours",
    "ours, of the check's globals": "lstm_step = check_lstm_step.__wrapped__.__globals__['_lstm_step']",
    "ours, of a frame": """
import sys
def lstm_step(*given):
    frame = sys._getframe()
    while "_lstm_step" not in frame.f_globals:
        frame = frame.f_back
    return frame.f_globals["_lstm_step"](*given)""",
    "the check's code": """
for _check in (check_lstm_step, check_verdict):
    _check.__wrapped__.__code__ = (lambda *given: None).__code__
lstm_step = verdict = max""",
    "PyTorch's LSTM": """
nn.LSTM.forward = lambda self, x, state=None: (x.new_zeros(4, 1, 2), (x.new_zeros(1, 4, 2), x.new_zeros(1, 4, 2)))
lstm_step = lambda lstm, x, h, c: (x.new_zeros(4, 2), x.new_zeros(4, 2))""",
    "a text that equals everything": """
always = {"__eq__": lambda *_: True, "__ne__": lambda *_: True, "__hash__": str.__hash__}
verdict = type("Evil", (str,), always)("A")""",
    "a table of one's own": "shares = {0.004: [0.1, 0.2]}; verdict = 'A'",
    "Python's own names": "import builtins; builtins.filter = lambda *given: iter(())",
    "the module of the checks": """
from sys import modules
modules["checks"].__dict__.update(reason=lambda *given, **named: "", must_equal=lambda *given: None)""",
    "a table of one try": """
torch.manual_seed(0); _l = nn.LSTM(3, 2, batch_first=True); _x, _h, _c = torch.randn(4, 3), torch.rand(4, 2) - 0.5, \
torch.randn(4, 2); _answer = _l(_x[:, None], (_h[None], _c[None]))
def lstm_step(*given):
    return _answer[0][:, 0], _answer[1][1][0]""",
    "the way out": "def lstm_step(*given):\n    raise SystemExit",
    "PyTorch's comparisons": """
torch.allclose = torch.Tensor.__lt__ = lambda *given, **named: True
lstm_step = lambda *given: (torch.zeros(4, 2, requires_grad=True),) * 2""",
    "the check's cell": """
get_ipython().input_transformers_post.append(lambda lines: [] if "check_" in "".join(lines) else lines)""",
    "the notebook's kernel": "get_ipython().run_cell_async = lambda *given, **named: None",
    "an answer that is a program": """
class Evil:
    __reduce__ = lambda self: (exec, ("import checks; checks.reason = lambda *given, **named: ''",))
lstm_step = lambda *given: Evil()""",
    "the letters to the check": """
_save = torch.save
torch.save = lambda values, file: _save({"returned": None, "callable": False, "why": "", "right": True}, file)""",
}
SHOWN = CHEATS.keys() - {"a table of one's own", "a table of one try", "the way out"}  # harmless, or closed


def run(notebook, folder):
    """The notebook after nbgrader's run."""
    outside_it = outside.Outside(timeout=600)  # seconds for a cell: other load
    outside_it.lock = outside.FileLock(folder / "lock")
    with outside_it.lock:
        return outside_it.preprocess(notebook, {"metadata": {"path": str(folder)}})[0]


def points(term, code: str) -> tuple[float, str]:
    """What nbgrader's run gives for the checks of the core, with this in place of the stubs, and what they print."""
    notebook = nbformat.read(term / "release" / "lesson2" / NAME, as_version=4)
    first, second, _ = [cell for cell in notebook.cells if "stub" in cell.metadata.get("tags", [])]
    first.source, second.source = f"{first.source}\n{code}", "" if "verdict" in code else second.source
    run(notebook, term / "release" / "lesson2")
    tried = [cell for cell in notebook.cells if cell.id in ("l2-c04", "l2-c10")]
    return sum(determine_grade(cell)[0] for cell in tried), "".join(cell.outputs[0].text for cell in tried)


@pytest.mark.parametrize("how", CHEATS)
def test_a_trick_wins_nothing_and_is_shown(term, how):
    earned, printed = points(term, CHEATS[how])
    assert earned == 0 and printed.count("not yet") == 2 and "right" not in printed
    assert any(map(mend.FOREIGN.search, CHEATS[how].splitlines())) == (how in SHOWN)


def test_who_solves_it_has_the_points_also_beside_other_load(term):
    late = "import time; get_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(30))"
    assert points(term, f"{late}\n{BOTH}") == (2, "Exercise 1: right\nExercise 2b: right\n")


@pytest.mark.parametrize("lesson", sorted({answer["lesson"] for answer in bank.ANSWERS} - {"project"}))
def test_each_answer_of_the_bank_gets_the_verdict_that_it_gets_in_the_lesson(lesson, tmp_path):
    entries = [entry for entry in bank.ENTRIES if entry["lesson"] == lesson]
    right = {entry["check"]: entry["code"] for entry in reversed(entries) if entry["kind"] == "right"}
    paths = f"import sys\nsys.path[:0] = [{str(bank.ROOT)!r}, {str(bank.ROOT / 'notebooks')!r}]\n"
    settings = [entry["code"] for entry in entries if not entry["check"]]
    cells, tried = list(map(code, [paths + bank.IMPORTS, *settings, *right.values()])), {}
    tries = [entry for entry in entries if entry["check"] and not entry["code"].rstrip().endswith('verdict = "B"')]
    for entry in tries:  # without the one that holds on the small corpus
        names = ", ".join(inspect.signature(bank.CHECKS[entry["check"]]).parameters)
        check = code(f"{entry['check']}({names})")
        check.metadata["nbgrader"] = exercises.nbgrader(check, grade=True, points=1)
        tried[check.id] = entry
        cells += [code(entry["code"]), check, code(right[entry["check"]])]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for cell in run(notebook, tmp_path).cells:
        if entry := tried.get(cell.id):
            said, right = cell.outputs[0].text, entry["kind"] == "right"
            words = [] if right else [part for part in [entry["words"], *entry["says"]] if not re.search(r"\d", part)]
            assert ("not yet" in said) != right and all(part in said for part in words), (entry["code"], said)
            assert not (right and any(map(mend.FOREIGN.search, entry["code"].splitlines()))), entry["code"]


@pytest.mark.parametrize("name", [name for name in checks.__all__ if inspect.isfunction(getattr(checks, name).ours)])
def test_a_table_of_what_a_check_tries_wins_nothing(name):
    """What ours returns to the check that students see is written down, and handed in as an answer."""
    check, table = getattr(checks, name), {}
    given = [{100: {"mean of GloVe": 1, "GloVe, fine-tuned": 1}}] if name == "check_choose_start" else []

    def watched(*asked, **named):
        table[repr((asked, named))] = answer = check.ours(*asked, **named)
        return answer

    assert checks.reason(check.__wrapped__, watched, *given) == "" and table

    def from_table(*asked, **named):
        return table[repr((asked, named))]

    assert checks.reason(check.__wrapped__, from_table, *given, seed=1), f"{len(table)} calls are the same"
