"""What lessons 1 to 3 of chapter 8 draw and tell, against the numbers themselves."""

import inspect
import itertools

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch07_training import network as of_chapter_7
from nnlib.chapters.ch08_optimizers import bowl, curvature
from nnlib.chapters.ch08_optimizers.drawings import bowl as bowls
from nnlib.chapters.ch08_optimizers.drawings import curvature as curvatures
from nnlib.chapters.ch08_optimizers.drawings import momentum as balls
from nnlib.chapters.ch08_optimizers.exercises import walks
from nnlib.chapters.ch08_optimizers.results import EDGE, EDGE_ANEW
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

DESCENT, MOMENTUM, NESTEROV = bowl.METHODS
# The corners of each grid.
FRAMES = [
    *((bowls.bowl, at) for at in itertools.product((0.1, 1.05), (1, 30), bowls.STARTS)),
    *((curvatures.edge, at) for at in itertools.product(curvature.OTHERS, (0.05, 1.6))),
    *((curvatures.saddle, at) for at in itertools.product((0.1, 0.9), curvatures.OFFSETS)),
    *(
        (balls.landscape, at)
        for at in itertools.product(balls.LANDSCAPES, bowl.METHODS, (0.02, 0.6), (0.5, 0.9))
    ),
    *((balls.speeds, at) for at in itertools.product((0.5, 3.7), (0.2, 0.9), bowl.METHODS, (100,))),
    (curvatures.opening, ()),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# The bowl -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
def test_the_walk_is_that_of_the_package_and_of_its_matrix(mu, nesterov):
    lam, start, rate = np.array([0.3, 2.0, -0.4]), np.array([1.0, -2.0, 0.1]), 0.4
    path = bowl.walk(lam, start, rate, 6, mu, nesterov)
    optimizer, w, memory = nnlib.Momentum(rate, mu, nesterov), start.copy(), {}
    for place in path[1:]:
        w = w - optimizer.update(w, lam * w, memory)
        np.testing.assert_allclose(place, w, rtol=1e-12)
    for j in range(3):
        M = bowl.matrix(rate * lam[j], mu, nesterov)
        state = np.linalg.matrix_power(M, 6) @ np.array([0, start[j]])
        assert state[1] == pytest.approx(path[-1, j])
        sizes = np.abs(np.linalg.eigvals(M))
        assert bowl.speed(rate * lam[j], mu, nesterov) == pytest.approx(sizes.max(), abs=1e-7)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("mu", [0.0, 0.3, 0.9, 0.99])
def test_the_limit_is_where_the_speed_passes_one(mu, nesterov):
    edge = bowl.limit(mu, nesterov)
    assert bowl.speed(edge * 0.999, mu, nesterov) < 1 < bowl.speed(edge * 1.001, mu, nesterov)
    assert np.all(bowl.speed(np.linspace(1e-4, edge * 0.999, 500), mu, nesterov) < 1)


@pytest.mark.parametrize("condition", [4, 30, 1000])
def test_no_pair_of_a_grid_is_faster_than_the_best(condition):
    for method in (DESCENT, MOMENTUM):
        rate, mu, fastest = bowl.best(condition, method)
        assert bowl.worst(rate, condition, mu) == pytest.approx(fastest, abs=1e-6)
        momenta = [0.0] if method == DESCENT else np.linspace(0, 0.99, 67)
        for other in momenta:
            for rate in np.linspace(0.02, 2 * (1 + other), 60):
                assert bowl.worst(rate, condition, other, points=60) > fastest - 1e-6
    rate, mu, fastest = bowl.best(condition, NESTEROV)
    assert rate == 1
    assert bowl.worst(1, condition, mu, True) == pytest.approx(fastest, abs=1e-6)
    for other in np.linspace(0, 0.995, 200):
        assert bowl.worst(1, condition, other, True) > fastest - 1e-6


def test_the_tuned_ball_swings_at_its_steep_end_as_derived():
    condition = 10_000
    rate, mu, _ = bowl.best(condition, MOMENTUM)
    path = bowl.walk(np.array([1 / condition, 1.0]), np.ones(2), rate, 200, mu)
    t, roots = np.arange(201), np.array([1, -1]) * np.sqrt(mu)
    for j, r in enumerate(roots):
        np.testing.assert_allclose(path[:, j], (1 + (1 - r) * t) * r**t, rtol=1e-6)
    assert 35 < np.abs(path[:, 1]).max() < 38
    counts = {
        (method, axis): bowl.steps_to(
            np.array([1 / condition, 1.0]), np.eye(2)[axis], rate, 1e-3, mu, method == NESTEROV
        )
        for method in (MOMENTUM, NESTEROV)
        for rate, mu, _ in [bowl.best(condition, method)]
        for axis in (0, 1)
    }
    assert [*counts.values()] == [462, 708, 918, 2]
    grid = np.geomspace(1 / condition, 1, 10)
    starts = [np.random.default_rng(seed).normal(size=10) for seed in range(5)]
    tuned, lower = (
        [bowl.steps_to(grid, start, share * rate, 1e-3, mu) for start in starts]
        for share in (1, 0.97)
    )
    assert (min(tuned), max(tuned), min(lower), max(lower)) == (570, 684, 358, 439)


def test_half_of_the_best_rate_costs_each_start_what_is_told():
    ratios = [
        bowl.steps_to(curvatures_of, start, 1 / (1 + kappa), 1e-3)
        / bowl.steps_to(curvatures_of, start, 2 / (1 + kappa), 1e-3)
        for kappa in (3, 10, 100, 1000)
        for curvatures_of in [np.geomspace(1, kappa, 10)]
        for start in [np.random.default_rng(seed).normal(size=10) for seed in range(5)]
    ]
    assert (round(min(ratios), 1), round(max(ratios), 1)) == (1.3, 2.5)


def test_nesterov_against_the_ball_on_other_bowls_and_starts():
    ratios = []
    for d, kappa in itertools.product((2, 5, 10, 40), (10, 100, 1000, 10_000)):
        for seed in range(50, 58):
            start, counts = np.random.default_rng(seed).normal(size=d), {}
            for method in (MOMENTUM, NESTEROV):
                rate, mu, _ = bowl.best(kappa, method)
                lam = np.geomspace(1 / kappa, 1, d)
                counts[method] = bowl.steps_to(lam, start, rate, 1e-3, mu, method == NESTEROV)
            ratios.append(counts[NESTEROV] / counts[MOMENTUM])
    assert (round(min(ratios), 2), round(max(ratios), 2)) == (0.87, 1.9)


@pytest.mark.parametrize("place", balls.LANDSCAPES)
def test_a_landscape_descends_its_own_loss(place):
    at = balls.LANDSCAPES[place]
    for w in (np.array(at.start), np.array([0.7, -0.4])):
        found = numerical_gradient(lambda v, at=at: float(at.loss(v)), w.copy())
        np.testing.assert_allclose(at.gradient(w), found, atol=1e-6)
    optimizer, w, memory = nnlib.Momentum(0.05, 0.8, True), np.array(at.start), {}
    for place_of in balls.descend(at, NESTEROV, 0.05, 0.8, 5)[1:]:
        w = w - optimizer.update(w, at.gradient(w), memory)
        np.testing.assert_allclose(place_of, w)


def test_what_is_told_of_the_ravine_and_the_saddle():
    def first(place, method, rate, mu):
        at = balls.LANDSCAPES[place]
        path = balls.descend(at, method, rate, mu, balls.WALK)
        return balls.reached(place, at.loss(path))

    rates, momenta = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6), (0.5, 0.8, 0.9)
    assert not any(
        first("ravine", DESCENT, rate, 0) for rate in (*rates, *np.arange(0.01, 1, 0.03))
    )
    found = [first("ravine", MOMENTUM, rate, mu) for rate, mu in itertools.product(rates, momenta)]
    assert min(steps for steps in found if steps) == 24
    assert first("saddle", MOMENTUM, 0.1, 0.9) == 37
    slow = balls.descend(balls.LANDSCAPES["saddle"], DESCENT, 0.1, 0, 60)
    assert balls.LANDSCAPES["saddle"].loss(slow[-1]) == pytest.approx(-0.0022, abs=5e-5)


