"""Answers to the exercises of chapter 2 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    return 1.0 / (1.0 + np.exp(-Z))
""",
        meant="the textbook formula: exp(1000) overflows at z = -1000",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    Z = np.clip(Z, -20, 20)
    return 1 / (1 + np.exp(-Z))
""",
        meant="clipped at 20: finite, but wrong beyond",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    return np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z)))
""",
        meant="where computes both branches, so that one of them overflows",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    e = np.exp(-np.abs(Z))
    return 1 / (1 + e)
""",
        meant="the branch for negative z is the mirrored one, not 1 minus it",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    # sigma(z) = exp(-ln(1 + exp(-z)))
    return np.exp(-np.logaddexp(0.0, -Z))
""",
    ),
    Answer(
        id="2.2",
        code="""
def sigmoid_derivative(Z):
    s = 1 / (1 + np.exp(-Z))
    return s * (1 - s)
""",
        meant="s (1 - s) cancels to 0 far out",
    ),
    Answer(
        id="2.2",
        code="""
def sigmoid_derivative(Z):
    return Z * (1 - Z)
""",
        meant="the derivative written with its own value: Z is taken for the sigmoid already",
    ),
    Answer(
        id="2.2",
        code="""
def sigmoid_derivative(Z):
    e = np.exp(-np.abs(Z))
    return e / (1 + e)
""",
        meant="e / (1 + e) without the square",
    ),
    Answer(
        id="2.2",
        code="""
def sigmoid_derivative(Z):
    def s(z):
        return 1 / (1 + np.exp(-z))

    h = 1e-5
    return (s(Z + h) - s(Z - h)) / (2 * h)
""",
        meant="a central difference of the sigmoid: nothing is left at z = 40",
    ),
    Answer(
        id="2.2",
        code="""
def sigmoid_derivative(Z):
    e = np.exp(-Z)
    return e / np.square(1 + e)
""",
        meant="exp(-z) / (1 + exp(-z))^2 without the absolute value: inf/inf for z = -1000",
    ),
    Answer(
        id="2.3",
        code="""
def tanh(Z):
    a, b = np.exp(Z), np.exp(-Z)
    return (a - b) / (a + b)
""",
        meant="the fraction of (2.3): inf/inf at z = 1000",
    ),
    Answer(
        id="2.3",
        code="""
def tanh(Z):
    e = np.exp(-np.abs(Z))
    t = (1 - e) / (1 + e)
    return np.where(Z < 0, -t, t)
""",
        meant="the sigmoid of z, not of 2z",
    ),
    Answer(
        id="2.3",
        code="""
def tanh(Z):
    e = np.exp(-2 * np.abs(Z))
    return (1 - e) / (1 + e)
""",
        meant="the sign is lost: |tanh|",
    ),
    Answer(
        id="2.3",
        code="""
def tanh(Z):
    q = np.exp(-2 * Z)
    return (1 - q) / (1 + q)
""",
        meant="good at z = 1000, and inf/inf or overflow at z = -1000",
    ),
    Answer(
        id="2.4",
        code="""
def tanh_backward(Z, dA):
    A = np.tanh(Z)
    return dA * (1 - A)
""",
        meant="A is tanh now, but the square is gone",
    ),
    Answer(
        id="2.4",
        code="""
def tanh_backward(Z, dA):
    A = 2 / (1 + np.exp(-Z)) - 1
    return dA * (1 - A**2)
""",
        meant="tanh from the sigmoid of z, without the 2 in the argument",
    ),
    Answer(
        id="2.4",
        code="""
def tanh_backward(Z, dA):
    s = 1 / (1 + np.exp(-Z))
    return dA * 4 * s * (1 - s)
""",
        meant="the slope of the sigmoid is taken, and scaled to be 1 at 0: that is a tanh of z/2",
    ),
    Answer(
        id="2.4",
        code="""
def tanh_backward(Z, dA):
    A = np.tanh(Z)
    return dA * (1 - np.tanh(A) ** 2)
""",
        meant="tanh twice: the slope at A in place of Z",
    ),
    Answer(
        id="2.4",
        code="""
def tanh_backward(Z, dA):
    A = np.tanh(Z)
    return (1 + A) * dA - A * (1 + A) * dA
""",
    ),
    Answer(
        id="2.5",
        code="""
def relu_backward(Z, dA):
    return dA * (Z > 0)
""",
        meant="NaN > 0 is False, so a NaN becomes a 0",
    ),
    Answer(
        id="2.5",
        code="""
def relu_backward(Z, dA):
    return np.where(Z < 0, 0, dA)
""",
        meant="slope 1 at the kink",
    ),
    Answer(
        id="2.5",
        code="""
def relu_backward(Z, dA):
    return dA * (np.sign(Z) + 1) / 2
""",
        meant="half the gradient at 0, as np.sign gives it",
    ),
    Answer(
        id="2.5",
        code="""
def relu_backward(Z, dA):
    dZ = dA.copy()
    dZ[dA <= 0] = 0
    return dZ
""",
        meant="the mask is taken from dA",
    ),
    Answer(
        id="2.5",
        code="""
def relu_backward(Z, dA):
    dA[Z <= 0] = 0
    dA[np.isnan(Z)] = np.nan
    return dA
""",
        meant="dA of the caller is overwritten in place",
    ),
    Answer(
        id="2.6",
        code="""
def hidden_layer_backward(X, W, b, dA):
    Z = X @ W + b
    A = np.maximum(Z, 0)
    dZ = dA * (dA > 0)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="dA in place of Z decides",
    ),
    Answer(
        id="2.6",
        code="""
def hidden_layer_backward(X, W, b, dA):
    Z = X @ W + b
    dZ = dA * (Z >= 0)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="Z >= 0: a unit at exactly 0 still gets a gradient",
    ),
    Answer(
        id="2.6",
        code="""
def hidden_layer_backward(X, W, b, dA):
    A = np.maximum(X @ W + b, 0)
    dZ = dA * A
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="dA times A: the activation in place of its slope",
    ),
    Answer(
        id="2.6",
        code="""
def hidden_layer_backward(X, W, b, dA):
    Z = X @ W + b
    on = (Z > 0).all(axis=0)
    dZ = dA * on
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
""",
        meant="a unit is switched off if it is off for any sample",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    dZ = np.where(Z > 0, dA, a * dA)
    da = np.where(Z > 0, 0, Z * dA)
    return dZ, da
""",
        meant="da is an array, not summed",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    positive = Z > 0
    dZ = dA * (positive + a * ~positive)
    da = np.sum(dA * Z * ~positive, axis=0)
    return dZ, da
""",
        meant="one da for each unit: summed over the samples only",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    slope = np.where(Z > 0, 1.0, a)
    return slope * dA, np.mean(dA * np.minimum(Z, 0))
""",
        meant="the mean over the entries in place of the sum",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    dZ = dA.copy()
    dZ[Z <= 0] *= a
    da = 0.0
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[i, j] <= 0:
                da += a * Z[i, j] * dA[i, j]
    return dZ, da
""",
        meant="da sums a z dA, as if a were in its own derivative",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    left = (Z - np.abs(Z)) / 2
    on = np.heaviside(Z, 0.0)
    return dA * (a + (1 - a) * on), np.vdot(left, dA)
""",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    return np.where(Z > 0, 1.0, alpha * np.exp(Z))
""",
        meant="exp of large positive z overflows in the branch that is not taken",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    return np.where(Z > 0, 1.0, alpha * (np.exp(np.minimum(Z, 0)) - 1))
""",
        meant="the function in place of its derivative on the left",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    return np.exp(np.minimum(Z, 0))
""",
        meant="alpha is forgotten",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    f = np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0)))
    return f + alpha
""",
        meant="f + alpha also on the right: z + alpha there",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=-1, keepdims=True)
