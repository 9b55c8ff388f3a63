"""Execute notebooks in place, and note in each how many seconds of the processor that took.

    TORCHNLP_DATA=<folder with AG News> python tools/run.py notebooks/*.ipynb
    TORCHNLP_FULL=1 TORCHNLP_DATA=... python tools/run.py notebooks/[45]*.ipynb   their full versions: hours

Processor seconds, since other programs then count for next to nothing; on one thread and a quiet machine they are
the time that one waits. They stand in the notebook's metadata as "seconds", and in the README's lesson table. A full
version leaves the time of the quick one, which is what a reader waits for.
"""

import os
import resource
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from palette import shrink_pictures


def used() -> float:
    """Processor seconds of the processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, as_version=4)
    before = used()
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=7200, record_timing=False, resources=place).execute()
    seconds = round(used() - before)
    if not os.environ.get("TORCHNLP_FULL"):
        notebook.metadata["seconds"] = seconds
    shrink_pictures(notebook)
    nbformat.write(notebook, path)
    print(f"{path.name}: {seconds} s", flush=True)
