"""How fast is the course's loop beside the one that it replaces? Not a test: python tests/benchmark.py

    python tests/benchmark.py                        the bundled corpus, a minute
    python tests/benchmark.py <folder with AG News>  both sides in one run, on one thread
    python tests/benchmark.py <folder> --race        also: seconds until 0.90 on the test set, for each way to get there

The old loop is written as such loops are found in tutorials: the collate function tokenises each text every
time it comes by; shuffled batches of 16, filled up with zeros; Adam over all weights, those of the words that
the batch does not hold included; the mean, or the last state, taken over the padding. Its time is measured on
a slice of the epoch and scaled up. For the GRU there is also the course's own former loop: batches of like
length, packed. Each model runs in a process of its own, so that its memory can be told.
"""

import argparse
import contextlib
import importlib.util
import io
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence  # noqa: E402
from torch.utils.data import DataLoader, Sampler  # noqa: E402

EMBED, HIDDEN, SEED = 64, 32, 1
# Of the course's loop. Batches of 64 at 0.004 are as accurate and take a third longer.
BATCH, RATE, CLIP = 128, 0.01, 1.0
CELLS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "packed LSTM": nn.LSTM, "GRU": nn.GRU}


class OldNet(nn.Module):
    """Reads the pads like words (kind "RNN", "LSTM"), or packs (the others)."""

    def __init__(self, kind, vocab_size, num_class):
        super().__init__()
        self.kind = kind
        self.embedding = nn.Embedding(vocab_size, EMBED)
        self.rnn = CELLS[kind](EMBED, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, num_class)

    def forward(self, x, lengths):
        vectors = self.embedding(x)  # [B, T, E]
        if self.kind == "RNN":
            states, _ = self.rnn(vectors)
            return self.fc(states.mean(1))
        if self.kind != "LSTM":
            vectors = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        _, last = self.rnn(vectors)
        h = last[0] if isinstance(last, tuple) else last
        return self.fc(h[-1])


class FormerNet(OldNet):
    """The course's before: sparse gradients and small first vectors, and packed all the same."""

    def __init__(self, kind, vocab_size, num_class):
        super().__init__(kind, vocab_size, num_class)
        self.embedding = nn.Embedding(vocab_size, EMBED, padding_idx=1, sparse=True)
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)


class NewNet(FormerNet):
    """The course's: run_rnn, and the mean (RNN) or the last state of the real tokens."""

    def forward(self, x, lengths):
        from torchnlp import run_rnn

        states, last = run_rnn(self.rnn, self.embedding(x), lengths)
        return self.fc(states.sum(1) / lengths.unsqueeze(1) if self.kind == "RNN" else last)


class Clock:
    """Processor and wall seconds of what happens inside `with clock:`."""

    def __init__(self):
        self.cpu = self.wall = 0.0

    def __enter__(self):
        self.start = time.process_time(), time.perf_counter()

    def __exit__(self, *_):
        self.cpu += time.process_time() - self.start[0]
        self.wall += time.perf_counter() - self.start[1]


class TimedLoader:
    """A loader whose batches' making is timed."""

    def __init__(self, loader):
        self.loader, self.clock = loader, Clock()

    def __iter__(self):
        batches = iter(self.loader)
        while True:
            with self.clock:
                batch = next(batches, None)
            if batch is None:
                return
            yield batch


class TimedOptimizer:
    """An optimizer whose steps are timed."""

    def __init__(self, optimizer):
        self.optimizer, self.clock = optimizer, Clock()
        self.param_groups, self.zero_grad = optimizer.param_groups, optimizer.zero_grad

    def step(self):
        with self.clock:
            self.optimizer.step()


class SortedBatches(Sampler):
    """The course's former sampler: shuffled, sorted by length, cut into batches of one size."""

    def __init__(self, lengths, batch_size):
        self.lengths, self.batch_size = torch.tensor(lengths), batch_size

    def __iter__(self):
        order = torch.randperm(len(self.lengths))
        batches = order[self.lengths[order].argsort(stable=True)].split(self.batch_size)
        yield from (batches[i].tolist() for i in torch.randperm(len(batches)).tolist())


