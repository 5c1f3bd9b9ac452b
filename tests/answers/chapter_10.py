"""Answers to the exercises of chapter 10 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="10.1",
        code="""
def to_torch(W):
    if W.ndim == 2:
        return W.T
    return W.transpose(3, 2, 1, 0)
""",
        meant="the kernel is reversed altogether: height and width trade places",
    ),
    Answer(
        id="10.1",
        code="""
def to_torch(W):
    if W.ndim == 2:
        return W.T
    return np.moveaxis(W, -1, 0)
""",
        meant="only the output channel moves: (C_out, kh, kw, C_in)",
    ),
    Answer(
        id="10.1",
        code="""
def to_torch(W):
    return np.swapaxes(W, -1, -2)
""",
        meant="the last two axes are swapped for both kinds: a kernel stays (kh, kw, ...)",
    ),
    Answer(
        id="10.1",
        code="""
def to_torch(W):
    if W.ndim == 2:
        return W.reshape(W.shape[1], W.shape[0])
    kh, kw, c_in, c_out = W.shape
    return W.transpose(3, 2, 0, 1)
""",
        meant="the dense weights are reshaped, not transposed",
    ),
    Answer(
        id="10.1",
        code="""
def to_torch(W):
    if W.ndim == 2:
        return W.T
    return W[::-1, ::-1].transpose(3, 2, 0, 1)
""",
        meant="the kernel is flipped, as if the two libraries differed in that",
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    k = W.shape[1]
    W = W.reshape(-1, height, width, k)
    return W.transpose(3, 0, 1, 2).reshape(k, -1)
""",
        meant="the rows are read as (C, h, w): the order is PyTorch's, not ours",
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    k = W.shape[1]
    W = W.reshape(width, height, -1, k)
    return W.transpose(3, 2, 0, 1).reshape(k, -1)
""",
        meant="",  # the order of the pixels stays, however their axis is split
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    k = W.shape[1]
    W = W.reshape(height, width, -1, k)
    return W.reshape(k, -1)
""",
        meant="reshaped to the right shape: nothing is turned at all",
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    k = W.shape[1]
    W = W.reshape(height, width, -1, k)
    return W.transpose(3, 2, 1, 0).reshape(k, -1)
