"""A saved model takes its vocabulary and its classes with it."""

from pathlib import Path

import pytest
import torch
from networks import Packed

import torchnlp
from torchnlp import load_dataset, load_model, pad_length, predict, save_model, seed_all

HEADLINE = "Striker scores twice as the league leaders win again"


@pytest.fixture
def saved(tmp_path):
    """(file, network, its answer to HEADLINE)"""
    _, _, classes, vocab = load_dataset(root="sample")
    seed_all(1)
    net = Packed(len(vocab), len(classes))
    save_model(tmp_path / "net.pt", net, classes)
    return tmp_path / "net.pt", net, predict(net, HEADLINE, classes, collate_fn=pad_length)


def test_a_loaded_model_brings_its_own_vocabulary(saved):
    file, _, answer = saved
    train, *_ = load_dataset(root="sample", min_freq=3)  # other ids for the same words
    net, classes, vocab = load_model(file, Packed)
    assert vocab is torchnlp.vocab
    assert vocab.itos[:2] == ["<unk>", "<pad>"]
    assert predict(net, HEADLINE, classes, collate_fn=pad_length) == answer
    load_dataset(root="sample", min_freq=2)
    with pytest.raises(ValueError, match="Call load_dataset again as you did before you made this network"):
        save_model(file, net, classes)  # it would be joined to the wrong words
    net, classes, vocab = load_model(file, Packed)
    for known in (train[0][1], train[0][1] + " zyxomma"):
        assert torchnlp.encode(known) == [vocab.stoi.get(token, 0) for token in torchnlp.tokenizer(known)]


def test_nothing_is_saved_before_there_is_a_vocabulary(monkeypatch, tmp_path):
    monkeypatch.setattr(torchnlp, "vocab", None)
    with pytest.raises(RuntimeError, match="load_dataset"):
        save_model(tmp_path / "net.pt", Packed(5, 2), ["a", "b"])


def test_a_network_of_another_shape_is_refused_with_both_shapes(saved):
    with pytest.raises(ValueError, match=r"another shape[\s\S]*fc.weight[\s\S]*\[4, 8\][\s\S]*\[5, 8\]"):
        load_model(saved[0], lambda v, k: Packed(v, k + 1))


def test_a_mistake_in_make_net_is_not_blamed_on_the_file(saved):
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        load_model(saved[0], lambda v: Packed(v, 4))


def test_a_file_that_cannot_be_written_or_is_not_there_is_named(saved, tmp_path):
    with pytest.raises(OSError, match="no/net.pt.*Is there room"):
        save_model(tmp_path / "no" / "net.pt", saved[1], "abcd")
    with pytest.raises(FileNotFoundError, match="no/net.pt. save_model"):
        load_model(tmp_path / "no" / "net.pt", Packed)


def test_the_old_file_stays_when_the_disk_is_full(saved, monkeypatch):
    file, net, _ = saved
    before = file.read_bytes()

    def half_written(content, place):
        Path(place).write_bytes(b"half")
        raise RuntimeError("write error")

    monkeypatch.setattr(torch, "save", half_written)
    with pytest.raises(OSError, match="net.pt.*Is there room"):
        save_model(file, net, "abcd")
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]
