"""A stand-in for a GPU: its tensors refuse to be mixed with those of the CPU, as CUDA's do.

All numbers lie on the CPU, but the memory of a tensor that belongs on the device carries a mark. A mode of PyTorch sees
each call that Python makes: it refuses what a GPU of NVIDIA ("cuda") or Apple ("mps") refuses, and marks what the GPU
would have made. What it cannot show: the kernels of a GPU, their rounding, their speed.
"""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from unittest.mock import patch

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

import torchnlp

CPU, DEVICE = torch.device("cpu"), torch.device("cuda", 0)
MOVE = (Tensor.to, Tensor.cpu, Tensor.copy_, Tensor.data.__set__, torch._has_compatible_shallow_copy_type)
BY_ROWS = (Tensor.__getitem__, Tensor.__setitem__)
# The lengths of texts and the batch sizes of packed ones stay on the CPU.
PACKED = ("_pack_padded_sequence", "_pad_packed_sequence", "lstm", "gru", "rnn_tanh", "rnn_relu")
SINGULAR_VALUES = ("linalg_svd", "linalg_svdvals", "linalg_matrix_norm", "linalg_eigvals")
READ = (Tensor.cpu, Tensor.item, Tensor.tolist, Tensor.__bool__, Tensor.__int__, Tensor.__float__, Tensor.__format__)


def tensors_of(parts: Iterable) -> list[Tensor]:
    """Those among the parts, and in lists among them."""
    lists = (part if isinstance(part, (list, tuple)) else [part] for part in parts)
    return [part for parts in lists for part in parts if isinstance(part, Tensor)]


def memory(tensor: Tensor) -> torch.UntypedStorage:
    return (tensor._values() if tensor.is_sparse else tensor).untyped_storage()


def place(tensor: Tensor) -> torch.device:
    return DEVICE if hasattr(memory(tensor), "on_device") else CPU


def asked(func, args: tuple, kwargs: dict) -> torch.device | None:
    """Where the result is to be, if the call says so."""
    if func is Tensor.cpu:
        return CPU
    for part in args[1:] if func is Tensor.to else ():
        if isinstance(part, Tensor):
            return place(part)
        if isinstance(part, (str, torch.device)):
            return torch.device(part)
    return kwargs.get("device") and torch.device(kwargs["device"])


class StandIn(TorchFunctionMode):
    """waits: how often somebody read a number, or copied some to the CPU. A GPU must have computed them until then."""

    waits = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = tensors_of((*args, *kwargs.values()))
        if func.__name__ in PACKED:
            tensors = [tensor for tensor in tensors if tensor.is_floating_point()]
        places = {place(tensor) for tensor in tensors}
        if func == Tensor.device.__get__:
            return places.pop()
        goal = asked(func, args, kwargs) or (DEVICE if DEVICE in places else CPU)
        refuse(func, args, kwargs, tensors, goal)
        self.waits += DEVICE in places and func in READ
        if func is Tensor.to:
            args = [CPU if isinstance(part, torch.device) else part for part in args]
        result = func(*args, **kwargs | ({"device": CPU} if "device" in kwargs else {}))
        if goal.type == "mps":
            refuse_as_apple(func, places, tensors_of([result]))
        if places and goal not in places:  # or it would share its memory
            result = result.clone()
        for part in tensors_of([result]) if goal == DEVICE else ():
            if part.is_floating_point() or func.__name__ not in PACKED:
                memory(part).on_device = True
        return result


def refuse(func, args: tuple, kwargs: dict, tensors: list[Tensor], goal: torch.device) -> None:
    """An error where a GPU would not do it. goal: where the result would be."""
    if func in (Tensor.numpy, Tensor.__array__) and goal == DEVICE:
        raise TypeError(f"can't convert {DEVICE} device type tensor to numpy. Use Tensor.cpu() first.")
    if func.__name__ == "_pack_padded_sequence" and place(args[1]) == DEVICE:
        raise RuntimeError("'lengths' argument should be a 1D CPU int64 tensor")
    if kwargs.get("generator") is not None and goal == DEVICE:
        raise RuntimeError("Expected a 'cuda' device type for generator but found 'cpu'")
    if func in MOVE or func in BY_ROWS and place(args[0]) == DEVICE:  # the numbers of rows may be on the CPU
        return
    # A single number on the CPU goes with any device, but not into one tensor.
    joined = func in (torch.stack, torch.cat)
    places = {place(tensor) for tensor in tensors if tensor.dim() or joined or place(tensor) == DEVICE}
    if len(places) > 1:
        raise RuntimeError(f"Expected all tensors to be on the same device, but found cpu and {DEVICE}! ({func})")


def refuse_as_apple(func, places: set, results: list[Tensor]) -> None:
    """An error where PyTorch 2.13, the first that the course takes, has nothing for Apple's GPU."""
    if func.__name__ in SINGULAR_VALUES and places != {CPU}:
        raise NotImplementedError(f"The operator {func.__name__} is not currently implemented for the MPS device.")
    if any(part.dtype == torch.float64 or part.is_sparse for part in results):
        raise TypeError(f"The MPS framework has neither float64 nor sparse tensors. ({func})")


@contextlib.contextmanager
def stand_in_device(kind: str = "cuda") -> Iterator[StandIn]:
    """Within this context `torchnlp.device` is the stand-in."""
    device = torch.device(kind, 0)
    here = patch.object(sys.modules[__name__], "DEVICE", device)
    told = patch.multiple(torchnlp, device=device, SPARSE=kind != "mps")
    with here, told, patch.object(torch.accelerator, "synchronize"), StandIn() as mode:
        yield mode
