"""Notebooks written for the module's ancestor run unchanged on this one."""

from networks import Packed

import torchnlp

# As its author would have written it. It never imports collections, torch and torchtext: the star brings them.
NOTEBOOK = """
from torchnlp import *

train_dataset, test_dataset, classes, vocab = load_dataset()
again = [vocab.itos[i] for i in encode(train_dataset[2][1], unk=0)]
lines = [f"**{classes[label - 1]}** -> {text}" for label, text in train_dataset]

def char_tokenizer(words):
    return list(words)

counter = collections.Counter()
for (label, line) in train_dataset:
    counter.update(char_tokenizer(line))
char_vocab = torchtext.vocab.Vocab(counter)
characters = padify([(1, "goal"), (2, "oh")], voc=char_vocab, tokenizer=char_tokenizer)

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
net = Packed(len(vocab), len(classes)).to(device)
for _ in range(25):
    loss, accuracy = train_epoch_emb(net, loader, lr=0.03, use_pack_sequence=True)
"""


def test_its_notebook_reads_words_and_characters_and_trains_a_packed_lstm(fresh, news_folder, monkeypatch):
    monkeypatch.setenv("TORCHNLP_DATA", str(news_folder))
    names = {"Packed": Packed}
    exec(NOTEBOOK, names)
    assert names["lines"][2].startswith("**Sports** -> Late goal wins the cup")
    assert names["again"] == torchnlp.tokenizer(names["train_dataset"][2][1])
    labels, ids = names["characters"]
    assert ids.shape == (2, 4) and ids[1, 2:].tolist() == [torchnlp.PAD] * 2
    assert "".join(names["char_vocab"].itos[i] for i in ids[0]) == "goal"
    assert names["accuracy"] > 0.8
