"""A bank of answers, right and wrong, all tried against the checks of the lessons.

`answers/lesson_4.py` belongs to `notebooks/4-*.ipynb`. It is never run as a whole; a line `# %%` starts an answer:

    # %% Exercise 1, right: with gather
    def turned(x, lengths):
        ...


    # %% Exercise 1, wrong: the padding is turned as well
    # says: The padding of text 1
    # not: reverse order
    def turned(x, lengths):
        return x.flip(1)

- A right answer must get the verdict "right". A wrong one must get "not yet." with the words after each `# says:` (at
  least one) and without those after each `# not:`.
- An exercise, or a stage of one ("Exercise 2a"), needs a right answer that is written otherwise than the solution, and
  three wrong ones. One more earns its place when it notices a change of the check that the others miss.
- Nothing is trained: tools/needs.py chooses the statements above the check that are run. Where that will not do, since
  it would train or draw, `# %% Exercise 3, setting` holds code that takes the place of the last statement that defines
  the same; `# %% Setting` does so for all exercises of the lesson. What several answers share stands there, too.
- Tried as well: the empty stub, functions that return junk, the solution.
"""

import ast
import contextlib
import functools
import io
import linecache
import re
from pathlib import Path

import nbformat
import pytest
import torch

import torchnlp
from tools import needs
from tools.needs import needed, read_bank, with_settings

BANKS = sorted((Path(__file__).parent / "answers").glob("lesson_*.py"))
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SEEDS = 3  # each answer is tried so many times: a check draws random numbers
JUNK = ["3", "''", "[]", "{}", "[None]", "(1, 'two')"]
JUNK += ["torch.tensor(1.5)", "torch.zeros(0)", "torch.full((3, 4), torch.nan)"]
UNPLANNED = ["stops with", "cannot go on", "answer is None", "does not hold"]  # unless a wrong answer is said to get it


ENTRIES = [entry for path in BANKS for entry in read_bank(path)]
statements_of = functools.cache(needs.statements_of)  # each cell is asked for many times


@functools.cache
def exercises_of(lesson: str) -> dict[str, tuple[int, int, int]]:
    """For each exercise, or stage of one, the positions of its stub, check and solution among the code cells."""
    found, cells = {}, code_cells(lesson)
    for place, cell in enumerate(cells):
        if cell.source.startswith("# @title Solution"):
            continue
        for number in re.findall(r'^check\("Exercise (\d[a-z]?)"', cell.source, flags=re.M):
            stub = max(i for i in range(place) if not re.search(r"^# @title|^check\(", cells[i].source, flags=re.M))
            solved = (i for i in range(place, len(cells)) if f'check("Solution {number}"' in cells[i].source)
            found[number] = stub, place, next(solved, None)
    return found


@functools.cache
def code_cells(lesson: str) -> list:
    (path,) = NOTEBOOKS.glob(f"{lesson}-*.ipynb")
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def run_code(code: str | list[ast.stmt], file: str, space: dict) -> str:
    """Run it as a cell of its own, a file of that name; returns what it printed."""
    text = code if isinstance(code, str) else "\n\n".join(map(ast.unparse, code))
    lines = text.splitlines(keepends=True)
    linecache.cache[file] = len(text), None, lines, file
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, file, "exec"), space)
    return printed.getvalue()


@functools.lru_cache(maxsize=1)
def desk(lesson: str, exercise: str) -> tuple[dict, dict]:
    """The notebook as it stands before the answer is given: a namespace, and a copy to set it back."""
    cells, (stub, place, solution) = code_cells(lesson), exercises_of(lesson)[exercise]
    entries = [entry for entry in ENTRIES if entry["lesson"] == lesson and entry["exercise"] in (None, exercise)]
    settings = [s for e in entries if e["kind"].lower() == "setting" for s in statements_of(e["code"])]
    statements = [statement for cell in cells[:place] for statement in statements_of(cell.source)]
    statements = with_settings(statements, settings)
    codes = [entry["code"] for entry in entries] + [cells[i].source for i in (stub, place, solution) if i is not None]
    named = [statement for code in codes for statement in statements_of(code)]
    reads = set().union(*(statement.reads | statement.defines for statement in named))

    space = {"__name__": "__main__"}
    codes = [statement.code for cell in cells for statement in statements_of(cell.source)]
    run_code([code for code in codes if isinstance(code, (ast.Import, ast.ImportFrom))], "<imports>", space)
    space["seed_all"](0)
    codes = [statement.code for statement in needed(statements, reads)]
    run_code([code for code in codes if not isinstance(code, (ast.Import, ast.ImportFrom))], "<the notebook>", space)
    return space, dict(space)


