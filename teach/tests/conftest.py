"""What these tests take from those of the core, and axe-core, which looks at the decks."""

import pytest
from browser import browser, visit, watched  # noqa: F401
from fixtures import seeded  # noqa: F401

from teach.slides import PACKAGES


@pytest.fixture(scope="session")
def serious():
    """serious(page) is what axe-core finds serious on it."""
    if not (file := PACKAGES / "axe-core" / "axe.min.js").is_file():
        pytest.skip("axe-core is not there: make test-teach fetches it")

    def serious(page):
        page.evaluate(file.read_text(encoding="utf-8"))
        # preload would fetch the page's styles once more
        found = page.evaluate("""axe.run({preload: false})
            .then(found => found.violations.map(rule => [rule.impact, rule.id, rule.nodes[0].html]))""")
        return [rule for rule in found if rule[0] in ("serious", "critical")]

    return serious
