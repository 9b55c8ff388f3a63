# %% Exercise 1a, right: columns by a mask
def pack(x, lengths):
    steps = torch.arange(x.size(1))
    running = lengths.unsqueeze(1) > steps  # [B, T]
    return x.T[running.T], running.sum(0)


# %% Exercise 1a, right: two loops and two lists
def pack(x, lengths):
    data, batch_sizes = [], []
    for t in range(x.size(1)):
        batch_sizes.append(0)
        for row, length in zip(x.tolist(), lengths.tolist()):
            if length > t:
                data.append(row[t])
                batch_sizes[-1] += 1
    return data, batch_sizes


# %% Exercise 1a, right: a while loop over what still runs
def pack(x, lengths):
    data, batch_sizes, t = [], [], 0
    while (n := int((lengths > t).sum())) > 0:
        data.append(x[:n, t])
        batch_sizes.append(n)
        t += 1
    return torch.cat(data), torch.tensor(batch_sizes)


# %% Exercise 1a, right: sorted by step, then by text
def pack(x, lengths):
    places = [(t, b) for b, n in enumerate(lengths.tolist()) for t in range(n)]
    places.sort()
    sizes = torch.tensor([t for t, _ in places]).bincount()
    return torch.stack([x[b, t] for t, b in places]), sizes


# %% Exercise 1a, wrong: text after text
# says: data goes text after text
def pack(x, lengths):
    sizes = torch.tensor([int((lengths > t).sum()) for t in range(x.size(1))])
    return torch.cat([row[:n] for row, n in zip(x, lengths)]), sizes


# %% Exercise 1a, wrong: the lengths for the batch sizes
# says: have the batch sizes
# says: not [5, 3, 1]
def pack(x, lengths):
    return torch.cat([x[lengths > t, t] for t in range(x.size(1))]), lengths


# %% Exercise 1a, wrong: one step too long
# says: have the batch sizes
def pack(x, lengths):
    columns = [x[lengths >= t, t] for t in range(x.size(1))]
    return torch.cat(columns), torch.tensor([len(column) for column in columns])


# %% Exercise 1a, wrong: every 0 taken for filling
# says: data of
# says: should be
def pack(x, lengths):
    data = x.T.flatten()
    return data[data != 0], torch.tensor([int((lengths > t).sum()) for t in range(x.size(1))])


# %% Exercise 1a, wrong: data alone
# says: Return two things: data, batch_sizes.
def pack(x, lengths):
    return torch.cat([x[lengths > t, t] for t in range(x.size(1))])


# %% Exercise 1a, wrong: a PackedSequence, by PyTorch
# says: Return two things: data, batch_sizes.
def pack(x, lengths):
    return pack_padded_sequence(x, lengths, batch_first=True)


# %% Exercise 1a, wrong: an iterator of sizes
# says: batch_sizes should be a tensor or a list of numbers, not <map
def pack(x, lengths):
    columns = [x[lengths > t, t] for t in range(x.size(1))]
    return torch.cat(columns), map(len, columns)


# %% Exercise 1a, wrong: every 0 behind the first token taken for filling
# says: not
def pack(x, lengths):
    real = x != 0
    real[:, 0] = True
    return x.T[real.T], real.sum(0)


# %% Exercise 1b, right: with a mask
def unpack(data, batch_sizes):
    running = torch.arange(int(batch_sizes[0])).unsqueeze(1) < batch_sizes  # [B, T]
    turned = data.new_zeros(running.T.shape)
    turned[running.T] = data
    return turned.T, running.sum(1)


# %% Exercise 1b, right: lists
def unpack(data, batch_sizes):
    rows, data = [[] for _ in range(int(batch_sizes[0]))], data.tolist()
    for size in batch_sizes.tolist():
        for row in rows[:size]:
            row.append(data.pop(0))
    lengths = [len(row) for row in rows]
    return [row + [0] * (lengths[0] - len(row)) for row in rows], lengths


