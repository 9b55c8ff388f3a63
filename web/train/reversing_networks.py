"""Lesson 7's two networks that write a word backwards, as the figure on its page of the site has them.

    python -m web.train.reversing_networks

trains them and writes reverser.json: under a minute on one core. They are the lesson's own, from its first seed, with
its own training, out of its notebook. They need no data.
"""

import ast
import json
from pathlib import Path

import nbformat
import torch
from torch import nn
from torch.nn import functional as F

import torchnlp
from web.train.language_model import unpacked
from web.train.train_reader import packed

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "web" / "networks" / "reverser.json"
# Its letters and words, the network with one state, its training, how it writes, the network with attention; a query.
CELLS = ("l7-c007", "l7-c009", "l7-c010", "l7-c201", "l7-c033", "l7-c020")
KINDS = {"one": "Reverser", "attention": "AttentiveReverser"}
SEED, MOST, WORDS = 1, 24, 500  # the figure takes words of so many letters at most


def lesson() -> dict:
    """What these cells of lesson 7 define, by name."""
    (path,) = ROOT.glob("notebooks/7-*.ipynb")
    sources = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    names = {**vars(torchnlp), "torch": torch, "nn": nn, "F": F, "large": True}  # as on AG News
    for cell in CELLS:
        kept = (ast.FunctionDef, ast.ClassDef, ast.Assign)  # not what only shows something
        body = [node for node in ast.parse(sources[cell]).body if isinstance(node, kept)]
        exec(compile(ast.Module(body, []), cell, "exec"), names)
    return names


class Reversers:
    """The networks of reverser.json with the weights that the page has."""

    def __init__(self):
        self.lesson, file = lesson(), json.loads(FILE.read_text(encoding="utf-8"))
        self.right, self.nets = file["right"], {}
        for name, kind in KINDS.items():
            self.nets[name] = self.lesson[kind]().eval()
            self.nets[name].load_state_dict({part: unpacked(**w) for part, w in file["networks"][name].items()})

    @torch.no_grad()
    def answer(self, word: str) -> dict:
        """Of each network what it writes, a row of probabilities a letter, and the alignment, where it has one."""
        letters, answers = self.lesson["LETTERS"], {}
        x = torch.tensor([[letters.index(letter) for letter in word]])
        for name, net in self.nets.items():
            ids = self.lesson["written"](net, x)
            p = net(x, ids).softmax(2)[0]  # each letter that it has written is its next input
            answers[name] = {"written": "".join(letters[i] for i in ids[0]), "probabilities": p.tolist()}
            answers[name]["weights"] = net.weights[0].tolist() if hasattr(net, "weights") else []
        return answers


def main() -> None:
    names = lesson()
    tests = [names["words_of"](WORDS, T, torch.Generator().manual_seed(T)) for T in range(1, MOST + 1)]
    networks, right = {}, {}
    for name, kind in KINDS.items():
        torchnlp.seed_all(SEED)
        net = names["train_reverser"](names[kind](), SEED).eval()
        networks[name] = packed(net, tuple(net.state_dict()))  # all in eight bits
        shares = [(names["written"](net, x) == y).all(1).double().mean().item() for x, y in tests]
        right[name] = [round(share, 3) for share in shares]
        print(name, *right[name])
    file = {"trained": names["LONGEST"], "words": WORDS, "right": right, "networks": networks}
    FILE.write_text(json.dumps(file) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
