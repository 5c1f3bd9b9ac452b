"""Where the sources of this book are: taken from where the build runs, and written down nowhere.

A fork's book points at the fork. What NNLIB_REPOSITORY names comes first (an address, or "none"),
then the repository whose workflow runs the build, then git's remote "origin". Where none of them is
an address on the web, the buttons that would lead there are left out.

The book itself is where _config.yml says (html.baseurl), or NNLIB_BOOK (an address, or "none"), or
where GitHub Pages shows what a workflow of the repository publishes. Git's remote is no sign of it:
whoever builds a clone has published nothing. Without that address a page gives none of its own.

For the same reason a page leads to Colab only where a workflow on GitHub builds it: that publishes
the notebooks that Colab opens, on a branch of their own (tools/colab.py).
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

SETTING = "NNLIB_REPOSITORY"
BOOK = "NNLIB_BOOK"
PROVIDERS = ("github", "gitlab", "bitbucket")
# "git@host:owner/name.git" and "ssh://git@host/owner/name" are the same place as an https address.
REMOTE = re.compile(
    r"^(?:https?://(?:[^@/]+@)?|ssh://(?:[^@/]+@)?|[^@/:]+@)"
    r"(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?[/:](?P<path>[^\s?#]+?)(?:\.git)?/?$"
)

WEB = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/[^\s?#]*)?")
GITHUB = "https://github.com"
COLAB = "https://colab.research.google.com"
COLAB_BRANCH = "colab"


def address_of(remote: str) -> str | None:
    """Return the https address of a remote; None if it is a folder or this machine."""
    found = REMOTE.match(remote.strip())
    return f"https://{found['host']}/{found['path']}" if found else None


def git(folder: Path, *arguments: str) -> str:
    """Return what git says about the folder; "" where there is no git, or no answer."""
    try:
        said = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.strip()


def repository(environment: Mapping[str, str], folder: Path) -> str | None:
    """Return the address of the repository; ValueError if the setting is none."""
    named = environment.get(SETTING, "").strip()
    if named:
        if named != "none" and address_of(named) is None:
            raise ValueError(
                f'{SETTING}: expected an address such as https://host/owner/name, or "none", '
                f"got {named!r}"
            )
        return address_of(named)
    owner_and_name = environment.get("GITHUB_REPOSITORY")
    if owner_and_name:
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return address_of(f"{server}/{owner_and_name}")
    return address_of(git(folder, "remote", "get-url", "origin"))


def branch(environment: Mapping[str, str], folder: Path) -> str:
    """Return the branch that edits go to: the one that is built, or main if none is checked out."""
    if environment.get("GITHUB_REF_TYPE") == "branch":
        return environment["GITHUB_REF_NAME"]
    return git(folder, "symbolic-ref", "--short", "HEAD") or "main"


def book(environment: Mapping[str, str]) -> str:
    """Return the address of the book, with a slash at its end; "" if nobody knows it."""
    named = environment.get(BOOK, "").strip()
    if named:
        if named != "none" and not WEB.fullmatch(named):
            raise ValueError(
                f'{BOOK}: expected an address such as https://host/book/, or "none", got {named!r}'
            )
        return "" if named == "none" else named.rstrip("/") + "/"
    owner, _, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
    if not name or environment.get("GITHUB_SERVER_URL", GITHUB) != GITHUB:
        return ""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def in_colab(environment: Mapping[str, str], folder: Path) -> str | None:
    """Return the address below which Colab opens the notebooks; None if nobody publishes them."""
    built = environment.get("GITHUB_REPOSITORY")
    if not built or repository(environment, folder) != f"{GITHUB}/{built}":
        return None
    return f"{COLAB}/github/{built}/blob/{COLAB_BRANCH}/"


def set_address(app: Sphinx, config: Config) -> None:
    """Tell Sphinx where the book will be: each page then names its own address."""
    config.html_baseurl = config.html_baseurl or book(os.environ)


def set_links(app: Sphinx, config: Config) -> None:
    """Give the theme the address, or take from it all that needs one."""
    if config.html_theme != "sphinx_book_theme":
        return  # no other has these buttons
    options, folder = config.html_theme_options, Path(app.srcdir)
    # Jupyter Book fills in its own repository where none is named.
    for name in ("repository_url", "repository_branch"):
        options.pop(name, None)
    found = repository(os.environ, folder)
    provider = next((name for name in PROVIDERS if found and name in found.split("/")[2]), None)
    options["use_edit_page_button"] = provider is not None
    if provider is None:
        options["launch_buttons"] = {}
    else:
        options["repository_url"] = found
        options["repository_branch"] = branch(os.environ, folder)
        options["repository_provider"] = provider


def add_colab(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let a lesson's page know where Colab opens it. The theme knows one branch for everything."""
    found = in_colab(os.environ, Path(app.srcdir))
    if found and doctree is not None and app.env.doc2path(page, False).endswith(".ipynb"):
        context["colab"] = f"{found}{page}.ipynb"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", set_address)
    app.connect("config-inited", set_links, priority=100)  # before the theme reads it
    app.connect("html-page-context", add_colab)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
