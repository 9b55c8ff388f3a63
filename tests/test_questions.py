"""The question bank is whole, and Moodle can read it."""

import re

import pytest
from bs4 import BeautifulSoup

from tools.lesson import Lesson, exercises_of, headings, lessons
from tools.teaching import questions as bank

pytestmark = pytest.mark.slow

BANKS = {lesson: bank.read_lesson(lesson) for lesson in lessons()}
each_lesson = pytest.mark.parametrize("lesson", BANKS, ids=lambda lesson: lesson.name)


@each_lesson
def test_a_place_that_is_named_exists(lesson):
    titles = [title for cell in lesson.notebook.cells for level, title in headings(cell) if level == 2]
    sections = {f"section {title.partition('.')[0]}" for title in titles}
    places = sections | {f"exercise {exercise.number}" for exercise in exercises_of(lesson.notebook)}
    assert {question.where for question in BANKS[lesson] if question.where} <= places


@each_lesson
def test_the_questions_to_be_said_in_a_sentence_are_all_read(lesson):
    said = (lesson.room / "questions.md").read_text(encoding="utf-8").split("\n# In a sentence\n")[1]
    assert sum(not question.wrong for question in BANKS[lesson]) == said.count("\n- ") == said.count("\n  - ") >= 10


LACKING = {
    "no answer": "Why?\n\n- [ ] a\n  - no\n- [ ] b\n  - no\n",
    "no reason": "Why?\n\n- [x] a\n- [ ] b\n- [ ] c\n  - no\n",
    "no text": "- [x] a\n- [ ] b\n  - no\n- [ ] c\n  - no\n",
}


@pytest.mark.parametrize("body", LACKING.values(), ids=LACKING)
def test_a_question_that_lacks_something_is_named(tmp_path, monkeypatch, body):
    monkeypatch.setattr(bank, "short", lambda path: path.name)
    (tmp_path / "1-a").mkdir()
    (tmp_path / "1-a" / "questions.md").write_text(f"# Lesson 1\n\n## A riddle\n\n{body}", encoding="utf-8")
    with pytest.raises(ValueError, match=r'questions\.md, "A riddle"'):
        bank.read_lesson(Lesson(tmp_path / "1-a.ipynb"))


# ------------------------------------------------------------------------------------- for Moodle

# By the rules of readquestion() in Moodle's question/format/gift/format.php.
SIGNS = dict(zip(":#={}~", map(chr, range(0xE000, 0xE006))))  # an escaped sign, while the others are looked for


def plain(part):
    part = part.strip().removeprefix("[html]").translate({ord(held): sign for sign, held in SIGNS.items()})
    return BeautifulSoup(part, "html.parser").get_text().strip()


def parse_gift(text):
    """[(title, text, {choice: whether it is right}, what is said afterwards)]"""
    read = []
    for block in re.split(r"\n\s*\n", text.strip()):
        block = re.sub(r"\\([:#={}~\\])", lambda found: SIGNS.get(found[1], found[1]), block)
        if block.startswith(("//", "$CATEGORY:")):
            continue
        _, title, rest = block.split("::", 2)
        begin, end = rest.index("{"), rest.index("}")
        assert end == len(rest) - 1, block  # else it is a question with a gap
        answers, _, said = rest[begin + 1 : end].partition("####")
        choices = {}
        for choice in filter(None, map(str.strip, answers.replace("=", "~=").split("~"))):
            shown, _, why = choice.removeprefix("=").partition("#")
            assert why and not re.match(r"%-?\d", shown), choice  # a reason, and no weight
            choices[plain(shown)] = choice.startswith("=")
        assert not choices or sum(choices.values()) == 1, block
        read.append((plain(title), plain(rest[:begin]), choices, said.strip()))
    return read


def visible(markdown):
    return re.sub(r"[`*]", "", markdown)


def test_what_moodle_reads_is_what_stands_in_the_files():
    asked = sum(BANKS.values(), [])
    gift = bank.gift(asked)
    lessons_with_choices = re.findall(r"^\$CATEGORY: .*/Lesson (\d+)/Choose$", gift, flags=re.M)
    assert lessons_with_choices == [str(lesson.number) for lesson in BANKS]
    for question, (title, text, choices, said) in zip(asked, parse_gift(gift), strict=True):
        assert title.startswith(question.name) and visible(text) == visible(question.text)
        expected = {
            visible(choice): choice == question.answer for choice, _ in [(question.answer, ""), *question.wrong]
        }
        assert {visible(choice): right for choice, right in choices.items()} == (expected if question.wrong else {})
        assert question.wrong or said


def test_signs_that_mean_something_are_escaped():
    nasty = r"a{b} = c ~ d # e : \n <pad> & 1 < 2"
    question = bank.Question("1.01", "Odd:: {signs}", None, nasty, f"{nasty} yes", [(f"{nasty}~", nasty)])
    ((title, text, choices, _),) = parse_gift(bank.gift([question]))
    assert (title, text) == ("1.01 Odd:: {signs}", nasty)
    assert choices == {f"{nasty} yes": True, f"{nasty}~": False}
