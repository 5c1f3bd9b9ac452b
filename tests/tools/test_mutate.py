"""Mutations are found, run and judged; the comments that excuse some of them cannot go stale."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from tools import mutate
from tools.mutate import ROOT, mutations, rounds, sample

SOURCE = '''
class Cube:
    def __init__(self):
        self.n = 3

    def forward(self, Z: "1 + 1", training: bool = True):
        """Return -z^3."""
        if Z.size > 5:
            raise ValueError(f"{1 + 1}")
        # `strict=False` does the same: there is one of each
        for n in zip(Z, strict=True):
            Z = np.maximum(n.T, 0)
        return Z * Z if training else None  # `Z / Z` does the same: not really
'''


def found(source=SOURCE):
    return mutations("cube", textwrap.dedent(source))


def changes(source=SOURCE):
    return [(m.line, m.kind, m.after) for m in found(source)[0]]


def test_every_change_of_what_computes_and_nothing_else():
    assert changes() == [
        (11, "number", "for n in zip(Z, strict=False):"),
        (12, "sign", "Z = -np.maximum(n.T, 0)"),
        (12, "function", "Z = np.minimum(n.T, 0)"),
        (12, "transpose", "Z = np.maximum(n, 0)"),
        (12, "number", "Z = np.maximum(n.T, 1)"),
        (13, "sign", "return -(Z * Z if training else None)"),
        (13, "condition", "return Z * Z"),
        (13, "condition", "return None"),
        (13, "operator", "return Z / Z if training else None"),
    ]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("x += y", ["x -= y", "x = y", "pass"]),
        ("x = ~y", ["x = -~y", "x = y"]),
        ("x = a < b", ["x = a <= b"]),
        ("x = a and 1.5", ["x = -(a and 1.5)", "x = a or 1.5", "x = a and 2.5"]),
        ("x = np.sqrt(y)", ["x = -np.sqrt(y)", "x = y"]),
        ("x = y // z", ["x = -(y // z)", "x = y * z"]),
        ("x = y.shape", []),
    ],
)
def test_what_a_line_may_become(line, after):
    assert [a for _, _, a in changes(f"def forward():\n    {line}\n")] == after


def test_the_tree_is_as_it_was_and_each_change_is_made_alone(monkeypatch):
    monkeypatch.setattr(mutate, "source", lambda module: SOURCE)
    for mutation in found()[0]:
        text = mutate.ast.unparse(mutate.broken("cube", [mutation]))
        assert mutation.after in text
        whole = mutate.ast.unparse(mutate.ast.parse(SOURCE))
        assert sum(a != b for a, b in zip(text.split("\n"), whole.split("\n"), strict=True)) == 1


def test_an_excuse_holds_for_its_own_statement_only():
    listed, stale = found()
    assert stale == []
    assert [(m.after, m.excuse.why) for m in listed if m.excuse] == [
        ("for n in zip(Z, strict=False):", "there is one of each"),
        ("return Z / Z if training else None", "not really"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("strict=True", "strict=False"),  # nnlib itself says so now
        ("        for n", "        y = n\n        for n"),  # another statement has come between
        ("`Z / Z`", "`Z // Z`"),  # nothing is changed to this
    ],
)
def test_an_excuse_that_fits_nothing_is_stale(old, new):
    _, stale = found(SOURCE.replace(old, new))
    assert len(stale) == 1


def test_groups_have_one_change_of_a_statement():
    listed, _ = found()
    groups = rounds(listed)
    assert sorted(m.after for group in groups for m in group) == sorted(m.after for m in listed)
    assert len(groups) == 4
    for group in groups:
        assert len({m.statement for m in group}) == len(group)


def test_a_sample_does_not_hang_on_where_the_lines_stand():
    listed, _ = found()
    chosen = sample(listed, 4)
    assert len(chosen) == 4
    assert chosen != listed[:4]
    moved, _ = found("\n\n" + SOURCE)
    assert [m.after for m in sample(moved, 4)] == [m.after for m in chosen]


@pytest.mark.parametrize("module", mutate.MODULES)
def test_no_excuse_in_nnlib_is_stale(module):
    listed, stale = mutations(module)
    assert len(listed) > 10
    assert [str(excuse) for excuse in stale] == []


def test_each_module_that_computes_is_broken():
    for module, files in mutate.MODULES.items():
        assert (ROOT / "nnlib" / f"{module}.py").is_file()
        assert all((ROOT / "tests" / f"{name}.py").is_file() for name in files)


# --- run ------------------------------------------------------------------------------------------

TOY = """
def forward(x):
    # `x >= 0` does the same: it is 0 on both sides
    return x if x > 0 else 0 * x


def step(x):
    while x < 10:
        x += 3
    return x
"""
TESTS = """
from nnlib import toy


def test_forward():
    assert [toy.forward(x) for x in (1, 0, -2)] == [1, 0, 0]


def test_step():
    assert toy.step(1) == 10
    assert toy.step(9) == 12
"""
RUN = """
import sys
from tools import mutate

mutate.MODULES = {"toy": ["test_toy"]}
mutate.SECONDS = 1
sys.exit(mutate.main(sys.argv[1:]))
"""


@pytest.fixture
def toy(tmp_path):
    """A function that runs the tool on a package of two functions; their source and their tests."""

    def run(*arguments, source=TOY, tests=TESTS):
        files = {
            "nnlib/__init__.py": "",
            "nnlib/toy.py": source,
            "tests/test_toy.py": tests,
            "tools/__init__.py": "",
            "tools/mutate.py": (ROOT / "tools" / "mutate.py").read_text(encoding="utf-8"),
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", RUN, "--jobs", "1", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # its tests need none
        )
        for name, text in files.items():
            assert (tmp_path / name).read_text(encoding="utf-8") == text
        return done

    return run


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@forks
def test_all_killed_but_the_excused(toy):
    done = toy()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "return x if x >= 0 else 0 * x\n    comparison: the same: it is 0" in done.stdout
    assert "x += 3  =>  pass\n    left out: killed by time: 1 s were over" in done.stdout
    assert "x += 3  =>  x -= 3\n" in done.stdout
    assert done.stdout.rstrip().endswith("1 change nothing, 0 survived.")


@forks
def test_what_no_test_notices_fails(toy):
    done = toy(tests=TESTS.replace("step(1) == 10", "step(3) == 12"))
    assert done.returncode == 1
    assert "SURVIVED  toy.py:8  step  while x < 10:  =>  while x < 11:" in done.stdout


@forks
def test_an_excuse_that_a_test_refutes_fails(toy):
    done = toy("--sample", "1", source=TOY.replace("`x >= 0`", "`1 * x`"))
    assert done.returncode == 1
    assert "`1 * x` does the same: it is 0 on both sides\n    Not so: test_toy.py" in done.stdout


@forks
def test_tests_that_fail_unbroken_stop_it(toy):
    done = toy(tests=TESTS.replace("== 12", "== 13"))
    assert done.returncode == 2
    assert "Nothing was broken" in done.stdout
    assert "test_step" in done.stdout


def test_the_list_runs_nothing_and_names_stale_excuses(toy):
    done = toy("--list", source=TOY.replace("`x >= 0`", "`x >= 1`"), tests="1 / 0")
    assert done.returncode == 1
    assert "x < 10:  =>  while x <= 10:" in done.stdout
    assert "`x >= 1` does the same" in done.stdout
    assert toy("--list", tests="1 / 0").returncode == 0
