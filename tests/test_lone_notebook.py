"""A student downloads one notebook and nothing else, on a machine that lacks what Colab lacks."""

import importlib.metadata
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import torch

from tools.teaching.student import student_edition
from tools.upkeep.colab import run, serve

pytestmark = pytest.mark.slow

with_git = pytest.mark.skipif(
    shutil.which("git") is None or os.name == "nt",
    reason="it needs git, and symbolic links and a terminal that a test can make",
)
ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HIDDEN = ["torchtext", "torchinfo"]  # not in Colab

PROBE = """
import torchinfo, torchnlp, torchtext
torchnlp.show_diagram("rnn-cell")
print("from", torchnlp.__file__, torchtext.__file__, torchinfo.__file__)
"""


def fresh_python(folder: Path) -> Path:
    """The python of a new virtual environment that has all packages of this one but the hidden ones."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    (ours,) = folder.glob("lib/python*/site-packages")
    for entry in Path(torch.__file__).parents[1].iterdir():
        if entry.suffix != ".pth" and not entry.name.startswith(tuple(HIDDEN)):
            (ours / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def pack_wheels(folder: Path) -> None:
    """Wheels of the hidden packages, packed from what is installed here, so that pip needs no network."""
    folder.mkdir()
    for name in HIDDEN:
        package = importlib.metadata.distribution(name)
        with zipfile.ZipFile(folder / f"{name}-{package.version}-py3-none-any.whl", "w") as wheel:
            for file in package.files:
                if file.suffix != ".pyc" and file.name not in ("INSTALLER", "REQUESTED", "direct_url.json"):
                    wheel.write(file.locate(), str(file))


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """What a student's machine can reach: (a folder with wheels of the hidden packages, the address of the course)."""
    folder = tmp_path_factory.mktemp("machine")
    pack_wheels(folder / "wheels")
    return folder / "wheels", serve(folder).as_uri()


@with_git
@pytest.mark.parametrize("edition", [None, student_edition], ids=["lessons", "student edition"])
def test_a_lone_notebook_fetches_the_course_and_what_is_missing(edition, machine, tmp_path):
    """The set-up cell, twice, and each lesson down to the cell that loads the news. The students' fetches no solution.

    All lessons share a kernel, since they have one set-up cell; the students' edition shows it with the first of them.
    """
    wheels, address = machine
    python = fresh_python(tmp_path / "venv")
    notebooks = [nbformat.read(path, as_version=4) for path in LESSONS]
    notebooks = [edition(notebooks[0])] if edition else notebooks
    code = [[cell for cell in notebook.cells if cell.cell_type == "code"] for notebook in notebooks]
    set_up, notebook = code[0][0], notebooks[0]
    assert all(cells[0].source == set_up.source for cells in code)
    set_up.source, changed = re.subn(r'^REPOSITORY = ".*"$', f'REPOSITORY = "{address}"', set_up.source, flags=re.M)
    assert changed == 1
    notebook.cells = [set_up, nbformat.from_dict({**set_up, "id": "again"})]
    for cells in code:
        last = next(i for i, cell in enumerate(cells) if "load_dataset(" in cell.source)
        notebook.cells += cells[1 : last + 1]
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    alone = tmp_path / "downloads"
    alone.mkdir()
    nbformat.write(notebook, alone / "lesson.ipynb")

    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "TORCHNLP_DATA": "sample"}
    execute = ["-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", "lesson.ipynb"]
    run(python, *execute, cwd=alone, env=environment)

    outputs = [o for cell in nbformat.read(alone / "lesson.ipynb", 4).cells for o in cell.outputs]
    said = "".join(output.get("text", "") for output in outputs)
    assert said.count("Ready.") == 2  # run twice
    assert said.count("The bundled sample corpus") == len(code)  # every notebook loads it
    assert any("image/png" in output.get("data", {}) for output in outputs)
    # All from here: the course out of the clone, the hidden packages out of the new environment.
    course, *packages = re.search(r"^from (/.*)", said, flags=re.M)[1].split()
    cloned = alone / Path(address).name
    assert course == str(cloned / "torchnlp.py")
    assert all(package.startswith(str(tmp_path / "venv")) for package in packages)
    lessons = [file.read_text("utf-8") for file in cloned.glob("notebooks/*.ipynb")]
    assert lessons and any("@title Solution" in lesson for lesson in lessons) == (edition is None)
