"""Answers to the exercises of chapter 3 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="3.1",
        code="""
def fans_of(shape):
    return shape[0], shape[1]
""",
        meant="of a kernel the first two entries are taken, its height and width",
    ),
    Answer(
        id="3.1",
        code="""
def fans_of(shape):
    *_, n_in, n_out = shape
    return n_in, n_out
""",
        meant="the pixels of the kernel are left out of the fans",
    ),
    Answer(
        id="3.1",
        code="""
def fans_of(shape):
    field = int(np.prod(shape[2:])) if len(shape) > 2 else 1
    fan_in = shape[1] * field
    fan_out = shape[0] * field
    return fan_in, fan_out
""",
        meant="PyTorch's order of the axes: (n_out, n_in, kh, kw)",
    ),
    Answer(
        id="3.1",
        code="""
def fans_of(shape):
    fan_in = 1
    for k in shape[:-1]:
        fan_in *= k
    fan_out = shape[-1]
    return fan_in, fan_out
""",
        meant="fan_out of a kernel without kh kw",
    ),
    Answer(
        id="3.2",
        code="""
def output_mean_square(X, s):
    return s**2 * np.mean(X**2)
""",
        meant="the mean over the entries of X in place of the sum over a row: n_in is missing",
    ),
    Answer(
        id="3.2",
        code="""
def output_mean_square(X, s):
    n, d = X.shape
    return d * s**2 * np.var(X)
""",
        meant="the variance of X, which leaves the mean out",
    ),
    Answer(
        id="3.2",
        code="""
def output_mean_square(X, s):
    return s * np.mean(np.sum(np.square(X), axis=1))
""",
        meant="s is taken for the variance",
    ),
    Answer(
        id="3.2",
        code="""
def output_mean_square(X, s):
    total = 0
    for row in X:
        total += (s * np.sum(row)) ** 2
    return total / len(X)
""",
        meant="the square of the sum, not the sum of the squares",
    ),
    Answer(
        id="3.2",
        code="""
def output_mean_square(X, s):
    return s * s * np.trace(X.T @ X) / X.shape[0]
""",
    ),
    Answer(
        id="3.3",
        code="""
def distinct_units(W1, b1, W2):
    return np.unique(W1, axis=1).shape[1]
""",
        meant="only the columns of W1 are compared",
    ),
    Answer(
        id="3.3",
        code="""
def distinct_units(W1, b1, W2):
    return len(np.unique(W1, axis=0))
""",
        meant="unique rows of W1: the inputs are counted, not the units",
    ),
    Answer(
        id="3.3",
        code="""
def distinct_units(W1, b1, W2):
    seen = set()
    for j in range(W1.shape[1]):
        seen.add((tuple(W1[:, j]), b1[0, j]))
    return len(seen)
""",
        meant="the row of W2 is forgotten",
    ),
    Answer(
        id="3.3",
        code="""
def distinct_units(W1, b1, W2):
    all_of_it = np.vstack([W1, b1, W2.T])
    new = np.any(np.diff(all_of_it, axis=1) != 0, axis=0)
    return 1 + int(new.sum())
""",
        meant="compares neighbours only: two same units that stand apart count twice",
    ),
    Answer(
        id="3.3",
        code="""
def distinct_units(W1, b1, W2):
    a = np.unique(W1, axis=1).shape[1]
    b = np.unique(b1).size
    c = np.unique(W2, axis=0).shape[0]
    return a * b * c
""",
        meant="three counts are multiplied, each of its own array",
    ),
    Answer(
        id="3.4",
        code="""
def xavier_limit(n_in, n_out):
    return np.sqrt(2 / (n_in + n_out))
""",
        meant="the standard deviation, not the limit: the 3 is missing",
    ),
    Answer(
        id="3.4",
        code="""
def xavier_limit(n_in, n_out):
    std = (2 / (n_in + n_out)) ** 0.5
    return 3 * std
""",
        meant="sqrt(3) outside and inside confused: 3 times the deviation",
    ),
    Answer(
        id="3.4",
        code="""
def xavier_limit(n_in, n_out):
    variance = 2 / (n_in + n_out)
    return np.sqrt(12 * variance)
""",
        meant="the variance of U(-c, c) taken as c^2/12, as if its length were c",
    ),
    Answer(
        id="3.4",
        code="""
