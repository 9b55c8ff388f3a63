"""Code stands once: what a lesson explains is the same in lessons.py, and nothing is written in two notebooks."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from test_notebooks import folded_share

import lessons

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = {path: nbformat.read(path, as_version=4) for path in sorted((ROOT / "notebooks").rglob("[1-9]-*.ipynb"))}
KEPT = "# kept in lessons.py"
MODULE = {
    statement.name: statement
    for statement in ast.parse(inspect.getsource(lessons)).body
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef))
}


def definitions(cell) -> list[tuple[ast.stmt, bool]]:
    """The functions and classes of a cell, and whether each is marked as kept."""
    source = TransformerManager().transform_cell(cell.source)
    lines = source.splitlines()
    found = [node for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [(node, any(KEPT in line for line in lines[node.lineno - 1 : node.body[0].lineno])) for node in found]


def plain(definition: ast.stmt) -> str:
    """A function or class without its docstrings: those of lessons.py say in addition where it is explained."""
    definition = ast.parse(ast.unparse(definition)).body[0]
    for node in ast.walk(definition):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            del node.body[0]
    return ast.dump(definition)


def code_cells(notebook, *but):
    """The code cells without these tags."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in cells if not set(but) & set(cell.metadata.get("tags", []))]


ALL = [  # (path, definition, marked as kept); learners' answers and their checks are not shared
    (path, definition, kept)
    for path, notebook in NOTEBOOKS.items()
    for cell in code_cells(notebook, "solution", "test")
    for definition, kept in definitions(cell)
]
MARKED = [(path, definition) for path, definition, kept in ALL if kept]


@pytest.mark.parametrize(("path", "shown"), MARKED, ids=[definition.name for _, definition in MARKED])
def test_what_a_cell_shows_as_kept_is_what_lessons_has(path, shown):
    assert shown.name in MODULE, f"{path.name} marks `{shown.name}` as kept; lessons.py does not have it."
    assert plain(shown) == plain(MODULE[shown.name]), f"{path.name} and lessons.py differ in `{shown.name}`."


def lesson_of(name: str) -> int:
    """The lesson that has a function of lessons.py, by its docstring."""
    (number,) = re.findall(r"Lesson (\d)[.,]", ast.get_docstring(MODULE[name]))
    return int(number)


def names_of(node: ast.AST) -> set[str]:
    """The names that a piece of code uses and does not make itself."""
    used = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
    own = {name.id for name in used if isinstance(name.ctx, ast.Store)}
    own |= {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    return {name.id for name in used} - own


def taken_from_lessons(notebook) -> set[str]:
    """What a notebook imports from lessons.py: by name, or with a star whatever it uses and does not make itself."""
    code = ast.parse("\n".join(TransformerManager().transform_cell(cell.source) for cell in code_cells(notebook)))
    imports = [node for node in ast.walk(code) if isinstance(node, ast.ImportFrom) and node.module == "lessons"]
    names = {alias.name for node in imports for alias in node.names}
    return names_of(code) & set(MODULE) if "*" in names else names


def lent() -> set[str]:
    """What a notebook behind its lesson has from lessons.py (a lesson's appendix is behind it), and what that uses."""
    found = set()
    for path, notebook in NOTEBOOKS.items():
        appendix = path.parent.name == "appendix"
        has = taken_from_lessons(notebook) | {definition.name for place, definition in MARKED if place == path}
        found |= {name for name in has & set(MODULE) if int(path.name[0]) + appendix > lesson_of(name)}
    while inside := {name for user in found for name in names_of(MODULE[user]) & set(MODULE)} - found:
        found |= inside
    return found


@pytest.mark.parametrize("name", MODULE)
def test_a_cell_of_its_own_lesson_shows_a_function_of_lessons_or_imports_it(name):
    has = {path for path, definition in MARKED if definition.name == name}
    assert {int(path.name[0]) for path in has} <= {lesson_of(name)}
    own = [notebook for path, notebook in NOTEBOOKS.items() if path.name.startswith(f"{lesson_of(name)}-")]
    users = [other for other in MODULE if name in names_of(MODULE[other])]
    taken = set().union(*map(taken_from_lessons, own))
    assert has or {name, *users} & taken, f"lesson {lesson_of(name)} neither shows `{name}` nor imports it"


def test_what_only_its_own_lesson_uses_stands_there_and_not_in_lessons():
    assert set(MODULE) - lent() == set()


def test_no_notebook_writes_again_what_lessons_has():
    again = [(path.name, definition.name) for path, definition, kept in ALL if definition.name in MODULE and not kept]
    assert again == []


def test_hardly_a_function_stands_in_two_notebooks():
    """At most 40 lines of functions and classes, but for what cells show as kept."""
    copies = Counter()
    lines = {}
    for _, definition, kept in ALL:
        if not kept:
            copies[plain(definition)] += 1
            lines[plain(definition)] = len(ast.unparse(definition).splitlines())
    assert sum((count - 1) * lines[code] for code, count in copies.items()) <= 40


def test_networks_whose_answers_are_compared_meet_the_articles_in_one_order():
    """A length_loader shuffles at each pass: what goes into `hits` is a list of batches, or not shuffled."""
    found = 0
    for path, notebook in NOTEBOOKS.items():
        code = ast.parse("\n".join(TransformerManager().transform_cell(cell.source) for cell in code_cells(notebook)))
        calls = [node for node in ast.walk(code) if isinstance(node, ast.Call) and ast.unparse(node.func) == "hits"]
        loaders = {ast.unparse(call.args[1]) for call in calls}
        for node in ast.walk(code):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in loaders:
                found += 1
                assert re.match(r"list\(|DataLoader\((?!.*shuffle=True)", ast.unparse(node.value)), path.name
    assert found >= 5


def test_lessons_are_in_order():
    order = [lesson_of(name) for name in MODULE]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.parent.name == "appendix"], ids=lambda path: path.stem
)
def test_at_most_a_quarter_of_an_appendix_is_folded(path):
    assert folded_share(NOTEBOOKS[path]) <= 0.25
