"""A result of a lesson that goes wrong turns its run red, and the failure names the cell and its section."""

import subprocess
import sys

import nbformat
import pytest

from tools.lesson import ROOT

pytestmark = pytest.mark.slow
MUTATIONS = {  # cell: what stands there, and a fault in its place; no more is run than the lesson up to the cell
    "l1-c029": ("fit(texts, labels)", "fit(texts, labels[::-1])"),
    "l2-c0102": ("forget=5", "forget=0"),
    "l3-c171": ('"mixed": shuffled[: len(same)]', '"mixed": same'),
    "l5-c027": ("embedding_matrix(vocab, words, vectors)", "embedding_matrix(vocab, words[999:], vectors[999:])"),
}


@pytest.mark.parametrize("cell", MUTATIONS)
def test_a_fault_in_a_result_is_noticed_and_named(cell):
    (path,) = ROOT.glob(f"notebooks/{cell[1]}-*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    place = [each.id for each in notebook.cells].index(cell)
    there, fault = MUTATIONS[cell]
    assert there in notebook.cells[place].source
    notebook.cells[place].source = notebook.cells[place].source.replace(there, fault)
    notebook.cells = notebook.cells[: place + 1]
    copy = ROOT / "build" / "mutated" / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, copy)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert f'{cell}, in "' in done.stdout and "1 failed" in done.stdout, done.stdout
