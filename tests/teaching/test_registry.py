"""Every exercise of every chapter: its starter, its solution, each wrong answer, its hints."""

import ast
import contextlib
import inspect
import linecache
import signal
from itertools import combinations

import numpy as np
import pytest

import nnlib.activations as ours
from nnlib.teaching import check
from nnlib.teaching.exercises import Exercise, Wrong, chapters, every_exercise, find
from nnlib.teaching.rooms import rooms
from nnlib.teaching.trials import agree, attempt, deviations, survey
from tools.wrong_answers import Late, at_most, mistakes

EXERCISES = list(every_exercise())
LABS = [e for e in EXERCISES if e.broken]
WRONG = [
    pytest.param(e, w, id=f"{e.id}-{i}") for e in EXERCISES for i, w in enumerate(e.wrong, start=1)
]


def written(exercise, source):
    """Run source as a notebook cell that has NumPy and nothing else, and return the function."""
    namespace = {"np": np}
    filename = f"<cell {exercise.id}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), namespace)
    return namespace[exercise.name]


def each(exercises=EXERCISES):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda e: e.id)


@pytest.mark.parametrize("number", sorted(rooms().keys() - {"0"}))  # 0: the landing page
def test_every_room_is_found_with_its_exercises_and_bugs(number):
    assert number in chapters()
    assert sum(e.id.startswith(f"{number}.") for e in EXERCISES) >= 8
    assert sum(e.id.startswith(f"{number}.") for e in LABS) >= 2


@each()
def test_the_starter_is_not_yet_or_still_broken(exercise):
    verdict = check(exercise.id, written(exercise, exercise.starter))
    assert not verdict.passed, "the starter passes"
    if exercise.broken:
        assert "the bug is still there" in verdict.text
        assert verdict.message == exercise.symptom
        assert ("expected" in verdict.evidence) is not bool(exercise.test_hints)
    else:
        assert "not yet" in verdict.text
        assert exercise.name in verdict.message


@each()
def test_the_solution_passes_and_stands_alone(exercise):
    verdict = check(exercise.id, written(exercise, exercise.solution_source))
    assert verdict.passed, verdict.text
    assert exercise.free or all(name in verdict.message for name in exercise.probes)
    assert all(property.name in verdict.message for property in exercise.properties)
    assert "hint" not in verdict.text


@each()
def test_a_second_route_vouches_for_the_solution(exercise, monkeypatch):
    assert exercise.witness, f"{exercise.id} needs a witness"
    rng = np.random.default_rng(8)
    drawn = [exercise.draw(rng) for _ in range(20)] if exercise.draw else []
    inputs = [*exercise.probes.values(), *drawn]
    right = [attempt(exercise.solution, given, exercise.arguments) for given in inputs]

    def refuses(*given):
        raise AssertionError("the witness calls the solution that it is to vouch for")

    module = inspect.getmodule(exercise.solution)
    monkeypatch.setattr(module, exercise.name, refuses)
    for given, trial in zip(inputs, right, strict=True):
        other = attempt(exercise.witness, given, exercise.arguments)
        assert not isinstance(other.error, AssertionError), other.error
        assert agree("value", "", other, trial, exercise), (given, other, trial)


WITNESSED = [e for e in EXERCISES if e.witness]


def _notices(exercise, wrong, given):
    """Tell whether a mistake changes what comes out, and hold the witness to refusing it."""
    mistaken = attempt(wrong, given, exercise.arguments)
    right = attempt(exercise.solution, given, exercise.arguments)
    if agree("value", "", mistaken, right, exercise):
        return False
    said = attempt(exercise.witness, given, exercise.arguments)
    assert not agree("value", "", mistaken, said, exercise)
    return True


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a loop without end can't be ended")
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::RuntimeWarning")
@each(WITNESSED)
def test_a_witness_does_not_follow_the_solution_into_an_error(exercise, monkeypatch):
    """With each mistake in the solution's place, the witness still says what it said before."""
    rng = np.random.default_rng(1)
    made = list(mistakes(exercise))
    chosen = [made[i] for i in rng.choice(len(made), min(12, len(made)), replace=False)]
    module = inspect.getmodule(exercise.solution)
    noticed = 0
    for mistake in chosen:
        wrong = written(exercise, mistake.source)
        monkeypatch.setattr(module, exercise.name, wrong)
        with contextlib.suppress(Late), at_most(5):
            noticed += sum(_notices(exercise, wrong, given) for given in exercise.probes.values())
    assert noticed, "no mistake of the solution changes anything on its probes"


