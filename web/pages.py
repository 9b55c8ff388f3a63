"""Make three pages of the site, each one file that opens from the disk and fetches nothing: reader.html,
playground.html and writer.html.

The classes here and in language_model.py and reversing_networks.py are the pages' networks in PyTorch, which the tests
hold the pages to.
"""

import base64
import io
import json
import re
from functools import cache
from html import escape, unescape
from pathlib import Path

import torch
from fontTools import subset
from fontTools.ttLib import TTFont

import torchnlp
from tools import repo
from web.page import PAGES as SOURCES
from web.page import one_file
from web.train import train_reader
from web.train.language_model import unpacked

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("reader", "playground", "writer")
ADDRESS = "https://{}.github.io/{}/".format(*repo.current(ROOT).split("/"))  # where the site stands


# ------------------------------------------------------------------------------------------- pages

LETTERS = [*range(0x20, 0x180), *range(0x2010, 0x2040), *range(0x2070, 0x207F), *map(ord, "−·½σ")]


@cache
def faces() -> str:
    """The course's typeface as CSS, with the letters of most languages of Europe inside, as WOFF2."""
    rules = []
    for name, weight in ("Regular", "400"), ("Bold", "600 800"):
        file = io.BytesIO()
        subset_font(TTFont(ROOT / "images" / "fonts" / f"OpenSans-{name}.ttf"), LETTERS).save(file)
        source = f"data:font/woff2;base64,{base64.b64encode(file.getvalue()).decode()}"
        rules.append(f'@font-face {{ font-family: "Open Sans"; font-weight: {weight}; src: url({source}); }}')
    return "\n".join(rules)


def subset_font(font: TTFont, letters: list[int]) -> TTFont:
    """The font with some letters alone, as WOFF2."""
    chosen = subset.Subsetter(subset.Options(layout_features=["kern", "tnum"], hinting=False))
    chosen.populate(unicodes=letters)
    chosen.subset(font)
    font.flavor = "woff2"
    return font


def make_page(name: str, folder: Path = ROOT / "build" / "site") -> Path:
    """<name>.html of the site with its scripts, its style and its data inside."""

    def data(address: str) -> object:
        file, _, part = address.partition("#")
        return networks_of(part) if part else json.loads((ROOT / "web" / file).read_text(encoding="utf-8"))

    folder.mkdir(parents=True, exist_ok=True)
    file, page = folder / f"{name}.html", (SOURCES / f"{name}.html").read_text(encoding="utf-8")
    description = re.search(r'<meta name="description" content="(.*?)">', page)
    title = re.search("<title>(.*?)</title>", page)
    page = page.replace(description[0], share_tags(title[1], description[1]))
    file.write_text(one_file(page, data, faces()), encoding="utf-8")
    return file


def share_tags(title: str, description: str) -> str:
    """What a message shows beside a link to a page of the site, as HTML."""
    said = {"title": title, "description": description, "type": "website"}
    said |= {"image": f"{ADDRESS}share.png", "image:width": "1200", "image:height": "630"}
    tags = [f'<meta property="og:{name}" content="{escape(unescape(text))}">' for name, text in said.items()]
    tags += [f'<meta name="description" content="{escape(unescape(description))}">']
    return "\n".join([*tags, '<meta name="twitter:card" content="summary_large_image">\n'])


def networks_of(part: str) -> dict:
    """networks.json with the LSTM alone, or the other two networks without the words."""
    file = json.loads((ROOT / "web" / "networks" / "networks.json").read_text(encoding="utf-8"))
    lstm = file["networks"].pop("LSTM")
    return {**file, "networks": {"LSTM": lstm}} if part == "LSTM" else file["networks"]


# ----------------------------------------------------------------------------------------- answers


class PageReader:
    """A network of web/networks/networks.json in PyTorch, with the quantised weights that the page has."""

    def __init__(self, cell: str = "LSTM"):
        file = json.loads((ROOT / "web" / "networks" / "networks.json").read_text(encoding="utf-8"))
        self.classes, self.accuracy = file["classes"], file["accuracy"][cell]
        self.ids = {word: i for i, word in enumerate(file["words"])}
        net = train_reader.LastStateClassifier(cell, len(self.ids), len(self.classes))
        net.load_state_dict({name: unpacked(**weight) for name, weight in file["networks"][cell].items()})
        self.embedding, self.rnn, self.fc = net.embedding.requires_grad_(False), net.rnn, net.fc

    def read(self, text: str) -> dict:
        """{"tokens", "ids", "probabilities"}: after each token the probability of each class."""
        tokens = torchnlp.tokenizer(text)
        ids = [0 if token == "<pad>" else self.ids.get(token, 0) for token in tokens]
        with torch.no_grad():
            states, _ = self.rnn(self.embedding(torch.tensor([ids])))  # [1, T, H]
            probabilities = self.fc(states[0]).softmax(1)  # [T, K]
        return {"tokens": tokens, "ids": ids, "probabilities": probabilities.tolist()}
