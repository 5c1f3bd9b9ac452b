"""The playground without a page: knobs and code, the engine, the pictures, every mission."""

from __future__ import annotations

import base64
import json
import math

import numpy as np
import pytest

import nnlib
from nnlib.teaching.play import door, pictures
from nnlib.teaching.play.engine import Session, Trouble
from nnlib.teaching.play.missions import BY_ID, MISSIONS, changes, look, losses_at, target
from nnlib.teaching.play.settings import (
    DEFAULTS,
    KNOBS,
    LESSONS,
    code,
    complete,
    from_hash,
    to_hash,
)

OWN = "0.10,0.20,0;-0.50,0.10,1;0.40,-0.30,0;-0.20,-0.60,1"
EACH = [
    {knob.name: value, "points": OWN if value == "own" else ""}
    for knob in KNOBS
    for value, _ in knob.choices
]


# --- Knobs and code.


@pytest.mark.parametrize("settings", EACH, ids=lambda s: "-".join(map(str, s.values()))[:20])
def test_the_code_of_every_choice_runs_and_trains(settings):
    session = Session(code(settings))
    weighty = [layer for layer in session.network.layers if "W" in layer.parameters]
    before = [layer.parameters["W"].copy() for layer in weighty]
    session.advance(3)
    after = [layer.parameters["W"] for layer in weighty]
    assert session.step == 3
    moved = [not np.array_equal(a, b) for a, b in zip(before, after, strict=False)]
    assert moved[-1] or settings.get("init") == "zeros"
    assert math.isfinite(session.last.loss)


def test_the_code_says_what_the_knobs_say():
    session = Session(
        code(
            {
                "layers": "5-7",
                "activation": "tanh",
                "optimizer": "adamw",
                "rate": "0.003",
                "decay": "0.01",
                "dropout": "0.2",
                "batch": "4",
                "n": "60",
            }
        )
    )
    network = session.network
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["FullyConnected", "Dropout", "FullyConnected", "Dropout", "FullyConnected"]
    assert [layer.n_out for layer in network.layers[::2]] == [5, 7, 3]
    assert type(network.layers[0].activation) is nnlib.Tanh
    assert type(network.layers[-1].activation) is nnlib.Linear
    assert type(network.optimizer) is nnlib.AdamW
    assert (network.optimizer.learning_rate, network.optimizer.weight_decay) == (0.003, 0.01)
    assert (session.batch_size, len(session.X)) == (4, 60)


def test_a_knob_refuses_what_would_be_other_code():
    for settings in (
        {"rate": "1); import os; ("},
        {"layers": "16,16"},
        {"layers": "-".join(["4"] * 21)},
        {"data": "mnist"},
        {"points": "1,2"},
        {"colour": "red"},
    ):
        with pytest.raises(ValueError, match="knob"):
            complete(settings)


@pytest.mark.parametrize("settings", EACH[::5])
def test_a_link_brings_back_settings_code_and_mission(settings):
    edited = code(settings) + "# χ² – π\n"
    assert from_hash("#" + to_hash(settings, edited, "twins")) == (
        complete(settings),
        edited,
        "twins",
    )
    assert from_hash(to_hash(settings)) == (complete(settings), "", "")


def test_a_link_that_is_spoilt_gives_what_can_be_read():
    settings, edited, mission = from_hash("#data=moons&rate=fast&code=%%%&noise&x=1&mission=a")
    assert settings == {**DEFAULTS, "data": "moons"}
    assert (edited, mission) == ("", "a")


# --- The engine.


def test_the_playground_trains_as_nnlib_trains():
    session = Session(code({}))
    session.advance(2)
    session.advance(2 * session.steps_per_epoch - 2)
    names: dict[str, object] = {}
    exec(code({}), names)
    network = names["network"]
    *_, history = nnlib.train(network, names["X"], names["y"], 2, names["batch_size"])
    assert [loss for _, loss in session.batch_losses] == history.step_loss
    for ours, theirs in zip(session.network.layers, network.layers, strict=True):
        np.testing.assert_array_equal(ours.parameters["W"], theirs.parameters["W"])


