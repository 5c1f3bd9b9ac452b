"""nnlib: neural networks as code a reader would write after the derivation.

NumPy and nothing else. In reading order: `activations`, `initializers`, `layers`, `normalization`,
`residual`, `losses`, `optimizers`, `schedules`, `models`, `training`, and beside them `data` and
`gradcheck`.

    >>> from nnlib import FullyConnected, NeuralNetwork, load_iris
    >>> X, y = load_iris()
    >>> network = NeuralNetwork([FullyConnected(16, "tanh"), FullyConnected(3)], optimizer="adam")
    >>> history = network.fit(X, y, epochs=100, progress=False)
    >>> round(history.accuracy[-1], 1)
    1.0
"""

from nnlib import gradcheck
from nnlib.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    LeakyReLU,
    Linear,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    SoftMax,
    Tanh,
    initialize_activation,
)
from nnlib.data import (
    load_digits,
    load_iris,
    load_mnist,
    make_moons,
    make_spirals,
    train_test_split,
)
from nnlib.initializers import (
    Constant,
    Initializer,
    KaimingNormal,
    KaimingUniform,
    LeCunNormal,
    Normal,
    XavierNormal,
    XavierUniform,
    Zeros,
    fans,
    gain,
    initialize_weights,
)
from nnlib.layers import Conv2D, Dropout, Flatten, FullyConnected, Layer, Pool2D
from nnlib.losses import (
    CrossEntropy,
    Loss,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    initialize_loss,
)
from nnlib.models import NeuralNetwork
from nnlib.normalization import BatchNorm, LayerNorm
from nnlib.optimizers import (
    SGD,
    Adam,
    AdamW,
    Momentum,
    Optimizer,
    RMSProp,
    clip_by_norm,
    initialize_optimizer,
)
from nnlib.residual import Residual
from nnlib.schedules import CosineDecay, LinearDecay, Schedule, StepDecay
from nnlib.training import History, accuracy, minibatches, train

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Constant",
    "Conv2D",
    "CosineDecay",
    "CrossEntropy",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "History",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "Layer",
    "LayerNorm",
    "LeCunNormal",
    "LeakyReLU",
    "Linear",
    "LinearDecay",
    "Loss",
    "MeanSquaredError",
    "Momentum",
    "NeuralNetwork",
    "Normal",
    "Optimizer",
    "PReLU",
    "Pool2D",
    "RMSProp",
    "ReLU",
    "Residual",
    "Schedule",
    "SiLU",
    "Sigmoid",
    "SoftMax",
    "SoftmaxCrossEntropy",
    "StepDecay",
    "Tanh",
    "XavierNormal",
    "XavierUniform",
    "Zeros",
    "accuracy",
    "clip_by_norm",
    "fans",
    "gain",
    "gradcheck",
    "initialize_activation",
    "initialize_loss",
    "initialize_optimizer",
    "initialize_weights",
    "load_digits",
    "load_iris",
    "load_mnist",
    "make_moons",
    "make_spirals",
    "minibatches",
    "train",
    "train_test_split",
]
