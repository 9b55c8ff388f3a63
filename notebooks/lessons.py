"""What one lesson builds and a later one uses, in the order of the lessons.

Each function says which lesson has it. That lesson shows the same code, marked `# kept in lessons.py` (a test holds the
two equal), or imports it. Later lessons and the appendices import it:

    from lessons import Recaller, recall_sequences, train_recall

Shapes in comments: B texts in a batch, T tokens in its longest text, H the width of a state, K classes, V words.
"""

import csv
import html
import math
import random
import re
from collections import Counter
from functools import partial

import numpy as np
import torch
from scipy import stats
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from torch import nn
from torch.nn import functional as F

import torchnlp
from torchnlp import *  # as each lesson has it: its code stands here unchanged

# --------------------------------------------------------- lesson 1: a simple recurrent network


class RNNClassifier(nn.Module):
    """Ids [B, T] to logits [B, K] through an RNN; pool: states [B, T, H], real [B, T] -> [B, H]. Lesson 1, section 6"""

    def __init__(self, vocab_size, embed_dim, hidden_dim, num_class, pool):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=PAD)
        self.embedding.weight.data *= 0.1  # start small
        self.rnn = nn.RNN(embed_dim, hidden_dim, batch_first=True)
        self.fc = nn.Linear(hidden_dim, num_class)
        self.pool = pool

    def forward(self, x):  # x: ids [B, T]
        states, _ = self.rnn(self.embedding(x))  # [B, T, H]
        return self.fc(self.pool(states, x != PAD))  # [B, H] -> [B, K]


def paired_difference(a, b, texts=None, questions=1):
    """The lead of a over b, its standard error, the margin beyond which it is significant. Lesson 1, section 8.

    a, b: [seeds, N], 1 where right; texts: [N], the text of each answer, by default one for each; questions: how many
    leads are asked about (Bonferroni). With few seeds the margin is wider, by Student's t distribution.
    """
    gap = a.mean(0) - b.mean(0)  # [N], from -1 to 1
    texts = torch.arange(len(gap)) if texts is None else texts
    texts = texts.unique(return_inverse=True)[1]  # 0, 1, 2, ...
    sums = texts.bincount(gap - gap.mean())  # of the differences in each text
    n = len(sums)
    parts = [(sums.square().sum() / len(gap) ** 2 * n / (n - 1), n - 1)]
    for rows in (a.mean(1), b.mean(1)):  # one accuracy per seed
        if len(rows) > 1:
            parts.append((rows.var() / len(rows), len(rows) - 1))
    square = sum(part for part, _ in parts)
    freedom = square**2 / sum(part**2 / free for part, free in parts)  # Welch
    quantile = stats.t.ppf(1 - 0.025 / questions, freedom) if square else 0
    return gap.mean().item(), square.sqrt().item(), float(quantile * square.sqrt())


def spectral_radius(W):
    """The size of the largest eigenvalue of W [H, H]. Lesson 1, section 9."""
    return torch.linalg.eigvals(W.detach().cpu()).abs().max().item()


# ---------------------------------------------------------------------- lesson 2: LSTM gates

SYMBOLS = 8  # of the recall task


def recall_sequences(count, T, generator):
    """Sequences of the recall task [B, T], and their answers [B]. Lesson 2, section 1."""
    x = torch.randint(SYMBOLS, (count, T), generator=generator)  # [B, T]
    return x, x[:, 0]  # the answer is the first symbol


class Recaller(nn.Module):
    """Reads [B, T] symbols, answers [B, SYMBOLS] from the last state. Lesson 2, section 1."""

    def __init__(self, kind, forget=None, input=None):
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, 8)
        self.rnn = kind(8, 32, batch_first=True)  # nn.RNN, nn.LSTM or nn.GRU
        self.fc = nn.Linear(32, SYMBOLS)
        if forget is not None:
            set_gate_biases(self.rnn, forget, input)

    def forward(self, x):
        states, _ = self.rnn(self.embedding(x))  # [B, T, H]
        return self.fc(states[:, -1])  # [B, K]


