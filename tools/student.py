"""Make build/student: the lessons without solutions and outputs, and what they need to run.

    python tools/student.py

Hand out the folder as it is. With JupyterLab installed a notebook in it runs: its set-up cell installs the rest.
"""

import argparse
import re
import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ["torchnlp.py", "LICENSE", "data/sample", "images", "site"]
NO_SOLUTIONS = (
    "*The solutions are left out of this copy. Where the text speaks of one, use your own answer. "
    "A cell that measures your answer asks for it until there is a right one.*"
)
START = """\
# Recurrent neural networks for text

Open a lesson in JupyterLab and run it from the top. Its first cell installs what is missing, which takes some minutes
the first time; use a fresh virtual environment if you like to keep your own one as it is.

```
pip install jupyterlab
jupyter lab notebooks/{first}
```

At the end of each lesson are exercises: a cell to fill in, and a cell that says whether your answer is right. Save the
notebook and hand that one file in.
"""


def without_solutions(notebook):
    """The notebook with empty outputs, no solutions, and no badge, since that opens the copy with solutions."""
    notebook.cells = [cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.source = re.sub(r"^\[!\[Open in Colab\].*\n+", "", cell.source, flags=re.M)
        cell.source = re.sub(r"^## Exercises$", rf"\g<0>\n\n{NO_SOLUTIONS}", cell.source, flags=re.M)
    return notebook


def make_handout(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        nbformat.write(without_solutions(nbformat.read(path, as_version=4)), folder / "notebooks" / path.name)
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    first = min((folder / "notebooks").iterdir()).name
    (folder / "README.md").write_text(START.format(first=first), encoding="utf-8")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    make_handout(ROOT / "build" / "student")
    print("build/student: the lessons without solutions and outputs, and what they need to run")


if __name__ == "__main__":
    main()
