"""One address of the repository in the whole course, and one command that changes it."""

import re
import shutil

import nbformat
import pytest

from tools.teaching import repo

pytestmark = pytest.mark.slow


def text_of(root):
    return {file: file.read_text(encoding="utf-8") for file in repo.files(root)}


def test_no_file_that_names_the_repository_is_forgotten():
    name = re.compile("{0}/{1}|{0}.github.io".format(*repo.current(repo.ROOT).split("/")))
    parts = ("*", "notebooks/**/*", "site/*", "tools/*/*", ".github/**/*")
    ours = [file for part in parts for file in repo.ROOT.glob(part)]
    texts = [file for file in ours if file.suffix in (".md", ".ipynb", ".html", ".js", ".py", ".yml", ".toml", ".cff")]
    naming = {file for file in texts if ".ipynb_checkpoints" not in file.parts and name.search(file.read_text("utf-8"))}
    assert naming and naming <= set(repo.files(repo.ROOT))


def test_a_new_address_is_written_everywhere_and_changes_nothing_else(tmp_path):
    fork = tmp_path
    for file in repo.files(repo.ROOT):
        (fork / file.relative_to(repo.ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, fork / file.relative_to(repo.ROOT))
    before = text_of(fork)
    repo.set_address(fork, "somebody", "their-course")
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
    assert repo.set_address(fork, "somebody", "their-course") == []  # a second time there is nothing to do
    owner, name = repo.current(repo.ROOT).split("/")
    repo.set_address(fork, owner, name)
    assert text_of(fork) == before


@pytest.mark.parametrize("end", ["", "/", ".git"])
def test_an_address_may_be_copied_from_the_browser_or_from_git(end):
    assert repo.ADDRESS.fullmatch(f"https://github.com/me/my.course_2{end}").groups() == ("me", "my.course_2")


WRONG = ["", "me/my-course", "https://github.com/me", "https://gitlab.com/me/it", "https://github.com/me/it/tree/main"]


@pytest.mark.parametrize("url", [*WRONG, 'https://github.com/me/my"course', "git@github.com:me/it.git"])
def test_a_malformed_address_changes_nothing(monkeypatch, url):
    monkeypatch.setattr(repo, "set_address", None)
    monkeypatch.setattr("sys.argv", ["repo.py", url])
    with pytest.raises(SystemExit, match="https://github.com/me/my-course"):
        repo.main()
