"""The one reader of lessons: what a notebook's cells are, and what lies in the lesson's room.

    python -m tools.lesson [8]    a line for each lesson, or for that one, and what is missing or wrong

A lesson is notebooks/N-name.ipynb; the folder notebooks/N-name is its room. What a cell is says its tag, never its
words, so that a lesson in another language is read alike. The tools ask here, and none opens a notebook with a pattern.
A notebook without a number, the project, is no lesson. Its room needs the answers to its exercises alone.
"""

import re
import symtable
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

import nbformat

from tools.language import say

ROOT = Path(__file__).resolve().parents[1]
FOLDED = ("set-up", "plot", "solution")
TAGS = {*FOLDED, "hide-input", "stub", "check", "yours", "question", "caption", "exercise", "further"}
TAGS |= {"nbval-check-output", "nbval-ignore-output", "raises-exception"}
PARTS = {  # of a room, and what each is for; what the parts of the course want of it, their tests ask
    "lesson.toml": "title, what one builds, result, question and motif of its card, figures that move",
    "claims.md": "what the lesson claims, where that was measured, and its control",
    "plain.py": "the lesson's network in plain PyTorch, to take home",
    "answers.py": "answers to its exercises, right and wrong, for tests/test_answers.py",
}
OF_PROJECT = ["answers.py"]
OF_OTHERS = ("slides.md", "questions.md", "notes.md", ".po", ".js")  # endings of what the parts of the course read
KEYS = {"title": str, "builds": str, "question": str, "result": str}  # of lesson.toml; the next two may be absent:
MORE = {"figures": dict}  # that move: the script's name, and in which cell's section it stands
MORE |= {"motif": dict}  # of its card: a colour, and what is drawn in it, as in a <path>, on 96 x 64 points
NUMBER = re.compile(r"\d+-")
BADGE = re.compile(r"^\[!\[.*\n+", flags=re.M)  # a picture on a server
HEADING = re.compile(r"^(#+) +(.*?)[. ]*$", flags=re.M)
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)
# Behind a label, in italics; in Chinese upright, to the end of the paragraph.
CAPTION = re.compile(r"(?:(\*)(?!\*)(?:[^*:：]*[:：]\s*)?|图说：)(.*?[^*\s])(?(1)\*(?!\*)|(?=\n\n|\Z))\s*", flags=re.S)


# ----------------------------------------------------------------------------------------- cells


def has(cell, *tags: str) -> bool:
    return not {*tags}.isdisjoint(cell.metadata.get("tags", []))


def folded_as(cell) -> str:
    """What is folded in a cell: "set-up", "plot", "solution"; "" for a cell that a learner reads."""
    return next((tag for tag in FOLDED if has(cell, tag)), "")


def is_picture(output) -> bool:
    return "image/png" in output.get("data", {})


def is_diagram(cell) -> bool:
    """Does the cell show a picture from images/, and nothing else? Then its code says nothing."""
    return cell.source.startswith("show_diagram(") and "\n" not in cell.source


