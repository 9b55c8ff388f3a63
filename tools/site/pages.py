"""Make the three pages of build/site, each one file that opens from the disk and fetches nothing: reader.html,
playground.html and writer.html.

The sources are in site/. `make site` makes them too. The classes here and in language_model.py and
reversing_networks.py are the pages' networks in PyTorch, which the tests hold the pages to.
"""

import base64
import io
import json
import re
import runpy
from pathlib import Path

import torch
from fontTools import subset
from fontTools.ttLib import TTFont
from torch import nn

import torchnlp
from tools.site.language_model import Writer, unpacked
from tools.site.reversing_networks import FILE as REVERSERS
from tools.site.reversing_networks import Reversers

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
WATCH = ROOT / "images" / "watch"  # what the pages share with the module's `watch`
BUILT = ROOT / "build" / "site"
PAGES = ("reader", "playground", "writer")

IMPORT = re.compile(r'^import \{[^}]*\} from "(?:\./|\.\./images/watch/)(\w+)\.js";\n', flags=re.M)
NAME = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", flags=re.M)


# ------------------------------------------------------------------------------------------- pages


def bundle(name: str) -> str:
    """A module and all that it imports as one script: the files one behind the other, each after those it needs."""
    parts: dict[str, str] = {}

    def add(module: str) -> None:
        if module in parts:
            return
        file = next(folder / f"{module}.js" for folder in (SITE, WATCH) if (folder / f"{module}.js").is_file())
        source = file.read_text(encoding="utf-8")
        for needed in IMPORT.findall(source):
            add(needed)
        parts[module] = re.sub(r"^export ", "", IMPORT.sub("", source), flags=re.M)

    add(name)
    names = [name for source in parts.values() for name in NAME.findall(source)]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"In one script a name can stand for one thing only: {', '.join(twice)}")
    return "\n".join(parts.values())


LETTERS = [*range(0x20, 0x180), *range(0x2010, 0x2040), *range(0x2070, 0x207F), *map(ord, "−·½σ")]


def faces() -> str:
    """The course's typeface as CSS, with the letters of most languages of Europe inside: 45 KB for both weights."""
    rules = []
    for name, weight in ("Regular", "400"), ("Bold", "600 700"):
        font = TTFont(ROOT / "images" / "fonts" / f"OpenSans-{name}.ttf")
        options = subset.Options(layout_features=["kern", "tnum"], hinting=False)
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=LETTERS)
        chosen.subset(font)
        font.flavor, file = "woff", io.BytesIO()
        font.save(file)
        source = f"data:font/woff;base64,{base64.b64encode(file.getvalue()).decode()}"
        rules.append(f'@font-face {{ font-family: "Open Sans"; font-weight: {weight}; src: url({source}); }}')
    return "\n".join(rules)


# The browser itself sees to it that a page fetches nothing and sends nothing: only what stands in it may run.
RULES = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; worker-src blob:"
RULES += "; font-src data:"


def make_page(name: str) -> Path:
    """build/site/<name>.html with its scripts, its style and its data inside."""
    page = (SITE / f"{name}.html").read_text(encoding="utf-8")
    style = (WATCH / "style.css").read_text(encoding="utf-8")
    rules = f'<meta http-equiv="Content-Security-Policy" content="{RULES}">'
    page = page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{rules}')
    page = page.replace(
        '<link rel="stylesheet" href="../images/watch/style.css">', f"<style>\n{faces()}\n{style}</style>"
    )

    def inside(tag: re.Match) -> str:
        kind, rest, source = tag.groups()
        text = (SITE / source).read_text(encoding="utf-8") if source.endswith(".json") else bundle(Path(source).stem)
        return f'<script type="{kind}"{rest}>\n{text.replace("</", "<" + chr(92) + "/")}</script>'

    page = re.sub(r'<script type="([^"]+)"([^>]*) src="([^"]+)"></script>', inside, page)
    BUILT.mkdir(parents=True, exist_ok=True)
    file = BUILT / f"{name}.html"
    file.write_text(page, encoding="utf-8")
    return file


# ----------------------------------------------------------------------------------------- answers


