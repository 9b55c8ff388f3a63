"""tools/teaching/grade.py: the table of a class, the term and the pages. Whatever is in a file, nothing is lost."""

import csv
import functools
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import nbformat
import psutil
import pytest
from toy_course import RIGHT, make_course, submission, tool

from tools.teaching import check, grade

pytestmark = pytest.mark.slow


def rows_of(folder, table="grades.csv", key="file"):
    text = (folder / table).read_bytes().decode("utf-8-sig")
    return {row[key].removesuffix(".ipynb"): row for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("course"))


# Submissions that want more than a verdict, on a system without a wall

HOOK = (
    "def hook(*a):\n    for name, value in list(globals().items()):\n"
    "        if isinstance(value, list):\n            value.append('Exercise 1: right')\n\n\n"
    "def answer_1(x=get_ipython().events.register('post_run_cell', hook)):\n    return None"
)
TRANSFORMER = (
    "import ast\n\n\nclass Drop(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node):\n        return ast.Pass()\n\n\n"
    "def answer_2(x=get_ipython().ast_transformers.append(Drop())):\n    return None"
)
ATTACKS = {  # for each file, the answers, which the checks call
    "cheats": [
        "import torchnlp\n    torchnlp.check = lambda e, t: print(f'{e}: right')\n"
        "    open(torchnlp.__file__, 'w').write('def check(*a): print(\"right\")')",
        "import builtins\n    old = print\n"
        "    builtins.print = lambda *a, **k: old(str(a[0]).replace('not yet', 'right'))\n"
        "    print('Exercise 2: right')",
        "globals()['check'] = globals()['test_4'] = lambda *a: True",
        "import glob\n    return 4 if glob.glob('../**/*olution*', recursive=True) else None",
    ],
    "hooks": [
        HOOK,
        TRANSFORMER,
        "def answer_3(x=setattr(math, 'isclose', lambda *a: True)):\n    return 0",
        "math.isclose = lambda *a: True\n    return 0",
    ],
    "takes": [
        "import numpy\n    kept = []\n    while True:\n        kept.append(numpy.empty(10**9, 'b'))",
        "open('big', 'wb').truncate(10**12)",
        "while True:\n        print('x' * 2**20)",
        "for line in range(1_000_000):\n        print('Exercise 4: right')",
    ],
    "stays": [
        "import os, subprocess, sys\n"
        "    code = 'import os, time; os.fork() and os._exit(0); os.setsid(); "
        'open("OUTSIDE/daemons", "a").write(str(os.getpid()) + chr(10)); time.sleep(600)\'\n'
        "    subprocess.run([sys.executable, '-c', code], env={})",
        "raise ValueError(open('OUTSIDE/secret').read())",
        r"raise ValueError('\ud800')",
        "import os, shutil\n    shutil.rmtree(os.path.dirname(os.getcwd()))",
    ],
    "forges": [
        "import json, os\n    said = {'verdicts': {f'Exercise {n}': 'right' for n in range(1, 6)}, 'secret': ''}\n"
        "    open(f'/proc/{os.getppid()}/fd/1', 'w').write(json.dumps(said) + chr(10))\n    os.kill(os.getppid(), 9)"
    ],
}


