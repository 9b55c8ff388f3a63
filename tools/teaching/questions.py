"""Make build/questions, the question bank of the course: for Moodle, to print, and second versions of exercises.

The sources are notebooks/questions/ (in Markdown) and the speaker notes. INSTRUCTORS.md says how they are written and
what is made of them. A second version of an exercise has three blocks of code: what the student gets, the check, the
solution.
"""

import re
import shutil
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from random import Random

import mistune
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.teaching.plain_page import page
from tools.teaching.slides import NOTES, read_notes
from tools.teaching.student import NAME, sets_up, student_edition

ROOT = Path(__file__).resolve().parents[2]

MARKDOWN = mistune.create_markdown()
MARKDOWN.block.rules = ["blank_line"]  # a line that begins with "96." is no list
SOURCES = ROOT / "notebooks" / "questions"
BUILT = ROOT / "build" / "questions"
OPTION = re.compile(r"- \[(?P<mark>[ x])\] (?P<text>.+)\n(?:  - (?P<why>.+)\n?)?")
PAIR = re.compile(r"\*\*Ask( \(bank\))?:\*\*\s(.+?)\s+\*\*Expect:\*\*\s(.+?)(?=\n\s*\n|\s\*\*Ask)", flags=re.S)
PRELUDE = """\
import math
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from torchnlp import *


def check(name, test):
    try:
        test()
        print(f"{name}: right")
    except AssertionError as error:
        print(f"{name}: not yet. {error}")
    except Exception as error:
        nothing = "It returns nothing so far. " * ("NoneType" in str(error))
        print(f"{name}: not yet. {nothing}({type(error).__name__}: {error})")"""


@dataclass
class Question:
    lesson: str  # "1-simple-rnn"
    name: str  # "1.03": the third of lesson 1
    title: str
    where: str  # "section 5", or nothing
    text: str
    answer: str
    wrong: list[tuple[str, str]] = field(default_factory=list)  # (what it says, why not); the common one first

    def shuffled(self) -> list[tuple[str, str]]:
        """What can be chosen, and what is said about it, in an order that stays the same and says nothing."""
        choices = [(self.answer, "Right."), *self.wrong]
        Random(self.name + self.title).shuffle(choices)
        return choices


@dataclass
class Asked:
    """A question of the speaker notes."""

    lesson: str
    cell: str
    title: str
    ask: str
    expect: str
    in_writing: bool  # it needs no slide, and what to expect can be shown to a student


@dataclass
class Exercise:
    """A second version of an exercise."""

    lesson: str
    number: str
    title: str
    text: str
    stub: str
    check: str
    solution: str


def lessons_of(things: list) -> list[str]:
    return list(dict.fromkeys(thing.lesson for thing in things))


def of(lesson: str, things: list) -> list:
    return [thing for thing in things if thing.lesson == lesson]


# ------------------------------------------------------------------------------------------ reading


