"""What lessons 4 to 6 of chapter 8 draw and tell, against the numbers themselves."""

import itertools
import math

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch08_optimizers import (
    average,
    curvature,
    decay,
    fading,
    finish,
    loop,
    online,
    race,
    ravine,
)
from nnlib.chapters.ch08_optimizers.drawings import adam as adams
from nnlib.chapters.ch08_optimizers.drawings import decay as decays
from nnlib.chapters.ch08_optimizers.drawings import race as races
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

# The corners of each grid.
FRAMES = [
    *((adams.units, (e,)) for e in (-9, -1, 0, 6)),
    *((adams.averages, at) for at in itertools.product((0.5, 0.999), (1, 30), (False, True))),
    *((adams.turned, at) for at in itertools.product(ravine.OPTIMIZERS, (0, 45))),
    *(
        (adams.astray, at)
        for at in itertools.product((2.5, 10.0), ("1/(1+C²)", "0.999"), (0.0, 0.9))
    ),
    *((decays.pixels, at) for at in itertools.product(("1e-6", "1e-1"), decay.METHODS)),
    *((decays.fades, at) for at in itertools.product(fading.RATES, (0.05, 1.0))),
    *((decays.peaks, at) for at in itertools.product(race.FALLING, decays.SHAPES)),
    *((decays.spoiled, at) for at in itertools.product(decays.MOVERS, (1, 1000), (False, True))),
    *((races.valleys, at) for at in itertools.product(("SGD", "AdamW"), races.NETWORKS)),
    *((races.line, at) for at in itertools.product(races.NETWORKS, finish.MODES)),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# Lesson 4 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rmsprop", "adam"])
@pytest.mark.parametrize("seed", [7, 8])
def test_a_scaled_step_does_not_know_the_unit(name, seed):
    read = [loop.in_unit(name, 0.002, e, seed) for e in (-5, 0, 5)]
    assert max(read) - min(read) < 0.02
    assert min(read) > 0.85
    assert loop.in_unit(name, 0.002, -11, seed) < 0.3


def test_what_the_lesson_says_of_the_units():
    for name in ("sgd", "momentum"):
        assert adams.read(name, -2) == pytest.approx(1 / 6, abs=0.02)
        assert adams.read(name, 2) < 0.13
    for name in ("rmsprop", "adam"):
        plateau = [adams.read(name, e) for e in adams.EXPONENTS if e >= -6]
        assert np.ptp(plateau) < 0.025
        assert adams.read(name, -9) < 0.13


def test_sgd_does():
    for seed in (7, 8):
        assert loop.in_unit("sgd", 0.4, 0, seed) > 0.9
        assert loop.in_unit("sgd", 0.4, -3, seed) < 0.3
        assert loop.in_unit("sgd", 0.4, 2, seed) < 0.3


@pytest.mark.parametrize(("beta", "t"), [(0.5, 3), (0.9, 10), (0.999, 100)])
def test_averages_are_weighted_sums_and_lag_behind_a_drift(beta, t):
    g = np.random.default_rng(0).normal(size=t)
    m = 0.0
    for one in g:
        m = beta * m + (1 - beta) * one
    assert average.weights(beta, t) @ g == pytest.approx(m)
    assert average.weights(beta, t).sum() == pytest.approx(1 - beta**t)
    assert average.weights(beta, t, corrected=True) @ g == pytest.approx(m / (1 - beta**t))
    long = math.ceil(40 / (1 - beta))
    drifting = 5 + 0.3 * np.arange(1, long + 1)
    lag = drifting[-1] - average.weights(beta, long, corrected=True) @ drifting
    assert lag == pytest.approx(0.3 * beta / (1 - beta), rel=1e-6)


@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.999), (0.9, 0.99), (0.5, 0.6), (0.0, 0.9)])
def test_the_bound_is_reached_and_never_passed(beta1, beta2):
    rng = np.random.default_rng(1)
    for t in (1, 2, 20, 300):
        bound = average.largest_ratio(t, beta1, beta2)
        a, b = (average.weights(beta, t, corrected=True) for beta in (beta1, beta2))
        assert bound == pytest.approx(math.sqrt(np.sum(a**2 / b)))
        found = [average.ratio(rng.normal(size=t), beta1, beta2) for _ in range(50)]
        found += [average.ratio(rng.standard_cauchy(size=t), beta1, beta2) for _ in range(50)]
        assert max(found) <= bound * (1 + 1e-12)
        assert average.ratio(a / b, beta1, beta2) == pytest.approx(bound)
    limit = (1 - beta1) / math.sqrt(1 - beta2) / math.sqrt(1 - beta1**2 / beta2)
    assert average.largest_ratio(20_000, beta1, beta2) == pytest.approx(limit, rel=1e-6)


