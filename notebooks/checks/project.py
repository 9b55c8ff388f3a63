"""The checks of the project. Answers that try them: notebooks/project/answers.py."""

import copy
import functools
import itertools
import math
import random
from collections import Counter, defaultdict

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, recall_score
from sklearn.model_selection import StratifiedGroupKFold
from torch import nn

from checks.checking import exercise, must_be, must_be_like, must_be_number, must_equal, untouched
from torchnlp import PAD, UNK, run_rnn, say, split_words


def _copies(texts):
    words = [set(split_words(text)) for text in texts]
    pairs = itertools.combinations(range(len(texts)), 2)
    return [(i, j) for i, j in pairs if len(words[i] & words[j]) >= 0.6 * max(1, len(words[i] | words[j]))]


@exercise("1a", ours=_copies)
def check_copies(copies):
    number = torch.initial_seed()
    texts = [
        f"The lamp in street {number} is broken, please repair it", "Where can I bring old paint tins?",
        f"the lamp in street {number} is broken please repair it!", "A dog barks all night", "",
        f"Again: the lamp in street {number} is broken, please repair it", "A dog barks in the park all day",
        "Where can I bring old paint tins?", "A dog barks", "Bin full, again!", "bin full again",
    ]  # fmt: skip
    pairs = [(i, j) for i, j in copies(list(texts))]
    once = len({*pairs}) == len(pairs) and all(i < j for i, j in pairs)
    assert once, say("Each pair comes once, as (i, j) with i smaller than j.")
    for i, j in [(1, 7), (0, 2), (0, 5), (2, 5), (3, 8), (9, 10)]:
        said = say("It misses a pair: {first!r} and {second!r}. Do you use >= 0.6, and the words of tokenizer(text)?")
        assert (i, j) in pairs, said.format(first=texts[i], second=texts[j])
    extra = [(texts[i], texts[j]) for i, j in pairs if (i, j) not in _copies(texts)]
    said = say("These two share less than 0.6 of their words: {first!r} and {second!r}.")
    assert not extra, said.format(first=extra[0][0], second=extra[0][1])
    assert not copies(["", "A dog barks", ""]), say("Two texts without a word are no copies: they share none.")


def _kappa(first, second):
    return 1.0 if len({*first, *second}) == 1 else cohen_kappa_score(first, second)


@exercise("1b", ours=_kappa)
def check_kappa(kappa):
    rng = random.Random(torch.initial_seed())
    first = rng.choices(["waste", "parks", "water"], [6, 3, 1], k=40)
    second = [name if rng.random() < 0.8 else rng.choice(["waste", "parks"]) for name in first]
    agree, right = sum(a == b for a, b in zip(first, second)) / 40, _kappa(first, second)
    chance = (agree - right) / (1 - right)
    answer = kappa(list(first), list(second))
    must_be(answer, float, "kappa")
    slips = {
        say("That is the share on which they agree. What share would agree by chance?"): agree,
        say("Divide by the room that chance leaves: 1 - chance."): agree - chance,
    }
    must_be_number(answer, right, slips, say("It should be {right:.3f}, not {answer:.3f}."))
    said = say("If both give the same label to all texts, chance is 1: return 1.0.")
    assert abs(kappa(["a", "a"], ["a", "a"]) - 1) < 1e-6, said


def _split(labels, texts, seed=0):
    alike = np.eye(len(texts))
    for i, j in _copies(texts):
        alike[i, j] = 1
    _, groups = connected_components(alike)  # a copy of a copy is in the group, too
    folds = StratifiedGroupKFold(7, shuffle=True, random_state=seed).split(texts, labels, groups)
    valid, test, *others = [part.tolist() for _, part in folds]
    return sum(others, []), valid, test


def _table(seed):
    """200 rows with three labels, the last one rare, among them 30 copies with the label of their original.

    And 30 rows more with label 0: ten times two texts, and one that is a copy of both, while these two are none.
    The last 10 rows are copies with another label than their original's, which is 0.
    """
    rng = random.Random(seed)
    labels = [0] * 120 + [1] * 40 + [2] * 10
    texts = [" ".join(f"w{rng.randrange(900)}" for _ in range(12)) for _ in labels]
    chosen = rng.sample(range(170), 30)
    labels, texts = labels + [labels[i] for i in chosen], texts + [f"{texts[i].upper()}!" for i in chosen]
    for n in range(10):
        words = [f"chain{n}x{k}" for k in range(16)]
        texts += [" ".join(words[start : start + 12]) for start in (0, 4, 2)]
    texts += [f"{texts[i]}?" for i in rng.sample(range(120), 10)]
    return labels + [0] * 30 + [1] * 10, texts


