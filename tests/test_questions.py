"""The question bank is whole and true, Moodle can read it, and its exercises can be solved."""

import contextlib
import io
import re
from html import unescape
from xml.etree import ElementTree

import nbformat
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import torchnlp
from tools.teaching import questions as bank
from tools.teaching.student import FROM_STUDENT

pytestmark = pytest.mark.slow

LESSONS = sorted((bank.ROOT / "notebooks").glob("*.ipynb"))
FILES = sorted(bank.SOURCES.glob("*.md"))
QUESTIONS, ASKED, EXERCISES = bank.read_all()
IN_WRITING = [pair for pair in ASKED if pair.in_writing]
named = {question.title: question for question in QUESTIONS}


# ------------------------------------------------------------------------------------------ whole


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_place_that_is_named_exists(file):
    text = (bank.ROOT / "notebooks" / f"{file.stem}.ipynb").read_text(encoding="utf-8")
    for question in bank.read_questions(file):
        if question.where:
            kind, number = question.where.split()
            heading = {"section": rf'"## {number}\. ', "exercise": rf'"### Exercise {number}\. '}[kind]
            assert re.search(heading, text), f"{question.title}: {question.where}"
    asked = {int(number) for number in re.findall(r'"### Exercise (\d+)\.', text)}
    assert {int(exercise.number) for exercise in bank.read_exercises(file)} <= asked


def test_the_pairs_of_the_speaker_notes_are_all_there():
    for path in LESSONS:
        notes = (bank.NOTES / f"{path.stem}.md").read_text(encoding="utf-8")
        ours = [pair for pair in ASKED if pair.lesson == path.stem]
        assert len(ours) >= 0.9 * notes.count("**Ask") > 30
        assert sum(pair.in_writing for pair in ours) == notes.count("**Ask (bank):**") >= 10
        assert all(f"## {pair.cell} · " in notes for pair in ours)
        assert not any("**Ask" in pair.ask + pair.expect or "**Expect:**" in pair.ask for pair in ours)


@pytest.mark.parametrize(
    "body",
    ["Why?\n\n- [ ] a\n  - no\n- [ ] b\n  - no\n", "Why?\n\n- [x] a\n- [ ] b\n- [ ] c\n  - no\n", "- [x] a\n"],
    ids=["no answer", "no reason", "no text"],
)
def test_a_question_that_lacks_something_is_named(tmp_path, body):
    (tmp_path / "1-a.md").write_text(f"# Lesson 1\n\n## A riddle\n\n{body}", encoding="utf-8")
    with pytest.raises(ValueError, match=r'1-a\.md, "A riddle"'):
        bank.read_questions(tmp_path / "1-a.md")


# ------------------------------------------------------------------------------------------ true


def packed(lengths):
    ends = torch.tensor(lengths).cumsum(0)
    return pack_sequence(list(torch.arange(1, int(ends[-1]) + 1).split(lengths)))


def counter(x):
    """Two readers, one of which adds 1 at each step, the other 10."""
    rnn = nn.RNN(1, 1, nonlinearity="relu", batch_first=True, bidirectional=True).requires_grad_(False)
    for name, weight in rnn.named_parameters():
        weight.fill_(1 if "weight_hh" in name else 0)
    rnn.bias_ih_l0.fill_(1)
    rnn.bias_ih_l0_reverse.fill_(10)
    return rnn(x)


def glove(*words):
    listed, vectors = torchnlp.load_vectors()
    rows = torch.stack([torch.tensor(vectors[listed.index(word)]) for word in words])
    return nn.functional.normalize(rows, dim=1)


def count(layer):
    return f"{sum(weight.numel() for weight in layer.parameters()):,}"