def place_of(cell) -> str:
    """Where a cell stands when JupyterLab shows the notebook as slides; "skip" for what a reader need not see."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def names_in(source: str) -> set[str]:
    """The names that a code cell gives a value. Magics give none."""
    try:
        table = symtable.symtable(re.sub(r"^\s*[%!].*$", "", source, flags=re.M), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^(?:def|class) +(\w+)", source, flags=re.M))
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}


def headings(cell) -> list[tuple[int, str]]:
    """(level, title) of each heading of a cell of text."""
    text = FENCED.sub("", cell.source)  # a comment in a block of code is no heading
    found = HEADING.findall(text) if cell.cell_type == "markdown" else []
    return [(len(marks), title) for marks, title in found]


def with_further(notebook) -> Iterator[tuple]:
    """(cell, is it voluntary?) for each cell: a section whose first cell has the tag, to the next without it."""
    further = False
    for cell in notebook.cells:
        if has(cell, "further") or any(level <= 2 for level, _ in headings(cell)):
            further = has(cell, "further")
        yield cell, further


def opening(notebook) -> list:
    """The cells of code behind the title, before anything is shown: they fetch the course, and import."""
    return [*takewhile(lambda cell: cell.cell_type == "code" and place_of(cell) == "skip", notebook.cells[1:])]


@dataclass
class Exercise:
    number: str
    counts: bool  # those of the core do; those under "Further" are voluntary
    checks: list = field(default_factory=list)  # cells; a stage may stand further down, before the next exercise


def exercises_of(notebook) -> list[Exercise]:
    found: list[Exercise] = []
    for cell, further in with_further(notebook):
        if has(cell, "exercise"):
            found.append(Exercise(str(len(found) + 1), not further))
        elif found and has(cell, "check"):
            found[-1].checks.append(cell)
    return found


def recorded(notebook) -> dict[str, list]:
    """The results that `expect` and `record` have kept beside the outputs: of each name all different ones."""
    found: dict[str, list] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for name, value in output.get("metadata", {}).get("figures", {}).items():
                found.setdefault(name, [])
                found[name] += [value] if value not in found[name] else []
    return found


def to_read(notebook):
    """A copy as a page shows it: a picture has its words in metadata.caption; what shows nothing is gone.

    A cell that held nothing but the words of a picture stays, and is empty.
    """
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("data", output)]
    for cell, below in zip(copy.cells, copy.cells[1:]):
        words = CAPTION.match(below.source) if has(below, "caption") else None
        if words and any(map(is_picture, cell.get("outputs", []))):
            cell.metadata["caption"] = f"{words[2][0].upper()}{words[2][1:]}"
            below.source = below.source[words.end() :]
    return copy


def spoken(markdown: str) -> str:
    """Markdown as a screen reader should say it: no marks, no TeX."""
    text = re.sub(r"[*`$\\{}]", "", markdown.replace(r"\odot", "times"))
    return " ".join(text.split())


# --------------------------------------------------------------------------------------- lessons


@dataclass(frozen=True)
class Lesson:
    path: Path  # of its notebook

    @property
    def number(self) -> int:
        return int(self.path.stem.partition("-")[0])

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def room(self) -> Path:
        return self.path.with_suffix("")

    @cached_property
    def notebook(self):
        return nbformat.read(self.path, as_version=4)

    @property
    def parts(self) -> list[str]:
        """What its room needs."""
        return [*PARTS] if NUMBER.match(self.name) else OF_PROJECT

    @cached_property
    def settings(self) -> dict:
        """What lesson.toml says. Raises ValueError, which names the file."""
        file, found = self.room / "lesson.toml", {key: what() for key, what in MORE.items()}
        if file.name in self.parts:
            try:
                found |= tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, tomllib.TOMLDecodeError) as error:
                raise ValueError(f"{from_root(file)} cannot be read: {error}") from None
            for key, what in (KEYS | MORE).items():
                if not isinstance(found.get(key), what):
                    raise ValueError(f"{from_root(file)} needs {key} = ..., a {what.__name__}, as in the other rooms")
        return found | {key: say(found[key]) for key in KEYS if key in found}

    @property
    def studies(self) -> list[Path]:
        """The longer notebooks in its room, by name."""
        return sorted(self.room.glob("*.ipynb"))

    @cached_property
    def results(self) -> list[dict[str, list]]:
        """What the lesson recorded, and each of its studies."""
        return [recorded(nbformat.read(path, as_version=4)) for path in [self.path, *self.studies]]

    def figure(self, name: str):
        """What the lesson or one of its studies recorded under a name. Raises LookupError unless that is one value."""
        asked = re.fullmatch(r"([\w-]+), (.+), (\d+)", name)
        if asked and asked[1] in [cell.id for cell in self.notebook.cells]:
            return self.printed_number(*asked.groups())
        found = [value for notebook in self.results for value in notebook.get(name, [])]
        if len(found) != 1:
            raise LookupError(f'{self.name} and its studies recorded {len(found)} results "{name}", not one')
        return found[0]

    def printed_number(self, cell_id: str, words: str, count: str) -> str:
        """("l2-c014", "LSTM", "3") is the third number that this cell printed behind the first "LSTM".

        "…" among the words is whatever it printed in between.
        """
        printed = [cell.outputs for cell in self.notebook.cells if cell.id == cell_id]
        text = "".join(output.get("text", "") for outputs in printed for output in outputs)
        number = r"(?:[^\n]*?(?<![\d.])(-?\d+(?:\.\d+)?)(?![\d.]))"
        line = re.search(rf"{re.escape(words).replace('…', '(?s:.*?)')}(?![\d.]){number}{{{count}}}", text)
        if not line:
            raise LookupError(f'{cell_id} printed no number {count} behind "{words}"')
        return line[1]


def lessons() -> list[Lesson]:
    """In the order of their numbers."""
    found = [Lesson(path) for path in ROOT.glob("notebooks/*.ipynb") if NUMBER.match(path.name)]
    return sorted(found, key=lambda lesson: lesson.number)


def projects() -> list[Lesson]:
    """The notebooks without a number, by name."""
    return [Lesson(path) for path in sorted(ROOT.glob("notebooks/*.ipynb")) if not NUMBER.match(path.name)]


def from_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ----------------------------------------------------------------------------- what is missing or wrong


def wrong_in_notebook(path: Path, room: Path) -> Iterator[str]:
    """What no tool knows in a lesson or a study."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for tag in sorted({*cell.metadata.get("tags", [])} - TAGS):
            yield f'{from_root(path)}: no tool knows the tag "{tag}" of {cell.id}. Take it away, or see tests/README.md'
        study = cell.metadata.get("study")
        if study and not (room / f"{study}.ipynb").is_file():
            yield f'{from_root(path)}: {cell.id} quotes the study "{study}", which is not in {from_root(room)}'
        if has(cell, "caption") and not CAPTION.match(cell.source):
            yield f"{from_root(path)}: {cell.id} has the tag caption, and does not begin with a paragraph in italics"
    for exercise in exercises_of(notebook):
        if not exercise.checks:
            yield f"{from_root(path)}: exercise {exercise.number} has no cell with the tag check"


