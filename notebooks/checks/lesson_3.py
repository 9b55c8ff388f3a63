"""The checks of lesson 3, packed sequences. Answers that try them: notebooks/3-packed-sequences/answers.py."""

import torch
from torch import nn

import torchnlp
from checks.checking import Asked, exercise, explain, five_texts, must_be_mean_of_texts, must_equal
from torchnlp import device, run_rnn, say


def _column_step(cell, x, h):
    return torch.cat([cell(x, h[: len(x)]), h[len(x) :]])


@exercise("1a", ours=_column_step)
def check_column_step(column_step):
    cell, h = nn.RNNCell(3, 4), torch.randn(5, 4)
    for n in (2, 5, 1):
        x = torch.randn(n, 3, requires_grad=True)
        new, right = column_step(cell, x, h.clone()), _column_step(cell, x, h)
        shape = list(getattr(new, "shape", right.shape))
        said = say("{n} rows of x and 5 texts: keep the rows of texts that have ended, too: [5, 4], not {shape}.")
        assert shape == [5, 4], said.format(n=n, shape=shape)
        last = torch.cat([h[:-n], cell(x, h[-n:])])
        slips = {
            say("You move the last rows. The longest texts come first, so the first n rows move."): last,
            say("The rows that rest become zero; they should stay as h[n:]."): torch.cat([cell(x, h[:n]), 0 * h[n:]]),
        }
        must_equal("column_step", new, right, slips)
        said = say("The numbers are right, but h was changed in place, and the gradient needs the old one: torch.cat.")
        with explain("inplace", said):
            new.sum().backward()


def _read_packed(cell, data, batch_sizes):
    h = data.new_zeros(int(batch_sizes[0]), cell.hidden_size)  # [B, H]
    for x in data.split(batch_sizes.tolist()):
        h = _column_step(cell, x, h)
    return h


@exercise("1b", ours=_read_packed)
def check_read_packed(read_packed):
    for lengths in ([4, 2, 1], [3, 3], [1], [6, 5, 2, 2]):
        rnn, cell = nn.RNN(3, 4), nn.RNNCell(3, 4)
        cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in rnn.state_dict().items()})
        packed = nn.utils.rnn.pack_sequence([torch.randn(length, 3) for length in lengths])
        sizes = packed.batch_sizes
        again = torch.cat([packed.data[:size] for size in sizes.tolist()])
        said = say("Each column is the next rows of data; yours reads the first rows again and again.")
        slip, right = _read_packed(cell, again, sizes), rnn(packed)[1][0].detach()
        with explain("inconsistent hidden_size", say("Start from zeros of the cell's own width: cell.hidden_size.")):
            last = read_packed(cell, packed.data, sizes)
        rows = list(getattr(last, "shape", []))
        what = say("You have a row for each of {steps} steps. The number of texts is batch_sizes[0]: {texts}.")
        assert len(sizes) == len(lengths) or rows != [len(sizes), 4], what.format(steps=len(sizes), texts=len(lengths))
        must_equal("read_packed", last, right, {said: slip})


@exercise("2a", ours=run_rnn)
def check_read_batch(read_batch):
    lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True)
    vectors, lengths = torch.randn(3, 6, 3), torch.tensor([2, 5, 1])
    alone = [lstm(vectors[i : i + 1, :length]) for i, length in enumerate(lengths.tolist())]
    h_n, c_n = (torch.cat([pair[k] for _, pair in alone], dim=1) for k in (0, 1))  # [2, 3, 4] each
    states, last = read_batch(lstm, vectors, lengths)
    shape = list(getattr(states, "shape", []))
    assert shape[1:] != [3, 4], say("states is [T, B, H]: pad_packed_sequence has its own batch_first.")
    assert shape != [3, 5, 4], say("vectors has 6 columns, states only 5, those of the longest text: total_length.")
    slips = {
        say("h_n[0] is the bottom layer. The top layer is h_n[-1]."): h_n[0],
        say("That is the cell state c. The last hidden state comes first: (h_n, c_n)."): c_n[-1],
        say("states[:, -1] is zero where a text ended before: take h_n."): torch.zeros(3, 4),
        say("last went on over the padding: let the layer read the packed batch."): lstm(vectors)[1][0][-1],
    }
    must_equal("last", last, h_n[-1], slips)
    over = say("states goes on over the padding: it should be zero after the end of each text.")
    right = nn.utils.rnn.pad_sequence([text[0][0] for text in alone], batch_first=True)  # [3, 5, 4]
    must_equal("states", states, nn.functional.pad(right, (0, 0, 0, 1)), {over: lstm(vectors)[0]})


@exercise("2b", ours=torchnlp.evaluate)
def check_validate(validate):
    net, items = Asked().to(device), [(label, ids, 4) for label, ids in five_texts()]
    loader = torch.utils.data.DataLoader(items, batch_size=2)
    (loss, accuracy), asked = validate(net, loader), list(net.asked)
    said = say("The network is asked in training mode, with dropout on: net.eval() before the first batch.")
    assert not any(training for training, _, _ in asked), said
    said = say("PyTorch records each operation for a gradient that nobody takes: ask under torch.no_grad().")
    assert not any(recorded for _, recorded, _ in asked), said
    advice = say("After {count} of 3 batches it returns. Is `return` inside the loop?")
    assert len(asked) >= 3, advice.format(count=len(asked))
    means = zip(*(torchnlp.evaluate(net, [batch]) for batch in loader))
    for what, given, parts in zip((say("loss"), say("accuracy")), (loss, accuracy), means):
        must_be_mean_of_texts(what, float(given), parts)


def _one_length_batches(sizes, size, generator):
    batches = []
    for length in sizes.unique():
        texts = (sizes == length).nonzero()[:, 0]
        batches += texts[torch.randperm(len(texts), generator=generator)].split(size)
    return [batches[i].tolist() for i in torch.randperm(len(batches), generator=generator)]


@exercise("3", ours=_one_length_batches)
def check_one_length_batches(one_length_batches):
    sizes, generator = torch.tensor([7, 3, 7, 7, 5, 7, 3, 7, 7, 3] * 5), torch.Generator().manual_seed(1)
    given = [one_length_batches(sizes, 4, each) for each in (generator, generator, torch.Generator().manual_seed(1))]
    deep = say("A batch is a list of indices; yours has lists in it. `nonzero()` gives [n, 1]: take its column.")
    assert all(torch.as_tensor(batch).dim() == 1 for batches in given for batch in batches), deep
    first, second, again = ([[int(i) for i in batch] for batch in batches] for batches in given)
    said = say("Each of 50 texts must come, and only once.")
    assert sorted(i for batch in first for i in batch) == list(range(50)), said
    for batch in first:
        lengths = sorted({int(sizes[i]) for i in batch})
        assert len(lengths) == 1, say("A batch has texts of the lengths {lengths}.").format(lengths=lengths)
    said = say("A batch has at most `size` texts, here 4; 14 batches are enough for an epoch.")
    assert len(first) == 14 and max(map(len, first)) == 4, said
    order = [int(sizes[batch[0]]) for batch in first]
    assert sum(a != b for a, b in zip(order, order[1:])) > 2, say("The batches come length after length: shuffle them.")
    said = say("The same texts meet in each epoch: shuffle the texts of a length, too.")
    assert {*map(frozenset, first)} != {*map(frozenset, second)}, said
    assert again == first, say("The same generator should give the same epoch.")
