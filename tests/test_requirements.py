"""What the cells of a lesson import is installed by its first one, and each package is pinned."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FILES = ["requirements.txt", *(f"{folder}/requirements.txt" for folder in ("tests", "tools", "tools/teaching", "site"))]
OF_PACKAGE = packages_distributions()


def packages(source: str) -> set[str]:
    """What pip calls the packages that a program imports; its own modules are none."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return {canonicalize_name(OF_PACKAGE[top][0]) for top in {m.split(".")[0] for m in modules} if top in OF_PACKAGE}


def needed(text: str) -> list[Requirement]:
    """What a file of requirements asks for."""
    return [Requirement(line) for line in text.splitlines() if line and not line.startswith("#")]


TEXT = {file: (ROOT / file).read_text(encoding="utf-8") for file in FILES}
PINNED = {canonicalize_name(each.name): each for each in needed((ROOT / ".ci/constraints.txt").read_text("utf-8"))}


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/**/*.ipynb")), ids=lambda path: path.name)
def test_the_first_cell_of_a_lesson_installs_what_its_cells_import(path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    code = "\n".join(line for cell in cells for line in cell.splitlines() if not line.startswith(("%", "!")))
    installed = needed(TEXT["requirements.txt"].split("\n\n")[0])
    assert packages(code) <= {canonicalize_name(each.name) for each in installed}
    assert "load_vectors()" not in code  # but load_vectors(install=True)


def test_everything_that_is_needed_is_pinned_within_its_range():
    assert all(re.fullmatch(r"==\d[\w.!]*", str(pin.specifier)) for pin in PINNED.values())  # any build: no +cpu
    for each in sum(map(needed, TEXT.values()), []):
        version = str(PINNED[canonicalize_name(each.name)].specifier).removeprefix("==")
        assert each.specifier.contains(version), f"{each}, pinned {version}: run `make lock`"
