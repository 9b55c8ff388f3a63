"""tools/questions.py: the question bank is whole and true, Moodle can read it, and its exercises can be solved."""

import contextlib
import functools
import io
import math
import random
import re
from html import unescape
from html.parser import HTMLParser

import nbformat
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

import lessons
import torchnlp
from tools import questions as bank
from tools.student import FROM_STUDENT
from torchnlp import PAD, UNK

pytestmark = pytest.mark.slow

LESSONS = sorted((bank.ROOT / "notebooks").glob("*.ipynb"))
FILES = sorted(bank.SOURCES.glob("*.md"))
QUESTIONS, ASKED, EXERCISES = bank.read_all()
IN_WRITING = [pair for pair in ASKED if pair.in_writing]
named = {question.title: question for question in QUESTIONS}


# ------------------------------------------------------------------------------------------ whole


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_lesson_has_ten_questions_and_three_exercises_or_more(file):
    assert (bank.ROOT / "notebooks" / f"{file.stem}.ipynb").is_file()
    assert len(bank.read_questions(file)) >= 10 and len(bank.read_exercises(file)) >= 3


def test_every_lesson_has_its_file():
    assert {file.name[0] for file in FILES} >= set("1234567")


def test_choices_differ_and_the_answer_cannot_be_told_by_its_place_or_its_length():
    places, longest = [], 0
    for question in QUESTIONS:
        choices = question.shuffled()
        assert len(set(choices)) == len(choices) == len(question.wrong) + 1 >= 3, question.title
        assert choices == question.shuffled()
        places.append(choices.index(question.answer))
        longest += len(question.answer) > max(len(text) for text, _ in question.wrong)
    assert len(named) == len(QUESTIONS), "two questions with one title"
    assert all(places.count(place) > len(QUESTIONS) / 8 for place in range(4))
    assert longest < 0.4 * len(QUESTIONS), f"{longest} of {len(QUESTIONS)} answers are the longest choice"


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


def test_a_question_in_writing_needs_no_slide_and_its_answer_is_for_the_student():
    """Words that only a teacher would be told, or that point at a slide."""
    stage = r"\b([Aa]loud|[Bb]oard|[Hh]ands|the room|Ask|Collect|Let them|Read the|Look at|Write the|Then run)\b"
    slide = r"\b([Tt]his (picture|table|code|slide|class)|arrow|before (I|you) run|these two lines)\b"
    assert [pair.expect for pair in IN_WRITING if re.search(stage, pair.expect)] == []
    assert [pair.ask for pair in IN_WRITING if re.search(slide, pair.ask)] == []


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


def shapes(*tensors):
    return " and ".join(str(list(tensor.shape)) for tensor in tensors)


def packed(lengths):
    ends = torch.tensor(lengths).cumsum(0)
    return pack_sequence(list(torch.arange(1, int(ends[-1]) + 1).split(lengths)))


def rows_of(lstm, gate):
    """Where in the bias the rows of a gate stand, by which of h and c they move."""
    x, found = torch.ones(1, 1, lstm.input_size), []
    for row in range(len(lstm.bias_ih_l0)):
        cell = nn.LSTM(lstm.input_size, lstm.hidden_size, batch_first=True)
        cell.load_state_dict(lstm.state_dict())
        cell.bias_ih_l0.data[row] += 1
        H = lstm.hidden_size
        start = torch.zeros(1, 1, H), torch.ones(1, 1, H)
        none = torch.zeros(1, 1, H), torch.zeros(1, 1, H)
        moves_c = not torch.equal(cell(x, start)[1][1], lstm(x, start)[1][1])
        without = not torch.equal(cell(x, none)[1][1], lstm(x, none)[1][1])
        found += [row] if moves_c and not without else []  # the forget gate moves c only where c held something
    return found


