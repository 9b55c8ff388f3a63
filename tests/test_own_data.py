"""Lessons 1 and 5 on data of one's own: Chinese, which has no spaces and whose words GloVe does not know."""

import random
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
CHINESE = ["球队进球比赛冠军", "股市油价上涨公司", "总统选举议会抗议", "科学电脑网络卫星"]

pytestmark = pytest.mark.slow


def chinese(rng: random.Random, label: int) -> str:
    return "".join(rng.choices(CHINESE[label] * 2 + "的是在了和有不人", k=20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place, rng = tmp_path_factory.mktemp("own"), random.Random(0)
    for name, count in {"train.csv": 400, "test.csv": 80}.items():
        rows = [f'"{i % 4 + 1}","","{chinese(rng, i % 4)}"\n' for i in range(count)]
        (place / name).write_text("".join(rows), encoding="utf-8")
    (place / "classes.txt").write_text("Sport\nWirtschaft\nPolitik\nWissenschaft\n", encoding="utf-8")
    return place


@pytest.mark.parametrize("lesson", ["1-simple-rnn", "5-pretrained-embeddings"])
def test_a_lesson_runs_to_its_end(lesson, folder, monkeypatch):
    monkeypatch.setenv("TORCHNLP_DATA", str(folder))
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    said = "\n".join(str(output.get("text", "")) for cell in notebook.cells for output in cell.get("outputs", []))
    assert "Warning" not in said
    assert not [line for line in said.splitlines() if " nan" in line and not line.startswith("step")]
    if lesson[0] == "1":  # "who did it" has a vocabulary of its own
        assert float(re.search(r"worst RNN: ([\d.]+)", said)[1]) > 0.9
    if lesson[0] == "5":
        assert "GloVe knows few of these words" in said