def test_looking_changes_nothing():
    settings = {"dropout": "0.5", "norm": "yes"}
    a, b = Session(code(settings)), Session(code(settings))
    a.advance(40)
    for _ in range(40):
        b.advance(1)
        pictures.frame(b)
        b.gradient_error()
    for one, other in zip(a.network.layers, b.network.layers, strict=True):
        for name in one.parameters:
            np.testing.assert_array_equal(one.parameters[name], other.parameters[name])
        for name in one.state:
            np.testing.assert_array_equal(one.state[name], other.state[name])


def test_what_is_measured_is_what_the_lessons_define():
    session = Session(code({"optimizer": "sgd", "rate": "0.1", "batch": "all", "n": "60"}))
    layer = session.network.layers[0]
    before = layer.parameters["W"].copy()
    session.advance(1)
    stats = session.stats[0]
    ratio = 0.1 * np.linalg.norm(layer.gradients["W"]) / np.linalg.norm(before)
    assert stats.ratio == pytest.approx(ratio)
    assert stats.gradient == pytest.approx(np.sqrt(np.mean(layer.gradients["W"] ** 2)))
    Z = session.X @ layer.parameters["W"] + layer.parameters["b"]
    assert stats.dead == np.mean((Z <= 0).all(axis=0))
    assert stats.rms == pytest.approx(np.sqrt(np.mean(np.maximum(Z, 0) ** 2)))
    assert sum(stats.activations[2]) == Z.size
    assert sum(stats.gradients[2]) == before.size
    low, high, counts = stats.activations
    values = np.clip(np.maximum(Z, 0), low, high)
    assert counts == np.histogram(values, len(counts), (low, high))[0].tolist()
    loss = session.network.loss.forward(session.y, session.network.outputs(session.X))
    assert session.last.loss == pytest.approx(loss)


def test_dead_units_are_counted():
    text = code({"layers": "4"}) + (
        "network.build((2,))\nnetwork.layers[0].parameters['b'][0, :3] = -100\n"
    )
    assert Session(text).stats[0].dead == 0.75


def test_flat_slopes_are_counted_for_sigmoid_and_tanh_alone():
    for activation, flat in (("sigmoid", 1.0), ("tanh", 1.0), ("relu", None)):
        text = code({"layers": "4", "activation": activation}) + (
            "network.build((2,))\nnetwork.layers[0].parameters['b'][:] = 50\n"
        )
        found = Session(text).stats[0].flat
        assert math.isnan(found) if flat is None else found == flat


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rubbish(", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "makes no `network`"),
        ("network = 3", "`network` is int"),
        (code({}).replace("batch_size = 16", "batch_size = 0"), "batch_size is 0"),
        (code({}).replace("FullyConnected(3", "FullyConnected(2"), "labels from 0 to 1"),
        (code({"data": "own"}), "empty"),
        ("raise SystemExit", "SystemExit"),
        (code({}).replace('"relu"', '"rleu"'), "did you mean 'relu'"),
    ],
)
def test_what_is_wrong_with_the_code_is_said(text, words):
    with pytest.raises(Trouble, match=None) as caught:
        Session(text)
    assert words in str(caught.value)


def test_an_error_names_the_line_of_the_reader():
    text = code({}) + "\n\nvalue = undefined_name\n"
    line = text.splitlines().index("value = undefined_name") + 1
    with pytest.raises(Trouble) as caught:
        Session(text)
    assert f"Your code, line {line}" in str(caught.value)
    assert "engine.py" not in str(caught.value)


def test_a_rate_of_a_million_is_told_and_not_raised():
    session = Session(code({"rate": "1000000", "optimizer": "sgd", "activation": "linear"}))
    session.advance(200)
    assert session.diverged
    found = pictures.frame(session)
    assert "no longer a number" in found["says"]
    json.dumps(found, allow_nan=False)
    step = session.step
    session.advance(10)
    assert session.step == step


def test_a_rate_of_a_million_kills_what_has_a_dead_half():
    session = Session(code({"rate": "1000000", "optimizer": "sgd"}))
    session.advance(200)
    found = pictures.frame(session)
    assert "100 % of the units are dead" in found["says"]
    json.dumps(found, allow_nan=False)


