"""What makes the module fast, and what must stay true all the same."""

import sys
from collections import Counter

import pytest
from torchtext.data.utils import ngrams_iterator
from torchtext.vocab import Vocab

from torchnlp import LengthBatchSampler, load_dataset, offsetify, pad_length, padify, tokenizer

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.mark.parametrize("ngrams, min_freq", [(1, 1), (1, 2), (2, 1), (3, 2)])
def test_the_vocabulary_is_the_one_that_plain_counting_gives(news_folder, ngrams, min_freq):
    train, _, _, vocab = load_dataset(ngrams=ngrams, min_freq=min_freq, root=news_folder)
    counter = Counter(gram for _, text in train for gram in ngrams_iterator(tokenizer(text), ngrams))
    slow = Vocab(counter, min_freq=min_freq)
    assert (vocab.itos, vocab.freqs) == (slow.itos, slow.freqs)


def test_each_text_is_tokenised_once_however_often_it_is_read(news_folder):
    calls = []

    def watch(frame, event, _):
        if event == "call" and frame.f_code is tokenizer.__code__:
            calls.append(frame)

    sys.setprofile(watch)
    try:
        train, test, _, _ = load_dataset(root=news_folder)
        for collate in 3 * [padify, pad_length, offsetify]:
            collate(train)
            collate(test)
        LengthBatchSampler(train)
    finally:
        sys.setprofile(None)
    assert len(calls) == len(train) + len(test)
