"""Answers to the exercises of chapter 5 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    return np.log(np.sum(np.exp(Z), axis=-1))
""",
        meant="unstable: the maximum is not subtracted",
    ),
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    S = Z - Z.max(axis=-1, keepdims=True)
    return np.log(np.exp(S).sum(axis=-1))
""",
        meant="the maximum is subtracted and never added again",
    ),
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    m = np.max(Z, axis=-1, keepdims=True)
    return m + np.log(np.sum(np.exp(Z - m), axis=-1, keepdims=True))
""",
        meant="keepdims stays: the last axis is not gone",
    ),
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    top = Z.max()
    return top + np.log(np.einsum("...k->...", np.exp(Z - top)))
""",
        meant="one maximum for the whole array: a row far below it becomes -inf",
    ),
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    m = Z.max(axis=0)
    return m + np.log(np.exp(Z - m).sum(axis=0))
""",
        meant="axis 0: over the samples",
    ),
    Answer(
        id="5.1",
        code="""
def log_sum_exp(Z):
    total = Z[..., 0]
    for c in range(1, Z.shape[-1]):
        big, small = np.maximum(total, Z[..., c]), np.minimum(total, Z[..., c])
        total = big + np.log1p(np.exp(small - big))
    return total
""",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    e = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return np.log(e / e.sum(axis=-1, keepdims=True))
""",
        meant="the logarithm of a stable softmax: -inf where p underflows",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    S = Z - Z.max(axis=-1, keepdims=True)
    return Z - np.log(np.exp(S).sum(axis=-1, keepdims=True))
""",
        meant="the shifted logits on the left and the unshifted ones on the right",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    m = Z.max(axis=-1, keepdims=True)
    lse = np.log(np.exp(Z - m).sum(axis=-1))
    return Z - m - lse
""",
        meant="keepdims forgotten: raises for most shapes, or subtracts along the wrong axis",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    shifted = Z - np.max(Z, axis=-1, keepdims=True)
    P = np.exp(shifted) / np.sum(np.exp(shifted), axis=-1, keepdims=True)
    return np.log(P + 1e-12)
""",
        meant="a small number against log(0) puts a floor of -27.6",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    S = Z - Z.max(axis=-1, keepdims=True)
    return S - np.log(np.abs(S).sum(axis=-1, keepdims=True) + 1)
""",
        meant="the sum of the shifted logits, without exp",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    m = Z.max(axis=1)
    lse = m + np.log(np.exp(Z - m[:, None]).sum(axis=1))
    return np.sum(lse - Z[np.arange(len(y)), y])
""",
        meant="the sum, not the mean",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p = np.clip(p, 1e-15, 1.0)
    return -np.mean(np.log(p[np.arange(len(y)), y]))
""",
        meant="clipped at 1e-15: no sample costs more than 34.5",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -log_P[:, y].mean()
""",
        meant="Z[:, y] picks a column for every pair of samples",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    K = Z.shape[1]
    Y = np.eye(K)[y]
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return np.mean(-Y * log_P)
""",
        meant="the mean over all n K entries",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    total = 0.0
    for z, label in zip(Z, y):
        top = max(z)
        total += z[label] - top - np.log(sum(np.exp(v - top) for v in z))
    return total / len(Z)
""",
        meant="the minus sign is missing",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    right = np.take_along_axis(Z, y[:, None], axis=1)
    return np.logaddexp.reduce(Z - right, axis=1).mean()
""",
    ),
    Answer(
        id="5.4",
        code="""
def label_loss(Z, y):
    m = Z.max(axis=1)
    lse = np.log(np.exp(Z - m[:, np.newaxis]).sum(axis=1)) - m
    return np.mean(lse - Z[np.arange(len(Z)), y])
""",
        meant="m is subtracted once more, not added",
    ),
    Answer(
        id="5.4",
        code="""
def label_loss(Z, y):
    lse = np.log(np.exp(Z).sum(axis=1))
    return np.mean(lse - Z[np.arange(len(Z)), y])
""",
        meant="the shift is taken away altogether: it overflows",
    ),
    Answer(
        id="5.4",
        code="""
def label_loss(Z, y):
    m = Z.max(axis=1)
    lse = np.log(np.exp(Z - m[:, np.newaxis]).sum(axis=1)) + Z.max()
    return np.mean(lse - Z[np.arange(len(Z)), y])
""",
        meant="the maximum of the whole batch is added, not that of the row",
    ),
    Answer(
        id="5.4",
        code="""
def label_loss(Z, y):
    m = Z.max(axis=1)
    lse = np.log(np.exp(Z - m[:, np.newaxis]).sum(axis=1))
    return np.mean(np.abs(lse - Z[np.arange(len(Z)), y]))
""",
        meant="an absolute value hides the negative loss",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return np.abs(Y * log_P).mean()
""",
        meant="an absolute value per entry in place of the sign, divided by the classes as well",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.mean(log_P[np.arange(len(Z)), Y.argmax(axis=1)])
""",
        meant="the sign is right, and labels are made one-hot by argmax",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return -np.sum(P * np.log(Y + 1e-12)) / len(Z)
""",
        meant="p ln y in place of y ln p",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return 1 - np.sum(Y * log_P) / len(Z)
""",
        meant="1 minus the sum: positive, but no cross-entropy",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    losses = []
    for z, target in zip(Z, Y):
        lse = np.logaddexp.reduce(z)
        losses.append(target.sum() * lse - target @ z)
    return sum(losses) / len(losses)
""",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return P
""",
        meant="1/n is forgotten",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[:, y] -= 1
    return P / len(y)
""",
        meant="P[:, y] -= 1 subtracts in whole columns",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    n = len(Z)
    e = np.exp(Z - np.max(Z, axis=1)[:, None])
    dZ = e / e.sum(axis=1)[:, None] / n
    for i in range(n):
        dZ[i, y[i]] -= 1
    return dZ
""",
        meant="divided before the 1 is subtracted",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dP = np.zeros_like(P)
    rows = np.arange(len(y))
    dP[rows, y] = -1 / (len(y) * P[rows, y])
    return dP
""",
        meant="the gradient by P, -Y/(nP), in place of that by Z",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    logP = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
    hot = np.arange(Z.shape[1]) == y[:, None]
    return (hot - np.exp(logP)) / Z.shape[0]
""",
        meant="Y - P: the sign is turned",
    ),
    Answer(
        id="5.8",
        code="""
def softmax_regression_gradients(X, W, b, Y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = E / E.sum(axis=1, keepdims=True) - Y
    return X.T @ dZ, dZ.mean(axis=0, keepdims=True)
""",
        meant="db alone becomes a mean",
    ),
    Answer(
        id="5.8",
        code="""
def softmax_regression_gradients(X, W, b, Y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = E / E.sum(axis=1, keepdims=True) - Y
    return X.T @ dZ / len(X), dZ.sum(axis=0, keepdims=True)
""",
        meant="dW alone is divided",
    ),
    Answer(
        id="5.8",
        code="""
def softmax_regression_gradients(X, W, b, Y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = (E / E.sum(axis=1, keepdims=True) - Y) / Y.shape[1]
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="divided by the number of classes, not of samples",
    ),
    Answer(
        id="5.8",
        code="""
def softmax_regression_gradients(X, W, b, Y):
    n = len(X)
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = (E / E.sum(axis=1, keepdims=True) - Y) / n
    return X.T @ dZ / n, dZ.mean(axis=0, keepdims=True)
""",
        meant="1/n in dZ and once more in both results",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    S = (Z - Z.max(axis=1, keepdims=True)) / T
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    zy = Z[np.arange(len(y)), y]
    return np.mean(zy - (P * Z).sum(axis=1)) / T
""",
        meant="divided by T in place of T squared",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    U = Z / T
    E = np.exp(U - U.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return np.sum(P * Z) / (len(y) * T**2)
""",
        meant="the sign is turned",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    total = 0
    for i in range(len(y)):
        total += Z[i, y[i]] - P[i] @ Z[i]
    return total / len(y) / T**2
""",
        meant="softmax of Z without the temperature",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    def loss(t):
        U = Z / t
        return np.mean(np.logaddexp.reduce(U, axis=1) - U[np.arange(len(y)), y])

    return (loss(T + 1e-2) - loss(T)) / 1e-2
""",
        meant="a forward difference with a coarse step: two digits only",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    beta = 1 / T  # differentiate by beta, then chain with dbeta/dT
    right = Z[np.arange(len(y)), y][:, None]
    D = Z - right
    W = np.exp(beta * D - np.logaddexp.reduce(beta * D, axis=1, keepdims=True))
    return (W * D).sum() / len(Z) * -(beta**2)
""",
    ),
    Answer(
        id="5.10",
        code="""
def binary_cross_entropy(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
""",
        meant="sigmoid and then the logarithm: infinite far out",
    ),
    Answer(
        id="5.10",
        code="""
def binary_cross_entropy(z, y):
    return np.mean(np.maximum(z, 0) - y * z + np.log(1 + np.exp(-np.abs(z))))
""",
        meant="log(1 + exp(-|z|)) without log1p: 0 at z = 40",
    ),
    Answer(
        id="5.10",
        code="""
def binary_cross_entropy(z, y):
    softplus = np.logaddexp(0, z)
    return (softplus - y * z).mean()
""",
        meant="logaddexp(0, z) - y z cancels to 0 at z = 40 and y = 1",
    ),
    Answer(
        id="5.10",
        code="""
def binary_cross_entropy(z, y):
    s = np.where(y == 1, -z, z)
    return np.mean(np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s))))
""",
        meant="np.where on y == 1: a soft label counts as 0",
    ),
    Answer(
        id="5.10",
        code="""
def binary_cross_entropy(z, y):
    eps = 1e-7
    p = np.clip(1 / (1 + np.exp(-z)), eps, 1 - eps)
    loss = 0
    for i in range(len(z)):
        loss -= y[i] * np.log(p[i]) + (1 - y[i]) * np.log(1 - p[i])
    return loss
""",
        meant="the sum of the samples, and clipped probabilities",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P * allowed
""",
        meant="masked after the softmax, and not normalized again",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    M = Z * allowed
    E = np.exp(M - M.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="masked logits become 0, which is a logit like others",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    E = np.where(allowed, np.exp(Z - Z.max(axis=1, keepdims=True)), 0)
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="the maximum is taken over the masked logits too: a huge one gives 0/0",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    Z[~allowed] = -1e9
    Z -= Z.max(axis=1, keepdims=True)
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="-1e9 is written into the caller's Z, and is too little beside logits of -1e12",
    ),
    Answer(
        id="5.13",
        code="""
def chance_loss(y, K):
    return np.log(K)
""",
        meant="ln K, whatever the frequencies are",
    ),
    Answer(
        id="5.13",
        code="""
def chance_loss(y, K):
    p = np.bincount(y, minlength=K) / len(y)
    return -np.sum(p * np.log(p))
""",
        meant="0 ln 0 is NaN for a class that does not occur",
    ),
    Answer(
        id="5.13",
        code="""
def chance_loss(y, K):
    q = np.unique(y, return_counts=True)[1] / y.size
    return -(q * np.log2(q)).sum()
""",
        meant="the entropy in bits",
    ),
    Answer(
        id="5.13",
        code="""
def chance_loss(y, K):
    counts = [list(y).count(c) for c in range(K)]
    return -np.log(max(counts) / len(y))
""",
        meant="the cost of the most frequent class alone",
    ),
    Answer(
        id="5.13",
        code="""
def chance_loss(y, K):
    p = np.array([(y == c).mean() for c in range(K)])
    return np.mean(-np.log(p[p > 0]))
""",
        meant="the mean of -ln p over the classes, not over the samples",
    ),
    Answer(
        id="5.14",
        code="""
def hessian_times(Z, V):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P * (V - (P * V).sum(axis=1, keepdims=True))
""",
        meant="1/n is forgotten",
    ),
    Answer(
        id="5.14",
        code="""
def hessian_times(Z, V):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P * (1 - P) * V / len(Z)
""",
        meant="the diagonal of the Hessian alone",
    ),
    Answer(
        id="5.14",
        code="""
def hessian_times(Z, V):
    logP = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)
    return np.exp(logP) * (V - V.mean(axis=1, keepdims=True)) / Z.shape[0]
""",
        meant="the mean of V, not its mean under P",
    ),
    Answer(
        id="5.14",
        code="""
def hessian_times(Z, V):
    n = len(Z)
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    inner = np.sum(P * V)
    return (P * V - P * inner) / n
""",
        meant="one inner product for the whole batch: keepdims and axis are missing",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    return Z - np.log(np.exp(Z).sum(axis=-1, keepdims=True))
""",
        meant="overflows",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    m = Z.max(axis=-1, keepdims=True)
    return Z - np.log(np.exp(Z - m).sum(axis=-1, keepdims=True))
""",
        meant="shifted in one place only",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    S = Z - Z.max(axis=-1, keepdims=True)
    return S - np.sum(np.log(np.exp(S)), axis=-1, keepdims=True)
""",
        meant="log and sum in the wrong order",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    S = Z - Z.max(axis=1, keepdims=True)
    logP = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.mean(logP[:, y])
""",
        meant="columns instead of entries",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    S = Z - Z.max(axis=1, keepdims=True)
    logP = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.sum(logP[np.arange(len(y)), y])
""",
        meant="the sum",
    ),
    Answer(
        id="5.3",
        code="""
def cross_entropy(Z, y):
    S = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    Y = np.eye(Z.shape[1])[y]
    return -np.mean(Y * np.log(P))
""",
        meant="the mean over all entries",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return np.abs(np.sum(Y * log_P))
""",
        meant="the absolute value, not divided by n",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.mean(Y * log_P)
""",
        meant="the mean over all entries",
    ),
    Answer(
        id="5.6",
        code="""
def soft_label_loss(Z, Y):
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.sum(log_P[np.arange(len(Z)), Y.argmax(axis=1)]) / len(Z)
""",
        meant="labels as if one-hot",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return P
""",
        meant="1/n is missing",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    Y = np.eye(Z.shape[1])[y]
    return (Y - P) / len(Z)
""",
        meant="Y - P",
    ),
    Answer(
        id="5.7",
        code="""
def fused_backward(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dP = np.zeros_like(P)
    dP[np.arange(len(y)), y] = -1 / P[np.arange(len(y)), y] / len(y)
    return P * dP
""",
        meant="softmax backward keeps the diagonal only",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    S = Z / T
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    G = P.copy()
    G[np.arange(len(y)), y] -= 1
    return np.sum(G * Z) / T**2 / len(y)
""",
        meant="the sign",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    S = Z / T
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    G = P.copy()
    G[np.arange(len(y)), y] -= 1
    return -np.sum(G * Z / T) / len(y)
""",
        meant="divided by T once",
    ),
    Answer(
        id="5.9",
        code="""
def temperature_gradient(Z, y, T):
    S = Z / T
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    G = P.copy()
    G[np.arange(len(y)), y] -= 1
    return -np.mean(G * Z) / T**2
""",
        meant="the mean over all entries",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P * allowed
""",
        meant="the rest does not sum to 1",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    Z = Z * allowed
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="masked logits are 0",
    ),
    Answer(
        id="5.11",
        code="""
def masked_softmax(Z, allowed):
    E = np.exp(Z - Z.max(axis=1, keepdims=True)) * allowed
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="the maximum of masked logits",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    m = Z.max(axis=-1, keepdims=True)
    E = np.exp(Z - m)
    return np.log(E / E.sum(axis=-1, keepdims=True))
""",
        meant="the logarithm of the softmax: -inf for small probabilities",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    m = Z.max(axis=-1, keepdims=True)
    return Z - np.log(np.sum(np.exp(Z - m), axis=-1, keepdims=True))
""",
        meant="the maximum is not given back",
    ),
    Answer(
        id="5.2",
        code="""
def log_softmax(Z):
    m = np.max(Z, axis=1, keepdims=True)
    S = Z - m
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
""",
        meant="axis 1, which need not be the last",
    ),
]
