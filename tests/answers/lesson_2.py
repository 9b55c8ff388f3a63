# %% Setting
net = NewsClassifier()
valid_part = []


# %% Exercise 1, right: step by step
def bias_for(T):
    f = 0.5 ** (1 / T)
    return math.log(f / (1 - f))


# %% Exercise 1, right: one formula
def bias_for(T):
    return -math.log(2 ** (1 / T) - 1)


# %% Exercise 1, right: a tensor of one number
def bias_for(T):
    return torch.logit(torch.tensor(0.5, dtype=torch.float64) ** (1 / T))


# %% Exercise 1, right: from the gate's logarithm
def bias_for(T):
    log_f = math.log(0.5) / T
    return log_f - math.log(-math.expm1(log_f))


# %% Exercise 1, right: by halving an interval
def bias_for(T):
    low, high = -20.0, 20.0
    for _ in range(100):
        middle = (low + high) / 2
        left = (1 / (1 + math.exp(-middle))) ** T
        low, high = (middle, high) if left < 0.5 else (low, middle)
    return low


# %% Exercise 1, wrong: the gate
# says: That is the gate; the bias is the number whose sigmoid it is.
def bias_for(T):
    return 0.5 ** (1 / T)


# %% Exercise 1, wrong: the logarithm of T
# says: With your bias of 2.30 the gate is 0.9091, and after 10 steps 0.386 of the memory is left, not 0.500.
def bias_for(T):
    return math.log(T)


# %% Exercise 1, wrong: rounded
# says: With your bias of 2.60
def bias_for(T):
    f = 0.5 ** (1 / T)
    return round(math.log(f / (1 - f)), 1)


# %% Exercise 1, wrong: the fraction upside down
# says: With your bias of -2.63
def bias_for(T):
    f = 0.5 ** (1 / T)
    return math.log((1 - f) / f)


# %% Exercise 1, wrong: prints instead of returning
# says: bias_for returns nothing.
def bias_for(T):
    f = 0.5 ** (1 / T)
    print(math.log(f / (1 - f)))


# %% Exercise 1, wrong: a pair
# says: bias_for returns a tuple, not a number.
def bias_for(T):
    f = 0.5 ** (1 / T)
    return f, math.log(f / (1 - f))


# %% Exercise 2a, right: in place
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c *= f.sigmoid()
        c += i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


# %% Exercise 2a, right: matrices cut first, four products
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        V, U = self.weight_ih_l0.split(self.hidden_size), self.weight_hh_l0.split(self.hidden_size)
        b = (self.bias_ih_l0 + self.bias_hh_l0).split(self.hidden_size)
        i, f, g, o = (x @ V[k].T + h @ U[k].T + b[k] for k in range(4))
        c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return [torch.sigmoid(o) * torch.tanh(c_new), c_new]


# %% Exercise 2a, right: joined, and nn.functional.linear
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        weight = torch.cat([self.weight_hh_l0, self.weight_ih_l0], dim=1)
        z = nn.functional.linear(torch.cat([h, x], dim=1), weight, self.bias_ih_l0 + self.bias_hh_l0)
        z = z.view(len(x), 4, -1)
        c = torch.addcmul(z[:, 1].sigmoid() * c, z[:, 0].sigmoid(), z[:, 2].tanh())
        return z[:, 3].sigmoid() * c.tanh(), c


# %% Exercise 2a, wrong: c before h
# says: step returns c and h; the order is h, c.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return c, sigmoid(o) * torch.tanh(c)


# %% Exercise 2a, wrong: the order of the paper
# says: You read the four parts in the order f, i, g, o; PyTorch's is i, f, g, o.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        f, i, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2a, wrong: the candidate last
# says: You read the four parts in the order i, f, o, g; PyTorch's is i, f, g, o.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, o, g = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2a, wrong: one bias
# says: bias_hh_l0 is missing in your sum.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2a, wrong: h from the old memory
# says: The new c is right, but h is off by up to
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c_new = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c_new


# %% Exercise 2a, wrong: no tanh on the way out
# says: The new c is right, but h is off by up to
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * c, c


