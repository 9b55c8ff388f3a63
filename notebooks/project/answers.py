# %% check_copies, right: with a loop
def copies(texts):
    words, pairs = [{*tokenizer(text)} for text in texts], []
    for j in range(len(texts)):
        for i in range(j):
            both, either = words[i] & words[j], words[i] | words[j]
            if either and len(both) / len(either) >= 0.6:
                pairs.append([i, j])
    return pairs


# %% Setting
def sharing(alike, words_of=tokenizer):
    """What is wrong below: which words of two texts make them copies."""

    def copies(texts):
        words = [{*words_of(text)} for text in texts]
        return [(i, j) for j in range(len(texts)) for i in range(j) if alike(words[i], words[j])]

    return copies


# %% check_copies, wrong: It misses a pair: 'The lamp in street
copies = sharing(lambda a, b: a == b, words_of=lambda text: [text])


# %% check_copies, wrong: share less than 0.6 of their words
copies = sharing(lambda a, b: len(a & b) >= 0.6 * max(1, min(len(a), len(b))))

# %% check_copies, wrong: Do you use >= 0.6
copies = sharing(lambda a, b: len(a & b) > 0.6 * len(a | b))


# %% check_kappa, right: with numpy
def kappa(first, second):
    names = sorted({*first, *second})
    table = np.zeros((len(names), len(names)))
    for a, b in zip(first, second):
        table[names.index(a), names.index(b)] += 1 / len(first)
    chance = table.sum(0) @ table.sum(1)
    return float((table.trace() - chance) / (1 - chance)) if chance < 1 else 1.0


# %% Setting
def chance_of(first, second, names):
    return sum(first.count(name) * second.count(name) for name in names) / len(first) ** 2


def agreement(first, second):
    return sum(a == b for a, b in zip(first, second)) / len(first)


# %% check_kappa, wrong: stops with ZeroDivisionError
def kappa(first, second):
    chance = chance_of(first, second, {*first})
    return (agreement(first, second) - chance) / (1 - chance)


# %% check_kappa, wrong: What share would agree by chance?
kappa = agreement


# %% check_kappa, wrong: Divide by the room that chance leaves
def kappa(first, second):
    return agreement(first, second) - chance_of(first, second, {*first})


# %% Setting
def dealt(labels, texts, seed, follow):
    """Groups of copies, dealt out label by label. follow: says of a list of first copies what a pair changes in it."""
    rng, first, parts = random.Random(seed), list(range(len(texts))), [[], [], []]
    for i, j in copies(texts):
        follow(first, i, j)
    for label in sorted(set(labels)):
        originals = [i for i in sorted({*first}) if labels[i] == label]
        rng.shuffle(originals)
        for place, i in enumerate(originals):
            part = 0 if place < 0.7 * len(originals) else 1 if place < 0.85 * len(originals) else 2
            parts[part] += [j for j in range(len(texts)) if first[j] == i]
    return parts


def grow(first, i, j):
    old, new = sorted((first[i], first[j]), reverse=True)
    first[:] = [new if one == old else one for one in first]


# %% check_split, right: groups that grow together
def split(labels, texts, seed):
    return dealt(labels, texts, seed, grow)


# %% check_split, wrong: are copies with two different labels, and stand in two parts
def split(labels, texts, seed):
    def follow(first, i, j):
        if labels[i] == labels[j]:
            grow(first, i, j)

    return dealt(labels, texts, seed, follow)


# %% check_split, wrong: Is one of them a copy of a third text, too?
def split(labels, texts, seed):
    def follow(first, i, j):
        first[j] = min(first[i], first[j])

    return dealt(labels, texts, seed, follow)


# %% check_split, wrong: A leak:
def split(labels, texts, seed):
    places = list(range(len(texts)))
    return places[:160], places[160:195], places[195:]


