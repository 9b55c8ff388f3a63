"""How long the core of a lesson takes a careful reader.

The core is what stands above the first heading that begins with "Further". Whoever tried the lessons as a new student
would, with a clock, took as long as this says or up to a third longer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from tools.upkeep.cells import is_picture, kind

ROOT = Path(__file__).resolve().parents[2]

FREE = re.compile(r"# @title Set-up: (run this first|(what .* )?imports)")  # the cells that each lesson begins with
# In minutes, for a careful reader whose second language is English.
WORD, OPEN_LINE, FOLDED_LINE, STOP, EXERCISE = 1 / 165, 9 / 60, 3 / 60, 35 / 60, 15


@dataclass
class Core:
    """What there is to do in the core of a lesson."""

    exercises: list[str] = field(default_factory=list)  # their titles
    reading: float = 0.0  # minutes for the words, and to stop at each bold question and each picture
    code: float = 0.0  # minutes
    stretch: float = 0.0  # the most minutes between two things that the student does

    @property
    def minutes(self) -> float:
        return self.reading + self.code + len(self.exercises) * EXERCISE


def core_cells(lesson) -> Iterator:
    """The cells above what is "Further", without solutions."""
    further = False
    for cell in lesson.cells:
        heading = re.match(r"(#+) +[\d. ]*(.*)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            deeper = len(heading[1]) > 2  # a part of the section that it stands in
            further = heading[2].lower().startswith("further") or (further and deeper)
        if not further and kind(cell) != "solution":
            yield cell


def core_of(lesson) -> Core:
    """Count what the core of a notebook holds."""
    found, since = Core(), 0.0  # since: what the core took when the student last did something
    for cell in core_cells(lesson):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            found.reading += len(cell.source.split()) * WORD
            found.reading += len(re.findall(r"\*\*[^*]+\?\*\*", cell.source)) * STOP
            found.exercises += re.findall(r"^### +Exercise \d+\. (.+?)\.?$", cell.source, flags=re.M)
        else:
            found.reading += sum(map(is_picture, cell.outputs)) * STOP
            lines = sum(bool(line.strip()) for line in cell.source.splitlines())
            if "hide-input" not in tags:
                found.code += lines * OPEN_LINE
            elif kind(cell) == "set-up" and not FREE.match(cell.source):
                found.code += lines * FOLDED_LINE  # somebody has to skim it
        found.stretch = max(found.stretch, found.reading + found.code - since)
        if "yours" in tags or "stub" in tags:
            since = found.reading + found.code
    return found


if __name__ == "__main__":
    for file in sorted(ROOT.glob("notebooks/*.ipynb")):
        found = core_of(nbformat.read(file, as_version=4))
        print(f"{found.minutes:4.0f} minutes, longest stretch {found.stretch:.0f} minutes: {file.name}")
