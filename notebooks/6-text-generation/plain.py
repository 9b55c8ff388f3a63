"""Lesson 6 in plain PyTorch, from a CSV file to headlines of its own: python plain.py [folder]

An LSTM learns the next word of headlines. The folder holds train.csv, with rows "label","title","description"; without
one it is the small corpus, where the accuracy of the next word on held-out headlines comes above 0.3.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

UNK, PAD, END, BOS = range(4)  # four ids of their own: <unk> is a word, <pad> is none


class LanguageModel(nn.Module):
    def __init__(self, V, D=64, H=128):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(0.1 * torch.randn(V, D), freeze=False)  # start small
        self.rnn, self.to_vector = nn.LSTM(D, H, batch_first=True), nn.Linear(H, D)
        self.bias, self.dropout = nn.Parameter(torch.zeros(V)), nn.Dropout(0.2)

    def forward(self, x, state=None):  # [B, T]
        states, state = self.rnn(self.dropout(self.embedding(x)), state)
        vectors = self.dropout(self.to_vector(states))  # [B, T, D]
        return vectors @ self.embedding.weight.T + self.bias, state  # tied weights: [B, T, V]


def batch(texts):  # the target is the text, the input the same one place later: BOS is only read, END only predicted
    pairs = [([BOS, *ids], [*ids, END]) for ids in texts]
    return [pad_sequence(list(map(torch.tensor, rows)), True, PAD) for rows in zip(*pairs)]  # True: batch_first


@torch.no_grad()
def write(net, temperature=0.7, most=15):
    x, state, ids = torch.tensor([[BOS]]), None, []
    while len(ids) < most and x.item() != END:
        logits, state = net(x, state)  # the state holds what was read: only the new token goes in
        p = (logits[0, -1] / temperature).softmax(0)
        p[[UNK, PAD, BOS]] = 0
        x = torch.multinomial(p, 1).view(1, 1)
        ids.append(x.item())
    return [i for i in ids if i != END]


def main(folder):
    torch.manual_seed(1)
    torch.set_num_threads(1)  # faster for tensors as small as these
    with open(folder / "train.csv", encoding="utf-8", newline="") as lines:  # by name: Windows would guess another
        texts = [re.findall(r"\w+|[^\w\s]", title.lower()) for _, title, _ in csv.reader(lines) if title.strip()]
    held, texts = texts[::10], [text for i, text in enumerate(texts) if i % 10][:10_000]  # files are often sorted
    count = Counter(word for text in texts for word in text)  # of the training part alone
    words = ["<unk>", "<pad>", "<end>", "<bos>", *(word for word, n in count.most_common() if n > 1)]
    known = {word: i for i, word in enumerate(words)}
    train, test = ([[known.get(word, UNK) for word in text] for text in part] for part in (texts, held))
    net = LanguageModel(len(words))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.006)
    for _ in range(10 if len(train) < 5_000 else 3):
        for chosen in torch.randperm(len(train)).split(32):  # another order in each epoch
            x, y = batch([train[i] for i in chosen])
            loss = cross_entropy(net(x)[0].flatten(0, 1), y.flatten(), ignore_index=PAD)  # padding is no target
            optimizer.zero_grad()  # forgotten, each gradient is added to all before it
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
    x, y = batch(test[:1_000])
    logits, real = net.eval()(x)[0].detach(), y != PAD  # without eval() dropout goes on
    print(f"perplexity {cross_entropy(logits[real], y[real]).exp():.1f}")  # over tokens, not over texts
    print(f"next word: accuracy {(logits.argmax(2) == y)[real].float().mean():.3f}")
    print(*(" ".join(words[i] for i in write(net)) for _ in range(5)), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