@exercise("2", ours=_split)
def check_split(split):
    labels, texts = _table(torch.initial_seed())
    parts = [list(part) for part in split(list(labels), list(texts), seed=1)]
    assert len(parts) == 3, say("split returns three lists of places: training, validation, test.")
    places, pairs = Counter(place for part in parts for place in part), _copies(texts)
    said = say("Each row belongs to exactly one part: some are missing, or come twice.")
    assert sorted(places.elements()) == list(range(240)), said
    part_of = {place: k for k, part in enumerate(parts) for place in part}
    leaks = [pair for pair in pairs if part_of[pair[0]] != part_of[pair[1]]]
    kinds = {
        range(200): say("A leak: rows {i} and {j} are copies, and stand in two parts."),
        range(200, 230): say("Rows {i} and {j} stand in two parts. Is one of them a copy of a third text, too?"),
        range(230, 240): say("Rows {i} and {j} are copies with two different labels, and stand in two parts."),
    }
    for rows, said in kinds.items():
        apart = [pair for pair in leaks if pair[1] in rows]
        assert not apart, said.format(i=apart[0][0], j=apart[0][1])
    again, other = split(list(labels), list(texts), seed=1), split(list(labels), list(texts), seed=4)
    again, other = ([{*part} for part in each] for each in (again, other))
    said = say("The same seed should give the same parts, and another seed other parts.")
    assert again == [{*part} for part in parts] != other, said
    _must_be_stratified(labels, again)
    _must_be_stratified(labels, other)


def _must_be_stratified(labels, parts):
    for k, name in enumerate([say("training"), say("validation"), say("test")]):
        for label in range(3):
            share = sum(labels[place] == label for place in parts[k]) / labels.count(label) / (0.7, 0.15, 0.15)[k]
            said = say("Of label {label} the {name} part has {share:.1f} times its share of 70, 15 or 15 %.")
            assert 0.4 <= share <= 1.9, said.format(label=label, name=name, share=share)


@exercise("3", ours=lambda labels, answers: f1_score(labels, answers, average="macro"))
def check_macro_f1(macro_f1):
    rng = random.Random(torch.initial_seed())
    labels = rng.choices([0, 1, 2], [8, 3, 1], k=50) + [2, 3]  # 3 is never answered
    answers = [label if rng.random() < 0.6 else 0 for label in labels[:-2]] + [1, 4]  # no text has the label 4
    answer, right = macro_f1(list(labels), list(answers)), f1_score(labels, answers, average="macro")
    recall = recall_score(labels, answers, labels=range(4), average="macro")
    slips = {
        say("That is the accuracy: the frequent label decides it."): accuracy_score(labels, answers),
        say("That is the mean recall: answers that should not have been given count, too."): recall,
    }
    said = say("It should be {right:.3f}, not {answer:.3f}. Each label that occurs counts, with an F1 of 0, too.")
    must_be_number(answer, right, slips, said)
    said = say("Only the labels 0 and 2 occur in [0, 2, 2], and all answers are right: 1, not {answer:.3f}.")
    must_be_number(macro_f1([0, 2, 2], [0, 2, 2]), 1, {}, said)


def _make_vocabulary(texts):
    counts = Counter(word for text in texts for word in split_words(text))
    return ["<unk>", "<pad>", *(word for word, count in counts.most_common() if count > 1)]


@exercise("4a", ours=_make_vocabulary)
def check_make_vocabulary(make_vocabulary):
    rare = f"w{torch.initial_seed()}"
    texts = ["Bin, the bin", "the lamp is broken", f"the lamp {rare}"]
    words = make_vocabulary(list(texts))
    must_be(words, list, "make_vocabulary")
    assert words[:2] == ["<unk>", "<pad>"], say("Row 0 is <unk> and row 1 is <pad>: the list begins with these two.")
    said = say("{rare!r} comes once. Leave it out, then <unk> is trained on such words.")
    assert rare not in words, said.format(rare=rare)
    said = say("These texts have three words that come twice: the, bin and lamp. Cut them with tokenizer(text).")
    assert sorted(words[2:]) == ["bin", "lamp", "the"], said
    assert words[2] == "the", say("The most frequent words come first, so that a cut takes the rarest.")


