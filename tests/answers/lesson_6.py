# %% Exercise 1a, right: shifted again
def backwards(texts, start):
    return shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])


# %% Exercise 1a, right: two tensors filled by hand
def backwards(texts, start):
    T = max(map(len, texts))
    x = torch.full((len(texts), T), PAD)
    y = x.clone()
    for row, ids in enumerate(texts):
        turned = list(reversed(ids[:-1]))
        x[row, : len(ids)] = torch.tensor([start] + turned)
        y[row, : len(ids)] = torch.tensor(turned + [2])
    return x, y


# %% Exercise 1a, wrong: forwards
# says: That is forwards.
def backwards(texts, start):
    return shifted([(start, ids) for ids in texts])


# %% Exercise 1a, wrong: <end> is turned as well
# says: The first target is 2, <end>. It should be the last word, 7.
def backwards(texts, start):
    return shifted([(start, ids[::-1]) for ids in texts])


# %% Exercise 1a, wrong: the padded rows are turned
# says: padding stands behind
def backwards(texts, start):
    x, y = shifted([(start, ids) for ids in texts])
    return y.flip(1), x.flip(1)


# %% Exercise 1a, wrong: inputs and targets exchanged
# says: Inputs and targets are exchanged.
def backwards(texts, start):
    x, y = shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])
    return y, x


# %% Exercise 1a, wrong: not shifted
# says: the inputs should be
def backwards(texts, start):
    _, y = shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])
    return y, y


# %% Exercise 1a, wrong: filled with 0
# says: Fill the rows with PAD, which is 1, not with 0.
def backwards(texts, start):
    x, y = shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])
    return [rows.masked_fill(rows == PAD, 0) for rows in (x, y)]


# %% Exercise 1a, wrong: int32
# says: ids are torch.int64, not torch.int32.
def backwards(texts, start):
    return [rows.int() for rows in shifted([(start, ids[-2::-1] + ids[-1:]) for ids in texts])]


# %% Exercise 1a, wrong: it turns the lists that it was given
# says: backwards changed the lists that it was given.
def backwards(texts, start):
    for ids in texts:
        ids.pop()
        ids.reverse()
        ids.append(2)
    return shifted([(start, ids) for ids in texts])


