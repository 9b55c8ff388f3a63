# %% check_weights_of, right: bmm, and the query divided
def weights_of(queries, keys):
    small = queries / math.sqrt(queries.shape[-1])
    return torch.softmax(torch.bmm(small, keys.mT), -1)


# %% check_weights_of, wrong: not divided
# says: The scores are not divided.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2)).softmax(2)


# %% check_weights_of, wrong: divided by D
# says: The scores are divided by D, not by its root.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2)).softmax(2)


# %% check_weights_of, wrong: softmax over the queries
# says: The weights of the first query sum to
# says: over its 5 keys, the last axis.
def weights_of(queries, keys):
    return (queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5).softmax(1)


# %% check_weights_of, wrong: the keys are not transposed
# says: `weights_of` stops with RuntimeError
# says: Do the shapes fit?
def weights_of(queries, keys):
    return (queries @ keys / keys.size(2) ** 0.5).softmax(2)


# %% check_attend, right: masked after the softmax, then divided by the sum
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys) * mask
    weights = weights / weights.sum(2, keepdim=True)
    return weights @ values, weights


# %% check_attend, wrong: the mask upside down
# says: The weights hold NaN. Is the mask upside down?
def attend(queries, keys, values, mask):
    scores = queries @ keys.transpose(1, 2) / keys.size(2) ** 0.5
    weights = scores.masked_fill(mask, -torch.inf).softmax(2)
    return weights @ values, weights


# %% check_attend, wrong: masked after the softmax
# says: The weights of a query sum to
# says: so mask the scores, before the softmax.
def attend(queries, keys, values, mask):
    weights = weights_of(queries, keys).masked_fill(~mask, 0)
    return weights @ values, weights


# %% check_attend, wrong: the context vectors alone
# says: attend should return two things, the context vectors and the weights.
def attend(queries, keys, values, mask):
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)


# %% check_near, right: a band
def near(T, reach):
    return torch.ones(T, T).tril().triu(1 - reach).bool()


# %% check_near, wrong: one too many
# says: near(5, 1): row 1 should be True at [1], not at [0, 1].
def near(T, reach):
    place = torch.arange(T)
    back = place.unsqueeze(1) - place
    return (back >= 0) & (back <= reach)


# %% check_near, wrong: to both sides
# says: near(5, 3): a token attends to what comes after it.
def near(T, reach):
    place = torch.arange(T)
    return (place.unsqueeze(1) - place).abs() < reach


# %% check_seen, right: layer by layer
def seen(layers, reach):
    count = 1
    for _ in range(layers):
        count += reach - 1
    return count


# %% check_seen, wrong: the reaches added
# says: seen(3, 1) is not 3.
def seen(layers, reach):
    return layers * reach


# %% check_seen, wrong: the reaches multiplied
# says: seen(2, 3) is not 9.
def seen(layers, reach):
    return reach**layers


# %% check_joined, right: by trying 0 and 1
def joined(a1, b1, a2, b2):
    def both(h):
        return a2 * (a1 * h + b1) + b2

    b = both(torch.zeros_like(b1))
    return both(torch.ones_like(b1)) - b, b


# %% check_joined, wrong: the second first
# says: b is wrong
def joined(a1, b1, a2, b2):
    return a1 * a2, a1 * b2 + b1


# %% check_joined, wrong: swapped
# says: b comes first: a is wanted first, then b.
def joined(a1, b1, a2, b2):
    return a2 * b1 + b2, a1 * a2


# %% check_by_pairs, right: an odd chain is filled up
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


# %% check_by_pairs, wrong: a loop
# says: calls of PyTorch for 4,096 states, as in a loop. By pairs, some 300 are enough.
def by_pairs(a, b):
    h, states = torch.zeros_like(b[:, 0]), []
    for t in range(b.size(1)):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return torch.stack(states, dim=1)


# %% check_by_pairs, wrong: the steps between are forgotten
# says: should have the shape [2, 2, 3], not [2, 1, 3].
def by_pairs(a, b):
    if b.size(1) == 1:
        return b
    even = b.size(1) - b.size(1) % 2
    return by_pairs(*joined(a[:, 0:even:2], b[:, 0:even:2], a[:, 1:even:2], b[:, 1:even:2]))


# %% check_by_pairs, wrong: the scan of the lesson
# says: 22.0 products for each of 4,096 states. By pairs, about 3 are enough.
def by_pairs(a, b):
    return parallel_scan(a, b)


# %% check_cut, right: chunks, stacked
def cut(x, heads):
    pieces = torch.stack(x.chunk(heads, dim=2), dim=1)  # [B, heads, T, E / heads]
    return pieces.flatten(0, 1)


# %% check_cut, wrong: first all texts of head 1
# says: because it is head 1 of text 0
def cut(x, heads):
    return torch.cat(x.chunk(heads, dim=2), dim=0)


# %% check_cut, wrong: an axis too many
# says: it should have the shape [8, 3, 2], not [2, 4, 3, 2].
def cut(x, heads):
    B, T, E = x.shape
    return x.view(B, T, heads, E // heads).transpose(1, 2)


# %% check_many_heads, right: a loop over the heads
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    parts = zip(q.chunk(heads, 2), k.chunk(heads, 2), v.chunk(heads, 2))
    return out(torch.cat([attend(*part, mask)[0] for part in parts], dim=2))


# %% check_many_heads, wrong: repeat in place of repeat_interleave
# says: Without a mask they are: does each head get its text's mask?
def many_heads(x, to_qkv, out, heads, mask):
    B, T, E = x.shape
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found, _ = attend(q, k, v, mask.repeat(heads, 1, 1))
    return out(found.view(B, heads, T, E // heads).transpose(1, 2).reshape(B, T, E))


# %% check_many_heads, wrong: one head after all
# says: These are the vectors of one head, not of 2.
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = to_qkv(x).chunk(3, dim=2)
    return out(attend(q, k, v, mask)[0])


# %% check_many_heads, wrong: joined without turning back
# says: heads: 2: not PyTorch's vectors.
# says: cutting, scaling or joining is
def many_heads(x, to_qkv, out, heads, mask):
    q, k, v = (cut(part, heads) for part in to_qkv(x).chunk(3, dim=2))
    found, _ = attend(q, k, v, mask.repeat_interleave(heads, dim=0))
    return out(found.reshape(x.shape))
