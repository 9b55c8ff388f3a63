# %% Setting
labels, logits = torch.arange(len(test_dataset)) % 4, torch.zeros(len(test_dataset), 4)
right = {"RNN": torch.zeros(len(test_dataset))}


# %% Exercise 1b, setting
def right_read(x, W_x, W_h, b, start=0.0, cut=False):
    h, states = torch.zeros(len(x), len(b)) + start, []
    for t in range(x.size(1)):
        h = step(x[:, t], h.detach() if cut else h, W_x, W_h, b)
        states.append(h)
    return torch.stack(states, dim=1)


# %% Exercise 4, setting
def batches_of(net, loader, optimizer, clip, clear=True, loss_fn=nn.functional.cross_entropy, shorten=clip_gradient):
    """An epoch, perhaps with a slip: loss, right answers and size of each batch."""
    for labels, ids in loader:
        if clear:
            optimizer.zero_grad()
        logits = net(ids)
        loss = loss_fn(logits, labels)
        loss.backward()
        shorten(net, clip)
        optimizer.step()
        yield loss.item(), (logits.argmax(1) == labels).sum().item(), len(labels)


def means_of(batches):
    losses, hits, sizes = zip(*batches)
    return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes), sum(hits) / sum(sizes)


# %% Exercise 1a, right: the two vectors joined, the two matrices as well
def step(x_t, h, W_x, W_h, b):
    both = torch.cat([x_t, h], dim=1)
    return torch.tanh(both @ torch.cat([W_x, W_h], dim=1).T + b)


# %% Exercise 1a, wrong: the bias added after tanh
# says: tanh comes last, over the whole sum
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T) + b


# %% Exercise 1a, wrong: no .T
# says: The shapes do not fit
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x + h @ W_h + b)


# %% Exercise 1a, wrong: no bias
# says: The bias is missing
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T)


# %% Exercise 1a, wrong: no old state
# says: The old state is missing
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + b)


# %% Exercise 1a, wrong: W_h the wrong way round
# says: W_h is the wrong way round
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h + b)


# %% Exercise 1a, wrong: the old state is added to the new one
# says: differs from the formula's by up to
def step(x_t, h, W_x, W_h, b):
    return h + torch.tanh(x_t @ W_x.T + h @ W_h.T + b)


# %% Exercise 1a, wrong: a pair, as nn.RNN gives
# says: returns a tuple, not a tensor
def step(x_t, h, W_x, W_h, b):
    h = torch.tanh(x_t @ W_x.T + h @ W_h.T + b)
    return h, h


# %% Exercise 1a, wrong: without gradients
# says: No gradient can go back through step
def step(x_t, h, W_x, W_h, b):
    with torch.no_grad():
        return torch.tanh(x_t @ W_x.T + h @ W_h.T + b)


# %% Exercise 1a, wrong: the new state is written over the old one
# says: step changes the h that it was given
def step(x_t, h, W_x, W_h, b):
    h.copy_(torch.tanh(x_t @ W_x.T + h @ W_h.T + b))
    return h


# %% Exercise 1b, right: over the time axis put first
def read(x, W_x, W_h, b):
    states = [torch.zeros(x.size(0), W_h.size(0))]
    for x_t in x.transpose(0, 1):
        states.append(step(x_t, states[-1], W_x, W_h, b))
    return torch.stack(states[1:]).transpose(0, 1)


# %% Exercise 1b, wrong: a tensor of zeros, filled step by step
# says: changed in place
# not: RuntimeError
def read(x, W_x, W_h, b):
    states = torch.zeros(len(x), x.size(1), len(b))
    for t in range(x.size(1)):
        states[:, t] = step(x[:, t], states[:, t - 1], W_x, W_h, b)
    return states


# %% Exercise 1b, wrong: from the last token to the first
# says: Read from the first token to the last
def read(x, W_x, W_h, b):
    return right_read(x.flip(1), W_x, W_h, b)


# %% Exercise 1b, wrong: stacked in front
# says: not [4, 3, 2]
def read(x, W_x, W_h, b):
    return right_read(x, W_x, W_h, b).transpose(0, 1)


# %% Exercise 1b, wrong: along the batch
# says: along the texts of the batch
def read(x, W_x, W_h, b):
    return right_read(x.transpose(0, 1), W_x, W_h, b).transpose(0, 1)


# %% Exercise 1b, wrong: starts with ones
# says: The state after the first token is wrong
def read(x, W_x, W_h, b):
    return right_read(x, W_x, W_h, b, start=1.0)


# %% Exercise 1b, wrong: each state is kept before its step
# says: Keep the state after the step
# not: start with zeros
def read(x, W_x, W_h, b):
    states = right_read(x, W_x, W_h, b)
    return torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)


