# %% Exercise 1a, right: a loop over the texts
def turned(x, lengths):
    y = torch.zeros_like(x)
    for row, n in enumerate(lengths):
        y[row, :n] = x[row, :n].flip(dims=[0])
    return y


# %% Exercise 1a, right: gather
def turned(x, lengths):
    steps = torch.arange(x.size(1)).expand(len(x), -1)  # [B, T]
    from_where = lengths.unsqueeze(1) - 1 - steps
    from_where = torch.where(from_where < 0, steps, from_where)
    return x.gather(1, from_where.unsqueeze(2).expand_as(x))


# %% Exercise 1a, wrong: the padding is turned as well
# says: The padding of text 1, of 3 tokens, has moved.
def turned(x, lengths):
    return x.flip(1)


# %% Exercise 1a, wrong: changes its input
# says: turned changed its input; work on x.clone().
def turned(x, lengths):
    for i, n in enumerate(lengths):
        x[i, :n] = x[i, :n].flip(0)
    return x


# %% Exercise 1a, wrong: off by one
# says: not in reverse order
def turned(x, lengths):
    y = x.clone()
    for i, n in enumerate(lengths.tolist()):
        y[i, : n - 1] = x[i, : n - 1].flip(0)
    return y


# %% Exercise 1a, wrong: a list
# says: turned returns no tensor.
def turned(x, lengths):
    return [text[:n].flip(0) for text, n in zip(x, lengths)]


# %% Exercise 1a, wrong: the padding is cut off
# says: The shape is [1, 3, 3], not that of x, [3, 5, 3].
def turned(x, lengths):
    return x[0, : lengths[0]].flip(0).unsqueeze(0)


# %% Exercise 1a, wrong: no gradient
# says: The gradient does not get through
def turned(x, lengths):
    y = x.detach().clone()
    for i, n in enumerate(lengths):
        y[i, :n] = y[i, :n].flip(0)
    return y


# %% Exercise 1a, wrong: lists turned, without gradient
# says: The gradient does not get through
def turned(x, lengths):
    y = x.clone()
    for i, n in enumerate(lengths.tolist()):
        y[i, :n] = torch.tensor(x[i, :n].tolist()[::-1])
    return y


# %% Exercise 1a, wrong: lengths guessed from zero vectors
# says: The vectors of text 2, of 5 tokens, are not in reverse order.
def turned(x, lengths):
    y = x.clone()
    for i, n in enumerate((x.abs().sum(2) > 0).sum(1).tolist()):
        y[i, :n] = x[i, :n].flip(0)
    return y


# %% Exercise 1b, right: run_rnn and turned
def two_readers(ahead, behind, x, lengths):
    left = run_rnn(ahead, x, lengths)[0]
    right = turned(run_rnn(behind, turned(x, lengths), lengths)[0], lengths)
    return torch.cat((left, right), -1)


# %% Exercise 1b, right: text by text, no padding at all
def two_readers(ahead, behind, x, lengths):
    rows = []
    for text, n in zip(x, lengths.tolist()):
        left, _ = ahead(text[:n])
        right, _ = behind(text[:n].flip(0))
        rows.append(torch.cat([left, right.flip(0)], dim=1))
    output = x.new_zeros(len(x), x.size(1), rows[0].size(1))
    for i, row in enumerate(rows):
        output[i, : len(row)] = row
    return output


# %% Exercise 1b, wrong: the states are not turned back
# says: The right half of text 1, of 3 tokens, is not what PyTorch's backward reader writes.
# not: left half
def two_readers(ahead, behind, x, lengths):
    left, _ = run_rnn(ahead, x, lengths)
    right, _ = run_rnn(behind, turned(x, lengths), lengths)
    return torch.cat([left, right], dim=2)


# %% Exercise 1b, wrong: the halves in the other order
# says: The left half of text 1, of 3 tokens, is not what ahead writes.
# not: right half
def two_readers(ahead, behind, x, lengths):
    left, _ = run_rnn(ahead, x, lengths)
    right, _ = run_rnn(behind, turned(x, lengths), lengths)
    return torch.cat([turned(right, lengths), left], dim=2)


# %% Exercise 1b, wrong: added, not joined
# says: The shape is [3, 5, 2], not [B, T, 2H] = [3, 5, 4].
def two_readers(ahead, behind, x, lengths):
    left, _ = run_rnn(ahead, x, lengths)
    right, _ = run_rnn(behind, turned(x, lengths), lengths)
    return left + turned(right, lengths)


