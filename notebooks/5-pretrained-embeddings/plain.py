"""Lesson 5 in plain PyTorch, from CSV to neighbours and a prediction: python plain.py [folder]

Skip-gram with negative sampling reads the texts of train.csv, without labels; its vectors start a classifier.
A row is "label","title","text", with labels from 1. On the small corpus its test accuracy is above 0.7."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, logsigmoid, normalize

UNK, E, WINDOW, DRAWN = 0, 50, 5, 5  # DRAWN: false neighbours for each true one


def read(file):
    with open(file, encoding="utf-8", newline="") as lines:  # utf-8 by name: Windows would guess another
        return [(int(label) - 1, " ".join(parts)) for label, *parts in csv.reader(lines)]


def encode(text, vocab):  # an empty text becomes one unknown word
    return [vocab.get(word, UNK) for word in re.findall(r"\w+|[^\w\s]", text.lower())] or [UNK]


def skip_gram(texts, counts, steps):
    """Word vectors [V, E] from lists of ids."""
    stream = torch.tensor([i for ids in texts for i in [-1] * WINDOW + ids] + [-1] * WINDOW)  # -1: gaps between texts
    centre, context = (nn.Embedding(len(counts), E, sparse=True) for _ in range(2))  # two vectors for each word
    tables = [nn.init.normal_(table.weight, std=0.1) for table in (centre, context)]
    optimizer = torch.optim.SparseAdam(tables, lr=0.01)  # Adam would move all rows at each step
    for _ in range(steps):
        place = torch.randint(WINDOW, len(stream) - WINDOW, (4_096,))
        away = torch.randint(1, WINDOW + 1, (4_096,)) * (2 * torch.randint(2, (4_096,)) - 1)  # not 0: not itself
        pairs = torch.stack([stream[place], stream[place + away]])  # centre words and neighbours, [2, 4096]
        i, j = pairs[:, (pairs >= 0).all(0)]
        k = torch.multinomial(counts**0.75, len(i) * DRAWN, replacement=True).view(-1, DRAWN)  # [B, K]
        true, false = (centre(i) * context(j)).sum(1), (centre(i).unsqueeze(1) * context(k)).sum(2)  # [B], [B, K]
        loss = -(logsigmoid(true) + logsigmoid(-false).sum(1)).mean()  # not log(sigmoid): it would overflow
        optimizer.zero_grad()  # forgotten, each gradient is added to all before it
        loss.backward()
        optimizer.step()
    return centre.weight.detach()


def bags(texts):  # for nn.EmbeddingBag: all ids in a row, and where each text begins
    return torch.tensor(sum(texts, [])), torch.tensor([0, *map(len, texts[:-1])]).cumsum(0)


def main(folder):
    torch.manual_seed(1)
    torch.set_num_threads(1)  # faster for tables as small as these
    train, test = read(folder / "train.csv"), read(folder / "test.csv")
    count = Counter(word for _, text in train for word in re.findall(r"\w+|[^\w\s]", text.lower()))
    words = ["<unk>", *(word for word, n in count.most_common() if n > 1)]
    vocab = {word: i for i, word in enumerate(words)}
    texts, unseen = ([encode(text, vocab) for _, text in part] for part in (train, test))  # once, not in each epoch
    vectors = skip_gram(texts, torch.tensor([count[word] + 1.0 for word in words]), steps=400)
    unit = normalize(vectors, dim=1)  # of length 1: dot products are cosines
    for word in sorted(vocab.keys() & {"oil", "game", "minister"}):
        print(word, "->", *(words[i] for i in (unit @ unit[vocab[word]]).topk(6).indices[1:]))  # [0] is itself
    labels, answers = (torch.tensor([label for label, _ in part]) for part in (train, test))
    bag = nn.EmbeddingBag.from_pretrained(vectors.clone(), freeze=False)  # clone, or the training changes `vectors`
    fc = nn.Linear(E, 1 + int(labels.max()))
    optimizer = torch.optim.Adam([*bag.parameters(), *fc.parameters()], lr=0.01)
    for _ in range(10 if len(train) < 20_000 else 1):
        for part in torch.randperm(len(train)).split(64):
            loss = cross_entropy(fc(bag(*bags([texts[i] for i in part]))), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        print(f"test accuracy {(fc(bag(*bags(unseen))).argmax(1) == answers).float().mean():.3f}")
        print("a goal is class", 1 + fc(bag(*bags([encode("Late goal wins the cup", vocab)]))).argmax().item())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
