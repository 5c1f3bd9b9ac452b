"""Answers to the exercises of chapter 4 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    m = np.maximum(x, z)
    dx = m
    dy = m
    dz = (x + y) * (z > x)
    return dx, dy, dz
""",
        meant="the path of x through the maximum is left out",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    q = x + y
    m = np.maximum(x, z)
    dq = m
    dm = q
    dx = dq + dm
    return dx, dq, dm
""",
        meant="the maximum hands the gradient to both of its inputs",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    q, m = x + y, np.maximum(x, z)
    dq, dm = q, m
    x_wins = np.where(x > z, 1.0, 0.0)
    return dq + dm * x_wins, dq, dm * (1 - x_wins)
""",
        meant="the multiply gate does not swap its factors",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    if np.sum(x) > np.sum(z):
        # g = (x + y) x
        return 2 * x + y, x, np.zeros_like(z)
    # g = (x + y) z
    return z, z, x + y
""",
        meant="a Python if decides once for the whole array, by the sums",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    first = x > z
    return (
        np.where(first, 2 * x + y, z),
        np.where(first, x, z),
        np.where(first, 0 * x, x + y),
    )
""",
    ),
    Answer(
        id="4.14",
        code="""
def sweep(tape):
    grads = np.zeros(len(tape))
    grads[-1] = 1
    for k in reversed(range(len(tape))):
        for m, slope in tape[k]:
            grads[m] = grads[k] * slope
    return grads
""",
        meant="a fork overwrites instead of adding up",
    ),
    Answer(
        id="4.14",
        code="""
def sweep(tape):
    g = [0.0] * len(tape)
    g[len(tape) - 1] = 1.0
    for k, wires in enumerate(tape):
        for m, s in wires:
            g[m] += g[k] * s
    return np.array(g)
""",
        meant="the tape is read first to last",
    ),
    Answer(
        id="4.14",
        code="""
def sweep(tape):
    out = np.zeros(len(tape))
    out[-1] = 1.0
    for m, slope in tape[-1]:
        out[m] += slope
    return out
""",
        meant="only direct wires into the last value count, and the rest of the chain is lost",
    ),
    Answer(
        id="4.14",
        code="""
def sweep(tape):
    grad = np.zeros(len(tape))
    for k in range(len(tape) - 1, 0, -1):
        for (m, slope) in tape[k]:
            grad[m] += slope * grad[k]
    return grad
""",
        meant="the seed of 1 at the last value is forgotten: everything is zero",
    ),
    Answer(
        id="4.14",
        code="""
def sweep(tape):
    grads = np.zeros(len(tape), dtype=int)
    grads[-1] = 1
    for k in range(len(tape))[::-1]:
        for m, slope in tape[k]:
            grads[m] += int(slope * grads[k])
    return grads
""",
        meant="an integer array cuts the fractions of the gradients off",
    ),
    Answer(
        id="4.2",
        code="""
def one_sample_backward(x, W, dz):
    return W @ dz, np.outer(dz, x), dz
""",
        meant="the outer product is the wrong way round, and so dW has the shape of W.T",
    ),
    Answer(
        id="4.2",
        code="""
def one_sample_backward(x, W, dz):
    dx = np.dot(W, dz)
    dW = x * dz
    db = dz.copy()
    return dx, dW, db
""",
        meant="x * dz was meant to be the outer product; raises unless d equals k",
    ),
    Answer(
        id="4.2",
        code="""
def one_sample_backward(x, W, dz):
    dW = np.einsum("d,k->dk", x, dz)
    dx = W.sum(axis=1)
    db = np.ones_like(dz)
    return dx, dW, db
""",
        meant="dx is the sum over the rows of W, as if every dz were 1",
    ),
    Answer(
        id="4.2",
        code="""
def one_sample_backward(x, W, dz):
    x_col = x.reshape(-1, 1)
    dz_row = dz.reshape(1, -1)
    dW = x_col @ dz_row
    dx = (dz_row @ W.T).ravel()
    db = np.sum(dz)
    return dx, dW, db
""",
        meant="db is one number, the sum of dz",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    dW = X.T @ dZ
    dX = dZ @ W.T
    db = dZ.sum(axis=0, keepdims=True)
    return dW, dX, db
""",
        meant="dX and dW are handed back in the other order",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    return np.einsum("nk,dk->nd", dZ, W), np.einsum("nd,nk->dk", X, dZ), dZ.sum(0)
""",
        meant="keepdims is forgotten: db is (k,)",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    m = X.shape[0]
    dW = (1 / m) * np.dot(X.T, dZ)
    db = (1 / m) * np.sum(dZ, axis=0, keepdims=True)
    dX = np.dot(dZ, W.T)
    return dX, dW, db
""",
        meant="dW and db are divided by n, which dZ has already",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    n = len(X)
    dX = np.zeros_like(X, dtype=float)
    db = np.zeros((1, W.shape[1]))
    for i in range(n):
        dX[i] = W @ dZ[i]
        dW = np.outer(X[i], dZ[i])
        db[0] = dZ[i]
    return dX, dW, db
""",
        meant="the loop over the samples overwrites dW and db, so only the last sample counts",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    dX = dZ @ W.T
    dW = X.T @ dZ
    db = np.sum(dZ, axis=1).reshape(1, -1)
    return dX, dW, db
""",
        meant="db is summed over the units, not over the samples",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    n = X.shape[0]
    # the bias is a weight whose input is always 1
    X1 = np.hstack([X, np.ones((n, 1))])
    W1 = np.vstack([W, np.zeros((1, W.shape[1]))])
    dW1 = (dZ.T @ X1).T
    dX1 = (W1 @ dZ.T).T
    return dX1[:, :-1], dW1[:-1], dW1[-1:]
""",
    ),
    Answer(
        id="4.8",
        code="""
def layer_backward(X, W, dZ):
    dW = np.einsum("ij,im->jm", dZ, X)
    db = np.einsum("ij->j", dZ)[None, :]
    dX = np.einsum("ij,jm->im", dZ, W)
    return dX, dW, db
""",
        meant="dW was taken for the culprit and is transposed now; dX is as wrong as before",
    ),
    Answer(
        id="4.8",
        code="""
def layer_backward(X, W, dZ):
    dW = np.einsum("im,ij->mj", X, dZ)
    db = np.einsum("ij->j", dZ)[None, :]
    dX = np.einsum("ij,mj->im", dZ, W.T)
    return dX, dW, db
""",
        meant="W.T and swapped letters cancel each other: the same sum as before",
    ),
    Answer(
        id="4.8",
        code="""
def layer_backward(X, W, dZ):
    dW = X.T @ dZ
    db = np.einsum("ij->i", dZ)[None, :]
    dX = dZ @ W.T
    return dX, dW, db
""",
        meant="dX is right now, but db is summed over the units",
    ),
    Answer(
        id="4.8",
        code="""
def layer_backward(X, W, dZ):
    dW = np.einsum("im,ij->mj", X, dZ)
    db = np.einsum("ij->j", dZ)[None, :]
    dX = np.einsum("ij,mk->im", dZ, W)
    return dX, dW, db
""",
        meant="the letter j is missing on the right of the wrong factor: dX sums dZ and W apart",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    A1 = np.maximum(X @ W1 + b1, 0)
    Z2 = A1 @ W2 + b2
    P = np.exp(Z2 - Z2.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ2 = P / len(y)
    dZ1 = dZ2 @ W2.T
    return (X.T @ dZ1, dZ1.sum(0, keepdims=True), A1.T @ dZ2, dZ2.sum(0, keepdims=True))
""",
        meant="the ReLU of the hidden layer has no part in the backward pass",
    ),
    Answer(
        id="4.6",
        code="""
def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def two_layer_backward(X, y, W1, b1, W2, b2):
    h = X @ W1 + b1
    a = np.where(h > 0, h, 0)
    p = softmax(a @ W2 + b2)
    Y = np.eye(W2.shape[1])[y]
    dlogits = p - Y
    dW2 = a.T @ dlogits
    db2 = dlogits.sum(axis=0, keepdims=True)
    dh = (dlogits @ W2.T) * (h > 0)
    return X.T @ dh, dh.sum(axis=0, keepdims=True), dW2, db2
""",
        meant="1/n is forgotten: the gradients of the sum of the losses",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    n = X.shape[0]
    Z1 = np.dot(X, W1) + b1
    Z2 = np.dot(np.maximum(Z1, 0), W2) + b2
    E = np.exp(Z2 - Z2.max(axis=1)[:, None])
    P = E / E.sum(axis=1)[:, None]
    Y = np.zeros_like(P)
    for i in range(n):
        Y[i, y[i]] = 1
    dZ2 = (P - Y) / n
    dW2 = np.dot(Z1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = np.dot(dZ2, W2.T)
    dZ1[Z1 <= 0] = 0
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2
""",
        meant="dW2 uses Z1 in place of A1",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    A1 = np.maximum(X @ W1 + b1, 0)
    E = np.exp(A1 @ W2 + b2)
    P = E / E.sum(axis=0)
    Y = np.eye(2)[y]
    dZ2 = (P - Y) / 3
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    return X.T @ dZ1, dZ1.sum(axis=0)[None], A1.T @ dZ2, dZ2.sum(axis=0)[None]
""",
        meant=(
            "the softmax is normalized over the samples, and 3 samples of 2 classes are "
            "built in (raises for more classes)"
        ),
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    dW1, db1 = np.zeros(W1.shape), np.zeros(b1.shape)
    dW2, db2 = np.zeros(W2.shape), np.zeros(b2.shape)
    for x, c in zip(X, y):
        z1 = x @ W1 + b1[0]
        a1 = z1 * (z1 > 0)
        z2 = a1 @ W2 + b2[0]
        p = np.exp(z2 - np.logaddexp.reduce(z2))
        p[c] -= 1
        dz1 = (W2 @ p) * (z1 > 0)
        dW2 += np.outer(a1, p) / len(y)
        db2 += p / len(y)
        dW1 += np.outer(x, dz1) / len(y)
        db1 += dz1 / len(y)
    return dW1, db1, dW2, db2
""",
    ),
    Answer(
        id="4.13",
        code="""
def training_step(X, y, W1, b1, W2, b2, eta):
    n = len(y)
    A = np.maximum(X @ W1 + b1, 0)
    L = A @ W2 + b2
    P = np.exp(L - L.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    d2 = (P - np.eye(P.shape[1])[y]) / n
    d1 = (d2 @ W2.T) * (A > 0)
    W1 = W1 + eta * X.T @ d1
    b1 = b1 + eta * d1.sum(axis=0, keepdims=True)
    W2 = W2 + eta * A.T @ d2
    b2 = b2 + eta * d2.sum(axis=0, keepdims=True)
    return W1, b1, W2, b2
""",
        meant="steps uphill: plus instead of minus",
    ),
    Answer(
        id="4.13",
        code="""
def training_step(X, y, W1, b1, W2, b2, eta):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    P /= len(y)
    dZ1 = P @ W2.T
    dZ1[Z1 <= 0] = 0
    W2 -= eta * (A1.T @ P)
    b2 -= eta * P.sum(axis=0, keepdims=True)
    W1 -= eta * (X.T @ dZ1)
    b1 -= eta * dZ1.sum(axis=0, keepdims=True)
    return W1, b1, W2, b2
""",
        meant="-= changes the caller's arrays in place",
    ),
    Answer(
        id="4.13",
        code="""
def training_step(X, y, W1, b1, W2, b2, eta):
    m = X.shape[0]
    H = np.maximum(0, np.matmul(X, W1) + b1)
    S = np.matmul(H, W2) + b2
    expS = np.exp(S - np.max(S, axis=1, keepdims=True))
    delta = expS / np.sum(expS, axis=1, keepdims=True)
    delta[range(m), y] -= 1
    delta = delta / m
    W2 = W2 - eta * np.matmul(H.T, delta)
    b2 = b2 - eta * np.sum(delta, axis=0, keepdims=True)
    delta_hidden = np.matmul(delta, W2.T) * (H > 0)
    W1 = W1 - eta * np.matmul(X.T, delta_hidden)
    b1 = b1 - eta * np.sum(delta_hidden, axis=0, keepdims=True)
    return W1, b1, W2, b2
""",
        meant="W2 is updated before the gradient goes back through it",
    ),
    Answer(
        id="4.13",
        code="""
def training_step(X, y, W1, b1, W2, b2, eta):
    A1 = np.maximum(X @ W1 + b1, 0)
    Z2 = A1 @ W2 + b2
    logP = Z2 - np.logaddexp.reduce(Z2, axis=1, keepdims=True)
    dZ2 = (np.exp(logP) - np.eye(Z2.shape[1])[y]) / len(X)
    dZ1 = np.where(A1 > 0, dZ2 @ W2.T, 0)
    return W1 - eta * X.T @ dZ1, b1, W2 - eta * A1.T @ dZ2, b2
""",
        meant="the biases stay where they are",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found, gradients = [], {}
    for A, dZ in batches:
        gradients["W"] = gradients.get("W", 0) + A.T @ dZ
        found.append(gradients["W"])
    gradients.clear()
    return np.array(found)
""",
        meant="the dictionary is emptied after the loop, where it does not help any more",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found = []
    A0, dZ0 = batches[0]
    grad = np.zeros((A0.shape[1], dZ0.shape[1]))
    for A, dZ in batches:
        grad[:] = 0
        grad += A.T @ dZ
        found.append(grad)
    return np.array(found)
""",
        meant="one array is reused: all entries of the list are the last batch's gradient",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found, total = [], 0
    for k, (A, dZ) in enumerate(batches, start=1):
        total = total + A.T @ dZ
        found.append(total / k)
    return np.array(found)
""",
        meant="a mean over the batches seen so far, as a cure for the growth",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    return np.stack([A.T @ dZ / len(A) for A, dZ in batches])
""",
        meant="the reset is there, but each gradient is divided by the number of samples",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    running = np.cumsum([A.T @ dZ for A, dZ in batches], axis=0)
    return np.diff(running, axis=0, prepend=np.zeros_like(running[:1]))
""",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    grad = np.zeros_like(X)
    base = f(X)
    for idx in np.ndindex(X.shape):
        Y = X.copy()
        Y[idx] += h
        grad[idx] = (f(Y) - base) / h
    return grad
""",
        meant="a forward difference: the error is of the order h",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    G = np.zeros(X.shape)
    for i in range(X.size):
        X.flat[i] += h
        up = f(X)
        X.flat[i] -= 2 * h
        down = f(X)
        G.flat[i] = (up - down) / (2 * h)
    return G
""",
        meant="the entry is not put back to where it was, and X is changed",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    out = np.empty(X.shape)
    it = np.nditer(X, flags=["multi_index"])
    while not it.finished:
        e = np.zeros(X.shape)
        e[it.multi_index] = h
        out[it.multi_index] = (f(X + e) - f(X - e)) / h
        it.iternext()
    return out
""",
        meant="divided by h, not by 2h",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    slope = (f(X + h) - f(X - h)) / (2 * h)
    return np.full_like(X, slope)
""",
        meant="the whole array is nudged at once: one directional slope in all entries",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    rows, cols = X.shape
    grads = []
    for i in range(rows):
        for j in range(cols):
            plus, minus = X.copy(), X.copy()
            plus[i, j] += h
            minus[i, j] -= h
            grads.append((f(plus) - f(minus)) / (2 * h))
    return np.array(grads)
""",
        meant=(
            "two loops over rows and columns: raises for an X that is no matrix, and a flat result"
        ),
    ),
    Answer(
        id="4.11",
        code="""
def relative_error(A, B):
    top = np.abs(A - B)
    bottom = np.maximum(np.abs(A), np.abs(B))
    return np.max(top / (bottom + 1e-12))
""",
        meant="entry by entry: divides each difference by its own entry and takes the largest",
    ),
    Answer(
        id="4.11",
        code="""
def relative_error(A, B):
    scale = max(A.max(), B.max())
    if scale == 0:
        return 0
    return (A - B).max() / scale
""",
        meant="no absolute values: signed differences, signed largest entry",
    ),
    Answer(
        id="4.11",
        code="""
def relative_error(A, B):
    denom = np.linalg.norm(A) + np.linalg.norm(B)
    return 0.0 if denom == 0 else np.linalg.norm(A - B) / denom
""",
        meant="norms instead of maxima, and the sum of both in the denominator",
    ),
    Answer(
        id="4.11",
        code="""
def relative_error(A, B):
    return np.abs(A - B).max() / np.abs(B).max()
""",
        meant="the scale is that of B alone, and two arrays of zeros give NaN",
    ),
    Answer(
        id="4.12",
        code="""
def along_direction(f, dX, X, V, h):
    unit = V / np.linalg.norm(V)
    slope = (f(X + h * unit) - f(X - h * unit)) / (2 * h)
    return np.sum(dX * V), slope
""",
        meant="V is brought to length 1 for the slope, but not for the inner product",
    ),
    Answer(
        id="4.12",
        code="""
def along_direction(f, dX, X, V, h):
    left = dX @ V.T
    right = (f(X + h * V) - f(X - h * V)) / (2 * h)
    return left, right
""",
        meant="a matrix product in place of the sum of the products of entries",
    ),
    Answer(
        id="4.12",
        code="""
def along_direction(f, dX, X, V, h):
    def phi(s):
        return f(X + s * V)

    slope = (phi(h) - phi(-h)) / 2 / h
    inner = np.vdot(dX, V)
    return slope, inner
""",
        meant="the slope first, then the inner product",
    ),
    Answer(
        id="4.12",
        code="""
def along_direction(f, dX, X, V, h):
    return (dX * V).mean(), (f(X + h * V) - f(X)) / h
""",
        meant="the mean of the products, not their sum; and a forward difference",
    ),
    Answer(
        id="4.12",
        code="""
def along_direction(f, dX, X, V, h):
    a = float(np.tensordot(dX, V, axes=dX.ndim))
    fs = np.array([f(X + s * V) for s in (-h, h)])
    return a, float(np.diff(fs)[0] / (2 * h))
""",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (dA1 > 0)
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="the mask is tested on dA1 in place of Z1",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + 2 * decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (A1 >= 0)
    dW1 = X.T @ dZ1 + 2 * decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="the mask stays, and the decay, which was right, is doubled",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n = len(X)
    Y = np.eye(W2.shape[1])[y]
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    S = Z2 - Z2.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    loss = -np.sum(Y * log_P) / n + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = (np.exp(log_P) - Y) / n
    dZ1 = (dZ2 @ W2.T) * A1
    dW1, dW2 = X.T @ dZ1 + decay * W1, A1.T @ dZ2 + decay * W2
    return loss, dW1, dZ1.sum(0, keepdims=True), dW2, dZ2.sum(0, keepdims=True)
""",
        meant="the mask is mended, but A1 takes the place of 1 in it",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(P[rows, y]))
    loss += decay / 2 * sum(np.sum(p**2) for p in (W1, b1, W2, b2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dZ1 = dZ2 @ W2.T * (Z1 > 0)
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = dZ2.sum(axis=0, keepdims=True) + decay * b2
    dW1 = X.T @ dZ1 + decay * W1
    db1 = dZ1.sum(axis=0, keepdims=True) + decay * b1
    return loss, dW1, db1, dW2, db2
""",
        meant="the mask is mended, and the biases decay as well",
    ),
    Answer(
        id="4.4",
        code="""
def dense_backward(X, W, b, dA):
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    db = dZ.sum(axis=1, keepdims=True).T
    return dZ @ W.T, X.T @ dZ, db
""",
        meant="the sum runs along the other axis",
    ),
    Answer(
        id="4.4",
        code="""
def dense_backward(X, W, b, dA):
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    db = dZ.mean(axis=0, keepdims=True)
    return dZ @ W.T, X.T @ dZ / len(X), db
""",
        meant="dW is made to fit the wrong db: divided by n, too",
    ),
    Answer(
        id="4.4",
        code="""
def dense_backward(X, W, b, dA):
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - np.tanh(A) ** 2)
    return dZ @ W.T, X.T @ dZ, np.sum(dZ, axis=0, keepdims=True)
""",
        meant="db is mended, but the slope of tanh is taken at A",
    ),
    Answer(
        id="4.4",
        code="""
def dense_backward(X, W, b, dA):
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    db = dA.sum(axis=0, keepdims=True)
    return dZ @ W.T, X.T @ dZ, db
""",
        meant="db sums dA in place of dZ",
    ),
    Answer(
        id="4.4",
        code="""
def dense_backward(X, W, b, dA):
    dZ = dA / np.cosh(X @ W + b) ** 2
    ones = np.ones((1, len(X)))
    return (W @ dZ.T).T, X.T @ dZ, ones @ dZ
""",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ / len(y), dZ.sum(axis=0, keepdims=True)
""",
        meant="db is mended, and dW is still divided by n twice",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return X.T @ P, P.sum(axis=0, keepdims=True)
""",
        meant="all divisions by n are gone, so it is the gradient of the sum",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    n, k = len(X), W.shape[1]
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = (E / E.sum(axis=1, keepdims=True) - np.eye(k)[y]) / n
    return X.T @ dZ, dZ.mean(axis=0, keepdims=True)
""",
        meant="dW is mended, and db is still a mean of what is a mean",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max())
    P = E / E.sum(axis=0, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant=(
            "both are mended, but the maximum is one for the whole matrix and the softmax runs down"
        ),
    ),
    Answer(
        id="4.7",
        code="""
def chain_backward(X, weights, dA):
    inputs, slopes = [X], []
    for W in weights:
        Z = inputs[-1] @ W
        slopes.append(np.where(Z > 0, 1, 0.1).astype(X.dtype))
        inputs.append(Z * slopes[-1])
    for W in weights[::-1]:
        dA = dA @ W.T
    return dA
""",
        meant="the slopes are gone from both lines",
    ),
    Answer(
        id="4.7",
        code="""
def chain_backward(X, weights, dA):
    A, slopes = X, []
    for W in weights:
        Z = A @ W
        slope = np.where(Z > 0, 1, 0.1)
        slopes.append(slope)
        A = Z * slope
    for W, slope in zip(reversed(weights), slopes):
        dA = (dA * slope) @ W.T
    return dA
""",
        meant=(
            "the second factor is gone, and the slopes run first to last (raises unless "
            "widths agree)"
        ),
    ),
    Answer(
        id="4.7",
        code="""
def chain_backward(X, weights, dA):
    inputs, slopes = [X], []
    for W in weights:
        Z = inputs[-1] @ W
        slopes.append(np.where(Z > 0, 1.0, 0.1))
        inputs.append(Z * slopes[-1])
    for W, slope in zip(weights[::-1], slopes[::-1], strict=True):
        dZ = dA * slope
        dA = W @ dZ.T
    return dA
""",
        meant="W @ dZ.T without the transpose back: the shape is turned, and two layers raise",
    ),
    Answer(
        id="4.7",
        code="""
def chain_backward(X, weights, dA):
    inputs, slopes = [X], [np.ones_like(X, dtype=float)]
    for W in weights:
        Z = inputs[-1] @ W
        slopes.append(np.where(Z > 0, 1, 0.1))
        inputs.append(Z * slopes[-1])
    for k in range(len(weights) - 1, -1, -1):
        dA = dA @ weights[k].T * slopes[k]
    return dA
""",
        meant=(
            "the slope is multiplied after W.T with the slope of the layer before, the last "
            "one is lost"
        ),
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    a = x + y
    m = max(x, z)
    dx = m
    dy = m
    dz = a if z > x else 0
    return dx, dy, dz
""",
        meant="dx without the part through the maximum",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    a = x + y
    m = max(x, z)
    dx = a + m * (x > z)
    dy = m
    dz = a * (z > x)
    return dx, dy, dz
""",
        meant="written for numbers, with Python's max",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    m = max(x, z)
    dx = m + (x + y) * (x > z)
    dy = m
    dz = z * (z > x)
    return dx, dy, dz
""",
        meant="dz is z instead of x + y",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dZ2 = P.copy()
    dZ2[np.arange(n), y] -= 1
    dZ2 /= n
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * A1
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2
""",
        meant="dA1 times A1 instead of its slope",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dZ2 = P.copy()
    dZ2[np.arange(n), y] -= 1 / n
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2
""",
        meant="P is not divided by n",
    ),
    Answer(
        id="4.6",
        code="""
def two_layer_backward(X, y, W1, b1, W2, b2):
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dZ2 = P.copy()
    dZ2[np.arange(n), y] -= 1
    dZ2 /= n
    dW2 = Z1.T @ dZ2
    db2 = dZ2.mean(axis=0, keepdims=True)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.mean(axis=0, keepdims=True)
    return dW1, db1, dW2, db2
""",
        meant="Z1 for A1, means for sums",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found = []
    for A, dZ in batches:
        found.append(dZ.T @ A)
    return np.array(found)
""",
        meant="transposed",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found, gradients = [], {"W": 0}
    for A, dZ in batches:
        gradients["W"] += A.T @ dZ
    found.append(gradients["W"])
    return np.array(found)
""",
        meant="only the sum is returned",
    ),
    Answer(
        id="4.9",
        code="""
def gradients_by_batch(batches):
    found, gradients = [], {}
    for A, dZ in batches:
        gradients["W"] = A.T @ dZ / len(A)
        found.append(gradients["W"])
    return np.array(found)
""",
        meant="divided by n",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    G = np.zeros_like(X)
    for i in np.ndindex(X.shape):
        X[i] += h
        up = f(X)
        X[i] -= h
        down = f(X)
        G[i] = (up - down) / (2 * h)
    return G
""",
        meant="X + h and X instead of X + h and X - h",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    return (f(X + h) - f(X - h)) / (2 * h)
""",
        meant="all entries are moved at once",
    ),
    Answer(
        id="4.10",
        code="""
def numerical_gradient(f, X, h):
    G = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            P = X.copy()
            M = X.copy()
            P[i, j] += h
            M[i, j] -= h
            G[i, j] = (f(P) - f(M)) / h
    return G
""",
        meant="divided by h",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * A1
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="A1 itself instead of where it is positive",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2 / n
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (A1 > 0)
    dW1 = X.T @ dZ1 + decay * W1 / n
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="the decay is divided by n",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (dA1 > 0)
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="the sign of dA1 decides instead of Z1",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    s = x + y
    m = np.maximum(x, z)
    dx = m
    dy = m
    dz = s * (z > x)
    return dx, dy, dz
""",
        meant="x is used twice, and only its way through the sum counts",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    s = x + y
    m = np.maximum(x, z)
    dx = m + s
    dy = m
    dz = s
    return dx, dy, dz
""",
        meant="the max passes the gradient to both",
    ),
    Answer(
        id="4.1",
        code="""
def circuit_backward(x, y, z):
    s = x + y
    m = np.maximum(x, z)
    ds = s
    dm = m
    dx = ds + dm * (x > z)
    dy = ds
    dz = dm * (z > x)
    return dx, dy, dz
""",
        meant="the product hands on each factor itself, not the other one",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    n = len(X)
    return dZ @ W.T, X.T @ dZ / n, dZ.sum(axis=0, keepdims=True) / n
""",
        meant="divides once more by n",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    dX = W @ dZ.T
    dW = X.T @ dZ
    db = np.sum(dZ, axis=0, keepdims=True)
    return dX, dW, db
""",
        meant="dX lies transposed",
    ),
    Answer(
        id="4.3",
        code="""
def linear_backward(X, W, dZ):
    dX = dZ @ W.T
    dW = X.T @ dZ
    db = np.sum(dZ, axis=0)
    return dX, dW, db
""",
        meant="db is flat",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + 2 * decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1 + 2 * decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="mends the mask, and doubles the decay for no reason",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="takes the mask away instead of mending it",
    ),
    Answer(
        id="4.15",
        code="""
def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (A1 > 0)
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
        meant="mends the mask, but takes 1 away and not 1 / n",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ, dZ.mean(axis=0, keepdims=True)
""",
        meant="only dW is mended",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ, dZ.sum(axis=0)
""",
        meant="mended, but db is flat",
    ),
    Answer(
        id="4.5",
        code="""
def logits_to_weights(X, W, b, y):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / P.shape[1]
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="divided by the number of classes, not of samples",
    ),
]
