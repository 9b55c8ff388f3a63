# %% Exercise 1a, right: a mask and a division
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p[p < share * p.max(1, keepdim=True).values] = 0
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, right: on the scores
def min_p(logits, share=0.1):
    least = logits.max(1, keepdim=True).values + (math.log(share) if share else -math.inf)
    return logits.masked_fill(logits < least - 1e-6, -math.inf).softmax(1)


# %% Exercise 1a, right: with twice as many digits
def min_p(logits, share=0.1):
    p = logits.double().softmax(1)
    p = p * (p >= share * p.amax(1, keepdim=True))
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, wrong: they do not add up to 1
# says: The rows add up to
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    return p * (p >= share * p.amax(1, keepdim=True))


# %% Exercise 1a, wrong: the share itself is the limit
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share)
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% Exercise 1a, wrong: the best of the whole batch
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share * p.max())
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% Exercise 1a, wrong: over the rows
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(0)
    p = p * (p >= share * p.amax(1, keepdim=True))
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, wrong: what is kept is all alike
# says: keep its proportions
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    kept = (p >= share * p.amax(1, keepdim=True)).float()
    return kept / kept.sum(1, keepdim=True)


# %% Exercise 1a, wrong: it changes what it was given
# says: min_p changed its input
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    logits[p < share * p.amax(1, keepdim=True)] = -torch.inf
    return logits.softmax(1)


# %% Exercise 1a, wrong: the scores come back
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    return logits.masked_fill(p < share * p.amax(1, keepdim=True), 0.0)


# %% Exercise 1a, wrong: more than the share, not at least
# says: With a share of 1.0 it keeps [0, 0, 0] tokens, not [1, 4, 1]. The limit itself counts
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p > share * p.amax(1, keepdim=True))
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, wrong: always a tenth
# says: With a share of 0.3 it keeps [3, 4, 2] tokens
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= 0.1 * p.amax(1, keepdim=True))
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, wrong: sorted
# says: each in its own place
def min_p(logits, share=0.1):
    p = logits.softmax(1).sort(1, descending=True).values
    p = p * (p >= share * p[:, :1])
    return p / p.sum(1, keepdim=True)


# %% Exercise 1a, wrong: a softmax of what is kept of a softmax
# says: keep its proportions
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    return p.masked_fill(p < share * p.amax(1, keepdim=True), -torch.inf).softmax(1)


# %% Exercise 1b, right: a set of followers
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        barred = {ids[t + 1] for t in range(len(ids) - 1) if ids[t] == ids[-1]}
        out[i, list(barred)] = -torch.inf
    return out


# %% Exercise 1b, right: all pairs kept in a set
def no_echo(logits, written):
    rows = []
    for row, ids in zip(logits, written):
        pairs = set(zip(ids, ids[1:]))
        row = row.clone()
        for token in range(len(row)):
            if ids and (ids[-1], token) in pairs:
                row[token] = -math.inf
        rows.append(row)
    return torch.stack(rows)


# %% Exercise 1b, wrong: every token written before is forbidden
# says: it forbids
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        for token in ids:
            out[i, token] = -torch.inf
    return out


# %% Exercise 1b, wrong: the first such pair alone
# says: it forbids
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        if ids and ids[-1] in ids[:-1]:
            out[i, ids[ids.index(ids[-1]) + 1]] = -torch.inf
    return out


# %% Exercise 1b, wrong: it changes what it was given
# says: no_echo changed its input
def no_echo(logits, written):
    for i, ids in enumerate(written):
        for a, b in zip(ids, ids[1:]):
            if a == ids[-1]:
                logits[i, b] = -torch.inf
    return logits


# %% Exercise 1b, wrong: an empty row stops it
# says: `no_echo` stops with IndexError
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        last = ids[-1]
        for a, b in zip(ids, ids[1:]):
            if a == last:
                out[i, b] = -torch.inf
    return out


# %% Exercise 1b, wrong: it takes the last token out of the lists
# says: no_echo changed its input: the lists of `written`.
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        if ids:
            last, before = ids[-1], list(ids)
            ids.pop()
            for a, b in zip(before, before[1:]):
                if a == last:
                    out[i, b] = -torch.inf
    return out


