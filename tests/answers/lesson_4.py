# %% Exercise 1a, right: a loop over the texts
def reversed_texts(x, lengths):
    y = torch.zeros_like(x)
    for row, n in enumerate(lengths):
        y[row, :n] = x[row, :n].flip(dims=[0])
    return y


# %% Exercise 1a, right: gather
def reversed_texts(x, lengths):
    steps = torch.arange(x.size(1)).expand(len(x), -1)  # [B, T]
    from_where = lengths.unsqueeze(1) - 1 - steps
    from_where = torch.where(from_where < 0, steps, from_where)
    return x.gather(1, from_where.unsqueeze(2).expand_as(x))


# %% Exercise 1a, wrong: the padding is turned as well
# says: The padding of text 1, of 3 tokens, has moved.
def reversed_texts(x, lengths):
    return x.flip(1)


# %% Exercise 1a, wrong: changes its input
# says: reversed_texts changed its input; work on x.clone().
def reversed_texts(x, lengths):
    for i, n in enumerate(lengths):
        x[i, :n] = x[i, :n].flip(0)
    return x


# %% Exercise 1a, wrong: off by one
# says: not in reverse order
def reversed_texts(x, lengths):
    y = x.clone()
    for i, n in enumerate(lengths.tolist()):
        y[i, : n - 1] = x[i, : n - 1].flip(0)
    return y


# %% Exercise 1a, wrong: a list
# says: reversed_texts returns no tensor.
def reversed_texts(x, lengths):
    return [text[:n].flip(0) for text, n in zip(x, lengths)]


# %% Exercise 1a, wrong: no gradient
# says: The gradient does not get through
def reversed_texts(x, lengths):
    y = x.detach().clone()
    for i, n in enumerate(lengths):
        y[i, :n] = y[i, :n].flip(0)
    return y


# %% Exercise 1a, wrong: lengths guessed from zero vectors
# says: The vectors of text 2, of 5 tokens, are not in reverse order.
def reversed_texts(x, lengths):
    y = x.clone()
    for i, n in enumerate((x.abs().sum(2) > 0).sum(1).tolist()):
        y[i, :n] = x[i, :n].flip(0)
    return y


# %% Exercise 1b, right: run_rnn and reversed_texts
def both_directions(forward, backward, x, lengths):
    left = run_rnn(forward, x, lengths)[0]
    right = reversed_texts(run_rnn(backward, reversed_texts(x, lengths), lengths)[0], lengths)
    return torch.cat((left, right), -1)


# %% Exercise 1b, right: text by text, no padding at all
def both_directions(forward, backward, x, lengths):
    rows = []
    for text, n in zip(x, lengths.tolist()):
        left, _ = forward(text[:n])
        right, _ = backward(text[:n].flip(0))
        rows.append(torch.cat([left, right.flip(0)], dim=1))
    output = x.new_zeros(len(x), x.size(1), rows[0].size(1))
    for i, row in enumerate(rows):
        output[i, : len(row)] = row
    return output


# %% Exercise 1b, wrong: the text is not reversed before
# says: In the right half of text 1, of 3 tokens, backward has read the text from the left.
# not: left half
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    right, _ = run_rnn(backward, x, lengths)
    return torch.cat([left, right], dim=2)


# %% Exercise 1b, wrong: the padding in front
# says: The right half of text 1, of 3 tokens, is not what backward should give.
# not: left half
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    right, _ = backward(x.flip(1))
    return torch.cat([left, right.flip(1)], dim=2)


# %% Exercise 1b, wrong: the states are not put back in order
# says: In the right half of text 1, of 3 tokens, the states are still in reverse order.
# not: left half
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    right, _ = run_rnn(backward, reversed_texts(x, lengths), lengths)
    return torch.cat([left, right], dim=2)


# %% Exercise 1b, wrong: the halves in the other order
# says: The left half of text 1, of 3 tokens, is not what forward gives.
# not: right half
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    right, _ = run_rnn(backward, reversed_texts(x, lengths), lengths)
    return torch.cat([reversed_texts(right, lengths), left], dim=2)


# %% Exercise 1b, wrong: added, not joined
# says: The shape is [3, 5, 2], not [B, T, 2H] = [3, 5, 4].
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    right, _ = run_rnn(backward, reversed_texts(x, lengths), lengths)
    return left + reversed_texts(right, lengths)


