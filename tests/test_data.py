"""Data sets: what is known of them; a download that breaks off, is damaged, or has no server."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from nnlib import data
from nnlib.data import (
    load_digits,
    load_iris,
    load_mnist,
    make_moons,
    make_spirals,
    read_idx,
    train_test_split,
)

# --- in the package ------------------------------------------------------------------------------


def test_digits_are_the_known_ones():
    X, y = load_digits()
    assert X.shape == (1797, 8, 8, 1)
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    assert (X.min(), X.max()) == (0, 1)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert y[:10].tolist() == list(range(10))
    first = X[0, :2, :, 0] * 16
    assert first.tolist() == [[0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0]]


def test_each_form_has_the_labels_of_one_list():
    """23 are missing; one is a 3 where the others have an 8."""
    labels = "".join(map(str, load_digits()[1]))
    forms = [labels[a:b] for a, b in itertools.pairwise(data.DIGIT_FORMS)]
    assert len(forms) == 14
    assert data.DIGIT_FORMS[-1] == len(labels)
    whole = forms[0]
    assert sum(len(whole) - len(form) for form in forms) == 23
    assert forms[2] == whole[:-1] + "3" != whole
    for number, form in enumerate(forms):
        rest = iter(whole)
        assert number == 2 or all(label in rest for label in form), number


def test_a_form_is_told_for_each_digit():
    X, y, form = load_digits(forms=True)
    for asked, plain in zip((X, y), load_digits(), strict=True):
        np.testing.assert_array_equal(asked, plain)
    assert form.shape == y.shape
    assert form.dtype == np.int64
    np.testing.assert_array_equal(np.flatnonzero(np.diff(form)) + 1, data.DIGIT_FORMS[1:-1])
    assert (form[0], form[-1]) == (0, 13)
    with pytest.raises(TypeError, match="expected forms as True or False, got 1"):
        load_digits(forms=1)


def test_irises_are_those_of_fishers_table():
    X, y = load_iris()
    assert X.shape == (150, 4)
    assert y.dtype == np.int64
    assert np.bincount(y).tolist() == [50, 50, 50]
    means = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.77, 4.26, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose([X[y == c].mean(axis=0) for c in range(3)], means, atol=1e-9)
    # the two rows in which UCI's file differs from Fisher
    assert X[[34, 37]].tolist() == [[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]]
    assert X.min() == 0.1
    assert X.max() == 7.9


@pytest.mark.parametrize("load", [load_digits, load_iris, make_moons, make_spirals])
def test_no_caller_can_change_what_the_next_one_gets(load):
    X, y = load()
    before = X.copy(), y.copy()
    X += 1
    y += 1
    for now, then in zip(load(), before, strict=True):
        np.testing.assert_array_equal(now, then)


# --- made on the spot ----------------------------------------------------------------------------


def test_spirals_turn_outwards_at_equal_angles():
    X, y = make_spirals(50, classes=4, noise=0)
    assert X.shape == (200, 2)
    assert np.bincount(y).tolist() == [50] * 4
    radius = np.hypot(*X.T)
    np.testing.assert_allclose(radius, np.tile(np.linspace(0, 1, 50), 4), atol=1e-15)
    angle = np.arctan2(X[:, 0], X[:, 1]).reshape(4, 50)[:, 1:]
    turned = np.diff(np.unwrap(angle, axis=1), axis=1)
    np.testing.assert_allclose(turned, 4 / 49)
    np.testing.assert_allclose(np.exp(1j * np.diff(angle, axis=0)), 1j, atol=1e-12)


def test_moons_are_two_half_circles():
    X, y = make_moons(60, noise=0)
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert len(upper) == len(lower) == 60


def test_noise_has_its_standard_deviation():
    for noise in (0.05, 0.3):
        clean, _ = make_moons(5000, noise=0)
        noisy, _ = make_moons(5000, noise=noise)
        assert (noisy - clean).std() == pytest.approx(noise, rel=0.03)


def test_noise_turns_a_spiral_and_keeps_its_radius():
    X, _ = make_spirals(5000, classes=1, noise=0.3)
    clean, _ = make_spirals(5000, classes=1, noise=0)
    np.testing.assert_allclose(np.hypot(*X.T), np.hypot(*clean.T), atol=1e-12)
    turned = np.angle((X[1:] @ [1, 1j]) / (clean[1:] @ [1, 1j]))
    assert turned.std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize("make", [make_moons, make_spirals])
def test_a_seed_fixes_the_points(make):
    np.testing.assert_array_equal(make(seed=3)[0], make(seed=3)[0])
    assert not np.array_equal(make(seed=3)[0], make(seed=4)[0])


def test_a_share_may_be_of_any_float_and_rows_in_lists():
    X, y = np.arange(40).reshape(20, 2), np.arange(20)
    expected = train_test_split(X, y, 0.25)
    for share in (np.float32(0.25), np.float64(0.25), np.int64(5)):
        for ours, theirs in zip(
            train_test_split(X.tolist(), y.tolist(), share), expected, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_a_split_keeps_every_row_with_its_label():
    X, y = np.arange(40).reshape(20, 2), np.arange(20)
    X_train, y_train, X_test, y_test = train_test_split(X, y, 0.25, seed=1)
    assert (len(X_train), len(X_test)) == (15, 5)
    assert sorted([*y_train, *y_test]) == list(range(20))
    np.testing.assert_array_equal(X_train[:, 0], 2 * y_train)
    np.testing.assert_array_equal(X_test[:, 0], 2 * y_test)
    assert y_test.tolist() != list(range(15, 20))
    assert train_test_split(X, y, 0.25, seed=1)[3].tolist() == y_test.tolist()
    assert train_test_split(X, y, 0.25, seed=2)[3].tolist() != y_test.tolist()
    assert len(train_test_split(X, y, 3)[2]) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_spirals(0), r"n_per_class to be a whole number >= 1, got 0"),
        (lambda: make_spirals(classes=0), r"classes to be a whole number >= 1, got 0"),
        (lambda: make_spirals(noise=-1), r"noise in \[0, inf\), got -1"),
        (lambda: make_moons(2.5), r"n_per_class to be a whole number >= 1, got 2.5"),
        (lambda: make_moons(noise=-1), r"noise in \[0, inf\), got -1"),
        (lambda: train_test_split([1], [1, 2]), r"as many rows in X as in y, .*, got 1 and 2"),
        (lambda: train_test_split([1, 2], [1, 2], 2), r"0 < held_out < 2 samples, got 2"),
        (lambda: train_test_split([1, 2], [1, 2], 0.1), r"0 < held_out < 2 samples, got 0.1"),
        (lambda: train_test_split([1, 2], [1, 2], 1.5), r"a whole number of samples.*, got 1.5"),
        (lambda: train_test_split([1, 2], [1, 2], True), r"a whole number of samples.*, got True"),
        (lambda: train_test_split([1, 2], [1, 2], "1"), r"a whole number of samples.*, got '1'"),
        (lambda: train_test_split(1, 2), r"at least one, got 0 and 0"),
        (lambda: train_test_split([1, 2], [1, 2], 1, seed="a"), r"seed as a whole .*, got 'a'"),
        (lambda: train_test_split([[1], [2, 3]], [1, 2]), r"X as an array or even rows, got"),
        (lambda: make_moons(seed=-1), r"seed as a whole number >= 0 or a Generator, got -1"),
        (lambda: make_spirals(seed=1.5), r"seed as a whole number >= 0 or a Generator, got 1.5"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# --- MNIST from a small server on this machine ---------------------------------------------------


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


IMAGES = np.random.default_rng(0).integers(0, 256, (8, 28, 28))
IMAGES[0, 0, 0] = 255
ARRAYS = [IMAGES[:5], np.arange(5), IMAGES[5:], np.arange(5, 8)]


class Mirror:
    """A server of `files`: with `ranges` it honours Range, `cut` breaks off, `damage` spoils.

    `shift` answers a Range with another one, `chunked` names no length, `stall` sends one byte
    and waits until `close`, `to` redirects, `endless` goes on until the other side has enough.
    """

    def __init__(self, files):
        self.files, self.requests = files, []
        self.ranges, self.cut, self.damage = True, None, False
        self.always, self.length = None, None
        self.shift, self.chunked, self.stall, self.to, self.endless = 0, False, False, None, False
        self.closing, self.sent = threading.Event(), 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                mirror.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, handler):
        name, asked = handler.path[1:], handler.headers.get("Range")
        self.requests.append((name, asked))
        if self.always or name not in self.files:
            handler.send_error(self.always or 404)
            return
        if self.to:
            handler.send_response(302)
            handler.send_header("Location", self.to)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        body, status = self.files[name], 200
        if self.damage:
            body = body[:-1] + bytes([body[-1] ^ 1])
        if asked and self.ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                handler.send_error(416)
                return
            body, status = body[max(0, start - self.shift) :], 206
        handler.send_response(status)
        handler.close_connection = True
        if self.chunked:
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            sizes = [body[i : i + 50] for i in range(0, len(body), 50)] + [b""]
            whole = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in sizes)
            handler.wfile.write(whole[: self.cut])
            return
        if not self.endless:
            handler.send_header(
                "Content-Length", str(len(body)) if self.length is None else self.length
            )
        handler.end_headers()
        if self.stall:
            handler.wfile.write(body[:1])
            handler.wfile.flush()
            self.closing.wait(10)
            return
        while self.endless and self.sent < 1 << 24:  # and then enough
            try:
                handler.wfile.write(bytes(1 << 12))
            except OSError:
                return
            self.sent += 1 << 12
        handler.wfile.write(body[: self.cut])

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mirrors(monkeypatch):
    """Two mirrors of four tiny files, in the place of the real ones."""
    monkeypatch.setattr("socket.getfqdn", lambda *_: "localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    files = {
        name: gzip.compress(idx(array), mtime=0)
        for name, array in zip(data.MNIST_FILES, ARRAYS, strict=True)
    }
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    both = [Mirror(files), Mirror(files)]
    monkeypatch.setattr(data, "MNIST_FILES", digests)
    monkeypatch.setattr(data, "MNIST_MIRRORS", tuple(m.url for m in both))
    yield both
    for mirror in both:
        mirror.close()


def load(folder):
    return load_mnist(folder, progress=False)


def assert_loaded(result):
    for got, expected in zip(result, ARRAYS, strict=True):
        if got.ndim == 4:
            assert got.dtype == np.float32
            np.testing.assert_allclose(got[..., 0], expected / 255, rtol=1e-6)
        else:
            assert got.dtype == np.int64
            np.testing.assert_array_equal(got, expected)


def test_the_files_are_asked_for_by_the_names_that_the_mirrors_have():
    assert all(name.endswith("-ubyte.gz") for name in data.MNIST_FILES)
    assert all(len(bytes.fromhex(digest)) == 32 for digest in data.MNIST_FILES.values())
    assert all(url.startswith("https://") and url.endswith("/") for url in data.MNIST_MIRRORS)


def test_mnist_is_fetched_once_and_then_read_from_the_cache(mirrors, tmp_path):
    assert_loaded(load(tmp_path / "new" / "folder"))
    assert mirrors[0].requests == [(name, None) for name in data.MNIST_FILES]
    for mirror in mirrors:
        mirror.server.shutdown()
    assert_loaded(load(tmp_path / "new" / "folder"))
    assert len(mirrors[0].requests) == 4
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == sorted(
        data.MNIST_FILES
    )


def test_progress_is_shown_when_asked(mirrors, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    pytest.importorskip("tqdm")
    load(tmp_path / "quiet")
    assert capsys.readouterr() == ("", "")
    load_mnist(tmp_path / "shown")
    assert "100%" in capsys.readouterr().err


def test_a_download_that_broke_off_goes_on_where_it_stopped(mirrors, tmp_path):
    first = next(iter(data.MNIST_FILES))
    for mirror in mirrors:
        mirror.cut = 100
    with pytest.raises(ConnectionError, match=r"broke off after 200 bytes"):
        load(tmp_path)
    assert mirrors[1].requests == [(first, "bytes=100-")]
    assert (tmp_path / (first + ".part")).stat().st_size == 200
    mirrors[0].cut = None
    assert_loaded(load(tmp_path))
    assert mirrors[0].requests[1] == (first, "bytes=200-")


def test_a_server_without_ranges_sends_the_whole_again(mirrors, tmp_path):
    first = next(iter(data.MNIST_FILES))
    mirrors[0].ranges = False
    (tmp_path / (first + ".part")).write_bytes(b"not the beginning")
    assert_loaded(load(tmp_path))
    assert mirrors[0].requests[0] == (first, "bytes=17-")
    assert not mirrors[1].requests


def test_a_whole_part_is_taken_as_it_is(mirrors, tmp_path):
    first = next(iter(data.MNIST_FILES))
    (tmp_path / (first + ".part")).write_bytes(mirrors[0].files[first])
    assert_loaded(load(tmp_path))


def test_a_part_with_a_wrong_beginning_is_thrown_away(mirrors, tmp_path):
    first = next(iter(data.MNIST_FILES))
    (tmp_path / (first + ".part")).write_bytes(b"not the beginning")
    assert_loaded(load(tmp_path))
    assert mirrors[1].requests == [(first, None)]


def test_a_damaged_file_is_fetched_from_the_other_mirror(mirrors, tmp_path):
    mirrors[0].damage = True
    assert_loaded(load(tmp_path))
    assert len(mirrors[1].requests) == 4


def test_a_damaged_file_in_the_cache_is_replaced(mirrors, tmp_path):
    load(tmp_path)
    first = next(iter(data.MNIST_FILES))
    (tmp_path / first).write_bytes(b"damaged")
    assert_loaded(load(tmp_path))


def test_two_damaged_mirrors_are_named_and_nothing_is_kept(mirrors, tmp_path):
    for mirror in mirrors:
        mirror.damage = True
    with pytest.raises(ConnectionError, match=r"what came does not have SHA-256") as caught:
        load(tmp_path)
    assert all(mirror.url in str(caught.value) for mirror in mirrors)
    assert not list(tmp_path.iterdir())


def test_without_a_network_the_error_says_what_to_do(mirrors, tmp_path):
    for mirror in mirrors:
        mirror.close()
    expected = r"Put the file there by hand, or try again with a network; load_digits\(\) needs"
    with pytest.raises(ConnectionError, match=expected) as caught:
        load(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert all(mirror.url in str(caught.value) for mirror in mirrors)


def test_a_server_that_refuses_ranges_nobody_asked_for_is_passed_over(mirrors, tmp_path):
    mirrors[0].always = 416
    assert_loaded(load(tmp_path))
    assert len(mirrors[1].requests) == 4


@pytest.mark.parametrize("length", ["abc", "-1", "", "1.5"])
def test_a_length_that_is_none_leaves_the_checksum_to_decide(length, mirrors, tmp_path):
    mirrors[0].length = length
    assert_loaded(load(tmp_path))
    assert not mirrors[1].requests


def test_a_tilde_is_the_home(mirrors, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    load("~/digits")
    load(None)
    assert len(list((tmp_path / "home" / "digits").iterdir())) == 4
    assert len(list((tmp_path / "home" / ".cache" / "nnlib" / "mnist").iterdir())) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_server_that_answers_with_another_range_is_passed_over(mirrors, tmp_path):
    first = next(iter(data.MNIST_FILES))
    mirrors[0].shift = 10
    (tmp_path / (first + ".part")).write_bytes(mirrors[0].files[first][:50])
    assert_loaded(load(tmp_path))
    assert mirrors[0].requests[0] == (first, "bytes=50-")
    assert mirrors[1].requests == [(first, None)]


def test_a_server_may_name_no_length(mirrors, tmp_path):
    mirrors[0].chunked = True
    assert_loaded(load(tmp_path))
    assert not mirrors[1].requests


def test_chunks_that_break_off_go_on_at_the_other_mirror(mirrors, tmp_path):
    mirrors[0].chunked, mirrors[0].cut = True, 200
    assert_loaded(load(tmp_path))
    images = [name for name in data.MNIST_FILES if "images" in name]  # labels end before that
    assert [name for name, _ in mirrors[1].requests] == images


def test_a_server_that_falls_silent_is_given_up(mirrors, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "SILENCE", 0.2)
    mirrors[0].stall = True
    assert_loaded(load(tmp_path))
    assert len(mirrors[1].requests) == 4


def test_a_server_that_does_not_end_is_given_up(mirrors, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "LARGEST", 1 << 17)
    for mirror in mirrors:
        mirror.endless = True
    with pytest.raises(ConnectionError, match=r"sends more than 131072 bytes"):
        load(tmp_path)
    assert all(mirror.sent < 1 << 24 for mirror in mirrors)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0
    mirrors[0].endless = False
    assert_loaded(load(tmp_path))


@pytest.mark.parametrize("scheme", ["file", "ftp", "data", "itself"])
def test_a_redirection_to_what_is_no_mirror_brings_nothing(scheme, mirrors, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for the cache")
    mirrors[0].to = {
        "file": secret.as_uri(),
        "ftp": "ftp://127.0.0.1:1/secret",
        "data": "data:,secret",
        "itself": mirrors[0].url + next(iter(data.MNIST_FILES)),
    }[scheme]
    assert_loaded(load(tmp_path / "cache"))
    assert len(mirrors[1].requests) == 4
    assert len(mirrors[0].requests) <= 4 * 11  # urllib follows ten


def test_a_redirection_to_the_other_mirror_is_followed(mirrors, tmp_path):
    mirrors[0].to = mirrors[1].url + next(iter(data.MNIST_FILES))
    mirrors[1].cut = 20
    with pytest.raises(ConnectionError, match="broke off"):
        load(tmp_path)
    mirrors[1].cut = None
    name, digest = next(iter(data.MNIST_FILES.items()))
    data.fetch(name, digest, tmp_path, [mirrors[0].url], progress=False)
    assert mirrors[1].requests[-1] == (name, "bytes=40-")


FETCH = """
import sys; from pathlib import Path; from nnlib.data import fetch
name, digest, folder, mirror = sys.argv[1:]
fetch(name, digest, Path(folder), [mirror], progress=False)
"""


def test_processes_that_fetch_at_once_do_not_spoil_each_others_file(mirrors, tmp_path):
    """Large enough to be under way together: each needs many reads."""
    body = np.random.default_rng(1).bytes(1 << 22)
    mirrors[0].files["large"] = body
    (tmp_path / "large.part").write_bytes(body[:100])
    digest = hashlib.sha256(body).hexdigest()
    command = [sys.executable, "-c", FETCH, "large", digest, str(tmp_path), mirrors[0].url]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert (tmp_path / "large").read_bytes() == body
    assert [path.name for path in tmp_path.iterdir()] == ["large"]


def test_who_comes_second_begins_anew_and_what_is_left_can_go_on(tmp_path):
    part = tmp_path / "name.part"
    part.write_bytes(b"half")
    with data.claimed(part) as own:
        assert own.read_bytes() == b"half"
        assert not part.exists()
        own.write_bytes(b"half and more")
    assert part.read_bytes() == b"half and more"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_is_said_at_once(mirrors, tmp_path):
    (tmp_path / (next(iter(data.MNIST_FILES)) + ".part")).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        load(tmp_path)
    assert not isinstance(caught.value, ConnectionError)
    assert not mirrors[1].requests


def test_a_missing_file_is_said_to_be_missing(mirrors, tmp_path):
    mirrors[0].files.clear()
    with pytest.raises(ConnectionError, match=r"HTTP Error 404"):
        load(tmp_path)


# --- IDX -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4), (0, 3)], ids=str)
def test_idx_files_are_read(shape, pack, tmp_path, rng):
    array = rng.integers(0, 256, shape)
    (tmp_path / "file").write_bytes(pack(idx(array)))
    read = read_idx(str(tmp_path / "file"))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


GOOD = idx(np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", r"IDX file of bytes, got one starting b''"),
        (b"<htm", r"IDX file of bytes, got one starting b'<htm'"),
        (b"\0\0\x0d\1" + GOOD[4:], r"IDX file of bytes, got one starting b'.*x01'"),
        (GOOD[:8], r"2 axes in the head of .*, got 8 bytes"),
        (GOOD[:-1], r"6 bytes after the head of .*, for the shape \(2, 3\) .*, got 5"),
        (GOOD + b"x", r"6 bytes after the head of .*, for the shape \(2, 3\) .*, got 7"),
        (gzip.compress(GOOD, mtime=0) + b"<html>", r"a whole gzip file, got: Not a gzipped file"),
        (gzip.compress(GOOD, mtime=0)[:-9], r"a whole gzip file, got: Compressed file ended"),
        (gzip.compress(GOOD, mtime=0)[:-5] + b"12345", r"a whole gzip file, got: CRC check failed"),
    ],
)
def test_damaged_idx_files_are_refused(raw, message, tmp_path):
    (tmp_path / "file").write_bytes(raw)
    with pytest.raises(ValueError, match=message):
        read_idx(tmp_path / "file")
