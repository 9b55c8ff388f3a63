"""Lesson 4 in plain PyTorch: which words begin with a capital. On the small corpus its accuracy is above 0.91.

python plain.py [folder with train.csv and test.csv]    (rows: label, title, description)
Beside it stands a list of forms: each word as the training texts write it most often."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

UNK, PAD = 0, 1  # two ids: a rare word is not padding
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def read(file, most):
    with open(file, encoding="utf-8-sig", newline="") as lines:  # -sig: without the mark (BOM) that Excel writes
        texts = [row[2] for row in csv.reader(lines) if len(row) > 2 and row[1]]  # titles have rules of their own
    return [re.findall(r"\w+|[.,!?()']", text.replace("#39;", "'"))[:200] or ["."] for text in texts[:most]]


class Tagger(nn.Module):
    def __init__(self, words, E=64, H=32):
        super().__init__()
        self.embedding = nn.Embedding(words, E, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.LSTM(E, H, batch_first=True, bidirectional=True)  # packed, or backward begins in the padding
        self.dropout, self.fc = nn.Dropout(0.3), nn.Linear(2 * H, 2)  # 2H numbers: both directions

    def forward(self, ids, lengths):  # [B, T], [B]; the lengths stay on the CPU
        vectors = self.dropout(self.embedding(ids))  # [B, T, E]
        packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)  # [B, T, 2H]
        return self.fc(self.dropout(states[ids != PAD]))  # [N, 2]: every real token, not output[:, -1]


def encode(text, vocab):  # the words in lower case, and what was lost: the label, 2 for a punctuation mark: not judged
    labels = [int(word[0].isupper()) if word[0].isalpha() else 2 for word in text]
    return torch.tensor(labels), torch.tensor([vocab.get(word.lower(), UNK) for word in text])  # [T], [T]


def batches(encoded, size=64):
    for start in range(0, len(encoded), size):
        labels, ids = zip(*encoded[start : start + size])
        lengths = torch.tensor([len(text) for text in ids])
        yield torch.cat(labels).to(DEVICE), pad_sequence(ids, True, PAD).to(DEVICE), lengths  # True: batch_first


@torch.no_grad()
def accuracy(net, encoded):
    net.eval()  # dropout off
    return torch.cat([(net(ids, n).argmax(1) == y)[y != 2].float() for y, ids, n in batches(encoded)]).mean().item()


def list_of_forms(train, test):  # the simplest rival: no neighbours
    forms = Counter((word.lower(), word[0].isupper()) for text in train for word in text)
    words = [word for text in test for word in text if word[0].isalpha()]
    right = [word[0].isupper() == (forms[word.lower(), True] > forms[word.lower(), False]) for word in words]
    return sum(right) / len(right)


def main(folder, seed=1):
    torch.manual_seed(seed)
    texts, test = read(folder / "train.csv", 3_000), read(folder / "test.csv", 1_000)
    texts = [texts[i] for i in torch.randperm(len(texts))]  # files are often sorted
    valid, train = texts[: len(texts) // 10], texts[len(texts) // 10 :]
    counts = Counter(word.lower() for text in train for word in text)  # of the training part alone
    vocab = {word: i for i, (word, n) in enumerate(counts.most_common(), start=2) if n > 1}
    encoded, valid, unseen = ([encode(text, vocab) for text in part] for part in (train, valid, test))  # once
    net = Tagger(len(vocab) + 2).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(4):
        net.train()
        for labels, ids, lengths in batches([encoded[i] for i in torch.randperm(len(encoded))]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(ids, lengths), labels, ignore_index=2).backward()  # all real tokens
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            optimizer.step()
        print(f"epoch {epoch + 1}: validation accuracy {accuracy(net, valid):.3f}")
    print(f"test accuracy {accuracy(net, unseen):.3f} of the words (a list of forms: {list_of_forms(train, test):.3f})")
    torch.save({"weights": net.state_dict(), "vocab": vocab}, "tagger.pt")  # a network needs its words
    weights, vocab = torch.load("tagger.pt", map_location=DEVICE).values()  # another program begins here
    net = Tagger(len(vocab) + 2).to(DEVICE)
    net.load_state_dict(weights)
    words = ["the", "president", "of", "the", "united", "states", "spoke", "in", "london"]
    _, ids, lengths = next(batches([encode(words, vocab)]))
    print(*(word.capitalize() if yes else word for word, yes in zip(words, net.eval()(ids, lengths).argmax(1))))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
