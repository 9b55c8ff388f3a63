"""The checks of lesson 6, text generation. Answers that try them: notebooks/6-text-generation/answers.py."""

import math
import random
from collections import defaultdict

import torch
from torch import nn

from checks.checking import exercise, explain, must_be, must_be_like, must_be_number, must_equal, untouched
from lessons import END, shifted, token_loss
from torchnlp import PAD, say


@exercise("1a", ours=lambda texts, start: shifted([(start, ids) for ids in texts]))
def check_shift(shift):
    texts = [[5, 6, 7, END], [8 + torch.initial_seed(), END], [END]]
    inputs, targets = untouched(shift, texts, 9)
    said = say("The inputs hold {END}, <end>: it is only predicted, because nothing comes after it.")
    assert END not in inputs, said.format(END=END)
    right = shifted([(9, ids) for ids in texts])
    for part, wanted, name in zip((inputs, targets), right, ("inputs", "targets")):
        slips = {
            say("The targets are the inputs: the network would only copy what it reads."): right[0],
            say("Fill the rows with PAD, which is {PAD}, not with 0.").format(PAD=PAD): wanted * (wanted != PAD),
        }
        must_equal(say("The tensor of the {name}").format(name=name), part, wanted, slips)


def _bigrams(x, state=None):
    """Logits of six tokens, a row for each token read. It knows that padding follows padding, and 5 follows 4."""
    rows = torch.zeros(6, 6, device=x.device)
    rows[PAD, PAD], rows[4, 5] = 9, 2
    return rows.requires_grad_()[x], state


@exercise("1b", ours=token_loss)
def check_language_loss(language_loss):
    first = torch.initial_seed() % 3
    x, y = shifted([(3, [4, 5, 3, 4, 5][first : first + 3] + [END]), (3, [END])])
    flat = say("cross_entropy takes logits [N, V] and targets [N]: flatten(0, 1) makes one axis of texts and steps.")
    pair = say("net returns two things, the logits and a state: take the first.")
    with explain("Expected target size", flat), explain("'tuple'", pair), explain("not tuple", pair):
        loss = untouched(language_loss, _bigrams, x, y)
    right = token_loss(_bigrams, x, y)
    must_be_like(loss, right, say("The loss"))
    logits, real, loss_of = _bigrams(x)[0], y != PAD, nn.functional.cross_entropy
    slips = {  # what a slip would say
        say("padding tokens were counted"): loss_of(logits.flatten(0, 1), y.flatten()),
        say("cross_entropy takes logits and does the softmax itself"): loss_of(logits.softmax(2)[real], y[real]),
    }
    slips = {say("Your loss is {loss:.3f}: {said}.").format(loss=loss, said=said): slips[said] for said in slips}
    must_be_number(loss, right, slips, say("With 5 real tokens the loss should be {right:.3f}, not {answer:.3f}."))


def _grow(beams, log_p, width):
    longer = []
    for (score, ids), row in zip(beams, log_p.tolist()):
        closed = ids[-1:] == [END]
        longer += [(score, ids)] if closed else [(score + p, [*ids, token]) for token, p in enumerate(row)]
    return sorted(longer, key=lambda beam: -beam[0])[:width]


@exercise("2a", ours=_grow)
def check_grow(grow):
    beams = [(-1.0, [3]), (-1.05, [0, END]), (-1.1, [1, 4, 5]), (-2.3, [5, END])]
    rows = [[0.02, 0.03, 0.2, 0.3, 0.22, 0.23], [0.05, 0.05, 0.1, 0.1, 0.1, 0.6],
            [0.5, 0.25, 0.12, 0.07, 0.04, 0.02], [1 / 6] * 6]  # fmt: skip
    beams = [(score - torch.initial_seed(), ids) for score, ids in beams]
    for start, width in [([(0.0, [])], 3), (beams[:1] + beams[2:3], 3), (beams, 1), (beams, 2), (beams, 6)]:
        log_p = torch.tensor(rows[: len(start)]).log()
        with explain("list index out of range", say("The first beam is empty: it has no last id. Test `ids` first.")):
            answer = untouched(grow, start, log_p, width)
        right = _grow(start, log_p, width)
        (scores, lines), (best, wanted) = zip(*answer), zip(*right)
        lines = [list(map(int, ids)) for ids in lines]
        grown = [ids for ids in lines if END in ids[:-1]]
        what = say("{beam} goes on after {END}: a beam that ends in <end> does not grow.")
        assert not grown, what.format(beam=grown[:1], END=END)
        lost = [ids for _, ids in start if ids[-1:] == [END] and ids in wanted and ids not in lines]
        assert not lost, say("The closed beam {beam} is lost: it competes as it is.").format(beam=lost[:1])
        alone = abs(scores[0] - log_p.max()) < 0.01 < abs(best[0] - log_p.max())
        assert not alone, say("Add the new log p to the score of its beam.")
        said = say("With a width of {width}, {start} grows into {wanted}, not {lines}: the best of all, in order.")
        assert lines == list(wanted), said.format(width=width, start=start, wanted=list(wanted), lines=lines)
        said = say("The scores should be {scores}.")
        assert math.dist(scores, best) < 0.01, said.format(scores=[round(score, 2) for score in best])


