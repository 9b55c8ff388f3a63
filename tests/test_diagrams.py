"""The diagrams are nearly those that images/draw.py draws."""

import numpy as np
import pytest
from PIL import Image

from images import draw

pytestmark = pytest.mark.slow


def pixels(file):
    """At a quarter of the size, on magenta, so that clear pixels are none of the picture's colours: [H, W, 3]."""
    image = Image.open(file).convert("RGBA")
    ground = Image.new("RGBA", image.size, "magenta")
    ground.alpha_composite(image)
    return np.asarray(ground.convert("RGB").reduce(4)).astype(int)


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_a_picture_is_nearly_what_the_script_draws(name, tmp_path):
    """Another Matplotlib, or another FreeType, sets the same letters up to 16 pixels beside. So they are compared as
    text, and 6 in 100 of the pixels may differ.
    """
    kept, now = draw.HERE / f"{name}.png", tmp_path / "now.png"
    draw.draw(name, now)
    labels = [sorted(Image.open(file).text["Labels"].split("\n")) for file in (kept, now)]
    assert labels[0] == labels[1], "Run `make diagrams`."
    far = np.abs(pixels(kept) - pixels(now)).max(2) > 40  # of 255
    assert far.mean() < 0.06, "Run `make diagrams`."
