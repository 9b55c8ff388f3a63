"""The bundle and the start.py beside its wheels: what a room without a network gets. Nothing here needs one."""

import os
import subprocess
import sys
import zipfile

import pytest
from bs4 import BeautifulSoup

from tools.teaching import bundle
from tools.teaching.bundle import Target

pytestmark = pytest.mark.slow

HERE = bundle.this_machine()


def make_wheel(folder, name, version="1.0", tag="py3-none-any", needs=()):
    """A package with one line of code, as pip and uv want it."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", head + "".join(f"Requires-Dist: {other}\n" for other in needs))
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def no_tools(monkeypatch):
    """No decks, no site, no downloads: they have tests of their own, or need a network."""
    monkeypatch.setattr(bundle, "copy_instructor", lambda folder: folder.mkdir(parents=True))

    def fetch(target, wheels):
        if target.system == "windows":
            raise RuntimeError("there is no wheel of <odd> for it")
        make_wheel(wheels, "torch", tag=f"cp{target.python.replace('.', '')}-none-any")

    monkeypatch.setattr(bundle, "fetch", fetch)


# ----------------------------------------------------------------------------------- for which machines


def test_machines_are_named_by_system_and_python():
    assert bundle.targets_of([]) == [HERE]
    assert bundle.targets_of(["windows-3.12"]) == [Target("windows", "3.12")]
    assert bundle.targets_of(["macos"]) == [Target("macos", python) for python in bundle.PYTHONS]
    every = bundle.targets_of(["all", "linux"])
    assert len(every) == len(set(every)) == 9 and {target.system for target in every} == set(bundle.SYSTEMS)


def test_linux_gets_the_newest_small_build_of_torch_that_is_there(tmp_path):
    names = ["2.9.0+cpu-cp311-cp311-linux_x86_64", "2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64"]
    names += ["2.15.0-cp311-cp311-manylinux_2_28_x86_64", "2.16.0+cpu-cp312-cp312-linux_x86_64"]
    for name in names:
        (tmp_path / f"torch-{name}.whl").touch()
    found = {python: bundle.small_torch(Target("linux", python), tmp_path) for python in ("3.11", "3.12")}
    assert found == {"3.11": ["torch==2.13.0+cpu"], "3.12": ["torch==2.16.0+cpu"]}
    assert bundle.small_torch(Target("macos", "3.11"), tmp_path) == []


# -------------------------------------------------------------------------------------- the folder


def read(page):
    """The text of a page, and where its links lead."""
    html = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return html.get_text(), [link["href"] for link in html.find_all("a")]


def test_the_folder_is_whole_gives_nothing_away_and_says_what_is_missing(tmp_path, no_tools, news_folder):
    targets = [Target("macos", "3.12"), Target("windows", "3.11")]
    found = bundle.make_bundle(tmp_path, targets, news_folder)
    assert found == {targets[0]: "", targets[1]: "there is no wheel of <odd> for it"}
    students = tmp_path / "students"
    lessons = {path.name for path in (bundle.ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (students / "course" / "notebooks").glob("*.ipynb")} == lessons
    assert not any("# @title Solution" in path.read_text(encoding="utf-8") for path in students.rglob("*.ipynb"))
    assert (students / "course" / "torchnlp.py").is_file() and (students / "start.py").is_file()
    assert (students / "data" / "train.csv").read_bytes() == (news_folder / "train.csv").read_bytes()
    for page in (tmp_path / "index.html", students / "index.html"):
        text, links = read(page)
        here, left_out = text.split("Left out")
        assert str(targets[0]) in here and str(targets[1]) not in here
        assert f"{targets[1]}: there is no wheel of <odd> for it" in left_out
        assert not any(link.startswith("http") for link in links)
    assert "TORCHNLP_DATA=../data" in text and read(tmp_path / "index.html")[1][0] == "students/index.html"


# ---------------------------------------------------------------------------------------- start.py


@pytest.fixture
def stick(tmp_path):
    """A folder as students copy it, with two tiny packages, one of which needs the other."""
    folder = tmp_path / "students"
    make_wheel(folder / "wheels", "tinycourse", needs=["tinytorch>=1"])
    make_wheel(folder / "wheels", "tinytorch")
    (folder / "requirements.txt").write_text("# what the lessons need\ntinycourse>=1\n", encoding="utf-8")
    (folder / "start.py").write_bytes((bundle.ROOT / "tools" / "teaching" / "bundle_start.py").read_bytes())
    return folder


def test_start_installs_from_the_wheels_alone_and_once(stick):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, "start.py", "--install-only"]
    options = {"cwd": stick, "capture_output": True, "text": True, "env": {**os.environ, **nowhere}}
    first = subprocess.run(command, **options)
    assert first.returncode == 0, first.stderr
    assert "takes some minutes" in first.stdout
    python = next(path for path in (stick / ".venv").glob("*/python*") if path.stem == "python")
    said = subprocess.run([python, "-c", "import tinycourse, tinytorch; print(tinytorch.VERSION)"], capture_output=True)
    assert said.stdout.strip() == b"1.0", said.stderr
    assert subprocess.run(command, **options).stdout == ""  # it is ready
