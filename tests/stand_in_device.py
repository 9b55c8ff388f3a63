"""A stand-in for a GPU: its tensors refuse to be mixed with those of the CPU, as CUDA's do.

The numbers lie on the CPU, in a tensor that each stand-in tensor holds. PyTorch breaks every call down into small
operations and hands them to `_run`, which computes them there, or refuses. So the values are those of the CPU, and what
a GPU would not allow is an error. What it cannot show: the kernels of a GPU, their rounding, their speed, and sparse
gradients, which are dense here.
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

import torchnlp

# "lazy" is a kind of device that PyTorch knows by name alone. Its gradients run in the thread that asks for them.
DEVICE = torch.device("lazy", 0)
aten = torch.ops.aten
CPU_KERNEL = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)


class StandIn(Tensor):
    """A tensor on the stand-in device; `held` has its numbers."""

    @staticmethod
    def __new__(cls, held: Tensor):
        where = {"strides": held.stride(), "storage_offset": held.storage_offset()}
        return Tensor._make_wrapper_subclass(cls, held.size(), **where, dtype=held.dtype, device=DEVICE)

    def __init__(self, held: Tensor):
        self.held = held

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})

    # A CUDA tensor can do these. PyTorch forbids them to a tensor that only looks like one.

    def tolist(self):
        return self.held.tolist()

    def __format__(self, spec: str) -> str:
        return format(self.held.detach(), spec)

    def __repr__(self) -> str:
        return f"{self.held} on the {DEVICE}"


class _Watch(TorchDispatchMode):
    """Hands every operation to _run: those that make a tensor have no StandIn among their arguments yet."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


def _run(func: Callable, args: tuple, kwargs: dict):
    """One operation, computed on the CPU; the result is a StandIn where a GPU's would be on the GPU."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    ours = [tensor for tensor in tensors if isinstance(tensor, StandIn)]
    asked = kwargs.get("device")
    if not ours and (asked is None or asked.type != DEVICE.type):
        return func(*args, **kwargs)
    _refuse_what_a_gpu_refuses(func, args, kwargs)
    known = {id(tensor): tensor for tensor in tensors} | {id(tensor.held): tensor for tensor in ours}
    held_args, held_kwargs = tree_map_only(StandIn, lambda tensor: tensor.held, (args, kwargs))
    if asked is not None:
        held_kwargs["device"] = torch.device("cpu")
    result = func(*held_args, **held_kwargs)
    if torch.Tag.inplace_view in func.tags:  # squeeze_, say: the outside changes its shape as well
        aten.as_strided_.default.redispatch(CPU_KERNEL, args[0], result.size(), result.stride(), result.storage_offset())
    if asked is not None and asked.type != DEVICE.type:
        return result
    if func is aten._pack_padded_sequence.default:  # the batch sizes stay on the CPU
        return StandIn(result[0]), result[1]
    return tree_map_only(Tensor, lambda tensor: known[id(tensor)] if id(tensor) in known else StandIn(tensor), result)


def _refuse_what_a_gpu_refuses(func: Callable, args: tuple, kwargs: dict) -> None:
    if func in (aten.copy_.default, aten._to_copy.default):  # these carry numbers from one device to the other
        return
    if func is aten._pack_padded_sequence.default:
        if isinstance(args[1], StandIn):
            raise RuntimeError("'lengths' argument should be a 1D CPU int64 tensor")
        args = args[:1]
    if func in (aten.index.Tensor, aten.index_put.default, aten.index_put_.default, aten._index_put_impl_.default):
        if isinstance(args[0], StandIn):  # may be asked for rows by numbers on the CPU
            args = args[:1] + args[2:]
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    # A single number on the CPU goes with any device.
    if any(isinstance(t, StandIn) for t in tensors) and any(not isinstance(t, StandIn) and t.dim() for t in tensors):
        places = f"at least two devices, {DEVICE} and cpu"
        raise RuntimeError(f"Expected all tensors to be on the same device, but found {places}! (in {func})")
    if isinstance(kwargs.get("generator"), torch.Generator):
        raise RuntimeError(f"Expected a '{DEVICE.type}' device type for generator but found 'cpu'")


def _dense(function: Callable) -> Callable:
    """F.embedding or F.embedding_bag, with dense gradients."""
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.arguments["sparse"] = False
        return function(*bound.args, **bound.kwargs)

    return call


@contextlib.contextmanager
def stand_in_device() -> Iterator[None]:
    """Within this context `torchnlp.device` is the stand-in."""
    make_adam, make_tensor = torch.optim.Adam.__init__, torch.tensor

    def without_fused(self, *args, fused=None, **kwargs):  # a fused Adam wants a device with kernels of its own
        make_adam(self, *args, **kwargs)

    def tensor(data, *, device="cpu", **kwargs):  # PyTorch's own goes to the device, and reads from it, unseen by modes
        return make_tensor(tree_map_only(StandIn, lambda tensor: tensor.held, data), **kwargs).to(device)

    with contextlib.ExitStack() as changes:
        for owner, name, value in [
            (torchnlp, "device", DEVICE),
            (torch, "tensor", tensor),
            (torch.accelerator, "synchronize", lambda *_: None),
            (F, "embedding", _dense(F.embedding)),
            (F, "embedding_bag", _dense(F.embedding_bag)),
            (torch.optim.Adam, "__init__", without_fused),
            (torch.optim, "SparseAdam", torch.optim.Adam),
        ]:
            changes.enter_context(patch.object(owner, name, value))
        changes.enter_context(_Watch())
        yield