def old_tools(kind, folder):
    """What a tutorial's loop needs: (network, optimizer, train loader, test loader)."""
    import torchnlp

    train, test, classes, vocab = torchnlp.load_dataset(root=folder)

    def tokenise(text):
        return [vocab.stoi.get(token, 0) for token in torchnlp.tokenizer(text)] or [0]

    def collate(items):
        texts = [tokenise(text) for _, text in items]
        longest = max(map(len, texts))
        rows = [nn.functional.pad(torch.tensor(ids), (0, longest - len(ids)), value=0) for ids in texts]
        labels = torch.tensor([label - 1 for label, _ in items])
        return labels, torch.stack(rows), torch.tensor([len(ids) for ids in texts])

    torch.manual_seed(SEED)
    net = OldNet(kind, len(vocab), len(classes))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    return (
        net,
        optimizer,
        DataLoader(train, 16, shuffle=True, collate_fn=collate),
        DataLoader(test, 16, collate_fn=collate),
    )


def old_epoch(net, optimizer, loader, batches, clock):
    for i, (labels, x, lengths) in enumerate(loader, 1):
        with clock:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x, lengths), labels).backward()
            optimizer.step()
        if i == batches:
            break


def accuracy(net, loader):
    """Of any of these networks, by hand, since the old collate function gives no batch that evaluate would refuse."""
    net.eval()
    with torch.no_grad():
        hits = torch.cat([net(x, lengths).argmax(1) == labels for labels, x, lengths in loader])
    net.train()
    return hits.float().mean().item()


def old_side(kind, folder, full, slice_size):
    net, optimizer, loader, test_loader = old_tools(kind, folder)
    timed, clock = TimedLoader(loader), Clock()
    batches = min(slice_size, len(loader))
    old_epoch(net, optimizer, timed, batches, clock)
    scale = len(loader) / batches
    result = {"cpu": scale * (clock.cpu + timed.clock.cpu), "wall": scale * (clock.wall + timed.clock.wall)}
    result["share"] = batches / len(loader)
    if full:
        net, optimizer, loader, test_loader = old_tools(kind, folder)
        old_epoch(net, optimizer, loader, None, Clock())
        result["accuracy"] = accuracy(net, test_loader)
    return result


def course_tools(kind, folder, sort=False):
    """What the course's loop needs, and the clock of load_dataset. sort: the course as it was."""
    import torchnlp
    from torchnlp import LengthBatchSampler, encode, pad_length

    loading = Clock()
    with loading:
        train, test, classes, vocab = torchnlp.load_dataset(root=folder)
    torchnlp.seed_all(SEED)
    net = (FormerNet if sort else NewNet)(kind, len(vocab), len(classes))
    lengths = [len(encode(text)) for _, text in train]
    sampler = SortedBatches(lengths, 64) if sort else LengthBatchSampler(train, BATCH, SEED)
    train_loader = DataLoader(train, batch_sampler=sampler, collate_fn=pad_length)
    return net, train_loader, DataLoader(test, batch_size=256, collate_fn=pad_length), loading


def new_side(kind, folder, full, slice_size, sort=False):
    """One epoch at a constant rate, so that the parts of the loop can be timed from outside."""
    from torchnlp import evaluate, make_optimizer, train_epoch

    net, loader, test_loader, loading = course_tools(kind, folder, sort)
    if sort:
        dense = [p for p in net.parameters() if p is not net.embedding.weight]
        optimizer = Both(torch.optim.SparseAdam([net.embedding.weight], lr=0.004), torch.optim.Adam(dense, lr=0.004))
    else:
        optimizer = make_optimizer(net, RATE)
    loader, optimizer, whole = TimedLoader(loader), TimedOptimizer(optimizer), Clock()
    with whole:
        train_epoch(net, loader, optimizer=optimizer, report_freq=10**9, clip=None if sort else CLIP)
    return {
        "cpu": whole.cpu, "wall": whole.wall, "accuracy": evaluate(net, test_loader)[1], "load_dataset": loading.cpu,
        "loading": loader.clock.cpu / whole.cpu, "optimizer": optimizer.clock.cpu / whole.cpu,
    }  # fmt: skip


def former_side(*options):
    return new_side(*options, sort=True)