# %% Exercise 1b, wrong: the pads are read
# says: Behind the end of text 1, of 3 tokens, there are states: pads were read.
def two_readers(ahead, behind, x, lengths):
    left, _ = ahead(x)
    right, _ = run_rnn(behind, turned(x, lengths), lengths)
    return torch.cat([left, turned(right, lengths)], dim=2)


# %% Exercise 1b, wrong: the second reader without gradient
# says: The gradient does not get through to both readers.
def two_readers(ahead, behind, x, lengths):
    left, _ = run_rnn(ahead, x, lengths)
    with torch.no_grad():
        right, _ = run_rnn(behind, turned(x, lengths), lengths)
    return torch.cat([left, turned(right, lengths)], dim=2)


# %% Exercise 2a, right: masked_fill and amax
def masked_max(states, lengths):
    behind_the_end = torch.arange(states.size(1)) >= lengths[:, None]
    return states.masked_fill(behind_the_end[:, :, None], float("-inf")).amax(dim=1)


# %% Exercise 2a, right: where
def masked_max(states, lengths):
    real = torch.arange(states.shape[1])[None, :] < lengths[:, None]
    values, _ = torch.where(real[..., None], states, torch.tensor(-1e9)).max(dim=1)
    return values


# %% Exercise 2a, right: packed after all
def masked_max(states, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
    unpacked, _ = nn.utils.rnn.pad_packed_sequence(packed, True, -torch.inf)
    return unpacked.amax(1)


# %% Exercise 2a, wrong: the mask is turned round
# says: Is the mask turned round?
# not: fill
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2a, wrong: filled with zeros
# says: Text 2 is near -100, and 0 wins: the filling.
# not: mask
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), 0).amax(1)


# %% Exercise 2a, wrong: not low enough
# says: and -10 wins: the filling.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -10).amax(1)


# %% Exercise 2a, wrong: no mask
# says: A 9 has won, and a 9 stands in the padding alone.
def masked_max(states, lengths):
    return states.amax(1)


# %% Exercise 2a, wrong: max returns two things
# says: take .values
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).max(1)


# %% Exercise 2a, wrong: zero times infinity
# says: Some numbers are NaN
def masked_max(states, lengths):
    behind_the_end = (torch.arange(states.size(1)) >= lengths.unsqueeze(1)).float()
    return (states + behind_the_end.unsqueeze(2) * -torch.inf).amax(1)


# %% Exercise 2a, wrong: over the numbers of a state
# says: The shape is [3, 5], not [B, D].
def masked_max(states, lengths):
    return states.amax(2)


# %% Exercise 2a, wrong: changes its input
# says: masked_max changed its input.
def masked_max(states, lengths):
    states[torch.arange(states.size(1)) >= lengths.unsqueeze(1)] = -torch.inf
    return states.amax(1)


# %% Exercise 2a, wrong: one token too few
# says: is wrong.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < (lengths - 1).clamp(min=1).unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2a, wrong: the mean
# says: is wrong.
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), 0).sum(1) / lengths.unsqueeze(1)


# %% Exercise 2a, wrong: no gradient
# says: The gradient does not get through
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.data.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 2a, wrong: shapes that do not fit
# says: `masked_max` stops with RuntimeError: The size of tensor a (5) must match
def masked_max(states, lengths):
    return states.masked_fill(torch.arange(5) >= lengths, -torch.inf).amax(1)


# %% Exercise 2b, right: one-hot rows, numbers with a point
def wins(states):
    return nn.functional.one_hot(states.max(0).indices, len(states)).double().sum(0)


# %% Exercise 2b, right: a list
def wins(states):
    winners = states.argmax(0).tolist()
    return [winners.count(token) for token in range(len(states))]


# %% Exercise 2b, wrong: shares instead of numbers
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.33, 0.67, 0.0, 0.0].
def wins(states):
    counts = states.argmax(0).bincount(minlength=len(states))
    return counts / counts.sum()


# %% Exercise 2b, wrong: no minlength
# says: A number for each of the 4 tokens, [4], and not [2].
def wins(states):
    return states.argmax(0).bincount()


# %% Exercise 2b, wrong: the other axis
# says: and not [3.0, 1.0, 0.0, 0.0].
def wins(states):
    return states.argmax(1).bincount(minlength=len(states))


# %% Exercise 2b, wrong: the largest without its sign
# says: and not [1.0, 1.0, 0.0, 1.0].
def wins(states):
    return states.abs().argmax(0).bincount(minlength=len(states))


# %% Exercise 2b, wrong: a dictionary
# says: wins returns no tensor.
def wins(states):
    winners = states.argmax(0).tolist()
    return {token: winners.count(token) for token in winners}


# %% Exercise 2b, wrong: the sum of what was won
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.9, 0.4, 0.0, 0.0].
def wins(states):
    return (states * (states == states.amax(0))).sum(1)


