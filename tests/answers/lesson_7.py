# %% Exercise 1a, right: as the formula
def weights_of(queries, keys):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    return scores.softmax(dim=2)


# %% Exercise 1a, right: bmm, and the query divided
def weights_of(queries, keys):
    small = queries / math.sqrt(queries.shape[-1])
    return torch.softmax(torch.bmm(small, keys.mT), -1)


# %% Exercise 1a, right: einsum
def weights_of(queries, keys):
    scores = torch.einsum("bsd,btd->bst", queries, keys) / keys.shape[2] ** 0.5
    return F.softmax(scores, dim=-1)


# %% Exercise 1a, right: text by text, query by query
def weights_of(queries, keys):
    texts = []
    for q, k in zip(queries, keys):
        texts.append(torch.stack([(k @ one / len(one) ** 0.5).softmax(0) for one in q]))
    return torch.stack(texts)


# %% Exercise 1a, wrong: not divided
# says: The scores are not divided.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2)).softmax(2)


# %% Exercise 1a, wrong: divided by D
# says: The scores are divided by D, not by its root.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2)).softmax(2)


# %% Exercise 1a, wrong: divided by the root of T
# says: The scores are divided by the root of T, not of D.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(1) ** 0.5).softmax(2)


# %% Exercise 1a, wrong: softmax over the queries
# says: The weights of the first query sum to
# says: over its 5 keys, the last axis.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5).softmax(1)


# %% Exercise 1a, wrong: no softmax
# says: The weights of the first query sum to
def weights_of(queries, keys):
    return queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5


# %% Exercise 1a, wrong: divided after the softmax
# says: The weights of the first query sum to 0.35, not to 1
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2)).softmax(2) / keys.size(2) ** 0.5


# %% Exercise 1a, wrong: keys ask
# says: 2 texts, 3 queries, 5 keys: the shape is [2, 5, 3], not [2, 3, 5].
def weights_of(queries, keys):
    return (keys @ queries.transpose(1, 2) / keys.size(2) ** 0.5).softmax(2)


# %% Exercise 1a, wrong: the largest weight alone
# says: The weights sum to 1: are the scores right?
def weights_of(queries, keys):
    scores = queries @ keys.transpose(1, 2)
    return F.one_hot(scores.argmax(2), keys.size(1)).float()


# %% Exercise 1a, wrong: detached
# says: The gradient does not get through.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5).softmax(2).detach()


# %% Exercise 1a, wrong: in double precision
# says: the tensor holds torch.float64, the input torch.float32.
def weights_of(queries, keys):
    return (queries.double() @ keys.double().mT / keys.size(2) ** 0.5).softmax(2)


# %% Exercise 1a, wrong: divided in place
# says: weights_of changed its input: make new tensors.
def weights_of(queries, keys):
    queries /= keys.size(2) ** 0.5
    return (queries @ keys.transpose(1, 2)).softmax(2)


# %% Exercise 1b, right: minus infinity
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(mask.logical_not(), float("-inf")).softmax(-1)
    return torch.bmm(weights, values), weights


# %% Exercise 1b, right: minus a billion, with where
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = torch.where(mask, scores, torch.tensor(-1e9)).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, right: masked after the softmax, then divided by the sum
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys) * mask
    weights = weights / weights.sum(2, keepdim=True)
    return weights @ values, weights


# %% Exercise 1b, right: something very small is added
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5 + (mask.float() - 1) * 1e9
    weights = scores.softmax(2)
    return torch.einsum("bst,btv->bsv", weights, values), weights


# %% Exercise 1b, wrong: the mask is forgotten
# says: A position where the mask is False has a weight of
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys)
    return weights @ values, weights


# %% Exercise 1b, wrong: the mask upside down
# says: The weights hold NaN: a query with nothing to attend to. Is the mask upside down?
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(mask, -torch.inf).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: the mask upside down, minus a billion
# says: All weights are the same. Is the mask upside down?
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(mask, -1e9).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: masked after the softmax
# says: The weights of a query sum to
# says: before the softmax?
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys).masked_fill(~mask, 0)
    return weights @ values, weights


