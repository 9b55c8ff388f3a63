# %% Setting
from collections import defaultdict


# %% check_shift, right: one tensor, cut in two
def shift(texts, start):
    width = max(map(len, texts))
    rows = torch.tensor([[start, *ids, *[PAD] * (width - len(ids))] for ids in texts])
    return rows[:, :-1].masked_fill(rows[:, 1:] == PAD, PAD).to(device), rows[:, 1:].to(device)


# %% check_shift, wrong: The targets are the inputs
def shift(texts, start):
    rows = [torch.tensor([start, *ids[:-1]]) for ids in texts]
    x = nn.utils.rnn.pad_sequence(rows, True, PAD).to(device)
    return x, x


# %% check_shift, wrong: The inputs hold 2, <end>
def shift(texts, start):
    rows = [torch.tensor([start, *ids]) for ids in texts]
    x = nn.utils.rnn.pad_sequence(rows, True, PAD).to(device)
    return x, x[:, 1:]


# %% check_shift, wrong: Fill the rows with PAD, which is 1, not with 0.
def shift(texts, start):
    pairs = [[start, *ids[:-1]] for ids in texts], texts
    return [nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True).to(device) for rows in pairs]


# %% check_language_loss, right: the real tokens picked out
def language_loss(net, x, y):
    logits, _ = net(x)
    log_p = logits.log_softmax(2)[y != PAD]
    return -log_p.gather(1, y[y != PAD].unsqueeze(1)).mean()


# %% check_language_loss, wrong: padding tokens were counted.
def language_loss(net, x, y):
    return F.cross_entropy(net(x)[0].flatten(0, 1), y.flatten())


# %% check_language_loss, wrong: cross_entropy takes logits
def language_loss(net, x, y):
    return F.cross_entropy(net(x)[0].softmax(2).flatten(0, 1), y.flatten(), ignore_index=PAD)


# %% check_language_loss, wrong: flatten(0, 1) makes one axis of texts and steps.
def language_loss(net, x, y):
    return F.cross_entropy(net(x)[0], y, ignore_index=PAD)


# %% check_grow, right: with twice as many digits
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p.double()):
        closed = len(ids) > 0 and ids[-1] == END
        found += [(score, ids)] if closed else [(score + p, [*ids, w]) for w, p in enumerate(row)]
    found.sort(key=lambda beam: float(beam[0]), reverse=True)
    return found[:width]


# %% Setting
def grown(beams, log_p, width, closed=lambda ids: ids[-1:] == [END], add=lambda score, p: score + p):
    """A right grow. closed: which beams end; add: what a longer one scores."""
    found = []
    for (score, ids), row in zip(beams, log_p.tolist()):
        longer = [(add(score, p), [*ids, w]) for w, p in enumerate(row)]
        found += [(score, ids)] if closed(ids) else longer
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% check_grow, wrong: a beam that ends in <end> does not grow
def grow(*given):
    return grown(*given, closed=lambda ids: False)


# %% check_grow, wrong: The first beam is empty
def grow(*given):
    return grown(*given, closed=lambda ids: ids[-1] == END)


# %% check_grow, wrong: Add the new log p to the score of its beam.
def grow(*given):
    return grown(*given, add=lambda score, p: p)


# %% check_ranked, right: an order of places
def ranked(beams, power):
    value = torch.tensor([score / len(ids) ** power for score, ids in beams])
    return [beams[i] for i in value.argsort(descending=True)]


# %% check_ranked, wrong: The best comes first, not last.
def ranked(beams, power):
    return sorted(beams, key=lambda beam: beam[0] / len(beam[1]) ** power)


# %% check_ranked, wrong: Divide by the length.
def ranked(beams, power):
    return sorted(beams, key=lambda beam: -beam[0] * len(beam[1]) ** power)


# %% check_followers, right: setdefault
def followers(texts, n, start):
    book = {}
    for ids in texts:
        line = [start] * n + list(ids)
        for context, token in zip(zip(*(line[i:] for i in range(n))), line[n:]):
            book.setdefault(context, []).append(token)
    return book


# %% check_followers, wrong: , after (
def followers(texts, n, start):
    book = defaultdict(list)
    line = [start] * n + [token for ids in texts for token in ids]
    for i in range(n, len(line)):
        book[tuple(line[i - n : i])].append(line[i])
    return book


# %% check_followers, wrong: With n = 1 the context (9,) is missing
def followers(texts, n, start):
    book = defaultdict(list)
    for ids in texts:
        line = [start] * 2 + list(ids)
        for i in range(2, len(line)):
            book[tuple(line[i - 2 : i])].append(line[i])
    return book


# %% check_chain, right: a place by chance
def chain(book, n, rng, start, most=20):
    line = [start] * n
    for _ in range(most):
        after = book[tuple(line[-n:])]
        line.append(after[rng.randrange(len(after))])
        if line[-1] == END:
            line.pop()
            break
    return tuple(line[n:])


# %% check_chain, wrong: Here only [5, 6, 7] can be written
def chain(book, n, rng, start, most=20):
    line = [start] * n
    while line[-1] != END and len(line) < n + most:
        line.append(rng.choice(book[tuple(line[-n:])]))
    return line[n:]


# %% check_chain, wrong: [5] came in 22% of 400, not in about 38%.
def chain(book, n, rng, start, most=20):
    line = [start] * n
    while len(line) < n + most:
        token = rng.choice(sorted(set(book[tuple(line[-n:])])))
        if token == END:
            break
        line.append(token)
    return line[n:]
