"""What the lessons of chapter 7 draw and tell, against the numbers themselves."""

import itertools

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch07_training import batch_size, choosing, clinic, network, valley
from nnlib.chapters.ch07_training.drawings import batch_size as laws
from nnlib.chapters.ch07_training.drawings import choosing as searches
from nnlib.chapters.ch07_training.drawings import clinic as clinics
from nnlib.chapters.ch07_training.drawings import noise
from nnlib.chapters.ch07_training.questions import clinic as of_clinic
from nnlib.chapters.ch07_training.results import BY_FORM, NOISE, ONLY_UNSEEN, SEARCH, STEPS
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

X, Y, _, _ = network.digits()
KNOBS = [values[:: max(1, len(values) - 1)] for values in clinic.KNOBS.values()]
# The corners of each grid.
FRAMES = [
    *((noise.batch_gradients, at) for at in itertools.product((4, 1024), noise.STATES)),
    *((noise.two_weights, at) for at in itertools.product((1, 150), (0.03, 1.0), noise.SCHEDULES)),
    *((laws.two_laws, at) for at in itertools.product((5, 160), (32, 128))),
    *((clinics.case(name), (scale,)) for name in "AH" for scale in clinics.SCALES),
    *((clinics.knobs, at) for at in itertools.product(*KNOBS)),
    *((clinics.boundary, at) for at in itertools.product(("no hidden layer", "8 units"), (0, 200))),
    *((searches.search, at) for at in itertools.product((0, 9), ("images", "forms"))),
    *((searches.by_hand, (form,)) for form in (0, 7, 13)),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# The network --------------------------------------------------------------------------------------


def test_gradients_and_curvature_are_those_of_the_loss():
    rng = np.random.default_rng(0)
    w = network.new_weights(rng, hidden=5)
    w[1] += rng.normal(size=w[1].shape)
    A, c = X[:7], Y[:7]
    loss, gradients = network.loss_and_gradients(w, A, c)
    assert loss == pytest.approx(network.loss_of(w, A, c))
    for i, gradient in enumerate(gradients):

        def moved(part, i=i):
            return network.loss_of([*w[:i], part, *w[i + 1 :]], A, c)

        np.testing.assert_allclose(gradient, numerical_gradient(moved, w[i].copy()), atol=1e-8)
    v, h = rng.normal(size=sum(p.size for p in w)), 1e-6

    def flat_gradient(t):
        ends = np.cumsum([p.size for p in w])[:-1]
        steps = np.split(t * v, ends)
        shifted = [p + s.reshape(p.shape) for p, s in zip(w, steps, strict=True)]
        parts = network.loss_and_gradients(shifted, A, c)[1]
        return np.concatenate([part.ravel() for part in parts])

    slope = (flat_gradient(h) - flat_gradient(-h)) / (2 * h)
    np.testing.assert_allclose(network.hessian_times(w, A, c, v), slope, atol=1e-7)
    G = network.sample_gradients(w, A, c)
    np.testing.assert_allclose(G.mean(axis=0), flat_gradient(0), atol=1e-14)


# Lesson 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("B", [16, 256])
def test_the_cloud_has_the_size_that_is_derived(B):
    G = noise.gradients("untrained")
    g, n = G.mean(axis=0), len(G)
    S = np.mean(((G - g) ** 2).sum(axis=1))
    found = noise.cloud(B, "untrained")
    assert found.miss**2 == pytest.approx(S / B * (n - B) / (n - 1) / (g @ g), rel=0.1)
    rng = np.random.default_rng(1)
    first = G[rng.permutation(n)[:B]].mean(axis=0) / np.linalg.norm(g)
    along = first @ g / np.linalg.norm(g)
    assert found.along[0] == pytest.approx(along)
    assert found.across[0] == pytest.approx(np.sqrt(first @ first - along**2))


@pytest.mark.parametrize(("seed", "hidden"), [(0, 32), (1, 32), (2, 32), (0, 128)])
def test_sixteen_digits_miss_by_more_than_the_gradient_and_point_downhill(seed, hidden):
    found = noise.cloud(16, "untrained", seed, hidden)
    assert 1 < found.miss < 2.2
    assert np.mean(found.along > 0) > 0.97


def test_the_valley_is_the_loss_that_the_walk_descends():
    def loss(w):
        return np.sum((valley.FEATURES @ w - valley.TARGETS) ** 2) / 300

    start = np.array(valley.START)
    assert valley.excess(start) == pytest.approx(loss(start) - loss(valley.BEST))
    step = start - 0.3 * numerical_gradient(loss, start.copy(), 0.5)
    np.testing.assert_allclose(valley.descend(150, 0.3, epochs=1, runs=1)[0, 0], step)
    late = valley.descend(150, 0.3, epochs=2, runs=1, decay_after=1)[:, 0]
    np.testing.assert_allclose(
        late[1], step - 0.03 * numerical_gradient(loss, step.copy(), 0.5), atol=1e-12
    )


@pytest.mark.parametrize(("B", "rate"), [(10, 0.02), (30, 0.06), (3, 0.06), (10, 0.2)])
def test_the_floor_is_met_afresh_and_the_gain_follows_the_reach(B, rate):
    afresh, shuffled = (valley.settled(B, rate, replace) for replace in (True, False))
    assert 0.85 < afresh / valley.floor(B, rate) < 1.3
    reach = rate * 150 / B
    assert afresh / shuffled == pytest.approx({0.3: 6.4, 3.0: 1.4}[round(reach, 3)], rel=0.2)


# Lesson 3 -----------------------------------------------------------------------------------------


def test_no_best_rate_lies_at_the_end_of_the_grid():
    assert set(STEPS) == set(itertools.product(batch_size.HIDDEN, batch_size.SIZES))
    for one in STEPS.values():
        assert batch_size.RATES[0] < one.low <= one.rate <= one.high < batch_size.RATES[-1]
        assert one.rate in batch_size.RATES


@pytest.mark.parametrize("hidden", batch_size.HIDDEN)
def test_a_scale_of_thirty_fits_and_others_do_not(hidden):
    missed = {scale: laws.fit(hidden, scale)[2] for scale in (10, 20, 30, 80, 160)}
    assert missed[30] < 1.125
    assert min(missed, key=missed.get) == 30
    assert missed[80] > 1.5
    few, top, _ = laws.fit(hidden, 30)
    for B in batch_size.SIZES:
        one = STEPS[hidden, B]
        assert 1 / 1.8 < one.rate * (1 + 30 / B) / top < 1.8
        assert 0.85 < one.median / (few * (1 + 30 / B)) < 1.15


def test_records_of_steps_and_noise_are_repeated():
    one = STEPS[32, 256]
    again = [batch_size.steps_to(256, one.rate, seed, 500) for seed in range(2)]
    # Another processor may end a look away.
    assert all(min(one.steps) - 3 <= steps <= max(one.steps) + 3 for steps in again)
    w = network.new_weights(np.random.default_rng(0))
    found, kept = batch_size.noise(w, X, Y), NOISE[32, 0][0]
    assert vars(found) == pytest.approx(vars(kept), rel=0.01)


def test_the_derived_scale_fails_after_an_epoch_and_its_stand_in_grows():
    start, first, fifth = ([NOISE[32, s][k] for s in range(5)] for k in range(3))
    assert all(5 < one.derived < 50 for one in start)
    assert {one.derived > 0 for one in first} == {True, False}
    assert all(abs(one.along) < 0.1 * one.signal for one in first)
    assert min(one.simple for one in fifth) > 3 * np.median([one.simple for one in start])
    assert all(2 / one.sharpest < 1.6 for one in start)


def test_the_best_of_a_grid():
    found = {0.1: [5, 9, 10], 0.2: [8, 9, 9], 0.4: [8, 9.5, 30], 0.8: [8, 20, 30]}
    seeds = batch_size.SEEDS // 2  # of which the median is asked
    padded = {rate: [0] * (seeds - 1) + runs + [99] * (seeds - 1) for rate, runs in found.items()}
    one = batch_size.best(padded)
    assert (one.rate, one.low, one.high, one.median) == (0.1, 0.1, 0.4, 9)


# Lesson 4 -----------------------------------------------------------------------------------------


def test_every_run_of_the_quiz_looks_as_its_answer_says():
    runs = {name: clinic.curves(name) for name in clinic.RUNS}
    last = {name: values[-1] for name, values in runs.items()}
    assert last["A"][0] < 0.15
    assert last["A"][2] > 0.98
    assert runs["A"][:, 3].max() > last["A"][3] + 0.1
    assert np.all(np.diff(runs["B"][:, :2], axis=0) < 0)
    assert last["B"][0] > 1.9
    assert np.abs(runs["C"][:, 0] - np.log(10)).max() < 0.01
    assert last["D"][1] < 0.1
    assert np.all(runs["D"][:5, 1] < runs["D"][:5, 0])
    assert np.ptp(runs["E"][:6, 1]) > 0.2
    assert np.ptp(runs["E"][20:, 0]) < 0.1
    assert runs["F"][0, 1] > 3
    assert np.all(runs["F"][:, 1] > 2 * runs["F"][:, 0])
    assert np.ptp(runs["G"][:20, 1]) < 0.1
    assert last["G"][2] > 0.18 > 0.13 > last["G"][3]
    assert runs["H"][1, 3] > 0.9
    assert last["H"][3] < 0.7
    assert np.abs(runs["I"][:, 0] - runs["I"][:, 1])[5:].max() < 0.15
    assert 0.6 < last["I"][0] < 1
    asked = {question.id[-1].upper() for question in of_clinic.RUNS}
    assert asked == set(clinic.RUNS)


def test_two_positions_of_the_knobs_are_the_patient():
    assert clinic.apart(**clinic.PATIENT) == 0
    twin = {**clinic.PATIENT, "rate": 0.00625, "fault": "none"}
    assert clinic.apart(**twin) < 1e-12
    # Half the batch tells them apart, as the question says.
    half = {
        name: {**knobs, "batch_size": 8} for name, knobs in (("1", clinic.PATIENT), ("2", twin))
    }
    ends = {name: clinic.turned(**knobs)[-1, 0] for name, knobs in half.items()}
    assert ends["1"] < 0.6 * ends["2"]
    others = [
        at
        for at in itertools.product([0.00625, 0.05, 0.2], [32], [2, 32], clinic.FAULTS)
        if clinic.apart(*at) < 1e-6
    ]
    assert len(others) == 2
    near = clinic.apart(0.00625, 32, 32, "sorted by label")
    assert 0.02 < near < 0.06  # the third, which only looks like it
    with pytest.raises(ValueError, match="expected fault as one of"):
        clinic.run(fault="flu")


def test_spirals_take_a_bend():
    plane, seen, new = clinics.spiral_run("8 units")[200]
    assert set(np.unique(plane)) == {0, 1, 2}
    assert min(seen, new) > 0.9
    assert max(clinics.spiral_run("no hidden layer")[200][1:]) < 0.6
    points, arm = clinics.SPIRALS
    line = clinics.spiral_network("no hidden layer", 0)
    line.fit(points, arm, 200, 30, progress=False)
    right, radius = line.predict(points) == arm, np.hypot(*points.T)
    shares = [right[(radius >= a) & (radius < a + 0.2)].mean() for a in (0, 0.5, 0.85)]
    assert shares[0] < 0.3 < shares[2] < shares[1]


# Lesson 5 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", choosing.UNITS)
def test_parts_share_no_unit_and_hold_all(unit):
    _, _, form = nnlib.load_digits(forms=True)
    group = np.arange(1797) if unit == "image" else form
    for split in (0, 7):
        parts = choosing.parts(unit, split)
        assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1797))
        groups = [set(group[rows].tolist()) for rows in parts]
        assert not any(a & b for a, b in itertools.combinations(groups, 2))
        assert all(0.13 < len(rows) / 1797 < 0.17 for rows in parts[1:])
    with pytest.raises(ValueError, match="expected unit as one of"):
        choosing.parts("page", 0)