# %% Exercise 1b, wrong: scores of zero
# says: A position where the mask is False has a weight of
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(~mask, 0).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: the mask of the first query for all
# says: A position where the mask is False has a weight of
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(~mask[:, :1], -torch.inf).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: the context vectors alone
# says: attend should return two things, the context vectors and the weights.
def attend(queries, keys, values, mask):
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)


# %% Exercise 1b, wrong: the other way round
# says: The context vectors: the shape is [3, 4, 6], not [3, 4, 5].
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys).masked_fill(~mask, 0)
    weights = weights / weights.sum(2, keepdim=True)
    return weights, weights @ values


# %% Exercise 1b, wrong: the sum of the values, without weights
# says: The weights are right, the context vectors are not
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys) * mask
    weights = weights / weights.sum(2, keepdim=True)
    return mask.expand_as(weights).float() @ values, weights


# %% Exercise 1b, wrong: the values are detached
# says: The gradient of the values does not get through.
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys) * mask
    weights = weights / weights.sum(2, keepdim=True)
    return weights @ values.detach(), weights


# %% Exercise 1b, wrong: the weights are detached
# says: The gradient of the queries does not get through.
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys) * mask
    weights = weights / weights.sum(2, keepdim=True)
    return weights.detach() @ values, weights


# %% Exercise 1b, wrong: not divided
# says: The scores are not divided by the root of D.
# not: upside down
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: two softmaxes
# says: The weights sum to 1: are the scores right?
# not: upside down
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys).masked_fill(~mask, -torch.inf).softmax(2)
    return weights @ values, weights


# %% Exercise 1b, wrong: softmax over the queries
# says: over the keys, the last axis.
# not: before the softmax
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(1)
    return weights @ values, weights


# %% Exercise 1b, wrong: written into the mask
# says: attend changed its input: make new tensors.
def attend(queries, keys, values, mask):
    shut = mask.logical_not_()
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(shut, -torch.inf).softmax(2)
    return weights @ values, weights


# %% Exercise 2a, right: a band
def near(T, reach):
    return torch.ones(T, T).tril().triu(1 - reach).bool()


# %% Exercise 2a, right: a causal mask, cut off
def near(T, reach):
    place = torch.arange(T)
    return torch.ones(T, T).tril().bool() & (place > place.unsqueeze(1) - reach)


# %% Exercise 2a, wrong: one too many
# says: near(5, 1): token 2 attends to 2 tokens, not to 1.
def near(T, reach):
    place = torch.arange(T)
    back = place.unsqueeze(1) - place
    return (back >= 0) & (back <= reach)


# %% Exercise 2a, wrong: to both sides
# says: near(5, 3): a token attends to what comes after it.
def near(T, reach):
    place = torch.arange(T)
    return (place.unsqueeze(1) - place).abs() < reach


# %% Exercise 2a, wrong: all that came before
# says: token 2 attends to 2 tokens, not to 1.
def near(T, reach):
    return torch.ones(T, T).tril().bool()


# %% Exercise 2a, wrong: itself and the first ones
# says: Not the nearest ones.
def near(T, reach):
    place = torch.arange(T)
    return torch.ones(T, T).tril().bool() & (
        (place < reach - 1) | (place == place.unsqueeze(1)) | (place.unsqueeze(1) < reach)
    )


# %% Exercise 2b, right: one, and so many more a layer
def seen(layers, reach):
    return 1 + layers * (reach - 1)


# %% Exercise 2b, right: layer by layer
def seen(layers, reach):
    count = 1
    for _ in range(layers):
        count += reach - 1
    return count


# %% Exercise 2b, right: by the mask itself
def seen(layers, reach):
    T = layers * reach + 1
    mask = near(T, reach).float()
    return (torch.linalg.matrix_power(mask, layers)[-1] > 0).sum()


