"""Every lesson as its reader meets it: run in order, clean outputs, pictures in words, exercises that work."""

import re
from pathlib import Path

import nbformat
import pytest

from tools.lesson import FOLDED, has, is_picture, lessons, names_in, problems, projects

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = [*NOTEBOOKS, *sorted(ROOT.glob("notebooks/*/*.ipynb"))]
LESSONS = {path.name: nbformat.read(path, as_version=4) for path in NOTEBOOKS}


@pytest.fixture(params=LESSONS)
def lesson(request):
    return LESSONS[request.param]


def code_cells(lesson, *tags):
    """All of them, or those with one of the tags."""
    return [cell for cell in lesson.cells if cell.cell_type == "code" and (not tags or has(cell, *tags))]


def printed(cell) -> str:
    """All text of a cell's outputs, pictures left out."""
    return "\n".join(it.get("text", it.get("data", {}).get("text/plain", "")) for it in cell.get("outputs", []))


PRINTED = {  # by the id of a cell in a lesson, and by name#id in a study
    cell.id if path in NOTEBOOKS else f"{path.stem}#{cell.id}": printed(cell)
    for path in ALL
    for cell in nbformat.read(path, as_version=4).cells
}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_github_shows_it_at_once(path):
    assert path.stat().st_size <= 1_000_000, f"Run `.venv/bin/python -m tools.run_notebooks {path}`."


def test_the_notebook_is_valid_and_all_its_cells_were_run_in_order(lesson):
    nbformat.validate(lesson)
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1)), "Run all cells from top to bottom."


def test_no_output_holds_an_error_a_warning_a_path_or_a_widget(lesson):
    assert "widget" not in str(lesson.metadata)
    for cell in code_cells(lesson):
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", printed(cell)
            assert "widget" not in str([*output.get("data", {})]), cell.id
        found = re.search(r"Warning|Traceback|OUTSIDE|/(?:root|home|work|tmp|usr|Users)/", printed(cell))
        assert not found, f"{found[0]!r} in the output of: {cell.source[:80]}"


@pytest.mark.parametrize("lesson", [*lessons(), *projects()], ids=lambda lesson: lesson.path.name)
def test_the_room_is_whole_and_each_tag_known(lesson):
    assert problems(lesson) == []


def test_every_picture_is_told_in_words(lesson):
    for cell, below in zip(lesson.cells, lesson.cells[1:] + [nbformat.v4.new_markdown_cell("")]):
        if any(map(is_picture, cell.get("outputs", []))):
            assert below.cell_type == "markdown" and "*In words:" in below.source, cell.source[:80]
        assert not re.search(r"!\[\s*\]\(", cell.source), "an image without alternative text"


def test_a_folded_cell_is_folded_everywhere_and_has_a_title(lesson):
    for cell in lesson.cells:
        kinds = [tag for tag in FOLDED if has(cell, tag)]
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)  # for JupyterLab; then: for Colab
        marks = [hidden, cell.source.startswith("# @title "), cell.metadata.get("cellView") == "form"]
        marks += [has(cell, "hide-input"), len(kinds) == 1]  # for the site
        assert all(marks) or not any(marks) and not kinds, f"{cell.id}: folded in some places and not in others"


def test_figures_taken_from_an_appendix_stand_there(lesson):
    """A cell that draws what a longer study gave says so in its metadata."""
    for cell in code_cells(lesson):
        if name := cell.metadata.get("study"):
            said = "\n".join(text for place, text in PRINTED.items() if place.startswith(f"{name}#"))
            figure = r"\b(?:\d\.\d{3,4}|\d{2,}\.\d)\b"  # an accuracy or a ratio; a perplexity
            figures = re.findall(figure, cell.source)
            assert figures and set(figures) <= set(re.findall(figure, said)), cell.id


def test_a_line_to_write_or_to_change_is_marked_and_its_cell_stands_open(lesson):
    for cell in code_cells(lesson, "stub", "yours"):
        mark = r"# <- your code" if has(cell, "stub") else r"# <- yours$"
        assert len(re.findall(mark, cell.source, flags=re.M)) == 1 and not has(cell, "hide-input"), cell.id


CHECK = re.compile(r"(\w+) = check_\w+\(\1(?:, [\w, ]+)?\)")  # the lesson goes on with what the check gives back


def test_an_exercise_is_a_stub_that_is_not_yet_right_a_check_and_a_folded_solution_that_is(lesson):
    """A solution leaves nothing behind but the answer: without it every other cell still runs to its end."""
    parts, numbers = ["stub", "check", "solution"], []
    kinds = [part for cell in code_cells(lesson) for part in parts if has(cell, part)]
    assert re.fullmatch("((stub )+check solution )+", " ".join([*kinds, ""]))
    for check, solution in zip(code_cells(lesson, "check"), code_cells(lesson, "solution")):
        answer, number = CHECK.fullmatch(check.source), re.match(r"Exercise (\d[a-z]?): not yet\. ", printed(check))
        assert answer and number, check.id
        numbers.append(number[1])
        title, *_, last = solution.source.splitlines()
        assert (title, last) == (f"# @title Solution {number[1]}", check.source), solution.id
        assert printed(solution).strip() == f"Exercise {number[1]}: right", solution.id
        assert names_in(solution.source) == {answer[1]}, solution.id
        assert all(has(cell, "nbval-check-output") for cell in (check, solution)), check.id
    assert numbers == sorted(set(numbers))
    headings = re.findall(r"^### Exercise (\d+)\.", "\n".join(cell.source for cell in lesson.cells), flags=re.M)
    assert headings == sorted({number[0] for number in numbers})


def test_the_set_up_cell_is_the_same_in_every_lesson():
    set_ups = {code_cells(lesson)[0].source for lesson in LESSONS.values()}
    assert len(set_ups) == 1 and set_ups.pop().startswith("# @title Set-up")


# ------------------------------------------------ claims.md has a row for each claim, with its cells and its control


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a file's table, each cell under its heading."""
    lines = re.findall(r"^\|(.*?)\|?$", file.read_text(encoding="utf-8"), flags=re.M)
    heads, _, *table = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines)
    assert heads == ["claim", "cell", "control", "seeds, corpus"], file
    return [dict(zip(heads, row, strict=True)) for row in table]


def says(output: str, figure: str) -> bool:
    """Does an output have this figure? 12 % may be printed as 0.12; a figure may be rounded from a longer one."""
    digits = len(figure.partition(".")[2])
    numbers = map(float, re.findall(r"\d+\.?\d*", output.replace(",", "")))
    return any(figure in (f"{number:.{digits}f}", f"{100 * number:.{digits}f}") for number in numbers)


@pytest.mark.parametrize("file", sorted(ROOT.glob("notebooks/*/claims.md")), ids=lambda file: file.parent.name)
def test_the_cells_of_a_claim_exist_and_print_its_figures(file):
    for row in rows(file):
        places = re.findall(r"[\w/-]*#?\b[la]\d\w*-[\w-]+|[\w/-]+#[\w-]+", row["cell"])
        assert places and PRINTED.keys() >= {*places}, f"{file}: {row['claim']}: no cell is one of {places}"
        said = "\n".join(PRINTED[place] for place in places)
        figures = re.findall(r"\d+\.\d+|\d+(?= ?%)", row["claim"].replace(",", ""))  # with a decimal point, or per cent
        missing = [figure for figure in figures if not says(said, figure)]
        assert not missing, f"{file}: {missing} of “{row['claim']}” stand in no output of {row['cell']}"
