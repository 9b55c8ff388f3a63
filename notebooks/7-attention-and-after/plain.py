"""Lesson 7 in plain PyTorch, from a CSV file to headlines of its own: python plain.py [folder]

A causal Transformer learns the next word of headlines. The folder holds train.csv (label, title, description);
without one it is the small corpus, where the accuracy of the next word on held-out headlines comes above 0.3.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention
from torch.nn.utils.rnn import pad_sequence

UNK, PAD, BOS, END = range(4)  # four ids of their own: <unk> is a word, <pad> is none


class Block(nn.Module):  # pre-norm: both layers are added to x
    def __init__(self, E, heads):
        super().__init__()
        self.heads, self.dropout, self.norm1, self.norm2 = heads, nn.Dropout(0.2), nn.LayerNorm(E), nn.LayerNorm(E)
        self.to_qkv, self.out = nn.Linear(E, 3 * E), nn.Linear(E, E)
        self.feed_forward = nn.Sequential(nn.Linear(E, 2 * E), nn.ReLU(), nn.Linear(2 * E, E))

    def forward(self, x):  # [B, T, E]
        q, k, v = self.to_qkv(self.norm1(x)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # heads before T
        heads = scaled_dot_product_attention(q, k, v, is_causal=True)  # without the mask it reads its own target
        x = x + self.dropout(self.out(heads.transpose(1, 2).flatten(2)))
        return x + self.dropout(self.feed_forward(self.norm2(x)))


class Transformer(nn.Module):
    def __init__(self, V, E=64, heads=4, layers=2, longest=100):
        super().__init__()
        self.embedding, self.position = nn.Embedding(V, E), nn.Embedding(longest, E)  # the order: learnt, added once
        self.embedding.weight.data *= 0.1  # the weights are tied: start small
        self.blocks, self.norm = nn.Sequential(*(Block(E, heads) for _ in range(layers))), nn.LayerNorm(E)

    def forward(self, x):  # [B, T], padding on the right: it comes later, so no real token attends to it
        vectors = self.embedding(x) + 0.1 * self.position.weight[: x.size(1)]  # [B, T, E]
        return self.norm(self.blocks(vectors)) @ self.embedding.weight.T  # [B, T, V]


def main(folder):
    torch.manual_seed(1)
    torch.set_num_threads(1)  # faster for tensors as small as these
    with open(folder / "train.csv", encoding="utf-8", newline="") as lines:
        texts = [re.findall(r"\w+|[^\w\s]", title.lower())[:99] for _, title, _ in csv.reader(lines) if title.strip()]
    held, texts = texts[::10], [text for i, text in enumerate(texts) if i % 10][:10_000]  # files are often sorted
    count = Counter(word for text in texts for word in text)  # of the training part alone
    words = ["<unk>", "<pad>", "<bos>", "<end>", *(word for word, n in count.most_common() if n > 1)]
    known = {word: i for i, word in enumerate(words)}
    whole = [[BOS, *(known.get(word, UNK) for word in text), END] for text in held + texts]
    test, train = (list(map(torch.tensor, part)) for part in (whole[: len(held)], whole[len(held) :]))
    net, epochs = Transformer(len(words)), 10 if len(train) < 5_000 else 3
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for chosen in (part for _ in range(epochs) for part in torch.randperm(len(train)).split(32)):
        rows = pad_sequence([train[i] for i in chosen], batch_first=True, padding_value=PAD)  # [B, T + 1]
        logits = net(rows[:, :-1])  # the target is the text, the input the same one place earlier
        optimizer.zero_grad()
        cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=PAD).backward()  # padding: no target
        optimizer.step()
    with torch.no_grad():
        rows = pad_sequence(test[:1_000], batch_first=True, padding_value=PAD)
        logits, y = (part[rows[:, 1:] != PAD] for part in (net.eval()(rows[:, :-1]), rows[:, 1:]))  # eval: no dropout
        print(f"perplexity {cross_entropy(logits, y).exp():.1f}")  # over tokens, not over texts
        print(f"next word: accuracy {(logits.argmax(1) == y).float().mean():.3f}")
        for _ in range(5):
            ids = [BOS]
            while len(ids) < 15 and ids[-1] != END:  # it reads all again for each token: a KV cache would save that
                p = (net(torch.tensor([ids]))[0, -1, END:] / 0.7).softmax(0)  # temperature 0.7; END and the words
                ids.append(END + torch.multinomial(p, 1).item())
            print(" ".join(words[i] for i in ids if i > END))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data" / "sample")