# %% Exercise 1b, wrong: the padding is read
# says: Behind the end of text 1, of 3 tokens, there are states: padding was read.
def both_directions(forward, backward, x, lengths):
    left, _ = forward(x)
    right, _ = run_rnn(backward, reversed_texts(x, lengths), lengths)
    return torch.cat([left, reversed_texts(right, lengths)], dim=2)


# %% Exercise 1b, wrong: the second layer without gradient
# says: The gradient does not get through to both layers.
def both_directions(forward, backward, x, lengths):
    left, _ = run_rnn(forward, x, lengths)
    with torch.no_grad():
        right, _ = run_rnn(backward, reversed_texts(x, lengths), lengths)
    return torch.cat([left, reversed_texts(right, lengths)], dim=2)


# %% Exercise 2a, right: each token and the next
def without_commas(tokens):
    pairs = zip(tokens, [*tokens[1:], ""])
    kept = [(token, int(after == ",")) for token, after in pairs if token != ","]
    return [token for token, _ in kept], [label for _, label in kept]


# %% Exercise 2a, right: places, and a tensor
def without_commas(tokens):
    places = [i for i, token in enumerate(tokens) if token != ","]
    marks = [i + 1 < len(tokens) and tokens[i + 1] == "," for i in places]
    return [tokens[i] for i in places], torch.tensor(marks).long()


# %% Exercise 2a, wrong: the commas stay
# says: Of 'oil , gas and coal , too' the tokens ['oil', 'gas', 'and', 'coal', 'too'] stay
def without_commas(tokens):
    return tokens, [int(token == ",") for token in tokens]


# %% Exercise 2a, wrong: a label for each old token
# says: 5 tokens of 'oil , gas and coal , too' stay; you give 7 labels.
def without_commas(tokens):
    return [t for t in tokens if t != ","], [int(t == ",") for t in tokens]


# %% Exercise 2a, wrong: the word after the comma
# says: has the labels [1, 0, 0, 1, 0], not [0, 1, 0, 0, 1].
def without_commas(tokens):
    words, labels, comma = [], [], 0
    for token in tokens:
        if token != ",":
            words.append(token)
            labels.append(comma)
        comma = int(token == ",")
    return words, labels


# %% Exercise 2a, wrong: a comma at the start has no word before it
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


# %% Exercise 2a, wrong: two commas count twice
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


# %% Exercise 2a, wrong: the tokens alone
# says: Return two things: the tokens, their labels.
def without_commas(tokens):
    return [token for token in tokens if token != ","]


# %% Exercise 2b, right: sorted by the lead
def place(logits, count):
    lead = logits[:, 1] - logits[:, 0]
    chosen = lead.argsort(descending=True)[:count]
    return [int(i in chosen) for i in range(len(logits))]


# %% Exercise 2b, right: by the probability
def place(logits, count):
    order = sorted(range(len(logits)), key=lambda i: -logits.double().softmax(1)[i, 1].item())
    return torch.tensor([i in order[:count] for i in range(len(logits))]).long()


# %% Exercise 2b, wrong: the last 0 of a row are the whole row
# says: 0 were asked for; you place 6.
def place(logits, count):
    labels = torch.zeros(len(logits), dtype=torch.long)
    labels[(logits[:, 1] - logits[:, 0]).argsort()[-count:]] = 1
    return labels


# %% Exercise 2b, wrong: as it likes, not as many as asked for
# says: 2 were asked for; you place 3.
def place(logits, count):
    return logits.argmax(1)


# %% Exercise 2b, wrong: the logit of class 1 alone
# says: [2, 4] have the largest leads of class 1; you chose [1, 5].
def place(logits, count):
    labels = torch.zeros(len(logits), dtype=torch.long)
    labels[logits[:, 1].topk(count).indices] = 1
    return labels


# %% Exercise 2b, wrong: the places, not the labels
# says: 6 tokens want 6 labels, not 2.
def place(logits, count):
    return (logits[:, 1] - logits[:, 0]).topk(count).indices


# %% Exercise 2b, wrong: a threshold takes all that are tied
# says: Among equal leads any will do, but not more.
def place(logits, count):
    lead = logits[:, 1] - logits[:, 0]
    if count == 0:
        return torch.zeros(len(lead), dtype=torch.long)
    return (lead >= lead.topk(count).values[-1]).long()


