"""Write the plans of the classes, the sums of their decks, into INSTRUCTORS.md.

    python -m teach.plans

It writes the table between its marks. A test says when the page and the decks disagree.
"""

import re
import sys

from teach.slides import plan_of
from tools.lesson import ROOT, lessons

PAGE = ROOT / "INSTRUCTORS.md"
MARKS = re.compile(r"(<!-- plans: made by `make plans` -->\n).*(\n<!-- end of plans -->)", flags=re.S)


def plans_table() -> str:
    """The plan of each class of 70 minutes."""
    rows = ["| deck | minutes (slides): what, and the cells that the class opens |", "|---|---|"]
    for lesson in lessons():
        parts = []
        for what, minutes, numbers, cells in plan_of(lesson):
            opened = ", ".join(f"`{cell}`" for cell in cells)
            parts.append(f"{minutes:g} ({numbers}): {what} {opened}".strip())
        rows.append(f"| [{lesson.number}](notebooks/{lesson.name}/slides.md) | {'<br>'.join(parts)} |")
    return "\n".join(rows)


def written() -> str:
    """The text of the page with its table made anew."""
    table = plans_table()
    text, count = MARKS.subn(lambda mark: mark[1] + table + mark[2], PAGE.read_text(encoding="utf-8"))
    if count != 1:
        raise LookupError(f"{PAGE.name} needs the marks of its table, {MARKS.pattern}")
    return text


if __name__ == "__main__":
    try:
        PAGE.write_bytes(written().encode())
    except (LookupError, ValueError) as error:
        sys.exit(f"The plans cannot be made: {error}.")
