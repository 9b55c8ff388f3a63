"""Lesson 1 in plain PyTorch, from a CSV file to a saved network: python plain.py [folder with train.csv and test.csv]

A row is label, title, text, or label, text. A label is a number or a name; a header line may come first. Nothing here
comes from the course: copy it. On the small corpus of the course its test accuracy is above 0.55.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn

UNK, PAD = 0, 1  # two ids: an unknown word is a step of the text, padding is none
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def read(file):
    with open(file, newline="", encoding="utf-8-sig") as lines:  # -sig: Excel puts a mark (BOM) before the first label
        rows = [row for row in csv.reader(lines) if any(row)]  # a blank line is no row
    if rows[0][0] not in {row[0] for row in rows[1:]}:
        print(f"{file.name} begins with a header, since no other row has its label: {rows.pop(0)}")
    return [(label, " ".join(parts)) for label, *parts in rows]


def tokenize(text):  # one text of 10,000 tokens would make its batch that long; an empty one would give 0/0 below
    return re.findall(r"\w+|[^\w\s]", text.lower())[:200] or ["<unk>"]


def encode(text, vocab):
    return torch.tensor([vocab.get(token, UNK) for token in tokenize(text)])  # [T]


def batches(encoded, size=64):
    for start in range(0, len(encoded), size):
        labels, ids = zip(*encoded[start : start + size])
        ids = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD)
        yield torch.tensor(labels).to(DEVICE), ids.to(DEVICE)  # [B], [B, T]


class RNNClassifier(nn.Module):
    def __init__(self, words, classes, embed_dim=64, hidden_dim=32):
        super().__init__()
        self.embedding = nn.Embedding(words, embed_dim, padding_idx=PAD)  # keeps the vector of padding at zero
        self.embedding.weight.data *= 0.1  # PyTorch's are large for an RNN
        self.rnn = nn.RNN(embed_dim, hidden_dim, batch_first=True)  # without batch_first: no error, but texts get mixed
        self.fc = nn.Linear(hidden_dim, classes)

    def forward(self, ids):
        states, _ = self.rnn(self.embedding(ids))  # [B, T, H]
        real = (ids != PAD).unsqueeze(2)  # [B, T, 1]; states.mean(1) would count the padding as well
        return self.fc((states * real).sum(1) / real.sum(1))  # logits [B, K]; no softmax: the loss has it inside


@torch.no_grad()  # computes no gradients
def accuracy(net, encoded):
    net.eval()  # dropout off: this network has none, yours may
    return sum((net(ids).argmax(1) == labels).sum().item() for labels, ids in batches(encoded)) / len(encoded)


def main(folder, seed=1):
    torch.manual_seed(seed)
    items, test = read(folder / "train.csv"), read(folder / "test.csv")
    classes = sorted({label for label, _ in items})
    items = [items[i] for i in torch.randperm(len(items))]  # files are often sorted by label
    valid, train = items[: len(items) // 10], items[len(items) // 10 :]
    counts = Counter(token for _, text in train for token in tokenize(text))  # of the training part alone
    vocab = {token: i for i, (token, n) in enumerate(counts.most_common(), start=2) if n > 1}  # so UNK is trained too
    encoded = [[(classes.index(label), encode(text, vocab)) for label, text in part] for part in (train, valid, test)]
    train, valid, test = encoded  # once, not in each epoch
    net = RNNClassifier(len(vocab) + 2, len(classes)).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    for epoch in range(2 if len(train) > 20_000 else 5):
        net.train()
        for labels, ids in batches([train[i] for i in torch.randperm(len(train))]):
            optimizer.zero_grad()  # or the gradients of all batches add up
            nn.functional.cross_entropy(net(ids), labels).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # between backward and step
            optimizer.step()
        print(f"epoch {epoch + 1}: validation accuracy {accuracy(net, valid):.3f}")
    always = Counter(label for label, _ in test).most_common(1)[0][1] / len(test)  # the rival that reads no text
    print(f"test accuracy {accuracy(net, test):.3f} (always the most frequent class: {always:.3f})")
    torch.save({"weights": net.state_dict(), "vocab": vocab, "classes": classes}, "rnn.pt")  # a network needs its words
    saved = torch.load("rnn.pt", map_location=DEVICE)  # what another program does, which has the functions above
    net = RNNClassifier(len(saved["vocab"]) + 2, len(saved["classes"])).to(DEVICE)
    net.load_state_dict(saved["weights"])
    logits = net.eval()(encode("Coach sues bank over its shares", saved["vocab"]).unsqueeze(0).to(DEVICE))  # [1, K]
    print(dict(zip(saved["classes"], logits[0].softmax(0).tolist())))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
