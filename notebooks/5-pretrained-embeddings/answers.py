# %% Setting
STUDY = {
    100: {"GloVe, frozen": 0.80, "GloVe, fine-tuned": 0.78, "mean of GloVe": 0.83},
    10_000: {"GloVe, frozen": 0.90, "GloVe, fine-tuned": 0.905, "mean of GloVe": 0.87},
}


# %% check_skip_gram_loss, right: all pairs as one classifier
def skip_gram_loss(v, u, negative):
    words = torch.cat([u.unsqueeze(1), negative], dim=1)  # [B, 1 + K, E]
    scores = (words @ v.unsqueeze(2)).squeeze(2)
    labels = torch.zeros_like(scores)
    labels[:, 0] = 1
    return F.binary_cross_entropy_with_logits(scores, labels, reduction="none").sum(1).mean()


# %% check_skip_gram_loss, wrong: one minus sign is missing
# F.logsigmoid(-false) => F.logsigmoid(false)

# %% check_skip_gram_loss, wrong: Add up the K drawn words
# F.logsigmoid(-false).sum(1) => F.logsigmoid(-false).mean(1)

# %% check_skip_gram_loss, wrong: F.logsigmoid, not the log of a sigmoid
# F.logsigmoid(true) => true.sigmoid().log()
# F.logsigmoid(-false) => (-false).sigmoid().log()


# %% check_pair_step, right: by autograd
def pair_step(v, u, y, rate):
    v, u = v.clone().requires_grad_(), u.clone().requires_grad_()
    x = v @ u
    loss = -F.logsigmoid(x if y else -x)
    dv, du = torch.autograd.grad(loss, (v, u))
    return (v - rate * dv).detach(), (u - rate * du).detach()


# %% check_pair_step, wrong: goes uphill
# v - rate * error * u, u - rate => v + rate * error * u, u + rate

# %% check_pair_step, wrong: u moves by the *old* v
# error * v => error * (v - rate * error * u)


# %% check_word_layer, right: a module with its own weights
def word_layer(table, freeze):
    layer = nn.Embedding(*table.shape, padding_idx=PAD, sparse=SPARSE)
    with torch.no_grad():
        layer.weight.copy_(table)
    return layer.requires_grad_(not freeze)


# %% check_word_layer, wrong: share no memory
# table.clone() => table

# %% check_word_layer, wrong: With freeze=True the layer does not train, with freeze=False it does
# rows, freeze, PAD => rows, padding_idx=PAD

# %% check_word_layer, wrong: padding_idx should be PAD
# rows, freeze, PAD => rows, freeze


# %% check_choose_start, right: three of them
def choose_start(labels):
    if labels <= 100:
        return "mean of GloVe"
    return "GloVe, frozen" if labels <= 1_000 else "GloVe, fine-tuned"


# %% check_choose_start, wrong: With 100 labels 'GloVe, frozen' reaches 0.800, the best of the five 0.830.
# "mean of GloVe" if labels < 500 else "GloVe, fine-tuned" => "GloVe, frozen"

# %% check_choose_start, wrong: With 10,000 labels 'mean of GloVe' reaches 0.870
# "mean of GloVe" if labels < 500 else "GloVe, fine-tuned" => "mean of GloVe"


# %% check_shuffled, right: draws until the padding token is at its place
def shuffled(table):
    order = torch.randperm(len(table))
    here = int((order == PAD).nonzero())
    order[here], order[PAD] = order[PAD].clone(), PAD
    return table[order]


# %% check_shuffled, wrong: The padding token has lost its row.
# [row for row in range(len(table)) if row != PAD] => range(len(table))


# %% check_shuffled, wrong: One row is lost
# [row for row in range(len(table)) if row != PAD] => range(len(table))
# return answer => return torch.cat([answer[:PAD], table[PAD : PAD + 1], answer[PAD + 1 :]])

# %% check_shuffled, wrong: Rows that follow each other still do
# torch.randperm(len(others)) => torch.arange(len(others)).roll(7)
