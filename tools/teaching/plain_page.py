"""A plain page of HTML, whole in one file, that can be read and printed: for the bundle."""

from html import escape

STYLE = """\
body { font: 17px/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
h1, h2, h3 { line-height: 1.25; margin-bottom: 0 } p { margin-top: .3rem; overflow-wrap: anywhere }
section { break-inside: avoid } pre { background: #f3f3f3; padding: .6rem; overflow-x: auto }
@media print { body { font-size: 11pt; margin: 0; max-width: none } pre { white-space: pre-wrap } }"""


def page(title: str, *body: str) -> str:
    """The page of a title and of pieces of HTML."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    opening = f'<!DOCTYPE html>\n<html lang="en"><head>{head}<style>\n{STYLE}\n</style></head>\n<body>'
    return "\n".join([opening, f"<h1>{escape(title)}</h1>", *body, "</body></html>\n"])
