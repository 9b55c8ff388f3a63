# %% check_shapes, right: from the layer itself
def shapes(layers, directions):
    output, h_n = nn.GRU(1, 32, layers, batch_first=True, bidirectional=directions > 1)(torch.zeros(8, 20, 1))
    return output.shape, h_n.shape


# %% check_shapes, wrong: batch_first leaves h_n as it is
def shapes(layers, directions):
    return [8, 20, 32 * directions], [8, layers * directions, 32]


# %% check_shapes, wrong: It holds the top layer alone
def shapes(layers, directions):
    return [8, 20, 32 * layers * directions], [layers * directions, 8, 32]


# %% check_last_states, right: by layer and direction
def last_states(h_n, directions):
    top = h_n.view(-1, directions, *h_n.shape[1:])[-1]  # [directions, B, H]
    return top.transpose(0, 1).flatten(1)


# %% check_last_states, wrong: takes the bottom layer
def last_states(h_n, directions):
    return torch.cat([*h_n[:directions]], dim=1)


# %% check_last_states, wrong: join them with torch.cat
def last_states(h_n, directions):
    return h_n[-directions:]


# %% check_last_states, wrong: mixes texts
def last_states(h_n, directions):
    return h_n[-directions:].reshape(h_n.size(1), -1)


# %% check_read_late, right: zeros made and joined
def read_late(rnn, vectors, lengths, delay):
    B, T, E = vectors.shape
    longer = torch.cat([vectors, vectors.new_zeros(B, delay, E)], dim=1)
    return run_rnn(rnn, longer, lengths + delay)[0].narrow(1, delay, T)


# %% check_read_late, wrong: should be that after t + delay
def read_late(rnn, vectors, lengths, delay):
    return run_rnn(rnn, vectors, lengths)[0]


# %% check_read_late, wrong: must be read for lengths + delay steps
def read_late(rnn, vectors, lengths, delay):
    return run_rnn(rnn, F.pad(vectors, (0, 0, 0, delay)), lengths)[0][:, delay:]


# %% check_read_late, wrong: answer for no token
def read_late(rnn, vectors, lengths, delay):
    return run_rnn(rnn, F.pad(vectors, (0, 0, 0, delay)), lengths + delay)[0]


# %% check_usable, right: case by case
def usable(delay):
    names = ["one-way"]
    if delay >= 1:
        names.append("late")
    if delay >= 2:
        names.append("window")
    if delay >= 4:
        names.append("two windows")
    return names + ["two-way"] * (delay == math.inf)


# %% check_usable, wrong: With a delay of 0, 'late' may not be used
def usable(delay):
    ahead = {"one-way": 0, "late": 0, "window": 2, "two windows": 4, "two-way": math.inf}
    return {name for name in ahead if ahead[name] <= delay}


# %% check_usable, wrong: With a delay of 2, 'two windows' may not be used
def usable(delay):
    ahead = {"one-way": 0, "late": 1, "window": 2, "two windows": 2, "two-way": math.inf}
    return {name for name in ahead if ahead[name] <= delay}


# %% check_max_pool, right: text by text
def max_pool(states, lengths):
    return torch.stack([text[:n].max(0).values for text, n in zip(states, lengths.tolist())])


# %% check_max_pool, wrong: A zero has won
def max_pool(states, lengths):
    real = torch.arange(states.size(1)) < lengths.unsqueeze(1)
    return (states * real.unsqueeze(2)).amax(1)


# %% check_max_pool, wrong: a 9 is in the padding alone
def max_pool(states, lengths):
    return states.amax(1)