def wrong_in_room(lesson: Lesson) -> Iterator[str]:
    """What lesson.toml names and does not exist; what lies in the room and nobody needs."""
    file, cells = from_root(lesson.room / "lesson.toml"), {cell.id for cell in lesson.notebook.cells}
    for name, cell in lesson.settings["figures"].items():
        if cell not in cells:
            yield f"{file} puts the figure {name} into the section of {cell}, which is no cell of {lesson.path.name}"
    known = {*lesson.parts} | {path.stem + end for path in lesson.studies for end in (".ipynb", ".pt")}
    for path in sorted(lesson.room.iterdir()):
        if path.name not in known and not path.name.startswith((".", "__pycache__")) | path.name.endswith(OF_OTHERS):
            yield f"{from_root(path)}: no lesson needs it. Move it away"


def problems(lesson: Lesson) -> list[str]:
    """What is missing in a lesson's room, and what is wrong; each names the file and the remedy."""
    missing = [name for name in lesson.parts if not (lesson.room / name).is_file()]
    found = [f"{from_root(lesson.room / name)} is missing: {PARTS[name]}" for name in missing]
    try:
        for path in [lesson.path, *lesson.studies]:
            found += wrong_in_notebook(path, lesson.room)
        found += wrong_in_room(lesson) if not missing else []
    except ValueError as error:
        found.append(str(error))
    return found


def main() -> int:
    """How many problems there are, which it prints."""
    wanted, count = sys.argv[1:], 0
    found = [each for each in [*lessons(), *projects()] if not wanted or each.name.partition("-")[0] in wanted]
    if not found:
        sys.exit(f"There is no lesson {wanted[0]}: it would be notebooks/{wanted[0]}-name.ipynb.")
    for lesson in found:
        said = problems(lesson)
        print(f"{lesson.name}: {'not whole:' if said else 'whole'}", *(f"    {line}." for line in said), sep="\n")
        count += len(said)
    return count


if __name__ == "__main__":
    sys.exit(main() > 0)
