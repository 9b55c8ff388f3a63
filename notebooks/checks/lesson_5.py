"""The checks of lesson 5, pretrained embeddings.

Answers that try them: notebooks/5-pretrained-embeddings/answers.py.
"""

import torch
from torch import nn

from checks.checking import exercise, must_be_like, must_equal, untouched
from torchnlp import PAD, SPARSE, say


def _skip_gram_loss(v, u, negative):
    true, false = (v * u).sum(-1), (v.unsqueeze(1) * negative).sum(-1)  # [B], [B, K]
    return -(nn.functional.logsigmoid(true) + nn.functional.logsigmoid(-false).sum(1)).mean()


@exercise("1a", ours=_skip_gram_loss)
def check_skip_gram_loss(skip_gram_loss):
    for B, K in ((1, 1), (4, 2), (3, 5)):
        v, u, negative = torch.randn(B, 6, requires_grad=True), torch.randn(B, 6), torch.randn(B, K, 6)
        answer, right = untouched(skip_gram_loss, v, u, negative), _skip_gram_loss(v, u, negative)
        true, drawn = -nn.functional.logsigmoid((v * u).sum(-1)).mean(), _skip_gram_loss(v, u, -negative)
        slips = {
            say("The drawn words are treated like true neighbours: one minus sign is missing."): drawn,
            say("That is the sum over the batch: take the mean."): right * B,
            say("The sign is turned round: a loss is positive."): -right,
            say("Add up the K drawn words of a pair; that is their mean."): true + (right - true) / K,
        }
        must_equal(say("The loss"), answer, right, slips)
    large = skip_gram_loss(torch.full((1, 1), 200.0), torch.full((1, 1), -1.0), torch.zeros(1, 1, 1))
    assert large.isfinite(), say("At a dot product of -200 it is infinite: F.logsigmoid, not the log of a sigmoid.")


def _pair_step(v, u, y, rate):
    error = torch.sigmoid(v @ u) - y
    return v - rate * error * u, u - rate * error * v


@exercise("1b", ours=_pair_step)
def check_pair_step(pair_step):
    given = [(torch.randn(4), torch.randn(4), y, rate) for y in (1, 0) for rate in (0.1, 2.0)]
    given += [(torch.tensor([1.0, 2.0]), torch.tensor([2.0, -1.0]), 1, 1.0)]
    for v, u, y, rate in given:
        (new_v, new_u), right = untouched(pair_step, v, u, y, rate), _pair_step(v, u, y, rate)
        late = u - rate * (torch.sigmoid(v @ u) - y) * right[0]
        for new, old, other, wanted, name in zip((new_v, new_u), (v, u), (u, v), right, "vu"):
            slips = {
                say("{name} goes uphill: subtract the gradient.").format(name=name): 2 * old - wanted,
                say("The label is missing: the error is sigmoid(v @ u) - y."): wanted - rate * y * other,
                say("Multiply the gradient by the rate."): old + (wanted - old) / rate,
                say("u moves by the *old* v: both gradients come before the step."): late,
            }
            must_equal(say("The new {name}").format(name=name), new, wanted, slips)


@exercise("2a", ours=lambda table, freeze: nn.Embedding.from_pretrained(table.clone(), freeze, PAD, sparse=SPARSE))
def check_word_layer(word_layer):
    for freeze in (True, False):
        table = torch.randn(5, 3)
        table[PAD] = 0
        given = table.clone()
        layer = word_layer(given, freeze)
        said = say("word_layer should return an nn.Embedding, not a {kind}.")
        assert isinstance(layer, nn.Embedding), said.format(kind=type(layer).__name__)
        assert layer.weight.detach().equal(table), say("The layer does not start with the rows of the table.")
        said = say("With freeze=True the layer does not train, with freeze=False it does.")
        assert layer.weight.requires_grad != freeze, said
        if not freeze:
            layer(torch.tensor([0, PAD, 3])).sum().backward()
            assert layer.weight.grad.is_sparse == SPARSE, say("Give it sparse=SPARSE, too.")
            said = say("The padding token learns: padding_idx should be PAD.")
            assert not layer.weight.grad.to_dense()[PAD].any(), said
            layer.weight.data -= layer.weight.grad.to_dense()
            same = say("After one step the table that you were given has changed: share no memory, clone() it.")
            assert given.equal(table), same


@exercise("2b", ours=lambda labels: "mean of GloVe" if labels < 500 else "GloVe, fine-tuned")
def check_choose_start(choose_start, STUDY):
    for labels, accuracies in {**STUDY, 300 + torch.initial_seed(): None, 120_000: None}.items():
        name, names = choose_start(labels), list(STUDY[100])
        said = say("For {labels:,} labels it returns {name!r}, which is none of {names}.")
        assert name in names, said.format(labels=labels, name=name, names=names)
        reached, best = (accuracies[name], max(accuracies.values())) if accuracies else (1, 1)
        said = say("With {labels:,} labels {name!r} reaches {reached:.3f}, the best of the five {best:.3f}.")
        assert best - reached <= 0.02, said.format(labels=labels, name=name, reached=reached, best=best)


def _shuffled(table):
    others = torch.tensor([row for row in range(len(table)) if row != PAD])
    answer = table.clone()
    answer[others] = table[others[torch.randperm(len(others))]]
    return answer


@exercise("3", ours=_shuffled)
def check_shuffled(shuffled):
    for rows in (200, 50 + torch.initial_seed()):
        table = torch.arange(10.0 * rows).view(rows, 10)
        answer = untouched(shuffled, table)
        must_be_like(answer, table, "shuffled")
        assert answer[PAD].equal(table[PAD]), say("The padding token has lost its row.")
        lost = len({*table[:, 0].tolist()} - {*answer[:, 0].tolist()})
        assert lost != 1, say("One row is lost: the one that came to the padding token's place.")
        assert answer[answer[:, 0].argsort()].equal(table), say("Not the same rows: some are lost or changed.")
        steps = answer[:, 0].diff().tolist()  # from each row to the one below it
        often = max(steps.count(step) for step in steps)
        assert often < 20, say("Rows that follow each other still do: no random order.")
