"""A week of teaching: the edition of some cells, what is handed in and by whom, tricks that win nothing, points."""

import inspect
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import nbformat
import pytest
import test_answers as bank
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import checks
from checks import checking

pytest.importorskip("nbgrader")
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from teach import collect, export, grade, mend, outside, people, student
from teach.term import LESSONS, configuration, read_table

CELLS = "000 001 002 126 1261 1262 1265 048 052 1341 1373 1374 1375 121 1301 127 128"  # they run in a second
IMPORTS = """\
import math
import torch
from torch import nn, sigmoid
from checks import *

shares = {0.004: [0.5, 0.2], 0.012: [0.4, 0.6]}"""
STEP, VERDICT = bank.SOLUTIONS["check_lstm_step"].partition("\n")[2].strip(), 'verdict = "C"'
BOTH, NAME, SAID = f"{STEP}\n{VERDICT}", "2-lstm-gates.ipynb", "I expected four."
SOLVED = {"l2-c1261": STEP, "l2-c1373": VERDICT}


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """A term with the edition of these cells, outside the course's folder."""
    folder, path = tmp_path_factory.mktemp("class") / "autumn", tmp_path_factory.mktemp("lessons") / NAME
    lesson = nbformat.read(LESSONS["2"], as_version=4)
    cells = {cell.id: cell for cell in lesson.cells}
    cells["l2-c002"].source = IMPORTS
    lesson.cells = [cells[f"l2-c{number}"] for number in CELLS.split()]
    nbformat.write(lesson, path)
    with mock.patch.dict(LESSONS, {"2": path}, clear=True):
        student.release(folder)
        yield folder


def lesson_in(folder):
    return nbformat.read(folder / "lesson2" / NAME, as_version=4)


def handed_in(term, work: dict, ids: str = "kept") -> bytes:
    """The student edition after work on it: id of a cell or kind of a new one -> source ("..." is what stood there)."""
    notebook = lesson_in(term / "release")
    cells = {cell.id: cell for cell in notebook.cells}
    for name, source in work.items():
        make = new_code_cell if name == "code" else new_markdown_cell
        cell = cells.setdefault(name, make(id=name))
        cell.source = source.replace("...", cell.source)
    notebook.cells = [cell for cell in cells.values() if cell.source]  # without source: deleted
    for cell in notebook.cells if ids != "kept" else []:
        cell.metadata = {"id": cell.pop("id")} if ids == "Colab's" else {"was": cell.pop("id")}
    return json.dumps(notebook).encode()


def inbox(tmp_path, files: dict[str, bytes]):
    for name, content in files.items():
        (tmp_path / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "inbox" / name).write_bytes(content)
    return tmp_path / "inbox"


def zipped(files: dict[str, bytes], year: int) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, content in files.items():
            out.writestr(zipfile.ZipInfo(name, (year, 1, 2, 3, 4, 6)), content)
    return archive.getvalue()


ODD = {  # what students do to a notebook that holds both right answers and words on exercise 1
    "as it is": SOLVED | {"words-1": f"... {SAID}"},
    "stubs deleted, answers at the end": {"l2-c1261": "", "l2-c1373": "", "code": BOTH, "words-1": SAID},
    "stubs kept, answers above them": {"l2-c001": f"...\n{BOTH}", "l2-c126": f"...\n\n{SAID}"},
    "no checks": SOLVED | {"l2-c1262": "", "l2-c1374": "", "words-1": "", "text": f"### Exercise 1. Again\n\n{SAID}"},
    "answers typed into a check": {"l2-c1262": f"{BOTH}\n...", "words-1": f"**Your words on exercise 1**: {SAID}"},
    # A person decides where these words belong.
    "answers below their checks": {"l2-c052": BOTH, "text": f"Exercise 1: {SAID}"},
    "another edition": SOLVED | {"hand-in": "2020-01-01, 0a1b2c3d", "l2-c052": "factor = 'older'", "words-1": SAID},
    "a stub twice": SOLVED | {"words-1": SAID, "code": STEP},
}


