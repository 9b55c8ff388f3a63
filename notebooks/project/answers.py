# %% check_copies, right: with a loop
def copies(texts):
    words, pairs = [{*tokenizer(text)} for text in texts], []
    for j in range(len(texts)):
        for i in range(j):
            both, either = words[i] & words[j], words[i] | words[j]
            if either and len(both) / len(either) >= 0.6:
                pairs.append([i, j])
    return pairs


# %% check_copies, wrong: the same strings alone
# says: It misses a pair: 'The lamp in street
def copies(texts):
    return [(i, j) for j in range(len(texts)) for i in range(j) if texts[i] == texts[j]]


# %% check_copies, wrong: each pair twice
# says: Each pair comes once
def copies(texts):
    words = [{*tokenizer(text)} for text in texts]
    places = [(i, j) for i in range(len(texts)) for j in range(len(texts)) if i != j]
    return [(i, j) for i, j in places if len(words[i] & words[j]) >= 0.6 * max(1, len(words[i] | words[j]))]


# %% check_copies, wrong: the share of the shorter text
# says: share less than 0.6 of their words
def copies(texts):
    words = [{*tokenizer(text)} for text in texts]
    places = [(i, j) for j in range(len(texts)) for i in range(j)]
    return [(i, j) for i, j in places if len(words[i] & words[j]) >= 0.6 * max(1, min(len(words[i]), len(words[j])))]


# %% check_kappa, right: with numpy
def kappa(first, second):
    names = sorted({*first, *second})
    table = np.zeros((len(names), len(names)))
    for a, b in zip(first, second):
        table[names.index(a), names.index(b)] += 1 / len(first)
    chance = table.sum(0) @ table.sum(1)
    return float((table.trace() - chance) / (1 - chance))


# %% check_kappa, wrong: the agreement
# says: What share would agree by chance?
def kappa(first, second):
    return sum(a == b for a, b in zip(first, second)) / len(first)


# %% check_kappa, wrong: not divided
# says: Divide by the room that chance leaves
def kappa(first, second):
    n = len(first)
    chance = sum(first.count(name) * second.count(name) for name in {*first}) / n**2
    return sum(a == b for a, b in zip(first, second)) / n - chance


# %% check_split, right: copies drawn with their original
def split(labels, texts, seed):
    rng, first, parts = random.Random(seed), list(range(len(texts))), [[], [], []]
    for i, j in copies(texts):
        first[j] = first[i]
    for label in sorted(set(labels)):
        originals = [i for i in range(len(texts)) if first[i] == i and labels[i] == label]
        rng.shuffle(originals)
        for place, i in enumerate(originals):
            part = 0 if place < 0.7 * len(originals) else 1 if place < 0.85 * len(originals) else 2
            parts[part] += [j for j in range(len(texts)) if first[j] == i]
    return parts


# %% check_split, wrong: copies go anywhere
# says: A leak:
def split(labels, texts, seed):
    rng, parts = random.Random(seed), [[], [], []]
    for label in sorted(set(labels)):
        places = [i for i in range(len(texts)) if labels[i] == label]
        rng.shuffle(places)
        a, b = int(0.7 * len(places)), int(0.85 * len(places))
        for part, some in zip(parts, (places[:a], places[a:b], places[b:])):
            part += some
    return parts


# %% check_split, wrong: in the order of the table
# says: A leak:
def split(labels, texts, seed):
    places = list(range(len(texts)))
    return places[:140], places[140:170], places[170:]


# %% check_split, wrong: copies are thrown away with their originals
# says: some are missing
def split(labels, texts, seed):
    kept = sorted({*range(len(texts))} - {i for pair in copies(texts) for i in pair})
    random.Random(seed).shuffle(kept)
    return kept[:100], kept[100:120], kept[120:]


