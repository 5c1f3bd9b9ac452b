"""Exercises 8.1 to 8.7: walks in a bowl, curvature of any loss, momentum, and a hunt.

The wrong answers are ones that notes, libraries and learners have really produced, or would.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import inspect
import linecache

import numpy as np

from nnlib.optimizers import Momentum
from nnlib.teaching.exercises import Exercise, Function, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(8)


def _bowl(rng, d):
    """A symmetric matrix with positive eigenvalues that differ."""
    Q, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return (Q * rng.uniform(0.3, 3, d)) @ Q.T


H2 = np.array([[2.0, 0.5], [0.5, 1.0]])
H3 = _bowl(RNG, 3)
SADDLE = np.array([[1.0, 0.5, 0.0], [0.5, -2.0, 0.3], [0.0, 0.3, 0.5]])


# 8.1 ------------------------------------------------------------------------------------------


def descend(H, b, w, rate, steps):
    """Return all weights of a walk, the start first: shape (steps + 1, d).

    The loss is 1/2 w^T H w - b^T w with a symmetric H (d, d); b and w have
    the shape (d,). w itself stays as it was.
    """
    path = [w]
    for _ in range(steps):
        w = w - rate * (H @ w - b)
        path.append(w)
    return np.array(path)


def _descend(H, b, w, rate, steps, gradient):
    path = [w]
    for _ in range(steps):
        w = w - rate * gradient(w)
        path.append(w)
    return np.array(path)


def _same_place(H, b, w, rate, steps):
    g, path = H @ w - b, [w]
    for _ in range(steps):
        path.append(path[-1] - rate * g)
    return np.array(path)


def _one_axis_at_a_time(H, b, w, rate, steps):
    w, path = w.copy(), [w]
    for _ in range(steps):
        for j in range(len(w)):
            w[j] -= rate * (H[j] @ w - b[j])
        path.append(w.copy())
    return np.array(path)


def _one_array(H, b, w, rate, steps):
    path, v = [], w.copy()
    for _ in range(steps + 1):
        path.append(v)
        v -= rate * (H @ v - b)
    return np.array(path)


def _start_moved(H, b, w, rate, steps):
    v = w.copy()
    path = [v]
    for _ in range(steps):
        v -= rate * (H @ v - b)
        path.append(v.copy())
    return np.array(path)


def _in_eigenvectors(H, b, w, rate, steps):
    values, Q = np.linalg.eigh(H)
    best = np.linalg.solve(H, b)
    c = Q.T @ (w - best)
    factors = (1 - rate * values) ** np.arange(steps + 1)[:, np.newaxis]
    return best + (factors * c) @ Q.T


DESCEND = Exercise(
    id="8.1",
    title="a walk in a bowl",
    solution=descend,
    probes={
        "one weight": (np.array([[2.0]]), np.array([4.0]), np.array([3.0]), 0.25, 3),
        "two weights": (H2, np.array([1.0, -1.0]), np.array([2.0, 0.5]), 0.4, 4),
        "no step": (H2, np.array([0.5, 0.0]), np.array([1.0, 1.0]), 0.1, 0),
        "too high a rate": (H3, np.zeros(3), np.array([1.0, -2.0, 0.5]), 1.5, 3),
    },
    wrong=[
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, -rate, steps, lambda w: H @ w - b),
            "This walks uphill. The step goes against the gradient: `w - rate * g`.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, rate, steps, lambda w: H @ w),
            "The gradient of the linear part is missing: that of -b^T w is -b.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, rate, steps, lambda w: H @ w + b),
            "b has the wrong sign. The loss holds -b^T w, so the gradient is H w - b.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, rate, steps, lambda w: H @ w / 2 - b),
            "The half is taken twice. The gradient of 1/2 w^T H w is H w.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, rate, steps, lambda w: 2 * H @ w - b),
            "The gradient of 1/2 w^T H w is H w: the 2 of the square meets the half.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: _descend(H, b, w, rate, steps, lambda w: H * w - b),
            "`H * w` multiplies entry by entry. A matrix times a vector is `H @ w`.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: descend(H, b, w, rate, steps)[1:],
            "The start is missing. The first row is w before any step.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: descend(H, b, w, rate, steps)[-1],
            "This is where the walk ends. Return every place on the way, one row each.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: descend(H, b, w, rate, steps - 1 if steps else 0),
            "One step is missing: there are steps + 1 places, with the start.",
        ),
        Wrong(
            _same_place,
            "Every step takes the gradient at the start. Compute it anew at the w where you are.",
        ),
        Wrong(
            _one_axis_at_a_time,
            "One weight moves after the other, and each sees the new values of those before it. "
            "In a step all move at once, by the gradient at the old w.",
        ),
        Wrong(
            _one_array,
            "Every row is the same array, moved in place to where the walk ends. Append a copy, "
            "or make a new array with `w = w - ...`.",
        ),
        Wrong(
            _start_moved,
            "The first row is the array that you move in place, so it shows the end of the walk. "
            "Use `w = w - ...`, which makes a new array.",
        ),
        Wrong(
            lambda H, b, w, rate, steps: descend(H, b, w, rate, steps + 1)[1:],
            "The first row is one step on already. Append w before you move it, or begin with "
            "`path = [w]`.",
        ),
    ],
    witness=_in_eigenvectors,
    draw=lambda rng: (_bowl(rng, 3), rng.normal(size=3), rng.normal(size=3), 0.3, 5),
    properties=[
        holds(
            "it stays at the minimum",
            lambda f: np.allclose(
                f(H2, H2 @ np.array([1.0, -2.0]), np.array([1.0, -2.0]), 0.3, 2), [[1.0, -2.0]] * 3
            ),
            "At the minimum the gradient is 0: a walk that starts there stays there.",
        )
    ],
    hints=[
        "The gradient is H w - b. Check it with one weight: the derivative of w^2 - 4 w.",
        "Start with `path = [w]`, and append the new w after each step.",
        "`w = w - rate * g` makes a new array; `w -= ...` would change the caller's.",
    ],
    why="The witness of this exercise never walks: it takes the powers of 1 - rate times each "
    "eigenvalue, as in (8.2).",
)


# 8.2 ------------------------------------------------------------------------------------------


def best_rate(H):
    """Return (rate, factor): the best rate on a bowl, and its factor.

    H is symmetric with positive eigenvalues. After a step at this rate
    the distance from the minimum is at most factor times what it was;
    no other rate has a smaller one.
    """
    values = np.linalg.eigvalsh(H)
    low, high = values[0], values[-1]
    return 2 / (low + high), (high - low) / (high + low)


def _ends(H):
    values = np.linalg.eigvalsh(H)
    return values[0], values[-1]


def _with_ends(function):
    return lambda H: function(*_ends(H))


def _unsorted(values):
    first, last = values[0], values[-1]
    return 2 / (first + last), abs(last - first) / (first + last)


def _by_crossings(H):
    """Try every rate at which two of the lines |1 - rate lambda| cross, and take the lowest top."""
    values = np.linalg.eigvalsh(H)
    rates = [2 / (one + other) for one in values for other in values]
    tops = [np.max(np.abs(1 - rate * values)) for rate in rates]
    return rates[int(np.argmin(tops))], min(tops)


BEST_RATE = Exercise(
    id="8.2",
    title="the best rate",
    solution=best_rate,
    probes={
        "curvatures 1 and 9": (np.diag([9.0, 1.0]),),
        "a tilted bowl": (H2,),
        "three weights": (np.diag([0.5, 4.0, 2.0]),),
        "all alike": (3 * np.eye(2),),
        "the largest in the middle": (np.diag([2.0, 6.0, 0.5, 1.0]),),
        "drawn": (H3,),
    },
    wrong=[
        Wrong(
            _with_ends(lambda low, high: (1 / high, 1 - low / high)),
            "The rate 1 / lambda_max is safe and not the best: the steep part is gone at once, "
            "and the flat part shrinks by 1 - 1/kappa only. A higher rate trades one for the "
            "other.",
        ),
        Wrong(
            _with_ends(lambda low, high: (2 / high, 1 - 2 * low / high)),
            "At 2 / lambda_max the steep part does not shrink at all: it changes sign at every "
            "step. That is the limit.",
        ),
        Wrong(
            _with_ends(lambda low, high: (1 / (low + high), high / (low + high))),
            "The rate is half of the best one. Set 1 - rate * low equal to rate * high - 1.",
        ),
        Wrong(
            _with_ends(lambda low, high: (2 / (low + high), ((high - low) / (high + low)) ** 2)),
            "The factor is squared: so much the loss shrinks. Asked for is the distance.",
        ),
        Wrong(
            _with_ends(lambda low, high: (2 / (low + high), (low - high) / (high + low))),
            "The factor is negative: that is how the steep part changes, sign and all. Asked for "
            "is its size.",
        ),
        Wrong(
            _with_ends(lambda low, high: (2 / (low + high), high / low)),
            "The second result is the condition number. The factor is (kappa - 1) / (kappa + 1).",
        ),
        Wrong(
            lambda H: (
                2 / (np.diag(H).min() + np.diag(H).max()),
                (np.diag(H).max() - np.diag(H).min()) / (np.diag(H).max() + np.diag(H).min()),
            ),
            "You took the diagonal. In a tilted bowl the curvatures are the eigenvalues.",
        ),
        Wrong(
            lambda H: (
                2 / np.linalg.eigvalsh(H).sum(),
                best_rate(H)[1],
            ),
            "You divide by the sum of all eigenvalues. Only the smallest and the largest count.",
        ),
        Wrong(
            lambda H: best_rate(H)[::-1],
            "The two results are swapped: first the rate, then the factor.",
        ),
        Wrong(
            _with_ends(lambda low, high: (2 / (low + high), (high - low) / 2)),
            "The factor should have no unit: divide the difference of the curvatures by their sum.",
        ),
        Wrong(
            lambda H: _unsorted(np.linalg.eigvals(H)),
            "`np.linalg.eigvals` does not sort: the first and the last need not be the smallest "
            "and the largest. `np.linalg.eigvalsh` sorts.",
        ),
        Wrong(
            lambda H: (
                1 / np.linalg.eigvalsh(H).mean(),
                1 - np.linalg.eigvalsh(H)[0] / np.linalg.eigvalsh(H).mean(),
            ),
            "You took the mean of all curvatures. Only the smallest and the largest count.",
        ),
        Wrong(
            _with_ends(
                lambda low, high: (
                    2 / (low + high),
                    (np.sqrt(high) - np.sqrt(low)) / (np.sqrt(high) + np.sqrt(low)),
                )
            ),
            "The factor has square roots: that is momentum's, of lesson 3. Here kappa stands as "
            "it is.",
        ),
    ],
    witness=_by_crossings,
    draw=lambda rng: (_bowl(rng, int(rng.integers(2, 6))),),
    properties=[
        holds(
            "twice the curvature, half the rate",
            lambda f: bool(np.isclose(f(2 * H3)[0], f(H3)[0] / 2)),
            "A bowl twice as steep everywhere takes half the rate.",
        )
    ],
    hints=[
        "`np.linalg.eigvalsh(H)` gives the curvatures, the smallest first.",
        "Draw |1 - rate * lambda| over the rate for the smallest and the largest curvature. Where "
        "do the two lines cross?",
        "1 - rate * low = rate * high - 1.",
    ],
    why="A lower rate makes the flat part slower, a higher one the steep part; the best is where "
    "both are equally slow.",
)


# 8.3 ------------------------------------------------------------------------------------------


def hessian_times(gradient, w, v, h):
    """Return an estimate of H v from two gradients, by (8.6).

    gradient(w) returns the gradient at w, shape (d,); v is any direction
    (d,), and h the step. The error falls with the square of h.
    """
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def _cubic(w):
    """The gradient of sum w^4 / 4 + w_1 w_2^2 ... : its Hessian changes from place to place."""
    return w**3 + np.roll(w, 1) * w + np.roll(w, -1) ** 2 / 2


def _exact_difference(gradient, w, v, h):
    """The same by columns: each entry of the gradient along the line, fitted by a parabola."""
    t = np.array([-h, 0.0, h])
    values = np.array([gradient(w + one * v) for one in t])
    return np.polyfit(t / h, values, 2)[1] / h


W3, V3 = np.array([1.0, -0.5, 2.0]), np.array([0.5, 2.0, -1.0])

HESSIAN_TIMES = Exercise(
    id="8.3",
    title="a Hessian times a vector, from two gradients",
    solution=hessian_times,
    probes={
        "a bowl": (lambda w: H3 @ w, W3, V3, 0.1),
        "a loss that bends": (_cubic, W3, V3, 0.25),
        "a small step": (_cubic, W3, V3, 0.01),
        "two weights": (lambda w: np.sin(w), np.array([0.3, 1.2]), np.array([3.0, -1.0]), 0.2),
    },
    wrong=[
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v) - gradient(w)) / h,
            "A one-sided difference: its error falls with h only, and not with h^2. Step to both "
            "sides.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w) - gradient(w - h * v)) / h,
            "A one-sided difference, backward: its error falls with h only. Step to both sides.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v) - gradient(w - h * v)) / h,
            "The two points are 2h apart: divide by 2 * h.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v) - gradient(w - h * v)) / 2 * h,
            "`/ 2 * h` divides by 2 and multiplies by h. Put brackets: `/ (2 * h)`.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w - h * v) - gradient(w + h * v)) / (2 * h),
            "The sign is turned: forward minus backward.",
        ),
        Wrong(
            lambda gradient, w, v, h: hessian_times(gradient, w, v / np.linalg.norm(v), h),
            "You made v a unit vector. H v is as long as v makes it: multiply by |v| again, or "
            "leave v as it is.",
        ),
        Wrong(
            lambda gradient, w, v, h: (
                np.linalg.norm(v) * hessian_times(gradient, w, v / np.linalg.norm(v), h)
            ),
            "A good idea, with another step: you move by h in all, and (8.6) by h * v. The values "
            "agree as h goes to 0.",
        ),
        Wrong(
            lambda gradient, w, v, h: v @ hessian_times(gradient, w, v, h),
            "This is v^T H v, one number: the curvature along v. Asked for is the vector H v.",
        ),
        Wrong(
            lambda gradient, w, v, h: hessian_times(gradient, w, np.ones_like(v), h) * v,
            "The step goes along (h, ..., h). It should go along v: `w + h * v`.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + v) - gradient(w - v)) / (2 * h),
            "You step by v, and divide as if by h * v.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v / 2) - gradient(w - h * v / 2)) / h,
            "You step by h/2 to each side. That is an estimate of H v, too, but not (8.6).",
        ),
        Wrong(
            lambda gradient, w, v, h: hessian_times(gradient, w, v, h) / np.linalg.norm(v),
            "You divide by the length of v. H v is twice as long for a v twice as long.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v) - gradient(w)) / (2 * h),
            "From w to w + h v is one h, and you divide by two.",
        ),
        Wrong(
            lambda gradient, w, v, h: (
                (gradient(w + h * v) - 2 * gradient(w) + gradient(w - h * v)) / h**2
            ),
            "This is the second derivative of the gradient along v. The Hessian is its first: two "
            "gradients, and 2 * h.",
        ),
        Wrong(
            lambda gradient, w, v, h: (gradient(w + h * v) - gradient(w - h * v)) / (2 * h * v),
            "You divide by v, entry by entry. Divide by the number 2 * h.",
        ),
        Wrong(
            lambda gradient, w, v, h: gradient(2 * h * v) / (2 * h),
            "This is the gradient at the difference of the two points. Take the difference of the "
            "two gradients.",
        ),
    ],
    witness=_exact_difference,
    draw=lambda rng: (_cubic, rng.normal(size=4), rng.normal(size=4), 0.2),
    properties=[
        holds(
            "it is exact on a bowl",
            lambda f: np.allclose(f(lambda w: H3 @ w - 1, W3, V3, 0.7), H3 @ V3),
            "On a bowl the gradient is a straight line in each direction: whatever h, the result "
            "should be H @ v.",
        )
    ],
    hints=[
        "How does the gradient change from w - h v to w + h v?",
        "By H times the way between them, which is 2 h v.",
    ],
    why="Two gradients, and no matrix: with a million weights H would have 10^12 entries.",
)


# 8.4 ------------------------------------------------------------------------------------------


def largest_curvature(times, v, rounds):
    """Return the eigenvalue of H that power iteration finds from v.

    times(v) returns H v. Each round makes v a unit vector and then takes
    H v for it. Return u^T H u for the unit vector u of the last round;
    rounds is at least 1.
    """
    for _ in range(rounds):
        u = v / np.linalg.norm(v)
        v = times(u)
    return u @ v


def _power(times, v, rounds, end):
    for _ in range(rounds):
        u = v / np.linalg.norm(v)
        v = times(u)
    return end(u, v)


def _scaled(times, v, rounds, size):
    for _ in range(rounds):
        u = v / size(v)
        v = times(u)
    return u @ v


def _by_powers(times, v, rounds):
    """The Rayleigh quotient of H^(rounds - 1) v, with the matrix written out."""
    H = np.array([times(e) for e in np.eye(len(v))]).T
    u = np.linalg.matrix_power(H, rounds - 1) @ v
    return u @ H @ u / (u @ u)


def _never_unit(times, v, rounds):
    u = v
    for _ in range(rounds):
        u, v = v, times(v)
    return u @ v


def _matrix(H):
    return lambda v: H @ v


LARGEST = Exercise(
    id="8.4",
    title="power iteration",
    solution=largest_curvature,
    probes={
        "a bowl, one round": (_matrix(H2), np.array([3.0, 4.0]), 1),
        "a bowl, five rounds": (_matrix(H2), np.array([1.0, -1.0]), 5),
        "a negative one is farthest from 0": (_matrix(SADDLE), np.array([1.0, 2.0, -2.0]), 9),
        "drawn": (_matrix(H3), np.array([0.5, 2.0, 1.0]), 3),
    },
    wrong=[
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: np.linalg.norm(v)),
            "This is the length of H u: it forgets the sign, and it is above u^T H u as long as u "
            "is no eigenvector. Return `u @ v`.",
        ),
        Wrong(
            _never_unit,
            "v is never made a unit vector: u^T H u then holds its squared length, and in many "
            "rounds it over- or underflows.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds + 1, lambda u, v: u @ v),
            "One round too many.",
        ),
        Wrong(
            lambda times, v, rounds: (
                _power(times, v, rounds - 1, lambda u, v: u @ v)
                if rounds > 1
                else v @ times(v) / (v @ v)
            ),
            "One round is missing: the result is that of rounds - 1.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: v),
            "This is the vector H u. The curvature along u is one number, `u @ v`.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: np.max(np.abs(v))),
            "The largest entry of H u is no eigenvalue. Return `u @ v`.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: abs(u @ v)),
            "The sign is lost. A saddle has negative curvatures, and they should stay negative.",
        ),
        Wrong(
            lambda times, v, rounds: _power(
                times, v, rounds, lambda u, v: u @ v / np.linalg.norm(v)
            ),
            "This is the cosine between u and H u, which goes to 1. Don't divide by |H u|.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: v @ v),
            "This is |H u|^2, the square of the eigenvalue in the end.",
        ),
        Wrong(
            lambda times, v, rounds: _scaled(times, v, rounds, lambda v: np.abs(v).max()),
            "You divide by the largest entry, so u is no unit vector, and u^T H u holds its "
            "squared length. Divide by `np.linalg.norm(v)`.",
        ),
        Wrong(
            lambda times, v, rounds: _power(times, v, rounds, lambda u, v: v[0] / u[0]),
            "You compare one entry before and after. That is the eigenvalue only once u is an "
            "eigenvector; return `u @ v`.",
        ),
    ],
    witness=_by_powers,
    draw=lambda rng: (_matrix(_bowl(rng, 4)), rng.normal(size=4), int(rng.integers(1, 7))),
    properties=[
        holds(
            "the length of the start does not matter",
            lambda f: bool(np.isclose(f(_matrix(H3), 10 * W3, 4), f(_matrix(H3), W3, 4))),
            "Ten times the start is the same direction, and should give the same number.",
        )
    ],
    hints=[
        "In a round: `u = v / np.linalg.norm(v)`, then `v = times(u)`.",
        "After the last round you have u and H u. u^T H u is `u @ v`.",
    ],
    why="H multiplies the part along each eigenvector by its eigenvalue, so the part with the "
    "largest one takes over, (8.8).",
)


# 8.5 ------------------------------------------------------------------------------------------


def heavy_ball(gradient, w, rate, mu, steps):
    """Return all weights of a walk with momentum, the start first.

    v <- mu v + g, then w <- w - rate v, with v = 0 at the start. The shape
    is (steps + 1, d); w itself stays as it was.
    """
    v = np.zeros_like(w)
    path = [w]
    for _ in range(steps):
        v = mu * v + gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)


def _ball(gradient, w, rate, mu, steps, update):
    v, path = np.zeros_like(w), [w]
    for _ in range(steps):
        v, w = update(v, w, gradient, rate, mu)
        path.append(w)
    return np.array(path)


def _rolling(update):
    return lambda gradient, w, rate, mu, steps: _ball(gradient, w, rate, mu, steps, update)


def _memory_lost(v, w, gradient, rate, mu):
    v = gradient(w)
    return v, w - rate * v


def _old_velocity(v, w, gradient, rate, mu):
    return mu * v + gradient(w), w - rate * v


def _mean_of_gradients(v, w, gradient, rate, mu):
    v = mu * v + (1 - mu) * gradient(w)
    return v, w - rate * v


def _uphill(v, w, gradient, rate, mu):
    v = mu * v + gradient(w)
    return v, w + rate * v


def _rate_twice(v, w, gradient, rate, mu):
    v = mu * v + rate * gradient(w)
    return v, w - rate * v


def _mu_on_gradient(v, w, gradient, rate, mu):
    v = v + mu * gradient(w)
    return v, w - rate * v


def _no_friction(v, w, gradient, rate, mu):
    v = v + gradient(w)
    return v, w - rate * v


def _nesterov(v, w, gradient, rate, mu):
    g = gradient(w)
    v = mu * v + g
    return v, w - rate * (g + mu * v)


def _started(gradient, w, rate, mu, steps):
    v, path = gradient(w), [w]
    for _ in range(steps):
        v = mu * v + gradient(w)
        w = w - rate * v
        path.append(w)
    return np.array(path)


def _looking_ahead(v, w, gradient, rate, mu):
    v = mu * v + gradient(w - rate * mu * v)
    return v, w - rate * v


def _little_left(v, w, gradient, rate, mu):
    v = (1 - mu) * v + gradient(w)
    return v, w - rate * v


def _moved_by_more(v, w, gradient, rate, mu):
    v = mu * v + gradient(w)
    return v, w - (rate + mu) * v


def _one_gradient(gradient, w, rate, mu, steps):
    g = gradient(w)
    return heavy_ball(lambda w: g, w, rate, mu, steps)


def _first_row_moved(gradient, w, rate, mu, steps):
    path = heavy_ball(gradient, w, rate, mu, steps)
    return np.vstack([path[-1:], path[1:]])


def _by_differences(gradient, w, rate, mu, steps):
    """Polyak's own form: no v, but the last step, w_{t+1} = w_t - rate g + mu (w_t - w_{t-1})."""
    before, path = w, [w]
    for _ in range(steps):
        w, before = w - rate * gradient(w) + mu * (w - before), w
        path.append(w)
    return np.array(path)


