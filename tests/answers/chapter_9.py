"""Answers to the exercises of chapter 9 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    d = X.shape[1]
    return np.linalg.solve(X.T @ X + alpha * np.eye(d), X.T @ t)
""",
        meant="the 1/n is lost: the alpha of the sum, not of the mean",
    ),
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    n, d = X.shape
    return np.linalg.solve(X.T @ X / n + 2 * alpha * np.eye(d), X.T @ t / n)
""",
        meant="the half of the penalty is forgotten",
    ),
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    n = len(X)
    return np.linalg.inv(X.T @ X / n + alpha) @ X.T @ t / n
""",
        meant="alpha is added to every entry, not to the diagonal",
    ),
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    n, d = X.shape
    w = np.linalg.lstsq(X, t, rcond=None)[0]
    lam = np.linalg.eigvalsh(X.T @ X / n)
    return w * (lam / (lam + alpha))[:, None]
""",
        meant="the factors of (9.5) without going to the eigenvectors",
    ),
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    n, d = X.shape
    w = np.zeros((d, 1))
    for _ in range(100):
        w -= 0.1 * (X.T @ (X @ w - t) / n + alpha * w)
    return w
""",
        meant="a hundred steps of descent: not there yet",
    ),
    Answer(
        id="9.1",
        code="""
def ridge(X, t, alpha):
    n, d = X.shape
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ ((s / (s**2 + n * alpha))[:, None] * (U.T @ t))
""",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    return np.sign(w_star) * np.maximum(np.abs(w_star) - alpha, 0)
""",
        meant="the curvature is left out",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    return np.maximum(w_star - alpha / curvature, 0)
""",
        meant="only the positive half",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    return np.sign(w_star) * (np.abs(w_star) - alpha / curvature)
""",
        meant="no maximum: small weights change sign",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    return np.where(np.abs(w_star) > alpha / curvature, w_star, 0)
""",
        meant="the hard threshold: what survives is not shrunk",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    t = alpha * curvature
    return np.where(w_star > t, w_star - t, np.where(w_star < -t, w_star + t, 0))
""",
        meant="times the curvature",
    ),
    Answer(
        id="9.2",
        code="""
def soft_threshold(w_star, curvature, alpha):
    t = np.max(alpha / curvature)
    return w_star - np.clip(w_star, -t, t)
""",
        meant="one threshold for all weights",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    return 1 / (rate * steps) * np.ones_like(curvature)
""",
        meant="the approximation (9.10)",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    left = (1 - rate * curvature) ** steps
    return curvature * (1 - left) / left
""",
        meant="turned over: (1 - left) / left",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    kept = 1 - (1 - rate * curvature) ** steps
    return curvature / kept
""",
        meant="the curvature is not subtracted",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    left = (1 - rate * curvature) ** steps
    return curvature * left
""",
        meant="not divided by what is kept",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    left = np.exp(-rate * curvature * steps)
    return curvature * left / (1 - left)
""",
        meant="the continuous limit e^-x in place of the power",
    ),
    Answer(
        id="9.3",
        code="""
def equal_strength(rate, steps, curvature):
    return curvature / np.expm1(-steps * np.log1p(-rate * curvature))
""",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    down = np.roll(X, 1, axis=1)
    up = np.roll(X, -1, axis=1)
    right = np.roll(X, 1, axis=2)
    left = np.roll(X, -1, axis=2)
    return np.concatenate([X, down, up, right, left]), np.tile(y, 5)
""",
        meant="what leaves comes in on the other side",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)))
    h, w = X.shape[1:]
    moves = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    A = np.concatenate([P[:, i : i + h, j : j + w] for i, j in moves])
    return A, np.repeat(y, 5)
""",
        meant="the labels are repeated one by one",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)))
    h, w = X.shape[1:]
    moves = [(1, 1), (2, 1), (0, 1), (1, 2), (1, 0)]
    A = np.concatenate([P[:, i : i + h, j : j + w] for i, j in moves])
    return A, np.tile(y, 5)
""",
        meant="up before down, and left before right",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)), mode="edge")
    h, w = X.shape[1:]
    moves = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    A = np.concatenate([P[:, i : i + h, j : j + w] for i, j in moves])
    return A, np.tile(y, 5)
""",
        meant="the edge is repeated instead of zeros",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    images = []
    for x in X:
        P = np.pad(x, 1)
        h, w = x.shape
        for i, j in [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]:
            images.append(P[i : i + h, j : j + w])
    return np.array(images), np.repeat(y, 5)
""",
        meant="each image followed by its own neighbors",
    ),
    Answer(
        id="9.4",
        code="""