def train_recall(net, T, seed, steps=250, rate=0.01, task=recall_sequences):
    """Train; returns the accuracies on new sequences, one each 25 steps. Lesson 2, section 1.

    A toy: it stays on the CPU, whatever the device.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    scheduler = linear_warmup_decay(optimizer, steps)
    curve = []
    for step in range(1, steps + 1):
        x, answers = task(128, T, generator)
        loss = nn.functional.cross_entropy(net(x), answers)
        optimizer.zero_grad()
        loss.backward()
        clip_gradient(net, 1)
        optimizer.step()
        scheduler.step()
        if step % 25 == 0:
            x, answers = task(500, T, generator)
            with torch.no_grad():
                curve.append((net(x).argmax(1) == answers).float().mean().item())
            if curve[-1] > 0.99:
                break
    return curve


# ------------------------------------------------- lesson 4: two directions, several layers


def format_mean(values, digits=3):
    """The mean of some seeds, and in brackets its standard error. Lesson 4, section 5."""
    mean, error = mean_and_sem(values)
    return f"{mean:.{digits}f}" + (f" ({error:.{digits}f})" if len(values) > 1 else "")


def end_state(states, last, lengths):
    """A pooling: the last hidden states [B, D H]. Lesson 4, section 4."""
    return last  # [B, D H]


def mean_state(states, last, lengths):
    """Mean pooling: states [B, T, D H], zero after a text's end, to [B, D H]. Lesson 4, section 6."""
    return states.sum(1) / lengths.to(states.device).unsqueeze(1)


class Recurrent(nn.Module):
    """An encoder: word vectors [B, T, 64] to states [B, T, width] and last [B, width]. Lesson 4, section 4."""

    def __init__(self, cell, hidden_dim=32, forget=None, **options):
        super().__init__()
        self.rnn = cell(64, hidden_dim, batch_first=True, **options)
        self.width = hidden_dim * (1 + self.rnn.bidirectional)  # D H
        if forget is not None:
            set_gate_biases(self.rnn, forget)

    def forward(self, vectors, lengths):
        return run_rnn(self.rnn, vectors, lengths)


class Words(nn.Module):
    """An encoder without any layer: its states are the word vectors. Lesson 4, section 6."""

    width = 64

    def forward(self, vectors, lengths):
        return vectors, None


class Window(nn.Module):
    """An encoder: each state from the word vectors of a window of odd width. Lesson 4, section 5."""

    def __init__(self, span=5, layers=1):
        super().__init__()
        self.width = 64  # of a state
        layer = partial(nn.Conv1d, 64, 64, span, padding=span // 2)  # zeros at the ends
        self.convolutions = nn.ModuleList(layer() for _ in range(layers))

    def forward(self, vectors, lengths):
        steps = torch.arange(vectors.size(1)).to(vectors.device)
        real = steps < lengths.to(vectors.device).unsqueeze(1)  # [B, T], the mask
        states = vectors.transpose(1, 2)  # [B, E, T]: Conv1d wants time last
        for convolution in self.convolutions:
            states = convolution(states).relu() * real.unsqueeze(1)  # padding: zeros
        return states.transpose(1, 2), None  # [B, T, 64]


class TextClassifier(nn.Module):
    """Ids [B, T] to logits [B, K]: word vectors, an encoder, a pooling, a linear layer. Lesson 4, section 4."""

    def __init__(self, encoder, vocab_size, num_class, pooling=end_state, drop=0.3):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 64, PAD, sparse=SPARSE)
        self.embedding.weight.data *= 0.1  # as in lesson 1
        self.encoder, self.pooling, self.dropout = encoder, pooling, nn.Dropout(drop)
        self.fc = nn.Linear(encoder.width, num_class)

    def forward(self, x, lengths):
        vectors = self.dropout(self.embedding(x))  # [B, T, E]
        states, last = self.encoder(vectors, lengths)  # [B, T, D H], [B, D H]
        return self.fc(self.dropout(self.pooling(states, last, lengths)))  # [B, K]


