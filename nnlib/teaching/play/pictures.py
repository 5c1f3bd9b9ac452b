"""What the playground shows of a session, as small arrays of bytes: no library that draws.

Bytes travel as base64 in JSON. A probability p is round(255 p); an activation a between -m and m
is round(127 a / m) + 128, where m is the largest of its layer.
"""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

import nnlib
from nnlib.teaching.play.engine import (
    FEW,
    LAYERS,
    PIXELS_WORK,
    SIDE,
    UNIT_SIDE,
    UNITS,
    Array,
    Evaluation,
    Session,
    _values,
)


def kind(session: Session) -> str:
    """Say what can be drawn: "plane", "line" (one input, one value), "digits" or "nothing"."""
    shape = session.X.shape[1:]
    if shape == (2,):
        return "plane"
    if shape == (1,) and not session.classifies and session.classes == 1:
        return "line"
    if shape == (8, 8, 1) and session.classifies and session.classes == 10:
        return "digits"
    return "nothing"


def box(session: Session) -> tuple[float, float, float, float]:
    """Return the part of the plane that is drawn: x from, to, y from, to."""
    X = np.concatenate([session.X, session.X_test])
    finite = X[np.isfinite(X).all(axis=1)]
    if not len(finite):
        return -1.0, 1.0, -1.0, 1.0
    low, high = finite.min(axis=0), finite.max(axis=0)
    if kind(session) == "line":
        pad = 0.05 * max(float(high[0] - low[0]), 1e-3)
        y = session.y.ravel()
        gap = 0.15 * max(float(np.ptp(y)), 1e-3)
        return (
            float(low[0] - pad),
            float(high[0] + pad),
            float(y.min() - gap),
            float(y.max() + gap),
        )
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 0.5) * 1.1
    across, up = float(middle[0]), float(middle[1])
    return across - half, across + half, up - half, up + half


def grid(session: Session, side: int) -> Array:
    """Return the centers of the pixels, row by row from the top, (side * side, 2)."""
    x0, x1, y0, y1 = box(session)
    at = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(x0 + at * (x1 - x0), y1 - at * (y1 - y0))
    return np.column_stack([x.ravel(), y.ravel()])


def scene(session: Session) -> dict[str, Any]:
    """Return what stays the same through a run: the kind of picture, the points, the names."""
    what = kind(session)
    found: dict[str, Any] = {
        "kind": what,
        "classes": session.classes,
        "classifies": session.classifies,
        "parameters": session.parameters,
        "samples": len(session.X),
        "epoch": session.steps_per_epoch,
        "tested": session.tested,
    }
    if what in ("plane", "line"):
        found["box"] = box(session)
        found["train"] = _points(session.X, session.y, 600)
        found["test"] = _points(session.X_test, session.y_test, 300)
    if what == "digits":
        rows = shown_digits(session)
        found["digits"] = [
            {"pixels": _bytes(255 * session.X_test[row].ravel()), "label": int(session.y_test[row])}
            for row in rows
        ]
    return found


def _points(X: Array, y: Array, most: int) -> list[list[float]]:
    rows = np.random.default_rng(0).permutation(len(X))[:most]
    y = y if y.ndim == 1 else y[:, 0] if y.shape[1] == 1 else y.argmax(axis=1)
    return [[*(round(float(v), 3) for v in X[row]), round(float(y[row]), 3)] for row in rows]


def shown_digits(session: Session) -> list[int]:
    """Return rows of the test set: the first of each digit."""
    return [int(np.argmax(session.y_test == c)) for c in range(10) if (session.y_test == c).any()]


def picture(session: Session) -> dict[str, Any]:
    """Return what the network says now: the field, or the curve, or the digits; and its units."""
    what = kind(session)
    side = int(np.clip(math.sqrt(PIXELS_WORK / session.work), 12, SIDE))
    small = min(UNIT_SIDE, side)
    with np.errstate(all="ignore"):
        if what == "plane":
            points = grid(session, side)
            out = session.network.outputs(points, batch_size=side * side)
            units = _units(session, grid(session, small), small)
            return {"side": side, "field": _field(session, out), "units": units}
        if what == "line":
            x0, x1, _, _ = box(session)
            x = np.linspace(x0, x1, 64)[:, np.newaxis]
            values = session.network.outputs(x).ravel()
            curve = [None if not math.isfinite(v) else round(float(v), 4) for v in values]
            return {"curve": curve, "units": _units(session, x, 64, height=1)}
        if what == "digits":
            rows = shown_digits(session)
            out = session.network.outputs(session.X_test[rows])
            return {"field": _field(session, out), "units": _digit_units(session, rows)}
    return {"units": []}


def _field(session: Session, out: Array) -> str:
    """Return probabilities as bytes; of values that are no probabilities, the values, scaled."""
    if not np.isfinite(out).all():
        return ""
    if session.classifies:
        return _bytes(255 * session.network.loss.probabilities(out))
    low, high = float(session.y.min()), float(session.y.max())
    return _bytes(255 * (out[:, :1] - low) / max(high - low, 1e-9))


