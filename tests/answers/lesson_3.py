# %% Exercise 3, setting
class RightSampler:
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
        return sum(-(-int((self.sizes == size).sum()) // self.batch_size) for size in self.sizes.unique())


# %% Exercise 1b, setting
def right_rows(data, batch_sizes):
    x = data.new_zeros(int(batch_sizes[0]), len(batch_sizes))
    for t, column in enumerate(data.split(batch_sizes.tolist())):
        x[: len(column), t] = column
    return x


def right_lengths(batch_sizes):
    return (batch_sizes > torch.arange(int(batch_sizes[0])).unsqueeze(1)).sum(1)


# %% Exercise 2a, setting
def right_rnn(rnn, data, batch_sizes, start=0.0, lost=(), end=torch.tanh, turned=False, again=False):
    W, U, b, c = (0 * weight if name in lost else weight for name, weight in rnn.named_parameters())
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size) + start
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        x = data[:n] if again else x
        z = x @ W.T + b + h[:n] @ (U if turned else U.T) + c
        h = torch.cat([end(z), h[n:]])
    return h


# %% Exercise 2b, setting
def right_lstm(lstm, data, batch_sizes, order="ifgo"):
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h[:n] @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        part = dict(zip(order, z.chunk(4, dim=1)))
        new = part["f"].sigmoid() * c[:n] + part["i"].sigmoid() * part["g"].tanh()
        h, c = torch.cat([part["o"].sigmoid() * new.tanh(), h[n:]]), torch.cat([new, c[n:]])
    return h, c


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


# %% Exercise 1a, wrong: the sizes count what is not 0
# says: A token may itself be 0
def pack(x, lengths):
    return torch.cat([x[lengths > t, t] for t in range(x.size(1))]), (x != 0).sum(0)


# %% Exercise 1a, wrong: the sizes first
# says: The order is data, batch_sizes.
def pack(x, lengths):
    columns = [x[lengths > t, t] for t in range(x.size(1))]
    return torch.tensor([len(column) for column in columns]), torch.cat(columns)


# %% Exercise 1a, wrong: every 0 taken for filling
# says: data of
# says: should be
def pack(x, lengths):
    data = x.T.flatten()
    return data[data != 0], torch.tensor([int((lengths > t).sum()) for t in range(x.size(1))])


# %% Exercise 1a, wrong: by PyTorch
# says: PyTorch's own function (it called pack_padded_sequence)
def pack(x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True)
    return packed.data, packed.batch_sizes


# %% Exercise 1a, wrong: an iterator of sizes
# says: batch_sizes should be a tensor or a list of numbers, not <map
def pack(x, lengths):
    columns = [x[lengths > t, t] for t in range(x.size(1))]
    return torch.cat(columns), map(len, columns)


# %% Exercise 1b, right: lists
def unpack(data, batch_sizes):
    rows, data = [[] for _ in range(int(batch_sizes[0]))], data.tolist()
    for size in batch_sizes.tolist():
        for row in rows[:size]:
            row.append(data.pop(0))
    lengths = [len(row) for row in rows]
    return [row + [0] * (lengths[0] - len(row)) for row in rows], lengths


# %% Exercise 1b, wrong: the batch sizes for the lengths
# says: belong to the lengths
def unpack(data, batch_sizes):
    return right_rows(data, batch_sizes), batch_sizes


# %% Exercise 1b, wrong: filled up with the padding token's id
# says: should become
def unpack(data, batch_sizes):
    x, lengths = right_rows(data, batch_sizes), right_lengths(batch_sizes)
    x[torch.arange(x.size(1)) >= lengths.unsqueeze(1)] = PAD
    return x, lengths


# %% Exercise 1b, wrong: the padded batch alone
# says: Return two things: x, lengths.
def unpack(data, batch_sizes):
    return right_rows(data, batch_sizes)


# %% Exercise 1b, wrong: by PyTorch
# says: PyTorch's own function (it called pad_packed_sequence)
def unpack(data, batch_sizes):
    return pad_packed_sequence(PackedSequence(data, batch_sizes), batch_first=True)


# %% Exercise 1b, wrong: numbers with a point
# says: x should be whole numbers.
def unpack(data, batch_sizes):
    return right_rows(data.float(), batch_sizes), right_lengths(batch_sizes)


# %% Exercise 1b, wrong: a 0 taken for filling when the lengths are counted
# says: not
def unpack(data, batch_sizes):
    x = right_rows(data, batch_sizes)
    return x, (x != 0).sum(1).clamp(min=1)


# %% Exercise 2a, right: an nn.RNNCell with the layer's weights
def read_rnn(rnn, data, batch_sizes):
    weights = dict(zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], rnn.parameters()))
    cell = nn.RNNCell(rnn.input_size, rnn.hidden_size)
    h = torch.zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        moved = torch.func.functional_call(cell, weights, (x, h[: len(x)]))
        h = torch.cat((moved, h[len(x) :]), dim=0)
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


