"""The checks of lesson 7, attention, and recurrent networks today.

Answers that try them: notebooks/7-attention-and-after/answers.py.
"""

import torch
from torch.nn import functional as F

from checks.checking import exercise, is_close, must_be_like, must_be_true_at, must_equal, untouched
from torchnlp import say


def _weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5).softmax(dim=2)  # [B, S, T]


@exercise("1a", ours=_weights_of)
def check_weights_of(weights_of):
    for B, S, T, D in ((2, 3, 5, 8), (3, 1, 6, 4)):
        queries, keys = torch.randn(B, S, D, requires_grad=True), torch.randn(B, T, D)
        answer, right = untouched(weights_of, queries, keys), _weights_of(queries, keys)
        must_be_like(answer, right, say("The weights [B, S, T]"))
        said = say("The weights of the first query sum to {total:.2f}, not to 1 over its {T} keys, the last axis.")
        assert abs(answer[0, 0].sum() - 1) < 1e-4, said.format(total=answer[0, 0].sum(), T=T)
        slips = {say("The scores are not divided by the root of D."): _weights_of(queries * D**0.5, keys)}
        must_equal(say("The tensor of weights"), answer, right, slips)


def _attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5  # [B, S, T]
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=2)
    return weights @ values, weights


@exercise("1b", ours=_attend)
def check_attend(attend):
    padding = torch.arange(6) < torch.tensor([6, 2, 1]).view(3, 1, 1)  # [B, 1, T]
    own = torch.ones(4, 6).tril(1).bool().expand(3, 4, 6)  # [B, S, T]
    for mask in (torch.ones(3, 1, 6).bool(), padding, own):
        given = torch.randn(3, 4, 8, requires_grad=True), torch.randn(3, 6, 8), torch.randn(3, 6, 5), mask
        (context, weights), right = untouched(attend, *given), _attend(*given)
        said = say("The two are exchanged: first the context vectors, then the weights.")
        assert not is_close(context, right[1]), said
        must_be_like(weights, right[1], say("The weights [B, S, T]"))
        assert not weights.isnan().any(), say("The weights hold NaN. Is the mask upside down?")
        least = weights.sum(2).min().item()
        shut = (weights * ~mask).max().item()
        assert shut < 1e-6, say("A position where the mask is False has a weight of {shut:.2g}.").format(shut=shut)
        what = say("The weights of a query sum to {least:.2f}: mask the scores, before the softmax. Is it dim=2?")
        assert abs(least - 1) < 1e-4, what.format(least=least)
        slips = {say("The scores are not divided by the root of D."): _attend(given[0] * 8**0.5, *given[1:])[1]}
        must_equal(say("The tensor of weights"), weights, right[1], slips)
        must_equal(say("The tensor of context vectors [B, S, V]"), context, right[0], {})


def _as_product(q, k, v):
    return (q @ k.transpose(1, 2)).tril() @ v


def _is_linear_attention(function):
    for B, T, D, V in ((2, 5, 4, 3), (3, 4, 3, 3)):
        q, k, v = torch.randn(B, T, D, requires_grad=True), torch.randn(B, T, D), torch.randn(B, T, V)
        answer, scores = untouched(function, q, k, v), q @ k.transpose(1, 2)
        both = scores @ v  # sides
        must_be_like(answer, both, say("The result [B, T, V]"))
        nan = say("It holds NaN: where no softmax follows, a masked score must be 0, not minus infinity.")
        assert not answer.isnan().any(), nan
        said = say("Twice the queries should give twice the result. Is a softmax left? Linear attention has none.")
        assert torch.allclose(function(2 * q, k, v), 2 * answer, atol=1e-4), said
        slips = {
            say("A token sees those after it: mask their scores, or read S as soon as its own step is added."): both,
            say("A token must see itself too: add v kᵀ to S before you read S."): scores.tril(-1) @ v,
            say("S holds the last step alone: add v kᵀ to what S was."): (q * k).sum(2, keepdim=True) * v,
        }
        must_equal(say("The result [B, T, V]"), answer, _as_product(q, k, v), slips)


