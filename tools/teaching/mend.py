"""Puts a student's file into the form that nbgrader needs, and loses nothing that the student wrote.

Colab, editors and merges take metadata and ids away; students delete stubs and checks, and answer in other cells. The
rules: our cells are found again by id, by nbgrader's name or by their text, and missing ones come back. What is not
ours is the student's, and stays where it stood. The check of a name that has a value elsewhere than in its stub comes
at the end, so a right answer counts wherever it stands. What is written between two headings are words on an exercise.
"""

import json
import re
import symtable
from collections import defaultdict

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ELSEWHERE = "# (The answer stands in another cell.)"
OURS = re.compile(r"l\d-\w+|words-\d+|hand-in|student-name|unclear")  # the ids of our cells, of any edition
MERGE = re.compile(r"^<{7} .*\n|^={7}\n(?:.*\n)*?^>{7} .*\n", flags=re.M)  # what git leaves; their own side stays
EDITION = re.compile(r"\(Edition of .*?, (\w+)\.\)")


def read_notebook(path: str, content: bytes) -> tuple[list, list[str]]:
    """The cells of a file as plain dictionaries, and what had to be mended to read it. Raises ValueError."""
    if not content:
        raise ValueError("is empty, too large, or a zip that can't be opened")
    if not path.lower().endswith(".ipynb"):
        raise ValueError("is no .ipynb file")
    text = content.decode("utf-8-sig", errors="replace")
    whole = MERGE.sub("", text)
    try:
        cells = json.loads(whole)["cells"]
        for cell in cells:
            metadata = cell.get("metadata") or {}
            cell["source"] = "".join(cell.get("source", ""))
            names = cell.get("id"), metadata.get("id"), (metadata.get("nbgrader") or {}).get("grade_id")
            cell["names"] = [str(name) for name in names if name]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is no notebook ({type(error).__name__}: {error})") from None
    return cells, ["the marks of a merge: your own side was kept"] if whole != text else []


def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that a code cell gives a value, and those that it reads. Magics do neither."""
    try:
        tables = [symtable.symtable(re.sub(r"^\s*[%!].*$", "", source, flags=re.M), "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^(?:def|class) +(\w+)", source, flags=re.M)), set()
    gives = {symbol.get_name() for symbol in tables[0].get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    reads = set()
    for table in tables:  # of the cell, and of the functions in it
        tables += table.get_children()
        reads |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return gives, reads


def tried_by(check) -> str:
    """What a check tries: `step` in `step = check_step(step)`."""
    return re.search(r"\bcheck_\w+\((\w+)", check.source)[1]


def kind(cell) -> str:
    """Of our own cells: "check", "stub", "set-up", "words", or "" for the lesson's text and code."""
    return next((tag for tag in ("check", "stub", "words", "set-up") if tag in cell.metadata.get("tags", [])), "")


def matched(lesson, cells: list[dict]) -> list[int | None]:
    """For each of the student's cells the place of ours that it was made from; None for one of the student's own."""
    places = {cell.source.strip(): place for place, cell in enumerate(lesson.cells)}
    places |= {cell.id: place for place, cell in enumerate(lesson.cells)}
    found = []
    for cell in cells:
        possible = [places[name] for name in (*cell["names"], cell["source"].strip()) if name in places]
        alike = [place for place in possible if lesson.cells[place].cell_type == cell.get("cell_type")]
        found.append(next((place for place in alike if place not in found), None))
    return found


def mend(lesson, cells: list[dict]):
    """(notebook, remarks): our lesson in its order, with all that is the student's own in it."""
    tried = {tried_by(cell) for cell in lesson.cells if kind(cell) == "check"}
    prompts = {cell.id: cell.source for cell in lesson.cells if kind(cell) == "words"}
    editions = {mark for cell in (*lesson.cells, *cells) for mark in EDITION.findall(cell["source"])}
    sources, theirs = {}, defaultdict(list)  # what became of our cell at a place; what the student put after it
    words, exercise = defaultdict(str), ""  # on each exercise; where we are
    answered, last = set(), -1  # the names that have a value elsewhere than in their stub
    for i, (cell, place) in enumerate(zip(cells, matched(lesson, cells))):
        source, ours, what = cell["source"], None, "own"
        if place is not None:
            ours, what, last = lesson.cells[place].source, kind(lesson.cells[place]), max(last, place)
        if cell.get("cell_type") == "markdown":
            begun = re.findall(r"^### (?:Exercise|练习) (\d+)\.", source, flags=re.M)
            if begun or (ours and source.startswith("#")):
                exercise = f"words-{begun[-1]}" if begun else ""
            name = lesson.cells[place].id if what == "words" else exercise
            typed = source.replace(ours or prompts.get(name, "\0"), "").strip()
            if name in prompts and typed and (what != "" or ours in source):
                words[name] += f"\n\n{typed}"
            elif what == "own" and typed:
                theirs[last].append(new_markdown_cell(source, id=f"own-{i}"))
        elif cell.get("cell_type") == "code":
            if what == "check":  # an answer may have been typed into it
                source = source.replace(ours, "").strip()
            named = names_in(source)[0] & tried if source != ours else set()
            if ours:
                sources[place] = source if named or len(editions) < 2 else ours
            if what in ("own", "check", ""):
                answered |= named
            if what in ("own", "check") and (named or not (ours or any(map(OURS.fullmatch, cell["names"])))):
                theirs[last].append(new_code_cell(source, id=f"own-{i}"))
    absent = sum(place not in sources and kind(cell) in ("check", "stub") for place, cell in enumerate(lesson.cells))
    remarks = [f"{absent} stubs or checks were not found and put back"] if absent else []
    remarks += ["of another edition: the lesson around the answers is today's"] if len(editions) > 1 else []

    result, at_the_end = theirs[-1], []
    for place, cell in enumerate(lesson.cells):
        cell = cell.copy()
        source = sources.get(place, cell.source)
        if kind(cell) == "words":
            cell["source"] += words[cell.id]
        elif kind(cell) == "stub" and source.strip() == cell.source.strip() and names_in(source)[0] & answered:
            cell["source"] = ELSEWHERE
        elif kind(cell) in ("stub", ""):  # checks and set-up stay ours
            cell["source"] = source
        waits = kind(cell) == "check" and tried_by(cell) in answered
        (at_the_end if waits else result).append(cell)
        result += theirs[place]
    pass_over(result + at_the_end, {cell.source for cell in lesson.cells})
    return new_notebook(cells=result + at_the_end, metadata=lesson.metadata), remarks


def pass_over(cells: list, ours: set[str]) -> None:
    """Tag the lesson's cells that nothing below needs, neither a check nor the student's own code: they are not run."""
    read = set()
    for cell in (cell for cell in reversed(cells) if cell.cell_type == "code"):
        gives, reads = names_in(cell.source)
        tags = cell.metadata.get("tags", [])
        if kind(cell) in ("check", "stub") or cell.source not in ours:
            read |= reads
        elif gives & read or "graded" in tags or (kind(cell) == "set-up" and re.search(r"^import ", cell.source, re.M)):
            read |= reads - gives
        else:
            cell["metadata"] = cell.metadata | {"tags": [*tags, "skip-execution"]}
