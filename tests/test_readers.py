"""A network reads with the vocabulary and the tokenizer of its training, whatever is loaded after it."""

import copy
import functools
import pickle
from pathlib import Path

import pytest
import torch
from networks import Mean, Packed
from torch.utils.data import ConcatDataset, DataLoader, Subset

import torchnlp
from torchnlp import encode, evaluate, length_loader, load_dataset, load_model, pad_length, padify, predict, save_model

pytestmark = pytest.mark.usefixtures("fresh")

WORDS = {"a": ("rain", "goal"), "b": ("goal", "rain")}  # the first is class 1 and, as the commonest, id 2


@pytest.fixture
def corpus(tmp_path):
    """corpus("a"): its datasets and vocabulary. Both have the same words, with other ids and other classes."""

    def load(name):
        rows = "".join(f'"{k}","{word}","{word}"\n' for k, word in enumerate(WORDS[name], 1) for _ in range(9 - 2 * k))
        for file, content in {"train.csv": rows, "test.csv": rows, "classes.txt": "first\nsecond"}.items():
            (tmp_path / file).write_text(content)
        return load_dataset(root=tmp_path)

    return load


def trained(dataset, vocab):
    torchnlp.seed_all(0)
    net = Packed(len(vocab) + 1, 2)  # a row more, as for a start token
    torchnlp.fit(net, length_loader(dataset, 4), epochs=20, lr=0.05, verbose=False)
    return net


def test_two_corpora_and_their_networks_live_side_by_side(corpus):
    (train_a, test_a, classes, vocab_a), (train_b, test_b, _, vocab_b) = corpus("a"), corpus("b")
    assert vocab_a.itos[2:] == vocab_b.itos[:1:-1]
    nets = trained(train_a, vocab_a), trained(train_b, vocab_b)
    for net, test, voc, words in [(nets[0], test_a, vocab_a, WORDS["a"]), (nets[1], test_b, vocab_b, WORDS["b"])] * 2:
        typed = DataLoader(
            [(label, str(text)) for label, text in test], 4, collate_fn=functools.partial(pad_length, voc=voc)
        )
        for loader in (length_loader(test), DataLoader(Subset(test, range(5, 12)), 3, collate_fn=pad_length), typed):
            assert evaluate(net, loader)[1] == 1
        for word, name in zip(words, classes):
            assert predict(net, word, classes)[0] == predict(net, word, classes, collate_fn=pad_length)[0]
            assert predict(net, word, classes)[0][0] == name
            assert torchnlp.plot_gates(net, word, classes).axes[0].texts[-1].get_text() == name
        with pytest.raises(ValueError, match="belongs to another vocabulary"):
            evaluate(net, length_loader(test_b if net is nets[0] else test_a))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))])
def test_a_copy_of_a_network_and_its_optimizer_reads_and_trains_on_like_them(corpus, copied, sparse):
    train, _, classes, vocab = corpus("a")
    net, batches = Mean(len(vocab) + 1, 2, sparse=sparse), [padify(train)] * 4
    optimizer = torchnlp.make_optimizer(net)
    torchnlp.train_epoch(net, batches, optimizer=optimizer)
    other = corpus("b")[1]
    twin, its_optimizer = copied((net, optimizer))
    said = predict(net, "rain", classes)
    torchnlp.train_epoch(net, batches, optimizer=optimizer)
    assert predict(twin, "rain", classes) == said != predict(net, "rain", classes)
    with pytest.raises(ValueError, match="belongs to another vocabulary"):
        evaluate(twin, [padify(other)])
    torchnlp.train_epoch(twin, batches, optimizer=its_optimizer)
    assert predict(twin, "rain", classes) == predict(net, "rain", classes)
    its_optimizer.param_groups[0]["lr"] = 0.0  # a rate that is set counts
    torchnlp.train_epoch(twin, batches, optimizer=its_optimizer)
    assert torch.equal(net.embedding.weight, twin.embedding.weight)


class OfMatrix(torch.nn.Module):
    """Its words are no embedding, and its collate function makes new tensors."""

    def __init__(self):
        super().__init__()
        self.rows = torch.nn.Parameter(torch.randn(5, 2))

    def forward(self, x):
        return self.rows[x].mean(1)


