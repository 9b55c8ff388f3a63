"""The page that torchnlp.watch shows: its data and a picture of the gates, put into page.html with its scripts."""

import base64
import html
import io
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent  # with the scripts and the style, which the pages of the site use too


def data_of(reading: dict, values: dict, answers, influence, colours: list) -> dict:
    """What the scripts draw: numbers in lists, the gates in per cent."""
    values = {name: value for name, value in values.items() if name != "candidate"}  # the cell state shows it
    units = 20_000 // (len(values) * len(answers))  # as many as there is room for
    return {
        **reading,
        "classes": list(reading["classes"]),
        "probabilities": answers.round(4).tolist(),
        "influence": influence.tolist(),
        "percent": {name: (100 * value[:, :units]).round().int().tolist() for name, value in values.items()},
        "colours": colours,
    }


def page(*parts) -> str:
    """HTML that needs nothing else, from what data_of takes and a figure, which stands where scripts don't run."""
    *parts, figure = parts
    data = data_of(*parts)
    png = io.BytesIO()
    figure.savefig(png, dpi=72)
    words = html.escape(" ".join(data["tokens"]))
    alt = f"The answer after each word, and what happened inside the network: {words}"
    instead = f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}">'
    script = "".join((HERE / f"{name}.js").read_text("utf-8") for name in ("draw", "shadow", "sentences", "view"))
    parts = {"picture": instead, "script": re.sub(r"^(import [^;]*;|export )", "", script, flags=re.M)}
    for name, value in {"data": data, "style": (HERE / "style.css").read_text("utf-8")}.items():
        parts[name] = json.dumps(value).replace("<", "\\u003c")
    return re.sub(r"\{\{(\w+)\}\}", lambda part: parts[part[1]], (HERE / "page.html").read_text("utf-8"))
