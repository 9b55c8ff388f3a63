"""The faults that `make mutants` plants fit the code: one that does not is a question that nobody asks any more."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import mutants  # noqa: E402

FAULTS = mutants.read_faults("")


def code(place: str) -> str:
    """torchnlp.py, or the cells of the lesson that a fault is planted in."""
    if not place.endswith(".ipynb"):
        return (ROOT / "torchnlp.py").read_text(encoding="utf-8")
    cells = json.loads((ROOT / place).read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize(("place", "sentence", "old", "new"), FAULTS, ids=[sentence for _, sentence, _, _ in FAULTS])
def test_each_fault_fits_one_place_of_the_code_and_changes_it(place, sentence, old, new):
    assert code(place).count(old) == 1
    assert old != new


def test_there_are_faults_for_every_part():
    assert len({place for place, *_ in FAULTS}) > 10 and len(FAULTS) > 120