def _ranked(beams, power):
    return sorted(beams, key=lambda beam: -beam[0] / len(beam[1]) ** power)


@exercise("2b", ours=_ranked)
def check_ranked(ranked):
    beams = [(-6.0, [7, 7, 7, END]), (-1.0, [END]), (-5.0, [8, 8, END]), (-7.2, [9, 9, 9, 9, 9, END])]
    beams = [(score * (1 + torch.initial_seed()), ids) for score, ids in beams]
    for power in (0, 1, 0.5):
        answer, right = untouched(ranked, beams, power), _ranked(beams, power)
        same = sorted(map(str, answer)) == sorted(map(str, beams))
        assert same, say("Return all pairs (score, ids), each as it is: only their order changes.")
        assert right == list(answer) or list(answer) != _ranked(beams, -power), say("Divide by the length.")
        assert list(answer) != right[::-1], say("The best comes first, not last.")
        said = say("With a power of {power} the order is {right}, not {answer}.")
        assert list(answer) == right, said.format(power=power, right=right, answer=answer)


def _followers(texts, n, start):
    book = defaultdict(list)
    for ids in texts:
        for i, token in enumerate(ids):
            book[tuple([*[start] * n, *ids][i : i + n])].append(token)
    return book


@exercise("3a", ours=_followers)
def check_followers(followers):
    texts = [[5, 6, 5, 6, END], [5, 7, END]]
    for n in (1, 2, 3):
        start = 9 + torch.initial_seed()
        book, right = untouched(followers, texts, n, start), _followers(texts, n, start)
        must_be(book, dict, "followers")
        for context, after in right.items():
            said = say("With n = {n} the context {context} is missing: a tuple of {n} ids.")
            assert context in book, said.format(n=n, context=context)
            same = isinstance(book[context], list) and str(sorted(book[context])) == str(sorted(after))
            said = say("With n = {n}, after {context} came {after}, not {found}.")
            assert same, said.format(n=n, context=context, after=after, found=book[context])


def _chain(book, n, rng, start, most=20):
    line = [start] * n
    while len(line) < n + most and line[-1] != END:
        line.append(rng.choice(book[tuple(line[-n:])]))
    return [token for token in line[n:] if token != END]


@exercise("3b", ours=_chain)
def check_chain(chain):
    single = {(9, 9): [5], (9, 5): [6], (5, 6): [7], (6, 7): [END]}
    only, short = (list(chain(single, 2, random.Random(0), 9, most)) for most in (20, 2))
    assert only == [5, 6, 7], say("Here only [5, 6, 7] can be written, without <end>, not {only}.").format(only=only)
    assert short == [5, 6], say("With most=2 it should be [5, 6], not {short}.").format(short=short)
    coin, rng = {(9,): [5, 5, 5, 6], (5,): [6, END], (6,): [END], (END,): [END]}, random.Random(1)
    drawn = [list(chain(coin, 1, rng, 9, 20)) for _ in range(400)]
    for line, share in (([5], 3 / 8), ([5, 6], 3 / 8), ([6], 1 / 4)):
        found = drawn.count(line) / 400
        said = say("{line} came in {found:.0%} of 400, not in about {share:.0%}.")
        assert abs(found - share) < 0.1, said.format(line=line, found=found, share=share)
