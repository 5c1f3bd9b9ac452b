"""The exercises and questions of this book, by chapter. Solutions need NumPy alone."""

import numpy as np

from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

# --- Chapter 1, bisection -----------------------------------------------------------------------


def bisect(p, a, b, steps):
    """Halve the bracket (a, b) of a root of p, `steps` times.

    p has its coefficients from the highest power down, for
    np.polyval. Its values at a and b have opposite signs.
    Returns the last bracket as (a, b).
    """
    for _ in range(steps):
        m = (a + b) / 2
        if np.polyval(p, a) * np.polyval(p, m) > 0:
            a = m
        else:
            b = m
    return a, b


def _other_half(p, a, b, steps):
    for _ in range(steps):
        m = (a + b) / 2
        if np.polyval(p, a) * np.polyval(p, m) > 0:
            b = m
        else:
            a = m
    return a, b


def _rising_only(p, a, b, steps):
    for _ in range(steps):
        m = (a + b) / 2
        if np.polyval(p, m) < 0:
            a = m
        else:
            b = m
    return a, b


def _the_middle(p, a, b, steps):
    a, b = bisect(p, a, b, steps)
    return (a + b) / 2


def _one_too_few(p, a, b, steps):
    return bisect(p, a, b, max(steps - 1, 0))


def _cells(p, a, b, steps):
    """The same by looking everywhere: of 2**steps equal cells, the one with a change of sign."""
    edges = a + (b - a) * np.arange(2**steps + 1) / 2**steps
    signs = np.sign(np.polyval(p, edges))
    cell = np.flatnonzero(signs[:-1] * signs[1:] <= 0)[0]
    return edges[cell], edges[cell + 1]


def _cubic(rng):
    """A cubic with one real root, at `root`; rising or falling."""
    root, width = rng.uniform(-1, 1), rng.uniform(0.3, 2)
    p = rng.choice([-1, 1]) * np.polymul([1, -root], [1, 0, width])
    return p, root - rng.uniform(0.2, 2), root + rng.uniform(0.2, 2), int(rng.integers(1, 7))


BISECT = Exercise(
    id="1.1",
    title="halving a bracket",
    solution=bisect,
    witness=_cells,
    draw=_cubic,
    probes={
        "the square root of 2": (np.array([1.0, 0.0, -2.0]), 1.0, 2.0, 1),
        "no step at all": (np.array([1.0, 0.0, -2.0]), 1.0, 2.0, 0),
        "three steps": (np.array([1.0, 0.0, -2.0]), 0.0, 2.0, 3),
        "a falling line": (np.array([-2.0, 1.0]), -1.0, 2.0, 4),
    },
    wrong=[
        Wrong(
            _other_half,
            "You keep the half without the root. Where p has the same sign at `a` and at the "
            "middle, the root lies beyond the middle.",
        ),
        Wrong(
            _rising_only,
            "That is right for a rising p only. Compare the sign at the middle with the sign at "
            "`a`, not with zero.",
        ),
        Wrong(_the_middle, "Return the bracket, both its ends, not the middle of it."),
        Wrong(_one_too_few, "You halve once less than `steps` says."),
    ],
    hints=[
        "One step: compute the middle, and decide which half still has a change of sign.",
        "`np.polyval(p, a) * np.polyval(p, m) > 0` says that both have the same sign.",
    ],
    why="The change of sign is never lost: the half that is kept has one at its ends.",
)

HALVINGS = Number(
    id="1.halvings",
    prompt="A bracket is 1 wide. After how many halvings is it narrower than 1/1000?",
    answer=10,
    rtol=0,
    wrong=[
        Slip(500, "Each halving divides the width by 2; it does not take 1/500 away."),
        Slip(9, "$2^9$ is 512: after 9 halvings the bracket is 1/512 wide."),
    ],
    why="$2^{10} = 1024$, and $1/1024 < 1/1000$.",
)

BRACKETS = Blanks(
    id="1.brackets",
    prompt="Bisect $x^2 - 2$ on $[1, 2]$, three times. One row for each bracket, $a$ then $b$.",
    blanks={"ab": np.array([[1.0, 1.5], [1.25, 1.5], [1.375, 1.5]])},
    rtol=0,
    wrong=[
        Slip(
            {"ab": np.array([[1.5, 2.0], [1.75, 2.0], [1.875, 2.0]])},
            "You keep the upper half each time; $1.5^2 - 2$ is positive already.",
        ),
    ],
    why="$1.5^2 > 2$, $1.25^2 < 2$ and $1.375^2 < 2$.",
)

# --- Chapter 2, the pendulum --------------------------------------------------------------------


def swing(angle, speed, dt):
    """Move a pendulum on by a time dt.

    First its speed changes; with the new speed, its angle. The
    angle is in radians from the lowest point. The acceleration
    is -sin(angle). Returns the new (angle, speed).
    """
    speed = speed - np.sin(angle) * dt
    angle = angle + speed * dt
    return angle, speed


def _old_speed(angle, speed, dt):
    return angle + speed * dt, speed - np.sin(angle) * dt


def _small_angles(angle, speed, dt):
    speed = speed - angle * dt
    return angle + speed * dt, speed


def _upward(angle, speed, dt):
    speed = speed + np.sin(angle) * dt
    return angle + speed * dt, speed


def _degrees(angle, speed, dt):
    speed = speed - np.sin(np.radians(angle)) * dt
    return angle + speed * dt, speed


def _stormer(angle, speed, dt):
    """The same from the second difference of the angle alone, as Störmer wrote it."""
    before = angle - speed * dt
    after = 2 * angle - before - dt**2 * np.sin(angle)
    return after, (after - angle) / dt


SWING = Exercise(
    id="2.1",
    title="one step of a pendulum",
    solution=swing,
    witness=_stormer,
    draw=lambda rng: (rng.uniform(-3, 3), rng.uniform(-2, 2), rng.uniform(0.05, 0.5)),
    probes={
        "at rest, to the right": (np.pi / 2, 0.0, 0.1),
        "to the left, moving": (-0.5, 1.0, 0.2),
        "at the lowest point": (0.0, 2.0, 0.5),
    },
    wrong=[
        Wrong(
            _old_speed,
            "You move the angle with the old speed. Then each step adds energy; use the new one.",
        ),
        Wrong(_small_angles, "That is the law for small angles. The force goes with `sin(angle)`."),
        Wrong(_upward, "Your pendulum falls upward: the acceleration is `-sin(angle)`."),
        Wrong(_degrees, "The angle is in radians already."),
    ],
    hints=[
        "Two lines: the new speed from the old angle, then the new angle from the new speed.",
        "`speed = speed - np.sin(angle) * dt` is the first of them.",
    ],
    why="With the new speed the energy stays near its first value instead of growing.",
)

SLOWER = Choice(
    id="2.slower",
    prompt="You let a pendulum go from 90° instead of from 5°. What does its period do?",
    options=[
        Option("It stays as it is", "So it is for small angles, about: `sin x` is close to `x`."),
        Option("It grows", "At 90° the force is smaller than `x` says.", right=True),
        Option("It shrinks", "It would, if the force grew faster than the angle."),
        Option("I don't know yet", "Then move the figure below first.", unsure=True),
    ],
    why="$\\sin x < x$: the force falls behind the one of the small swing.",
)

EXERCISES = [BISECT, SWING]
QUESTIONS = [HALVINGS, BRACKETS, SLOWER]