# %% Exercise 1b, wrong: h cut off from its past
# says: is h cut off
def read(x, W_x, W_h, b):
    return right_read(x, W_x, W_h, b, cut=True)


# %% Exercise 1b, wrong: without gradients
# says: No gradient can go back
def read(x, W_x, W_h, b):
    return right_read(x, W_x, W_h, b).detach()


# %% Exercise 1b, wrong: the word vectors learn nothing
# says: the gradient of x is not
def read(x, W_x, W_h, b):
    return right_read(x.detach(), W_x, W_h, b)


# %% Exercise 1b, wrong: always four steps
# says: shape [2, 6, 4] expected
def read(x, W_x, W_h, b):
    return right_read(x[:, :4], W_x, W_h, b)


# %% Exercise 1b, wrong: the state is kept from call to call
# says: start each call with zeros
def read(x, W_x, W_h, b, kept={}):
    states = right_read(x, W_x, W_h, b, start=kept.get(W_h, 0.0))
    kept[W_h] = states[:, -1].detach()
    return states


# %% Exercise 2, right: sorted by random numbers
def shuffled(text, rng):
    return " ".join(sorted(tokenizer(text), key=lambda token: rng.random()))


# %% Exercise 2, wrong: rng is ignored
# says: draw from rng
def shuffled(text, rng):
    tokens = tokenizer(text)
    random.shuffle(tokens)
    return " ".join(tokens)


# %% Exercise 2, wrong: another generator that seeds itself
# says: draw from rng alone
def shuffled(text, rng):
    tokens = tokenizer(text)
    random.Random().shuffle(tokens)
    return " ".join(tokens)


# %% Exercise 2, wrong: words instead of tokens
# says: Use tokenizer(text)
def shuffled(text, rng):
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


# %% Exercise 2, wrong: drawn with replacement
# says: exactly as often as before
def shuffled(text, rng):
    tokens = tokenizer(text)
    return " ".join(rng.choices(tokens, k=len(tokens)))


# %% Exercise 2, wrong: joined with commas
# says: has no token
def shuffled(text, rng):
    tokens = tokenizer(text)
    return ", ".join(rng.sample(tokens, len(tokens)))


# %% Exercise 2, wrong: what rng.shuffle returns
# says: shuffles the list in place
def shuffled(text, rng):
    return " ".join(rng.shuffle(tokenizer(text)))


# %% Exercise 2, wrong: only turned round
# says: Each seed of rng gives the same order
def shuffled(text, rng):
    return " ".join(reversed(tokenizer(text)))


# %% Exercise 2, wrong: only rotated
# says: the same neighbours
def shuffled(text, rng):
    tokens = tokenizer(text)
    k = rng.randrange(len(tokens))
    return " ".join(tokens[k:] + tokens[:k])


# %% Exercise 2, wrong: four by four
# says: shuffle all together
def shuffled(text, rng):
    tokens = tokenizer(text)
    parts = [tokens[i : i + 4] for i in range(0, len(tokens), 4)]
    return " ".join(token for part in parts for token in rng.sample(part, len(part)))


# %% Exercise 2, wrong: from a copy of rng, which stays where it was
# says: from no copy of it
def shuffled(text, rng):
    tokens = tokenizer(text)
    random.setstate(rng.getstate())
    random.shuffle(tokens)
    return " ".join(tokens)


# %% Exercise 3a, right: as integers, then turned into bool
def last_n(x, n):
    real = (x != PAD).int()
    return (real * (real.sum(1, keepdim=True) - real.cumsum(1) < n)).bool()


# %% Exercise 3a, wrong: the last columns, pads or not
# says: n = 1, text 1: your mask is ....x, not .x...
def last_n(x, n):
    mask = torch.zeros_like(x, dtype=torch.bool)
    mask[:, -n:] = True
    return mask


# %% Exercise 3a, wrong: numbers instead of True and False
# says: dtype torch.bool
def last_n(x, n):
    lengths = (x != PAD).sum(1, keepdim=True)
    places = torch.arange(x.size(1))
    return ((places < lengths) & (places >= lengths - n)).float()


# %% Exercise 3a, wrong: `and` between two tensors
# says: Between two comparisons of tensors stands &
def last_n(x, n):
    lengths = (x != PAD).sum(1, keepdim=True)
    places = torch.arange(x.size(1))
    return places < lengths and places >= lengths - n


# %% Exercise 3a, wrong: an unknown word counts as padding
# says: n = 1, text 0: your mask is ...x., not ....x
def last_n(x, n):
    lengths = (x > PAD).sum(1, keepdim=True)
    places = torch.arange(x.size(1))
    return (places < lengths) & (places >= lengths - n)