# %% check_macro_f1, right: from precision and recall
def macro_f1(labels, answers):
    scores = []
    for k in {*labels, *answers}:
        hits = sum(a == b == k for a, b in zip(labels, answers))
        precision, recall = hits / max(1, answers.count(k)), hits / max(1, labels.count(k))
        scores.append(2 * precision * recall / (precision + recall) if hits else 0.0)
    return sum(scores) / len(scores)


# %% check_macro_f1, wrong: accuracy
# says: That is the accuracy
def macro_f1(labels, answers):
    return sum(a == b for a, b in zip(labels, answers)) / len(labels)


# %% check_macro_f1, wrong: recall
# says: That is the mean recall
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


# %% check_make_vocabulary, wrong: every word
# says: comes once
def make_vocabulary(texts):
    words = ["<unk>", "<pad>"]
    for word in (word for text in texts for word in tokenizer(text)):
        words += [word] if word not in words else []
    return words


# %% check_make_vocabulary, wrong: without the two
# says: Row 0 is <unk>
def make_vocabulary(texts):
    counts = collections.Counter(word for text in texts for word in tokenizer(text))
    return [word for word, count in counts.most_common() if count > 1]


# %% check_make_vocabulary, wrong: cut at spaces
# says: with tokenizer(text)
def make_vocabulary(texts):
    counts = collections.Counter(word for text in texts + texts[:1] for word in text.split())
    return ["<unk>", "<pad>", *(word for word, count in counts.most_common() if count > 1)]


# %% check_make_batch, right: a filled tensor
def make_batch(rows):
    lengths = torch.tensor([max(1, len(ids)) for _, ids in rows])
    batch = torch.full((len(rows), int(lengths.max())), PAD)
    for row, (_, ids) in zip(batch, rows):
        row[: max(1, len(ids))] = torch.tensor(ids or [UNK])
    return torch.tensor([label for label, _ in rows]), batch, lengths


# %% check_make_batch, wrong: filled with 0
# says: filled up with PAD, which is 1
def make_batch(rows):
    texts = [torch.tensor(ids or [UNK]) for _, ids in rows]
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True)
    return torch.tensor([label for label, _ in rows]), padded, torch.tensor([len(ids) for ids in texts])


# %% check_make_batch, wrong: an empty text has no word
# says: its length is 1
def make_batch(rows):
    texts = [torch.tensor(ids or [UNK]) for _, ids in rows]
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=PAD)
    return torch.tensor([label for label, _ in rows]), padded, torch.tensor([len(ids) for _, ids in rows])


# %% check_classifier, right: a bag of words
class Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(num_words, 50)
        self.fc = nn.Linear(50, num_classes)

    def forward(self, ids, lengths):
        real = (ids != PAD).unsqueeze(2)
        return self.fc((self.embedding(ids) * real).sum(1) / lengths.unsqueeze(1))


# %% check_classifier, wrong: the last column
# says: depends on its batch
class Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(num_words, 50), nn.LSTM(50, 16, batch_first=True)
        self.fc = nn.Linear(16, num_classes)

    def forward(self, ids, lengths):
        return self.fc(self.rnn(self.embedding(ids))[0][:, -1])


# %% check_classifier, wrong: the first word alone
# says: It does not read word
class Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.embedding, self.fc = nn.Embedding(num_words, 50), nn.Linear(50, num_classes)

    def forward(self, ids, lengths):
        return self.fc(self.embedding(ids)[:, 0])


# %% check_classifier, wrong: not its own embedding's name
# says: Call the table of word vectors self.embedding
class Classifier(nn.Module):
    def __init__(self, num_words, num_classes):
        super().__init__()
        self.words, self.fc = nn.Embedding(num_words, 50), nn.Linear(50, num_classes)

    def forward(self, ids, lengths):
        return self.fc(self.words(ids)[:, 0])


