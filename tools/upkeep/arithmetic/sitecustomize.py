"""Other arithmetic for any Python that finds this folder on PYTHONPATH: Python imports a module of this name by itself.

    ARITHMETIC_MOVE=1e-6     moves every fresh weight by so much of itself, up or down by chance: some ten times as much
                             as processors differ
    ARITHMETIC_THREADS=2     PyTorch computes with so many threads, whatever the course asks for

A GPU is not seen: the question is what processors do. `make arithmetic` runs the tests so.
"""

import os

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
