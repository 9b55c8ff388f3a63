"""tools/teaching/student.py: the folder that students get gives nothing away, and runs."""

import ast
import re
import subprocess
import sys

import nbformat
import pytest

from tools.teaching import student
from tools.teaching.check import LESSONS, exercise_of, is_solution, settings_of, written
from tools.teaching.needs import needed, read_bank, statements_of, with_settings

pytestmark = pytest.mark.slow
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "student"
    student.make_handout(folder)
    return folder


@each_lesson
def test_the_copies_hold_the_exercises_but_no_solution_and_no_output(handout, path):
    lesson, copy = nbformat.read(path, 4), nbformat.read(handout / "notebooks" / path.name, 4)
    nbformat.validate(copy)
    solutions = [cell.source for cell in lesson.cells if is_solution(cell)]
    assert solutions and not {cell.source for cell in copy.cells} & set(solutions)
    asked, kept = ([exercise_of(cell) for cell in cells if exercise_of(cell)] for cells in (lesson.cells, copy.cells))
    assert asked == kept
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in copy.cells)
    measuring = [cell.source for cell in lesson.cells if cell.source.startswith("if answered(")]
    assert set(measuring) <= {cell.source for cell in copy.cells}
    text = "\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown")
    assert text.count(student.NO_SOLUTIONS) == 1 and len(re.findall("[Ss]olutions? ", text)) == 1
    assert "unfold" not in re.sub("<details>.*?</details>", "", text, flags=re.S)


OPERATIONS = ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.keyword, ast.Subscript, ast.Slice


class Nameless(ast.NodeTransformer):
    """Takes the names away: what is left is the form of an expression."""

    def visit_Name(self, name):
        return ast.Name("_", ast.Load())

    def visit_arg(self, name):
        return ast.arg("_")


def work_in(*codes):
    """The forms of all expressions with three operations or more, and one that has the form."""
    nodes = [node for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.expr)]
    working = [n for n in nodes if sum(isinstance(part, OPERATIONS) for part in ast.walk(n)) >= 3]
    texts = [ast.unparse(node) for node in working]
    return {ast.dump(Nameless().visit(node)): text for node, text in zip(working, texts, strict=True)}


@each_lesson
def test_no_check_does_the_work_of_its_solution(path):
    """Nor that of a right answer of the bank; with other names it would be found as well."""
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    bank = read_bank(student.ROOT / "tests" / "answers" / f"lesson_{path.name[0]}.py")
    for check in (source for source in cells if source.startswith("# @title Check of exercise")):
        for number in re.findall(r'^check\("Exercise (\d[a-z]?)"', check, flags=re.M):
            ours = [s.partition("\ncheck(")[0] for s in cells if f'check("Solution {number}"' in s]
            right = [entry["code"] for entry in bank if (entry["exercise"], entry["kind"]) == (number, "right")]
            held = work_in(check)
            assert ours and [held[form] for form in work_in(*ours, *right) if form in held] == [], f"exercise {number}"


def test_the_work_of_a_solution_is_found_under_other_names():
    solution = work_in("def mine(q, k):\n    return (q * k).sum(1).exp()").keys()
    assert solution & work_in("def test():\n    truth = (a * b).sum(1).exp() - 1").keys()
    assert not solution & work_in("def test():\n    truth = (a + b).sum(1).exp() - 1").keys()


@each_lesson
def test_the_copies_have_places_for_a_name_and_for_words_and_stay_among_themselves(handout, path):
    cells = nbformat.read(handout / "notebooks" / path.name, 4).cells
    text = "\n".join(cell.source for cell in cells)
    assert cells[2].source == student.NAME and written(nbformat.from_dict({"cells": cells}))["name"] == ""
    exercise, places = None, []
    for cell in cells:  # words stand at the end of their exercise
        for heading in re.findall(r"^##.*$", cell.source, flags=re.M):
            assert exercise is None or exercise in places, f"no place for words on exercise {exercise}"
            exercise = (re.findall(r"^### Exercise (\d+)", heading) or [None])[0]
        places += re.findall(r"^\*\*Your words on exercise (\d+)", cell.source)
    assert places == sorted(set(re.findall(r"^### Exercise (\d+)", text, flags=re.M)))
    assert "with solutions" not in cells[0].source


def test_badges_and_set_up_cells_lead_to_the_branch_without_solutions(handout):
    pages = [*handout.glob("notebooks/*.ipynb"), *handout.glob("notebooks/appendix/*.ipynb")]
    assert len(pages) == len([*student.ROOT.glob("notebooks/**/*.ipynb")])
    for page in pages:
        cells = nbformat.read(page, 4).cells
        text = "\n".join(cell.source for cell in cells)
        assert f"/blob/student/{page.relative_to(handout)}" in cells[0].source and "/blob/main/" not in text
        (set_up,) = [cell for cell in cells if student.sets_up(cell)]
        assert student.FROM_STUDENT in set_up.source
    set_up.source = "download(REPOSITORY = 'https://example.org')"
    with pytest.raises(ValueError, match="could fetch the branch student"):
        student.stay_among_students(nbformat.from_dict({"cells": [set_up]}))


