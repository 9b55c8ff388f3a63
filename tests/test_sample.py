"""The bundled corpus: balanced, well formed, varied, without twins."""

import csv
from collections import Counter

import pytest
from sklearn.preprocessing import MultiLabelBinarizer

from torchnlp import SAMPLE, tokenizer

pytestmark = pytest.mark.slow


def rows(half: str) -> list[list[str]]:
    with open(SAMPLE / f"{half}.csv", encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


TRAIN, TEST = rows("train"), rows("test")
TOKENS = [tokenizer(f"{title} {text}") for _, title, text in TRAIN + TEST]


@pytest.mark.parametrize("half, least", [(TRAIN, 1200), (TEST, 400)])
def test_the_four_classes_are_of_equal_size(half, least):
    counts = Counter(label for label, _, _ in half)
    assert sorted(counts) == ["1", "2", "3", "4"]
    assert len(set(counts.values())) == 1
    assert len(half) >= least


def test_every_brief_has_a_title_and_a_text_in_plain_ascii():
    for _, title, text in TRAIN + TEST:
        assert title.strip() and text.strip()
        assert (title + text).isascii() and "\\" not in title + text


def test_lengths_are_those_of_real_briefs():
    lengths = sorted(map(len, TOKENS))
    assert lengths[0] >= 8 and lengths[-1] <= 120
    assert sum(25 <= n <= 50 for n in lengths) > len(lengths) / 2
    assert lengths[len(lengths) // 20] < 20 and lengths[-len(lengths) // 20] > 60  # short ones and long ones


def test_the_vocabulary_is_wide():
    assert len({token for tokens in TOKENS[: len(TRAIN)] for token in tokens}) >= 7_000


def test_no_two_briefs_share_a_run_of_eight_tokens():
    owner = {}
    for number, tokens in enumerate(TOKENS):
        for start in range(len(tokens) - 7):
            run = tuple(tokens[start : start + 8])
            assert owner.setdefault(run, number) == number, f"{run} stands in two briefs"


def test_no_two_briefs_are_alike():
    words = MultiLabelBinarizer(sparse_output=True).fit_transform(map(set, TOKENS))
    common = (words @ words.T).toarray()  # [N, N], how many words two briefs share
    size = common.diagonal()
    alike = common >= 0.6 * (size + size[:, None] - common)
    assert alike.diagonal().all() and alike.sum() == len(TOKENS)  # each is like itself alone