# Curvature ----------------------------------------------------------------------------------------


def test_a_product_is_that_of_the_exact_operator():
    ours = curvature.Problem("cross-entropy", "relu", (32,), 0)
    rng = np.random.default_rng(0)
    v = rng.normal(size=ours.start.size)
    v /= np.linalg.norm(v)
    shapes = [(64, 32), (1, 32), (32, 10), (1, 10)]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    w = [
        part.reshape(shape) for part, shape in zip(np.split(ours.start, ends), shapes, strict=True)
    ]
    # Sixty digits, so that few kinks lie within h of the start.
    few = curvature.Problem("cross-entropy", "relu", (32,), 0, (ours.X[:60], ours.targets[:60]))
    exact = of_chapter_7.hessian_times(w, ours.X[:60], ours.targets[:60], v)
    found = curvature.hessian_times(few.gradient, ours.start, v, 1e-7)
    np.testing.assert_allclose(found, exact, atol=1e-5)


def test_both_ends_are_those_of_the_whole_hessian():
    table, labels = nnlib.load_iris()
    one = curvature.Problem(hidden=(4,), seed=3, data=(table / table.std(axis=0), labels))
    columns = [
        curvature.hessian_times(one.gradient, one.start, e, 1e-4) for e in np.eye(one.start.size)
    ]
    values = np.linalg.eigvalsh((np.array(columns) + np.array(columns).T) / 2)
    low, high = curvature.ends(one, one.start, 400)
    assert (low, high) == pytest.approx((values[0], values[-1]), rel=1e-3)
    assert low < -0.1


