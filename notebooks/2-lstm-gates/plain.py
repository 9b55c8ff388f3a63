"""The LSTM of lesson 2 in plain PyTorch, from CSV files to a saved network: python plain.py [folder]

The folder holds train.csv and test.csv, with rows label, title, text, or label, text; a label is a number or a name; a
header line may come first. Without a folder it reads the small corpus, where its test accuracy is above 0.55."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn

UNK, PAD = 0, 1  # two ids: a rare word is not padding
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def read(file):
    with open(file, encoding="utf-8-sig", newline="") as lines:  # by name: Windows would guess another; -sig: no BOM
        rows = [row for row in csv.reader(lines) if any(row)]
    if rows[0][0] not in {row[0] for row in rows[1:]}:
        print(f"{file.name} begins with a header, since no other row has its label: {rows.pop(0)}")
    return [(label, " ".join(parts)) for label, *parts in rows]


def tokenize(text):  # cut, or one long text would make its whole batch as long; an empty text is one unknown word
    return re.findall(r"\w+|[^\w\s]", text.lower())[:200] or ["<unk>"]


class Classifier(nn.Module):
    def __init__(self, words, classes, E=64, H=32):
        super().__init__()
        self.embedding = nn.Embedding(words, E, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.LSTM(E, H, batch_first=True)  # without batch_first it reads [T, B, E], and says nothing
        self.fc = nn.Linear(H, classes)
        for bias, write, keep in [(self.rnn.bias_ih_l0, -2, 5), (self.rnn.bias_hh_l0, 0, 0)]:  # PyTorch adds the two
            bias.data[:H], bias.data[H : 2 * H] = write, keep  # the order is input, forget, candidate, output

    def forward(self, ids, lengths):  # [B, T], [B]
        states, _ = self.rnn(self.embedding(ids))  # [B, T, H]
        return self.fc(states[torch.arange(len(ids)), lengths - 1])  # [B, K]; states[:, -1] has read the padding


def encode(text, vocab):
    return torch.tensor([vocab.get(token, UNK) for token in tokenize(text)])  # [T]


def batches(encoded, size=64):
    for start in range(0, len(encoded), size):
        labels, ids = zip(*encoded[start : start + size])
        lengths = torch.tensor([len(text) for text in ids])
        ids = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD)
        yield torch.tensor(labels).to(DEVICE), ids.to(DEVICE), lengths.to(DEVICE)


@torch.no_grad()  # computes no gradients
def accuracy(net, encoded):
    net.eval()  # dropout off: this network has none, yours may
    return sum((net(ids, n).argmax(1) == labels).sum().item() for labels, ids, n in batches(encoded)) / len(encoded)


def main(folder, seed=1):
    torch.manual_seed(seed)
    items, test = read(folder / "train.csv"), read(folder / "test.csv")
    classes = sorted({label for label, _ in items})
    items = [items[i] for i in torch.randperm(len(items))]  # files are often sorted by label
    valid, train = items[: len(items) // 10], items[len(items) // 10 :]
    counts = Counter(token for _, text in train for token in tokenize(text))  # of the training part alone
    vocab = {token: i for i, (token, n) in enumerate(counts.most_common(), start=2) if n > 1}  # so UNK is trained too
    split = [[(classes.index(label), encode(text, vocab)) for label, text in part] for part in (train, valid, test)]
    train, valid, test = split  # encoded once, not in each epoch
    net = Classifier(len(vocab) + 2, len(classes)).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    for epoch in range(2 if len(train) > 20_000 else 8):
        net.train()
        for labels, ids, lengths in batches([train[i] for i in torch.randperm(len(train))]):
            optimizer.zero_grad()  # forgotten, each gradient is added to all before it
            nn.functional.cross_entropy(net(ids, lengths), labels).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)  # after backward, before step
            optimizer.step()
        print(f"epoch {epoch + 1}: validation accuracy {accuracy(net, valid):.3f}")
    always = Counter(label for label, _ in test).most_common(1)[0][1] / len(test)  # the rival that reads no text
    print(f"test accuracy {accuracy(net, test):.3f} (always the most frequent class: {always:.3f})")
    torch.save({"weights": net.state_dict(), "vocab": vocab, "classes": classes}, "lstm.pt")  # with its words
    saved = torch.load("lstm.pt", map_location=DEVICE)  # what another program does, which has the functions above
    net = Classifier(len(saved["vocab"]) + 2, len(saved["classes"])).to(DEVICE)
    net.load_state_dict(saved["weights"])
    _, ids, lengths = next(batches([(0, encode("Striker signs record deal", saved["vocab"]))]))
    print("a headline of sport: class", saved["classes"][net.eval()(ids, lengths).argmax(1).item()])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
