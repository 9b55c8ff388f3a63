"""Lesson 4 in plain PyTorch: which words begin with a capital. Small corpus: accuracy above 0.9.

python plain.py [folder with train.csv and test.csv]    (rows: "label","title","description")
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn

PAD, UNK = 1, 0  # two ids: a rare word is not padding


def read(file, most):
    with open(file, encoding="utf-8", newline="") as lines:
        texts = [row[2] for row in csv.reader(lines) if row[1]][:most]  # descriptions: titles have rules of their own
    return [re.findall(r"\w+|[.,!?()']", text) or ["."] for text in texts]


class Tagger(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, 64, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.LSTM(64, 32, batch_first=True, bidirectional=True)
        self.dropout, self.fc = nn.Dropout(0.3), nn.Linear(2 * 32, 2)  # 2H numbers: both directions

    def forward(self, ids, lengths):  # [B, T], [B]
        vectors = self.dropout(self.embedding(ids))  # [B, T, E]
        # Packed, or the backward direction would begin in the padding. The lengths stay on the CPU.
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)  # [B, T, 2H]
        return self.fc(self.dropout(states[ids != PAD]))  # [N, 2]: every real token, not output[:, -1]


def encode(texts, vocab):  # the words in lower case, and what was lost: the label
    ids = [torch.tensor([vocab.get(word.lower(), UNK) for word in text]) for text in texts]
    return [(torch.tensor([int(word[0].isupper()) for word in text]), row) for text, row in zip(texts, ids)]


def batches(encoded, size):
    for start in range(0, len(encoded), size):
        labels, ids = zip(*encoded[start : start + size])
        lengths = torch.tensor([len(text) for text in ids])
        yield torch.cat(labels), nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD), lengths


def main(folder):
    torch.manual_seed(1)
    train, test = read(folder / "train.csv", 3_000), read(folder / "test.csv", 1_000)
    counts = Counter(word.lower() for text in train for word in text)  # of the training texts alone
    vocab = {word: i for i, (word, n) in enumerate(counts.most_common(), start=2) if n > 1}
    encoded, net, epochs = encode(train, vocab), Tagger(len(vocab) + 2), 4 if len(train) > 2_000 else 6
    steps = epochs * -(-len(encoded) // 64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 0.5) / steps / 0.1, (1 - s / steps) / 0.9))
    for _ in range(epochs):
        net.train()
        for labels, ids, lengths in batches([encoded[i] for i in torch.randperm(len(encoded))], 64):
            loss = nn.functional.cross_entropy(net(ids, lengths), labels)  # labels in the order of ids != PAD
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            optimizer.step()
            rate.step()  # after optimizer.step(), once for each batch
    net.eval()  # dropout off
    with torch.no_grad():
        right = [(net(ids, n).argmax(1) == labels).float() for labels, ids, n in batches(encode(test, vocab), 256)]
        print(f"test accuracy {torch.cat(right).mean():.3f}")
        words = ["the", "president", "of", "the", "united", "states", "spoke", "in", "london"]
        capital = net(encode([words], vocab)[0][1].unsqueeze(0), torch.tensor([len(words)])).argmax(1)
        print(*(word.capitalize() if yes else word for word, yes in zip(words, capital)))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