def test_data_of_one_class_are_learned():
    session = Session(code({"data": "own", "points": "0.10,0.20,0;-0.50,0.10,0;0.30,0.30,0"}))
    session.advance(50)
    assert session.last.accuracy == 1
    json.dumps(pictures.frame(session) | pictures.scene(session), allow_nan=False)


def test_ten_layers_of_512_have_smaller_pictures():
    session = Session(code({"layers": "-".join(["512"] * 10)}))
    session.advance(1)
    found = pictures.frame(session)
    assert found["side"] == 12
    assert len(found["units"]) == 10
    assert len(base64.b64decode(found["units"][0]["pixels"])) == 16 * 12 * 12


def test_a_clock_ends_a_long_advance():
    session = Session(code({}))
    session.advance(10**6, seconds=0.05)
    assert 0 < session.step < 10**5


def test_a_curve_has_each_epoch_however_few_pictures_there_are():
    slow, fast = (Session(code({"optimizer": "sgd", "rate": "0.1", "decay": "0.1"})) for _ in "ab")
    for _ in range(20):
        slow.advance(slow.steps_per_epoch)
    fast.advance(20 * fast.steps_per_epoch)
    epochs = tuple(range(21))
    assert losses_at(fast, epochs) == losses_at(slow, epochs)


def test_many_steps_keep_few_losses():
    session = Session(code({"layers": "1", "n": "20", "batch": "1"}))
    for _ in range(3):
        session.advance(3000)
    steps = [step for step, _ in session.batch_losses]
    assert len(steps) <= 4000
    assert steps[-1] > 8990
    assert set(np.diff(steps[-1000:])) == {4}


# --- Pictures.


def test_the_field_is_the_probabilities_of_the_pixels():
    session = Session(code({}))
    session.advance(100)
    found = pictures.picture(session)
    side = found["side"]
    p = np.frombuffer(base64.b64decode(found["field"]), np.uint8).reshape(side, side, 3) / 255
    x0, x1, y0, y1 = pictures.box(session)
    row, column = 5, 30
    point = [
        x0 + (column + 0.5) / side * (x1 - x0),
        y1 - (row + 0.5) / side * (y1 - y0),
    ]
    wanted = session.network.predict_proba(np.array([point]))[0]
    np.testing.assert_allclose(p[row, column], wanted, atol=1 / 255)


def test_each_point_lies_in_its_box():
    for data in ("spirals", "moons", "xor", "sine"):
        scene = pictures.scene(Session(code({"data": data})))
        x0, x1, y0, y1 = scene["box"]
        for x, y, *_ in scene["train"]:
            assert x0 <= x <= x1
            assert y0 <= y <= y1


def test_the_sentence_tells_what_is_seen():
    session = Session(BY_ID["ten-sigmoids"].code())
    session.advance(20)
    first, last = session.stats[0].gradient, session.stats[-1].gradient
    assert first < 1e-3 * last
    assert f"is {first / last:.0e} of" in pictures.frame(session)["says"]


# --- Missions.


def test_missions_cover_the_chapters():
    assert {mission.chapter for mission in MISSIONS} == set(range(1, 10))
    assert len(MISSIONS) == len(BY_ID) >= 15
    for mission in MISSIONS:
        assert mission.lesson in LESSONS
        assert len(mission.hints) >= 2
        assert mission.task.endswith(".")
        assert complete({**mission.start, **mission.answer})


def outcome(mission, text, settings, epochs, memory=None):
    """Train by this code until the mission is done or the epochs are over."""
    memory = {} if memory is None else memory
    session = Session(text)
    for _ in range(epochs):
        session.advance(session.steps_per_epoch)
        verdict = look(mission, session, settings, memory)
        if verdict["done"]:
            break
    return verdict


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda m: m.id)
def test_the_answer_solves_it(mission):
    memory: dict[str, object] = {}
    if mission.first:
        first = {**mission.start, **mission.first}
        assert not outcome(mission, code(first), first, 20, memory)["done"]
    settings = None if mission.edit else {**mission.start, **mission.answer}
    verdict = outcome(mission, mission.answer_code(), settings, mission.epochs, memory)
    assert verdict["done"], verdict


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda m: m.id)
def test_doing_nothing_does_not(mission):
    settings = None if mission.edit else dict(mission.start)
    if mission.id == "half-a-layer":
        with pytest.raises(Trouble):
            outcome(mission, mission.code(), settings, 1)
        return
    epochs = min(2 * mission.epochs, 20 if mission.start.get("batch") == "1" else 200)
    assert not outcome(mission, mission.code(), settings, epochs)["done"]


