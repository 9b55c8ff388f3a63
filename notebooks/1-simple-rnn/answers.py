# %% check_step, right: the two vectors joined, the two matrices as well
def step(x_t, h, W_x, W_h, b):
    both = torch.cat([x_t, h], dim=1)
    return torch.tanh(both @ torch.cat([W_x, W_h], dim=1).T + b)


# %% check_step, wrong: The shapes do not fit
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x + h @ W_h + b)


# %% check_step, wrong: The matrix product is @
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t * W_x.T + h * W_h.T + b)


# %% check_step, wrong: torch.tanh takes a tensor
def step(x_t, h, W_x, W_h, b):
    return math.tanh(x_t @ W_x.T + h @ W_h.T + b)


# %% check_step, wrong: W_h is the wrong way round
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h + b)


# %% check_step, wrong: tanh comes last, over the whole sum
def step(x_t, h, W_x, W_h, b):
    return torch.tanh(x_t @ W_x.T + h @ W_h.T) + b


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
def epoch(net, loader, optimizer, scheduler, clip, *parts, first="train", last="eval", mean=True):
    """What a slip is made of: the parts of a step in an order, and what comes before and after all batches."""
    total, articles, losses = 0.0, 0, []
    getattr(net, first)()
    for labels, ids in loader:
        loss = F.cross_entropy(net(ids.to(device)), labels.to(device))
        for part in parts:
            if part == "clip":
                nn.utils.clip_grad_norm_(net.parameters(), clip)
            else:
                {"zero": optimizer.zero_grad, "back": loss.backward, "step": optimizer.step, "rate": scheduler.step}[
                    part
                ]()
        losses.append(loss)
        total += loss.item() * len(labels)
        articles += len(labels)
    getattr(net, last)()
    return total / articles if mean else losses


# %% check_one_epoch, wrong: The gradients of all batches add up
def one_epoch(*given):
    return epoch(*given, "back", "clip", "step", "rate")


# %% check_one_epoch, wrong: No weight moves
def one_epoch(*given):
    return epoch(*given, "back", "zero", "clip", "step", "rate")


# %% check_one_epoch, wrong: clip it between backward and optimizer.step()
def one_epoch(*given):
    return epoch(*given, "zero", "back", "step", "clip", "rate")


# %% check_one_epoch, wrong: clip it between backward and optimizer.step()
def one_epoch(*given):
    return epoch(*given, "zero", "clip", "back", "step", "rate")


# %% check_one_epoch, wrong: The gradients of all batches add up
# says: clip it between backward and optimizer.step()
def one_epoch(*given):
    return epoch(*given, "back", "step", "clip", "rate")


# %% check_one_epoch, wrong: it comes after the optimizer
def one_epoch(*given):
    return epoch(*given, "zero", "back", "clip", "rate", "step")


# %% check_one_epoch, wrong: The scheduler has made 1 of 3 steps
def one_epoch(net, loader, optimizer, scheduler, clip):
    loss = epoch(net, loader, optimizer, scheduler, clip, "zero", "back", "clip", "step")
    scheduler.step()
    return loss


# %% check_one_epoch, wrong: Batch 1 finds the network in evaluation mode
def one_epoch(*given):
    return epoch(*given, "zero", "back", "clip", "step", "rate", first="eval")


# %% check_one_epoch, wrong: Batch 2 finds the network in evaluation mode: is net.eval() inside the loop?
def one_epoch(net, loader, optimizer, scheduler, clip):
    net.train()
    return epoch(net, [*loader][:1], optimizer, scheduler, clip, "zero", "back", "clip", "step", "rate") + epoch(
        net, [*loader][1:], optimizer, scheduler, clip, "zero", "back", "clip", "step", "rate", first="eval"
    )


# %% check_one_epoch, wrong: is `return` inside the loop?
def one_epoch(net, loader, optimizer, scheduler, clip):
    return epoch(net, [*loader][:1], optimizer, scheduler, clip, "zero", "back", "clip", "step", "rate")


# %% check_one_epoch, wrong: At the end the network is in training mode
def one_epoch(*given):
    return epoch(*given, "zero", "back", "clip", "step", "rate", last="train")


# %% check_one_epoch, wrong: That is the loss of the last batch
def one_epoch(*given):
    return epoch(*given, "zero", "back", "clip", "step", "rate", mean=False)[-1].item()


# %% check_one_epoch, wrong: the last one is smaller
def one_epoch(*given):
    return torch.stack(epoch(*given, "zero", "back", "clip", "step", "rate", mean=False)).mean().item()


# %% check_one_epoch, wrong: Add up loss.item()
def one_epoch(*given):
    return sum(epoch(*given, "zero", "back", "clip", "step", "rate", mean=False))


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


# %% check_read, wrong: Keep the state after every token
def read(x, W_x, W_h, b):
    h = torch.zeros(len(x), len(b))
    for t in range(x.size(1)):
        h = right_step(x[:, t], h, W_x, W_h, b)
    return h


# %% check_read, wrong: changed in place
def read(x, W_x, W_h, b):
    states = torch.zeros(len(x), x.size(1), len(b))
    for t in range(x.size(1)):
        states[:, t] = right_step(x[:, t], states[:, t - 1], W_x, W_h, b)
    return states
