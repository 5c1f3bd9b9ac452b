"""The labs of chapters 1 and 2 are exposed by tests that a reader of these chapters can write."""

import numpy as np
import pytest

from nnlib.gradcheck import numerical_gradient, relative_error
from nnlib.teaching import check

RNG = np.random.default_rng(1)
X, W, b = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 4)), RNG.normal(size=4)
Z, dA = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))


def differs(results, scalar, given, wrt):
    """Tell whether gradients differ from central differences of a number."""
    return any(
        relative_error(result, numerical_gradient(lambda _: scalar(*given), given[i])) > 1e-6
        for i, result in zip(wrt, results, strict=True)
    )


def exposes_a_bias(f):
    expected = [[X[i] @ W[:, j] + b[j] for j in range(4)] for i in range(4)]
    return not np.allclose(f(X[:4], W, b), expected)


def exposes_an_accuracy(f):
    kinds = np.array([1, 0, 0])
    return f(np.array([[1.0], [-1.0], [-2.0]]), np.array([[1.0]]), 0.0, kinds) != 1


def exposes_a_port(f):
    weight, bias = np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0.0, 5.0])
    return not np.allclose(f(np.array([[1.0, 1.0]]), [weight], [bias]), [[3, 8]])


def exposes_a_lazy_layer(f):
    if f(X, None, 4).shape != (3, 4) or not np.array_equal(f(X, W, 4), W):
        return True
    try:
        f(X[:, :2], W, 4)
    except ValueError:
        return False
    return True


def exposes_a_slope(f):
    return differs([f(Z, dA)], lambda Z, dA: np.sum(dA * np.tanh(Z)), (Z, dA), (0,))


def exposes_a_mask(f):
    given = X, W, b.reshape(1, -1), RNG.normal(size=(5, 4))
    return differs(
        f(*given), lambda X, W, b, dA: np.sum(dA * np.maximum(X @ W + b, 0)), given, (0, 1, 2)
    )


def exposes_a_softmax(f):
    return not np.allclose(f(Z).sum(axis=1), 1)


def exposes_two_layers(f):
    rng = np.random.default_rng(2)
    given = tuple(rng.normal(size=shape) for shape in ((5, 3), (3, 4), (4, 2), (5, 2)))

    def loss(X, W1, W2, Y):
        return np.sum((1 / (1 + np.exp(-X @ W1)) @ W2 - Y) ** 2) / (2 * len(X))

    return differs(f(*given), loss, given, (1, 2))


LABS = {
    "1.3": exposes_a_bias,
    "1.8": exposes_an_accuracy,
    "1.12": exposes_a_port,
    "1.13": exposes_a_lazy_layer,
    "2.4": exposes_a_slope,
    "2.6": exposes_a_mask,
    "2.11": exposes_a_softmax,
    "2.12": exposes_two_layers,
}


@pytest.mark.parametrize("id", LABS)
def test_a_lab_is_exposed_by_what_the_chapter_teaches(id):
    verdict = check.bug(id, LABS[id])
    assert verdict.passed, verdict.text
