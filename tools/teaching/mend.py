"""Puts a student's file into the form that nbgrader needs, and loses nothing that the student wrote.

Colab, editors and merges take metadata and ids away; students delete stubs and checks, and answer in other cells. The
rules: our cells are found again by id, by nbgrader's name or by their text, and missing ones come back. What is not
ours is the student's, and stays where it stood. A check is run after the last cell that defines what it reads, so a
right answer counts wherever it stands. What a student writes between two headings are words on that exercise.
"""

import ast
import json
import re
from collections import defaultdict

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ELSEWHERE = "# (The answer stands in another cell.)"
OURS = re.compile(r"l\d-\w+|words-\d+|hand-in|student-name|unclear")  # the ids of our cells, of any edition
MERGE = re.compile(r"^<{7} .*\n|^={7}\n(?:.*\n)*?^>{7} .*\n", flags=re.M)  # what git leaves; their own side stays


def read_notebook(content: bytes) -> tuple[list, list[str]]:
    """The cells of a file as plain dictionaries, and what had to be mended to read it. Raises ValueError."""
    said = []
    text = content.decode("utf-8-sig", errors="replace")
    if MERGE.search(text):
        text = MERGE.sub("", text)
        said.append("the marks of a merge: your own side was kept")
    try:
        cells = json.loads(text)["cells"]
        for cell in cells:
            cell["source"] = "".join(cell.get("source", ""))
            cell["cell_type"] = str(cell["cell_type"])
            cell["metadata"] = dict(cell.get("metadata") or {})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"is no notebook ({type(error).__name__}: {error})") from None
    return cells, said


def defined_in(source: str) -> set[str]:
    """The names that a code cell gives a value: functions, classes, variables. Magics define nothing."""
    try:
        body = ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.M)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^(?:def|class) +(\w+)", source, flags=re.M))
    stored = [n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return {part.name for part in body if isinstance(part, (ast.FunctionDef, ast.ClassDef))} | set(stored)


def read_by(check) -> str:
    """What a check tries: `step` in `step = check_step(step)`."""
    return re.search(r"\bcheck_\w+\((\w+)", check.source)[1]


def kind(cell) -> str:
    """Of our own cells: "check", "stub", "set-up", "words", or "" for the lesson's text and code."""
    tags = cell.metadata.get("tags", [])
    if cell.id.startswith("words-") or cell.id == "unclear":
        return "words"
    return next((tag for tag in ("check", "stub", "set-up") if tag in tags), "")


def matched(lesson, cells: list[dict]) -> list[int | None]:
    """For each of the student's cells the place of ours that it was made from; None for one of the student's own."""
    by_name = {cell.id: place for place, cell in enumerate(lesson.cells)}
    by_text = {cell.source.strip(): place for place, cell in enumerate(lesson.cells)}
    found, taken = [], set()
    for cell in cells:
        meta = cell["metadata"]
        names = [cell.get("id"), meta.get("id"), (meta.get("nbgrader") or {}).get("grade_id")]
        places = [by_name[name] for name in names if name in by_name] + [by_text.get(cell["source"].strip())]
        place = next((p for p in places if p is not None and p not in taken), None)
        if place is not None and lesson.cells[place].cell_type != cell["cell_type"]:
            place = None
        found.append(place)
        taken.add(place)
    return found


def words_on(lesson, cells: list[dict], places: list[int | None]) -> tuple[dict[str, str], set[int]]:
    """What the student wrote on each exercise, by the id of its words cell; and which of the cells that empties."""
    found, used, current = {}, set(), None
    prompts = {cell.id: cell.source for cell in lesson.cells if kind(cell) == "words"}
    for i, (cell, place) in enumerate(zip(cells, places)):
        if cell["cell_type"] != "markdown":
            continue
        ours = lesson.cells[place] if place is not None else None
        text = cell["source"]
        begun = re.findall(r"^### Exercise (\d+)\.", text, flags=re.M)
        if begun or (ours is not None and text.startswith("#")):
            current = f"words-{begun[-1]}" if begun else None
        name = ours.id if ours is not None and kind(ours) == "words" else current
        if name not in prompts:
            continue
        if ours is None or kind(ours) == "words":
            used.add(i)
            own = text.replace(prompts[name], "")
            own = re.sub(r"^\*\*Your words on exercise \d+\.?\*\*:?\.?", "", own.strip())
        else:  # typed into one of our cells
            own = text.replace(ours.source, "") if ours.source in text else ""
        if own.strip():
            found[name] = f"{found.get(name, '')}\n\n{own.strip()}".strip()
    return found, used


def mend(lesson, cells: list[dict]):
    """(notebook, remarks): our lesson in its order, with all that is the student's own in it."""
    places = matched(lesson, cells)
    words, emptied = words_on(lesson, cells, places)
    tried = {read_by(cell) for cell in lesson.cells if kind(cell) == "check"}
    own, theirs = {}, defaultdict(list)  # what became of our cells; what the student put after each of them
    last, old = -1, 0
    for i, (cell, place) in enumerate(zip(cells, places)):
        if place is not None:
            own[place] = cell["source"]
            last = max(last, place)
            if kind(lesson.cells[place]) == "check":  # an answer may have been typed into it
                typed = cell["source"].replace(lesson.cells[place].source, "").strip()
                theirs[place - 1] += [("code", typed)] if defined_in(typed) & tried else []
        elif OURS.fullmatch(str(cell.get("id", ""))) and not defined_in(cell["source"]) & tried:
            old += 1
        elif i not in emptied and cell["cell_type"] != "raw":
            theirs[last].append((cell["cell_type"], cell["source"]))

    answered = {}  # a name -> the place of the last cell, beside its stub, that gives it a value
    for place in sorted({*own, *theirs}):
        sources = [source for cell_type, source in theirs[place] if cell_type == "code"]
        if place in own and lesson.cells[place].cell_type == "code" and kind(lesson.cells[place]) == "":
            sources.append(own[place].replace(lesson.cells[place].source, ""))
        answered |= {name: place for source in sources for name in defined_in(source) & tried}

    result, later = [], defaultdict(list)
    for place in range(-1, len(lesson.cells)):
        if place >= 0:
            cell = ours_again(lesson.cells[place], own.get(place), words, answered)
            waits = answered.get(read_by(cell), -1) if kind(cell) == "check" else -1
            (later[waits] if waits >= place else result).append(cell)
        new = {"code": new_code_cell, "markdown": new_markdown_cell}
        result += [new[cell_type](source) for cell_type, source in theirs[place]] + later[place]
    absent = sum(place not in own and kind(cell) in ("check", "stub") for place, cell in enumerate(lesson.cells))
    remarks = [f"{absent} deleted stubs or checks put back"] if absent else []
    remarks += [f"{old} cells of another edition left out"] if old else []
    return new_notebook(cells=result, metadata=lesson.metadata), remarks


def ours_again(cell, own: str | None, words: dict[str, str], answered: dict[str, int]):
    """A copy of one of our cells with the student's part in it. own: what became of it, None if it is gone."""
    cell = cell.copy()
    if kind(cell) == "words":
        cell["source"] += f"\n\n{words[cell.id]}" if cell.id in words else ""
    elif kind(cell) == "stub":
        unchanged = own is None or own.strip() == cell.source.strip()
        elsewhere = unchanged and defined_in(cell.source) & set(answered)
        cell["source"] = ELSEWHERE if elsewhere else cell.source if own is None else own
    elif kind(cell) == "" and own is not None and cell.cell_type == "code":
        cell["source"] = own  # a knob that was turned; text, checks and set-up cells stay ours
    return cell
