"""Other arithmetic for any Python that finds this folder on PYTHONPATH: Python imports a module of this name by itself.
Other seeds, too.

    ARITHMETIC_MOVE=1e-6     moves every fresh weight by so much of itself, up or down by chance: some ten times as much
                             as processors differ
    ARITHMETIC_THREADS=2     PyTorch computes with so many threads, whatever the course asks for
    ARITHMETIC_SEEDS=100     moves every seed by so much: of networks, batches, splits, and of the draw of the articles

A GPU is not seen: the question is what processors do. `make arithmetic` runs the tests so. Does every sentence of a
lesson hold with other seeds?

    export PYTHONPATH=$PWD/tools/arithmetic ARITHMETIC_SEEDS=100 TORCHNLP_DATA=<folder with AG News>
    python -m tools.run_notebooks notebooks/2-lstm-gates.ipynb
    grep OUTSIDE notebooks/2-lstm-gates.ipynb

Read the new outputs beside the sentences, for a range may hold where a sentence does not; then `git checkout` them.
"""

import os
import random

import numpy as np
import torch


def moved(draw, size: float):
    """draw is Tensor.uniform_ or Tensor.normal_, from which nn.Module takes its initial weights."""

    def draw_and_move(tensor: torch.Tensor, *args, **kwargs) -> torch.Tensor:
        draw(tensor, *args, **kwargs)
        # The same signs for the same shape, and none of the program's own random numbers is used up.
        seeded = torch.Generator().manual_seed(0)
        signs = torch.randint(2, tensor.shape, generator=seeded).to(tensor) * 2 - 1
        with torch.no_grad():
            return tensor.mul_(1 + size * signs)

    return draw_and_move


torch.cuda.is_available = torch.backends.mps.is_available = lambda: False

if size := float(os.environ.get("ARITHMETIC_MOVE", 0)):
    torch.Tensor.uniform_ = moved(torch.Tensor.uniform_, size)
    torch.Tensor.normal_ = moved(torch.Tensor.normal_, size)

if threads := int(os.environ.get("ARITHMETIC_THREADS", 0)):
    torch.set_num_threads(threads)
    torch.set_num_threads = lambda count: None

if by := int(os.environ.get("ARITHMETIC_SEEDS", 0)):

    def other(seed):
        return seed + by if isinstance(seed, int) else seed

    def seeded(function):
        return lambda seed=None: function(other(seed))

    class Random(random.Random):
        def seed(self, a=None, version=2):
            super().seed(other(a), version)

    class Generator(torch.Generator):
        def manual_seed(self, seed):
            return super().manual_seed(other(seed))

    random.Random, torch.Generator = Random, Generator
    random.seed, torch.manual_seed = seeded(random.seed), seeded(torch.manual_seed)
    np.random.seed, np.random.default_rng = seeded(np.random.seed), seeded(np.random.default_rng)
