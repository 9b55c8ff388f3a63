"""Lesson 7 in plain PyTorch, from a CSV file to headlines of its own: python plain.py [folder]
A causal Transformer learns the next word of headlines, from train.csv with its rows label, title, description. On the
small corpus the accuracy at next words that are known is above 0.21."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

UNK, PAD, BOS, END = range(4)  # four ids of their own: <unk> is a word, <pad> is none
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


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
    def __init__(self, V, E=64, heads=4, layers=2, longest=52):
        super().__init__()
        self.embedding, self.position = nn.Embedding(V, E), nn.Embedding(longest, E)  # the order: learnt, added once
        self.embedding.weight.data *= 0.1  # the weights are tied: start small
        self.blocks, self.norm = nn.Sequential(*(Block(E, heads) for _ in range(layers))), nn.LayerNorm(E)

    def forward(self, x):  # [B, T], padding on the right: it comes later, so no real token attends to it
        vectors = self.embedding(x) + 0.1 * self.position.weight[: x.size(1)]  # [B, T, E]
        return self.norm(self.blocks(vectors)) @ self.embedding.weight.T  # [B, T, V]


def read(file, most):  # in random order; each headline once: copies of one that is held out would give it away
    with open(file, encoding="utf-8-sig", newline="") as lines:  # by name: Windows would guess another; -sig: no BOM
        titles = list(dict.fromkeys(row[1].lower() for row in csv.reader(lines) if len(row) > 2 and row[1].strip()))
    titles = [titles[i].replace("#39;", "'") for i in torch.randperm(len(titles))[:most]]
    return [re.findall(r"\w+|[^\w\s]", title)[:50] for title in titles]


@torch.no_grad()
def judge(net, texts):  # perplexity over tokens, not over texts; accuracy where the next word is a known one
    rows = nn.utils.rnn.pad_sequence(texts, True, PAD).to(DEVICE)  # True: batch_first
    logits, y = net.eval()(rows[:, :-1]), rows[:, 1:]  # without eval() dropout goes on
    right = logits[..., END:].argmax(2) + END == y  # always answering <unk> would be right at each rare word
    return cross_entropy(logits[y != PAD], y[y != PAD]).exp().item(), right[y >= END].float().mean().item()


def main(folder, seed=1):
    torch.manual_seed(seed)
    texts = read(folder / "train.csv", 12_000)
    test, valid, train = texts[: len(texts) // 10], texts[len(texts) // 10 : len(texts) // 5], texts[len(texts) // 5 :]
    count = Counter(word for text in train for word in text)  # of the training part alone
    words = ["<unk>", "<pad>", "<bos>", "<end>", *(word for word, n in count.most_common() if n > 1)]
    known = {word: i for i, word in enumerate(words)}
    whole = [[[BOS, *(known.get(word, UNK) for word in text), END] for text in part] for part in (train, valid, test)]
    train, valid, test = (list(map(torch.tensor, part)) for part in whole)
    net = Transformer(len(words)).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(4 if len(train) < 5_000 else 3):
        net.train()
        for chosen in torch.randperm(len(train)).split(32):
            rows = nn.utils.rnn.pad_sequence([train[i] for i in chosen], True, PAD).to(DEVICE)  # [B, T + 1]
            x, y = rows[:, :-1], rows[:, 1:]  # the target is the text, the input the same one place earlier
            optimizer.zero_grad()
            cross_entropy(net(x).flatten(0, 1), y.flatten(), ignore_index=PAD).backward()  # padding is no target
            optimizer.step()
        print("validation: perplexity {:.1f}, accuracy {:.3f}".format(*judge(net, valid)))
    y = torch.cat([ids[1:] for ids in test])
    always = (y[y >= END].bincount().max() / (y >= END).sum()).item()  # lesson 6's script has a stronger rival
    print("test: perplexity {:.1f}, accuracy {:.3f} (always the same answer: {:.3f})".format(*judge(net, test), always))
    torch.save({"weights": net.state_dict(), "words": words}, "block.pt")  # a network needs its words
    weights, words = torch.load("block.pt", map_location=DEVICE).values()  # another program begins here
    net = Transformer(len(words)).to(DEVICE).eval()
    net.load_state_dict(weights)
    for _ in range(5):
        ids = [BOS]
        while len(ids) < 15 and ids[-1] != END:  # it reads all again for each token: a KV cache would save that
            ids.append(END + (net(torch.tensor([ids]).to(DEVICE))[0, -1, END:] / 0.7).softmax(0).multinomial(1).item())
        print(" ".join(words[i] for i in ids if i > END))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "../../data/sample")
