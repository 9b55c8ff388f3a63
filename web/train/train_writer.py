"""Train the language model of the writer page and write writer.json: a quarter of an hour on one core.

    TORCHNLP_DATA=<folder with AG News> python -m web.train.train_writer

It reads texts and then headlines: of AG News, and of the small corpus (data/sample, CC0). The file holds no text of
AG News; of the small corpus it holds the training text, as token ids, to count 4-grams and to find what was memorised.
Word vectors start from GloVe (public domain).
"""

import csv
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torchtext.vocab import Vocab

import torchnlp
from notebooks import lessons
from notebooks.lessons import LanguageModel
from torchnlp import device, embedding_matrix, load_dataset, load_vectors, seed_all, tokenizer
from web.train.language_model import END, FILE, ORDER, SPECIALS, UNK, writer_tokens
from web.train.train_reader import base64_of, packed

SEED, V, D, H, DROP = 1, 7_000, 96, 256, 0.1
EPOCHS, RATE, SIZE = 2, 0.006, 64  # the same for texts and for headlines
LONGEST = 48  # tokens of a text
WHOLE = ("embedding.weight", "to_vector.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0")  # a byte a number

Lines = list[tuple[int, str]]  # (label, text or headline) of each article


def rows_of(path: Path) -> list[tuple[int, str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as lines:
        return [(int(label), *map(lessons.clean_headline, texts)) for label, *texts in csv.reader(lines)]


def unseen(lines: Lines, held: set[str]) -> Lines:
    """Without what is held back, and what shares eight tokens in a row with it."""
    near, whole = lessons.shares_ngram([line for _, line in lines], held, 8), {tuple(tokenizer(line)) for line in held}
    return [(k, line) for (k, line), gone in zip(lines, near) if not gone and tuple(tokenizer(line)) not in whole]


def cased(rows: list[tuple[int, str, str]], vocab: Vocab) -> list[str]:
    """The words of the vocabulary as texts spell them within a sentence, most of the time: "Iraq", "IBM", "oil"."""
    forms = defaultdict(Counter)
    for *_, rest in rows:
        words = rest.split()
        for before, word, after in zip(words, words[1:], words[2:]):
            form = word.strip(".,!?()'")
            dateline = after[0] == "(" or len(form) > 4 and form.isupper()  # "NEW YORK (Reuters)"
            if before[-1] not in ".-):?!" and not dateline:  # no sentence's start
                forms[form.lower()][form] += 1
    common = {word: count.most_common(1)[0][0] for word, count in forms.items()}
    return [word.upper() if word[1:2] == "." else common.get(word, word) for word in vocab.itos]


def encode(lines: Lines, vocab: Vocab) -> list[tuple[int, list[int]]]:
    return [(k, [*(vocab.stoi.get(token, UNK) for token in writer_tokens(line)), END]) for k, line in lines]


def initial(vocab: Vocab, items: list, starts: int) -> LanguageModel:
    """The first numbers of a word's vector are GloVe's; each word is as likely as it is frequent."""
    seed_all(SEED)
    net = LanguageModel(len(vocab), starts, D, H, DROP)
    glove, _ = embedding_matrix(vocab, *load_vectors(install=True))
    net.embedding.weight.data[: len(vocab), : glove.size(1)] = glove
    frequency = torch.bincount(torch.tensor([i for _, ids in items for i in ids]), minlength=len(vocab)) + 0.5
    net.bias.data = (frequency / frequency.sum()).log()
    return net


def as_in_lesson_6(net: LanguageModel, vocab: Vocab, items: list, train: Lines, test: Lines) -> float:
    """Perplexity on the lesson's test headlines, over its tokens and its vocabulary: what lesson 6's network has too.

    The probability of its <unk> is that of all words that are unknown to it; "'" and "s" cost together what "'s" does.
    """
    counts = Counter(token for _, line in train for token in tokenizer(line))
    known = Vocab(counts, min_freq=5, specials=["<unk>", "<pad>", "<end>"]).stoi
    strange = torch.tensor([all(piece not in known for piece in tokenizer(word)) for word in vocab.itos])
    strange[UNK], strange[END] = True, False
    lost, tokens = 0.0, 0
    for (_, line), (_, ids) in zip(test, items):
        with torch.no_grad():
            log_p = net(torch.tensor([[net.V, *ids[:-1]]], device=device))[0][0].log_softmax(1).cpu()  # [T, V]
        of_unknown = log_p[:, strange].logsumexp(1)
        lost -= sum((of_unknown[t] if strange[i] else log_p[t, i]).item() for t, i in enumerate(ids))
        tokens += len(tokenizer(line)) + 1
    return float(np.exp(lost / tokens))


def main() -> None:
    dataset, _, classes, _ = load_dataset(most=60_000)
    if torchnlp.vocab.source != "ag_news":
        sys.exit("TORCHNLP_DATA must name a folder with AG News.")
    train, valid, test = lessons.split_headlines(lessons.read_headlines(dataset))  # as in lesson 6
    rows, own = rows_of(torchnlp.vocab.folder / "train.csv"), rows_of(torchnlp.SAMPLE / "train.csv")
    held = {line for _, line in valid + test}
    headlines = unseen([(k, title) for k, title, rest in rows if title and rest], held)
    articles = unseen([(k, rest) for k, title, rest in rows if title not in held], held)
    headlines += [(k, title) for k, title, _ in own]
    articles += [(k, rest) for k, _, rest in own]

    counts = Counter(token for _, line in headlines for token in writer_tokens(line))
    vocab = Vocab(counts, max_size=V - len(SPECIALS), specials=SPECIALS)
    items, held_back = encode(headlines, vocab), encode(test, vocab)
    luck = random.Random(SEED)  # a coin decides whether a text begins with its class or with the plain start token
    print(f"{len(articles):,} texts, {len(headlines):,} headlines, {len(vocab):,} tokens", flush=True)
    net = initial(vocab, items, 1 + len(classes)).to(device)
    for part in encode(articles, vocab), items:
        started = [(V + k * luck.randrange(2), ids[:LONGEST]) for k, ids in part]
        lessons.train_language_model(net, started, EPOCHS, RATE, SIZE, SEED)
    weights = packed(net.cpu().eval(), WHOLE)
    net.to(device)

    texts = [ids for k, title, rest in own for _, ids in encode([(k, title), (k, rest)], vocab)]
    tables, lines = lessons.kneser_ney_tables(texts, ORDER, V), [ids for _, ids in held_back]
    by_class = [[ids for label, ids in held_back if label == k] for k in range(1, 1 + len(classes))]
    told = [losses for k, of_class in enumerate(by_class, V + 1) for losses in lessons.network_losses(net, of_class, k)]
    measured = {
        "network": lessons.perplexity(lessons.network_losses(net, lines)),
        "network, told the class": lessons.perplexity(told),
        "4-grams": lessons.perplexity(lessons.kneser_ney_losses(tables, lines, V, V)),
        "network, in lesson 6's words": as_in_lesson_6(net, vocab, held_back, train, test),
    }
    for name, value in measured.items():
        print(f"{name}: perplexity {value:.1f} on {len(test):,} headlines held back")
    file = {
        "classes": classes,
        "perplexity": measured,
        "words": cased(rows, vocab),
        "weights": weights,
        "text": base64_of(torch.tensor([i for ids in texts for i in ids], dtype=torch.uint16)),
    }
    FILE.write_text(json.dumps(file, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
