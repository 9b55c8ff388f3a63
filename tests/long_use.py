"""Does a kernel stay well through a long day? Not a test: python tests/long_use.py

    python tests/long_use.py                    all of it on the bundled corpus, some minutes
    python tests/long_use.py memory             fifty epochs in one kernel, and fifty times fit and evaluate
    python tests/long_use.py interrupt          a real interrupt of a kernel that trains, twenty times
    python tests/long_use.py lessons 1-simple-rnn.ipynb   a lesson again from the middle, out of order, from the top

Each part prints a table, and the command ends with 1 if a line of it is not well.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("TORCHNLP_DATA", "sample")
os.environ["OMP_NUM_THREADS"] = "1"

PREPARE = """
import sys; sys.path.insert(0, "..")
import gc, psutil
from torch import nn
from torch.utils.data import DataLoader
from torchnlp import *

class Net(nn.Module):
    def __init__(self, vocab_size, num_class):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 64, padding_idx=PAD, sparse=True)
        self.lstm = nn.LSTM(64, 32, batch_first=True)
        self.fc = nn.Linear(32, num_class)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
        return self.fc(self.lstm(packed)[1][0][-1])

class Watched(DataLoader):
    "Notes the memory of the process, tidied up, whenever it is read from the start: once an epoch."
    def __iter__(self):
        gc.collect()
        memory.append(psutil.Process().memory_info().rss / 2**20)
        return super().__iter__()

train, test, classes, vocab = load_dataset()
loader = DataLoader(train, batch_sampler=LengthBatchSampler(train, 64), collate_fn=pad_length)
valid = Watched(test, batch_size=256, collate_fn=pad_length)
seed_all(1)
net, memory = Net(len(vocab), len(classes)), []
"""


class Kernel:
    """A kernel in the folder of the notebooks, as JupyterLab starts it."""

    def __enter__(self):
        self.manager, self.client = start_new_kernel(cwd=str(ROOT / "notebooks"))
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code: str, after_first_text=None) -> str:
        """What the code prints; after_first_text is called once it has printed something. RuntimeError if it fails."""
        said = []

        def hear(message):
            if message["msg_type"] == "stream":
                if after_first_text and not said:
                    after_first_text()
                said.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=1200, output_hook=hear)["content"]
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
        return "".join(said)


def memory() -> bool:
    """Two ways of fifty epochs; after the second the memory stays within five per cent."""
    ways = {
        "fit(epochs=50)": "fit(net, loader, valid, epochs=50)",
        "50 x fit(epochs=1), evaluate": "for _ in range(50): fit(net, loader, valid, epochs=1); evaluate(net, loader)",
    }
    shown = (1, 2, 5, 10, 20, 30, 40, 50)
    well = True
    print("memory of the kernel in MB after epoch" + "".join(f"{epoch:>7}" for epoch in shown) + "   largest change")
    for name, code in ways.items():
        with Kernel() as kernel:
            kernel.run(PREPARE)
            kernel.run(code)
            after = [float(value) for value in kernel.run("print(*memory)").split()]
        assert len(after) == 50
        change = max(after[2:], key=lambda value: abs(value - after[1])) / after[1] - 1
        well &= abs(change) <= 0.05
        print(f"{name:38}" + "".join(f"{after[epoch - 1]:7.0f}" for epoch in shown) + f"   {change:+.1%}")
    return well


AFTERWARDS = """
assert all(weight.isfinite().all() for weight in net.parameters())
lengths = {len(history.articles), len(history.train_loss), len(history.train_accuracy)}
assert len(lengths) == 1
loss, accuracy = evaluate(net, loader)
predict(net, "The keeper saw the ball late.", classes, collate_fn=pad_length)
plot_history(history)
fit(net, loader, valid, epochs=1, live=False)
print("usable")
"""


def interrupt() -> bool:
    """The stop button, pressed at twenty different moments."""
    well = True
    print("seconds after the first epoch   what fit said                    network, curve and kernel afterwards")
    with Kernel() as kernel:
        kernel.run(PREPARE)
        for i in range(20):
            wait = 0.037 * i

            def press(wait=wait):
                time.sleep(wait)
                kernel.manager.interrupt_kernel()

            said = kernel.run("history = fit(net, loader, valid, epochs=10_000)", after_first_text=press)
            stopped = next((line for line in said.splitlines() if line.startswith("Stopped by you")), "nothing")
            try:
                state = kernel.run(AFTERWARDS).splitlines()[-1]
            except RuntimeError as error:
                state = str(error)
            well &= stopped != "nothing" and state == "usable"
            print(f"{wait:<31.2f} {stopped[:32]:32} {state}", flush=True)
    return well


def orders(lesson: nbformat.NotebookNode) -> dict[str, list[int]]:
    """In which order a reader may run the code cells of a lesson in one kernel, the first of them from the top."""
    code = [i for i, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    half = code[len(code) // 2 :]
    chapters = [[]]
    for i, cell in enumerate(lesson.cells):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            chapters.append([])
        elif cell.cell_type == "code":
            chapters[-1].append(i)
    backwards = [i for chapter in reversed(chapters[1:]) for i in chapter]
    return {
        "from the top": code,
        "from the middle": half,
        "from the middle again": half,
        "the chapters from the last to the first": backwards,
        "from the top again": code,
    }


def lessons(names: list[str]) -> bool:
    """Every order of a lesson in one kernel; then one cell of its middle in a fresh kernel."""
    well = True
    paths = [ROOT / "notebooks" / name for name in names] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    for path in paths:
        lesson = nbformat.read(path, as_version=4)
        client = NotebookClient(lesson, timeout=1200, resources={"metadata": {"path": str(path.parent)}})
        print(path.name)
        with client.setup_kernel():
            for name, order in orders(lesson).items():
                start, problems = time.perf_counter(), []
                for i in order:
                    try:
                        client.execute_cell(lesson.cells[i], i)
                    except CellExecutionError as error:
                        problems.append(f"cell {i}: {error.ename}: {error.evalue}")
                    said = "".join(output.get("text", "") for output in lesson.cells[i].outputs)
                    problems += [f"cell {i}: {line}" for line in said.splitlines() if "OUTSIDE" in line]
                well &= not problems
                print(f"  {name:40} {len(order):3} cells {time.perf_counter() - start:6.1f} s   ", end="")
                print("well" if not problems else "\n    ".join(["", *problems]), flush=True)
        client = NotebookClient(lesson, timeout=1200, resources={"metadata": {"path": str(path.parent)}})
        middle = orders(lesson)["from the middle"][0]
        with client.setup_kernel():
            try:
                client.execute_cell(lesson.cells[middle], middle)
                print(f"  cell {middle} alone in a fresh kernel: runs")
            except CellExecutionError as error:
                print(f"  cell {middle} alone in a fresh kernel: {error.ename}: {error.evalue}")
    return well


if __name__ == "__main__":
    parts = {"memory": memory, "interrupt": interrupt, "lessons": lambda: lessons(sys.argv[2:])}
    chosen = sys.argv[1:2] or list(parts)
    sys.exit(not all([parts[name]() for name in chosen]))
