"""Write vectors.json for lesson 5's figure: GloVe's vectors (public domain), in eight bits, of the words in that file.

python -m web.train.word_vectors
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from torchnlp import load_vectors
from web.train.train_reader import packed

FILE = Path(__file__).resolve().parents[2] / "web" / "networks" / "vectors.json"


def main() -> None:
    words = json.loads(FILE.read_text(encoding="utf-8"))["words"]
    names, vectors = load_vectors(install=True)
    rows = {name: i for i, name in enumerate(names[:100_000])}
    table = np.stack([vectors[rows[word]] for word in words]).astype(np.float32)
    unit = nn.Embedding.from_pretrained(torch.from_numpy(table / np.linalg.norm(table, axis=1, keepdims=True)))
    table = packed(unit, ("weight",))["weight"]
    FILE.write_text(json.dumps({"words": words, "table": table}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