def contents(course):
    return {path: path.read_bytes() for path in course.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    """All attacks in one folder, with honest work between them: (rows by file, folder, what the daemons wrote)."""
    if sys.platform != "linux":
        pytest.skip("these attacks are written for Linux")
    folder, outside = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("the instructor's own words")
    for name, answers in ATTACKS.items():
        answers = [answer.replace("OUTSIDE", str(outside)) for answer in answers]
        nbformat.write(submission(answers + RIGHT[len(answers) :], name), folder / f"{name}.ipynb")
    honest = submission(RIGHT, "=Änne <b>", "007", ["I expected 1 & saw 1."])
    for place in ("honest.ipynb", "zz/late.ipynb"):
        (folder / place).parent.mkdir(exist_ok=True)
        nbformat.write(honest, folder / place)
    hooks = folder / "hooks.ipynb"
    hooks.write_text(hooks.read_text().replace('NAME = \\"hooks', r"NAME = \"half a letter \ud83d"))
    (folder / "broken.ipynb").write_text("{")
    before = contents(course)
    status, lines = tool(course, "grade", folder, "--limit", 10, wall=False)
    assert status == 0 and lines[0].startswith("No wall"), lines
    assert before == contents(course)
    return rows_of(folder), folder, (outside / "daemons").read_text().split()


def test_no_submission_has_an_effect_on_another_and_the_same_answers_are_named(graded):
    rows, *_ = graded
    for file in ("honest", "zz/late"):
        row = rows[file]
        assert [row[str(n)] for n in range(1, 6)] == ["right"] * 5 and not row["look at this"], row
        assert (row["right"], row["of"], row["status"]) == ("5", "5", "checked")
        # no formula for a spreadsheet
        assert (row["name"], row["id"], row["lesson"]) == ("'=Änne <b>", "007", "1-numbers")
        assert int(row["seconds"]) >= 1  # of the processor
    same = r"zz/late\.ipynb \(\d+\.\d: 1, 2, 3, 4, 5, words on 1\)"
    assert re.match(same, rows["honest"]["same answers"])


def test_an_attack_wins_nothing_costs_its_own_exercise_alone_and_is_named_for_a_look(graded):
    rows, *_ = graded
    for file, answers in ATTACKS.items():
        verdicts = [rows[file][str(n)] for n in range(1, 6)]
        assert "right" not in verdicts[: len(answers)] and rows[file]["look at this"], file
        if file != "forges":
            assert verdicts[len(answers) :] == ["right"] * (5 - len(answers)), file
    assert [rows["cheats"][n] for n in "1234"] == ["not yet. You return None."] * 4
    assert [rows["hooks"][n] for n in "12"] == ["not yet. You return None."] * 2
    assert [rows["hooks"][n] for n in "34"] == [check.OTHER] * 2  # they bend the comparison
    assert all(f"Exercise {n}: Asked again outside its check" in rows["hooks"]["look at this"] for n in "34")
    memory, room, endless, million = (rows["takes"][n] for n in "1234")
    assert "MemoryError" in memory and "File too large" in room
    assert endless == "not yet. Its check did not end within 2 s"
    assert million == "not yet. You return None."
    assert rows["forges"]["status"] == "Its run broke off: something else wrote into its report"
    assert rows["forges"]["name"] == "forges"
    assert rows["hooks"]["name"] == r"half a letter \ud83d"
    assert "is not a notebook" in rows["broken"]["status"]


def test_nothing_that_a_submission_started_outlives_it(graded):
    *_, daemons = graded
    assert daemons and not any(psutil.pid_exists(int(pid)) for pid in daemons)


def test_each_student_gets_a_page_where_the_file_lies_without_anything_of_the_instructor_s(graded):
    _, folder, _ = graded
    pages = {page.relative_to(folder).as_posix(): page.read_text(encoding="utf-8") for page in folder.rglob("*.html")}
    assert not any("own words" in page or str(folder) in page for page in pages.values())
    page = pages["feedback/zz/late.ipynb.html"]
    assert "<h1>=Änne &lt;b&gt; · 1-numbers</h1>" in page and "5 of 5 right" in page
    assert '<h2>Exercise 3</h2>\n<p class="said">3: right</p>' in page
    assert '<h2>Exercise 1</h2>\n<p class="said">1: right</p>\n<p class="words">I expected 1 &amp; saw 1.</p>' in page


def test_behind_the_wall_a_submission_finds_nothing_and_changes_nothing(course, tmp_path_factory):
    if not check.wall():
        pytest.skip("there is no bwrap here, or the system forbids it (on Debian: apt-get install bubblewrap)")
    folder, secret = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("5")
    answers = [
        f"import shutil\n    shutil.rmtree('{folder}', ignore_errors=True)\n    shutil.rmtree('{course}', True)",
        "import os\n    return 2 if len([p for p in os.listdir('/proc') if p.isdigit()]) > 3 else None",
        "import os\n    os.kill(os.getppid(), 9)",
        "import socket\n    socket.create_connection(('1.1.1.1', 53), timeout=1)",
        f"return int(open('{secret}').read())",
    ]
    nbformat.write(submission(answers), folder / "a.ipynb")
    status, lines = tool(course, "grade", folder, "--limit", 15)
    assert status == 0 and not lines[0].startswith("No wall")
    deletes, looks, kills, calls, reads = (rows_of(folder)["a"][str(n)] for n in range(1, 6))
    assert deletes == looks == "not yet. You return None."
    assert "ended" in kills or kills.startswith("not yet")
    for verdict in (calls, reads):
        assert verdict.startswith(("not reached", "not yet. `answer_")), verdict


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there")
def test_ctrl_c_keeps_what_is_done_and_ends_what_runs(course, tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    nbformat.write(submission(["while True:\n        pass"]), tmp_path / "b.ipynb")
    command = [sys.executable, "-m", "tools.teaching.grade", str(tmp_path)]
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a program in the background may ignore it
    run = subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, text=True, preexec_fn=heard)
    while not run.stdout.readline().startswith("a.ipynb: It is not a notebook"):
        pass
    while len(started := psutil.Process(run.pid).children(recursive=True)) < 2:  # a worker and its kernel
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=60) == 130
    assert run.stdout.read().startswith("Stopped. What was done is in the table")
    assert started and not psutil.wait_procs(started, timeout=10)[1]
    rows = rows_of(tmp_path)
    assert "not a notebook" in rows["a"]["status"] and rows["b"]["status"] == "not checked yet"


