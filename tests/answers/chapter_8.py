"""Answers to the exercises of chapter 8 as learners might hand them in."""

from __future__ import annotations

from tests.answers import Answer

ANSWERS = [
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    path = [w.copy()]
    for _ in range(steps):
        w = w - rate * (H @ w)
        path.append(w)
    return np.array(path)
""",
        meant="the minus of b is forgotten: the gradient is H w",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    path = [w]
    for k in range(steps):
        w = w - rate * H @ w + b
        path.append(w)
    return np.array(path)
""",
        meant="the rate is applied to H w alone, not to b",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    path = np.zeros((steps, len(w)))
    for t in range(steps):
        w = w - rate * (H @ w - b)
        path[t] = w
    return path
""",
        meant="the start is not kept",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    path = [w]
    for _ in range(steps):
        w -= rate * (H @ w - b)
        path.append(w)
    return np.array(path)
""",
        meant="w is changed in place, and all rows are the same array",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    g = H @ w - b
    return np.array([w - rate * t * g for t in range(steps + 1)])
""",
        meant="the gradient of the start is used in every step",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    w = w.copy()
    path = [w.copy()]
    for _ in range(steps):
        for i in range(len(w)):
            w[i] = w[i] - rate * (H[i] @ w - b[i])
        path.append(w.copy())
    return np.array(path)
""",
        meant="weights are changed one after the other, each with the new ones before it",
    ),
    Answer(
        id="8.1",
        code="""
def descend(H, b, w, rate, steps):
    path = np.empty((steps + 1, w.size))
    path[0] = w
    M = np.eye(w.size) - rate * H
    for t in range(1, steps + 1):
        path[t] = M @ path[t - 1] + rate * b
    return path
""",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    values = np.linalg.eigvalsh(H)
    rate = 1 / values[-1]
    return rate, 1 - rate * values[0]
""",
        meant="1 over the largest curvature, half of the limit",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    lam = np.linalg.eigvalsh(H)
    rate = 2 / lam.max()
    return rate, np.abs(1 - rate * lam).max()
""",
        meant="the limit, not the best",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    d = np.diag(H)
    low, high = d.min(), d.max()
    return 2 / (low + high), (high - low) / (high + low)
""",
        meant="the diagonal for the eigenvalues",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    values = np.linalg.eigvalsh(H)
    low, high = values[0], values[-1]
    return 2 / (low + high), high / low
""",
        meant="the condition number in place of the factor",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    values = np.linalg.eigvalsh(H)
    rate = 1 / values.mean()
    return rate, np.max(np.abs(1 - rate * values))
""",
        meant="the mean of all curvatures, not of the two ends",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    lam = np.linalg.eigvalsh(H)
    k = lam[-1] / lam[0]
    return 1 / (lam[0] + lam[-1]), (k - 1) / (k + 1)
""",
        meant="1 over the sum: a 2 is missing",
    ),
    Answer(
        id="8.2",
        code="""
def best_rate(H):
    high = np.linalg.norm(H, 2)
    low = 1 / np.linalg.norm(np.linalg.inv(H), 2)
    rate = 2 / (high + low)
    return rate, 1 - rate * low
""",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    return (gradient(w + h * v) - gradient(w)) / h
""",
        meant="one-sided difference",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    return (gradient(w + h * v) - gradient(w - h * v)) / h
""",
        meant="divided by h, not by 2h",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    return (gradient(w + h) - gradient(w - h)) / (2 * h) * v
""",
        meant="h is added to each weight, v is multiplied after",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    v = v / np.linalg.norm(v)
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)
""",
        meant="v is made a unit vector and its length is lost",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    return (gradient(w + h * v) - gradient(w - h * v)) / 2 * h
""",
        meant="the precedence: divided by 2 and multiplied by h",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    return (gradient(w + h * v) - 2 * gradient(w) + gradient(w - h * v)) / h**2
""",
        meant="the second difference, of the second derivative of the gradient",
    ),
    Answer(
        id="8.3",
        code="""
def hessian_times(gradient, w, v, h):
    change = gradient(w + h * v) - gradient(w - h * v)
    return v @ change / (2 * h)
""",
        meant="v' H v, a number",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds):
        u = v / np.linalg.norm(v)
        v = times(u)
    return np.linalg.norm(v)