def test_the_answers_that_code_can_give_are_those_of_the_code(news):
    """Title: what PyTorch says. The answer must say it too."""
    torch.manual_seed(0)
    two_layers = nn.GRU(64, 32, 2, batch_first=True, bidirectional=True)(torch.randn(8, 20, 64))
    states, last = nn.RNN(64, 32, batch_first=True)(torch.randn(3, 5, 64))
    nothing = torch.zeros(100, 4)
    computed = {
        "What nn.RNN returns": f"`states` {list(states.shape)} and `last` {list(last.shape)}",
        "Before the first step": f"{nn.functional.cross_entropy(nothing, nothing.argmax(1)):.2f}",
        "Joined, not added": str([32, 32 + 64]),
        "Half open at the start": f"About {100 * 0.5**10:.1f} %",
        "Written twice": f"At σ(4) = {torch.tensor(4.0).sigmoid():.2f}",
        "Three gates, how many blocks?": count(nn.LSTM(64, 32)),
        "A factor of 0.9": f"{100 * 0.9**40:.1f} %",
        "Batch sizes": str(packed([5, 3, 1]).batch_sizes.tolist()),
        "The order of data": " ".join(map(str, packed([5, 3, 1]).data.tolist())),
        "Kept, and doubled": str(nn.functional.dropout(torch.ones(99), 0.5, True).max().item()),
        "Shapes": f"`output` {list(two_layers[0].shape)} and `h_n` {list(two_layers[1].shape)}",
        "A network that counts": " and ".join(f"{n:.0f}" for n in counter(torch.zeros(1, 5, 1))[0][0, -1].tolist()),
        "What a second layer reads": str(nn.GRU(64, 32, 2, bidirectional=True).weight_ih_l1.shape[1]),
        "One more direction": count(nn.GRU(64, 32, bidirectional=True)),
        "Twice as long": f"{nn.functional.cosine_similarity(torch.tensor([1.0, 2]), torch.tensor([2.0, 4]), 0):.0f}",
        "Good and bad": f"about {glove('good', 'bad').prod(0).sum():.1f}",
    }
    for title, words in computed.items():
        assert words in named[title].answer, title
        assert not any(words == text for text, _ in named[title].wrong), title
    weights = {kind: count(getattr(nn, kind)(64, 32)) for kind in ("RNN", "GRU")}
    assert f"{weights['RNN']} weights" in named["Three gates, how many blocks?"].text
    assert any(f"{weights['GRU']}: three" in text for text, _ in named["Three gates, how many blocks?"].wrong)
    assert f"{weights['GRU']} weights" in named["One more direction"].text
    _, ids, _ = torchnlp.pad_length([(1, "")])
    assert ids.tolist() == [[torchnlp.UNK]] and "one token, `<unk>`" in named["An empty text"].answer


# ------------------------------------------------------------------------------------- for Moodle


def parse_gift(text):
    """[(category, title, text, [(right, choice, feedback)], general feedback)], by the rules of Moodle's manual."""
    special, found, category = r"(?<!\\)(?:\\\\)*", [], ""
    plain = lambda part: unescape(re.sub(r"\\([\\~=#{}:])", r"\1", part.strip()))  # noqa: E731
    for block in re.split(r"\n\s*\n", text):
        block = "\n".join(line for line in block.splitlines() if not line.startswith("//"))
        if block.startswith("$CATEGORY: "):
            category = block.removeprefix("$CATEGORY: ")
        elif block.strip():
            head = re.fullmatch(rf"::(.+?{special})::\[html\](.+?{special})\{{(.*{special})\}}\s*", block, flags=re.S)
            assert head, block
            title, stem, body = head.groups()
            body, _, general = body.partition("####")
            assert not re.search(rf"{special}[{{}}]", stem + body + general), block
            choices = re.findall(r"([=~])((?:\\.|[^\\=~#])*)#((?:\\.|[^\\=~#])*)", body)
            assert sum(len(a) + len(b) + 2 for _, a, b in choices) == len(body.lstrip()) or not choices, block
            choices = [(mark == "=", plain(choice), plain(said)) for mark, choice, said in choices]
            found.append((category, plain(title), plain(stem), choices, plain(general)))
    return found


def visible(markdown):
    return re.sub(r"[`*]", "", markdown)


def without_tags(html):
    return re.sub(r"</?(?:code|strong|em)>", "", html)


def test_what_moodle_reads_is_what_stands_in_the_files():
    read = parse_gift(bank.gift(QUESTIONS, ASKED))
    assert len(read) == len(QUESTIONS) + len(IN_WRITING)
    chosen = [entry for entry in read if entry[0].endswith("/Choose")]
    assert len(chosen) == len(QUESTIONS) and {entry[0].split("/")[1][-1] for entry in chosen} >= set("1234567")
    for question, (category, title, stem, choices, _) in zip(QUESTIONS, chosen, strict=True):
        assert f"/Lesson {question.lesson[0]}/" in category and title.startswith(question.name)
        assert [choice for right, choice, _ in choices if right] == [unescape(bank.html_of(question.answer))]
        assert len(choices) == len(question.wrong) + 1 and all(said for _, _, said in choices)
        assert without_tags(stem).replace("*", "") == visible(question.text)
    essays = [entry for entry in read if not entry[0].endswith("/Choose")]
    for pair, (_, _, stem, choices, general) in zip(IN_WRITING, essays, strict=True):
        assert choices == [] and stem == unescape(bank.html_of(pair.ask)) and general


def test_signs_that_mean_something_in_gift_are_escaped():
    assert bank.html_of("no tag: <pad>") == "no tag: &lt;pad&gt;"
    nasty = r"`a{b}` = c ~ d # e : \n <pad> & 1 < 2"
    question = bank.Question("1-a", "1.01", "Odd: {signs}", "section 1", nasty, nasty + " yes", [(nasty + "~", nasty)])
    ((_, title, stem, choices, _),) = parse_gift(bank.gift([question], []))
    assert title == "1.01 Odd: {signs}"
    assert without_tags(stem) == nasty.replace("`", "")
    assert sorted(without_tags(choice) for _, choice, _ in choices) == sorted(
        [nasty.replace("`", "") + " yes", nasty.replace("`", "") + "~"]
    )


# -------------------------------------------------------------------------------------- to print