class Reader:
    """A network of site/networks/networks.json in PyTorch, with the quantised weights that the page has."""

    def __init__(self, cell: str = "LSTM"):
        file = json.loads((SITE / "networks" / "networks.json").read_text(encoding="utf-8"))
        self.classes, self.accuracy = file["classes"], file["accuracy"][cell]
        self.ids = {word: i for i, word in enumerate(file["words"])}
        weights = {name: unpacked(**w) for name, w in file["networks"][cell].items()}
        self.embedding = nn.Embedding.from_pretrained(weights["embedding.weight"])
        hidden, embed = weights["rnn.weight_hh_l0"].shape[1], weights["rnn.weight_ih_l0"].shape[1]
        self.rnn = getattr(nn, cell)(embed, hidden, batch_first=True)
        self.rnn.load_state_dict({name[4:]: w for name, w in weights.items() if name.startswith("rnn.")})
        self.fc = nn.Linear(hidden, len(self.classes))
        self.fc.load_state_dict({name[3:]: w for name, w in weights.items() if name.startswith("fc.")})

    def read(self, text: str) -> dict:
        """{"tokens", "ids", "probabilities"}: after each token the probability of each class."""
        tokens = torchnlp.tokenizer(text)
        ids = [0 if token == "<pad>" else self.ids.get(token, 0) for token in tokens]
        if not tokens:
            return {"tokens": [], "ids": [], "probabilities": []}
        with torch.no_grad():
            states, _ = self.rnn(self.embedding(torch.tensor([ids])))  # [1, T, H]
            probabilities = self.fc(states[0]).softmax(1)  # [T, K]
        return {"tokens": tokens, "ids": ids, "probabilities": probabilities.tolist()}


HEADLINE = "Striker signs deal as club's shares fall on Wall Street"  # as wide as the front page


def figure(text: str = HEADLINE) -> str:
    """The front page's figure: the reader's LSTM reads a headline. In words where scripts don't run."""
    reader = Reader("LSTM")
    read = reader.read(text)
    vectors = reader.embedding(torch.tensor(read["ids"])).requires_grad_()  # [T, E]
    states, _ = reader.rnn(vectors.unsqueeze(0))
    reader.fc(states[0, -1]).log_softmax(0).max().backward()
    answers = torch.tensor(read["probabilities"])
    reading = {
        "name": "LSTM",
        "tokens": read["tokens"],
        "known": [i > 0 for i in read["ids"]],
        "classes": reader.classes,
        "settings": {"partHeight": 64, "compact": True, "play": True},
    }
    watch = runpy.run_path(str(WATCH / "page.py"))
    inside = {"input": torchnlp.gates(reader.rnn, vectors.detach())["input"], "h": states[0].detach()}
    data = watch["data_of"](reading, inside, answers.numpy(), vectors.grad.norm(dim=1), [])
    said = ", ".join(f"{word}: {reader.classes[k]}" for word, k in zip(read["tokens"], answers.argmax(1)))
    return watch["fill"](data, f"<p>What an LSTM answers after each word. {said}.</p>")


def live(name: str, instead: str, data: dict) -> str:
    """A figure that moves in the middle of a page: site/<name>.js and its data; instead: for where no scripts run."""
    style = (WATCH / "style.css").read_text(encoding="utf-8")
    script = bundle(name).replace("</", "<" + chr(92) + "/")
    parts = ", ".join(json.dumps(part).replace("<", chr(92) + "u003c") for part in (style, data))
    call = f"show(document.currentScript.previousElementSibling, {parts});"
    figure = f'<div class="torchnlp-live" id="live-{name}"><p>{instead}</p></div>'
    return f"{figure}\n<script>\n(() => {{\n{script}\n{call}\n}})();\n</script>"


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
        names = [{"<line>": "new line", "<end>": "end"}.get(writer.words[i], writer.words[i]) for i in order[:10]]
        scores = [round(score, 3) for score in scores.tolist() if score > -torch.inf]
        beginnings.append({"text": text, "scores": scores, "names": names})
        said.append(f"{text}: {names[0]}")
    return live("temperature", f"The likeliest next token. {'; '.join(said)}.", {"beginnings": beginnings})


def backwards_figure(word: str = "uncopyrightable") -> str:
    """Lesson 7: a word that one types, written backwards from one state and with attention."""
    answers = Reversers().answer(word)
    instead = f"{word}, backwards: {answers['one']['written']} from one state, {answers['attention']['written']} "
    return live("backwards", instead + "with attention.", {"word": word, **json.loads(REVERSERS.read_text())})


def main() -> None:
    for name in PAGES:
        file = make_page(name)
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