def test_the_published_bound_is_passed_by_nnlibs_adam():
    layer, adam = nnlib.Layer(), nnlib.Adam(1.0)
    layer.parameters = {"w": np.zeros(1)}
    for t in range(1, 3001):
        before = layer.parameters["w"].item()
        layer.gradients = {"w": np.array([(0.999 / 0.9) ** (t - 3000.0) + 1e-300])}
        adam.eps = 1e-300
        adam.step([layer])
    step = before - layer.parameters["w"].item()
    assert step == pytest.approx(7.09, abs=0.02)
    assert step > 2 * 0.1 / math.sqrt(0.001)


@pytest.mark.parametrize("rate", [0.001, 0.004, 0.03])
def test_steps_on_the_digits_are_mostly_short(rate):
    seen = []

    class Spy(nnlib.Adam):
        def update(self, w, g, memory):
            step = super().update(w, g, memory)
            seen.append(np.abs(step / self.rate).ravel())
            return step

    for seed in range(2):
        loop.train(Spy(rate), seed, epochs=10)
    steps = np.concatenate(seen)
    assert 1 < steps.max() < 4.5
    assert np.median(steps) < 0.25


def test_the_ravine_turns():
    for angle in ravine.ANGLES:
        H = ravine.hessian(angle)
        np.testing.assert_allclose(np.linalg.eigvalsh(H), [1, ravine.KAPPA])
        w = ravine.start(angle)
        assert w @ H @ w == pytest.approx(1 + 100 * 0.04)
        slope = numerical_gradient(lambda v, H=H: v @ H @ v / 2, w.copy())
        np.testing.assert_allclose(H @ w, slope, rtol=1e-6)
    turned = [ravine.scaled_condition(ravine.hessian(a)) for a in (0, 10, 45)]
    np.testing.assert_allclose(turned, [1, 13.8, 100], rtol=0.03)


@pytest.mark.parametrize("kappa", [100.0, 30.0])
def test_only_what_scales_coordinates_notices(kappa):
    ends = {
        name: [ravine.best(name, angle, kappa)[1] for angle in ravine.ANGLES]
        for name in ravine.OPTIMIZERS
    }
    for name in ("gradient descent", "momentum"):
        np.testing.assert_allclose(ends[name], ends[name][0], rtol=0.05)
    assert ends["RMSProp"][0] < 1e-15
    assert ends["RMSProp"][-1] > 0.1 * ends["gradient descent"][-1]
    assert ends["Adam"][-1] > 10 * ends["Adam"][0]
    assert ends["Adam"][-1] > ends["momentum"][-1]
    for name, angle in itertools.product(ravine.OPTIMIZERS, ravine.ANGLES):
        peak, _ = ravine.best(name, angle, kappa)
        assert ravine.PEAKS[0] < peak < ravine.PEAKS[-1]


def test_what_the_lesson_says_of_the_ravine():
    left = {name: [ravine.best(name, a)[1] for a in (0, 45)] for name in ravine.OPTIMIZERS}
    assert left["RMSProp"][1] == pytest.approx(3e-3, rel=0.2)
    assert left["gradient descent"][0] == pytest.approx(8e-3, rel=0.2)
    assert left["momentum"][0] == pytest.approx(1e-5, rel=0.2)
    assert left["Adam"] == pytest.approx([1e-6, 3e-4], rel=0.2)


@pytest.mark.parametrize("C", [2.5, 4.0, 10.0])
@pytest.mark.parametrize("rate", [0.01, 0.003])
def test_adam_goes_astray_and_a_longer_memory_heals(C, rate):
    short = nnlib.Adam(rate, beta1=0, beta2=1 / (1 + C**2))
    steps = 9000
    assert online.walk(short, C, steps)[-300:].mean() > 0.95
    for beta1, beta2 in ((0, 0.9), (0.9, 0.9), (0.9, 0.999)):
        assert online.walk(nnlib.Adam(rate, beta1, beta2), C, steps)[-300:].mean() < -0.9
    assert online.walk(nnlib.SGD(rate), C, steps)[-300:].mean() < -0.9


