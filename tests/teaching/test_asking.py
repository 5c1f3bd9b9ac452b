"""`ask` in Jupyter, what it hands to a book, and what is refused while a book is built."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets import widget
from sphinx.errors import ExtensionError

from nnlib.teaching import ask, asking, sphinx_ask
from nnlib.teaching.asking import QUESTION
from nnlib.teaching.output import BUILDING
from nnlib.teaching.questions import Choice, Number
from tests.teaching.questions_sample import QUESTIONS


@pytest.fixture
def shown(monkeypatch):
    """What `ask` emits: data by mime type, and its text."""
    outputs = []
    monkeypatch.setattr(asking, "emit", lambda data, text: outputs.append((data, text)))
    return outputs


class Reader:
    """The widgets of one question, and the hand that uses them."""

    def __init__(self, outputs, question):
        ask(question)
        ((data, self.text),) = outputs
        id = data["application/vnd.jupyter.widget-view+json"]["model_id"]
        self.root = widget._instances[id]
        self.question = question

    def all(self, kind):
        return [w for w in _walk(self.root) if isinstance(w, kind)]

    def enter(self, entry):
        if isinstance(self.question, Choice):
            for i, box in enumerate(self.all(ipywidgets.Checkbox)):
                box.value = i in entry
            return
        texts = [entry] if isinstance(entry, str) else _flat(entry)
        for field, text in zip(self.all(ipywidgets.Text), texts, strict=True):
            field.value = text

    def check(self):
        (button,) = self.all(ipywidgets.Button)
        button.click()

    def said(self):
        return " ".join(w.value for w in self.all(ipywidgets.HTML) if "nnlib-panel" in w.value)

    def answer(self):
        outputs = [w.outputs[0]["data"]["text/markdown"] for w in self.all(ipywidgets.Output)]
        return [text for text in outputs if self.question.why in text]


def _walk(root):
    yield root
    for child in getattr(root, "children", ()):
        yield from _walk(child)


def _flat(entry):
    return [text for rows in entry.values() for row in rows for text in row]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_in_jupyter_each_mistake_is_named_and_the_answer_comes_with_its_reason(shown, question):
    reader = Reader(shown, question)
    assert reader.answer() == []
    (reveal,) = reader.all(ipywidgets.ToggleButton)
    assert reveal.layout.display == "none"
    reader.check()
    assert "yet." in reader.said()
    assert reveal.layout.display == "none"
    for entry, text in question.wrong_entries():
        reader.enter(entry)
        reader.check()
        assert text.split("`")[0].split("<")[0].strip() in reader.said().replace("&gt;", ">")
        assert reveal.layout.display == ""
    reader.enter(question.right_entry())
    reader.check()
    assert "Right." in reader.said()
    assert len(reader.answer()) == 1


def test_of_one_answer_the_last_choice_counts(shown):
    reader = Reader(shown, QUESTIONS[0])
    first, second, *_ = reader.all(ipywidgets.Checkbox)
    first.value = True
    second.value = True
    assert (first.value, second.value) == (False, True)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_the_text_is_the_question_without_its_answer(shown, monkeypatch, question):
    text = Reader(shown, question).text
    monkeypatch.setenv(BUILDING, "1")
    ask(question)
    data, again = shown[-1]
    assert text == again
    assert question.prompt.strip() in text
    assert question.why not in text
    assert json.loads(json.dumps(data[QUESTION])) == data[QUESTION]


@pytest.mark.parametrize("given", ["9.nothing", 7])
def test_a_book_is_told_of_a_question_that_does_not_exist(shown, monkeypatch, given):
    monkeypatch.setenv(BUILDING, "1")
    with pytest.raises((ValueError, TypeError)):
        ask(given)
    ((data, _),) = shown
    assert data[QUESTION]["error"].startswith("ask: ")


def test_the_same_question_on_two_pages_is_refused():
    env = SimpleNamespace(nnlib_questions={"one": ["9.a", "9.b"], "two": ["9.b"]})
    with pytest.raises(ExtensionError, match=r"ask\('9.b'\) is in one and again in two"):
        sphinx_ask._refuse_twins(env)
    del env.nnlib_questions["two"]
    sphinx_ask._refuse_twins(env)


def test_numpy_alone_is_enough_to_ask():
    code = """
import sys
for name in ("IPython", "ipywidgets", "matplotlib", "pygments"):
    sys.modules[name] = None
from nnlib.teaching import ask
from nnlib.teaching.questions import Number
ask(Number(id="9.half", prompt="Half of 1?", answer=0.5, why="1/2."))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("Half of 1?\n____\n", "")


def test_a_name_is_text_in_the_page():
    question = Number(id="9.unit", prompt="?", answer=1, unit="<b>", why=".")
    parts = list(sphinx_ask._form(asking.payload(question), "ask-9-unit"))
    assert not [part for part in parts if isinstance(part, str) and "<b>" in part]
