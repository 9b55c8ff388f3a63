"""How fast is the course's loop beside the one that it replaces? Not a test: python tests/benchmark.py

    python tests/benchmark.py                        the bundled corpus, a minute
    python tests/benchmark.py <folder with AG News>  both sides in one run, on one thread
    python tests/benchmark.py <folder> --full        whole epochs of the old loop too: its test accuracy

The old loop is written as such loops are found in tutorials: the collate function tokenises each text every
time it comes by; shuffled batches of 16, filled up with zeros; Adam over all weights, those of the words that
the batch does not hold included; the mean, or the last state, taken over the padding. Its time is measured on
a slice of the epoch and scaled up. Each model runs in a process of its own, so that its memory can be told.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence  # noqa: E402
from torch.utils.data import DataLoader  # noqa: E402

EMBED, HIDDEN, SEED = 64, 32, 1


class OldNet(nn.Module):
    """Reads the pads like words (kind "RNN", "LSTM"), or packs ("packed LSTM")."""

    def __init__(self, kind, vocab_size, num_class):
        super().__init__()
        self.kind = kind
        self.embedding = nn.Embedding(vocab_size, EMBED)
        self.rnn = (nn.RNN if kind == "RNN" else nn.LSTM)(EMBED, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, num_class)

    def forward(self, x, lengths):
        vectors = self.embedding(x)  # [B, T, E]
        if self.kind == "RNN":
            states, _ = self.rnn(vectors)
            return self.fc(states.mean(1))
        if self.kind == "packed LSTM":
            vectors = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.rnn(vectors)
        return self.fc(h[-1])


class NewNet(OldNet):
    """The course's: sparse gradients, small first vectors, the mean or last state of the real tokens."""

    def __init__(self, kind, vocab_size, num_class):
        super().__init__(kind, vocab_size, num_class)
        self.embedding = nn.Embedding(vocab_size, EMBED, padding_idx=1, sparse=True)
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)

    def forward(self, x, lengths):
        if self.kind == "packed LSTM":
            return super().forward(x, lengths)
        states, _ = self.rnn(self.embedding(x))  # [B, T, H]
        if self.kind == "LSTM":
            return self.fc(states[torch.arange(len(x)), lengths - 1])
        real = (x != 1).unsqueeze(2)  # [B, T, 1]
        return self.fc((states * real).sum(1) / real.sum(1))


def old_side(kind, folder, full, slice_size):
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
    optimizer, loss_fn = torch.optim.Adam(net.parameters(), lr=0.001), nn.CrossEntropyLoss()
    loader = DataLoader(train, batch_size=16, shuffle=True, collate_fn=collate)
    slice_size = min(slice_size, len(loader))
    right, wall, cpu = 0, time.perf_counter(), time.process_time()
    for i, (labels, x, lengths) in enumerate(loader, 1):
        optimizer.zero_grad()
        logits = net(x, lengths)
        loss_fn(logits, labels).backward()
        optimizer.step()
        right += (logits.argmax(1) == labels).sum()
        if i == slice_size:  # the time of these, scaled to the epoch
            scale = len(train) / min(16 * i, len(train))
            wall, cpu = (time.perf_counter() - wall) * scale, (time.process_time() - cpu) * scale
            if not full:
                break
    result = {"wall": wall, "cpu": cpu, "share": slice_size / len(loader)}
    if full:
        net.eval()
        with torch.no_grad():
            batches = DataLoader(test, batch_size=16, collate_fn=collate)
            hits = [net(x, lengths).argmax(1) == labels for labels, x, lengths in batches]
        result["accuracy"] = torch.cat(hits).float().mean().item()
    return result


def new_side(kind, folder, full, slice_size):
    from torchnlp import LengthBatchSampler, evaluate, fit, load_dataset, pad_length, seed_all

    wall, cpu = time.perf_counter(), time.process_time()
    train, test, classes, vocab = load_dataset(root=folder)
    loading = time.perf_counter() - wall, time.process_time() - cpu
    seed_all(SEED)
    net = NewNet(kind, len(vocab), len(classes))
    sampler = LengthBatchSampler(train, batch_size=64, seed=SEED)
    train_loader = DataLoader(train, batch_sampler=sampler, collate_fn=pad_length)
    test_loader = DataLoader(test, batch_sampler=LengthBatchSampler(test, 256), collate_fn=pad_length)
    wall, cpu = time.perf_counter(), time.process_time()
    fit(net, train_loader, [next(iter(test_loader))], epochs=1, live=False)  # it validates on one batch
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    accuracy = evaluate(net, test_loader)[1]
    return {"wall": wall, "cpu": cpu, "accuracy": accuracy, "loading": loading}


def measure(side, kind, *options):
    """The side's result, with its peak memory in MB, from a process of its own."""
    with contextlib.redirect_stdout(io.StringIO()):
        result = side(kind, *options)
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
    parser.add_argument("--slice", type=int, default=300, help="old batches of 16 to time (default: 300)")
    arguments = parser.parse_args()
    options = arguments.folder, arguments.full, arguments.slice

    print(f"Machine: {machine()}; one thread; torch {torch.__version__}, Python {platform.python_version()}.")
    print("Seconds of an epoch: of the processor, and (in brackets) by the clock on the wall.")
    print(f"{'model':12s} {'loop':7s} {'seconds':>17s} {'faster':>8s} {'test accuracy':>14s} {'memory':>8s}")
    spawn = multiprocessing.get_context("spawn")
    for kind in ("RNN", "LSTM", "packed LSTM"):
        results = {}
        for name, side in {"old": old_side, "course": new_side}.items():
            with spawn.Pool(1) as pool:
                results[name] = result = pool.apply(measure, (side, kind, *options))
            faster = results["old"]["cpu"] / result["cpu"]
            accuracy = f"{result['accuracy']:.3f}" if "accuracy" in result else "--full"
            print(
                f"{kind:12s} {name:7s} {result['cpu']:8.1f} ({result['wall']:6.1f}) {faster:7.1f}x "
                f"{accuracy:>14s} {result['memory']:5.0f} MB",
                flush=True,
            )
    print(f"Old epochs: {results['old']['share']:.1%} of the batches timed, scaled up to the whole epoch.")
    wall, cpu = results["course"]["loading"]
    print(f"load_dataset(): {cpu:.1f} s ({wall:.1f} by the clock). import torchnlp: {import_seconds():.2f} s.")


if __name__ == "__main__":
    main()
