"""README.md is short, and what it says is what the notebooks and its pages show."""

import re
import shutil

import pytest

from tools.upkeep import readme

README = (readme.ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Both pages and the notebooks in a place where they can be changed, and the command at work on them."""
    for page in ("README.md", "INSTRUCTORS.md"):
        shutil.copy(readme.ROOT / page, tmp_path)
    for folder in ("notebooks", "images"):
        shutil.copytree(readme.ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    return tmp_path


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["readme.py", *arguments])
    readme.main()


def test_the_table_of_the_readme_is_that_of_the_notebooks():
    assert readme.written("README.md", readme.ROOT) == README, "Run `make readme`."


def test_every_lesson_has_its_row_and_every_model_its_line():
    table, board = readme.lesson_table(readme.ROOT), readme.scoreboard(readme.ROOT)
    for path in readme.ROOT.glob("notebooks/*.ipynb"):
        assert f"(notebooks/{path.name})" in table
    for model in ["bag of embeddings", "TF-IDF", "words and pieces", "RNN", "LSTM", "GRU"]:
        assert re.search(rf"^\| {model}.* 0\.\d{{3}} \|", board, flags=re.M), model
    scores = [float(row.split("|")[3]) for row in board.splitlines() if re.search(r"\| 0\.\d{3} \|", row)]
    assert len(scores) >= 8 and scores == sorted(scores, reverse=True)


BY_HAND = [("README.md", rb"(?s)(<!-- lessons:.*?0)\.\d\d\d", rb"\1.999")]
BY_HAND += [("INSTRUCTORS.md", rb"(?s)(<!-- times:.*?\| )\d+ \|\n", b"\\g<1>9 |\n"), (readme.PICTURE, rb"IEND", b"END")]


@pytest.mark.parametrize(("page", "figure", "typed"), BY_HAND)
def test_what_was_changed_by_hand_is_noticed_and_made_good(course, monkeypatch, page, figure, typed):
    before = (course / page).read_bytes()
    run(monkeypatch, "--check")
    (course / page).write_bytes(re.sub(figure, typed, before, count=1))
    with pytest.raises(SystemExit, match=f"{page} differs"):
        run(monkeypatch, "--check")
    run(monkeypatch)
    assert (course / page).read_bytes() == before


def test_a_name_stands_before_one_figure_or_is_no_source():
    assert readme.figure("GRU", "GRU: 0.900\nGRU, two layers: 0.800\nGRU   0.900") == "0.900"
    assert readme.figure("GRU", "GRU     9,540      1.3   0.9150 (0.0004)   rate 0.01") == "0.9150"
    with pytest.raises(LookupError, match="2 different"):
        readme.figure("GRU", "GRU: 0.900\nGRU: 0.901")
    table = "4-grams    230.1\n4-grams    236.0   1.00 (1.00 to 1.00)\n4-grams    known  251.2   unknown  204.3"
    assert readme.figure("perplexity of 4-grams", table) == "236.0"
    with pytest.raises(LookupError, match='"perplexity of GRU" stands before 0'):
        readme.figure("perplexity of GRU", table)