def test_a_run_on_record_is_repeated():
    name, rate, seed = "squared error", 0.6, 1
    loss, activation, hidden = curvature.OTHERS[name]
    again = curvature.trained(curvature.Problem(loss, activation, hidden, seed), rate, 100)
    kept = EDGE[name, rate, seed]
    looks = len(again.loss)
    assert looks == curvature.LOOKS.index(100) + 1
    assert again.loss[0] == pytest.approx(kept.loss[0], rel=0.01)
    # Beyond the limit a last bit grows; another processor may be elsewhere after 100 steps.
    assert again.loss[-1] == pytest.approx(kept.loss[looks - 1], rel=0.1)
    assert again.curvature[:1] == pytest.approx(kept.curvature[:1], rel=0.01)
    assert again.curvature[-1] == pytest.approx(kept.curvature[looks - 1], rel=0.15)
    far = curvature.trained(curvature.Problem(loss, activation, hidden, seed), 1.6, 100)
    assert curvatures.lost(far)


def test_the_record_is_whole():
    assert set(EDGE) == set(
        itertools.product(curvature.OTHERS, curvature.RATES, range(curvature.SEEDS))
    )


def test_what_is_told_of_ten_other_networks():
    starts = {seed: run.curvature[0] * curvature.ANEW_RATE / 2 for seed, run in EDGE_ANEW.items()}
    gone = [seed for seed, run in EDGE_ANEW.items() if curvatures.lost(run)]
    assert list(EDGE_ANEW) == list(curvature.ANEW)
    assert len(gone) == 3
    assert all(starts[seed] > 2.5 for seed in gone)
    late = [
        x * curvature.ANEW_RATE / 2
        for seed, run in EDGE_ANEW.items()
        if seed not in gone
        for x in run.curvature[curvatures.LATE :]
    ]
    assert max(abs(x - 1) for x in late) <= 0.055
    again = curvature.trained(curvature.Problem(seed=gone[0]), curvature.ANEW_RATE, 100)
    assert curvatures.lost(again)
    assert again.curvature == pytest.approx(EDGE_ANEW[gone[0]].curvature, rel=0.01)


@pytest.mark.parametrize(
    ("hidden", "times", "told"),
    [((32,), 2.4, 0), ((128,), 2.4, 5), ((32,), 3.0, 5), ((32, 32), 3.0, 2)],
    ids=str,
)
def test_how_far_beyond_the_limit_a_run_is_lost(hidden, times, told):
    gone = 0
    for seed in range(5, 10):
        one = curvature.Problem(hidden=hidden, seed=seed)
        anywhere = np.random.default_rng(9).normal(size=one.start.size)
        rate = times * 2 / curvature.extreme(one.gradient, one.start, anywhere)[0]
        w = one.start
        for _ in range(300):
            loss, g = one.both(w)
            if not loss < 1e3:
                gone += 1
                break
            w = w - rate * g
    assert gone == told


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_beyond_the_limit_the_loss_rises_and_is_lower_in_the_end(seed):
    one = curvature.Problem(seed=seed)
    anywhere = np.random.default_rng(9).normal(size=one.start.size)
    limit = 2 / curvature.extreme(one.gradient, one.start, anywhere)[0]
    ends = []
    for times in (0.9, 1.5):
        w, losses = one.start, []
        for _ in range(101):
            loss, g = one.both(w)
            losses.append(loss)
            w = w - times * limit * g
        assert (max(losses) > losses[0]) == (times > 1)
        ends.append(losses[-1])
    assert ends[1] < ends[0]


