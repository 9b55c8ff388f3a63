"""What the unit tests share: some news to read, and a browser."""

import os
import re
import runpy
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings
from matplotlib import pyplot as plt

import torchnlp

settings.register_profile(  # the same examples every time, so more of them find nothing new
    "course", deadline=None, derandomize=True, database=None, max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile("course")


TRAIN = """\
"1","Ministers meet in Oslo","Talks about the border went on through the night."
"1","President resigns",""
"2","Late goal wins the cup","The keeper saw the ball late."
"2","Champion out in round one","Two sets up, he lost the match in five; he ""did not want excuses""."
"3","Airline buys its rival","The price, $2 billion, is more than the market had guessed. Shares of both rose at once."
"3","Bank cuts its rate",""
"4","Probe sends first pictures","They show ice."
"4","Browser closes a hole","Update now: the hole lets a web page read your files."
"""

TEST = """\
"1","Minister travels north","She wants to see the roads."
"2","New coach, new luck",""
"3","Oil price falls","Shares of airlines rose."
"4","Moon pictures in colour","The probe works better than its makers had hoped."
"""


@pytest.fixture(autouse=True)
def seeded():
    """Each test draws the same random numbers every time; one that draws twice the same seeds them itself."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def news_folder(tmp_path_factory):
    """A folder of news, 8 articles to train on and 4 to test, titles alone among them."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "train.csv").write_text(TRAIN, encoding="utf-8")
    (folder / "test.csv").write_text(TEST, encoding="utf-8")
    return folder


@pytest.fixture
def fresh(monkeypatch):
    """torchnlp as it is right after its import, and on the CPU."""
    monkeypatch.setattr(torchnlp, "device", torch.device("cpu"))
    monkeypatch.setattr(torchnlp, "vocab", None)


@pytest.fixture
def news(fresh, news_folder):
    """(train_dataset, test_dataset, classes, vocab) of the folder of news, just loaded."""
    return torchnlp.load_dataset(root=news_folder)


@pytest.fixture
def paper():
    """Draw into memory, and leave no figure open and no setting changed."""
    plt.switch_backend("agg")
    with plt.rc_context():
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def script(request):
    """The names of plain.py in the room of the lesson that a test_lesson_N.py is about."""
    number = re.search(r"lesson_(\d+)", request.path.name)[1]
    (file,) = Path(__file__).resolve().parent.parent.glob(f"notebooks/{number}-*/plain.py")
    return runpy.run_path(str(file))


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window, driven by Playwright; whoever has none skips."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        pytest.skip("there is no Chromium here (on Debian: apt-get install chromium)")
    as_root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--disable-gpu", *as_root])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def watched(browser):
    """with watched(address) as page: at the end nothing may be there that the page should not do."""

    @contextmanager
    def watched(address, **settings):
        context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **settings})
        context.set_default_timeout(120_000)  # a busy machine is no error
        home = re.match(r"\w+://[^/]*", address)[0]
        wrong, page = [], context.new_page()
        # what begins with [PST] is a note of the site's theme
        page.on("console", lambda said: said.text.startswith("[PST]") or wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        near = (home, "data:", "blob:")
        context.on("request", lambda asked: asked.url.startswith(near) or wrong.append(asked.url))
        page.goto(address)
        yield page
        context.close()
        assert wrong == []

    return watched


@pytest.fixture
def visit(watched):
    """visit(address) is the page; what it does wrong in the test is noticed at its end."""
    with ExitStack() as pages:
        yield lambda address, **settings: pages.enter_context(watched(address, **settings))


@pytest.fixture(scope="module")
def built():
    """The files of the pages that need no Python."""
    from web import pages

    return {name: pages.make_page(name) for name in pages.PAGES}


@pytest.fixture
def opened(visit, built):
    """opened("reader", "#cell=GRU", ...) is the page, at rest unless one says otherwise."""
    return lambda name, hash="", **settings: visit(
        built[name].as_uri() + hash, **{"reduced_motion": "reduce", **settings}
    )


@pytest.fixture(scope="module")
def a_page(watched, built):
    """a_page("reader") is one for all questions whose answers do not depend on what it was asked before."""
    with ExitStack() as pages:
        yield cache(lambda name: pages.enter_context(watched(built[name].as_uri(), reduced_motion="reduce")))


@pytest.fixture(scope="session")
def fetch():
    """tools.npm.fetch, which gives the folder; without a network the test is skipped."""
    from web import npm

    def fetch(packages, used, folder):
        try:
            npm.fetch(packages, used, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"{packages} could not be fetched: {error}")
        return folder

    return fetch


@pytest.fixture(scope="session")
def serious(fetch):
    """serious(page) is what axe-core finds serious on it."""
    folder = Path(__file__).resolve().parent.parent / "build" / "axe"
    file = fetch(["axe-core@4.11.0"], ["axe-core/axe.min.js"], folder) / "axe-core" / "axe.min.js"

    def serious(page):
        page.evaluate(file.read_text(encoding="utf-8"))
        # preload would fetch the page's styles once more
        found = page.evaluate("""axe.run({preload: false})
            .then(found => found.violations.map(rule => [rule.impact, rule.id, rule.nodes[0].html]))""")
        return [rule for rule in found if rule[0] in ("serious", "critical")]

    return serious
