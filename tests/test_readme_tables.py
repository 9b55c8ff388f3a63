"""README.md is short, and what it says is what the notebooks and its pages show."""

import re

import pytest

from tools.upkeep import readme

README = (readme.ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


def test_the_table_of_the_readme_is_that_of_the_notebooks():
    assert readme.written("README.md", readme.ROOT) == README, "Run `make readme`."
    assert readme.picture(readme.ROOT) == (readme.ROOT / readme.PICTURE).read_bytes(), "Run `make readme`."


def test_every_lesson_has_its_row_and_the_scoreboard_is_in_order():
    table, board = readme.lesson_table(readme.ROOT), readme.scoreboard(readme.ROOT)
    for path in readme.ROOT.glob("notebooks/*.ipynb"):
        assert f"(notebooks/{path.name})" in table
    scores = [float(row.split("|")[2]) for row in board.splitlines() if re.search(r"\| 0\.\d{3} \|", row)]
    assert len(scores) >= 6 and scores == sorted(scores, reverse=True)


def test_a_name_stands_before_one_figure_or_is_no_source():
    assert readme.figure("GRU", "GRU: 0.900\nGRU, two layers: 0.800\nGRU   0.900") == "0.900"
    assert readme.figure("GRU", "GRU     9,540      1.3   0.9150 (0.0004)   rate 0.01") == "0.9150"
    with pytest.raises(LookupError, match="2 different"):
        readme.figure("GRU", "GRU: 0.900\nGRU: 0.901")
    table = "4-grams    230.1\n4-grams    236.0   1.00 (1.00 to 1.00)\n4-grams    known  251.2   unknown  204.3"
    assert readme.figure("perplexity of 4-grams", table) == "236.0"
    with pytest.raises(LookupError, match='"perplexity of GRU" stands before 0'):
        readme.figure("perplexity of GRU", table)
