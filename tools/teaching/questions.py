"""Make build/questions, the question bank of the course: for Moodle, to print, and second versions of exercises.

The sources are questions.md in the lessons' rooms and the speaker notes. INSTRUCTORS.md says how they are written and
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
from tools.teaching.slides import read_notes
from tools.teaching.student import NAME, sets_up, student_edition

ROOT = Path(__file__).resolve().parents[2]

MARKDOWN = mistune.create_markdown()
MARKDOWN.block.rules = ["blank_line"]  # a line that begins with "96." is no list
FILES = sorted(ROOT.glob("notebooks/*/questions.md"))
# A choice of a question, behind its "- [": is it right, what it says, why not.
CHOICE = re.compile(r"(?P<mark>[ x])\] (?P<text>.+)(?:\n  - (?P<why>.+))?\s*")
CODE = re.compile(r"^```python\n(.*?)\n```$", flags=re.S | re.M)
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
    """Of the bank, to be chosen from; or of the speaker notes, to be said in a sentence."""

    name: str  # "1.03": the third of lesson 1; nothing for one of the notes that makes sense on its slide alone
    title: str
    where: str  # "section 5", or nothing; for one of the notes the cell
    text: str
    answer: str
    wrong: list[tuple[str, str]] = field(default_factory=list)  # (what it says, why not); the common one first

    def shuffled(self) -> list[tuple[str, str]]:
        """What can be chosen, and what is said about it, in an order that stays the same and says nothing."""
        choices = [(self.answer, "Right."), *self.wrong]
        Random(self.name + self.title).shuffle(choices)
        return choices


@dataclass
class Exercise:
    """A second version of an exercise."""

    number: str
    title: str
    text: str
    stub: str
    check: str
    solution: str


@dataclass
class Lesson:
    name: str  # "1-simple-rnn"
    asked: list[Question]  # in the speaker notes
    questions: list[Question] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)


# ------------------------------------------------------------------------------------------ reading


def read_lesson(file: Path) -> Lesson:
    """Raises ValueError with the file and the heading of a section that is not as it should be."""
    lesson = Lesson(file.parent.name, read_asked(file.with_name("notes.md")))
    for section in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
        heading, body = section.split("\n", 1)
        if second := re.fullmatch(r"Exercise (\d+), second version: (.+)", heading):
            text, blocks = body.partition("```")[0].strip(), CODE.findall(body)
            if not text or len(blocks) != 3:
                raise ValueError(f'{file.name}, "{heading}": an exercise needs a text and three blocks of code')
            lesson.exercises.append(Exercise(*second.groups(), text, *blocks))
            continue
        title, _, where = heading.partition(" · ")
        text, *options = re.split(r"^- \[", body, flags=re.M)
        choices = [CHOICE.fullmatch(option) for option in options]
        right = [choice["text"] for choice in choices if choice and choice["mark"] == "x"]
        wrong = [(choice["text"], choice["why"]) for choice in choices if choice and choice["mark"] == " "]
        whole = text.strip() and all(choices) and all(why for _, why in wrong)
        if not whole or len(right) != 1 or len(wrong) < 2:
            needs = "a question needs a text, one answer, two wrong ones or more, each with its reason"
            raise ValueError(f'{file.name}, "{title}": {needs}')
        name = f"{lesson.name[0]}.{len(lesson.questions) + 1:02d}"
        lesson.questions.append(Question(name, title, where, " ".join(text.split()), right[0], wrong))
    return lesson


def read_asked(file: Path) -> list[Question]:
    """The pairs of a lesson's speaker notes: what is asked, and what is to be expected."""
    found, count = [], 0
    for cell, section in read_notes(file).items():
        title = section.splitlines()[0].split(" · ")[-1]
        for mark, ask, expect in PAIR.findall(section + "\n\n"):
            count += bool(mark)
            name = f"{file.name[0]}.n{count:02d}" if mark else ""
            found.append(Question(name, title, cell, " ".join(ask.split()), " ".join(expect.split())))
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