@pytest.mark.parametrize("ids", ["kept", "Colab's", "lost"])
@pytest.mark.parametrize("how", ODD)
def test_right_answers_count_and_words_are_found_wherever_they_stand(term, tmp_path, capsys, how, ids):
    (tmp_path / "release").symlink_to(term / "release")
    files = inbox(tmp_path, {"kim/2.ipynb": handed_in(term, ODD[how], ids)})
    (row,) = collect.collect(files, tmp_path, people.People(tmp_path, SimpleNamespace(students=[])), "2")
    assert (row["student"], row["taken"]) == ("kim", "yes")
    cells, space = lesson_in(tmp_path / "submitted" / "kim").cells, {}
    for cell in cells:
        exec(cell.source if cell.cell_type == "code" else "", space)
    said = capsys.readouterr().out
    assert said.count("right") >= 2 and said.count("not yet") == 1  # that under Further
    (words,) = [cell.source for cell in cells if cell.id == "words-1"]
    assert SAID in words and words.startswith("**Your words on exercise 1.**")
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    assert {"l2-c1261", "lstm_step", "l2-c1373", "verdict", "words-1", "words-2"} <= names
    assert not any(re.search("Solution|with solutions", cell.source) for cell in cells)
    assert ids == "lost" or not any("'older'" in cell.source for cell in cells)


LISTS = {  # as the platforms export them
    "Moodle": "First name,Last name,ID number,Email address\n"
    "Ana,Ruíz,112,ana@x.org\nKim,Lee,113,k@x.org\nKim,Lee,114,l@x.org",
    "Canvas": "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Ruíz, Ana",991,112,ana@x.org,A\n"Lee, Kim",992,113,k@x.org,A\n"Lee, Kim",993,114,l@x.org,A',
    "Classroom": "Last Name,First Name,Email Address,Lesson 1\nDate,,,2026-11-02\nPoints,,,4\nRuíz,Ana,ana@x.org,3\n"
    "Lee,Kim,k@x.org,3\nLee,Kim,l@x.org,4",
}


@pytest.mark.parametrize("platform", LISTS)
def test_a_student_is_the_same_in_each_week_and_asked_about_once(tmp_path, monkeypatch, platform):
    (tmp_path / "students.csv").write_text(LISTS[platform], encoding="utf-8")
    known = people.People(tmp_path, SimpleNamespace(students=[]))
    ana, kim, other = known.listed
    assert [who.name for who in known.listed] == ["Ana Ruíz", "Kim Lee", "Kim Lee"] and len(known.students) == 3
    assert known.find("Ana Ruiz", "Moodle 4711", {}) is ana  # in each assignment Moodle has another number
    assert known.find("RUIZ Ana", "Moodle 52", {"ID": "114"}) is ana
    assert known.find("ruizana", "991", {}) is known.find("", "77", {"NAME": "ana ruiz"}) is ana
    assert known.find("Kim Lee", "5", {"ID": max(other.known)}) is other
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda question: kim.id)
    assert known.find("Kim Lee", "6", {}) is kim
    monkeypatch.undo()  # the answer stays
    assert people.People(tmp_path, SimpleNamespace(students=[])).find("Kim Lee", "6", {}).id == kim.id
    for name in ("Kim Lee", "A. Ruiz"):
        with pytest.raises(ValueError, match=r"who\.csv"):
            known.find(name, "5", {})


def imported(rows: list[dict], most: float) -> dict[str, float]:
    """Number -> grade, by the rules of importgradeslib.php and locallib.php of Moodle's assignfeedback_offline."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for row in rows:  # an older time would lose against a grade that Moodle has
        assert abs(datetime.strptime(row["Last modified (grade)"], "%Y-%m-%d %H:%M UTC") - now) < timedelta(minutes=5)
    graded = {row["Identifier"].removeprefix("Participant "): row["Grade"] for row in rows}
    return {number: float(grade) for number, grade in graded.items() if grade and 0 <= float(grade) <= most}


def belongs_to(path: str) -> str:
    """Whose feedback a file is, by the rules of importziplib.php of Moodle's assignfeedback_file."""
    name, number, kind, plugin, *rest = path.split("/")[0].split("_", 4)
    assert number.isdigit() and (kind, plugin) == ("assignsubmission", "file") and rest
    return number


