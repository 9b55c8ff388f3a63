"""Every lesson as its reader meets it: run in order, clean outputs, pictures in words, exercises that work."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = {path.name: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
TAGS = {"nbval-check-output", "nbval-ignore-output", "raises-exception", "solution", "hide-input", "set-up"}

each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS.keys())


def code_cells(lesson):
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def texts(lesson):
    return [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]


def printed(cell) -> str:
    """All text of a cell's outputs, pictures left out."""
    parts = [output.get("text", "") for output in cell.outputs]
    parts += [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(parts)


def has_picture(cell) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def test_there_are_lessons():
    assert LESSONS


@each_lesson
def test_the_notebook_is_valid(lesson):
    nbformat.validate(lesson)


@each_lesson
def test_all_cells_were_run_in_order(lesson):
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))


@each_lesson
def test_no_output_holds_an_error_a_warning_or_a_path(lesson):
    for cell in code_cells(lesson):
        kinds = {output.output_type for output in cell.outputs}
        assert "error" not in kinds
        assert all(output.get("name") != "stderr" for output in cell.outputs), printed(cell)
        found = re.search(r"Warning|Traceback|OUTSIDE|/(?:root|home|work|tmp|usr|Users)/", printed(cell))
        assert not found, f"{found[0]!r} in the output of: {cell.source[:80]}"


@each_lesson
def test_nothing_depends_on_a_widget(lesson):
    assert "widgets" not in lesson.metadata
    outputs = [output for cell in code_cells(lesson) for output in cell.outputs]
    assert not any("widget" in kind for output in outputs for kind in output.get("data", {}))


@each_lesson
def test_tags_are_spelled_as_nbval_reads_them(lesson):
    for cell in lesson.cells:
        assert set(cell.metadata.get("tags", [])) <= TAGS
        assert "NBVAL" not in cell.source  # one way of marking: the tags


@each_lesson
def test_some_outputs_are_compared(lesson):
    compared = [cell for cell in code_cells(lesson) if "nbval-check-output" in cell.metadata.get("tags", [])]
    assert len(compared) >= 10
    assert all(cell.outputs for cell in compared)


@each_lesson
def test_headings_step_down_one_level_at_a_time(lesson):
    levels = [len(mark) for text in texts(lesson) for mark in re.findall(r"^(#+) ", text, flags=re.M)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in zip(levels, levels[1:]))


@each_lesson
def test_every_picture_is_told_in_words(lesson):
    for cell, below in zip(lesson.cells, lesson.cells[1:] + [nbformat.v4.new_markdown_cell("")]):
        if has_picture(cell):
            assert below.cell_type == "markdown" and "*In words:" in below.source, cell.source[:80]
    for text in texts(lesson):
        assert not re.search(r"!\[\s*\]\(", text), "an image without alternative text"


@each_lesson
def test_a_cell_fits_on_a_slide(lesson):
    for cell in code_cells(lesson):
        if "source_hidden" not in cell.metadata.get("jupyter", {}):
            assert cell.source.count("\n") < 22, cell.source[:80]
            assert max(map(len, cell.source.splitlines())) <= 120, cell.source[:80]
        assert cell.metadata.slideshow.slide_type in {"slide", "subslide", "fragment", "skip", "-"}


@each_lesson
def test_exercises_say_not_yet_and_their_solutions_are_right(lesson):
    numbers = [int(n) for text in texts(lesson) for n in re.findall(r"^### Exercise (\d+)", text, flags=re.M)]
    assert numbers == list(range(1, len(numbers) + 1)) and 3 <= len(numbers) <= 5
    said = "\n".join(printed(cell) for cell in code_cells(lesson))
    for number in numbers:
        assert f"Exercise {number}: not yet." in said
        assert f"Exercise {number}: right" in said
    solutions = [cell for cell in code_cells(lesson) if "solution" in cell.metadata.get("tags", [])]
    assert len(solutions) == len(numbers)
    assert all(cell.metadata.jupyter.source_hidden for cell in solutions)


def test_the_set_up_cell_is_the_same_in_every_lesson():
    set_ups = {code_cells(lesson)[0].source for lesson in LESSONS.values()}
    assert len(set_ups) == 1 and set_ups.pop().startswith("# @title Set-up")


def test_the_figures_of_the_readme_stand_in_the_notebooks():
    rows = re.findall(r"^\| \d \| \[.*?\]\(notebooks/(.*?)\)(.*)$", (ROOT / "README.md").read_text(), flags=re.M)
    assert [name for name, _ in rows] == list(LESSONS)
    for name, row in rows:
        # Bars carry their figures in the picture; what is printed must say them as well.
        said = "\n".join(printed(cell) for cell in code_cells(LESSONS[name]))
        for figure in re.findall(r"\d\.\d{3}", row):
            assert figure in said, f"{figure} of the README is not in the outputs of {name}"
