"""Puts a student's file into the form that nbgrader needs, and loses nothing that the student wrote.

Our cells are found again by id or by their text, and missing ones come back. The check of a name that has a value
elsewhere than in its stub comes at the end, so a right answer counts wherever it stands. What is written between two
headings are words on an exercise; what stands outside every exercise is shown where words are missing.
"""

import re

from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.lesson import names_in

EDITION = re.compile(r"\b\d{4}-\d\d-\d\d\W+([0-9a-f]{8})\b")  # in the first cell, in any language
EXERCISE = re.compile(r"^### \S+ (\d+)\.", flags=re.M)  # the first word is that of the language
# What an answer has no business to name. The checks are out of its reach; who tries is shown to a person.
FOREIGN = re.compile(
    r"\b(?:checks|answering|gradebook|nbgrader|get_ipython|(?i:ipy\w+)|runpy|environ|TORCHNLP_\w+|_getframe|f_globals"
    r"|f_back|f_locals|importlib|inspect|subprocess|shutil|sqlite3|pickle|ctypes|builtins|pathlib|Path|gc|sys|os|STUDY)\b"
    r"|def check_|\bcheck_\w+\s*=|__(?!init__|len__|iter__|getitem__)\w+__|^\s*(?:!(?!pip )|%(?:run|load|s[xy]|%))"
    r"|(?<![.\w])(?:exec|eval|compile|globals|locals|vars|open|setattr)(?:\(|$)|\b(?:nn|torch)\.[\w.]+\s*=(?!=)|\.ours"
)


def tried_by(check) -> str:
    """What a check tries: `step` in `step = check_step(step)`."""
    return re.search(r"\bcheck_\w+\((\w+)", check.source)[1]


def kind(cell) -> str:
    """Of our own cells: "check", "stub", "set-up", "words", or "" for the lesson's text and code."""
    return next((tag for tag in ("check", "stub", "words", "set-up") if tag in cell.metadata.get("tags", [])), "")


def matched(lesson, cells: list) -> list[int]:
    """For each of the student's cells the place of ours that it was made from; -1 for one of the student's own."""
    places = {(c.cell_type, name): i for i, c in enumerate(lesson.cells) for name in (c.id, c.source.strip())}
    found = []
    for cell in cells:
        known = [places.get((cell.cell_type, name)) for name in (*cell.names, cell.source)]
        found.append(next((place for place in known if place not in (None, *found)), -1))
    return found


def mend(lesson, cells: list) -> list[str]:
    """Put all that is the student's own into our lesson, in place; returns what a person should know of it."""
    originals = [*(cell.source.strip() for cell in lesson.cells), ""]  # the last: of a cell of the student's own
    kinds = [*map(kind, lesson.cells), "own"]
    ours_too = {line.strip() for source in originals for line in source.splitlines()}
    older = len({mark for cell in (*lesson.cells, *cells) for mark in EDITION.findall(cell.source)}) > 1
    tried = {tried_by(cell) for cell in lesson.cells if kind(cell) == "check"}
    words = {cell.id: cell for cell in lesson.cells if kind(cell) == "words"}
    exercise, last = "", -1  # where we are in the student's notebook, and in the lesson
    theirs = {place: [] for place in range(-1, len(originals))}  # what the student put after our cell at a place
    answered = set()  # the names that have a value elsewhere than in their stub
    for i, (cell, place) in enumerate(zip(cells, matched(lesson, cells))):
        our, ours, what, last = lesson.cells[place], originals[place], kinds[place], max(last, place)
        typed = cell.source.replace(ours, "").strip()
        if cell.cell_type == "markdown":
            if (begun := EXERCISE.findall(ours or cell.source)) or ours.startswith("#"):
                exercise = f"words-{begun[-1]}" if begun else ""
            name = our.id if what == "words" else exercise
            if typed and name in words and (what != "" or ours in cell.source):
                words[name].source += f"\n\n{typed}"
            elif typed and what == "own":
                theirs[last].append(new_markdown_cell(typed, id=f"own-{i}"))
        elif typed and cell.cell_type == "code":
            named = names_in(typed) & tried
            answered |= named if what != "stub" else set()
            if what in ("stub", "") and (named or not older):
                our.source = cell.source
            elif named or what in ("own", "check"):
                where = "" if what == "own" else "# Typed into one of the checks:\n"  # a line to look at
                theirs[last].append(new_code_cell(f"{where}{typed}", id=f"own-{i}"))

    stray = [cell.source for own in theirs.values() for cell in own if cell.cell_type == "markdown"]
    result = theirs[-1]
    for place, cell in enumerate(lesson.cells):
        untouched = cell.source.strip() == originals[place]
        if stray and untouched and cell.id.startswith("words-"):  # a person decides what they belong to
            cell.source = "\n\n".join([originals[place], "(Nothing stands here. From other places:)", *stray])
        if untouched and kind(cell) == "stub" and names_in(cell.source) & answered:
            cell.source = "# (The answer stands in another cell.)"
        result += [cell, *theirs[place]]
    lesson.cells = sorted(result, key=lambda cell: kind(cell) == "check" and tried_by(cell) in answered)
    code = [line.strip() for cell in result if cell.cell_type == "code" for line in cell.source.splitlines()]
    shown = [f"LOOK AT: {line[:120]}" for line in code if line not in ours_too and FOREIGN.search(line)]
    return ["of another edition: the lesson around the answers is today's"] * older + shown