CLASS = "Student,ID,SIS User ID\nAna X,1,ana\nBob X,1,bob\nFay X,1,fay\nEva O'X,1,eva\nIda X,1,ida\nEli X,1,eli"
WRONG = {"l2-c1261": "import einops\ndef lstm_step(*given):\n    return given[2:]"}
TYPED = {
    "l2-c1262": "...\nprint('right')",
    "student-name": 'STUDENT_NAME = "Eva O\\\'X"',
    "code": "!pip --version\n1 / _exit_code\nimport checks",
}
LOOP = {"l2-c052": "while True:\n    try: 1\n    except BaseException: pass"}


def test_a_week(term, tmp_path, monkeypatch, capsys):
    """Collect, grade, a person reads and overrules, export, a second file, and all of it again."""
    folder = "{} X_{}_assignsubmission_file/{}".format
    spoken = SOLVED | {"words-1": "I saw it.", "words-2": "No.", "unclear": "=The factor."}
    ana, bob, eli = (handed_in(term, work) for work in (spoken, WRONG, LOOP))
    moodle = {folder("Ana", 11, "my.zip"): zipped({"2.ipynb": ana}, 2020), folder("Ida", 14, "2.ipynb"): b""}
    moodle |= {folder("Bob", 12, "2.ipynb"): bob, folder("Eli", 15, "2.ipynb"): eli}
    canvas = {"xana_LATE_991_22_2.ipynb": ana}
    files = {"moodle.zip": zipped(moodle, 2026), "canvas.zip": zipped(canvas, 2025)}
    files |= {"späte Abgabe (1).ipynb": handed_in(term, TYPED), "Ida X/half.ipynb": ana[:900], "Ida X/bad.zip": b"PK"}
    really, tried = grade.subprocess.run, []

    def first_time_busy(command, timeout, **settings):
        tried.append(command[-1])
        if tried.count(command[-1]) == 1 and "eli" not in command:
            return SimpleNamespace(returncode=1)
        return really(command, timeout=20 if "eli" in command else 600, **settings)

    def week(files: dict, new: int, *columns: str) -> tuple[str, dict[str, tuple]]:
        """What is said of these files, and these columns of the table afterwards. new: how many are graded."""
        for program, *place in [(collect, str(inbox(tmp_path, files)), str(term)), (grade,), (export,)]:
            monkeypatch.setattr("sys.argv", ["", *place, "2", str(term)][:4])
            program.main()
        said = capsys.readouterr().out
        assert f"{new} of 4 submissions" in said
        rows = {row["id"]: row for row in read_table(term / "lesson2.csv")}
        return said, {who: tuple(map(row.get, columns)) for who, row in rows.items()}

    monkeypatch.setattr(grade.subprocess, "run", first_time_busy)
    (term / "students.csv").write_text(CLASS)
    # The time of Moodle's zip counts, and not that of Ana's own.
    due = datetime(2026, 1, 2, 3, 4, 6).astimezone() - timedelta(days=2.5)
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        gradebook.update_or_create_assignment("lesson2", duedate=f"{due}")
    said, rows = week(files, 4, "lstm_step", "words-1", "total")
    none, nothing = ("0.0", "0.0", "0.0"), ("", "", "")
    assert rows.pop("not yet")[0] == "2"
    assert rows == {"ana": ("1.0", "?", "?"), "bob": none, "eva": none, "ida": nothing, "eli": nothing}
    assert "4 students. Only files not taken: Ida X." in said and "Nothing from: Fay X\n" in said
    assert "LOOK AT: import checks" in said and "canvas/xana_LATE_991_22_2.ipynb: has the same name" in said
    assert "LOOK AT: # Typed into one of the checks:" in said
    assert "ana:\n    2 of 2" in said and "eli:\n    NOT GRADED: stopped" in said
    assert "einops" in said and "ZeroDivisionError" not in said  # pip did not work
    with zipfile.ZipFile(term / "feedback-lesson2.zip") as feedback:
        assert "Bob" in str(feedback.namelist()) and "Ana" not in str(feedback.namelist())  # her words are unread
    assert "I saw it." in (term / "words-lesson2.html").read_text(encoding="utf-8")

    # A person has the last word (what formgrader does: nbgrader's formgrader/apihandlers.py).
    where = NAME.removesuffix(".ipynb"), "lesson2"
    with Gradebook(configuration(term).CourseDirectory.db_url) as gradebook:
        for who, name, points in (("ana", "words-1", 1), ("ana", "words-2", 0.5), ("bob", "lstm_step", 1)):
            given = gradebook.find_grade(name, *where, who)
            given.manual_score, given.needs_manual_grade = points, False
        gradebook.find_comment("words-1", *where, "ana").manual_comment = "And why?"
        gradebook.db.commit()
    _, rows = week({}, 1, "lstm_step", "late", "total", "unclear", "bias_for", "remarks")  # Eli's
    assert (rows["ana"], rows["not yet"][0]) == (("1.0", "3.0", "0.5", "'=The factor.", None, ""), "1")
    assert rows["ida"][-1].count("is no lesson of this course") == 3 and "import checks" in rows["eva"][-1]
    assert rows["bob"][0] == "1.0" and "NOT GRADED: stopped after" in rows["eli"][-1]
    assert imported(read_table(term / "moodle-lesson2.csv"), 4) == {"11": 0.5, "12": 0}
    totals = {row["SIS User ID"]: row["Lesson 2"] for row in read_table(term / "term.csv")}
    assert totals == {"ana": "0.5", "bob": "0.0", "fay": "", "eva": "0.0", "ida": "", "eli": ""}
    with zipfile.ZipFile(term / "feedback-lesson2.zip") as feedback:
        pages = {name: feedback.read(name).decode() for name in feedback.namelist()}
    assert pages.pop("eva_2-lstm-gates.html")
    pages = {belongs_to(name): page for name, page in pages.items()}
    assert pages.keys() == {"11", "12", "14", "15"} and "And why?" in pages["11"]
    assert "no lesson" in pages["14"] and "stopped after" in pages["15"] and "hand in" in pages["15"]

    # New words are unread, new code is tried, and what a person gave stays until a person looks.
    better = handed_in(term, spoken | {"words-1": "I see it now."})
    files = {folder("Ana", 11, "2.ipynb"): better, folder("Bob", 12, "2.ipynb"): handed_in(term, SOLVED)}
    said, rows = week(files, 3, "words-1", "words-2", "lstm_step", "verdict", "remarks")
    assert f"moodle/{folder('Ana', 11, 'my/2.ipynb')}: {folder('Ana', 11, '2.ipynb')} of the same student" in said
    assert rows["ana"][:2] == ("?", "0.5") and "words-1 had 1 by hand; new words" in rows["ana"][-1]
    assert rows["bob"][2:4] == ("1.0", "1.0") and "lstm_step had 1 by hand; the check says 1" in rows["bob"][-1]
    page = (term / "words-lesson2.html").read_text(encoding="utf-8")
    assert "The same code: Ana X, Bob X" in page and "I see it now." in page
    late = configuration(term).AssignLatePenalties.plugin_class().late_submission_penalty
    assert [late("ana", 4, days * 86_400) for days in (0, 0.1, 1.5, 3, 3.1, 30)] == [0, 1, 2, 3, 4, 4]