@pytest.mark.parametrize("network", [OfMatrix, lambda: Mean(5, 2)])
def test_where_it_is_not_known_which_of_two_vocabularies_a_network_reads_the_remedy_is_named(corpus, network, tmp_path):
    train, _, classes, voc = corpus("a")
    net, asked = network(), functools.partial(predict, text="rain", classes=classes)
    clones = [tuple(part.clone() for part in padify(train))] * 9
    torchnlp.train_epoch(net, clones, lr=0.1)
    answer = asked(net)
    del net.text_reader  # as in a copy that was made before
    corpus("a")  # the same words again
    assert asked(net) == answer
    del net.text_reader
    corpus("b")
    for use in (asked, lambda net: save_model(tmp_path / "net.pt", net, classes)):
        with pytest.raises(RuntimeError, match="not known which words this network reads.*voc=..., the vocabulary of"):
            use(net)
    save_model(tmp_path / "net.pt", copy.deepcopy(net), classes, voc=voc)
    assert asked(load_model(tmp_path / "net.pt", lambda *_: network())[0]) == asked(net, voc=voc) == answer


def test_nothing_is_left_in_modules_of_others_and_the_best_weights_come_back_whatever_the_tokenizer(news):
    net, foreign = Mean(len(news[3])), torch.nn.Embedding(5, 2)
    torchnlp.train_epoch(net, [padify(news[0], tokenizer=list)])
    best = copy.deepcopy(net.state_dict())
    assert not vars(best.get("_metadata", best)).get("reader") and {*vars(foreign)} == {*vars(torch.nn.Embedding(5, 2))}
    assert b"torchnlp" not in pickle.dumps([foreign, best])
    net.load_state_dict(best)


def test_texts_of_two_datasets_in_one_batch_are_refused_until_one_vocabulary_is_given(corpus):
    (_, a, _, vocab), (_, b, *_) = corpus("a"), corpus("b")
    with pytest.raises(ValueError, match="texts of two datasets"):
        next(iter(DataLoader(ConcatDataset([a, b]), 99, collate_fn=padify)))
    assert padify([*a, *b], voc=vocab)[1][[0, -1], 0].tolist() == [2, 2]


def test_the_tokenizer_of_the_module_is_the_one_of_the_vocabulary_and_goes_into_the_file(corpus, tmp_path, monkeypatch):
    usual = torchnlp.tokenizer
    monkeypatch.setattr(torchnlp, "tokenizer", list)
    train, test, classes, vocab = corpus("a")
    assert encode("rain") == [vocab.stoi[letter] for letter in "rain"] and 0 not in encode("rain")
    net = trained(train, vocab)
    save_model(tmp_path / "net.pt", net, classes)
    monkeypatch.setattr(torchnlp, "tokenizer", usual)
    corpus("b")
    assert predict(net, "rain", classes)[0][0] == "first" and evaluate(net, length_loader(test))[1] == 1
    make = lambda words, classes: Packed(words + 1, classes)  # noqa: E731
    with pytest.raises(ValueError, match="reads with another tokenizer. Give it to load_model: tokenizer="):
        load_model(tmp_path / "net.pt", make)
    same, *_ = load_model(tmp_path / "net.pt", make, tokenizer=lambda text: [*text])  # it has no name of its own
    assert evaluate(same, length_loader(test))[1] == 1
    with pytest.raises(ValueError, match="another tokenizer"):
        load_model(tmp_path / "net.pt", make, tokenizer=lambda text: [*text.lower()])


def test_workers_in_spawned_processes_read_what_this_process_reads(news_folder):
    def loader(workers):
        context = "spawn" if workers else None
        return DataLoader(train, 4, num_workers=workers, multiprocessing_context=context, collate_fn=padify)

    train, _, _, vocab = load_dataset(root=news_folder)
    net = Mean(len(vocab))
    torchnlp.train_epoch(net, loader(2))
    assert net.text_reader.voc is vocab
    load_dataset(root=news_folder, min_freq=2)
    for (_, ids), (_, same) in zip(loader(2), loader(0), strict=True):
        assert ids.tolist() == same.tolist()


# a saved model takes its vocabulary and its classes with it


HEADLINE = "Striker scores twice as the league leaders win again"


@pytest.fixture
def saved(tmp_path, fresh):
    """(file, network, its answer to HEADLINE)"""
    _, _, classes, vocab = load_dataset(root="sample")
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


def test_a_network_of_another_shape_is_refused_with_both_shapes(saved):
    with pytest.raises(ValueError, match=r"another shape[\s\S]*fc.weight[\s\S]*\[4, 8\][\s\S]*\[5, 8\]"):
        load_model(saved[0], lambda v, k: Packed(v, k + 1))


def test_the_old_file_stays_when_the_disk_is_full(saved, monkeypatch):
    file, net, _ = saved
    (link := file.with_name("link.pt")).symlink_to(file)
    save_model(link, net, list("abcd"))
    assert link.is_symlink()
    link.unlink()
    before = file.read_bytes()

    def half_written(content, place):
        Path(place).write_bytes(b"half")
        raise RuntimeError("write error")

    monkeypatch.setattr(torch, "save", half_written)
    with pytest.raises(OSError, match="net.pt.*Is there room"):
        save_model(file, net, list("abcd"))
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]
