"""Formulas for the site, set when it is built: drawings in the page, which need no script there."""

import json
import subprocess
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes

from tools.site import npm

PACKAGES = ["mathjax@3.2.2", "speech-rule-engine@4.0.7"]
USED = ["mathjax/es5", "speech-rule-engine", "commander", "wicked-good-xpath", "xmldom-sre"]
FOLDER = Path(__file__).resolve().parents[2] / "build" / "formulas" / "node_modules"


@cache
def _setter() -> subprocess.Popen:
    npm.fetch(PACKAGES, USED, FOLDER)
    command = [*npm.command("node"), str(Path(__file__).with_suffix(".js")), str(FOLDER)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@cache
def drawing(tex: str, display: bool) -> str:
    """A formula as SVG, with the words that a screen reader says."""
    _setter().stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    _setter().stdin.flush()
    answer = _setter().stdout.readline()
    if not answer:
        raise ValueError(f"This is no formula: {tex}")
    answer = json.loads(answer)
    return answer["svg"].replace("<svg", f'<svg role="img" aria-label="{escape(answer["words"])}"', 1)


def show(visitor, node) -> None:
    display = isinstance(node, nodes.math_block)
    tag = "div" if display else "span"
    visitor.body.append(f'<{tag} class="math">{drawing(node.astext(), display)}</{tag}>')
    raise nodes.SkipNode
