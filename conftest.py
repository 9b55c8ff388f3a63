"""Settings of every test run, of the unit tests and of the notebooks, and one failure a notebook instead of thirty."""

import os
from itertools import takewhile

import pytest

from tools.lesson import headings

# The kernels of the notebooks inherit these. (Not MPLBACKEND: a notebook draws with its own.)
os.environ.setdefault("TORCHNLP_DATA", "sample")
os.environ["TORCHNLP_STRICT"] = "1"  # a result outside its range is a failure
os.environ["OMP_NUM_THREADS"] = "1"


# A failure names the cell by its id and its section (nbval counts: "Cell 41"). After the first broken cell of a
# notebook, its other cells are skipped: they would only miss what it made.


def name_of(notebook, cell):
    above = takewhile(lambda other: other is not cell, notebook.cells)
    titles = [title for other in above for _, title in headings(other)]
    return f'{cell.id}, in "{titles[-1]}"' if titles else cell.id


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and hasattr(item, "cell_num"):
        item.parent.broken_cell = name_of(item.parent.nb, item.cell)
        report.longrepr = f"{item.parent.broken_cell}\n{report.longrepr}"
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if hasattr(item.parent, "broken_cell"):
        pytest.skip(f"{item.path.name} broke in {item.parent.broken_cell}")