def test_a_round_of_the_example():
    v, steps = 0.0, []
    for g in online.gradients(4, 300):
        v = v / 17 + 16 / 17 * g * g
        steps.append(-g / math.sqrt(v))
    np.testing.assert_allclose(steps[-3:], [-1.03, 0.74, 0.98], atol=0.006)


@pytest.mark.parametrize("C", [2.5, 4.0, 10.0])
def test_a_sum_of_all_squares_does_not_go_astray_and_slows_down(C):
    x, s, path = 0.0, 0.0, []
    for g in online.gradients(C, 30_000):
        s += g * g
        x = min(1.0, max(-1.0, x - 0.1 * g / math.sqrt(s)))
        path.append(x)
    assert np.mean(path[-300:]) < -0.95
    # Gradients all alike: the sum is t g², whatever g is.
    assert 3 / math.sqrt(np.sum(np.full(400, 3.0) ** 2)) == pytest.approx(1 / math.sqrt(400))


def test_all_of_the_hessian_ends_in_one_step_and_is_large():
    H = np.array([[3.0, 1.4], [1.4, 1.0]])
    b, w = np.array([1.0, -2.0]), np.array([4.0, 7.0])
    np.testing.assert_allclose(H @ (w - np.linalg.solve(H, H @ w - b)), b)
    assert curvature.Problem().start.size ** 2 == 5_808_100


# Lesson 5 -----------------------------------------------------------------------------------------


def test_a_decay_in_the_gradient_takes_what_has_no_gradients():
    X = loop.digits()[0]
    assert (X == 0).all(axis=0).sum() == 3
    for strength in (1e-6, 1e-4, 1e-2):
        gradient, left = decay.by_pixel("in the gradient", strength)
        assert (gradient == 0).sum() == 3
        assert left[gradient == 0].max() < 0.01
    gradient, left = decay.by_pixel("in the gradient", 1e-6)
    assert left[gradient > 0.005].mean() == pytest.approx(0.98, abs=0.02)
    for strength in (1e-4, 1e-2, 1e-1):
        gradient, left = decay.by_pixel("apart", strength)
        kept = (1 - decay.RATE * strength) ** decay.STEPS
        np.testing.assert_allclose(left[gradient == 0], kept, rtol=1e-9)
    assert np.ptp(decay.by_pixel("apart", 1e-2)[1]) < 0.03


def test_a_decay_in_the_gradient_of_adam_takes_as_long_for_each_strength():
    """Steps of about η at first, then shorter ones: some seventy from 0.18 to nearly nothing."""
    for strength in (1e-6, 1e-4, 1e-2, 1e-1):
        adam, w, memory, path = nnlib.Adam(0.004), np.array([0.18]), {}, [0.18]
        for _ in range(100):
            adam.t += 1
            w = w - adam.update(w, strength * w, memory)
            path.append(w[0])
        lengths = -np.diff(path) / 0.004
        assert 0.9 < lengths[:10].min() <= lengths[:10].max() < 1.01
        assert lengths[59] < 0.4
        assert 65 < np.argmax(np.abs(path) < 0.01 * path[0]) < 80


def test_for_sgd_the_two_decays_are_one():
    rng = np.random.default_rng(0)
    w, layer = np.array([1.0, -2.0]), nnlib.Layer()
    layer.parameters, sgd = {"w": w.copy()}, nnlib.SGD(0.1, weight_decay=0.3)
    for g in rng.normal(size=(5, 2)):
        w = (1 - 0.1 * 0.3) * w - 0.1 * g
        layer.gradients = {"w": g}
        sgd.step([layer])
    np.testing.assert_allclose(layer.parameters["w"], w)


@pytest.mark.parametrize("schedule", fading.RATES)
@pytest.mark.parametrize("peak", [0.05, 0.7])
def test_the_recursion_is_what_walks_do(schedule, peak):
    eta = fading.rates(schedule, peak)
    q, walks = fading.expected(eta), fading.walks(eta, 20_000, seed=3)
    np.testing.assert_allclose((walks**2).mean(axis=1), q, rtol=0.08)


def test_floors_and_what_lies_below():
    for eta in (0.05, 0.2, 0.9):
        assert fading.expected(np.full(2000, eta))[-1] == pytest.approx(eta / (2 - eta))
    np.testing.assert_allclose(fading.expected(fading.rates("1/t", 1))[1:], 1 / np.arange(1, 201))
    kept = fading.expected(fading.rates("kept", 0.2))
    assert kept[30:] == pytest.approx(1 / 9, rel=0.01)
    ends = {s: fading.expected(fading.rates(s, 0.05))[-1] for s in fading.RATES}
    shown = [round(ends[s], 3) for s in ("kept", "linear", "1/t")]
    assert shown == [0.026, 0.007, 0.005]