# %% check_macro_f1, right: from precision and recall
def macro_f1(labels, answers):
    scores = []
    for k in {*labels, *answers}:
        hits = sum(a == b == k for a, b in zip(labels, answers))
        precision, recall = hits / max(1, answers.count(k)), hits / max(1, labels.count(k))
        scores.append(2 * precision * recall / (precision + recall) if hits else 0.0)
    return sum(scores) / len(scores)


# %% check_macro_f1, wrong: That is the accuracy
def macro_f1(labels, answers):
    return sum(a == b for a, b in zip(labels, answers)) / len(labels)


# %% check_macro_f1, wrong: Only the labels 0 and 2 occur
def macro_f1(labels, answers):
    names = range(max(labels + answers) + 1)
    hits = {k: sum(a == b == k for a, b in zip(labels, answers)) for k in names}
    return sum(2 * hits[k] / max(1, labels.count(k) + answers.count(k)) for k in names) / len(names)


# %% check_macro_f1, wrong: That is the mean recall
def macro_f1(labels, answers):
    names = {*labels}
    return sum(sum(a == b == k for a, b in zip(labels, answers)) / labels.count(k) for k in names) / len(names)


# %% check_make_vocabulary, right: with a dictionary
def make_vocabulary(texts):
    counts = {}
    for text in texts:
        for word in tokenizer(text):
            counts[word] = counts.get(word, 0) + 1
    return ["<unk>", "<pad>"] + sorted((word for word in counts if counts[word] >= 2), key=counts.get, reverse=True)


# %% check_make_vocabulary, wrong: comes once
def make_vocabulary(texts):
    words = ["<unk>", "<pad>"]
    for word in (word for text in texts for word in tokenizer(text)):
        words += [word] if word not in words else []
    return words


# %% check_make_vocabulary, wrong: Row 0 is <unk>
def make_vocabulary(texts):
    counts = collections.Counter(word for text in texts for word in tokenizer(text))
    return [word for word, count in counts.most_common() if count > 1]


# %% check_make_vocabulary, wrong: with tokenizer(text)
def make_vocabulary(texts):
    counts = collections.Counter(word for text in texts for word in text.split())
    return ["<unk>", "<pad>", *(word for word, count in counts.most_common() if count > 1)]


# %% check_make_batch, right: a filled tensor
def make_batch(rows):
    lengths = torch.tensor([max(1, len(ids)) for _, ids in rows])
    batch = torch.full((len(rows), int(lengths.max())), PAD)
    for row, (_, ids) in zip(batch, rows):
        row[: max(1, len(ids))] = torch.tensor(ids or [UNK])
    return torch.tensor([label for label, _ in rows]), batch, lengths


# %% Setting
def batched(rows, fill=PAD, empty=UNK, count=lambda ids: max(1, len(ids))):
    padded = nn.utils.rnn.pad_sequence([torch.tensor(ids or [empty]) for _, ids in rows], True, fill)
    return torch.tensor([label for label, _ in rows]), padded, torch.tensor([count(ids) for _, ids in rows])


# %% check_make_batch, wrong: filled up with PAD, which is 1
def make_batch(rows):
    return batched(rows, fill=UNK)


# %% check_make_batch, wrong: its length is 1
def make_batch(rows):
    return batched(rows, count=len)


# %% check_make_batch, wrong: its row begins with UNK
def make_batch(rows):
    return batched(rows, empty=PAD)


# %% Setting
class Reads(nn.Module):
    """What the networks below share: the last state of a packed LSTM, and a dropout that knows the mode."""

    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(num_words, 50), nn.LSTM(50, 16, batch_first=True)
        self.fc = nn.Linear(16, num_classes)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, True, enforce_sorted=False)
        return self.fc(F.dropout(self.rnn(packed)[1][0][-1], 0.3, self.training))


# %% check_classifier, right: a packed LSTM
Classifier = Reads


# %% check_classifier, wrong: Return the logits
class Classifier(Reads):
    def forward(self, ids, lengths):
        return super().forward(ids, lengths).softmax(1)