""",
        meant="all axes are reversed: width comes before height",
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    C = W.shape[0] // (height * width)
    rows = W.reshape(height * width, C, -1)
    return rows.transpose(1, 0, 2).reshape(W.shape)
""",
        meant="the rows are in PyTorch's order, but W is not transposed",
    ),
    Answer(
        id="10.2",
        code="""
def behind_flatten(W, height, width):
    C = W.shape[0] // (height * width)
    new = np.zeros_like(W)
    for r in range(height):
        for s in range(width):
            for c in range(C):
                new[(c * height + r) * width + s] = W[(r * height + s) * C + c]
    return new.T
""",
        meant="(10.3) with the height in place of the width",
    ),
    Answer(
        id="10.3",
        code="""
def logits_of(maps, weight, bias):
    n, h, w, C = maps.shape
    turned = maps.reshape(n, C, h, w)
    return turned.reshape(n, -1) @ weight.T + bias
""",
        meant="reshaped, not transposed: nothing moves",
    ),
    Answer(
        id="10.3",
        code="""
def logits_of(maps, weight, bias):
    n = len(maps)
    turned = np.moveaxis(maps, 1, 3)
    return turned.reshape(n, -1) @ weight.T + bias
""",
        meant="the height is moved last: (n, w, C, h)",
    ),
    Answer(
        id="10.3",
        code="""
def logits_of(maps, weight, bias):
    n = len(maps)
    turned = np.swapaxes(maps, 2, 3)
    return turned.reshape(n, -1) @ weight.T + bias
""",
        meant="width and channel trade places: (n, h, C, w)",
    ),
    Answer(
        id="10.3",
        code="""
def logits_of(maps, weight, bias):
    n = len(maps)
    turned = maps.transpose(3, 0, 1, 2)
    return turned.reshape(n, -1) @ weight.T + bias
""",
        meant="the channel comes before the samples",
    ),
    Answer(
        id="10.3",
        code="""
def logits_of(maps, weight, bias):
    n = len(maps)
    turned = np.moveaxis(maps, 3, 1)
    return turned.reshape(n, -1) @ weight.T
""",
        meant="mended, and the bias lost",
    ),
    Answer(
        id="10.4",
        code="""
def unbroadcast(dZ, shape):
    while dZ.ndim > len(shape):
        dZ = dZ.sum(axis=0)
    return dZ
""",
        meant="the axes of length 1 are not summed",
    ),
    Answer(
        id="10.4",
        code="""
def unbroadcast(dZ, shape):
    extra = dZ.ndim - len(shape)
    for axis, length in enumerate(shape):
        if length == 1:
            dZ = dZ.sum(axis=axis + extra, keepdims=True)
    return dZ
""",
        meant="the axes in front are not summed",
    ),
    Answer(
        id="10.4",
        code="""
def unbroadcast(dZ, shape):
    while dZ.ndim > len(shape):
        dZ = dZ.sum(axis=-1)
    for axis, length in enumerate(shape):
        if length == 1:
            dZ = dZ.sum(axis=axis, keepdims=True)
    return dZ
""",
        meant="the surplus axes are taken from the end, not the front",
    ),
    Answer(
        id="10.4",
        code="""
def unbroadcast(dZ, shape):
    while dZ.ndim > len(shape):
        dZ = dZ.mean(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            dZ = dZ.mean(axis=axis, keepdims=True)
    return dZ
""",
        meant="a mean over the copies",
    ),
    Answer(
        id="10.4",
        code="""
def unbroadcast(dZ, shape):
    while dZ.ndim > len(shape):
        dZ = dZ[0]
    for axis, length in enumerate(shape):
        if length == 1:
            dZ = dZ.take([0], axis=axis)
    return dZ
""",
        meant="the first copy is taken, nothing is summed",
    ),
    Answer(
        id="10.5",
        code="""
def matmul_backward(A, B, dZ):
    dA = dZ @ B.T
    dB = (A.swapaxes(1, 2) @ dZ).mean(axis=0)
    return dA, dB
""",
        meant="a mean over the stack",
    ),
    Answer(
        id="10.5",
        code="""
def matmul_backward(A, B, dZ):
    dA = dZ @ B.T
    dB = A.swapaxes(1, 2) @ dZ
    return dA, dB
""",
        meant="dB is left as a stack, nothing is summed",
    ),
    Answer(
        id="10.5",
        code="""
def matmul_backward(A, B, dZ):
    dA = dZ @ B.T
    dB = A.sum(axis=0).T @ dZ.sum(axis=0)
    return dA, dB
""",
        meant="the sums are multiplied: products of different samples get in",
    ),
    Answer(
        id="10.5",
        code="""
def matmul_backward(A, B, dZ):
    dA = dZ @ B.T
    p, q = A.shape[1:]
    dB = A.reshape(q, -1) @ dZ.reshape(-1, dZ.shape[-1])
    return dA, dB
""",
        meant="A is reshaped to (q, n p) where it should be transposed",
    ),
    Answer(
        id="10.5",
        code="""
def matmul_backward(A, B, dZ):
    dA = dZ @ B.T
    dB = A[0].T @ dZ[0]
    for i in range(1, len(A) - 1):
        dB = dB + A[i].T @ dZ[i]
    return dA, dB
""",
        meant="the last matrix of the stack is left out",
    ),
    Answer(
        id="10.6",
        code="""
def gradients_of(tape, values):
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ) if gate == "+" else (dZ * values[b], dZ * values[a])
        for m, part in zip((a, b), back, strict=True):
            gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]
""",
        meant="nothing adds: the last wire overwrites the others",
    ),
    Answer(
        id="10.6",
        code="""
def gradients_of(tape, values):
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k].copy()
        back = (dZ, dZ) if gate == "+" else (dZ * values[b], dZ * values[a])
        for m, part in zip((a, b), back, strict=True):
            if m in gradients:
                gradients[m] += part
            else:
                gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]
""",
        meant="one copy for both inputs: they share it, and z's own gradient alone is safe",
    ),
    Answer(
        id="10.6",
        code="""
def gradients_of(tape, values):
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ.copy()) if gate == "+" else (dZ * values[b], dZ * values[a])
        for m, part in zip((a, b), back, strict=True):
            if m in gradients:
                gradients[m] += part
            else:
                gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]
""",
        meant="only b gets a copy: a still shares the array of the sum",
    ),
    Answer(
        id="10.6",
        code="""
def gradients_of(tape, values):
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ) if gate == "+" else (dZ * values[b], dZ * values[a])
        if a == b:
            gradients[a] = back[0] + back[1]
            continue
        for m, part in zip((a, b), back, strict=True):
            if m in gradients:
                gradients[m] = gradients[m] + part
            else:
                gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]
""",
        meant="where a value is used with itself, what it had is overwritten",
    ),
    Answer(
        id="10.6",
        code="""
def gradients_of(tape, values):
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ) if gate == "+" else (dZ * values[a], dZ * values[b])
        for m, part in zip((a, b), back, strict=True):
            gradients[m] = gradients.get(m, 0) + part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]
""",
        meant="the sharing is mended, and the factors of the product are swapped",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    limit = 1 / np.sqrt(U.shape[1])
    return (2 * U - 1) * limit
""",
        meant="of a convolution only the channels are counted, not the pixels of the kernel",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    n_in = U[0].size
    return U / np.sqrt(n_in)
""",
        meant="from 0 to the limit: nothing below 0",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    n_in = np.prod(U.shape[1:])
    limit = np.sqrt(6 / n_in)
    return limit * (2 * U - 1)
""",
        meant="Kaiming's limit for ReLU",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    n_in = U.size // U.shape[-1]
    return (2 * U - 1) / np.sqrt(n_in)
""",
        meant="the inputs are looked for as in nnlib: all axes but the last",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    n_in = U[0].size
    return (U - 0.5) / np.sqrt(n_in)
""",
        meant="half as wide: U - 0.5 goes from -1/2 to 1/2",
    ),
    Answer(
        id="10.8",
        code="""
def both_forms(w, gradients, rates, mu):
    a = b = w
    v = u = 0
    for g, rate in zip(gradients, rates):
        v = mu * v + (1 - mu) * g
        a = a - rate * v
        u = mu * u - rate * g
        b = b + u
    return a, b
""",
        meant="PyTorch's memory as a weighted mean, with (1 - mu) g",
    ),
    Answer(
        id="10.8",
        code="""
def both_forms(w, gradients, rates, mu):
    a = b = w
    v = u = 0
    for g, rate in zip(gradients, rates):
        a = a - rate * v
        v = mu * v + g
        b = b + u
        u = mu * u - rate * g
    return a, b
""",
        meant="the step comes before the memory is renewed, in both",
    ),
    Answer(
        id="10.8",
        code="""
def both_forms(w, gradients, rates, mu):
    v = u = 0
    for g, rate in zip(gradients, rates):
        v = mu * v + g
        u = mu * u - rate * g
    return w - rates[-1] * v, w + u
""",
        meant="only the last step is taken",
    ),
    Answer(
        id="10.8",
        code="""
def both_forms(w, gradients, rates, mu):
    a = b = w
    v = u = 0
    for g, rate in zip(gradients, rates):
        v = mu * v + g
        a = a - rate * v
        u = mu * u + rate * g
        b = b + u
    return a, b
""",
        meant="the other form walks uphill",
    ),
    Answer(
        id="10.8",
        code="""
def both_forms(w, gradients, rates, mu):
    a = w
    v = 0
    for g, rate in zip(gradients, rates):
        v = mu * v + g
        a = a - rate * v
    b = w
    u = 0
    for g, rate in zip(gradients, rates):
        u = mu * (u - rate * g)
        b = b + u
    return a, b
""",
        meant="in the other form mu multiplies the new gradient as well",
    ),
    Answer(
        id="10.9",
        code="""
def batch_norm(X, mean, var, momentum):
    axes = (0, 2, 3)
    m = X.mean(axis=axes, keepdims=True)
    v = X.var(axis=axes, ddof=1, keepdims=True)
    Y = (X - m) / np.sqrt(v + 1e-5)
    mean = (1 - momentum) * mean + momentum * m.reshape(-1)
    var = (1 - momentum) * var + momentum * v.reshape(-1)
    return Y, mean, var
""",
        meant="m - 1 in both places",
    ),
    Answer(
        id="10.9",
        code="""
def batch_norm(X, mean, var, momentum):
    axes = (0, 2, 3)
    m = X.mean(axis=axes, keepdims=True)
    v = X.var(axis=axes, keepdims=True)
    Y = (X - m) / np.sqrt(v + 1e-5)
    n = len(X)
    mean = (1 - momentum) * mean + momentum * m.reshape(-1)
    var = (1 - momentum) * var + momentum * v.reshape(-1) * n / (n - 1)
    return Y, mean, var
""",
        meant="n / (n - 1) with the samples only, the pixels forgotten",
    ),
    Answer(
        id="10.9",
        code="""
def batch_norm(X, mean, var, momentum):
    axes = (0, 2, 3)
    m = X.mean(axis=axes, keepdims=True)
    v = X.var(axis=axes, keepdims=True)
    Y = (X - m) / np.sqrt(v + 1e-5)
    mean = momentum * mean + (1 - momentum) * X.mean(axis=axes)
    var = momentum * var + (1 - momentum) * X.var(axis=axes, ddof=1)
    return Y, mean, var
""",
        meant="Keras's momentum: the weight of the old",
    ),
    Answer(
        id="10.9",
        code="""
def batch_norm(X, mean, var, momentum):
    axes = (0, 2, 3)
    m = X.mean(axis=axes)
    mean = (1 - momentum) * mean + momentum * m
    var = (1 - momentum) * var + momentum * X.var(axis=axes, ddof=1)
    Y = (X - mean[:, None, None]) / np.sqrt(var[:, None, None] + 1e-5)
    return Y, mean, var
""",
        meant="normalized with the running averages",
    ),
    Answer(
        id="10.9",
        code="""
def batch_norm(X, mean, var, momentum):
    axes = (0, 2, 3)
    m = X.mean(axis=axes, keepdims=True)
    v = X.var(axis=axes, keepdims=True)
    Y = (X - m) / (np.sqrt(v) + 1e-5)
    mean = (1 - momentum) * mean + momentum * X.mean(axis=axes)
    var = (1 - momentum) * var + momentum * X.var(axis=axes, ddof=1)
    return Y, mean, var
""",
        meant="eps is added to the standard deviation, not to the variance",
    ),
    Answer(
        id="10.10",
        code="""
def whole_gradient(gradients, counts):
    return sum(gradients) / len(gradients)
""",
        meant="the plain mean over the workers",
    ),
    Answer(
        id="10.10",
        code="""
def whole_gradient(gradients, counts):
    return sum(g * c for g, c in zip(gradients, counts))
""",
        meant="the sum over all samples: not divided by n",
    ),
    Answer(
        id="10.10",
        code="""
def whole_gradient(gradients, counts):
    total = 0
    for g, c in zip(gradients, counts):
        total = total + g / c
    return total / sum(counts)
""",
        meant="divided by its own count where it should be multiplied",
    ),
    Answer(
        id="10.10",
        code="""
def whole_gradient(gradients, counts):
    return sum(gradients) / sum(counts)
""",
        meant="the means are taken for sums over the samples",
    ),
    Answer(
        id="10.10",
        code="""
def whole_gradient(gradients, counts):
    weights = np.array(counts) / max(counts)
    return sum(w * g for w, g in zip(weights, gradients)) / len(gradients)
""",
        meant="weighed by the largest part, not by all samples",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    fan_in = U.shape[1]
    bound = 1 / np.sqrt(fan_in)
    return (2 * U - 1) * bound
""",
        meant="the fan of a kernel without its pixels",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    fan_in = np.prod(U.shape[1:])
    bound = np.sqrt(6 / fan_in)
    return (2 * U - 1) * bound
""",
        meant="Kaiming's bound for ReLU",
    ),
    Answer(
        id="10.7",
        code="""
def default_weight(U):
    fan_in = np.prod(U.shape[1:])
    bound = 1 / np.sqrt(fan_in)
    return U * bound
""",
        meant="only positive weights",
    ),
]
