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
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_flatten, tree_unflatten

import torchnlp

# "lazy" is a kind of device that PyTorch knows by name alone. Its gradients run in the thread that asks for them.
DEVICE = torch.device("lazy", 0)
aten = torch.ops.aten
PACK = aten._pack_padded_sequence.default
BY_ROWS = (aten.index.Tensor, aten.index_put.default, aten.index_put_.default, aten._index_put_impl_.default)
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

    def __getitem__(self, place):
        return super().__getitem__(torch.tensor(place) if isinstance(place, list) else place)

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
    asked = kwargs.get("device")
    tensors = _tensors((*args, *kwargs.values()))
    ours = [tensor for tensor in tensors if type(tensor) is StandIn]
    if not ours and (asked is None or asked.type != DEVICE.type):
        return func(*args, **kwargs)
    if len(ours) < len(tensors) or "generator" in kwargs or func is PACK:
        _refuse_what_a_gpu_refuses(func, args, kwargs)
    known = {id(tensor): tensor for tensor in tensors}  # an operation in place returns its argument
    known |= {id(tensor.held): tensor for tensor in ours}
    held_kwargs = {name: _each(_held, part) for name, part in kwargs.items()}
    if asked is not None:
        held_kwargs["device"] = torch.device("cpu")
    result = func(*_each(_held, args), **held_kwargs)
    if torch.Tag.inplace_view in func.tags:  # squeeze_, say: the outside changes its shape as well
        shape = result.size(), result.stride(), result.storage_offset()
        aten.as_strided_.default.redispatch(CPU_KERNEL, args[0], *shape)
    if asked is not None and asked.type != DEVICE.type:
        return result
    if func is PACK:  # the batch sizes stay on the CPU
        return StandIn(result[0]), result[1]
    return _each(lambda part: known[id(part)] if id(part) in known else _stand_in(part), result)


def _tensors(parts: tuple) -> list[Tensor]:
    """Those among the parts, and in lists among them."""
    lists = (part if isinstance(part, (list, tuple)) else (part,) for part in parts)
    return [part for parts in lists for part in parts if isinstance(part, Tensor)]


def _each(change: Callable, part):
    """The change of a part, or of each part of a list."""
    if isinstance(part, (list, tuple)):
        return type(part)([_each(change, one) for one in part])
    return change(part)


def _held(part):
    return part.held if type(part) is StandIn else part


def _stand_in(part):
    return StandIn(part) if isinstance(part, Tensor) else part


def _refuse_what_a_gpu_refuses(func: Callable, args: tuple, kwargs: dict) -> None:
    if func in (aten.copy_.default, aten._to_copy.default):  # these carry numbers from one device to the other
        return
    if func is PACK:
        if isinstance(args[1], StandIn):
            raise RuntimeError("'lengths' argument should be a 1D CPU int64 tensor")
        args = args[:1]
    if func in BY_ROWS and isinstance(args[0], StandIn):  # the numbers of the rows may be on the CPU
        args = args[:1] + args[2:]
    # A single number on the CPU goes with any device.
    places = {
        tensor.device for tensor in _tensors((*args, *kwargs.values())) if type(tensor) is StandIn or tensor.dim()
    }
    if len(places) > 1:
        both = " and ".join(sorted(map(str, places)))
        raise RuntimeError(f"Expected all tensors to be on the same device, but found two, {both}! (in {func})")
    if kwargs.get("generator") is not None:
        raise RuntimeError(f"Expected a '{DEVICE.type}' device type for generator but found 'cpu'")


class _OnTheCPU(torch.autograd.Function):
    """A whole recurrent layer as one operation, as a GPU has it too: through the small ones it would take long."""

    @staticmethod
    def forward(ctx, function: Callable, *tensors: StandIn) -> tuple[StandIn, ...]:
        ctx.held = [tensor.held.detach().requires_grad_() for tensor in tensors]
        with torch.set_grad_enabled(any(ctx.needs_input_grad)), _disable_current_modes():
            ctx.results = function(*ctx.held)
        return tuple(StandIn(result.detach()) for result in ctx.results)

    @staticmethod
    def backward(ctx, *gradients: StandIn):
        with _disable_current_modes():
            found = torch.autograd.grad(ctx.results, ctx.held, [gradient.held for gradient in gradients])
        return None, *map(StandIn, found)


def _in_one(function: Callable) -> Callable:
    """_VF.lstm and the like, which nn.LSTM calls with numbers, vectors, states and weights."""

    def call(*args):
        leaves, form = tree_flatten(args)
        numbers = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Tensor) and leaf.is_floating_point()]
        if not any(type(leaves[i]) is StandIn for i in numbers):
            return function(*args)
        _refuse_what_a_gpu_refuses(function, tuple(leaves[i] for i in numbers), {})

        def with_held(*held):
            filled = {**dict(enumerate(leaves)), **dict(zip(numbers, held))}
            return function(*tree_unflatten(filled.values(), form))

        return _OnTheCPU.apply(with_held, *(leaves[i] for i in numbers))

    return call


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
        return make_tensor(_each(_held, data), **kwargs).to(device)

    layers = [(torch._VF, name, _in_one(getattr(torch._VF, name))) for name in ("lstm", "gru", "rnn_tanh", "rnn_relu")]
    with contextlib.ExitStack() as changes:
        for owner, name, value in [
            (torchnlp, "device", DEVICE),
            (torch, "tensor", tensor),
            (torch.accelerator, "synchronize", lambda *_: None),
            (F, "embedding", _dense(F.embedding)),
            (F, "embedding_bag", _dense(F.embedding_bag)),
            (torch.optim.Adam, "__init__", without_fused),
            (torch.optim, "SparseAdam", torch.optim.Adam),
            *layers,
        ]:
            changes.enter_context(patch.object(owner, name, value))
        changes.enter_context(_Watch())
        yield
