"""The page that writes and the figures of the lessons agree with PyTorch, and do what one asks of them."""

import csv
import json
import math
import random
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pages import ANY, LONG, NASTY, ask, has, saved

from tools.lesson import lessons
from web import figures, pages
from web.train.language_model import FILE, UNK, Writer, writer_tokens
from web.train.reversing_networks import FILE as REVERSERS
from web.train.reversing_networks import Reversers, share_right

CHOICES = [
    {}, {"section": "Sports"}, {"temperature": 0.5}, {"temperature": 0}, {"top": 5}, {"nucleus": 0.6}, {"begins": "st"},
    {"section": "World", "temperature": 1.4, "top": 20, "nucleus": 0.8}, {"model": "4-grams", "temperature": 0.7},
]  # fmt: skip
STORY = (
    "Switzerland says its largest bank will cut two thousand jobs in London and New York over the next three years "
    "as trading income falls and investors ask for lower costs"
)
BACKWARDS = figures.figure("backwards", file="reverser.js")  # its networks lie beside the page


@pytest.fixture(scope="module")
def writer():
    return Writer()


def percent(p):
    """How the page writes a probability."""
    return "< 1\u00a0%" if 0 < p < 0.01 else f"{math.floor(100 * p + 0.5)}\u00a0%"


def field(page):
    return page.get_by_label("A text to go on with")


def lines(page):
    """The three continuations."""
    return [line.replace("■ the end", "").strip("… ") for line in page.locator("#drawn button").all_inner_texts()]


def spoken(page):
    """What the first sentence of a page or a figure says."""
    return page.locator(".sentence").first.inner_text()


# ------------------------------------------------------------------------------------- what it says is true


def test_the_file_is_small_and_its_text_is_the_free_corpus(writer):
    assert FILE.stat().st_size < 2_000_000
    assert set(json.loads(FILE.read_text(encoding="utf-8"))) == {"classes", "perplexity", "words", "weights", "text"}
    with open(pages.ROOT / "data" / "sample" / "train.csv", encoding="utf-8-sig", newline="") as lines:
        train = [writer_tokens(text) for _, *headline_and_text in csv.reader(lines) for text in headline_and_text]
    assert [len(ids) - 1 for ids in writer.texts] == [len(tokens) for tokens in train]
    for ids, tokens in zip(writer.texts, train):
        assert all(i == writer.ids.get(token, UNK) for i, token in zip(ids, tokens))


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_the_page_and_pytorch_agree_on_what_comes_next(a_page, writer, choices):
    for text in [*NASTY, "Oil prices", "U.S. club's"]:
        tokens = writer_tokens(text)
        ours, theirs = ask(a_page("writer"), "window.writer.next", tokens, choices), writer.next(tokens, **choices)
        theirs = dict(zip(theirs["tokens"], theirs["probabilities"]))
        assert sum(ours.values()) == pytest.approx(1)
        assert {"<unk>", "<pad>"}.isdisjoint(ours)
        assert max(abs(ours.get(token, 0) - theirs.get(token, 0)) for token in ours.keys() | theirs.keys()) < 1e-3


@settings(max_examples=8)
@given(st.lists(st.one_of(ANY, st.sampled_from(NASTY)), min_size=20, max_size=40))
def test_the_page_and_pytorch_agree_on_what_any_text_costs(a_page, writer, texts):
    for text, ours in zip(texts, ask(a_page("writer"), "texts => texts.map(text => window.writer.read(text))", texts)):
        theirs = writer.read(text)
        assert (ours["tokens"], ours["ids"]) == (theirs["tokens"], theirs["ids"])
        assert ours["losses"] == pytest.approx(theirs["losses"], abs=1e-3)
        assert ours["counted"] == pytest.approx(theirs["counted"], abs=1e-9)


# ------------------------------------------------------------------------------------- what one does