# %% Exercise 3a, right: each token and the next
def without_commas(tokens):
    pairs = zip(tokens, [*tokens[1:], ""])
    kept = [(token, int(after == ",")) for token, after in pairs if token != ","]
    return [token for token, _ in kept], [label for _, label in kept]


# %% Exercise 3a, right: places, and a tensor
def without_commas(tokens):
    places = [i for i, token in enumerate(tokens) if token != ","]
    marks = [i + 1 < len(tokens) and tokens[i + 1] == "," for i in places]
    return [tokens[i] for i in places], torch.tensor(marks).long()


# %% Exercise 3a, wrong: the commas stay
# says: Of 'oil , gas and coal , too' the tokens ['oil', 'gas', 'and', 'coal', 'too'] stay
def without_commas(tokens):
    return tokens, [int(token == ",") for token in tokens]


# %% Exercise 3a, wrong: a label for each old token
# says: 5 tokens of 'oil , gas and coal , too' stay; you give 7 labels.
def without_commas(tokens):
    return [t for t in tokens if t != ","], [int(t == ",") for t in tokens]


# %% Exercise 3a, wrong: the word after the comma
# says: has the labels [1, 0, 0, 1, 0], not [0, 1, 0, 0, 1].
def without_commas(tokens):
    words, labels, comma = [], [], 0
    for token in tokens:
        if token != ",":
            words.append(token)
            labels.append(comma)
        comma = int(token == ",")
    return words, labels


# %% Exercise 3a, wrong: a comma at the start has no word before it
# says: `without_commas` stops with IndexError
def without_commas(tokens):
    words, labels = [], []
    for token in tokens:
        if token == ",":
            labels[-1] = 1
        else:
            words.append(token)
            labels.append(0)
    return words, labels


# %% Exercise 3a, wrong: two commas count twice
# says: 'two , , in a row' has the labels [1, 0, 0, 0], not [2, 0, 0, 0].
def without_commas(tokens):
    words, labels = [], []
    for token in tokens:
        if token != ",":
            words.append(token)
            labels.append(0)
        elif words:
            labels[-1] += 1
    return words, labels


# %% Exercise 3a, wrong: changes its input
# says: without_commas changed the list it was given.
def without_commas(tokens):
    labels = [int(after == ",") for after in tokens[1:]] + [0]
    labels = [label for token, label in zip(tokens, labels) if token != ","]
    while "," in tokens:
        tokens.remove(",")
    return tokens, labels


# %% Exercise 3a, wrong: the tokens alone
# says: Return two things: the tokens, their labels.
def without_commas(tokens):
    return [token for token in tokens if token != ","]


# %% Exercise 3a, wrong: a string
# says: The tokens should be a list.
def without_commas(tokens):
    words = [token for token in tokens if token != ","]
    return " ".join(words), [0] * len(words)


# %% Exercise 3b, right: the larger of two columns
def with_commas(tokens, logits):
    marks = (logits[:, 1] > logits[:, 0]).tolist()
    return " ".join(token + " ," * mark for token, mark in zip(tokens, marks))


# %% Exercise 3b, right: probabilities, and a loop from the end
def with_commas(tokens, logits):
    text = list(tokens)
    for place in range(len(tokens) - 1, -1, -1):
        if logits.softmax(1)[place, 1] > 0.5:
            text.insert(place + 1, ",")
    return " ".join(text)


# %% Exercise 3b, wrong: logits are not probabilities
# says: It should be
def with_commas(tokens, logits):
    marks = (logits[:, 1] - 5 > 0.5).tolist()
    return " ".join(token + " ," * mark for token, mark in zip(tokens, marks))


# %% Exercise 3b, wrong: no comma at all
# says: It should be 'oil , gas and coal', not 'oil gas and coal'.
def with_commas(tokens, logits):
    return " ".join(tokens)


# %% Exercise 3b, wrong: a list
# says: with_commas returns no string.
def with_commas(tokens, logits):
    marks = logits.argmax(1).tolist()
    return [token + " ," * mark for token, mark in zip(tokens, marks)]


# %% Exercise 3b, wrong: before the token
# says: It should be 'oil , gas and coal', not ', oil gas and coal'.
def with_commas(tokens, logits):
    marks = logits.argmax(1).tolist()
    return " ".join(", " * mark + token for token, mark in zip(tokens, marks))


# %% Exercise 3b, wrong: a threshold of its own
# says: It should be
def with_commas(tokens, logits):
    marks = (logits.softmax(1)[:, 1] > 0.7).tolist()
    return " ".join(token + " ," * mark for token, mark in zip(tokens, marks))
