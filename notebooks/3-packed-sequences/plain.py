"""Lesson 3 in plain PyTorch: an LSTM on packed batches, from CSV to a prediction. Small corpus: accuracy above 0.65.

python plain.py [folder with train.csv and test.csv]    (rows: "label","title","description", labels from 1)
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
UNK, PAD = 0, 1  # two different ids: an unknown word is read, padding is not


def tokenize(text):
    return re.findall(r"\w+|[^\w\s]", text.lower()) or [""]  # an empty text gets one token: no length may be 0


def read(file):
    with open(file, newline="", encoding="utf-8") as lines:
        return [(int(label) - 1, tokenize(f"{title} {text}")) for label, title, text in csv.reader(lines)]


class PackedLSTM(nn.Module):
    def __init__(self, words, classes, embed_dim=64, hidden_dim=64):
        super().__init__()
        self.embedding = nn.Embedding(words, embed_dim, padding_idx=PAD)
        self.embedding.weight.data *= 0.1  # start small
        self.rnn = nn.LSTM(embed_dim, hidden_dim, batch_first=True)  # forget batch_first, and texts are mixed: no error
        with torch.no_grad():  # the gates in PyTorch's order: input, forget, candidate, output
            for bias in (self.rnn.bias_ih_l0, self.rnn.bias_hh_l0):  # there are two biases, and they are added
                bias[:hidden_dim], bias[hidden_dim : 2 * hidden_dim] = -1, 2.5  # together -2 and 5
        self.dropout, self.fc = nn.Dropout(0.5), nn.Linear(hidden_dim, classes)

    def forward(self, ids, lengths):  # [B, T], [B]; the lengths stay on the CPU, also when ids are on a GPU
        vectors = self.dropout(self.embedding(ids))  # [B, T, E]
        packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        _, (h_n, _) = self.rnn(packed)  # h_n: [layers, B, H], never batch-first, in the order of the batch
        return self.fc(self.dropout(h_n[-1]))  # the top layer; h_n[0] would be the bottom one


def batches(items, ids_of, size=64, shuffle=False):
    items = [items[i] for i in torch.randperm(len(items))] if shuffle else items
    for start in range(0, len(items), size):
        labels, texts = zip(*items[start : start + size])
        texts = [torch.tensor([ids_of.get(token, UNK) for token in tokens]) for tokens in texts]
        lengths = torch.tensor([len(text) for text in texts])  # before padding: ids alone could not tell the end
        yield torch.tensor(labels), pad_sequence(texts, batch_first=True, padding_value=PAD), lengths


def main(folder, rate=0.01):
    torch.manual_seed(1)
    train, test = read(folder / "train.csv"), read(folder / "test.csv")
    counts = Counter(token for _, tokens in train for token in tokens)
    ids_of = {token: i for i, token in enumerate((t for t, n in counts.items() if n > 1), start=2)}
    net = PackedLSTM(len(ids_of) + 2, 1 + max(label for label, _ in train))
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
    for _ in range(2 if len(train) > 20_000 else 6):
        net.train()  # dropout on
        for labels, ids, lengths in batches(train, ids_of, shuffle=True):
            loss = nn.functional.cross_entropy(net(ids, lengths), labels)  # takes logits: no softmax before it
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # after backward, before step; not for sparse gradients
            optimizer.step()
    net.eval()  # dropout off
    with torch.no_grad():
        right = [net(ids, lengths).argmax(1) == labels for labels, ids, lengths in batches(test, ids_of)]
        print(f"test accuracy: {torch.cat(right).float().mean():.3f}")
        _, ids, lengths = next(batches([(0, tokenize("Cup final postponed after storm"))], ids_of))
        print("prediction: class", net(ids, lengths).argmax().item() + 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
