"""Lesson 3 in plain PyTorch: an LSTM on packed batches, from CSV to a saved network: python plain.py [folder]
The folder holds train.csv and test.csv, with rows label, title, text, or label, text; a label is a number or a name; a
header line may come first. Without a folder it reads the small corpus, where its test accuracy is above 0.65."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

UNK, PAD = 0, 1  # two different ids: an unknown word is read, padding is not
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def tokenize(text):  # cut, or a long text makes its whole batch long; an empty one gets a token: no length may be 0
    return re.findall(r"\w+|[^\w\s]", text.lower())[:200] or ["<unk>"]


def read(file):
    with open(file, newline="", encoding="utf-8-sig") as lines:  # -sig: Excel puts a mark (BOM) before the first label
        rows = [row for row in csv.reader(lines) if any(row)]  # a blank line is no row
    if rows[0][0] not in {row[0] for row in rows[1:]}:
        print(f"{file.name} begins with a header, since no other row has its label: {rows.pop(0)}")
    return [(label, tokenize(" ".join(parts))) for label, *parts in rows]


class PackedLSTM(nn.Module):
    def __init__(self, words, classes, E=64, H=64):
        super().__init__()
        self.embedding = nn.Embedding(words, E, padding_idx=PAD)
        self.embedding.weight.data *= 0.1  # start small
        self.rnn = nn.LSTM(E, H, batch_first=True)  # for tensors; packed, a batch has its own order
        for bias in (self.rnn.bias_ih_l0, self.rnn.bias_hh_l0):  # there are two biases, and they are added:
            bias.data[:H], bias.data[H : 2 * H] = -1, 2.5  # in all -2 for the input gate, 5 for the forget gate
        self.dropout, self.fc = nn.Dropout(0.5), nn.Linear(H, classes)

    def forward(self, ids, lengths):  # [B, T], [B]; the lengths stay on the CPU, also when ids are on a GPU
        vectors = self.dropout(self.embedding(ids))  # [B, T, E]
        packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        _, (h_n, _) = self.rnn(packed)  # h_n: [layers, B, H], never batch-first, in the order of the batch
        return self.fc(self.dropout(h_n[-1]))  # the top layer; h_n[0] would be the bottom one


def batches(items, vocab, classes, size=64):
    for start in range(0, len(items), size):
        labels, texts = zip(*((classes.index(label), tokens) for label, tokens in items[start : start + size]))
        texts = [torch.tensor([vocab.get(token, UNK) for token in tokens]) for tokens in texts]
        lengths = torch.tensor([len(text) for text in texts])  # before padding: ids alone could not tell the end
        yield torch.tensor(labels).to(DEVICE), pad_sequence(texts, True, PAD).to(DEVICE), lengths  # True: batch_first


def accuracy(net, items, vocab, classes):
    net.eval()  # dropout off; no_grad alone would leave it on
    with torch.no_grad():  # no gradients; eval() alone would compute them
        right = [net(ids, n).argmax(1) == labels for labels, ids, n in batches(items, vocab, classes)]
    return torch.cat(right).float().mean().item()


def main(folder, seed=1):
    torch.manual_seed(seed)
    items, test = read(folder / "train.csv"), read(folder / "test.csv")
    items = [items[i] for i in torch.randperm(len(items))]  # files are often sorted by label
    valid, train = items[: len(items) // 10], items[len(items) // 10 :]
    counts = Counter(token for _, tokens in train for token in tokens)  # of the training part alone
    vocab = {token: i for i, token in enumerate((t for t, n in counts.items() if n > 1), start=2)}
    classes = sorted({label for label, _ in items})
    net, best = PackedLSTM(len(vocab) + 2, len(classes)).to(DEVICE), -1
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
    for epoch in range(3 if len(train) > 20_000 else 8):
        net.train()  # dropout on
        for labels, ids, lengths in batches([train[i] for i in torch.randperm(len(train))], vocab, classes):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(ids, lengths), labels).backward()  # takes logits: no softmax before it
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)  # after backward, before step; not for sparse gradients
            optimizer.step()
        reached = accuracy(net, valid, vocab, classes)
        print(f"epoch {epoch + 1}: validation accuracy {reached:.3f}")
        if reached > best:  # the best epoch stays on the disk, with its words: without them it could read nothing
            best = reached
            torch.save({"weights": net.state_dict(), "vocab": vocab, "classes": classes}, "packed.pt")
    weights, vocab, classes = torch.load("packed.pt", map_location=DEVICE).values()  # another program begins here
    net = PackedLSTM(len(vocab) + 2, len(classes)).to(DEVICE)
    net.load_state_dict(weights)
    always = Counter(label for label, _ in test).most_common(1)[0][1] / len(test)  # the rival that reads no text
    print(f"test accuracy {accuracy(net, test, vocab, classes):.3f} (always the most frequent class: {always:.3f})")
    _, ids, lengths = next(batches([(classes[0], tokenize("Cup final postponed"))], vocab, classes))
    print("Cup final postponed: class", classes[net.eval()(ids, lengths).argmax().item()])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
