"""What a lesson claims was measured: claims.md in its room has a row for each claim, with its cells and its control."""

import functools
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = sorted(ROOT.glob("notebooks/*/claims.md"))
HEADER = ["claim", "cell", "control", "seeds, corpus"]

each_file = pytest.mark.parametrize("file", CLAIMS, ids=lambda file: file.parent.name)


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a file's table, each cell under its heading."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert table[0] == HEADER, f"{file}: the columns are {table[0]}"
    return [dict(zip(HEADER, row, strict=True)) for row in table[2:]]


@functools.cache
def cells_of(path: Path) -> dict:
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def printed(file: Path, place: str) -> str:
    """All that the outputs of a cell say. place: an id of the lesson's notebook, or name#id, of a study in its room."""
    name, _, cell_id = place.rpartition("#")
    path = file.parent / f"{name}.ipynb" if name else file.parent.with_suffix(".ipynb")
    cells = cells_of(path)
    assert cell_id in cells, f"{file} names {place}; {path.name} has no such cell"
    outputs = cells[cell_id].get("outputs", [])
    said = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs]
    return "\n".join(said)


def figures(text: str) -> list[str]:
    """The numbers that a claim quotes as measured: with a decimal point, or per cent."""
    return re.findall(r"\d+\.\d+|\d+(?= ?%)", text.replace(",", ""))


def says(output: str, figure: str) -> bool:
    """Does an output have this figure? 12 % may be printed as 0.12; a figure may be rounded from a longer one."""
    output = output.replace(",", "")
    digits = len(figure.partition(".")[2])
    for number in map(float, re.findall(r"\d+\.?\d*", output)):
        if f"{number:.{digits}f}" == figure or f"{100 * number:.{digits}f}" == figure:
            return True
    return False


@each_file
def test_the_cells_exist_and_print_the_figures_of_the_claim(file):
    for row in rows(file):
        places = re.findall(r"[\w/-]*#?\b[la]\d\w*-\w+|[\w/-]+#[\w-]+", row["cell"])
        assert places, f"{row['claim']}: which cell?"
        said = "\n".join(printed(file, place) for place in places)
        missing = [figure for figure in figures(row["claim"]) if not says(said, figure)]
        assert not missing, f"{file}: {missing} of “{row['claim']}” stand in no output of {row['cell']}"
