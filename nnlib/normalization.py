"""Normalization: columns (over the batch) or rows (over the features) to mean 0 and variance 1.

The mean and the variance are computed from the numbers they normalize, so the gradient takes
three paths backward: through the number itself, through the mean, through the variance.
"""

from __future__ import annotations

import numpy as np

from nnlib._validation import Array, in_range
from nnlib.activations import Activation
from nnlib.layers import Layer, ones_row


class BatchNorm(Layer):
    """Y = f(Z), Z = gamma X_hat + beta, X_hat = (X - mean) / sqrt(var + eps), per last axis.

    gamma, beta (1, d). In training, mean and var are the batch's (var divides by m, the numbers
    in one channel) and are averaged into `state`, the variance with m - 1; prediction uses
    `state`. The batch's mean and variance depend on X too, hence the three terms of dX.
    Source: Ioffe and Szegedy (2015), algorithm 1 and section 3.
    """

    def __init__(
        self, activation: str | Activation = "linear", momentum: float = 0.1, eps: float = 1e-5
    ) -> None:
        super().__init__(activation)
        self.momentum = in_range(momentum, "momentum", 0, 1)
        self.eps = in_range(eps, "eps", 0, 1, ends="(]")

    def forward(self, X: Array, training: bool = True) -> Array:
        d = self.parameters["gamma"].shape[1] if self.parameters else None
        X = self.expect(X, "(n, ..., n_in)", n_in=d)
        if not self.parameters:
            one = np.ones((1, X.shape[-1]), X.dtype)
            self.build(gamma=one, beta=np.zeros_like(one))
            self.state = {"mean": np.zeros_like(one), "var": one.copy()}

        rows = X.reshape(-1, X.shape[-1])
        if training:
            mean, var = self.batch_statistics(rows)
        else:
            mean, var = self.state["mean"], self.state["var"]
        std = np.sqrt(var + self.eps)
        X_hat = (rows - mean) / std
        Z = (self.parameters["gamma"] * X_hat + self.parameters["beta"]).reshape(X.shape)
        if training:
            self.cache = {"X_hat": X_hat, "std": std, "Z": Z}
        return self.activation.forward(Z)

    def batch_statistics(self, rows: Array) -> tuple[Array, Array]:
        """Return mean and variance of each column, and average them into `state`."""
        m = len(rows)
        if m < 2:
            raise ValueError(f"{self!r} expected at least 2 rows to train on, got {m}")
        # `keepdims=False` does the same: (d,) is broadcast as (1, d) is
        mean, var = rows.mean(axis=0, keepdims=True), rows.var(axis=0, keepdims=True)
        for name, new in (("mean", mean), ("var", var * (m / (m - 1)))):
            self.state[name] += self.momentum * (new - self.state[name])
        return mean, var

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        shape, dZ = dZ.shape, dZ.reshape(-1, dZ.shape[-1])
        X_hat, std = self.cache["X_hat"], self.cache["std"]

        dgamma = ones_row(dZ) @ (dZ * X_hat)
        dbeta = ones_row(dZ) @ dZ
        self.gradients = {"gamma": dgamma, "beta": dbeta} | self.activation.gradients
        dX = self.parameters["gamma"] / std * (dZ - (dbeta + X_hat * dgamma) / len(dZ))
        return dX.reshape(shape)

    def __repr__(self) -> str:
        return f"{self.word}({self.activation!r})"


class LayerNorm(Layer):
    """Y = f(Z), Z = gamma X_hat + beta, X_hat = (X - mean) / sqrt(var + eps), per row.

    X (n, ..., d): mean and var are over the d numbers of the last axis, so that no sample sees
    another, and training and prediction compute the same. gamma, beta (1, d). Raises ValueError
    where d < 2: one number is its own mean. Source: Ba, Kiros and Hinton (2016), section 3.
    """

    def __init__(self, activation: str | Activation = "linear", eps: float = 1e-5) -> None:
        super().__init__(activation)
        self.eps = in_range(eps, "eps", 0, 1, ends="(]")

    def forward(self, X: Array, training: bool = True) -> Array:
        d = self.parameters["gamma"].shape[1] if self.parameters else None
        X = self.expect(X, "(n, ..., n_in)", n_in=d)
        if X.shape[-1] < 2:
            raise ValueError(f"{self!r} expected at least 2 numbers in a row, got 1")
        if not self.parameters:
            one = np.ones((1, X.shape[-1]), X.dtype)
            self.build(gamma=one, beta=np.zeros_like(one))

        rows = X.reshape(-1, X.shape[-1])
        std = np.sqrt(rows.var(axis=1, keepdims=True) + self.eps)
        X_hat = (rows - rows.mean(axis=1, keepdims=True)) / std
        Z = (self.parameters["gamma"] * X_hat + self.parameters["beta"]).reshape(X.shape)
        if training:
            self.cache = {"X_hat": X_hat, "std": std, "Z": Z}
        return self.activation.forward(Z)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        shape, dZ = dZ.shape, dZ.reshape(-1, dZ.shape[-1])
        X_hat, std = self.cache["X_hat"], self.cache["std"]

        dgamma = ones_row(dZ) @ (dZ * X_hat)
        dbeta = ones_row(dZ) @ dZ
        self.gradients = {"gamma": dgamma, "beta": dbeta} | self.activation.gradients
        dX_hat = dZ * self.parameters["gamma"]
        mean = dX_hat.mean(axis=1, keepdims=True)
        along = (dX_hat * X_hat).mean(axis=1, keepdims=True)
        return ((dX_hat - mean - X_hat * along) / std).reshape(shape)

    def __repr__(self) -> str:
        return f"{self.word}({self.activation!r})"
