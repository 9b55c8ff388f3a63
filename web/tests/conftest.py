"""What the tests of the part web share: its pages, in a browser, and what is wrong with one."""

import subprocess
from contextlib import ExitStack
from functools import cache

import pytest
from browser import browser, serious_on, visit, watched  # noqa: F401
from fixtures import fresh, news, news_folder, paper, seeded  # noqa: F401

from web import npm, pages


@pytest.fixture(scope="module")
def built():
    """The files of the pages that need no Python."""
    return {name: pages.make_page(name) for name in pages.PAGES}


@pytest.fixture
def opened(visit, built):  # noqa: F811
    """opened("reader", "#cell=GRU", ...) is the page, at rest unless one says otherwise."""
    return lambda name, hash="", **settings: visit(
        built[name].as_uri() + hash, **{"reduced_motion": "reduce", **settings}
    )


@pytest.fixture(scope="module")
def a_page(watched, built):  # noqa: F811
    """a_page("reader") is one for all questions whose answers do not depend on what it was asked before."""
    with ExitStack() as opened_pages:
        yield cache(lambda name: opened_pages.enter_context(watched(built[name].as_uri(), reduced_motion="reduce")))


@pytest.fixture(scope="session")
def fetch():
    """npm.fetch, which gives the folder; without a network the test is skipped."""

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
    folder = pages.ROOT / "build" / "axe"
    file = fetch(["axe-core@4.11.0"], ["axe-core/axe.min.js"], folder) / "axe-core" / "axe.min.js"

    return lambda page: serious_on(page, file.read_text(encoding="utf-8"))