def _slope(w):
    return np.array([2.0, 0.5, 1.0])[: len(w)] * w + w**3 / 3


HEAVY_BALL = Exercise(
    id="8.5",
    title="a heavy ball",
    solution=heavy_ball,
    probes={
        "one weight": (lambda w: 2 * w, np.array([1.0]), 0.25, 0.5, 4),
        "a bowl": (_matrix(H2), np.array([2.0, -1.0]), 0.3, 0.9, 6),
        "no momentum": (_matrix(H2), np.array([2.0, -1.0]), 0.3, 0.0, 3),
        "no step": (_matrix(H2), np.array([1.0, 1.0]), 0.3, 0.9, 0),
        "not a bowl": (_slope, W3, 0.2, 0.7, 5),
    },
    wrong=[
        Wrong(
            _rolling(_memory_lost),
            "v is the gradient alone: what it was before is thrown away. Keep mu times the old v.",
        ),
        Wrong(
            _rolling(_old_velocity),
            "w moves by the old v, so that the first step goes nowhere. Update v first, then w.",
        ),
        Wrong(
            _rolling(_mean_of_gradients),
            "The gradient is scaled by 1 - mu. Adam does that; here v is a sum, mu v + g.",
        ),
        Wrong(_rolling(_uphill), "This walks uphill: w - rate v."),
        Wrong(
            _rolling(_rate_twice),
            "The rate is in v and in the step: it counts twice. In this form it stands in the "
            "step alone.",
        ),
        Wrong(
            _rolling(_mu_on_gradient),
            "mu stands at the gradient. It belongs to the old v, which fades: mu v + g.",
        ),
        Wrong(
            _rolling(_no_friction),
            "v never fades: nothing of the old speed is lost. Multiply the old v by mu.",
        ),
        Wrong(
            _rolling(_nesterov),
            "This is Nesterov's step, g + mu v. The plain heavy ball moves by v.",
        ),
        Wrong(
            _started,
            "v starts as the first gradient, so that this gradient counts more than once. It "
            "starts at 0.",
        ),
        Wrong(
            lambda gradient, w, rate, mu, steps: heavy_ball(gradient, w, rate, mu, steps)[1:],
            "The start is missing. The first row is w before any step.",
        ),
        Wrong(
            lambda gradient, w, rate, mu, steps: heavy_ball(gradient, w, rate, mu, steps)[-1],
            "This is where the walk ends. Return every place on the way, one row each.",
        ),
        Wrong(
            _rolling(_looking_ahead),
            "The gradient is taken where the ball would roll to: that is Nesterov's. Here it is "
            "taken at w.",
        ),
        Wrong(
            _rolling(_little_left),
            "1 - mu of the old v is left. It is mu: with mu = 0.9 most of the speed stays.",
        ),
        Wrong(
            _rolling(_moved_by_more),
            "w moves by rate v and by mu v besides. mu has done its work in v.",
        ),
        Wrong(
            _one_gradient,
            "Every step takes the gradient at the start. Compute it anew at the w where you are.",
        ),
        Wrong(
            _first_row_moved,
            "The first row is the array that you move in place, so it shows the end of the walk. "
            "Use `w = w - ...`, which makes a new array.",
        ),
    ],
    witness=_by_differences,
    draw=lambda rng: (_slope, rng.normal(size=3), 0.2, float(rng.uniform(0.3, 0.95)), 6),
    properties=[
        holds(
            "on a slope of 1 the speed goes to 1 / (1 - mu)",
            lambda f: bool(
                np.isclose(
                    np.diff(f(lambda w: np.ones_like(w), np.zeros(1), 0.1, 0.5, 40)[:, 0])[-1], -0.2
                )
            ),
            "On a straight slope, v goes to g / (1 - mu): at mu = 0.5 and rate 0.1 a step is 0.2 "
            "long in the end.",
        )
    ],
    hints=[
        "Two lines in the loop: first v, then w.",
        "The gradient is taken at w as it is before the step.",
        "`v = mu * v + gradient(w)` and `w = w - rate * v`.",
    ],
    why="The witness has no v: with the last step in its place, w - rate g + mu (w - w_before), it "
    "is the same walk. So Polyak wrote it.",
)