@pytest.mark.parametrize(("exercise", "wrong"), WRONG)
def test_each_wrong_answer_gets_its_own_diagnosis(exercise, wrong):
    verdict = check(exercise.id, wrong.function)
    assert not verdict.passed, f"this wrong answer passes; its diagnosis: {wrong.diagnosis}"
    assert verdict.message == wrong.diagnosis, "a wrong answer gets another diagnosis than its own"
    assert "not quite" in verdict.text


@each()
def test_no_two_wrong_answers_behave_alike(exercise):
    right = survey(exercise.solution, exercise)
    answers = [(w.function, w.diagnosis) for w in exercise.wrong]
    if exercise.broken:
        answers.append((exercise.broken, exercise.symptom))
    for (one, said), (other, also) in combinations(answers, 2):
        like_one = survey(one, exercise)
        apart = deviations(survey(other, exercise), like_one, exercise)
        assert apart, (
            f"no probe of {exercise.id} tells these two answers apart; add one that does, "
            f"or leave one out:\n  {said}\n  {also}"
        )
        assert deviations(like_one, right, exercise), f"no probe shows that this is wrong: {said}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@each([e for e in EXERCISES if e.properties])
def test_each_property_holds_for_the_solution_and_rejects_a_wrong_answer(exercise):
    def rejects(property, function):
        try:
            return property.test(function) is not None
        except (ValueError, IndexError):  # of the wrong answers that fail with an exception
            return True

    for property in exercise.properties:
        assert property.test(exercise.solution) is None, f"the solution lacks: {property.name}"
        rejected = any(rejects(property, w.function) for w in exercise.wrong)
        assert rejected, f"no wrong answer lacks this property: {property.name}"


@each()
def test_what_the_learner_reads_is_there(exercise):
    diagnoses = [w.diagnosis for w in exercise.wrong]
    for diagnosis in diagnoses:
        assert diagnoses.count(diagnosis) == 1, f"two wrong answers share a diagnosis: {diagnosis}"
    sentences = [
        exercise.why,
        *exercise.hints,
        *diagnoses,
        *[exercise.symptom] * bool(exercise.broken),
    ]
    for text in [exercise.title, *sentences]:
        assert text.strip() == text, f"a text begins or ends in a space: {text!r}"
        assert len(text) > 10, f"this text is too short to say anything: {text!r}"
    for text in sentences:
        assert text.endswith((".", "?")), f"a text must end in a period or a question mark: {text}"


@each()
def test_a_starter_gives_nothing_away(exercise):
    if exercise.broken:
        assert exercise.starter != exercise.solution_source
        assert "#" not in exercise.starter, "a comment in a lab's code may give the bug away"
    else:
        assert exercise.starter.endswith('"""\n    ...\n')
    assert exercise.starter.startswith(f"def {exercise.name}(")


@each(LABS)
def test_a_lab_differs_from_its_solution_in_little(exercise):
    before, after = (s.splitlines() for s in (exercise.starter, exercise.solution_source))
    assert len(before) == len(after), (
        f"the broken function has {len(before)} lines and the solution {len(after)}; "
        "they need as many"
    )
    differ = sum(a != b for a, b in zip(before, after, strict=True))
    assert 1 <= differ <= 2, f"{differ} lines differ; one or two should"


