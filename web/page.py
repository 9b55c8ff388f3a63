"""Pages that need nothing else: what torchnlp.watch shows, what torchnlp.publish writes, and the pages of the site."""

import base64
import html
import io
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

from web.network import network_to_show

HERE = Path(__file__).resolve().parent  # with the scripts and the style, which the pages of the site use too
PAGES = HERE / "pages"


def bundled(name: str) -> str:
    """A script with all that it imports, as esbuild has written it (web/npm.py)."""
    return (HERE / "bundles" / f"{name}.js").read_text(encoding="utf-8")


def scripted(name: str, data: dict, place: str = "document.currentScript.previousElementSibling") -> str:
    """A script that shows a moving figure, <name>.js and its data, in a place of the page, an expression."""
    style = (HERE / "style.css").read_text(encoding="utf-8")
    parts = ", ".join(json.dumps(part).replace("<", "\\u003c") for part in (style, data))
    return f"<script>\n(() => {{\n{bundled(name)}\nfigure.show({place}, {parts});\n}})();\n</script>"


# ------------------------------------------------------------------------------------ a figure in a notebook


def page(reading: dict, values: dict, answers, without, figure) -> str:
    """The reading as HTML that needs nothing else. figure: of matplotlib, which stands where scripts don't run.

    answers: probabilities after each token; without: of the last answers, had the text not this token; [T, K] both.
    """
    best = answers[-1].argmax()
    values = {name: value for name, value in values.items() if name != "candidate"}  # the cell state shows it
    units = 20_000 // (len(values) * len(answers))  # as many as there is room for
    data = {
        **reading,
        "probabilities": answers.round(4).tolist(),
        "influence": [abs(math.log(answers[-1, best] / probability)) for probability in without[:, best]],
        "percent": {name: (100 * value[:, :units]).round().int().tolist() for name, value in values.items()},
    }
    png = io.BytesIO()
    figure.savefig(png, dpi=72)
    words = html.escape(" ".join(data["tokens"]))
    alt = f"The answer after each word, and what happened inside the network: {words}"
    instead = f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}">'
    place = '[...document.querySelectorAll(".torchnlp-watch")].find(place => !place.shadowRoot)'
    return f'<div class="torchnlp-watch">{instead}</div>\n{scripted("watch", data, place)}'


# ------------------------------------------------------------------- a page of the site, in one file

# What stands before a page's own: the browser itself sees to it that it fetches nothing and sends nothing: only what
# stands in it may run; and the site's switch between light and dark holds here too, before anything is drawn. A button
# #mode is that switch.
HEAD = """<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval';\
 style-src 'unsafe-inline'; font-src data:; img-src data:">
<script>
try {
    document.documentElement.style.colorScheme = {light: "light", dark: "dark"}[localStorage.getItem("mode")] ?? "";
} catch { /* nothing is kept here: as the system has it */ }
addEventListener("click", ({target}) => {
    if (target.id !== "mode") return;
    const {style} = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)").matches && "dark";
    style.colorScheme = (style.colorScheme || system) === "dark" ? "light" : "dark";
    try {
        for (const name of ["mode", "theme"]) localStorage.setItem(name, style.colorScheme);
    } catch { /* for this page alone */ }
});
</script>"""


def one_file(page: str, data: Callable[[str], object], faces: str = "") -> str:
    """A page of the site with its head, its scripts, its style and its data inside. data: what stands at an address."""
    style = (HERE / "style.css").read_text(encoding="utf-8")
    icon = base64.b64encode((HERE / "site" / "_static" / "icon.svg").read_bytes()).decode()
    icon = f'<link rel="icon" href="data:image/svg+xml;base64,{icon}">'
    doctype, language, page = page.split("\n", 2)
    page = "\n".join([doctype, language, HEAD, icon, f"<style>\n{faces}\n{style}</style>", page])

    def inside(tag: re.Match) -> str:
        media_type, rest, source = tag.groups()
        if media_type == "application/json":
            text = json.dumps(data(source), ensure_ascii=False).replace("<", "\\u003c")
        else:
            text = bundled(Path(source).stem)
        return f'<script type="{media_type}"{rest}>\n{text}</script>'

    return re.sub(r'<script type="([^"]+)"([^>]*) src="([^"]+)"></script>', inside, page)


CELLS = {"RNN": "A recurrent network", "LSTM": "An LSTM", "GRU": "A GRU", "bag": "A network that reads a bag of words"}


def published(net, words: list[str], classes: list[str], said: dict[str, str], examples: list[str], card: dict) -> str:
    """published.html with somebody's network, in numbers of fewer bits. Nothing that is said in it is read as HTML."""
    network = network_to_show(net, words, classes)
    cell, plan = network["cell"], network["plan"]
    ways = "two directions" if plan["directions"] == 2 else "one direction"
    layers = {0: "", 1: f", one layer, {ways}"}.get(plan["layers"], f", {plan['layers']} layers, {ways}")
    words = f"{len(network['words']):,} of {network['vocabulary']:,} words of its vocabulary"
    kept = f"This page has {words}; their vectors are rounded to {network['bits']} bits."
    numbers = sum(weight.size for weight in network["weights"].values())
    pooling = " and ".join(plan["pooling"])
    made = f"{CELLS[cell]}{layers}; it answers from the {pooling} of its states. {numbers:,} weights. {kept}"
    card = {**card, "Network": made, "Classes": ", ".join(network["classes"])}
    entries = [f'<dt>{html.escape(name)}</dt>\n<dd dir="auto">{html.escape(text)}</dd>' for name, text in card.items()]
    shown = {text: html.escape(text if len(text) < 60 else f"{text[:56]} …") for text in examples}
    buttons = [f'<button type="button" value="{html.escape(text)}">{name}</button>' for text, name in shown.items()]
    parts = {name: html.escape(text) for name, text in said.items()}
    parts |= {"kind": CELLS[cell], "most": str(plan["most"])}
    parts |= {"examples": "\n".join(buttons), "card": "\n".join(entries)}
    page = re.sub(r"\{\{(\w+)\}\}", lambda part: parts[part[1]], (PAGES / "published.html").read_text("utf-8"))
    weights = {name: {"float32": coded(weight)} for name, weight in network["weights"].items()}
    weights["embedding.weight"] = in_steps(network["weights"]["embedding.weight"], network["bits"])
    data = {"networks": {cell: weights}, **{name: network[name] for name in ("plan", "colours", "classes", "words")}}
    return one_file(page, lambda _: data)


def coded(numbers, number_type: str = "<f4") -> str:
    return base64.b64encode(numbers.astype(number_type).tobytes()).decode()


def in_steps(table, bits: int) -> dict[str, str]:
    """Word vectors as whole numbers of 8 or 16 bits, with a step for each row, as web/js/weights.js reads them."""
    steps = abs(table).max(1).clip(1e-12) / (2 ** (bits - 1) - 1)  # [V]
    return {f"int{bits}": coded((table / steps[:, None]).round(), f"<i{bits // 8}"), "steps": coded(steps)}