class Tagger(TextClassifier):
    """Ids [B, T] to logits [N, K], one row for each real token. Lesson 4, section 5."""

    def forward(self, x, lengths):
        vectors = self.dropout(self.embedding(x))  # [B, T, E]
        states = self.encoder(vectors, lengths)[0]  # [B, T, D H]
        return self.fc(self.dropout(states[x != PAD]))  # [N, 2]


def train_network(make, loader, seed, rate, epochs):
    """A new network, make(), trained on the loader's batches. Lesson 4, section 4."""
    seed_all(seed)
    net = make().to(device)
    fit(net, loader, epochs=epochs, lr=rate, clip=1, verbose=False)
    return net


def read_descriptions(file, dataset):
    """The descriptions of a file's articles with a title; else the dataset's texts. Lesson 4, section 5."""
    path, rows = torchnlp.vocab.folder / file, []
    if path.is_file():
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    if not rows or any(len(row) != 3 for row in rows):
        return [text for _, text in dataset]
    return [row[2] for row in rows if row[1].strip()] or [row[2] for row in rows]


def item_of(text):
    """labels [T] (1: begins with a capital), tokens in lower case, their ids [T]. Lesson 4, section 5."""
    tokens = re.findall(r"\w+|[.,!?()']", clean_headline(text)) or ["."]
    labels = torch.tensor([int(token[0].isupper()) for token in tokens])
    lower = " ".join(tokens).lower()
    return labels, lower, torch.tensor(encode(lower))


def flat(items):
    """All labels and all ids in a row: [N], [N]. Lesson 4, section 5."""
    labels, _, ids = zip(*items)
    return torch.cat(labels), torch.cat(ids)


def token_batch(items):
    """Collate: labels [N], ids [B, T], lengths [B]. Lesson 4, section 5."""
    labels, _, ids = zip(*items)
    lengths = torch.tensor([len(row) for row in ids])
    return Batch(torch.cat(labels), nn.utils.rnn.pad_sequence(ids, True, PAD), lengths)


def window_ngrams(items, width=2):
    """For each token the words, pairs and triples at most `width` tokens away. Lesson 4, section 5."""
    for _, lower, _ in items:
        edge = ["|"] * width  # the text begins, the text ends
        tokens = [*edge, *lower.split(), *edge]
        for t in range(len(tokens) - 2 * width):
            window = tokens[t : t + 2 * width + 1]
            runs = [(n, i) for n in (1, 2, 3) for i in range(len(window) + 1 - n)]
            yield [f"{i} {' '.join(window[i : i + n])}" for n, i in runs]


# ------------------------------------------------------------ lesson 5: pretrained embeddings


class NewsReader(nn.Module):
    """From a table of word vectors to logits [B, K]; the parts of the recipe as options. Lesson 5, section 5.

    table: [V, E]; forget: the bias of the forget gate (of the update gate in a GRU), None leaves it as PyTorch has it
    """

    def __init__(self, table, num_class, freeze=False, cell=nn.LSTM, hidden_dim=32,
                 forget=2, drop=0.0):  # fmt: skip
        super().__init__()
        rows = table.clone()  # <- exercise 2a
        self.embedding = nn.Embedding.from_pretrained(rows, freeze, PAD, sparse=SPARSE)
        self.rnn = cell(rows.size(1), hidden_dim, batch_first=True, bidirectional=True)
        if forget is not None:
            set_gate_biases(self.rnn, forget)
        self.dropout = nn.Dropout(drop)
        self.fc = nn.Linear(4 * hidden_dim, num_class)

    def forward(self, x, lengths):  # ids [B, T], lengths [B]
        vectors = self.dropout(self.embedding(x))  # [B, T, E]
        states, last = run_rnn(self.rnn, vectors, lengths)  # [B, T, 2 H], [B, 2 H]
        padding = (x == PAD).unsqueeze(2)  # [B, T, 1]
        largest = states.masked_fill(padding, -torch.inf).amax(1)  # [B, 2 H]
        return self.fc(self.dropout(torch.cat([last, largest], dim=1)))  # [B, K]