def _make_batch(rows):
    labels, texts = zip(*rows)
    texts = [torch.tensor(ids or [UNK]) for ids in texts]
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=PAD)
    return torch.tensor(labels), padded, torch.tensor([len(ids) for ids in texts])


@exercise("4b", ours=_make_batch)
def check_make_batch(make_batch):
    rows = [(2, [5, 6, 7]), (0, [8]), (1, []), (2 + torch.initial_seed(), [9, 3])]
    labels, ids, lengths = untouched(make_batch, [(label, list(ids)) for label, ids in rows])
    right_labels, right_ids, right_lengths = _make_batch(rows)
    must_equal("labels", labels, right_labels, {})
    slips = {
        say("Short texts are filled up with PAD, which is 1; 0 is <unk>."): right_ids * (right_ids != PAD),
        say("An empty text is read as one <unk>: its row begins with UNK, and not with PAD."): right_ids.clamp(PAD),
    }
    must_equal("ids", ids, right_ids, slips)
    said = say("An empty text is read as one <unk>, so its length is 1.")
    must_equal("lengths", lengths, right_lengths, {said: torch.tensor([3, 1, 0, 2])})


class _Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(num_words, 50, padding_idx=PAD)
        self.embedding.weight.data *= 0.1
        self.rnn = nn.GRU(50, 32, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, ids, lengths):
        states, _ = run_rnn(self.rnn, self.dropout(self.embedding(ids)), lengths)  # [B, T, 64]
        return self.fc(self.dropout(states.sum(1) / lengths.unsqueeze(1)))  # [B, K]


@exercise("4c", ours=_Classifier)
def check_classifier(Classifier):
    net = Classifier(20, 3).train()
    must_be(net, nn.Module, "Classifier")
    weight = getattr(getattr(net, "embedding", None), "weight", torch.zeros(0))
    said = say("Section 5 fills self.embedding: a table of word vectors with 50 numbers each, [20, 50], not {size}.")
    assert weight.shape == (20, 50), said.format(size=[*weight.shape])
    short, long = [5, 6, 7], torch.randint(2, 20, (15,)).tolist()
    net.eval()
    both, alone = (_make_batch([(0, ids) for ids in texts])[1:] for texts in ([short, long], [short]))
    together = net(*both)
    must_be_like(together, torch.zeros(2, 3, requires_grad=True), say("What forward returns, logits [B, K],"))
    said = say(
        "In evaluation mode a batch gets another answer the second time: F.dropout wants training=self.training."
    )
    assert together.equal(net(*both)), said
    many = torch.cat([Classifier(20, 3).eval()(*both) for _ in range(8)])  # [16, 3]
    said = say("Its answers are never negative. Return the logits: cross_entropy takes the softmax itself.")
    assert many.min() < 0, said
    gap = (together[0] - net(*alone)[0]).abs().max()
    said = say("With a longer text beside it, the answer to a text changes by {gap:.3f}. Does it read padding?")
    assert gap < 1e-5, said.format(gap=gap)
    _must_read(net, long)


def _must_read(net, long):
    """All words of a text, and their order."""
    answer = net(*_make_batch([(0, long)])[1:])
    for place in (0, len(long) - 1):
        other = [*long[:place], 2 + (long[place] - 1) % 18, *long[place + 1 :]]
        moved = net(*_make_batch([(0, other)])[1:])
        assert not moved.allclose(answer), say("It does not read word {place} of a text.").format(place=place)
    turned = net(*_make_batch([(0, long[::-1])])[1:])
    what = say("The same words in another order get the same answer: this is a bag of words.")
    remedy = say("Put a cell (nn.RNN, nn.LSTM or nn.GRU) between the word vectors and the pooling.")
    assert not turned.allclose(answer, atol=1e-6), f"{what} {remedy}"


