"""The repository: one address in the whole course, packages that are named and pinned, tables that are up to date."""

import ast
import re
import shutil
from importlib.metadata import packages_distributions

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.teaching import repo
from tools.upkeep import readme

pytestmark = pytest.mark.slow
ROOT = repo.ROOT


def text_of(root):
    return {file: file.read_text(encoding="utf-8") for file in repo.files(root)}


def test_no_file_that_names_the_repository_is_forgotten():
    name = re.compile("{0}/{1}|{0}.github.io".format(*repo.current(ROOT).split("/")))
    parts = ("*", "notebooks/**/*", "site/*", "tools/*/*", ".github/**/*")
    ours = [file for part in parts for file in ROOT.glob(part)]
    texts = [file for file in ours if file.suffix in (".md", ".ipynb", ".html", ".js", ".py", ".yml", ".toml", ".cff")]
    naming = {file for file in texts if ".ipynb_checkpoints" not in file.parts and name.search(file.read_text("utf-8"))}
    assert naming and naming <= set(repo.files(ROOT))


def test_a_new_address_is_written_everywhere_and_changes_nothing_else(tmp_path):
    fork = tmp_path
    for file in repo.files(ROOT):
        (fork / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, fork / file.relative_to(ROOT))
    before = text_of(fork)
    repo.set_address(fork, *repo.ADDRESS.fullmatch("https://github.com/somebody/their-course.git/").groups())
    assert repo.current(fork) == "somebody/their-course"
    for path in fork.glob("notebooks/**/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        badge = f"https://colab.research.google.com/github/somebody/their-course/blob/main/{path.relative_to(fork)}"
        assert badge in cells[0].source
        if path.parent.name == "notebooks":  # a lesson: first to take it, then to read it
            student = badge.replace("/blob/main/", "/blob/student/")
            assert 0 < cells[0].source.find(student) < cells[0].source.find(badge), path.name
        assert 'REPOSITORY = "https://github.com/somebody/their-course"' in cells[1].source
    for file, text in text_of(fork).items():
        assert "OWNER/" not in text and "OWNER.github" not in text
        for old, new in zip(before[file].splitlines(), text.splitlines(), strict=True):
            assert old == new or "github" in old or "course = here" in old
    owner, name = repo.current(ROOT).split("/")
    repo.set_address(fork, owner, name)
    assert text_of(fork) == before


WRONG = ["", "me/my-course", "https://github.com/me", "https://gitlab.com/me/it", "https://github.com/me/it/tree/main"]


@pytest.mark.parametrize("url", [*WRONG, 'https://github.com/me/my"course', "git@github.com:me/it.git"])
def test_a_malformed_address_changes_nothing(monkeypatch, url):
    monkeypatch.setattr(repo, "set_address", None)
    monkeypatch.setattr("sys.argv", ["repo.py", url])
    with pytest.raises(SystemExit, match="https://github.com/me/my-course"):
        repo.main()


# what the cells of a lesson import is installed by its first one, and each package is pinned


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


# what README.md and INSTRUCTORS.md say of the lessons is what the notebooks show


@pytest.mark.parametrize("page", readme.TABLES)
def test_a_table_is_that_of_the_notebooks(page):
    assert readme.written(page) == (ROOT / page).read_text(encoding="utf-8"), "Run `make readme`."


def test_the_picture_of_the_readme_is_that_of_lesson_2():
    assert readme.picture() == (ROOT / readme.PICTURE).read_bytes(), "Run `make readme`."
