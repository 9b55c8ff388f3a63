"""Code stands once: what a lesson explains is the same in lessons.py."""

import ast
import functools
import inspect
import re
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

import lessons
import torchnlp

ROOT = Path(__file__).resolve().parent.parent
KEPT = "# kept in lessons.py"
DEFINITION = (ast.FunctionDef, ast.ClassDef)
MODULE = {node.name: node for node in ast.parse(inspect.getsource(lessons)).body if isinstance(node, DEFINITION)}


@functools.cache
def code_cells(path: Path) -> list[tuple[str, ast.Module]]:
    """Source and statements of each code cell of a notebook."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    sources = [TransformerManager().transform_cell(cell.source) for cell in cells]
    return [(source, ast.parse(source)) for source in sources]


# Not the project: there the student writes, under names of their own.
NOTEBOOKS = [path for path in sorted(ROOT.glob("notebooks/**/*.ipynb")) if path.stem != "project"]


def plain(definition: ast.stmt) -> str:
    """A function or class without its docstrings: those of lessons.py say in addition where it is explained."""
    definition = ast.parse(ast.unparse(definition)).body[0]
    for node in ast.walk(definition):
        if isinstance(node, DEFINITION) and ast.get_docstring(node):
            del node.body[0]
    return ast.unparse(definition)


@functools.cache
def marked() -> list[tuple[Path, ast.stmt]]:
    """(path, function or class) of each that a cell marks as kept."""
    return [
        (path, statement)
        for path in NOTEBOOKS
        for source, tree in code_cells(path)
        if KEPT in source
        for statement in tree.body
        if isinstance(statement, DEFINITION) and KEPT in ast.get_source_segment(source, statement)
    ]


def test_each_function_of_lessons_is_what_a_cell_of_its_lesson_shows_as_kept():
    shown = {(path.name.partition("-")[0], plain(definition)) for path, definition in marked()}
    lesson = re.compile(r"Lesson (\d+)[.,]")
    assert shown == {(lesson.search(ast.get_docstring(each))[1], plain(each)) for each in MODULE.values()}


def statements(function: ast.FunctionDef) -> list[str]:
    """Without docstring and guards, and with the short names of modules that a lesson has."""
    own = [ast.unparse(s).replace("nn.utils.rnn.", "") for s in function.body if not isinstance(s, ast.Expr)]
    return [statement for statement in own if "raise " not in statement]


def test_lesson_3_shows_run_rnn_as_the_module_has_it():
    (path,) = ROOT.glob("notebooks/3-*.ipynb")
    (shown,) = (s for _, tree in code_cells(path) for s in tree.body if getattr(s, "name", "") == "run_rnn")
    assert statements(shown) == statements(ast.parse(inspect.getsource(torchnlp.run_rnn)).body[0])
