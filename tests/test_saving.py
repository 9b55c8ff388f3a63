"""A saved model takes its vocabulary and its classes with it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import torchnlp
from torchnlp import PAD, load_dataset, load_model, pad_length, predict, save_model, seed_all

HEADLINE = "Striker scores twice as the league leaders win again"


class Net(nn.Module):
    def __init__(self, vocab_size, num_class, hidden=8):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8, padding_idx=PAD, sparse=True)
        self.rnn = nn.GRU(8, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, num_class)

    def forward(self, x, lengths):
        return self.fc(self.rnn(self.embedding(x))[1][-1])


@pytest.fixture
def saved(tmp_path):
    """(file, network, its answer to HEADLINE)"""
    _, _, classes, vocab = load_dataset(root="sample")
    seed_all(1)
    net = Net(len(vocab), len(classes))
    save_model(tmp_path / "net.pt", net, classes)
    return tmp_path / "net.pt", net, predict(net, HEADLINE, classes, collate_fn=pad_length)


def test_a_fresh_process_gives_the_same_answer(saved):
    file, _, answer = saved
    code = (
        "from test_saving import *\n"
        f"net, classes, vocab = load_model({str(file)!r}, Net)\n"
        "print(predict(net, HEADLINE, classes, collate_fn=pad_length))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True,
        env={"PYTHONPATH": str(Path(torchnlp.__file__).parent), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.stdout.strip() == str(answer), run.stderr


def test_a_loaded_model_brings_its_own_vocabulary(saved):
    file, _, answer = saved
    load_dataset(root="sample", min_freq=3)  # other ids for the same words
    net, classes, vocab = load_model(file, Net)
    assert vocab is torchnlp.vocab
    assert vocab.itos[:2] == ["<unk>", "<pad>"]
    assert predict(net, HEADLINE, classes, collate_fn=pad_length) == answer


def test_texts_of_the_last_dataset_are_numbered_by_the_loaded_vocabulary(saved):
    file, _, _ = saved
    train, _, _, _ = load_dataset(root="sample", min_freq=3)
    text = train[0][1]
    _, _, vocab = load_model(file, Net)
    assert torchnlp.encode(text) == [vocab.stoi.get(token, 0) for token in torchnlp.tokenizer(text)]


def test_an_unknown_word_is_unk_in_a_loaded_vocabulary(saved):
    load_model(saved[0], Net)
    assert torchnlp.encode("qqqzzz") == [torchnlp.UNK]


def test_a_network_of_another_vocabulary_is_not_saved(saved, tmp_path):
    _, net, _ = saved
    load_dataset(root="sample", min_freq=3)
    with pytest.raises(ValueError, match="rows, but the vocabulary"):
        save_model(tmp_path / "other.pt", net, ["a", "b", "c", "d"])
    assert not (tmp_path / "other.pt").exists()


def test_nothing_is_saved_before_there_is_a_vocabulary(monkeypatch, tmp_path):
    monkeypatch.setattr(torchnlp, "vocab", None)
    with pytest.raises(RuntimeError, match="load_dataset"):
        save_model(tmp_path / "net.pt", Net(5, 2), ["a", "b"])


def test_a_network_of_another_shape_is_refused_with_both_shapes(saved):
    with pytest.raises(ValueError, match=r"another shape[\s\S]*rnn.weight_ih_l0[\s\S]*\[24, 8\][\s\S]*\[48, 8\]"):
        load_model(saved[0], lambda v, k: Net(v, k, hidden=16))


def test_a_refused_file_leaves_the_vocabulary_alone(saved, tmp_path):
    before = torchnlp.vocab
    (tmp_path / "broken.pt").write_bytes(saved[0].read_bytes()[:1000])
    with pytest.raises(ValueError, match="damaged"):
        load_model(tmp_path / "broken.pt", Net)
    with pytest.raises(FileNotFoundError, match="save_model"):
        load_model(tmp_path / "none.pt", Net)
    assert torchnlp.vocab is before


def test_a_mistake_in_make_net_is_not_blamed_on_the_file(saved):
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        load_model(saved[0], lambda v: Net(v, 4))


class Trap:
    """Its pickle would create a file when it is loaded by a careless reader."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return open, (str(self.file), "w")


def test_loading_runs_no_code_from_the_file(tmp_path):
    trap, mark = tmp_path / "trap.pt", tmp_path / "mark"
    torch.save({"weights": Trap(mark), "words": [], "classes": []}, trap)
    with pytest.raises(ValueError, match="not written by save_model"):
        load_model(trap, Net)
    assert not mark.exists()


def test_a_failed_save_keeps_the_old_file_and_leaves_no_half(saved, monkeypatch):
    file, net, _ = saved
    before = file.read_bytes()

    def full_disk(thing, path):
        Path(path).write_bytes(b"half")
        raise RuntimeError("unexpected pos 64 vs 0")  # what torch says when the disk is full

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="Is there room"):
        save_model(file, net, ["a", "b", "c", "d"])
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["net.pt"]
