"""The part of a check that runs in the student's process: it calls an answer, and gives values back.

outside.py sends this text to the kernel of a submission. Nothing of the check goes along.
"""

import base64
import io
import pickle
import random

import torch
from IPython import get_ipython

VALUES, LAYER = "application/x-values", "nn.Embedding"


def tensors_in(value: object) -> list[torch.Tensor]:
    """Those through which a gradient may get, in the order in which they stand in lists, tuples and layers."""
    if isinstance(value, torch.nn.Module):
        value = list(value.parameters())
    if isinstance(value, (list, tuple)):
        return [tensor for part in value for tensor in tensors_in(part)]
    return [value] if isinstance(value, torch.Tensor) and value.requires_grad else []


def plain(value: object) -> object:
    """The same in lists, tuples, dictionaries and sets of Python's own, and the state of what draws at random."""
    if isinstance(value, dict):
        return {plain(key): plain(part) for key, part in value.items()}
    for kind in (list, tuple, set):
        if isinstance(value, kind):
            return kind(map(plain, value))
    if isinstance(value, torch.nn.Embedding):
        weight, made = value.weight, {"padding_idx": value.padding_idx, "sparse": value.sparse}
        return {LAYER: {"_weight": weight.detach(), "_freeze": not weight.requires_grad} | made}
    if isinstance(value, random.Random):
        return value.getstate()
    if isinstance(value, torch.Generator):
        return value.get_state()
    number = type(value).__module__ == "numpy" and not getattr(value, "shape", (0,))
    return value.item() if number else value


def left_of(value: object) -> object:
    """What is left of something given: of a network its weights and notes, of what trains it the state."""
    if isinstance(value, torch.nn.Module):
        notes = {name: plain(part) for name, part in vars(value).items() if isinstance(part, (bool, list))}
        public = {name: part for name, part in notes.items() if not name.startswith("_")}
        return {"weights": value.state_dict(), "notes": public}
    if hasattr(value, "state_dict"):
        return value.state_dict()
    return None if callable(value) or isinstance(value, torch.utils.data.DataLoader) else plain(value)


def give(**values: object) -> None:
    """Send values to who asked."""
    file = io.BytesIO()
    try:
        torch.save(values, file)
    except Exception:
        kind = type(values.get("returned")).__name__
        return give(error=("TypeError", f"A {kind} came back that holds more than values."))
    get_ipython().display_pub.publish({VALUES: base64.b64encode(file.getvalue()).decode()})


def look(names: dict, name: str) -> None:
    """What stands under this name: a value, or that it is something to call."""
    value = names.get(name)
    give(returned=None if callable(value) else plain(value), callable=callable(value))


def stopped_in(returned: object, given: tuple) -> tuple[str, str] | None:
    """The error that a gradient meets on its way from what was returned to what was given."""
    ends, starts = tensors_in(returned), tensors_in(given)
    try:
        if ends and starts:
            torch.autograd.grad(ends, starts, [torch.ones_like(end) for end in ends], allow_unused=True)
    except RuntimeError as error:
        return "RuntimeError", str(error)


def answer(names: dict, name: str, sent: str) -> None:
    """Call the answer of this name with what was sent."""
    given, named, seed = pickle.loads(base64.b64decode(sent))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            returned = names[name](*given, **named)
    except Exception as error:
        return give(error=(type(error).__name__, str(error)))
    returned = plain(returned)
    give(returned=returned, given=[left_of(part) for part in given], stopped=stopped_in(returned, given))
