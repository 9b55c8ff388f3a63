"""Lesson 5 in plain PyTorch, from CSV files to neighbours and a prediction: python 5-embeddings.py [folder]

Skip-gram with negative sampling reads the texts without their labels. Its vectors start a classifier. The folder holds
train.csv and test.csv, with rows "label","title","description" and labels from 1; without one it is the small corpus.
"""

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
    gap = [-1] * WINDOW  # no word is a neighbour of the next text's
    stream = torch.tensor([i for ids in texts for i in gap + ids] + gap)
    centre, context = (nn.Embedding(len(counts), E, sparse=True) for _ in range(2))  # two vectors for each word
    tables = [nn.init.normal_(table.weight, std=0.1) for table in (centre, context)]
    optimizer = torch.optim.SparseAdam(tables, lr=0.01)  # Adam would move all rows at each step
    for _ in range(steps):
        place = torch.randint(WINDOW, len(stream) - WINDOW, (4_096,))
        away = torch.randint(1, WINDOW + 1, (4_096,)) * (2 * torch.randint(2, (4_096,)) - 1)  # not 0: not itself
        i, j = stream[place], stream[place + away]
        i, j = i[(i >= 0) & (j >= 0)], j[(i >= 0) & (j >= 0)]
        k = torch.multinomial(counts**0.75, len(i) * DRAWN, replacement=True).view(-1, DRAWN)  # [B, K]
        v, u, n = centre(i), context(j), context(k)  # [B, E], [B, E], [B, K, E]
        true, false = (v * u).sum(1), (v.unsqueeze(1) * n).sum(2)  # [B], [B, K]
        loss = -(logsigmoid(true) + logsigmoid(-false).sum(1)).mean()  # not log(sigmoid): it would overflow
        optimizer.zero_grad()  # forgotten, each gradient is added to all before it
        loss.backward()
        optimizer.step()
    return centre.weight.detach()


def bags(texts):  # for nn.EmbeddingBag: all ids in a row, and where each text begins
    lengths = torch.tensor([0] + [len(ids) for ids in texts])
    return torch.tensor([i for ids in texts for i in ids]), lengths.cumsum(0)[:-1]


def main(folder):
    torch.manual_seed(1)
    torch.set_num_threads(1)  # faster for tables as small as these
    train, test = read(folder / "train.csv"), read(folder / "test.csv")
    count = Counter(word for _, text in train for word in re.findall(r"\w+|[^\w\s]", text.lower()))
    words = ["<unk>", *(word for word, n in count.most_common() if n > 1)]
    vocab = {word: i for i, word in enumerate(words)}
    texts, unseen = ([encode(text, vocab) for _, text in part] for part in (train, test))  # once, not in each epoch
    vectors = skip_gram(texts, torch.tensor([count[word] + 1.0 for word in words]), steps=400)
    for word in [word for word in ("oil", "game", "minister") if word in vocab]:
        near = (normalize(vectors, dim=1) @ normalize(vectors[vocab[word]], dim=0)).topk(6).indices[1:]  # [0] is itself
        print(word, "->", ", ".join(words[i] for i in near))
    labels, answers = (torch.tensor([label for label, _ in part]) for part in (train, test))
    bag = nn.EmbeddingBag.from_pretrained(vectors.clone(), freeze=False)  # clone, or the training changes `vectors`
    net = nn.Sequential(bag, nn.Linear(E, 1 + int(labels.max())))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(10 if len(train) < 20_000 else 1):
        for part in torch.randperm(len(train)).split(64):
            loss = cross_entropy(net[1](bag(*bags([texts[i] for i in part]))), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        right = (net[1](bag(*bags(unseen))).argmax(1) == answers).float().mean()
        print(f"test accuracy {right:.3f}")
        ids = encode("Striker signs record deal after the cup final", vocab)
        print("a headline of sport: class", 1 + net[1](bag(*bags([ids]))).argmax().item())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
