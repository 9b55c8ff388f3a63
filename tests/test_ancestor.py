"""Notebooks written for the module's ancestor run unchanged on this one.

Each snippet is a notebook's code as its author would have written it, and runs in a namespace of its own.
"""

import pytest
from networks import Packed

from torchnlp import PAD, seed_all

START = """
import torch
import torchtext
from torchnlp import *

train_dataset, test_dataset, classes, vocab = load_dataset()
vocab_size = len(vocab)
"""


@pytest.fixture
def notebook(fresh, news_folder, tmp_path, monkeypatch):
    """Runs the code of a notebook in a folder of its own; returns the names that it has made."""
    monkeypatch.setenv("TORCHNLP_DATA", str(news_folder))
    monkeypatch.chdir(tmp_path)
    seed_all(0)
    names = {"Packed": Packed}
    return lambda cell: exec(START + cell, names) or names


def test_the_dataset_is_looped_over_and_words_or_characters_are_encoded(notebook):
    """The code says collections.Counter() and never imports collections: the star brings it."""
    names = notebook("""
lines = [f"**{classes[label - 1]}** -> {text}" for label, text in train_dataset]
again = [vocab.itos[i] for i in encode(train_dataset[4][1])]
with_unknown = encode("a zyxomma", unk=0)

def char_tokenizer(words):
    return list(words)

counter = collections.Counter()
for (label, line) in train_dataset:
    counter.update(char_tokenizer(line))
char_vocab = torchtext.vocab.Vocab(counter)

text = "".join(char_vocab.itos[i] for i in encode("goal", voc=char_vocab, tokenizer=char_tokenizer))
batch = padify([(1, "goal"), (2, "oh")], voc=char_vocab, tokenizer=list)
""")
    assert names["lines"][4].startswith("**Sports** -> Late goal wins the cup")
    assert names["again"] == names["tokenizer"](names["train_dataset"][4][1]) and names["with_unknown"][1] == 0
    assert names["text"] == "goal"
    assert names["batch"][1].shape == (2, 4) and names["batch"][1][1, 2:].tolist() == [PAD, PAD]


def test_a_packed_lstm_trains(notebook):
    names = notebook("""
def pad_length(b):
    v = [encode(x[1]) for x in b]
    len_seq = list(map(len, v))
    l = max(len_seq)
    return (
        torch.LongTensor([t[0] - 1 for t in b]),
        torch.stack([torch.nn.functional.pad(torch.tensor(t), (0, l - len(t)), value=0) for t in v]),
        torch.tensor(len_seq),
    )

loader = torch.utils.data.DataLoader(train_dataset, batch_size=8, collate_fn=pad_length, shuffle=True)
net = Packed(vocab_size, len(classes)).to(device)
for _ in range(25):
    result = train_epoch_emb(net, loader, lr=0.03, use_pack_sequence=True)
""")
    assert names["result"][1] > 0.8
