"""The two maps of a layer: what it makes of a mean square q, and of the cosine of two samples.

NumPy alone, as what a reader runs in the page needs it. Both suppose wide layers, whose z are
normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlib.activations import Activation

Array = np.ndarray

# E[h(u)] for a standard normal u is the sum of h over these nodes, weighted. None of them is 0, so
# that ReLU's half is a half.
NODES = np.linspace(-9, 9, 400)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
DEGREES = 80


def _hermite() -> Array:
    """Return the Hermite polynomials of degrees 0 to DEGREES at NODES, with mean square 1 each."""
    rows = [np.ones_like(NODES), NODES]
    for k in range(1, DEGREES):
        rows.append((NODES * rows[k] - np.sqrt(k) * rows[k - 1]) / np.sqrt(k + 1))
    return np.array(rows)


_HERMITE = _hermite() * WEIGHTS


def mean_square(f: Activation, q: float) -> float:
    """Return E[f(z)^2] for z from N(0, q)."""
    return float(WEIGHTS @ f.forward(np.sqrt(q) * NODES) ** 2)


def next_q(f: Activation, g: float, q: float) -> float:
    """Return q of the next layer, g^2 E[f(z)^2]."""
    return g**2 * mean_square(f, q)


def chi(f: Activation, g: float, q: float) -> float:
    """Return the factor of the gradient's mean square, g^2 E[f'(z)^2] with z from N(0, q)."""
    return g**2 * float(WEIGHTS @ f.derivative(np.sqrt(q) * NODES) ** 2)


def next_cosine(f: Activation, q: float, c: float) -> float:
    """Return the cosine of two samples after f: E[f(z) f(y)] / E[f(z)^2].

    z and y are normal with variance q and covariance q c. With f(z) = sum of a_k h_k(z / sqrt(q))
    over the Hermite polynomials, E[f(z) f(y)] is the sum of a_k^2 c^k (Mehler's formula). What the
    degrees that are left out hold counts as one more degree.
    """
    values = f.forward(np.sqrt(q) * NODES)
    shares = (_HERMITE @ values) ** 2
    whole = float(WEIGHTS @ values**2)
    powers = c ** np.arange(DEGREES + 2)
    return float(np.append(shares, whole - shares.sum()) @ powers / whole)


def sizes(f: Activation, g: float, q: float, depth: int) -> Array:
    """Return q of layers 1 to depth, which starts at q in the first."""
    qs = [q]
    while len(qs) < depth:
        qs.append(next_q(f, g, qs[-1]))
    return np.array(qs)


def cosines(f: Activation, qs: Array, c: float) -> Array:
    """Return the cosine of two samples in the layers of `qs`; it is c in the first."""
    found = [c]
    for q in qs[:-1]:
        found.append(next_cosine(f, q, found[-1]))
    return np.array(found)


@dataclass(frozen=True)
class FixedPoint:
    """A size that the next layer keeps, and the slope of the map there, in logarithms."""

    q: float
    slope: float

    @property
    def kind(self) -> str:
        """Stable if what is near it comes nearer."""
        return "stable" if self.slope < 0.999 else "unstable" if self.slope > 1.001 else "marginal"


def fixed_points(f: Activation, g: float, low: float = 1e-2, high: float = 1e2) -> list[FixedPoint]:
    """Return the sizes between low and high that stay; where each does, q = 1 stands for all."""
    grid = np.geomspace(low, high, 81)
    away = np.array([np.log(next_q(f, g, q) / q) for q in grid])
    if np.all(np.abs(away) < 1e-3):
        return [FixedPoint(1.0, 1.0)]
    found = []
    for i in np.flatnonzero((away[:-1] > 0) != (away[1:] > 0)):
        ends = np.log(grid[i : i + 2])
        for _ in range(50):  # halve the interval
            middle = ends.mean()
            same = (np.log(next_q(f, g, np.exp(middle))) > middle) == (away[i] > 0)
            ends[0 if same else 1] = middle
        q, step = float(np.exp(ends.mean())), 1e-3
        rise = np.log(next_q(f, g, q * np.exp(step)) / next_q(f, g, q * np.exp(-step)))
        found.append(FixedPoint(q, float(rise / (2 * step))))
    return found