# %% Exercise 2b, wrong: the smallest leads
# says: have the largest leads of class 1; you chose
def place(logits, count):
    labels = [0] * len(logits)
    for i in (logits[:, 1] - logits[:, 0]).argsort()[:count].tolist():
        labels[i] = 1
    return labels


# %% Exercise 2b, wrong: logits in place of labels
# says: Labels are 0 and 1
def place(logits, count):
    return (logits[:, 1] - logits[:, 0]) * 10


# %% Exercise 3a, right: masked_fill and amax
def masked_max(states, lengths):
    behind_the_end = torch.arange(states.size(1)) >= lengths[:, None]
    return states.masked_fill(behind_the_end[:, :, None], float("-inf")).amax(dim=1)


# %% Exercise 3a, right: where
def masked_max(states, lengths):
    real = torch.arange(states.shape[1])[None, :] < lengths[:, None]
    values, _ = torch.where(real[..., None], states, torch.tensor(-1e9)).max(dim=1)
    return values


# %% Exercise 3a, right: packed after all
def masked_max(states, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
    unpacked, _ = nn.utils.rnn.pad_packed_sequence(packed, True, -torch.inf)
    return unpacked.amax(1)


# %% Exercise 3a, wrong: the mask is turned round
# says: Is the mask turned round?
# not: fill
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 3a, wrong: filled with zeros
# says: Text 2 is near -100, and 0 wins: the filling.
# not: mask
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), 0).amax(1)


# %% Exercise 3a, wrong: no mask
# says: A 9 has won, and a 9 stands in the padding alone.
def masked_max(states, lengths):
    return states.amax(1)


# %% Exercise 3a, wrong: max returns two things
# says: take .values
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).max(1)


# %% Exercise 3a, wrong: zero times infinity
# says: Some numbers are NaN
def masked_max(states, lengths):
    behind_the_end = (torch.arange(states.size(1)) >= lengths.unsqueeze(1)).float()
    return (states + behind_the_end.unsqueeze(2) * -torch.inf).amax(1)


# %% Exercise 3a, wrong: changes its input
# says: masked_max changed its input.
def masked_max(states, lengths):
    states[torch.arange(states.size(1)) >= lengths.unsqueeze(1)] = -torch.inf
    return states.amax(1)


# %% Exercise 3a, wrong: no gradient
# says: The gradient does not get through
def masked_max(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return states.data.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1)


# %% Exercise 3a, wrong: shapes that do not fit
# says: `masked_max` stops with RuntimeError: The size of tensor a (5) must match
def masked_max(states, lengths):
    return states.masked_fill(torch.arange(5) >= lengths, -torch.inf).amax(1)


# %% Exercise 3b, right: one-hot rows, numbers with a point
def wins(states):
    return nn.functional.one_hot(states.max(0).indices, len(states)).double().sum(0)


# %% Exercise 3b, right: a list
def wins(states):
    winners = states.argmax(0).tolist()
    return [winners.count(token) for token in range(len(states))]


# %% Exercise 3b, wrong: shares instead of numbers
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.33, 0.67, 0.0, 0.0].
def wins(states):
    counts = states.argmax(0).bincount(minlength=len(states))
    return counts / counts.sum()


# %% Exercise 3b, wrong: no minlength
# says: A number for each of the 4 tokens, [4], and not [2].
def wins(states):
    return states.argmax(0).bincount()


# %% Exercise 3b, wrong: the other axis
# says: and not [3.0, 1.0, 0.0, 0.0].
def wins(states):
    return states.argmax(1).bincount(minlength=len(states))


# %% Exercise 3b, wrong: the largest without its sign
# says: and not [1.0, 1.0, 0.0, 1.0].
def wins(states):
    return states.abs().argmax(0).bincount(minlength=len(states))


# %% Exercise 3b, wrong: a dictionary
# says: wins returns no tensor.
def wins(states):
    winners = states.argmax(0).tolist()
    return {token: winners.count(token) for token in winners}


# %% Exercise 3b, wrong: the sum of what was won
# says: The tokens win [1, 2, 0, 0] numbers, and not [0.9, 0.4, 0.0, 0.0].
def wins(states):
    return (states * (states == states.amax(0))).sum(1)


# %% Exercise 3b, wrong: with a tie, two tokens win one unit
# says: With ties they should sum to 2, one winner a unit, not to 4.
def wins(states):
    return (states == states.max(0).values).sum(1)
