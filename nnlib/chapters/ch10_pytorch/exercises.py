"""The exercises of chapter 10, from nnlib to PyTorch, in teaching order.

All are NumPy: what PyTorch keeps, records and takes for granted is small enough to write.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import product

import numpy as np

from nnlib.gradcheck import numerical_gradient
from nnlib.normalization import BatchNorm
from nnlib.teaching.exercises import Exercise, Property, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(10)


def _drawn(*shape):
    return RNG.normal(size=shape)


IMAGES, DENSE = _drawn(5, 3, 2, 4), _drawn(24, 3)
GRID, COLUMN = _drawn(4, 3, 2), _drawn(3, 1)


# 10.1 -----------------------------------------------------------------------------------------


def to_torch(W):
    """Return the weights of a layer as PyTorch keeps them.

    W is (d, k) of a dense layer or (kh, kw, C_in, C_out) of a convolution;
    PyTorch keeps (k, d) and (C_out, C_in, kh, kw).
    """
    return W.T if W.ndim == 2 else W.transpose(3, 2, 0, 1)


def _number_by_number(W):
    shape = W.shape[::-1] if W.ndim == 2 else (W.shape[3], W.shape[2], W.shape[0], W.shape[1])
    found = np.zeros(shape, W.dtype)
    for place in np.ndindex(W.shape):
        u, v, *rest = place
        found[(rest[1], rest[0], u, v) if rest else (v, u)] = W[place]
    return found


def _kernels(*axes):
    return lambda W: W.T if W.ndim == 2 else W.transpose(axes)


def _draw_weights(rng):
    axes = rng.choice([2, 4])
    return (rng.normal(size=rng.choice(np.arange(1, 6), axes, replace=False)),)


TO_TORCH = Exercise(
    id="10.1",
    title="weights for PyTorch",
    solution=to_torch,
    probes={
        "three inputs, two units": (np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),),
        "as many inputs as units": (np.array([[1.0, 2.0], [3.0, 4.0]]),),
        "two kernels of 1 by 3": (np.arange(6.0).reshape(1, 3, 1, 2),),
        "all sizes differ": (_drawn(3, 2, 4, 5),),
        "square kernels, as many channels in as out": (_drawn(2, 2, 3, 3),),
    },
    wrong=[
        Wrong(
            lambda W: W.T,
            "`.T` turns all axes around: of a kernel it makes (C_out, C_in, kw, kh), so height and "
            "width are exchanged.",
        ),
        Wrong(
            _kernels(3, 1, 2, 0),
            "The first and the last axis have changed places, and the two between them are left: "
            "(C_out, kw, C_in, kh).",
        ),
        Wrong(
            _kernels(3, 0, 1, 2),
            "The output channel is first, and C_in is still last. In PyTorch it is second.",
        ),
        Wrong(
            _kernels(2, 3, 0, 1),
            "The kernels come out as (C_in, C_out, kh, kw). PyTorch puts the output channel first.",
        ),
        Wrong(
            _kernels(2, 3, 1, 0),
            "These axes lead from PyTorch's layout to ours. The first axis of the result is C_out, "
            "our axis 3.",
        ),
        Wrong(
            lambda W: W if W.ndim == 2 else W.transpose(3, 2, 0, 1),
            "The kernels are right. The dense layer's W is still (d, k): transpose it.",
        ),
        Wrong(
            lambda W: (
                W.T if W.ndim == 2 else W.reshape(W.shape[3], W.shape[2], W.shape[0], W.shape[1])
            ),
            "`reshape` gives the kernels the right shape and leaves the numbers in the order in "
            "which they lie: they belong to other places now. Exchange axes with `transpose`.",
        ),
        Wrong(
            lambda W: W.reshape(W.shape[1], W.shape[0]) if W.ndim == 2 else _number_by_number(W),
            "The kernels are right. The dense layer is reshaped, and its numbers are in other "
            "places; a transpose exchanges rows and columns.",
        ),
        Wrong(
            lambda W: W.T if W.ndim == 2 else W.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1],
            "The kernels are flipped. PyTorch's convolution is a cross-correlation as well.",
        ),
    ],
    witness=_number_by_number,
    draw=_draw_weights,
    hints=[
        "`W.ndim` tells the two kinds apart. Which of our axes is PyTorch's first?",
        "`W.transpose(3, 2, 0, 1)`: axis 0 of the result is our axis 3, and so on.",
    ],
    why="No number changes; each only moves to where PyTorch looks for it.",
)


# 10.2 -----------------------------------------------------------------------------------------


def behind_flatten(W, height, width):
    """Return the weight (k, C h w) of the nn.Linear behind nn.Flatten.

    W (h w C, k) is ours, behind a Flatten of images (n, h, w, C).
    """
    k = W.shape[1]
    rows = W.reshape(height, width, -1, k)
    return rows.transpose(3, 2, 0, 1).reshape(k, -1)


def _row_by_row(W, height, width):
    C, k = W.shape[0] // (height * width), W.shape[1]
    weight = np.zeros((k, W.shape[0]))
    for r, s, c in product(range(height), range(width), range(C)):
        weight[:, (c * height + r) * width + s] = W[(r * width + s) * C + c]
    return weight


def _turned(*axes):
    """A wrong answer: other axes."""

    def turned(W, height, width):
        k = W.shape[1]
        return W.reshape(height, width, -1, k).transpose(axes).reshape(k, -1)

    return turned


def _draw_rows(rng):
    height, width, C, k = rng.choice(np.arange(1, 6), 4, replace=False)
    return rng.normal(size=(height * width * C, k)), int(height), int(width)


BEHIND_FLATTEN = Exercise(
    id="10.2",
    title="the layer behind Flatten",
    solution=behind_flatten,
    probes={
        "one row of two pixels, two channels": (np.arange(4.0)[:, None], 1, 2),
        "two units": (np.arange(16.0).reshape(8, 2), 2, 2),
        "three by two pixels": (_drawn(24, 3), 3, 2),
        "one channel": (_drawn(6, 2), 2, 3),
    },
    wrong=[
        Wrong(
            lambda W, height, width: W.T,
            "The inputs are still in our order, h w C. PyTorch's Flatten reads channel by channel.",
        ),
        Wrong(
            _turned(3, 2, 1, 0),
            "Channels come first now, but within a channel you go down the columns. PyTorch goes "
            "along the rows: h before w.",
        ),
        Wrong(
            lambda W, height, width: (
                W.reshape(-1, height, width, W.shape[1])
                .transpose(3, 1, 2, 0)
                .reshape(W.shape[1], -1)
            ),
            "That is the way back: you read our rows as if they were C h w already.",
        ),
        Wrong(
            lambda W, height, width: _row_by_row(W, height, width).T,
            "The rows are in the right order. PyTorch keeps (k, C h w): transpose.",
        ),
        Wrong(
            lambda W, height, width: _row_by_row(W, width, height),
            "Height and width are exchanged: our rows run over h, then w, then C.",
        ),
        Wrong(
            _turned(3, 0, 2, 1),
            "Only width and channel have changed places. The channel is the slowest of the three "
            "in PyTorch: (k, C, h, w).",
        ),
    ],
    properties=[
        holds(
            "the output is the same",
            lambda f: bool(
                np.allclose(
                    IMAGES.transpose(0, 3, 1, 2).reshape(5, -1) @ f(DENSE.copy(), 3, 2).T,
                    IMAGES.reshape(5, -1) @ DENSE,
                )
            ),
            "The images, flattened as PyTorch does, times your weight are not what our layer "
            "computes.",
        )
    ],
    witness=_row_by_row,
    draw=_draw_rows,
    hints=[
        "First give the rows of W their three axes back: height, width, channel.",
        "`W.reshape(height, width, -1, k)`. Then bring k first and the channel second.",
    ],
    why="Row (r w + s) C + c of ours is column (c h + r) w + s of PyTorch's.",
)


# 10.3 -----------------------------------------------------------------------------------------


def logits_of(maps, weight, bias):
    """Return what PyTorch computes from maps (n, h, w, C) of ours.

    weight (k, C h w) and bias (k,) are those of the nn.Linear behind
    nn.Flatten, which sees the maps as (n, C, h, w).
    """
    n = len(maps)
    turned = np.moveaxis(maps, 3, 1)
    return turned.reshape(n, -1) @ weight.T + bias


def broken_logits_of(maps, weight, bias):
    """Return what PyTorch computes from maps (n, h, w, C) of ours.

    weight (k, C h w) and bias (k,) are those of the nn.Linear behind
    nn.Flatten, which sees the maps as (n, C, h, w).
    """
    n = len(maps)
    turned = np.swapaxes(maps, 3, 1)
    return turned.reshape(n, -1) @ weight.T + bias


def _with_sums(maps, weight, bias):
    _, h, w, C = maps.shape
    by_place = weight.reshape(-1, C, h, w)
    return np.einsum("nhwc,kchw->nk", maps, by_place) + bias


def _draw_maps(rng):
    n, h, w, C, k = rng.choice(np.arange(2, 7), 5, replace=False)
    return rng.normal(size=(n, h, w, C)), rng.normal(size=(k, C * h * w)), rng.normal(size=k)


LOGITS_OF = Exercise(
    id="10.3",
    title="find the bug: maps for PyTorch",
    solution=logits_of,
    broken=broken_logits_of,
    symptom="Every shape fits. For some maps the numbers are PyTorch's, for others they are not.",
    probes={
        "maps of two by two": (_drawn(1, 2, 2, 2), _drawn(2, 8), _drawn(2)),
        "maps of two by three": (_drawn(2, 2, 3, 4), _drawn(3, 24), _drawn(3)),
        "a row of pixels": (_drawn(2, 1, 3, 2), _drawn(2, 6), _drawn(2)),
    },
    wrong=[
        Wrong(
            lambda maps, weight, bias: maps.reshape(len(maps), -1) @ weight.T + bias,
            "The maps are flattened as they are, channels last. PyTorch's columns are channel by "
            "channel.",
        ),
        Wrong(
            lambda maps, weight, bias: np.moveaxis(maps, 3, 1).reshape(len(maps), -1) @ weight.T,
            "The bias is lost.",
        ),
        Wrong(
            lambda maps, weight, bias: (
                np.reshape(maps, (len(maps), maps.shape[3], *maps.shape[1:3])).reshape(
                    len(maps), -1
                )[:, ::-1]
                @ weight.T
                + bias
            ),
            "The inputs stand in reverse order.",
        ),
        Wrong(
            lambda maps, weight, bias: (
                maps.reshape(-1, weight.shape[1])
                @ weight.reshape(-1, maps.shape[3], *maps.shape[1:3])
                .transpose(0, 3, 2, 1)
                .reshape(weight.shape)
                .T
                + bias
            ),
            "Now the weights are turned instead of the maps, with height and width exchanged.",
        ),
    ],
    witness=_with_sums,
    draw=_draw_maps,
    hints=[
        "Which maps does it get right? Try one pixel high, one pixel wide, one channel.",
        "Write down the shape of `turned`, with letters instead of numbers.",
    ],
    test_hints=[
        "Draw maps with a seeded generator; let n, h, w, C and k all differ, and none be 1.",
        "What PyTorch computes, by another route: reshape the weight to (k, C, h, w), and sum with "
        '`np.einsum("nhwc,kchw->nk", maps, weight)`.',
    ],
    why="`swapaxes` exchanges two axes, so height went where the channel was: (n, C, w, h). "
    "`moveaxis` takes one axis out and lets the others move up. Flattened, both have one shape.",
)


# 10.4 -----------------------------------------------------------------------------------------


def unbroadcast(dZ, shape):
    """Return the gradient of an array of that shape.

    In the forward pass it was broadcast to the shape of dZ.
    """
    in_front = tuple(range(dZ.ndim - len(shape)))
    dZ = dZ.sum(axis=in_front)
    copied = tuple(i for i, size in enumerate(shape) if size == 1)
    return dZ.sum(axis=copied, keepdims=True)


def _entry_by_entry(dZ, shape):
    found = np.zeros(shape)
    for place in np.ndindex(dZ.shape):
        mine = place[len(place) - len(shape) :]
        found[tuple(0 if size == 1 else i for i, size in zip(mine, shape, strict=True))] += dZ[
            place
        ]
    return found


def _rows_only(dZ, shape):
    return dZ.sum(axis=0).reshape(shape) if dZ[0].size == np.prod(shape) else dZ


def _not_in_front(dZ, shape):
    for axis, size in enumerate(shape):
        if size == 1:
            dZ = dZ.sum(axis=axis, keepdims=True)
    return dZ


def _draw_gradients(rng):
    full = rng.choice(np.arange(2, 6), 3, replace=False)
    shape = [int(size) if rng.random() < 0.5 else 1 for size in full]
    return rng.normal(size=full), tuple(shape[rng.integers(3) :])


UNBROADCAST = Exercise(
    id="10.4",
    title="broadcasting, backward",
    solution=unbroadcast,
    probes={
        "a row": (np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]]), (1, 3)),
        "three numbers": (np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]]), (3,)),
        "a column": (np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]]), (2, 1)),
        "one number": (np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]]), ()),
        "nothing was copied": (_drawn(3, 2), (3, 2)),
        "a square": (_drawn(3, 3), (1, 3)),
        "two axes of three": (_drawn(4, 2, 3), (2, 1)),
        "an axis in the middle": (_drawn(4, 2, 3), (4, 1, 3)),
    },
    wrong=[
        Wrong(
            lambda dZ, shape: dZ,
            "This has the shape of the sum. What was copied forward is summed backward.",
        ),
        Wrong(
            _rows_only,
            "Only the first axis is summed. A column was copied along axis 1, a number along all.",
        ),
        Wrong(
            lambda dZ, shape: dZ.sum(axis=0, keepdims=True),
            "You sum over axis 0, whatever the shape. That is right for a row; see which axes of "
            "`shape` are 1, and which are not there.",
        ),
        Wrong(
            _not_in_front,
            "Axes of length 1 are summed. Where `shape` has fewer axes than dZ, new axes were put "
            "in front, and the array was copied along them as well.",
        ),
        Wrong(
            lambda dZ, shape: unbroadcast(dZ, shape) * (np.prod(shape) / dZ.size),
            "That is a mean over the copies. Each copy changes the loss for itself, so the "
            "gradients add.",
        ),
        Wrong(
            lambda dZ, shape: dZ.sum(axis=tuple(range(dZ.ndim - len(shape)))),
            "The axes in front are summed. An axis of length 1 in `shape` was copied as well.",
        ),
        Wrong(
            lambda dZ, shape: np.squeeze(unbroadcast(dZ, shape)),
            "The sums are right, and axes of length 1 are lost: `keepdims=True`.",
        ),
        Wrong(
            lambda dZ, shape: dZ[tuple(0 for _ in range(dZ.ndim - len(shape)))][
                tuple(slice(0, size) for size in shape)
            ],
            "You take the first copy alone. Every copy was used, so every one has its part.",
        ),
        Wrong(
            lambda dZ, shape: np.full(shape, dZ.sum()),
            "Everything is summed into each entry. An entry gets what came back to its own copies.",
        ),
        Wrong(
            lambda dZ, shape: (
                np.resize(unbroadcast(dZ, ()), shape)
                if len(shape) < dZ.ndim
                else unbroadcast(dZ, shape)
            ),
            "With as many axes it is right. Where axes were put in front you sum over all of them, "
            "and over the others too.",
        ),
    ],
    properties=[
        holds(
            "forward and back are adjoint",
            lambda f: bool(
                np.isclose(
                    np.sum(GRID * np.broadcast_to(COLUMN, GRID.shape)),
                    np.sum(f(GRID.copy(), COLUMN.shape) * COLUMN),
                )
            ),
            "The sum of dZ times the broadcast array should be the sum of your result times the "
            "array itself.",
        )
    ],
    witness=_entry_by_entry,
    draw=_draw_gradients,
    hints=[
        "Two things may have happened: new axes in front, and axes of length 1 that were copied.",
        "`dZ.sum(axis=(...))` takes a tuple of axes; for the second kind add `keepdims=True`.",
    ],
    why="Broadcasting copies, and backward a copy is a sum (4.1).",
)


# 10.5 -----------------------------------------------------------------------------------------


def matmul_backward(A, B, dZ):
    """Return dA and dB of Z = A @ B.

    A (n, p, q) is a stack of n matrices, B (q, r) is one matrix that
    multiplies each of them, dZ is (n, p, r).
    """
    dA = dZ @ B.T
    dB = (A.transpose(0, 2, 1) @ dZ).sum(axis=0)
    return dA, dB


def _by_sums(A, B, dZ):
    return np.einsum("npr,qr->npq", dZ, B), np.einsum("npq,npr->qr", A, dZ)


def _draw_stack(rng):
    n, p, q, r = rng.choice(np.arange(1, 6), 4, replace=False)
    return rng.normal(size=(n, p, q)), rng.normal(size=(q, r)), rng.normal(size=(n, p, r))


MATMUL = Exercise(
    id="10.5",
    title="a matrix product on the tape",
    solution=matmul_backward,
    probes={
        "one matrix": (
            np.array([[[1.0, 2.0]]]),
            np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]),
            np.array([[[1.0, -1.0, 3.0]]]),
        ),
        "two matrices": (_drawn(2, 1, 2), _drawn(2, 3), _drawn(2, 1, 3)),
        "all sizes differ": (_drawn(4, 2, 3), _drawn(3, 5), _drawn(4, 2, 5)),
        "all squares": (_drawn(2, 2, 2), _drawn(2, 2), _drawn(2, 2, 2)),
    },
    wrong=[
        Wrong(
            lambda A, B, dZ: (dZ @ B.T, A.transpose(0, 2, 1) @ dZ),
            "dB has a part for each matrix of the stack. B was copied n times: sum over them.",
        ),
        Wrong(
            lambda A, B, dZ: (dZ @ B.T, (A.transpose(0, 2, 1) @ dZ).mean(axis=0)),
            "dB is a mean over the stack. Each copy of B has its own part in the loss: sum.",
        ),
        Wrong(
            lambda A, B, dZ: (_by_sums(A, B, dZ)[0], A[0].T @ dZ[0]),
            "dB holds the part of the first matrix of the stack alone.",
        ),
        Wrong(
            lambda A, B, dZ: _by_sums(A, B, dZ)[::-1],
            "Both are right, and exchanged: return dA first.",
        ),
        Wrong(
            lambda A, B, dZ: (
                dZ @ (B if B.shape[0] == B.shape[1] else B.T),
                _by_sums(A, B, dZ)[1],
            ),
            "dA = dZ B^T. Where B is square, a missing transpose fits as well.",
        ),
    ],
    properties=[
        Property(
            "agrees with central differences",
            lambda f: _fits_differences(f),  # it stands below
        )
    ],
    witness=_by_sums,
    draw=_draw_stack,
    hints=[
        "For one matrix it is the layer of chapter 4: dA = dZ B^T, dB = A^T dZ.",
        "`A.transpose(0, 2, 1)` transposes each matrix of the stack. B was used by all of them.",
    ],
    why="B is broadcast over the stack, so its gradient is summed over it, as in exercise 10.4.",
)


def _fits_differences(function):
    rng = np.random.default_rng(1)
    A, B, R = rng.normal(size=(3, 2, 4)), rng.normal(size=(4, 5)), rng.normal(size=(3, 2, 5))
    dA, dB = function(A.copy(), B.copy(), R * (1 - np.tanh(A @ B) ** 2))
    right = [
        numerical_gradient(lambda T: float(np.sum(R * np.tanh(T @ B))), A.copy()),
        numerical_gradient(lambda T: float(np.sum(R * np.tanh(A @ T))), B.copy()),
    ]
    close = [
        np.allclose(mine, theirs, atol=1e-6) for mine, theirs in zip((dA, dB), right, strict=True)
    ]
    return None if all(close) else "It differs from central differences of sum(R * tanh(A @ B))."


# 10.6 -----------------------------------------------------------------------------------------


def gradients_of(tape, values):
    """Return a list: the gradient of the last value's sum at each value.

    tape[k] is None for an input, else (gate, a, b): gate "+" or "*" made
    value k from values a and b, entry by entry. All have one shape.
    """
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ) if gate == "+" else (dZ * values[b], dZ * values[a])
        for m, part in zip((a, b), back, strict=True):
            if m in gradients:
                gradients[m] = gradients[m] + part
            else:
                gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]


def broken_gradients_of(tape, values):
    """Return a list: the gradient of the last value's sum at each value.

    tape[k] is None for an input, else (gate, a, b): gate "+" or "*" made
    value k from values a and b, entry by entry. All have one shape.
    """
    gradients = {len(tape) - 1: np.ones_like(values[-1])}
    for k in reversed(range(len(tape))):
        if tape[k] is None or k not in gradients:
            continue
        gate, a, b = tape[k]
        dZ = gradients[k]
        back = (dZ, dZ) if gate == "+" else (dZ * values[b], dZ * values[a])
        for m, part in zip((a, b), back, strict=True):
            if m in gradients:
                gradients[m] += part
            else:
                gradients[m] = part
    return [gradients.get(k, 0 * values[k]) for k in range(len(tape))]


def _by_complex_steps(tape, values):
    """The slope of each value by a complex step, without any subtraction."""
    return [_complex_slopes(tape, values, k) for k in range(len(tape))]


def _complex_slopes(tape, values, k):
    slopes = np.zeros_like(values[k])
    for place in np.ndindex(values[k].shape):
        found = []
        for j, line in enumerate(tape):
            if line is None or j == k:
                found.append(np.array(values[j], complex))
            else:
                gate, a, b = line
                found.append(found[a] + found[b] if gate == "+" else found[a] * found[b])
            if j == k:
                found[j][place] += 1e-20j
        slopes[place] = np.sum(found[-1]).imag / 1e-20
    return slopes


def _run(tape, *inputs):
    values, given = [], list(inputs)
    for line in tape:
        if line is None:
            values.append(np.array(given.pop(0), float))
        else:
            gate, a, b = line
            values.append(values[a] + values[b] if gate == "+" else values[a] * values[b])
    return tape, values


def _draw_tape(rng):
    tape: list[tuple[str, int, int] | None] = [None, None, None]
    for k in range(3, 7):
        a, b = (int(m) for m in rng.integers(k, size=2))
        tape.append((str(rng.choice(["+", "*"])), a, b))
    return _run(tape, *(rng.normal(size=2) for _ in range(3)))


def _edited(collect, start=1.0, order=reversed, swap=True):
    """A wrong answer: another way to collect, to begin, to go, or a product without its swap."""

    def gradients(tape, values):
        found = {len(tape) - 1: start * np.ones_like(values[-1])}
        for k in order(range(len(tape))):
            if tape[k] is None or k not in found:
                continue
            gate, a, b = tape[k]
            dZ = found[k]
            first, second = (b, a) if swap else (a, b)
            factors = (1, 1) if gate == "+" else (values[first], values[second])
            for m, factor in zip((a, b), factors, strict=True):
                found[m] = collect(found.get(m, 0 * values[m]), dZ * factor)
        return [found.get(k, 0 * values[k]) for k in range(len(tape))]

    return gradients


TAPE = Exercise(
    id="10.6",
    title="find the bug: a tape of arrays",
    solution=gradients_of,
    broken=broken_gradients_of,
    symptom="On many tapes it is right. On some, values get too much.",
    probes={
        "a product": _run([None, None, ("*", 0, 1)], [2.0, -1.0], [3.0, 5.0]),
        "a sum, and one of its inputs again": _run(
            [None, None, ("*", 0, 1), ("+", 2, 1)], [2.0, -1.0], [3.0, 5.0]
        ),
        "a value plus itself": _run([None, ("+", 0, 0), ("*", 1, 1)], [2.0, -3.0]),
        "nobody uses the first": _run([None, None, ("*", 1, 1)], [2.0], [3.0]),
        "a sum, times a third": _run(
            [None, None, None, ("*", 0, 1), ("+", 3, 1), ("*", 4, 2)],
            [2.0, -1.5],
            [3.0, 5.0],
            [-2.0, 0.5],
        ),
        "two sums": _run(
            [None, None, None, ("*", 0, 1), ("+", 3, 1), ("*", 2, 0), ("+", 4, 5)],
            [2.0, 1.0],
            [-1.0, 4.0],
            [3.0, 0.5],
        ),
    },
    wrong=[
        Wrong(
            _edited(lambda old, part: part),
            "The last part overwrites the others. At a fork the parts add, (4.1).",
        ),
        Wrong(
            _edited(np.add, swap=False),
            "A product hands each factor its own value. It swaps them: a gets b, and b gets a.",
        ),
        Wrong(
            _edited(np.add, order=iter),
            "It runs from the first value to the last. Nothing has arrived there yet: last first.",
        ),
        Wrong(
            _edited(lambda old, part: (old + part) / np.where(old == 0, 1, 2)),
            "Where parts meet you take their mean. They add.",
        ),
    ],
    witness=_by_complex_steps,
    draw=_draw_tape,
    hints=[
        "Which tapes does it get wrong? Look for a sum one of whose inputs is used once more.",
        "A sum hands one and the same array to both of its inputs. What does `+=` do to an array "
        "that has two names?",
    ],
    test_hints=[
        "Build tapes of three or four lines by hand: a product, a sum, and a sum with one input "
        "that is used again, such as x y + y.",
        "Compare with gradients that you know: of the sum of x y + y they are y at x and x + 1 at "
        "y, and 1 at the product.",
    ],
    why="`+=` changes an array in place, and a sum has given the same array to two places, or kept "
    "it as its own gradient. `gradients[m] = gradients[m] + part` makes a new one.",
)


# 10.7 -----------------------------------------------------------------------------------------


def default_weight(U):
    """Return weights as PyTorch draws them unless told otherwise.

    U holds uniform numbers from [0, 1) in the shape of the weight: (k, d)
    of nn.Linear, or (C_out, C_in, kh, kw) of nn.Conv2d.
    """
    fan_in = np.prod(U.shape[1:])
    limit = 1 / np.sqrt(fan_in)
    return (2 * U - 1) * limit


def _by_kaiming(U):
    """By the rule that PyTorch calls: gain of a leaky ReLU of slope sqrt 5, uniform."""
    fan_in = U[0].size
    gain = np.sqrt(2 / (1 + np.sqrt(5) ** 2))
    std = gain / np.sqrt(fan_in)
    low, high = -np.sqrt(3) * std, np.sqrt(3) * std
    return low + (high - low) * U


def _draw_uniform(rng):
    axes = rng.choice([2, 4])
    return (rng.random(rng.choice(np.arange(2, 7), axes, replace=False)),)


def _limited(limit):
    return lambda U: (2 * U - 1) * limit(U)


DEFAULT = Exercise(
    id="10.7",
    title="PyTorch's first weights",
    solution=default_weight,
    probes={
        "four inputs, two units": (np.array([[0.0, 0.25, 0.5, 0.75], [1.0, 0.5, 0.9, 0.1]]),),
        "nine inputs, one unit": (np.linspace(0, 1, 9, endpoint=False)[None],),
        "kernels": (np.random.default_rng(1).random((2, 3, 4, 5)),),
        "a square": (np.random.default_rng(2).random((3, 3)),),
    },
    wrong=[
        Wrong(
            _limited(lambda U: 1 / np.sqrt(U.shape[0])),
            "The first axis holds the units. The limit comes from the inputs: all other axes.",
        ),
        Wrong(
            _limited(lambda U: 1 / np.sqrt(U.shape[1])),
            "For a dense layer it is right. A number of a convolution has C_in kh kw inputs.",
        ),
        Wrong(
            _limited(lambda U: np.sqrt(6 / U[0].size)),
            "That is Kaiming's rule for ReLU, sqrt(6 / n_in). PyTorch's default divides it by "
            "sqrt 6.",
        ),
        Wrong(
            _limited(lambda U: np.sqrt(6 / (U[0].size + U.size // U[0].size))),
            "That is Xavier's limit, this book's default.",
        ),
        Wrong(
            lambda U: U / np.sqrt(U[0].size),
            "No weight is negative: [0, 1) has to become an interval around 0.",
        ),
        Wrong(
            lambda U: (U - 0.5) / np.sqrt(U[0].size),
            "The interval is 1/sqrt(n_in) long. It should go so far to each side.",
        ),
        Wrong(
            _limited(lambda U: 1 / np.sqrt(3 * U[0].size)),
            "1/sqrt(3 n_in) is the standard deviation. The limit is sqrt 3 times as large.",
        ),
        Wrong(
            _limited(lambda U: 1 / U[0].size),
            "The limit is 1/n_in. Its root is missing.",
        ),
    ],
    witness=_by_kaiming,
    draw=_draw_uniform,
    hints=[
        "2 U - 1 lies in [-1, 1). How many inputs has one unit, or one number of a convolution?",
        "`np.prod(U.shape[1:])` counts them.",
    ],
    why="The limit is 1/sqrt(n_in), so the variance is 1/(3 n_in), (10.10).",
)


# 10.8 -----------------------------------------------------------------------------------------


def both_forms(w, gradients, rates, mu):
    """Return where momentum ends in PyTorch's form, and in the other.

    gradients[t] and rates[t] belong to step t. PyTorch: v <- mu v + g,
    w <- w - rate v. The other: u <- mu u - rate g, w <- w + u.
    """
    ours, theirs = w, w
    v = u = 0
    for g, rate in zip(gradients, rates, strict=True):
        v = mu * v + g
        ours = ours - rate * v
        u = mu * u - rate * g
        theirs = theirs + u
    return ours, theirs


def _as_sums(w, gradients, rates, mu):
    """Written out: step t holds mu^(t - s) g_s, times the rate of t, or that of s."""
    steps = range(len(gradients))
    ours, theirs = np.array(w, float), np.array(w, float)
    for t in steps:
        for s in range(t + 1):
            ours -= rates[t] * mu ** (t - s) * gradients[s]
            theirs -= rates[s] * mu ** (t - s) * gradients[s]
    return ours, theirs


def _draw_walk(rng):
    T = int(rng.integers(2, 6))
    return rng.normal(size=3), rng.normal(size=(T, 3)), rng.uniform(0.01, 0.5, T), 0.8


def _forms(step):
    """A wrong answer: another step."""

    def run(w, gradients, rates, mu):
        state = [w, w, 0.0 * w, 0.0 * w]
        for g, rate in zip(gradients, rates, strict=True):
            state = step(*state, g, rate, mu)
        return state[0], state[1]

    return run


def _in_place(w, gradients, rates, mu):
    ours = theirs = np.array(w, float)
    v, u = np.zeros_like(ours), np.zeros_like(ours)
    for g, rate in zip(gradients, rates, strict=True):
        v = mu * v + g
        ours -= rate * v
        u = mu * u - rate * g
        theirs += u
    return ours, theirs


FORMS = Exercise(
    id="10.8",
    title="two kinds of momentum",
    solution=both_forms,
    probes={
        "two steps, the rate falls": (
            np.array([1.0]),
            np.array([[1.0], [0.0]]),
            np.array([0.1, 0.01]),
            0.9,
        ),
        "one rate": (np.array([1.0, 2.0]), _drawn(3, 2), np.array([0.1, 0.1, 0.1]), 0.5),
        "rates that rise and fall": (
            np.array([0.5, -1.0]),
            _drawn(4, 2),
            np.array([0.1, 0.2, 0.05, 0.3]),
            0.9,
        ),
    },
    wrong=[
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a - r * (mu * v + g),
                    b - r * (mu * v + g),
                    mu * v + g,
                    u,
                )
            ),
            "Both are PyTorch's form. In the other one a gradient keeps the rate of its own step.",
        ),
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a + (mu * u - r * g),
                    b + (mu * u - r * g),
                    v,
                    mu * u - r * g,
                )
            ),
            "Both are the other form. PyTorch's v holds gradients alone; today's rate is taken of "
            "all of it.",
        ),
        Wrong(
            lambda w, gradients, rates, mu: _as_sums(w, gradients, rates, mu)[::-1],
            "Both are right, and exchanged: PyTorch's form first.",
        ),
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a - r * (mu * v + (1 - mu) * g),
                    b + (mu * u - r * g),
                    mu * v + (1 - mu) * g,
                    mu * u - r * g,
                )
            ),
            "You weight the new gradient by 1 - mu. PyTorch does so with `dampening=mu` only, "
            "which is 0 by default.",
        ),
        Wrong(
            _in_place,
            "`-=` and `+=` change an array in place, and both walks are one array. Write `ours = "
            "ours - rate * v`.",
        ),
        Wrong(
            lambda w, gradients, rates, mu: _as_sums(
                w, gradients, np.full(len(rates), rates[0]), mu
            ),
            "Every step takes the first rate. rates[t] belongs to step t.",
        ),
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a - r * (g + mu * (mu * v + g)),
                    b + (mu * u - r * g),
                    mu * v + g,
                    mu * u - r * g,
                )
            ),
            "The first walk looks ahead: rate times g + mu v is Nesterov's step. Here it is rate "
            "times v.",
        ),
        Wrong(
            _forms(lambda a, b, v, u, g, r, mu: (a - r * g, b - r * g, v, u)),
            "There is no momentum: what v and u remember is lost.",
        ),
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a - r * v,
                    b + u,
                    mu * v + g,
                    mu * u - r * g,
                )
            ),
            "The step is made with the old v and u. Renew them first.",
        ),
        Wrong(
            _forms(
                lambda a, b, v, u, g, r, mu: (
                    a - r * (mu * v + g),
                    b + r * (mu * u - r * g),
                    mu * v + g,
                    mu * u - r * g,
                )
            ),
            "In the other form u holds the rate already; it is taken once more.",
        ),
    ],
    witness=_as_sums,
    draw=_draw_walk,
    hints=[
        "Two weights and two memories, v and u, all in one loop; both memories start at 0.",
        "`v = mu * v + g`, then `ours = ours - rate * v`. And u?",
    ],
    why="With one rate, u = -rate v, and the walks are one. When the rate falls, PyTorch's whole "
    "memory slows down at once; the other's runs out.",
)


# 10.9 -----------------------------------------------------------------------------------------


def batch_norm(X, mean, var, momentum):
    """Return Y, and the new running mean and variance, of nn.BatchNorm2d.

    X is (n, C, h, w), in training; mean and var are (C,). gamma is 1, beta
    is 0, and eps is 1e-5.
    """
    rows = X.transpose(0, 2, 3, 1).reshape(-1, X.shape[1])
    m = len(rows)
    center, spread = rows.mean(axis=0), rows.var(axis=0)
    Y = (X - center[:, None, None]) / np.sqrt(spread[:, None, None] + 1e-5)
    mean = (1 - momentum) * mean + momentum * center
    var = (1 - momentum) * var + momentum * spread * m / (m - 1)
    return Y, mean, var


def _by_nnlib(X, mean, var, momentum):
    layer = BatchNorm(momentum=momentum)
    layer.forward(np.zeros((2, X.shape[1])), training=False)
    layer.state = {"mean": mean[None].copy(), "var": var[None].copy()}
    Y = layer.forward(X.transpose(0, 2, 3, 1))
    return Y.transpose(0, 3, 1, 2), layer.state["mean"][0], layer.state["var"][0]


def _norm(ddof=(0, 1), keep=lambda p: 1 - p, axes=(0, 2, 3)):
    """A wrong answer: other variances, another weight of the old, or other axes."""

    def run(X, mean, var, momentum):
        center = X.mean(axis=axes, keepdims=True)
        m = X.size // center.size
        spread = X.var(axis=axes, keepdims=True)
        inside, running = (spread * (m / (m - 1) if d else 1) for d in ddof)
        Y = (X - center) / np.sqrt(inside + 1e-5)
        old = keep(momentum)
        flat = (
            T.reshape(-1) if T.size == len(mean) else np.resize(T, len(mean))
            for T in (center, running)
        )
        one, two = flat
        return Y, old * mean + (1 - old) * one, old * var + (1 - old) * two

    return run


def _draw_maps_for_norm(rng):
    n, C, h, w = rng.choice(np.arange(2, 6), 4, replace=False)
    return rng.normal(size=(n, C, h, w)), rng.normal(size=C), rng.uniform(0.5, 2, C), 0.3


BATCH_NORM = Exercise(
    id="10.9",
    title="two variances in one layer",
    solution=batch_norm,
    probes={
        "one channel, two numbers": (
            np.array([1.0, 3.0]).reshape(2, 1, 1, 1),
            np.zeros(1),
            np.ones(1),
            0.1,
        ),
        "two channels": (_drawn(3, 2, 1, 2), np.zeros(2), np.ones(2), 0.1),
        "all sizes differ": (_drawn(2, 3, 4, 5), _drawn(3), np.array([0.5, 1.0, 2.0]), 0.25),
        "as many samples as channels": (_drawn(3, 3, 2, 2), _drawn(3), np.ones(3), 0.1),
    },
    wrong=[
        Wrong(
            _norm(ddof=(0, 0)),
            "Y is right. The running variance is PyTorch's with m - 1 instead of m.",
        ),
        Wrong(
            _norm(ddof=(1, 1)),
            "The running variance is right. Y is made with m, not m - 1.",
        ),
        Wrong(
            _norm(ddof=(1, 0)),
            "The two variances are exchanged: Y takes the one with m, the running one has m - 1.",
        ),
        Wrong(
            lambda X, mean, var, momentum: (
                *_by_nnlib(X, mean, var, momentum)[:2],
                (1 - momentum) * var + momentum * X.var(axis=(0, 2, 3)) * len(X) / (len(X) - 1),
            ),
            "For m you take the number of samples. A channel has n h w numbers.",
        ),
        Wrong(
            _norm(keep=lambda p: p),
            "Here momentum is the weight of the *new* value, 0.1 by default. You give it to the "
            "old one, as Keras does.",
        ),
        Wrong(
            _norm(keep=lambda p: 0.0),
            "The running values are those of this batch alone. They are averages over batches.",
        ),
        Wrong(
            _norm(axes=(0,)),
            "Mean and variance are taken over the samples only, for each pixel. Each channel has "
            "one mean, over samples and pixels.",
        ),
        Wrong(
            lambda X, mean, var, momentum: (
                (X - mean[:, None, None]) / np.sqrt(var[:, None, None] + 1e-5),
                *_by_nnlib(X, mean, var, momentum)[1:],
            ),
            "Y is made with the running values. That is prediction; in training it takes those of "
            "the batch.",
        ),
        Wrong(
            lambda X, mean, var, momentum: (
                (X - X.mean(axis=(0, 2, 3), keepdims=True))
                / (X.std(axis=(0, 2, 3), keepdims=True) + 1e-5),
                *_by_nnlib(X, mean, var, momentum)[1:],
            ),
            "eps stands outside the root. It is added to the variance.",
        ),
    ],
    witness=_by_nnlib,
    draw=_draw_maps_for_norm,
    hints=[
        "Each channel has m = n h w numbers. Over which axes is the mean?",
        "`X.var(axis=(0, 2, 3))` divides by m; times m / (m - 1) it is the other one.",
    ],
    why="The batch is normalized by its own variance, which divides by m. What is kept for "
    "prediction estimates the variance of all data; for independent numbers m - 1 makes that "
    "estimate unbiased.",
)


# 10.10 ----------------------------------------------------------------------------------------


def whole_gradient(gradients, counts):
    """Return the gradient of the mean loss over all samples.

    gradients[k] is the gradient of the mean loss over the counts[k] samples
    of worker k.
    """
    pairs = zip(gradients, counts, strict=True)
    parts = [count * dW for dW, count in pairs]
    return sum(parts) / sum(counts)


def _sample_by_sample(gradients, counts):
    """As if each worker had written its mean once for each of its samples."""
    rows = [dW for dW, count in zip(gradients, counts, strict=True) for _ in range(count)]
    return np.mean(rows, axis=0)


def _draw_workers(rng):
    K = int(rng.integers(2, 5))
    counts = [int(c) for c in rng.choice(np.arange(1, 9), K, replace=False)]
    return list(rng.normal(size=(K, 2, 3))), counts


WORKERS = Exercise(
    id="10.10",
    title="the gradient of all workers",
    solution=whole_gradient,
    probes={
        "one sample and three": ([np.array([4.0]), np.array([0.0])], [1, 3]),
        "equal parts": ([np.array([1.0, 2.0]), np.array([3.0, -2.0])], [2, 2]),
        "three workers": (list(_drawn(3, 2, 3)), [5, 1, 2]),
        "one worker": ([np.array([[1.0, -2.0]])], [4]),
    },
    wrong=[
        Wrong(
            lambda gradients, counts: np.mean(gradients, axis=0),
            "That is what DistributedDataParallel does, and right for equal parts. A worker with "
            "fewer samples has less to say.",
        ),
        Wrong(
            lambda gradients, counts: np.sum(gradients, axis=0),
            "That is the sum of means: with K workers it is K times too large.",
        ),
        Wrong(
            lambda gradients, counts: np.sum(gradients, axis=0) / np.sum(counts),
            "Each gradient is a mean already. Dividing by the samples needs their sums: multiply "
            "by the counts first.",
        ),
        Wrong(
            lambda gradients, counts: (
                np.sum([c * g for g, c in zip(gradients, counts, strict=True)], axis=0)
                / len(counts)
            ),
            "The sums over the samples are divided by the number of workers. Divide by that of the "
            "samples.",
        ),
        Wrong(
            lambda gradients, counts: np.sum(
                [c * g for g, c in zip(gradients, counts, strict=True)], axis=0
            ),
            "That is the gradient of the sum. The loss is a mean: divide by all samples.",
        ),
        Wrong(
            lambda gradients, counts: np.average(gradients, axis=0, weights=1 / np.array(counts)),
            "The weights are upside down: a worker with many samples counts for more.",
        ),
    ],
    witness=_sample_by_sample,
    draw=_draw_workers,
    hints=[
        "From a mean back to a sum: what do you multiply by?",
        "Add up the sums, then divide by the number of all samples.",
    ],
    why="With equal parts it is the plain mean, (10.12).",
)

EXERCISES = [
    TO_TORCH,
    BEHIND_FLATTEN,
    LOGITS_OF,
    UNBROADCAST,
    MATMUL,
    TAPE,
    DEFAULT,
    FORMS,
    BATCH_NORM,
    WORKERS,
]
