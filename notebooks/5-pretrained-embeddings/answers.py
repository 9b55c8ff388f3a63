# %% Setting
STUDY = {
    100: {"GloVe, frozen": 0.80, "GloVe, fine-tuned": 0.78, "mean of GloVe": 0.83},
    10_000: {"GloVe, frozen": 0.90, "GloVe, fine-tuned": 0.905, "mean of GloVe": 0.87},
}


# %% check_skip_gram_loss, right: softplus
# F.logsigmoid(true) + F.logsigmoid(-false).sum(1) => -F.softplus(-true) - F.softplus(false).sum(1)

# %% check_skip_gram_loss, wrong: one minus sign is missing
# F.logsigmoid(-false) => F.logsigmoid(false)

# %% check_skip_gram_loss, wrong: Add up the K drawn words
# F.logsigmoid(-false).sum(1) => F.logsigmoid(-false).mean(1)

# %% check_skip_gram_loss, wrong: F.logsigmoid, not the log of a sigmoid
# F.logsigmoid(true) => true.sigmoid().log()
# F.logsigmoid(-false) => (-false).sigmoid().log()


# %% check_pair_step, right: the sigmoid written out
# torch.sigmoid(v @ u) - y => 1 / (1 + torch.exp(-(v @ u))) - y

# %% check_pair_step, wrong: goes uphill
# v - rate * error * u, u - rate => v + rate * error * u, u + rate

# %% check_pair_step, wrong: u moves by the *old* v
# error * v => error * (v - rate * error * u)


# %% check_word_layer, right: a module with its own weights
# nn.Embedding.from_pretrained(rows, freeze, => nn.Embedding(*table.shape,
# sparse=SPARSE) => _weight=rows, sparse=SPARSE).requires_grad_(not freeze)

# %% check_word_layer, wrong: share no memory
# table.clone() => table

# %% check_word_layer, wrong: With freeze=True the layer does not train, with freeze=False it does
# rows, freeze, PAD => rows, padding_idx=PAD

# %% check_word_layer, wrong: padding_idx should be PAD
# rows, freeze, PAD => rows, freeze


# %% check_choose_start, right: frozen vectors for many labels
# labels < 500 else "GloVe, fine-tuned" => labels <= 100 else "GloVe, frozen"

# %% check_choose_start, wrong: With 100 labels 'GloVe, frozen' reaches 0.800, the best of the five 0.830.
# "mean of GloVe" if labels < 500 else "GloVe, fine-tuned" => "GloVe, frozen"

# %% check_choose_start, wrong: With 10,000 labels 'mean of GloVe' reaches 0.870
# "mean of GloVe" if labels < 500 else "GloVe, fine-tuned" => "mean of GloVe"


# %% check_shuffled, right: Python's random numbers
# others[torch.randperm(len(others))] => random.sample(others.tolist(), len(others))

# %% check_shuffled, wrong: The padding token has lost its row.
# [row for row in range(len(table)) if row != PAD] => range(len(table))


# %% check_shuffled, wrong: One row is lost
# [row for row in range(len(table)) if row != PAD] => range(len(table))
# return answer => return torch.cat([answer[:PAD], table[PAD : PAD + 1], answer[PAD + 1 :]])

# %% check_shuffled, wrong: Rows that follow each other still do
# torch.randperm(len(others)) => torch.arange(len(others)).roll(7)
