"""Execute notebooks in place, and note in each how many seconds of the processor that took.

    TORCHNLP_DATA=<folder with AG News> python -m tools.upkeep.run_notebooks notebooks/*.ipynb

Processor seconds, since other programs then count for next to nothing; on one thread and a quiet machine they are
the time that one waits. They stand in the notebook's metadata as "seconds", and in the README's lesson table.
"""

import sys
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from tools.upkeep.shrink_pictures import shrink_pictures


def used(pid: int) -> float:
    """Processor seconds of a process, of those that it has started, and of those of them that have ended."""
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:4]) for each in [process, *process.children(recursive=True)])


def join_prints(cell) -> None:
    """Make one output of what is printed bit by bit: a page may show each piece on a line of its own."""
    joined = []
    for output in cell.outputs:
        if joined and output.get("name", "") == joined[-1].get("name"):  # stdout or stderr; a picture has no name
            joined[-1].text += output.text
        else:
            joined.append(output)
    cell.outputs = joined


def execute(notebook, folder: Path) -> float:
    """Run a notebook, in place; returns the seconds that its kernel has used."""
    client = NotebookClient(notebook, timeout=7200, record_timing=False, resources={"metadata": {"path": str(folder)}})
    seconds = [0.0]  # after each cell: at the end the kernel is gone
    client.on_cell_executed = lambda **_: seconds.append(used(client.km.provisioner.process.pid))
    client.execute()
    return seconds[-1]


for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, as_version=4)
    seconds = round(execute(notebook, path.parent))
    notebook.metadata["seconds"] = seconds
    for cell in notebook.cells:
        if cell.cell_type == "code":
            join_prints(cell)
    shrink_pictures(notebook)
    nbformat.write(notebook, path)
    print(f"{path.name}: {seconds} s", flush=True)
