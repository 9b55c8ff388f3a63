"""Three small networks, one for each kind of batch: padded, with lengths, and with offsets."""

import pytest
from torch import nn

from torchnlp import PAD, offsetify, pad_length, padify


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
        self.bag = nn.EmbeddingBag(vocab_size, num_class, sparse=True)

    def forward(self, x, offsets):
        return self.bag(x, offsets)


THREE = [(Mean, padify), (Packed, pad_length), (Bag, offsetify)]
each_network = pytest.mark.parametrize("network, collate", THREE, ids=["padded", "packed", "bag"])
