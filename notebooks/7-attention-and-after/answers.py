# %% Setting
def causal(T):
    return torch.ones(T, T).tril().bool()


# %% check_weights_of, right: bmm, and the query divided
# queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5 => torch.bmm(queries / math.sqrt(keys.shape[-1]), keys.mT)

# %% check_weights_of, wrong: The scores are not divided by the root of D.
# / keys.size(2) ** 0.5 =>

# %% check_weights_of, wrong: The weights of the first query sum to
# says: over its 5 keys, the last axis.
# dim=2 => dim=1


# %% check_attend, right: masked after the softmax, then divided by the sum
# scores.masked_fill(~mask, -torch.inf).softmax(dim=2) => F.normalize(scores.softmax(2) * mask, p=1, dim=2)

# %% check_attend, wrong: The weights hold NaN. Is the mask upside down?
# ~mask => mask

# %% check_attend, wrong: The weights of a query sum to
# says: mask the scores, before the softmax.
# .masked_fill(~mask, -torch.inf).softmax(dim=2) => .softmax(dim=2).masked_fill(~mask, 0)

# %% check_attend, wrong: The two are exchanged: first the context vectors, then the weights.
# return weights @ values, weights => return weights, weights @ values


# %% check_as_product, right: with tril
# * causal(q.size(1)).to(q) => * torch.ones(q.size(1), q.size(1)).tril()

# %% check_as_product, wrong: A token sees those after it: mask their scores
# * causal(q.size(1)).to(q) =>

# %% check_as_product, wrong: Is a softmax left? Linear attention has none.
# scores @ v => scores.masked_fill(scores == 0, -torch.inf).softmax(2) @ v

# %% check_as_product, wrong: where no softmax follows, a masked score must be 0
# scores @ v => scores.masked_fill(scores == 0, -torch.inf) @ v


# %% check_as_recurrence, right: all states by a cumulative sum
def as_recurrence(q, k, v):
    states = (v.unsqueeze(3) * k.unsqueeze(2)).cumsum(1)  # [B, T, V, D]
    return (states @ q.unsqueeze(3)).squeeze(3)


# %% check_as_recurrence, wrong: The first steps read the last value, if only to multiply it by 0.
# says: Go from step to step, with S alone.
def as_recurrence(q, k, v):
    return (q @ k.transpose(1, 2)).tril() @ v


# %% check_as_recurrence, wrong: A token must see itself too: add v kᵀ to S before you read S.
# S @ q_t => (S - v_t.unsqueeze(2) @ k_t.unsqueeze(1)) @ q_t

# %% check_as_recurrence, wrong: S holds the last step alone: add v kᵀ to what S was.
# S = S + v_t => S = v_t


# %% check_delta_step, right: the first form of the formula
def delta_step(S, k, v, b):
    erase = torch.eye(k.size(1)) - b.unsqueeze(2) * k.unsqueeze(2) @ k.unsqueeze(1)
    return S @ erase + torch.einsum("bi,bv,bd->bvd", b, v, k)


# %% check_delta_step, wrong: It adds, and takes nothing out: first take b of what S holds for k out of S.
# (v - held) => v

# %% check_delta_step, wrong: b is not used: it says how much of the error is corrected.
# (b * (v - held)) => (v - held)

# %% check_delta_step, wrong: What is taken out has its b, but what is written has none.
# b * (v - held) => v - b * held

# %% check_delta_step, wrong: What is written has its b, but what is taken out has none.
# b * (v - held) => b * v - held

# %% check_delta_step, wrong: The error has the wrong sign: it is v minus what S holds for k.
# v - held => held - v

# %% check_delta_step, wrong: This is what is added. The new state is S plus it.
# return S + => return

# %% check_delta_step, wrong: Do the shapes fit? An axis may be missing
# says: stops with
# S @ k.unsqueeze(2)).squeeze(2) => S @ k)


# %% check_near, right: a band
# (back >= 0) & (back < reach) => torch.ones(T, T).tril().triu(1 - reach).bool()

# %% check_near, wrong: near(5, 1): row 1 should be True at [1], not at [0, 1].
# back < reach => back <= reach

# %% check_near, wrong: near(5, 3): a token attends to what comes after it.
# (back >= 0) & (back < reach) => back.abs() < reach


# %% check_seen, right: layer by layer
# 1 + layers * (reach - 1) => sum([reach - 1] * layers, 1)

# %% check_seen, wrong: seen(3, 1) is not 3.
# 1 + layers * (reach - 1) => layers * reach

# %% check_seen, wrong: seen(2, 3) is not 9.
# 1 + layers * (reach - 1) => reach**layers