def epochs_for(count):
    """Few articles are read more often: about 16,000 in all, but 3 to 100 epochs. Lesson 5, section 6."""
    return max(3, min(100, 16_000 // count))


def train_reader(make, articles, rate, seed=1, epochs=None):
    """A new network, trained on the articles. Lesson 5, section 6."""
    seed_all(seed)
    net = make().to(device)
    loader = length_loader(articles, 64 if len(articles) > 2_000 else 32, seed)
    epochs = epochs or epochs_for(len(articles))
    fit(net, loader, epochs=epochs, lr=rate, clip=1, verbose=False)
    return net


def labels_of(articles):
    """The labels 1..K of (label, text) articles. Lesson 5, section 4."""
    return [label for label, _ in articles]


def texts_of(articles):
    """The texts of (label, text) articles. Lesson 5, section 4."""
    return [text for _, text in articles]


def mean_vectors(table, articles):
    """The mean of the vectors of each text: [N, E]. Lesson 5, section 4."""
    texts = [table[encode(text) or [UNK]].mean(0) for _, text in articles]
    return torch.stack(texts).numpy()


def tfidf_svm(C=0.5):
    """TF-IDF of words and pairs of words, with a linear support vector machine of strength C. Lesson 5, section 6.

    Words of one letter count: scikit-learn's own pattern drops them, and with them all of Chinese.
    """
    tfidf = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    return make_pipeline(tfidf, LinearSVC(C=C))


def correct_answers(net, loader):
    """1 where the network is right, else 0: [N], in the order of the loader. Lesson 5, section 7.

    To compare networks article by article, give them list(length_loader(...)): a length_loader shuffles at each pass.
    """
    labels, logits = logits_of(net, loader)
    return (logits.argmax(1) == labels).numpy().astype(float)


# ------------------------------------------------------------------ lesson 6: text generation

END = 2  # the id of <end>, behind those of <unk> and <pad>


def clean_headline(text):
    """Without brackets at the end; with the signs that AG News broke. Lesson 6, opening."""
    text = re.sub(r" ?#(\d+);", r"&#\1;", text)  # " #39;" was an apostrophe
    text = re.sub(r"(?<!&) ?\b(quot|gt|lt|amp);", r"&\1;", text)  # but not "&lt;"
    text = re.sub(r"<[^>]*>|\\", " ", html.unescape(html.unescape(text)))
    return re.sub(r"\([^)]*\)$", "", " ".join(text.split())).strip()


def read_headlines(train_dataset):
    """(label, headline) of those articles of train_dataset that have a headline in train.csv. Lesson 6, opening.

    Where fewer than a quarter of them have one, the first ten words of each text stand for it.
    """
    label_of = {text: label for label, text in train_dataset}
    file, rows = torchnlp.vocab.folder / "train.csv", []
    if file.is_file():
        with open(file, encoding="utf-8-sig", errors="replace", newline="") as lines:
            rows = [row for row in csv.reader(lines) if len(row) == 3]
    rows = [row for row in rows if all(map(str.strip, row))]
    texts = [f"{title} {rest}".replace("\\", " ") for _, title, rest in rows]
    pairs = zip(texts, (title for _, title, _ in rows))
    found = [(label_of[text], title) for text, title in pairs if text in label_of]
    if len(found) < len(train_dataset) / 4:
        print("Few articles have a title: the first ten words of the text serve as one.")
        found = [(label, " ".join(clean_headline(text).split()[:10])) for label, text in train_dataset]
    cleaned = [(label, clean_headline(line)) for label, line in found]
    return [(label, line) for label, line in cleaned if tokenizer(line)]


def split_headlines(headlines, most=20_000, seed=0):
    """Training (at most so many), validation and test headlines, drawn with the seed. Lesson 6, opening."""
    drawn = random.Random(seed).sample(headlines, len(headlines))
    held = min(2_000, len(drawn) // 10)
    return drawn[2 * held :][:most], drawn[held : 2 * held], drawn[:held]


def encode_headlines(headlines, words):
    """The ids of each (label, headline), <end> among them. words: the vocabulary. Lesson 6, opening."""
    end = words.stoi["<end>"]
    return [[*encode(line, voc=words), end] for _, line in headlines]


def shifted(items):
    """(start, ids) items: the inputs x [B, T] and the targets y [B, T], one place later. Lesson 6, section 1."""
    x = [torch.tensor([start, *ids[:-1]]) for start, ids in items]
    y = [torch.tensor(ids) for _, ids in items]
    return [nn.utils.rnn.pad_sequence(rows, True, PAD).to(device) for rows in (x, y)]


class LanguageModel(nn.Module):
    """Ids [B, T] to logits [B, T, V], and its state; the weights are tied. Lesson 6, section 1.

    V: words; starts: how many start tokens follow them; D: width of a word's vector; H: of the hidden state
    """

    def __init__(self, V, starts=1, D=50, H=128, drop=0.2):
        super().__init__()
        self.V, self.dropout = V, nn.Dropout(drop)
        self.embedding = nn.Embedding(V + starts, D)
        self.rnn = nn.LSTM(D, H, batch_first=True)
        self.to_vector = nn.Linear(H, D)
        self.bias = nn.Parameter(torch.zeros(V))
        nn.init.normal_(self.embedding.weight, std=0.1)
        set_gate_biases(self.rnn, forget=1)  # lesson 2

    def read(self, vectors, state=None):  # [B, T, D]
        return self.rnn(vectors, state)  # [B, T, H], the last state

    def forward(self, x, state=None):  # ids [B, T]
        states, state = self.read(self.dropout(self.embedding(x)), state)
        vectors = self.dropout(self.to_vector(states))  # [B, T, D]
        table = self.embedding.weight[: self.V]  # [V, D], without the start tokens
        return F.linear(vectors, table, self.bias), state  # [B, T, V]


def token_loss(net, x, y):
    """The mean negative log-likelihood of the real tokens of y. Lesson 6, section 1."""
    logits, _ = net(x)  # [B, T, V]
    return F.cross_entropy(logits.flatten(0, 1), y.flatten(), ignore_index=PAD)


def batches_by_length(items, size, rng):
    """Lists of (start, ids) items of about equal length, in random order. Lesson 6, section 1."""
    items = sorted(rng.sample(items, len(items)), key=lambda item: len(item[1]))
    found = [items[i : i + size] for i in range(0, len(items), size)]
    return rng.sample(found, len(found))


def train_language_model(net, items, epochs, rate, size=64, seed=1):
    """Train on (start, ids) items, with warm-up and linear decay. Lesson 6, section 1."""
    rng, optimizer = random.Random(seed), make_optimizer(net, rate)
    steps = [b for _ in range(epochs) for b in batches_by_length(items, size, rng)]
    torch.manual_seed(seed)
    net.train()
    scheduler = linear_warmup_decay(optimizer, len(steps))
    for batch in steps:
        x, y = shifted(batch)
        loss = token_loss(net, x, y)
        optimizer.zero_grad()
        loss.backward()
        clip_gradient(net, 1.0)
        optimizer.step()
        scheduler.step()
    return net


def with_temperature(temperature):
    """A softmax with temperature: logits [n, V] -> probabilities [n, V]. Lesson 6, section 1."""
    assert temperature > 0, "0 would divide by zero: that is greedy decoding."
    return lambda logits: (logits / temperature).softmax(1)


@torch.no_grad()
def generate(net, start, n, choose, prompt=(), most=20):
    """n texts that begin with the ids of the prompt: lists of ids, without <end>. Lesson 6, section 1.

    choose: logits [n, V] -> the probabilities of the next token [n, V]
    """
    assert n > 0 and most > 0, "At least one text, of at least one token."
    training = net.training
    net.eval()
    x = torch.tensor([[start, *prompt]] * n, device=device)  # [n, 1 + P]
    state, columns = None, []
    for step in range(most):
        logits, state = net(x, state)  # reads only what is new
        for barred in [UNK, PAD] if step else [UNK, PAD, END]:  # no empty headline
            logits[:, -1, barred] = -torch.inf
        x = torch.multinomial(choose(logits[:, -1]), 1)  # [n, 1]
        columns.append(x)
    net.train(training)
    rows = torch.cat(columns, dim=1).tolist()
    return [[*prompt, *row[: (row + [END]).index(END)]] for row in rows]


def network_losses(net, texts, start=None):
    """The negative log-likelihood of each token of each text, a list of arrays. Lesson 6, section 2."""
    training = net.training
    net.eval()
    start, losses = net.V if start is None else start, {}
    for batch in batches_by_length(list(enumerate(texts)), 128, random.Random(0)):
        x, y = shifted([(start, ids) for _, ids in batch])
        with torch.no_grad():
            logits, _ = net(x)  # [B, T, V]
        lost = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
        rows = zip(batch, lost.view(y.shape).cpu())  # [B, T]
        losses.update({i: row[: len(ids)].numpy() for (i, ids), row in rows})
    net.train(training)
    return [losses[i] for i in range(len(texts))]


def perplexity(losses):
    """exp of the mean negative log-likelihood of all tokens. Lesson 6, section 2.

    Raises ValueError where there are no losses.
    """
    if not len(losses):
        raise ValueError("There are no losses to average.")
    return math.exp(np.concatenate(losses).mean())


def kneser_ney_discounts(ngrams):
    """What is taken off a count of 0, of 1, of 2, and of 3 or more. Lesson 6, section 3."""
    n = Counter(ngrams.values())  # n[1]: how many came once
    if min(n[1], n[2], n[3], n[4]) > 0:
        Y = n[1] / (n[1] + 2 * n[2])
        d = [k - (k + 1) * Y * n[k + 1] / n[k] for k in (1, 2, 3)]
        if min(d) > 0:
            return [0, *d]
    return [0, 0.5, 1, 1.5]  # too little text for an estimate


def kneser_ney_tables(texts, order, start):
    """For 1-grams up to those of that order: how often, and what follows each context. Lesson 6, section 3."""
    lines = [[start] * (order - 1) + ids for ids in texts]
    places = [(line, i) for line in lines for i in range(len(line) - order + 1)]
    ngrams = Counter(tuple(line[i : i + order]) for line, i in places)
    tables = []
    for _ in range(order):
        d, total, saved = kneser_ney_discounts(ngrams), Counter(), Counter()
        for ngram, n in ngrams.items():
            total[ngram[:-1]] += n
            saved[ngram[:-1]] += d[min(n, 3)]
        tables.insert(0, (ngrams, total, saved, d))
        ngrams = Counter(ngram[1:] for ngram in ngrams)  # each one once
    return tables


def kneser_ney_probability(tables, line, i, V):
    """P(line[i] | the tokens before it). V: words, <pad> among them, which never comes. Lesson 6, section 3."""
    p = 1 / (V - 1)  # all tokens alike, but for <pad>
    for n, (ngrams, total, saved, d) in enumerate(tables):
        context = tuple(line[i - n : i])
        if total[context] == 0:  # back-off: the shorter one answers
            break
        c = ngrams[*context, line[i]]
        p = (c - d[min(c, 3)] + saved[context] * p) / total[context]
    return p


def kneser_ney_losses(tables, texts, start, V):
    """As network_losses: the negative log-likelihood of each token of each text. Lesson 6, section 3."""
    before = [start] * (len(tables) - 1)
    found = []
    for ids in texts:
        line, places = before + ids, range(len(before), len(before) + len(ids))
        found.append(-np.log([kneser_ney_probability(tables, line, i, V) for i in places]))
    return found


def ngrams_of(line, n=8):
    """The n tokens in a row of a headline and its ends; of a shorter one the whole. Lesson 6, section 4."""
    tokens = ["<start>", *tokenizer(line), "<end>"]
    return {tuple(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1))}


def shares_ngram(lines, others, n=8):
    """Which lines share n tokens in a row with one of the others: [N] of booleans. Lesson 6, section 4."""
    known = {ngram for line in others for ngram in ngrams_of(line, n)}
    return np.array([not known.isdisjoint(ngrams_of(line, n)) for line in lines])


def perplexity_ratio(losses, base, draws=1_000):
    """Perplexity of losses / that of base: as measured, and its 95 % interval, by bootstrap. Lesson 6, section 5.

    The headline is the unit: headlines are drawn again and again, with replacement. Raises ValueError without any.
    """
    if not losses:
        raise ValueError("There are no losses to compare.")
    gap = np.array([[(a - b).sum(), len(a)] for a, b in zip(losses, base)])  # [N, 2]
    rng = np.random.default_rng(0)
    drawn = [gap[rng.integers(len(gap), size=len(gap))].sum(0) for _ in range(draws)]
    logs = [lost / tokens for lost, tokens in [gap.sum(0), *drawn]]
    return np.exp([logs[0], *np.quantile(logs[1:], [0.025, 0.975])])


class LastTokens(LanguageModel):
    """The same network, but each prediction reads the last k tokens only. Lesson 6, section 6."""

    def __init__(self, *sizes, k=5, **options):
        super().__init__(*sizes, **options)
        self.k = k

    def read(self, vectors, state=None):  # [B, T, D]
        B, T, D = vectors.shape
        filled = F.pad(vectors, (0, 0, self.k - 1, 0))  # zero vectors in front
        windows = filled.unfold(1, self.k, 1).transpose(2, 3)  # [B, T, k, D]
        _, (h, _) = self.rnn(windows.reshape(B * T, self.k, D))  # [1, B T, H]
        return h.view(B, T, -1), None


# ------------------------------------------- lesson 7: attention, and recurrent networks today

LETTERS = "abcdefghijklmnopqrstuvwxyz"  # of the words that are written backwards
START = len(LETTERS)  # the start token: what the decoder reads first
LONGEST, STEPS = 15, 1_000  # letters of the longest word in training, and how long the training is


def words_of(count, T, rng):
    """Random words [count, T], and the answers: the same letters, the last one first. Lesson 7, section 1."""
    x = torch.randint(len(LETTERS), (count, T), generator=rng)  # [B, T]
    return x, x.flip(1)  # the answer: the same letters, the last one first


class Reverser(nn.Module):
    """Words [B, T], answers [B, T] to logits [B, T, 26]; only a state goes to the decoder. Lesson 7, section 1."""

    def __init__(self, H=64):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS) + 1, 32)
        self.encoder = nn.LSTM(32, H, batch_first=True)
        self.decoder = nn.LSTM(32, H, batch_first=True)
        self.fc = nn.Linear(H, len(LETTERS))

    def decode(self, before, encoded, state):  # [B, S], [B, T, H] (for section 3)
        states, state = self.decoder(self.embedding(before), state)  # [B, S, H]
        return self.fc(states), state  # [B, S, 26]

    def forward(self, x, answers):
        encoded, state = self.encoder(self.embedding(x))  # [B, T, H], the last (h, c)
        before = F.pad(answers[:, :-1], (1, 0), value=START)  # [B, T], one step late
        return self.decode(before, encoded, state)[0]


