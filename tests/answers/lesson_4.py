# %% Exercise 1, right: a loop over the texts
def turned(x, lengths):
    y = torch.zeros_like(x)
    for row, n in enumerate(lengths):
        y[row, :n] = x[row, :n].flip(dims=[0])
    return y


# %% Exercise 1, right: gather
def turned(x, lengths):
    steps = torch.arange(x.size(1)).expand(len(x), -1)  # [B, T]
    from_where = lengths.unsqueeze(1) - 1 - steps
    from_where = torch.where(from_where < 0, steps, from_where)
    return x.gather(1, from_where.unsqueeze(2).expand_as(x))


# %% Exercise 1, right: lists joined again
def turned(x, lengths):
    texts = []
    for text, n in zip(x, lengths.tolist()):
        texts.append(torch.cat([text[:n].flip(0), text[n:]]))
    return torch.stack(texts)


# %% Exercise 1, right: one step at a time
def turned(x, lengths):
    y = x.clone()
    for i in range(len(x)):
        for t in range(lengths[i]):
            y[i, t] = x[i, lengths[i] - 1 - t]
    return y


# %% Exercise 1, right: torch's own rows
def turned(x, lengths):
    rows = torch.arange(x.shape[0])[:, None]
    t = torch.arange(x.shape[1])[None]
    place = (lengths[:, None] - 1 - t) % x.shape[1]
    return x[rows, place] * (t < lengths[:, None])[..., None]


# %% Exercise 1, wrong: the padding is turned as well
# says: The padding of text 1, of 3 tokens, has moved.
def turned(x, lengths):
    return x.flip(1)


# %% Exercise 1, wrong: changes its input
# says: turned changed its input; work on x.clone().
def turned(x, lengths):
    for i, n in enumerate(lengths):
        x[i, :n] = x[i, :n].flip(0)
    return x


# %% Exercise 1, wrong: nothing is turned
# says: The vectors of text 1, of 3 tokens, are not in reverse order.
def turned(x, lengths):
    return x.clone()


# %% Exercise 1, wrong: off by one
# says: not in reverse order
def turned(x, lengths):
    y = x.clone()
    for i, n in enumerate(lengths.tolist()):
        y[i, : n - 1] = x[i, : n - 1].flip(0)
    return y


# %% Exercise 1, wrong: the numbers within a vector are turned
# says: not in reverse order
def turned(x, lengths):
    return x.flip(2)


# %% Exercise 1, wrong: the order of the texts is turned
# says: of 3 tokens
def turned(x, lengths):
    return x.flip(0)


# %% Exercise 1, wrong: a list
# says: turned returns no tensor.
def turned(x, lengths):
    return [text[:n].flip(0) for text, n in zip(x, lengths)]


# %% Exercise 1, wrong: the padding is cut off
# says: The shape is [1, 3, 3], not that of x, [3, 5, 3].
def turned(x, lengths):
    return x[0, : lengths[0]].flip(0).unsqueeze(0)


# %% Exercise 1, wrong: no gradient
# says: The gradient does not get through
def turned(x, lengths):
    y = x.detach().clone()
    for i, n in enumerate(lengths):
        y[i, :n] = y[i, :n].flip(0)
    return y


# %% Exercise 1, wrong: an error of its own
# says: `turned` stops with TypeError: 'Tensor' object is not callable
# not: cannot go on
def turned(x, lengths):
    return x.flip(lengths(0))


# %% Exercise 2, right: masked_fill and amax
def masked_max(states, lengths):
    behind_the_end = torch.arange(states.size(1)) >= lengths[:, None]
    return states.masked_fill(behind_the_end[:, :, None], float("-inf")).amax(dim=1)


# %% Exercise 2, right: where
def masked_max(states, lengths):
    real = torch.arange(states.shape[1])[None, :] < lengths[:, None]
    values, _ = torch.where(real[..., None], states, torch.tensor(-1e9)).max(dim=1)
    return values


