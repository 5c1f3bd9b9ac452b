"""The knobs of the playground, and the lines of Python that they stand for.

A setting is a text, such as "0.03" or "16-16": it goes into the code as it stands, and into a
link. The knobs and the template of the code are data, so that a page can write the same lines
before there is any Python in it; `code` is the other reader of the same template.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

Settings = dict[str, str]


@dataclass(frozen=True)
class Knob:
    """One thing to choose: its choices as (value, words), or a `pattern` for what is typed.

    A choice that a link names and the menu does not have is taken where `pattern` allows it.
    `lesson` is a key of LESSONS; `when` shows the knob only for some values of another.
    """

    name: str
    label: str
    group: str
    default: str
    lesson: str
    choices: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    when: tuple[str, tuple[str, ...]] | None = None

    def takes(self, value: str) -> bool:
        """Tell whether this knob can stand at `value`."""
        if value in (choice for choice, _ in self.choices):
            return True
        return bool(self.pattern) and re.fullmatch(self.pattern, value) is not None


# Where what is shown is derived: a page of the book, a heading in it, its words.
LESSONS: dict[str, tuple[str, str]] = {
    "data": ("book/01_structure/3_hidden", "what a hidden layer does to the plane"),
    "split": ("book/07_training/5_choosing", "what may choose, and what may judge"),
    "layers": ("book/01_structure/2_layers", "layers and their shapes"),
    "units": ("book/01_structure/3_hidden", "what a hidden unit sees"),
    "activation": ("book/02_activations/1_slopes", "activations and their slopes"),
    "gradient": ("book/02_activations/2_vanishing", "gradients that vanish"),
    "dead": ("book/02_activations/3_dead_units", "dead units"),
    "init": ("book/03_initialization/2_kaiming", "how large weights begin"),
    "spread": ("book/03_initialization/1_a_start_that_costs", "the size of a sum"),
    "backward": ("book/04_backward/2_one_layer", "the backward pass of a layer"),
    "loss": ("book/05_softmax_cross_entropy/2_likelihood", "cross-entropy"),
    "probability": ("book/05_softmax_cross_entropy/1_race", "softmax"),
    "convolution": ("book/06_convolution/3_reading_digits", "convolutions that read digits"),
    "loop": ("book/07_training/1_loop", "the training loop"),
    "noise": ("book/07_training/2_noise", "the noise of a mini-batch"),
    "batch": ("book/07_training/3_batch_size", "the size of a batch"),
    "ratio": ("book/07_training/4_clinic", "five checks, nine sick runs"),
    "rate": ("book/08_optimizers/1_bowl", "what limits a rate"),
    "optimizer": ("book/08_optimizers/4_adam", "a rate for each weight"),
    "decay": ("book/09_regularization/1_shrinkage", "what a decay shrinks"),
    "dropout": ("book/09_regularization/3_dropout", "units left out"),
    "norm": ("book/09_regularization/4_batch_norm", "a batch that looks at itself"),
}


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


NUMBER = r"\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?"
PLANE = ("spirals", "moons", "xor")
MADE = (*PLANE, "sine")

KNOBS: tuple[Knob, ...] = (
    Knob(
        "data",
        "Data",
        "Data",
        "spirals",
        "data",
        (
            ("spirals", "three spirals"),
            ("moons", "two moons"),
            ("xor", "XOR"),
            ("sine", "a wave (regression)"),
            ("digits", "handwritten digits"),
            ("own", "your own points"),
        ),
    ),
    Knob(
        "n",
        "Training points",
        "Data",
        "300",
        "split",
        _same("20", "60", "150", "300", "1000"),
        r"[1-9]\d{0,3}",
        ("data", (*MADE, "digits")),
    ),
    Knob(
        "noise",
        "Noise",
        "Data",
        "0.2",
        "data",
        _same("0", "0.1", "0.2", "0.3", "0.5"),
        NUMBER,
        ("data", MADE),
    ),
    Knob(
        "layers",
        "Hidden layers",
        "Network",
        "16-16",
        "layers",
        pattern=r"([1-9]\d{0,2}(-[1-9]\d{0,2}){0,19})?",
    ),
    Knob(
        "conv",
        "Convolution first",
        "Network",
        "0",
        "convolution",
        (("0", "no"), ("4", "4 kernels"), ("8", "8 kernels"), ("16", "16 kernels")),
        when=("data", ("digits",)),
    ),
    Knob(
        "activation",
        "Activation",
        "Network",
        "relu",
        "activation",
        (
            ("relu", "ReLU"),
            ("leaky_relu", "leaky ReLU"),
            ("elu", "ELU"),
            ("gelu", "GELU"),
            ("silu", "SiLU"),
            ("tanh", "tanh"),
            ("sigmoid", "sigmoid"),
            ("linear", "none (linear)"),
        ),
    ),
    Knob(
        "init",
        "First weights",
        "Network",
        "kaiming",
        "init",
        (
            ("kaiming", "Kaiming"),
            ("xavier", "Xavier"),
            ("lecun", "LeCun"),
            ("small", "normal, std 0.01"),
            ("large", "normal, std 1"),
            ("constant", "all 0.5"),
            ("zeros", "all 0"),
        ),
    ),
    Knob("norm", "Batch normalization", "Network", "no", "norm", (("no", "no"), ("yes", "yes"))),
    Knob(
        "optimizer",
        "Optimizer",
        "Training",
        "adam",
        "optimizer",
        (
            ("sgd", "SGD"),
            ("momentum", "momentum"),
            ("rmsprop", "RMSProp"),
            ("adam", "Adam"),
            ("adamw", "AdamW"),
        ),
    ),
    Knob(
        "rate",
        "Learning rate",
        "Training",
        "0.01",
        "rate",
        _same("0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"),
        NUMBER,
    ),
    Knob(
        "batch",
        "Batch size",
        "Training",
        "16",
        "batch",
        (*_same("1", "4", "16", "64", "256"), ("all", "all")),
        r"[1-9]\d{0,3}",
    ),
    Knob(
        "decay",
        "Weight decay",
        "Training",
        "0",
        "decay",
        _same("0", "0.0001", "0.001", "0.01", "0.1"),
        NUMBER,
    ),
    Knob(
        "dropout",
        "Dropout",
        "Training",
        "0",
        "dropout",
        _same("0", "0.1", "0.2", "0.5"),
        r"0\.\d{1,4}",
    ),
    Knob("seed", "Seed", "Training", "0", "split", pattern=r"\d{1,6}"),
    Knob(
        "points",
        "Your points",
        "Data",
        "",
        "data",
        pattern=r"(-?\d\.\d{1,2},-?\d\.\d{1,2},\d(;-?\d\.\d{1,2},-?\d\.\d{1,2},\d){0,499})?",
        when=("data", ("own",)),
    ),
)
BY_NAME = {knob.name: knob for knob in KNOBS}
DEFAULTS: Settings = {knob.name: knob.default for knob in KNOBS}

# What a value is in the code, where it isn't itself.
IN_CODE: dict[str, dict[str, str]] = {
    "init": {
        "kaiming": '"kaiming_uniform"',
        "xavier": '"xavier_uniform"',
        "lecun": '"lecun_normal"',
        "small": "nnlib.Normal(0.01)",
        "large": "nnlib.Normal(1.0)",
        "constant": "nnlib.Constant(0.5)",
        "zeros": '"zeros"',
    },
    "batch": {"all": "len(X)"},
    "optimizer": {
        "sgd": "SGD",
        "momentum": "Momentum",
        "rmsprop": "RMSProp",
        "adam": "Adam",
        "adamw": "AdamW",
    },
    "outputs": {"spirals": "3", "moons": "2", "xor": "2", "sine": "1", "digits": "10", "own": "2"},
    "loss": {"sine": "mean_squared_error", "": "softmax_cross_entropy"},
}


@dataclass(frozen=True)
class Line:
    """A line of the code: written if each `when` (knob, values) holds; "!" before a value: not.

    With `each` once for every hidden layer, {width} being its width; with `point` once for every
    point of one's own. {data:outputs} looks the value of `data` up in IN_CODE["outputs"].
    """

    text: str
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    each: str = ""


def _only(knob: str, *values: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((knob, values),)


def _lines(text: str, *when: tuple[str, tuple[str, ...]]) -> tuple[Line, ...]:
    text = text.removeprefix("\n").removesuffix("\n")
    return tuple(Line(line, tuple(when)) for line in text.split("\n"))


TEMPLATE: tuple[Line, ...] = (
    *_lines("import nnlib\nimport numpy as np"),
    Line(""),
    *_lines("n, noise, seed = {n}, {noise}, {seed}", ("data", MADE)),
    *_lines("n, seed = {n}, {seed}", ("data", ("digits",))),
    *_lines("seed = {seed}", ("data", ("own",))),
    *_lines(
        """
