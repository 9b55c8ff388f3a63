"""Film the reader page while it reads a headline: images/reader.webp, which the README shows.

python -m images.film      needs build/site/reader.html (make site), Chromium and Playwright
"""

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "build" / "site" / "reader.html"
HEADLINE = "Striker signs record deal as shares of the club's owner fall on Wall Street"
PAGE_WIDTH, WIDTH = 600, 900  # a narrow page, so that its words are large
HIDDEN = ".examples, .controls, .sentence, .marks { display: none !important } textarea { min-height: 3.3em }"
WORD, END = 450, 4000  # milliseconds that a frame stays


def frames() -> list[Image.Image]:
    """The page after each word: the headline as it is typed, the answers, the input gate."""
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    shots = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--disable-gpu", *as_root])
        size, ratio = {"width": PAGE_WIDTH, "height": 1200}, WIDTH / PAGE_WIDTH
        page = browser.new_page(viewport=size, device_scale_factor=ratio, reduced_motion="reduce")
        page.goto(PAGE.as_uri())
        page.locator("#view .strip").wait_for()
        page.add_style_tag(content=HIDDEN)
        words = HEADLINE.split()
        page.fill("#text", HEADLINE)
        first = page.locator("#text").bounding_box()
        last = page.locator("#view .part", has_text="input gate").bounding_box()
        clip = {"x": 0, "y": first["y"] - 6, "width": PAGE_WIDTH, "height": last["y"] + last["height"] - first["y"] + 6}
        for count in range(1, len(words) + 1):
            page.fill("#text", " ".join(words[:count]))
            page.wait_for_timeout(150)
            shots.append(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
        browser.close()
    return shots


if __name__ == "__main__":
    first, *rest = frames()
    times = [WORD] * len(rest) + [END]
    # It plays three times and then stands still. Method 6 takes its time and makes the smallest file.
    first.save(HERE / "reader.webp", save_all=True, append_images=rest, duration=times, loop=3, method=6)
