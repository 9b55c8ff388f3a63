"""What `watch` puts into a notebook (what it shows in a browser: test_pages.py)."""

import json
import math
import re
from unittest.mock import Mock

import IPython.display
import matplotlib.pyplot as plt
import pytest
from networks import Reader

import torchnlp
from torchnlp import predict, watch

pytestmark = pytest.mark.usefixtures("fresh", "paper", "seeded")


def test_a_words_influence_is_how_much_the_log_probability_changes_without_it(news, monkeypatch):
    torchnlp.seed_all(3)  # its answer turns
    net = Reader()
    monkeypatch.setattr(IPython.display, "display", Mock())
    watch(net, "Late goal wins the zyxomma", news[2])
    tokens = ["late", "goal", "wins", "the", "zyxomma"]
    page = IPython.display.display.call_args.args[0].data
    reading = json.loads(re.search(r'^figure\.show\(.*, (\{"tokens": .*\})\);$', page, re.M)[1])
    assert (reading["tokens"], reading["known"]) == (tokens, [True] * 4 + [False])
    (best, p), *_ = predict(net, " ".join(tokens), news[2])
    assert best != predict(net, "late", news[2])[0][0]  # the answer turns, and it is the last one that counts
    without = [dict(predict(net, " ".join(tokens[:t] + tokens[t + 1 :]), news[2], k=4))[best] for t in range(5)]
    assert reading["influence"] == pytest.approx([abs(math.log(p / q)) for q in without], abs=1e-5)
    assert plt.get_fignums() == []