def test_what_schedules_are_worth():
    def gain(optimizer, better, than="kept"):
        a, b = (finish.reported("small", optimizer, s) for s in (than, better))
        return finish.paired(a, b)

    for optimizer in race.FALLING:
        gained, error = gain(optimizer, "linear")
        assert gained > 2 * error
        gained, error = gain(optimizer, "in steps")
        assert abs(gained) < 2 * error
        gained, error = gain(optimizer, "warm-up")
        assert abs(gained) < error
        assert finish.reported("small", optimizer, "linear").mean() == pytest.approx(7.65)
    kept, warm = (finish.runs("small", "SGD", s)[7, :, finish.TEST] for s in ("kept", "warm-up"))
    assert min(*kept, *warm) > 150
    kept, warm = (finish.runs("small", "Adam", s)[-1, :, finish.TEST] for s in ("kept", "warm-up"))
    gained, error = finish.paired(kept, warm)
    assert gained > 2 * error


def test_part_of_what_sgd_lacks_in_six_layers_is_the_kept_rate():
    kept, falling = (finish.reported("deep", "SGD", s) for s in ("kept", "linear"))
    assert (round(kept.mean(), 1), round(falling.mean(), 1)) == (25.3, 16.0)
    gained, error = finish.paired(kept, falling)
    assert gained > 2 * error
    adam = [finish.reported("deep", "Adam", s).mean() for s in ("kept", "linear")]
    assert [round(mean, 1) for mean in adam] == [13.6, 12.6]


def test_clipping_saves_a_run():
    for seed in (5, 6, 7):
        ill = loop.train(nnlib.SGD(0.4), seed, spoiled=100, by=1000)
        clipped = loop.train(nnlib.SGD(0.4), seed, spoiled=100, by=1000, limit=1.0)
        sound = loop.train(nnlib.SGD(0.4), seed)
        assert clipped.read > 0.9
        assert abs(clipped.read - sound.read) < 0.03
        # A batch on which the network is right does no harm, however large it is.
        assert ill.read < clipped.read + 0.01
    reads = [loop.train(nnlib.SGD(0.4), s, spoiled=120, by=1000).read for s in range(5)]
    assert 0.2 < np.mean(reads) < 0.75
    assert min(reads) < 0.4


def test_what_a_spike_takes_from_adam_it_takes_by_the_memory():
    def read(restored, by=1000.0):
        runs = [
            loop.train(nnlib.Adam(0.004), s, spoiled=120, by=by, restored=restored).read
            for s in range(5)
        ]
        return np.mean(runs)

    sound = read("", by=1.0)
    assert sound == pytest.approx(0.95, abs=0.01)
    assert read("") == pytest.approx(0.92, abs=0.015)
    assert read("mv") == pytest.approx(sound, abs=0.01)
    assert read("v") < 0.75
    earlier = [
        loop.train(nnlib.Adam(0.004), s, spoiled=90, by=1000.0, restored="v").read
        for s in range(5, 10)
    ]
    assert np.mean(earlier) < 0.45


def test_clipping_at_one_changes_little_where_nothing_is_wrong():
    for mover in decays.MOVERS.values():
        runs = [[loop.train(mover, s, limit=c).read for s in range(5)] for c in (None, 1.0)]
        plain, clipped = np.mean(runs, axis=1)
        assert abs(plain - clipped) < 0.01


def test_a_spike_stays_in_the_memory_of_adam():
    layer, adam = nnlib.Layer(), nnlib.Adam(1.0)
    layer.parameters, path = {"w": np.zeros(1)}, [0.0]
    for g in [1.0] * 2000 + [1000.0] + [1.0] * 300:
        layer.gradients = {"w": np.array([g])}
        adam.step([layer])
        path.append(layer.parameters["w"].item())
    steps = -np.diff(path)
    assert steps[1000] == pytest.approx(1)
    assert steps[2000] == pytest.approx(3, abs=0.3)
    assert 1 / 35 < steps[2200] < 1 / 25


# Lesson 6 -----------------------------------------------------------------------------------------


