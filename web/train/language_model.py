"""The network of the page that writes, in PyTorch, and its rival that counts: what the page must agree with."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import torch

from notebooks.lessons import LanguageModel, kneser_ney_losses, kneser_ney_probability, kneser_ney_tables
from torchnlp import tokenizer

FILE = Path(__file__).resolve().parents[2] / "web" / "networks" / "writer.json"
SPECIALS = ["<unk>", "<pad>", "<end>"]
UNK, PAD, END = range(3)  # their ids
SHORTEST = 6  # tokens of a text that may end
ORDER = 4


def writer_tokens(text: str) -> list[str]:
    """The tokens of a text; "'s" and initials like "u.s." are one token each."""
    line = re.sub(r"(?<= )' (s|t|re|ve|ll|d|m)(?= |$)", r"'\1", " ".join(tokenizer(text)))
    line = re.sub(r"(?<![^ ])[a-z] \.( [a-z] \.)+(?= |$)", lambda initials: initials[0].replace(" ", ""), line)
    return line.split(" ") if line else []


class Writer:
    """The network of writer.json with the weights that the page has, and the 4-grams of its training text."""

    def __init__(self):
        file = json.loads(FILE.read_text(encoding="utf-8"))
        self.classes, self.spelt = file["classes"], file["words"]  # with their capitals
        self.words = [word.lower() for word in self.spelt]
        self.ids = {word: i for i, word in enumerate(self.words) if word not in ("<pad>", "<end>")}
        weights = {name: unpacked(**w) for name, w in file["weights"].items()}
        H, D = weights["rnn.weight_hh_l0"].size(1), weights["rnn.weight_ih_l0"].size(1)
        self.net = LanguageModel(len(self.words), 1 + len(self.classes), D, H).eval()
        self.net.load_state_dict(weights)
        ids = np.frombuffer(base64.b64decode(file["text"]), "<u2")
        self.texts = [text.tolist() for text in np.split(ids, np.flatnonzero(ids == END) + 1)[:-1]]
        self.tables = kneser_ney_tables(self.texts, ORDER, self.net.V)

    def scores(self, ids: list[int], section: str | None = None) -> torch.Tensor:
        """The network's scores of the next token before each of these and after the last, [1 + T, V]."""
        start = self.net.V + (1 + self.classes.index(section) if section else 0)  # a class's token, or the plain one
        with torch.no_grad():
            return self.net(torch.tensor([[start, *ids]]))[0][0]

    def read(self, text: str, section: str | None = None) -> dict:
        """{"tokens", "ids", "losses", "counted"}: what each token costs the network and the 4-grams, as -log p."""
        tokens = writer_tokens(text)
        ids = [self.ids.get(token, UNK) for token in tokens]
        log_p = self.scores(ids, section).log_softmax(1)
        losses = [-log_p[t, i].item() for t, i in enumerate(ids)]
        (counted,) = kneser_ney_losses(self.tables, [ids], self.net.V, self.net.V)
        return {"tokens": tokens, "ids": ids, "losses": losses, "counted": counted.tolist()}

    def allowed(self, tokens: list[str], *, section=None, model="network", begins="") -> torch.Tensor:
        """The scores [V] of what may follow.

        Never an unknown word, padding, a quotation mark, a full stop that no number precedes, an end before SHORTEST
        tokens, a word twice in a row, or a long word that stands there already.

        model: "network" or "4-grams"; begins: the letters that the word begins with.
        """
        ids = [self.ids.get(token, UNK) for token in tokens]
        if model == "network":
            scores = self.scores(ids, section)[-1].double()
        else:
            line = [self.net.V] * (ORDER - 1) + ids
            p = (kneser_ney_probability(self.tables, [*line, i], len(line), self.net.V) for i in range(self.net.V))
            scores = torch.tensor(list(p), dtype=torch.double).log()
        never = {i for i in ids[:-1] if len(self.words[i]) > 3} | {UNK, PAD, self.ids["'"], *ids[-1:]}
        never |= {END} if len(ids) < SHORTEST else set()
        never |= set() if ids and self.words[ids[-1]][-1].isdigit() else {self.ids["."]}
        begun = [i > END and word.startswith(begins) for i, word in enumerate(self.words)]
        may = torch.tensor(begun if begins else [i not in never for i in range(self.net.V)])
        return scores.masked_fill(~may, -torch.inf)

    def next(self, tokens: list[str], *, section=None, model="network", begins="", **choices) -> dict:
        """{"tokens", "probabilities"}: what may follow, the likeliest first. choices: those of reshaped."""
        scores = self.allowed(tokens, section=section, model=model, begins=begins)
        p, order = reshaped(scores, **choices).sort(descending=True, stable=True)
        kept = int((p > 0).sum())
        return {"tokens": [self.words[i] for i in order[:kept]], "probabilities": p[:kept].tolist()}


def reshaped(scores: torch.Tensor, temperature: float = 1, top: int = 0, nucleus: float = 1) -> torch.Tensor:
    """Probabilities [V] from scores [V]: the temperature, then the top k (0: all), then the nucleus of what is left.

    A temperature of 0 is its limit: the likeliest token gets everything.
    """
    p = (scores / temperature).softmax(0) if temperature else (scores == scores.max()).double()
    if top:
        p = torch.where(p >= p.topk(min(top, len(p))).values[-1], p, 0)
    p = p / p.sum()
    sorted_p = p.sort(descending=True).values
    before = sorted_p.cumsum(0) - sorted_p  # what the likelier ones have together
    least = sorted_p[before < nucleus].min() if nucleus > 0 else sorted_p[0]
    p = torch.where(p >= least, p, 0)
    return p / p.sum()


def unpacked(shape: list[int], step: float = 1.0, letters="", int8="", float32="") -> torch.Tensor:
    """A weight as the files hold it: letters around H, which is 0, or whole numbers in a byte each, times a step."""
    if letters:
        numbers = np.frombuffer(letters.encode(), dtype=np.uint8).astype(np.float32) - 72
    else:
        numbers = np.frombuffer(base64.b64decode(int8 or float32), dtype=np.int8 if int8 else "<f4")
    return torch.tensor(numbers.reshape(shape).astype(np.float32) * step)
