"""The checks of lesson 4, two directions, several layers.

Answers that try them: notebooks/4-bidirectional-multilayer/answers.py.
"""

import math

import torch
from torch import nn

from checks.checking import exercise, masked_max, must_be_largest, must_be_like, must_equal, untouched
from torchnlp import run_rnn, say


@exercise("1a", ours=lambda layers, directions: ([8, 20, 32 * directions], [layers * directions, 8, 32]))
def check_shapes(shapes):
    deep = 3 + 2 * torch.initial_seed()  # with 8 rows a missing transpose would not show
    for layers, directions in ((1, 1), (1, 2), (deep, 1), (deep, 2)):
        gru = nn.GRU(5, 32, layers, batch_first=True, bidirectional=directions == 2)
        right = [list(part.shape) for part in gru(torch.zeros(8, 20, 5))]
        case = f"layers={layers}, directions={directions}"
        output, h_n = map(list, shapes(layers, directions))
        what = say("{case}: h_n is {h_n}? batch_first leaves h_n as it is: the batch comes second.")
        assert h_n != [8, *right[1][::2]], what.format(case=case, h_n=h_n)
        said = say("{case}: output is {output}? It holds the top layer alone.").format(case=case, output=output)
        assert output != [8, 20, 32 * layers * directions] or layers == 1, said
        what = say("{case}: not {output} and {h_n}. How many numbers has a state at each token, and how many rows h_n?")
        assert [output, h_n] == right, what.format(case=case, output=output, h_n=h_n)


def _last_states(h_n, directions):
    return torch.cat([*h_n[-directions:]], dim=1)


@exercise("1b", ours=_last_states)
def check_last_states(last_states):
    for layers, directions in ((1, 2), (3, 2), (1, 1), (3, 1)):
        gru = nn.GRU(3, 4, layers, batch_first=True, bidirectional=directions == 2)
        _, h_n = gru(torch.randn(5, 6, 3))
        case = say("With layers={layers} and directions={directions} it").format(layers=layers, directions=directions)
        top = h_n[-directions:]
        slips = {
            say("{case} returns [{directions}, B, H]. One vector per text: join them with torch.cat."): top,
            say("{case} takes the bottom layer. The top one comes last."): _last_states(h_n[:directions], directions),
            say("{case} mixes texts: reshape goes along the batch."): top.reshape(5, -1),
        }
        slips = {said.format(case=case, directions=directions): slip for said, slip in slips.items()}
        must_equal(case, untouched(last_states, h_n, directions), _last_states(h_n, directions), slips)


def _read_late(rnn, vectors, lengths, delay):
    longer = nn.functional.pad(vectors, (0, 0, 0, delay))  # [B, T + delay, E]
    states, _ = run_rnn(rnn, longer, lengths + delay)
    return states[:, delay:]


@exercise("2a", ours=_read_late)
def check_read_late(read_late):
    rnn, lengths = nn.LSTM(3, 4, batch_first=True), torch.tensor([4, 2, 1])
    vectors = nn.utils.rnn.pad_sequence([torch.randn(n, 3) for n in lengths.tolist()], batch_first=True)
    vectors.requires_grad_()
    real = (torch.arange(4) < lengths.unsqueeze(1)).unsqueeze(2)  # [B, T, 1]
    for delay in (1, 0, 2):
        right = _read_late(rnn, vectors, lengths, delay)
        answer = untouched(read_late, rnn, vectors, lengths, delay)
        whole = say("4 tokens have {states} states: with a delay of {delay} the first {delay} answer for no token.")
        all_kept = delay > 0 and getattr(answer, "shape", None) == (3, 4 + delay, 4)
        assert not all_kept, whole.format(states=4 + delay, delay=delay)
        name = say("With a delay of {delay} the tensor of states").format(delay=delay)
        must_be_like(answer, right, name)
        lost = delay and not answer[torch.arange(3), lengths - 1].any()
        assert not lost, say("The last tokens get zeros: each text must be read for lengths + delay steps.")
        said = say("The state at token t should be that after t + delay: take the states from `delay` on.")
        must_equal(name, answer * real, right * real, {said: run_rnn(rnn, vectors, lengths)[0] * real})


AHEAD = {"one-way": 0, "late": 1, "window": 2, "two windows": 4, "two-way": math.inf}


@exercise("2b", ours=lambda delay: {name for name, words in AHEAD.items() if words <= delay})
def check_usable(usable):
    for delay in (0, 1, 2, 3, 4 + torch.initial_seed(), math.inf):
        answer, said = usable(delay), say("usable returns a set of names out of {names}, not {answer!r}.")
        named = not isinstance(answer, str) and {*answer} <= AHEAD.keys()
        assert named, said.format(names=[*AHEAD], answer=answer)
        for name, words in AHEAD.items():
            may = say("may be used") if words <= delay else say("may not be used")
            said = say("With a delay of {delay}, {name!r} {may}. How many words after the token does it read?")
            assert (name in answer) == (words <= delay), said.format(delay=delay, name=name, may=may)


def _max_pool(states, lengths):
    return masked_max(states, torch.arange(states.size(1)) < lengths.unsqueeze(1))  # the mask: [B, T]


@exercise("3", ours=_max_pool)
def check_max_pool(max_pool):
    lengths = torch.tensor([5, 1, 3])
    must_be_largest("max_pool", max_pool, lengths, torch.arange(5) < lengths.unsqueeze(1))
