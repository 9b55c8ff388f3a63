# %% check_shapes, right: from the layer itself
def shapes(layers, directions):
    output, h_n = nn.GRU(1, 32, layers, batch_first=True, bidirectional=directions > 1)(torch.zeros(8, 20, 1))
    return output.shape, h_n.shape


# %% check_shapes, wrong: batch_first leaves h_n as it is
# [layers * directions, 8, 32] => [8, layers * directions, 32]

# %% check_shapes, wrong: It holds the top layer alone
# 32 * directions => 32 * layers * directions


# %% check_last_states, right: by layer and direction
# torch.cat([*h_n[-directions:]], dim=1) => h_n.unflatten(0, (-1, directions))[-1].transpose(0, 1).flatten(1)

# %% check_last_states, wrong: takes the bottom layer
# h_n[-directions:] => h_n[:directions]

# %% check_last_states, wrong: join them with torch.cat
# torch.cat([*h_n[-directions:]], dim=1) => h_n[-directions:]

# %% check_last_states, wrong: mixes texts
# torch.cat([*h_n[-directions:]], dim=1) => h_n[-directions:].reshape(h_n.size(1), -1)


# %% check_read_late, right: zeros joined
# F.pad(vectors, (0, 0, 0, delay)) => torch.cat([vectors, 0 * vectors[:, :1].expand(-1, delay, -1)], dim=1)
# states[:, delay:] => states.narrow(1, delay, vectors.size(1))

# %% check_read_late, wrong: should be that after t + delay
# longer, lengths + delay => vectors, lengths
# states[:, delay:] => states

# %% check_read_late, wrong: must be read for lengths + delay steps
# longer, lengths + delay => longer, lengths

# %% check_read_late, wrong: answer for no token
# states[:, delay:] => states


# %% check_usable, right: a list
# {name for name, words in ahead.items() if words <= delay} => [name for name in ahead if ahead[name] <= delay]


# %% check_usable, wrong: With a delay of 0, 'late' may not be used
# "late": 1 => "late": 0

# %% check_usable, wrong: With a delay of 2, 'two windows' may not be used
# "two windows": 4 => "two windows": 2


# %% check_max_pool, right: text by text
# states.masked_fill(~real.unsqueeze(2), -torch.inf).amax(1) => torch.stack([x[m].amax(0) for x, m in zip(states, real)])

# %% check_max_pool, wrong: A zero has won
# -torch.inf => 0

# %% check_max_pool, wrong: a 9 is in the padding alone
# .masked_fill(~real.unsqueeze(2), -torch.inf) =>
