"""What this part wants of a lesson's room, and the figures that decks take."""

import re
import subprocess

import pytest

from tools.lesson import lessons
from web import figures, npm

NAMED = [(lesson, name) for lesson in lessons() for name in lesson.settings["figures"]]


@pytest.mark.parametrize("lesson, name", NAMED, ids=[name for _, name in NAMED])
def test_a_figure_that_a_lesson_names_has_a_script_that_shows_it_and_a_cell_to_stand_at(lesson, name):
    scripts = [folder / f"{name}.js" for folder in (lesson.room, npm.HERE / "js")]
    script = next((script for script in scripts if script.is_file()), None)
    assert script, f"{name}.js is missing: write its show(place, style, data)"
    assert re.search(r"^export function show\(place, style[,)]", script.read_text(encoding="utf-8"), flags=re.M)
    assert lesson.settings["figures"][name] in {cell.id for cell in lesson.notebook.cells}


@pytest.mark.parametrize("name", npm.WITHOUT_NODE)
def test_the_bundles_that_need_no_node_are_fresh(packages, tmp_path, name):
    committed = subprocess.run(["git", "show", f":web/bundles/{name}.js"], cwd=npm.ROOT, capture_output=True)
    if committed.returncode:
        pytest.skip("this copy of the course has no git that could tell what is committed")
    fresh = npm.bundle(tmp_path / "bundles") / f"{name}.js"
    assert fresh.read_bytes() == committed.stdout, "run python -m web.npm, and commit web/bundles"


def test_a_deck_finds_each_figure_in_a_file_and_their_numbers_beside_them(packages, tmp_path):
    figures.write_figures(tmp_path)
    made = {file.name for file in tmp_path.iterdir()}
    names = {"headline", "backwards"} | {name for _, name in NAMED}
    assert made == {f"{name}.html" for name in names} | {"lstm.js", "reverser.js"}
    for name in names:
        text = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert f'id="live-{name}"' in text and text.count("<script>") == 1
        assert set(re.findall(r'"file": "([^"]+)"', text)) <= {"lstm.js", "reverser.js"}


def test_the_figure_of_the_query_has_the_lessons_numbers():
    (lesson,) = [lesson for lesson in lessons() if "query" in lesson.settings["figures"]]
    code = "\n".join(cell.source for cell in lesson.notebook.cells)
    for name, numbers in figures.QUERY.items():
        said = re.search(rf"^{name} = torch\.tensor\((.*?)\)", code, flags=re.M)[1]
        assert re.findall(r"\d+", said.replace(".0", "")) == re.findall(r"\d+", str(numbers)), name