CHEATS = {
    "a variable taken away": "import os; os.environ.pop('TORCHNLP_GRADING', None)",
    "the checks' names": "check_lstm_step = check_verdict = lambda answer, *given: answer",
    "ours, of the check": "import checks; lstm_step = checks.check_lstm_step.ours; verdict = checks.check_verdict.ours",
    "ours, of the check's globals": "lstm_step = check_lstm_step.__wrapped__.__globals__['_lstm_step']",
    "ours, of a frame": """
import inspect
def lstm_step(*given):
    spaces = [each.frame.f_globals for each in inspect.stack()]
    return next(space for space in spaces if "_lstm_step" in space)["_lstm_step"](*given)""",
    "the check's code": "check_lstm_step.__wrapped__.__code__ = (lambda *given: None).__code__; lstm_step = max",
    "PyTorch's LSTM": "nn.LSTM.forward = lambda self, x, state: (x, state); lstm_step = lambda lstm, x, h, c: (h, c)",
    "a text that equals everything": """
always = dict.fromkeys(["__eq__", "__ne__"], lambda *_: True)
verdict = type("Evil", (str,), always | {"__hash__": str.__hash__})("A")""",
    "a table of one's own": "shares = {0.004: [0.1, 0.2]}; verdict = 'A'",
    "Python's own names": "import builtins; builtins.filter = lambda *given: iter(())",
    "the checks' module": "from sys import modules; vars(modules['checks']).update(reason=lambda *given, **named: '')",
    "a table of one try": """
torch.manual_seed(0); _l = nn.LSTM(3, 2, batch_first=True); _x, _h, _c = torch.randn(4, 3), torch.rand(4, 2) - 0.5, \
torch.randn(4, 2); _answer = _l(_x[:, None], (_h[None], _c[None]))
lstm_step = lambda *given: (_answer[0][:, 0], _answer[1][1][0])""",
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
# One who has solved it, while other load keeps the kernel from saying that it is done.
HONEST = f"import time; get_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(30))\n{BOTH}"


def run(notebook, folder):
    """The notebook after nbgrader's run."""
    outside.Outside.lock = outside.FileLock(folder / "lock")
    with outside.Outside.lock:  # seconds for a cell: other load
        return outside.Outside(timeout=600).preprocess(notebook, {"metadata": {"path": str(folder)}})[0]


@pytest.mark.parametrize("how", [*CHEATS, "honest"])
def test_a_trick_wins_nothing_and_is_shown_and_who_solves_it_has_the_points(term, how):
    notebook, code, honest = lesson_in(term / "release"), CHEATS.get(how, HONEST), how == "honest"
    first, second, _ = [cell for cell in notebook.cells if "stub" in cell.metadata.get("tags", [])]
    first.source, second.source = f"{first.source}\n{code}", "" if "verdict" in code else second.source
    run(notebook, term / "release" / "lesson2")
    tried = [cell for cell in notebook.cells if cell.id in ("l2-c1262", "l2-c1374")]
    assert sum(determine_grade(cell)[0] for cell in tried) == 2 * honest
    said = re.findall("right|not yet", "".join(cell.outputs[0].text for cell in tried))
    assert said == ["right" if honest else "not yet"] * 2
    assert honest or any(map(mend.FOREIGN.search, code.splitlines())) == (how in SHOWN)


@pytest.mark.parametrize("lesson", sorted({answer["lesson"] for answer in bank.ANSWERS} - {"project"}))
def test_each_answer_of_the_bank_gets_the_verdict_that_it_gets_in_the_lesson(lesson, tmp_path):
    # Without the answer that holds on the small corpus.
    entries = [each for each in bank.ENTRIES if each["lesson"] == lesson and 'verdict = "B"' not in each["code"]]
    paths = f"import sys\nsys.path[:0] = [{str(bank.ROOT)!r}, {str(bank.ROOT / 'notebooks')!r}]\n"
    cells = [new_code_cell(paths + bank.IMPORTS)]
    for entry in entries:
        cells.append(new_code_cell(entry["code"]))
        if entry["check"]:
            names = ", ".join(inspect.signature(bank.CHECKS[entry["check"]]).parameters)
            check = new_code_cell(f"{entry['check']}({names})", metadata={"entry": entry})
            check.metadata["nbgrader"] = student.nbgrader(check, grade=True, points=1)
            cells += [check, new_code_cell(bank.SOLUTIONS[entry["check"]])]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for cell in run(notebook, tmp_path).cells:
        if entry := cell.metadata.get("entry"):
            said, right = cell.outputs[0].text, entry["kind"] == "right"
            words = [] if right else [part for part in entry["says"] if not re.search(r"\d", part)]
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

    assert checking.reason(check.__wrapped__, watched, *given) == "" and table
    assert checking.reason_for_points(check.__wrapped__, lambda *asked, **named: table[repr((asked, named))], *given)