# 8.6 ------------------------------------------------------------------------------------------


def slowest(curvatures, rate, mu):
    """Return the factor per step of the slowest curvature, momentum on.

    For each curvature take the larger |r| of the two roots of
    r^2 - (1 + mu - rate * curvature) r + mu = 0. Return the largest.
    """
    T = 1 + mu - rate * curvatures
    root = np.sqrt(T**2 / 4 - mu + 0j)
    return np.max(np.abs([T / 2 + root, T / 2 - root]))


def _roots(curvatures, rate, mu, T=None, square=None, end=np.max):
    T = 1 + mu - rate * curvatures if T is None else T
    root = np.sqrt((T**2 / 4 - mu if square is None else square) + 0j)
    return end(np.abs([T / 2 + root, T / 2 - root]))


def _by_matrices(curvatures, rate, mu):
    found = []
    for curvature in curvatures:
        a = rate * curvature
        M = np.array([[mu, a], [-mu, 1 - a]])
        found.append(np.max(np.abs(np.linalg.eigvals(M))))
    return max(found)


SLOWEST = Exercise(
    id="8.6",
    title="the slowest curvature",
    solution=slowest,
    probes={
        "all complex": (np.array([1.0, 2.0, 3.0]), 0.3, 0.81),
        "the flat one is slow": (np.array([0.01, 1.0]), 0.5, 0.25),
        "the steep one is slow": (np.array([1.0, 2.0, 8.0]), 0.45, 0.5),
        "beyond the limit": (np.array([0.5, 5.0]), 1.0, 0.5),
        "one steep curvature": (np.array([5.0]), 0.6, 0.5),
        "no momentum": (np.array([0.5, 3.0]), 0.6, 0.0),
    },
    wrong=[
        Wrong(
            lambda curvatures, rate, mu: np.max(np.abs(1 - rate * curvatures)),
            "This is gradient descent, 1 - rate * curvature. With momentum the factors are the "
            "roots of the quadratic equation.",
        ),
        Wrong(
            lambda curvatures, rate, mu: np.sqrt(mu),
            "sqrt(mu) is right where both roots are complex. Where they are real, one is larger.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(curvatures, rate, mu, end=np.min),
            "You return the smallest of all. The slowest part has the largest factor.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures, rate, mu, end=lambda both: np.max(both[0])
            ),
            "Only the root with + is looked at. At a steep curvature the other one is larger in "
            "size.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures,
                rate,
                mu,
                square=np.maximum((1 + mu - rate * curvatures) ** 2 / 4 - mu, 0),
            ),
            "Where the square root is imaginary you take 0 for it. The size of a complex root is "
            "sqrt(mu), and it is larger than its real part.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(curvatures, rate, mu, T=1 - mu - rate * curvatures),
            "The sign of mu in the middle term is wrong: 1 + mu - rate * curvature.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures, rate, mu, square=(1 + mu - rate * curvatures) ** 2 - 4 * mu
            ),
            "The roots are T/2 plus or minus sqrt(T^2/4 - mu). You took sqrt(T^2 - 4 mu) and did "
            "not halve it.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures, rate, mu, square=(1 + mu - rate * curvatures) ** 2 / 4 + mu
            ),
            "Under the square root it is T^2/4 minus mu.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures, rate, mu, end=lambda both: np.max(both, axis=0)
            ),
            "This is one factor for each curvature. Return the largest of them.",
        ),
        Wrong(
            lambda curvatures, rate, mu: np.max(
                np.real(
                    (1 + mu - rate * curvatures) / 2
                    + np.sqrt((1 + mu - rate * curvatures) ** 2 / 4 - mu + 0j)
                )
            ),
            "This is the real part of a root. How fast it shrinks is its size, `np.abs`.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(np.array([curvatures.min()]), rate, mu),
            "You look at the flattest curvature only. The steepest can be the slowest: its root "
            "is negative, and may be beyond -1.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(np.array([curvatures.max()]), rate, mu),
            "You look at the steepest curvature only. The flattest can be the slowest.",
        ),
        Wrong(
            lambda curvatures, rate, mu: _roots(
                curvatures,
                rate,
                mu,
                square=np.abs((1 + mu - rate * curvatures) ** 2 / 4 - mu),
            ),
            "Under the square root you take the absolute value, so that no root is complex. Where "
            "T^2/4 is below mu they are.",
        ),
    ],
    witness=_by_matrices,
    draw=lambda rng: (
        rng.uniform(0.1, 4, 5),
        float(rng.uniform(0.2, 0.8)),
        float(rng.uniform(0.1, 0.95)),
    ),
    properties=[
        holds(
            "without momentum it is gradient descent",
            lambda f: bool(np.isclose(f(np.array([0.5, 3.0]), 0.5, 0.0), 0.75)),
            "At mu = 0 one root is 0 and the other 1 - rate * curvature: expected 0.75 here.",
        )
    ],
    hints=[
        "With T = 1 + mu - rate * curvature the roots are T/2 + sqrt(T^2/4 - mu) and T/2 - "
        "sqrt(T^2/4 - mu).",
        "Add `0j` under the square root, so that NumPy takes roots of negative numbers.",
        "`np.abs` of a complex number is its size. Look at both roots.",
    ],
    why="In between, where the roots are complex, every curvature shrinks by the same sqrt(mu): "
    "that is the gift of momentum.",
)