""",
        meant="the norm of H u: the sign is lost",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        v = times(v)
    return v @ times(v)
""",
        meant="u is not a unit vector at the end: v' H v of the last product",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds):
        v = times(v / np.linalg.norm(v))
    u = v / np.linalg.norm(v)
    return u @ times(u)
""",
        meant="one round too many",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds):
        u = v / np.sum(np.abs(v))
        v = times(u)
    return u @ v
""",
        meant="divided by the sum of the entries, not by the length",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    u = v / np.linalg.norm(v)
    for _ in range(rounds - 1):
        u = times(u)
    return u @ times(u)
""",
        meant="normalized once, at the start",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds):
        u = v / np.linalg.norm(v)
        v = times(u)
    return v
""",
        meant="returns the vector",
    ),
    Answer(
        id="8.4",
        code="""
def largest_curvature(times, v, rounds):
    for _ in range(rounds - 1):
        v = times(v)
        v = v / np.linalg.norm(v)
    return v @ times(v) / (v @ v)
""",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    v = np.zeros_like(w)
    path = [w]
    for _ in range(steps):
        v = mu * v + (1 - mu) * gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)
""",
        meant="the velocity is an average: (1 - mu) g",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    v = np.zeros_like(w)
    path = [w]
    for _ in range(steps):
        g = gradient(w)
        w = w - rate * v
        v = mu * v + g
        path.append(w)
    return np.array(path)
""",
        meant="the step is taken with the old velocity",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    path = [w]
    for _ in range(steps):
        v = np.zeros_like(w)
        v = mu * v + gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)
""",
        meant="the velocity is set to zero in each step",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    v = 0 * w
    path = [w]
    for _ in range(steps):
        g = gradient(w)
        v = mu * v + g
        w = w - rate * (g + mu * v)
        path.append(w)
    return np.array(path)
""",
        meant="Nesterov's step",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    v = gradient(w)
    path = [w]
    for _ in range(steps):
        v = mu * v + gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)
