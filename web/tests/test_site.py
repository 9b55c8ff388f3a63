"""The site: whole, without a network, readable on a phone, with its answers kept back."""

import io
import re
import statistics
from urllib.parse import unquote, urljoin, urlsplit

import pytest

pytest.importorskip("sphinx_book_theme", reason="the site's packages are missing: pip install -r web/requirements.txt")
from bs4 import BeautifulSoup
from PIL import Image
from test_pages import read_by, turns

from tools import repo
from tools.lesson import has, is_picture, lessons, to_read
from web import build as site
from web import pages as tools_pages

ROOT = site.ROOT
LESSONS = lessons()
WITHOUT_SPHINX = {f"{name}.html" for name in tools_pages.PAGES}  # they have tests of their own; # sets them
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


@pytest.fixture(scope="module")
def built(tmp_path_factory, packages):
    """The folder of a fresh site. Each warning of Sphinx is an error."""
    folder = tmp_path_factory.mktemp("site")
    site.make_site(folder)
    return folder


COLOURED = re.compile(r'<span class="[a-z]\w?">([^<]*)</span>')  # a word of code, or a sign


@pytest.fixture(scope="module")
def pages(built):
    """The parsed pages, by their path in the site: without the colours of code, most of what there is to parse."""
    files = [file for file in sorted(built.rglob("*.html")) if "_static" not in file.parts]
    texts = {file: COLOURED.sub(r"\1", file.read_text(encoding="utf-8")) for file in files}
    return {file.relative_to(built).as_posix(): BeautifulSoup(text, "html.parser") for file, text in texts.items()}


def page_of(lesson):
    return f"notebooks/{lesson.name}.html"


# ------------------------------------------------------------------------------------ what is in the files


def test_no_page_shows_the_signs_of_its_source(pages):
    """A link that Markdown did not see, a backtick in the name of a fold, the dollars of a formula."""
    for name, page in pages.items():
        words = [part.get_text() for part in page.select("article :is(p, li, td, dd > p, figcaption)")]
        folds = [fold.get_text() for fold in page.find_all("summary")]
        assert [text for text in words if "](" in text] + [text for text in folds if "`" in text] == [], name
        texts = page.find("article").find_all(string=re.compile(r"\$(?!TORCHNLP)")) if page.find("article") else []
        assert [text for text in texts if not text.find_parent(["pre", "code", "script", "style"])] == [], name


def test_the_figures_that_move_stand_in_the_open(pages):
    parts = [part for page in pages.values() for part in page.select(".torchnlp-live")]
    named = [f"live-{name}" for lesson in LESSONS for name in lesson.settings["figures"]]
    named += ["live-headline", "live-headline", "live-backwards"]  # front page, lesson 2
    assert sorted(part["id"] for part in parts) == sorted(named)
    assert not [part for part in parts if part.find_parent("details")]


def test_every_link_and_every_anchor_within_the_site_leads_somewhere(built, pages):
    ids = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    wrong = []
    for name, page in pages.items():
        links = [tag["href"] for tag in page.find_all("a", href=True)]
        links += [tag["src"] for tag in page.find_all(src=True)]
        for link in links:
            url = urlsplit(urljoin(f"http://site/{name}", link))
            if urlsplit(link).scheme and not link.startswith(tools_pages.ADDRESS):
                continue
            target, anchor = unquote(url.path).lstrip("/"), unquote(url.fragment)
            if not (built / target).is_file() or anchor and target not in WITHOUT_SPHINX and anchor not in ids[target]:
                wrong.append((name, link))
    assert wrong == []


@each_lesson
def test_the_words_under_a_picture_are_its_caption_and_its_alternative_text(pages, lesson):
    figures, alive = map(pages[page_of(lesson)].select, [".cell_output figure", "#live-headline"])
    outputs = [output for cell in lesson.notebook.cells for output in cell.get("outputs", [])]
    assert len(figures) + len(alive) == sum(map(is_picture, outputs)) > 0
    for figure in figures:
        caption, words = figure.find("figcaption").get_text(), figure.find("img")["alt"]
        assert caption.split()[:1] == words.split()[:1] or figure.select(".math")


@each_lesson
def test_what_is_folded_in_the_lesson_is_folded_on_the_site(pages, lesson):
    page = pages[page_of(lesson)]
    for tag in ("set-up", "plot", "solution"):
        for cell in page.select(f".cell.tag_{tag}"):
            code = cell.select_one(".cell_input")
            assert code is None or code.find_parent("details"), cell.get_text()[:80]
    text = page.find("article").get_text()
    assert not re.search(r"# @title|In words:|REPOSITORY =", text) and "import matplotlib" not in text.split("1. ")[0]
    for cell in page.select(".cell.tag_solution"):  # nor is it given away by what it prints
        assert all(output.find_parent("details") for output in cell.select(".cell_output"))