def sections(file: Path) -> list[tuple[str, str]]:
    parts = re.split(r"^## (.+)\n", file.read_text(encoding="utf-8"), flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


def read_questions(file: Path) -> list[Question]:
    """The questions of a file. Raises ValueError with the file and the title of one that is not as it should be."""
    found = []
    for heading, body in sections(file):
        if heading.startswith("Exercise "):
            continue
        title, _, where = heading.partition(" · ")
        text, mark, rest = body.partition("\n- [")
        choices = (mark + rest).lstrip("\n")
        options = list(OPTION.finditer(choices))
        right = [option["text"] for option in options if option["mark"] == "x"]
        wrong = [(option["text"], option["why"]) for option in options if option["mark"] == " "]
        left = OPTION.sub("", choices).strip()
        if not text.strip() or left or len(right) != 1 or len(wrong) < 2 or not all(why for _, why in wrong):
            said = f"a text, one answer, two wrong ones or more, each with its reason. Not understood: {left[:60]!r}"
            raise ValueError(f'{file.name}, "{title}": a question needs {said}')
        name = f"{file.name[0]}.{len(found) + 1:02d}"
        found.append(Question(file.stem, name, title, where, " ".join(text.split()), right[0], wrong))
    return found


def read_exercises(file: Path) -> list[Exercise]:
    found = []
    for heading, body in sections(file):
        named = re.fullmatch(r"Exercise (\d+), second version: (.+)", heading)
        if named:
            text, *blocks = re.split(r"^```(?:python)?\n", body, flags=re.M)
            if len(blocks) != 6:
                raise ValueError(f'{file.name}, "{heading}": three blocks of code are needed')
            found.append(Exercise(file.stem, *named.groups(), text.strip(), *(b.strip("\n") for b in blocks[::2])))
    return found


def read_asked(file: Path) -> list[Asked]:
    """The pairs of a lesson's speaker notes: what is asked, and what is to be expected."""
    found = []
    for cell, section in read_notes(file).items():
        title = section.splitlines()[0].split(" · ")[-1]
        for mark, ask, expect in PAIR.findall(section + "\n\n"):
            found.append(Asked(file.stem, cell, title, " ".join(ask.split()), " ".join(expect.split()), bool(mark)))
    return found


# --------------------------------------------------------------------------------------- for Moodle


def html_of(text: str) -> str:
    """A line of Markdown as HTML; what looks like a tag is text."""
    return MARKDOWN(text).strip().removeprefix("<p>").removesuffix("</p>")


def gift_text(text: str) -> str:
    """The characters that mean something in GIFT are escaped."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)


def gift_html(text: str) -> str:
    return gift_text(html_of(text))


def gift_entry(name: str, title: str, text: str, choices: list[str], said: str) -> str:
    """Without choices it is an essay, which a person reads. said: what the student sees afterwards."""
    heading = f"::{gift_text(f'{name} {title}'.replace('`', ''))}::[html]{gift_html(text)} {{"
    return "\n".join([heading, *choices, *([f"\t####{gift_html(said)}"] if said else []), "}"])


def gift_question(question: Question) -> str:
    choices = []
    for choice, said in question.shuffled():
        mark = "=" if choice == question.answer else "~"
        choices.append(f"\t{mark}{gift_html(choice)}#{gift_html(said)}")
    said = f"Lesson {question.name[0]}, {question.where}." if question.where else ""
    return gift_entry(question.name, question.title, question.text, choices, said)


def gift(questions: list[Question], asked: list[Asked]) -> str:
    parts = ["// Recurrent neural networks for text: questions for Moodle, made by `make questions`."]
    for lesson in lessons_of(questions):
        category = f"$CATEGORY: Recurrent neural networks for text/Lesson {lesson[0]}"
        pairs = [pair for pair in of(lesson, asked) if pair.in_writing]
        parts += [f"{category}/Choose", *map(gift_question, of(lesson, questions))]
        parts += [f"{category}/Say in a sentence"]
        for i, pair in enumerate(pairs, 1):
            parts.append(gift_entry(f"{lesson[0]}.n{i:02d}", pair.title, pair.ask, [], pair.expect))
    return "\n\n".join(parts) + "\n"


# ------------------------------------------------------------------------------------------ to print


def question_html(question: Question, answers: bool) -> str:
    choices = []
    for choice, why in question.shuffled():
        said = html_of(choice)
        if answers and choice == question.answer:
            said = f'<span class="right">✓ {said}</span>'
        elif answers:
            mark = " <b>The common wrong one.</b>" if choice == question.wrong[0][0] else ""
            said += f"<p>{html_of(why)}{mark}</p>"
        choices.append(f"<li>{said}</li>")
    where = f'<p class="small">Lesson {question.name[0]}, {question.where}</p>' if answers and question.where else ""
    asked = f"<h3>{question.name} {html_of(question.title)}</h3>\n<p>{html_of(question.text)}</p>"
    return "\n".join([f'<section>{asked}\n<ol class="choices">', *choices, f"</ol>{where}</section>"])


def asked_html(asked: Asked) -> str:
    place = f'<p class="small">{escape(asked.title)} ({asked.cell})</p>'
    return f"<section>{place}<p><b>{html_of(asked.ask)}</b></p><p>{html_of(asked.expect)}</p></section>"


def exercise_html(exercise: Exercise) -> str:
    title = f"<h3>Exercise {exercise.number}, second version: {html_of(exercise.title)}</h3>"
    text = html_of(" ".join(exercise.text.split()))
    return f"<section>{title}<p>{text}</p><pre><code>{escape(exercise.solution, quote=False)}</code></pre></section>"


def make_pages(questions: list[Question], asked: list[Asked], exercises: list[Exercise]) -> dict[str, str]:
    """Name of a file: its text."""
    sheet, answers, links = [], [], []
    for lesson in lessons_of(questions):
        number = lesson[0]
        links.append(f'<a href="#lesson-{number}">Lesson {number}</a>')
        heading = f'<h2 id="lesson-{number}">Lesson {number}</h2>'
        sheet += [heading, *(question_html(question, answers=False) for question in of(lesson, questions))]
        answers += [heading, *(question_html(question, answers=True) for question in of(lesson, questions))]
        answers += ["<h3>From the speaker notes: what to ask, and what to expect</h3>"]
        answers += map(asked_html, of(lesson, asked))
        answers += ["<h3>Second versions of exercises, solved</h3>", *map(exercise_html, of(lesson, exercises))]
    nav = f"<nav>{' · '.join(links)}</nav>"
    return {"sheet.html": page("Questions", nav, *sheet), "answers.html": page("Answers", nav, *answers)}


# ------------------------------------------------------------------------------------------ to solve


def notebook_of(exercises: list[Exercise]):
    """A notebook with the second versions of a lesson: stubs and checks. It fetches the course as the lesson does."""
    lesson = exercises[0].lesson
    original = student_edition(nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4))
    set_up = next(filter(sets_up, original.cells))
    title = f"# Lesson {lesson[0]}: second versions of exercises\n\n"
    title += 'Each has a cell to fill in and a cell to check ("not yet" until you are there).'
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    cells = [new_markdown_cell(title, id="title"), set_up, new_code_cell(NAME, id="student-name", metadata=folded)]
    cells.append(new_code_cell(PRELUDE, id="imports"))
    for exercise in exercises:
        name = f"exercise-{exercise.number}"
        cells.append(new_markdown_cell(f"## Exercise {exercise.number}. {exercise.title}\n\n{exercise.text}", id=name))
        cells.append(new_code_cell(exercise.stub, id=f"{name}-stub"))
        check = f"# @title Check of exercise {exercise.number}\n{exercise.check}"
        cells.append(new_code_cell(check, id=f"{name}-check", metadata=folded))
    return new_notebook(cells=cells, metadata=original.metadata)


# ------------------------------------------------------------------------------------------- all of it


def read_all() -> tuple[list[Question], list[Asked], list[Exercise]]:
    files = sorted(SOURCES.glob("*.md"))
    questions = [question for file in files for question in read_questions(file)]
    asked = [pair for file in sorted(NOTES.glob("*.md")) for pair in read_asked(file)]
    return questions, asked, [exercise for file in files for exercise in read_exercises(file)]


def make_bank(folder: Path) -> tuple[int, int, int]:
    """Write all into a folder. Returns how many questions, pairs of the notes and exercises there are."""
    questions, asked, exercises = read_all()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "exercises").mkdir(parents=True)
    (folder / "questions.gift").write_text(gift(questions, asked), encoding="utf-8", newline="\n")
    for name, text in make_pages(questions, asked, exercises).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for lesson in lessons_of(exercises):
        nbformat.write(notebook_of(of(lesson, exercises)), folder / "exercises" / f"{lesson}.ipynb")
    return len(questions), len(asked), len(exercises)


def main() -> None:
    try:
        questions, asked, exercises = make_bank(BUILT)
    except ValueError as error:
        sys.exit(str(error))
    print(f"build/questions: {questions} questions with choices, {asked} of the speaker notes, {exercises} exercises")
    print("questions.gift is for Moodle, sheet.html to hand out; answers.html and its solutions are for you")


if __name__ == "__main__":
    main()