def _units(session: Session, points: Array, width: int, height: int = 0) -> list[dict[str, Any]]:
    """Return, layer by layer, what each hidden unit makes of the points."""
    A = points.astype(session.X.dtype)
    found: list[dict[str, Any]] = []
    layers = session.network.layers
    for i, layer in enumerate(layers[:-1]):
        _, A = _values(layer, A)
        if layer.parameters and A.ndim == 2 and len(found) < LAYERS:
            most = float(np.abs(A).max()) if A.size else 0.0
            pixels = A[:, :UNITS].T / (most or 1.0)
            found.append(
                {
                    "name": f"{i + 1}. {layer.word}",
                    "of": A.shape[1],
                    "width": width,
                    "height": height or width,
                    "most": round(most, 4) if math.isfinite(most) else None,
                    "pixels": _bytes(127 * np.nan_to_num(pixels) + 128),
                }
            )
    return found


def _digit_units(session: Session, rows: list[int]) -> list[dict[str, Any]]:
    """Return the weights of the first layer as pictures; below it, each unit beside the digits."""
    A = session.X_test[rows]
    found: list[dict[str, Any]] = []
    for i, layer in enumerate(session.network.layers[:-1]):
        _, A = _values(layer, A)
        if not layer.parameters or len(found) >= LAYERS:
            continue
        W = layer.parameters.get("W", np.zeros(0))
        if isinstance(layer, nnlib.Conv2D) and W.shape[2] == 1:
            form, pixels = (W.shape[1], W.shape[0]), W.reshape(-1, W.shape[3]).T
        elif W.ndim == 2 and W.shape[0] == 64:
            form, pixels = (8, 8), W.T
        elif A.ndim == 2:
            form, pixels = (len(rows), 1), A.T
        else:
            continue
        most = float(np.abs(pixels).max()) if pixels.size else 0.0
        found.append(
            {
                "name": f"{i + 1}. {layer.word}",
                "of": len(pixels),
                "width": form[0],
                "height": form[1],
                "most": round(most, 4) if math.isfinite(most) else None,
                "pixels": _bytes(127 * np.nan_to_num(pixels[:UNITS] / (most or 1.0)) + 128),
            }
        )
    return found


def _bytes(values: Array) -> str:
    rounded = np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)
    return base64.b64encode(rounded.tobytes()).decode()


def number(value: float, digits: int = 4) -> float | None:
    """Return a number that JSON knows: None for what isn't finite."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def frame(session: Session, since: int = -1, pictures: bool = True) -> dict[str, Any]:
    """Return all that changes; of the curves what came after step `since`."""
    last: Evaluation = session.last
    found: dict[str, Any] = {
        "step": session.step,
        "epoch": round(session.epoch, 2),
        "diverged": session.diverged,
        "batch": [[s, number(v)] for s, v in session.batch_losses if s > since],
        "now": [_numbers(e) for e in session.evaluations if e.step > since],
        "layers": [
            {
                "name": s.name,
                "units": s.units,
                "activations": s.activations,
                "gradients": s.gradients,
                **{
                    name: number(getattr(s, name), 3)
                    for name in ("rms", "gradient", "dead", "flat", "ratio")
                },
            }
            for s in session.stats
        ],
        "says": sentence(session, last),
    }
    return found | (picture(session) if pictures and not session.diverged else {})


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _numbers(e: Evaluation) -> list[float | None]:
    return [
        e.step,
        *(number(v) for v in (e.loss, e.test_loss, e.accuracy, e.test_accuracy)),
    ]


def sentence(session: Session, now: Evaluation) -> str:
    """Say in words what is to be seen; it is the text alternative of all pictures."""
    if session.diverged:
        return (
            f"Step {session.step + 1}: the loss is no longer a number. The weights have left what "
            "floating point can hold; a smaller learning rate or another start may help."
        )
    parts = [f"Epoch {session.epoch:.3g}."] if session.step else ["Untrained."]
    if session.classifies:
        parts.append(
            f"Loss {now.loss:.3g} in training, {now.test_loss:.3g} on test points; "
            f"{_percent(now.accuracy)} and {_percent(now.test_accuracy)} are right."
        )
    else:
        parts.append(
            f"Mean squared error {now.loss:.3g} in training, {now.test_loss:.3g} on test points."
        )
    if session.dead > 0:
        worst = max(
            (s for s in session.stats if not math.isnan(s.dead)), key=lambda s: (s.dead, s.name)
        )
        parts.append(f"In layer {worst.name}, {_percent(worst.dead)} of the units are dead.")
    flat = [s for s in session.stats if s.flat > 0.5]
    if flat:
        parts.append(
            f"In layer {flat[0].name}, {_percent(flat[0].flat)} of the slopes are below {FEW}."
        )
    sizes = [s for s in session.stats if not math.isnan(s.gradient)]
    if len(sizes) > 2 and sizes[0].gradient < 1e-3 * sizes[-1].gradient:
        parts.append(
            f"The gradient of the first layer is {sizes[0].gradient / sizes[-1].gradient:.0e} "
            "of the last one's."
        )
    elif len(sizes) > 2 and sizes[0].gradient == 0 == sizes[-1].gradient:
        parts.append("No layer gets a gradient.")
    return " ".join(parts)