def test_the_continuations_follow_the_temperature_and_a_tap_takes_one(opened, writer):
    page = opened("writer", "#text=Oil prices&nucleus=1&seed=5")
    first = lines(page)
    page.get_by_label("Temperature").fill("0")
    tokens = ["oil", "prices"]
    while tokens[-1] != "<end>" and len(tokens) < 11:
        tokens += writer.next(tokens, temperature=0)["tokens"][:1]
    assert len(set(lines(page))) == 1 and writer_tokens(lines(page)[0]) == [t for t in tokens[2:] if t != "<end>"]
    assert page.get_by_role("button", name="Draw again").is_disabled()
    assert page.get_by_text("drawing again gives the same words").is_visible()
    page.get_by_label("Temperature").fill("2")
    assert len({line.split()[0] for line in lines(page)}) == 3
    field(page).press("Enter")
    assert lines(page) != first
    page.get_by_label("Temperature").fill("0.8")
    taken = lines(page)[1]
    page.locator("#drawn button").nth(1).click()
    assert field(page).input_value() == f"Oil prices {taken}"
    assert field(page).evaluate("field => field === document.activeElement")
    page.wait_for_function("!location.hash.startsWith('#text=Oil+prices&')")
    page.go_back()
    page.wait_for_function("document.getElementById('text').value === 'Oil prices'")


def test_a_word_is_drawn_as_often_as_its_bar_says(opened, writer):
    page = opened("writer", "#text=Oil prices&top=2&temperature=2&nucleus=1")
    follow, seen = writer.next(["oil", "prices"], top=2, temperature=2), Counter()
    for _ in range(40):
        seen.update(line.split()[0] for line in lines(page))
        page.get_by_role("button", name="Draw again").click()
    assert set(seen) == set(follow["tokens"])
    assert seen[follow["tokens"][0]] / 120 == pytest.approx(follow["probabilities"][0], abs=0.18)


def test_where_only_the_end_is_left_one_line_says_so_and_the_others_go_on(opened):
    page = opened("writer", "#text=Scientists find water on the moon")
    assert "the end is the likeliest: 100" in spoken(page) and page.locator("#network button").first.is_disabled()
    first, *others = lines(page)
    assert first == "■ The end: 3 of 3 draws. Go on without it" and len(set(others)) == 2
    page.locator("#drawn button").first.click()
    assert field(page).input_value() == "Scientists find water on the moon" and "the end" not in spoken(page)
    assert lines(page)[1:] == others
    assert all(len(writer_tokens(line)) > 5 and "Go on" not in line for line in lines(page))
    page.wait_for_function("location.hash.includes('past=on')")
    before = lines(page)
    page.reload()
    assert lines(page) == before


def test_a_long_headline_has_all_its_surprises_and_its_cost_is_said_in_plain_words(opened, writer):
    page = opened("writer", f"#text={STORY}")
    assert page.locator("#losses li:not(.heads) bdi").count() == len(writer_tokens(STORY))
    field(page).fill("oil prices")  # both are known
    unsure = math.exp(sum(writer.read("oil prices")["losses"]) / 2)
    assert f"as unsure as among {round(unsure):,} equally likely words" in page.locator("#told").inner_text()


def test_a_copied_link_restores_all_and_a_picture_has_each_continuation_once_on_its_grounds(opened):
    page = opened("writer", "#text=Oil prices&seed=4&class=Sports&temperature=1.2&top=7&model=4-grams")
    page.get_by_role("button", name="Draw again").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied.").wait_for()
    said = [page.locator(part).inner_text() for part in ("#drawn", "#more", "#sentence")]
    page.get_by_role("button", name="a match").click()
    page.wait_for_function("location.hash.includes('England')")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    page.wait_for_function("document.getElementById('text').value === 'Oil prices'")
    assert [page.locator(part).inner_text() for part in ("#drawn", "#more", "#sentence")] == said

    picture, written, _ = saved(page)
    assert max(picture.convert("HSV").getchannel("S").tobytes()) > 30, "the grounds"
    assert all(part.replace(" ", "") in written.replace(" ", "") for part in [*lines(page), "writer.html"])
    page.get_by_label("Temperature").fill("0")
    assert len(set(lines(page))) == 1 and saved(page)[0].height <= picture.height - 2 * 55


def test_a_word_that_is_not_finished_is_completed(opened, writer):
    page = opened("writer", "#text=Oil pric")
    words = [word.lower() for word in page.locator("#network bdi").all_inner_texts()]
    assert len(words) == 10 or set(words) == {word for word in writer.words if word.startswith("pric")}
    assert all(word.startswith("pric") for word in words)
    page.locator("#network button").first.click()
    assert writer_tokens(field(page).input_value()) == ["oil", words[0]]
    field(page).fill("Oil zyxomm")  # what is unknown costs nothing, and that is said
    assert page.locator("#losses .unknown").first.inner_text().split() == ["zyxomm", "–", "–"]
    cost, told = writer.read("oil")["losses"][0], page.locator("#told").inner_text()
    assert f"surprise: network {cost:.2f}" in told and "Unknown words are not counted" in told