# %% Exercise 2, right: a loop
def masked_max(states, lengths):
    return torch.stack([text[:n].max(0).values for text, n in zip(states, lengths)])


# %% Exercise 2, right: a copy, filled
def masked_max(states, lengths):
    filled = states.clone()
    for i, n in enumerate(lengths.tolist()):
        filled[i, n:] = torch.finfo(states.dtype).min
    return filled.max(1)[0]


# %% Exercise 2, right: a sum with minus infinity
def masked_max(states, lengths):
    steps = torch.arange(states.size(1))
    penalty = torch.zeros(len(lengths), states.size(1))
    penalty[steps >= lengths.unsqueeze(1)] = -torch.inf
    return (states + penalty.unsqueeze(-1)).amax(1)


# %% Exercise 2, right: packed after all
def masked_max(states, lengths):
    return unpack(pack(states, lengths), fill=-torch.inf).amax(1)


# %% Exercise 2, wrong: the mask is turned round
# says: Is the mask turned round?
# not: fill
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2, wrong: filled with zeros
# says: Text 2 is near -100, and 0 wins: the filling.
# not: mask
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), 0).amax(1)


# %% Exercise 2, wrong: not low enough
# says: and -10 wins: the filling.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -10).amax(1)


# %% Exercise 2, wrong: no mask
# says: A 9 has won, and a 9 stands in the padding alone.
def masked_max(states, lengths):
    return states.amax(1)


# %% Exercise 2, wrong: max returns two things
# says: take .values
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).max(1)


# %% Exercise 2, wrong: zero times infinity
# says: Some numbers are NaN
def masked_max(states, lengths):
    behind_the_end = (torch.arange(states.size(1)) >= lengths.unsqueeze(1)).float()
    return (states + behind_the_end.unsqueeze(2) * -torch.inf).amax(1)


# %% Exercise 2, wrong: over the numbers of a state
# says: The shape is [3, 5], not [B, D].
def masked_max(states, lengths):
    return states.amax(2)


# %% Exercise 2, wrong: changes its input
# says: masked_max changed its input.
def masked_max(states, lengths):
    states[torch.arange(states.size(1)) >= lengths.unsqueeze(1)] = -torch.inf
    return states.amax(1)


# %% Exercise 2, wrong: one token too few
# says: is wrong.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < (lengths - 1).clamp(min=1).unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2, wrong: the mean
# says: is wrong.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), 0).sum(1) / lengths.unsqueeze(1)


# %% Exercise 2, wrong: no gradient
# says: The gradient does not get through
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.data.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2, wrong: shapes that do not fit
# says: `masked_max` stops with RuntimeError: The size of tensor a (5) must match
def masked_max(states, lengths):
    return states.masked_fill(torch.arange(5) >= lengths, -torch.inf).amax(1)


# %% Exercise 3, right: argmax and bincount
def wins(states):
    winners = torch.argmax(states, dim=0)
    return torch.bincount(winners, minlength=states.shape[0])


# %% Exercise 3, right: a loop that counts
def wins(states):
    counts = torch.zeros(len(states), dtype=torch.long)
    for column in range(states.size(1)):
        counts[states[:, column].argmax()] += 1
    return counts


# %% Exercise 3, right: compared with the maximum
def wins(states):
    return (states == states.max(0).values).sum(1)


# %% Exercise 3, right: one-hot rows, numbers with a point
def wins(states):
    return nn.functional.one_hot(states.max(0).indices, len(states)).double().sum(0)


# %% Exercise 3, right: a list
def wins(states):
    winners = states.argmax(0).tolist()
    return [winners.count(token) for token in range(len(states))]


# %% Exercise 3, wrong: shares instead of numbers
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.33, 0.67, 0.0, 0.0].
def wins(states):
    counts = states.argmax(0).bincount(minlength=len(states))
    return counts / counts.sum()


