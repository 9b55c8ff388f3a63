"""A browser for the tests of pages, and what is wrong with a page: a part takes both in its conftest.py."""

import os
import re
import shutil
from contextlib import ExitStack, contextmanager

import pytest


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


def serious_on(page, axe: str) -> list:
    """What axe-core, a script, finds serious on a page: (impact, rule, the element)."""
    page.evaluate(axe)
    # preload would fetch the page's styles once more
    found = page.evaluate("""axe.run({preload: false})
        .then(found => found.violations.map(rule => [rule.impact, rule.id, rule.nodes[0].html]))""")
    return [rule for rule in found if rule[0] in ("serious", "critical")]