def _train_network(make, train, valid, seed=1, epochs=15, weights=None):
    torch.manual_seed(seed)
    net, best, losses = make(), {}, []
    optimizer = torch.optim.Adam(net.parameters(), lr=0.004)
    for _ in range(epochs):
        net.train()
        for places in torch.randperm(len(train)).split(32):
            labels, *inputs = _make_batch([train[i] for i in places])
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(*inputs), labels, weights).backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            labels, *inputs = _make_batch(valid)
            losses.append(nn.functional.cross_entropy(net(*inputs), labels).item())
        if losses[-1] == min(losses):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return net.eval(), losses


def _toy(seed):
    """Rows for training and validation, no two of them equal: the first word names the label, and in a fifth of the
    validation rows it lies. 101 and 141 rows, so that a last batch is smaller."""
    rng = random.Random(seed)

    def row(number, lies):
        label = rng.randrange(3)
        told = rng.randrange(3) if rng.random() < lies else label
        return label, [2 + told, *(5 + int(digit) for digit in oct(number)[2:])]

    return [row(n, 0) for n in range(101)], [row(n, 0.3) for n in range(101, 242)]


def _noting(calls):
    """A maker of networks that note in calls how they are asked, and whether a step's gradients begin at zero."""

    class Noting(_Classifier):
        def forward(self, ids, lengths):
            logits = super().forward(ids, lengths)
            rows = [tuple(row[:length]) for row, length in zip(ids.tolist(), lengths.tolist())]
            calls.append({"training": self.training, "trained": False, "rows": rows, "logits": logits.detach()})
            if logits.requires_grad:
                logits.register_hook(functools.partial(self.begin, calls[-1]))
            return logits

        def begin(self, call, gradient):
            call.update(trained=True, gradient=gradient)
            call.update(zero=all(p.grad is None or not p.grad.any() for p in self.parameters()))

    return functools.partial(Noting, 13, 3)


def _run(train_network, train, valid, **named):
    """The network, its losses, and how it was asked: (mode, rows) for each call."""
    calls = []
    net, losses = untouched(train_network, _noting(calls), train, valid, **named)
    must_be(net, nn.Module, "net")
    assert calls, say("No network of make() is asked: net = make(), without another name of a class.")
    said = say("{epochs} epochs have {epochs} validation losses, not {found}.")
    assert len(losses) == named["epochs"], said.format(epochs=named["epochs"], found=len(losses))
    return net, [float(loss) for loss in losses], calls


def _must_train(calls, train, epochs):
    """Each epoch trains on all training texts, and on no other, in training mode, with gradients of one batch."""
    steps = [call for call in calls if call["trained"]]
    read = [row for call in steps for row in call["rows"]]
    counts, texts = Counter(read), {tuple(ids) for _, ids in train}
    said = say("It trains on texts of the validation part. Then their loss no longer tells which epoch is best.")
    assert counts.keys() <= texts, said
    said = say("It trains in evaluation mode, without dropout: net.train() before each epoch.")
    assert all(call["training"] for call in steps), said
    said = say("The gradients of all batches add up: optimizer.zero_grad() for each batch, before backward.")
    assert all(call["zero"] for call in steps), said
    said = say("Each epoch should train on each training text once: some are left out, or come more often.")
    assert all(counts[text] == epochs for text in texts), said
    said = say("Each epoch reads the texts in the same order: shuffle them anew, by torch.randperm(len(train)).")
    assert read[: len(train)] != read[len(train) : 2 * len(train)], said
    said = say("cross_entropy takes the softmax itself: give it the logits in training, and not probabilities.")
    assert steps[0]["gradient"].abs().sum() > 0.8, said  # 4/3 at the start; with two a third of it


def _must_validate(calls, losses, valid, weights):
    """Each loss is the mean over all validation texts, without weights and without dropout."""
    asked, answers = [call for call in calls if not call["trained"]], defaultdict(list)
    said = say("It validates in training mode: switch dropout off with net.eval() before you validate.")
    assert not any(call["training"] for call in asked), said
    for row, logits in ((row, logits) for call in asked for row, logits in zip(call["rows"], call["logits"])):
        answers[row].append(logits)
    each = [torch.stack(logits) for logits in zip(*(answers[tuple(ids)] for _, ids in valid))]  # [N, K], time by time
    targets = torch.tensor([label for label, _ in valid])

    def are_losses(weights):
        truths = iter([nn.functional.cross_entropy(logits, targets, weights).item() for logits in each])
        return all(any(abs(loss - truth) < 1e-4 for truth in truths) for loss in losses)  # in this order

    said = say("weights belong to training alone: in the validation loss each text counts the same.")
    assert not are_losses(weights), said
    said = say("Each epoch ends with the validation loss, the mean over all validation texts: {losses} are others.")
    assert are_losses(None), said.format(losses=[round(loss, 3) for loss in losses])


