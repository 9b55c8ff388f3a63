"""Write vectors.json for lesson 5's figure: GloVe's vectors (public domain) of some words, in eight bits.

python -m tools.site.word_vectors
"""

import json
from pathlib import Path

import numpy as np
import torch

from tools.site.train_reader import base64_of, quantise
from torchnlp import load_vectors

FILE = Path(__file__).resolve().parents[2] / "site" / "networks" / "vectors.json"
WORDS = """\
man woman king queen prince princess boy girl father mother son daughter brother sister uncle aunt husband wife
actor actress doctor nurse teacher lawyer engineer scientist programmer homemaker secretary boss france french paris
germany german berlin italy italian rome spain spanish madrid greece greek athens japan japanese tokyo china chinese
beijing egypt egyptian cairo russia russian moscow england english london canada canadian ottawa poland polish
warsaw norway norwegian oslo peru peruvian lima dog dogs cat cats house houses car cars child children bird birds
mouse mice man men woman women city cities player players good bad better best worse worst big bigger small smaller
fast faster slow slower strong stronger weak hot cold rich poor old young new high low up down open closed win lose
won lost buy sell bought sold walk walked walking swim swam swimming striker midfielder goalkeeper goal match cup
coach team season league olympic medal champion shares stock market profit bank oil price prices dollar company
investors index rates inflation software computer internet phone web microsoft google apple chip space nasa rocket
planet moon scientists president minister government election war army peace talks court law police attack bomb
happy sad love hate friend enemy day night summer winter water fire sun rain river sea mountain monday tuesday
friday january march december one two three ten hundred thousand"""


def main() -> None:
    words = list(dict.fromkeys(WORDS.split()))
    names, vectors = load_vectors(install=True)
    rows = {name: i for i, name in enumerate(names[:100_000])}
    table = np.stack([vectors[rows[word]] for word in words]).astype(np.float32)
    numbers, step = quantise(torch.from_numpy(table / np.linalg.norm(table, axis=1, keepdims=True)))
    packed = {"shape": list(table.shape), "step": step, "int8": base64_of(numbers)}
    FILE.write_text(json.dumps({"words": words, "table": packed}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
