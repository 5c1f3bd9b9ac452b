"""A network in a file: all that decides what it does next, and nothing that has to be believed.

`save` writes settings, weights, statistics, optimizer memory and random state to one .npz file.
`load` compares the settings, restores the rest, and checks all of it before it changes anything.
Nothing in a file is ever executed.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib._named import Named
from nnlib._validation import Array, real_array, shape_of

if TYPE_CHECKING:
    from nnlib.models import NeuralNetwork

FORMAT = 2  # 1 had no settings


def save(network: NeuralNetwork, path: str | os.PathLike[str]) -> None:
    """Write the network to `path`: beside it first, so that a full disk leaves the old file whole.

    Raises ValueError before the network has weights, and on settings that are no data.
    """
    if network.input_shape is None or network.dtype is None:
        raise ValueError("expected a network with weights; it has seen no data and no build()")
    about = {
        "format": FORMAT,
        "settings": settings(network),
        "input_shape": network.input_shape,
        "dtype": network.dtype.name,
        "t": network.optimizer.t,
        "rng": network.rng.bit_generator.state,
    }
    text = json.dumps(about, default=np.ndarray.tolist)  # some generators hold arrays
    target = os.path.realpath(path)  # what a link names, so that it stays a link
    beside = f"{target}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:  # a file, because a bare path would gain ".npz"
            np.savez(file, about=text, **arrays(network))  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)


def load(network: NeuralNetwork, path: str | os.PathLike[str]) -> None:
    """Read what `save` wrote into a network with the same settings.

    Raises ValueError, and changes nothing, if the file is no whole network or one of other
    layers, loss, optimizer, settings, shapes or dtype.
    """
    about, saved = read(path)
    shape, dtype = tuple(about["input_shape"]), np.dtype(about["dtype"])
    ours = settings(network)
    if network.dtype is not None:
        ours |= {"input_shape": plain(network.input_shape, ""), "dtype": network.dtype.name}
        about["settings"] |= {"input_shape": about["input_shape"], "dtype": about["dtype"]}
    for name in ours | about["settings"]:
        here, there = (side.get(name, "nothing") for side in (ours, about["settings"]))
        one, other = (json.dumps(side, sort_keys=True) for side in (here, there))
        if one != other:  # compared as text, in which NaN is itself
            raise ValueError(f"expected {name}: {here}, as in this network, got {there} in {path}")

    # A copy is built and takes one step, so that what the file must hold need not be guessed.
    trial = copy.deepcopy(network).build(shape, dtype)
    trial.optimizer.memory = {}
    if about["t"]:
        for layer in trial.layers:
            layer.gradients = {name: np.zeros_like(w) for name, w in layer.parameters.items()}
        with np.errstate(all="ignore"):
            trial.optimizer.step(trial.layers)
    for name, array in arrays(trial).items():
        if name not in saved:
            raise ValueError(f"expected {name} in {path}, got only {sorted(saved)}")
        if (array.shape, array.dtype) != (saved[name].shape, saved[name].dtype):
            raise ValueError(
                f"expected {name} of shape {array.shape} and dtype {array.dtype} in {path}, "
                f"got {saved[name].shape} and {saved[name].dtype}"
            )
    if len(saved) > len(arrays(trial)):
        extra = sorted(saved.keys() - arrays(trial).keys())
        raise ValueError(f"expected no more in {path} than a network of this kind, got {extra}")
    try:
        trial.rng.bit_generator.state = about["rng"]
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(
            f"expected the state of a {type(trial.rng.bit_generator).__name__} in {path}, "
            f"got {about['rng']!r:.80}"
        ) from error

    network.build(shape, dtype)
    network.optimizer.memory = trial.optimizer.memory
    network.optimizer.t = about["t"]
    for name, array in arrays(network).items():
        array[...] = saved[name]
    for layer in network.layers:  # those of other weights
        layer.gradients, layer.cache = {}, {}
    network.rng.bit_generator.state = about["rng"]


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what a saved file says about its network, and its arrays by name."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        with np.load(io.BytesIO(content)) as archive:
            saved = {name: archive[name] for name in archive.files}
        about = json.loads(str(saved.pop("about")))
        whole = {"settings": dict, "input_shape": list, "dtype": str, "t": int, "rng": dict}
        wrong = [key for key, kind in whole.items() if type(about[key]) is not kind]
        if about["format"] != FORMAT or wrong or about["t"] < 0:
            raise ValueError(f"format {about['format']!r} and not {FORMAT}, with wrong {wrong}")
        shape_of(about["input_shape"], "input_shape")
        real_array(np.zeros(0, about["dtype"]), "X")
    # A file of anything can fail in any way: zipfile, zlib, NumPy and json have their own errors.
    except Exception as error:
        raise ValueError(
            f"expected {path} to be a whole network as save() writes it, got {len(content)} bytes "
            f"that are none: {type(error).__name__} {error}"
        ) from error
    return about, saved


def settings(network: NeuralNetwork) -> dict[str, Any]:
    """Return what was chosen when the network was made, as plain data, by name."""
    parts = {f"layer {i}": layer for i, layer in enumerate(network.layers)}
    both = {"loss": network.loss, "optimizer": network.optimizer}
    named: dict[str, Any] = {}
    for name, part in (parts | both).items():
        named[name] = part.word
        for setting, value in part.settings().items():
            named[f"{name}.{setting}"] = plain(value, f"{name}.{setting}")
    return named


def plain(value: Any, name: str) -> Any:
    """Return a setting as what JSON can hold; ValueError if there is no such thing."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufSU":
        return {"dtype": value.dtype.name, "values": value.tolist()}
    if isinstance(value, (list, tuple)):
        return [plain(v, f"{name}[{i}]") for i, v in enumerate(value)]
    if isinstance(value, dict):
        return {str(k): plain(v, f"{name}[{k!r}]") for k, v in value.items()}
    if isinstance(value, Named):
        held = {k: plain(v, f"{name}.{k}") for k, v in value.settings().items()}
        return {value.word: held} if held else value.word
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "__dict__"):
        return {k: plain(v, f"{name}.{k}") for k, v in vars(value).items()}
    raise ValueError(
        f"expected {name} to be numbers, text or a function, which a file can hold, got {value!r}; "
        f"a name with _ in front is no setting and is left out"
    )


def arrays(network: NeuralNetwork) -> dict[str, Array]:
    """Return weights, statistics and memory by name: "layer 0.W", "optimizer.0.W.v", ..."""
    named = {
        f"layer {i}.{name}": array
        for i, layer in enumerate(network.layers)
        for name, array in (layer.parameters | layer.state).items()
    } | {
        f"optimizer.{i}.{name}.{slot}": array
        for (i, name), memory in network.optimizer.memory.items()
        for slot, array in memory.items()
    }
    for name, array in named.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            raise ValueError(f"expected {name} as an array of numbers, got {array!r:.80}")
    return named