# %% Exercise 1b, right: a running start
def unpack(data, batch_sizes):
    x = torch.zeros(batch_sizes[0], len(batch_sizes), dtype=torch.long)
    lengths, start = torch.zeros(int(batch_sizes[0]), dtype=torch.long), 0
    for t, size in enumerate(batch_sizes):
        x[:size, t] = data[start : start + size]
        lengths[:size] += 1
        start += size
    return x, lengths


# %% Exercise 1b, right: pad_sequence does the filling
def unpack(data, batch_sizes):
    columns = nn.utils.rnn.pad_sequence(data.split(batch_sizes.tolist()))  # [B, T]
    return columns, (batch_sizes > torch.arange(len(columns)).unsqueeze(1)).sum(1)


# %% Exercise 1b, wrong: the batch sizes for the lengths
# says: belong to the lengths
def unpack(data, batch_sizes):
    x = data.new_zeros(int(batch_sizes[0]), len(batch_sizes))
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    return x, batch_sizes


# %% Exercise 1b, wrong: rows filled with the columns
# says: should become
def unpack(data, batch_sizes):
    texts = int(batch_sizes[0])
    lengths = torch.tensor([int((batch_sizes > text).sum()) for text in range(texts)])
    return nn.utils.rnn.pad_sequence(data.split(lengths.tolist()), batch_first=True), lengths


# %% Exercise 1b, wrong: filled up with the pad's id
# says: should become
def unpack(data, batch_sizes):
    x = torch.full((int(batch_sizes[0]), len(batch_sizes)), PAD)
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    return x, (batch_sizes > torch.arange(len(x)).unsqueeze(1)).sum(1)


# %% Exercise 1b, wrong: the rectangle alone
# says: Return two things: x, lengths.
def unpack(data, batch_sizes):
    x = data.new_zeros(int(batch_sizes[0]), len(batch_sizes))
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    return x


# %% Exercise 1b, wrong: numbers with a point
# says: x should be whole numbers.
def unpack(data, batch_sizes):
    x = torch.zeros(int(batch_sizes[0]), len(batch_sizes))
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    return x, (batch_sizes > torch.arange(len(x)).unsqueeze(1)).sum(1)


# %% Exercise 1b, wrong: a 0 taken for filling when the lengths are counted
# says: not
def unpack(data, batch_sizes):
    x = data.new_zeros(int(batch_sizes[0]), len(batch_sizes))
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    real = x != 0
    real[:, 0] = True
    return x, real.sum(1)


# %% Exercise 1c, right: a new PackedSequence
def embed_packed(embedding, packed):
    return PackedSequence(embedding(packed.data), packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)


# %% Exercise 1c, right: rows of the weight
def embed_packed(embedding, packed):
    return packed._replace(data=embedding.weight[packed.data])


# %% Exercise 1c, right: token by token
def embed_packed(embedding, packed):
    vectors = [embedding(token) for token in packed.data]
    return packed._replace(data=torch.stack(vectors))


# %% Exercise 1c, right: without the dots
def embed_packed(embedding, packed):
    data, *rest = packed
    return PackedSequence(embedding(data), *rest)


# %% Exercise 1c, wrong: the vectors alone
# says: The answer should be a PackedSequence, not Tensor.
def embed_packed(embedding, packed):
    return embedding(packed.data)


# %% Exercise 1c, wrong: nothing flows back
# says: no gradient can flow back to the embedding
def embed_packed(embedding, packed):
    return packed._replace(data=embedding(packed.data).detach())


# %% Exercise 1c, wrong: without gradients
# says: no gradient can flow back to the embedding
def embed_packed(embedding, packed):
    with torch.no_grad():
        return packed._replace(data=embedding(packed.data))


# %% Exercise 1c, wrong: unpacked, embedded, packed again
# says: pads are among them
def embed_packed(embedding, packed):
    x, lengths = pad_packed_sequence(packed, batch_first=True)
    return pack_padded_sequence(embedding(x), lengths, batch_first=True, enforce_sorted=False)


