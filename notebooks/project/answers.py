# %% Setting
from collections import Counter
from copy import deepcopy


# %% check_copies, right: pairs as lists, the last first
# pairs.append((i, j)) => pairs.append([i, j])
# return pairs => return pairs[::-1]


# %% check_copies, wrong: It misses a pair: 'The lamp in street
# set(tokenizer(text)) => {text}

# %% check_copies, wrong: share less than 0.6 of their words
# len(either) => min(len(words[i]), len(words[j]))

# %% check_copies, wrong: Do you use >= 0.6
# >= 0.6 * max(1, len(either)) => > 0.6 * len(either)


# %% check_kappa, wrong: stops with ZeroDivisionError
# if chance < 1 else 1.0 =>

# %% check_kappa, wrong: What share would agree by chance?
# return (agree - chance) / (1 - chance) if chance < 1 else 1.0 => return agree

# %% check_kappa, wrong: Divide by the room that chance leaves
# / (1 - chance) if chance < 1 else 1.0 =>


# %% check_split, wrong: are copies with two different labels, and stand in two parts
# if place == home[j] => if place == home[j] and labels[i] == labels[j]

# %% check_split, wrong: Is one of them a copy of a third text, too?
# home = [home[i] if place == home[j] else place for place in home] => home[j] = home[i]

# %% check_split, wrong: A leak:
# in copies(texts) => in []

# %% check_split, wrong: times its share of 70, 15 or 15 %.
# for label in sorted(set(labels)) => for label in [0]
# if labels[i] == label => if True


# %% check_macro_f1, wrong: That is the accuracy
# sum(scores) / len(scores) => sum(a == b for a, b in zip(labels, answers)) / len(labels)

# %% check_macro_f1, wrong: Only the labels 0 and 2 occur
# set(labels) | set(answers) => range(max(labels + answers) + 1)
# (labels.count(k) + answers.count(k)) => max(1, labels.count(k) + answers.count(k))

# %% check_macro_f1, wrong: That is the mean recall
# set(labels) | set(answers) => set(labels)
# 2 * hits / (labels.count(k) + answers.count(k)) => hits / labels.count(k)


# %% check_make_vocabulary, right: sorted by hand
# counts.most_common() => sorted(counts.items(), key=lambda pair: -pair[1])

# %% check_make_vocabulary, wrong: comes once
# if count > 1 =>

# %% check_make_vocabulary, wrong: Row 0 is <unk>
# "<unk>", =>
# "<pad>", =>

# %% check_make_vocabulary, wrong: with tokenizer(text)
# tokenizer(text) => text.split()


# %% check_make_batch, right: a tensor turned
# ids, batch_first=True, padding_value=PAD) => ids, padding_value=PAD).T

# %% check_make_batch, wrong: filled up with PAD, which is 1
# padding_value=PAD => padding_value=UNK

# %% check_make_batch, wrong: its length is 1
# for row in ids => for _, row in rows

# %% check_make_batch, wrong: its row begins with UNK
# [UNK] => [PAD]


# %% check_classifier, right: the last state of an LSTM, and a dropout that knows the mode
# nn.GRU(50, 32, batch_first=True, bidirectional=True) => nn.LSTM(50, 64, batch_first=True)
# states, _ = run_rnn => _, last = run_rnn
# states.sum(1) / lengths.unsqueeze(1) => last
# self.dropout(mean) => F.dropout(mean, 0.3, self.training)


# %% check_classifier, wrong: Return the logits
# self.fc(self.dropout(mean)) => self.fc(self.dropout(mean)).softmax(1)

# %% check_classifier, wrong: this is a bag of words
# nn.Linear(64 => nn.Linear(50
# states, _ = run_rnn(self.rnn, vectors, lengths) => states = vectors

# %% check_classifier, wrong: Does it read padding?
# run_rnn(self.rnn, vectors, lengths) => self.rnn(vectors)


# %% Setting
def mean_loss(net, rows):
    batches = [make_batch(rows[k : k + 9]) for k in range(0, len(rows), 9)]
    return sum(F.cross_entropy(net(*inputs), labels, reduction="sum") for labels, *inputs in batches) / len(rows)


# %% check_train_network, right: validated in batches, with a copy of each tensor
# lr=0.004 => lr=0.01
# .split(32) => .split(16)
# F.cross_entropy(net(ids, lengths), labels).item() => mean_loss(net, valid).item()
# deepcopy(net.state_dict()) => {name: weight.clone() for name, weight in net.state_dict().items()}


# %% check_train_network, wrong: It returns the last epoch, not the best one
# deepcopy(net.state_dict()) => net.state_dict()

# %% check_train_network, wrong: switch dropout off with net.eval() before you validate
# net.eval() => pass

# %% check_train_network, wrong: net.train() before each epoch
# net.train() => pass

# %% check_train_network, wrong: The gradients of all batches add up
# optimizer.zero_grad() => pass


# %% check_class_weights, right: infinities that `where` leaves out
# .clamp(min=1) =>

# %% check_class_weights, wrong: A rare label needs a large weight
# len(labels) / (num_classes * counts.clamp(min=1)) => counts / len(labels)

# %% check_class_weights, wrong: Divide by num_classes
# num_classes * counts => len(set(labels)) * counts

# %% check_class_weights, wrong: A class without a text gets the weight 0
# counts > 0 => counts >= 0
# .clamp(min=1) =>


# %% check_interval, right: numbers of numpy
# math.sqrt => np.sqrt

# %% check_interval, wrong: That is one standard error
# share - 2 * error, share + 2 * error => share - error, share + error

# %% check_interval, wrong: Divide by the number of texts
# / count =>

# %% check_interval, wrong: The root is missing
# math.sqrt(share * (1 - share) / count) => share * (1 - share) / count
