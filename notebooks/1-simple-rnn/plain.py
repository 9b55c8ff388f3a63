"""Lesson 1 in plain PyTorch, from a CSV file to a prediction: python plain.py [a folder with train.csv and test.csv]

A row is "label","title","text", with labels from 1. Nothing here comes from the course: copy it.
On the small corpus of the course its test accuracy is above 0.6.
"""

import csv
import random
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

UNK, PAD = 0, 1  # two ids: an unknown word is a step of the text, padding is none


def read_csv(file):
    with open(file, newline="", encoding="utf-8") as rows:
        return [(int(label) - 1, " ".join(parts)) for label, *parts in csv.reader(rows)]  # PyTorch counts from 0


def tokens_of(text):
    return re.findall(r"\w+|[^\w\s]", text.lower()) or ["<unk>"]  # an empty text would give 0/0 in the mean below


def batches(items, ids_of, size=64):
    for start in range(0, len(items), size):
        labels, texts = zip(*items[start : start + size])
        rows = [torch.tensor([ids_of.get(token, UNK) for token in tokens_of(text)]) for text in texts]
        yield torch.tensor(labels), nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)  # [B], [B, T]


class RNNClassifier(nn.Module):
    def __init__(self, vocab_size, embed_dim, hidden_dim, num_class):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=PAD)  # keeps the vector of padding at zero
        self.embedding.weight.data *= 0.1  # PyTorch's are large for an RNN
        self.rnn = nn.RNN(embed_dim, hidden_dim, batch_first=True)  # without batch_first: no error, but texts get mixed
        self.fc = nn.Linear(hidden_dim, num_class)

    def forward(self, ids):
        states, _ = self.rnn(self.embedding(ids))  # [B, T, H]
        real = (ids != PAD).unsqueeze(2)  # [B, T, 1]; states.mean(1) would count the padding as well
        return self.fc((states * real).sum(1) / real.sum(1))  # logits [B, K]; no softmax: the loss has it inside


@torch.no_grad()
def accuracy(net, items, ids_of):
    return sum((net(ids).argmax(1) == labels).sum().item() for labels, ids in batches(items, ids_of)) / len(items)


def main(folder):
    torch.manual_seed(1)
    items, test = read_csv(folder / "train.csv"), read_csv(folder / "test.csv")
    random.Random(1).shuffle(items)  # files are often sorted by label
    valid, train = items[: len(items) // 10], items[len(items) // 10 :]
    counts = Counter(token for _, text in train for token in tokens_of(text))  # not of the test set
    ids_of = {token: number for number, token in enumerate(counts, start=2)}
    net = RNNClassifier(len(ids_of) + 2, 64, 32, num_class=1 + max(label for label, _ in items))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    for epoch in range(2 if len(train) > 20_000 else 5):
        random.Random(epoch).shuffle(train)
        for labels, ids in batches(train, ids_of):
            optimizer.zero_grad()  # or the gradients of all batches add up
            F.cross_entropy(net(ids), labels).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # between backward and step
            optimizer.step()
        print(f"epoch {epoch + 1}: validation accuracy {accuracy(net, valid, ids_of):.3f}")
    print(f"test accuracy {accuracy(net, test, ids_of):.3f}")
    text = "Coach sues bank over shares in a computer company"
    _, ids = next(batches([(0, text)], ids_of))
    print(f"{text}: {[round(p, 2) for p in net(ids)[0].softmax(0).tolist()]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
