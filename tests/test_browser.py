"""What a person sees: a lesson run from JupyterLab's menu, and the decks that `make slides` makes, page by page."""

import functools
import os
from copy import deepcopy

import nbformat
import pytest
from test_lab import started

from tools import slides
from tools.check import LESSONS
from tools.student import copy_course

pytestmark = pytest.mark.slow

MINUTES = 60_000  # Playwright counts in milliseconds


# ------------------------------------------------------------------------------------ JupyterLab


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the course that has no outputs yet; returns the lesson as committed and its address.

    The lesson ends with its first trainings: whatever follows would show nothing new to whoever looks on.
    """
    course = tmp_path / "course"
    copy_course(course)
    lesson = nbformat.read(LESSONS[0], as_version=4)
    end = next(i for i, cell in enumerate(lesson.cells) if cell.source.startswith("## 9. Open the test set"))
    trains_many = {"l1-c078", "l1-c215"}  # twelve networks between them, and all that they show is lines
    lesson.cells = [cell for cell in lesson.cells[:end] if cell.id not in trains_many]
    committed = deepcopy(lesson)
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(lesson, course / "notebooks" / LESSONS[0].name)
    # All cells in the page at once, and not those alone that one looks at.
    settings = tmp_path / "SETTINGS" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')
    as_root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with started(tmp_path, ["lab", "--ip=127.0.0.1", *as_root], course) as said:
        yield committed, f"{said['url']}lab/tree/notebooks/{LESSONS[0].name}?token={said['token']}"


LOOK_AROUND = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    return {
        pictures: all(".jp-OutputArea-output img").filter(i => i.naturalWidth > 100).map(i => i.src.slice(-200)),
        formulas: all(".jp-MarkdownOutput mjx-container").map(formula => formula.innerHTML),
        errors: all('[data-mime-type$="error"], [data-mime-type$="stderr"]').map(output => output.innerText),
        prompts: all(".jp-InputArea-prompt").map(prompt => prompt.innerText.trim()),
    };
}"""


def test_a_lesson_runs_from_the_menu_of_jupyterlab(browser, lab):
    lesson, address = lab
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(2 * MINUTES)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=5 * MINUTES)

    seen = page.evaluate(LOOK_AROUND)
    page.close()
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    figures = [o for cell in code for o in cell.outputs if "image/png" in o.get("data", {})]
    assert seen["errors"] == []
    assert len(seen["pictures"]) == len(figures) > 4
    assert len(seen["formulas"]) > 5
    assert f"[{len(code)}]:" in seen["prompts"] and not {"[ ]:", "[*]:"} & set(seen["prompts"])


# ----------------------------------------------------------------------------------------- decks

# Turns all pages and tells what is wrong on each, with all its fragments shown: something sticks out of the slide or
# of the window, a line is cut off, a picture is missing or small, a formula is still TeX, code is too small to read.
LOOK = r"""() => {
    const look = slide => {
        const parts = selector => [...slide.querySelectorAll(selector)];
        const box = slide.getBoundingClientRect(), scale = box.height / 1080;
        const outside = part => {
            const {left, top, right, bottom} = part.getBoundingClientRect();
            return left < box.left || top < box.top || right > box.right + 1 || bottom > box.bottom + 1;
        };
        return Object.entries({
            window: box.top < -1 || box.left < -1 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1,
            slide: overflows(slide) || [...slide.children].some(outside),
            cut: parts("pre").some(pre => pre.scrollWidth > pre.clientWidth),
            covered: [...slide.children].some((part, k) => k && part.getBoundingClientRect().top
                < slide.children[k - 1].getBoundingClientRect().bottom - 1),
            missing: parts("img").some(image => image.naturalWidth === 0),
            small: parts("img").some(image => image.getBoundingClientRect().height < 290 * scale),
            raw: parts(".text, .caption").some(text => /\$[^$\d]+\$|\\[a-z]/.test(text.innerText)),
            unreadable: parts("pre").some(pre => parseFloat(getComputedStyle(pre).fontSize) < 24),
        }).filter(([name, wrong]) => wrong).map(([name]) => name).join(", ");
    };
    return Reveal.getSlides().map(slide => {
        const {h, v} = Reveal.getIndices(slide);
        Reveal.slide(h, v, 99);
        return [slide.id, look(slide.querySelector(".slide"))];
    });
}"""
deck_of = functools.cache(slides.make_deck)
WINDOWS = [(1920, 1080), (1366, 768), (1366, 657)]  # a projector, a small laptop, and what its browser leaves of it


@pytest.fixture
def page_of(visit, fetch):
    """A function that opens a lesson's deck in a window of a small laptop, from the disk; it asks for nothing."""
    fetch(slides.LIBRARIES, slides.USED, slides.DECKS / "lib")

    def page_of(lesson, end=""):
        page = visit(deck_of(lesson).as_uri() + end)
        page.wait_for_selector(".reveal.ready")
        return page

    return page_of


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_a_deck_opens_from_the_disk_and_nothing_sticks_out(page_of, lesson):
    page = page_of(lesson)
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("Reveal.layout()")
        pages = page.evaluate(LOOK)
        assert [(number, wrong) for number, wrong in pages if wrong] == [], f"in a window of {width} x {height}"
        shown = [name for name, _ in pages if not name.endswith("-more")]
        assert len(shown) == len(slides.make_slides(nbformat.read(lesson, as_version=4), {}))
    sizes = page.evaluate("""() => [...new Set([...document.querySelectorAll(".slide .text")]
        .map(text => getComputedStyle(text).fontSize))]""")
    assert len(sizes) <= 2


def test_the_answer_comes_with_one_more_key(page_of):
    page = page_of(LESSONS[-1])
    slide = page.locator(".slide:has(> .output.fragment)").first
    page.evaluate("id => Reveal.slide(...Object.values(Reveal.getIndices(document.getElementById(id))))",
                  slide.locator("..").get_attribute("id"))  # fmt: skip
    output = slide.locator("> .output.fragment").first
    assert slide.locator("strong").first.is_visible() and not output.is_visible()
    page.keyboard.press("Space")
    assert output.is_visible()


def test_a_deck_prints_a_page_a_step_and_16_to_9(page_of):
    page = page_of(LESSONS[0], "?print-pdf")
    page.wait_for_selector(".pdf-page")
    sheets = page.evaluate("""() => [...document.querySelectorAll(".pdf-page")].map(sheet => {
        const {width, height} = sheet.getBoundingClientRect();
        return [width, height, overflows(sheet.querySelector(".slide"))];
    })""")
    steps = slides.make_slides(nbformat.read(LESSONS[0], as_version=4), {})
    assert len(sheets) >= sum(1 + max(part.step for part in slide.parts) for slide in steps) > len(steps)
    assert all(abs(width / height - 16 / 9) < 0.01 and not wrong for width, height, wrong in sheets)


def test_the_speaker_sees_the_notes_of_the_slide(page_of):
    page = page_of(LESSONS[0])
    notes = list(slides.read_notes(slides.NOTES / f"{LESSONS[0].stem}.md").values())
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    words = opened.value.locator(".speaker-controls-notes")
    words.get_by_text(notes[0].splitlines()[0]).wait_for()
    page.keyboard.press("Space")
    words.get_by_text(notes[1].splitlines()[0]).wait_for()