X, y = nnlib.make_spirals(n // 3, noise=noise, seed=seed)
X_test, y_test = nnlib.make_spirals(100, noise=noise, seed=seed + 1)
""",
        ("data", ("spirals",)),
    ),
    *_lines(
        """
X, y = nnlib.make_moons(n // 2, noise=noise, seed=seed)
X_test, y_test = nnlib.make_moons(150, noise=noise, seed=seed + 1)
""",
        ("data", ("moons",)),
    ),
    *_lines(
        """

def make_xor(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    return X + rng.normal(0, noise / 2, X.shape), y


X, y = make_xor(n, seed)
X_test, y_test = make_xor(300, seed + 1)
""",
        ("data", ("xor",)),
    ),
    *_lines(
        """

def make_wave(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 1))
    return X, np.sin(5 * X) + rng.normal(0, noise, X.shape)


X, y = make_wave(n, seed)
X_test, y_test = make_wave(300, seed + 1)
""",
        ("data", ("sine",)),
    ),
    *_lines(
        """
X, y = nnlib.load_digits()
X, y, X_test, y_test = nnlib.train_test_split(X, y, 450, seed=seed)
X, y = X[:n], y[:n]
""",
        ("data", ("digits",)),
    ),
    *_lines("points = np.array([", ("data", ("own",))),
    Line("    ({x}, {y}, {label}),", _only("data", "own"), "point"),
    *_lines(
        """
]).reshape(-1, 3)
X, y = points[:, :2], points[:, 2].astype(int)
X_test, y_test = X, y  # no others: what is shown as test is training
""",
        ("data", ("own",)),
    ),
    Line(""),
    Line("network = nnlib.NeuralNetwork("),
    Line("    ["),
    *_lines(
        """
        nnlib.Conv2D({conv}, 3, "{activation}", weight_init={init:init}),
        nnlib.Pool2D(2),
