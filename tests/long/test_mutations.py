"""A result of a lesson that goes wrong turns its run red, and the failure names the cell and its section."""

import subprocess
import sys

import nbformat
import pytest

from tools.lesson import ROOT, headings

MUTATIONS = {  # cell: what stands there, a fault in its place, and the cell that notices; no more is run than up to it
    "l1-c029": ("fit(texts, labels)", "fit(texts, labels[::-1])", "l1-c029"),
    "l2-c0102": ("forget=5", "forget=0", "l2-c0102"),
    "l3-c171": ('"mixed": shuffled[: len(same)]', '"mixed": same', "l3-c171"),
    "l4-c0641": ("pooling=pooling", "pooling=last_column", "l4-c093"),
    "l5-c027": ("words, vectors)", "words[999:], vectors[999:])", "l5-c027"),
    "l6-c110": ("network_losses(first_net,", "network_losses(new_network(None).eval(),", "l6-c110"),
    "l7-c033": ("scores.softmax(2)", "scores.softmax(1)", "l7-d043"),
}


@pytest.mark.parametrize("cell", MUTATIONS)
def test_a_fault_in_a_result_is_noticed_and_named(cell):
    (path,) = ROOT.glob(f"notebooks/{cell[1]}-*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    there, fault, notices = MUTATIONS[cell]
    ids = [each.id for each in notebook.cells]
    faulty = notebook.cells[ids.index(cell)]
    assert there in faulty.source
    faulty.source = faulty.source.replace(there, fault)
    notebook.cells = notebook.cells[: ids.index(notices) + 1]
    section = [title for each in notebook.cells for _, title in headings(each)][-1]
    copy = ROOT / "build" / "mutated" / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, copy)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert f'{notices}, in "{section}"' in done.stdout and "1 failed" in done.stdout, done.stdout