# %% Exercise 2b, wrong: the reaches added
# says: seen(3, 1) is 3, and not right.
def seen(layers, reach):
    return layers * reach


# %% Exercise 2b, wrong: the reaches multiplied
# says: seen(2, 3) is 9, and not right.
def seen(layers, reach):
    return reach**layers


# %% Exercise 2b, wrong: the top layer alone
# says: seen(2, 3) is 3, and not right.
def seen(layers, reach):
    return reach


# %% Exercise 2b, wrong: without the token itself
# says: seen(1, 1) is 0, and not right.
def seen(layers, reach):
    return layers * (reach - 1)


# %% Exercise 2b, wrong: a sentence
# says: seen returns a str, not a number.
def seen(layers, reach):
    return f"{layers * reach} tokens"


# %% Exercise 3a, right: by the formula
def joined(a1, b1, a2, b2):
    return a2 * a1, a2 * b1 + b2


# %% Exercise 3a, right: by trying 0 and 1
def joined(a1, b1, a2, b2):
    def both(h):
        return a2 * (a1 * h + b1) + b2

    b = both(torch.zeros_like(b1))
    return both(torch.ones_like(b1)) - b, b


# %% Exercise 3a, right: a list
def joined(a1, b1, a2, b2):
    return [a1 * a2, b2 + b1 * a2]


# %% Exercise 3a, wrong: the second first
# says: b is wrong
def joined(a1, b1, a2, b2):
    return a1 * a2, a1 * b2 + b1


# %% Exercise 3a, wrong: a added
# says: a is wrong
def joined(a1, b1, a2, b2):
    return a1 + a2, a2 * b1 + b2


# %% Exercise 3a, wrong: swapped
# says: b comes first: a is wanted first, then b.
def joined(a1, b1, a2, b2):
    return a2 * b1 + b2, a1 * a2


# %% Exercise 3a, wrong: written into the steps
# says: joined changed its input: make new tensors.
# not: is wrong
def joined(a1, b1, a2, b2):
    a1 *= a2
    b2 += a2 * b1
    return a1, b2


# %% Exercise 3a, wrong: detached
# says: The gradient does not get through a.
def joined(a1, b1, a2, b2):
    return (a1 * a2).detach(), (a2 * b1 + b2).detach()


# %% Exercise 3a, wrong: a2 detached in b
# says: The gradient of b is wrong.
def joined(a1, b1, a2, b2):
    return a1 * a2, a2.detach() * b1 + b2