@each_lesson
def test_the_answer_to_a_bold_question_is_not_open(pages, lesson):
    """Between a question and the next section the first output is in a <details>, whose summary can be read."""
    article, asked, shown, hidden = pages[page_of(lesson)].find("article"), False, [], 0
    for cell in to_read(lesson.notebook).cells:
        place = article.find(id=cell.id)
        asked = has(cell, "question") or asked and not cell.source.startswith("#")
        if asked and place and cell.get("outputs") and not has(cell, "solution"):
            answer = place.find_next(class_="cell_output").find_parent("details", class_="answer")
            shown += [] if answer else [cell.id]
            hidden += bool(answer)
            asked = False
    assert shown == [] and hidden > 6


@each_lesson
def test_a_lesson_leads_to_itself_to_colab_and_to_its_claims_and_each_claim_to_a_cell(built, pages, lesson):
    assert (built / "_sources" / "notebooks" / lesson.path.name).read_bytes() == lesson.path.read_bytes()
    links = {link["href"] for link in pages[page_of(lesson)].find_all("a", href=True)}
    address = f"https://colab.research.google.com/github/{repo.current(ROOT)}/blob/main/notebooks/{lesson.path.name}"
    assert links >= {f"../_sources/notebooks/{lesson.path.name}", address, f"{lesson.name}/claims.html"}
    claims = pages[f"notebooks/{lesson.name}/claims.html"].select("tbody tr")
    assert len(claims) > 10 and all(claim.select("td:nth-of-type(2) a") for claim in claims)


def test_the_front_page_asks_a_question_for_each_lesson(pages):
    page = pages["index.html"]
    assert {link["href"] for link in page.select(".bd-sidebar-primary a")} >= WITHOUT_SPHINX
    cards = page.select(".cards a")
    assert [card["href"] for card in cards] == [*map(page_of, LESSONS), "notebooks/project.html"]
    said = [card.get_text() for card in cards]
    assert all(re.search(r"\?about \d h$", text) for text in said) and len({*said}) == len(said)
    assert all(lesson.settings["question"] in text for lesson, text in zip(LESSONS, said))
    assert all(card.select("path[stroke]") for card in cards)


def test_what_the_lessons_cite_stands_in_the_references(pages):
    listed = pages["references.html"].find("article").get_text()
    for lesson in LESSONS:
        prose = "\n".join(c.source for c in lesson.notebook.cells if c.cell_type == "markdown")
        for name, year in re.findall(r"\(([A-Z][\w-]+)[^();]{0,60}?, ((?:19|20)\d\d)[:)]", prose):
            assert re.search(rf"^{name}, .*\({year}\)", listed, flags=re.M), f"{name}, {year} in {lesson.name}"


