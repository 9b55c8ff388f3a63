"""The bundle and the start.py beside its wheels: what a room without a network gets. Nothing here needs one."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tools.teaching import bundle

pytestmark = pytest.mark.slow


def test_machines_are_named_by_system_and_python():
    assert bundle.machines_of([]) == [bundle.this_machine()]
    assert bundle.machines_of(["windows-3.12"]) == ["windows-3.12"]
    assert bundle.machines_of(["macos"]) == ["macos-3.11", "macos-3.12", "macos-3.13", "macos-3.14"]
    assert bundle.machines_of(["all", "linux"]) == bundle.MACHINES


def test_make_bundle_without_a_machine_is_for_this_one_and_an_unknown_one_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(bundle, "make_bundle", lambda folder, machines, news: dict.fromkeys(machines, ""))
    monkeypatch.setattr(sys, "argv", ["bundle"])
    assert bundle.main() == 0 and "for 1 of 1 kinds of machine" in capsys.readouterr().out
    sys.argv += ["amiga"]
    with pytest.raises(SystemExit):
        bundle.main()
    assert "windows-3.12" in capsys.readouterr().err


def fetch(machine, wheels):
    if machine == "windows-3.11":
        raise RuntimeError("there is no wheel of <odd> for it")


def test_the_folder_is_whole_gives_nothing_away_and_says_what_is_missing(tmp_path, monkeypatch, news_folder):
    """Without decks, site and downloads: they have tests of their own, or need a network."""
    monkeypatch.setattr(bundle, "copy_instructor", lambda folder: None)
    monkeypatch.setattr(bundle, "fetch", fetch)
    bundle.make_bundle(tmp_path, ["macos-3.12", "windows-3.11"], news_folder)
    students = tmp_path / "students"
    lessons = {path.name for path in (bundle.ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (students / "course" / "notebooks").glob("*.ipynb")} == lessons
    assert not any("# @title Solution" in path.read_text(encoding="utf-8") for path in students.rglob("*.ipynb"))
    assert (students / "course" / "torchnlp.py").is_file() and (students / "start.py").is_file()
    assert (students / "data" / "train.csv").read_bytes() == (news_folder / "train.csv").read_bytes()
    for page in (tmp_path / "index.html", students / "index.html"):
        text = page.read_text(encoding="utf-8")
        here, left_out = text.split("Packages are here for")[1].split("Left out")
        assert "<li>macOS 14 or newer (Apple silicon), Python 3.12</li>" in here and "Windows" not in here
        assert "Windows (64 bit), Python 3.11: <code>there is no wheel of &lt;odd&gt; for it</code>" in left_out
        assert 'href="http' not in text
    assert "TORCHNLP_DATA=../data" in text


def test_start_installs_from_the_wheels_alone_and_once_and_opens_lesson_1(tmp_path):
    """A folder as students copy it, with one tiny package, which stands in for JupyterLab."""
    (tmp_path / "wheels").mkdir()
    with zipfile.ZipFile(tmp_path / "wheels" / "jupyter-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("jupyter.py", "import os, sys; print(*sys.argv[1:], os.environ['TORCHNLP_DATA'])")
        wheel.writestr("jupyter-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: jupyter\nVersion: 1.0\n")
        wheel.writestr("jupyter-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("jupyter-1.0.dist-info/RECORD", "")
    (tmp_path / "requirements.txt").write_text("# what the lessons need\njupyter>=1\n", encoding="utf-8")
    shutil.copy(bundle.ROOT / "tools" / "teaching" / "bundle_start.py", tmp_path / "start.py")
    first = tmp_path / "course" / "notebooks" / "1-first.ipynb"
    first.parent.mkdir(parents=True)
    first.touch()
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    command, options = [sys.executable, "start.py"], {"cwd": tmp_path, "text": True, "env": {**os.environ, **nowhere}}
    once, again = subprocess.check_output(command, **options), subprocess.check_output(command, **options)
    assert "takes some minutes" in once
    assert once.splitlines()[-1:] == again.splitlines() == [f"lab {first} sample"]
