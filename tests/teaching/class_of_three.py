"""A class of three that hands in lesson 4.2: one is right, one is wrong, one never ends.

    python -m tests.teaching.class_of_three FOLDER

What the command for teachers makes of it is shown in the book, from book/marks.csv.
"""

import json
import sys
from pathlib import Path

from nnlib.teaching.exercises import find

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "book/04_backward/2_one_layer.ipynb"
COMMAND = ("--cell-seconds", "10")

RIGHT_TEST = """\
def exposes(f):
    rng = np.random.default_rng(0)
    X, dZ = rng.normal(size=(2, 3, 2))
    W = rng.normal(size=(2, 2))
    due = dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)
    return not all(map(np.allclose, f(X, W, dZ), due))
"""
NO_RETURN = """\
def one_sample_backward(x, W, dz):
    dx = W @ dz
    dW = np.outer(x, dz)
    db = dz
"""
MEAN = """\
def linear_backward(X, W, dZ):
    return dZ @ W.T, X.T @ dZ, dZ.mean(axis=0, keepdims=True)
"""
NEVER_ENDS = """\
def linear_backward(X, W, dZ):
    i, dW = 0, np.zeros_like(W)
    while i < len(X):
        dW += np.outer(X[i], dZ[i])
    return dZ @ W.T, dW, dZ.sum(axis=0, keepdims=True)
"""
ACCUSES_ALL = """\
def exposes(f):
    X, W = np.ones((3, 2)), np.eye(2)
    dX, dW, db = f(X, W, X)
    return np.any(dX - dX.mean() < 1)
"""
TEST, REPAIR = 'check.bug("4.8"', 'check("4.8"'

ANSWERS = {
    "anna/ps1/2_one_layer.ipynb": {
        'check("4.2"': find("4.2").solution_source,
        'check("4.3"': find("4.3").solution_source,
        TEST: RIGHT_TEST,
        REPAIR: find("4.8").solution_source,
    },
    "ben/ps1/2_one_layer.ipynb": {
        'check("4.2"': NO_RETURN,
        'check("4.3"': MEAN,
        TEST: ACCUSES_ALL,
        REPAIR: find("4.8").starter.replace("X, dZ)", "X, dZ"),
    },
    "carla.ipynb": {'check("4.2"': find("4.2").solution_source, 'check("4.3"': NEVER_ENDS},
}


def hand_in(folder: Path) -> None:
    """Write the notebooks of the three into a folder."""
    for name, answers in ANSWERS.items():
        notebook = json.loads(LESSON.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            for call, answer in answers.items():
                if call in source:
                    cell["source"] = f"{answer}\n\n{source[source.rindex(call) :]}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")


if __name__ == "__main__":
    hand_in(Path(sys.argv[1]))
