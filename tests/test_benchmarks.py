"""The benchmarks compare like with like, and their tables print. No time is asserted."""

import os
import re

import numpy as np
import pytest

pytest.importorskip("tqdm")  # nnlib's own tests need NumPy alone; this is about something else
from benchmarks import __main__, claims, conv, growth, page, steps, timing, workers

FAST = {"count": 1, "at_least": 0.0}


@pytest.mark.parametrize("loop", conv.LOOPS)
@pytest.mark.parametrize("case", [("digits", 8, 3), ((2, 7, 6, 3), 4, 5)])
def test_a_loop_over_pixels_is_the_convolution(loop, case):
    ways = conv.case(*case)
    Z, gradients = ways[loop]()
    expected_Z, expected = ways["nnlib.Conv2D"]()
    np.testing.assert_allclose(Z, expected_Z, rtol=0, atol=1e-10)
    for name in ("X", "W", "b"):
        np.testing.assert_allclose(
            gradients[name], expected[name].reshape(gradients[name].shape), rtol=0, atol=1e-10
        )


def test_a_loop_that_is_wrong_is_not_timed(monkeypatch):
    def wrong(*given):
        Z, gradients = conv.loop(*given)
        return Z, gradients | {"W": gradients["W"] * (1 + 1e-9)}

    monkeypatch.setitem(conv.LOOPS, "loop over pixels, einsum", wrong)
    with pytest.raises(RuntimeError, match=r"einsum and nnlib\.Conv2D disagree"):
        conv.run({"digits": ("digits", 8, 3)}, **FAST)


def test_the_table_of_the_convolution_prints(capsys):
    conv.run({"small": ((2, 6, 6, 1), 2, 3)}, **FAST)
    printed = capsys.readouterr().out
    assert "nnlib.Conv2D" in printed
    assert "1.00 (1.00 .. 1.00)" in printed
    assert all(name in printed for name in conv.LOOPS)


SMALL = {
    "row sums": (claims.row_sums, (30, 4)),
    "patches": (claims.patch_product, (2, 6, 3, 4, 3)),
    "scatter": (claims.scatter, (2, 6, 3, 4, 3)),
    "pooling": (claims.pooling, (2, 6, 3)),
    "squashing": (claims.squashing, (3, 4)),
    "first layer": (claims.first_layer, (4, 5, 3)),
}


def test_every_claim_is_about_ways_that_agree(capsys):
    assert {f for f, _ in SMALL.values()} == {f for f, _ in claims.CLAIMS.values()}
    claims.run(SMALL, **FAST)
    printed = capsys.readouterr().out
    assert all(label in printed for label in SMALL)


def test_ways_that_disagree_are_not_timed():
    with pytest.raises(RuntimeError, match="doubled gives something else"):
        claims.agree("sums", {"once": lambda: np.ones(3), "doubled": lambda: np.full(3, 2.0)})


@pytest.mark.parametrize("p", [-1.0, 0.0, 1.0, 2.5])
def test_the_exponent_of_a_power_law_is_found_through_noise(p):
    sizes = np.array([8, 16, 32, 64, 128])
    exact, residual = growth.exponent(sizes, 3e-4 * sizes**p)
    assert exact == pytest.approx(p, abs=1e-12)
    assert residual == pytest.approx(1, abs=1e-12)
    rng = np.random.default_rng(0)
    fits = [
        growth.exponent(sizes, 3e-4 * sizes**p * np.exp(0.1 * rng.normal(size=5)))
        for _ in range(200)
    ]
    # Var p = 0.1^2 / sum (x - mean)^2, and x steps by ln 2: 0.1 / (ln 2 sqrt(10)).
    slopes = np.array([slope for slope, _ in fits])
    spread = 0.1 / (np.log(2) * np.sqrt(10))
    assert abs(slopes.mean() - p) < 4 * spread / np.sqrt(200)
    assert slopes.std() == pytest.approx(spread, rel=0.2)
    assert all(1 < worst < 1.5 for _, worst in fits)


def test_the_residual_is_the_factor_off_the_line():
    # The logarithms 0, ln 8, 0 lie (ln 8) / 3, 2 (ln 8) / 3 and (ln 8) / 3 off a level line.
    slope, worst = growth.exponent([1, 2, 4], [1, 8, 1])
    assert slope == pytest.approx(0, abs=1e-12)
    assert worst == pytest.approx(4)


@pytest.mark.parametrize(
    ("sizes", "times"), [([2, 2], [1, 1]), ([1, 2], [1, 0]), ([0, 1], [1, 1]), ([1, 2], [1])]
)
def test_no_line_goes_through_what_has_no_logarithm(sizes, times):
    with pytest.raises(ValueError, match="two or more positive sizes"):
        growth.exponent(sizes, times)


def test_what_grows_is_what_the_label_says():
    shapes = {
        label: [law.prepare(size)().shape for size in law.sizes[:2]]
        for label, law in growth.LAWS.items()
    }
    assert shapes == {
        "FullyConnected: batch": [(128, 256), (256, 256)],
        "FullyConnected: width": [(128, 128), (128, 256)],
        "Conv2D: batch": [(8, 16, 16, 16), (16, 16, 16, 16)],
        "Conv2D: side": [(16, 10, 10, 16), (16, 18, 18, 16)],
        "Conv2D: kernel": [(16, 14, 14, 16), (16, 16, 16, 16)],
        "Conv2D: channels, in and out": [(16, 16, 16, 8), (16, 16, 16, 16)],
    }


