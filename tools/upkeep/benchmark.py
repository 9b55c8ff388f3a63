"""How fast is the course's loop beside the one that it replaces? Not a test: it prints the tables of site/speed.md.

    python -m tools.upkeep.benchmark <folder with AG News>  half an hour, on one thread
    python -m tools.upkeep.benchmark                        the small corpus, some minutes

The old loop is written as such loops are found in tutorials: the collate function tokenises each text every time it
comes by; shuffled batches of 16, filled up with zeros; Adam at 0.001 over all weights, those of the words that the
batch does not hold included; the mean, or the last state, taken over the padding, unless it is packed away. The
course's is `fit` over batches of one length. Its networks, and the bag, have one batch size here. Each run is a
process of its own; seconds are processor seconds.

The race: how soon is a way right for 0.90 of articles that it has not seen? Each gets the fewest articles with which
it reaches that on *validation* articles, on average over three seeds (a seed draws articles and initial weights); of
all words, or of the first 25 of each article, it gets what takes less time. Reading and tokenising count.
"""

import argparse
import contextlib
import csv
import io
import multiprocessing
import os
import platform
import tempfile
import time
from bisect import bisect_left
from functools import cache, partial
from pathlib import Path
from statistics import fmean

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader

import torchnlp

torchnlp.device = torch.device("cpu")
torchnlp._notes = lambda *_: ()  # on data of one's own; nothing that a race should time

EMBED, HIDDEN = 64, 32
BATCH, RATE, CLIP = 128, 0.01, 1.0  # the course's side
OLD_BATCH, OLD_RATE = 16, 0.001
SEEDS = (1, 2, 3)
GOAL, NEAR = 0.90, 0.01  # a seed that is farther below the goal is not worth two more
WORDS = (25, 10_000)  # the first so many of each article
ARTICLES = (8_000, 12_000, 16_000, 24_000, 32_000, 48_000)  # and all of them, and all of them twice


def last_of(state):
    return (state[0] if isinstance(state, tuple) else state)[-1]  # [B, H]


def padded(rnn, vectors, lengths):
    """The mean of all states (RNN) or the last one, those of the padding included."""
    states, last = rnn(vectors)
    return states.mean(1) if isinstance(rnn, nn.RNN) else last_of(last)


def packed(rnn, vectors, lengths):
    """The state after the last real token."""
    return last_of(rnn(pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False))[1])


def course(rnn, vectors, lengths):
    """The mean of the real states (RNN) or the last one."""
    states, last = torchnlp.run_rnn(rnn, vectors, lengths)
    return states.sum(1) / lengths.unsqueeze(1) if isinstance(rnn, nn.RNN) else last


class Net(nn.Module):
    """cell: nn.RNN, nn.LSTM or nn.GRU; read: one of the three functions above."""

    def __init__(self, cell, read, vocab_size, num_class, **embedding):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, EMBED, **embedding)
        self.rnn, self.read = cell(EMBED, HIDDEN, batch_first=True), read
        self.fc = nn.Linear(HIDDEN, num_class)

    def forward(self, x, lengths):
        return self.fc(self.read(self.rnn, self.embedding(x), lengths))


def hits_of(net, loader):
    """[articles], True where the network is right. Not by evaluate, which would refuse the old batches."""
    net.eval()
    with torch.no_grad():
        return torch.cat([net(*inputs).argmax(1) == labels for labels, *inputs in loader]).float()


# The ways: (train, test, classes, vocab, epochs, seed) -> what trains and returns a model; what finds the model's hits.


def old_loop(cell, read, train, test, classes, vocab, epochs, seed):
    def collate(items):
        texts = [[vocab.stoi.get(token, 0) for token in torchnlp.tokenizer(text)] or [0] for _, text in items]
        longest = max(map(len, texts))
        rows = [nn.functional.pad(torch.tensor(ids), (0, longest - len(ids)), value=0) for ids in texts]
        labels = torch.tensor([label - 1 for label, _ in items])
        return labels, torch.stack(rows), torch.tensor([len(ids) for ids in texts])

    net = Net(cell, read, len(vocab), len(classes))
    optimizer = torch.optim.Adam(net.parameters(), lr=OLD_RATE)

    def fit():
        for _ in range(epochs):
            for labels, x, lengths in DataLoader(train, OLD_BATCH, shuffle=True, collate_fn=collate):
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x, lengths), labels).backward()
                optimizer.step()
        return net

    return fit, partial(hits_of, loader=DataLoader(test, 256, collate_fn=collate))


def course_loop(cell, train, test, classes, vocab, epochs, seed):
    net = Net(cell, course, len(vocab), len(classes), padding_idx=torchnlp.PAD, sparse=True)
    with torch.no_grad():
        net.embedding.weight.mul_(0.1)
    optimizer = torchnlp.make_optimizer(net, RATE)  # the first one imports a second's worth of PyTorch

    def fit():
        loader = torchnlp.length_loader(train, BATCH, seed)
        torchnlp.fit(net, loader, epochs=epochs, optimizer=optimizer, clip=CLIP, verbose=False)
        return net

    return fit, partial(hits_of, loader=DataLoader(test, 256, collate_fn=torchnlp.pad_length))


def bag_of_embeddings(train, test, classes, vocab, epochs, seed):
    bag = nn.ModuleList([nn.EmbeddingBag(len(vocab), EMBED, sparse=True), nn.Linear(EMBED, len(classes))])
    bag.forward = lambda ids, offsets: bag[1](bag[0](ids, offsets))
    optimizer = torchnlp.make_optimizer(bag, 2 * RATE)

    def fit():
        loader = DataLoader(train, BATCH, shuffle=True, collate_fn=torchnlp.offsetify)
        torchnlp.fit(bag, loader, epochs=epochs, optimizer=optimizer, verbose=False)
        return bag

    return fit, partial(hits_of, loader=DataLoader(test, 256, collate_fn=torchnlp.offsetify))


