"""The question bank is whole, and Moodle can read it."""

import pytest

from teach import questions as bank
from tools.lesson import Lesson, exercises_of, headings, lessons

BANKS = {lesson: bank.read_lesson(lesson) for lesson in lessons()}
each_lesson = pytest.mark.parametrize("lesson", BANKS, ids=lambda lesson: lesson.name)


@each_lesson
def test_a_place_that_is_named_exists(lesson):
    titles = [title for cell in lesson.notebook.cells for level, title in headings(cell) if level == 2]
    sections = {f"section {title.partition('.')[0]}" for title in titles}
    places = sections | {f"exercise {exercise.number}" for exercise in exercises_of(lesson.notebook)}
    assert {question.where for question in BANKS[lesson] if question.where} <= places


LACKING = {
    "no answer": "Why?\n\n- [ ] a\n  - no\n- [ ] b\n  - no\n",
    "no reason": "Why?\n\n- [x] a\n- [ ] b\n- [ ] c\n  - no\n",
    "no other answer": "Why?\n\n- [x] a\n- [ ] a\n  - no\n- [ ] b\n  - no\n",
    "no text": "- [x] a\n- [ ] b\n  - no\n- [ ] c\n  - no\n",
    "an essay without an answer": "Why?\n\n- [x] a\n- [ ] b\n  - no\n- [ ] c\n  - no\n\n# In a sentence\n\n- Why?\n",
}


@pytest.mark.parametrize("body", LACKING.values(), ids=LACKING)
def test_a_question_that_lacks_something_is_named(tmp_path, monkeypatch, body):
    monkeypatch.setattr(bank, "from_root", lambda path: path.name)
    (tmp_path / "1-a").mkdir()
    (tmp_path / "1-a" / "questions.md").write_text(f"# Lesson 1\n\n## A riddle\n\n{body}", encoding="utf-8")
    with pytest.raises(ValueError, match=r'questions\.md(, "A riddle"|: each question to be said)'):
        bank.read_lesson(Lesson(tmp_path / "1-a.ipynb"))


# By the rules of readquestion() in Moodle's question/format/gift/format.php.
SIGNS = r"a{b} = c ~ d # e : \n <pad> & 1 < 2"
ESCAPED = r"a\{b\} \= c \~ d \# e \: \\n &lt;pad&gt; &amp; 1 &lt; 2"
WANTED = f"""\
$CATEGORY: Recurrent neural networks for text/Lesson 7/Choose

::7.01 Odd\\:\\: \\{{signs\\}}::[html]{ESCAPED} {{
\t=<code>a</code> {ESCAPED}#Right.
\t~{ESCAPED}#why {ESCAPED}
\t~b#no
\t####Lesson 7, section 5.
}}

$CATEGORY: Recurrent neural networks for text/Lesson 7/Say in a sentence

::7.s01 Why::[html]{ESCAPED} {{
\t####{ESCAPED}
}}
"""


def test_moodle_gets_each_question_with_its_reasons_and_with_signs_escaped():
    wrong = [(SIGNS, f"why {SIGNS}"), ("b", "no")]
    chosen = bank.Question("7.01", "Odd:: `{signs}`", "section 5", SIGNS, f"`a` {SIGNS}", wrong)
    essay = bank.Question("7.s01", "Why", "", SIGNS, SIGNS)
    assert bank.gift([chosen, essay]).partition("\n\n")[2] == WANTED