""",
        ("data", ("digits",)),
        ("conv", ("!", "0")),
    ),
    Line("        nnlib.Flatten(),", _only("data", "digits")),
    Line(
        '        nnlib.FullyConnected({width}, "{activation}", {init:init}),',
        _only("norm", "no"),
        "layer",
    ),
    Line(
        '        nnlib.FullyConnected({width}, "linear", {init:init}),',
        _only("norm", "yes"),
        "layer",
    ),
    Line('        nnlib.BatchNorm("{activation}"),', _only("norm", "yes"), "layer"),
    Line("        nnlib.Dropout({dropout}),", _only("dropout", "!", "0"), "layer"),
    Line('        nnlib.FullyConnected({data:outputs}, "linear", {init:init}),'),
    Line("    ],"),
    Line('    loss="{data:loss}",'),
    Line(
        "    optimizer=nnlib.{optimizer:optimizer}({rate}),",
        (("decay", ("0",)), ("optimizer", ("!", "adamw"))),
    ),
    Line(
        "    optimizer=nnlib.{optimizer:optimizer}({rate}, weight_decay={decay}),",
        (("decay", ("!", "0")), ("optimizer", ("!", "adamw"))),
    ),
    Line(
        "    optimizer=nnlib.AdamW({rate}, weight_decay={decay}),",
        _only("optimizer", "adamw"),
    ),
    Line("    seed=seed,"),
    Line(")"),
    Line("batch_size = {batch:batch}"),
)


def complete(settings: Mapping[str, str]) -> Settings:
    """Return all knobs, those of `settings` where they stand there.

    Raises ValueError for a knob that isn't there and for a value that it doesn't take.
    """
    for name, value in settings.items():
        if name not in BY_NAME:
            raise ValueError(f"expected a knob, one of {sorted(BY_NAME)}, got {name!r}")
        if not BY_NAME[name].takes(value):
            raise ValueError(f"the knob {name!r} can't stand at {value!r}")
    return DEFAULTS | dict(settings)


def code(settings: Mapping[str, str]) -> str:
    """Return the lines of Python that the settings stand for: `network`, data, `batch_size`."""
    values = complete(settings)
    layers = [{"width": width} for width in values["layers"].split("-") if width]
    points = [
        dict(zip(("x", "y", "label"), point.split(","), strict=True))
        for point in values["points"].split(";")
        if point
    ]
    rounds: dict[str, list[dict[str, str]]] = {"": [{}], "layer": layers, "point": points}
    written: list[str] = []
    groups: list[list[Line]] = []
    for line in TEMPLATE:  # neighbours that are repeated are repeated together
        if groups and line.each and groups[-1][0].each == line.each:
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        for one in rounds[group[0].each]:
            written += [_filled(line.text, values | one) for line in group if _holds(line, values)]
    return "\n".join(written) + "\n"


def _holds(line: Line, values: Settings) -> bool:
    return all(
        values[knob] not in choices if "!" in choices else values[knob] in choices
        for knob, choices in line.when
    )


def _filled(text: str, values: Settings) -> str:
    def fill(match: re.Match[str]) -> str:
        value, table = values[match[1]], IN_CODE.get(match[2] or "", {})
        return table.get(value, table.get("", value))

    return re.sub(r"\{(\w+)(?::(\w+))?\}", fill, text)


# --- A link.


def to_hash(settings: Mapping[str, str], edited: str = "", mission: str = "") -> str:
    """Return the state as the end of a link: what differs from the defaults, and edited code."""
    values = complete(settings)
    parts = {name: value for name, value in values.items() if value != DEFAULTS[name]}
    if mission:
        parts["mission"] = mission
    if edited:
        parts["code"] = base64.urlsafe_b64encode(edited.encode()).decode().rstrip("=")
    return urlencode(parts)


def from_hash(text: str) -> tuple[Settings, str, str]:
    """Return settings, edited code and mission of a link; what it doesn't know it leaves out."""
    settings, edited, mission = dict(DEFAULTS), "", ""
    for name, value in parse_qsl(text.lstrip("#"), keep_blank_values=True):
        if name == "mission":
            mission = value
        elif name == "code":
            try:
                edited = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
            except ValueError:
                edited = ""
        elif name in BY_NAME and BY_NAME[name].takes(value):
            settings[name] = value
    return settings, edited, mission


def published() -> dict[str, Any]:
    """Return knobs and template as a page needs them."""
    return {
        "knobs": [asdict(knob) for knob in KNOBS],
        "template": [asdict(line) for line in TEMPLATE],
        "inCode": IN_CODE,
    }
