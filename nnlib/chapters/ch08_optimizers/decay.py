"""What weight decay does to each weight: as part of the gradient, and apart from it.

The 64 pixels of the digits are inked often, rarely or never; the weights of a pixel get gradients
to match. `by_pixel` trains with and without decay and compares pixel by pixel.
"""

from __future__ import annotations

from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch07_training.network import digits

Array = np.ndarray

RATE, EPOCHS, BATCH_SIZE, SEEDS = 0.004, 10, 32, 3
"""Forty steps an epoch."""
STEPS = EPOCHS * -(-1280 // BATCH_SIZE)
METHODS: dict[str, type[nnlib.Adam]] = {"in the gradient": nnlib.Adam, "apart": nnlib.AdamW}


@cache
def weights(method: str, decay: float, seed: int) -> tuple[Array, Array, Array]:
    """Return W1 (64, 32) at the start and at the end, and the root mean square of its gradients.

    These are of the loss alone, without the decay.
    """
    X, y, _, _ = digits()
    network = nnlib.NeuralNetwork(
        [nnlib.FullyConnected(32, "relu", "kaiming_normal"), nnlib.FullyConnected(10)],
        optimizer=METHODS[method](RATE, weight_decay=decay),
        seed=seed,
    ).build((64,))
    W, layers = network.layers[0].parameters["W"], network.layers
    first, squares = W.copy(), np.zeros_like(W)
    for _ in range(EPOCHS):
        for A, c in nnlib.minibatches(X, y, BATCH_SIZE, network.rng):
            network.backward(c, network.forward(A))
            squares += layers[0].gradients["W"] ** 2
            network.optimizer.step(layers)
    return first, W.copy(), np.sqrt(squares / STEPS)


@cache
def by_pixel(method: str, decay: float) -> tuple[Array, Array]:
    """Return of each pixel (64,): the root mean square gradient, and the weights that are left.

    Left is the root mean square of its weights as a share of that without decay, over SEEDS.
    """
    plain_of = next(iter(METHODS))  # without decay both are Adam
    runs = [(weights(method, decay, s), weights(plain_of, 0.0, s)) for s in range(SEEDS)]
    gradient = np.mean([np.sqrt(np.mean(plain[2] ** 2, axis=1)) for _, plain in runs], axis=0)
    with_it, without = (
        np.sqrt(np.mean([run[k][1] ** 2 for run in runs], axis=(0, 2))) for k in (0, 1)
    )
    return gradient, with_it / without