def counter(x, lengths=None):
    rnn = nn.RNN(1, 1, nonlinearity="relu", batch_first=True, bidirectional=True).requires_grad_(False)
    for name, weight in rnn.named_parameters():
        weight.fill_(1 if "weight_hh" in name else 0)
    rnn.bias_ih_l0.fill_(1)
    rnn.bias_ih_l0_reverse.fill_(10)
    if lengths is None:
        return rnn(x)
    states, last = rnn(pack_padded_sequence(x, torch.tensor(lengths), batch_first=True))
    return pad_packed_sequence(states, batch_first=True)[0], last


def glove(*words):
    listed, vectors = torchnlp.load_vectors()
    rows = torch.stack([torch.tensor(vectors[listed.index(word)]) for word in words])
    return nn.functional.normalize(rows, dim=1)


def moved_rows():
    layer = nn.Embedding(6, 3, padding_idx=PAD, sparse=True)
    before = layer.weight.detach().clone()
    optimizer = torchnlp.make_optimizer(layer)
    layer(torch.tensor([[2, 4, PAD]])).sum().backward()
    optimizer.step()
    return (layer.weight != before).any(1).nonzero().flatten().tolist()


def count(layer):
    return f"{sum(weight.numel() for weight in layer.parameters()):,}"


def test_the_answers_that_code_can_give_are_those_of_the_code():
    """Title: what PyTorch says. The answer must say it too."""
    torch.manual_seed(0)
    two_layers = nn.GRU(64, 32, 2, batch_first=True, bidirectional=True)(torch.randn(8, 20, 64))
    states, last = nn.RNN(64, 32, batch_first=True)(torch.randn(3, 5, 64))
    lstm = nn.LSTM(3, 2, batch_first=True).requires_grad_(False)
    sigmoid = torch.tensor(4.0).sigmoid().item()
    nothing = torch.zeros(100, 4)
    computed = {
        "What nn.RNN returns": f"`states` {list(states.shape)} and `last` {list(last.shape)}",
        "Before the first step": f"{nn.functional.cross_entropy(nothing, nothing.argmax(1)):.2f}",
        "Joined, not added": str([32, 32 + 64]),
        "Half open at the start": f"About {100 * 0.5**10:.1f} %",
        "Written twice": f"At σ(4) = {sigmoid:.2f}",
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
    assert f"{count(nn.RNN(64, 32))} weights" in named["Three gates, how many blocks?"].text
    assert any(f"{count(nn.GRU(64, 32))}: three" in text for text, _ in named["Three gates, how many blocks?"].wrong)
    assert f"{count(nn.GRU(64, 32))} weights" in named["One more direction"].text
    assert rows_of(lstm, "forget") == [2, 3] and named["Which rows?"].answer == "32 to 63"  # the second block of H rows
    c = torch.tensor([0.9], requires_grad=True)
    (0.7 * c + 0.2 * 0.5).backward()
    assert c.grad.item() == pytest.approx(0.7) and named["The factor along the cell state"].answer == "f"


def test_what_the_answers_on_pads_packing_and_directions_say_is_so(news):
    torch.manual_seed(0)
    rnn = nn.RNN(3, 2, batch_first=True).requires_grad_(False)
    states, _ = rnn(torch.cat([torch.randn(1, 2, 3), torch.zeros(1, 3, 3)], dim=1))
    assert (states[0, 2:] != states[0, 1]).any(1).all() and states[0, 2:].any(1).all()  # over the pads
    lstm = nn.LSTM(3, 2, batch_first=True).requires_grad_(False)
    x, lengths = torch.randn(3, 5, 3), torch.tensor([1, 5, 3])
    _, (h, _) = lstm(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
    own = [lstm(x[i : i + 1, :n])[1][0][0, 0] for i, n in enumerate(lengths)]
    assert torch.allclose(h[0], torch.stack(own), atol=1e-6)  # whose label, and which state
    assert torch.allclose(h[0], lstm(x)[0][torch.arange(3), lengths - 1], atol=1e-6)  # by an index
    same = pack_padded_sequence(x, torch.tensor([5, 5, 5]), batch_first=True)
    assert torch.allclose(lstm(same)[1][0], lstm(x)[1][0], atol=1e-6)  # one length
    with pytest.raises(RuntimeError, match="greater than 0"):  # an empty text
        pack_padded_sequence(x, torch.tensor([5, 3, 0]), batch_first=True)
    _, ids, lengths = torchnlp.pad_length([(1, "")])
    assert ids.tolist() == [[UNK]] and lengths.tolist() == [1] and "one token, `<unk>`" in named["An empty text"].answer
    output, h_n = counter(torch.zeros(2, 5, 1), [5, 3])
    assert output[1, -1].tolist() == [0, 0] and output[1, 2].tolist() == [3, 10]  # packed, then unpacked; half right
    assert h_n[:, 1].flatten().tolist() == [3, 30]
    with pytest.warns(UserWarning, match="dropout"):  # dropout in one layer
        alone = nn.GRU(3, 2, 1, dropout=1.0).train()
    assert alone(torch.ones(4, 1, 3))[0].any()
    stack = nn.GRU(3, 2, 3, dropout=1.0).train().requires_grad_(False)  # between three: only the input is cut off
    assert torch.equal(stack(torch.randn(4, 1, 3))[0], stack(torch.randn(4, 1, 3))[0])
    assert stack(torch.randn(4, 1, 3))[0].any()
    assert named["Dropout between three"].answer == "Those of layers 1 and 2."


def test_what_the_answers_on_word_vectors_say_is_so(tmp_path):
    table = torch.zeros(3, 2)
    layer = nn.Embedding.from_pretrained(table, freeze=False)
    layer(torch.tensor([1])).sum().backward()
    torch.optim.SGD(layer.parameters(), lr=1).step()
    assert table[1].tolist() == [-1, -1]  # given away
    assert moved_rows() == [2, 4]  # which rows move
    listed, vectors = torchnlp.load_vectors()
    unit = nn.functional.normalize(torch.tensor(vectors[:20_000]), dim=1)
    man, doctor, woman = (unit[listed.index(word)] for word in ("man", "doctor", "woman"))
    best = [listed[i] for i in (unit @ (woman + doctor - man)).topk(4).indices]
    assert best[0] == "doctor" and [word for word in best if word not in ("man", "doctor", "woman")][0] == "nurse"
    assert listed.count("apple") == 1
    assert {UNK, PAD} == {0, 1}


def lesson_code(name, *ids, **space):
    """The names that cells of a lesson define."""
    cells = nbformat.read(bank.ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    space |= {name: vars(torchnlp)[name] for name in ("UNK", "PAD")} | {"torch": torch, "nn": nn, "F": nn.functional}
    for source in [cell.source for cell in cells if cell.id in ids]:
        exec(compile(source, "lesson", "exec"), space)
    return space


def perplexity(*p):
    return torch.tensor(p).log().mean().neg().exp().item()


def test_what_the_answers_on_language_models_say_is_so():
    assert named["Perplexity with a pencil"].answer == f"{perplexity(1 / 2, 1 / 2, 1 / 8, 1 / 8):.0f}"
    assert named["From the loss"].answer == f"About {torch.tensor(5.30).exp():.0f}"
    assert named["Pads counted"].answer == f"{perplexity(0.01, 1):.0f}"
    assert perplexity(0.4, 0.1) == pytest.approx(5) == perplexity(0.1, 0.4)
    assert named["Better together"].answer == f"{perplexity((0.4 + 0.1) / 2, (0.1 + 0.4) / 2):.0f}"
    stories = random.Random(0).sample([n // 2 for n in range(20_000)], 20_000)  # each comes twice
    held, train = stories[:2_000], set(stories[2_000:])
    share = sum(story in train for story in held) / 2_000
    assert share == pytest.approx(0.9, abs=0.02) and named["Twins"].answer == "About 90 %"
    assert named["A tied table"].answer == f"{nn.Embedding(10_000, 50).weight.numel():,} weights."
    surprise = {"Sports": 41.0 - math.log(1 / 4), "Business": 41.5 - math.log(3 / 4)}
    assert named["Least surprised"].answer == min(surprise, key=surprise.get)
    torch.manual_seed(0)
    lstm, x = nn.LSTM(3, 4, batch_first=True), torch.randn(1, 50, 3, requires_grad=True)
    state = None
    for window in x.split(20, dim=1):  # what detach does; fifty letters ago
        before = tuple(part.detach() for part in state) if state else None
        assert before is None or torch.equal(before[0], state[0])
        states, state = lstm(window, before)
    states[0, -1].sum().backward()
    assert not x.grad[0, :40].any() and x.grad[0, 40:].any()
    assert not torch.equal(states, lstm(x[:, 40:])[0])  # the state was read


def test_what_the_answers_on_counting_and_sampling_say_is_so():
    read, asked = lessons.shifted([(9, [5, 6, 7, 2])])
    said = f"It reads {', '.join(map(str, read[0].tolist()))}; asked are {', '.join(map(str, asked[0].tolist()))}."
    assert named["Shifted by one"].answer == said
    count = functools.partial(lessons.count, start=9)
    chance_of = functools.partial(lessons.chance_of, V=12)
    oil, prices, rises, san, francisco = 3, 4, 5, 6, 7
    (shorter, (*counts, _)) = count([[oil, prices]] * 3 + [[oil, rises]], 2)
    left = chance_of([shorter, (*counts, 0.5)], [oil, 11], 1) / chance_of([shorter], [oil, 11], 1)
    assert named["What is saved"].answer == f"{left:.2f}"
    assert count([[san, francisco]] * 500, 2)[0][0][(francisco,)] == 1 and named["Francisco"].answer == "Once"
    tables = count([[3, 4, 5, 6], [8, 4, 5, 7]], 4)
    assert chance_of(tables, [7, 4, 5, 6], 3) == chance_of(tables[:3], [7, 4, 5, 6], 3) > 0  # 7, 4, 5 never came
    space = lesson_code("6-text-generation", "l6-c019", "l6-c601")
    colder = space["at"](0.5)(torch.tensor([[0.8, 0.2]]).log())[0]
    assert named["Colder"].answer == " and ".join(f"{p:.2f}" for p in colder.tolist())
    first = space["nucleus"](torch.tensor([[0.6, 0.2, 0.1, 0.06, 0.04]]).log(), 0.75)[0, 0]
    assert named["In the nucleus"].answer == f"{first:.2f}"
    rest = torch.arange(1.0, 100)
    sure = torch.cat([torch.tensor([0.99]), 0.01 * rest / rest.sum()]).log().unsqueeze(0)
    kept = [(p > 0).sum().item() for p in (space["top_k"](sure, 20), space["nucleus"](sure, 0.9))]
    assert named["Sure of itself"].answer == " and ".join(map(str, kept))


def test_what_the_answers_on_attention_and_scans_say_is_so():
    torch.manual_seed(0)
    _, handed = nn.LSTM(32, 64, batch_first=True)(torch.randn(1, 20, 32))
    scores = torch.tensor([0, math.log(3)])
    late = torch.zeros(4).softmax(0).masked_fill(torch.tensor([False, False, True, True]), 0)
    pairs = torch.randn(2, 20_000, 64).prod(0).sum(1)
    two = [0.2 * (0.5 * h + 1) + 3 for h in (0.0, 1.0)]
    reach, passes = 1, 0
    while reach < 1000:
        reach, passes = 2 * reach, passes + 1
    E = 256
    near = torch.ones(9, 9).tril() - torch.ones(9, 9).tril(-3)
    computed = {
        "What is handed over": str(sum(part.numel() for part in handed)),
        "A weighted mean": f"{scores.softmax(0) @ torch.tensor([10.0, 20.0]):.1f}",
        "Where the mask goes": f"1/{1 / late.max():.0f}",
        "The size of a score": f"{pairs.std():.0f}",
        "How many scores?": f"{(torch.randn(40, 8) @ torch.randn(8, 40)).numel():,}",
        "Two steps in one": f"{two[1] - two[0]:.1f} h + {two[0]:.1f}",
        "How many passes?": str(passes),
        "One more token": str(next(T for T in range(1, 1000) if 4 * E * E + 2 * T * E >= 6 * E * E)),
        "What the cache holds": f"{torch.zeros(2, 1000, 64).numel():,}",
        "Three, and three again": str(int((near @ near > 0)[-1].sum())),
    }
    for title, words in computed.items():
        assert named[title].answer.endswith(words), title
        assert not any(words == text for text, _ in named[title].wrong), title
    block, order = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(), torch.randperm(6)
    x = torch.randn(1, 6, 8)  # shuffled, and no positions
    assert torch.allclose(block(x)[:, order], block(x[:, order]), atol=1e-5)
    assert "the same, at the word's new place" in named["Shuffled, and no positions"].answer


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
    return re.sub(r"</?(?:code|b|i)>", "", html)


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
    nasty = r"`a{b}` = c ~ d # e : \n <pad> & 1 < 2"
    question = bank.Question("1-a", "1.01", "Odd: {signs}", "section 1", nasty, nasty + " yes", [(nasty + "~", nasty)])
    ((_, title, stem, choices, _),) = parse_gift(bank.gift([question], []))
    assert title == "1.01 Odd: {signs}"
    assert without_tags(stem) == nasty.replace("`", "")
    assert sorted(without_tags(choice) for _, choice, _ in choices) == sorted(
        [nasty.replace("`", "") + " yes", nasty.replace("`", "") + "~"]
    )


# -------------------------------------------------------------------------------------- to print


class Tags(HTMLParser):
    """Checks that every tag is closed in its place."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.open += [tag] if tag not in ("meta", "br") else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_pages_are_whole_and_the_sheet_gives_nothing_away():
    pages = bank.make_pages(QUESTIONS, ASKED, EXERCISES)
    for text in pages.values():
        tags = Tags()
        tags.feed(text)
        assert tags.open == [] and "http" not in text
        said = "".join(tags.text)
        assert all(visible(question.text) in said.replace("*", "") for question in QUESTIONS)
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
    ("1", "3"): ("-torch.inf", "0", "zero has won"),
    ("1", "2"): ("rng.shuffle", "random.shuffle", "rng alone"),
    ("2", "1"): ("math.log(f)", "math.log(b + 2)", "left"),
    ("2", "2"): ("z * h + (1 - z) * n", "(1 - z) * h + z * n", "exchanged"),
    ("2", "4"): (" + 1)", ")", "not"),
    ("3", "1"): ("(lengths.unsqueeze(1) > steps).sum(0)", "lengths", "lengths"),
    ("3", "2"): ("return last", "return last.flip(0)", "longest text comes first"),
    ("3", "3"): ("sorted(range(len(sizes)), key=sizes.__getitem__)", "range(len(sizes))", "tokens: over"),
    ("4", "1"): ("text[:n]", "text[:n].flip(0)", "turned round|should be"),
    ("4", "2"): ('(".", "!", "?")', '(".", "!")', "stay"),
    ("4", "3"): ("-torch.inf", "0", "below -1"),
    ("5", "1"): ("nn.functional.normalize(vectors, dim=1)", "vectors", "length 1"),
    ("5", "2"): ("alike.masked_fill(nothing, 1)", "alike", "Row 0"),
    ("5", "3"): ("table.clone()", "table", "has changed"),
    ("6", "1"): ("counts[row, token] += 1", "counts[row, token] = 1", "twice"),
    ("6", "2"): ("return -math.inf", "continue", "cannot be written"),
    ("6", "3"): (", reverse=True", "", "best comes first"),
    ("7", "1"): ("(scores / keys.size(2) ** 0.5)", "scores", "root of D"),
    ("7", "2"): ("back & (", "(", "comes after it"),
    ("7", "3"): ("a.cumprod(dim=1)", "a", "step 4"),
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
