"""The pages that need no Python, and `watch`, show what PyTorch computes, to everybody, and send nothing anywhere."""

import functools
import gzip
import json
import math
import re
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from networks import Reader
from PIL import Image, ImageChops
from torch import nn

import torchnlp
from torchnlp import COLOURS, class_colour, tokenizer, watch
from web import pages

CELLS = ["RNN", "LSTM", "GRU"]
reader_of = functools.cache(pages.PageReader)
HEADLINE = "Striker signs record deal as shares of the club's owner fall on Wall Street"
NASTY = [
    "", " ", "<pad>", "<unk> <PAD>", "a<br />b<BR /> c", "<script>document.title = 'run'</script>", "no\u0000thing",
    '<img src=x onerror="document.title = 1">', "👩‍👩‍👧 🎉!", "שלום, עולם؟ مرحبا", "ΟΔΟΣ ΟΔΟΣ. ΑΣ́Α ΑΣ: Σ",
    "İstanbul'da ǅ ﬀ ẞ", "x\x1cy\x85z\ufeffw\u200bv\u3000u", "don't (stop)!? \"now\"; 1,000.5", "\\ 'a' \\n",
    "𝐀𐐀 𞤀 Ꟶ", "a" * 3000,
    "球队用 iPhone 进球。", "a word, 足球", "ชนะแล้ว", "„Größe“ – Zu\u0308rich…", "𠀀𠀁 x",
]  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
COPIED = "top=5&text=wuffle Two astronauts and a paying passenger"
LONG = "word 'oil' <b>bold</b> 👍 שלום " * 400


# -------------------------------------------------------------------------------------- the files


def test_a_page_is_one_small_file_that_asks_for_nothing(built):
    for name, file in built.items():
        page = re.sub('<meta property="og:image" .*?>', "", file.read_text(encoding="utf-8"))  # for who is sent a link
        assert len(gzip.compress(file.read_bytes(), 6)) < (1_500_000 if name == "writer" else 800_000)
        assert not re.findall(r"<(?:link|script|img|iframe)[^>]*(?:src|href)=\"(?!data:)", page)
        assert re.findall(r'https?://[^"\s]+', page) == [] and "default-src 'none'" in page