# %% Exercise 1c, wrong: the order is lost
# says: The vectors lost their order
def embed_packed(embedding, packed):
    return PackedSequence(embedding(packed.data), packed.batch_sizes)


# %% Exercise 1c, wrong: the ids come back
# says: Its data has the shape [6], not [6, 3].
def embed_packed(embedding, packed):
    return packed


# %% Exercise 1c, wrong: the batch sizes embedded
# says: Its data has the shape
def embed_packed(embedding, packed):
    return packed._replace(data=embedding(packed.batch_sizes))


# %% Exercise 1c, wrong: one of the two orders is lost
# says: order
def embed_packed(embedding, packed):
    return PackedSequence(embedding(packed.data), packed.batch_sizes, None, packed.unsorted_indices)


# %% Exercise 2a, right: F.linear
def read_rnn(rnn, data, batch_sizes):
    h, start = torch.zeros(int(batch_sizes[0]), rnn.hidden_size), 0
    for n in batch_sizes.tolist():
        x = data[start : start + n]
        z = nn.functional.linear(x, rnn.weight_ih_l0, rnn.bias_ih_l0)
        z = z + nn.functional.linear(h[:n], rnn.weight_hh_l0, rnn.bias_hh_l0)
        h, start = torch.cat([z.tanh(), h[n:]]), start + n
    return h


# %% Exercise 2a, right: an nn.RNNCell with the layer's weights
def read_rnn(rnn, data, batch_sizes):
    weights = dict(zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], rnn.parameters()))
    cell = nn.RNNCell(rnn.input_size, rnn.hidden_size)
    h = torch.zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        moved = torch.func.functional_call(cell, weights, (x, h[: len(x)]))
        h = torch.cat((moved, h[len(x) :]), dim=0)
    return h