""",
        meant="v starts as the first gradient, which counts twice",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    v = np.zeros(len(w))
    path = [w]
    for _ in range(steps):
        v = mu * v + rate * gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)
""",
        meant="the rate counts twice: v = mu v + rate g, then rate v",
    ),
    Answer(
        id="8.5",
        code="""
def heavy_ball(gradient, w, rate, mu, steps):
    path = [w, w - rate * gradient(w)][: steps + 1]
    while len(path) < steps + 1:
        a, b = path[-2:]
        path.append(b - rate * gradient(b) + mu * (b - a))
    return np.array(path)
""",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    worst = 0
    for c in curvatures:
        roots = np.roots([1, -(1 + mu - rate * c), mu])
        worst = max(worst, np.abs(roots.real).max())
    return worst
""",
        meant="the real part of complex roots",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    T = 1 + mu - rate * np.asarray(curvatures)
    r = (T + np.sqrt(T**2 - 4 * mu + 0j)) / 2
    return np.abs(r).max()
""",
        meant="the root with the plus sign alone",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    T = 1 + mu - rate * np.asarray(curvatures)
    d = np.sqrt(T**2 - 4 * mu + 0j)
    return max(((T + d) / 2).real.max(), ((T - d) / 2).real.max())
""",
        meant="the largest root, without its size",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    T = 1 - mu - rate * np.asarray(curvatures)
    d = np.sqrt(T**2 - 4 * mu + 0j)
    return np.maximum(np.abs(T + d), np.abs(T - d)).max() / 2
""",
        meant="the sign of the middle term is wrong, for sizes no matter; but 1 - mu for 1 + mu",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    return np.sqrt(mu)
""",
        meant="always the root of mu",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    T = 1 + mu - rate * np.min(curvatures)
    return np.abs(np.roots([1, -T, mu])).max()
""",
        meant="the flattest curvature only",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    T = 1 + mu - rate * np.asarray(curvatures)
    d = np.sqrt(np.maximum(T**2 - 4 * mu, 0))
    return np.max((np.abs(T) + d) / 2)
""",
        meant="clipped discriminant: complex roots as if they were double",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    sizes = []
    for c in curvatures:
        sizes.append(np.abs(np.roots([1, -(1 + mu - rate * c), mu])).max())
    return min(sizes)
""",
        meant="the smallest of the larger roots",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    return max(
        np.abs(np.linalg.eigvals([[mu, rate * c], [-mu, 1 - rate * c]])).max()
        for c in curvatures
    )
""",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        step = g + mu * v
        v = mu * v + g
        w = w - rate * step
    return w
""",
        meant="the gradient and the old velocity: plain momentum again",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        step = v
        if nesterov:
            step = v + mu * g
        w = w - rate * step
    return w
""",
        meant="v + mu g",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        step = v
        if nesterov:
            step = gradient(w) + mu * v
        w = w - rate * step
    return w
""",
        meant="the decay is not in the look ahead",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        at = w - rate * mu * v if nesterov else w
        g = gradient(at) + decay * at
        v = mu * v + g
        w = w - rate * v
    return w
""",
        meant="the gradient is looked up ahead of w, which is another form",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        if nesterov:
            v = g + mu * v
        w = w - rate * v
    return w
""",
        meant="the look ahead is kept in v",
    ),
    Answer(
        id="8.7",
        code="""
def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        step = v
        if nesterov:
            step = v + mu * v
        w = w - rate * step
    return w
""",
        meant="nothing is changed",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    return (1 - beta) * beta ** np.arange(t)
""",
        meant="the order is reversed: g_1 gets the largest weight",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    return beta ** (t - np.arange(1, t + 1))
""",
        meant="without 1 - beta",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    w = beta ** np.arange(t - 1, -1, -1)
    return w / w.sum()
""",
        meant="corrected: the weights sum to 1",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    i = np.arange(1, t + 1)
    return (1 - beta) * beta ** (t - i + 1)
""",
        meant="one power too many",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    return np.array([(1 - beta) * beta ** (t - i) for i in range(t)])
""",
        meant="t weights for i = 0..t-1 by t - i",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    w = [1.0]
    for _ in range(t - 1):
        w = [beta * x for x in w] + [1 - beta]
    return np.array(w)
""",
        meant="the first gradient has weight beta^(t-1), as if m_1 = g_1",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    return beta * (1 - beta) ** np.arange(t - 1, -1, -1)
""",
        meant="beta and 1 - beta swapped",
    ),
    Answer(
        id="8.8",
        code="""
def average_weights(beta, t):
    rows = np.eye(t)
    m = np.zeros(t)
    for g in rows:
        m = beta * m + (1 - beta) * g
    return m
""",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1**t)
        vh = v / (1 - beta2**t)
        w = w - rate * mh / np.sqrt(vh + eps)
    return w
""",
        meant="eps inside of the root",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - rate * m / (np.sqrt(v) + eps)
    return w
""",
        meant="no correction",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m = m / (1 - beta1**t)
        v = v / (1 - beta2**t)
        w = w - rate * m / (np.sqrt(v) + eps)
    return w
""",
        meant="the corrected averages are carried on",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta2**t)
        vh = v / (1 - beta1**t)
        w = w - rate * mh / (np.sqrt(vh) + eps)
    return w
""",
        meant="the betas are swapped in the correction",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1**t)
        vh = v / (1 - beta2**t)
        w = w - rate * mh / (vh + eps)
    return w
""",
        meant="the root is forgotten",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=0):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1 ** (t + 2))
        vh = v / (1 - beta2 ** (t + 2))
        w = w - rate * mh / (np.sqrt(vh) + eps)
    return w
""",
        meant="t counts from 0 with t + 2: one too many",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / abs(1 - beta1 * t)
        vh = v / abs(1 - beta2 * t)
        w = w - rate * mh / (np.sqrt(vh) + eps)
    return w
""",
        meant="1 - beta * t in place of 1 - beta ** t, made positive",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1**t)
        w = w - rate * mh / ((np.sqrt(v) + eps) / np.sqrt(1 - beta2**t))
    return w