def gift_question(question: Question) -> str:
    """Without wrong answers it is an essay, which a person reads; the student sees the answer afterwards."""
    name = gift_text(f"{question.name} {question.title}".replace("`", ""))
    lines, said = [f"::{name}::[html]{gift_html(question.text)} {{"], question.answer
    if question.wrong:
        said = f"Lesson {question.name[0]}, {question.where}." if question.where else ""
        for choice, why in question.shuffled():
            mark = "=" if choice == question.answer else "~"
            lines.append(f"\t{mark}{gift_html(choice)}#{gift_html(why)}")
    if said:
        lines.append(f"\t####{gift_html(said)}")
    return "\n".join([*lines, "}"])


def gift(lessons: list[Lesson]) -> str:
    parts = ["// Recurrent neural networks for text: questions for Moodle, made by `make questions`."]
    for lesson in lessons:
        category = f"$CATEGORY: Recurrent neural networks for text/Lesson {lesson.name[0]}"
        parts += [f"{category}/Choose", *map(gift_question, lesson.questions)]
        parts += [f"{category}/Say in a sentence", *(gift_question(asked) for asked in lesson.asked if asked.name)]
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


def asked_html(asked: Question) -> str:
    place = f'<p class="small">{escape(asked.title)} ({asked.where})</p>'
    return f"<section>{place}<p><b>{html_of(asked.text)}</b></p><p>{html_of(asked.answer)}</p></section>"


def exercise_html(exercise: Exercise) -> str:
    title = f"<h3>Exercise {exercise.number}, second version: {html_of(exercise.title)}</h3>"
    text = html_of(" ".join(exercise.text.split()))
    return f"<section>{title}<p>{text}</p><pre><code>{escape(exercise.solution, quote=False)}</code></pre></section>"


def make_page(title: str, lessons: list[Lesson], answers: bool) -> str:
    links = [f'<a href="#lesson-{lesson.name[0]}">Lesson {lesson.name[0]}</a>' for lesson in lessons]
    parts = [f"<nav>{' · '.join(links)}</nav>"]
    for lesson in lessons:
        parts.append(f'<h2 id="lesson-{lesson.name[0]}">Lesson {lesson.name[0]}</h2>')
        parts += [question_html(question, answers) for question in lesson.questions]
        if answers:
            parts += ["<h3>From the speaker notes: what to ask, and what to expect</h3>"]
            parts += map(asked_html, lesson.asked)
            parts += ["<h3>Second versions of exercises, solved</h3>", *map(exercise_html, lesson.exercises)]
    return page(title, *parts)


# ------------------------------------------------------------------------------------------ to solve


def notebook_of(lesson: Lesson):
    """A notebook with the second versions of a lesson: stubs and checks. It fetches the course as the lesson does."""
    original = student_edition(nbformat.read(ROOT / "notebooks" / f"{lesson.name}.ipynb", as_version=4))
    set_up = next(filter(sets_up, original.cells))
    title = f"# Lesson {lesson.name[0]}: second versions of exercises\n\n"
    title += 'Each has a cell to fill in and a cell to check ("not yet" until you are there).'
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    cells = [new_markdown_cell(title, id="title"), set_up, new_code_cell(NAME, id="student-name", metadata=folded)]
    cells.append(new_code_cell(PRELUDE, id="imports"))
    for exercise in lesson.exercises:
        name = f"exercise-{exercise.number}"
        cells.append(new_markdown_cell(f"## Exercise {exercise.number}. {exercise.title}\n\n{exercise.text}", id=name))
        cells.append(new_code_cell(exercise.stub, id=f"{name}-stub"))
        check = f"# @title Check of exercise {exercise.number}\n{exercise.check}"
        cells.append(new_code_cell(check, id=f"{name}-check", metadata=folded))
    return new_notebook(cells=cells, metadata=original.metadata)


# ------------------------------------------------------------------------------------------- all of it


def make_bank(lessons: list[Lesson], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "exercises").mkdir(parents=True)
    pages = {"sheet.html": make_page("Questions", lessons, answers=False)}
    pages["answers.html"] = make_page("Answers", lessons, answers=True)
    for name, text in {"questions.gift": gift(lessons), **pages}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for lesson in lessons:
        nbformat.write(notebook_of(lesson), folder / "exercises" / f"{lesson.name}.ipynb")


if __name__ == "__main__":
    try:
        make_bank([read_lesson(file) for file in FILES], ROOT / "build" / "questions")
    except ValueError as error:
        sys.exit(str(error))
    print("build/questions: questions.gift is for Moodle, sheet.html to hand out; the rest is for you")
