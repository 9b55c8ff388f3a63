# %% Setting
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def move(cell, x, h):
    return torch.cat([cell(x, h[: len(x)]), h[len(x) :]])


# %% check_column_step, right: a copy, whose first rows are written
def column_step(cell, x, h):
    new = h.clone()
    new[: x.size(0)] = cell(x, h[: x.size(0)])
    return new


# %% check_column_step, right: split in two
def column_step(cell, x, h):
    running, ended = h.split([len(x), len(h) - len(x)])
    return torch.vstack((cell(x, running), ended))


# %% check_column_step, wrong: all rows move
# says: `column_step` stops with
def column_step(cell, x, h):
    return cell(x, h)


# %% check_column_step, wrong: the ended texts are dropped
# says: those of texts that have ended, not [2, 4].
def column_step(cell, x, h):
    return cell(x, h[: len(x)])


# %% check_column_step, wrong: the last rows move
# says: The longest texts come first
def column_step(cell, x, h):
    rest = len(h) - len(x)
    return torch.cat([h[:rest], cell(x, h[rest:])])


# %% check_column_step, wrong: in place
# says: changed in place
def column_step(cell, x, h):
    h[: len(x)] = cell(x, h[: len(x)])
    return h


# %% check_column_step, wrong: every step starts anew
# says: from its own old state
def column_step(cell, x, h):
    return torch.cat([cell(x), h[len(x) :]])


# %% check_column_step, wrong: the ended texts become zero
# says: keeps its state
def column_step(cell, x, h):
    return torch.cat([cell(x, h[: len(x)]), torch.zeros_like(h[len(x) :])])


# %% check_read_packed, right: with a place that moves on
def read_packed(cell, data, batch_sizes):
    h, start = torch.zeros(batch_sizes.max(), cell.hidden_size), 0
    for size in batch_sizes:
        h = move(cell, data[start : start + size], h)
        start += size
    return h


# %% check_read_packed, right: a list of the rows
def read_packed(cell, data, batch_sizes):
    rows, data = [torch.zeros(1, cell.hidden_size)] * int(batch_sizes[0]), list(data)
    for size in batch_sizes.tolist():
        for i in range(size):
            rows[i] = cell(data.pop(0).unsqueeze(0), rows[i])
    return torch.cat(rows)


# %% check_read_packed, wrong: the first rows again and again
# says: the next rows of data
def read_packed(cell, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), cell.hidden_size)
    for size in batch_sizes.tolist():
        h = move(cell, data[:size], h)
    return h


# %% check_read_packed, wrong: the state starts from ones
# says: start from zeros
def read_packed(cell, data, batch_sizes):
    h = torch.ones(int(batch_sizes[0]), cell.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        h = move(cell, x, h)
    return h


# %% check_read_packed, wrong: all states, in a list
# says: Return one tensor [B, H], not list.
def read_packed(cell, data, batch_sizes):
    states = [data.new_zeros(int(batch_sizes[0]), cell.hidden_size)]
    for x in data.split(batch_sizes.tolist()):
        states.append(move(cell, x, states[-1]))
    return states


# %% check_read_packed, wrong: one state for each step
# says: the states are [3, 4], not [4, 4].
def read_packed(cell, data, batch_sizes):
    h = data.new_zeros(len(batch_sizes), cell.hidden_size)
    for x in data.split(batch_sizes.tolist()):
        h = move(cell, x, h)
    return h


# %% check_read_batch, right: through unsorted_indices, and a mask
def read_batch(lstm, vectors, lengths):
    order = lengths.argsort(descending=True)
    packed = pack_padded_sequence(vectors[order], lengths[order], batch_first=True)
    _, (h_n, _) = lstm(packed)
    states, _ = lstm(vectors)
    real = torch.arange(vectors.size(1)) < lengths.unsqueeze(1)
    return states * real.unsqueeze(2), h_n[-1][order.argsort()]


# %% check_read_batch, right: an index into the padded states
def read_batch(lstm, vectors, lengths):
    states, _ = lstm(vectors)
    last = states[torch.arange(len(lengths)), lengths - 1]
    real = torch.arange(vectors.size(1)) < lengths.unsqueeze(1)
    return states * real.unsqueeze(2), last


# %% check_read_batch, wrong: unsorted, without enforce_sorted=False
# says: `read_batch` stops with RuntimeError: `lengths` array must be sorted
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True)
    states, (h_n, _) = lstm(packed)
    return pad_packed_sequence(states, batch_first=True)[0], h_n[-1]


# %% check_read_batch, wrong: unpacked without batch_first
# says: pad_packed_sequence has its own batch_first
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, (h_n, _) = lstm(packed)
    return pad_packed_sequence(states)[0], h_n[-1]


# %% check_read_batch, wrong: without total_length
# says: total_length
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, (h_n, _) = lstm(packed)
    return pad_packed_sequence(states, batch_first=True)[0], h_n[-1]


# %% check_read_batch, wrong: the bottom layer
# says: h_n[0] is the bottom layer
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, (h_n, _) = lstm(packed)
    return pad_packed_sequence(states, batch_first=True, total_length=vectors.size(1))[0], h_n[0]


# %% check_read_batch, wrong: the cell state
# says: That is the cell state c.
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, (_, c_n) = lstm(packed)
    return pad_packed_sequence(states, batch_first=True, total_length=vectors.size(1))[0], c_n[-1]


# %% check_read_batch, wrong: the last column
# says: is zero where a text ended before
def read_batch(lstm, vectors, lengths):
    packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=vectors.size(1))
    return states, states[:, -1]


# %% check_read_batch, wrong: the padding is read
# says: last went on over the padding
def read_batch(lstm, vectors, lengths):
    states, (h_n, _) = lstm(vectors)
    return states, h_n[-1]
