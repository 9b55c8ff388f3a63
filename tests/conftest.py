"""The fixtures of the unit tests of the core."""

import re
import runpy
from pathlib import Path

import pytest
from fixtures import fresh, news, news_folder, paper, seeded  # noqa: F401


@pytest.fixture(scope="module")
def script(request):
    """The names of plain.py in the room of the lesson that a test_lesson_N.py is about."""
    number = re.search(r"lesson_(\d+)", request.path.name)[1]
    (file,) = Path(__file__).resolve().parent.parent.glob(f"notebooks/{number}-*/plain.py")
    return runpy.run_path(str(file))
