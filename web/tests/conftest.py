"""What the tests of the part web share: its pages, in a browser, and what is wrong with one."""

import subprocess
from contextlib import ExitStack
from functools import cache

import pytest
from browser import browser, serious_on, visit, watched  # noqa: F401
from fixtures import fresh, news, news_folder, paper, seeded  # noqa: F401

from web import npm, pages


@pytest.fixture(scope="session")
def packages():
    """The folder of the npm packages, with the scripts bundled; without node or a network the test is skipped."""
    try:
        npm.bundle()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the scripts could not be bundled: {error}")
    return npm.PACKAGES


@pytest.fixture(scope="module")
def built(packages):
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
def serious(packages):
    """serious(page) is what axe-core finds serious on it."""
    axe = (packages / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    return lambda page: serious_on(page, axe)
