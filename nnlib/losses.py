"""Losses: one number that says how wrong the outputs are, and its gradient.

`forward(Y, Y_hat)` takes the targets first, then what the network says, and returns the mean
over the n samples; `backward(Y, Y_hat)` returns its derivative with respect to Y_hat, in the
shape of Y_hat. The 1/n of that mean is the only one in the whole network: it stands here, and
nowhere else.
"""

from __future__ import annotations

import numpy as np

from nnlib._named import Named, resolve
from nnlib._validation import Array, as_array, finite, real_array
from nnlib.activations import SoftMax, row_maximum


class Loss(Named, family="loss"):
    """A loss function. `classifies` tells whether a row of outputs stands for one class.

    One of your own needs `forward` and `backward`, and may take a name: `class Mine(Loss,
    name="mine")`.
    """

    classifies = True

    def forward(self, Y: Array, Y_hat: Array) -> float:
        """Return the loss, averaged over the samples."""
        raise TypeError("Loss is the base class; use SoftmaxCrossEntropy, ...")

    def backward(self, Y: Array, Y_hat: Array) -> Array:
        """Return the gradient of the loss by Y_hat."""
        raise TypeError("Loss is the base class; use SoftmaxCrossEntropy, ...")

    def outputs(self, Y_hat: Array) -> Array:
        """Return Y_hat as floats, or raise the ValueError that it would raise with any targets."""
        Y_hat = real_array(Y_hat, "Y_hat")
        if self.classifies and (Y_hat.ndim != 2 or Y_hat.shape[1] == 0):
            raise ValueError(f"expected Y_hat of shape (n, K) with K >= 1, got {Y_hat.shape}")
        if np.isnan(Y_hat).any():
            finite(Y_hat, "Y_hat")  # says where
        return Y_hat

    def probabilities(self, Y_hat: Array) -> Array:
        """Return what Y_hat says as probabilities of the classes, (n, K)."""
        raise ValueError(f"expected a loss over classes, got {self!r}, which has no probabilities")


def class_targets(Y: Array, Y_hat: Array) -> Array:
    """Return the targets as rows that sum to 1, (n, K), in the dtype of Y_hat.

    Y may hold class numbers 0..K-1, shape (n,), or one row per sample, (n, K): one-hot, or any
    distribution. Raises ValueError on an empty batch, on shapes that do not fit, on labels out
    of range, and on rows that are no distribution.
    """
    Y, Y_hat = as_array(Y, "Y"), real_array(Y_hat, "Y_hat")
    if Y_hat.ndim != 2 or 0 in Y_hat.shape:
        raise ValueError(f"expected Y_hat of shape (n, K) with n, K >= 1, got {Y_hat.shape}")
    n, K = Y_hat.shape
    if Y.shape == (n,) and np.issubdtype(Y.dtype, np.integer):
        if Y.min() < 0 or Y.max() >= K:
            raise ValueError(
                f"expected labels from 0 to {K - 1}, got labels from {Y.min()} to {Y.max()}"
            )
        one_hot = np.zeros(Y_hat.shape, Y_hat.dtype)
        one_hot[np.arange(n), Y] = 1
        return one_hot
    if Y.shape != (n, K):
        raise ValueError(
            f"expected Y as integer labels of shape ({n},) or as rows of shape ({n}, {K}), "
            f"got {Y.dtype} of shape {Y.shape}"
        )
    Y = real_array(Y, "Y")
    wrong = (Y < 0).any(axis=1) | ~np.isclose(Y.sum(axis=1), 1, atol=1e-5)
    if wrong.any():
        row = Y[wrong.argmax()].tolist()
        raise ValueError(f"expected each row of Y to be non-negative and to sum to 1, got {row}")
    return Y.astype(Y_hat.dtype, copy=False)


def mean_cross_entropy(Y: Array, log_P: Array) -> float:
    """Return -1/n sum_i sum_c y_ic ln p_ic over the entries with y > 0.

    Leaving out y = 0 is what 0 ln 0 = 0 means; 0 * -inf would be NaN.
    """
    terms = np.multiply(Y, log_P, where=Y > 0, out=np.zeros_like(log_P))
    return float(0 - terms.sum() / len(Y))  # -terms.sum() would make a perfect answer cost -0.0