# ------------------------------------------------------------------------------------------ in a browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SIDEWAYS = """() => {
    const over = part => part.scrollWidth > part.clientWidth + 1;
    const scrolls = part => over(part) && /auto|scroll/.test(getComputedStyle(part).overflowX);
    const pre = ".tag_numbers .cell_output pre, pre:has(.viewcode-block)";  // columns of numbers; the module's source
    const allowed = `.katex-display, ${pre}, figure > a, .highlight, .pst-scrollable-table-container, table`;
    const parts = [...document.querySelectorAll("main *")].filter(part => scrolls(part) && !part.matches(allowed));
    return [...over(document.documentElement) ? ["page"] : [], ...parts.map(part => part.outerHTML.slice(0, 100))];
}"""
# What a finger should hit, but for links within a sentence: less than 44 px high.
SMALL = """() => [...document.querySelectorAll("nav a, summary, main button, .play a, .bd-search input")]
    .filter(part => part.getClientRects().length && part.getBoundingClientRect().height < 43.5)
    .map(part => part.outerHTML.slice(0, 100))"""
OPEN = """document.querySelectorAll('details, img, .unfold').forEach(part =>
    Object.assign(part, {open: true, loading: 'eager', ariaExpanded: true}))"""


def test_on_a_phone_and_from_the_disk_every_page_is_whole_and_asks_for_nothing(visit, built, pages):
    page, wrong = visit((built / "index.html").as_uri(), **PHONE), {}
    for name in set(pages) - WITHOUT_SPHINX:
        page.goto((built / name).as_uri())
        page.evaluate(OPEN)
        wrong[name] = page.evaluate(SIDEWAYS) + page.evaluate(SMALL)
    assert {name: parts for name, parts in wrong.items() if parts} == {}


def test_a_long_cell_begins_on_a_phone_with_its_first_lines_and_is_whole_on_paper_as_answers_are(visit, built):
    address = (built / page_of(LESSONS[1])).as_uri()
    page = visit(address, **PHONE)
    cells = page.locator(".cell:has(.unfold:visible)")
    heights = cells.locator(".cell_input pre").evaluate_all("all => all.map(pre => pre.clientHeight)")
    assert len(heights) > 4 and max(heights) < 200  # of a screen of 844
    assert not cells.filter(has_text=re.compile("# <- your(s|code)")).count()
    folded, opened = (page.get_by_role("button", name="All lines", expanded=on).first for on in (False, True))
    folded.press("Enter")
    opened.press("Enter")
    page.evaluate("find('answers.tolist', false, false, true)")  # as one finds a word in the page
    opened.wait_for()
    answer = page.locator("details.answer .cell_output").last
    extra = page.locator("#l2-c203")  # what a claim names, in a part that begins with "Further"
    assert not answer.is_visible() and not extra.is_visible()
    page.emulate_media(media="print")
    assert not folded.is_visible() and answer.bounding_box()["height"] > 10 and extra.is_visible()
    assert page.locator("article pre").evaluate_all("all => all.every(p => p.scrollHeight < p.clientHeight + 2)")
    assert page.locator("article pre").evaluate_all("all => all.every(p => p.scrollWidth < p.clientWidth + 2)")
    assert not visit(address, **PHONE, java_script_enabled=False).locator(".unfold:visible").count()


def test_on_a_phone_one_sees_which_section_one_reads_and_goes_to_the_next(visit, built):
    page = visit((built / page_of(LESSONS[1])).as_uri(), **PHONE, reduced_motion="reduce")  # so that it stays
    link, headings = page.locator(".next-section"), page.locator("article > section > section > h2").all()
    assert not link.is_visible()
    headings[0].evaluate("heading => heading.scrollIntoView()")
    for number, heading in enumerate(headings[1:], start=1):
        page.get_by_role("link", name=f"{number} / {len(headings)} → {heading.inner_text().removesuffix('#')}").tap()
        page.wait_for_function("h => h.getBoundingClientRect().top < 200", arg=heading.element_handle())
    link.wait_for(state="hidden")
    headings[4].evaluate("heading => scrollBy(0, heading.getBoundingClientRect().top + 600)")  # no heading is seen
    name = headings[4].inner_text().removesuffix("#")
    page.locator(".page-toc [aria-current=true]").get_by_text(name).wait_for(state="attached")
    link.wait_for()
    page.evaluate("scrollTo(0, 0)")
    link.wait_for(state="hidden")
    ends = page.locator(".katex-html .base").evaluate_all("all => all.map(part => part.getBoundingClientRect().x)")
    assert min(ends) >= 0 and len(ends) > 50  # no formula begins outside the screen
    page = visit(page.url.partition("#")[0], **PHONE)
    page.evaluate("scrollBy(0, 5000)")
    page.locator(".next-section").wait_for()
    page.locator(".next-section").wait_for(state="hidden")  # at rest no text is under it


def test_what_a_result_should_be_stands_with_the_answer(pages):
    told = 0
    for lesson in LESSONS:
        for answer in pages[page_of(lesson)].select("details.answer"):
            code = answer.find_previous_sibling()
            assert not re.search(r"^ *(expect|record)\(", code.get_text(), flags=re.M), (lesson.name, code.get_text())
            told += "expect(" in answer.get_text()
    assert told > 15


def test_a_tap_on_a_term_says_what_it_is_beside_it_until_a_tap_elsewhere(visit, built):
    page = visit((built / page_of(LESSONS[1])).as_uri(), **PHONE)
    for term in page.locator("article a:has(> .std-term):visible").all()[:8]:
        term.tap()
        word, box = term.bounding_box(), page.locator(".said").bounding_box()
        assert 0 <= box["x"] <= 390 - box["width"]
        assert box["y"] >= word["y"] + word["height"] or 0 <= box["y"] <= word["y"] - box["height"]
        page.touchscreen.tap(100, 20)
        page.locator(".said").wait_for(state="hidden")


def test_a_message_shows_a_title_words_and_a_picture_beside_a_link(built, pages):
    with Image.open(built / "share.png") as picture:
        assert picture.size == (1200, 630)
    for name, page in pages.items():
        said = {tag.get("property"): tag["content"] for tag in page.select('meta[property^="og:"]')}
        if name not in ("genindex.html", "search.html") and not name.startswith("_modules"):
            assert said["og:title"] and len(said["og:description"]) > 20, name
            assert said["og:image"] == f"{tools_pages.ADDRESS}share.png", name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", page_of(LESSONS[1])])
def test_axe_finds_nothing_serious(visit, serious, built, name, scheme):
    page = visit((built / name).as_uri(), color_scheme=scheme, viewport={"width": 1366, "height": 900})
    page.evaluate(OPEN)
    page.wait_for_timeout(500)  # what opens fades in
    # Five cells of code have all of its colours, and axe needs long for each word of them.
    page.evaluate("[...document.querySelectorAll('.cell_input, .cell_output pre')].slice(5).forEach(p => p.remove())")
    assert serious(page) == []


@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844)])
def test_one_types_a_headline_on_the_first_screen_and_starts_lesson_1(visit, built, width, height):
    size = {"width": width, "height": height}
    page = visit((built / "index.html").as_uri(), viewport=size, reduced_motion="reduce")
    start = page.get_by_role("link", name="Start lesson 1").bounding_box()
    assert start["y"] + start["height"] <= height
    page.get_by_label("Type a headline").fill("Champion boxer wins gold")  # the network comes when one first touches it
    page.locator(".words bdi", has_text="gold").wait_for()
    *_, (_, share) = read_by(["champion", "boxer", "wins", "gold"])
    assert f"{100 * share:.0f}\u00a0%" in page.locator(".sentence").first.inner_text()
    page.get_by_role("button", name="it knows only 2004").click()
    page.get_by_text("It read the news of 2004, and has never met: chatgpt.").wait_for()
    page.get_by_role("button", name="make it say Sports").click()
    said = page.locator(".sentence").first
    said.get_by_text("Go on until it says Sports.").wait_for()
    page.keyboard.type("striker")
    said.get_by_text("Done: it says Sports.").wait_for()
    gate, inside = page.get_by_text("Green is the input gate"), page.get_by_role("button", name="Look inside")
    assert gate.is_visible() != inside.is_visible()  # a phone shows the gate at once


def test_a_link_to_a_word_opens_at_its_heading(visit, built):
    page = visit((built / "index.html").as_uri() + "#say=recurrent", reduced_motion="reduce")
    page.get_by_text("From one state comes").wait_for()
    assert 0 < page.get_by_role("heading", name="A word to say backwards").bounding_box()["y"] < 120


def test_the_show_ends_with_the_turns_of_the_answer(visit, built):
    page = visit((built / "index.html").as_uri(), reduced_motion="reduce")
    page.clock.install()
    field, said, counts = page.get_by_label("Type a headline"), page.locator(".sentence").first, []
    texts = ["oil prices fall", "chatgpt passes bar exam", "bank iraq war software club coach wall"]
    for text in [*texts, field.input_value().lower()]:
        field.fill(text)
        page.locator(".words bdi").last.get_by_text(text.split()[-1], exact=True).wait_for()
        page.get_by_role("button", name="Read the text word by word").click()
        page.clock.run_for(20_000)
        turned = turns(text)
        (first, _), *_, (_, share) = read_by(text.split())
        told = "".join(rf".*\b{text.split()[t]}( turns it)? to {after}" for t, (_, after) in [*turned.items()][-3:])
        assert re.fullmatch(rf"{first}.*{told}: {100 * share:.0f}\u00a0%\.", said.inner_text())
        counts.append(len(turned))
    assert counts[:2] == [0, 1] and counts[2] > 3 and counts[3] == 3
    page.locator(".words").get_by_text("striker").click()
    assert said.inner_text().startswith("After striker, the answer is Sports")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_sites_switch_reaches_every_figure(visit, built, system):
    """The switch, not the system, says how light a figure is: the front page's, `watch`, plots and diagrams."""
    page = visit((built / "index.html").as_uri(), color_scheme=system, reduced_motion="reduce")
    for name, parts in ("index.html", ["#live-headline"]), (page_of(LESSONS[1]), ["figure img", ".torchnlp-watch"]):
        page.goto((built / name).as_uri())
        page.evaluate(OPEN)
        for theme, is_right in ("dark", lambda value: value < 60), ("light", lambda value: value > 230):
            page.get_by_role("button", name="Color mode").locator("visible=true").click()
            page.locator(f".theme-change-button[data-mode={theme}]:visible").click()
            for figure in parts:
                part = page.locator(figure).first
                part.scroll_into_view_if_needed()
                paper = Image.open(io.BytesIO(part.screenshot())).convert("L")  # its median is the ground's
                assert is_right(statistics.median(paper.tobytes())), (name, figure, theme)
    for name in WITHOUT_SPHINX:
        page.goto((built / name).as_uri())
        for _ in range(20):  # a browser at work takes a moment to hand on what another page has stored
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            if ground != "rgb(255, 255, 255)":
                page.wait_for_timeout(500)
                page.reload()
        assert ground == "rgb(255, 255, 255)", name
