"""What the unit tests share: some news to read. A part takes these with `from fixtures import ...` in a conftest.py."""

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
