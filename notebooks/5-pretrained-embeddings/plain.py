"""Lesson 5 in plain PyTorch, from CSV to neighbours and a saved classifier: python plain.py [folder]
Skip-gram with negative sampling reads the texts of train.csv, without labels; its vectors start a classifier. A row is
label, title, text, or label, text; a header may come first. On the small corpus its test accuracy is above 0.7."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, logsigmoid, normalize

UNK, E, WINDOW, DRAWN = 0, 50, 5, 5  # DRAWN: false neighbours for each true one
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def read(file):
    with open(file, encoding="utf-8-sig", newline="") as lines:  # by name: Windows would guess another; -sig: no BOM
        rows = [row for row in csv.reader(lines) if any(row)]
    if rows[0][0] not in {row[0] for row in rows[1:]}:
        print(f"{file.name} begins with a header, since no other row has its label: {rows.pop(0)}")
    return [(row[0], re.findall(r"\w+|[^\w\s]", " ".join(row[1:]).lower())[:200] or ["<unk>"]) for row in rows]


def skip_gram(texts, counts):  # ids [T] of each text, and how often each word was seen [V]: word vectors [V, E]
    stream = torch.tensor([i for ids in texts for i in [-1] * WINDOW + ids.tolist()] + [-1] * WINDOW)  # -1: gaps
    tables = [0.1 * torch.randn(len(counts), E) for _ in range(2)]  # two vectors for each word
    centre, context = (nn.Embedding.from_pretrained(table, freeze=False, sparse=True) for table in tables)
    optimizer = torch.optim.SparseAdam([centre.weight, context.weight], lr=0.01)  # Adam would go through all rows
    for _ in range(max(400, len(stream) // 1_000)):  # about four pairs for each word of a large corpus
        place = torch.randint(WINDOW, len(stream) - WINDOW, (4_096,))
        away = torch.randint(1, WINDOW + 1, (4_096,)) * (2 * torch.randint(2, (4_096,)) - 1)  # not 0: not itself
        pairs = torch.stack([stream[place], stream[place + away]])  # centre words and neighbours, [2, 4096]
        i, j = pairs[:, (pairs >= 0).all(0)]
        k = torch.multinomial(counts**0.75, len(i) * DRAWN, replacement=True).view(-1, DRAWN)  # [B, K]
        true, false = (centre(i) * context(j)).sum(1), (centre(i).unsqueeze(1) * context(k)).sum(2)  # [B], [B, K]
        optimizer.zero_grad()  # forgotten, each gradient is added to all before it
        (-(logsigmoid(true) + logsigmoid(-false).sum(1)).mean()).backward()  # not log(sigmoid): it would overflow
        optimizer.step()
    return centre.weight.detach()


def encode(text, vocab):
    return torch.tensor([vocab.get(word, UNK) for word in text])  # [T]


class Classifier(nn.Module):
    def __init__(self, words, classes):
        super().__init__()
        self.bag, self.fc = nn.EmbeddingBag(words, E), nn.Linear(E, classes)

    def forward(self, texts):  # nn.EmbeddingBag wants all ids in a row, and where each text begins
        starts = torch.tensor([0, *map(len, texts[:-1])]).cumsum(0)
        return self.fc(self.bag(torch.cat(texts).to(DEVICE), starts.to(DEVICE))).cpu()  # [B, K]

    @torch.no_grad()
    def accuracy(self, texts, labels):
        return (self(texts).argmax(1) == labels).float().mean().item()


def main(folder, seed=1):
    torch.manual_seed(seed)
    items, test = read(folder / "train.csv"), read(folder / "test.csv")
    items = [items[i] for i in torch.randperm(len(items))]  # files are often sorted by label
    valid, train = items[: len(items) // 10], items[len(items) // 10 :]
    count = Counter(word for _, text in train for word in text)
    words = ["<unk>", *(word for word, n in count.most_common() if n > 1)]
    vocab, classes = {word: i for i, word in enumerate(words)}, sorted({label for label, _ in items})
    ids, valid_ids, test_ids = ([encode(text, vocab) for _, text in part] for part in (train, valid, test))
    labels, right, answers = (torch.tensor([classes.index(name) for name, _ in part]) for part in (train, valid, test))
    net = Classifier(len(words), len(classes)).to(DEVICE)
    net.bag.weight.data.copy_(skip_gram(ids, torch.cat(ids).bincount(minlength=len(words)).float()))
    unit = normalize(net.bag.weight.detach(), dim=1)  # of length 1: dot products are cosines
    for word in sorted(vocab.keys() & {"oil", "game", "minister"}):  # a small corpus has no good neighbours for them
        print(word, "->", *(words[i] for i in (unit @ unit[vocab[word]]).topk(6).indices[1:]))  # [0] is itself
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(10 if len(train) < 20_000 else 1):
        for part in torch.randperm(len(train)).split(64):
            optimizer.zero_grad()
            cross_entropy(net([ids[i] for i in part]), labels[part]).backward()
            optimizer.step()
        print(f"validation accuracy {net.accuracy(valid_ids, right):.3f}")
    always = answers.bincount().max() / len(answers)  # the rival that reads no text
    print(f"test accuracy {net.accuracy(test_ids, answers):.3f} (always the most frequent class: {always:.3f})")
    torch.save({"weights": net.state_dict(), "vocab": vocab, "classes": classes}, "bag.pt")  # with its words
    weights, vocab, classes = torch.load("bag.pt", map_location=DEVICE).values()  # another program begins here
    net = Classifier(len(vocab), len(classes)).to(DEVICE)
    net.load_state_dict(weights)
    print("a goal is class", classes[net([encode(["late", "goal", "wins", "cup"], vocab)]).argmax()])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