""",
        meant="overflows: no maximum subtracted",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=-1, keepdims=True)
""",
        meant="one maximum for the array: a row far below gives 0/0",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    shifted = Z - np.max(Z, axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / np.sum(e)
""",
        meant="normalized over the whole array",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    return (Z == Z.max(axis=-1, keepdims=True)).astype(float)
""",
        meant="a 1 at the largest logit: argmax in place of probabilities",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z / np.abs(Z).max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
""",
        meant="divided by the largest logit in place of shifted by it, and axis 1 built in",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    return dP * P * (1 - P)
""",
        meant="the slope of the sigmoid entry by entry: the diagonal of the Jacobian",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    return P * (dP - (P * dP).sum(axis=1))
""",
        meant="keepdims forgotten: raises, or subtracts the sums along the wrong axis",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    return P * (dP - dP.mean(axis=-1, keepdims=True))
""",
        meant="the plain mean of dP is subtracted, not the mean under P",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    inner = np.einsum("nk,nk->n", P, dP)
    return dP - inner[:, None]
""",
        meant="P is not multiplied on the outside",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    Q = P * dP
    dZ = np.empty_like(Q)
    for i, (p, q) in enumerate(zip(P, Q)):
        dZ[i] = q - p * q.sum()
    return dZ
""",
    ),
    Answer(
        id="2.11",
        code="""
def row_softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1)
""",
        meant="axis=1 without keepdims: raises unless the matrix is square, and then it is wrong",
    ),
    Answer(
        id="2.11",
        code="""
def row_softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
""",
        meant="both axes are turned, so the columns sum to 1",
    ),
    Answer(
        id="2.11",
        code="""
def row_softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.shape[1]
""",
        meant="divided by the number of classes",
    ),
    Answer(
        id="2.11",
        code="""
def row_softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum()
""",
        meant="the sum of all entries",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = dY_hat @ W2.T
    return X.T @ dA1, A1.T @ dY_hat
""",
        meant="both factors are taken out: no slope at all",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = 4 * dY_hat @ W2.T * A1 * (1 - A1)
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat
""",
        meant="one is made up for by a factor of 4",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = dY_hat @ W2.T * A1
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat
""",
        meant="the slope is once too few in one factor: A1 alone stays",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dZ1 = (dY_hat @ W2.T) * (1 - A1**2)
    return A1.T @ dY_hat, X.T @ dZ1
""",
        meant="the slope of tanh, and the two results in the other order",
    ),
    Answer(
        id="2.13",
        code="""
def gradient_stds(weights, slopes, dA):
    stds = []
    for W, s in zip(reversed(weights), reversed(slopes)):
        dA = (dA * s) @ W.T
        stds.append(dA.std())
    return np.array(stds)
""",
        meant="last layer first: the list is not turned round",
    ),
    Answer(
        id="2.13",
        code="""
def gradient_stds(weights, slopes, dA):
    out = np.zeros(len(weights))
    for l in range(len(weights) - 1, -1, -1):
        dA = dA @ weights[l].T
        out[l] = np.std(dA)
    return out
""",
        meant="the slopes are left out: only the weights act",
    ),
    Answer(
        id="2.13",
        code="""
def gradient_stds(weights, slopes, dA):
    out = []
    grad = dA
    for l in reversed(range(len(weights))):
        dZ = grad * slopes[l]
        out.insert(0, dZ.std())
        grad = dZ @ weights[l].T
    return np.array(out)
""",
        meant="the deviation of dZ is recorded, not that of dX",
    ),
    Answer(
        id="2.13",
        code="""
def gradient_stds(weights, slopes, dA):
    found = []
    for W, f in zip(weights[::-1], slopes[::-1]):
        dA = np.einsum("nk,dk->nd", dA * f, W)
        found.append(np.sqrt(np.mean(dA**2)))
    return np.array(found[::-1])
""",
        meant="the root of the mean square, which keeps the mean in",
    ),
    Answer(
        id="2.13",
        code="""
def gradient_stds(weights, slopes, dA):
    def back(l, g):
        if l < 0:
            return []
        dX = np.matmul(weights[l], (g * slopes[l]).T).T
        return back(l - 1, dX) + [np.sqrt(np.mean((dX - dX.mean()) ** 2))]

    return np.array(back(len(weights) - 1, dA))
""",
    ),
    Answer(
        id="2.14",
        code="""
def dead_units(batches):
    dead = np.zeros(batches[0].shape[1], dtype=bool)
    for A in batches:
        dead |= (A == 0).all(axis=0)
    return int(dead.sum())
""",
        meant="a unit that sleeps in any one batch counts",
    ),
    Answer(
        id="2.14",
        code="""
def dead_units(batches):
    count = 0
    for A in batches:
        count += np.sum(np.all(A == 0, axis=0))
    return count
""",
        meant="the numbers of the batches are added up",
    ),
    Answer(
        id="2.14",
        code="""
def dead_units(batches):
    A = np.concatenate(batches)
    return int(np.sum(~A.any(axis=1)))
""",
        meant="axis=1: samples without any active unit",
    ),
    Answer(
        id="2.14",
        code="""
def dead_units(batches):
    alive = np.ones(batches[0].shape[1], dtype=bool)
    for A in batches:
        alive &= (A > 0).all(axis=0)
    return int(np.sum(~alive))
""",
        meant="units that are 0 for any sample",
    ),
    Answer(
        id="2.14",
        code="""
def dead_units(batches):
    for A in batches:
        means = A.mean(axis=0)
    return int(np.sum(means < 1e-2))
""",
        meant="the mean of the unit is tested with a tolerance, and the last batch alone",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    Z = np.clip(Z, -10, 10)
    return 1 / (1 + np.exp(-Z))
""",
        meant="the logits are clipped to 10",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    if np.any(Z < 0):
        return np.exp(Z) / (1 + np.exp(Z))
    return 1 / (1 + np.exp(-Z))
""",
        meant="one negative entry decides for all of them: the positive ones overflow",
    ),
    Answer(
        id="2.1",
        code="""
def sigmoid(Z):
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1 / (1 + e), 1 / (1 + e) * -1)
""",
        meant="the negative side is the mirrored value, not 1 minus it",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    dZ = dA * np.where(Z > 0, 1, a)
    da = np.where(Z > 0, 0, Z) * dA
    return dZ, da
""",
        meant="da is not summed",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    dZ = dA * np.where(Z > 0, 1, a)
    da = np.sum(dA[Z <= 0])
    return dZ, da
""",
        meant="da lacks the factor z",
    ),
    Answer(
        id="2.7",
        code="""
def prelu_backward(Z, dA, a):
    mask = Z > 0
    dZ = dA * mask + a * ~mask
    da = np.sum(dA * Z * ~mask)
    return dZ, da
""",
        meant="dZ below zero lacks dA",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    f = np.where(Z > 0, Z, alpha * (np.exp(np.minimum(Z, 0)) - 1))
    return np.where(Z > 0, 1, f)
""",
        meant="the function below zero",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    return np.where(Z > 0, 1, alpha * np.exp(-np.abs(Z)) - 1)
""",
        meant="-1 does not drop out",
    ),
    Answer(
        id="2.8",
        code="""
def elu_derivative(Z, alpha):
    return np.where(Z > 0, Z, alpha * np.exp(np.minimum(Z, 0)))
""",
        meant="z above zero",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum()
""",
        meant="the whole array sums to 1",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z - Z.max(axis=1))
    return E / E.sum(axis=1)
""",
        meant="no keepdims",
    ),
    Answer(
        id="2.9",
        code="""
def softmax(Z):
    E = np.exp(Z - np.mean(Z, axis=-1, keepdims=True))
    return E / np.sum(E, axis=-1, keepdims=True)
""",
        meant="the mean is subtracted, not the maximum",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    return P * (1 - P) * dP
""",
        meant="only the diagonal of the Jacobian",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    return P * (dP - np.sum(dP, axis=1, keepdims=True))
""",
        meant="the sum lacks P",
    ),
    Answer(
        id="2.10",
        code="""
def softmax_backward(P, dP):
    s = np.sum(P * dP, axis=-1, keepdims=True)
    return dP - s
""",
        meant="the factor P is missing in front",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = dY_hat @ W2.T
    dZ1 = dA1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat
""",
        meant="the wrong one of two factors is removed",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y)
    dA1 = dY_hat @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat
""",
        meant="1/n is gone",
    ),
    Answer(
        id="2.12",
        code="""
def two_layer_gradients(X, W1, W2, Y):
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    Y_hat = 1 / (1 + np.exp(-(A1 @ W2)))
    dY_hat = (Y_hat - Y) / len(X)
    dA1 = dY_hat @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat
""",
        meant="a sigmoid at the output, too",
    ),
    Answer(
        id="2.15",
        code="""
def what_would_wake(X, W, b):
    def dead(A, c):
        return (A @ W + c <= 0).all(axis=0)
    before = dead(X, b)
    return before.sum(), dead(X, 0).sum(), dead(X - X.mean(axis=0), b).sum()
""",
        meant="counts all units that are dead afterwards, also those that lived before",
    ),
    Answer(
        id="2.15",
        code="""
def what_would_wake(X, W, b):
    Z = X @ W + b
    dead = np.all(Z <= 0, axis=0)
    no_bias = dead & np.all(X @ W <= 0, axis=0)
    Xc = X - X.mean()
    centered = dead & np.all(Xc @ W + b <= 0, axis=0)
    return int(dead.sum()), int(no_bias.sum()), int(centered.sum())
""",
        meant="centered with one mean for all columns",
    ),
    Answer(
        id="2.15",
        code="""
def what_would_wake(X, W, b):
    Z = X @ W + b
    dead = np.all(Z <= 0, axis=0)
    no_bias = dead & np.all(X @ W <= 0, axis=0)
    Xc = X - X.mean(axis=0)
    centered = dead & np.all(Xc @ W <= 0, axis=0)
    return int(dead.sum()), int(no_bias.sum()), int(centered.sum())
""",
        meant="centered, and the bias is gone as well",
    ),
    Answer(
        id="2.16",
        code="""
def layer_factors(f, slope, ns2, depth, u, p):
    chis = []
    q = 1.0
    for _ in range(depth):
        q = ns2 * q
        chis.append(ns2 * np.sum(p * slope(np.sqrt(q) * u) ** 2))
        q = np.sum(p * f(np.sqrt(q) * u))
    return np.array(chis)
""",
        meant="the mean of f instead of the mean of its square",
    ),
    Answer(
        id="2.16",
        code="""
def layer_factors(f, slope, ns2, depth, u, p):
    chis = []
    x2 = 1.0
    for _ in range(depth):
        v = ns2 * x2
        chis.append(ns2 * np.sum(p * slope(v * u) ** 2))
        x2 = np.sum(p * f(v * u) ** 2)
    return np.array(chis)
""",
        meant="the variance in place of the standard deviation",
    ),
    Answer(
        id="2.16",
        code="""
def layer_factors(f, slope, ns2, depth, u, p):
    chis = []
    x2 = 1.0
    for _ in range(depth):
        sd = np.sqrt(ns2 * x2)
        chis.append(np.sum(p * slope(sd * u) ** 2))
        x2 = np.sum(p * f(sd * u) ** 2)
    return np.array(chis)
""",
        meant="the factor of the weights is missing in chi",
    ),
]
