"""Lesson 6 in plain PyTorch, from a CSV file to headlines of its own: python plain.py [folder]
An LSTM learns the next word of headlines. The folder holds train.csv, with rows label, title, description; without one
it is the small corpus, where the accuracy at next words that are known is above 0.22."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

UNK, PAD, BOS, END = range(4)  # four ids of their own: <unk> is a word, <pad> is none
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class LanguageModel(nn.Module):
    def __init__(self, V, D=64, H=128):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(0.1 * torch.randn(V, D), freeze=False)  # start small
        self.rnn, self.to_vector = nn.LSTM(D, H, batch_first=True), nn.Linear(H, D)
        self.bias, self.dropout = nn.Parameter(torch.zeros(V)), nn.Dropout(0.2)

    def forward(self, x, state=None):  # [B, T]
        states, state = self.rnn(self.dropout(self.embedding(x)), state)  # [B, T, H]
        return self.dropout(self.to_vector(states)) @ self.embedding.weight.T + self.bias, state  # tied: [B, T, V]


def read(file, most):  # in random order; each headline once: copies of one that is held out would give it away
    with open(file, encoding="utf-8-sig", newline="") as lines:  # by name: Windows would guess another; -sig: no BOM
        titles = list(dict.fromkeys(row[1].lower() for row in csv.reader(lines) if len(row) > 2 and row[1].strip()))
    titles = [titles[i].replace("#39;", "'") for i in torch.randperm(len(titles))[:most]]
    return [re.findall(r"\w+|[^\w\s]", title)[:50] for title in titles]


def batch(texts):  # the target is the text, the input the same one place later: BOS is only read, END only predicted
    pairs = [([BOS, *ids], [*ids, END]) for ids in texts]
    return [pad_sequence(list(map(torch.tensor, rows)), True, PAD).to(DEVICE) for rows in zip(*pairs)]  # batch_first


@torch.no_grad()
def judge(net, texts):  # perplexity over tokens, not over texts; accuracy where the next word is a known one
    x, y = batch(texts)
    logits, real = net.eval()(x)[0], y != PAD  # without eval() dropout goes on
    right = logits[..., END:].argmax(2) + END == y  # always answering <unk> would be right at each rare word
    return nn.functional.cross_entropy(logits[real], y[real]).exp().item(), right[y >= END].float().mean().item()


def pairs(texts):  # each word, and the next one where that is a known one
    return [(x, y) for ids in texts for x, y in zip([BOS, *ids], [*ids, END]) if y != UNK]


@torch.no_grad()
def write(net, temperature=0.7, most=15):
    x, state, ids = torch.tensor([[BOS]], device=DEVICE), None, []
    while len(ids) < most and x.item() != END:
        logits, state = net(x, state)  # the state holds what was read: only the new token goes in
        x = END + (logits[:, -1, END:] / temperature).softmax(1).multinomial(1)  # [1, 1], END or a word
        ids.append(x.item())
    return [i for i in ids if i != END]


def main(folder, seed=1):
    torch.manual_seed(seed)
    texts = read(folder / "train.csv", 12_000)
    test, valid, train = texts[: len(texts) // 10], texts[len(texts) // 10 : len(texts) // 5], texts[len(texts) // 5 :]
    count = Counter(word for text in train for word in text)  # of the training part alone
    words = ["<unk>", "<pad>", "<bos>", "<end>", *(word for word, n in count.most_common() if n > 1)]
    known = {word: i for i, word in enumerate(words)}
    train, valid, test = ([[known.get(word, UNK) for word in text] for text in part] for part in (train, valid, test))
    net = LanguageModel(len(words)).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.006)
    for _ in range(8 if len(train) < 5_000 else 3):
        net.train()
        for chosen in torch.randperm(len(train)).split(32):  # another order in each epoch
            x, y = batch([train[i] for i in chosen])
            optimizer.zero_grad()  # forgotten, each gradient is added to all before it
            nn.functional.cross_entropy(net(x)[0].flatten(0, 1), y.flatten(), ignore_index=PAD).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        print("validation: perplexity {:.1f}, accuracy {:.3f}".format(*judge(net, valid)))
    follows = {x: y for (x, y), _ in reversed(Counter(pairs(train)).most_common())}  # the most frequent comes last
    rival = sum(follows.get(x) == y for x, y in pairs(test)) / len(pairs(test))
    print("test: perplexity {:.1f}, accuracy {:.3f} (most frequent follower: {:.3f})".format(*judge(net, test), rival))
    torch.save({"weights": net.state_dict(), "words": words}, "writer.pt")  # a network needs its words
    weights, words = torch.load("writer.pt", map_location=DEVICE).values()  # another program begins here
    net = LanguageModel(len(words)).to(DEVICE)
    net.load_state_dict(weights)
    print(*(" ".join(words[i] for i in write(net.eval())) for _ in range(5)), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