# A class, on reports as a judge would give them


@pytest.fixture
def desk(course, tmp_path, monkeypatch):
    """A folder, a way to hand in, and what was judged: judging takes the report out of the file."""
    monkeypatch.setattr(grade, "ROOT", course)
    monkeypatch.setenv("TORCHNLP_DATA", "sample")

    class Desk:
        folder, judged = tmp_path / "submissions", []

        def judge(self, data, limit):
            self.judged.append(json.loads(data))
            return check.REPORT | {"lesson": "1-numbers"} | json.loads(data)

        def hand_in(self, file, **report):
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"verdicts": ALL_RIGHT} | report))
            return path

        def grade(self):
            self.judged.clear()
            grade.grade(self.folder)
            return rows_of(self.folder)

        def type(self, typed):
            """Type into the row of a.ipynb, as a spreadsheet would save it."""
            table = self.folder / "grades.csv"
            names, rows = grade.read_table(table, "file")
            rows["a.ipynb"] |= typed
            grade.write_table(table, list(dict.fromkeys([*names, *typed])), rows.values())

        def page(self, name):
            return (self.folder / name).read_text(encoding="utf-8")

    desk = Desk()
    monkeypatch.setattr(check, "judge", desk.judge)
    return desk


ALL_RIGHT = {"Exercise 1a": "right", "Exercise 1b": "right", "Exercise 2": "right"}


@pytest.mark.skipif(sys.platform != "linux", reason="its files have no such names")
def test_every_file_has_a_row_and_a_page_of_its_own(desk):
    names = ["a - b.ipynb", "a/b.ipynb", "upper.IPYNB", "=1+1.ipynb", f"{'x' * 240}.ipynb", f"{'ü' * 120}.ipynb"]
    names += [os.fsdecode(b"M\xfcller.ipynb"), "/".join(["Moodle" * 30] * 20) + "/deep.ipynb"]
    for name in names:
        desk.hand_in(name, name=name[:20].encode("utf-8", "replace").decode())
    others = ["code.py", "all.zip", "b.ipynb.txt", "LICENSE"]
    for name in others:
        (desk.folder / name).write_text("x")
    (desk.folder / "folder.ipynb").mkdir()
    rows = desk.grade()
    shown = {"=1+1": "'=1+1", names[6].removesuffix(".ipynb"): r"M\xfcller"}
    for name in names:
        stem = name.removesuffix(".ipynb")
        assert rows[shown.get(stem, stem)]["status"] == "checked"
    for name in others:
        assert "ask for the notebook" in rows[name]["status"]
    titles = [page.read_text().split("<h1>")[1].split("<")[0] for page in (desk.folder / "feedback").rglob("*.html")]
    assert len(set(titles)) == len(titles) == len(names) + len(others)