def verdict_of(lesson: str, exercise: str, answer: str = "", seed: int = 0) -> str:
    """What the check prints for an answer, for the empty stub (""), or for the "solution"."""
    cells, (_, place, solution) = code_cells(lesson), exercises_of(lesson)[exercise]
    space, before = desk(lesson, exercise)
    space.clear()
    space.update(before)
    torchnlp.seed_all(seed)
    if answer == "solution":
        assert solution is not None, f'no cell says check("Solution {exercise}", ...)'
        run_code(cells[place].source, "<check>", space)
        # Stages may share a solution cell: of its calls of check, only this stage's.
        own = re.sub(rf'^check\("Solution (?!{exercise}").*$', "", cells[solution].source, flags=re.M)
        return run_code(own, "<solution>", space)
    run_code(answer, "<answer>", space)
    return run_code(cells[place].source, "<check>", space)


LESSONS = sorted({path.stem[-1] for path in BANKS})
EXERCISES = [(lesson, exercise) for lesson in LESSONS for exercise in exercises_of(lesson)]
ANSWERS = [entry for entry in ENTRIES if entry["kind"] in ("right", "wrong")]
TRIALS = [  # all of an exercise together: its desk is made once
    (lesson, exercise, kind, title, code)
    for lesson, exercise in EXERCISES
    for kind, title, code in [
        ("stub", "empty", ""),
        ("solution", "folded", "solution"),
        *(("junk", junk, junk) for junk in JUNK),
        *((e["kind"], e["title"], e) for e in ANSWERS if (e["lesson"], e["exercise"]) == (lesson, exercise)),
    ]
]


@pytest.fixture(autouse=True)
def small_corpus_on_the_processor(monkeypatch):
    monkeypatch.setenv("TORCHNLP_DATA", "sample")
    monkeypatch.setattr(torchnlp, "device", torch.device("cpu"))


@pytest.mark.parametrize(
    ("lesson", "exercise", "kind", "answer"),
    [(lesson, exercise, kind, answer) for lesson, exercise, kind, _, answer in TRIALS],
    ids=[f"{lesson}-{exercise} {kind} {title}" for lesson, exercise, kind, title, _ in TRIALS],
)
def test_the_verdict_is_the_one_that_the_answer_deserves(lesson, exercise, kind, answer):
    name = f"Exercise {exercise}"
    if kind == "solution":
        assert f"Solution {exercise}: right" in verdict_of(lesson, exercise, "solution").splitlines()
        return
    if kind == "junk":  # whatever comes back, the check ends with a verdict
        (stub, _, _), cells = exercises_of(lesson)[exercise], code_cells(lesson)
        functions = [s.name for s in ast.parse(cells[stub].source).body if isinstance(s, ast.FunctionDef)]
        junk = "\n".join(f"{function} = lambda *inputs, **options: {answer}" for function in functions)
        if junk:
            printed = verdict_of(lesson, exercise, junk)
            assert printed.startswith(f"{name}: not yet. ")
            assert "stops with" not in printed
        return
    for seed in range(SEEDS):
        printed = verdict_of(lesson, exercise, answer and answer["code"], seed)
        verdict = printed[printed.index(f"{name}: ") :]
        if kind == "right":
            assert verdict == f"{name}: right\n"
            continue
        assert verdict.startswith(f"{name}: not yet. ")
        says = answer["says"] if kind == "wrong" else []
        never = answer["not"] if kind == "wrong" else ["?"]  # nobody is asked about an answer not yet begun
        assert says or kind == "stub", "A wrong answer needs a line `# says: ...`"
        for words in says:
            assert words in verdict
        for words in never + [words for words in UNPLANNED if words not in " ".join(says)]:
            assert words not in verdict


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_there_are_enough_answers(lesson, exercise):
    kinds = [e["kind"] for e in ANSWERS if (e["lesson"], e["exercise"]) == (lesson, exercise)]
    assert kinds.count("right") >= 1 and kinds.count("wrong") >= 3  # beside the solution, which is tried too


def test_every_lesson_has_answers_and_every_answer_belongs_to_an_exercise():
    assert [path.name[0] for path in sorted(NOTEBOOKS.glob("*.ipynb"))] == LESSONS
    assert {(entry["lesson"], entry["exercise"]) for entry in ENTRIES if entry["exercise"]} == set(EXERCISES)