Z = np.array([[0.5, -1.0, 2.0], [-0.25, 3.0, 40.0]])
dA = np.array([[1.0, 2.0, -1.0], [4.0, 0.5, 3.0]])
P = ours.SoftMax().forward(Z)
BY_NNLIB = {
    "2.1": lambda: ((Z,), ours.Sigmoid().forward(Z)),
    "2.2": lambda: ((Z,), ours.Sigmoid().derivative(Z)),
    "2.3": lambda: ((Z,), ours.Tanh().forward(Z)),
    # Up to 3: further out 1 - A^2, the exercise's form, loses its digits.
    "2.4": lambda: ((np.minimum(Z, 3), dA), ours.Tanh().backward(np.minimum(Z, 3), dA)),
    "2.5": lambda: ((Z, dA), ours.ReLU().backward(Z, dA)),
    "2.7": lambda: ((Z, dA, 0.25), _by_prelu()),
    "2.8": lambda: ((Z, 0.5), ours.ELU(0.5).derivative(Z)),
    "2.9": lambda: ((Z,), P),
    "2.10": lambda: ((P, dA), ours.SoftMax().backward(Z, dA)),
    "2.11": lambda: ((Z,), P),
}


def _by_prelu():
    prelu = ours.PReLU(0.25)
    prelu.forward(Z)
    dZ = prelu.backward(Z, dA)
    return dZ, prelu.gradients["a"][0]


@pytest.mark.parametrize("id", BY_NNLIB)
def test_solutions_agree_with_nnlib(id):
    arguments, expected = BY_NNLIB[id]()
    result = find(id).solution(*arguments)
    parts = (
        zip(result, expected, strict=True) if isinstance(expected, tuple) else [(result, expected)]
    )
    for got, want in parts:
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=0)


def test_no_two_exercises_have_the_same_solution():
    found = {}
    for exercise in EXERCISES:
        found.setdefault(_anonymous(exercise.solution_source), []).append(exercise.id)
    assert not [ids for ids in found.values() if len(ids) > 1]


def _anonymous(source):
    """Return code without its docstring, with numbers for the names that it chooses."""
    function = ast.parse(source).body[0]
    function.body, function.name = function.body[1:], ""
    names = {}
    for node in ast.walk(function):
        for field in ("arg", "id"):
            if isinstance(node, ast.arg | ast.Name) and hasattr(node, field):
                old = getattr(node, field)
                setattr(node, field, old if old == "np" else names.setdefault(old, len(names)))
    return ast.dump(function)


def test_other_right_answers_pass_too():
    def masked_sigmoid(Z):
        A = np.empty_like(Z)
        A[Z >= 0] = 1 / (1 + np.exp(-Z[Z >= 0]))
        e = np.exp(Z[~(Z >= 0)])
        A[~(Z >= 0)] = e / (1 + e)
        return A

    def einsum_softmax_backward(P, dP):
        return P * dP - P * np.einsum("...k,...k->...", P, dP)[..., None]

    for id, function in {
        "2.1": masked_sigmoid,
        "2.3": lambda Z: 2 * masked_sigmoid(2 * Z) - 1,
        "2.5": lambda Z, dA: dA * np.sign(np.maximum(Z, 0)),
        "2.10": einsum_softmax_backward,
        "2.2": lambda Z: masked_sigmoid(Z) * masked_sigmoid(-Z),
        "2.7": lambda Z, dA, a: (dA * np.where(Z > 0, 1, a), np.sum(dA * np.minimum(Z, 0))),
        "2.14": lambda batches: int((np.concatenate(batches) == 0).all(axis=0).sum()),
    }.items():
        assert check(id, function).passed, check(id, function).text


def test_an_exercise_must_be_whole():
    whole = find("2.1")
    given = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    for change, says in [
        ({"id": "two"}, "an id like"),
        ({"wrong": whole.wrong[:2]}, "three wrong answers"),
        ({"hints": whole.hints[:1]}, "two hints"),
        ({"probes": {}}, "one probe"),
        ({"symptom": "It is wrong."}, "both broken and symptom"),
        ({"test_hints": ["Try two samples."]}, "a broken function for its test_hints"),
        ({"witness": whole.solution}, "a witness other than its solution"),
        ({"solution": lambda Z: Z}, "docstring"),
    ]:
        with pytest.raises(ValueError, match=says):
            Exercise(**(given | change))


def test_a_wrong_answer_that_is_right_would_be_noticed():
    exercise = find("2.1")
    assert isinstance(exercise.wrong[0], Wrong)
    assert not deviations(
        survey(exercise.solution, exercise), survey(exercise.solution, exercise), exercise
    )
