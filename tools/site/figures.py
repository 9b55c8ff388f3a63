"""The figures that move in the pages of the lessons: for each its script, and what it starts from."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import torchnlp
from images.watch.page import scripted
from tools.site import reversing_networks as reversing
from tools.site.language_model import END, Writer
from tools.site.pages import ROOT, Reader, networks_of
from tools.site.word_vectors import FILE as VECTORS

HEADLINE = "Striker signs new deal as shares of club fall on Wall Street"  # as wide as the front page


def numbers(folder: Path) -> None:
    """Write what the figures of the site load once they are touched: see site/load.js."""
    for name, values in {"lstm": networks_of("LSTM"), "reverser": json.loads(reversing.FILE.read_text())}.items():
        text = json.dumps(values, ensure_ascii=False)
        (folder / f"{name}.js").write_text(f'(window.numbers ??= {{}})["{name}.js"] = {text};\n', encoding="utf-8")


def headline_figure(text: str = HEADLINE, file: str = "lstm.js") -> str:
    """The front page's figure, and lesson 2's first: the reader's LSTM reads a headline. In words without scripts."""
    reader = Reader("LSTM")
    read = reader.read(text)
    vectors = reader.embedding(torch.tensor(read["ids"]))  # [T, E]
    states, _ = reader.rnn(vectors.unsqueeze(0))
    answers = torch.tensor(read["probabilities"])
    reading = {
        "file": file,
        "megabytes": 0.3,  # as a server sends it
        "text": text,
        "classes": reader.classes,
        "tokens": read["tokens"],
        "known": [i > 0 for i in read["ids"]],
        "probabilities": answers.numpy().round(4).tolist(),
        "parts": {"input": short(torchnlp.gates(reader.rnn, vectors)["input"]), "h": short(states[0])},
    }
    said = ", ".join(f"{word}: {reader.classes[k]}" for word, k in zip(read["tokens"], answers.argmax(1)))
    return live("headline", f"What an LSTM answers after each word. {said}.", reading)


def share_picture(file: Path) -> None:
    """What a message shows beside a link to the site, 1200 x 630: the front page's headline and its curves."""
    reader = Reader("LSTM")
    read = reader.read(HEADLINE)
    with plt.rc_context(torchnlp.STYLE | {"font.size": 20, "lines.linewidth": 4, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(12, 6.3))
        figure.suptitle("Watch a network change its mind", x=0.03, ha="left", fontsize=34, weight="bold")
        torchnlp._draw_answers(axis, read["tokens"], np.array(read["probabilities"]), reader.classes)
        figure.savefig(file, dpi=100)
        plt.close(figure)


def short(numbers: torch.Tensor) -> list:
    return numbers.detach().double().numpy().round(3).tolist()


def live(name: str, instead: str, data: dict) -> str:
    """A figure that moves in the middle of a page: <name>.js and its data; instead: for where no scripts run."""
    return f'<div class="torchnlp-live" id="live-{name}"><p>{instead}</p></div>\n{scripted(name, data)}'


def forget_figure() -> str:
    """Lesson 2: what is left of a headline's words, at a bias of the forget gate that one chooses."""
    words = torchnlp.tokenizer("Striker signs record deal as shares of the club fall on Wall Street")
    left = f"{torch.tensor(0.0).sigmoid().item() ** (len(words) - 1):.0e}"
    instead = f"With a bias of 0, a share of {left} of {words[0]} is left at the end of the headline."
    return live("forget", instead, {"words": words, "bias": 0})


def temperature_figure() -> str:
    """Lesson 6: what comes next after three beginnings, at a temperature that one chooses."""
    writer, beginnings, said = Writer(), [], []
    for text in ("the president of", "oil prices", "a court in"):
        scores, order = writer.allowed(torchnlp.tokenizer(text)).sort(descending=True)
        names = ["end" if i == END else writer.spelt[i] for i in order[:10].tolist()]
        scores = [round(score, 3) for score in scores.tolist() if score > -torch.inf]
        beginnings.append({"text": text, "scores": scores, "names": names})
        said.append(f"{text}: {names[0]}")
    return live("temperature", f"The likeliest next token. {'; '.join(said)}.", {"beginnings": beginnings})


def backwards_figure(word: str = "uncopyrightable", file: str = "../reverser.js", share: bool = False) -> str:
    """Lesson 7, and the front page: a word that one types, written backwards from one state and with attention.

    share: with a link to it, which the page must be the right place for.
    """
    answers = reversing.Reversers().answer(word)
    instead = f"{word}, backwards: {answers['one']['written']} from one state, {answers['attention']['written']} "
    return live("backwards", instead + "with attention.", {"word": word, "file": file, "share": share})


SENTENCES = {  # and the place of the word where the two readers meet at first, counted from 1
    "The new head of the bank in New York may be a coach .": 2,
    "South Korea lies south of North Korea .": 4,
    "They won the World Cup with a world record in March .": 4,
}


def readers_figure() -> str:
    """Lesson 4: two readers meet at a word; does it begin with a capital?"""
    capitals, seen = Counter(), Counter()
    with open(ROOT / "data" / "sample" / "train.csv", encoding="utf-8-sig", newline="") as lines:
        texts = [re.findall(r"\w+|[.,!?()']", row[2]) for row in csv.reader(lines)]
    for words in texts:
        for t, keys in enumerate(contexts(words)):
            seen.update(keys)
            capitals.update(keys if words[t][0].isupper() else [])
    sentences = []
    for text, place in SENTENCES.items():
        words = text.split()
        shares = [[capitals[key] / seen[key] if seen[key] else None for key in keys] for keys in contexts(words)]
        sentences.append({"words": words, "place": place, "shares": shares})
    return live("readers", "The word after it often says whether a word has a capital.", {"sentences": sentences})


def contexts(words: list[str]) -> list[list[tuple]]:
    """Of each word: itself in lower case, then with the word before it, the word after it, and both."""
    line = ["", *(word.lower() for word in words), ""]
    return [[(b,), (a, b, None), (None, b, c), (a, b, c)] for a, b, c in zip(line, line[1:], line[2:])]


def vectors_figure() -> str:
    """Lesson 5: the neighbours of a word, and an analogy as two arrows."""
    instead = "The step from good to bad, made from rich, ends near poor."
    return live("vectors", instead, json.loads(VECTORS.read_text()))


def query_figure() -> str:
    """Lesson 7: a query over the keys of the lesson's first cell of attention."""
    instead = "The query 0, 3, 0 has what two of the four keys have; these two share the weight."
    names = reversing.lesson()
    return live("query", instead, {name: short(names[name].squeeze()) for name in ("keys", "values", "query")})


INSTEAD = {  # of the figures that start from nothing, which need no function here
    "radius": "At a small spectral radius the gradient dies on its way back; at a large one it explodes.",
    "packed": "Texts of 5, 3 and 1 tokens take 15 steps of work when they are padded, and 9 when they are packed.",
}


def figure(name: str) -> str:
    """A figure that a lesson names in lesson.toml."""
    return globals().get(f"{name}_figure", lambda: live(name, INSTEAD.get(name, ""), {}))()