TYPED = ["-1", "+ nice", "=1", "@x", "a\vb", "x\u2028y", "two\nlines", "a\rb", ' "quoted" ', "7,5;6", "\t", "'+ x"]


def test_what_an_instructor_typed_comes_back_letter_for_letter(desk):
    desk.hand_in("a.ipynb", words={"1": "Hm."}, name="a\vb\u2028c")
    desk.grade()
    own = {f"own {n}": text for n, text in enumerate(TYPED)}
    for text in TYPED:
        desk.type({"remark": text, "words 1": text, "days late": text} | own)
        for _ in range(2):
            row = desk.grade()["a"]
            assert row["remark"] == row["words 1"] == row["days late"] == text
            assert {column: row[column] for column in own} == own
    (desk.folder / "a.ipynb").unlink()
    desk.hand_in("b.ipynb")
    row = desk.grade()["a"]
    assert row["remark"] == TYPED[-1] and row["own 0"] == "-1" and row["status"] == "the file is gone"


def test_a_table_may_come_back_from_a_spreadsheet_with_semicolons(desk):
    desk.hand_in("a.ipynb", words={"1": "Hm."})
    desk.grade()
    desk.type({"remark": "Well done", "words 1": "0,5", "seat": "12"})
    text = io.StringIO(newline="")
    with open(desk.folder / "grades.csv", encoding="utf-8-sig", newline="") as table:
        csv.writer(text, delimiter=";").writerows([*row, "", ""] for row in csv.reader(table))
    (desk.folder / "grades.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    row = desk.grade()["a"]
    assert (row["remark"], row["seat"], row["words 1"], row["points"]) == ("Well done", "12", "0,5", "2.5")


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (b"name\nx\n", "no column `file`"),
        ("file,remark\nä,1".encode("latin1"), "UTF-8"),
        (b"file,seat,seat\na,1,2\n", "two columns `seat`"),
        (b"file,,seat\na,1,2\n", "without a name"),
        (b"file,seat\na,1,2\n", "longer than the first"),
        (b"file,seat\na,1\na,2\n", "twice"),
        (b'file,seat\na,"1\n', "not a table"),
    ],
)
def test_a_table_that_could_not_be_kept_is_refused_and_not_touched(desk, spoilt, reason):
    desk.hand_in("a.ipynb")
    table = desk.folder / "grades.csv"
    table.write_bytes(spoilt)
    with pytest.raises(ValueError, match=reason):
        desk.grade()
    assert table.read_bytes() == spoilt and not desk.judged


def test_only_what_has_changed_is_judged_again(desk, course):
    desk.hand_in("a.ipynb", answers={"Exercise 1": "x"})
    desk.hand_in("b.ipynb", problem="It is not a notebook: no.", lesson="")
    desk.hand_in("c.ipynb", problem="Its run broke off: no.", lesson="")
    desk.grade()
    assert len(desk.judged) == 3
    before = rows_of(desk.folder)
    assert desk.grade() == before and [report["problem"][:7] for report in desk.judged] == ["Its run"]
    desk.hand_in("a.ipynb", verdicts={}, problem="It is not a notebook: no.")
    row = desk.grade()["a"]  # without the verdicts of the earlier run
    assert (row["1a"], row["right"], row["points"]) == ("", "", "") and len(desk.judged) == 2
    with changed(course / "notebooks" / "1-numbers.ipynb", "\n"):
        desk.grade()
        assert len(desk.judged) == 3
    desk.grade()
    for store in (desk.folder / ".reports").glob("*"):
        store.write_text('{"report": 5}')
    desk.grade()
    assert len(desk.judged) == 3  # what is no report counts for nothing


@contextmanager
def changed(file, more):
    """A file with more at its end, for a while."""
    text = file.read_text()
    try:
        file.write_text(text + more)
        yield
    finally:
        file.write_text(text)


