# %% check_step, right: the two vectors joined, the two matrices as well
# x_t @ W_x.T + h @ W_h.T => torch.cat([x_t, h], 1) @ torch.cat([W_x, W_h], 1).T

# %% check_step, wrong: The shapes do not fit
# x_t @ W_x.T + h @ W_h.T => x_t @ W_x + h @ W_h

# %% check_step, wrong: torch.tanh takes a tensor
# torch.tanh => math.tanh

# %% check_step, wrong: here a vector is a row
# x_t @ W_x.T + h @ W_h.T => W_x @ x_t.T + W_h @ h.T

# %% check_step, wrong: step changed what it was given
# return torch.tanh(x_t @ W_x.T + h @ W_h.T + b) => return h.copy_(torch.tanh(x_t @ W_x.T + h @ W_h.T + b))

# %% check_step, wrong: W_h is the wrong way round
# W_h.T => W_h


# %% check_masked_mean, right: a mean by weights
# (states * real).sum(1) / real.sum(1) => (states * (real / real.sum(1, keepdim=True))).sum(1)

# %% check_masked_mean, wrong: stops with RuntimeError
# says: unsqueeze(dim) adds one
# real = real.unsqueeze(2) => pass

# %% check_masked_mean, wrong: not by all steps
# real.sum(1) => real.size(1)


# %% check_masked_max, right: text by text
# states.masked_fill(padding, -torch.inf).amax(1) => torch.stack([x[mask].amax(0) for x, mask in zip(states, real)])

# %% check_masked_max, right: -1, below which no state can be
# -torch.inf => -1

# %% check_masked_max, wrong: -inf times 0 is nan
# states.masked_fill(padding, -torch.inf).amax(1) => (states - torch.inf * padding).amax(1)

# %% check_masked_max, wrong: A zero has won
# -torch.inf => 0

# %% check_masked_max, wrong: max(1) returns values and places
# .amax(1) => .max(1)


# %% check_one_epoch, right: the gradients cleared after the step, the mean by len(loader.dataset)
# optimizer.zero_grad() => pass
# scheduler.step() => scheduler.step(), optimizer.zero_grad()
# loss.item() * len(labels) => loss.detach() * len(labels)
# total / articles => (total / len(loader.dataset)).item()

# %% check_one_epoch, wrong: The gradients of all batches add up
# optimizer.zero_grad() => pass

# %% check_one_epoch, wrong: clip it between backward and optimizer.step()
# nn.utils.clip_grad_norm_(net.parameters(), clip) => pass

# %% check_one_epoch, wrong: A step uses a gradient longer than `clip`
# net.parameters(), clip => net.parameters(), 1

# %% check_one_epoch, wrong: backward starts at the mean loss of the batch
# F.cross_entropy(net(ids), labels) => F.cross_entropy(net(ids), labels, reduction="sum")

# %% check_one_epoch, wrong: With a `clip` that no gradient reaches it goes wrong
# loss.backward() => (100 * loss).backward()

# %% check_one_epoch, wrong: The scheduler has made 0 of 3 steps
# scheduler.step() => pass

# %% check_one_epoch, wrong: Batch 1 finds the network in evaluation mode
# net.train() => net.eval()

# %% check_one_epoch, wrong: The last is smaller: let each text count once
# loss.item() * len(labels) => loss.item()
# articles += len(labels) => articles += 1


# %% check_last_n, wrong: Join your condition with `real &`.
# (step < count) & (step >= count - n) => step >= count - n

# %% check_last_n, wrong: & joins two comparisons
# (step < count) & (step >= count - n) => step < count and step >= count - n


# %% check_read, right: over the time axis put first
# x[:, t] => x.transpose(0, 1)[t]
# torch.stack(states, dim=1) => torch.stack(states).transpose(0, 1)

# %% check_read, wrong: along the texts of the batch, not along the tokens
# len(x), => x.size(1),
# range(x.size(1)) => range(len(x))
# x[:, t] => x[t]
# dim=1 => dim=0

# %% check_read, wrong: torch.stack(states, dim=1)
# dim=1 => dim=0

# %% check_read, wrong: changed in place
# [] => torch.zeros(len(x), x.size(1), len(b))
# x[:, t], h, => x[:, t], states[:, t - 1],
# states.append(h) => states[:, t] = h
# torch.stack(states, dim=1) => states
