# %% Exercise 1, right: the sum of all
def odd_one_out(group):
    total = sum(unit[row_of[word]] for word in group)
    return min(group, key=lambda word: float(unit[row_of[word]] @ total))


# %% Exercise 1, right: a matrix of cosines
def odd_one_out(group):
    rows = unit[torch.tensor([row_of[word] for word in group])]
    return group[int((rows @ rows.T).sum(1).argmin())]


# %% Exercise 1, wrong: the one most like the others
# says: it is 'dividend', not
def odd_one_out(group):
    rows = unit[[row_of[word] for word in group]]
    return group[(rows @ rows.sum(0)).argmax()]


# %% Exercise 1, wrong: the position
# says: A word of the group, please, not 3.
def odd_one_out(group):
    rows = unit[[row_of[word] for word in group]]
    return (rows @ rows.sum(0)).argmin().item()


# %% Exercise 1, wrong: a word that is not in the group
# says: is none of the words ('goal', 'striker', 'referee', 'dividend').
def odd_one_out(group):
    total = unit[[row_of[word] for word in group]].sum(0)
    return words[int((unit @ total).argmin())]


# %% Exercise 1, wrong: the rarest word
# says: it is 'oil', not 'tokyo'.
def odd_one_out(group):
    return max(group, key=row_of.get)


# %% Exercise 1, wrong: prints it
# says: odd_one_out returns nothing.
def odd_one_out(group):
    rows = unit[[row_of[word] for word in group]]
    print(group[(rows @ rows.sum(0)).argmin()])


# %% Exercise 1, wrong: words in the place of row numbers
# says: row_of[word] gives a word's row in `unit`.
def odd_one_out(group):
    rows = unit[group]
    return group[(rows @ rows.sum(0)).argmin()]


# %% Exercise 1, wrong: the lengths of the vectors count
# says: Use rows of `unit`: long vectors have large dot products.
def odd_one_out(group):
    rows = torch.from_numpy(np.array(vectors[[row_of[word] for word in group]]))
    return group[(rows @ rows.T).sum(1).argmin()]


# %% Exercise 2, right: NumPy
def shuffled(table):
    order = np.arange(len(table))
    free = np.flatnonzero(order != PAD)
    order[free] = np.random.default_rng().permutation(free)
    return table[torch.from_numpy(order)]


# %% Exercise 2, right: <unk> stays too, next to the padding token
def shuffled(table):
    first_words, rest = table[: PAD + 1], table[PAD + 1 :]
    return torch.cat([first_words, rest[torch.rand(len(rest)).argsort()]])


# %% Exercise 2, wrong: the padding token moves as well
# says: The padding token has lost its row.
def shuffled(table):
    order = torch.randperm(len(table) - 1) + 1
    return table[torch.cat([order, torch.tensor([0])])]


# %% Exercise 2, wrong: the padding token's row is put back over another
# says: One row is lost: the one that came to the padding token's place.
def shuffled(table):
    torch.manual_seed(0)  # an order that moves the padding token
    answer = table[torch.randperm(len(table))]
    answer[PAD] = table[PAD]
    return answer


# %% Exercise 2, wrong: changes its input
# says: shuffled changed its input.
def shuffled(table):
    order = torch.arange(len(table))
    order[PAD + 1 :] = order[PAD + 1 :][torch.randperm(len(table) - PAD - 1)]
    table[:] = table[order].clone()
    return table


# %% Exercise 2, wrong: drawn with replacement
# says: Not the same rows: some are lost or changed.
def shuffled(table):
    rows = torch.randint(len(table), (len(table),))
    rows[PAD] = PAD
    return table[rows]


# %% Exercise 2, wrong: nothing has moved
# says: 200 of 200 rows are where they were.
def shuffled(table):
    return table.clone()


# %% Exercise 2, wrong: turned round, without any chance
# says: no random order
def shuffled(table):
    return torch.cat([table[: PAD + 1], table[PAD + 1 :].flip(0)])


# %% Exercise 2, wrong: the order, not the table
# says: Its shape is [200].
def shuffled(table):
    return torch.randperm(len(table))


# %% Exercise 2, wrong: a list of rows
# says: shuffled returns no tensor.
def shuffled(table):
    return [table[i] for i in torch.randperm(len(table))]


# %% Exercise 2, wrong: numbers of another type
# says: Its numbers are of type torch.float64
def shuffled(table):
    order = torch.randperm(len(table))
    order = torch.cat([torch.tensor([PAD]), order[order != PAD]])
    new = table.clone()
    rest = [row for row in range(len(table)) if row != PAD]
    new[rest] = table[order[1:]]
    return new.double()


# %% Exercise 3, right: rows taken at once
def grown(table, new_words):
    new = torch.from_numpy(np.array(vectors[[row_of[word] for word in new_words]]))
    return torch.cat((table, new), dim=0)


# %% Exercise 3, right: stacked
def grown(table, new_words):
    rows = [*table, *(torch.as_tensor(np.array(vectors[row_of[w]])) for w in new_words)]
    return torch.stack(rows)


# %% Exercise 3, wrong: vectors of length 1
# says: The row of 'bitcoin' is not GloVe's.
def grown(table, new_words):
    return torch.cat([table, unit[[row_of[word] for word in new_words]]])


# %% Exercise 3, wrong: the new words on top
# says: The old rows have changed.
def grown(table, new_words):
    rows = torch.from_numpy(vectors[[row_of[word] for word in new_words]])
    return torch.cat([rows, table])


# %% Exercise 3, wrong: the new rows alone
# says: Its shape is [2, 50], not [6, 50].
def grown(table, new_words):
    return torch.from_numpy(vectors[[row_of[word] for word in new_words]])


# %% Exercise 3, wrong: twice as many digits
# says: Its numbers are of type torch.float64.
def grown(table, new_words):
    rows = torch.tensor([vectors[row_of[word]].tolist() for word in new_words], dtype=torch.float64)
    return torch.cat([table.double(), rows])


# %% Exercise 3, wrong: in the order of the alphabet, from the end
# says: The row of
def grown(table, new_words):
    rows = torch.from_numpy(np.array([vectors[row_of[word]] for word in sorted(new_words, reverse=True)]))
    return torch.cat([table, rows.to(table.dtype)])
