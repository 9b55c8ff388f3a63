"""Settings of every test run, of the unit tests and of the notebooks, and one failure a notebook instead of thirty."""

import os
import re

import pytest

# The kernels of the notebooks inherit these. (Not MPLBACKEND: a notebook draws with its own.)
os.environ.setdefault("TORCHNLP_DATA", "sample")
os.environ["TORCHNLP_STRICT"] = "1"  # a result outside its range is a failure
os.environ["OMP_NUM_THREADS"] = "1"


def pytest_collection_modifyitems(items):
    """The appendices are long studies: no part of `make test`."""
    for item in items:
        if item.path.parent.name == "appendix":
            item.add_marker("slow")


# After the first broken cell of a notebook, skip its other cells: they would only miss what it made.


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if hasattr(item, "cell_num") and report.failed and not hasattr(item.parent, "broken_cell"):
        item.parent.broken_cell = f"[{item.cell.execution_count}]"
        report.longrepr = _tell(item, call.excinfo.value)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if hasattr(item, "cell_num") and hasattr(item.parent, "broken_cell"):
        pytest.skip(f"{item.path.name} broke in cell {item.parent.broken_cell}")


def _tell(item, error: Exception) -> str:
    """A failure as a reader of the notebook needs it: which cell, its code, expected and got."""
    expected, got = _printed(item.cell.outputs), _printed(getattr(item, "test_outputs", []))
    # The last line of a cell's traceback names the exception; nbval's other failures have their reason in str(error).
    trace = re.sub(r"\x1b\[[\d;]*m", "", str(getattr(error, "inner_traceback", None) or "")).strip()
    raised = "exception" in str(error)
    reason = trace.splitlines()[-1] if raised and trace else str(error)
    parts = [f"{item.path.name}, cell {item.parent.broken_cell}: {reason}", f"Code:\n{item.cell.source}"]
    if raised:
        parts += [f"Printed before that:\n{got}"] * bool(got) + [trace]
    else:
        parts += [f"Expected (the committed output):\n{expected}", f"Got:\n{got}"]
    return "\n\n".join(parts)


def _printed(outputs: list) -> str:
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    return "\n".join(text.rstrip("\n") for text in texts if text)
