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


@pytest.mark.parametrize("name", MODULE)
def test_each_function_of_lessons_says_which_lesson_has_it_and_a_notebook_imports_it(name):
    (number,) = re.findall(r"Lesson (\d)[.,]", ast.get_docstring(MODULE[name]))
    shown = {path.name[0] for path, definition in MARKED if definition.name == name}
    assert shown <= {number}, f"`{name}` is shown in lesson {shown}"
    users = [
        path
        for path, notebook in NOTEBOOKS.items()
        if any(re.search(rf"\b{name}\b", cell.source) for cell in code_cells(notebook))
    ]
    imported = rf"(?s)from lessons import (?:\([^)]*\b{name}\b|[^(\n]*\b{name}\b)"  # by its own lesson, say
    loaned = any(re.search(imported, cell.source) for path in users for cell in code_cells(NOTEBOOKS[path]))
    inside = any(name in names_of(other) for key, other in MODULE.items() if key != name)
    assert len(users) > 1 or loaned or inside, f"Only {[path.name for path in users]} uses `{name}`: it can go there."


def names_of(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


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


def test_lessons_are_in_order():
    order = [int(re.search(r"Lesson (\d)[.,]", ast.get_docstring(node))[1]) for node in MODULE.values()]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.parent.name == "appendix"], ids=lambda path: path.stem
)
def test_at_most_a_quarter_of_an_appendix_is_folded(path):
    assert folded_share(NOTEBOOKS[path]) <= 0.25
