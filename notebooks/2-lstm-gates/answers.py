# %% Setting
from torch import sigmoid

shares = {0.004: [0.99, 1.0], 0.012: [0.4]}


# %% check_lstm_step, right: the four parts on an axis of their own, and a list
# .chunk(4, dim=1) => .unflatten(1, (4, -1)).unbind(1)
# sigmoid(o) * torch.tanh(c), c => [sigmoid(o) * torch.tanh(c), c]

# %% check_lstm_step, wrong: The order is h, c.
# sigmoid(o) * torch.tanh(c), c => c, sigmoid(o) * torch.tanh(c)

# %% check_lstm_step, wrong: in the order f, i, g, o; PyTorch's is i, f, g, o. Missing in your sum: bias_ih_l0.
# i, f, g, o => f, i, g, o
# + lstm.bias_ih_l0 =>

# %% check_lstm_step, wrong: tanh is missing
# * torch.tanh(c) => * c


# %% check_forget_by_token, right: tensors of one number
# f.tolist() => f


# %% check_forget_by_token, wrong: you give 1 - f: f is how much is kept.
# append(value) => append(1 - value)

# %% check_forget_by_token, wrong: 'oil' has 2 numbers for one place: take their mean.
# .mean(1) =>

# %% check_verdict, wrong: than at 40% to 100% of the other frequent tokens. For A each network must be below 50 %.
verdict = "A"


# %% check_verdict, wrong: For B each network must be above 90 %.
verdict = "B"


# %% check_verdict, wrong: Your table has 3 networks. Can they speak for any LSTM?
verdict = "D"


# %% check_bias_for, right: a tensor of one number
# math.log(f / (1 - f)) => torch.logit(torch.tensor(f, dtype=torch.float64))

# %% check_bias_for, wrong: That is the gate; the bias is the number whose sigmoid it is.
# math.log(f / (1 - f)) => f

# %% check_bias_for, wrong: Your bias of 2.60
# says: Is it rounded?
# math.log(f / (1 - f)) => round(math.log(f / (1 - f)), 1)

# %% check_bias_for, wrong: You give ln T
# math.log(f / (1 - f)) => math.log(T)

# %% check_bias_for, wrong: You give ln f
# math.log(f / (1 - f)) => math.log(f)


# %% check_coupled_step, right: one mixture
# f * c + (1 - f) * torch.tanh(g) => torch.lerp(torch.tanh(g), c, f)

# %% check_coupled_step, wrong: You keep 1 - i
# _, f, g, o => i, _, g, o
# f = sigmoid(f) => f = 1 - sigmoid(i)

# %% check_coupled_step, wrong: This is still the LSTM's step
# _, f, g, o => i, f, g, o
# (1 - f) => sigmoid(i)
