"""The project and the lessons run to their ends on other tables than those that they come with."""

import csv
import random
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from test_tables import written

import torchnlp

ROOT = Path(torchnlp.__file__).parent
NOTEBOOK = ROOT / "notebooks" / "project.ipynb"
KNOB = 'TABLE, COLUMNS = requests if named == "sample" else named, {}'


CHINESE = {
    "垃圾": "垃圾桶 没有 清运 回收 纸箱 旧沙发 臭味",
    "道路": "路灯 红绿灯 坑洞 人行道 停车位 标志",
    "公园": "大树 草坪 秋千 长椅 花坛 落叶",
}


def made(count=400):
    """Rows of a table that a program makes: unbalanced, with a few copies."""
    rng, words, rows = random.Random(1), " ".join(CHINESE.values()).split(), []
    for _ in range(count - 20):
        (name,) = rng.choices(list(CHINESE), [6, 3, 2])
        chosen = rng.choices(CHINESE[name].split(), k=5) + rng.choices(words, k=2) + [str(rng.randrange(200)), "请"]
        rows.append((name, "".join(rng.sample(chosen, 9))))
    return rows + rng.sample(rows, 20)


TABLES = {"Chinese": ("own.tsv", {"text": "诉求", "label": "部门"}), "news": (ROOT / "data" / "sample", {})}


@pytest.mark.parametrize("table, columns", TABLES.values(), ids=TABLES)
def test_the_notebook_runs_on_anybodys_table_with_one_changed_line(table, columns, tmp_path):
    with open(tmp_path / "own.tsv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("部门", "诉求"), *made()])
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (knob,) = (cell for cell in notebook.cells if KNOB in cell.source)
    knob.source = knob.source.replace(KNOB, f"TABLE, COLUMNS = Path({str(tmp_path / table)!r}), {columns!r}")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import sys; sys.path.insert(0, {str(ROOT)!r})"))
    set_up = next(cell for cell in notebook.cells if "REPOSITORY = " in cell.source)
    set_up.source = set_up.source.replace("Path.cwd(), *Path.cwd().parents", f"Path({str(ROOT)!r})")
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": tmp_path}}).execute()
    said = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert re.search(r"reached: accuracy [01]\.\d+, macro-F1 [01]\.\d+: (within|outside) what was stated", said)
    assert (tmp_path / "my-network.html").stat().st_size < 2_000_000 and "OUTSIDE" not in said


SIGNS = ["球队进球比赛冠军", "股市油价上涨公司", "总统选举议会抗议", "科学电脑网络卫星"]


@pytest.mark.parametrize("lesson", ["1-simple-rnn", "5-pretrained-embeddings"])
def test_a_lesson_runs_to_its_end_on_chinese_whose_words_glove_does_not_know(lesson, tmp_path, monkeypatch):
    rng, folder = random.Random(0), Path(torchnlp.__file__).parent / "notebooks"
    for name, count in {"train.csv": 400, "test.csv": 80}.items():
        texts = ["".join(rng.choices(SIGNS[i % 4] * 2 + "的是在了和有不人", k=20)) for i in range(count)]
        rows = [(i % 4 + 1, "", text) for i, text in enumerate(texts)]
        (tmp_path / name).write_text(written(rows, header=None), encoding="utf-8")
    (tmp_path / "classes.txt").write_text("Sport\nWirtschaft\nPolitik\nWissenschaft\n", encoding="utf-8")
    monkeypatch.setenv("TORCHNLP_DATA", str(tmp_path))
    notebook = nbformat.read(folder / f"{lesson}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    said = "\n".join(str(output.get("text", "")) for cell in notebook.cells for output in cell.get("outputs", []))
    assert "Warning" not in said and (lesson[0] == "1" or "GloVe knows few of these words" in said)