def tfidf(train, test, classes, vocab, epochs, seed):
    """The scoreboard's, with words and pairs of words. More epochs than one are nothing to it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    (labels, texts), (test_labels, test_texts) = zip(*train), zip(*test)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression(C=5, solver="liblinear")),
    )
    right = torch.tensor(test_labels).numpy()
    return lambda: model.fit(texts, labels), lambda model: torch.tensor(model.predict(test_texts) == right).float()


def timed(way, folder, epochs, seed):
    """Processor seconds of reading and tokenising, of training; the hits on test.csv. TF-IDF tokenises as it trains."""
    start = time.process_time()
    data = torchnlp.load_dataset(root=folder)
    load = 0 if way is tfidf else time.process_time() - start
    torchnlp.seed_all(seed)
    fit, hits = way(*data, epochs, seed)
    start = time.process_time()
    model = fit()
    return {"load": load, "train": time.process_time() - start, "hits": hits(model)}


NETWORKS = {  # the loop of tutorials, the course's
    "RNN": (partial(old_loop, nn.RNN, padded), partial(course_loop, nn.RNN)),
    "LSTM": (partial(old_loop, nn.LSTM, padded), partial(course_loop, nn.LSTM)),
    "LSTM, packed before": (partial(old_loop, nn.LSTM, packed), partial(course_loop, nn.LSTM)),
    "GRU, packed before": (partial(old_loop, nn.GRU, packed), partial(course_loop, nn.GRU)),
}
RACE = {
    "TF-IDF (words, pairs) + logistic regression": tfidf,
    "bag of embeddings": bag_of_embeddings,
    "GRU": partial(course_loop, nn.GRU),
    "LSTM": partial(course_loop, nn.LSTM),
    "RNN": partial(course_loop, nn.RNN),
}


def quietly(function, *options, **named):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*options, **named)


def alone(*options):
    """A way, timed in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(quietly, (timed, *options))


def epochs_table(folder):
    print("\n| | seconds before | now | factor | test accuracy before | now |\n|---|---:|---:|---:|---:|---:|")
    for name, loops in NETWORKS.items():
        old, new = (alone(loop, folder, 1, SEEDS[0]) for loop in loops)
        times = f"{old['train']:.0f} | {new['train']:.1f} | {old['train'] / new['train']:.0f}"
        print(f"| {name} | {times} | {old['hits'].mean():.3f} | {new['hits'].mean():.3f} |", flush=True)


def write_folder(folder, train, test, words):
    for name, items in {"train.csv": train, "test.csv": test}.items():
        with open(folder / name, "w", encoding="utf-8", newline="") as file:
            rows = ((label, " ".join(text.split()[:words]), "") for label, text in items)
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)


def run(way, train, valid, test, words, articles, seed):
    """(seconds, accuracy on validation articles, on test articles) of a way with so many articles and words."""
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed)).tolist()
    some = [train[i] for i in order[:articles]]
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), some, [*valid, *test], words)
        result = alone(way, folder, max(1, articles // len(train)), seed)
    hits = result["hits"]
    return result["load"] + result["train"], hits[: len(valid)].mean().item(), hits[len(valid) :].mean().item()


def fewest(run_with, budgets):
    """(words, articles, [seconds, validation and test accuracies]): the least that reaches GOAL, or else the most."""

    @cache
    def runs(words, articles):
        first = run_with(words, articles, SEEDS[0])
        more = [run_with(words, articles, seed) for seed in SEEDS[1:] if first[1] > GOAL - NEAR]
        return [*zip(first, *more)]

    found = []
    for words in WORDS:
        place = bisect_left(budgets, True, key=lambda n, words=words: fmean(runs(words, n)[1]) >= GOAL)
        found += [(words, n) for n in budgets[place : place + 1]]
    words, articles = min(found or [(WORDS[-1], budgets[-1])], key=lambda budget: fmean(runs(*budget)[0]))
    return words, articles, runs(words, articles)


def race(folder):
    train, test, *_ = quietly(torchnlp.load_dataset, root=folder)
    train, valid = torchnlp.train_valid_split(train)
    budgets = [n for n in ARTICLES if n < len(train)] + [len(train), 2 * len(train)]
    print("\n| | seconds | validation | test, three seeds | articles | words of each |\n|---|---:|---:|---|---:|---|")
    for name, way in RACE.items():
        words, articles, (seconds, valids, tests) = fewest(partial(run, way, train, valid, test), budgets)
        reached = "" if fmean(valids) >= GOAL else "not in "
        accuracies = f"{fmean(valids):.3f} | {fmean(tests):.3f} ({min(tests):.3f} to {max(tests):.3f})"
        how = f"{articles:,} | {'all' if words == WORDS[-1] else f'the first {words}'}"
        print(f"| {name} | {reached}{fmean(seconds):.1f} | {accuracies} | {how} |", flush=True)


def machine():
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return f"{os.cpu_count()} cores, {line.split(':')[1].strip()}"
    return f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", default="sample", help="train.csv and test.csv (default: sample)")
    folder = parser.parse_args().folder
    print(f"Machine: {machine()}; one thread; torch {torch.__version__}, Python {platform.python_version()}.")
    print(f"The course: batches of {BATCH}, a rate of {RATE}. The old loop: batches of {OLD_BATCH}, {OLD_RATE}.")
    epochs_table(folder)
    race(folder)


if __name__ == "__main__":
    main()
