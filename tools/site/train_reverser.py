"""Train the two networks of lesson 7's figure and write reverser.json: under a minute on one core.

    python -m tools.site.train_reverser

They are the lesson's own, from its first seed, with its own training, out of its notebook. They need no data.
"""

import json

import torch

from tools.site.reversing_networks import FILE, lesson
from tools.site.train_reader import packed
from torchnlp import seed_all

SEED, MOST, WORDS = 1, 24, 500  # the figure takes words of so many letters at most


def main() -> None:
    names = lesson()
    tests = [names["words_of"](WORDS, T, torch.Generator().manual_seed(T)) for T in range(1, MOST + 1)]
    networks, right = {}, {}
    for name, kind in {"one": "Reverser", "attention": "AttentiveReverser"}.items():
        seed_all(SEED)
        net = names["train_reverser"](names[kind](), SEED).eval()
        networks[name] = packed(net, tuple(net.state_dict()))  # all in eight bits
        shares = [(names["written"](net, x) == y).all(1).double().mean().item() for x, y in tests]
        right[name] = [round(share, 3) for share in shares]
        print(name, *right[name])
    file = {"trained": names["LONGEST"], "words": WORDS, "right": right, "networks": networks}
    FILE.write_text(json.dumps(file) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