@exercise("2a", ours=_as_product)
def check_as_product(as_product):
    _is_linear_attention(as_product)


def _as_recurrence(q, k, v):
    S, found = torch.zeros(len(q), v.size(2), q.size(2)), []  # [B, V, D]
    for t in range(q.size(1)):
        S = S + v[:, t].unsqueeze(2) @ k[:, t].unsqueeze(1)
        found.append((S @ q[:, t].unsqueeze(2)).squeeze(2))  # [B, V]
    return torch.stack(found, dim=1)


@exercise("2b", ours=_as_recurrence)
def check_as_recurrence(as_recurrence):
    _is_linear_attention(as_recurrence)
    q, k, v = torch.randn(3, 2, 5, 4)
    v[:, -1] = torch.nan  # a product takes it times 0, which is NaN; a loop has not read it yet
    said = say("The first steps read the last value, if only to multiply it by 0. Go from step to step, with S alone.")
    assert not as_recurrence(q, k, v)[:, :-1].isnan().any(), said


def _delta_step(S, k, v, b):
    held = (S @ k.unsqueeze(2)).squeeze(2)  # [B, V], what S holds for k
    return S + (b * (v - held)).unsqueeze(2) @ k.unsqueeze(1)


@exercise("2c", ours=_delta_step)
def check_delta_step(delta_step):
    for B, V, D in ((2, 3, 5), (3, 4, 4)):
        S, k = torch.randn(B, V, D, requires_grad=True), F.normalize(torch.randn(B, D), dim=1)
        v, b = torch.randn(B, V), 0.2 + 0.6 * torch.rand(B, 1)
        answer, one = untouched(delta_step, S, k, v, b), torch.ones(B, 1)
        out = S @ (k.unsqueeze(2) @ k.unsqueeze(1))  # [B, V, D], what S holds for k, as a part of S
        write = v.unsqueeze(2) @ k.unsqueeze(1)
        share = b.unsqueeze(2)
        slips = {
            say("It adds, and takes nothing out: first take b of what S holds for k out of S."): S + share * write,
            say("b is not used: it says how much of the error is corrected."): _delta_step(S, k, v, one),
            say("What is taken out has its b, but what is written has none."): S - share * out + write,
            say("What is written has its b, but what is taken out has none."): S - out + share * write,
            say("The error has the wrong sign: it is v minus what S holds for k."): S - share * (write - out),
            say("This is what is added. The new state is S plus it."): share * (write - out),
        }
        must_equal(say("The new state [B, V, D]"), answer, _delta_step(S, k, v, b), slips)


def _near(T, reach):
    back = torch.arange(T).unsqueeze(1) - torch.arange(T)  # [T, T], how far back
    return (back >= 0) & (back < reach)


@exercise("3a", ours=_near)
def check_near(near):
    for T, reach in ((5, 1), (5, 3), (4, 9 + torch.initial_seed())):
        mask, right = near(T, reach), _near(T, reach)
        must_be_like(mask, right, f"near({T}, {reach})")
        said = say("near({T}, {reach}): a token attends to what comes after it.")
        assert not mask.triu(1).any(), said.format(T=T, reach=reach)
        must_be_true_at(f"near({T}, {reach})", mask, right)


@exercise("3b", ours=lambda layers, reach: 1 + layers * (reach - 1))
def check_seen(seen):
    for layers, reach in ((1, 1), (1, 4), (3, 1), (2, 3), (4, 5 + torch.initial_seed())):
        known = {40}  # whose words the last of 41 tokens knows, layer by layer
        for _ in range(layers):
            known = {t - back for t in known for back in range(reach)}
        said = say("seen({layers}, {reach}) is not {found}. Draw it: who sees whom, layer by layer?")
        assert seen(layers, reach) == len(known), said.format(layers=layers, reach=reach, found=seen(layers, reach))