def test_a_submission_that_is_deleted_meanwhile_is_judged_all_the_same(desk, monkeypatch, capsys):
    desk.hand_in("a.ipynb")
    b = desk.hand_in("b.ipynb", name="b")
    monkeypatch.setattr(check, "judge", lambda *given: b.unlink(missing_ok=True) or desk.judge(*given))
    assert desk.grade()["b"]["right"] == "3"
    assert "Changed while this ran, though judged as they were before: b.ipynb" in capsys.readouterr().out


def test_a_course_that_changes_stops_the_run(desk, course, monkeypatch):
    desk.hand_in("a.ipynb")
    with ExitStack() as meanwhile:
        change = changed(course / "torchnlp.py", "def check(*a): print('right')")
        monkeypatch.setattr(check, "judge", lambda *given: meanwhile.enter_context(change) or desk.judge(*given))
        with pytest.raises(ValueError, match=r"changed while a\.ipynb and others were checked: torchnlp\.py"):
            desk.grade()
    assert rows_of(desk.folder)["a"]["status"] == "not checked yet"


# Points


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ({}, ""),  # its words wait for a mark
        ({"words 1": "1"}, "2.5"),  # 1 for exercise 1, 0.5 for exercise 2, 1 for words
        ({"words 1": " 0,5"}, "2"),
        ({"words 1": "0.5", "words 2": "1"}, "3"),
        ({"words 1": "1", "days late": "2"}, "0.5"),
        ({"words 1": "1", "days late": "0,3"}, "1.5"),  # each day begun
        ({"words 1": "1", "words 2": "1", "days late": "3"}, "0.5"),
        ({"words 1": "1", "words 2": "1", "days late": "3.1"}, "0"),
        ({"words 1": "good"}, ""),
        ({"words 1": "2"}, ""),
        ({"words 1": "1", "days late": "-1"}, ""),
        ({"words 1": "nan"}, ""),
    ],
)
def test_an_exercise_has_a_point_for_its_code_and_one_for_its_words(desk, typed, points):
    verdicts = {"Exercise 1": "right", "Exercise 2a": check.OUT_OF_ORDER, "Exercise 2b": "not yet. No"}
    desk.hand_in("a.ipynb", verdicts=verdicts, words={"1": "I expected 1.", "2": ""})
    desk.grade()
    desk.type(typed)
    row = desk.grade()["a"]
    assert row["points"] == points
    wrong = [column for column, text in typed.items() if text in ("good", "2", "-1", "nan") and not points]
    assert all(f"`{column}` is no number" in row["status"] for column in wrong)
    assert ("no number" in row["status"]) == bool(wrong)


def test_the_page_has_points_marks_and_remark(desk):
    desk.hand_in("a.ipynb", words={"1": "Hm."})
    desk.grade()
    desk.type({"remark": "Well <done>", "words 1": "0.5", "days late": "1"})
    desk.grade()
    page = desk.page("feedback/a.ipynb.html")
    assert "3 of 3 right\nPoints: 1.5 of 4\nDays late: 1\nRemark: Well &lt;done&gt;" in page
    assert "1a: right\n1b: right\nYour words: 0.5</p>" in page


# A term