# %% Exercise 2a, wrong: a sigmoid on the candidate
# says: The new c is off by up to
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * sigmoid(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2a, wrong: only h
# says: step returns a tensor [4, 2], not the pair h, c.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c)


# %% Exercise 2a, wrong: one text, not a batch
# says: `MyLSTM.step` stops with RuntimeError
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = self.weight_ih_l0 @ x + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2a, wrong: the gates of the first text for all
# says: For 4 texts and 2 units h should be a tensor [4, 2]; yours is a tensor [1, 2].
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        i, f, g, o = i[:1], f[:1], g[:1], o[:1]
        return sigmoid(o) * torch.tanh(c[:1]), c[:1]


# %% Exercise 2a, wrong: other parameters
# says: MyLSTM should have nn.LSTM's parameters weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0; it has
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 2b, right: unbind and a list of states
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = vectors.new_zeros(vectors.size(0), self.hidden_size)
        c = torch.zeros_like(h)
        states = []
        for x in vectors.unbind(1):
            h, c = self.step(x, h, c)
            states += [h[:, None]]
        return torch.cat(states, 1), (h[None], c[None])


# %% Exercise 2b, right: a tensor filled step by step, c changed in place
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c *= sigmoid(f)
        c += sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        B, T, _ = vectors.shape
        h, c = torch.zeros(B, self.hidden_size), torch.zeros(B, self.hidden_size)
        states = torch.zeros(B, T, self.hidden_size)
        for t in range(T):
            h, c = self.step(vectors[:, t], h, c)
            states[:, t] = h
        return states, (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2b, wrong: steps before texts
# says: For 1 texts of 5 steps states should be a tensor [1, 5, 2]; yours is a tensor [5, 1, 2].
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2b, wrong: no axis for the layer
# says: h_n should be a tensor [1, 1, 2]; yours is a tensor [1, 2].
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h, c)


# %% Exercise 2b, wrong: only the states
# says: forward returns a tensor [1, 5, 2], not the pair states, (h_n, c_n).
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1)


# %% Exercise 2b, wrong: three things
# says: forward returns a tuple, not the pair states, (h_n, c_n).
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), h.unsqueeze(0), c.unsqueeze(0)


# %% Exercise 2b, wrong: the memory is not carried on
# says: the states are off from step 2 of
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, _ = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2b, wrong: c_n is h_n
# says: The states are right, but c_n is off by up to
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), h.unsqueeze(0))


# %% Exercise 2b, wrong: the state of the last call
# says: The first call is right, a later one is not: it does not start from a state of zeros.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        self.h = self.c = torch.zeros(1, hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h, c = self.h.expand(len(vectors), -1), self.c.expand(len(vectors), -1)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        self.h, self.c = h[:1].detach(), c[:1].detach()
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2b, wrong: read backwards
# says: the states are off from step 1 of 5 on
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, -1 - t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2b, wrong: an empty method
# says: forward returns nothing.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        return None


# %% Exercise 2c, right: the plain way
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, right: products with x for all steps at once
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        return self.after(x @ self.weight_ih_l0.T, h, c)

    def after(self, from_x, h, c):
        z = from_x + nn.functional.linear(h, self.weight_hh_l0, self.bias_ih_l0 + self.bias_hh_l0)
        i, f, g, o = z.split(self.hidden_size, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def forward(self, vectors):
        rows = vectors @ self.weight_ih_l0.T
        h = c = vectors.new_zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(rows.size(1)):
            h, c = self.after(rows[:, t], h, c)
            states.append(h)
        return torch.stack(states, 1), (h[None], c[None])


# %% Exercise 2c, wrong: cut off from the step before
# says: The states are right, but the gradient of
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h.detach(), c.detach())
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: h_n is cut off
# says: The states are right, but the gradient of
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.detach().unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: the vectors are cut off
# says: vectors gets no gradient.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        vectors, states = vectors.detach(), []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: under no_grad
# says: The numbers are right, but they carry no gradient back to the weights.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        with torch.no_grad():
            return self.read(vectors)

    def read(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: the states through .data
# says: The states are right, but the gradient of
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h.data)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: a weight through .data
# says: weight_hh_l0 gets no gradient.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.data.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: a state changed after its use
# says: The way back through your steps breaks:
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        z = x @ self.weight_ih_l0.T + h @ self.weight_hh_l0.T + self.bias_ih_l0 + self.bias_hh_l0
        i, f, g, o = z.chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c

    def forward(self, vectors):
        h = c = torch.zeros(len(vectors), self.hidden_size)
        states = []
        for t in range(vectors.size(1)):
            h, c = self.step(vectors[:, t], h, c)
            states.append(h)
            if t:
                states[t - 1].mul_(1)
        return torch.stack(states, dim=1), (h.unsqueeze(0), c.unsqueeze(0))


# %% Exercise 2c, wrong: nothing
# says: First stage b. forward returns nothing.
class MyLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=True):
        super().__init__()
        E, H = input_size, hidden_size
        self.hidden_size = H
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * H, E))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * H))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * H))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(H**-0.5), H**-0.5)

    def step(self, x, h, c):
        return None

    def forward(self, vectors):
        return None


# %% Exercise 3, right: chunk
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, right: in place
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c *= f
        c += (1 - f) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, right: torch.lerp
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = torch.lerp(torch.tanh(g), c, f)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, right: three quarters of the rows
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        H = self.hidden_size
        W = torch.cat([self.weight_ih_l0, self.weight_hh_l0], dim=1)[H:]
        z = torch.cat([x, h], dim=1) @ W.T + (self.bias_ih_l0 + self.bias_hh_l0)[H:]
        f, g, o = z[:, :H].sigmoid(), z[:, H : 2 * H].tanh(), z[:, 2 * H :].sigmoid()
        c = g + f * (c - g)
        return o * c.tanh(), c