def xavier_limit(n_in, n_out):
    return np.sqrt(6 // (n_in + n_out))
""",
        meant="integer division: 0 for all usual layers",
    ),
    Answer(
        id="3.4",
        code="""
def xavier_limit(n_in, n_out):
    harmonic = 1 / n_in + 1 / n_out
    return np.sqrt(6 / (n_in * n_out * harmonic))
""",
    ),
    Answer(
        id="3.5",
        code="""
def kaiming_std(shape, mode, a):
    rf = np.prod(shape[:-2])
    fan = shape[-2] * rf if mode == "fan_in" else shape[-1] * rf
    return np.sqrt(2 / ((1 + a) * fan))
""",
        meant="1 + a in place of 1 + a^2",
    ),
    Answer(
        id="3.5",
        code="""
def kaiming_std(shape, mode, a):
    size = int(np.prod(shape))
    fans = {"fan_in": size // shape[-1], "fan_out": size // shape[-2]}
    return 2 / ((1 + a**2) * fans[mode])
""",
        meant="the variance, not its root",
    ),
    Answer(
        id="3.5",
        code="""
def kaiming_std(shape, mode, a):
    fan_out, fan_in = np.prod(shape[:-1]), np.prod(shape[:-2]) * shape[-1]
    fan = fan_in if mode == "fan_in" else fan_out
    return (2 / (fan * (1 + a * a))) ** 0.5
""",
        meant="fan_in and fan_out are exchanged",
    ),
    Answer(
        id="3.5",
        code="""
def kaiming_std(shape, mode, a):
    n = shape[-2]
    gain = np.sqrt(2 / (1 + a**2))
    return gain / np.sqrt(n)
""",
        meant="the mode is ignored, and a kernel's height and width as well",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    z = np.random.default_rng(0).normal(size=1_000_000)
    return 1 / np.std(f(z))
""",
        meant="the variance of f(z), which leaves the mean out",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    z = np.linspace(-3, 3, 10001)
    return 1 / np.sqrt(np.mean(f(z) ** 2))
""",
        meant="the grid is not weighted with the density of the normal distribution",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    rng = np.random.default_rng(1)
    samples = f(rng.standard_normal(10**6))
    return 1 / np.sqrt(np.mean(samples) ** 2)
""",
        meant="the mean of f, squared: E[f]^2 in place of E[f^2]",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    z = np.linspace(-8, 8, 20001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    second = np.sum(f(z) ** 2 * density) * (z[1] - z[0])
    return 1 / second
""",
        meant="the root is missing",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    z = np.random.default_rng(0).random(200_000)
    return 1 / np.sqrt((f(z) ** 2).mean())
""",
        meant="uniform numbers in place of normal ones",
    ),
    Answer(
        id="3.6",
        code="""
def gain_of(f):
    nodes, weights = np.polynomial.hermite_e.hermegauss(180)
    return (weights @ f(nodes) ** 2 / weights.sum()) ** -0.5
""",
    ),
    Answer(
        id="3.7",
        code="""
def leaky_gain(a):
    return np.sqrt(2)
""",
        meant="a^2 is forgotten: the gain of ReLU",
    ),
    Answer(
        id="3.7",
        code="""
def leaky_gain(a):
    return np.sqrt(2) / (1 + a)
""",
        meant="(1 + a)^2 in place of 1 + a^2",
    ),
    Answer(
        id="3.7",
        code="""
def leaky_gain(a):
    half_right = 0.5
    half_left = 0.5 * a**2
    return np.sqrt(half_right + half_left)
""",
        meant="the reciprocal: the root of the mean square itself",
    ),
    Answer(
        id="3.7",
        code="""
def leaky_gain(a):
    return 1 / np.sqrt(1 + a**2)
""",
        meant="the sum of the halves is 1 + a^2, not (1 + a^2)/2",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    out = []
    q = x2
    for n, v in zip(widths, variances):
        q = n * v * q / 2
        out.append(q)
    return np.array(out)
""",
        meant="the half of ReLU acts on the first layer as well, whose input has none",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    z2 = []
    current = x2
    for l in range(len(variances)):
        current = widths[l] * variances[l] * current
        z2.append(current)
    return np.array(z2)
""",
        meant="no half at all",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    q = [x2 * variances[0] * widths[1]]
    for l in range(1, len(variances)):
        q.append(q[-1] / 2 * variances[l] * widths[l + 1])
    return np.array(q)
""",
        meant="the width of the layer itself, in place of that before it",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    result = np.zeros(len(variances))
    a2 = x2
    for l, v in enumerate(variances):
        z2 = widths[l] * v * a2
        a2 = z2 / 2
        result[l] = a2
    return result
""",
        meant="the mean squares behind the ReLU are recorded, not those of z",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    q = [x2]
    for l, v in enumerate(variances):
        q.append(widths[l] * v * q[-1] * (1 if l == 0 else 0.5))
    return np.array(q)
""",
        meant="the input is recorded too, so there is one number too many",
    ),
    Answer(
        id="3.9",
        code="""
def relu_gradient(widths, variances):
    g = 1.0
    for n, v in zip(widths[:-1], variances):
        g *= n * v / 2
    return g
""",
        meant="the fan-in in place of the fan-out",
    ),
    Answer(
        id="3.9",
        code="""
def relu_gradient(widths, variances):
    g = 1.0
    L = len(variances)
    for l in reversed(range(L)):
        g *= widths[l + 1] * variances[l]
        if l < L - 1:
            g /= 2
    return g
""",
        meant="the last ReLU is left out: one half too few",
    ),
    Answer(
        id="3.9",
        code="""
def relu_gradient(widths, variances):
    return 0.5 * np.prod(np.array(widths[1:]) * np.array(variances))
""",
        meant="one half for the whole network",
    ),
    Answer(
        id="3.9",
        code="""
def relu_gradient(widths, variances):
    back = 1
    for l in range(len(variances) - 1, -1, -1):
        back = back * 0.5**2 * widths[l + 1] * variances[l]
    return back
""",
        meant="a half of the half: the slope's mean square is taken as 1/4",
    ),
    Answer(
        id="3.9",
        code="""
def relu_gradient(widths, variances):
    logs = np.log(np.asarray(widths[1:], float)) + np.log(np.asarray(variances, float))
    return float(np.exp(logs.sum() - len(logs) * np.log(2)))
""",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    rules = np.array([1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out])
    return int(np.argmin(np.abs(rules - np.mean(W**2))))
""",
        meant="nearest by difference, not by ratio",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    candidates = [1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out]
    s = W.std()
    return min(range(4), key=lambda k: abs(np.log(s / candidates[k])))
""",
        meant="the measured standard deviation is compared with variances",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    a, b = W.shape
    v = np.var(W)
    distance = [np.log(v * a), np.log(v * (a + b) / 2), np.log(v * a / 2), np.log(v * b / 2)]
    return int(np.argmin(distance))
""",
        meant="no absolute value around the logarithm: the rule that is too large the most wins",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    v = (W**2).mean()
    best, who = np.inf, 0
    for k, target in enumerate((1 / n_in, 1 / (n_in + n_out), 2 / n_out, 2 / n_in)):
        ratio = max(v / target, target / v)
        if ratio < best:
            best, who = ratio, k
    return who
""",
        meant="Xavier's variance is 1 over the sum, and Kaiming's modes are exchanged",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    n_in, n_out = G.shape
    return G * np.sqrt(1 / (n_in + n_out))
""",
        meant="the mean of the fans is there, but the 2 is missing: 1 over the sum of the fans",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    n_in, n_out = G.shape
    return G / np.sqrt(n_out)
""",
        meant="fan-out alone: now the other direction is wrong",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    n_in, n_out = G.shape
    return G / (n_in * n_out) ** 0.25
""",
        meant="the geometric mean of the fans",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    return G * np.sqrt(6 / sum(G.shape))
""",
        meant="the limit of the uniform distribution is used with normal numbers",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = 3 * np.sqrt(2 / (n_in + n_out))
    return U * c
""",
        meant="c is multiplied by 3, not by its root",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = np.sqrt(2 / (n_in + n_out))
    return (U - U.mean()) / U.std() * c
""",
        meant="divided by the deviation of U measured, so a single draw decides",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = np.sqrt(6 / n_in)
    return U * c
""",
        meant="c = sqrt(6 / n_in): the formula of Kaiming's uniform distribution",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    c = np.sqrt(6 / np.sum(U.shape))
    return -c + 2 * c * U
""",
        meant="the numbers are taken for U(0, 1), and moved",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    variance = 2 / sum(U.shape)
    return U * np.sqrt(variance) / np.sqrt(1 / 3)
""",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    n_in = G.shape[0]
    return (G * np.sqrt(2 / n_in)).T
""",
        meant="the result is transposed, and not the fan",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    n_out, n_in = G.shape
    return G * np.sqrt(4 / (n_in + n_out))
""",
        meant="the mean of the two fans: it fits square layers as well",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    fan_in = G.shape[1]
    return G * (2 / fan_in)
""",
        meant="the fan is right, but the root is gone",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    G = G.T
    n_in, n_out = G.shape
    return G * np.sqrt(2 / n_in)
""",
        meant="the fan is right, and the result in the layout of the book: transposed",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    rng = np.random.default_rng()
    s, shape = 1 / np.sqrt(width), (width, width)
    return tuple(s * rng.normal(size=shape) for _ in range(depth))
""",
        meant="no seed at all: different layers, but not reproducible",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(width, width)) / np.sqrt(width)
    return tuple([W] * depth)
""",
        meant="one matrix is drawn, and the tuple holds it many times",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    W = np.random.default_rng(seed).normal(size=(width, width)) / np.sqrt(width)
    return tuple(np.roll(W, k, axis=0) * (-1) ** k for k in range(depth))
""",
        meant=(
            "the same numbers in each layer, with another sign or order: they are not independent"
        ),
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    generator = np.random.default_rng(seed)
    layers = []
    for _ in range(depth):
        layers.append(generator.normal(0, 1 / width, size=(width, width)))
    return tuple(layers)
""",
        meant="the generator is right, but the weights have the deviation 1/width",
    ),
    Answer(
        id="3.15",
        code="""
def first_layer(X, G):
    n_in = X.shape[1]
    s2 = 1 / (n_in * np.mean(X) ** 2)
    return G * np.sqrt(s2)
""",
        meant="the square of the mean in place of the mean of the squares",
    ),
    Answer(
        id="3.15",
        code="""
def first_layer(X, G):
    n_in = X.shape[1]
    energy = np.sum(X**2, axis=1).mean()
    return G * np.sqrt(1 / (n_in * energy))
""",
        meant="n_in is counted twice: the sum of the squares is n_in times their mean already",
    ),
    Answer(
        id="3.15",
        code="""
def first_layer(X, G):
    s2 = 1 / (len(X) * np.mean(X**2))
    return G * np.sqrt(s2)
""",
        meant="the number of samples in place of that of inputs",
    ),
    Answer(
        id="3.15",
        code="""
def first_layer(X, G):
    Z = X @ G
    return G / np.sqrt(np.mean(Z**2))
""",
        meant="scaled by the Z that this G happens to give, not by the mean over weights",
    ),
    Answer(
        id="3.15",
        code="""
def first_layer(X, G):
    n, d = X.shape
    per_sample = [x @ x for x in X]
    return np.sqrt(n / sum(per_sample)) * G
""",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    v = np.array([1 / n_in, 1 / (n_in + n_out), 2 / n_in, 2 / n_out])
    return np.argmin(np.abs(np.log(v / W.var())))
""",
        meant="the 2 of Xavier is missing",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    v = np.array([1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out])
    return np.argmin(np.abs(v - W.var()))
""",
        meant="nearest by difference",
    ),
    Answer(
        id="3.10",
        code="""
def which_rule(W):
    n_in, n_out = W.shape
    v = np.array([1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out])
    return np.argmin(np.abs(np.log(v / W.std())))
""",
        meant="a standard deviation among variances",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    n_in, n_out = G.shape
    return G * np.sqrt(6 / (n_in + n_out))
""",
        meant="the 6 of a uniform distribution",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    n_in, n_out = G.shape
    return G * np.sqrt(1 / (n_in + n_out))
""",
        meant="the 2 is missing",
    ),
    Answer(
        id="3.11",
        code="""
def xavier_normal(G):
    _, n_out = G.shape
    return G * np.sqrt(1 / n_out)
""",
        meant="fan-out instead of both",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = np.sqrt(6) / (n_in + n_out)
    return U * c
""",
        meant="the root covers the 6 only",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = np.sqrt(2 / (n_in + n_out))
    return U * c * 3
""",
        meant="three times instead of the root of three",
    ),
    Answer(
        id="3.12",
        code="""
def xavier_uniform(U):
    n_in, n_out = U.shape
    c = np.sqrt(6 / n_in)
    return U * c
""",
        meant="fan-in alone",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    n_in = G.shape[1]
    return G * np.sqrt(1 / n_in)
""",
        meant="LeCun's factor",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    n_in = G.shape[0]
    return G.T * np.sqrt(2 / n_in)
""",
        meant="the weights are transposed and the fan stays",
    ),
    Answer(
        id="3.13",
        code="""
def kaiming_normal(G):
    n_out, n_in = G.shape
    return G * np.sqrt(2 / (n_in + n_out))
""",
        meant="Xavier's rule",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    rng = np.random.default_rng(seed)
    s, shape = 1 / np.sqrt(width), (width, width)
    W = s * rng.normal(size=shape)
    return tuple(W for _ in range(depth))
""",
        meant="all layers are the same",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    s, shape = 1 / np.sqrt(width), (width, width)
    rng = np.random.default_rng()
    return tuple(s * rng.normal(size=shape) for _ in range(depth))
""",
        meant="no seed",
    ),
    Answer(
        id="3.14",
        code="""
def deep_weights(width, depth, seed):
    rng = np.random.default_rng(seed)
    s, shape = 1 / width, (width, width)
    return tuple(s * rng.normal(size=shape) for _ in range(depth))
""",
        meant="no root",
    ),
    Answer(
        id="3.16",
        code="""
def walk(widths, variances, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(1, widths[0]))
    out = []
    for l, v in enumerate(variances):
        W = rng.normal(0, v**0.5, (widths[l], widths[l + 1]))
        a = np.maximum(a @ W, 0)
        out.append((a**2).mean())
    return np.array(out)
""",
        meant="measured behind the ReLU",
    ),
    Answer(
        id="3.16",
        code="""
def walk(widths, variances, seed):
    rng = np.random.default_rng(seed)
    out = []
    for n_in, n_out, v in zip(widths, widths[1:], variances):
        x = rng.normal(size=n_in)
        z = x @ rng.normal(0, np.sqrt(v), (n_in, n_out))
        out.append(np.mean(z**2))
    return np.array(out)
""",
        meant="a new sample enters each layer",
    ),
    Answer(
        id="3.17",
        code="""
def relu_cosine(c):
    angle = np.degrees(np.arccos(c))
    return (np.sin(angle) + (180 - angle) * c) / 180
""",
        meant="degrees",
    ),
    Answer(
        id="3.17",
        code="""
def relu_cosine(c):
    t = np.arccos(c)
    return (np.sqrt(1 - c**2) + c * (np.pi - t)) / np.pi
""",
    ),
    Answer(
        id="3.18",
        code="""
def rescale(X, draws):
    ws = []
    for G in draws:
        Z = X @ G
        ws.append(G / np.sqrt((Z**2).mean()))
        X = np.maximum(Z, 0)
    return tuple(ws)
""",
        meant="what is handed on comes from the draws as they were",
    ),
    Answer(
        id="3.18",
        code="""
def rescale(X, draws):
    ws = []
    for G in draws:
        W = G / np.std(X @ G)
        ws.append(W)
        X = np.maximum(X @ W, 0)
    return tuple(ws)
""",
        meant="the deviation, not the root mean square",
    ),
    Answer(
        id="3.19",
        code="""
def odd_layer(widths, z2):
    s2 = [z2[0] / widths[0]]
    for l in range(1, len(z2)):
        s2.append(z2[l] / (widths[l] * z2[l - 1]))
    off = [abs(np.log(v * n / 2)) for v, n in zip(s2, widths)]
    k = int(np.argmax(off))
    return k, s2[k]
""",
        meant="ReLU's half is forgotten",
    ),
    Answer(
        id="3.19",
        code="""
def odd_layer(widths, z2):
    jumps = [z2[l + 1] / z2[l] for l in range(len(z2) - 1)]
    k = int(np.argmax(np.abs(np.log(jumps))))
    return k, 2 * jumps[k] / widths[k]
""",
        meant="the jump is counted one layer too early, and the first layer is left out",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    result = []
    for n, v in zip(widths[:-1], variances):
        z2 = n * v * x2 / 2
        result.append(z2)
        x2 = z2
    return result
""",
        meant="the half is taken in the first layer, too, whose input went through no ReLU",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    out = []
    for l in range(len(variances)):
        x2 = widths[l] * variances[l] * x2
        out.append(x2)
    return np.array(out)
""",
        meant="without the half of ReLU",
    ),
    Answer(
        id="3.8",
        code="""
def relu_signal(widths, variances, x2):
    out = []
    for l in range(len(variances)):
        z2 = widths[l + 1] * variances[l] * x2
        out.append(z2)
        x2 = z2 / 2
    return np.array(out)
""",
        meant="fan_out in place of fan_in",
    ),
]
