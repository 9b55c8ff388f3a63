"""The LSTM of lesson 2 in plain PyTorch, from CSV files to a prediction: python plain.py [folder]

The folder holds train.csv and test.csv ("label","title","description", labels from 1); without one: the small corpus.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn

PAD, UNK = 1, 0  # two ids: a rare word is not padding
TOKEN = re.compile(r"\w+|[^\w\s]")


def read(file):
    with open(file, encoding="utf-8", newline="") as lines:  # utf-8 by name: Windows would guess another
        return [(int(label) - 1, " ".join(parts)) for label, *parts in csv.reader(lines)]


class Classifier(nn.Module):
    def __init__(self, words, classes):
        super().__init__()
        self.embedding = nn.Embedding(words, 64, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.LSTM(64, 32, batch_first=True)  # without batch_first it reads [T, B, E], and says nothing
        self.fc = nn.Linear(32, classes)
        self.rnn.bias_hh_l0.data[:64] = 0  # PyTorch adds two biases: write each number into one of them
        self.rnn.bias_ih_l0.data[:32] = -2  # the order is input, forget, candidate, output: write little,
        self.rnn.bias_ih_l0.data[32:64] = 5  # and keep

    def forward(self, ids, lengths):  # [B, T], [B]
        states, _ = self.rnn(self.embedding(ids))  # [B, T, H]
        last = states[torch.arange(len(ids)), lengths - 1]  # [B, H]: not states[:, -1], which has read the padding
        return self.fc(last)  # [B, K]: logits, no softmax: the loss takes care of it


def encode(articles, vocab):  # an empty text becomes one unknown word
    texts = [[vocab.get(word, UNK) for word in TOKEN.findall(text.lower())] for _, text in articles]
    return [(label, torch.tensor(ids or [UNK])) for (label, _), ids in zip(articles, texts)]


def batches(encoded, size):
    for start in range(0, len(encoded), size):
        labels, ids = zip(*encoded[start : start + size])
        lengths = torch.tensor([len(text) for text in ids])
        yield torch.tensor(labels), nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD), lengths


def main(folder):
    torch.manual_seed(1)
    torch.set_num_threads(1)  # faster for a network as small as this
    train, test = read(folder / "train.csv"), read(folder / "test.csv")
    counts = Counter(word for _, text in train for word in TOKEN.findall(text.lower()))  # of the training half alone
    vocab = {word: i for i, (word, n) in enumerate(counts.most_common(), start=2) if n > 1}
    train, test = encode(train, vocab), encode(test, vocab)  # once, not in each epoch
    net, epochs = Classifier(len(vocab) + 2, 1 + max(label for label, _ in train)), 2 if len(train) > 20_000 else 8
    steps = epochs * -(-len(train) // 64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 0.5) / steps / 0.1, (1 - s / steps) / 0.9))
    for _ in range(epochs):
        for labels, ids, lengths in batches([train[i] for i in torch.randperm(len(train))], 64):
            loss = nn.functional.cross_entropy(net(ids, lengths), labels)
            optimizer.zero_grad()  # forgotten, each gradient is added to all before it
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)  # after backward, before step
            optimizer.step()
            rate.step()  # after optimizer.step(), once for each batch
    with torch.no_grad():
        right = sum((net(ids, n).argmax(1) == labels).sum().item() for labels, ids, n in batches(test, 256))
        print(f"test accuracy {right / len(test):.3f}")
        _, ids, lengths = next(batches(encode([(0, "Striker signs record deal")], vocab), 1))
        print("a headline of sport: class", 1 + net(ids, lengths).argmax(1).item())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