# %% Exercise 3, wrong: still an input gate
# says: This is still the step of MyLSTM, with an input gate of its own.
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        i, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = f * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, wrong: the other gate dropped
# says: You keep 1 - i: that drops the forget gate; drop the input gate.
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        f, _, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = (1 - f) * c + f * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, wrong: keep and write exchanged
# says: Keep and write are exchanged: f is what is kept of the old c.
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = (1 - f) * c + f * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, wrong: f before its sigmoid
# says: The new c is off by up to
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        c = f * c + (1 - f) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c


# %% Exercise 3, wrong: no output gate
# says: The new c is right, but h is off by up to
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return torch.tanh(c), c


# %% Exercise 3, wrong: c before h
# says: step returns c and h; the order is h, c.
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return c, sigmoid(o) * torch.tanh(c)


# %% Exercise 3, wrong: only c
# says: step returns a tensor [4, 2], not the pair h, c.
class CoupledLSTM(MyLSTM):
    def step(self, x, h, c):
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0
        from_h = h @ self.weight_hh_l0.T + self.bias_hh_l0
        _, f, g, o = (from_x + from_h).chunk(4, dim=1)
        f = sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return c


# %% Exercise 4, right: defaultdict
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        for token, row in zip(tokenizer(text), gates(net.lstm, vectors)["forget"]):
            found[token].append(row.mean().item())
    return found


# %% Exercise 4, right: setdefault, tensors of one number
def forget_by_token(items):
    found = {}
    for label, text in items:
        ids = torch.tensor(encode(text), device=device)
        means = gates(net.lstm, net.embedding(ids).detach())["forget"].mean(dim=1)
        for t, token in enumerate(tokenizer(text)):
            found.setdefault(token, []).append(means[t])
    return found


# %% Exercise 4, right: pairs first, then a dictionary
def forget_by_token(items):
    pairs = []
    for item in items:
        tokens = tokenizer(item[1])
        if tokens:
            with torch.no_grad():
                vectors = net.embedding(torch.tensor(encode(item[1]), device=device))
            pairs += zip(tokens, gates(net.lstm, vectors)["forget"].mean(1).tolist())
    return {token: [value for other, value in pairs if other == token] for token, _ in pairs}


# %% Exercise 4, right: tuples in the dictionary
def forget_by_token(items):
    found = defaultdict(tuple)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"]
        for token, value in zip(tokenizer(text), f.sum(1) / f.size(1)):
            found[token] += (float(value),)
    return dict(found)


# %% Exercise 4, wrong: the articles joined: the state is carried over
# says: in text 2 should be
def forget_by_token(items):
    found = defaultdict(list)
    joined = " ".join(text for _, text in items)
    vectors = net.embedding(torch.tensor(encode(joined), device=device)).detach()
    f = gates(net.lstm, vectors)["forget"].mean(1)
    for token, value in zip(tokenizer(joined), f.tolist()):
        found[token].append(value)
    return found


# %% Exercise 4, wrong: the mean over the steps
# says: A mean for 'oil' in text 1 should be
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"].mean(0)
        for token, value in zip(tokenizer(text), f.tolist()):
            found[token].append(value)
    return found


# %% Exercise 4, wrong: one number a token
# says: At 'oil' stands a float, not a list.
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"].mean(1)
        for token, value in zip(tokenizer(text), f.tolist()):
            found[token] = value
    return found


# %% Exercise 4, wrong: only the first place
# says: '.' occurs 3 times; its list has 1 numbers.
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"].mean(1)
        for token, value in zip(tokenizer(text), f.tolist()):
            found[token] = [value]
    return found


# %% Exercise 4, wrong: the input gate
# says: A mean for 'oil' in text 1 should be
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["input"].mean(1)
        for token, value in zip(tokenizer(text), f.tolist()):
            found[token].append(value)
    return found


# %% Exercise 4, wrong: no mean over the units
# says: 'oil' has 32 numbers for one place, not a mean.
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"]
        for token, value in zip(tokenizer(text), f):
            found[token].append(value)
    return found


# %% Exercise 4, wrong: a list of pairs
# says: forget_by_token returns a list, not a dictionary.
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"].mean(1)
        for token, value in zip(tokenizer(text), f.tolist()):
            found[token].append(value)
    return list(found.items())


# %% Exercise 4, wrong: ids in place of tokens
# says: The token 'oil' is missing.
def forget_by_token(items):
    found = defaultdict(list)
    for _, text in items:
        vectors = net.embedding(torch.tensor(encode(text), device=device)).detach()
        f = gates(net.lstm, vectors)["forget"].mean(1)
        for token, value in zip(encode(text), f.tolist()):
            found[token].append(value)
    return found
