"""Keep the pictures in notebooks small: 64 to 256 colours each, which takes about a third of the bytes.

    python -m tools.upkeep.shrink_pictures notebooks/*.ipynb

GitHub shows a notebook of at most 1 MB at once. `make notebooks` takes this step by itself; the command is for a
notebook that JupyterLab has saved. Nothing else in it changes.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from PIL import Image, ImageChops, ImageStat


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
