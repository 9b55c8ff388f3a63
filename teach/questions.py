"""Make build/questions/questions.gift, the question bank of the course for Moodle.

The sources are questions.md in the lessons' rooms. INSTRUCTORS.md says how they are written.
"""

import re
import sys
from dataclasses import dataclass, field
from itertools import groupby

import mistune

from tools.lesson import ROOT, Lesson, from_root, lessons

MARKDOWN = mistune.create_markdown()
MARKDOWN.block.rules = ["blank_line"]  # a line that begins with "96." is no list
# A choice of a question, behind its "- [": is it right, what it says, why not.
CHOICE = re.compile(r"(?P<mark>[ x])\] (?P<text>.+)(?:\n  - (?P<why>.+))?\s*")
ESSAY = re.compile(r"^- (.+)\n  - (.+)$", flags=re.M)  # what is asked, and the answer


@dataclass
class Question:
    """To be chosen from; or, without wrong answers, to be said in a sentence."""

    name: str  # "1.03": the third of lesson 1; "1.s03": the third to be said in a sentence
    title: str
    where: str  # "section 5", or nothing
    text: str
    answer: str
    wrong: list[tuple[str, str]] = field(default_factory=list)  # (what it says, why not); the common one first


def read_lesson(lesson: Lesson) -> list[Question]:
    """Those to be chosen from, then those to be said in a sentence.

    Raises ValueError with the file and the heading of a section that is not as it should be.
    """
    found, file = [], lesson.room / "questions.md"
    if not file.is_file():
        raise ValueError(f"{from_root(file)} is missing: the lesson's part of the question bank")
    chosen, _, essays = file.read_text(encoding="utf-8").partition("\n# In a sentence\n")
    for count, section in enumerate(re.split(r"^## ", chosen, flags=re.M)[1:], 1):
        heading, body = section.split("\n", 1)
        title, _, where = heading.partition(" · ")
        text, *options = re.split(r"^- \[", body, flags=re.M)
        choices = [CHOICE.fullmatch(option) for option in options]
        right = [choice["text"] for choice in choices if choice and choice["mark"] == "x"]
        wrong = [(choice["text"], choice["why"]) for choice in choices if choice and choice["mark"] == " "]
        whole = text.strip() and all(choices) and all(why for _, why in wrong)
        if not whole or len(right) != 1 or len(wrong) < 2 or len({*right, *dict(wrong)}) < len(choices):
            needs = "a question needs a text, one answer, two other, wrong ones or more, each with its reason"
            raise ValueError(f'{from_root(file)}, "{title}": {needs}')
        found.append(Question(f"{lesson.number}.{count:02d}", title, where, " ".join(text.split()), right[0], wrong))
    said = ESSAY.findall(essays)
    if len(said) < len(re.findall(r"^- ", essays, flags=re.M)):
        raise ValueError(
            f"{from_root(file)}: each question to be said in a sentence needs its answer below it, after '  - '"
        )
    for count, (text, answer) in enumerate(said, 1):
        found.append(Question(f"{lesson.number}.s{count:02d}", " ".join(text.split()[:6]), "", text, answer))
    return found


def gift_text(text: str) -> str:
    """The characters that mean something in GIFT are escaped."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)


def gift_html(text: str) -> str:
    """A line of Markdown as HTML; what looks like a tag is text."""
    return gift_text(MARKDOWN(text).strip().removeprefix("<p>").removesuffix("</p>"))


def gift_question(question: Question) -> str:
    """Without wrong answers it is an essay, which a person reads; the student sees the answer afterwards."""
    name = gift_text(f"{question.name} {question.title}".replace("`", ""))
    lines, said = [f"::{name}::[html]{gift_html(question.text)} {{"], question.answer
    if question.wrong:
        said = f"Lesson {question.name.partition('.')[0]}, {question.where}." if question.where else ""
        for choice, why in sorted([(question.answer, "Right."), *question.wrong]):  # an order that says nothing
            mark = "=" if choice == question.answer else "~"
            lines.append(f"\t{mark}{gift_html(choice)}#{gift_html(why)}")
    if said:
        lines.append(f"\t####{gift_html(said)}")
    return "\n".join([*lines, "}"])


def category(question: Question) -> str:
    lesson, kind = question.name.partition(".")[0], "Choose" if question.wrong else "Say in a sentence"
    return f"$CATEGORY: Recurrent neural networks for text/Lesson {lesson}/{kind}"


def gift(questions: list[Question]) -> str:
    parts = ["// Recurrent neural networks for text: questions for Moodle, made by `make questions`."]
    for place, those in groupby(questions, category):
        parts += [place, *map(gift_question, those)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    try:
        text = gift([question for lesson in lessons() for question in read_lesson(lesson)])
    except ValueError as error:
        sys.exit(str(error))
    file = ROOT / "build" / "questions" / "questions.gift"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    print(f"{file.relative_to(ROOT)}: for Moodle (Question bank, Import, format GIFT)")