# %% Exercise 2a, wrong: no tanh
# says: tanh is missing
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, end=lambda z: z)


# %% Exercise 2a, wrong: one bias
# says: Missing in your sum: bias_hh_l0.
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, lost=["bias_hh_l0"])


# %% Exercise 2a, wrong: no old state
# says: Missing in your sum: weight_hh_l0.
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, lost=["weight_hh_l0"])


# %% Exercise 2a, wrong: the matrix of the state without .T
# says: weight_hh_l0 is the wrong way round
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, turned=True)


# %% Exercise 2a, wrong: a state of ones to start from
# says: The state starts from zeros.
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, start=1.0)


# %% Exercise 2a, wrong: the first rows again and again
# says: Each step reads the next rows of data
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes, again=True)


# %% Exercise 2a, wrong: the state is changed in place
# says: make a new state with torch.cat
def read_rnn(rnn, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), rnn.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        z = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
        z = z + h[: len(x)] @ rnn.weight_hh_l0.T + rnn.bias_hh_l0
        h[: len(x)] = z.tanh()
    return h


# %% Exercise 2a, wrong: the layer itself
# says: PyTorch's own function (it called rnn_tanh)
def read_rnn(rnn, data, batch_sizes):
    return rnn(PackedSequence(data, batch_sizes))[1][0]


# %% Exercise 2a, wrong: the numbers without their history
# says: no gradient can flow back
@torch.no_grad()
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data, batch_sizes)


# %% Exercise 2a, wrong: the vectors without their history
# says: some weights or the vectors
# says: gradient
def read_rnn(rnn, data, batch_sizes):
    return right_rnn(rnn, data.detach(), batch_sizes)


# %% Exercise 2a, wrong: only the first step hands a gradient to the vectors
# says: the gradients are not the layer's
def read_rnn(rnn, data, batch_sizes):
    first, later = data.split([int(batch_sizes[0]), int(batch_sizes[1:].sum())])
    return right_rnn(rnn, torch.cat([first, later.detach()]), batch_sizes)


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


