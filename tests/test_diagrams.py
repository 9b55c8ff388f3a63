"""The diagrams are nearly those that images/draw.py draws."""

import numpy as np
import pytest
from PIL import Image

from images import draw

pytestmark = pytest.mark.slow

DIAGRAMS = list(draw.DRAWINGS)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with every diagram, drawn now."""
    folder = tmp_path_factory.mktemp("diagrams")
    for name in DIAGRAMS:
        draw.draw(name, folder / f"{name}.png")
    return folder


def pixels(image):
    """At a quarter of the size, on magenta, so that clear pixels are none of the picture's colours: [H, W, 3]."""
    ground = Image.new("RGBA", image.size, "magenta")
    ground.alpha_composite(image.convert("RGBA"))
    return np.asarray(ground.convert("RGB").reduce(4)).astype(int)


def difference(kept, now):
    """What tells the kept picture from the one drawn now, in words; empty if they are nearly the same.

    Another Matplotlib, or another FreeType, sets the same letters up to 16 pixels beside. So they are compared as text,
    and 6 in 100 of the pixels may differ.
    """
    with Image.open(kept) as old, Image.open(now) as new:
        if old.text.get("Labels") != new.text["Labels"]:
            return "other labels"
        if old.size != new.size:
            return f"{new.size} pixels, not {old.size}"
        far = np.abs(pixels(old) - pixels(new)).max(2) > 40  # of 255
        return f"{far.mean():.1%} of the pixels differ" if far.mean() > 0.06 else ""


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_picture_is_nearly_what_the_script_draws(drawn, name):
    assert difference(draw.HERE / f"{name}.png", drawn / f"{name}.png") == "", "Run `make diagrams`."