# 8.7 ------------------------------------------------------------------------------------------


def momentum(gradient, w, rate, mu, decay, steps, nesterov):
    """Return w after some steps with momentum; w itself stays as it was.

    g is gradient(w) + decay * w, and v <- mu v + g, from v = 0 on. Then
    w <- w - rate v; if nesterov is True, w <- w - rate (g + mu v).
    """
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        step = v
        if nesterov:
            step = g + mu * v
        w = w - rate * step
    return w


def broken_momentum(gradient, w, rate, mu, decay, steps, nesterov):
    """Return w after some steps with momentum; w itself stays as it was.

    g is gradient(w) + decay * w, and v <- mu v + g, from v = 0 on. Then
    w <- w - rate v; if nesterov is True, w <- w - rate (g + mu v).
    """
    w, v = w.copy(), np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        step = v
        if nesterov:
            step = v + mu * v
        w = w - rate * step
    return w


# What stands in the right source, what takes its place, and what to tell who ends up there.
BUGS = [
    (
        "step = g + mu * v",
        "step = v + mu * v",
        "With nesterov the step is v + mu v. It is g + mu v: v holds the old steps already.",
    ),
    (
        "v = mu * v + g",
        "v = mu * v + (1 - mu) * g",
        "v takes in (1 - mu) g. Here it is the sum mu v + g.",
    ),
    (
        "g = gradient(w) + decay * w",
        "g = gradient(w - rate * mu * v) + decay * w",
        "The gradient is taken at w - rate mu v. In this form of the package it is taken at w, "
        "with nesterov and without.",
    ),
    (
        "g = gradient(w) + decay * w",
        "g = gradient(w) + 2 * decay * w",
        "The decay counts twice: its gradient is decay * w.",
    ),
    (
        "w = w - rate * step",
        "w = w - rate * step - rate * decay * w",
        "The decay acts once through g, and once more on w itself.",
    ),
    (
        "v = mu * v + g",
        "v = mu * v + gradient(w)",
        "The decay is not in v: with nesterov it does little, without it nothing at all.",
    ),
    (
        "step = v\n",
        "step = v if v.any() else g\n        v = np.where(g * v < 0, 0 * v, v)\n",
        "v is set to 0 wherever it points against g. The docstring knows no such restart.",
    ),
    (
        "w, v = w.copy(), np.zeros_like(w)\n",
        "w, v = w.copy(), gradient(w)\n",
        "v starts as the first gradient. It starts at 0.",
    ),
]
BROKEN = 0  # the bug that is written out above