def test_what_a_student_writes_is_read_back():
    lesson = student.student_edition(nbformat.read(LESSONS[0], 4))
    assert student.student_edition(nbformat.from_dict(lesson)) == lesson  # a second time changes nothing
    assert written(lesson)["words"]["1"] == ""
    next(cell for cell in lesson.cells if cell.id == "words-1").source += "\n\nMore than I thought.\nSee?"
    lesson.cells[2].source = "# @title Your name\nSTUDENT_NAME = 'O. Kim'  # @param\nSTUDENT_ID=\"12\""
    said = written(lesson)
    assert (said["name"], said["id"], said["words"]["1"]) == ("O. Kim", "12", "More than I thought.\nSee?")


def test_a_full_study_stands_there_as_pictures_to_unfold(handout):
    pictures = 0
    for path in [path for path in LESSONS if "FULL = " in path.read_text(encoding="utf-8")]:
        cells = nbformat.read(handout / "notebooks" / path.name, 4).cells
        unfold = [cell.source for cell in cells if cell.source.startswith("<details>")]
        lesson = nbformat.read(path, 4)
        of_it = [cell for cell in lesson.cells if cell.id in student.of_the_full_study(lesson)]
        drawn = sum("image/png" in output.get("data", {}) for cell in of_it for output in cell.outputs)
        assert sum(text.count('src="data:image/png;base64,') for text in unfold) == drawn
        pictures += drawn
        assert all(text.count("<details>") == text.count("</details>") == 1 for text in unfold)
        end = next(i for i, cell in enumerate(cells) if "## Exercises" in cell.source)
        assert not any(cell.source.startswith("<details>") for cell in cells[end:])  # these would be answers
    assert pictures >= 2


def end_of(handout, path):
    """The code of the copy above its first stub, and from there on."""
    code = [c.source for c in nbformat.read(handout / "notebooks" / path.name, 4).cells if c.cell_type == "code"]
    first = next(i for i, source in enumerate(code) if re.search(r'^check\("Exercise', source, flags=re.M)) - 1
    return code[:first], code[first:]


def measuring_in(end):
    """The statements that measure what an answer is worth."""
    statements = [statement for source in end for statement in statements_of(source)]
    return [s for s in statements if ast.unparse(s.code).startswith("if answered(")]


@each_lesson
def test_run_all_goes_through_whatever_is_unanswered(handout, path, monkeypatch, capsys):
    """From the first stub on, all cells of the copy, with what they name from above. Nothing is trained."""
    above, end = end_of(handout, path)
    above = with_settings([s for source in above for s in statements_of(source)], settings_of(path))
    measuring = [ast.unparse(statement.code) for statement in measuring_in(end)]
    named = [s for source in end for s in statements_of(source) if ast.unparse(s.code) not in measuring]
    reads = set().union(*(statement.reads for statement in named))
    script = [ast.unparse(s.code) for s in needed(above, reads)] + end
    monkeypatch.chdir(handout / "notebooks")
    monkeypatch.setenv("MPLBACKEND", "agg")
    exec(compile("\n\n".join(script), path.name, "exec"), {"__name__": "__main__", "get_ipython": None})
    printed = capsys.readouterr().out
    said = re.findall(r"^Exercise (\d+)[a-z]?: not yet\.", printed, flags=re.M)
    assert set(said) == set(re.findall(r'check\("Exercise (\d+)', "\n".join(end)))
    for statement in measuring:  # of an answer in stages it asks for the first that is missing
        asked = re.search(r"answered\('?(\w+)", statement)[1]
        assert f"Answer exercise {asked} first." in printed


def test_the_copies_run_where_they_are(handout):
    """The first cells of lesson 1, through the set-up cell, the imports, a diagram and the corpus."""
    notebook = nbformat.read(handout / "notebooks" / LESSONS[0].name, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    code = code[:3] + ['show_diagram("rnn-cell")\nload_dataset(root="sample")\nprint(sys.modules["torchnlp"].__file__)']
    script = "\n".join(code)
    run = subprocess.run([sys.executable, "-c", script], cwd=handout / "notebooks", capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == str(handout / "torchnlp.py")
    page = (handout / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^jupyter lab (\S+)$", page, flags=re.M) == [f"notebooks/{LESSONS[0].name}"]
