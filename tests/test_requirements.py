"""Each package that is imported stands in a file of requirements, and is pinned."""

import ast
import re
import sys
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


def lines(text: str) -> list[str]:
    """What a file of requirements says, without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def names(text: str) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines(text)}


def packages(source: str) -> set[str]:
    """What pip calls the packages that a program imports; its own modules are none."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    modules = {module for module in modules if module.split(".")[0] not in sys.stdlib_module_names}
    found = {canonicalize_name(module): OF_PACKAGE.get(module.split(".")[0], []) for module in modules}
    found = {module: [canonicalize_name(name) for name in of] for module, of in found.items()}
    return {module if module in of else of[0] for module, of in found.items() if of}  # one of sphinxcontrib's many


TEXT = {file: (ROOT / file).read_text(encoding="utf-8") for file in [*FILES, ".ci/constraints.txt"]}
FOLDERS = ".ci images notebooks notebooks/* site tests tools/site tools/teaching tools/upkeep"
PROGRAMS = [file for folder in [ROOT, *map(ROOT.joinpath, FOLDERS.split())] for file in folder.glob("*.py")]
PINNED = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines(TEXT[".ci/constraints.txt"])}


def test_every_package_that_a_program_imports_is_named():
    named = set().union(*(names(TEXT[file]) for file in FILES))
    assert {file.name: unnamed for file in PROGRAMS if (unnamed := packages(file.read_text("utf-8")) - named)} == {}


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/**/*.ipynb")), ids=lambda path: path.name)
def test_the_first_cell_of_a_lesson_installs_what_its_cells_import(path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    code = "\n".join(line for cell in cells for line in cell.splitlines() if not line.startswith(("%", "!")))
    assert packages(code) <= names(TEXT["requirements.txt"].split("\n\n")[0])
    assert "load_vectors()" not in code  # but load_vectors(install=True)


def test_everything_that_is_needed_is_pinned_within_its_range():
    assert all(re.fullmatch(r"\d[\w.!]*", version) for version in PINNED.values())  # any build: no +cpu, no wildcard
    for line in (line for file in FILES for line in lines(TEXT[file])):
        needed = Requirement(line)
        version = PINNED.get(canonicalize_name(needed.name))
        assert version and needed.specifier.contains(version), f"{line}, pinned {version}: run `make lock`"
