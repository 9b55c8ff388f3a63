"""What does a piece of a notebook need? Statements are chosen by the names that they read and define.

So an exercise can be checked without training a network: of the cells above it, those statements alone are run that
define what its check names, directly or on the way. Where a check needs something that the notebook trains or draws,
the settings in tests/answers take its place.
"""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from tools.teaching.look import root_of

HEADER = re.compile(r"# %% (?:Exercise (?P<exercise>\d[a-z]?), )?(?P<kind>right|wrong|[Ss]etting)(?:: (?P<title>.+))?")


@dataclass(eq=False)
class Statement:
    code: ast.stmt
    reads: set[str]
    defines: set[str]
    own: bool = False  # written by a student, who may define a name twice, or change what it stands for


def names_in(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names of the notebook that a statement reads, and those that it defines."""
    top = symtable.symtable(ast.unparse(statement), "statement", "exec")
    reads = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    defines = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    inner = list(top.get_children())
    while inner:
        scope = inner.pop()
        reads |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
        inner += scope.get_children()
    return reads - set(dir(builtins)), defines


def changed_by(statement: ast.stmt) -> set[str]:
    """The names whose objects a statement changes in place: a.b = 1, a[0] = 1, a.append(1)."""
    places = []
    for node in ast.walk(statement):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            places.append(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            places.append(node.value.func)
    return {root_of(place) for place in places if not isinstance(place, ast.Name)} - {""}


def statements_of(source: str, own: bool = False) -> list[Statement]:
    """All statements of a cell; its magics are calls of get_ipython(). Raises SyntaxError."""
    found = []
    for code in ast.parse(TransformerManager().transform_cell(source)).body:
        reads, defines = names_in(code)
        found.append(Statement(code, reads, defines | (changed_by(code) if own else set()), own))
    return found


def needed(statements: list[Statement], reads: set[str], end: int | None = None) -> list[Statement]:
    """Those statements that define what is read at their end, directly or on the way, in the notebook's order.

    For each name it is the last one above the statement that reads it. Of a student's own statements it is each one
    that defines or changes the name, wherever it stands. Imports and the loading of the data are always among them.
    """
    end = len(statements) if end is None else end
    always = [isinstance(s.code, (ast.Import, ast.ImportFrom)) or "load_dataset" in s.reads for s in statements]
    chosen = {i for i, true in enumerate(always) if true}
    wanted = [(name, end) for name in reads]
    wanted += [(name, i) for i in chosen for name in statements[i].reads]
    seen = set()
    while wanted:
        name, limit = wanted.pop()
        if (name, limit) in seen:
            continue
        seen.add((name, limit))
        places = [i for i, s in enumerate(statements) if name in s.defines]
        ours = [i for i in places if not statements[i].own]
        last = [i for i in ours if i < limit][-1:] or ours[-1:]
        for i in {*last, *(i for i in places if statements[i].own)} - chosen:
            chosen.add(i)
            later = isinstance(statements[i].code, (ast.FunctionDef, ast.ClassDef))  # reads them when it is called
            wanted += [(read, max(end, i) if later else i) for read in statements[i].reads]
    return [statements[i] for i in sorted(chosen)]


def with_settings(statements: list[Statement], settings: list[Statement]) -> list[Statement]:
    """The statements, each setting put behind the last one that defines a name of it: from there on it counts."""
    for setting in settings:
        places = [i for i, statement in enumerate(statements) if statement.defines & setting.defines]
        at = max(places, default=len(statements) - 1) + 1
        statements = [*statements[:at], setting, *statements[at:]]
    return statements


def read_bank(path: Path) -> list[dict]:
    """The answers and settings of a file, in order: exercise, kind, title, code, says, not."""
    entries = []
    for part in re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        header = HEADER.fullmatch(part.splitlines()[0])
        assert header, f"{path.name}: this line is no header of an answer: {part.splitlines()[0]}"
        words = {key: re.findall(rf"^# {key}: (.+)$", part, flags=re.M) for key in ("says", "not")}
        entries.append({**header.groupdict(), **words, "code": part, "lesson": path.stem[-1]})
    return entries


def settings_in(path: Path) -> list[str]:
    """The code in a file of answers that takes the place of what the lesson trains or draws."""
    return [entry["code"] for entry in read_bank(path) if entry["kind"].lower() == "setting"]
