"""Execute notebooks in place, and note in each how many seconds of the processor that took.

    TORCHNLP_DATA=<folder with AG News> python -m tools.run_notebooks notebooks/*.ipynb

Pictures get 64 to 256 colours each, which takes about a third of the bytes: GitHub shows a notebook of at most 1 MB at
once. Processor seconds, since other programs then count for next to nothing; on one thread and a quiet machine they are
the time that one waits. They stand in the notebook's metadata as "seconds", and in the README's lesson table. Not for
Windows, which does not tell them of a program that has ended.
"""

import base64
import io
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors.coalescestreams import CoalesceStreamsPreprocessor
from PIL import Image, ImageChops, ImageStat


def join_prints(cell) -> None:
    """Make one output of what is printed bit by bit, and one of the results that are recorded in between."""
    records = [output for output in cell.outputs if not output.get("data", output)]
    cell.outputs = [output for output in cell.outputs if output not in records]
    CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    if figures := {name: value for record in records for name, value in record.metadata.get("figures", {}).items()}:
        cell.outputs.append(nbformat.v4.new_output("display_data", metadata={"figures": figures}))


def with_palette(picture: str) -> str:
    """The same PNG, in base64, in as few colours as nobody sees: curves need 64, a map of shades 256.

    A picture that has a palette already, or clear pixels, is left as it is.
    """
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        if image.mode == "P" or image.convert("RGBA").getextrema()[3] != (255, 255):
            return picture
        full = image.convert("RGB")
    for colours in (64, 128, 256):
        small = full.quantize(colours, kmeans=3, dither=Image.Dither.NONE)
        if max(ImageStat.Stat(ImageChops.difference(full, small.convert("RGB"))).mean) < 0.1:  # of 255 steps of grey
            break
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    before = os.times()
    NotebookClient(notebook, timeout=7200, record_timing=False, resources=place).execute()
    after = os.times()  # the kernel is gone, and counted among our children with all that it has started
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    notebook.metadata["seconds"] = round(seconds)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            join_prints(cell)
            for data in [output.data for output in cell.outputs if "image/png" in output.get("data", {})]:
                data["image/png"] = with_palette(data["image/png"])
    nbformat.write(notebook, path)
    print(f"{path.name}: {seconds:.0f} s", flush=True)
