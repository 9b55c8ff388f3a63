"""How fast is the course's loop beside the one that it replaces? Not a test: it prints the table of docs/speed.md.

    python -m tools.benchmark <folder with AG News>  some ten minutes, on one thread
    python -m tools.benchmark                        the small corpus, some minutes

The old loop is written as such loops are found in tutorials: the collate function tokenises each text every time it
comes by; shuffled batches of 16, filled up with zeros; Adam at 0.001 over all weights, those of the words that the
batch does not hold included; the mean, or the last state, taken over the padding, unless it is packed away. The
course's is `fit` over batches of one length. Each run is a process of its own; seconds are processor seconds.
"""

import contextlib
import io
import multiprocessing
import os
import platform
import sys
import time
from functools import partial

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader

import torchnlp

torchnlp.device = torch.device("cpu")

EMBED, HIDDEN = 64, 32
BATCH, RATE, CLIP = 128, 0.01, 1.0  # the course's side
OLD_BATCH, OLD_RATE = 16, 0.001
SEED = 1


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


# The loops: (train, classes, vocab) -> a network, what trains it for one epoch, its collate function.


def old_loop(cell, read, train, classes, vocab):
    def collate(items):
        texts = [[vocab.stoi.get(token, 0) for token in torchnlp.tokenizer(text)] or [0] for _, text in items]
        longest = max(map(len, texts))
        rows = [nn.functional.pad(torch.tensor(ids), (0, longest - len(ids)), value=0) for ids in texts]
        labels = torch.tensor([label - 1 for label, _ in items])
        return labels, torch.stack(rows), torch.tensor([len(ids) for ids in texts])

    net = Net(cell, read, len(vocab), len(classes))
    optimizer = torch.optim.Adam(net.parameters(), lr=OLD_RATE)

    def fit():
        for labels, x, lengths in DataLoader(train, OLD_BATCH, shuffle=True, collate_fn=collate):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x, lengths), labels).backward()
            optimizer.step()

    return net, fit, collate


def course_loop(cell, train, classes, vocab):
    net = Net(cell, course, len(vocab), len(classes), padding_idx=torchnlp.PAD, sparse=True)
    net.embedding.weight.data *= 0.1
    optimizer = torchnlp.make_optimizer(net, RATE)  # the first one imports a second's worth of PyTorch

    def fit():
        loader = torchnlp.length_loader(train, BATCH, SEED)
        torchnlp.fit(net, loader, epochs=1, optimizer=optimizer, clip=CLIP, verbose=False)

    return net, fit, torchnlp.pad_length


def timed(loop, folder):
    """(processor seconds of an epoch, accuracy on test.csv)"""
    with contextlib.redirect_stdout(io.StringIO()):
        train, test, classes, vocab = torchnlp.load_dataset(root=folder)
    torchnlp.seed_all(SEED)
    net, fit, collate = loop(train, classes, vocab)
    start = time.process_time()
    fit()
    seconds = time.process_time() - start
    return seconds, torchnlp.evaluate(net, DataLoader(test, 256, collate_fn=collate))[1]


NETWORKS = {  # the loop of tutorials, the course's
    "RNN": (partial(old_loop, nn.RNN, padded), partial(course_loop, nn.RNN)),
    "LSTM": (partial(old_loop, nn.LSTM, padded), partial(course_loop, nn.LSTM)),
    "LSTM, packed before": (partial(old_loop, nn.LSTM, packed), partial(course_loop, nn.LSTM)),
    "GRU, packed before": (partial(old_loop, nn.GRU, packed), partial(course_loop, nn.GRU)),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "sample"
    print(f"Machine: {os.cpu_count()} cores, {platform.processor() or platform.machine()}; one thread;", end=" ")
    print(f"torch {torch.__version__}, Python {platform.python_version()}.")
    print(f"The course: batches of {BATCH}, a rate of {RATE}. The old loop: batches of {OLD_BATCH}, {OLD_RATE}.")
    print("\n| | seconds before | now | factor | test accuracy before | now |\n|---|---:|---:|---:|---:|---:|")
    for name, loops in NETWORKS.items():
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as processes:
            (before, old), (now, new) = processes.starmap(timed, [(loop, folder) for loop in loops], chunksize=1)
        print(f"| {name} | {before:.0f} | {now:.1f} | {before / now:.0f} | {old:.3f} | {new:.3f} |", flush=True)


if __name__ == "__main__":
    main()
