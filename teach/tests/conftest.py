"""What these tests take from those of the core, and axe-core, which looks at the decks."""

import pytest
from browser import browser, serious_on, visit, watched  # noqa: F401
from fixtures import seeded  # noqa: F401

from teach.slides import PACKAGES


@pytest.fixture(scope="session")
def serious():
    """serious(page) is what axe-core finds serious on it."""
    if not (file := PACKAGES / "axe-core" / "axe.min.js").is_file():
        pytest.skip("axe-core is not there: make test-teach fetches it")

    return lambda page: serious_on(page, file.read_text(encoding="utf-8"))
