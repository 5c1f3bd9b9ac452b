"""Answers to the exercises of chapter 7 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="7.1",
        code="""
def batches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    count = n // batch_size
    return tuple(order[k * batch_size : (k + 1) * batch_size] for k in range(count))
""",
        meant="the small last batch is dropped",
    ),
    Answer(
        id="7.1",
        code="""
def batches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    parts = -(-n // batch_size)
    return tuple(np.array_split(order, parts))
""",
        meant="array_split makes batches of nearly equal sizes",
    ),
    Answer(
        id="7.1",
        code="""
def batches(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    result = []
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        result.append(rng.integers(0, n, size=size))
    return tuple(result)
""",
        meant="drawn with replacement: rows occur twice or not at all",
    ),
    Answer(
        id="7.1",
        code="""
def batches(n, batch_size, seed):
    np.random.default_rng(seed)
    rows = np.arange(n)
    return tuple(rows[i : i + batch_size] for i in range(0, n, batch_size))
""",
        meant="not shuffled: the rows come in their order",
    ),
    Answer(
        id="7.1",
        code="""
def batches(n, batch_size, seed):
    out = []
    while sum(len(b) for b in out) < n:
        left = n - sum(len(b) for b in out)
        p = np.random.default_rng(seed).permutation(n)
        out.append(p[: min(batch_size, left)])
    return tuple(out)
""",
        meant="the generator is made anew in each batch, and each batch is the first one",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    return np.mean(losses)
""",
        meant="the plain mean of the batch means",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    total = 0.0
    for loss, size in zip(losses, sizes):
        total += loss * size
    return total / len(losses)
""",
        meant="the weighted sum is divided by the number of batches",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    return np.sum(losses / sizes) / len(sizes)
""",
        meant="the losses are divided by the sizes, as if they were sums",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    n = sizes.sum()
    return losses.sum() / n
""",
        meant="the sum of the batch means over the number of samples",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    mean, seen = 0.0, 0
    for loss, size in zip(losses, sizes):
        seen += size
        mean += (loss - mean) * size / seen
    return mean
""",
    ),
    Answer(
        id="7.3",
        code="""
def batch_variance(G, B):
    g = G.mean(axis=0)
    S = np.mean(np.sum((G - g) ** 2, axis=1))
    return S / B
""",
        meant="S / B, as for draws with replacement",
    ),
    Answer(
        id="7.3",
        code="""
def batch_variance(G, B):
    n = len(G)
    return np.var(G, axis=0).sum() / B * (1 - B / n)
""",
        meant="(n - B) / n in place of (n - B) / (n - 1)",
    ),
    Answer(
        id="7.3",
        code="""
def batch_variance(G, B):
    n = G.shape[0]
    S = np.mean((G - G.mean(axis=0)) ** 2)
    return S / B * (n - B) / (n - 1)
""",
        meant="the mean over the entries of the gradient too, not their sum",
    ),
    Answer(
        id="7.3",
        code="""
def batch_variance(G, B):
    n = G.shape[0]
    S = G.var(axis=0, ddof=1).sum()
    factor = (n - B) / (n - 1)
    return S * factor / B
""",
        meant="ddof=1 in S and n - 1 once more: counted twice",
    ),
    Answer(
        id="7.3",
        code="""
def batch_variance(G, B):
    n, p = G.shape
    S = 0
    for row in G:
        S += ((row - row.mean()) ** 2).sum() / n
    return np.sqrt(S / B * (n - B) / (n - 1))
""",
        meant="the mean is taken along each row, and the root at the end: a standard deviation",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    grads = []
    for X, t in parts:
        grads.append(X.T @ (X @ w - t) / len(X))
    return np.mean(grads, axis=0)
""",
        meant="the mean of the gradients of the parts, though the parts differ in size",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    g = np.zeros_like(w)
    for X, t in parts:
        g += X.T @ (X @ w - t) / len(t)
    return g
""",
        meant="the sum of the parts' mean gradients, never divided by their number",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    total, n = 0, 0
    for X, t in parts:
        total = total + np.dot(X.T, np.dot(X, w) - t)
        n += X.shape[0]
    return total / (2 * n)
""",
        meant="divided by 2n: the 2 of the square does not cancel it",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    total = np.zeros(w.shape)
    for X, t in parts:
        n = len(X)
        total += X.T @ (X @ w - t)
    return total / n
""",
        meant="n is the size of the last part alone",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    n = sum(len(t) for _, t in parts)
    # normal equations, part by part
    H = sum(X.T @ X for X, _ in parts) / n
    c = sum(X.T @ t for X, t in parts) / n
    return H @ w - c
""",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    g = np.zeros_like(w)
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g += A.T @ (A @ w - c) / len(A)
        w -= rate * g
    g = np.zeros_like(w)
    return w
""",
        meant="the reset stands behind the loop",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    g = np.zeros_like(w)
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g += A.T @ (A @ w - c) / len(A)
    w -= rate * g
    return w
""",
        meant="the step is made once, after the loop",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        g = X[rows].T @ (X[rows] @ w - t[rows]) / batch_size
        w = w - rate * g
    return w
""",
        meant="no adding up any more, but the batch is divided by batch_size even if it is smaller",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    new = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        new -= rate * (A.T @ (A @ w - c) / len(A))
    return new
""",
        meant="all gradients at the weights from before the epoch",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    w = w.copy()
    for _ in range(epochs):
        order = np.random.default_rng(seed).permutation(len(X))
        for k in range(0, len(X), batch_size):
            rows = order[k : k + batch_size]
            w -= rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
    return w
""",
        meant="the generator is made in each epoch, so the order is always the same",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    w = np.array(w, dtype=float)
    n = len(X)
    for epoch in range(epochs):
        Xs = X[rng.permutation(n)]
        for start in range(0, n, batch_size):
            xb = Xs[start : start + batch_size]
            tb = t[start : start + batch_size]
            w = w - rate * xb.T @ (xb @ w - tb) / len(xb)
    return w
""",
        meant="the targets are not shuffled with the rows",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        p = rng.permutation(len(t))
        for i in range(0, len(t), batch_size):
            b = p[i : i + batch_size]
            error = X[b] @ w - t[b]
            w -= rate * (X[b].T @ error) / len(b)
    return w
""",
        meant="w of the caller is changed by -=",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    w = w.copy()
    for _ in range(epochs):
        order = rng.permutation(len(X))
        X, t = X[order], t[order]
        for s in range(0, len(X), batch_size):
            A, c = X[s : s + batch_size], t[s : s + batch_size]
            w -= rate * A.T @ (A @ w - c) / len(A)
    return w
""",
        meant="the shuffled data are shuffled again in the next epoch, so the rows are others",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    v = w + 0
    for e in range(epochs):
        order = rng.permutation(X.shape[0])
        for k in range(X.shape[0] // batch_size):
            idx = order[k * batch_size : (k + 1) * batch_size]
            v = v - rate * np.einsum("nd,n->d", X[idx], X[idx] @ v - t[idx])
    return v
""",
        meant="the last batch is left out, and the gradient is not divided by its size",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for rows in np.split(order, range(batch_size, len(X), batch_size)):
            H = X[rows].T @ X[rows] / len(rows)
            w = w - rate * (H @ w - X[rows].T @ t[rows] / len(rows))
    return w
""",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] <= losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])
""",
        meant="an equal loss counts as an improvement",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best, best_loss, bad = 0, np.inf, 0
    for k, loss in enumerate(losses):
        if loss < best_loss:
            best, best_loss = k, loss
        else:
            bad += 1
        if bad >= patience:
            break
    return np.array([best, k])
""",
        meant="the counter of bad epochs is not reset when the loss improves",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best = 0
    last = 0
    for e, loss in enumerate(losses):
        last = e
        if loss < losses[best]:
            best = e
        if e - best > patience:
            break
    return np.array([best, last])
""",
        meant="stops one epoch too late: > in place of >=",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best = int(np.argmin(losses))
    last = min(best + patience, len(losses) - 1)
    return np.array([best, last])
""",
        meant="the best of all epochs, also of those after the stop",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    wait = 0
    for e in range(1, len(losses)):
        wait = wait + 1 if losses[e] >= losses[e - 1] else 0
        if wait == patience:
            return np.array([np.argmin(losses[: e + 1]), e])
    return np.array([np.argmin(losses), len(losses) - 1])
""",
        meant="compares with the epoch before, not with the best",
    ),
    Answer(
        id="7.8",
        code="""
def warmup(steps, rate, length):
    out = np.zeros(steps)
    for s in range(steps):
        out[s] = rate * s / length if s < length else rate
    return out
""",
        meant="begins with rate 0: step / length",
    ),
    Answer(
        id="7.8",
        code="""
def warmup(steps, rate, length):
    return rate * (np.arange(steps) + 1) / length
""",
        meant="keeps growing after the warmup",
    ),
    Answer(
        id="7.8",
        code="""
def warmup(steps, rate, length):
    ramp = np.linspace(0, rate, length)
    flat = np.full(steps - length, rate)
    return np.concatenate([ramp, flat])
""",
        meant="linspace from 0: the parts are rate / (length - 1)",
    ),
    Answer(
        id="7.8",
        code="""
def warmup(steps, rate, length):
    s = np.arange(1, steps + 1)
    decay = 0.5 * (1 + np.cos(np.pi * (s - length) / steps))
    return np.where(s <= length, rate * s / length, rate * decay)
""",
        meant="falls back after the warmup, as a cosine schedule would: no plateau",
    ),
    Answer(
        id="7.8",
        code="""
def warmup(steps, rate, length):
    increments = np.zeros(steps)
    increments[:length] = rate / length
    return np.cumsum(increments)
""",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    return X[order], y
""",
        meant="the labels are not shuffled at all now",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    rng = np.random.default_rng(seed)
    rng.shuffle(X)
    rng.shuffle(y)
    return X, y
""",
        meant=(
            "both are shuffled by rng.shuffle, one after the other: again two orders, and in place"
        ),
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    order = np.argsort(y, kind="stable")
    return X[order], y[order]
""",
        meant="sorted by label: together, but no random order",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    order = np.random.default_rng(seed).permutation(len(X))
    return X[order], y[np.argsort(order)]
""",
        meant="y is put back in the inverse order",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    first, second = np.random.default_rng(seed), np.random.default_rng(seed)
    return X[first.permutation(len(X))], y[second.permutation(len(y))]
""",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        found.append(X[i : i + 2] @ w)
    return np.concatenate(found)
""",
        meant="never learns any more, not even in training",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training:
            w = w + rate * A.T @ (found[-1] - c) / len(A)
    return np.concatenate(found)
""",
        meant="the gate is mended, and the step goes uphill",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        if training:
            w -= rate * A.T @ (A @ w - c) / len(A)
        found.append(A @ w)
    return np.concatenate(found)
""",
        meant="the step comes before the output is computed",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    found = []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training:
            w -= rate * A.T @ (found[-1] - c) / len(A)
    return np.concatenate(found)
""",
        meant="the copy is gone, so the weights of the caller learn",
    ),
    Answer(
        id="7.11",
        code="""
def update_ratios(weights, gradients, rate):
    return np.array([np.sum((rate * G) ** 2) / np.sum(W**2) for W, G in zip(weights, gradients)])
""",
        meant="squared lengths: the root is forgotten",
    ),
    Answer(
        id="7.11",
        code="""
def update_ratios(weights, gradients, rate):
    r = []
    for W, G in zip(weights, gradients):
        r.append(rate * np.linalg.norm(G, 2) / np.linalg.norm(W, 2))
    return np.array(r)
""",
        meant="np.linalg.norm with ord=2 is the largest singular value of a matrix",
    ),
    Answer(
        id="7.11",
        code="""
def update_ratios(weights, gradients, rate):
    ratios = np.empty(len(weights))
    for l in range(len(weights)):
        up = np.sqrt((gradients[l] ** 2).sum())
        ratios[l] = up / np.sqrt((weights[l] ** 2).sum())
    return ratios
""",
        meant="the rate is left out",
    ),
    Answer(
        id="7.11",
        code="""
def update_ratios(weights, gradients, rate):
    return np.array([np.mean(np.abs(rate * g / w)) for w, g in zip(weights, gradients)])
""",
        meant="the mean of the ratios of the entries",
    ),
    Answer(
        id="7.11",
        code="""
def update_ratios(weights, gradients, rate):
    length = np.linalg.norm
    return [length(w) / length(rate * g) for w, g in zip(weights, gradients)]
""",
        meant="the inverse: weights over update, and as a list",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    def scale(X):
        s = X.std(axis=0)
        s[s == 0] = 1
        return (X - X.mean(axis=0)) / s

    return scale(X_train), scale(X_new)
""",
        meant="X_new is scaled by its own mean and deviation",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    mu = X_train.mean(axis=0)
    sd = X_train.std(axis=0)
    return (X_train - mu) / sd, (X_new - mu) / sd
""",
        meant="a constant column divides by zero",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    both = np.vstack((X_train, X_new))
    m, s = both.mean(axis=0), both.std(axis=0)
    s = np.where(s > 0, s, 1)
    return (X_train - m) / s, (X_new - m) / s
""",
        meant="mean and deviation of both together: a leak",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    mean = np.mean(X_train, axis=0, keepdims=True)
    std = np.std(X_train, axis=0, ddof=1, keepdims=True)
    std[std == 0] = 1
    return (X_train - mean) / std, (X_new - mean) / std
""",
        meant="ddof=1, as in MATLAB: the variance is not 1",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    mu = X_train.mean(axis=0)
    var = X_train.var(axis=0) + 1e-8
    return (X_train - mu) / var, (X_new - mu) / var
""",
        meant="divides by the variance, and 1e-8 hides the constant column",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    columns = []
    for a, b in zip(X_train.T, X_new.T):
        a0, b0 = a - np.mean(a), b - np.mean(a)
        spread = 1.0 if np.ptp(a) == 0 else np.sqrt(a0 @ a0 / len(a))
        columns.append((a0 / spread, b0 / spread))
    return tuple(np.column_stack(c) for c in zip(*columns))
""",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    return np.mean(losses)
""",
        meant="the mean of the means",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    return np.sum(losses) / np.sum(sizes)
""",
        meant="not weighted by the sizes",
    ),
    Answer(
        id="7.2",
        code="""
def epoch_mean(losses, sizes):
    return np.mean(losses * sizes)
""",
        meant="divided by the number of batches",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    total = np.zeros_like(w)
    for X, t in parts:
        total += X.T @ (X @ w - t) / len(X)
    return total
""",
        meant="every part divided by its own size",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    total = np.zeros_like(w)
    for X, t in parts:
        total += X.T @ (X @ w - t) / len(X)
    return total / len(parts)
""",
        meant="the mean of the parts' gradients",
    ),
    Answer(
        id="7.4",
        code="""
def accumulated_gradient(parts, w):
    total, n = np.zeros_like(w), 0
    for X, t in parts:
        total += X.T @ (X @ w - t)
        n += len(X)
        w = w - total / n
    return total / n
""",
        meant="a step after each part",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c) / len(X)
        w -= rate * g
    return w
""",
        meant="divided by the whole size",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    for start in range(0, len(X) - batch_size + 1, batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c) / batch_size
        w -= rate * g
    return w
""",
        meant="the small last batch is dropped",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c) / (2 * len(A))
        w -= rate * g
    return w
""",
        meant="halved",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    w = w.copy()
    order = rng.permutation(len(X))
    for _ in range(epochs):
        for s in range(0, len(X), batch_size):
            i = order[s:s + batch_size]
            w -= rate * X[i].T @ (X[i] @ w - t[i]) / len(i)
    return w
""",
        meant="one permutation for all epochs",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    w = w.copy()
    for _ in range(epochs):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(X))
        for s in range(0, len(X), batch_size):
            i = order[s:s + batch_size]
            w -= rate * X[i].T @ (X[i] @ w - t[i]) / len(i)
    return w
""",
        meant="the generator is made anew each epoch",
    ),
    Answer(
        id="7.6",
        code="""
def train(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    w = w.copy()
    for _ in range(epochs):
        order = rng.permutation(len(X))
        X, t = X[order], t[order]
        for s in range(0, len(X), batch_size):
            i = order[s:s + batch_size]
            w -= rate * X[i].T @ (X[i] @ w - t[i]) / len(i)
    return w
""",
        meant="shuffled twice",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best, bad = 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best]:
            best, bad = t, 0
        else:
            bad += 1
        if bad > patience:
            break
    return np.array([best, t])
""",
        meant="one epoch too late",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best = 0
    for t in range(len(losses)):
        if losses[t] <= losses[best]:
            best = t
        if t - best >= patience:
            break
    return np.array([best, t])
""",
        meant="an equal loss counts as better",
    ),
    Answer(
        id="7.7",
        code="""
def early_stopping(losses, patience):
    best, bad = 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[t - 1]:
            best, bad = t, 0
        else:
            bad += 1
        if bad == patience:
            return np.array([best, t])
    return np.array([best, len(losses) - 1])
""",
        meant="compared with the epoch before instead of the best",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    rng = np.random.default_rng(seed)
    rng.shuffle(X)
    rng.shuffle(y)
    return X, y
""",
        meant="two different shuffles, in place",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    order = np.random.default_rng(seed).permutation(len(X))
    return X[order], y
""",
        meant="y stays",
    ),
    Answer(
        id="7.9",
        code="""
def shuffled(X, y, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    rng = np.random.default_rng(seed + 1)
    return X[order], y[rng.permutation(len(y))]
""",
        meant="another seed for y",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training and len(T) == len(X):
            w -= rate * A.T @ (found[-1] - c) / 2
    return np.concatenate(found)
""",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if not training:
            w -= rate * A.T @ (found[-1] - c) / len(A)
    return np.concatenate(found)
""",
        meant="the wrong way round",
    ),
    Answer(
        id="7.10",
        code="""
def outputs(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training:
            w -= rate * A.T @ (found[-1] - c) / len(X)
    return np.concatenate(found)
""",
        meant="divided by the size of all",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    m, s = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - m) / (s + 1e-8), (X_new - m) / (s + 1e-8)