def test_two_changes_are_not_one():
    mission = BY_ID["ten-sigmoids"]
    settings = {**mission.start, "activation": "tanh", "rate": "0.3"}
    verdict = outcome(mission, code(settings), settings, 5)
    assert not verdict["done"]
    assert "2 things" in verdict["text"]


def test_changes_in_the_code_are_counted_too():
    mission = BY_ID["ten-sigmoids"]
    text = mission.code()
    assert changes(mission, text, None) == 0
    assert changes(mission, text.replace('"sigmoid"', '"tanh"'), None) == 1
    assert changes(mission, text.replace('"sigmoid"', '"tanh"').replace("0.1", "0.7"), None) == 2


def test_who_takes_the_layers_away_has_not_mended_them():
    mission = BY_ID["ten-sigmoids"]
    settings = {**mission.start, "layers": "8"}
    assert "Keep all ten" in outcome(mission, code(settings), settings, 3)["text"]


def test_another_wrong_gradient_is_found():
    mission = BY_ID["half-a-layer"]
    text = mission.answer_code()
    for right, wrong in (
        ("dY * g", "dY"),
        ("(dY * X).sum", "dY.sum"),
        ("(dY * X).sum", "(dY * X).mean"),
    ):
        assert right in text
        verdict = outcome(mission, text.replace(right, wrong), None, 1)
        assert "wrong" in verdict["text"]


def test_other_knobs_do_not_make_the_sick_curve():
    mission = BY_ID["sick-curve"]
    wanted = target(mission)
    for other in ({"rate": "0.03"}, {"decay": "0.01"}, {"dropout": "0.5"}, {"init": "small"}):
        session = Session(code({**mission.start, **other}))
        for _ in range(21):
            session.advance(session.steps_per_epoch)
        found = losses_at(session, (2, 20))
        assert any(abs(f / wanted[e] - 1) > 0.05 for f, e in zip(found, (2, 20), strict=True))


# --- The door.


def ask(**request):
    said: list[str] = []
    answer = json.loads(door.handle(json.dumps(request), said.append))
    return answer, "".join(said)


def test_the_door_opens_trains_and_judges():
    mission = BY_ID["other-optimizer"]
    settings = {**mission.start, **mission.answer}
    answer, said = ask(
        kind="open",
        code=code(settings) + "print('hello')\n",
        settings=complete(settings),
        mission=mission.id,
        memory={},
    )
    assert said == "hello\n"
    assert answer["scene"]["kind"] == "plane"
    assert not answer["mission"]["done"]
    step = 0
    for _ in range(20):
        answer, _ = ask(kind="advance", epochs=1, since=step)
        assert all(s > step for s, _ in answer["frame"]["batch"])
        step = answer["frame"]["step"]
    assert step == 20 * 19
    assert answer["mission"]["done"]


def test_the_door_tells_trouble_and_stays_open():
    assert "SyntaxError" in ask(kind="open", code="(", mission=None)[0]["error"]
    assert "no network" in ask(kind="advance", steps=1)[0]["error"]
    dense = '        nnlib.FullyConnected(16, "relu", "kaiming_uniform"),\n'
    broken = code({}).replace("\nnetwork", MISSION_LAYER, 1).replace(dense, "        Bad(),\n", 1)
    assert "scene" in ask(kind="open", code=broken, mission=None)[0]
    assert "half way" in ask(kind="advance", steps=1)[0]["error"]
    assert "scene" in ask(kind="open", code=code({}), mission=None)[0]


MISSION_LAYER = """

class Bad(nnlib.Layer):
    def forward(self, X, training=True):
        if training:
            raise RuntimeError("half way")
        return X


network"""
