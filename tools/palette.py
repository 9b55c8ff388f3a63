"""Keep the pictures in notebooks small: at most 256 colours each, which takes about a third of the bytes.

    python tools/palette.py notebooks/*.ipynb

GitHub shows a notebook of at most 1 MB at once. `make notebooks` takes this step by itself; the command is for a
notebook that JupyterLab has saved. Nothing else in it changes.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from PIL import Image


def with_palette(picture: str) -> str:
    """The same PNG, in base64, in at most 256 colours chosen for it; left as it is where that saves nothing."""
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        if image.mode == "P":
            return picture
        small = io.BytesIO()
        image.quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return min(picture, base64.b64encode(small.getvalue()).decode(), key=len)


def shrink_pictures(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = with_palette(output.data["image/png"])


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        before, notebook = path.stat().st_size, nbformat.read(path, as_version=4)
        shrink_pictures(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: {before / 1e6:.2f} MB, now {path.stat().st_size / 1e6:.2f} MB")
