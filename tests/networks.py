"""Three small networks, one for each kind of batch: padded, with lengths, and with offsets; and one to look into."""

import pytest
import torch
from torch import nn

import torchnlp
from torchnlp import PAD, offsetify, pad_length, padify, run_rnn


class Mean(nn.Module):
    """The mean over the tokens of a text."""

    def __init__(self, vocab_size, num_class=4, dropout=0.0, sparse=False):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8, padding_idx=PAD, sparse=sparse)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(8, num_class)

    def forward(self, x):
        real = (x != PAD).unsqueeze(2)
        return self.fc(self.dropout((self.embedding(x) * real).sum(1) / real.sum(1)))


class Packed(Mean):
    """The last state of a packed LSTM."""

    def __init__(self, vocab_size, num_class=4):
        super().__init__(vocab_size, num_class)
        self.lstm = nn.LSTM(8, 8, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
        return self.fc(self.lstm(packed)[1][0][-1])


class Bag(nn.Module):
    def __init__(self, vocab_size, num_class=4):
        super().__init__()
        self.bag, self.fc = nn.EmbeddingBag(vocab_size, 8, sparse=True), nn.Linear(8, num_class)

    def forward(self, x, offsets):
        return self.fc(self.bag(x, offsets))


class Reader(nn.Module):
    """A network to look into: of any recurrent layer."""

    def __init__(self, kind=nn.LSTM, size=12, **settings):
        super().__init__()
        self.embedding = nn.Embedding(len(torchnlp.vocab), 8, padding_idx=PAD)
        self.rnn = kind(8, size, batch_first=True, **settings)
        self.dropout, self.fc = nn.Dropout(0.5), nn.LazyLinear(4, bias=False)
        self(torch.ones(1, 1, dtype=torch.long), torch.tensor([1]))  # makes the weights of fc

    def forward(self, x, lengths):
        return self.fc(self.dropout(run_rnn(self.rnn, self.embedding(x), lengths)[1]))


THREE = [(Mean, padify), (Packed, pad_length), (Bag, offsetify)]
each_network = pytest.mark.parametrize("network, collate", THREE, ids=["padded", "packed", "bag"])
