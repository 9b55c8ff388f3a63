"""Of which parts a network is made that torchnlp.publish makes a page of, and what of it fits into a page."""

import inspect
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from torchnlp import class_colour, run_rnn

POOLINGS = {  # what becomes of the states [1, T, W] of one text, whose last ones are last [1, W]
    "last": lambda states, last: last,
    "mean": lambda states, last: states.mean(1),
    "max": lambda states, last: states.amax(1),
    "sum": lambda states, last: states.sum(1),
}


def network_to_show(net: nn.Module, words: list[str], classes: list[str]) -> dict:
    """What web/page.py makes a page of: how the network is made, as many of its words as fit, its weights."""
    if words[:1] != ["<unk>"]:
        raise ValueError('words begins with "<unk>": the row of the embedding for words that are not known.')
    embedding, rnn, fc, pooling = parts_of(net, len(words), len(classes))
    weights = {f"rnn.{name}": weight for name, weight in rnn.named_parameters()} if rnn else {}
    weights |= {"fc.weight": fc.weight, "fc.bias": fc.bias}
    room = 1_900_000 - 6 * sum(weight.numel() for weight in weights.values())  # bytes that are left for words
    fit = {bits: room // (bits * embedding.embedding_dim // 6 + 20) for bits in (16, 8)}  # so many words
    bits = 16 if fit[16] >= len(words) else 8
    weights["embedding.weight"] = embedding.weight[: min(len(words), fit[bits])]
    both = bool(rnn and rnn.bidirectional)
    most = 150 if both else 1000  # tokens that the page reads: backwards, it begins anew for the answer after each word
    return {
        "cell": rnn.mode.split("_")[0] if rnn else "bag",
        "plan": {"layers": rnn.num_layers if rnn else 0, "directions": 1 + both, "pooling": pooling, "most": most},
        "bits": bits,
        "words": words[: fit[bits]],
        "vocabulary": len(words),
        "classes": classes,
        "colours": [class_colour(k) for k in range(len(classes))],
        "weights": {name: weight.detach().cpu().numpy() for name, weight in weights.items()},
    }


def parts_of(net: nn.Module, words: int, classes: int) -> tuple[nn.Module, nn.RNNBase | None, nn.Linear, list[str]]:
    """A network's embedding, recurrent layer and linear layer, and the pooling with which they give its answers."""
    kinds = [(nn.Embedding, nn.EmbeddingBag), nn.RNNBase, nn.Linear]
    embedding, rnn, fc = ([m for m in net.modules() if isinstance(m, kind)] for kind in kinds)
    embedding, rnn = (next(iter(layers), None) for layers in (embedding, rnn))
    fc = next((layer for layer in fc if layer.out_features == classes), fc[0] if len(fc) == 1 else None)
    shown = rnn is None or (rnn.bias and rnn.mode != "RNN_RELU" and not rnn.proj_size)
    if shown and embedding is not None and fc is not None and fc.bias is not None:
        if embedding.num_embeddings < words:
            raise ValueError(f"The network has {embedding.num_embeddings:,} word vectors for {words:,} words.")
        if fc.out_features != classes:
            raise ValueError(f"The network answers with {fc.out_features} numbers, and there are {classes} classes.")
        probes = [probe(net, embedding, rnn, words, tokens) for tokens in (1, 2, 9, 60, 200)]
        for names in [*itertools.permutations(POOLINGS, 1), *itertools.permutations(POOLINGS, 2)]:
            pooled = [torch.cat([POOLINGS[name](*states) for name in names], dim=1) for states, _ in probes]
            if pooled[0].size(1) != fc.in_features:
                continue
            if all(fc(x).allclose(logits, atol=1e-4) for x, (_, logits) in zip(pooled, probes)):
                return embedding, rnn, fc, list(names)
    what = "an embedding, at most one nn.RNN, nn.LSTM or nn.GRU, a mean, maximum, sum or last state, and a linear layer"
    raise ValueError(f"publish can show {what}. This network computes something else.")


def probe(net: nn.Module, embedding: nn.Module, rnn: nn.RNNBase | None, words: int, tokens: int) -> tuple:
    """For a text of random tokens: ((states [1, T, W], last ones [1, W]) of these layers, logits [1, K] of the net)."""
    where, lengths = embedding.weight.device, torch.tensor([tokens])  # where the network is, which may be the CPU
    ids = torch.randint(words, (1, tokens), generator=torch.Generator().manual_seed(tokens)).to(where)
    parameters = inspect.signature(net.forward).parameters.values()
    second = [p.name for p in parameters if p.default is p.empty][1:2]  # as the collate functions name it
    inputs = {"": [ids], "offsets": [ids[0], torch.zeros_like(ids[0, :1])]}.get("".join(second), [ids, lengths])
    with without_dropout(net), torch.no_grad():
        vectors = embedding.weight[ids]  # [1, T, E]
        states = run_rnn(rnn, vectors, lengths) if rnn is not None else (vectors, vectors[:, -1])
        return states, net(*inputs)


@contextmanager
def without_dropout(net: nn.Module) -> Iterator[None]:
    """At the end each part of the network is in its own mode again."""
    modes = {part: part.training for part in net.modules()}
    net.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode
