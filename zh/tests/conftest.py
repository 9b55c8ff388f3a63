"""The browser that the core's tests and those of the part web drive, too."""

from tests.browser import browser, visit, watched  # noqa: F401
