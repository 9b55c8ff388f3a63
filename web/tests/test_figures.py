"""What this part wants of a lesson's room, and the figures that decks take."""

import re

import pytest

from tools.lesson import lessons
from web import figures, page

NAMED = [(lesson, name) for lesson in lessons() for name in lesson.settings["figures"]]


@pytest.mark.parametrize("lesson, name", NAMED, ids=[name for _, name in NAMED])
def test_a_figure_that_a_lesson_names_has_a_script_that_shows_it_and_a_cell_to_stand_at(lesson, name):
    scripts = [folder / f"{name}.js" for folder in (lesson.room, page.HERE / "js")]
    assert any(script.is_file() for script in scripts), f"{name}.js is missing: write its show(place, style, data)"
    assert re.search(r"^export function show\(place, style[,)]", page.files_of(name)[-1].read_text("utf-8"), flags=re.M)
    assert lesson.settings["figures"][name] in {cell.id for cell in lesson.notebook.cells}


def test_a_deck_finds_each_figure_in_a_file_and_their_numbers_beside_them(tmp_path):
    figures.write_figures(tmp_path)
    made = {file.name for file in tmp_path.iterdir()}
    names = {"headline", "backwards"} | {name for _, name in NAMED}
    assert made == {f"{name}.html" for name in names} | {"lstm.js", "reverser.js"}
    for name in names:
        text = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert f'id="live-{name}"' in text and text.count("<script>") == 1
        assert set(re.findall(r'"file": "([^"]+)"', text)) <= {"lstm.js", "reverser.js"}
