"""Optimizers: what a gradient does to a weight.

`step(layers)` visits each parameter w with its gradient g and takes one step downhill, in
place. What an optimizer remembers of a parameter lies in `memory[layer number, name]`.
`weight_decay` adds lambda w to g, the gradient of lambda/2 w^2; AdamW alone does otherwise.
The learning rate is a number, or a schedule: a function of the step t = 1, 2, ...
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from nnlib._named import Named, resolve
from nnlib._validation import Array, flag, in_range, real_array
from nnlib.layers import Layer

Rate = float | Callable[[int], float]


class Optimizer(Named, family="optimizer"):
    """What all optimizers share: the learning rate, the loop over the parameters, the count t.

    One of your own needs `update`, which steps by `self.rate`, and may take a name:
    `class Mine(Optimizer, name="mine")`.
    """

    varying = frozenset({"memory", "t"})

    def __init__(self, learning_rate: Rate, weight_decay: float = 0.0) -> None:
        self.learning_rate = learning_rate
        if not callable(learning_rate):
            self.learning_rate = in_range(learning_rate, "learning_rate", 0, math.inf, ends="[)")
        self.weight_decay = in_range(weight_decay, "weight_decay", 0, math.inf, ends="[)")
        self.memory: dict[tuple[int, str], dict[str, Array]] = {}
        self.t = 0

    def step(self, layers: Sequence[Layer]) -> None:
        """Update every parameter of the layers from its gradient, in place."""
        pairs = []
        for i, layer in enumerate(layers):  # look at all before the first: half a step is none
            for name, w in layer.parameters.items():
                if name not in layer.gradients:
                    raise ValueError(f"expected backward() before step(): {layer!r} has no d{name}")
                g = real_array(layer.gradients[name], f"d{name}")
                if g.shape != w.shape:
                    raise ValueError(
                        f"{layer!r} expected d{name} of shape {w.shape}, got {g.shape}"
                    )
                pairs.append(((i, name), w, g))
        self.rate_at(self.t + 1)
        self.t += 1
        for key, w, g in pairs:
            w -= self.update(w, self.decayed(w, g), self.memory.setdefault(key, {}))

    def rate_at(self, t: int) -> float:
        """Return the learning rate of step t; ValueError if a schedule has none >= 0 for it."""
        if callable(self.learning_rate):
            given = self.learning_rate(t)
            return in_range(given, f"the learning rate of step {t}", 0, math.inf, ends="[)")
        return self.learning_rate

    @property
    def rate(self) -> float:
        """The learning rate of the present step."""
        return self.rate_at(self.t)

    def decayed(self, w: Array, g: Array) -> Array:
        """Return the gradient with that of the weight decay."""
        # `return g + self.weight_decay * w` does the same: it adds 0 w, which takes time
        return g + self.weight_decay * w if self.weight_decay else g

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        """Return what is subtracted from w."""
        raise TypeError("Optimizer is the base class; use SGD, Adam, ...")

    def __repr__(self) -> str:
        rate = self.learning_rate
        return f"{type(self).__name__}(learning_rate={rate if callable(rate) else f'{rate:g}'})"


def decaying(memory: dict[str, Array], name: str, keep: float, add: Array) -> Array:
    """Return and remember keep * (what was remembered, at first 0) + add."""
    memory[name] = keep * memory[name] + add if name in memory else add.copy()
    return memory[name]


class SGD(Optimizer, name="sgd"):
    """w <- w - eta g. Source: Robbins and Monro (1951)."""

    def __init__(self, learning_rate: Rate = 0.1, weight_decay: float = 0.0) -> None:
        super().__init__(learning_rate, weight_decay)

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        return self.rate * g


class Momentum(Optimizer, name="momentum"):
    """v <- mu v + g, w <- w - eta v; with `nesterov`, w <- w - eta (g + mu v).

    Sources: Polyak (1964); Nesterov (1983) in the form of Sutskever et al. (2013), as PyTorch
    writes it.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        mu: float = 0.9,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.mu = in_range(mu, "mu", 0, 1, ends="[)")
        self.nesterov = flag(nesterov, "nesterov")

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        v = decaying(memory, "v", self.mu, g)
        return self.rate * (g + self.mu * v if self.nesterov else v)


class RMSProp(Optimizer, name="rmsprop"):
    """s <- rho s + (1 - rho) g^2, w <- w - eta g / (sqrt s + eps).

    Source: Tieleman and Hinton (2012), lecture 6.5.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.rho = in_range(rho, "rho", 0, 1, ends="[)")
        self.eps = in_range(eps, "eps", 0, math.inf, ends="()")

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        s = decaying(memory, "s", self.rho, (1 - self.rho) * g**2)
        return self.rate * g / (np.sqrt(s) + self.eps)


class Adam(Optimizer, name="adam"):
    """m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2.

    w <- w - eta m_hat / (sqrt v_hat + eps), where m_hat = m / (1 - beta1^t) and
    v_hat = v / (1 - beta2^t) undo the start at zero.
    Source: Kingma and Ba (2015), algorithm 1.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.beta1 = in_range(beta1, "beta1", 0, 1, ends="[)")
        self.beta2 = in_range(beta2, "beta2", 0, 1, ends="[)")
        self.eps = in_range(eps, "eps", 0, math.inf, ends="()")

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        m = decaying(memory, "m", self.beta1, (1 - self.beta1) * g)
        v = decaying(memory, "v", self.beta2, (1 - self.beta2) * g**2)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        return self.rate * m_hat / (np.sqrt(v_hat) + self.eps)


class AdamW(Adam, name="adamw"):
    """Adam whose weight decay acts on w itself: w <- w - eta lambda w, then Adam's step on g.

    In Adam the decay is divided by sqrt v^ like the rest of g, so weights with large gradients
    hardly decay; here all decay alike. Source: Loshchilov and Hutter (2019).
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, eps, weight_decay)

    def decayed(self, w: Array, g: Array) -> Array:
        return g

    def update(self, w: Array, g: Array, memory: dict[str, Array]) -> Array:
        return super().update(w, g, memory) + self.rate * self.weight_decay * w


OPTIMIZERS = Optimizer.by_name


def initialize_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer of that name ("adam", ...), or a copy of the one given."""
    return resolve(optimizer, Optimizer)


def clip_by_norm(layers: Sequence[Layer], limit: float) -> float:
    """Shorten the gradient of the layers, in place, to the length `limit` if it is longer.

    The gradient is one vector, all arrays together: its length is the root of the sum of all
    squares, and its direction stays. Returns the length that was found; ValueError, before anything
    is changed, if that is not finite. For use between `backward` and `step`.
    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    limit = in_range(limit, "limit", 0, math.inf, ends="()")
    gradients = [g for layer in layers for g in layer.gradients.values()]
    length = math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in gradients))
    if not math.isfinite(length):
        raise ValueError(f"expected gradients of finite length, got {length}")
    # `if length >= limit:` does the same: the factor is 1
    if length > limit:
        for g in gradients:
            g *= limit / length
    return length
