"""Answers to the exercises of chapter 1 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    return X[j] @ W[:, i] + b[0, i]
""",
        meant="i and j are mixed up (may raise)",
    ),
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    return np.dot(X[i, :], W[j, :]) + b[0, j]
""",
        meant="the row of W in place of its column (raises unless W is square)",
    ),
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    z = b[0, j - 1]
    for k in range(X.shape[1]):
        z = z + X[i - 1, k] * W[k, j - 1]
    return z
""",
        meant="counted from 1, as in MATLAB",
    ),
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    z = 0
    for x, w in zip(X[i], W[:, j]):
        z += x * w + b.ravel()[j]
    return z
""",
        meant="the bias is added in each turn of the loop",
    ),
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    return (X @ W)[i, j] + b
""",
        meant="an array of one entry or more, not one number: b is not indexed",
    ),
    Answer(
        id="1.1",
        code="""
def unit(X, W, b, i, j):
    row = np.append(X[i], 1.0)
    column = np.append(W[:, j], np.ravel(b)[j])
    return float(np.inner(row, column))
""",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return X * W + b
""",
        meant="entry by entry: raises unless the shapes happen to fit",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return W.T @ X.T + b.T
""",
        meant="the column picture of other books: W.T on the left",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return X @ (W + b)
""",
        meant="the bias is multiplied with the inputs, too",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return np.einsum("nd,dk->nk", X, W)
""",
        meant="the bias is forgotten",
    ),
    Answer(
        id="1.3",
        code="""
def dense(X, W, b):
    Z = np.matmul(X, W)
    return Z + b.sum()
""",
        meant="b is summed to one number",
    ),
    Answer(
        id="1.3",
        code="""
def dense(X, W, b):
    Z = X @ W
    return Z + np.repeat(b, len(X)).reshape(Z.shape)
""",
        meant="the bias is repeated, but for the samples in turn and not for the units",
    ),
    Answer(
        id="1.3",
        code="""
def dense(X, W, b):
    Z = np.matmul(X, W)
    b = b.T
    return Z + b.reshape(-1, 1)
""",
        meant="transposing an array with one axis does nothing, and reshape(-1, 1) is still there",
    ),
    Answer(
        id="1.3",
        code="""
def dense(X, W, b):
    Z = X @ W
    for i in range(len(Z)):
        Z[i] = Z[i] + b[0]
    return Z
""",
        meant="only the first bias is used",
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    A = X
    for W, b in zip(weights, biases):
        A = np.maximum(A @ W + b, 0)
    return A
""",
        meant="ReLU after the last layer as well",
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    for k in range(len(weights)):
        Z = X @ weights[k] + biases[k]
        if k < len(weights) - 1:
            Z = np.maximum(Z, 0)
    return Z
""",
        meant=(
            "X goes into each layer, not what the layer before gave (raises for different widths)"
        ),
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    W1, W2 = weights[0], weights[1]
    b1, b2 = biases[0], biases[1]
    hidden = np.maximum(0, X @ W1 + b1)
    return hidden @ W2 + b2
""",
        meant="two layers are built in: deeper networks lose the rest, one layer raises",
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    A = X
    last = len(weights)
    for i, (W, b) in enumerate(zip(weights, biases), start=1):
        A = A.dot(W) + b
        if i > last:
            A = A * (A > 0)
    return A
""",
        meant="an index slip: i never gets past the last layer, so there is no ReLU at all",
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    A = X
    for W, b in zip(weights[:-1], biases[:-1]):
        A = np.abs(A @ W + b)
    Z = A @ weights[-1] + biases[-1]
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="the absolute value in place of ReLU, and softmax at the end",
    ),
    Answer(
        id="1.4",
        code="""
def forward(X, weights, biases):
    Z = X @ weights[0] + biases[0]
    if len(weights) == 1:
        return Z
    return forward(Z * (Z > 0), weights[1:], biases[1:])
""",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    return sum(a * b for a, b in zip(widths, widths[1:]))
""",
        meant="the biases are forgotten",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    total = sum(widths)
    for i in range(len(widths) - 1):
        total += widths[i] * widths[i + 1]
    return total
""",
        meant="a bias for each input, too",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    n = 0
    for i in range(1, len(widths)):
        n += widths[i - 1] * widths[i] + 1
    return n
""",
        meant="one bias per layer",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    count = 0
    for l in range(len(widths) - 2):
        count += (widths[l] + 1) * widths[l + 1]
    return count
""",
        meant="the loop ends one too early: the last layer is missing",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    w = np.array(widths)
    return int(np.sum(w[:-1] * (w[1:] + 1)))
""",
        meant="the bias belongs to the wrong side: n_in (n_out + 1)",
    ),
    Answer(
        id="1.6",
        code="""
def one_hot(y, K):
    Y = np.zeros((len(y), K))
    for i in range(len(y)):
        Y[i, y[i] - 1] = 1
    return Y
""",
        meant="the classes counted from 1: raises or sets the wrong column",
    ),
    Answer(
        id="1.6",
        code="""
def one_hot(y, K):
    Y = np.zeros((y.shape[0], K))
    Y[:, y] = 1
    return Y
""",
        meant="Y[:, y] = 1 fills whole columns",
    ),
    Answer(
        id="1.6",
        code="""
def one_hot(y, K):
    return (np.arange(K)[:, None] == y[None, :]).astype(float)
""",
        meant="(K, n): the rows are the classes",
    ),
    Answer(
        id="1.6",
        code="""
def one_hot(y, K):
    classes = np.unique(y)
    return (y.reshape(-1, 1) == classes).astype(float)
""",
        meant="K is not used: the number of columns is that of the classes that occur",
    ),
    Answer(
        id="1.6",
        code="""
def one_hot(y, K):
    return np.eye(len(y))[y]
""",
        meant="square by mistake: the identity of size n",
    ),
    Answer(
        id="1.7",
        code="""
def accuracy(Z, y):
    return (Z.argmax(axis=0) == y).mean()
""",
        meant="argmax along the samples (raises unless n equals K)",
    ),
    Answer(
        id="1.7",
        code="""
def accuracy(Z, y):
    correct = 0
    for i in range(len(y)):
        if np.argmax(Z[i]) == y[i]:
            correct += 1
    return correct
""",
        meant="the number of right ones",
    ),
    Answer(
        id="1.7",
        code="""
def accuracy(Z, y):
    return np.mean(np.max(Z, axis=1) == y)
""",
        meant="the largest logit itself is compared with the class",
    ),
    Answer(
        id="1.7",
        code="""
def accuracy(Z, y):
    wrong = np.count_nonzero(Z.argmax(axis=1) - y)
    return 1 - wrong // len(y)
""",
        meant="integer division: 1 unless all are wrong",
    ),
    Answer(
        id="1.7",
        code="""
def accuracy(Z, y):
    own = Z[np.arange(len(y)), y]
    return 1 - np.mean(np.any(Z > own[:, None], axis=1))
""",
    ),
    Answer(
        id="1.8",
        code="""
def accuracy_of_unit(X, w, b, y):
    Z = np.matmul(X, w) + b
    predicted = Z > 0
    return np.mean(predicted == y.reshape(1, -1))
""",
        meant="y is turned into a row, which changes nothing: still every pair is compared",
    ),
    Answer(
        id="1.8",
        code="""
def accuracy_of_unit(X, w, b, y):
    z = (X @ w).ravel() + b
    return np.mean((z > 0.5) == y)
""",
        meant="the shape is mended, and the logit is compared with 0.5",
    ),
    Answer(
        id="1.8",
        code="""
def accuracy_of_unit(X, w, b, y):
    Z = np.matmul(X, w) + b
    predicted = Z > 0
    return np.mean((predicted == y)[0])
""",
        meant="only the first sample's row of the table of pairs",
    ),
    Answer(
        id="1.8",
        code="""
def accuracy_of_unit(X, w, b, y):
    s = 1 / (1 + np.exp(-(np.matmul(X, w)[:, 0] + b)))
    return np.mean(s == y)
""",
        meant="the sigmoid's outputs are compared with the labels for equality",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2
""",
        meant="the biases are added without W2 (raises unless the widths agree)",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    W = W2 @ W1
    b = b2 + b1 @ W2
    return W, b
""",
        meant="the product in the wrong order: raises, or is wrong for square layers",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    W = np.einsum("ij,jk->ik", W1, W2)
    return W, b2
""",
        meant="b1 is lost",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    ones = np.ones((1, W2.shape[0]))
    return np.dot(W1, W2), np.dot(b1, W2) + b2 * np.sum(ones @ W2)
""",
        meant="b2 goes through W2 as well",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    # feed the network the origin and the unit vectors
    def run(X):
        return (X @ W1 + b1) @ W2 + b2

    b = run(np.zeros((1, W1.shape[0])))
    return run(np.eye(W1.shape[0])) - b, b
""",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    return np.array([[1.0], [-2.0]]), np.array([[0.0]])
""",
        meant="XOR with 0 and 1 is built in",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    W2 = high * np.array([[1.0], [-2.0]])
    b2 = np.array([[low]])
    return W2, b2
""",
        meant="the step is high, not high - low: right only for low = 0",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    d = high - low
    return np.array([[d], [-d]], dtype=float), np.array([[low]], dtype=float)
""",
        meant="the second unit takes away only once: (1, 1) gives high",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    step = high - low
    return np.array([step, -2 * step]), low
""",
        meant="right numbers in flat arrays: (2,) and a number",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    diff = low - high
    return np.array([[diff], [-2 * diff]]), np.full((1, 1), high)
""",
        meant="low and high are exchanged",
    ),
    Answer(
        id="1.11",
        code="""
def from_torch(weight, bias):
    return weight, bias.reshape(1, -1)
""",
        meant="the weights are passed on as they are",
    ),
    Answer(
        id="1.11",
        code="""
def from_torch(weight, bias):
    k, d = weight.shape
    return weight.reshape(d, k), bias[None, :]
""",
        meant="reshape in place of a transpose: the shape fits and the numbers don't",
    ),
    Answer(
        id="1.11",
        code="""
def from_torch(weight, bias):
    return np.transpose(weight), bias
""",
        meant="the bias stays (k,)",
    ),
    Answer(
        id="1.11",
        code="""
def from_torch(weight, bias):
    W = weight.T.copy()
    b = np.expand_dims(bias.T, 1)
    return W, b
""",
        meant="bias.T of an array with one axis is the array; then it becomes a column",
    ),
    Answer(
        id="1.12",
        code="""
def run_ported(X, weights, biases):
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        W = weight.reshape(weight.shape[1], weight.shape[0])
        A = np.maximum(A @ W + bias, 0)
    return A
""",
        meant="reshaped, not transposed",
    ),
    Answer(
        id="1.12",
        code="""
def run_ported(X, weights, biases):
    A = np.maximum(X @ weights[0].T + biases[0], 0)
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        A = np.maximum(A @ weight + bias, 0)
    return A
""",
        meant="only the first layer's weights are transposed (raises where the widths differ)",
    ),
    Answer(
        id="1.12",
        code="""
def run_ported(X, weights, biases):
    A = X
    for k in range(len(weights)):
        A = A @ weights[k].T + biases[k]
        if k < len(weights) - 1:
            A = np.maximum(A, 0)
    return A
""",
        meant="transposed, but the last layer loses its ReLU",
    ),
    Answer(
        id="1.12",
        code="""
def run_ported(X, weights, biases):
    A = X.T
    for weight, bias in zip(weights, biases, strict=True):
        A = np.maximum(weight.T @ A + bias[:, None], 0)
    return A.T
""",
        meant="X and A are transposed in place of the weights (raises for most shapes)",
    ),
    Answer(
        id="1.12",
        code="""
def run_ported(X, weights, biases):
    A = np.asarray(X).T
    for weight, bias in zip(weights, biases, strict=True):
        A = np.clip(weight @ A + bias.reshape(-1, 1), 0, None)
    return A.T
""",
    ),
    Answer(
        id="1.13",
        code="""
def weights_for(X, W, n_out):
    if W is None:
        return np.zeros((X.shape[1], n_out), X.dtype)
    return W
""",
        meant="the check is gone: a later batch with other columns passes",
    ),
    Answer(
        id="1.13",
        code="""
def weights_for(X, W, n_out):
    n_in = X.shape[1] if W is None else len(W)
    if W is not None and X.shape[0] != n_in:
        raise ValueError(f"expected {n_in} columns, got {X.shape[1]}")
    return np.zeros((X.shape[1], n_out), X.dtype) if W is None else W
""",
        meant="the number of samples is compared in place of the columns",
    ),
    Answer(
        id="1.13",
        code="""
def weights_for(X, W, n_out):
    if W is None or X.shape[1] != W.shape[0]:
        W = np.zeros((X.shape[1], n_out), X.dtype)
    return W
""",
        meant="a wrong batch makes new weights of zeros in place of a ValueError",
    ),
    Answer(
        id="1.13",
        code="""
def weights_for(X, W, n_out):
    if W is None:
        return np.zeros((X.shape[0], n_out))
    assert X.shape[1] == len(W), "wrong number of columns"
    return W
""",
        meant="zeros with the rows of X on the first batch, and an assert later: no ValueError",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return np.dot(W.T, X) + b.T
""",
        meant="the transpose of W stands in front",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return X @ (W + b)
""",
        meant="the bias is added to the weights",
    ),
    Answer(
        id="1.2",
        code="""
def affine(X, W, b):
    return np.maximum(X @ W + b, 0)
""",
        meant="a ReLU too many",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    total = 0
    for i in range(len(widths) - 1):
        total += widths[i] * widths[i + 1] + widths[i]
    return total
""",
        meant="a bias for each input instead of each unit",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    total = 0
    for i in range(1, len(widths) - 1):
        total += widths[i - 1] * widths[i] + widths[i]
    return total
""",
        meant="the last layer is left out",
    ),
    Answer(
        id="1.5",
        code="""
def parameter_count(widths):
    return sum(a * b for a, b in zip(widths[:-1], widths[1:])) + sum(widths)
""",
        meant="a bias for the inputs, too",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2
""",
        meant="b1 doesn't go through W2",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1 + b2
""",
        meant="the order of the product is turned around",
    ),
    Answer(
        id="1.9",
        code="""
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2 @ W2
""",
        meant="b2 goes through W2, too",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    return np.array([[1], [-2]]), np.array([[0]])
""",
        meant="as if low were 0 and high 1",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    W2 = np.array([[high], [-2 * high]])
    b2 = np.array([[low]])
    return W2, b2
""",
        meant="right for low = 0 only",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    W2 = np.array([high - low, -2 * (high - low)])
    b2 = np.array([low])
    return W2, b2
""",
        meant="vectors instead of matrices",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    return np.array([1, -2]), np.array([0])
""",
        meant="for 0 and 1 only, and flat arrays",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    d = high - low
    W2 = np.array([[d], [-d]])
    b2 = np.array([[low]])
    return W2, b2
""",
        meant="the second weight is not doubled: (1, 1) gets high",
    ),
    Answer(
        id="1.10",
        code="""
def xor_output(low, high):
    d = high - low
    W2 = np.array([[d], [-2 * d]])
    b2 = np.array([[0.0]])
    return W2, b2
""",
        meant="the output starts from 0 and not from low",
    ),
]
