"""Train the three networks of the reader page and write networks.json: a few minutes on one core.

    TORCHNLP_DATA=<folder with AG News> python -m web.train.train_reader

The file holds the words of the vocabulary, the weights and the accuracies, and no article.
"""

import base64
import json
import random
from pathlib import Path

import torch
from torch import nn

import torchnlp
from torchnlp import PAD, evaluate, fit, length_loader, load_dataset, run_rnn, seed_all, set_gate_biases, tokenizer

FILE = Path(__file__).resolve().parents[2] / "web" / "networks" / "networks.json"

SEED = 1
MIN_FREQ, EMBED, HIDDEN, DROP = 10, 24, 32, 0.3
EPOCHS, RATE, CLIP, OPEN = 3, 0.004, 1.0, 2.0
LEVELS, ZERO = 24, 72  # the page's word vectors are whole numbers from -24 to 24, and 0 is chr(72): "H"


class LastStateClassifier(nn.Module):
    """A recurrent layer of any cell; it answers from its last state."""

    def __init__(self, cell: str, words: int, classes: int):
        super().__init__()
        self.embedding = nn.Embedding(words, EMBED, padding_idx=PAD, sparse=True)
        self.rnn = getattr(nn, cell)(EMBED, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, classes)
        self.dropout = nn.Dropout(DROP)
        self.embedding.weight.data *= 0.1
        if cell != "RNN":
            set_gate_biases(self.rnn, forget=OPEN)

    def forward(self, ids, lengths):
        _, last = run_rnn(self.rnn, self.dropout(self.embedding(ids)), lengths)  # [B, H]
        return self.fc(self.dropout(last))  # [B, K]


def with_pieces(items: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Each article whole, its beginning up to a random word, and its end from a random word on.

    The page asks the network after every word, and lets it forget what came before one: it must have seen such texts.
    """
    rng = random.Random(SEED)
    pieces = list(items)
    for label, text in items:
        tokens = tokenizer(text)
        if len(tokens) > 1:
            pieces.append((label, " ".join(tokens[: rng.randrange(1, len(tokens))])))
            pieces.append((label, " ".join(tokens[rng.randrange(1, len(tokens)) :])))
    return pieces


def packed(net: nn.Module, whole: tuple[str, ...] = ("embedding.weight",), most: int = 127) -> dict:
    """The weights as JSON can hold them, under PyTorch's names. Those in `whole` are quantised, in the network too:
    whole numbers from -most to most, times a step.

    A number up to 24 is one letter: a server's gzip makes less of it than of the bytes that base64 cuts in pieces.
    """
    file = {}
    for name, weight in net.state_dict().items():
        file[name] = {"shape": list(weight.shape)}
        if name not in whole:
            file[name]["float32"] = base64_of(weight)
            continue
        file[name]["step"] = step = weight.abs().max().item() / most
        numbers = (weight / step).round().to(torch.int8)
        weight.copy_(numbers * step)
        if most <= LEVELS:
            file[name]["letters"] = "".join(chr(ZERO + number) for number in numbers.flatten().tolist())
        else:
            file[name]["int8"] = base64_of(numbers)
    return file


def base64_of(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.numpy().tobytes()).decode()


def main() -> None:
    train_dataset, test_dataset, classes, vocab = load_dataset(min_freq=MIN_FREQ)
    random.Random(SEED).shuffle(train_dataset)
    valid, train = train_dataset[:6000], with_pieces(train_dataset[6000:])
    networks, accuracy = {}, {}
    for cell in ["RNN", "LSTM", "GRU"]:
        seed_all(SEED)
        net = LastStateClassifier(cell, len(vocab), len(classes)).to(torchnlp.device)
        loaders = length_loader(train, 64, SEED), length_loader(valid, 256, SEED)
        fit(net, *loaders, epochs=EPOCHS, lr=RATE, live=False, clip=CLIP)
        networks[cell] = packed(net.cpu(), most=LEVELS)
        _, held_back = evaluate(net.to(torchnlp.device), loaders[1])
        _, accuracy[cell] = evaluate(net, length_loader(test_dataset, 256, SEED))
        print(f"{cell}, with quantised vectors: held back {held_back:.4f}, test accuracy {accuracy[cell]:.4f}")
    file = {"classes": classes, "accuracy": accuracy, "words": vocab.itos, "networks": networks}
    FILE.write_text(json.dumps(file, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
