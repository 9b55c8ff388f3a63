"""Train the language model of the writer page and write writer.json: a quarter of an hour on one core.

    TORCHNLP_DATA=<folder with AG News> python -m tools.site.train_writer

First it reads AG News, then the small corpus (data/sample, CC0). The file holds no article; of the small corpus it
holds the training text, as token ids, to count 4-grams and to find what was memorised. Word vectors start from GloVe
(public domain).
"""

import csv
import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchtext.vocab import Vocab

import torchnlp
from notebooks import lessons
from notebooks.lessons import LanguageModel
from tools.site.language_model import FILE, PAD, SPECIALS, UNK, FourGrams
from tools.site.train_reader import LEVELS, base64_of, packed
from torchnlp import device, embedding_matrix, linear_warmup_decay, load_dataset, load_vectors, seed_all, tokenizer

SEED, HIDDEN, CLIP = 1, 128, 1.0
FREQUENT, MORE = 6000, 1500  # so many of AG News' most frequent words are learnt that the small corpus hardly has
ARTICLES, SHORTEST, LONGEST = 24_000, 12, 40  # those with the fewest unknown words
WHOLE = ("embedding.weight", "to_vector.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0")  # a letter a number
AGENCY = re.compile(r"^.{0,40}?(Reuters|AP|AFP)\)? ?-+ ")

Items = list[tuple[int, list]]  # (label, tokens or ids) of each text


def briefs(file: str) -> Items:
    """Of each brief of the small corpus its headline, <line>, its text, <end>."""
    rows = rows_of(torchnlp.SAMPLE / file)
    return [(k, [*tokenizer(title), "<line>", *tokenizer(rest), "<end>"]) for k, title, rest in rows]


def articles() -> Items:
    """The same of AG News, without the signs and the agencies' names in it."""
    rows = [(k, *map(lessons.clean_headline, texts)) for k, *texts in rows_of(torchnlp.vocab.folder / "train.csv")]
    texts = [(k, tokenizer(title), tokenizer(AGENCY.sub("", rest))[:LONGEST]) for k, title, rest in rows]
    return [(k, [*title, "<line>", *rest, "<end>"]) for k, title, rest in texts]


def rows_of(path: Path) -> list[tuple[int, str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as lines:
        return [(int(label), title, rest) for label, title, rest in csv.reader(lines)]


def vocabulary(own: Items, news: Items) -> Vocab:
    """The words that the briefs have twice, and some frequent ones of the news."""
    counts, frequent = [Counter(token for _, tokens in texts for token in tokens) for texts in (own, news)]
    new = [word for word, _ in frequent.most_common(FREQUENT) if counts[word] < 2 and word not in SPECIALS]
    counts.update({word: 2 - counts[word] for word in new[:MORE]})
    return Vocab(counts, min_freq=2, specials=SPECIALS)


def encode(texts: Items, vocab: Vocab) -> Items:
    return [(k, [vocab.stoi.get(token, UNK) for token in tokens]) for k, tokens in texts]


def initial(vocab: Vocab, items: Items, starts: int) -> LanguageModel:
    """GloVe's vectors at half their length, and each word as likely as it is frequent."""
    seed_all(SEED)
    V = len(vocab)
    net = LanguageModel(V, starts, H=HIDDEN)
    nn.init.normal_(net.embedding.weight, std=0.05)
    net.embedding.weight.data[:V] = embedding_matrix(vocab, *load_vectors(install=True))[0] / 2
    frequency = torch.bincount(torch.tensor([i for _, ids in items for i in ids]), minlength=V) + 0.5
    net.bias.data = (frequency / frequency.sum()).log()
    return net


def train(net: LanguageModel, items: Items, *, epochs, rate, size, drop, hide=0.0, skip=()) -> None:
    """Adam, clipped. A coin decides whether a text begins with its class or with the start token that says nothing.

    hide: the share of tokens that are read as <unk>, so that the network does not lean on any one word; skip: the ids
    that are no targets.
    """
    net.dropout.p, luck, optimizer = drop, random.Random(SEED), torch.optim.Adam(net.parameters(), lr=rate)
    scheduler = linear_warmup_decay(optimizer, epochs * -(-len(items) // size))
    net.train()
    for epoch in range(epochs):
        for batch in lessons.batches_by_length(items, size, luck):
            x, y = lessons.shifted([(net.V + k * luck.randrange(2), ids) for k, ids in batch])
            y[torch.isin(y, torch.tensor(skip, dtype=torch.long, device=y.device))] = PAD
            x[(torch.rand(x.shape, device=x.device) < hide) & (x < net.V)] = UNK
            optimizer.zero_grad()
            loss = lessons.token_loss(net, x, y)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            optimizer.step()
            scheduler.step()
        print(f"epoch {epoch + 1}: training loss of the last batch {loss:.2f}", flush=True)


def main() -> None:
    load_dataset()
    if torchnlp.vocab.source != "ag_news":
        sys.exit("TORCHNLP_DATA must name a folder with AG News.")
    texts, news = briefs("train.csv"), articles()
    vocab, classes = vocabulary(texts, news), torchnlp.AG_NEWS_CLASSES
    items, valid, news = encode(texts, vocab), encode(briefs("test.csv"), vocab), encode(news, vocab)
    news = [item for item in news if len(item[1]) >= SHORTEST]
    news = sorted(news, key=lambda item: item[1].count(UNK) / len(item[1]))[:ARTICLES]
    net, V = initial(vocab, items + news, 1 + len(classes)).to(device), len(vocab)
    train(net, news, epochs=3, rate=0.004, size=64, drop=0.1, skip=[UNK])
    seed_all(SEED)
    train(net, items, epochs=3, rate=0.002, size=32, drop=0.1, hide=0.1)
    weights = packed(net.cpu(), WHOLE, LEVELS)
    net.to(device)

    fourgrams = FourGrams([ids for _, ids in items], V)
    counted = [-np.log([fourgrams.next(ids[:t])[i] for t, i in enumerate(ids)]) for _, ids in valid]
    told = [lessons.network_losses(net, [ids], V + k)[0] for k, ids in valid]
    measured = {
        "network": lessons.perplexity(lessons.network_losses(net, [ids for _, ids in valid])),
        "network, told the class": lessons.perplexity(told),
        "4-grams": lessons.perplexity(counted),
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