def test_the_style_has_the_colours_of_the_course():
    style = (pages.ROOT / "web" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (?:light-dark\()?(#\w{6})", style))
    roles = colours.keys() & COLOURS.keys()
    assert roles >= {"ink", "guess", "paper", "input", "forget", "c", "output", "candidate", "h"}
    assert {name: colours[name] for name in roles} == {name: COLOURS[name] for name in roles}
    assert [colours[f"class-{k}"] for k in range(4)] == [class_colour(k) for k in range(4)]


# ------------------------------------------------------------------------------------- the reader


def ask(page, function, *arguments):
    """What a function of the page makes of some arguments. As JSON, which is far faster than Playwright's own way."""
    plain = "(key, value) => ArrayBuffer.isView(value) ? [...value] : value"
    call = f"given => JSON.stringify(({function})(...JSON.parse(given)), {plain})"
    return json.loads(page.evaluate(call, json.dumps(arguments)))


def sentence(page):
    return page.locator(".sentence").inner_text().replace("\u00a0", " ")


def read_by(tokens, cell="LSTM"):
    """(the leading class, its probability) after each token."""
    network = reader_of(cell)
    rows = network.read(" ".join(tokens))["probabilities"]
    return [(network.classes[row.index(max(row))], max(row)) for row in rows]


def ends(tokens):
    """The last answer, as the page says it."""
    name, probability = read_by(tokens)[-1]
    return f"{name} ({100 * probability:.0f} %)"


def turns(text, cell="LSTM"):
    """The places of the words at which the answer turns, each with the answers before and after it."""
    best = [name for name, _ in read_by(tokenizer(text), cell)]
    return {t: (best[t - 1], best[t]) for t in range(1, len(best)) if best[t] != best[t - 1]}


# Any text, but for what web/js/tokenizer.js leaves out.
ANY = st.text(st.characters(exclude_categories=["Cn", "Cs"], exclude_characters="\u0295"))


@given(st.lists(ANY, min_size=30, max_size=60))
def test_the_pages_tokenizer_is_the_modules_on_any_text(a_page, texts):
    tokens = ask(a_page("reader"), "texts => texts.map(text => window.reader.read(text).tokens)", texts + NASTY)
    assert tokens == [tokenizer(text) for text in texts + NASTY]


@pytest.mark.parametrize("cell", CELLS)
def test_the_probabilities_the_gates_and_the_importance_are_pytorchs(a_page, cell):
    inside, reader = ask(a_page("reader"), "window.reader.read", HEADLINE, cell), reader_of(cell)
    theirs, tokens = reader.read(HEADLINE), tokenizer(HEADLINE)
    assert (inside["tokens"], inside["ids"]) == (theirs["tokens"], theirs["ids"])
    for row, expected in zip(inside["probabilities"], theirs["probabilities"], strict=True):
        assert row == pytest.approx(expected, abs=1e-5)
    vectors = reader.embedding(torch.tensor(theirs["ids"]))  # [T, E]
    states, _ = reader.rnn(vectors.unsqueeze(0))
    assert torch.allclose(torch.tensor(inside["parts"]["h"]), states[0], atol=1e-5)
    if cell == "LSTM":
        for part, values in torchnlp.gates(reader.rnn, vectors).items():
            assert torch.allclose(torch.tensor(inside["parts"][part]), values, atol=1e-5)
    last = torch.tensor(theirs["probabilities"][-1])
    rest = [" ".join(tokens[:t] + tokens[t + 1 :]) for t in range(len(tokens))]
    without = torch.tensor([reader.read(text)["probabilities"][-1] for text in rest])  # [T, K]
    change = (without.log() - last.log())[:, last.argmax()].abs()
    assert torch.allclose(torch.tensor(inside["influence"]), change, rtol=1e-3, atol=1e-5)


def test_a_word_is_chosen_with_keys_pointer_or_finger_and_a_sentence_says_what_it_did(opened):
    page = opened("reader", "#word=1&text=" + HEADLINE, has_touch=True)
    strip, words, here = (page.locator(part) for part in ("[role=slider]", ".words bdi", ".words .here"))
    strip.focus()
    inside = r"the input gate is \d+ % open, the forget gate keeps \d+ % of the cell state"
    assert re.fullmatch(rf"After striker, the answer is Sports \(\d+ %\); {inside}\.", sentence(page))
    turned, tokens = {}, tokenizer(HEADLINE)
    for t, word in enumerate(tokens[1:], start=1):
        page.keyboard.press("ArrowRight")
        assert strip.get_attribute("aria-valuetext") == here.inner_text() == word
        if found := re.search(r"turns from (.*) to (.*) \(", sentence(page)):
            turned[t] = found.groups()
    assert turned == turns(HEADLINE)
    for choose, t in (words.nth(2).hover, 2), (words.nth(4).tap, 4):
        choose()
        assert here.inner_text() == tokens[t]
    page.get_by_role("button", name="Read the text word by word").tap()  # the band walks along
    page.wait_for_function("document.querySelector('.words .here').textContent === 'street'")


def test_on_a_phone_each_word_is_a_row_and_a_units_numbers_stand_beside_the_finger(opened):
    page, tokens = opened("reader", "#word=1&text=" + HEADLINE, **PHONE), tokenizer(HEADLINE)
    rows, here, loupe = page.locator(".words > span"), page.locator(".words .here"), page.locator(".loupe")
    tint = rows.first.locator("bdi").get_attribute("style")
    assert rows.nth(13).bounding_box()["y"] < 820, "most of the headline is on the first screen"
    inside, shown = ask(page, "window.reader.read", HEADLINE, "LSTM")["parts"], page.get_by_label("Show")
    for t, (name, part) in enumerate(PARTS["LSTM"].items(), start=2):
        shown.select_option(name)
        rows.nth(t).locator(".gate").tap(position={"x": 50, "y": 9})
        loupe.locator("button").last.tap()  # the word stays
        assert tint == rows.first.locator("bdi").get_attribute("style"), "words keep the colour of the answer"
        for word in t, t + 1:  # and in the next word's row there are that word's numbers
            assert here.inner_text() == tokens[word]
            for unit in loupe.locator("[aria-pressed]").all():
                number, value = unit.inner_text().split(": ")
                assert float(value) == pytest.approx(inside[part][word][int(number) - 1], abs=0.0051)
                assert 0 < unit.bounding_box()["y"] - rows.nth(word).bounding_box()["y"] < 100
                assert unit.bounding_box()["height"] >= 44
            page.get_by_role("button", name="Next word").tap()
    page.get_by_role("button", name="Close").tap()
    assert loupe.count() == 0
    shown.select_option("importance")
    rows.nth(6).tap()
    assert sentence(page).endswith(f"Without it the text ends at {ends(tokens[:6] + tokens[7:])}.")
    page.set_viewport_size({"width": 844, "height": 390})  # turned
    assert page.locator(".effect canvas").is_visible() and here.inner_text() == tokens[6]


def test_what_comes_before_can_be_forgotten_and_a_word_left_out(opened):
    page, tokens = opened("reader", "#word=6&text=" + HEADLINE), tokenizer(HEADLINE)
    page.get_by_label("from the chosen word on").check()
    assert "Read from shares on, as if nothing came before" in sentence(page)
    assert ends(tokens[5:]) in sentence(page)
    page.get_by_label("all of it").check()
    page.locator(".strip").press("End")
    page.get_by_label("from the chosen word on").check()
    assert ends(tokens[7:]) in sentence(page), "after the last word there is nothing: it is the middle one"
    page.get_by_label("A text to read").fill(HEADLINE)
    assert page.get_by_label("all of it").is_checked()
    page.goto(page.url.split("#")[0] + "#word=6")
    page.locator(".strip").focus()
    page.keyboard.press("ArrowRight")
    assert ends(tokens[:6] + tokens[7:]) in page.locator(".effect .label").inner_text().replace("\u00a0", " ")
    page.get_by_label("all three").check()
    assert all(f"the {cell}" in sentence(page) for cell in CELLS)
    assert page.locator(".strip canvas:visible").count() == 3


def test_a_copied_link_restores_what_was_shown_and_back_leads_to_the_text_before(opened):
    page = opened("reader", "#text=Jaguar", permissions=["clipboard-read", "clipboard-write"])
    field, here = page.get_by_label("A text to read"), page.locator(".words .here")
    page.get_by_role("button", name="to and fro").click()
    text = field.input_value()
    page.locator(".strip").press("Home")
    page.get_by_label("GRU").check()
    page.get_by_label("from the chosen word on").check()
    page.get_by_label("Colour by").select_option("update gate")
    page.locator(".loupe button").last.click()
    formula = page.locator(".formula").inner_text()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    page.go_back()
    page.wait_for_function("document.getElementById('text').value === 'Jaguar'")
    page.goto(link)
    assert (field.input_value(), here.inner_text()) == (text, tokenizer(text)[0]) and text != "Jaguar"
    assert page.locator(".formula").inner_text() == formula


WRITTEN = """() => {
    const {serializeToString} = XMLSerializer.prototype;
    XMLSerializer.prototype.serializeToString = function (picture) {
        window.written = picture.querySelector(".saved").textContent;
        return serializeToString.call(this, picture);
    };
}"""


def saved(page):
    """The picture that a page saves, the words that stand in it, and its file's name."""
    page.evaluate(WRITTEN)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    picture = Image.open(download.value.path()).convert("RGB")
    assert picture.width == 1200 and picture.getpixel((0, 0)) == (255, 255, 255)
    return picture, page.evaluate("window.written"), download.value.suggested_filename


def has(picture, part):
    """Is there an area of about the colour of this part in the picture?"""
    near = ImageChops.difference(picture, Image.new("RGB", picture.size, COLOURS[part])).convert("L")
    return sum(near.histogram()[:12]) > 500


SAVED = [
    ("reader", f"#word=6&by=forget&unit=7&text={HEADLINE}", [*tokenizer(HEADLINE), ", unit 7 framed"], "forget"),
    ("reader", "#by=forget&text=a%0Bb <b>%26amp; 👍 ]]>", ["<b>&amp; 👍 ]]>"], "forget"),  # %0B may not stand in XML
    ("playground", "#cell=LSTM&cell2=RNN", ["LSTM, bias 5", "forget gate", "hidden state h", "chance: 1"], "h"),
]


@pytest.mark.parametrize("name, hash, words, part", SAVED)
def test_a_saved_picture_has_its_words_and_is_the_same_from_a_phone_in_the_dark(opened, name, hash, words, part):
    pictures = []
    for settings in {}, {**PHONE, "color_scheme": "dark"}:
        picture, written, file = saved(opened(name, hash, **settings))
        assert all(word in written for word in words) and f"{name}.html" in written and file.endswith(".png")
        assert has(picture, part) and not any(word in written for word in ("Copy link", "Pause", "Colour by"))
        pictures.append(picture.tobytes())
    assert pictures[0] == pictures[1]


def test_where_the_browser_refuses_the_picture_the_page_says_so(opened):
    page = opened("playground")
    page.evaluate("HTMLCanvasElement.prototype.toBlob = null")
    page.get_by_role("button", name="Save picture").click()
    page.get_by_text("This browser cannot save it.").wait_for(timeout=5_000)


def test_on_a_phone_the_importance_is_saved_with_its_link(opened):
    page = opened("reader", "#by=influence&text=This is not about football, it is about oil prices", **PHONE)
    picture, written, _ = saved(page)
    assert "bars: what each word adds to Business" in written and not has(picture, "input")
    assert page.url in written and "by=influence" in page.url


@pytest.mark.parametrize("text", [*NASTY, LONG], ids=range(len(NASTY) + 1))
def test_any_text_is_shown_as_text(a_page, text):
    page = a_page("reader")
    title, field = page.title(), page.get_by_label("A text to read")
    field.fill(text)
    words = page.locator(".words bdi").evaluate_all("all => all.map(word => word.textContent)")
    assert words == tokenizer(field.input_value())[:1000]
    assert page.locator("#cut").is_visible() == (len(tokenizer(text)) > 1000)
    if words:  # a word stands over its column, also at the end of a long text
        here, band = (page.locator(part).bounding_box()["x"] for part in (".words .here", ".band"))
        assert here == pytest.approx(band, abs=1)
    assert page.title() == title
    assert page.locator(".view img, .view script, .words bdi > *").count() == 0
    for mode in ["from the chosen word on", "all of it"]:
        page.get_by_label(mode).check()
        assert sentence(page).endswith((".", "answers."))


# --------------------------------------------------------------------------------- the playground


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradients_by_hand_are_pytorchs(a_page, cell):
    settings = {"cell": cell, "T": 12, "width": 16, "bias": 2, "seed": 3}
    ours = ask(a_page("playground"), "window.playground.gradients", settings)
    rnn = getattr(nn, cell)(8, 16, batch_first=True)
    net = nn.ModuleDict({"embedding": nn.Embedding(8, 8), "rnn": rnn, "fc": nn.Linear(16, 8)}).double()

    def tensors(lists):
        return {name: weight.new_tensor(lists[name]).view_as(weight) for name, weight in net.state_dict().items()}

    net.load_state_dict(tensors(ours["weights"]))
    if cell != "RNN":
        assert (rnn.bias_ih_l0[16:32] == 2).all() and (rnn.bias_hh_l0[16:32] == 0).all()
    x = torch.tensor(ours["symbols"]).view(12, 32).T  # [B, T]
    vectors = net["embedding"](x)
    last = rnn(vectors)[0][:, -1]
    (slope,) = torch.autograd.grad(last.sum(), vectors, retain_graph=True)
    assert ours["influence"] == pytest.approx(slope.norm(dim=2).mean(0).flip(0).tolist(), rel=1e-6)

    loss = nn.functional.cross_entropy(net["fc"](last), x[:, 0])
    loss.backward()
    assert ours["loss"] == pytest.approx(loss.item(), rel=1e-6)
    for name, weight in net.named_parameters():
        gradient = tensors(ours["gradients"])[name]
        assert (gradient - weight.grad).norm() <= 1e-6 * weight.grad.norm(), name
    norm = nn.utils.get_total_norm([weight.grad for weight in net.parameters()])
    assert ours["norm"] == pytest.approx(norm.item(), rel=1e-6)


def test_an_open_gate_learns_to_remember_before_ones_eyes_and_a_half_open_one_does_not(opened):
    page = opened("playground", reduced_motion="no-preference")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Again").wait_for(timeout=240_000)  # on a busy machine
    steps, half = re.match(r"LSTM, bias 5: learnt after (\d+) steps.* LSTM, bias 0: (.*)", sentence(page)).groups()
    assert int(steps) < 150 and re.match(r"not learnt in 300 steps, 1\d % right", half)
    changed = [re.search(r"\d+ of 32", told)[0] for told in page.locator(".told").all_inner_texts()]
    assert changed == ["32 of 32", "0 of 32"]
    first, second = page.locator("#probes tr").all()  # the half open one has no luck to be praised for
    assert first.inner_text().split("\t") == ["LSTM, bias 5", *"12345678", "8 of 8"]
    assert second.inner_text().endswith("1 of 8") and second.locator(".wrong").count() == 7
    assert "raise the bias 0" in page.locator("#next").inner_text()


def test_an_rnn_that_latches_remembers_without_a_gradient(opened):
    page = opened("playground")
    page.get_by_role("link", name="memory without a gradient").click()
    page.get_by_role("button", name="Again").wait_for(timeout=240_000)  # on a busy machine
    assert re.match(r"RNN: not learnt in 300 steps, [2-9]\d % right", sentence(page))
    assert "the gradient has vanished, the memory has not" in page.locator(".told").inner_text()


def test_the_settings_stand_in_the_address_and_are_kept_within_limits(opened):
    page = opened("playground", "#cell=GRU&T=9999&bias=3&width=17&rate=x&x=<b>")
    assert page.get_by_label("First network").input_value() == "GRU"
    assert page.get_by_label("Symbols, T").input_value() == "100"
    assert sentence(page) == "GRU, bias 3: not trained yet."  # whoever wants less motion starts it
    page.get_by_role("button", name="Step").click()
    assert sentence(page).startswith("GRU, bias 3: step 1,")
    page.get_by_label("First network").select_option("RNN")
    assert "cell=RNN" in page.evaluate("location.hash")
    page.get_by_label("Seed").fill("-3")
    page.get_by_label("Seed").press("Tab")
    assert "seed=0" in page.evaluate("location.hash")


# ---------------------------------------------------------------------------------- all three pages


@pytest.mark.parametrize("name, canvas", [("reader", ".inside canvas"), ("playground", "#accuracy"), ("writer", "")])
def test_a_switch_turns_a_page_dark_and_the_site_keeps_it(opened, name, canvas):
    page = opened(name)
    parts = ["getComputedStyle(document.body).backgroundColor"]
    parts += [f"document.querySelector('{canvas}').toDataURL()"] if canvas else []
    seen = [[page.evaluate(part) for part in parts]]
    for mode in "dark", "light":
        page.get_by_role("button", name="Light or dark").click(timeout=5000)
        assert page.evaluate("localStorage.getItem('mode')") == mode
        seen.append([page.evaluate(part) for part in parts])
    assert seen[0] == seen[2] and all(light != dark for light, dark in zip(*seen[:2], strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["reader#word=3", "reader#cell=all", "playground#cell=GRU", f"writer#{COPIED}"])
def test_axe_finds_nothing_serious(opened, serious, page, scheme):
    name, hash = page.split("#")
    page = opened(name, f"#{hash}", color_scheme=scheme)
    for summary in page.locator("summary:visible").all():
        summary.click()
    for select in page.get_by_label("Colour by").locator("visible=true").all():  # coloured words are to be read as well
        select.select_option("cell state c")
    assert serious(page) == []


@pytest.mark.parametrize("width", [1366, 768, 390])
@pytest.mark.parametrize(
    "name, picture", [("reader", "canvas, .bar"), ("playground", "canvas"), ("writer", "#network li")]
)
def test_nothing_sticks_out_and_there_is_something_to_see_on_the_first_screen(opened, name, picture, width):
    page = opened(name, viewport={"width": width, "height": 800})
    box = page.locator(picture).locator("visible=true").first.bounding_box()
    assert box["y"] + box["height"] / 2 < 800
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# ------------------------------------------------------------------------------------------- watch


@pytest.fixture
def shown(news, monkeypatch):
    """What a call of watch displays."""
    outputs = []
    monkeypatch.setattr("IPython.display.display", outputs.append)
    return lambda net, text: watch(net, text, news[2]) or outputs.pop()


@pytest.fixture
def notebook(visit, shown, tmp_path):
    """A page with the output of watch in it, as a notebook has it."""

    def open_page(*call, **settings):
        file = tmp_path / "notebook.html"
        file.write_text(f'<!doctype html><meta charset="utf-8">{shown(*call).data}', encoding="utf-8")
        return visit(file.as_uri(), **settings)

    return open_page


@pytest.mark.parametrize("text", ["goal " * 300, "<script>alert(1)</script> \"' </div> <!-- ", ""])
def test_watch_is_one_small_output_that_fetches_nothing(shown, news, text):
    net = Reader(size=256)
    output = shown(net, text).data
    assert len(output.encode()) <= 300_000
    assert not re.findall(r"https?://(?!www\.w3\.org)", output)
    assert re.findall(r'src="([^",]*)', output) == ["data:image/png;base64"]
    assert output.count("<script>") == output.count("</script>") == 1
    assert output.count('"goal"') <= 80, "the text is not cut"
    assert net.training and all(weight.grad is None for weight in net.parameters())


def test_watch_shows_what_the_module_computes(notebook, news):
    net = Reader()
    page = notebook(net, "late goal wins the zyxomma")
    assert page.locator("img").is_visible() is False  # the live picture stands in its place
    page.locator(".strip").focus()
    page.keyboard.press("End")
    net.eval()
    for back, text in enumerate(["late goal wins the zyxomma", "late goal wins the", "late goal wins"]):
        (name, probability), *_ = torchnlp.predict(net, text, news[2])
        leads = page.locator(".answers .leads").inner_text().split("\t")
        assert leads[:2] == [name, f"{100 * probability:.0f}\u00a0%"], back
        page.keyboard.press("ArrowLeft")
    assert page.locator(".words .unknown").all_inner_texts() == ["zyxomma"]
    vectors = net.embedding(torch.tensor([torchnlp.encode("late goal")]))[0]
    forget = torchnlp.gates(net.rnn, vectors)["forget"][-1].mean()
    assert f"the forget gate keeps {100 * forget:.0f} %" in sentence(page)


def test_watch_is_a_picture_where_scripts_do_not_run(notebook):
    page = notebook(Reader(), "late goal wins", java_script_enabled=False)
    picture = page.locator("img")
    assert picture.is_visible() and picture.bounding_box()["width"] > 300
    assert "late goal wins" in picture.get_attribute("alt")


def test_watch_without_its_folder_is_the_picture_alone(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "web", None)  # its import fails
    assert shown(Reader(), "late goal wins").axes[0].get_ylabel() == "probability"


# ------------------------------------------------------------------------------------ what one sees


def row_of(unit, cell, inside):
    """Where a unit stands in the pictures: those come first that push most towards the last answer."""
    fc, state = reader_of(cell).fc, torch.tensor(inside["h"][-1])
    lead = fc(state).argmax()
    push = (fc.weight[lead] - fc.weight.mean(0)) * state  # [H]
    return push.argsort(descending=True).tolist().index(unit)


PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
MIDDLE = "all => all.map(word => word.parentElement.offsetLeft + word.offsetWidth / 2)"


def test_ink_over_a_word_is_what_the_gate_does_there(opened):
    """A gate goes from white, 0, to its colour, 1: an open forget gate keeps, and is red."""
    page = opened("reader", f"#text={HEADLINE}")
    inside = ask(page, "window.reader.read", HEADLINE, "LSTM")["parts"]
    middles = page.locator(".words bdi").evaluate_all(MIDDLE)
    for gate in "input", "forget":
        canvas = page.locator(".part", has_text=f"{gate} gate").locator("canvas")
        blue = torch.tensor(canvas.evaluate(PIXELS)).view(canvas.evaluate("canvas => canvas.height"), -1, 4)[:, :, 2]
        for t, unit in [(0, 3), (5, 20), (10, 31)]:
            ink = 255 - blue[3 * row_of(unit, "LSTM", inside) + 1, int(middles[t])].item()
            assert ink / (255 - int(COLOURS[gate][5:], 16)) == pytest.approx(inside[gate][t][unit], abs=0.02)


@pytest.mark.parametrize("cell", CELLS)
def test_the_notes_are_true(opened, cell):
    page, tokens = opened("reader", f"#cell={cell}&text={HEADLINE}"), tokenizer(HEADLINE)
    notes = page.locator(".notes li").all_inner_texts()
    parts = ask(page, "window.reader.read", HEADLINE, cell)["parts"]
    inside = {name: torch.tensor(rows) for name, rows in parts.items()}
    if cell == "RNN":
        sizes = inside["h"].diff(dim=0, prepend=torch.zeros(1, inside["h"].size(1))).abs().mean(1)
    else:
        sizes = inside["input"].mean(1) if cell == "LSTM" else 1 - inside["update"].mean(1)
    turn, (before, after) = max(turns(HEADLINE, cell).items())
    told = [(int(place), f"at {tokens[place]}:") for place in (sizes.argmax(), sizes.argmin())]
    told.append((turn, f"At {tokens[turn]} the answer turns from"))
    assert all(words in note for note, (_, words) in zip(notes, sorted(told)))  # in reading order
    assert f"{before} to {after}." in " ".join(notes)


def value_of(numbers):
    """What an expression such as "σ(0.82 − 0.31 + 0.17)" comes to."""
    python = numbers.replace("−", "-").replace("·", "*").replace("σ", "sigmoid")
    names = {"tanh": math.tanh, "sigmoid": lambda z: 1 / (1 + math.exp(-z))}
    return eval(python, {"__builtins__": {}}, names)  # noqa: S307


PARTS = {
    "RNN": {"hidden state h": "h"},
    "LSTM": {"input gate": "input", "forget gate": "forget", "cell state c": "c", "hidden state h": "h"},
    "GRU": {"update gate": "update", "reset gate": "reset", "candidate": "candidate", "hidden state h": "h"},
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_click_on_a_cell_shows_its_formula_with_the_numbers_of_pytorch(opened, cell):
    page = opened("reader", f"#cell={cell}&text={HEADLINE}")
    inside = ask(page, "window.reader.read", HEADLINE, cell)["parts"]
    middle = page.locator(".words bdi").evaluate_all(MIDDLE)[5]
    for name, part in PARTS[cell].items():
        canvas = page.locator(".part", has=page.locator("b", has_text=name)).locator("canvas")
        canvas.click(position={"x": middle, "y": 3 * row_of(7, cell, inside) + 1})
        _, _, numbers, value = page.locator(".formula").inner_text().split(" = ")
        assert page.locator(".words .here").inner_text() == tokenizer(HEADLINE)[5]
        assert float(value.replace("−", "-")) == pytest.approx(inside[part][5][7], abs=0.006)
        assert value_of(numbers) == pytest.approx(inside[part][5][7], abs=0.02)  # of numbers with two digits
