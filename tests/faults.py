"""Mistakes in torchnlp.py that a lesson must notice: planted one at a time, each in front of its lesson.

    python tests/faults.py [words of a name]       all of them take some minutes

Each fault below is a function of the module as a slip would have made it: it takes the right function first, then what
that one takes. The notebook itself is left as it is: its kernel runs a file of ours when it starts (IPython's start-up
folder), and that file puts the fault into torchnlp before the first cell. Then pytest runs the lesson to the first cell
that fails. The exit status is 1 if a lesson reaches its end.

So a fault knows a public name of torchnlp and nothing of how it is written.
"""

import functools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
FAULTS: dict[str, tuple[str, str, Callable]] = {}  # name -> (lesson, name in torchnlp, the fault)


def noticed_by(lesson: str, name: str) -> Callable:
    """This function is a fault of torchnlp's `name`, and that lesson notices it."""

    def keep(fault: Callable) -> Callable:
        FAULTS[fault.__name__.replace("_", " ")] = lesson, name, fault
        return fault

    return keep


# ------------------------------------------------------------------------------------- batches


@noticed_by("1-simple-rnn", "padify")
def labels_off_by_one(padify, items, *given):
    labels, ids = padify(items, *given)
    return labels + 1, ids  # 1 to K, as in the files


@noticed_by("1-simple-rnn", "padify")
def unk_and_pad_swapped(padify, items, *given):
    labels, ids = padify(items, *given)
    return labels, torch.where(ids < 2, 1 - ids, ids)


@noticed_by("3-packed-sequences", "pad_length")
def every_length_is_that_of_the_longest_text(pad_length, items):
    batch = pad_length(items)
    return batch._replace(lengths=torch.full_like(batch.lengths, batch.ids.size(1)))


@noticed_by("3-packed-sequences", "pad_length")
def padding_on_the_left(pad_length, items):
    batch = pad_length(items)
    shifts = (batch.ids.size(1) - batch.lengths).tolist()
    return batch._replace(ids=torch.stack([row.roll(shift) for row, shift in zip(batch.ids, shifts)]))


# --------------------------------------------------------------------------- reading and training


@noticed_by("4-bidirectional-multilayer", "run_rnn")
def padding_is_averaged_in(run_rnn, rnn, vectors, lengths):
    return rnn(vectors)[0], run_rnn(rnn, vectors, lengths)[1]


@noticed_by("4-bidirectional-multilayer", "run_rnn")
def the_wrong_half_of_h_n(run_rnn, rnn, vectors, lengths):
    states, last = run_rnn(rnn, vectors, lengths)
    return states, last.roll(rnn.hidden_size, dims=1)  # of a two-way layer: backward in front


@noticed_by("1-simple-rnn", "make_optimizer")
def gradients_are_not_cleared(make_optimizer, *given, **named):
    optimizer = make_optimizer(*given, **named)
    optimizer.zero_grad = lambda *_, **__: None
    return optimizer


@noticed_by("3-packed-sequences", "evaluate")
def eval_is_forgotten(evaluate, net, dataloader, *options):
    net.eval = lambda: net.train()
    try:
        return evaluate(net, dataloader, *options)
    finally:
        del net.eval


@noticed_by("1-simple-rnn", "clip_gradient")
def gradients_are_never_clipped(clip_gradient, net, clip):
    return clip_gradient(net, None)


# ----------------------------------------------------------------------------- gates and vectors


@noticed_by("2-lstm-gates", "set_gate_biases")
def the_input_gate_is_opened_in_place_of_the_forget_gate(set_gate_biases, rnn, forget=None, input=None):
    set_gate_biases(rnn, forget=input, input=forget)


@noticed_by("2-lstm-gates", "gates")
def input_and_forget_gate_swapped(gates, lstm, x):
    values = gates(lstm, x)
    return {**values, "input": values["forget"], "forget": values["input"]}


@noticed_by("5-pretrained-embeddings", "embedding_matrix")
def each_word_has_the_vector_of_the_next(embedding_matrix, voc, words, vectors):
    return embedding_matrix(voc, [*words[-1:], *words[:-1]], vectors)


# ------------------------------------------------------------------------------------- planting


def plant(torchnlp, fault: str) -> None:
    """Put the fault into the module, or raise AttributeError if the module no longer has what the fault changes."""
    _, name, faulty = FAULTS[fault]
    setattr(torchnlp, name, functools.partial(faulty, getattr(torchnlp, name)))


START = """import sys
sys.path[:0] = [{root!r}, {tests!r}]
import faults, torchnlp
faults.plant(torchnlp, {fault!r})
"""


def first_cell_that_fails(fault: str) -> str | None:
    """The lesson's first cell that fails when it runs with this fault; None if it does not notice."""
    lesson = FAULTS[fault][0]
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "profile_default" / "startup" / "fault.py"
        start.parent.mkdir(parents=True)
        start.write_text(START.format(root=str(ROOT), tests=str(ROOT / "tests"), fault=fault), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", ROOT / "notebooks" / f"{lesson}.ipynb"],
            cwd=ROOT, env={**os.environ, "IPYTHONDIR": folder}, capture_output=True, text=True,
        )  # fmt: skip
    if run.returncode == 0:
        return None
    said = re.search(r"^FAILED \S+\.ipynb::(Cell \d+)", run.stdout, flags=re.M)
    if not said:
        raise RuntimeError(f"No cell of {lesson} has failed, and yet:\n{run.stdout}{run.stderr}")
    return f"{lesson}, {said[1]}"


def main(words: str) -> int:
    missed = 0
    for fault in (name for name in FAULTS if words in name):
        said = first_cell_that_fails(fault)
        missed += said is None
        print(f"{fault}: {said or f'NOT NOTICED by {FAULTS[fault][0]}'}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
