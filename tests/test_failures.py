"""What one reads when a notebook breaks: which notebook, which cell, expected and got. See conftest.py."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def saved(source, count, printed):
    """A cell whose output is committed and compared."""
    output = [new_output("stream", name="stdout", text=printed)]
    return new_code_cell(source, outputs=output, execution_count=count, metadata={"tags": ["nbval-check-output"]})


def test_a_broken_notebook_says_which_cell_what_was_expected_and_what_came(tmp_path):
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    differs = [saved("print(1 + 1)", 1, "2\n"), saved("print(6 * 7)", 2, "41\n"), saved("print(1 / 0)", 3, "0\n")]
    raises = [saved("print('so far')\nassert 0.87 > 0.9, 'accuracy 0.87'", 1, "so far\n")]
    nbformat.write(new_notebook(cells=differs), tmp_path / "differs.ipynb")
    nbformat.write(new_notebook(cells=raises), tmp_path / "raises.ipynb")
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "."], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    for said in ("differs.ipynb::Cell 1", "print(6 * 7)", r"'41\n' == '42\n'", "raises.ipynb::Cell 0", "accuracy 0.87"):
        assert said in run.stdout
    assert "ZeroDivisionError" not in run.stdout and "2 failed, 1 passed, 1 skipped" in run.stdout