def with_shifts(X, y):
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)))
    h, w = X.shape[1:]
    moves = [(1, 1), (1, 0), (1, 2), (0, 1), (2, 1)]
    A = np.concatenate([P[:, i : i + h, j : j + w] for i, j in moves])
    return A, np.tile(y, 5)
""",
        meant="axes exchanged: right, left, down, up",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    u = np.random.default_rng(seed).random(X.shape)
    M = u >= p
    return X * M / (1 - p), dY * M
""",
        meant="the gradient is not divided",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    rng = np.random.default_rng(seed)
    Y = X * (rng.random(X.shape) >= p) / (1 - p)
    return Y, dY * (rng.random(X.shape) >= p) / (1 - p)
""",
        meant="a new mask on the way back",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    u = np.random.default_rng(seed).random(X.shape)
    M = (u < p) / p
    return X * M, dY * M
""",
        meant="p is taken for the probability to keep",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    u = np.random.default_rng(seed).random(X.shape)
    Y = np.where(u < p, 0, X / (1 - p))
    return Y, dY * (Y > 0) / (1 - p)
""",
        meant="the mask is read off Y > 0, as if it were a ReLU",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    u = np.random.default_rng(seed).random(X.shape)
    M = u >= p
    return X * M / M.mean(), dY * M / M.mean()
""",
        meant="divided by the share that was kept, not by its expectation",
    ),
    Answer(
        id="9.5",
        code="""
def dropout(X, dY, p, seed):
    u = np.random.default_rng(seed).random(X.shape[1])
    M = u >= p
    return X * M / (1 - p), dY * M / (1 - p)
""",
        meant="one mask for all samples",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    n, d = X.shape
    return np.linalg.solve(X.T @ X + n * p / (1 - p) * np.eye(d), X.T @ t)
""",
        meant="plain ridge: the same strength for each weight",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    G = X.T @ X
    return np.linalg.solve(G + p * np.diag(np.diag(G)), X.T @ t)
""",
        meant="p in place of p/(1-p)",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    G = X.T @ X
    return np.linalg.solve(G + p / (1 - p) * np.diag(G), X.T @ t)
""",
        meant="np.diag gives a vector, which broadcasts over the rows",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    G = X.T @ X
    return (1 - p) * np.linalg.solve(G + p / (1 - p) * np.diag(np.diag(G)), X.T @ t)
""",
        meant="scaled once more, as for dropout that is not inverted",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    rng = np.random.default_rng(0)
    G, h = 0, 0
    for _ in range(1000):
        Y = X * (rng.random(X.shape) >= p) / (1 - p)
        G, h = G + Y.T @ Y, h + Y.T @ t
    return np.linalg.solve(G, h)
""",
        meant="a mean over 1000 masks: near, but not it",
    ),
    Answer(
        id="9.6",
        code="""
def dropout_weights(X, t, p):
    G = X.T @ X
    return np.linalg.solve(G + p / (1 - p) * np.diag(X.var(axis=0) * len(X)), X.T @ t)
""",
        meant="the variance of the inputs in place of their mean square",
    ),
    Answer(
        id="9.7",
        code="""
def outputs(A, W, b, p, training, seed):
    if p > 0 and not training:
        u = np.random.default_rng(seed).random(A.shape)
        A = A * (u >= p) / (1 - p)
    return A @ W + b
""",
        meant="the wrong way round",
    ),
    Answer(
        id="9.7",
        code="""
def outputs(A, W, b, p, training, seed):
    if training:
        u = np.random.default_rng(seed).random(A.shape)
        A = A * (u >= p)
    else:
        A = A * (1 - p)
    return A @ W + b
""",
        meant="dropout as of 2014: scaled in prediction",
    ),
    Answer(
        id="9.7",
        code="""
def outputs(A, W, b, p, training, seed):
    if training:
        u = np.random.default_rng(seed).random(A.shape)
        A = A * (u > p) / p
    return A @ W + b
""",
        meant="divided by p",
    ),
    Answer(
        id="9.7",
        code="""
def outputs(A, W, b, p, training, seed):
    Z = A @ W + b
    if training:
        u = np.random.default_rng(seed).random(Z.shape)
        Z = Z * (u >= p) / (1 - p)
    return Z
""",
        meant="the outputs are dropped instead of the inputs",
    ),
    Answer(
        id="9.7",
        code="""
def outputs(A, W, b, p, training, seed):
    if training:
        u = np.random.default_rng(seed).random(A.shape)
        A *= (u >= p) / (1 - p)
    return A @ W + b
""",
        meant="in place: the caller's A is changed",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    return gamma * (X - X.mean(axis=0)) / (X.std(axis=0) + eps) + beta
""",
        meant="eps outside the root",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    mu = X.mean(axis=0)
    v = X.var(axis=0, ddof=1)
    return gamma * (X - mu) / np.sqrt(v + eps) + beta
""",
        meant="the variance with n - 1",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    mu = X.mean(axis=1, keepdims=True)
    v = X.var(axis=1, keepdims=True)
    return gamma * (X - mu) / np.sqrt(v + eps) + beta
""",
        meant="over the columns of a row: layer norm",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    return gamma * (X - X.mean()) / np.sqrt(X.var() + eps) + beta
""",
        meant="one mean and one variance for the whole array",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    v = np.mean(X**2, axis=0)
    return gamma * (X - np.mean(X, axis=0)) / np.sqrt(v + eps) + beta
""",
        meant="the mean square without subtracting the mean",
    ),
    Answer(
        id="9.8",
        code="""
def batch_norm(X, gamma, beta, eps):
    X_hat = (X - X.mean(axis=0)) / (X.var(axis=0) + eps)
    return gamma * X_hat + beta
""",
        meant="the root is forgotten",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    return gamma * dZ / s
""",
        meant="only the path through x itself",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    g = gamma * dZ
    return (g - g.mean(axis=0)) / s
""",
        meant="the path through the variance is missing",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    g = gamma * dZ
    return (g - g.sum(axis=0) - X_hat * (g * X_hat).sum(axis=0)) / s
""",
        meant="sums in place of means",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    g = dZ
    return (g - g.mean(axis=0) - X_hat * (g * X_hat).mean(axis=0)) / s
""",
        meant="gamma is forgotten",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    return (g - g.mean(axis=0) - X_hat * g.mean(axis=0) * X_hat.mean(axis=0)) / s
""",
        meant="the mean of the product is taken for the product of the means",
    ),
    Answer(
        id="9.9",
        code="""
def batch_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    return (g - g.mean(axis=0) + X_hat * (g * X_hat).mean(axis=0)) / s
""",
        meant="a plus before the third term",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        squares = ((B - B.mean(axis=0)) ** 2).sum(axis=0)
        mean = mean + momentum * (B.mean(axis=0) - mean)
        var = var + momentum * (squares / len(B) - var)
    return mean, var
""",
        meant="mended, but divided by n",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        squares = ((B - mean) ** 2).sum(axis=0)
        mean = mean + momentum * (B.mean(axis=0) - mean)
        var = var + momentum * (squares / (len(B) - 1) - var)
    return mean, var
""",
        meant="only the order changed: now around the old running mean",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        mean = momentum * mean + (1 - momentum) * B.mean(axis=0)
        var = momentum * var + (1 - momentum) * B.var(axis=0, ddof=1)
    return mean, var
""",
        meant="the momentum weighs the old, as in some other libraries",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.zeros(d)
    for B in batches:
        mean += momentum * (B.mean(axis=0) - mean)
        var += momentum * (B.var(axis=0, ddof=1) - var)
    return mean, var
""",
        meant="the variance starts at 0",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    X = np.concatenate(batches)
    return X.mean(axis=0), X.var(axis=0, ddof=1)
""",
        meant="the statistics of all batches together",
    ),
    Answer(
        id="9.10",
        code="""
def running(batches, momentum):
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        mean = mean + momentum * (B.mean(axis=0) - mean)
        var = var + momentum * (B.std(axis=0, ddof=1) - var)
    return mean, var
""",
        meant="the standard deviation is remembered",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    a = gamma / np.sqrt(v + eps)
    return W * a, b * a + beta
""",
        meant="the running mean is forgotten",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    a = gamma / np.sqrt(v + eps)
    return W * a, b - mu * a + beta
""",
        meant="b is not scaled",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    a = gamma / (np.sqrt(v) + eps)
    return W * a, (b - mu) * a + beta
""",
        meant="eps outside the root",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    a = gamma / (v + eps)
    return W * a, (b - mu) * a + beta
""",
        meant="the root is forgotten",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    s = np.sqrt(v + eps)
    return W / s, gamma * (b - mu) / s + beta
""",
        meant="gamma goes into b only",
    ),
    Answer(
        id="9.11",
        code="""
def folded(W, b, gamma, beta, mu, v, eps):
    a = gamma / np.sqrt(v + eps)
    return W * a, (b + mu) * a + beta
""",
        meant="plus mu",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    g = gamma * dZ
    return (g - g.mean(axis=0) - X_hat * (g * X_hat).mean(axis=0)) / s
""",
        meant="still along the columns, as in exercise 9.9",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    m = dZ.mean(axis=1, keepdims=True)
    p = (dZ * X_hat).mean(axis=1, keepdims=True)
    return gamma * (dZ - m - X_hat * p) / s
""",
        meant="gamma in front, after the means",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    m = g.mean(axis=1, keepdims=True)
    p = (g * X_hat).sum(axis=1, keepdims=True)
    return (g - m - X_hat * p) / s
""",
        meant="a sum in the third term",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    n = len(g)
    m = g.sum(axis=1, keepdims=True) / n
    p = (g * X_hat).sum(axis=1, keepdims=True) / n
    return (g - m - X_hat * p) / s
""",
        meant="divided by the number of samples",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    p = (dZ * X_hat).mean(axis=1, keepdims=True)
    return (g - g.mean(axis=1, keepdims=True) - X_hat * p) / s
""",
        meant="gamma is missing in the third term",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    g = dZ * gamma
    return (g - g.mean(axis=1) - X_hat * (g * X_hat).mean(axis=1)) / s
""",
        meant="without keepdims",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    A = np.maximum(Z, 0)
    dZ = (dY @ W2.T) * (Z > 0)
    return dZ @ W1.T, X.T @ dZ, A.T @ dY
""",
        meant="the way around is forgotten",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    A = np.maximum(Z, 0)
    dZ = dY @ W2.T
    return dY + dZ @ W1.T, X.T @ dZ, A.T @ dY
""",
        meant="the slope of ReLU is forgotten",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    dZ = (dY @ W2.T) * (Z > 0)
    return dY + dZ @ W1.T, X.T @ dZ, Z.T @ dY
""",
        meant="dW2 from Z in place of relu(Z)",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    A = np.maximum(Z, 0)
    dZ = (dY @ W2.T) * (Z > 0)
    return X + dZ @ W1.T, X.T @ dZ, A.T @ dY
""",
        meant="x is added instead of dY",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    A = np.maximum(Z, 0)
    Y = X + A @ W2
    dA = dY @ W2.T
    dZ = dA * (Z > 0)
    return dY + dZ @ W1.T, X.T @ dZ, (X + A @ W2).T @ dY
""",
        meant="dW2 from the output of the block",
    ),
    Answer(
        id="9.13",
        code="""
def residual_backward(X, W1, W2, dY):
    Z = X @ W1
    A = np.maximum(Z, 0)
    dZ = (dY @ W2.T) * (Z > 0)
    n = len(X)
    return dY + dZ @ W1.T, X.T @ dZ / n, A.T @ dY / n
""",
        meant="divided by the number of samples",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    for _ in range(L):
        k = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
        q = (1 + alpha) * q
        c = (c + alpha * k) / (1 + alpha)
    return q, c
""",
        meant="alpha in place of alpha squared",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    a = alpha**2
    for _ in range(L):
        q *= 1 + a
        c = c + a * (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
    return q, c
""",
        meant="the cosine is not divided by 1 + alpha^2",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    a = alpha**2
    k = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
    for _ in range(L):
        q = (1 + a) * q
        c = (c + a * k) / (1 + a)
    return q, c
""",
        meant="the map is computed once, from the first cosine",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    k = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
    q = (1 + alpha**2) * q
    c = (c + alpha**2 * k) / (1 + alpha**2)
    return q, c
""",
        meant="one block only",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    a = alpha**2
    for _ in range(L):
        k = (np.sqrt(1 - c**2) + np.arccos(c) * c) / np.pi
        q, c = (1 + a) * q, (c + a * k) / (1 + a)
    return q, c
""",
        meant="pi minus is lost",
    ),
    Answer(
        id="9.14",
        code="""
def after_blocks(q, c, L, alpha):
    a = alpha**2 / L
    for _ in range(L):
        k = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
        q, c = (1 + a) * q, (c + a * k) / (1 + a)
    return q, c
""",
        meant="alpha divided by the root of L once more",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    d = dZ * gamma
    return (d - d.mean(axis=0) - X_hat * (d * X_hat).mean(axis=0)) / s
""",
        meant="means over the batch",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    mean1 = dZ.mean(axis=1, keepdims=True)
    mean2 = (dZ * X_hat).mean(axis=1, keepdims=True)
    return gamma / s * (dZ - mean1 - X_hat * mean2)
""",
        meant="gamma stands before the bracket as in batch norm, and not inside the means",
    ),
    Answer(
        id="9.12",
        code="""
def layer_norm_backward(dZ, X_hat, s, gamma):
    dX_hat = dZ * gamma
    return (dX_hat - dX_hat.mean(axis=1, keepdims=True)) / s
""",
        meant="the way through the standard deviation is missing",
    ),
]
