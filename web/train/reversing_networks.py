"""Lesson 7's two networks that write a word backwards, as the figure on its page of the site has them.

    python -m web.train.reversing_networks

trains them and writes reverser.json: under a minute on one core. They are the lesson's own, from its first seed, with
its own training. They need no data.
"""

import json
from pathlib import Path

import torch

from notebooks.lessons import LETTERS, LONGEST, AttentiveReverser, Reverser, train_reverser, words_of, write_backwards
from torchnlp import seed_all
from web.train.language_model import unpacked
from web.train.train_reader import packed

FILE = Path(__file__).resolve().parents[2] / "web" / "networks" / "reverser.json"
NETWORKS = {"one": Reverser, "attention": AttentiveReverser}
SEED, MOST, WORDS = 1, 24, 500  # the figure takes words of so many letters at most


class Reversers:
    """The networks of reverser.json with the weights that the page has."""

    def __init__(self):
        file = json.loads(FILE.read_text(encoding="utf-8"))
        self.right, self.nets = file["right"], {}
        for name, network in NETWORKS.items():
            self.nets[name] = network().eval()
            self.nets[name].load_state_dict({part: unpacked(**w) for part, w in file["networks"][name].items()})

    @torch.no_grad()
    def answer(self, word: str) -> dict:
        """Of each network what it writes, a row of probabilities a letter, and the alignment, where it has one."""
        x, answers = torch.tensor([[LETTERS.index(letter) for letter in word]]), {}
        for name, net in self.nets.items():
            ids = write_backwards(net, x)
            p = net(x, ids).softmax(2)[0]  # each letter that it has written is its next input
            answers[name] = {"written": "".join(LETTERS[i] for i in ids[0]), "probabilities": p.tolist()}
            answers[name]["weights"] = net.weights[0].tolist() if hasattr(net, "weights") else []
        return answers


def share_right(net: torch.nn.Module, length: int) -> float:
    """The share of random words of so many letters that the network writes backwards without a mistake."""
    x, answers = words_of(WORDS, length, torch.Generator().manual_seed(length))
    return (write_backwards(net, x) == answers).all(1).double().mean().item()


def main() -> None:
    networks, right = {}, {}
    for name, network in NETWORKS.items():
        seed_all(SEED)
        net = train_reverser(network(), SEED).eval()
        networks[name] = packed(net, tuple(net.state_dict()))  # all in eight bits
        right[name] = [round(share_right(net, length), 3) for length in range(1, MOST + 1)]
        print(name, *right[name])
    file = {"trained": LONGEST, "words": WORDS, "right": right, "networks": networks}
    FILE.write_text(json.dumps(file) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
