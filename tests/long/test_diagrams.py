"""The diagrams are nearly those that images/draw.py draws."""

import pytest
from matplotlib.testing.compare import compare_images
from PIL import Image

from images import draw


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_a_picture_is_nearly_what_the_script_draws(name, tmp_path):
    """Another Matplotlib, or another FreeType, sets the same letters beside: they are compared as text."""
    kept, now = draw.HERE / f"{name}.png", tmp_path / "now.png"
    draw.draw(name, now)
    labels = [sorted(Image.open(file).text["Labels"].split("\n")) for file in (kept, now)]
    assert labels[0] == labels[1], "Run `make diagrams`."
    assert compare_images(kept, now, tol=15) is None, "Run `make diagrams`."