# %% Exercise 1b, right: the gradients go after the step
def train_step(net, x, y, optimizer):
    net.train()
    logits, _ = net(x)
    loss = F.cross_entropy(logits.transpose(1, 2), y, ignore_index=PAD)
    loss.backward()
    clip_gradient(net, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach()


# %% Exercise 1b, right: the real tokens picked out
def train_step(net, x, y, optimizer):
    optimizer.zero_grad()
    logits, _ = net(x)
    real = y != PAD
    loss = nn.CrossEntropyLoss()(logits[real], y[real])
    loss.backward()
    optimizer.step()
    return loss.detach().item()


# %% Exercise 1b, wrong: padding tokens count
# says: padding tokens were counted.
def train_step(net, x, y, optimizer):
    logits, _ = net(x)
    loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% Exercise 1b, wrong: zero_grad is forgotten
# says: an old gradient was added to the new one.
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% Exercise 1b, wrong: no step
# says: The weights have not moved.
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


# %% Exercise 1b, wrong: zero_grad between backward and step
# says: The weights have not moved.
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


# %% Exercise 1b, wrong: the sum
# says: the loss is 1.792, not 7.167.
def train_step(net, x, y, optimizer):
    logits, _ = net(x)
    loss = F.cross_entropy(logits.transpose(1, 2), y, ignore_index=PAD, reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% Exercise 1b, wrong: the loss keeps its graph
# says: return loss.item().
def train_step(net, x, y, optimizer):
    loss = token_loss(net, x, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


# %% Exercise 1b, wrong: two steps in one
# says: The score of 4 after 3 moved by
def train_step(net, x, y, optimizer):
    for _ in range(2):
        loss = token_loss(net, x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        first = loss.item() if _ == 0 else first
    return first


# %% Exercise 2a, right: setdefault
def followers(texts, n=2):
    book = {}
    for ids in texts:
        line = [BOS] * n + list(ids)
        for context, token in zip(zip(*(line[i:] for i in range(n))), line[n:]):
            book.setdefault(context, []).append(token)
    return book


# %% Exercise 2a, right: a context that moves on
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        context = (BOS,) * n
        for token in ids:
            book[context].append(token)
            context = (*context[1:], token)
    return book


# %% Exercise 2a, wrong: across the headlines
# says: came
def followers(texts, n=2):
    book = defaultdict(list)
    line = [BOS] * n + [token for ids in texts for token in ids]
    for i in range(n, len(line)):
        book[tuple(line[i - n : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: the end is forgotten
# says: came
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        line = [BOS] * n + list(ids)
        for i in range(n, len(line) - 1):
            book[tuple(line[i - n : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: counts in place of lists
# says: a list of what followed, not a Counter.
def followers(texts, n=2):
    book = defaultdict(Counter)
    for ids in texts:
        line = [BOS] * n + list(ids)
        for i in range(n, len(line)):
            book[tuple(line[i - n : i])][line[i]] += 1
    return book


# %% Exercise 2a, wrong: tensors in the lists
# says: ids as plain numbers, not as tensors.
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        line = torch.tensor([BOS] * n + list(ids))
        for i in range(n, len(line)):
            book[tuple(line[i - n : i].tolist())].append(line[i])
    return book


# %% Exercise 2a, wrong: BOS goes into the lists that it was given
# says: followers changed the lists it was given
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        for _ in range(n):
            ids.insert(0, BOS)
        for i in range(n, len(ids)):
            book[tuple(ids[i - n : i])].append(ids[i])
    return book


# %% Exercise 2a, wrong: two tokens, whatever n
# says: With n = 1 the context
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        line = [BOS] * 2 + list(ids)
        for i in range(2, len(line)):
            book[tuple(line[i - 2 : i])].append(line[i])
    return book


# %% Exercise 2a, wrong: shorter contexts as well
# says: With n = 2 nobody asked for the context
def followers(texts, n=2):
    book = defaultdict(list)
    for ids in texts:
        for m in range(1, n + 1):
            line = [BOS] * m + list(ids)
            for i in range(m, len(line)):
                book[tuple(line[i - m : i])].append(line[i])
    return book


# %% Exercise 2b, right: END taken off at the end
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while line[-1] != END and len(line) - n < most:
        line.append(rng.choice(book[tuple(line[len(line) - n :])]))
    return [token for token in line[n:] if token != END]


# %% Exercise 2b, right: a place by chance
def chain(book, n, rng, most=20):
    line = [BOS] * n
    for _ in range(most):
        after = book[tuple(line[-n:])]
        line.append(after[rng.randrange(len(after))])
        if line[-1] == END:
            line.pop()
            break
    return tuple(line[n:])


# %% Exercise 2b, wrong: END stays
# says: Here only [5, 6, 7] can be written
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while line[-1] != END and len(line) < n + most:
        line.append(rng.choice(book[tuple(line[-n:])]))
    return line[n:]


# %% Exercise 2b, wrong: the most frequent one each time
# says: Each call draws the same: use the rng that is given.
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while len(line) < n + most:
        after = book[tuple(line[-n:])]
        token = max(after, key=after.count)
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: all followers alike
# says: not in about 75 %
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while len(line) < n + most:
        token = rng.choice(sorted(set(book[tuple(line[-n:])])))
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: another chance than the one given
# says: The same seed twice gives two results: draw with rng.choice.
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while len(line) < n + most:
        token = random.choice(book[tuple(line[-n:])])
        if token == END:
            break
        line.append(token)
    return line[n:]


# %% Exercise 2b, wrong: drawn a second time after the test for END
# says: END (2) is not to be written
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while len(line) < n + most:
        after = book[tuple(line[-n:])]
        if rng.choice(after) == END:
            break
        line.append(rng.choice(after))
    return line[n:]


# %% Exercise 2b, wrong: most is forgotten
# says: With most=7 a long headline has 31 tokens.
def chain(book, n, rng, most=20):
    line = [BOS] * n
    while True:
        token = rng.choice(book[tuple(line[-n:])])
        if token == END:
            return line[n:]
        line.append(token)


# %% Exercise 3, right: a mask and a division
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p[p < share * p.max(1, keepdim=True).values] = 0
    return p / p.sum(1, keepdim=True)


# %% Exercise 3, right: on the scores
def min_p(logits, share=0.1):
    least = logits.max(1, keepdim=True).values + (math.log(share) if share else -math.inf)
    return logits.masked_fill(logits < least - 1e-6, -math.inf).softmax(1)


# %% Exercise 3, wrong: they do not add up to 1
# says: The rows add up to
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    return p * (p >= share * p.amax(1, keepdim=True))


# %% Exercise 3, wrong: the share itself is the limit
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share)
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% Exercise 3, wrong: the best of the whole batch
# says: it keeps
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p >= share * p.max())
    return p / p.sum(1, keepdim=True).clamp(min=1e-9)


# %% Exercise 3, wrong: it changes what it was given
# says: min_p changed its input
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    logits[p < share * p.amax(1, keepdim=True)] = -torch.inf
    return logits.softmax(1)


# %% Exercise 3, wrong: more than the share, not at least
# says: With a share of 1.0 it keeps [0, 0, 0] tokens, not [1, 4, 1]. The limit itself counts
def min_p(logits, share=0.1):
    p = logits.softmax(1)
    p = p * (p > share * p.amax(1, keepdim=True))
    return p / p.sum(1, keepdim=True)


# %% Exercise 3, wrong: sorted
# says: each in its own place
def min_p(logits, share=0.1):
    p = logits.softmax(1).sort(1, descending=True).values
    p = p * (p >= share * p[:, :1])
    return p / p.sum(1, keepdim=True)


# %% Exercise 4, right: all candidates, sorted
def grow(beams, log_p, width):
    found = []
    for n, (score, ids) in enumerate(beams):
        if ids and ids[-1] == END:
            found.append((score, ids))
        else:
            found += [(score + p, ids + [w]) for w, p in enumerate(log_p[n].tolist())]
    return sorted(found, key=lambda beam: beam[0], reverse=True)[:width]


# %% Exercise 4, right: with twice as many digits
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p.double()):
        closed = len(ids) > 0 and ids[-1] == END
        found += [(score, ids)] if closed else [(score + p, [*ids, w]) for w, p in enumerate(row)]
    found.sort(key=lambda beam: float(beam[0]), reverse=True)
    return found[:width]


# %% Exercise 4, wrong: closed beams grow on
# says: With a width of 1
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 4, wrong: closed beams are lost
# says: With a width of
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] != [END]:
            found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 4, wrong: one beam from each
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


# %% Exercise 4, wrong: all of them come back
# says: With a width of 1 it returns 14 beams.
def grow(beams, log_p, width):
    found = []
    for (score, ids), row in zip(beams, log_p):
        if ids[-1:] == [END]:
            found.append((score, ids))
        else:
            found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])


# %% Exercise 4, wrong: without the closed ones the rows are others'
# says: With a width of 2
def grow(beams, log_p, width):
    found = [beam for beam in beams if beam[1][-1:] == [END]]
    growing = [beam for beam in beams if beam[1][-1:] != [END]]
    for (score, ids), row in zip(growing, log_p):
        found += [(score + p, ids + [w]) for w, p in enumerate(row.tolist())]
    return sorted(found, key=lambda beam: -beam[0])[:width]


# %% Exercise 4, wrong: three tokens of each only
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


# %% Exercise 4, wrong: it adds to the beams that it was given
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
