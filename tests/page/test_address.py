"""Links to the repository lead to the one that is built."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

pytest.importorskip("sphinx")
address = pytest.importorskip("page.address")

HERE = "https://github.com/somebody/a-fork"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        (HERE, HERE),
        (f"{HERE}.git", HERE),
        (f"{HERE}/", HERE),
        ("https://token@github.com/somebody/a-fork.git", HERE),  # a secret stays one
        ("https://name:secret@github.com/somebody/a-fork", HERE),
        ("git@github.com:somebody/a-fork.git", HERE),
        ("ssh://git@github.com/somebody/a-fork", HERE),
        ("ssh://git@gitlab.example.org:2222/a/b/c.git", "https://gitlab.example.org/a/b/c"),
        ("/srv/git/a-fork.git", None),
        ("../a-fork", None),
        ("file:///srv/git/a-fork", None),
        ("http://localhost/a-fork", None),
        ("C:/books/a-fork", None),
        ("", None),
    ],
)
def test_a_remote_is_an_address_or_none(remote, expected):
    assert address.address_of(remote) == expected


@pytest.fixture
def checkout(tmp_path):
    for arguments in (
        ["init", "--quiet", "--initial-branch", "draft"],
        ["remote", "add", "origin", "git@gitlab.com:a/from-origin.git"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return tmp_path


ACTIONS = {"GITHUB_REPOSITORY": "b/from-actions", "GITHUB_SERVER_URL": "https://github.com"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "https://gitlab.com/a/from-origin"),
        (ACTIONS, "https://github.com/b/from-actions"),
        (ACTIONS | {address.SETTING: HERE}, HERE),
        (ACTIONS | {address.SETTING: "none"}, None),
    ],
)
def test_what_is_named_comes_first_then_the_workflow_then_git(checkout, environment, expected):
    assert address.repository(environment, checkout) == expected


def test_no_git_is_no_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert address.repository({}, tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert address.repository({}, tmp_path) is None


def test_an_address_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"NNLIB_REPOSITORY: expected .*, got 'my fork'"):
        address.repository({address.SETTING: "my fork"}, tmp_path)


def test_edits_go_to_the_branch_that_is_built(checkout):
    assert address.branch({}, checkout) == "draft"
    pushed = {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "release"}
    assert address.branch(pushed, checkout) == "release"
    assert address.branch({"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1"}, checkout) == "draft"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),  # a clone: nobody has published notebooks
        (ACTIONS, "https://colab.research.google.com/github/b/from-actions/blob/colab/"),
        (ACTIONS | {address.SETTING: HERE}, None),
        (ACTIONS | {"GITHUB_SERVER_URL": "https://git.example.org"}, None),
        ({address.SETTING: HERE}, None),
    ],
)
def test_colab_is_led_to_where_a_workflow_publishes_for_it(checkout, environment, expected):
    assert address.in_colab(environment, checkout) == expected
