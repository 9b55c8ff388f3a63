"""Decks: answers wait, pictures have their words, each slide has its notes, and a page needs no network."""

import re

import pytest
from bs4 import BeautifulSoup

from tools.lesson import is_picture, kind, lessons, place_of
from tools.teaching import slides

pytestmark = pytest.mark.slow

LESSONS = lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.name)


@each_lesson
def test_every_slide_has_notes_and_every_note_has_a_slide(lesson):
    shown = [cell.id for cell in lesson.notebook.cells if place_of(cell) in ("slide", "subslide")]
    notes = slides.read_notes(lesson.room / "notes.md")
    assert [cell for cell in shown if cell not in notes] == [], "slides without notes"
    assert [cell for cell in notes if cell not in shown] == [], "notes without a slide"
    for cell, note in notes.items():
        assert re.match(r"\d+(\.\d+)? min · \S", note), f"{cell}: minutes and a title are missing"


@each_lesson
def test_after_a_question_the_answer_waits_for_a_key(lesson):
    """Whatever stands below a bold question, but for code, is a fragment. The question itself is there at once."""
    questions = 0
    for slide in slides.make_slides(lesson, {}):
        place = next((place for place, part in enumerate(slide.parts) if part.asks), None)
        if place is not None:
            questions += 1
            assert slide.parts[place].step == 0, slide.id
            assert all(part.step for part in slide.parts[place + 1 :] if part.kind != "code"), slide.id
    assert questions > 10


@each_lesson
def test_a_picture_stands_with_its_words_and_without_its_code(lesson):
    cells = lesson.notebook.cells
    page = BeautifulSoup(slides.make_page(lesson, {}), "html.parser")
    assert "# @title" not in page.get_text() and "In words:" not in page.get_text()
    pictures = page.select(".slide > img")
    live = [cell for cell in cells if place_of(cell) != "skip"]
    drawn = sum(is_picture(output) for cell in live for output in cell.get("outputs", []))
    assert len(pictures) == drawn + 1
    assert pictures[0].find_parent("section")["id"] == "opening"  # a picture first, what one learns second
    for picture in pictures[1:]:
        assert picture["alt"] and picture.find_next_sibling(class_="caption"), picture.parent.parent["id"]
    shown = {part.get_text().strip() for part in page.select(".code")}
    assert [cell.id for cell in cells if kind(cell) and cell.source.partition("\n")[2].strip() in shown] == []


# ------------------------------------------------------------------------------------ in a browser

# Turns all pages and tells what is wrong on each, with all its fragments shown: something sticks out of the slide, a
# line is cut off, a picture is missing or small, a formula is still TeX, a word is smaller than 24 of 720.
LOOK = r"""() => {
    const look = slide => {
        const parts = selector => [...slide.querySelectorAll(selector)];
        return Object.entries({
            slide: overflows(slide),
            cut: parts("pre").some(pre => pre.scrollWidth > pre.clientWidth),
            missing: parts("img").some(image => image.naturalWidth === 0),
            small: parts("img").some(image => image.offsetHeight < 450),
            raw: parts(".text, .caption").some(text => /\$[^$\d]+\$|\\[a-z]/.test(text.innerText)),
            unreadable: parts(":not(mjx-container *)").some(part => parseFloat(getComputedStyle(part).fontSize) < 36
                && [...part.childNodes].some(child => child.nodeType === 3 && child.data.trim())),
        }).filter(([name, wrong]) => wrong).map(([name]) => name).join(", ");
    };
    return Reveal.getSlides().map(slide => {
        const {h, v} = Reveal.getIndices(slide);
        Reveal.slide(h, v, 99);
        return [slide.id, look(slide.querySelector(".slide"))];
    });
}"""


@pytest.fixture
def page_of(visit, fetch):
    """A function that opens a lesson's deck in a window of a small laptop, from the disk; it asks for nothing."""
    fetch(slides.LIBRARIES, slides.USED, slides.DECKS / "lib")

    def page_of(lesson):
        page = visit(slides.make_deck(lesson).as_uri())
        page.wait_for_selector(".reveal.ready")
        return page

    return page_of


@each_lesson
def test_a_deck_opens_from_the_disk_and_nothing_sticks_out(page_of, lesson):
    pages = page_of(lesson).evaluate(LOOK)
    assert [(number, wrong) for number, wrong in pages if wrong] == []
    shown = [name for name, _ in pages if not name.endswith("-more")]
    assert len(shown) == len(slides.make_slides(lesson, {}))


def test_the_answer_comes_with_one_more_key(page_of):
    page = page_of(LESSONS[-1])
    answer = page.locator(".slide > .output.fragment").first
    answer.evaluate("answer => Reveal.slide(...Object.values(Reveal.getIndices(answer.closest('section'))))")
    assert not answer.is_visible()
    page.keyboard.press("Space")
    assert answer.is_visible()


def test_the_speaker_sees_the_notes_of_the_slide(page_of):
    page = page_of(LESSONS[0])
    notes = list(slides.read_notes(LESSONS[0].room / "notes.md").values())
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    words = opened.value.locator(".speaker-controls-notes")
    words.get_by_text(notes[0].splitlines()[0]).wait_for()
    for _ in "picture", "aims":
        page.keyboard.press("Space")
    words.get_by_text(notes[1].splitlines()[0]).wait_for()
