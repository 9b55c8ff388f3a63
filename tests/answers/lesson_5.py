# %% Exercise 1, right: the sum of all
def odd_one_out(group):
    total = sum(unit[row_of[word]] for word in group)
    return min(group, key=lambda word: float(unit[row_of[word]] @ total))


# %% Exercise 1, right: the mean of its cosines
def odd_one_out(group):
    def alike(word):
        return sum(cosine(word, other) for other in group if other != word)

    return min(group, key=alike)


# %% Exercise 1, right: a matrix of cosines
def odd_one_out(group):
    rows = unit[torch.tensor([row_of[word] for word in group])]
    return group[int((rows @ rows.T).sum(1).argmin())]


# %% Exercise 1, right: without itself
def odd_one_out(group):
    found, lowest = None, 2.0
    for word in group:
        others = torch.stack([unit[row_of[other]] for other in group if other != word])
        score = torch.cosine_similarity(unit[row_of[word]], others.mean(0), dim=0).item()
        if score < lowest:
            found, lowest = word, score
    return found


# %% Exercise 1, right: NumPy
def odd_one_out(group):
    rows = np.stack([unit[row_of[word]].numpy() for word in group])
    return group[np.argmin(rows @ rows.mean(axis=0))]


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


# %% Exercise 1, wrong: a tensor
# says: A word of the group, please, not tensor(3).
def odd_one_out(group):
    rows = unit[[row_of[word] for word in group]]
    return (rows @ rows.sum(0)).argmin()


# %% Exercise 1, wrong: a word that is not in the group
# says: is none of the words ('goal', 'striker', 'referee', 'dividend').
def odd_one_out(group):
    total = unit[[row_of[word] for word in group]].sum(0)
    return words[int((unit @ total).argmin())]


# %% Exercise 1, wrong: the first word
# says: it is 'dividend', not 'goal'.
def odd_one_out(group):
    return group[0]


# %% Exercise 1, wrong: the rarest word
# says: it is 'oil', not 'tokyo'.
def odd_one_out(group):
    return max(group, key=row_of.get)


# %% Exercise 1, wrong: prints it
# says: odd_one_out returns nothing.
def odd_one_out(group):
    rows = unit[[row_of[word] for word in group]]
    print(group[(rows @ rows.sum(0)).argmin()])


# %% Exercise 1, wrong: words are no rows
# says: `odd_one_out` stops with
def odd_one_out(group):
    rows = unit[group]
    return group[(rows @ rows.sum(0)).argmin()]


# %% Exercise 2, right: the pad swapped back
def shuffled(table):
    order = torch.randperm(len(table))
    place = (order == PAD).nonzero().item()
    order[place] = order[PAD].item()
    order[PAD] = PAD
    return table[order]


# %% Exercise 2, right: a seeded generator of its own
def shuffled(table):
    others = torch.cat([torch.arange(PAD), torch.arange(PAD + 1, len(table))])
    order = torch.randperm(len(others), generator=torch.Generator().manual_seed(0))
    answer = table.clone()
    answer[others] = table[others[order]]
    return answer


# %% Exercise 2, right: the random of Python
def shuffled(table):
    import random

    rows = [row for row in range(len(table)) if row != PAD]
    random.shuffle(rows)
    rows.insert(PAD, PAD)
    return table[rows]


# %% Exercise 2, right: NumPy
def shuffled(table):
    order = np.arange(len(table))
    free = np.flatnonzero(order != PAD)
    order[free] = np.random.default_rng().permutation(free)
    return table[torch.from_numpy(order)]


# %% Exercise 2, right: <unk> stays too, next to the pad
def shuffled(table):
    first_words, rest = table[: PAD + 1], table[PAD + 1 :]
    return torch.cat([first_words, rest[torch.rand(len(rest)).argsort()]])


# %% Exercise 2, wrong: the pad moves as well
# says: The pad has lost its row.
def shuffled(table):
    order = torch.randperm(len(table) - 1) + 1
    return table[torch.cat([order, torch.tensor([0])])]


# %% Exercise 2, wrong: changes its input
# says: shuffled changed its input.
def shuffled(table):
    order = torch.arange(len(table))
    order[PAD + 1 :] = order[PAD + 1 :][torch.randperm(len(table) - PAD - 1)]
    table[:] = table[order].clone()
    return table


# %% Exercise 2, wrong: drawn with replacement
# says: Not the same rows: one is lost or changed.
def shuffled(table):
    rows = torch.randint(len(table), (len(table),))
    rows[PAD] = PAD
    return table[rows]


# %% Exercise 2, wrong: the pad's row goes to two places
# says: Not the same rows
def shuffled(table):
    answer = table[(torch.arange(len(table)) + 7) % len(table)]
    answer[PAD] = table[PAD]
    return answer


