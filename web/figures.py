"""The figures that move in the pages of the lessons: for each its script, and what it starts from.

    python -m web.figures

writes each as build/figures/<name>.html, which a deck takes, and beside them the numbers that two of them load.
"""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import torch

import torchnlp
from tools.language import say
from tools.lesson import lessons
from web import npm
from web.page import scripted
from web.pages import ROOT, PageReader, faces, networks_of
from web.train.language_model import END, Writer
from web.train.reversing_networks import FILE as REVERSERS
from web.train.word_vectors import FILE as VECTORS

HEADLINE = "Striker signs new deal as shares of club fall on Wall Street"  # as wide as the front page


def numbers(folder: Path) -> None:
    """Write what the figures of the site load once they are touched: see web/js/load.js."""
    reverser = json.loads(REVERSERS.read_text()) | {"faces": faces()}  # in the picture that one saves of it
    for name, values in {"lstm": networks_of("LSTM"), "reverser": reverser}.items():
        text = json.dumps(values, ensure_ascii=False)
        (folder / f"{name}.js").write_text(f'(window.numbers ??= {{}})["{name}.js"] = {text};\n', encoding="utf-8")


def headline() -> dict:
    """Of the front page, and of lesson 2: the reader's LSTM reads a headline. In words without scripts."""
    reader = PageReader("LSTM")
    read = reader.read(HEADLINE)
    vectors = reader.embedding(torch.tensor(read["ids"]))  # [T, E]
    states, _ = reader.rnn(vectors.unsqueeze(0))
    answers = torch.tensor(read["probabilities"])
    said = ", ".join(f"{word}: {reader.classes[k]}" for word, k in zip(read["tokens"], answers.argmax(1)))
    return {
        "instead": say("What an LSTM answers after each word. {said}.").format(said=said),
        "file": "lstm.js",
        "megabytes": 0.3,  # as a server sends it
        "text": HEADLINE,
        "classes": reader.classes,
        "tokens": read["tokens"],
        "known": [i > 0 for i in read["ids"]],
        "probabilities": answers.numpy().round(4).tolist(),
        "parts": {"input": rounded(torchnlp.gates(reader.rnn, vectors)["input"]), "h": rounded(states[0])},
    }


def share_picture(file: Path) -> None:
    """What a message shows beside a link to the site, 1200 x 630: the front page's headline and its curves."""
    reader = PageReader("LSTM")
    read = reader.read(HEADLINE)
    with plt.rc_context(torchnlp.STYLE | {"font.size": 20, "lines.linewidth": 4, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(12, 6.3))
        figure.suptitle("Watch a network change its mind", x=0.03, ha="left", fontsize=34, weight="bold")
        for k, name in enumerate(reader.classes):
            axis.plot([row[k] for row in read["probabilities"]], marker="o", color=torchnlp.class_colour(k), label=name)
        axis.set_xticks(range(len(read["tokens"])), read["tokens"], rotation=35)
        axis.set(ylim=(-0.03, 1.03), yticks=[0, 0.5, 1])
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        figure.savefig(file, dpi=100)
        plt.close(figure)


def rounded(numbers: torch.Tensor) -> list:
    return numbers.detach().double().numpy().round(3).tolist()


def beginnings() -> dict:
    """Of lesson 6: what comes next after three beginnings."""
    writer, found = Writer(), []
    for text in ("the president of", "oil prices", "a court in"):
        scores, order = writer.allowed(torchnlp.tokenizer(text)).sort(descending=True)
        names = ["end" if i == END else writer.spelt[i] for i in order[:10].tolist()]
        scores = [round(score, 3) for score in scores.tolist() if score > -torch.inf]
        found.append({"text": text, "scores": scores, "names": names})
    return {"beginnings": found}


SENTENCES = {  # and the place of the word where the two readers meet at first, counted from 1
    "The new head of the bank in New York may be a coach .": 2,
    "South Korea lies south of North Korea .": 4,
    "They won the World Cup with a world record in March .": 4,
}


def sentences() -> dict:
    """Of lesson 4: how often the words of some sentences begin with a capital in the small corpus."""
    capitals, seen = Counter(), Counter()
    with open(ROOT / "data" / "sample" / "train.csv", encoding="utf-8-sig", newline="") as lines:
        texts = [re.findall(r"\w+|[.,!?()']", row[2]) for row in csv.reader(lines)]
    for words in texts:
        for t, keys in enumerate(contexts(words)):
            seen.update(keys)
            capitals.update(keys if words[t][0].isupper() else [])
    found = []
    for text, place in SENTENCES.items():
        words = text.split()
        shares = [[capitals[key] / seen[key] if seen[key] else None for key in keys] for keys in contexts(words)]
        found.append({"words": words, "place": place, "shares": shares})
    return {"sentences": found}


def contexts(words: list[str]) -> list[list[tuple]]:
    """Of each word: itself in lower case, then with the word before it, the word after it, and both."""
    line = ["", *(word.lower() for word in words), ""]
    return [[(b,), (a, b, None), (None, b, c), (a, b, c)] for a, b, c in zip(line, line[1:], line[2:])]


QUERY = {  # of lesson 7: the numbers of its first cell of attention
    "keys": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]],
    "values": [10, 20, 30, 80],
    "query": [0, 3, 0],
}
BACKWARDS = say("Here two networks write a word backwards.")
HEADLINE_THAT_FADES = "Striker signs record deal as shares of the club fall on Wall Street"
DATA = {  # of the figures that start from some; "instead": what stands there where it does not move
    "headline": headline,
    "backwards": lambda: {"instead": BACKWARDS, "word": "uncopyrightable", "file": "../reverser.js"},
    "forget": lambda: {"words": torchnlp.tokenizer(HEADLINE_THAT_FADES), "bias": 0},
    "temperature": beginnings,
    "readers": sentences,
    "vectors": lambda: json.loads(VECTORS.read_text()),
    "query": lambda: QUERY,
}


def figure(name: str, **choices) -> str:
    """A figure that moves in the middle of a page or a deck: <name>.js and its data, with choices in place of some.

    One that a lesson names in lesson.toml, or one of the front page, where "backwards" has a link to it: share=True.
    """
    data = DATA.get(name, dict)() | choices
    instead = data.pop("instead", "")
    return f'<div class="torchnlp-live" id="live-{name}"><p>{instead}</p></div>\n{scripted(name, data)}'


def write_figures(folder: Path = ROOT / "build" / "figures") -> None:
    """Each figure in a file of its own. What they load lies beside the page that they will stand in."""
    npm.bundle()
    folder.mkdir(parents=True, exist_ok=True)
    beside = {"backwards": {"file": "reverser.js"}}
    for name in DATA.keys() | {name for lesson in lessons() for name in lesson.settings["figures"]}:
        (folder / f"{name}.html").write_text(figure(name, **beside.get(name, {})), encoding="utf-8")
    numbers(folder)


if __name__ == "__main__":
    write_figures()