def test_the_exponent_of_each_round_is_in_the_table(monkeypatch, capsys):
    rounds = {"2": [1.0, 1.0, 1.0], "4": [2.0, 4.0, 8.0]}
    monkeypatch.setattr(growth, "paired", lambda *_, **__: rounds)
    growth.run({"it": growth.Law(lambda size: lambda: size, (2, 4), 2)})
    assert "2 .. 4  2                    2.00 (1.50 .. 2.50)  1.00" in capsys.readouterr().out


def test_a_share_of_the_peak_is_a_ratio_of_operations_a_second():
    # Half the operations in the peak's time, in a quarter of it, in twice as much.
    assert growth.share(5.0, [1.0, 0.25, 2.0], 10.0, [1.0, 1.0, 1.0]) == "50 % (38 .. 125)"


def test_a_wide_convolution_stands_beside_a_product(capsys):
    growth.wide((2, 5, 5, 3), 4, 3, square=8, **FAST)
    printed = capsys.readouterr().out
    found = re.findall(r"float(?:32|64)  (?:for|back)ward +\S+ ms +\d+ %", printed)
    assert len(found) == 4 * len(workers.ways())


def test_rounds_interleave_and_a_ratio_is_taken_within_each():
    order = []
    ticks = {"a": iter([1.0, 10.0, 100.0]), "b": iter([2.0, 20.0, 300.0])}

    def timer(name):
        return lambda: order.append(name) or next(ticks[name])

    times = timing.rounds({name: timer(name) for name in "ab"}, count=3)
    assert "".join(order) == "ababab"
    assert timing.ratio(times["b"], times["a"]) == "2.00 (2.00 .. 2.50)"


def test_a_call_is_timed_over_as_many_calls_as_fill_the_time(monkeypatch):
    clock = iter(np.arange(100.0))  # every look at the clock takes a second
    monkeypatch.setattr(timing, "perf_counter", lambda: next(clock))
    calls = []
    assert timing.seconds_per_call(lambda: calls.append(1), at_least=3.0) == 1.0
    assert len(calls) == 6  # three unmeasured, three measured


@pytest.mark.parametrize("model", steps.MODELS)
def test_a_step_moves_the_weights_against_the_gradients(model):
    step = steps.NumpyStep(model, "float64", 3)
    before = [p.copy() for layer in step.network.layers for p in layer.parameters.values()]
    probe = step.probe()
    layers = [probe[i : i + 4] for i in range(0, len(probe), 4)]
    moved = [(g, after) for dW, db, W, b in layers for g, after in ((dW, W), (db, b))]
    for old, (g, after) in zip(before, moved, strict=True):
        assert np.abs(g).max() > 0
        np.testing.assert_allclose(after, old - steps.ETA * g, rtol=0, atol=1e-15)


def test_unequal_steps_are_not_timed():
    ones = [np.ones((2, 2))]
    with pytest.raises(RuntimeError, match="disagree"):
        steps.equal("mlp", "float64", 2, ones, [np.ones((2, 2)) * (1 + 1e-9)])


@pytest.mark.oracle
def test_pytorch_takes_the_same_step_in_a_process_of_its_own(capsys):
    pytest.importorskip("torch")
    steps.run("lenet", batches=(2,), **FAST)
    printed = capsys.readouterr().out
    found = re.findall(r"float(?:32|64) +2 +\S+ ms +\S+ ms +\d", printed)
    assert len(found) == 2 * len(workers.ways())


def test_without_pytorch_one_line_says_so(capsys, monkeypatch):
    monkeypatch.setattr(steps.importlib.util, "find_spec", lambda name: None)
    steps.run("mlp")
    assert "skipped, PyTorch is not installed" in capsys.readouterr().out


def test_a_worker_that_fails_says_why():
    with (
        steps.Worker(steps.NumpyStep) as worker,
        pytest.raises(RuntimeError, match="KeyError: 'no such model'"),
    ):
        worker.ask("prepare", "no such model", "float64", 2)


class Variables:
    """What a process sees of the threads it may have."""

    def probe(self):
        return {name: os.environ.get(name) for name in (*timing.THREADS, "NNLIB_THREADS")}


def test_each_way_to_use_the_cores_has_a_process_of_its_own(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("NNLIB_THREADS", raising=False)
    ways = workers.ways(3)
    assert list(workers.ways(1)) == ["1"]
    seen = {}
    for way, environments in ways.items():
        for ours, environment in zip((True, False), environments, strict=True):
            with workers.Worker(Variables, environment) as worker:
                worker.ask("prepare")
                found = worker.ask("probe")
            assert len({found[name] for name in timing.THREADS}) == 1
            seen[way, ours] = found["OPENBLAS_NUM_THREADS"], found["NNLIB_THREADS"]
    assert list(seen.values()) == [
        *(("1", None), ("1", None)),
        *(("3", None), ("3", None)),
        *(("1", "3"), ("3", None)),
    ]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"


def test_a_page_without_a_book_is_one_line(capsys, tmp_path):
    page.run(tmp_path)
    assert "the book is not built (make book)" in capsys.readouterr().out


def test_what_a_page_weighs(tmp_path):
    text, font = tmp_path / "a.js", tmp_path / "b.woff2"
    text.write_bytes(b"0" * 10_000)
    font.write_bytes(b"0" * 1_000)
    raw, gzipped = page.weight({text, font})
    assert raw == 11_000
    assert 1_000 < gzipped < 1_100  # the script shrinks; a font is sent as it is
    row = page.row("ours", ({text, font}, {"b.example", "a.example"}))
    assert row[1:3] == ("2", "11 kB")
    assert row[-1] == "2: a.example, b.example"


def test_the_command_names_its_parts(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["conf"])
    assert (
        "expected a part of conv, wide, growth, claims, mlp, lenet, page, got 'conf'"
        in capsys.readouterr().err
    )