def test_the_sliders_reshape_the_bars(opened, writer):
    page = opened("writer", "#text=Oil prices&temperature=1&top=0&nucleus=1")
    numbers = page.locator("#network .number")
    choices, own = {}, dict(zip(*writer.next(["oil", "prices"]).values()))
    first = list(own)[:10]
    page.locator("#more").click()
    tracks = page.locator(".lanes li:first-child .track")
    shares = tracks.evaluate_all("all => all.map(t => t.lastChild.getBoundingClientRect().width / t.clientWidth)")
    most = own[first[0]], writer.next(["oil", "prices"], model="4-grams")["probabilities"][0]
    assert shares == pytest.approx([share / max(most) for share in most], abs=0.05), "one scale for both models"
    for name, value in ("temperature", 0), ("temperature", 1.5), ("nucleus", 0.5), ("top", 3):
        page.locator(f"[name={name}]").fill(str(value))
        choices[name] = value
        after = writer.next(["oil", "prices"], **choices)
        left = dict(zip(after["tokens"], after["probabilities"]))
        both = [(percent(own[token]), percent(left.get(token, 0))) for token in first]
        shown = [after if before == after else f"{before} → {after}" for before, after in both]
        assert numbers.all_inner_texts() == shown, choices
    before = page.locator("#network").inner_text()
    page.get_by_label("Sports").check()
    assert page.locator("#network").inner_text() != before


def test_the_page_says_why_a_text_was_easy(opened):
    page = opened("writer", "#text=the first of the year")
    assert "because the text repeats itself" not in page.locator("#told").inner_text()
    field(page).fill("the first of the first of the first of the first")
    assert "because the text repeats itself" in page.locator("#told").inner_text()
    assert " ".join(writer_tokens("O'Neal's U.S. club, at $1.6")) == "o ' neal 's u.s. club , at $1 . 6"


@pytest.mark.parametrize("text", [*NASTY, LONG], ids=range(len(NASTY) + 1))
def test_any_text_is_shown_as_text(a_page, text):
    page = a_page("writer")
    title = page.title()
    field(page).fill(text)
    words = page.locator("#losses li:not(.heads) bdi").evaluate_all("all => all.map(word => word.textContent)")
    assert words == writer_tokens(field(page).input_value())
    assert spoken(page).endswith(".")
    assert page.title() == title and page.locator("main img, main script, .losses b").count() == 0


# ------------------------------------------------------------------------------------- figures in the lessons


@pytest.fixture
def figure(visit, tmp_path):
    """figure(html) is a live figure in a page of its own, on a phone, with the numbers that it loads."""
    figures.numbers(tmp_path)
    file, head = tmp_path / "figure.html", '<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'

    def open_page(html, style="color: #222"):
        file.write_text(f'{head}<body style="{style}">{html}', encoding="utf-8")
        return visit(file.as_uri(), viewport={"width": 390, "height": 800})

    return open_page


def test_lesson_2s_headline_fades_as_the_gate_says(figure):
    page = figure(figures.figure("forget"))
    slider = page.get_by_label("Bias of the forget gate")
    words = page.locator(".fading li").count()
    for bias, shown in ("5", f"{100 * 0.99331 ** (words - 1):.0f}\u00a0%"), ("-1", "< 0.1\u00a0%"):
        slider.fill(bias)
        assert page.locator(".fading span").first.inner_text() == shown and shown in spoken(page)


def test_lesson_6s_bars_stand_at_the_temperature(figure, writer):
    page = figure(figures.figure("temperature"))
    slider = page.get_by_label("Temperature")
    for temperature in (0, 0.5, 1, 1.7):
        slider.fill(str(temperature))
        follow = writer.next(["the", "president", "of"], temperature=temperature)
        assert page.locator(".next").first.locator(".number").first.inner_text() == percent(follow["probabilities"][0])


@pytest.fixture(scope="module")
def reversers():
    return Reversers()


def test_lesson_7s_networks_are_small_and_as_good_as_their_file_says(reversers):
    assert REVERSERS.stat().st_size < 300_000
    for length in 1, 12, 15, 24:
        for name, net in reversers.nets.items():
            assert reversers.right[name][length - 1] == pytest.approx(share_right(net, length), abs=0.005)


