"""Parts of a batch on several threads: the same numbers, errors, settings and processes."""

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nnlib import Conv2D, Pool2D, _threads, layers
from nnlib._threads import each, threads

PATIENCE = 30  # seconds until a test that waits for another thread gives up


@pytest.fixture(params=[1, 2, 3])
def count(request, monkeypatch):
    """So many threads are asked for."""
    monkeypatch.setenv(_threads.VARIABLE, str(request.param))
    return request.param


@pytest.fixture
def two(monkeypatch):
    monkeypatch.setenv(_threads.VARIABLE, "2")


def through(layer):
    """Return the output of a layer, and all gradients."""
    rng = np.random.default_rng(0)
    Y = layer.forward(rng.normal(size=(7, 6, 5, 2)).astype(np.float32))
    dX = layer.backward(rng.normal(size=Y.shape).astype(np.float32))
    return [Y, dX, *layer.gradients.values()]


LAYERS = {
    "Conv2D": lambda: Conv2D(3, 3, "tanh"),
    "Conv2D, stride": lambda: Conv2D(3, (3, 2), "relu", stride=2, pad=1),
    "maximum": lambda: Pool2D(2),
    "overlapping maximum": lambda: Pool2D(3, stride=1, pad=1),
    "average": lambda: Pool2D(2, "average"),
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_no_bit_depends_on_the_number_of_threads(make, monkeypatch):
    monkeypatch.setattr(layers, "PART", 1)  # a part for each sample
    alone = through(make())
    for some in ("2", "3", "8"):
        monkeypatch.setenv(_threads.VARIABLE, some)
        for found, expected in zip(through(make()), alone, strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("layer", [Conv2D(3, 3), Pool2D(2)], ids=["Conv2D", "Pool2D"])
@pytest.mark.parametrize("asked", ["1", "2"])
def test_a_layer_works_on_threads_if_asked_to(layer, asked, monkeypatch):
    monkeypatch.setenv(_threads.VARIABLE, asked)
    monkeypatch.setattr(layers, "PART", 1)
    done = []

    def noting(work, parts):
        for part in parts:
            done.append(part)
        return each(lambda part: (names.add(threading.current_thread().name), work(part))[1], parts)

    names: set[str] = set()
    monkeypatch.setattr(layers, "each", noting)
    through(layer)
    assert len(done) == 14  # a part for each of 7 samples, forward and backward
    assert any(name.startswith("nnlib") for name in names) == (asked == "2")
    assert threading.current_thread().name in names  # the caller takes a part too


def test_results_come_in_the_order_of_the_parts(two):
    second_is_done = threading.Event()

    def work(part):
        if part == 0:
            assert second_is_done.wait(PATIENCE)
        if part == 1:
            second_is_done.set()
        return part**2

    assert list(each(work, range(5))) == [0, 1, 4, 9, 16]


def test_few_results_wait_to_be_fetched(two):
    begun = []
    results = each(begun.append, range(100))
    next(results)
    results.close()
    assert begun == [0, 1] or begun == [1, 0]


def test_the_error_of_a_part_is_raised_and_no_part_goes_on_behind_it(count):
    begun = []

    def work(part):
        begun.append(part)
        if part == 1:
            raise ZeroDivisionError("in part 1")

    with pytest.raises(ZeroDivisionError, match="in part 1"):
        list(each(work, range(100)))
    so_far = list(begun)
    assert len(so_far) <= 2 + count
    assert list(each(abs, [-1, -2, -3])) == [1, 2, 3]
    assert begun == so_far


def test_a_part_sees_what_errstate_has_set(count):
    def work(part):
        return np.zeros(3) / part

    with np.errstate(invalid="ignore"):
        assert np.isnan(list(each(work, [0.0, 0.0]))).all()
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        list(each(work, [0.0, 0.0]))


def test_parts_of_a_part_wait_for_nobody(count):
    def outer(part):
        return sum(each(lambda inner: part * inner, range(4)))

    assert list(each(outer, range(6))) == [0, 6, 12, 18, 24, 30]


def test_one_part_needs_no_thread(two):
    assert list(each(lambda _: threading.current_thread(), "a")) == [threading.current_thread()]
    assert list(each(abs, [])) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_gets_threads_of_its_own(two):
    assert list(each(abs, [-1, -2])) == [1, 2]  # from here on there are threads
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=lambda: answers.put(list(each(abs, [-3, -4, -5]))))
    child.start()
    child.join(PATIENCE)
    stuck = child.is_alive()
    child.kill()
    assert not stuck
    assert answers.get() == [3, 4, 5]


def test_where_there_are_no_threads_the_parts_go_one_by_one(count, monkeypatch):
    def submit(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    _threads._helpers.cache_clear()
    assert list(each(abs, [-1, -2])) == [1, 2]
    _threads._helpers.cache_clear()


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", ""])
def test_the_number_of_threads_is_a_whole_number(wrong, monkeypatch):
    monkeypatch.setenv(_threads.VARIABLE, wrong)
    with pytest.raises(ValueError, match=rf"NNLIB_THREADS as a whole number >= 1, got '{wrong}'"):
        threads()


def test_without_a_setting_there_is_one_thread(monkeypatch):
    monkeypatch.delenv(_threads.VARIABLE, raising=False)
    assert threads() == 1