# %% check_classifier, wrong: this is a bag of words
class Classifier(Reads):
    def forward(self, ids, lengths):
        real = (ids != PAD).unsqueeze(2)
        return self.fc((self.embedding(ids) * real).sum(1)[:, :16])


# %% check_classifier, wrong: Does it read padding?
class Classifier(Reads):
    def forward(self, ids, lengths):
        return self.fc(self.rnn(self.embedding(ids))[0][:, -1])


# %% Setting
def loss_of(net, rows, weights=None, **how):
    labels, ids, lengths = make_batch(rows)
    return F.cross_entropy(net(ids, lengths), labels, weight=weights, **how)


def copied(state):
    return {name: state[name].clone() for name in state}


def loop(start=lambda net, epoch: net.train(), zero=True, check=lambda net: net.eval(), pick=min, keep=copied):
    """A right train_network, each of whose steps an answer below replaces by a slip. It validates in batches."""

    def train_network(make, train, valid, seed=1, epochs=15, weights=None):
        seed_all(seed)
        net, best, losses = make(), None, []
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for epoch in range(epochs):
            start(net, epoch)
            rows = [train[i] for i in torch.randperm(len(train)).tolist()]
            for k in range(0, len(rows), 16):
                if zero:
                    optimizer.zero_grad()
                loss_of(net, rows[k : k + 16], weights).backward()
                optimizer.step()
            check(net)
            with torch.no_grad():
                parts = [loss_of(net, valid[k : k + 9], reduction="sum").item() for k in range(0, len(valid), 9)]
            losses.append(sum(parts) / len(valid))
            if losses[-1] == pick(losses):
                best = keep(net.state_dict())
        net.load_state_dict(best)
        return net.eval(), losses

    return train_network


# %% check_train_network, right: validated in batches, with a copy of each tensor
train_network = loop()

# %% check_train_network, wrong: It returns the last epoch, not the best one
train_network = loop(pick=lambda losses: losses[-1])

# %% check_train_network, wrong: It returns the last epoch
train_network = loop(keep=lambda state: state)

# %% check_train_network, wrong: switch dropout off with net.eval() before you validate
train_network = loop(check=lambda net: None)

# %% check_train_network, wrong: net.train() before each epoch
train_network = loop(start=lambda net, epoch: epoch or net.train())

# %% check_train_network, wrong: The gradients of all batches add up
train_network = loop(zero=False)


# %% check_class_weights, right: a comprehension
def class_weights(labels, num_classes):
    count = [labels.count(k) for k in range(num_classes)]
    return torch.tensor([len(labels) / (num_classes * n) if n else 0.0 for n in count])


# %% check_class_weights, wrong: A rare label needs a large weight
def class_weights(labels, num_classes):
    return torch.tensor([labels.count(k) / len(labels) for k in range(num_classes)])


# %% check_class_weights, wrong: Divide by num_classes
def class_weights(labels, num_classes):
    count = [labels.count(k) for k in range(num_classes)]
    return torch.tensor([len(labels) / (len({*labels}) * n) if n else 0.0 for n in count])


# %% check_class_weights, wrong: A class without a text gets the weight 0
def class_weights(labels, num_classes):
    return len(labels) / (num_classes * torch.tensor(labels).bincount(minlength=num_classes))


# %% check_interval, right: with numpy
def interval(share, count):
    return tuple(share + np.array([-2, 2]) * np.sqrt(share * (1 - share) / count))


# %% check_interval, wrong: That is one standard error
def interval(share, count):
    error = math.sqrt(share * (1 - share) / count)
    return share - error, share + error


# %% check_interval, wrong: Divide by the number of texts
def interval(share, count):
    error = math.sqrt(share * (1 - share))
    return share - 2 * error, share + 2 * error


# %% check_interval, wrong: The root is missing
def interval(share, count):
    error = share * (1 - share) / count
    return share - 2 * error, share + 2 * error
