# %% Setting
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


# %% check_column_step, right: a copy, whose first rows are written
# torch.cat([cell(x, h[:n]), h[n:]]) => h.index_copy(0, torch.arange(n), cell(x, h[:n]))

# %% check_column_step, wrong: keep the rows of texts that have ended, too: [5, 4], not [2, 4].
# torch.cat([cell(x, h[:n]), h[n:]]) => cell(x, h[:n])

# %% check_column_step, wrong: The longest texts come first
# [cell(x, h[:n]), h[n:]] => [h[:-n], cell(x, h[-n:])]


# %% check_column_step, wrong: changed in place
# torch.cat([cell(x, h[:n]), h[n:]]) => h.index_copy_(0, torch.arange(n), cell(x, h[:n]))

# %% check_read_packed, right: cut at the places where a column ends
# data.split(batch_sizes.tolist()) => data.tensor_split(batch_sizes.cumsum(0)[:-1])

# %% check_read_packed, wrong: the next rows of data
# for x in data.split(batch_sizes.tolist()) => for size in batch_sizes.tolist()
# cell, x, h => cell, data[:size], h

# %% check_read_packed, wrong: cell.hidden_size
# cell.hidden_size => 32

# %% check_read_packed, wrong: The number of texts is batch_sizes[0]
# int(batch_sizes[0]) => len(batch_sizes)


# %% check_read_batch, right: the state at each text's last token
# h_n[-1] => states[torch.arange(len(lengths)), lengths - 1]

# %% check_read_batch, wrong: pad_packed_sequence has its own batch_first
# packed_states, batch_first=True, total_length=vectors.size(1) => packed_states

# %% check_read_batch, wrong: h_n[0] is the bottom layer
# h_n[-1] => h_n[0]

# %% check_read_batch, wrong: is zero where a text ended before
# h_n[-1] => states[:, -1]


# %% check_validate, right: sums as tensors, another way to record nothing
# torch.no_grad() => torch.inference_mode()
# reduction="sum").item() => reduction="sum")
# .sum().item() => .sum()

# %% check_validate, wrong: net.eval() before the first batch
# net.eval() => net.train()

# %% check_validate, wrong: under torch.no_grad()
# torch.no_grad() => torch.enable_grad()

# %% check_validate, wrong: count it len(labels) times
# , reduction="sum" =>

# %% check_validate, wrong: The accuracy is 0.6000, not 0.2000
# argmax(1) => argmax()


# %% check_one_length_batches, right: batches as tensors
# batches[i].tolist() => batches[i]

# %% check_one_length_batches, wrong: shuffle them
# order = torch.randperm(len(batches), generator=generator) => order = range(len(batches))

# %% check_one_length_batches, wrong: A batch has texts of the lengths [3, 5].
# sizes.unique() => [0]
# (sizes == length).nonzero()[:, 0] => sizes.argsort(stable=True)
# texts[torch.randperm(len(texts), generator=generator)] => texts

# %% check_one_length_batches, wrong: `nonzero()` gives [n, 1]: take its column
# [:, 0] =>
