# %% Setting
from collections import defaultdict


# %% check_backwards, right: shifted again
def backwards(texts, start):
    return shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])


# %% check_backwards, wrong: <end> is turned as well
# says: The first target is 2, <end>. It should be the last word, 7.
def backwards(texts, start):
    return shifted([(start, ids[::-1]) for ids in texts])


# %% check_backwards, wrong: inputs and targets exchanged
# says: Inputs and targets are exchanged.
def backwards(texts, start):
    x, y = shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])
    return y, x


# %% check_train_step, right: the real tokens picked out
def train_step(net, x, y, optimizer):
    optimizer.zero_grad()
    logits, _ = net(x)
    real = y != PAD
    loss = nn.CrossEntropyLoss()(logits[real], y[real])
    loss.backward()
    optimizer.step()
    return loss.detach().item()


# %% check_train_step, wrong: padding tokens count
# says: padding tokens were counted.
def train_step(net, x, y, optimizer):
    logits, _ = net(x)
    loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% check_train_step, wrong: zero_grad is forgotten
# says: an old gradient was added to the new one.
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% check_train_step, wrong: the loss keeps its graph
# says: return loss.item().
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


# %% check_followers, right: setdefault
def followers(texts, n, start):
    book = {}
    for ids in texts:
        line = [start] * n + list(ids)
        for context, token in zip(zip(*(line[i:] for i in range(n))), line[n:]):
            book.setdefault(context, []).append(token)
    return book


# %% check_followers, wrong: across the headlines
# says: , after (
def followers(texts, n, start):
    book = defaultdict(list)
    line = [start] * n + [token for ids in texts for token in ids]
    for i in range(n, len(line)):
        book[tuple(line[i - n : i])].append(line[i])
    return book


# %% check_followers, wrong: BOS goes into the lists that it was given
# says: followers changed what it was given
def followers(texts, n, start):
    book = defaultdict(list)
    for ids in texts:
        for _ in range(n):
            ids.insert(0, start)
        for i in range(n, len(ids)):
            book[tuple(ids[i - n : i])].append(ids[i])
    return book


# %% check_followers, wrong: two tokens, whatever n
# says: With n = 1 the context (9,) is missing
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


# %% check_chain, wrong: END stays
# says: Here only [5, 6, 7] can be written
def chain(book, n, rng, start, most=20):
    line = [start] * n
    while line[-1] != END and len(line) < n + most:
        line.append(rng.choice(book[tuple(line[-n:])]))
    return line[n:]


# %% check_chain, wrong: all followers alike
# says: [5] came in 22% of 400, not in about 38%.
def chain(book, n, rng, start, most=20):
    line = [start] * n
    while len(line) < n + most:
        token = rng.choice(sorted(set(book[tuple(line[-n:])])))
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% check_chain, wrong: most is forgotten
# says: With most=7 a long headline has 31 tokens.
def chain(book, n, rng, start, most=20):
    line = [start] * n
    while True:
        token = rng.choice(book[tuple(line[-n:])])
        if token == END:
            return line[n:]
        line.append(token)


# %% check_min_p, right: on the scores
def min_p(logits, share=0.1):
    least = logits.max(1, keepdim=True).values + (math.log(share) if share else -math.inf)
    return logits.masked_fill(logits < least - 1e-6, -math.inf).softmax(1)


# %% check_min_p, wrong: they do not add up to 1
# says: The rows add up to
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    return p * (p >= share * p.amax(1, keepdim=True))


# %% check_min_p, wrong: the share itself is the limit
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share)
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% check_min_p, wrong: the best of the whole batch
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share * p.max())
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% check_grow, right: with twice as many digits
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p.double()):
        closed = len(ids) > 0 and ids[-1] == END
        found += [(score, ids)] if closed else [(score + p, [*ids, w]) for w, p in enumerate(row)]
    found.sort(key=lambda beam: float(beam[0]), reverse=True)
    return found[:width]


# %% check_grow, wrong: closed beams grow on
# says: With a width of 1
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% check_grow, wrong: the scores have no axis for the vocabulary
# says: `grow` stops with RuntimeError
# says: Perhaps an axis is missing: unsqueeze(dim) adds one of size 1.
def grow(beams, log_p, width):
    total = log_p + torch.tensor([score for score, _ in beams])
    best = total.flatten().topk(width)
    V = log_p.size(1)
    return [(p, [*beams[i // V][1], i % V]) for p, i in zip(best.values.tolist(), best.indices.tolist())]