# %% Exercise 2a, right: all texts move, and torch.where lets some rest
def read_rnn(rnn, data, batch_sizes):
    W_ih, W_hh, b_ih, b_hh = rnn.all_weights[0]
    texts = int(batch_sizes[0])
    h = data.new_zeros(texts, rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        full = torch.cat([x, x.new_zeros(texts - len(x), x.size(1))])
        moved = torch.tanh(full @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        h = torch.where(torch.arange(texts).unsqueeze(1) < len(x), moved, h)
    return h


# %% Exercise 2a, right: text after text
def read_rnn(rnn, data, batch_sizes):
    starts = batch_sizes.cumsum(0) - batch_sizes
    last = []
    for text in range(int(batch_sizes[0])):
        h = torch.zeros(rnn.hidden_size)
        for start in starts[batch_sizes > text].tolist():
            z = rnn.weight_ih_l0 @ data[start + text] + rnn.bias_ih_l0
            h = (z + rnn.weight_hh_l0 @ h + rnn.bias_hh_l0).tanh()
        last.append(h)
    return torch.stack(last)


# %% Exercise 2a, wrong: the ended texts are dropped
# says: the states should be
def read_rnn(rnn, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + rnn.bias_hh_l0
        h = (z + h[: len(x)] @ rnn.weight_hh_l0.T).tanh()
    return h


# %% Exercise 2a, wrong: the ended texts go on moving
# says: a state must rest once its text has ended
def read_rnn(rnn, data, batch_sizes):
    texts = int(batch_sizes[0])
    h = data.new_zeros(texts, rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        full = torch.cat([x, x.new_zeros(texts - len(x), x.size(1))])
        z = full @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
        h = (z + h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0).tanh()
    return h


# %% Exercise 2a, wrong: no second bias
# says: is not that of nn.RNN
def read_rnn(rnn, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + h[: len(x)] @ rnn.weight_hh_l0.T
        h = torch.cat([z.tanh(), h[len(x) :]])
    return h


# %% Exercise 2a, wrong: the state is changed in place
# says: make a new state with torch.cat
def read_rnn(rnn, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
        z = z + h[: len(x)] @ rnn.weight_hh_l0.T + rnn.bias_hh_l0
        h[: len(x)] = z.tanh()
    return h


# %% Exercise 2a, wrong: the numbers without their history
# says: no gradient can flow back
def read_rnn(rnn, data, batch_sizes):
    with torch.no_grad():
        return rnn(PackedSequence(data, batch_sizes))[1][0]


# %% Exercise 2a, wrong: the history is cut at each step
# says: some weights or the vectors
# says: gradient
def read_rnn(rnn, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.detach().split(batch_sizes.tolist()):
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
        z = z + h[: len(x)].detach() @ rnn.weight_hh_l0.T + rnn.bias_hh_l0
        h = torch.cat([z.tanh(), h[len(x) :]])
    return h


# %% Exercise 2a, wrong: the pair that nn.RNN returns
# says: read_rnn should return one tensor, not tuple.
def read_rnn(rnn, data, batch_sizes):
    return rnn(PackedSequence(data, batch_sizes))


# %% Exercise 2a, wrong: only the first step hands a gradient to the vectors
# says: gradient
def read_rnn(rnn, data, batch_sizes):
    texts = int(batch_sizes[0])
    h = data.new_zeros(texts, rnn.hidden_size)
    for t, x in enumerate(data.split(batch_sizes.tolist())):
        x = x.detach() if t else x
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0 + rnn.bias_hh_l0
        h = torch.cat([(z + h[: len(x)] @ rnn.weight_hh_l0.T).tanh(), h[len(x) :]])
    return h


# %% Exercise 2b, right: an nn.LSTMCell with the layer's weights
def read_lstm(lstm, data, batch_sizes):
    weights = dict(zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], lstm.parameters()))
    cell = nn.LSTMCell(lstm.input_size, lstm.hidden_size)
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        moved_h, moved_c = torch.func.functional_call(cell, weights, (x, (h[:n], c[:n])))
        h, c = torch.cat([moved_h, h[n:]]), torch.cat([moved_c, c[n:]])
    return h


# %% Exercise 2b, right: the gates by slices
def read_lstm(lstm, data, batch_sizes):
    H, start = lstm.hidden_size, 0
    h, c = torch.zeros(int(batch_sizes[0]), H), torch.zeros(int(batch_sizes[0]), H)
    for n in batch_sizes.tolist():
        x, start = data[start : start + n], start + n
        z = nn.functional.linear(x, lstm.weight_ih_l0, lstm.bias_ih_l0)
        z = z + nn.functional.linear(h[:n], lstm.weight_hh_l0, lstm.bias_hh_l0)
        i, f, o = z[:, :H].sigmoid(), z[:, H : 2 * H].sigmoid(), z[:, 3 * H :].sigmoid()
        new = f * c[:n] + i * torch.tanh(z[:, 2 * H : 3 * H])
        h, c = torch.cat([o * new.tanh(), h[n:]]), torch.cat([new, c[n:]])
    return h


# %% Exercise 2b, right: a state moves on and what has ended is put aside
def read_lstm(lstm, data, batch_sizes):
    ended, h, c = [], None, None
    sizes = batch_sizes.tolist()
    h = c = torch.zeros(sizes[0], lstm.hidden_size)
    for x in data.split(sizes):
        n = len(x)
        if n < len(h):
            ended.insert(0, h[n:])
        h, c = h[:n], c[:n]
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return torch.cat([h, *ended])


# %% Exercise 2b, right: a step function of its own
def lstm_step(lstm, x, h, c):
    z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
    i, f, g, o = z.view(len(x), 4, -1).unbind(1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def read_lstm(lstm, data, batch_sizes):
    states = [data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)] * 2
    for x in data.split(batch_sizes.tolist()):
        moved = lstm_step(lstm, x, *[state[: len(x)] for state in states])
        states = [torch.cat([new, old[len(x) :]]) for new, old in zip(moved, states)]
    return states[0]


# %% Exercise 2b, wrong: forget and input swapped
# says: is not that of nn.LSTM
def read_lstm(lstm, data, batch_sizes):
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h[:n] @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        f, i, g, o = z.chunk(4, dim=1)
        new = f.sigmoid() * c[:n] + i.sigmoid() * g.tanh()
        h, c = torch.cat([o.sigmoid() * new.tanh(), h[n:]]), torch.cat([new, c[n:]])
    return h


# %% Exercise 2b, wrong: the memory instead of the state
# says: is not that of nn.LSTM
def read_lstm(lstm, data, batch_sizes):
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h[:n] @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        new = f.sigmoid() * c[:n] + i.sigmoid() * g.tanh()
        h, c = torch.cat([o.sigmoid() * new.tanh(), h[n:]]), torch.cat([new, c[n:]])
    return c


# %% Exercise 2b, wrong: both, as a pair
# says: read_lstm should return one tensor, not tuple.
def read_lstm(lstm, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    return h, h


# %% Exercise 2b, wrong: with a leading layer
# says: the states should be [2, 5], not [1, 2, 5].
def read_lstm(lstm, data, batch_sizes):
    return lstm(PackedSequence(data, batch_sizes))[1][0]


# %% Exercise 2b, wrong: the memory of ended texts is read again
# says: must rest once its text has ended
def read_lstm(lstm, data, batch_sizes):
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        x = torch.cat([x, x.new_zeros(len(h) - len(x), x.size(1))])
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return h


# %% Exercise 2b, wrong: only the first step hands a gradient to the vectors
# says: gradient
def read_lstm(lstm, data, batch_sizes):
    texts = int(batch_sizes[0])
    h = c = data.new_zeros(texts, lstm.hidden_size)
    for t, x in enumerate(data.split(batch_sizes.tolist())):
        x, n = x.detach() if t else x, len(x)
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h[:n] @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        new = f.sigmoid() * c[:n] + i.sigmoid() * g.tanh()
        h = torch.cat([o.sigmoid() * new.tanh(), h[n:]])
        c = torch.cat([new, c[n:]])
    return h


# %% Exercise 3, right: lists and a dictionary
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes.tolist(), batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        groups = defaultdict(list)
        for i in torch.randperm(len(self.sizes), generator=self.generator).tolist():
            groups[self.sizes[i]].append(i)
        cut = [g[k : k + self.batch_size] for g in groups.values() for k in range(0, len(g), self.batch_size)]
        return iter([cut[i] for i in torch.randperm(len(cut), generator=self.generator)])

    def __len__(self):
        return sum(-(-self.sizes.count(size) // self.batch_size) for size in set(self.sizes))


# %% Exercise 3, right: sorted and split by counts
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)
        self.counts = sizes.unique(return_counts=True)[1].tolist()

    def __iter__(self):
        order = torch.randperm(len(self.sizes), generator=self.generator)
        order = order[self.sizes[order].argsort(stable=True)]
        batches = [b for group in order.split(self.counts) for b in group.split(self.batch_size)]
        for i in torch.randperm(len(batches), generator=self.generator).tolist():
            yield batches[i]

    def __len__(self):
        return sum((count + self.batch_size - 1) // self.batch_size for count in self.counts)


# %% Exercise 3, right: Python's own random numbers, with a seed
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        import random

        self.sizes, self.batch_size = sizes.tolist(), batch_size
        self.random = random.Random(seed)

    def __iter__(self):
        batches = []
        for length in sorted(set(self.sizes)):
            texts = [i for i, size in enumerate(self.sizes) if size == length]
            self.random.shuffle(texts)
            batches += [texts[k : k + self.batch_size] for k in range(0, len(texts), self.batch_size)]
        self.random.shuffle(batches)
        return iter(batches)

    def __len__(self):
        counts = [self.sizes.count(length) for length in set(self.sizes)]
        return sum((count - 1) // self.batch_size + 1 for count in counts)


# %% Exercise 3, right: the texts of a length dealt evenly
class OneLengthSampler(torch.utils.data.Sampler):
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in set(self.sizes.tolist()):
            texts = (self.sizes == length).nonzero().flatten()
            texts = texts[torch.randperm(len(texts), generator=self.generator)]
            batches += torch.tensor_split(texts, -(-len(texts) // self.batch_size))
        order = torch.randperm(len(batches), generator=self.generator)
        return iter([tuple(batches[i].tolist()) for i in order])

    def __len__(self):
        return int(((self.sizes.bincount() + self.batch_size - 1) // self.batch_size).sum())


# %% Exercise 3, wrong: small rests are dropped
# says: never come
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            batches += texts[torch.randperm(len(texts), generator=self.generator)].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            if len(batches[i]) == self.batch_size:
                yield batches[i].tolist()

    def __len__(self):
        return len(self.sizes) // self.batch_size


# %% Exercise 3, wrong: lengths are mixed
# says: A batch has texts of the lengths
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        order = torch.randperm(len(self.sizes), generator=self.generator)
        return iter(order.split(self.batch_size))

    def __len__(self):
        return -(-len(self.sizes) // self.batch_size)


# %% Exercise 3, wrong: one text a batch
# says: where 14 are enough
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        for i in torch.randperm(len(self.sizes), generator=self.generator).tolist():
            yield [i]

    def __len__(self):
        return len(self.sizes)


# %% Exercise 3, wrong: indices instead of batches
# says: A batch should be a list of indices, not int.
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes = sizes

    def __iter__(self):
        return iter(self.sizes.argsort().tolist())

    def __len__(self):
        return len(self.sizes)


# %% Exercise 3, wrong: the seed has no effect
# says: draw from self.generator alone
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            batches += texts[torch.randperm(len(texts))].split(self.batch_size)
        for i in torch.randperm(len(batches)):
            yield batches[i].tolist()

    def __len__(self):
        return 14


# %% Exercise 3, wrong: every pass is the same
# says: The second pass should have another order
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size, self.seed = sizes, batch_size, seed

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.seed)
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            batches += texts[torch.randperm(len(texts), generator=generator)].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=generator):
            yield batches[i].tolist()

    def __len__(self):
        return 14


# %% Exercise 3, wrong: the same texts meet in each pass
# says: the same texts meet in each pass
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            batches += (self.sizes == length).nonzero()[:, 0].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()

    def __len__(self):
        return 14


# %% Exercise 3, wrong: length after length
# says: The batches come length after length
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            texts = texts[torch.randperm(len(texts), generator=self.generator)]
            yield from texts.split(self.batch_size)

    def __len__(self):
        return 14


# %% Exercise 3, wrong: len draws a pass
# says: len must not draw
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            batches += texts[torch.randperm(len(texts), generator=self.generator)].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()

    def __len__(self):
        return sum(1 for _ in self)


# %% Exercise 3, wrong: len counts the texts
# says: len(sampler) is 50, but a pass has 14 batches.
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            batches += texts[torch.randperm(len(texts), generator=self.generator)].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()

    def __len__(self):
        return len(self.sizes)


# %% Exercise 3, wrong: len knows one corpus
# says: with batch_size 2 that makes 3
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            texts = texts[torch.randperm(len(texts), generator=self.generator)]
            batches += texts.split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()

    def __len__(self):
        return 14


# %% Exercise 3, wrong: batches of four, whatever was asked for
# says: batch
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            texts = texts[torch.randperm(len(texts), generator=self.generator)]
            batches += texts.split(4)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()

    def __len__(self):
        return sum(-(-int((self.sizes == size).sum()) // 4) for size in self.sizes.unique())


# %% Exercise 3, wrong: the lengths in the same order in each pass
# says: The lengths come in the same order in each pass
class OneLengthSampler:
    def __init__(self, sizes, batch_size=64, seed=0):
        self.sizes, self.batch_size = sizes, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            texts = (self.sizes == length).nonzero()[:, 0]
            texts = texts[torch.randperm(len(texts), generator=self.generator)]
            batches += texts.split(self.batch_size)
        for i in sorted(range(len(batches)), key=lambda i: i * 7 % len(batches)):
            yield batches[i].tolist()

    def __len__(self):
        return sum(-(-int((self.sizes == size).sum()) // self.batch_size) for size in self.sizes.unique())