def test_pairs_are_even_on_a_log_scale():
    drawn = np.log(choosing.pairs(0, 2000))
    low, high = np.log(choosing.LOWEST), np.log(choosing.HIGHEST)
    places = (drawn - low) / (high - low)
    assert -0.01 < places.min() < places.max() < 1.01
    np.testing.assert_allclose(
        np.quantile(places, [0.25, 0.5, 0.75], axis=0)[:, 1], [0.25, 0.5, 0.75], atol=0.05
    )


def test_a_half_is_read_with_and_without_its_hand():
    _, _, form = nnlib.load_digits(forms=True)
    for test, seen, unseen in choosing.halves(5, 0):
        assert set(form[test]) == {5}
        assert 5 not in form[unseen]
        assert np.sum(form[seen] == 5) == 65
        assert len(seen) == len(unseen)
        assert not set(test) & set(seen)


def test_records_of_the_search_are_repeated():
    assert set(SEARCH) == set(itertools.product(choosing.UNITS, range(choosing.SPLITS)))
    assert all(len(pairs) == choosing.PAIRS for pairs in SEARCH.values())
    best = choosing.winner("form", 0)[0]
    train, validation, test = choosing.parts("form", 0)
    w = choosing.trained(train, *choosing.pairs(0)[best], best)
    found = choosing.misread(w, validation), choosing.misread(w, test)
    assert found == pytest.approx(SEARCH["form", 0][best], abs=3)
    assert choosing.by_form(2, 0) == pytest.approx(BY_FORM[2][0], abs=2)
    assert set(choosing.only_unseen(3)) & set(ONLY_UNSEEN[3])


def test_good_pairs_lie_along_a_diagonal():
    splits = range(choosing.SPLITS)
    drawn = np.log(np.concatenate([choosing.pairs(split) for split in splits]))
    shares = np.concatenate([choosing.scores("image", split)[0] for split in splits])
    assert np.corrcoef(drawn[shares > 0.96].T)[0, 1] == pytest.approx(0.58, abs=0.03)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.15


def test_what_the_lesson_says_of_luck_and_hands():
    image, form = (choosing.winners(unit) for unit in choosing.UNITS)
    luck = image[:, 0] - image[:, 1]
    assert luck.mean() > 2 * luck.std(ddof=1) / np.sqrt(len(luck))
    assert (image[:, 1].mean().round(3), form[:, 1].mean().round(3)) == (0.970, 0.931)
    assert form[:, 1].std() > 2 * image[:, 1].std()
    shares = choosing.form_shares()
    assert np.sum(shares[:, 0] > shares[:, 1]) == 13
    labels = nnlib.load_digits()[1][ONLY_UNSEEN[3]]
    assert (labels == 7).sum() == 6
    assert len(labels) == 8
    assert [choosing.at_border(pair) for pair in ((4, 0.1), (30, 0.1), (30, 2.9))] == [1, 0, 1]