# %% Exercise 2, wrong: each column for itself
# says: Not the same rows
def shuffled(table):
    answer = table.clone()
    for column in range(table.size(1)):
        answer[PAD + 1 :, column] = table[PAD + 1 :, column][torch.randperm(len(table) - PAD - 1)]
    return answer


# %% Exercise 2, wrong: nothing has moved
# says: 200 of 200 rows are where they were.
def shuffled(table):
    return table.clone()


# %% Exercise 2, wrong: turned round, without any chance
# says: no order of chance
def shuffled(table):
    return torch.cat([table[: PAD + 1], table[PAD + 1 :].flip(0)])


# %% Exercise 2, wrong: moved on by one, without any chance
# says: no order of chance
def shuffled(table):
    return torch.cat([table[: PAD + 1], table[PAD + 1 :].roll(1, 0)])


# %% Exercise 2, wrong: the order, not the table
# says: Its shape is [200].
def shuffled(table):
    return torch.randperm(len(table))


# %% Exercise 2, wrong: a list of rows
# says: shuffled returns no tensor.
def shuffled(table):
    return [table[i] for i in torch.randperm(len(table))]


# %% Exercise 3, right: rows taken at once
def grown(table, new_words):
    new = torch.from_numpy(np.array(vectors[[row_of[word] for word in new_words]]))
    return torch.cat((table, new), dim=0)


# %% Exercise 3, right: row by row
def grown(table, new_words):
    for word in new_words:
        row = torch.tensor(vectors[row_of[word]])
        table = torch.cat([table, row.unsqueeze(0)])
    return table


# %% Exercise 3, right: an empty table, filled
def grown(table, new_words):
    answer = torch.empty(len(table) + len(new_words), table.size(1))
    answer[: len(table)] = table
    for i, word in enumerate(new_words):
        answer[len(table) + i] = torch.from_numpy(vectors[row_of[word]].copy())
    return answer


# %% Exercise 3, right: stacked
def grown(table, new_words):
    rows = [*table, *(torch.as_tensor(np.array(vectors[row_of[w]])) for w in new_words)]
    return torch.stack(rows)


# %% Exercise 3, right: NumPy
def grown(table, new_words):
    rows = [vectors[row_of[word]] for word in new_words]
    return torch.from_numpy(np.vstack([table.numpy(), *rows]))


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


# %% Exercise 3, wrong: noise
# says: The row of 'bitcoin' is not GloVe's.
def grown(table, new_words):
    return torch.cat([table, 0.1 * torch.randn(len(new_words), table.size(1))])


# %% Exercise 3, wrong: twice as many digits
# says: Its numbers are of type torch.float64.
def grown(table, new_words):
    rows = torch.tensor([vectors[row_of[word]].tolist() for word in new_words], dtype=torch.float64)
    return torch.cat([table.double(), rows])


# %% Exercise 3, wrong: in the order of the alphabet
# says: The row of 'bitcoin' is not GloVe's.
def grown(table, new_words):
    rows = vectors[[row_of[word] for word in sorted(new_words)]]
    return torch.cat([table, torch.from_numpy(rows)])


# %% Exercise 3, wrong: joined side by side
# says: `grown` stops with RuntimeError
def grown(table, new_words):
    rows = torch.from_numpy(vectors[[row_of[word] for word in new_words]])
    return torch.cat([table, rows], dim=1)


# %% Exercise 3, wrong: a tensor and an array
# says: `grown` stops with TypeError: expected Tensor
def grown(table, new_words):
    return torch.cat([table, vectors[[row_of[word] for word in new_words]]])


# %% Exercise 3, wrong: only the first of them
# says: Its shape is [5, 50], not [6, 50].
def grown(table, new_words):
    return torch.cat([table, torch.tensor(vectors[row_of[new_words[0]]]).view(1, -1)])


# %% Exercise 1, wrong: the lengths of the vectors count
# says: it is 'three'
def odd_one_out(group):
    rows = torch.from_numpy(np.array(vectors[[row_of[word] for word in group]]))
    return group[(rows @ rows.T).sum(1).argmin()]


# %% Exercise 2, wrong: numbers of another type
# says: Its numbers are of type torch.float64
def shuffled(table):
    order = torch.randperm(len(table))
    order = torch.cat([torch.tensor([PAD]), order[order != PAD]])
    new = table.clone()
    rest = [row for row in range(len(table)) if row != PAD]
    new[rest] = table[order[1:]]
    return new.double()


# %% Exercise 2, wrong: 200 rows written in
# says: `shuffled` stops with
def shuffled(table):
    new = table.clone()
    rest = [row for row in range(200) if row != PAD]
    order = torch.randperm(199)
    new[rest] = table[torch.tensor(rest)[order]]
    return new


# %% Exercise 3, wrong: in the order of the alphabet, from the end
# says: The row of
def grown(table, new_words):
    rows = torch.from_numpy(np.array([vectors[row_of[word]] for word in sorted(new_words, reverse=True)]))
    return torch.cat([table, rows.to(table.dtype)])
