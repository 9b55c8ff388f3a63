"""Can a lesson be run again from the middle, or out of order? Not a test: python tests/long_use.py [lesson.ipynb ...]

Every lesson on the bundled corpus, in several orders in one kernel; then one cell of its middle in a fresh kernel.
Prints a line for each, and ends with 1 if one of them is not well.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("TORCHNLP_DATA", "sample")
os.environ["OMP_NUM_THREADS"] = "1"


def orders(lesson: nbformat.NotebookNode) -> dict[str, list[int]]:
    """In which order a reader may run the code cells of a lesson in one kernel, the first of them from the top."""
    code = [i for i, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    half = code[len(code) // 2 :]
    chapters = [[]]
    for i, cell in enumerate(lesson.cells):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            chapters.append([])
        elif cell.cell_type == "code":
            chapters[-1].append(i)
    backwards = [i for chapter in reversed(chapters[1:]) for i in chapter]
    return {
        "from the top": code,
        "from the middle": half,
        "from the middle again": half,
        "the chapters from the last to the first": backwards,
        "from the top again": code,
    }


def lessons(names: list[str]) -> bool:
    well = True
    paths = [ROOT / "notebooks" / name for name in names] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    for path in paths:
        lesson = nbformat.read(path, as_version=4)
        client = NotebookClient(lesson, timeout=1200, resources={"metadata": {"path": str(path.parent)}})
        print(path.name)
        with client.setup_kernel():
            for name, order in orders(lesson).items():
                start, problems = time.perf_counter(), []
                for i in order:
                    try:
                        client.execute_cell(lesson.cells[i], i)
                    except CellExecutionError as error:
                        problems.append(f"cell {i}: {error.ename}: {error.evalue}")
                    said = "".join(output.get("text", "") for output in lesson.cells[i].outputs)
                    problems += [f"cell {i}: {line}" for line in said.splitlines() if "OUTSIDE" in line]
                well &= not problems
                print(f"  {name:40} {len(order):3} cells {time.perf_counter() - start:6.1f} s   ", end="")
                print("well" if not problems else "\n    ".join(["", *problems]), flush=True)
        client = NotebookClient(lesson, timeout=1200, resources={"metadata": {"path": str(path.parent)}})
        middle = orders(lesson)["from the middle"][0]
        with client.setup_kernel():
            try:
                client.execute_cell(lesson.cells[middle], middle)
                print(f"  cell {middle} alone in a fresh kernel: runs")
            except CellExecutionError as error:
                print(f"  cell {middle} alone in a fresh kernel: {error.ename}: {error.evalue}")
    return well


if __name__ == "__main__":
    sys.exit(not lessons(sys.argv[1:]))