# %% Exercise 3, wrong: no minlength
# says: A number for each of the 4 tokens, [4], and not [2].
def wins(states):
    return states.argmax(0).bincount()


# %% Exercise 3, wrong: the winners, not how often they win
# says: A number for each of the 4 tokens, [4], and not [3].
def wins(states):
    return states.argmax(0)


# %% Exercise 3, wrong: the other axis
# says: and not [3.0, 1.0, 0.0, 0.0].
def wins(states):
    return states.argmax(1).bincount(minlength=len(states))


# %% Exercise 3, wrong: the largest without its sign
# says: and not [1.0, 1.0, 0.0, 1.0].
def wins(states):
    return states.abs().argmax(0).bincount(minlength=len(states))


# %% Exercise 3, wrong: max gives a pair
# says: `wins` stops with AttributeError
def wins(states):
    return states.max(0).bincount(minlength=len(states))


# %% Exercise 3, wrong: a dictionary
# says: wins returns no tensor.
def wins(states):
    winners = states.argmax(0).tolist()
    return {token: winners.count(token) for token in winners}


# %% Exercise 3, wrong: the sum of what was won
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.9, 0.4, 0.0, 0.0].
def wins(states):
    return (states * (states == states.amax(0))).sum(1)


# %% Exercise 4, right: stack and mean
def vote(logits):
    probabilities = [torch.softmax(rows, dim=1) for rows in logits]
    return torch.stack(probabilities).mean(dim=0).argmax(dim=1)


# %% Exercise 4, right: all networks in one tensor
def vote(logits):
    return torch.stack(logits).softmax(-1).mean(0).argmax(-1)


# %% Exercise 4, right: a running sum
def vote(logits):
    total = torch.zeros_like(logits[0])
    for rows in logits:
        total += nn.functional.softmax(rows, dim=-1)
    return total.max(1).indices


# %% Exercise 4, right: text by text
def vote(logits):
    answers = []
    for text in range(len(logits[0])):
        mean_of_text = sum(rows[text].softmax(0) for rows in logits) / len(logits)
        answers.append(int(mean_of_text.argmax()))
    return torch.tensor(answers)


# %% Exercise 4, right: exponentials by hand
def vote(logits):
    total = 0
    for rows in logits:
        powers = (rows - rows.max(1, keepdim=True).values).exp()
        total = total + powers / powers.sum(1, keepdim=True)
    return total.argmax(1)


# %% Exercise 4, wrong: the mean of the logits
# says: A mean of probabilities, please, not of logits.
def vote(logits):
    return torch.stack(logits).mean(0).argmax(1)


# %% Exercise 4, wrong: the majority
# says: One sure network outweighs two doubtful ones here.
def vote(logits):
    return torch.stack([rows.argmax(1) for rows in logits]).mode(0).values


# %% Exercise 4, wrong: softmax over the texts
# says: Is your softmax one over the classes?
def vote(logits):
    return torch.stack([rows.softmax(0) for rows in logits]).mean(0).argmax(1)


# %% Exercise 4, wrong: the probabilities themselves
# says: One class for each of the two texts, [2], not [2, 2].
def vote(logits):
    return torch.stack([rows.softmax(1) for rows in logits]).mean(0)


# %% Exercise 4, wrong: a class for each network
# says: One class for each of the two texts, [2], not [1, 2].
def vote(logits):
    return torch.stack([rows.softmax(1) for rows in logits]).argmax(2)


# %% Exercise 4, wrong: max gives a pair
# says: vote returns no tensor.
def vote(logits):
    return torch.stack([rows.softmax(1) for rows in logits]).mean(0).max(1)


# %% Exercise 4, wrong: the first network decides
# says: A mean of probabilities, please, not of logits.
def vote(logits):
    return logits[0].softmax(1).argmax(1)


# %% Exercise 4, wrong: a list is no tensor
# says: `vote` stops with AttributeError: 'list' object has no attribute 'softmax'
def vote(logits):
    return logits.softmax(1).mean(0).argmax(1)
