"""Missions: a network in trouble, what to reach, and how the playground knows that it is reached.

A check looks at the session alone: at what was measured, at the network, at the code that made
it. It returns whether the mission is done, and one sentence on how far it is. What has to be kept
from one run to the next lies in `memory`. Each mission has an answer: tests solve it by that, and
see that doing nothing doesn't.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nnlib
from nnlib.teaching.play.engine import Session
from nnlib.teaching.play.settings import Settings, code, complete

Memory = dict[str, Any]
Verdict = tuple[bool, str]


@dataclass
class Watch:
    """What a check may look at: the session, how its code differs from the start, the memory."""

    session: Session
    changes: int
    memory: Memory = field(default_factory=dict)

    @property
    def hidden(self) -> list[nnlib.Layer]:
        """The hidden layers that multiply by weights."""
        layers = [layer for layer in self.session.network.layers if "W" in layer.parameters]
        return layers[:-1]

    @property
    def units(self) -> int:
        """How many hidden units there are."""
        return sum(layer.parameters["W"].shape[-1] for layer in self.hidden)


@dataclass(frozen=True)
class Mission:
    """A task of one chapter; `start` are the knobs it begins with, `edit` changes their code.

    `answer` are knobs that solve it within `epochs` epochs; where code has to be written,
    `answer_edit` is what becomes of the code. `first`, if given, are knobs to be run before.
    """

    id: str
    chapter: int
    title: str
    task: str
    lesson: str
    start: Mapping[str, str]
    hints: tuple[str, ...]
    check: Callable[[Watch], Verdict]
    answer: Mapping[str, str] = field(default_factory=dict)
    epochs: int = 60
    edit: tuple[tuple[str, str], ...] = ()
    answer_edit: tuple[tuple[str, str], ...] = ()
    first: Mapping[str, str] = field(default_factory=dict)
    target: Mapping[str, str] = field(default_factory=dict)

    def code(self) -> str:
        """Return the code that the mission begins with."""
        return _edited(code(self.start), self.edit)

    def answer_code(self) -> str:
        """Return code that solves the mission."""
        return _edited(_edited(code({**self.start, **self.answer}), self.edit), self.answer_edit)


def _edited(text: str, edits: tuple[tuple[str, str], ...]) -> str:
    for old, new in edits:
        if old not in text:
            raise ValueError(f"expected {old!r} in the code of a mission")
        text = text.replace(old, new)
    return text


def changes(mission: Mission, text: str, settings: Settings | None) -> int:
    """Count what was changed: knobs, or, in code that was edited, different replacements."""
    if settings is not None and not mission.edit:
        start = complete(mission.start)
        return sum(value != start[name] for name, value in complete(settings).items())
    found = set()
    before, after = (re.findall(r"\w+(?:\.\w+)*|\S", t) for t in (mission.code(), text))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            found.add((tuple(before[i:j]), tuple(after[k:m])))
    return len(found)


# --- What the checks have in common.


def _right(w: Watch, least: float, on: str = "test") -> Verdict:
    share = w.session.last.test_accuracy if on == "test" else w.session.last.accuracy
    where = "test points" if on == "test" else "training points"
    if math.isnan(share):
        return False, "This mission is about classes, and this network has none."
    # Truncated, so that no 94.6 % is shown as 95 % and refused.
    told = f"{math.floor(1000 * share) / 10:g} % of the {where} are right; "
    told += f"{100 * least:g} % are wanted."
    return share >= least, told


def _one_change(w: Watch, verdict: Verdict) -> Verdict:
    if w.changes > 1:
        return False, f"You have changed {w.changes} things. One is enough; take back the others."
    return verdict


def _few_units(w: Watch) -> Verdict:
    if w.units > 4:
        return False, f"There are {w.units} hidden units; four are allowed."
    return _right(w, 0.9)


def _bend(w: Watch) -> Verdict:
    return _one_change(w, _right(w, 0.93))


def _ten_layers(w: Watch) -> Verdict:
    if len(w.hidden) < 10:
        return False, f"{len(w.hidden)} hidden layers are left. Keep all ten."
    return _one_change(w, _right(w, 0.9, "training"))


def _kill_and_save(w: Watch) -> Verdict:
    layers = [s for s in w.session.stats if not math.isnan(s.dead)]
    if not layers:
        return False, "There is no ReLU in this network."
    worst = max(s.dead for s in layers)
    if worst == 1:
        w.memory["killed"] = True
        return False, "A whole layer is dead. Now save it: change what killed it, and press Play."
    if not w.memory.get("killed"):
        alive = min(round((1 - s.dead) * s.units) for s in layers)
        return False, f"First kill a whole layer. In the sickest one {alive} units are alive."
    if worst > 0.25:
        return False, f"In one layer {100 * worst:.0f} % are dead; a quarter is allowed."
    return _right(w, 0.9)


def _twins(w: Watch) -> Verdict:
    return _one_change(w, _right(w, 0.9))


def _at_chance(w: Watch) -> Verdict:
    first = w.session.evaluations[0].loss
    if len(w.hidden) < 3:
        return False, "Keep three hidden layers."
    if not abs(first / math.log(10) - 1) <= 0.05:
        return False, (
            f"The loss before the first step is {first:.3g}; ln 10 is {math.log(10):.2f}, "
            "and 5 % beside it is near enough."
        )
    done, told = _right(w, 0.85)
    return done, f"It begins at {first:.3g}, near ln 10. " + told


def _own_layers(w: Watch) -> list[nnlib.Layer]:
    layers = w.session.network.layers
    return [a for a in layers if not type(a).__module__.startswith("nnlib.")]


def _gradient_right(w: Watch) -> Verdict:
    if not any(layer.parameters for layer in _own_layers(w)):
        return False, "The layer of your own, with its parameters, has to stay in the network."
    key = str(w.session.step // 200)
    if w.memory.get("at") != [w.session.code, key]:
        w.memory.update({"at": [w.session.code, key], "error": w.session.gradient_error()})
    if not w.memory["error"] < 1e-5:
        return False, (
            "Against central differences the gradients are wrong: "
            f"the worst mismatch is {w.memory['error']:.1g}."
        )
    done, told = _right(w, 0.9)
    return done, "The gradients agree with central differences. " + told


def _sure_and_wrong(w: Watch) -> Verdict:
    if w.session.classes != 2 or not w.session.classifies:
        return False, "Stay with two classes."
    now, chance = w.session.last, math.log(2)
    done = now.test_loss > chance and now.test_accuracy >= 0.8
    return done, (
        f"The test loss is {now.test_loss:.2g}, above {chance:.2f} is wanted; "
        f"{math.floor(100 * now.test_accuracy)} % are right, 80 % are wanted."
    )


def _few_parameters(w: Watch) -> Verdict:
    if w.session.X.shape[1:] != (8, 8, 1):
        return False, "This mission is about the digits."
    if w.session.parameters > 1500:
        return False, f"There are {w.session.parameters:,} parameters; 1,500 are allowed."
    return _right(w, 0.985)


def _by_heart(w: Watch) -> Verdict:
    if len(w.session.X) < 20:
        return False, "Keep all twenty points."
    loss = w.session.last.loss
    return loss < 0.01, f"The training loss is {loss:.2g}; below 0.01 is wanted."


def _quiet(w: Watch) -> Verdict:
    losses = [loss for _, loss in w.session.batch_losses][-200:]
    if w.session.network.optimizer.learning_rate != 0.1:
        return False, "Leave the learning rate where it is."
    if len(losses) < 200:
        return _one_change(w, (False, f"{len(losses)} steps. Judged are the last 200."))
    jump = float(np.mean(np.abs(np.diff(losses))) / np.mean(losses))
    told = f"From batch to batch the loss jumps by {jump:.2g} of its mean; below 0.25 is wanted. "
    done, right = _right(w, 0.8)
    return _one_change(w, (done and jump < 0.25, told + right))


SICK_EPOCHS = (2, 5, 10, 15, 20)


def losses_at(session: Session, epochs: tuple[int, ...]) -> list[float]:
    """Return the training loss at each of the epochs, NaN before it is reached."""
    steps = [e.step for e in session.evaluations]
    losses = [e.loss for e in session.evaluations]
    per_epoch = session.steps_per_epoch
    ends = (epoch * per_epoch for epoch in epochs)
    return [float(np.interp(e, steps, losses)) if e <= steps[-1] else math.nan for e in ends]


_targets: dict[str, list[float]] = {}


def target(mission: Mission, epochs: int = 30) -> list[float]:
    """Return the loss at each epoch of the run that a mission asks to reproduce."""
    if mission.id not in _targets:
        session = Session(code({**mission.start, **mission.target}))
        for _ in range(epochs):
            session.advance(session.steps_per_epoch)
        _targets[mission.id] = [e.loss for e in session.evaluations]
    return _targets[mission.id]


def _same_curve(w: Watch) -> Verdict:
    wanted = target(BY_ID["sick-curve"])
    found = losses_at(w.session, SICK_EPOCHS)
    near = [abs(f / wanted[e] - 1) <= 0.05 for f, e in zip(found, SICK_EPOCHS, strict=True)]
    far = [e for e, ok in zip(SICK_EPOCHS, near, strict=True) if not ok]
    if not far:
        return True, "Within 5 % of the curve at epochs 2, 5, 10, 15 and 20."
    if math.isnan(found[SICK_EPOCHS.index(far[0])]):
        return False, f"So far it is the curve; train until epoch {far[-1]}."
    at = far[0]
    return False, (
        f"At epoch {at} your loss is {found[SICK_EPOCHS.index(at)]:.3g}, "
        f"that of the curve {wanted[at]:.3g}. Within 5 % is near enough."
    )


def _early(w: Watch, least: float, epochs: int) -> Verdict:
    # Judged by the whole run, so that it can be met once and stays met.
    end = epochs * w.session.steps_per_epoch
    best = max((e.accuracy for e in w.session.evaluations if e.step <= end), default=0.0)
    if best >= least:
        return True, f"{best:.0%} of the training points were right by epoch {epochs}."
    told = f"{math.floor(100 * best)} % of the training points are right, {100 * least:g} % by "
    told += f"epoch {epochs} are wanted."
    return False, told + (" Press Reset and try again." if w.session.step >= end else "")


def _other_optimizer(w: Watch) -> Verdict:
    if w.session.network.optimizer.learning_rate != 0.01:
        return False, "Leave the learning rate at 0.01."
    return _one_change(w, _early(w, 0.95, 30))


def _too_long(w: Watch) -> Verdict:
    if w.session.network.optimizer.learning_rate != 0.3:
        return False, "Leave the learning rate at 0.3."
    return _one_change(w, _right(w, 0.95))


def _gap(w: Watch) -> Verdict:
    if len(w.session.X) != 60 or w.units != 128:
        return False, "Leave the sixty points and the 128 hidden units as they are."
    if w.session.epoch < 100:
        return False, f"Epoch {w.session.epoch:.3g}. Judged is from epoch 100 on."
    loss = w.session.last.test_loss
    return loss < 0.55, f"The test loss is {loss:.2f}; below 0.55 from epoch 100 on is wanted."


def _normalized(w: Watch) -> Verdict:
    if len(w.hidden) < 6 or not all(
        isinstance(getattr(layer, "weight_init", None), nnlib.Normal) and layer.weight_init.std == 1  # type: ignore[attr-defined]
        for layer in w.hidden
    ):
        return False, "Keep six layers that begin with a standard deviation of 1."
    return _one_change(w, _right(w, 0.9))


_DENSE = '''

class Dense(nnlib.Layer):
    """Y = relu(Z), Z = X W + b."""

    def __init__(self, n_out):
        super().__init__("relu")
        self.n_out = n_out

    def forward(self, X, training=True):
        if not self.parameters:
            shape = (X.shape[1], self.n_out)
            W = self.rng.normal(0, np.sqrt(2 / X.shape[1]), shape)
            self.build(W=W, b=np.zeros((1, self.n_out)))
        Z = X @ self.parameters["W"] + self.parameters["b"]
        if training:
            self.cache = {"X": X, "Z": Z}
        return self.activation.forward(Z)

    def backward(self, dY, need_dX=True):
        X, Z = self.cache["X"], self.cache["Z"]
        dZ = self.activation.backward(Z, dY)
        dW = X.T @ dY
        db = dZ.sum(axis=0, keepdims=True)
        self.gradients = {"W": dW, "b": db}
        return dZ @ self.parameters["W"].T


network'''

_SCALE = '''

class Scale(nnlib.Layer):
    """Y = X * g: each column has a factor g of its own, shape (1, d)."""

    def forward(self, X, training=True):
        if not self.parameters:
            self.build(g=np.ones((1, X.shape[1])))
        if training:
            self.cache = {"X": X}
        return X * self.parameters["g"]

    def backward(self, dY, need_dX=True):
        X, g = self.cache["X"], self.parameters["g"]
        self.gradients = {"g": ...}
        return ...


network'''

_LINES = '        nnlib.FullyConnected(16, "relu", "kaiming_uniform"),\n'

MISSIONS: tuple[Mission, ...] = (
    Mission(
        id="xor",
        chapter=1,
        title="Part what no line parts",
        task=(
            "This network has no hidden layer, and XOR is not learned. Get 90 % of the test "
            "points right with at most four hidden units."
        ),
        lesson="data",
        start={"data": "xor", "layers": "", "activation": "tanh", "noise": "0.1", "rate": "0.03"},
        hints=(
            "A unit draws one line. How many lines does it take to cut out two opposite corners?",
            "Press + under hidden layers, and give the layer four units.",
        ),
        check=_few_units,
        answer={"layers": "4"},
        epochs=100,
    ),
    Mission(
        id="three-that-are-one",
        chapter=1,
        title="Three layers that are one",
        task=(
            "Three hidden layers, and still one straight line. Make the border bend, by one "
            "change, until 93 % of the test points are right."
        ),
        lesson="layers",
        start={"data": "moons", "layers": "8-8-8", "activation": "linear"},
        hints=(
            "What is the product of four matrices?",
            "Something has to stand between the matrices that is no matrix.",
        ),
        check=_bend,
        answer={"activation": "relu"},
    ),
    Mission(
        id="ten-sigmoids",
        chapter=2,
        title="Ten layers of sigmoids",
        task=(
            "It does not train. Find out why: look at the gradients, layer by layer. Then mend "
            "it with one change, and keep the ten layers. 90 % of the training points count."
        ),
        lesson="gradient",
        start={
            "data": "moons",
            "layers": "-".join(["8"] * 10),
            "activation": "sigmoid",
            "init": "xavier",
            "optimizer": "sgd",
            "rate": "0.1",
        },
        hints=(
            "Compare the gradient of layer 1 with that of the last layer. How many powers of ten?",
            "The slope of a sigmoid is at most 1/4, and there are ten of them on the way back.",
            "Take an activation whose slope comes near 1.",
        ),
        check=_ten_layers,
        answer={"activation": "tanh"},
        epochs=120,
    ),
    Mission(
        id="dead",
        chapter=2,
        title="Kill a layer, then save it",
        task=(
            "First make all units of a hidden layer dead, with any knob: then nothing below it "
            "learns. After that, find settings that leave at most a quarter dead in each layer, "
            "and get 90 % of the test points right."
        ),
        lesson="dead",
        start={"optimizer": "sgd", "rate": "0.1"},
        hints=(
            "A step that is far too long pushes what all samples share below 0.",
            "Try a learning rate of 10. When a layer is dead, set the rate back and play again.",
        ),
        check=_kill_and_save,
        first={"rate": "10"},
        answer={"rate": "0.1"},
        epochs=150,
    ),
    Mission(
        id="twins",
        chapter=3,
        title="Thirty-two twins",
        task=(
            "All units of a layer do the same: look at their pictures. Part them by one change, "
            "until 90 % of the test points are right."
        ),
        lesson="spread",
        start={"init": "constant", "activation": "tanh"},
        hints=(
            "What tells two units of a layer apart before the first step?",
            "Equal weights get equal gradients. Only the first weights can be different.",
        ),
        check=_twins,
        answer={"init": "xavier"},
    ),
    Mission(
        id="chance",
        chapter=3,
        title="Begin at chance",
        task=(
            "An untrained reader of ten digits should lose ln 10 = 2.30. This one begins far "
            "above. Bring its first loss within 5 % of ln 10, keep three hidden layers, and read "
            "85 % of the test digits."
        ),
        lesson="spread",
        start={"data": "digits", "layers": "32-32-32", "init": "large", "rate": "0.003"},
        hints=(
            "With a standard deviation of 1, each layer multiplies what it gets.",
            "The mean square of a sum is the number of terms times their variance. Which start "
            "divides by the number of terms?",
        ),
        check=_at_chance,
        answer={"init": "lecun"},
        epochs=60,
    ),
    Mission(
        id="broken-backward",
        chapter=4,
        title="A backward pass with a fault",
        task=(
            "The layer Dense in the code learns something, and its gradient is wrong. Find the "
            "line and mend it. The playground compares with central differences."
        ),
        lesson="backward",
        start={"layers": "16-16"},
        edit=(
            ("\nnetwork", _DENSE),
            (_LINES, "        Dense(16),\n"),
        ),
        hints=(
            "Which two gradients does the layer make from dZ, and which not?",
            "dW = X^T dZ: the weights are moved through the activation too.",
        ),
        check=_gradient_right,
        answer_edit=(("X.T @ dY", "X.T @ dZ"),),
    ),
    Mission(
        id="half-a-layer",
        chapter=4,
        title="The other half of a layer",
        task=(
            "Scale multiplies each column by a factor that is learned. Its forward pass is "
            "there; write the backward pass: the gradient of g, (1, d), and dX."
        ),
        lesson="backward",
        start={"layers": "16-16"},
        edit=(("\nnetwork", _SCALE), (_LINES, _LINES + "        Scale(),\n")),
        hints=(
            "One g serves all rows: its gradient is a sum over the rows.",
            "dg adds up dY * X over the rows, keepdims=True. dX is dY times g.",
        ),
        check=_gradient_right,
        answer_edit=(
            ('{"g": ...}', '{"g": (dY * X).sum(axis=0, keepdims=True)}'),
            ("return ...", "return dY * g"),
        ),
    ),
    Mission(
        id="sure-and-wrong",
        chapter=5,
        title="Sure, and wrong",
        task=(
            "Who says 50 % everywhere loses ln 2 = 0.69. Make a network that loses more on the "
            "test points, and gets 80 % of them right all the same."
        ),
        lesson="loss",
        start={"data": "moons", "noise": "0.3", "layers": "3"},
        hints=(
            "A point that is wrong with probability 0.999 costs 6.9, ten times ln 2.",
            "Few and noisy points, many units, many epochs: it becomes sure of what it has seen.",
        ),
        check=_sure_and_wrong,
        answer={"n": "60", "layers": "64-64", "noise": "0.3", "rate": "0.03"},
        epochs=400,
    ),
    Mission(
        id="few-parameters",
        chapter=6,
        title="Read with 1,500 numbers",
        task=(
            "Read 98.5 % of the test digits with a network of at most 1,500 parameters. This one "
            "has 1,210, and stays below."
        ),
        lesson="convolution",
        start={"data": "digits", "layers": "16", "n": "1000", "batch": "64"},
        hints=(
            "How many parameters has a kernel of 3 x 3, and how often is it used?",
            "Eight kernels first, then no hidden layer at all. A rate of 0.03 does it sooner.",
        ),
        check=_few_parameters,
        answer={"conv": "8", "layers": "", "rate": "0.03"},
        epochs=40,
    ),
    Mission(
        id="twenty",
        chapter=7,
        title="Twenty points by heart",
        task=(
            "The second check before a long run: a network that can't learn twenty points by "
            "heart has a fault. Bring the training loss below 0.01."
        ),
        lesson="ratio",
        start={
            "data": "moons",
            "n": "20",
            "noise": "0.3",
            "layers": "2",
            "decay": "0.1",
            "rate": "0.003",
        },
        hints=(
            "What pulls the weights back while you want them to grow?",
            "No weight decay; more units; a larger rate; some hundred epochs.",
        ),
        check=_by_heart,
        answer={"decay": "0", "layers": "16-16", "rate": "0.03"},
        epochs=400,
    ),
    Mission(
        id="noise",
        chapter=7,
        title="A quieter curve",
        task=(
            "The loss jumps from batch to batch. Bring the jumps below a quarter of the mean loss, "
            "with one change, at the same learning rate, and with 80 % of the test points right."
        ),
        lesson="noise",
        start={"data": "moons", "optimizer": "sgd", "rate": "0.1", "batch": "1"},
        hints=(
            "The noise is that of a mean over the batch. Of how many samples?",
            "Four times the samples, half the noise.",
        ),
        check=_quiet,
        answer={"batch": "all"},
        epochs=220,
    ),
    Mission(
        id="sick-curve",
        chapter=7,
        title="Reproduce this sick curve",
        task=(
            "The gray curve belongs to a patient: this network and these points, and one knob "
            "of the training turned. Find it. Yours has to stay within 5 % of the curve."
        ),
        lesson="ratio",
        start={"optimizer": "sgd", "rate": "0.1"},
        target={"decay": "0.1"},
        hints=(
            "It falls for two epochs. Then the training loss rises, to ln 3 = 1.10: what knows "
            "nothing loses as much.",
            "Something pulls all weights towards 0, and wins.",
        ),
        check=_same_curve,
        answer={"decay": "0.1"},
        epochs=21,
    ),
    Mission(
        id="other-optimizer",
        chapter=8,
        title="Same rate, other steps",
        task=(
            "At a learning rate of 0.01 this network has learned little after 30 epochs. Get 95 % "
            "of the training points right by then, with one change that is not the rate."
        ),
        lesson="loop",
        start={"optimizer": "sgd", "rate": "0.01"},
        hints=(
            "The same rate means another length of step in another optimizer.",
            "Adam divides each gradient by its own size.",
        ),
        check=_other_optimizer,
        answer={"optimizer": "adam"},
        epochs=31,
    ),
    Mission(
        id="steps-too-long",
        chapter=8,
        title="A rate that is not a rate",
        task=(
            "0.3 is too much for Adam here. Is 0.3 too much? Get 95 % of the test points right "
            "with one change, and leave the rate alone."
        ),
        lesson="optimizer",
        start={"optimizer": "adam", "rate": "0.3"},
        hints=(
            "Adam divides a gradient by its size: a small one makes no smaller step.",
            "Where the gradient itself is small, a rate of 0.3 makes small steps.",
        ),
        check=_too_long,
        answer={"optimizer": "sgd"},
        epochs=150,
    ),
    Mission(
        id="gap",
        chapter=9,
        title="Close the gap",
        task=(
            "Sixty noisy points and 128 units: the training loss falls, the test loss rises. "
            "From epoch 100 on, hold the test loss below 0.55; points and units stay."
        ),
        lesson="split",
        start={"data": "moons", "n": "60", "noise": "0.5", "layers": "64-64"},
        hints=(
            "What makes large weights expensive?",
            "Try weight decay in steps of ten, or dropout.",
        ),
        check=_gap,
        answer={"decay": "0.01"},
        epochs=110,
    ),
    Mission(
        id="loud-start",
        chapter=9,
        title="A loud start, turned down",
        task=(
            "Six layers that begin with a standard deviation of 1. Leave that as it is, and get "
            "90 % of the test points right, with one change."
        ),
        lesson="norm",
        start={
            "data": "moons",
            "layers": "-".join(["16"] * 6),
            "init": "large",
            "optimizer": "sgd",
            "rate": "0.1",
        },
        hints=(
            "Where is the size of what a layer hands on set right, whatever its weights are?",
            "Batch normalization divides by the standard deviation of the batch.",
        ),
        check=_normalized,
        answer={"norm": "yes"},
        epochs=100,
    ),
)
BY_ID = {mission.id: mission for mission in MISSIONS}


def look(
    mission: Mission, session: Session, settings: Settings | None, memory: Memory
) -> dict[str, Any]:
    """Judge a session: {"done", "text"}; `settings` is None where the code was edited."""
    watch = Watch(session, changes(mission, session.code, settings), memory)
    if session.diverged and mission.id != "dead":
        return {"done": False, "text": "The loss is no number any more. Press Reset."}
    done, text = mission.check(watch)
    return {"done": bool(done), "text": text}
