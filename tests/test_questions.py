"""The question bank is whole and true, Moodle can read it, and its exercises can be solved."""

import contextlib
import io
import re

import nbformat
import pytest
import torch
from bs4 import BeautifulSoup
from torch import nn
from torch.nn.functional import cosine_similarity, cross_entropy, dropout
from torch.nn.utils.rnn import pack_sequence

import torchnlp
from tools.teaching import questions as bank
from tools.teaching.student import FROM_STUDENT

pytestmark = pytest.mark.slow

LESSONS = [bank.read_lesson(file) for file in bank.FILES]
QUESTIONS = [question for lesson in LESSONS for question in lesson.questions]
EXERCISES = {f"{lesson.name[0]}-{each.number}": each for lesson in LESSONS for each in lesson.exercises}

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


# ------------------------------------------------------------------------------------------ whole


@each_lesson
def test_a_place_that_is_named_exists(lesson):
    text = (bank.ROOT / "notebooks" / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    for place in [question.where for question in lesson.questions if question.where]:
        kind, number = place.split()
        heading = {"section": rf'"## {number}\. ', "exercise": rf'"### Exercise {number}\. '}[kind]
        assert re.search(heading, text), place
    assert all(f'"### Exercise {exercise.number}. ' in text for exercise in lesson.exercises)


@each_lesson
def test_the_pairs_of_the_speaker_notes_are_all_there(lesson):
    notes = (bank.ROOT / "notebooks" / lesson.name / "notes.md").read_text(encoding="utf-8")
    assert len(lesson.asked) >= 0.9 * notes.count("**Ask") > 30
    assert sum(bool(pair.name) for pair in lesson.asked) == notes.count("**Ask (bank):**") >= 10
    assert not any("**Ask" in pair.text + pair.answer or "**Expect:**" in pair.text for pair in lesson.asked)


@pytest.mark.parametrize(
    "body",
    ["Why?\n\n- [ ] a\n  - no\n- [ ] b\n  - no\n", "Why?\n\n- [x] a\n- [ ] b\n- [ ] c\n  - no\n", "- [x] a\n"],
    ids=["no answer", "no reason", "no text"],
)
def test_a_question_that_lacks_something_is_named(tmp_path, monkeypatch, body):
    monkeypatch.setattr(bank, "read_asked", lambda file: [])
    (tmp_path / "1-a.md").write_text(f"# Lesson 1\n\n## A riddle\n\n{body}", encoding="utf-8")
    with pytest.raises(ValueError, match=r'1-a\.md, "A riddle"'):
        bank.read_lesson(tmp_path / "1-a.md")


# ------------------------------------------------------------------------------------------ true


def count(layer):
    return f"{sum(weight.numel() for weight in layer.parameters()):,}"


def test_what_code_can_say_of_questions_and_answers_is_that_of_the_code(news):
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
        "Before the first step": f"{cross_entropy(torch.zeros(1, 4), torch.tensor([0])):.2f}",
        "Joined, not added": str([32, 32 + 64]),
        "Half open at the start": f"About {100 * 0.5**10:.1f} %",
        "Written twice": f"At σ(4) = {torch.tensor(4.0).sigmoid():.2f}",
        "Three gates, how many blocks?": count(nn.LSTM(64, 32)),
        "A factor of 0.9": f"{100 * 0.9**40:.1f} %",
        "Batch sizes": str(packed.batch_sizes.tolist()),
        "The order of data": " ".join(map(str, packed.data.tolist())),
        "Kept, and doubled": str(dropout(torch.ones(99), 0.5, True).max().item()),
        "Shapes": f"`output` {list(output.shape)} and `h_n` {list(h_n.shape)}",
        "A network that counts": " and ".join(f"{n:.0f}" for n in counter(torch.zeros(1, 5, 1))[0][0, -1]),
        "What a second layer reads": str(two_layers.weight_ih_l1.shape[1]),
        "One more direction": count(nn.GRU(64, 32, bidirectional=True)),
        "Twice as long": f"{cosine_similarity(torch.tensor([1.0, 2]), torch.tensor([2.0, 4]), 0):.0f}",
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

# An entry by the rules of Moodle's manual, in which each sign that means something is escaped.
TEXT = r"((?:[^\\~=#{}:]|\\[\\~=#{}:])+)"
CHOICE = rf"\t([=~]){TEXT}#{TEXT}\n"
ENTRY = re.compile(rf"::{TEXT}::\[html\]{TEXT} {{\n((?:{CHOICE})*)(?:\t####{TEXT}\n)?}}")


def plain(part):
    return BeautifulSoup(re.sub(r"\\([\\~=#{}:])", r"\1", part), "html.parser").get_text()


def parse_gift(text):
    """[(title, text, {choice: whether it is right}, what is said afterwards)]"""
    read = []
    for block in text.strip().split("\n\n"):
        if not block.startswith(("//", "$CATEGORY: ")):
            entry = ENTRY.fullmatch(block)
            assert entry, block
            choices = {plain(choice): mark == "=" for mark, choice, _ in re.findall(CHOICE, entry[3])}
            read.append((plain(entry[1]), plain(entry[2]), choices, entry[7]))
    return read


def visible(markdown):
    return re.sub(r"[`*]", "", markdown)


def test_what_moodle_reads_is_what_stands_in_the_files():
    gift = bank.gift(LESSONS)
    assert re.findall(r"^\$CATEGORY: .*/Lesson (\d)/Choose$", gift, flags=re.M) == list("1234567")
    asked = [[*lesson.questions, *(pair for pair in lesson.asked if pair.name)] for lesson in LESSONS]
    for question, (title, text, choices, said) in zip(sum(asked, []), parse_gift(gift), strict=True):
        assert title.startswith(question.name) and visible(text) == visible(question.text)
        expected = {visible(choice): choice == question.answer for choice, _ in question.shuffled()}
        assert {visible(choice): right for choice, right in choices.items()} == (expected if question.wrong else {})
        assert question.wrong or said


def test_signs_that_mean_something_are_escaped():
    nasty = r"a{b} = c ~ d # e : \n <pad> & 1 < 2"
    question = bank.Question("1.01", "Odd: {signs}", None, nasty, f"{nasty} yes", [(f"{nasty}~", nasty)])
    ((title, text, choices, _),) = parse_gift(bank.gift([bank.Lesson("1-a", [], [question])]))
    assert (title, text) == ("1.01 Odd: {signs}", nasty)
    assert choices == {f"{nasty} yes": True, f"{nasty}~": False}


# -------------------------------------------------------------------------------------- to print


def test_the_pages_are_whole_and_the_sheet_gives_nothing_away():
    sheet, answers = (visible(plain(bank.make_page("A page", LESSONS, answers))) for answers in (False, True))
    for question in QUESTIONS:
        assert visible(question.text) in sheet and visible(question.text) in answers
        reason = visible(question.wrong[0][1])
        assert reason in answers and reason not in sheet
    assert "✓" not in sheet and answers.count("✓") == len(QUESTIONS) == answers.count("The common wrong one.")
    for exercise in EXERCISES.values():
        first = visible(exercise.solution.splitlines()[1])
        assert first in answers and first not in sheet
    assert all(visible(pair.answer) in answers for lesson in LESSONS for pair in lesson.asked)


# -------------------------------------------------------------------------------------- to solve


def said_by(exercise, answer):
    """What the check of an exercise prints about an answer."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec("\n".join([bank.PRELUDE, answer, exercise.check]), {})
    return out.getvalue()


OTHER = {"+": "-", "-": "+", "*": "+", "/": "*", "&": "|", ">": ">=", ">=": ">", "<": "<=", "<=": "<", "==": "!="}


def slips(solution):
    """The solution with its result turned round, and with one sign or number changed, for each of them."""
    yield re.sub(r"return (.+)$", r"return (\1).flip(0)", solution, flags=re.M)
    for found in re.finditer(r"(?<= )([-+*/&<>]|[<>=]=)(?= )|(?<![\w.])\d+\b", solution):
        other = OTHER.get(found[0]) or str(int(found[0]) + 1)
        yield solution[: found.start()] + other + solution[found.end() :]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_solution_is_right_and_a_stub_or_a_slip_is_told(name):
    exercise = EXERCISES[name]
    assert said_by(exercise, exercise.solution).endswith(": right\n")
    assert ": not yet." in said_by(exercise, exercise.stub)
    missed = [slip for slip in slips(re.sub("#.*", "", exercise.solution)) if "not yet" not in said_by(exercise, slip)]
    assert len(missed) <= 1, missed  # a sign may stand where the other one does as well


def test_the_notebooks_hold_stubs_and_checks_and_no_solution(tmp_path):
    bank.make_bank(LESSONS, tmp_path / "bank")
    assert (tmp_path / "bank" / "questions.gift").is_file() and (tmp_path / "bank" / "sheet.html").is_file()
    for lesson in LESSONS:
        notebook = nbformat.read(tmp_path / "bank" / "exercises" / f"{lesson.name}.ipynb", as_version=4)
        nbformat.validate(notebook)
        text = "\n".join(cell.source for cell in notebook.cells)
        for exercise in lesson.exercises:
            assert exercise.stub in text and exercise.check in text
            assert exercise.solution.split(":\n", 1)[1] not in text
        assert FROM_STUDENT in notebook.cells[1].source
