"""Settings of every test run, of the unit tests and of the notebooks, and one failure a notebook instead of thirty."""

import os

import pytest

# The kernels of the notebooks inherit these. (Not MPLBACKEND: a notebook draws with its own.)
os.environ.setdefault("TORCHNLP_DATA", "sample")
os.environ["TORCHNLP_STRICT"] = "1"  # a result outside its range is a failure
os.environ["OMP_NUM_THREADS"] = "1"


# After the first broken cell of a notebook, skip its other cells: they would only miss what it made.


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    broken = call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception)
    if hasattr(item, "cell_num") and broken and not hasattr(item.parent, "broken_cell"):
        item.parent.broken_cell = item.cell_num


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if hasattr(item, "cell_num") and hasattr(item.parent, "broken_cell"):
        pytest.skip(f"{item.path.name} broke in cell {item.parent.broken_cell}")