def test_the_record_is_repeated():
    for task, optimizer, power, split in (("small", "Adam", 4, 3), ("cnn", "momentum", 2, 1)):
        kept = finish.runs(task, optimizer)[race.POWERS.index(power), split]
        again = race.train(task, optimizer, power, split)
        # Another processor may misread another digit.
        assert (again.validation, again.test) == pytest.approx(tuple(kept[:2]), abs=2)
        assert (again.validation_loss, again.training_loss) == pytest.approx(
            tuple(kept[2:]), rel=0.05
        )
    kept = finish.runs("small", "SGD", "cosine")[race.POWERS.index(3), 5]
    again = race.train("small", "SGD", 3, 5, "cosine")
    assert again.test == pytest.approx(kept[1], abs=2)


@pytest.mark.parametrize("task", race.TASKS)
def test_no_best_mean_rate_lies_at_the_border(task):
    for optimizer in race.OPTIMIZERS:
        means = finish.runs(task, optimizer).mean(axis=1)
        for column in (finish.VALIDATION, finish.VALIDATION_LOSS):
            assert 0 < np.argmin(means[:, column]) < len(race.POWERS) - 1
        places = finish.chosen(task, optimizer)
        assert 0 < places.min() <= places.max() < len(race.POWERS) - 1


def test_what_the_verdict_says():
    def stars(task):
        adam = finish.reported(task, "Adam")
        gaps = {o: finish.paired(finish.reported(task, o), adam) for o in race.OPTIMIZERS}
        return {o for o, (gap, error) in gaps.items() if o != "Adam" and abs(gap) > 2 * error}

    assert stars("small") == {"RMSProp"}
    assert stars("long") == stars("forms") == stars("cnn") == set()
    assert stars("deep") == {"SGD", "RMSProp"}
    tuned = [finish.reported("small", o).mean() for o in race.OPTIMIZERS]
    default = [finish.reported("small", o, mode="default").mean() for o in race.OPTIMIZERS]
    gained = np.subtract(default, tuned)
    assert 8 < min(tuned) < max(tuned) < 11
    assert 5 < min(gained) < max(gained) < 13.5
    assert np.corrcoef(tuned, default)[0, 1] < 0.1
    longer = [finish.reported("long", o).mean() for o in race.OPTIMIZERS]
    assert (round(min(longer), 1), round(max(longer), 1)) == (7.0, 8.2)
    assert finish.by_default("long").mean() == pytest.approx(7.9)
    with pytest.raises(ValueError, match="expected mode as one of"):
        finish.chosen("small", "SGD", mode="guessed")


def test_which_rates_travel():
    away = {o: finish.reported("deep", o, mode=finish.MODES[1]) for o in race.OPTIMIZERS}
    assert away["SGD"].min() > 215
    assert min(*away["momentum"], *away["Nesterov"]) == 64
    assert (away["Adam"].min(), away["Adam"].max()) == (12, 42)
    assert max(away[o].mean() for o in ("RMSProp", "Adam", "AdamW")) < 21
    assert min(away["momentum"].mean(), away["Nesterov"].mean()) > 135


def test_what_was_not_found():
    for task in race.TASKS:
        gap, error = finish.paired(finish.reported(task, "Adam"), finish.reported(task, "SGD"))
        assert gap < 2 * error
    for task in ("small", "cnn"):
        for optimizer in race.OPTIMIZERS:
            tuned = finish.reported(task, optimizer)
            gap, error = finish.paired(finish.by_default(task), tuned)
            assert gap > 2 * error
            assert 4 < gap < 8.2
    for task, alike in (
        ("long", set(race.OPTIMIZERS)),
        ("deep", set(race.OPTIMIZERS)),
        ("forms", {"SGD", "RMSProp"}),
    ):
        gaps = {
            o: finish.paired(finish.by_default(task), finish.reported(task, o))
            for o in race.OPTIMIZERS
        }
        assert {o for o, (gap, error) in gaps.items() if gap < 2 * error} == alike


def test_what_weighs_more_the_optimizer_or_its_rate():
    for task in race.TASKS:
        tuned = [finish.reported(task, o).mean() for o in race.OPTIMIZERS]
        default = [finish.reported(task, o, mode="default").mean() for o in race.OPTIMIZERS]
        by_rate, by_optimizer = np.mean(np.subtract(default, tuned)), np.ptp(tuned)
        if task == "long":
            assert max(by_optimizer, np.abs(np.subtract(default, tuned)).max()) < 1.3
        else:
            assert (by_optimizer > by_rate) == (task == "deep")


def test_paired_differences_are_surer_than_two_means():
    a, b = (finish.reported("forms", o) for o in ("momentum", "Adam"))
    _, error = finish.paired(a, b)
    assert error < 0.5 * math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))