class Both:
    """Two optimizers in one, as the course had them."""

    def __init__(self, *optimizers):
        self.optimizers = optimizers
        self.param_groups = [group for optimizer in optimizers for group in optimizer.param_groups]

    def zero_grad(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


# The race: processor seconds from the texts in memory to GOAL on the test set. What only measures is not counted.

GOAL, LIMIT = 0.90, 4  # accuracy, epochs


def race_old(kind, folder):
    """The old loop, asked after each quarter of an epoch."""
    net, optimizer, loader, test_loader = old_tools(kind, folder)
    reading, clock, quarters, reached = TimedLoader(loader), Clock(), 0, 0.0
    while reached < GOAL and quarters < 4 * LIMIT:
        old_epoch(net, optimizer, reading, len(loader) // 4, clock)  # with a fresh shuffle
        reached, quarters = accuracy(net, test_loader), quarters + 1
    return clock.cpu + reading.clock.cpu, reached, f"{quarters / 4:g} epochs"


def race_course(kind, folder):
    """The course's loop. Its rate falls to zero at the end, so each budget is a run of its own: the smallest wins."""
    from torchnlp import evaluate, make_optimizer, train_steps, warm_then_fall

    for epochs in (0.25, 0.5, 0.75, 1, 2, 3, LIMIT):
        net, loader, test_loader, loading = course_tools(kind, folder)
        steps, step, clock = round(epochs * len(loader)), 0, Clock()
        optimizer = make_optimizer(net)
        with clock:
            while step < steps:
                for group in optimizer.param_groups:
                    group["lr"] = RATE * warm_then_fall(0.5 / steps)
                for _ in train_steps(net, loader, optimizer, nn.CrossEntropyLoss(), clip=CLIP):
                    step += 1
                    if step == steps:
                        break
                    for group in optimizer.param_groups:
                        group["lr"] = RATE * warm_then_fall((step + 0.5) / steps)
        reached = evaluate(net, test_loader)[1]
        if reached >= GOAL:
            break
    return clock.cpu + loading.cpu, reached, f"{epochs:g} epochs"


def race_bag(_, folder):
    from torchnlp import evaluate, load_dataset, make_optimizer, offsetify, seed_all, train_epoch

    clock = Clock()
    with clock:
        train, test, classes, vocab = load_dataset(root=folder)
        seed_all(SEED)
        bag = nn.ModuleList([nn.EmbeddingBag(len(vocab), EMBED, sparse=True), nn.Linear(EMBED, len(classes))])
        bag.forward = lambda ids, offsets: bag[1](bag[0](ids, offsets))
        optimizer = make_optimizer(bag, 0.02)
    test_loader, reached, rounds = DataLoader(test, batch_size=256, collate_fn=offsetify), 0.0, 0
    loader = DataLoader(train, 64, shuffle=True, collate_fn=offsetify)
    while reached < GOAL and rounds < 4 * LIMIT:
        with clock:
            train_epoch(bag, loader, optimizer=optimizer, epoch_size=len(train) // 4, report_freq=10**9)
        reached, rounds = evaluate(bag, test_loader)[1], rounds + 1
    return clock.cpu, reached, f"{rounds / 4:g} epochs"


def race_tfidf(_, folder):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    from torchnlp import load_dataset

    train, test, *_ = load_dataset(root=folder)
    labels, texts = zip(*train)
    test_labels, test_texts = zip(*test)
    tfidf = make_pipeline(
        TfidfVectorizer(min_df=3, sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression(C=5, solver="liblinear")),
    )
    clock = Clock()
    with clock:
        tfidf.fit(texts, labels)
    return clock.cpu, tfidf.score(test_texts, test_labels), "single words"


def race_fasttext(_, folder):
    import fasttext

    from torchnlp import load_dataset, tokenizer

    train, test, *_ = load_dataset(root=folder)
    for epochs in (1, 2, 3, 5):
        clock = Clock()
        with clock, tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.writelines(f"__label__{label} {' '.join(tokenizer(text))}\n" for label, text in train)
            file.flush()
            model = fasttext.train_supervised(file.name, thread=1, dim=10, epoch=epochs, lr=0.5, verbose=0, seed=SEED)
        answers, _ = model.predict([" ".join(tokenizer(text)) for _, text in test])
        reached = sum(f"__label__{label}" == answer[0] for (label, _), answer in zip(test, answers)) / len(test)
        if reached >= GOAL:
            break
    return clock.cpu, reached, f"{epochs} epochs"


RACE = [
    ("fastText", race_fasttext, None),
    ("bag of embeddings", race_bag, None),
    ("TF-IDF + log. regression", race_tfidf, None),
    *((f"{kind}, course", race_course, kind) for kind in ("RNN", "LSTM", "GRU")),
    *((f"{kind}, old loop", race_old, kind) for kind in ("RNN", "packed LSTM", "LSTM")),
]  # fmt: skip


def race(spawn, folder):
    print(f"\nProcessor seconds until {GOAL:.2f} on the test set, from texts in memory, tokenising included:")
    for name, runner, kind in RACE:
        if runner is race_fasttext and importlib.util.find_spec("fasttext") is None:
            print(f"{name:26s} not installed here")
            continue
        with spawn.Pool(1) as pool:
            seconds, reached, how = pool.apply(quietly, (runner, kind, folder))
        said = f"{reached:.3f}, {how}" if reached >= GOAL else f"NOT REACHED: {reached:.3f} after {how}"
        print(f"{name:26s} {seconds:7.1f}   ({said})", flush=True)


def quietly(function, *options):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*options)


def measure(side, kind, *options):
    """The side's result, with its peak memory in MB, from a process of its own."""
    result = quietly(side, kind, *options)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**result, "memory": peak / (2**20 if sys.platform == "darwin" else 2**10)}


def import_seconds():
    """What `import torchnlp` adds to importing torch and the parts of torchtext that it uses."""
    code = (
        "import time, torch, torchtext.data.utils, torchtext.vocab; start = time.perf_counter(); "
        "import torchnlp; print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


def machine():
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return f"{os.cpu_count()} cores, {line.split(':')[1].strip()}"
    return f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", default="sample", help="train.csv and test.csv (default: sample)")
    parser.add_argument("--full", action="store_true", help="run whole old epochs, for their test accuracy")
    parser.add_argument("--race", action="store_true", help="also: seconds until 0.90 on the test set (twenty minutes)")
    parser.add_argument("--slice", type=int, default=300, help="old batches of 16 to time (default: 300)")
    arguments = parser.parse_args()
    options = arguments.folder, arguments.full, arguments.slice

    print(f"Machine: {machine()}; one thread; torch {torch.__version__}, Python {platform.python_version()}.")
    print("An epoch in processor seconds, and (in brackets) by the clock on the wall; what share of it went where.")
    print(
        f"{'model':12s} {'loop':7s} {'seconds':>17s} {'faster':>8s} {'accuracy':>9s} {'memory':>8s}  "
        "forward + backward, loading, optimizer"
    )
    spawn = multiprocessing.get_context("spawn")
    for kind in CELLS:
        sides = {"old": old_side, "course": new_side}
        if kind == "GRU":
            sides = {"old": old_side, "former": former_side, "course": new_side}
        results = {}
        for name, side in sides.items():
            with spawn.Pool(1) as pool:
                results[name] = result = pool.apply(measure, (side, kind, *options))
            faster = results["old"]["cpu"] / result["cpu"]
            accuracy = f"{result['accuracy']:.3f}" if "accuracy" in result else "--full"
            shares = ""
            if "loading" in result:
                rest = 1 - result["loading"] - result["optimizer"]
                shares = f"{rest:.0%}, {result['loading']:.0%}, {result['optimizer']:.0%}"
            print(
                f"{kind:12s} {name:7s} {result['cpu']:8.1f} ({result['wall']:6.1f}) {faster:7.1f}x "
                f"{accuracy:>9s} {result['memory']:5.0f} MB  {shares}",
                flush=True,
            )
    faster = results["former"]["cpu"] / results["course"]["cpu"]
    print(f"GRU: {faster:.2f} times as fast as the former loop of the course.")
    print(f"Old epochs: {results['old']['share']:.1%} of the batches timed, scaled up to the whole epoch.")
    print(f"load_dataset(): {results['course']['load_dataset']:.1f} s. import torchnlp: {import_seconds():.2f} s.")
    if arguments.race:
        race(spawn, arguments.folder)


if __name__ == "__main__":
    main()
