"""No trick wins a point for an exercise that is not solved, and what tries is shown to a person."""

import inspect

import nbformat
import pytest
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_notebook
from toy_lesson import STEP, VERDICT, toy_lesson

pytest.importorskip("nbgrader")
import test_answers as bank
from nbgrader.utils import determine_grade

from tools.teaching import exercises, grade, outside, student

pytestmark = pytest.mark.slow
EVIL = """
class Evil(str):
    __eq__ = __ne__ = lambda *_: True
    __hash__ = str.__hash__
verdict = Evil("A")"""
TENSOR = """
class Evil(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, given=(), named=None):
        if function in (torch.allclose, torch.Tensor.__lt__):
            return function is not torch.allclose
        with torch._C.DisableTorchFunctionSubclass():
            made = function(*given, **(named or {}))
        return made.as_subclass(cls) if isinstance(made, torch.Tensor) else made
lstm_step = lambda *given: (torch.zeros(4, 2, requires_grad=True).as_subclass(Evil),) * 2"""
PICKLE = """
class Evil:
    def __reduce__(self):
        return exec, ("import checks; checks.reason = lambda *given, **named: ''",)
lstm_step = lambda *given: Evil()"""
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
    "a text that equals everything": EVIL,
    "Python's own names": "import builtins; builtins.filter = lambda *given: iter(())",
    "the module of the checks": """
import sys
sys.modules["checks"].__dict__.update(reason=lambda *given, **named: "", must_equal=lambda *given: None)""",
    "a table of one try": """
torch.manual_seed(0); _l = nn.LSTM(3, 2, batch_first=True); _x, _h, _c = torch.randn(4, 3), torch.rand(4, 2) - 0.5, \
torch.randn(4, 2); _answer = _l(_x[:, None], (_h[None], _c[None]))
def lstm_step(*given):
    return _answer[0][:, 0], _answer[1][1][0]""",
    "the way out": "def lstm_step(*given):\n    raise SystemExit",
    "a tensor that says yes": TENSOR,
    "PyTorch's comparisons": """
torch.allclose = torch.Tensor.__lt__ = lambda *given, **named: True
lstm_step = lambda *given: (torch.zeros(4, 2, requires_grad=True),) * 2""",
    "the check's cell": """
get_ipython().input_transformers_post.append(lambda lines: [] if "check_" in "".join(lines) else lines)""",
    "the notebook's kernel": """
async def nothing(*given, **named):
    import IPython.core.interactiveshell as shell
    return shell.ExecutionResult(None)
get_ipython().run_cell_async = nothing""",
    "an answer that is a program": PICKLE,
    "the letters to the check": """
import torch
_save = torch.save
torch.save = lambda values, file: _save({"returned": None, "callable": False, "why": "", "right": True}, file)""",
}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The edition of the toy lesson, in a term outside the course's folder."""
    term = tmp_path_factory.mktemp("term") / "term"
    path = tmp_path_factory.mktemp("lessons") / "2-lstm-gates.ipynb"
    exercises.mark(lesson := toy_lesson())
    nbformat.write(lesson, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(student, "LESSONS", {"2": path})
        student.release(term)
    return term / "release" / "lesson2" / path.name


def run(notebook, folder):
    """The notebook after nbgrader's run."""
    outside_it = outside.Outside(timeout=60)
    outside_it.lock = outside.FileLock(folder / "lock")
    with outside_it.lock:
        return outside_it.preprocess(notebook, {"metadata": {"path": str(folder)}})[0]


def points(release, code: str) -> tuple[float, str]:
    """What nbgrader's run gives for the checks of the core, with this in place of the stubs, and what they print."""
    notebook = nbformat.read(release, as_version=4)
    first, second, _ = [cell for cell in notebook.cells if "stub" in cell.metadata.get("tags", [])]
    first.source, second.source = f"{first.source}\n{code}", "" if "verdict" in code else second.source
    run(notebook, release.parent)
    checks = [
        cell for cell in notebook.cells if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("points")
    ]
    return sum(determine_grade(cell)[0] for cell in checks), "".join(cell.outputs[0].text for cell in checks)


@pytest.mark.parametrize("how", CHEATS)
def test_a_trick_wins_nothing(release, how):
    earned, printed = points(release, CHEATS[how])
    assert earned == 0 and printed.count("not yet") == 2 and "right" not in printed


@pytest.mark.parametrize("lesson", sorted({answer["lesson"] for answer in bank.ANSWERS} - {"project"}))
def test_each_answer_of_the_bank_gets_the_verdict_that_it_gets_in_the_lesson(lesson, tmp_path):
    entries = [entry for entry in bank.ENTRIES if entry["lesson"] == lesson]
    right = {entry["check"]: entry["code"] for entry in reversed(entries) if entry["kind"] == "right"}
    paths = f"import sys\nsys.path[:0] = [{str(bank.ROOT)!r}, {str(bank.ROOT / 'notebooks')!r}]\n"
    settings = [entry["code"] for entry in entries if not entry["check"]]
    cells, tried = list(map(code, [paths + bank.IMPORTS, *settings, *right.values()])), {}
    for entry in filter(lambda entry: entry["check"], entries):
        names = ", ".join(inspect.signature(bank.CHECKS[entry["check"]]).parameters)
        check = code(f"{entry['check']}({names})")
        check.metadata["nbgrader"] = exercises.nbgrader(check, grade=True, points=1)
        tried[check.id] = entry
        cells += [code(entry["code"]), check, code(right[entry["check"]])]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for cell in run(notebook, tmp_path).cells:
        if entry := tried.get(cell.id):
            said, right = cell.outputs[0].text, entry["kind"] == "right"
            assert ("not yet" in said) != right and all(words in said for words in entry["says"]), (entry["code"], said)
            assert not (right and any(map(grade.FOREIGN.search, entry["code"].splitlines()))), entry["code"]


def test_who_solves_it_has_the_points(release):
    assert points(release, f"{STEP}\n{VERDICT}") == (2, "Exercise 1: right\nExercise 2b: right\n")


def test_lines_that_name_what_an_answer_need_not_name_are_shown():
    shown = [how for how, code in CHEATS.items() if any(map(grade.FOREIGN.search, code.splitlines()))]
    assert CHEATS.keys() - set(shown) == {"a table of one try", "the way out"}
    assert not grade.FOREIGN.search(f"{STEP}\n{VERDICT}")


def test_a_machine_with_other_things_to_do_costs_no_grade(release):
    late = "import time; get_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(30))"
    assert points(release, f"{late}\n{STEP}\n{VERDICT}")[0] == 2