""",
        meant="a small number instead of a rule for a constant column",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    m, s = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - m) / s, (X_new - X_new.mean(axis=0)) / X_new.std(axis=0)
""",
        meant="X_new by its own numbers",
    ),
    Answer(
        id="7.12",
        code="""
def standardize(X_train, X_new):
    m, s = X_train.mean(axis=0), X_train.std(axis=0)
    s[s == 0] = 1
    X = np.concatenate([X_train, X_new])
    return (X_train - m) / s, (X_new - X.mean(axis=0)) / s
""",
        meant="X_new by the mean of both",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    w0 = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w0 - c) / len(A)
        w -= rate * g
    return w
""",
        meant="mends the divisor, but takes every gradient at the first weights",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c)
        w -= rate * g
    return w
""",
        meant="no division is left",
    ),
    Answer(
        id="7.5",
        code="""
def one_epoch(X, t, w, rate, batch_size):
    w = w.copy()
    steps = len(X) // batch_size
    for k in range(steps):
        A = X[k * batch_size : (k + 1) * batch_size]
        c = t[k * batch_size : (k + 1) * batch_size]
        g = A.T @ (A @ w - c) / len(A)
        w -= rate * g
    return w
""",
        meant="the number of steps is rounded down: a short last batch is never seen",
    ),
]