# %% Exercise 3b, right: pairs, then the steps between
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    even = T - T % 2
    pairs = joined(a[:, 0:even:2], b[:, 0:even:2], a[:, 1:even:2], b[:, 1:even:2])
    after = by_pairs(*pairs)
    states = torch.empty_like(b)
    states[:, 1::2] = after
    states[:, 0] = b[:, 0]
    states[:, 2::2] = a[:, 2::2] * after[:, : (T - 1) // 2] + b[:, 2::2]
    return states


# %% Exercise 3b, right: an odd chain is filled up
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    if T % 2:
        one, zero = torch.ones_like(a[:, :1]), torch.zeros_like(b[:, :1])
        return by_pairs(torch.cat([a, one], 1), torch.cat([b, zero], 1))[:, :-1]
    after = by_pairs(*joined(a[:, ::2], b[:, ::2], a[:, 1::2], b[:, 1::2]))
    before = torch.cat([torch.zeros_like(b[:, :1]), after[:, :-1]], 1)
    first = a[:, ::2] * before + b[:, ::2]
    return torch.stack([first, after], dim=2).flatten(1, 2)


# %% Exercise 3b, right: the last step by itself
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    if T % 2:
        start = by_pairs(a[:, :-1], b[:, :-1])
        return torch.cat([start, a[:, -1:] * start[:, -1:] + b[:, -1:]], 1)
    after = by_pairs(*joined(a[:, ::2], b[:, ::2], a[:, 1::2], b[:, 1::2]))
    before = F.pad(after[:, :-1], (0, 0, 1, 0))
    return torch.stack([a[:, ::2] * before + b[:, ::2], after], dim=2).flatten(1, 2)


# %% Exercise 3b, wrong: a loop
# says: calls of PyTorch for 4,096 states, as in a loop. By pairs, some 300 are enough.
def by_pairs(a, b):
    h, states = torch.zeros_like(b[:, 0]), []
    for t in range(b.size(1)):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return torch.stack(states, dim=1)


# %% Exercise 3b, wrong: the steps between are forgotten
# says: For T = 2 the shape is [2, 1, 3], not [2, 2, 3].
def by_pairs(a, b):
    if b.size(1) == 1:
        return b
    even = b.size(1) - b.size(1) % 2
    return by_pairs(*joined(a[:, 0:even:2], b[:, 0:even:2], a[:, 1:even:2], b[:, 1:even:2]))


# %% Exercise 3b, wrong: the state after the pair, not before it
# says: T = 2: the first state that is not the loop's is that of step 0.
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    if T % 2:
        start = by_pairs(a[:, :-1], b[:, :-1])
        return torch.cat([start, a[:, -1:] * start[:, -1:] + b[:, -1:]], 1)
    after = by_pairs(*joined(a[:, ::2], b[:, ::2], a[:, 1::2], b[:, 1::2]))
    return torch.stack([a[:, ::2] * after + b[:, ::2], after], dim=2).flatten(1, 2)


# %% Exercise 3b, wrong: without a gradient
# says: The gradient does not get through.
def by_pairs(a, b):
    return scan(a.detach(), b.detach())


# %% Exercise 3b, wrong: scan itself
# says: 22.0 products for each of 4,096 states. By pairs, about 3 are enough.
def by_pairs(a, b):
    return scan(a, b)


# %% Exercise 3b, wrong: a matrix of all steps by all steps
# says: For 4,096 states it makes a tensor of 16,777,216 numbers. By pairs, 4,096 are enough.
def by_pairs(a, b):
    total = a.log().cumsum(1).transpose(1, 2)  # [B, H, T]
    since = total.unsqueeze(3) - total.unsqueeze(2)
    later = torch.ones(b.size(1), b.size(1)).triu(1).bool()
    share = since.masked_fill(later, float("-inf")).exp()
    return (share @ b.transpose(1, 2).unsqueeze(3)).squeeze(3).transpose(1, 2)


# %% Exercise 3b, wrong: the closed form
# says: T = 4,096: the first state that is not the loop's is that of step
# says: Not all are finite.
def by_pairs(a, b):
    left = a.cumprod(1)
    return left * (b / left).cumsum(1)


# %% Exercise 3b, wrong: written into b
# says: by_pairs changed its input.
# not: is not the loop's
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    even = T - T % 2
    b[:, 1::2] = by_pairs(*joined(a[:, :even:2], b[:, :even:2], a[:, 1:even:2], b[:, 1:even:2]))
    b[:, 2::2] += a[:, 2::2] * b[:, 1 : T - 1 : 2].clone()
    return b


# %% Exercise 3b, wrong: what the gradient needs is written over
# says: No gradient: a tensor that it needs was written over. Clone it first.
def by_pairs(a, b):
    T = b.size(1)
    if T == 1:
        return b
    even, states = T - T % 2, b.clone()
    states[:, 1::2] = by_pairs(*joined(a[:, :even:2], b[:, :even:2], a[:, 1:even:2], b[:, 1:even:2]))
    states[:, 2::2] += a[:, 2::2] * states[:, 1 : T - 1 : 2]
    return states


# %% Exercise 4a, right: view and transpose
def cut(x, heads):
    B, T, E = x.shape
    return x.view(B, T, heads, E // heads).transpose(1, 2).reshape(B * heads, T, E // heads)


# %% Exercise 4a, right: chunks, stacked
def cut(x, heads):
    pieces = torch.stack(x.chunk(heads, dim=2), dim=1)  # [B, heads, T, E / heads]
    return pieces.flatten(0, 1)


# %% Exercise 4a, wrong: first all texts of head 1
# says: 4 heads: row 1 of your answer should hold the numbers 2 to 3 of each vector of text 0
def cut(x, heads):
    return torch.cat(x.chunk(heads, dim=2), dim=0)


# %% Exercise 4a, wrong: an axis too many
# says: 2 texts of 3 vectors of 8, 4 heads: the shape is [2, 4, 3, 2], not [B * heads, T, E / heads] = [8, 3, 2].
def cut(x, heads):
    B, T, E = x.shape
    return x.view(B, T, heads, E // heads).transpose(1, 2)


# %% Exercise 4a, wrong: through NumPy
# says: The gradient does not get through.
def cut(x, heads):
    return torch.stack(x.chunk(heads, dim=2), dim=1).flatten(0, 1).detach()


# %% Exercise 4a, wrong: four heads, whatever the heads
# says: 3 texts of 2 vectors of 12, 2 heads: the shape is [12, 2, 3]
def cut(x, heads):
    return torch.stack(x.chunk(4, dim=2), dim=1).flatten(0, 1)


# %% Exercise 4a, wrong: written into x
# says: cut changed its input.
# not: should be
def cut(x, heads):
    x *= 2
    return torch.stack(x.chunk(heads, dim=2), dim=1).flatten(0, 1)


# %% Exercise 4b, right: cut backwards
def many_heads(x, to_qkv, out, heads, mask):
    B, T, E = x.shape
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found, _ = attend(q, k, v, mask.repeat_interleave(heads, dim=0))
    return out(found.view(B, heads, T, E // heads).transpose(1, 2).reshape(B, T, E))


# %% Exercise 4b, right: a loop over the heads
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip(q.chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask)[0] for part in parts], dim=2))


# %% Exercise 4b, wrong: the mask is forgotten
# says: With a mask for padding, heads: 1: not PyTorch's vectors.
def many_heads(x, to_qkv, out, heads, mask):
    B, T, E = x.shape
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found = F.scaled_dot_product_attention(q, k, v)
    return out(found.view(B, heads, T, E // heads).transpose(1, 2).reshape(B, T, E))


# %% Exercise 4b, wrong: repeat in place of repeat_interleave
# says: With a mask for padding, heads: 2: not PyTorch's vectors. Without a mask they are: does each head get its text's
def many_heads(x, to_qkv, out, heads, mask):
    B, T, E = x.shape
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found, _ = attend(q, k, v, mask.repeat(heads, 1, 1))
    return out(found.view(B, heads, T, E // heads).transpose(1, 2).reshape(B, T, E))


# %% Exercise 4b, wrong: one head after all
# says: These are the vectors of one head, not of 2.
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    return out(attend(q, k, v, mask)[0])


# %% Exercise 4b, wrong: joined without turning back
# says: Where all may attend to all, heads: 2: not PyTorch's vectors.
# says: cutting, scaling or joining is
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found, _ = attend(q, k, v, mask.repeat_interleave(heads, dim=0))
    return out(found.reshape(x.shape))


# %% Exercise 4b, wrong: one row of the mask for all queries
# says: With a mask of its own for each query
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip(q.chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask[:, -1:])[0] for part in parts], dim=2))


# %% Exercise 4b, wrong: what is found is detached
# says: The gradient of to_qkv.weight is not PyTorch's.
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip(q.chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask)[0] for part in parts], dim=2).detach())


# %% Exercise 4b, wrong: by the root of all numbers, not of one head's
# says: Where all may attend to all, heads: 2: not PyTorch's vectors.
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip((q / heads**0.5).chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask)[0] for part in parts], dim=2))


# %% Exercise 4b, wrong: written into x
# says: many_heads changed its input.
# not: PyTorch's
def many_heads(x, to_qkv, out, heads, mask):
    x /= heads + 1
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip(q.chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask)[0] for part in parts], dim=2))
