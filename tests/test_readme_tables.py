"""What README.md and INSTRUCTORS.md say of the lessons is what the notebooks show."""

import pytest

from tools.upkeep import readme

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", readme.TABLES)
def test_a_table_is_that_of_the_notebooks(page):
    assert readme.written(page) == (readme.ROOT / page).read_text(encoding="utf-8"), "Run `make readme`."


def test_the_picture_of_the_readme_is_that_of_lesson_2():
    assert readme.picture() == (readme.ROOT / readme.PICTURE).read_bytes(), "Run `make readme`."
