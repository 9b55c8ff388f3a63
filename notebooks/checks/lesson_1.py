"""The checks of lesson 1, a simple recurrent network. Answers that try them: notebooks/1-simple-rnn/answers.py."""

import copy
import functools
import warnings

import torch
from torch import nn

from checks.checking import (
    Asked,
    exercise,
    explain,
    five_texts,
    is_close,
    masked_max,
    must_be_largest,
    must_be_like,
    must_be_mean_of_texts,
    must_be_true_at,
    must_equal,
    untouched,
)
from torchnlp import device, say


def _step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T + b)


def _masked_mean(states, real):
    real = real.unsqueeze(2)  # [B, T, 1]
    return (states * real).sum(1) / real.sum(1)  # [B, H]


@exercise("2a", ours=_masked_mean)
def check_masked_mean(masked_mean):
    states, real = torch.randn(3, 4, 5), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]).bool()
    truth = torch.stack([text[places].mean(0) for text, places in zip(states, real)])
    slips = {
        say("That is the mean over all steps, padding included."): states.mean(1),
        say("Divide by the number of real tokens of each text, not by all steps."): (states * real[..., None]).mean(1),
        say("That is the sum. Divide it by each text's number of real tokens."): (states * real[..., None]).sum(1),
    }
    must_equal("masked_mean", masked_mean(states.clone(), real), truth, slips)


@exercise("2b", ours=masked_max)
def check_masked_max(masked_max):
    real = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]]).bool()
    must_be_largest("masked_max", masked_max, real, real)


def _one_epoch(net, loader, optimizer, scheduler, clip, order="zero backward clip step schedule"):
    """order: of the parts of a step; any other has a slip."""
    total, articles = 0.0, 0
    net.train()
    for labels, ids in loader:
        loss = nn.functional.cross_entropy(net(ids.to(device)), labels.to(device))
        call = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
        call["clip"] = functools.partial(nn.utils.clip_grad_norm_, net.parameters(), clip)
        call["schedule"] = scheduler.step
        for part in order.split():
            call[part]()
        total += loss.item() * len(labels)
        articles += len(labels)
    net.eval()
    return total / articles


def _epoch_of(one_epoch, net, loader, clip=0.1, **named):
    """A copy of net after one_epoch, what that returned, and how often the scheduler stepped.

    Each gradient is longer than 0.1, and shorter than 100.
    """
    net = copy.deepcopy(net).eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    with warnings.catch_warnings(action="ignore"):  # PyTorch warns of a scheduler that steps too early
        returned = one_epoch(net, loader, optimizer, scheduler, clip, **named)
    return net, returned, scheduler.last_epoch


def _orders():
    """Wrong orders of an epoch's parts: what each comes to."""
    adds_up = say("The gradients of all batches add up: optimizer.zero_grad() for each batch, before backward.")
    unclipped = say("A step uses a gradient longer than `clip`: clip it between backward and optimizer.step().")
    late = say("The scheduler sets the learning rate of the next step: it comes after the optimizer.")
    return {
        "backward clip step schedule": adds_up,
        "zero backward step schedule": unclipped,
        "backward step clip schedule": f"{adds_up} {unclipped}",
        "zero backward clip schedule step": late,
    }


@exercise("3", ours=_one_epoch)
def check_one_epoch(one_epoch):
    loader, before = torch.utils.data.DataLoader(five_texts(), batch_size=2), Asked().to(device)
    net, returned, steps = _epoch_of(one_epoch, before, loader)
    _must_move(before, net, steps)
    right = first = _epoch_of(_one_epoch, before, loader)[0]
    slips = {said: _epoch_of(_one_epoch, before, loader, order=order)[0] for order, said in _orders().items()}
    slips = {said: slip.embedding.weight for said, slip in slips.items()}
    must_equal(say("Each weight after the epoch"), net.embedding.weight, right.embedding.weight, slips)
    net, right = (_epoch_of(each, before, loader, clip=100.0)[0] for each in (one_epoch, _one_epoch))
    said = say("With a `clip` that no gradient reaches it goes wrong: backward starts at the mean loss of the batch.")
    assert is_close(net.embedding.weight, right.embedding.weight), said
    grows = isinstance(returned, torch.Tensor) and returned.requires_grad
    assert not grows, say("Add up loss.item(): a loss that stays a tensor keeps all that its batch has computed.")
    losses = [nn.functional.cross_entropy(asked[2], batch[0]).item() for asked, batch in zip(first.asked, loader)]
    must_be_mean_of_texts(say("loss"), float(returned), losses)


