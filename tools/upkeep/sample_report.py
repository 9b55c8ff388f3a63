"""Does the bundled corpus teach the real thing?  python -m tools.upkeep.sample_report <folder with AG News>

Prints the figures of data/sample/README.md: TF-IDF (1- and 2-grams) with logistic regression,
trained on one corpus and tested on the other.
"""

import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from torchnlp import load_dataset


def report(name: str, train: list, test: list, classes: list[str]) -> None:
    """Train on (label, text) items, test on others; print the accuracy over all and for each class."""
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10, max_iter=1000))
    model.fit([text for _, text in train], [label for label, _ in train])
    truth = np.array([label for label, _ in test])
    right = model.predict([text for _, text in test]) == truth
    by_class = ", ".join(f"{c} {right[truth == k].mean():.3f}" for k, c in enumerate(classes, 1))
    print(f"{name}: {right.mean():.3f}   ({by_class})", flush=True)


if __name__ == "__main__":
    real_train, real_test, classes, _ = load_dataset(root=sys.argv[1])
    train, test, _, _ = load_dataset(root="sample")
    report("trained on the sample, tested on AG News", train, real_test, classes)
    report("trained on the sample, tested on the sample", train, test, classes)
    report("trained on AG News, tested on the sample", real_train, test, classes)