class CrossEntropy(Loss, name="cross_entropy"):
    """L = -1/n sum_i sum_c y_ic ln p_ic, on probabilities P of shape (n, K); dL/dP = -Y / (n P).

    The gradient holds whatever made P. If p = 0 at a true class, the loss is inf and its gradient
    -inf: that is the truth, and no epsilon hides it. To train, give the logits to
    SoftmaxCrossEntropy instead.
    """

    def forward(self, Y: Array, Y_hat: Array) -> float:
        Y, P = self.accept(Y, Y_hat)
        with np.errstate(divide="ignore"):
            return mean_cross_entropy(Y, np.log(P))

    def backward(self, Y: Array, Y_hat: Array) -> Array:
        Y, P = self.accept(Y, Y_hat)
        with np.errstate(divide="ignore"):
            ratio = np.divide(Y, P, where=Y > 0, out=np.zeros_like(P))
        return -ratio / len(Y)

    def outputs(self, Y_hat: Array) -> Array:
        P = real_array(Y_hat, "Y_hat")
        if not ((P >= 0) & (P <= 1 + 1e-6)).all():
            raise ValueError(
                f"expected probabilities between 0 and 1, got values from {P.min()} to {P.max()}; "
                f"for logits use SoftmaxCrossEntropy"
            )
        return super().outputs(P)

    def probabilities(self, Y_hat: Array) -> Array:
        return self.outputs(Y_hat)

    def accept(self, Y: Array, P: Array) -> tuple[Array, Array]:
        """Return targets and probabilities, both checked, as (n, K)."""
        Y = class_targets(Y, P)
        return Y, self.outputs(P)


class SoftmaxCrossEntropy(Loss, name="softmax_cross_entropy"):
    """Cross-entropy of softmax(Z), on logits Z of shape (n, K); dL/dZ = (P - Y) / n.

    ln p = z - max z - ln sum e^(z - max z) needs no p, so a hopeless sample costs 2000 where
    ln(softmax(z)) would be -inf. A logit of -inf masks its class.
    """

    def forward(self, Y: Array, Y_hat: Array) -> float:
        Z = real_array(Y_hat, "Y_hat")
        Y = class_targets(Y, Z)
        S = Z - row_maximum(Z)
        return mean_cross_entropy(Y, S - np.log(np.exp(S).sum(axis=1, keepdims=True)))

    def backward(self, Y: Array, Y_hat: Array) -> Array:
        P = SoftMax().forward(real_array(Y_hat, "Y_hat"))
        return (P - class_targets(Y, P)) / len(P)

    def outputs(self, Y_hat: Array) -> Array:
        Z = super().outputs(Y_hat)
        row_maximum(Z)  # a row of -inf and one with +inf have no softmax
        return Z

    def probabilities(self, Y_hat: Array) -> Array:
        return SoftMax().forward(self.outputs(Y_hat))


class MeanSquaredError(Loss, name="mean_squared_error"):
    """L = 1/(n k) sum_ij (y_hat_ij - y_ij)^2, for Y and Y_hat of shape (n, k).

    dL/dY_hat = 2 (Y_hat - Y) / (n k). The mean runs over outputs as well as samples, as in
    PyTorch's MSELoss.
    """

    classifies = False

    def forward(self, Y: Array, Y_hat: Array) -> float:
        Y, Y_hat = self.accept(Y, Y_hat)
        return float(np.mean((Y_hat - Y) ** 2))

    def backward(self, Y: Array, Y_hat: Array) -> Array:
        Y, Y_hat = self.accept(Y, Y_hat)
        return 2 * (Y_hat - Y) / Y.size

    def outputs(self, Y_hat: Array) -> Array:
        return finite(real_array(Y_hat, "Y_hat"), "Y_hat")

    def accept(self, Y: Array, Y_hat: Array) -> tuple[Array, Array]:
        """Return targets and outputs, both checked, in the dtype of the outputs."""
        Y_hat = self.outputs(Y_hat)
        Y = finite(real_array(Y, "Y"), "Y").astype(Y_hat.dtype, copy=False)
        if Y.shape != Y_hat.shape or Y.size == 0:
            raise ValueError(f"expected Y of shape {Y_hat.shape}, not empty, got {Y.shape}")
        return Y, Y_hat


LOSSES = Loss.by_name


def initialize_loss(loss: str | Loss) -> Loss:
    """Return the loss of that name ("softmax_cross_entropy", ...), or a copy of the one given."""
    return resolve(loss, Loss)