def _edited(number: int) -> Function:
    """Return the function with one bug, as if it had been written so."""
    right, wrong, _ = BUGS[number]
    text = inspect.getsource(momentum)
    if text.count(right) != 1:
        raise ValueError(f"expected {right!r} once in the source, got {text.count(right)}")
    text = text.replace(right, wrong)
    name = f"<suspect of 8.7, {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Function] = {"np": np}  # type: ignore[dict-item]
    exec(compile(text, name, "exec"), namespace)
    return namespace["momentum"]


SUSPECTS = [_edited(number) for number in range(len(BUGS))]


def suspect(number: int) -> Function:
    """Return one of the wrong functions, drawn by a whole number of the reader's choice."""
    return SUSPECTS[np.random.default_rng(number).integers(len(SUSPECTS))]


def _by_nnlib(gradient, w, rate, mu, decay, steps, nesterov):
    optimizer = Momentum(rate, mu, nesterov, decay)
    memory: dict[str, np.ndarray] = {}
    w = w.copy()
    for _ in range(steps):
        w -= optimizer.update(w, optimizer.decayed(w, gradient(w)), memory)
    return w


def _in_place(gradient, w, rate, mu, decay, steps, nesterov):
    v = np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w) + decay * w
        v = mu * v + g
        w -= rate * (g + mu * v if nesterov else v)
    return w