# %% Setting
def epochs_of(make, train, valid, seed, epochs, weights, check=lambda net: net.eval()):
    """What the answers below share; check is what they do before they validate. Yields network and loss."""
    seed_all(seed)
    net = make()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(epochs):
        net.train()
        for rows in torch.randperm(len(train)).split(16):
            labels, ids, lengths = make_batch([train[i] for i in rows.tolist()])
            loss = F.cross_entropy(net(ids, lengths), labels, weight=weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        check(net)
        with torch.no_grad():
            labels, ids, lengths = make_batch(valid)
            yield net, F.cross_entropy(net(ids, lengths), labels).item()


# %% check_train_network, right: a copy of the best network
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    best, losses = None, []
    for net, loss in epochs_of(make, train, valid, seed, epochs, weights):
        losses.append(loss)
        if loss <= min(losses):
            best = {name: weight.clone() for name, weight in net.state_dict().items()}
    net.load_state_dict(best)
    return net, losses


# %% check_train_network, wrong: the last epoch
# says: It returns the last epoch, not the best one
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    found = list(epochs_of(make, train, valid, seed, epochs, weights))
    return found[-1][0], [loss for _, loss in found]


# %% check_train_network, wrong: dropout on in validation
# says: switch dropout off with net.eval() before you validate
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    best, losses = None, []
    for net, loss in epochs_of(make, train, valid, seed, epochs, weights, check=lambda net: net.train()):
        losses.append(loss)
        if loss <= min(losses):
            best = {name: weight.clone() for name, weight in net.state_dict().items()}
    net.load_state_dict(best)
    return net.eval(), losses


# %% check_train_network, wrong: a state that goes on changing
# says: It returns the last epoch
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    best, losses = None, []
    for net, loss in epochs_of(make, train, valid, seed, epochs, weights):
        losses.append(loss)
        if loss <= min(losses):
            best = net.state_dict()
    net.load_state_dict(best)
    return net, losses


# %% check_train_network, wrong: the weights are not used
# says: weights changes nothing
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    best, losses = None, []
    for net, loss in epochs_of(make, train, valid, seed, epochs, None):
        losses.append(loss)
        if loss <= min(losses):
            best = {name: weight.clone() for name, weight in net.state_dict().items()}
    net.load_state_dict(best)
    return net, losses


# %% check_train_network, wrong: no seed
# says: The same seed should give the same network
def train_network(make, train, valid, seed=1, epochs=15, weights=None):
    best, losses = None, []
    for net, loss in epochs_of(make, train, valid, torch.seed() % 1000, epochs, weights):
        losses.append(loss)
        if loss <= min(losses):
            best = {name: weight.clone() for name, weight in net.state_dict().items()}
    net.load_state_dict(best)
    return net, losses


# %% check_class_weights, right: a comprehension
def class_weights(labels, num_classes):
    count = [labels.count(k) for k in range(num_classes)]
    return torch.tensor([len(labels) / (num_classes * n) if n else 0.0 for n in count])


# %% check_class_weights, wrong: shares
# says: A rare label needs a large weight
def class_weights(labels, num_classes):
    return torch.tensor([labels.count(k) / len(labels) for k in range(num_classes)])


# %% check_class_weights, wrong: infinite
# says: A class without a text gets the weight 0
def class_weights(labels, num_classes):
    return len(labels) / (num_classes * torch.tensor(labels).bincount(minlength=num_classes))


# %% check_interval, right: with numpy
def interval(share, count):
    return tuple(share + np.array([-2, 2]) * np.sqrt(share * (1 - share) / count))


# %% check_interval, wrong: one standard error
# says: That is one standard error
def interval(share, count):
    error = math.sqrt(share * (1 - share) / count)
    return share - error, share + error


# %% check_interval, wrong: of a single text
# says: Divide by the number of texts
def interval(share, count):
    error = math.sqrt(share * (1 - share))
    return share - 2 * error, share + 2 * error


# %% check_interval, wrong: no root
# says: The root is missing
def interval(share, count):
    error = share * (1 - share) / count
    return share - 2 * error, share + 2 * error
