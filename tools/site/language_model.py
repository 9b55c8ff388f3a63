"""The network of the page that writes, in PyTorch, and its rival that counts: what the page must agree with."""

import base64
import json
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch

from notebooks.lessons import LanguageModel
from torchnlp import tokenizer

FILE = Path(__file__).resolve().parents[2] / "site" / "networks" / "writer.json"
UNK, PAD, END, LINE = range(4)  # the first ids of the vocabulary
SPECIALS = ["<unk>", "<pad>", "<end>", "<line>"]  # <line> stands between a headline and its text
ORDER = 4


class FourGrams:
    """Interpolated Kneser-Ney, as lesson 6 counts it. V: the words; id V is the start token."""

    def __init__(self, texts: list[list[int]], V: int):
        self.V, self.tables = V, []
        pad = [V] * (ORDER - 1)
        lines = [pad + ids for ids in texts]
        runs = Counter(tuple(line[i : i + ORDER]) for line in lines for i in range(len(line) - ORDER + 1))
        for _ in range(ORDER):
            followers = defaultdict(list)  # of each context: the words after it, and how often
            for (*context, word), n in runs.items():
                followers[tuple(context)].append((word, n))
            often = Counter(runs.values())
            arrays = {context: np.array(pairs).T for context, pairs in followers.items()}  # [2, kinds]
            self.tables.insert(0, (arrays, often[1] / (often[1] + 2 * often[2])))
            runs = Counter(run[1:] for run in runs)  # a shorter run counts once for each token before it

    def next(self, ids: list[int]) -> np.ndarray:
        """The probability of each word after these, [V]."""
        line = [self.V] * (ORDER - 1) + ids
        p = np.full(self.V, 1 / self.V)
        for n, (followers, discount) in enumerate(self.tables):
            context = tuple(line[len(line) - n :])
            if context not in followers:  # the shorter one must do
                break
            words, counts = followers[context]
            p *= discount * len(words) / counts.sum()
            p[words] += (counts - discount) / counts.sum()
        return p


PIECES = ("s", "t", "re", "ve", "ll", "d", "m")  # of words with an apostrophe


def split_lines(text: str) -> list[str]:
    """The tokens of a text; a new line is a token too."""
    first, *others = (tokenizer(line) for line in text.split("\n"))
    return first + [token for line in others for token in ("<line>", *line)]


class Writer:
    """The network of writer.json with the weights that the page has, and the 4-grams of its training text."""

    def __init__(self):
        file = json.loads(FILE.read_text(encoding="utf-8"))
        self.classes, self.words = file["classes"], file["words"]
        self.ids = {word: i for i, word in enumerate(self.words) if word not in ("<pad>", "<end>")}
        weights = {name: unpacked(**w) for name, w in file["weights"].items()}
        H, D = weights["rnn.weight_hh_l0"].size(1), weights["rnn.weight_ih_l0"].size(1)
        self.net = LanguageModel(len(self.words), 1 + len(self.classes), D, H).eval()
        self.net.load_state_dict(weights)
        ids = np.frombuffer(base64.b64decode(file["text"]), "<u2")
        self.texts = [text.tolist() for text in np.split(ids, np.flatnonzero(ids == END) + 1)[:-1]]
        self.counts = FourGrams(self.texts, len(self.words))

    def start(self, section: str | None) -> int:
        """The id of a class's control token, or of the start token that says nothing."""
        return self.net.V + (1 + self.classes.index(section) if section else 0)

    def scores(self, ids: list[int], section: str | None = None) -> torch.Tensor:
        """The network's scores of the next token before each of these and after the last, [1 + T, V]."""
        with torch.no_grad():
            return self.net(torch.tensor([[self.start(section), *ids]]))[0][0]

    def read(self, text: str, section: str | None = None) -> dict:
        """{"tokens", "ids", "losses", "counted"}: what each token costs the network and the 4-grams, as -log p."""
        tokens = split_lines(text)
        ids = [self.ids.get(token, UNK) for token in tokens]
        log_p = self.scores(ids, section).log_softmax(1)
        losses = [-log_p[t, i].item() for t, i in enumerate(ids)]
        counted = [-math.log(self.counts.next(ids[:t])[i]) for t, i in enumerate(ids)]
        return {"tokens": tokens, "ids": ids, "losses": losses, "counted": counted}

    def allowed(self, tokens: list[str], *, section=None, model="network", begins="") -> torch.Tensor:
        """The scores [V] of what may follow: no unknown word, no padding, no end before there is a beginning; no word
        twice in a row, no three words that stand there already, no "s" of "'s" without its mark.

        model: "network" or "4-grams"; begins: the letters that the word begins with.
        """
        ids = [self.ids.get(token, UNK) for token in tokens]
        if model == "network":
            scores = self.scores(ids, section)[-1].double()
        else:
            scores = torch.from_numpy(self.counts.next(ids)).log()
        lowest = LINE + 1 if begins else END if ids else LINE
        *_, a, b = [-1, -1, *ids]
        again = {b} | {c for x, y, c in zip(ids, ids[1:], ids[2:]) if (x, y) == (a, b)}
        before = [self.words[i] if i >= 0 else "" for i in (a, b)]
        if before[1] != "'" and not (before[1] == "." and len(before[0]) == 1):
            again |= {i for i, word in enumerate(self.words) if word in PIECES}
        never = set() if begins else again
        may = torch.tensor(
            [i >= lowest and word.startswith(begins) and i not in never for i, word in enumerate(self.words)]
        )
        return scores.masked_fill(~may, -torch.inf)

    def next(self, tokens: list[str], *, section=None, model="network", begins="", **choices) -> dict:
        """{"tokens", "probabilities"}: what may follow, the likeliest first. choices: those of reshaped."""
        scores = self.allowed(tokens, section=section, model=model, begins=begins)
        if scores.max() == -torch.inf:
            return {"tokens": [], "probabilities": []}
        p, order = reshaped(scores, **choices).sort(descending=True, stable=True)
        kept = int((p > 0).sum())
        return {"tokens": [self.words[i] for i in order[:kept]], "probabilities": p[:kept].tolist()}


def reshaped(scores: torch.Tensor, temperature: float = 1, top: int = 0, nucleus: float = 1) -> torch.Tensor:
    """Probabilities [V] from scores [V]: the temperature, then the top k (0: all), then the nucleus of what is left.

    A temperature of 0 is its limit: the likeliest token gets everything.
    """
    greedy = (scores == scores.max()).double()
    p = (scores / temperature).softmax(0) if temperature else greedy
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
