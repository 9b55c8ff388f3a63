"""Train the language model of the writer page and write writer.json: some minutes on one core.

    python -m tools.site.train_writer

It learns from the small corpus alone (data/sample, CC0), so the file may hold the training text too: as token ids, to
count 4-grams and to find what was memorised. Its word vectors start from GloVe (public domain).
"""

import csv
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchtext.vocab import Vocab

from notebooks.lessons import LanguageModel, shifted, token_loss
from tools.site.language_model import FILE, SPECIALS, UNK, FourGrams, perplexity
from tools.site.train_reader import base64_of, packed
from torchnlp import device, embedding_matrix, linear_warmup_decay, load_vectors, seed_all, tokenizer

ROOT = Path(__file__).resolve().parents[2]

SEED, SAMPLE = 1, ROOT / "data" / "sample"
MIN_FREQ, HIDDEN, DROP, HIDE = 2, 128, 0.5, 0.1
EPOCHS, SIZE, RATE, CLIP = 14, 32, 0.006, 1.0
WHOLE = ("embedding.weight", "to_vector.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0")  # in eight bits


def briefs(file: str) -> list[tuple[int, list[str]]]:
    """(label, tokens) of each brief: its headline, <line>, its text, <end>."""
    with open(SAMPLE / file, encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    return [(int(label), [*tokenizer(title), "<line>", *tokenizer(rest), "<end>"]) for label, title, rest in rows]


def initial(vocab: Vocab, stream: list[int], starts: int) -> LanguageModel:
    """GloVe's vectors at half their length, and each word as likely as it is frequent."""
    seed_all(SEED)
    V = len(vocab)
    net = LanguageModel(V, starts, H=HIDDEN, drop=DROP)
    nn.init.normal_(net.embedding.weight, std=0.05)
    net.embedding.weight.data[:V] = embedding_matrix(vocab, *load_vectors(install=True))[0] / 2
    frequency = torch.bincount(torch.tensor(stream), minlength=V) + 0.5
    net.bias.data = (frequency / frequency.sum()).log()
    return net


def train(net: LanguageModel, items: list[tuple[int, list[int]]]) -> None:
    """Adam, clipped. A coin decides whether a text begins with its class or with the start token that says nothing.

    One token in ten is read as <unk>: the network must not lean on any one word.
    """
    luck, optimizer = random.Random(SEED), torch.optim.Adam(net.parameters(), lr=RATE)
    scheduler = linear_warmup_decay(optimizer, EPOCHS * -(-len(items) // SIZE))
    net.train()
    for epoch in range(EPOCHS):
        mixed = sorted(luck.sample(items, len(items)), key=lambda item: len(item[1]))  # little padding
        batches = [mixed[i : i + SIZE] for i in range(0, len(mixed), SIZE)]
        for batch in luck.sample(batches, len(batches)):
            x, y = shifted([(net.V + k * luck.randrange(2), ids) for k, ids in batch])
            x[(torch.rand(x.shape, device=x.device) < HIDE) & (x < net.V)] = UNK
            optimizer.zero_grad()
            loss = token_loss(net, x, y)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            optimizer.step()
            scheduler.step()
        print(f"epoch {epoch + 1}: training loss of the last batch {loss:.2f}", flush=True)


@torch.no_grad()
def losses_of(net: LanguageModel, items: list[tuple[int, list[int]]]) -> list[np.ndarray]:
    """The negative log-likelihood of each token of (start token, ids) items."""
    net.eval()
    losses = []
    for item in items:
        x, y = shifted([item])
        losses.append(F.cross_entropy(net(x)[0][0], y[0], reduction="none").cpu().numpy())
    return losses


def main() -> None:
    texts, unread = briefs("train.csv"), briefs("test.csv")
    counts = Counter(token for _, tokens in texts for token in tokens if token not in SPECIALS)
    vocab = Vocab(counts, min_freq=MIN_FREQ, specials=SPECIALS)
    V, classes = len(vocab), (SAMPLE / "classes.txt").read_text(encoding="utf-8").split("\n")[:4]
    items, valid = [
        [(k, [vocab.stoi.get(token, UNK) for token in tokens]) for k, tokens in part] for part in (texts, unread)
    ]
    net = initial(vocab, [i for _, ids in items for i in ids], 1 + len(classes)).to(device)
    train(net, items)
    weights = packed(net.cpu(), WHOLE)
    net.to(device)

    fourgrams = FourGrams([ids for _, ids in items], V)
    counted = [-np.log([fourgrams.next(ids[:t])[i] for t, i in enumerate(ids)]) for _, ids in valid]
    measured = {
        "network": perplexity(losses_of(net, [(V, ids) for _, ids in valid])),
        "network, told the class": perplexity(losses_of(net, [(V + k, ids) for k, ids in valid])),
        "4-grams": perplexity(counted),
    }
    for name, value in measured.items():
        print(f"{name}: validation perplexity {value:.1f}")
    text = torch.tensor([i for _, ids in items for i in ids], dtype=torch.uint16)
    file = {
        "classes": classes,
        "perplexity": measured,
        "words": vocab.itos,
        "weights": weights,
        "text": base64_of(text),
    }
    FILE.write_text(json.dumps(file, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
