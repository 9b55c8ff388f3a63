"""The question bank is whole and true, and Moodle can read it."""

import re

import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn
from torch.nn.functional import cosine_similarity, dropout
from torch.nn.utils.rnn import pack_sequence

import torchnlp
from tools.lesson import Lesson, exercises_of, headings, lessons
from tools.teaching import questions as bank

pytestmark = pytest.mark.slow

BANKS = {lesson: bank.read_lesson(lesson) for lesson in lessons()}
QUESTIONS = [question for each in BANKS.values() for question in each.questions]

each_lesson = pytest.mark.parametrize("lesson", BANKS, ids=lambda lesson: lesson.name)


# ------------------------------------------------------------------------------------------ whole


@each_lesson
def test_a_place_that_is_named_exists(lesson):
    titles = [title for cell in lesson.notebook.cells for level, title in headings(cell) if level == 2]
    sections = {f"section {title.partition('.')[0]}" for title in titles}
    places = sections | {f"exercise {exercise.number}" for exercise in exercises_of(lesson.notebook)}
    assert {question.where for question in BANKS[lesson].questions if question.where} <= places


@each_lesson
def test_the_questions_to_be_said_in_a_sentence_are_all_read(lesson):
    said = (lesson.room / "questions.md").read_text(encoding="utf-8").split("\n# In a sentence\n")[1]
    assert len(BANKS[lesson].essays) == said.count("\n- ") == said.count("\n  - ") >= 10


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


# ------------------------------------------------------------------------------------------ true


def count(layer):
    return f"{sum(weight.numel() for weight in layer.parameters()):,}"


def test_what_pytorch_can_say_of_questions_and_answers_is_what_it_says(news):
    """Title: what PyTorch says. The question or its answer must say it too, and no wrong answer may."""
    two_layers = nn.GRU(64, 32, 2, batch_first=True, bidirectional=True)
    output, h_n = two_layers(torch.randn(8, 20, 64))
    states, last = nn.RNN(64, 32, batch_first=True)(torch.randn(3, 5, 64))
    packed = pack_sequence(torch.arange(1, 10).split([5, 3, 1]))
    counter = nn.RNN(1, 1, nonlinearity="relu", batch_first=True, bidirectional=True).requires_grad_(False)
    adds = {"bias_ih_l0": 1, "bias_ih_l0_reverse": 10, "weight_hh_l0": 1, "weight_hh_l0_reverse": 1}
    for name, weight in counter.named_parameters():
        weight.fill_(adds.get(name, 0))
    words, vectors = torchnlp.load_vectors()
    good, bad = (torch.tensor(vectors[words.index(word)]) for word in ("good", "bad"))
    computed = {
        "What nn.RNN returns": f"`states` {list(states.shape)} and `last` {list(last.shape)}",
        "Joined, not added": str([32, 32 + 64]),
        "Three gates, how many blocks?": count(nn.LSTM(64, 32)),
        "Batch sizes": str(packed.batch_sizes.tolist()),
        "The order of data": " ".join(map(str, packed.data.tolist())),
        "Kept, and doubled": str(dropout(torch.ones(99), 0.5, True).max().item()),
        "Shapes": f"`output` {list(output.shape)} and `h_n` {list(h_n.shape)}",
        "A network that counts": " and ".join(f"{n:.0f}" for n in counter(torch.zeros(1, 5, 1))[0][0, -1]),
        "What a second layer reads": str(two_layers.weight_ih_l1.shape[1]),
        "One more direction": count(nn.GRU(64, 32, bidirectional=True)),
        "Good and bad": f"about {cosine_similarity(good, bad, 0):.1f}",
    }
    named = {question.title: question for question in QUESTIONS}
    for title, said in computed.items():
        assert said in named[title].answer, title
        assert not any(said == text for text, _ in named[title].wrong), title
    assert f"{count(nn.RNN(64, 32))} weights" in named["Three gates, how many blocks?"].text
    assert f"{count(nn.GRU(64, 32))} weights" in named["One more direction"].text
    _, ids, _ = torchnlp.pad_length([(1, "")])
    assert ids.tolist() == [[torchnlp.UNK]] and "one token, `<unk>`" in named["An empty text"].answer


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
    gift = bank.gift(BANKS.values())
    assert re.findall(r"^\$CATEGORY: .*/Lesson (\d+)/Choose$", gift, flags=re.M) == [str(each.number) for each in BANKS]
    asked = [[*each.questions, *each.essays] for each in BANKS.values()]
    for question, (title, text, choices, said) in zip(sum(asked, []), parse_gift(gift), strict=True):
        assert title.startswith(question.name) and visible(text) == visible(question.text)
        expected = {visible(choice): choice == question.answer for choice, _ in question.shuffled()}
        assert {visible(choice): right for choice, right in choices.items()} == (expected if question.wrong else {})
        assert question.wrong or said


def test_signs_that_mean_something_are_escaped():
    nasty = r"a{b} = c ~ d # e : \n <pad> & 1 < 2"
    question = bank.Question("1.01", "Odd: {signs}", None, nasty, f"{nasty} yes", [(f"{nasty}~", nasty)])
    ((title, text, choices, _),) = parse_gift(bank.gift([bank.Bank(1, [question])]))
    assert (title, text) == ("1.01 Odd: {signs}", nasty)
    assert choices == {f"{nasty} yes": True, f"{nasty}~": False}