def test_the_pages_are_whole_and_the_sheet_gives_nothing_away():
    pages = bank.make_pages(QUESTIONS, ASKED, EXERCISES)
    for text in pages.values():
        html = ElementTree.fromstring(re.sub(r"<(meta[^>]*)>", r"<\1/>", text).removeprefix("<!DOCTYPE html>"))
        said = "".join(html.itertext()).replace("*", "")
        assert "http" not in text and all(visible(question.text) in said for question in QUESTIONS)
    sheet, answers = pages["sheet.html"], pages["answers.html"]
    for question in QUESTIONS:
        assert bank.html_of(question.wrong[0][1]) in answers and bank.html_of(question.wrong[0][1]) not in sheet
    assert "✓" not in sheet and answers.count("✓") == len(QUESTIONS) == answers.count("The common wrong one.")
    for exercise in EXERCISES:
        first = exercise.solution.splitlines()[1].strip()
        assert first in unescape(answers) and first not in sheet
    assert all(bank.html_of(pair.expect) in answers for pair in ASKED)


# -------------------------------------------------------------------------------------- to solve


def said_by(exercise, answer):
    """What the check of an exercise prints about an answer."""
    space, out = {}, io.StringIO()
    exec(bank.PRELUDE, space)
    exec(compile(answer, "answer", "exec"), space)
    with contextlib.redirect_stdout(out):
        exec(compile(exercise.check, "check", "exec"), space)
    return out.getvalue()


WRONG = {  # a slip for each exercise, and a word of what its check must say
    ("1", "1"): ("keep * h + (1 - keep) * u", "(1 - keep) * h + keep * u", "old state"),
    ("1", "2"): ("-torch.inf", "0", "zero has won"),
    ("1", "3"): ("left >= n", "left > n", "For n = "),
    ("2", "1"): ("z * h + (1 - z) * n", "(1 - z) * h + z * n", "exchanged"),
    ("2", "2"): (" + 1)", ")", "not"),
    ("2", "3"): ("math.log(f)", "math.log(b + 2)", "left"),
    ("3", "1"): ("(lengths.unsqueeze(1) > steps).sum(0)", "lengths", "lengths"),
    ("3", "2"): ("return last", "return last.flip(0)", "longest text comes first"),
    ("3", "3"): ("sorted(range(len(sizes)), key=sizes.__getitem__)", "range(len(sizes))", "tokens: over"),
    ("4", "1"): ("text[:n]", "text[:n].flip(0)", "turned round|should be"),
    ("4", "2"): ("[front, labels[: max(0, len(labels) - delay)]]", "[labels[delay:], front]", "to the left"),
    ("4", "3"): ("-torch.inf", "0", "below -1"),
    ("5", "1"): ("context.mean(1)", "context.sum(1)", "sum of the neighbours"),
    ("5", "2"): ("table.clone()", "table", "has changed"),
    ("5", "3"): ("alike.masked_fill(nothing, 1)", "alike", "Row 0"),
    ("6", "1"): ("torch.tensor(ids[1:])", "torch.tensor(ids)", "one place ahead"),
    ("6", "2"): ("counts[row, token] += 1", "counts[row, token] = 1", "twice"),
    ("6", "3"): ("return -math.inf", "continue", "cannot be written"),
    ("7", "1"): ("(scores / keys.size(2) ** 0.5)", "scores", "root of D"),
    ("7", "2"): (" * kept", "", "step 0"),
    ("7", "3"): ("back & (", "(", "comes after it"),
}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: f"{exercise.lesson[0]}-{exercise.number}")
def test_a_solution_is_right_and_a_stub_or_a_slip_is_told(exercise):
    name = f"Exercise {exercise.number}"
    assert said_by(exercise, exercise.solution) == f"{name}: right\n"
    stub = said_by(exercise, exercise.stub)
    assert stub.startswith(f"{name}: not yet.") and "stops with" not in stub
    right, slip, words = WRONG[exercise.lesson[0], exercise.number]
    assert right in exercise.solution
    told = said_by(exercise, exercise.solution.replace(right, slip))
    assert told.startswith(f"{name}: not yet.") and re.search(words, told), told


def test_the_notebooks_hold_stubs_and_checks_and_no_solution(tmp_path):
    assert bank.make_bank(tmp_path / "bank") == (len(QUESTIONS), len(ASKED), len(EXERCISES))
    for file in FILES:
        notebook = nbformat.read(tmp_path / "bank" / "exercises" / f"{file.stem}.ipynb", as_version=4)
        nbformat.validate(notebook)
        text = "\n".join(cell.source for cell in notebook.cells)
        for exercise in bank.read_exercises(file):
            assert exercise.stub in text and exercise.check in text
            body = exercise.solution.split(":\n", 1)[1]
            assert body not in text
        assert FROM_STUDENT in notebook.cells[1].source
        assert not any(cell.get("outputs") for cell in notebook.cells)
    assert (tmp_path / "bank" / "questions.gift").is_file() and (tmp_path / "bank" / "sheet.html").is_file()
