"""What a person sees: a lesson run from JupyterLab's menu, and the decks that `make slides` makes, page by page."""

import json
import os
import shutil
import subprocess
import sys
import time

import nbformat
import pytest

from tools import slides
from tools.check import LESSONS
from tools.student import NEEDED, ROOT

MINUTES = 60_000  # Playwright counts in milliseconds


# ------------------------------------------------------------------------------------ JupyterLab


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the course that has no outputs yet; returns the copy and a lesson's address."""
    course = tmp_path / "course"
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, course / name)
    (course / "notebooks").mkdir()
    lesson = nbformat.read(LESSONS[0], as_version=4)
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    copy = course / "notebooks" / LESSONS[0].name
    nbformat.write(lesson, copy)

    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("RUNTIME", "CONFIG", "DATA")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(tmp_path / name) for name in ("SETTINGS", "WORKSPACES")}
    as_root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--ip=127.0.0.1", "--no-browser", "--port=0", *as_root],
        cwd=course, env={**os.environ, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + 90
        while not (files := list(tmp_path.glob("RUNTIME/jpserver-*.json"))):
            assert server.poll() is None and time.monotonic() < end, "JupyterLab does not start"
            time.sleep(0.1)
        said = json.loads(files[0].read_text())
        yield copy, f"{said['url']}lab/tree/notebooks/{copy.name}?token={said['token']}"
    finally:
        server.terminate()
        server.wait()


LOOK_AROUND = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    return {
        pictures: all(".jp-OutputArea-output img").filter(i => i.naturalWidth > 100).map(i => i.src.slice(-200)),
        formulas: all(".jp-MarkdownOutput mjx-container").map(formula => formula.innerHTML),
        errors: all('[data-mime-type$="error"], [data-mime-type$="stderr"]').map(output => output.innerText),
        prompts: all(".jp-InputArea-prompt").map(prompt => prompt.innerText.trim()),
    };
}"""
SCROLL = """() => {
    const panel = document.querySelector(".jp-Notebook .jp-WindowedPanel-outer");
    const before = panel.scrollTop;
    panel.scrollTop += 700;
    return panel.scrollTop > before;
}"""


def test_a_lesson_runs_from_the_menu_of_jupyterlab(browser, lab):
    copy, address = lab
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(2 * MINUTES)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=5 * MINUTES)

    # The notebook holds only the cells around the place where one looks: look everywhere.
    page.evaluate("document.querySelector('.jp-Notebook .jp-WindowedPanel-outer').scrollTop = 0")
    page.wait_for_timeout(500)
    seen = {"pictures": set(), "formulas": set(), "errors": set(), "prompts": set()}
    while True:
        for kind, found in page.evaluate(LOOK_AROUND).items():
            seen[kind] |= set(found)
        if not page.evaluate(SCROLL):
            break
        page.wait_for_timeout(200)
    page.close()

    committed = [cell for cell in nbformat.read(LESSONS[0], as_version=4).cells if cell.cell_type == "code"]
    figures = [o for cell in committed for o in cell.outputs if "image/png" in o.get("data", {})]
    assert seen["errors"] == set()
    assert len(seen["pictures"]) == len(figures) > 8
    assert len(seen["formulas"]) > 5
    assert f"[{len(committed)}]:" in seen["prompts"] and not {"[ ]:", "[*]:"} & seen["prompts"]


# ----------------------------------------------------------------------------------------- decks

# Turns all pages and tells what is wrong on each: too tall, too wide, code cut off, a picture missing, a formula
# that is still TeX or that does not show. (Formulas are drawn anew on each page, which takes a moment.)
LOOK = r"""async () => {
    const Reveal = require("lib/reveal.js/dist/reveal.js");
    const look = async slide => {
        const parts = selector => [...slide.querySelectorAll(selector)].filter(part => !part.closest("aside"));
        const blank = () => parts(".mjx-chtml").some(formula => formula.offsetWidth === 0);
        const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
        for (let k = 0; k < 100 && blank(); k++) await wait(20);
        if (parts(".mjx-chtml").length) await wait(20);
        const box = slide.getBoundingClientRect();
        const right = part => part.getBoundingClientRect().right;
        const cut = code => {
            const words = document.createRange();
            words.selectNodeContents(code);
            return right(words) > right(code.closest(".jp-InputArea-editor, .jp-OutputArea-output")) + 1;
        };
        return Object.entries({
            tall: box.top < 0 || box.bottom > window.innerHeight || slide.scrollHeight > slide.clientHeight + 2,
            wide: box.left < 0 || box.right > window.innerWidth || slide.scrollWidth > slide.clientWidth + 2,
            cut: parts("pre").some(cut),
            missing: parts("img").some(image => image.naturalWidth === 0),
            raw: parts(".jp-MarkdownOutput").some(text => /\$[^$\d]+\$|\\[a-z]/.test(text.innerText)),
            blank: blank(),
        }).filter(([name, wrong]) => wrong).map(([name]) => name).join(", ");
    };
    const pages = [];
    for (const slide of Reveal.getSlides()) {
        const {h, v} = Reveal.getIndices(slide);
        Reveal.slide(h, v);
        pages.push([`${h}/${v || 0}`, await look(slide)]);
    }
    return pages;
}"""
WINDOWS = [(1300, 1000), (1366, 657)]  # the deck's own size, and a small laptop


@pytest.fixture(scope="module")
def libraries():
    try:
        slides.fetch_libraries()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"reveal.js could not be fetched: {error}")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_a_deck_opens_from_the_disk_and_nothing_sticks_out(browser, libraries, lesson):
    deck = slides.make_deck(lesson)
    context = browser.new_context()
    asked, page = [], context.new_page()
    context.on("request", lambda request: asked.append(request.url))
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(deck.as_uri())
        page.wait_for_selector(".reveal.ready")
        page.wait_for_function("window.MathJax.Hub.queue.pending === 0 && window.MathJax.Hub.queue.running === 0")
        pages = page.evaluate(LOOK)
        assert [(number, wrong) for number, wrong in pages if wrong] == [], f"in a window of {width} x {height}"
        assert len(pages) == len(slides.first_cells(nbformat.read(lesson, as_version=4)))
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_the_speaker_sees_the_notes_of_the_slide(browser, libraries):
    deck = slides.make_deck(LESSONS[0])
    notes = list(slides.read_notes(slides.NOTES / f"{LESSONS[0].stem}.md").values())
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    page.goto(deck.as_uri())
    page.wait_for_selector(".reveal.ready")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    words = opened.value.locator(".speaker-controls-notes")
    words.get_by_text(notes[0].splitlines()[0]).wait_for()
    page.keyboard.press("Space")
    words.get_by_text(notes[1].splitlines()[0]).wait_for()
    context.close()
