"""The mistakes that `make faults` plants in front of the lessons are mistakes: the module has what they change."""

import faults
import pytest

import torchnlp


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_a_fault_changes_something_that_its_lesson_uses(fault, monkeypatch):
    lesson, name, _ = faults.FAULTS[fault]
    right = getattr(torchnlp, name)
    monkeypatch.setattr(torchnlp, name, right)  # to have it back after the test
    faults.plant(torchnlp, fault)
    assert getattr(torchnlp, name) is not right
    notebook = (faults.ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    assert name in notebook and name in torchnlp.__all__