def test_the_heavy_ball_cycles_on_a_loss_that_is_no_bowl():
    rate, mu, _ = bowl.best(25, MOMENTUM)
    x, v, path = 3.3, 0.0, []
    for _ in range(600):
        slope = 25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24
        v = mu * v + slope
        x -= rate / 25 * v
        path.append(x)
    assert path[-3:] == pytest.approx(path[-6:-3], abs=1e-6)
    assert np.ptp(path[-3:]) > 3


TANH = [name for name in curvature.OTHERS if name not in ("cross-entropy", "ReLU")]


def test_what_is_told_of_the_edge():
    def late(name, rate):
        return [x for one in curvatures.ratios(name, rate) for x in one[curvatures.LATE :]]

    assert max(abs(x - 1) for x in late("squared error", 0.8)) < 0.045
    for rate in (0.6, 0.8):
        assert max(abs(x - 1) for x in late("squared error", rate)) <= 0.065
    for name, rate in (("128 units", 0.4), ("two hidden layers", 0.4), ("two hidden layers", 0.6)):
        assert max(abs(x - 1) for x in late(name, rate)) <= 0.085
    for rate in (0.05, 0.1, 0.2):
        for one in curvatures.ratios("squared error", rate):
            assert 0.75 < one[-1] / one[0] < 0.91
    for one in curvatures.ratios("squared error", 0.4):
        assert one[curvatures.LATE] < one[-1] < 0.95
    beyond, between = [], []
    for name, rate, seed in itertools.product(TANH, curvature.RATES, range(curvature.SEEDS)):
        run = EDGE[name, rate, seed]
        start = rate * run.curvature[0] / 2
        if start > 2.8:
            beyond.append(curvatures.lost(run))
        elif start > 2.1:
            between.append(curvatures.lost(run))
        else:
            assert not curvatures.lost(run)
            assert start < 1 or rate * run.curvature[1] / 2 < 1.1
    assert len(beyond) == sum(beyond) == 40
    assert (len(between), sum(between)) == (15, 3)


def test_what_is_told_of_the_other_networks():
    for rate in curvature.RATES:
        for one in curvatures.ratios("cross-entropy", rate):
            assert one[-1] < 0.65 * one[0]
            assert one[-1] < min(one[:-1])
    high = [
        x
        for rate in (0.8, 1.2, 1.6)
        for one in curvatures.ratios("ReLU", rate)
        for x in one[curvatures.LATE :]
    ]
    assert (round(min(high), 1), round(max(high), 1)) == (0.2, 2.0)


def test_a_saddle_is_left_in_the_steps_of_the_formula():
    for rate, name in itertools.product((0.3, 0.9), ("1e-6", "1e-3")):
        offset = curvatures.OFFSETS[name]
        said = int(curvatures.steps_out(rate, offset))
        path = bowl.walk(np.array([curvatures.DOWN]), np.array([offset]), rate, said)[:, 0]
        assert path[-2] < 1 <= path[-1] * (1 + 1e-9)


# The hunt -----------------------------------------------------------------------------------------


def test_there_are_eight_suspects_and_each_can_be_drawn():
    assert walks.SUSPECTS[walks.BROKEN] is not walks.broken_momentum
    given = walks.HUNT.probes["four steps, nesterov"]
    broken = [f(*given) for f in (walks.broken_momentum, walks.SUSPECTS[walks.BROKEN])]
    np.testing.assert_array_equal(*broken)
    assert len({inspect.getsource(f) for f in walks.SUSPECTS}) == len(walks.BUGS) == 8
    drawn = {walks.SUSPECTS.index(walks.suspect(number)) for number in range(100)}
    assert drawn == set(range(8))


def thorough(f):
    """The test that the hints of the hunt describe."""
    for nesterov in (False, True):
        w = v = np.array([1.0, -0.5, 2.0])
        v = 0 * v
        for _ in range(6):
            g = 2 * w + w**3 / 4 + 0.3 * w
            v = 0.9 * v + g
            w = w - 0.3 * (g + 0.9 * v if nesterov else v)
        given = np.array([1.0, -0.5, 2.0]), 0.3, 0.9, 0.3, 6, nesterov
        if not np.allclose(f(lambda w: 2 * w + w**3 / 4, *given), w):
            return True
    return False


def test_what_the_hints_say_exposes_every_suspect():
    assert all(map(thorough, walks.SUSPECTS))
    assert not thorough(walks.momentum)
