"""Residual connections: what some layers compute is added to what they were given."""

from __future__ import annotations

from collections.abc import Sequence

from nnlib._validation import Array
from nnlib.activations import Activation
from nnlib.layers import Layer, own_layers


class Residual(Layer):
    """Y = f(X + F(X)), where F is the given layers in a row; F(X) must have the shape of X.

    Backward: dZ = dY * f'(Z), dX = dZ + what F's backward makes of dZ. The layers are copied:
    find the copies as `residual.layers`. `parameters`, `gradients` and `state` hold theirs by
    "number.name" ("0.W"), the same arrays: change those in place. The layers draw from this
    layer's generator. Raises ValueError where F(X) has another shape.
    Source: He et al. (2016), equation 1.
    """

    def __init__(self, layers: Sequence[Layer], activation: str | Activation = "linear") -> None:
        super().__init__(activation)
        self.layers: list[Layer] = own_layers(layers)

    def forward(self, X: Array, training: bool = True) -> Array:
        F = X = self.expect(X, "(n, ...)")
        for layer in self.layers:
            layer.rng = self.rng
            F = layer.forward(F, training)
        if F.shape != X.shape:
            raise ValueError(f"{self!r} expected F(X) of shape {X.shape}, as X, got {F.shape}")
        if not self.parameters:
            self.activation.build(X.dtype)
            self.parameters = self.merged("parameters") | self.activation.parameters
            self.state = self.merged("state")

        Z = X + F
        if training:
            self.cache = {"Z": Z}
        return self.activation.forward(Z)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        dF: Array | None = dZ
        for layer in reversed(self.layers):
            assert dF is not None  # only the first layer is told to return none
            dF = layer.backward(dF, need_dX or layer is not self.layers[0])
        self.gradients = self.merged("gradients") | self.activation.gradients
        return dZ + dF if dF is not None else None

    def merged(self, name: str) -> dict[str, Array]:
        """Return that dict of all layers inside, by "number.name"."""
        return {
            f"{i}.{key}": array
            for i, layer in enumerate(self.layers)
            for key, array in getattr(layer, name).items()
        }

    def __repr__(self) -> str:
        inside = " -> ".join(map(repr, self.layers))
        f = "" if repr(self.activation) == "linear" else f", {self.activation!r}"
        return f"{self.word}({inside}{f})"