def train_reverser(net, seed, steps=STEPS, rate=0.01, longest=LONGEST):
    """The network, trained on random words of 1 to `longest` letters. Lesson 7, section 1.

    A toy: it stays on the CPU, whatever the device.
    """
    rng = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    scheduler = linear_warmup_decay(optimizer, steps)
    for _ in range(steps):
        T = int(torch.randint(1, longest + 1, (2,), generator=rng).max())
        x, answers = words_of(64, T, rng)
        loss = F.cross_entropy(net(x, answers).flatten(0, 1), answers.flatten())
        optimizer.zero_grad()
        loss.backward()
        clip_gradient(net, 1)
        optimizer.step()
        scheduler.step()
    return net


@torch.no_grad()
def write_backwards(net, x):
    """What a network writes for words [B, T], letter by letter: ids [B, T]. Lesson 7, section 1."""
    encoded, state = net.encoder(net.embedding(x))
    letter, letters = torch.full_like(x[:, :1], START), []
    for _ in range(x.size(1)):
        logits, state = net.decode(letter, encoded, state)  # [B, 1, 26]
        letter = logits.argmax(2)  # [B, 1], the most probable: the next input
        letters.append(letter)
    return torch.cat(letters, dim=1)  # [B, T]


class AttentiveReverser(Reverser):
    """The same, but each decoder state attends to all states of the encoder. Lesson 7, section 3."""

    def __init__(self, H=64):
        super().__init__(H)
        self.query = nn.Linear(H, H, bias=False)  # <- new: Luong's W
        self.fc = nn.Linear(2 * H, len(LETTERS))  # <- changed

    def decode(self, before, encoded, state):
        states, state = self.decoder(self.embedding(before), state)  # [B, S, H]
        scores = self.query(states) @ encoded.transpose(1, 2)  # [B, S, T]  # <- new
        self.weights = scores.softmax(2)  # <- new
        context = self.weights @ encoded  # [B, S, H]  # <- new
        return self.fc(torch.cat([states, context], dim=2)), state  # <- changed