""",
        meant="the root is corrected, not what is below it, and eps is added before",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1**t)
        vh = v.mean() / (1 - beta2**t)
        w = w - rate * mh / (np.sqrt(vh) + eps)
    return w
""",
        meant="one size for the whole vector",
    ),
    Answer(
        id="8.9",
        code="""
def adam(w, gradients, rate, beta1, beta2, eps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mh = m / (1 - beta1**t)
        vh = v / (1 - beta2**t)
        w -= rate * mh / (np.sqrt(vh) + eps)
    return w
""",
        meant="w is changed in place",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        w = w - rate * g / np.sqrt(s)
    return w
""",
        meant="the correction is taken out",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        v = s / (1 - rho)
        w = w - rate * g / np.sqrt(v)
    return w
""",
        meant="corrected by the first step's factor always",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        v = s * (1 - rho**t)
        w = w - rate * g / np.sqrt(v)
    return w
""",
        meant="v is multiplied",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        v = np.sqrt(s) / (1 - rho**t)
        w = w - rate * g / v
    return w
""",
        meant="corrected after the root",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        v = rho * v + (1 - rho) * g**2
        v = v / (1 - rho**t)
        w = w - rate * g / np.sqrt(v)
    return w
""",
        meant="only the name s is dropped, v is corrected and then averaged",
    ),
    Answer(
        id="8.10",
        code="""
def even_steps(w, gradients, rate, rho):
    s = gradients[0] ** 2
    for g in gradients:
        s = rho * s + (1 - rho) * g**2
        w = w - rate * g / np.sqrt(s)
    return w
""",
        meant="the first square is the start, no correction",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w_old = w
        w = w - rate * step
        if decoupled:
            w = w - rate * decay * w_old
    return w
""",
        meant="the decay is in the gradient in both cases",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w - rate * step - (decay * w if decoupled else 0)
    return w
""",
        meant="the decay apart is not multiplied by the rate",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w - rate * step
        if decoupled:
            w = w - rate * decay * w
    return w
""",
        meant="the decay apart takes the w after the step",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w - rate * (step if decoupled else step + decay * w)
    return w
""",
        meant="the cases are swapped",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        d = g if decoupled else g + decay * w
        m = 0.9 * m + 0.1 * d
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        if decoupled:
            step = step + decay * w
        w = w - rate * step
    return w
""",
        meant="the decay is in m but not in v",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w * (1 + rate * decay * decoupled) - rate * step
    return w
""",
        meant="the sign of the decay apart",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g - decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w * (1 - rate * decay * decoupled) - rate * step
    return w
""",
        meant="the sign of the decay in the gradient",
    ),
    Answer(
        id="8.11",
        code="""
def adam_with_decay(w, gradients, rate, decay, decoupled):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w = w * (1 - rate * decay * decoupled) - rate * step
    return w
""",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * (t - 1) / warmup
    share = (t - warmup - 1) / (steps - warmup)
    return peak * (1 + np.cos(np.pi * share)) / 2
""",
        meant="the warm-up begins at 0",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    return peak * (1 + np.cos(np.pi * (t - warmup) / (steps - warmup))) / 2
""",
        meant="the fall starts one step early",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    return peak * (1 + np.cos(np.pi * (t - 1) / steps)) / 2
""",
        meant="the wave is stretched over all steps",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    share = (t - warmup - 1) / (steps - warmup)
    return peak * np.cos(np.pi / 2 * share)
""",
        meant="a quarter of a wave",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    share = (t - warmup - 1) / max(steps - warmup - 1, 1)
    return peak / 2 * (1 + np.cos(np.pi * share))
""",
        meant="0 in the last step that is taken",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    share = (t - warmup - 1) / (steps - warmup)
    return peak * (1 + np.cos(2 * np.pi * share)) / 2
""",
        meant="the whole wave: it comes up again",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / warmup
    return peak * (steps + 1 - t) / (steps - warmup)
""",
        meant="a fall in a straight line",
    ),
    Answer(
        id="8.12",
        code="""
def cosine_rate(t, steps, peak, warmup):
    if t <= warmup:
        return peak * t / (warmup + 1)
    share = (t - warmup - 1) / (steps - warmup)
    return peak * 0.5 * (1 + np.cos(np.pi * share))
""",
        meant="the warm-up is divided by warmup + 1",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = i
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="starts anew in each epoch",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch * len(xs)
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="falls by epoch, kept within one",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch * len(xs) + i + 1
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="one too many steps done",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch + i
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="epoch and i added",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch * epochs + i
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="epoch times epochs",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    steps = len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch * steps + i
            w = w - peak * (1 - done / steps) * (w - x)
    return w
""",
        meant="the steps are those of one epoch",
    ),
    Answer(
        id="8.13",
        code="""
def slowing_down(w, xs, peak, epochs):
    n = epochs * len(xs)
    for k in range(n):
        w = w - peak * (n - k) / n * (w - xs[k % len(xs)])
    return w
""",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    out = []
    for g in gradients:
        n = np.linalg.norm(g)
        out.append(g * min(1, limit / n) if n > 0 else g)
    return tuple(out)
""",
        meant="each array is clipped by itself",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    return tuple(np.clip(g, -limit, limit) for g in gradients)
""",
        meant="entries are cut off at the limit",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    size = sum(np.sum(g**2) for g in gradients)
    if size <= limit:
        return gradients
    return tuple(g * limit / size for g in gradients)
""",
        meant="the length without the root",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    n = np.sqrt(sum((g**2).sum() for g in gradients))
    return tuple(g * limit / n if n > 0 else g for g in gradients)
""",
        meant="always scaled to the limit, up too",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    n = sum(np.linalg.norm(g) for g in gradients)
    return tuple(g * min(1.0, limit / n) if n > 0 else g for g in gradients)
""",
        meant="the sum of the arrays' lengths",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    n = max(np.abs(g).max() for g in gradients)
    return tuple(g * min(1.0, limit / n) if n > 0 else g for g in gradients)
""",
        meant="the largest entry is taken for the length",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    n = np.sqrt(sum(np.sum(g * g) for g in gradients))
    if n > limit:
        return tuple(g / n for g in gradients)
    return gradients
""",
        meant="made a unit vector if longer than the limit",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    n = np.sqrt(sum(np.sum(g * g) for g in gradients))
    if n > limit:
        for g in gradients:
            g *= limit / n
    return gradients
""",
        meant="the arrays are changed in place",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    flat = np.concatenate([g.ravel() for g in gradients])
    n = np.sqrt(np.mean(flat**2))
    return tuple(g * min(1.0, limit / n) if n > 0 else g for g in gradients)
""",
        meant="the mean of the squares in place of their sum",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    n = len(a)
    error = np.sqrt(np.var(a, ddof=1) / n + np.var(b, ddof=1) / n)
    return np.mean(a) - np.mean(b), error
""",
        meant="not paired: the two variances are added",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std() / np.sqrt(len(d))
""",
        meant="n below, not n - 1",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1)
""",
        meant="the standard deviation, not the error of the mean",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1) / len(d)
