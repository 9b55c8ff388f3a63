"""Decks: what a slide may hold, minutes that add up, and pages on which nothing is cut off or lies upon another."""

import re
from types import SimpleNamespace

import pytest

import torchnlp
from teach import slides
from tools.lesson import Lesson, lessons

LESSONS = lessons()


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.name)
def lesson(request):
    return request.param


def test_a_deck_has_seventy_minutes_and_each_slide_has_notes(lesson):
    assert sum(minutes for _, minutes, _, _ in slides.plan_of(lesson)) == 70
    assert all(slide.notes for slide in slides.read_deck(lesson))


def test_a_name_that_nothing_recorded_is_an_error_that_names_the_slide(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "from_root", lambda path: path.name)
    monkeypatch.setattr(Lesson, "room", tmp_path)
    monkeypatch.setattr(Lesson, "studies", [])
    with pytest.raises(ValueError, match=r"slides\.md is missing"):
        slides.read_deck(LESSONS[0])
    (tmp_path / "slides.md").write_text("# One\n\n{no such result}\n\nMinutes: 2 · a\n\nSay it.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r'slides\.md, "# One": .*"no such result"'):
        slides.read_deck(LESSONS[0])


def test_a_number_comes_from_what_a_cell_printed(monkeypatch):
    said = [{"text": "rate 0.02: 0.109 0.865\nrate 0.2: lead +0.232\n"}]
    cells = [SimpleNamespace(id="l1-c1", outputs=said)]
    monkeypatch.setitem(LESSONS[0].__dict__, "notebook", SimpleNamespace(cells=cells))
    names = ["l1-c1, rate 0.02, 2", "points: l1-c1, rate 0.2, 1", "errors: l1-c1, rate 0.02, 2"]
    assert [slides.given(LESSONS[0], name) for name in names] == ["0.865", "23.2", "13.5"]
    for name in ["l1-c1, rate 0.2, 2", "l1-c1, rate 0, 1"]:
        with pytest.raises(LookupError, match="printed no number"):
            slides.given(LESSONS[0], name)


def bars(said, *values):
    """(left, width), in percent of its track, of each part of each bar."""
    rows = "".join(f"\n| a | {value} |" for value in values)
    html = slides.with_answers(f"{said}\n\n| | b |\n|---|---|{rows}", 0)
    return [tuple(map(float, part)) for part in re.findall(r"<[bsu] style=.left: ([-\d.]+)%; width: ([\d.]+)%", html)]


def test_a_bar_begins_at_nought_or_where_both_are_level_and_shows_its_standard_error():
    assert slides.errors("0.914") == "8.6"
    assert bars("Bars:", 8.6) == [(0, 100)]
    assert bars("Bars: from 1", 0.5, 1.5) == [(0, 100), (100, 0), (50, 50), (50, 0)]
    assert bars("Bars: of 2,500", 50) == [(0, 98), (96.1, 3.9)]  # 50 with an error of 1
    assert bars("", 50) == []


def test_a_moving_figure_is_a_file_and_where_there_is_none_its_words_stand(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "FIGURES", tmp_path)
    show = lambda: slides.picture_of(LESSONS[0], "headline", "What it <answers>", 0)[0]  # noqa: E731
    assert show() == '<p class="still">What it &lt;answers&gt;</p>'
    (tmp_path / "headline.html").write_text("<script>show()</script>", encoding="utf-8")
    assert show() == '<div class="moving"><script>show()</script></div>'


def test_the_colours_of_a_deck_are_those_of_the_module():
    said = dict(re.findall(r"--(\w+): light-dark\((#\w+)", slides.PAGE.read_text(encoding="utf-8")))
    assert {name: said[name] for name in said if name in torchnlp.COLOURS}.items() <= torchnlp.COLOURS.items()


# ------------------------------------------------------------------------------------ in a browser

# What is wrong on a slide, in the shadow of moving figures too: out of the slide, upon other words, too small, cut off,
# missing, or without words for who cannot see it.
LOOK = r"""slide => {
    const inside = root => [...root.querySelectorAll("*")].flatMap(part =>
        [part, ...part.shadowRoot ? inside(part.shadowRoot) : []]);
    const hidden = "script, style, option, textarea, aside, aside *, mjx-container svg *, mjx-assistive-mml *";
    const wrong = new Set(), boxes = [], room = slide.getBoundingClientRect(), range = document.createRange();
    for (const part of inside(slide).filter(part => !part.matches(hidden))) {
        const words = part.textContent.slice(0, 30), drawn = part.matches("img, mjx-container > svg");
        const pieces = drawn ? [part] : [...part.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
        for (const piece of pieces) {
            range.selectNode(piece);
            for (const box of range.getClientRects()) if (box.width > 2) boxes.push([box, piece, words]);
        }
        const size = parseFloat(getComputedStyle(part).fontSize) * part.currentCSSZoom;
        const least = part.closest("pre, code") ? 20 : 24;
        if (pieces.length && part.offsetWidth && size < least - 0.5) wrong.add(`small: ${words}`);
        const [wide, high] = [part.scrollWidth - part.clientWidth, part.scrollHeight - part.clientHeight];
        if (part.matches("pre, :has(> .moving)") && Math.max(wide, high) > 1) wrong.add(`cut: ${words}`);
        if (part.matches("img") && !part.naturalWidth) wrong.add("missing");
        if (part.matches("img:not(.fragment)") && !part.alt) wrong.add("no words");
    }
    boxes.forEach(([a, one, words], i) => {
        if (a.left < room.left + 20 || a.right > room.right - 20 || a.top < 10 || a.bottom > room.bottom - 4)
            wrong.add(`outside: ${words}`);
        for (const [b, other, more] of boxes.slice(i + 1)) {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            const drawn = one.tagName === "IMG" && (other.tagName === "IMG" || other.parentElement.closest("svg"));
            if (one !== other && !drawn && wide > 3 && high > 0.3 * Math.min(a.height, b.height))
                wrong.add(`upon each other: ${words} / ${more}`);
        }
    });
    return [...wrong];
}"""


def turned(page):
    """(number, slide), one after the other, with all that comes with a key."""
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(f"Reveal.slide({number}, 0, 99)")
        yield number + 1, page.locator("section.present")


@pytest.fixture
def page_of(visit):
    """A function that opens a lesson's deck from the disk, on a projector; it asks for nothing."""
    if not slides.PACKAGES.is_dir():
        pytest.skip("make slides has fetched no reveal.js")
    slides.take_along()

    def page_of(lesson, more="", **settings):
        screen = {"viewport": {"width": 1280, "height": 720}, "reduced_motion": "reduce", **settings}
        page = visit(slides.make_deck(lesson).as_uri() + more, **screen)
        page.wait_for_selector(".reveal.ready")
        return page

    return page_of


def test_on_a_slide_nothing_is_cut_off_small_or_upon_another(page_of, lesson):
    for number, slide in turned(page_of(lesson)):
        assert slide.evaluate(LOOK) == [], number
        for slider in slide.locator("[type=range]").all():
            for end in map(slider.get_attribute, ("min", "max")):
                slider.fill(end)
                assert slide.evaluate(LOOK) == [], (number, end)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_the_light_and_in_the_dark(page_of, serious, lesson, scheme):
    page = page_of(lesson, color_scheme=scheme)
    assert [(number, found) for number, _ in turned(page) if (found := serious(page))] == []


def test_the_printed_deck_has_as_many_pages_as_slides(page_of, lesson):
    page, count = page_of(lesson, "?print-pdf"), len(slides.read_deck(lesson))
    page.wait_for_function(f"Math.round(document.body.scrollHeight / 719) == {count}")  # it is laid out piece by piece
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == count


def test_the_answer_comes_with_the_next_key_and_the_speaker_sees_the_notes(page_of):
    lesson = LESSONS[0]
    page, (first, second, *_) = page_of(lesson), slides.read_deck(lesson)
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    words = opened.value.locator(".speaker-controls-notes")
    words.get_by_text(f"{first.minutes:g} min · {first.row}").wait_for()
    page.keyboard.press("Space")
    words.get_by_text(f"{second.minutes:g} min · {second.row}").wait_for()
    page.evaluate("Reveal.slide(Reveal.getIndices(document.querySelector('.words .fragment').closest('section')).h)")
    answer = page.locator(".present .words .fragment").first
    assert not answer.is_visible()
    page.keyboard.press("Space")
    assert answer.is_visible()


def test_what_a_box_hides_shows_in_no_colour(page_of):
    page = page_of(next(lesson for lesson in LESSONS if lesson.number == 3))
    looks = page.evaluate("""[...document.querySelectorAll(".box:has(> .fragment:not(.visible))")].map(box => {
        const {backgroundColor, borderColor, boxShadow} = getComputedStyle(box);
        return [backgroundColor, borderColor, boxShadow].join();
    })""")
    assert len(looks) > 30 and len({*looks}) == 1