# %% Exercise 3a, wrong: every batch five tokens wide
# says: shape [2, 2] expected, not [2, 5]
def last_n(x, n):
    lengths = (x != PAD).sum(1, keepdim=True)
    places = torch.arange(5)
    return (places < lengths) & (places >= lengths - n)


# %% Exercise 3b, right: row by row
def masked_mean(states, mask):
    return torch.stack([row[hit].mean(0) for row, hit in zip(states, mask)])


# %% Exercise 3b, wrong: in place
# says: changes the states that it was given
def masked_mean(states, mask):
    states[~mask] = 0
    return states.sum(dim=1) / mask.sum(dim=1, keepdim=True)


# %% Exercise 3b, wrong: the plain mean
# says: the mean over all steps
def masked_mean(states, mask):
    return states.mean(1)


# %% Exercise 3b, wrong: divided by all steps
# says: Divide by the number of steps in the mask, not by all
def masked_mean(states, mask):
    return (states * mask.unsqueeze(2)).mean(1)


# %% Exercise 3b, wrong: not divided
# says: That is the sum
def masked_mean(states, mask):
    return (states * mask.unsqueeze(2)).sum(1)


# %% Exercise 3b, wrong: divided by the count of all rows together
# says: Divide each row by its own count
def masked_mean(states, mask):
    return (states * mask.unsqueeze(2)).sum(1) / mask.sum()


# %% Exercise 3b, wrong: one mean for the whole batch
# says: not [2]
def masked_mean(states, mask):
    return states[mask].mean(0)


# %% Exercise 3b, wrong: a small number is added to the count
# says: The mean differs by up to 0.0
# not: by up to 0.0000
def masked_mean(states, mask):
    return (states * mask.unsqueeze(2)).sum(1) / (mask.sum(1, keepdim=True) + 1e-3)


# %% Exercise 4, right: every article kept, tensors returned
def train_once(net, loader, optimizer, clip=None):
    net.train()
    losses, hits = [], []
    for labels, *inputs in loader:
        labels, inputs = labels.to(device), [part.to(device) for part in inputs]
        logits = net(*inputs)
        each = nn.functional.cross_entropy(logits, labels, reduction="none")
        optimizer.zero_grad()
        each.mean().backward()
        clip_gradient(net, clip)  # with None it only measures
        optimizer.step()
        losses.append(each.detach())
        hits.append(logits.argmax(1) == labels)
    return torch.cat(losses).mean(), torch.cat(hits).float().mean()


# %% Exercise 4, wrong: PyTorch's own clipping, which a sparse gradient stops
# says: Leave that one out
def train_once(net, loader, optimizer, clip=None):
    def shorten(net, clip):
        nn.utils.clip_grad_norm_(net.parameters(), clip or math.inf)

    net.train()
    return means_of(batches_of(net, loader, optimizer, clip, shorten=shorten))


# %% Exercise 4, wrong: zero_grad forgotten
# says: zero_grad is missing
def train_once(net, loader, optimizer, clip=None):
    net.train()
    return means_of(batches_of(net, loader, optimizer, clip, clear=False))


# %% Exercise 4, wrong: train() forgotten
# says: net.train() is missing
def train_once(net, loader, optimizer, clip=None):
    return means_of(batches_of(net, loader, optimizer, clip))


# %% Exercise 4, wrong: softmax before the loss
# says: no softmax before it
def twice(logits, labels):
    return nn.functional.cross_entropy(logits.softmax(1), labels)


def train_once(net, loader, optimizer, clip=None):
    net.train()
    return means_of(batches_of(net, loader, optimizer, clip, loss_fn=twice))


# %% Exercise 4, wrong: the sum over the batch is stepped with
# says: not the sum
def train_once(net, loader, optimizer, clip=None):
    net.train()
    return means_of(batches_of(net, loader, optimizer, clip, loss_fn=nn.CrossEntropyLoss(reduction="sum")))


# %% Exercise 4, wrong: the mean over batches
# says: the mean over batches
def train_once(net, loader, optimizer, clip=None):
    net.train()
    losses, hits, sizes = zip(*batches_of(net, loader, optimizer, clip))
    return sum(losses) / len(losses), sum(hits) / sum(sizes)


# %% Exercise 4, wrong: accuracy as the mean of the batches' accuracies
# says: count right answers
def train_once(net, loader, optimizer, clip=None):
    net.train()
    batches = list(batches_of(net, loader, optimizer, clip))
    return means_of(batches)[0], sum(hits / size for _, hits, size in batches) / len(batches)


# %% Exercise 4, wrong: clip is ignored
# says: clip = 0.05 makes no difference
def train_once(net, loader, optimizer, clip=None):
    net.train()
    return means_of(batches_of(net, loader, optimizer, None))