""",
        meant="divided by n, not by its root",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(b) - np.asarray(a)
    return d.mean(), d.std(ddof=1) / np.sqrt(d.size)
""",
        meant="b - a",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.abs(np.asarray(a) - np.asarray(b))
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
""",
        meant="the differences lose their sign",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d) - 1)
""",
        meant="the root of n - 1 with n - 1 below as well",
    ),
    Answer(
        id="8.15",
        code="""
def compare(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.var(ddof=1) / np.sqrt(len(d))
""",
        meant="the variance over the root",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    worst = 0
    for h in curvatures:
        b = 1 + mu - rate * h
        disc = b * b - 4 * mu
        if disc < 0:
            r = mu
        else:
            r = (b + np.sqrt(disc)) / 2
        worst = max(worst, r)
    return worst
""",
        meant="complex roots have the modulus sqrt(mu), not mu; and the negative root is forgotten",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    h = np.min(curvatures)
    r = np.roots([1, -(1 + mu - rate * h), mu])
    return np.max(np.abs(r))
""",
        meant="takes the smallest curvature for the slowest",
    ),
    Answer(
        id="8.6",
        code="""
def slowest(curvatures, rate, mu):
    factors = []
    for h in curvatures:
        r = np.roots([1, -(1 + mu - rate * h), mu])
        factors.append(np.max(r.real))
    return max(factors)
""",
        meant="the real part in place of the absolute value",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    out = []
    for g in gradients:
        norm = np.sqrt(np.sum(g**2))
        if norm > limit:
            g = g * limit / norm
        out.append(g)
    return tuple(out)
""",
        meant="each array is clipped for itself",
    ),
    Answer(
        id="8.14",
        code="""
def clipped(gradients, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return tuple(g * limit / norm for g in gradients)
""",
        meant="short gradients are made longer",
    ),
]