def test_the_figure_and_pytorch_write_the_same_backwards(figure, reversers):
    page = figure(BACKWARDS)
    page.wait_for_function("'backwards' in document.querySelector('.torchnlp-live')")
    luck = random.Random(1)
    words = ["".join(luck.choices(string.ascii_lowercase, k=T)) for T in range(1, 25) for _ in range(5)]
    written = ask(page, "words => words.map(document.querySelector('.torchnlp-live').backwards)", words)
    for word, ours in zip(words, written):
        for name, theirs in reversers.answer(word).items():
            assert ours[name]["written"] == theirs["written"]
            for kind in "probabilities", "weights":
                assert sum(ours[name][kind], []) == pytest.approx(sum(theirs[kind], []), abs=1e-3)


def test_lesson_7s_word_comes_back_with_its_wrong_letters_marked(figure, reversers):
    page = figure(BACKWARDS)
    field, lanes = page.get_by_label("A word to say backwards"), page.locator(".lane")
    bars, guess = lanes.first.locator("rect:not([height='0'])"), page.get_by_label("Your guess")
    guess.fill("8")
    assert bars.count() == 0 and page.get_by_text("random words").count() == 0  # one guesses first
    page.get_by_role("button", name="Guess").click()
    verdict = page.get_by_text("You guessed 8. It is 12: from 13 letters on").bounding_box()
    assert 0 < verdict["y"] < 780 and bars.count() > 12
    for name, left, right in ("your guess: 8", 0, 8), ("it is 12", 12, 24):  # a name ends at its line, or begins there
        box, strip = page.get_by_text(name, exact=True).bounding_box(), lanes.first.locator(".shares").bounding_box()
        ends = [(box["x"] + at - strip["x"]) * 24 / strip["width"] for at in (0, box["width"])]
        assert ends == pytest.approx([left, right], abs=0.01)
    field.fill("abcdefghijklmnopqrstuvwxyz")
    assert "Only the first 24 letters are read." in spoken(page)
    for word in "notebook", "uncopyrightable", "abcdefghijklmnopqrstuvwx":
        field.fill(word)
        for i, (name, said) in enumerate(reversers.answer(word).items()):
            assert "".join(lanes.nth(i).locator(".letters").last.locator("> *").all_inner_texts()) == said["written"]
            wrong = [a for a, b in zip(said["written"], reversed(word)) if a != b]
            assert lanes.nth(i).locator(".wrong").all_inner_texts() == wrong
            shares = page.get_by_text(f"random words of {len(word)} letters, ").inner_text()
            assert percent(reversers.right[name][len(word) - 1]) in shares


def test_a_saved_word_is_named_after_it_and_has_its_letters_and_the_bars_once_one_has_guessed(figure):
    pictures = []
    for style in "color: #222", "color: #eee; background: #16181C":
        page = figure(figures.figure("backwards", file="reverser.js", share=True), style)
        page.get_by_label("A word to say backwards").fill("recurrent")
        page.get_by_label("Your guess").fill("9")
        for guess in None, page.get_by_role("button", name="Guess"):
            if guess:
                guess.click()
            picture, written, file = saved(page)
            assert file == "recurrent.png" and has(picture, "c") and has(picture, "ours")
            assert all(part in written for part in ("One state", "Attention", "tnerrucer", "#say=recurrent"))
            assert ("your guess: 9" in written) == ("it is 12" in written) == bool(guess)
            pictures.append(picture)
    assert pictures[0].height + 80 < pictures[1].height and pictures[0].tobytes() == pictures[2].tobytes()
    assert pictures[1].tobytes() == pictures[3].tobytes(), "the same from a dark page"


@pytest.mark.parametrize("style", ["color: #222; background: #fff", "color: #eee; background: #16181C"])
def test_axe_finds_nothing_serious_in_the_figures_and_none_is_wider_than_a_phone(figure, serious, style):
    named = {name for lesson in lessons() for name in lesson.settings["figures"]} - {"backwards"}
    made = map(figures.figure, sorted(named))
    page = figure(f"<main><h1>x</h1><h2>x</h2>{''.join([BACKWARDS, *made])}</main>", style)
    page.wait_for_function("document.querySelector('#live-query').shadowRoot")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
