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
    starts = [i for i, cell in enumerate(lesson.cells) if cell.source.startswith("## ")]
    chapters = [range(*ends) for ends in zip(starts, [*starts[1:], len(lesson.cells)])]
    backwards = [i for chapter in reversed(chapters) for i in chapter if i in code]
    again = {"from the middle": half, "again": half, "the chapters from the last to the first": backwards}
    return {"from the top": code, **again, "from the top again": code}


def problems_of(client: NotebookClient, order: list[int]) -> list[str]:
    """Runs these cells: the errors, and the results outside their range."""
    problems = []
    for i in order:
        try:
            client.execute_cell(client.nb.cells[i], i)
        except CellExecutionError as error:
            problems.append(f"cell {i}: {error.ename}: {error.evalue}")
        said = "".join(output.get("text", "") for output in client.nb.cells[i].outputs)
        problems += [f"cell {i}: {line}" for line in said.splitlines() if "OUTSIDE" in line]
    return problems


def is_well(path: Path) -> bool:
    well, lesson = True, nbformat.read(path, as_version=4)
    client = NotebookClient(lesson, timeout=1200, resources={"metadata": {"path": str(path.parent)}})
    print(path.name)
    with client.setup_kernel():
        for name, order in orders(lesson).items():
            start, problems = time.perf_counter(), problems_of(client, order)
            well &= not problems
            print(f"  {name:40} {len(order):3} cells {time.perf_counter() - start:6.1f} s   ", end="")
            print("\n    ".join(["", *problems] if problems else ["well"]), flush=True)
    with client.setup_kernel():
        middle = orders(lesson)["from the middle"][:1]
        print("  its middle alone in a fresh kernel:", *problems_of(client, middle) or ["runs"])
    return well


if __name__ == "__main__":
    names = sys.argv[1:] or sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    sys.exit(not all([is_well(ROOT / "notebooks" / name) for name in names]))
