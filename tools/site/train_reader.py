"""Train the three networks of the reader page and write networks.json: a few minutes on one core.

    TORCHNLP_DATA=<folder with AG News> python -m tools.site.train_reader

The file holds the words of the vocabulary, the weights and the accuracies, and no article.
"""

import base64
import json
import random
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import PAD, LengthBatchSampler, evaluate, fit, load_dataset, pad_length, run_rnn, seed_all, tokenizer

ROOT = Path(__file__).resolve().parents[2]

SEED = 1
MIN_FREQ, EMBED, HIDDEN, DROP = 10, 24, 32, 0.3
EPOCHS, RATE, CLIP, OPEN = 3, 0.004, 1.0, 2.0
LEVELS, ZERO = 24, 72  # the page's word vectors are whole numbers from -24 to 24, and 0 is chr(72): "H"


class Reader(nn.Module):
    """A recurrent layer of any cell; it answers from its last state."""

    def __init__(self, cell: str, words: int, classes: int, embed: int = EMBED, hidden: int = HIDDEN):
        super().__init__()
        self.embedding = nn.Embedding(words, embed, padding_idx=PAD, sparse=True)
        self.rnn = getattr(nn, cell)(embed, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, classes)
        self.dropout = nn.Dropout(DROP)
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)
            if cell != "RNN":  # the forget gate of an LSTM, the update gate of a GRU: open at first
                self.rnn.bias_ih_l0[hidden : 2 * hidden] = OPEN
                self.rnn.bias_hh_l0[hidden : 2 * hidden] = 0

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


def batches(items: list[tuple[int, str]], size: int) -> DataLoader:
    return DataLoader(items, batch_sampler=LengthBatchSampler(items, size, seed=SEED), collate_fn=pad_length)


def quantise(weight: torch.Tensor, most: int = 127) -> tuple[torch.Tensor, float]:
    """Whole numbers from -most to most and the step between them: whole * step is nearly the weight."""
    step = weight.abs().max().item() / most
    return (weight / step).round().to(torch.int8), step


def packed(net: nn.Module, whole: tuple[str, ...] = ("embedding.weight",), most: int = 127) -> dict:
    """The weights as JSON can hold them, under PyTorch's names. Those in `whole` are quantised, in the network too.

    A number up to 24 is one letter: a server's gzip makes less of it than of the bytes that base64 cuts in pieces.
    """
    file = {}
    for name, weight in net.state_dict().items():
        file[name] = {"shape": list(weight.shape)}
        if name not in whole:
            file[name]["float32"] = base64_of(weight)
            continue
        numbers, file[name]["step"] = quantise(weight, most)
        weight.copy_(numbers * file[name]["step"])
        if most <= LEVELS:
            file[name]["letters"] = "".join(chr(ZERO + number) for number in numbers.flatten().tolist())
        else:
            file[name]["int8"] = base64_of(numbers)
    return file


def base64_of(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.numpy().tobytes()).decode()


@torch.no_grad()
def answers(net: Reader, items: list[tuple[int, str]]) -> tuple[torch.Tensor, torch.Tensor]:
    """What the network answers, and the labels."""
    net.eval()
    parts = [(net(ids, lengths).argmax(1), labels) for labels, ids, lengths in batches(items, 256)]
    said, labels = zip(*parts)
    return torch.cat(said), torch.cat(labels)


def share(a: torch.Tensor, b: torch.Tensor) -> str:
    return f"{(a == b).double().mean():.4f}"


def main() -> None:
    train_dataset, test_dataset, classes, vocab = load_dataset(min_freq=MIN_FREQ)
    random.Random(SEED).shuffle(train_dataset)
    valid, train = train_dataset[:6000], with_pieces(train_dataset[6000:])
    networks, accuracy = {}, {}
    for cell in ["RNN", "LSTM", "GRU"]:
        seed_all(SEED)
        net = Reader(cell, len(vocab), len(classes)).to(torchnlp.device)
        fit(net, batches(train, 64), batches(valid, 256), epochs=EPOCHS, lr=RATE, live=False, clip=CLIP)
        before, held_back = answers(net.cpu(), valid)
        networks[cell] = packed(net, most=LEVELS)
        after, _ = answers(net, valid)
        _, accuracy[cell] = evaluate(net.to(torchnlp.device), batches(test_dataset, 256))
        print(f"{cell}: held back {share(before, held_back)}, with quantised vectors {share(after, held_back)}; "
              f"they agree on {share(before, after)}. Test accuracy {accuracy[cell]:.4f}")  # fmt: skip
    file = {"classes": classes, "accuracy": accuracy, "words": vocab.itos, "networks": networks}
    (ROOT / "site" / "networks" / "networks.json").write_text(
        json.dumps(file, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
