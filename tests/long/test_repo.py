"""The repository: one address in the whole course, packages that are named and pinned, tables that are up to date."""

import re
import shutil
from importlib.metadata import packages_distributions

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import readme, repo

ROOT = repo.ROOT


def contents(root):
    return {file.relative_to(root): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_new_address_is_written_everywhere_and_changes_nothing_else(tmp_path):
    root = shutil.copytree(ROOT, tmp_path / "fork", ignore=shutil.ignore_patterns(".*", "build", "tests"))
    before, old = contents(root), repo.current(ROOT)
    repo.set_address(root, *repo.ADDRESS.fullmatch("https://github.com/somebody/their-course.git/").groups())
    for file, content in contents(root).items():
        assert old.encode() not in content and f"{old.split('/')[0]}.github.io".encode() not in content, file
        if file.suffix == ".ipynb":
            text = content.decode()
            badge = f"https://colab.research.google.com/github/somebody/their-course/blob/main/{file}"
            assert badge in text and 'REPOSITORY = \\"https://github.com/somebody/their-course\\"' in text
            # Beside a lesson: first to take it, then to read it.
            assert file.parts[1:-1] or -1 < text.find(badge.replace("/main/", "/student/")) < text.find(badge), file
    repo.set_address(root, *old.split("/"))
    assert contents(root) == before


WRONG = ["", "me/my-course", "https://github.com/me", "https://gitlab.com/me/it", "https://github.com/me/it/tree/main"]


@pytest.mark.parametrize("url", [*WRONG, 'https://github.com/me/my"course', "git@github.com:me/it.git"])
def test_a_malformed_address_is_refused(monkeypatch, url):
    monkeypatch.setattr("sys.argv", ["repo.py", url])
    with pytest.raises(SystemExit, match="https://github.com/me/my-course"):
        repo.main()


FILES = sorted(
    file.relative_to(ROOT).as_posix() for file in [*ROOT.glob("requirements.txt"), *ROOT.glob("*/requirements.txt")]
)
PACKAGES = packages_distributions()


def needed(file: str, sections: int | None = None) -> dict[str, Requirement]:
    """What a file of requirements, or its first sections, asks for."""
    lines = "\n".join((ROOT / file).read_text(encoding="utf-8").split("\n\n")[:sections]).splitlines()
    asked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in asked}


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/**/*.ipynb")), ids=lambda path: path.name)
def test_the_first_cell_of_a_lesson_installs_what_its_cells_import(path):
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    modules = re.findall(r"^ *(?:import|from) (\w+)", code, flags=re.M)  # `make lint` allows one module on a line
    packages = {canonicalize_name(PACKAGES[module][0]) for module in modules if module in PACKAGES}
    assert packages and packages <= needed("requirements.txt", 1).keys()
    assert "load_vectors()" not in code  # but load_vectors(install=True)


def test_everything_that_is_needed_is_pinned_within_its_range():
    pinned = {name: str(pin.specifier) for name, pin in needed(".ci/constraints.txt").items()}
    assert all(re.fullmatch(r"==\d[\w.!]*", pin) for pin in pinned.values())  # any build: no +cpu
    for name, each in (item for file in FILES for item in needed(file).items()):
        assert each.specifier.contains(pinned[name].removeprefix("==")), f"{each}, {pinned[name]}: run `make lock`"


def test_the_table_and_the_picture_are_those_of_the_notebooks():
    assert readme.with_table() == readme.PAGE.read_text(encoding="utf-8"), "Run `make readme`."
    assert readme.gates_picture() in (None, readme.PICTURE.read_bytes()), "Run `make readme`."