def _must_be_best(net, losses, valid):
    """The network of the epoch with the smallest loss, in evaluation mode."""
    assert not net.training, say("The network comes back in training mode: its dropout is on. Call net.eval().")
    labels, *inputs = _make_batch(valid)
    found = nn.functional.cross_entropy(net(*inputs), labels).item()
    last = say("It returns the last epoch, not the best one. Keep a deep copy of state_dict(): it goes on changing.")
    said = say("The best epoch's loss is {right:.3f}, but the network that comes back has {answer:.3f}.")
    must_be_number(found, min(losses), {last: losses[-1]}, said)


@exercise("4d", ours=_train_network)
def check_train_network(train_network):
    train, valid = _toy(torch.initial_seed())
    weights, found = torch.tensor([1.0, 0.2, 0.2]), []
    for seed, epochs, weight in ((1, 2, None), (1, 2, None), (2, 2, None), (1, 2, weights), (1, 12, None)):
        net, losses, calls = _run(train_network, train, valid, seed=seed, epochs=epochs, weights=weight)
        _must_train(calls, train, epochs)
        _must_validate(calls, losses, valid, weights)
        _must_be_best(net, losses, valid)
        found.append(losses)
    first, again, other, weighted, _ = found
    said = say(
        "The same seed should give the same network, another seed another: torch.manual_seed(seed) before make()."
    )
    assert again == first != other, said
    assert weighted != first, say("weights changes nothing: give it to cross_entropy in training.")
    labels, *inputs = _make_batch(train)
    loss = nn.functional.cross_entropy(net(*inputs), labels).item()
    said = say("It has hardly learnt: its training loss is {loss:.2f}, and without learning ln 3 = 1.10.")
    assert loss < 0.8, said.format(loss=loss)


def _class_weights(labels, num_classes):
    counts = torch.tensor(labels).bincount(minlength=num_classes)  # [K]
    return torch.where(counts > 0, len(labels) / (num_classes * counts.clamp(min=1)), 0.0)


@exercise("5", ours=_class_weights)
def check_class_weights(class_weights):
    labels = [0] * (12 + torch.initial_seed()) + [1] * 6 + [2] * 2
    counts = torch.tensor([labels.count(k) for k in range(3)])
    slips = {
        say("Those are the shares. A rare label needs a large weight: the inverse."): counts / len(labels),
        say("Divide by the number of classes, too."): _class_weights(labels, 3) * 3,
    }
    answer = class_weights(list(labels), 3)
    must_equal("class_weights", answer, _class_weights(labels, 3), slips)
    absent = class_weights([0, 2], 4)
    assert absent.isfinite().all() and absent[1] == 0, say("A class without a text gets the weight 0, and no infinity.")
    said = say("Divide by num_classes, even if some classes have no text.")
    must_equal("class_weights", absent, _class_weights([0, 2], 4), {said: torch.eye(4)[[0, 2]].sum(0)})


def _interval(share, count):
    error = math.sqrt(share * (1 - share) / count)
    return share - 2 * error, share + 2 * error


@exercise("6", ours=_interval)
def check_interval(interval):
    for share, count in ((0.8, 100), (0.6, 200 + torch.initial_seed())):
        low, high = interval(share, count)
        right, spread = _interval(share, count), share * (1 - share)
        assert low <= high, say("The lower end comes first, then the upper end.")
        slips = {
            say("Divide by the number of texts under the root: more texts, a narrower interval."): 4 * spread**0.5,
            say("That is one standard error to each side. Take two: about 95 %."): 2 * (spread / count) ** 0.5,
            say("The root is missing: sqrt(p (1 - p) / n)."): 4 * spread / count,
        }
        said = say("For {share} of {count} texts it should be {low:.3f} to {high:.3f}.")
        said = said.format(share=share, count=count, low=right[0], high=right[1])
        must_be_number(high - low, right[1] - right[0], slips, said)
        must_be_number(low, right[0], {}, said)