def _keeps(function):
    w = W3.copy()
    function(_slope, w, 0.2, 0.5, 0.1, 2, False)
    return np.array_equal(w, W3)


HUNT = Exercise(
    id="8.7",
    title="find the bug: one of eight",
    solution=momentum,
    broken=broken_momentum,
    symptom="Somewhere it does not return what its docstring promises.",
    probes={
        "one step": (_slope, W3, 0.2, 0.5, 0.1, 1, False),
        "one step, nesterov": (_slope, W3, 0.2, 0.5, 0.1, 1, True),
        "four steps": (_slope, W3, 0.2, 0.7, 0.3, 4, False),
        "four steps, nesterov": (_slope, W3, 0.2, 0.7, 0.3, 4, True),
        "it turns round": (_matrix(2 * H2), np.array([2.0, -1.0]), 0.4, 0.9, 0.0, 7, False),
        "no momentum": (_slope, W3, 0.1, 0.0, 0.2, 3, True),
    },
    witness=_by_nnlib,
    draw=lambda rng: (
        _slope,
        rng.normal(size=3),
        0.2,
        float(rng.uniform(0.3, 0.95)),
        float(rng.uniform(0.1, 0.5)),
        5,
        bool(rng.integers(2)),
    ),
    wrong=[
        *(
            Wrong(function, BUGS[number][2])
            for number, function in enumerate(SUSPECTS)
            if number != BROKEN
        ),
        Wrong(_in_place, "The caller's w is moved as well: `w -= ...` changes it in place."),
    ],
    properties=[
        holds(
            "the caller's weights stay",
            _keeps,
            "The w that was handed in is changed. Work on a copy.",
        )
    ],
    hints=[
        "Which of the two is off, the walk with nesterov or the one without? Both?",
        "Do two steps by hand with one weight, gradient 2w, mu = 0.5, and compare each line.",
    ],
    test_hints=[
        "One step with v = 0 shows little: mu does nothing in it without nesterov. Take several.",
        "Write the walk a second time in your own way, and compare the ends, with nesterov and "
        "without, with a decay that is not 0.",
        "Let the walk be long and fast enough to turn round, and take a gradient that is not a "
        "straight line, as 2 w + w**3.",
    ],
    why="A step that is wrong by a factor may still go downhill, and the loss fall. "
    "Numbers against numbers show it.",
)


EXERCISES = [
    DESCEND,
    BEST_RATE,
    HESSIAN_TIMES,
    LARGEST,
    HEAVY_BALL,
    SLOWEST,
    HUNT,
]
