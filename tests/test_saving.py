"""A saved model takes its vocabulary and its classes with it."""

from pathlib import Path

import pytest
import torch
from networks import Packed

import torchnlp
from torchnlp import load_dataset, load_model, pad_length, predict, save_model, seed_all

HEADLINE = "Striker scores twice as the league leaders win again"


@pytest.fixture
def saved(tmp_path, fresh):
    """(file, network, its answer to HEADLINE)"""
    _, _, classes, vocab = load_dataset(root="sample")
    seed_all(1)
    net = Packed(len(vocab), len(classes))
    save_model(tmp_path / "net.pt", net, classes)
    return tmp_path / "net.pt", net, predict(net, HEADLINE, classes, collate_fn=pad_length)


def test_a_loaded_model_brings_its_own_vocabulary_and_leaves_that_of_the_data(saved):
    file, _, answer = saved
    *_, loaded = load_dataset(root="sample", min_freq=3)  # other ids for the same words
    net, classes, vocab = load_model(file, Packed)
    assert torchnlp.vocab is loaded and vocab.itos[:2] == ["<unk>", "<pad>"] and not net.training
    assert vocab.freqs["the"] == loaded.freqs["the"] > 1_000  # the counts too
    assert predict(net, HEADLINE, classes) == predict(net, HEADLINE, classes, collate_fn=pad_length) == answer
    save_model(file, net, classes)  # with its own words
    assert predict(load_model(file, Packed)[0], HEADLINE, classes) == answer
    torchnlp.vocab = None  # as in a new process
    _, _, vocab = load_model(file, Packed)
    assert torchnlp.encode("the zyxomma") == [vocab.stoi["the"], 0]


WRAPPED = {
    "torch.compile": torch.compile, "DataParallel": torch.nn.DataParallel,
    "a part of it": lambda net: setattr(net, "lstm", torch.compile(net.lstm)) or net,
}  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_a_wrapped_network_is_saved_under_its_own_names(saved, tmp_path, wrap):
    _, net, answer = saved
    wrapped = wrap(net)
    save_model(tmp_path / "wrapped.pt", wrapped, list("abcd"))
    net, classes, _ = load_model(tmp_path / "wrapped.pt", Packed)
    assert [p for _, p in predict(net, HEADLINE, classes)] == [p for _, p in answer]


@pytest.mark.parametrize("classes, error, said", [
    (["a", "b"], ValueError, "tells 4 classes apart; classes has 2 names"), ("abcd", TypeError, "a list of names"),
])  # fmt: skip
def test_classes_that_are_not_the_networks_are_refused_and_nothing_is_written(saved, classes, error, said):
    before = saved[0].read_bytes()
    with pytest.raises(error, match=said):
        save_model(saved[0], saved[1], classes)
    assert saved[0].read_bytes() == before


def test_a_network_with_inputs_of_its_own_is_saved_without_being_asked(saved, tmp_path):
    class Own(Packed):
        def forward(self, x, lengths, dates):
            raise AssertionError("nobody has dates here")

    save_model(tmp_path / "own.pt", Own(20_000), ["a", "b"])
    assert load_model(tmp_path / "own.pt", lambda words, classes: Own(20_000))[1] == ["a", "b"]


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
    with pytest.raises(OSError, match="There is no folder .*/no for the model. Make it first"):
        save_model(tmp_path / "no" / "net.pt", saved[1], list("abcd"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="written to .*folder.*Is there room"):
        save_model(tmp_path / "folder", saved[1], list("abcd"))
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
        save_model(file, net, list("abcd"))
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]
