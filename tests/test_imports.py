"""The package as a whole: it needs NumPy alone, says what everything is, and fits on a screen."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nnlib
from nnlib import _validation, gradcheck
from nnlib.activations import ACTIVATIONS
from nnlib.losses import LOSSES

PUBLIC = {name: getattr(nnlib, name) for name in nnlib.__all__ if name != "gradcheck"}
MODULES = [
    *(getattr(nnlib, n) for n in ("activations", "data", "initializers", "layers", "losses")),
    *(getattr(nnlib, n) for n in ("models", "optimizers", "training")),
    gradcheck,
    _validation,
]
LAYERS = [c for c in PUBLIC.values() if inspect.isclass(c) and issubclass(c, nnlib.Layer)]

WITHOUT = """
import sys

class NumPyAlone:
    def blocks(self, top):
        return top not in sys.stdlib_module_names | {"numpy", "nnlib"}

    def find_spec(self, name, path=None, target=None):
        if self.blocks(name.partition(".")[0]):
            raise ModuleNotFoundError(f"blocked: {name}", name=name)

sys.meta_path.insert(0, NumPyAlone())
before = set(sys.modules)
import nnlib
"""


def run(code):
    command = [sys.executable, "-W", "error", "-c", WITHOUT + code]
    # Plugins that happen to be installed, such as nbval, would be imported by their entry points.
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=alone)


def test_numpy_alone_is_enough_to_import_and_to_train():
    result = run("""
X, y = nnlib.load_iris()
network = nnlib.NeuralNetwork([nnlib.FullyConnected(3)], optimizer="adam")
print(len(network.fit(X, y, epochs=2, progress=True).loss))
assert network.predict(X).shape == (150,)
assert "tqdm" not in sys.modules
""")
    assert result.stderr == ""
    assert result.stdout == "2\n"


def test_the_blocker_of_that_test_blocks():
    result = run("import tqdm")
    assert "ModuleNotFoundError: blocked: tqdm" in result.stderr


def test_numpy_alone_is_enough_to_check_an_answer():
    result = run("""
import numpy as np
from nnlib.teaching import check
from nnlib.teaching.checks import answer
from nnlib.teaching.exercises import every_exercise
for exercise in every_exercise():
    assert answer(exercise.id, exercise.solution)["passed"], exercise.id
    assert check.starter(exercise.id)
print(answer("4.4", lambda X, W, b, dA: (X, W, b))["state"])
print(answer("4.4-bug", lambda f: True)["state"])
""")
    assert result.stderr == ""
    assert result.stdout == "not quite\nnot quite\n"


def test_importing_nnlib_leaves_its_teaching_part_alone():
    result = run("""
others = {m.partition(".")[0] for m in set(sys.modules) - before} - sys.stdlib_module_names
others = {m for m in others if "cython" not in m}  # NumPy's compiler leaves its traces
print(sorted(others), any(m.startswith("nnlib.teaching") for m in sys.modules))
""")
    assert result.stdout == "['nnlib', 'numpy'] False\n", result.stderr


def test_the_tests_of_nnlib_need_no_more_than_pytest_and_hypothesis(tmp_path):
    tests = sorted(str(path) for path in Path(__file__).parent.glob("test_*.py"))
    result = run(f"""
book = "IPython ipywidgets matplotlib nbclient nbformat nbval PIL playwright sphinx tqdm yaml"
NumPyAlone.blocks = lambda self, top: top in book.split()
import pytest
print(int(pytest.main(["--collect-only", "-qq", "-o", {f"cache_dir={tmp_path}"!r}, *{tests!r}])))
""")
    assert result.stdout.endswith("\n0\n"), result.stdout + result.stderr
    assert "test_layers.py" in result.stdout


def test_every_public_name_is_there_and_listed():
    assert len(nnlib.__all__) == len(set(nnlib.__all__))
    defined = {
        name
        for module in MODULES[:-2]
        for name, member in vars(module).items()
        if inspect.isclass(member) and member.__module__ == module.__name__ and name[0] != "_"
    }
    assert defined - {"Padding"} <= set(nnlib.__all__)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_every_module_class_and_function_says_what_it_is(module):
    assert module.__doc__
    silent = []
    for name, member in vars(module).items():
        if getattr(member, "__module__", None) != module.__name__ or name[0] == "_":
            continue
        if not inspect.getdoc(member):
            silent.append(name)
        if inspect.isclass(member):
            silent += [
                f"{name}.{method}"
                for method, f in inspect.getmembers(member, inspect.isfunction)
                if method[0] != "_" and not inspect.getdoc(getattr(member, method))
            ]
    assert not [name for name in silent if not name.startswith("_")]


DESCRIBED = [*(c for c in LAYERS if c is not nnlib.Layer), *ACTIVATIONS.values(), *LOSSES.values()]


@pytest.mark.parametrize("cls", DESCRIBED, ids=lambda c: c.__name__)
def test_each_docstring_holds_an_equation_or_the_shapes(cls):
    assert re.search(r" = |\(n, ", cls.__doc__), cls.__doc__


@pytest.mark.parametrize("cls", LAYERS, ids=lambda c: c.__name__)
def test_each_layer_fits_on_one_screen(cls):
    # What excuses a mutation (tools/mutate.py) is no line of the layer.
    lines = [x for x in inspect.getsource(cls).splitlines() if "` does the same: " not in x]
    assert len(lines) <= 60, f"{cls.__name__} has {len(lines)} lines"


def test_the_example_of_the_package_holds():
    import doctest

    assert doctest.testmod(nnlib).attempted == 5
    assert doctest.testmod(nnlib).failed == 0