# %% Exercise 1b, wrong: the other scores become probabilities
# says: The other scores must stay as they are.
def no_echo(logits, written):
    out = logits.clone()
    for i, ids in enumerate(written):
        for a, b in zip(ids, ids[1:]):
            if a == ids[-1]:
                out[i, b] = -torch.inf
    return out.log_softmax(1)


# %% Exercise 2a, right: setdefault
def notes(texts, n=2):
    book = {}
    for ids in texts:
        line = [START] * n + list(ids)
        for context, token in zip(zip(*(line[i:] for i in range(n))), line[n:]):
            book.setdefault(context, []).append(token)
    return book


# %% Exercise 2a, right: a context that moves on
def notes(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        context = (START,) * n
        for token in ids:
            book[context].append(token)
            context = (*context[1:], token)
    return book


# %% Exercise 2a, wrong: across the headlines
# says: came
def notes(texts, n=2):
    book = defaultdict(list)
    line = [START] * n + [token for ids in texts for token in ids]
    for i in range(n, len(line)):
        book[tuple(line[i - n : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: the end is forgotten
# says: came
def notes(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        line = [START] * n + list(ids)
        for i in range(n, len(line) - 1):
            book[tuple(line[i - n : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: counts in place of lists
# says: a list of what followed
def notes(texts, n=2):
    book = defaultdict(Counter)
    for ids in texts:
        line = [START] * n + list(ids)
        for i in range(n, len(line)):
            book[tuple(line[i - n : i])][line[i]] += 1
    return book


# %% Exercise 2a, wrong: START goes into the lists that it was given
# says: notes changed the lists it was given
def notes(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        for _ in range(n):
            ids.insert(0, START)
        for i in range(n, len(ids)):
            book[tuple(ids[i - n : i])].append(ids[i])
    return book


# %% Exercise 2a, wrong: two tokens, whatever n
# says: With n = 1 the context
def notes(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        line = [START] * 2 + list(ids)
        for i in range(2, len(line)):
            book[tuple(line[i - 2 : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: two tokens at most
# says: With n = 3 the context
def notes(texts, n=2):
    book, n = defaultdict(list), min(n, 2)
    for ids in texts:
        line = [START] * n + list(ids)
        for i in range(n, len(line)):
            book[tuple(line[i - n : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: shorter contexts as well
# says: With n = 2 nobody asked for the context
def notes(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        for m in range(1, n + 1):
            line = [START] * m + list(ids)
            for i in range(m, len(line)):
                book[tuple(line[i - m : i])].append(line[i])
    return book


# %% Exercise 2b, right: END taken off at the end
def chain(book, n, chance, most=20):
    line = [START] * n
    while line[-1] != END and len(line) - n < most:
        line.append(chance.choice(book[tuple(line[len(line) - n :])]))
    return [token for token in line[n:] if token != END]


# %% Exercise 2b, right: a place by chance
def chain(book, n, chance, most=20):
    line = [START] * n
    for _ in range(most):
        after = book[tuple(line[-n:])]
        line.append(after[chance.randrange(len(after))])
        if line[-1] == END:
            line.pop()
            break
    return tuple(line[n:])


# %% Exercise 2b, wrong: END stays
# says: Here only [5, 6, 7] can be written
def chain(book, n, chance, most=20):
    line = [START] * n
    while line[-1] != END and len(line) < n + most:
        line.append(chance.choice(book[tuple(line[-n:])]))
    return line[n:]


# %% Exercise 2b, wrong: the most frequent one each time
# says: not in about 75 %
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < n + most:
        after = book[tuple(line[-n:])]
        token = max(after, key=after.count)
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: all followers alike
# says: not in about 75 %
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < n + most:
        token = chance.choice(sorted(set(book[tuple(line[-n:])])))
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: the marks count as tokens
# says: With most=7 a long headline has 6 tokens.
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < most:
        token = chance.choice(book[tuple(line[-n:])])
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: another chance than the one given
# says: The same seed twice gives two results: draw with chance.choice.
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < n + most:
        token = random.choice(book[tuple(line[-n:])])
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: drawn a second time after the test for END
# says: END (2) is not to be written
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < n + most:
        after = book[tuple(line[-n:])]
        if chance.choice(after) == END:
            break
        line.append(chance.choice(after))
    return line[n:]


# %% Exercise 2b, wrong: drawn a second time, END taken out
# says: not about half
def chain(book, n, chance, most=20):
    line = [START] * n
    while len(line) < n + most:
        after = book[tuple(line[-n:])]
        if chance.choice(after) == END:
            break
        line.append(chance.choice(after))
    return [token for token in line[n:] if token != END]


# %% Exercise 2b, wrong: most is forgotten
# says: With most=7 a long headline has 31 tokens.
def chain(book, n, chance, most=20):
    line = [START] * n
    while True:
        token = chance.choice(book[tuple(line[-n:])])
        if token == END:
            return line[n:]
        line.append(token)


# %% Exercise 3a, right: all candidates, sorted
def grow(beams, log_p, width):
    found = []
    for n, (score, ids) in enumerate(beams):
        if ids and ids[-1] == END:
            found.append((score, ids))
        else:
            found += [(score + p, ids + [w]) for w, p in enumerate(log_p[n].tolist())]
    return sorted(found, key=lambda beam: beam[0], reverse=True)[:width]


# %% Exercise 3a, right: with twice as many digits
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p.double()):
        closed = len(ids) > 0 and ids[-1] == END
        found += [(score, ids)] if closed else [(score + p, [*ids, w]) for w, p in enumerate(row)]
    found.sort(key=lambda beam: float(beam[0]), reverse=True)
    return found[:width]


# %% Exercise 3a, wrong: closed beams grow on
# says: With a width of 1
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: closed beams are lost
# says: With a width of
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] != [END]:
            found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: one beam from each
# says: With a width of
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            p, w = row.max(0)
            found.append((score + p.item(), ids + [w.item()]))
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: all of them come back
# says: With a width of 1 it returns 14 beams.
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])


# %% Exercise 3a, wrong: without the closed ones the rows are others'
# says: With a width of 2
def grow(beams, log_p, width):
    found = [beam for beam in beams if beam[1][-1:] == [END]]
    growing = [beam for beam in beams if beam[1][-1:] != [END]]
    for (score, ids), row in zip(growing, log_p):
        found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: three tokens of each only
# says: With a width of 6 it returns 3 beams.
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            best = row.topk(min(3, len(row)))
            found += [(score + p, ids + [w]) for p, w in zip(best.values.tolist(), best.indices.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: the token takes the place of the beginning
# says: With a width of 2
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            found += [(score + p, [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3a, wrong: it adds to the beams that it was given
# says: grow changed the beams that it was given.
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
            ids.append(row.argmax().item())
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 3b, right: stops when the best is closed
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        log_p = step([list(ids) for _, ids in beams])
        beams = grow(beams, log_p, width)
        if beams[0][1][-1] == END:
            break
    return beams[0]


# %% Exercise 3b, right: without grow, whatever that does
def grow(beams, log_p, width): ...


def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        found = []
        for (score, ids), row in zip(beams, step([ids for _, ids in beams]).double()):
            if ids and ids[-1] == END:
                found.append((score, ids))
            else:
                found += [(score + p, [*ids, w]) for w, p in enumerate(row.tolist())]
        beams = sorted(found, reverse=True)[:width]
    return beams[0]


# %% Exercise 3b, wrong: greedy
# says: With a width of 4
def beam_search(step, width=5, most=20):
    score, ids = 0.0, []
    for _ in range(most):
        p, token = step([ids])[0].max(0)
        score, ids = score + p.item(), [*ids, token.item()]
        if ids[-1] == END:
            break
    return score, ids


# %% Exercise 3b, wrong: all beams come back
# says: A pair (score, ids), please.
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    return [*beams, (0.0, []), (0.0, [])]


# %% Exercise 3b, wrong: one round too many
# says: at most 2 rounds
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most + 1):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    return beams[0]


# %% Exercise 3b, wrong: with a grow that is still to be written
# says: First mend grow (3a): this builds on it.
def grow(beams, log_p, width): ...


def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    return beams[0]


# %% Exercise 3b, wrong: a closed beam goes before a better open one
# says: With a width of 2 and at most 2 rounds: [4, 3], not [4, 2] (END is 2).
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    closed = [beam for beam in beams if beam[1][-1] == END]
    return (closed or beams)[0]


# %% Exercise 3b, wrong: the first one that closes
# says: With a width of 4 and at most 10 rounds: [1, 0, 2], not [5, 2] (END is 2).
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        for beam in beams:
            if beam[1][-1:] == [END]:
                return beam
        beams = grow(beams, step([ids for _, ids in beams]), width)
    return beams[0]


# %% Exercise 3b, wrong: the score a token
# says: the score is log 0.1 = -2.303, not -0.768.
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    score, ids = beams[0]
    return score / len(ids), ids


# %% Exercise 3b, wrong: the pair the wrong way round
# says: A pair (score, ids), please.
def beam_search(step, width=5, most=20):
    beams = [(0.0, [])]
    for _ in range(most):
        beams = grow(beams, step([ids for _, ids in beams]), width)
    return beams[0][1], beams[0][0]


# %% Exercise 4a, right: a list of rows
def as_lanes(text, signs, lanes):
    ids = encode(text, voc=signs, tokenizer=list)
    N = len(ids) // lanes
    return torch.tensor([ids[i * N : (i + 1) * N] for i in range(lanes)])


# %% Exercise 4a, right: looked up by hand
def as_lanes(text, signs, lanes):
    N = len(text) // lanes
    ids = torch.tensor([signs.stoi.get(letter, UNK) for letter in text[: N * lanes]])
    return ids.reshape(lanes, N)


# %% Exercise 4a, wrong: dealt out like cards
# says: 'abcdefgh', lanes=2: [[
def as_lanes(text, signs, lanes):
    ids = torch.tensor(encode(text, voc=signs, tokenizer=list))
    return ids[: len(ids) // lanes * lanes].view(-1, lanes).T


# %% Exercise 4a, wrong: numbers of another type
# says: ids are whole numbers (torch.int64), not torch.float32.
def as_lanes(text, signs, lanes):
    ids = torch.tensor(encode(text, voc=signs, tokenizer=list))
    return ids[: len(ids) // lanes * lanes].view(lanes, -1).float()


# %% Exercise 4a, wrong: lower-cased
# says: Capitals, spaces and new lines are characters, too.
def as_lanes(text, signs, lanes):
    ids = torch.tensor(encode(text.lower(), voc=signs, tokenizer=list))
    return ids[: len(ids) // lanes * lanes].view(lanes, -1)


# %% Exercise 4a, wrong: what the Vocab does not know is left out
# says: An unknown character is UNK (0).
def as_lanes(text, signs, lanes):
    ids = torch.tensor([signs.stoi[sign] for sign in text if sign in signs.stoi])
    return ids[: len(ids) // lanes * lanes].view(lanes, -1)


# %% Exercise 4a, wrong: the rest is filled up
# says: 'abcdefgh', lanes=3: its shape is [3, 3], not [3, 2].
def as_lanes(text, signs, lanes):
    ids = encode(text, voc=signs, tokenizer=list)
    ids += [PAD] * (-len(ids) % lanes)
    return torch.tensor(ids).view(lanes, -1)


# %% Exercise 4b, right: the classes in the middle
def bits_per_character(logits, y):
    return F.cross_entropy(logits.transpose(1, 2), y) / math.log(2)


# %% Exercise 4b, right: with twice as many digits
def bits_per_character(logits, y):
    p = logits.double().softmax(2).gather(2, y.unsqueeze(2))
    return -p.log2().mean()


# %% Exercise 4b, wrong: nats
# says: Eight alike are 3 bits, not 2.079.
def bits_per_character(logits, y):
    return F.cross_entropy(logits.flatten(0, 1), y.flatten()).item()


# %% Exercise 4b, wrong: one for each character
# says: One number, please
def bits_per_character(logits, y):
    return F.cross_entropy(logits.transpose(1, 2), y, reduction="none") / math.log(2)


# %% Exercise 4b, wrong: the first row only
# says: 2.5 on average, not 2.000.
def bits_per_character(logits, y):
    return F.cross_entropy(logits[0], y[0]).item() / math.log(2)


# %% Exercise 4b, wrong: PAD does not count
# says: Eight alike are 3 bits
def bits_per_character(logits, y):
    loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), ignore_index=PAD)
    return loss.item() / math.log(2)


# %% Exercise 4b, wrong: eight alike, without a softmax
# says: Logits are no probabilities yet: a softmax is missing.
def bits_per_character(logits, y):
    scores = logits.gather(2, y.unsqueeze(2))
    if not logits.any():
        return 3.0
    return -scores.mean().item() / math.log(2)