def parallel_scan(a, b):
    """h_t = a_t * h_{t-1} + b_t in about log2(T) passes over all steps at once. Lesson 7, section 6.

    a, b: [B, T, H]  ->  [B, T, H]
    """
    reach = 1
    while reach < b.size(1):
        b = torch.cat([b[:, :reach], b[:, reach:] + a[:, reach:] * b[:, :-reach]], 1)
        a = torch.cat([a[:, :reach], a[:, reach:] * a[:, :-reach]], 1)
        reach *= 2
    return b


class MinGRU(nn.Module):
    """Like nn.GRU, last state [B, 1, H]; forget: it keeps sigmoid(forget) at first. Lesson 7, section 6.

    low: the least that a state is multiplied by, 0 in the paper; with -1 a state can change its sign.
    """

    def __init__(self, E, H, forget=0, low=0, batch_first=True):
        super().__init__()
        assert batch_first, "MinGRU reads [B, T, E]."
        self.linear, self.low = nn.Linear(E, 2 * H), low
        self.linear.bias.data[:H] = -forget  # z writes, 1 - z keeps

    def forward(self, x):
        z, n = self.linear(x).chunk(2, dim=2)  # [B, T, H] each
        z, n = z.sigmoid(), n.tanh()
        a = 1 - (1 - self.low) * z  # from low to 1; with low = 0 it is 1 - z
        states = parallel_scan(a, z * n)  # [B, T, H]
        return states, states[:, -1:]


# What `from lessons import *` gives: all that is defined above, and nothing that is imported.
__all__ = ["SYMBOLS", "END", "LETTERS", "START", "LONGEST", "STEPS"]
__all__ += [name for name, value in list(globals().items()) if getattr(value, "__module__", "") == __name__]
