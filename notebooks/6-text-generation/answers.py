# %% Setting
from collections import defaultdict


# %% check_shift, right: tensors turned
# pad_sequence(part, True, PAD) => pad_sequence(part, padding_value=PAD).T

# %% check_shift, wrong: The targets are the inputs
# (inputs, targets) => (inputs, inputs)

# %% check_shift, wrong: The inputs hold 2, <end>
# *ids[:-1] => *ids

# %% check_shift, wrong: Fill the rows with PAD, which is 1, not with 0.
# True, PAD => True


# %% check_language_loss, right: the real tokens picked out
# logits.flatten(0, 1), y.flatten(), ignore_index=PAD => logits[y != PAD], y[y != PAD]

# %% check_language_loss, wrong: padding tokens were counted.
# , ignore_index=PAD =>

# %% check_language_loss, wrong: cross_entropy takes logits
# logits.flatten => logits.softmax(2).flatten

# %% check_language_loss, wrong: flatten(0, 1) makes one axis of texts and steps.
# logits.flatten(0, 1), y.flatten() => logits, y


# %% check_grow, right: tensors of one number, with twice as many digits
# zip(beams, log_p) => zip(beams, log_p.double())
# best.values.tolist() => best.values


# %% check_grow, wrong: a beam that ends in <end> does not grow
# if ids and ids[-1] == END => if False

# %% check_grow, wrong: The first beam is empty
# ids and ids[-1] => ids[-1]

# %% check_grow, wrong: Add the new log p to the score of its beam.
# score + p => p


# %% check_ranked, wrong: The best comes first, not last.
# , reverse=True =>

# %% check_ranked, wrong: Divide by the length.
# score / len => score * len


# %% check_followers, right: setdefault
# defaultdict(list) => {}
# book[tuple(line[i - n : i])].append => book.setdefault(tuple(line[i - n : i]), []).append


# %% check_followers, wrong: , after (
# for ids in texts => for ids in [sum(texts, [])]

# %% check_followers, wrong: With n = 1 the context (9,) is missing
# [start] * n => [start] * 2
# range(n, => range(2,
# i - n => i - 2


# %% check_chain, right: a place by chance, and a tuple
# rng.choice(book[tuple(line[-n:])]) => (after := book[tuple(line[-n:])])[rng.randrange(len(after))]
# return line[n:] => return tuple(line[n:])


# %% check_chain, wrong: Here only [5, 6, 7] can be written
# break => return [*line[n:], END]

# %% check_chain, wrong: [5] came in 22% of 400, not in about 38%.
# book[tuple(line[-n:])] => sorted(set(book[tuple(line[-n:])]))