# %% Exercise 2b, wrong: no tanh on the cell state
# says: tanh is missing
def read_lstm(lstm, data, batch_sizes):
    h = c = data.new_zeros(int(batch_sizes[0]), lstm.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        n = len(x)
        z = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h[:n] @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        new = f.sigmoid() * c[:n] + i.sigmoid() * g.tanh()
        h, c = torch.cat([o.sigmoid() * new, h[n:]]), torch.cat([new, c[n:]])
    return h


# %% Exercise 2b, wrong: forget and input swapped
# says: You read the parts in the order f, i, g, o
def read_lstm(lstm, data, batch_sizes):
    return right_lstm(lstm, data, batch_sizes, order="figo")[0]


# %% Exercise 2b, wrong: the cell state instead of the hidden state
# says: That is the cell state c.
def read_lstm(lstm, data, batch_sizes):
    return right_lstm(lstm, data, batch_sizes)[1]


# %% Exercise 2b, wrong: with a leading layer
# says: the states should be [2, 5], not [1, 2, 5].
def read_lstm(lstm, data, batch_sizes):
    return right_lstm(lstm, data, batch_sizes)[0].unsqueeze(0)


# %% Exercise 2b, wrong: the layer itself
# says: PyTorch's own function (it called lstm)
def read_lstm(lstm, data, batch_sizes):
    return lstm(PackedSequence(data, batch_sizes))[1][0][0]


# %% Exercise 2b, wrong: a name that is not there
# says: `read_lstm` stops with NameError
def read_lstm(lstm, data, batch_sizes):
    for x in data.split(batch_sizes.tolist()):
        h = x @ weight_of_nothing
    return h


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


# %% Exercise 3, wrong: a column of indices
# says: take [:, 0] of it
class OneLengthSampler(RightSampler):
    def __iter__(self):
        for length in self.sizes.unique():
            yield from (self.sizes == length).nonzero().split(self.batch_size)


# %% Exercise 3, wrong: a list where an iterator is due
# says: `yield` each batch, or return iter(...)
class OneLengthSampler(RightSampler):
    def __iter__(self):
        return list(super().__iter__())


# %% Exercise 3, wrong: PyTorch's own generator
# says: draw from self.generator alone
class OneLengthSampler(RightSampler):
    def __iter__(self):
        batches = list(super().__iter__())
        return iter([batches[i] for i in torch.randperm(len(batches))])


# %% Exercise 3, wrong: small rests are dropped
# says: never come
class OneLengthSampler(RightSampler):
    def __iter__(self):
        return (batch for batch in super().__iter__() if len(batch) == self.batch_size)


# %% Exercise 3, wrong: lengths are mixed
# says: A batch has texts of the lengths
class OneLengthSampler(RightSampler):
    def __iter__(self):
        return iter(torch.randperm(len(self.sizes), generator=self.generator).split(self.batch_size))


# %% Exercise 3, wrong: one text a batch
# says: where 14 are enough
class OneLengthSampler(RightSampler):
    def __iter__(self):
        return ([i] for batch in super().__iter__() for i in batch)


# %% Exercise 3, wrong: every epoch is the same
# says: The second epoch should have another order
class OneLengthSampler(RightSampler):
    def __iter__(self):
        self.generator.manual_seed(self.generator.initial_seed())
        return super().__iter__()


# %% Exercise 3, wrong: the same texts meet in each epoch
# says: the same texts meet in each epoch
class OneLengthSampler(RightSampler):
    def __iter__(self):
        batches = []
        for length in self.sizes.unique():
            batches += (self.sizes == length).nonzero()[:, 0].split(self.batch_size)
        for i in torch.randperm(len(batches), generator=self.generator):
            yield batches[i].tolist()


# %% Exercise 3, wrong: length after length
# says: The batches come length after length
class OneLengthSampler(RightSampler):
    def __iter__(self):
        return iter(sorted(super().__iter__(), key=lambda batch: self.sizes[batch[0]]))


# %% Exercise 3, wrong: len draws an epoch
# says: len must not draw
class OneLengthSampler(RightSampler):
    def __len__(self):
        return sum(1 for _ in self)


# %% Exercise 3, wrong: len knows one corpus
# says: with batch_size 2 that makes 3
class OneLengthSampler(RightSampler):
    def __len__(self):
        return 14


# %% Exercise 3, wrong: the lengths in the same order in each epoch
# says: The lengths come in the same order in each epoch
class OneLengthSampler(RightSampler):
    def __iter__(self):
        batches = sorted(super().__iter__(), key=lambda batch: self.sizes[batch[0]])
        return iter(sorted(batches, key=lambda batch: batches.index(batch) * 7 % len(batches)))