def test_a_class_list_finds_missing_work_and_wrong_ids(desk):
    (desk.folder / "week 1").mkdir(parents=True)
    (desk.folder / "class.csv").write_text("name;id;mail\nAnna Berg;007;x\nBo;8;x\nCleo;9;x\nDan;10;x\n", "utf-8-sig")
    exercise = {"Exercise 1": "right"}
    desk.hand_in("week 1/a.ipynb", verdicts=exercise, id="007", name="Anna")
    desk.hand_in("week 1/again.ipynb", verdicts={"Exercise 1": "not yet. No"}, id="007")
    desk.hand_in("week 2/Anna Berg_123_assignsubmission_file_/x.ipynb", verdicts=exercise, lesson="2-lstm-gates")
    desk.hand_in("week 1/b.ipynb", verdicts=exercise, id="80", name="bo")
    desk.hand_in("week 1/c.ipynb", verdicts=exercise, id="9", words={"1": "To be read."})
    desk.hand_in("week 1/x.ipynb", verdicts=exercise, id="77", name="Who")
    rows = desk.grade()
    assert rows["week 1/b"]["status"] == "checked; the notebook has the id `80`, class.csv has 8"
    assert rows["week 1/x"]["status"] == "checked; class.csv has neither the id `77` nor the name"
    assert rows["week 1/a"]["status"] == "checked"
    students = rows_of(desk.folder, "term.csv", "student")
    columns = "1-numbers", "2-lstm-gates", "total", "missing"
    assert {key: [row[column] for column in columns] for key, row in students.items()} == {
        "007": ["1", "1", "2", "0"],  # the better of two
        "8": ["1", "missing", "1", "1"],
        "9": ["to mark", "missing", "0", "1"],
        "10": ["missing", "missing", "0", "2"],
        "77": ["1", "missing", "1", "1"],
    }
    names, term = grade.read_table(desk.folder / "term.csv", "student")
    for row in term.values():
        row["test"] = "-3"
    grade.write_table(desk.folder / "term.csv", [*names, "test"], term.values())
    desk.grade()
    assert {row["test"] for row in rows_of(desk.folder, "term.csv", "student").values()} == {"-3"}
    (desk.folder / "week 1" / "x.ipynb").unlink()
    desk.grade()
    assert rows_of(desk.folder, "term.csv", "student")["77"]["test"] == "-3"


def test_of_all_lessons_the_weakest_counts_as_the_second_weakest(desk, monkeypatch):
    monkeypatch.setattr(grade, "LESSONS", [1, 2, 3])
    for lesson, right in {"1-numbers": 3, "2-more": 2, "3-most": 1}.items():
        for student in ("Anna", "Bo") if lesson != "3-most" else ("Anna",):
            verdicts = {f"Exercise {n}": "right" for n in range(right)}
            desk.hand_in(f"{student} {lesson}.ipynb", lesson=lesson, name=student, verdicts=verdicts)
    desk.grade()
    students = rows_of(desk.folder, "term.csv", "student")
    assert (students["Anna"]["total"], students["Bo"]["total"]) == ("7", "5")


def test_a_page_for_each_exercise_has_everybody_s_words(desk):
    desk.hand_in("a.ipynb", name="Anna", words={"1": "I <3 tanh", "2": ""})
    desk.hand_in("b.ipynb", verdicts={"Exercise 1a": "right", "Exercise 1b": "not yet. No"}, words={"1": "Two."})
    desk.grade()
    form = '<h2>(.*)</h2>\n<p class="small">(.*)</p>\n<p class="words">(.*)</p>'
    assert re.findall(form, desk.page("words/1-numbers 1.html")) == [
        ("Anna", "1a right, 1b right · a.ipynb", "I &lt;3 tanh"),
        ("b.ipynb", "1a right, 1b not yet · b.ipynb", "Two."),
    ]


def test_rare_answers_that_agree_are_named_and_common_ones_are_not(desk):
    def write(n, *numbers):
        answers = {"Exercise 1": "def f():\n    return 1"}  # everybody's
        answers |= {f"Exercise {k}": f"def answer_{k}():\n    return {number!r}" for k, number in enumerate(numbers, 2)}
        desk.hand_in(f"{n:02d}.ipynb", answers=answers)

    for n in range(20):
        write(n, f"{n}", f"{n}")
    for n in (3, 17):
        write(n, "rare", "rarer")
    for n in (6, 9):  # one of each kind that only two have is chance
        write(n, f"{n}", "odd")
    write(5, 2, 3)  # what the lesson publishes
    rows = desk.grade()
    named = {file: row["same answers"] for file, row in rows.items() if row["same answers"]}
    published = "published solution of 1-numbers"
    assert named.keys() == {"03", "17", "05", published}
    assert re.fullmatch(r"17\.ipynb \(6\.\d: 1, 2, 3\)", named["03"])
    assert re.fullmatch(rf"{published} \(6\.\d: 2, 3\)", named["05"])
    assert named[published].startswith("05.ipynb") and rows[published]["status"] == "for comparison"
