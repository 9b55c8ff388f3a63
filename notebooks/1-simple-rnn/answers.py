# %% check_step, right: the two vectors joined, the two matrices as well
def step(x_t, h, W_x, W_h, b):
    both = torch.cat([x_t, h], dim=1)
    return torch.tanh(both @ torch.cat([W_x, W_h], dim=1).T + b)


# %% check_step, wrong: The shapes do not fit
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x + h @ W_h + b)


# %% check_step, wrong: torch.tanh takes a tensor
def step(x_t, h, W_x, W_h, b):
    return math.tanh(x_t @ W_x.T + h @ W_h.T + b)


# %% check_step, wrong: W_h is the wrong way round
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h + b)


# %% check_masked_mean, right: with einsum
def masked_mean(states, real):
    weights = real / real.sum(1, keepdim=True)  # [B, T]
    return torch.einsum("bt,bth->bh", weights, states)


# %% check_masked_mean, wrong: stops with RuntimeError
# says: unsqueeze(dim) adds one
def masked_mean(states, real):
    return (states * real).sum(1) / real.sum(1)


# %% check_masked_mean, wrong: not by all steps
def masked_mean(states, real):
    return (states * real.unsqueeze(2)).mean(1)


# %% check_masked_max, right: text by text
def masked_max(states, real):
    return torch.stack([text[mask].max(dim=0).values for text, mask in zip(states, real)])


# %% check_masked_max, wrong: A zero has won
def masked_max(states, real):
    return (states * real.unsqueeze(2)).amax(1)


# %% check_masked_max, wrong: max(1) returns values and places
def masked_max(states, real):
    return states.masked_fill(~real.unsqueeze(2), -torch.inf).max(1)


# %% check_one_epoch, right: the gradients cleared after the step, the mean by len(loader.dataset)
def one_epoch(net, loader, optimizer, scheduler, clip):
    total = torch.zeros((), device=device)
    for labels, ids in loader:
        net.train()
        loss = F.cross_entropy(net(ids.to(device)), labels.to(device), reduction="sum")
        (loss / len(labels)).backward()
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        total += loss.detach()
    net.eval()
    return (total / len(loader.dataset)).item()


# %% Setting
def epoch(*parts, first="train", give=lambda losses, counts: sum(losses).item() / sum(counts)):
    """What a slip is made of: the parts of a step in an order, and what comes before and after all batches."""

    def one_epoch(net, loader, optimizer, scheduler, clip):
        losses, counts = [], []
        getattr(net, first)()
        for labels, ids in loader:
            loss = F.cross_entropy(net(ids.to(device)), labels.to(device))
            calls = {"zero": optimizer.zero_grad, "back": loss.backward, "step": optimizer.step}
            calls |= {"clip": lambda: nn.utils.clip_grad_norm_(net.parameters(), clip), "rate": scheduler.step}
            for part in parts or ("zero", "back", "clip", "step", "rate"):
                calls[part]()
            losses.append(loss * len(labels))
            counts.append(len(labels))
        net.eval()
        return give(losses, counts)

    return one_epoch


# %% check_one_epoch, wrong: The gradients of all batches add up
one_epoch = epoch("back", "clip", "step", "rate")

# %% check_one_epoch, wrong: clip it between backward and optimizer.step()
one_epoch = epoch("zero", "back", "step", "clip", "rate")

# %% check_one_epoch, wrong: The scheduler has made 0 of 3 steps
one_epoch = epoch("zero", "back", "clip", "step")

# %% check_one_epoch, wrong: Batch 1 finds the network in evaluation mode
one_epoch = epoch(first="eval")


# %% check_one_epoch, wrong: The last is smaller: let each text count once
one_epoch = epoch(give=lambda losses, counts: sum(loss.item() / n for loss, n in zip(losses, counts)) / len(losses))


# %% check_last_n, right: two comparisons
def last_n(real, n):
    count = real.sum(1, keepdim=True)  # [B, 1]
    step = torch.arange(real.size(1))  # [T]
    return (step < count) & (step >= count - n)


# %% check_last_n, wrong: Join your condition with `real &`.
def last_n(real, n):
    return torch.arange(real.size(1)) >= real.sum(1, keepdim=True) - n


# %% check_last_n, wrong: & joins two comparisons
def last_n(real, n):
    count, step = real.sum(1, keepdim=True), torch.arange(real.size(1))
    return step < count and step >= count - n


# %% Setting
def right_step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T + b)


# %% check_read, right: over the time axis put first
def read(x, W_x, W_h, b):
    states = [torch.zeros(x.size(0), W_h.size(0))]
    for x_t in x.transpose(0, 1):
        states.append(right_step(x_t, states[-1], W_x, W_h, b))
    return torch.stack(states[1:]).transpose(0, 1)


# %% check_read, wrong: along the texts of the batch, not along the tokens
def read(x, W_x, W_h, b):
    h, states = torch.zeros(x.size(1), len(b)), []
    for x_t in x:
        h = right_step(x_t, h, W_x, W_h, b)
        states.append(h)
    return torch.stack(states)


# %% check_read, wrong: torch.stack(states, dim=1)
def read(x, W_x, W_h, b):
    h, states = torch.zeros(len(x), len(b)), []
    for t in range(x.size(1)):
        h = right_step(x[:, t], h, W_x, W_h, b)
        states.append(h)
    return torch.stack(states)


# %% check_read, wrong: changed in place
def read(x, W_x, W_h, b):
    states = torch.zeros(len(x), x.size(1), len(b))
    for t in range(x.size(1)):
        states[:, t] = right_step(x[:, t], states[:, t - 1], W_x, W_h, b)
    return states