def _must_move(before, net, steps):
    """The weights move, in the right modes, and the scheduler steps as often as there are batches."""
    moved = not is_close(net.embedding.weight, before.embedding.weight)
    assert moved, say("No weight moves. Is there a backward, then a step, and no zero_grad between them?")
    modes = [training for training, _, _ in net.asked]
    assert len(modes) > 1, say("Only the first of 3 batches is used: is `return` inside the loop?")
    late = modes.index(False) + 1 if False in modes else 0
    advice = say("is net.eval() inside the loop?") if late > 1 else say("net.train() before the first batch.")
    assert not late, say("Batch {late} finds the network in evaluation mode: {advice}").format(late=late, advice=advice)
    assert not net.training, say("At the end the network is in training mode: net.eval(), so that it can answer.")
    said = say("The scheduler has made {steps} of 3 steps: scheduler.step() belongs to each batch.")
    assert steps == 3, said.format(steps=steps)


def _last_n(real, n):
    left = real.sum(1, keepdim=True) - real.cumsum(1)  # how many real tokens follow
    return real & (left < n)


@exercise("4", ours=_last_n)
def check_last_n(last_n):
    real = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]).bool()
    for n in (1, 2, 9 + torch.initial_seed()):
        with explain("ambiguous", say("& joins two comparisons of tensors, and each needs brackets.")):
            answer = last_n(real.clone(), n)
        slip = torch.arange(5) >= real.sum(1, keepdim=True) - n  # [3, 5]
        said = say("The places after a text's end are True as well. Join your condition with `real &`.")
        assert not is_close(answer, slip), said
        must_be_like(answer, real, f"last_n(real, {n})")
        must_be_true_at(f"last_n(real, {n})", answer, _last_n(real, n))


def _read(x, W_x, W_h, b):
    h, states = x.new_zeros(len(x), len(b)), []
    for t in range(x.size(1)):
        h = _step(x[:, t], h, W_x, W_h, b)  # [B, H]
        states.append(h)
    return torch.stack(states, dim=1)  # [B, T, H]


@exercise("1", ours=_step)
def check_step(step):
    cell = nn.RNNCell(3, 2)
    W_x, W_h, b = cell.weight_ih, cell.weight_hh, (cell.bias_ih + cell.bias_hh).detach()
    x_t, h = torch.randn(4, 3), torch.randn(4, 2)  # a batch of 4
    rows = say("The shapes do not fit: here a vector is a row, so x_t @ W_x.T and h @ W_h.T, and @, not *.")
    with (
        explain("multiplied", rows),
        explain("must match", rows),
        explain("one element", say("math.tanh takes a single number: torch.tanh takes a tensor.")),
    ):
        answer = untouched(step, x_t.clone(), h.clone(), W_x, W_h, b)
    total = x_t @ W_x.T + h @ W_h.T
    slips = {
        say("The bias is missing."): total.tanh(),
        say("tanh comes last, over the whole sum."): total.tanh() + b,
        say("tanh is missing."): total + b,
        say("W_h is the wrong way round: h @ W_h.T, as with W_x."): (x_t @ W_x.T + h @ W_h + b).tanh(),
    }
    must_equal("step", answer, cell(x_t, h), slips)


@exercise("5", ours=_read)
def check_read(read):
    rnn, x = nn.RNN(5, 2, batch_first=True), torch.randn(3, 4, 5)
    weights = rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0 + rnn.bias_hh_l0
    truth, last = rnn(x)
    across = rnn(x.transpose(0, 1))[0].transpose(0, 1)  # [3, 4, 2]: along the batch
    slips = {
        say("You walk along the texts of the batch, not along the tokens: x[:, t] is step t."): across,
        say("The steps are the first axis: torch.stack(states, dim=1) makes them the second."): truth.transpose(0, 1),
        say("That is the last state alone. Keep the state after every token."): last[0],
        say("Keep the state after each step, not the one before it."): nn.functional.pad(truth, (0, 0, 1, -1)),
        say("Each step starts from zeros. Pass the new state on."): rnn(x.reshape(12, 1, 5))[0].reshape(3, 4, 2),
    }
    answer = read(x.clone(), *weights)
    must_equal("read", answer, truth, slips)
    with explain("inplace", say("Right, but a state was changed in place: keep the states in a list.")):
        answer[:, -1].sum().backward()
