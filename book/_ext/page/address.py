"""Where the sources of this book are: taken from where the build runs, and written down nowhere.

A fork's book points at the fork. What NNLIB_REPOSITORY names comes first (an address, or "none"),
then the repository whose workflow runs the build, then git's remote "origin". Where none of them is
an address on the web, the buttons that would lead there are left out.
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
PROVIDERS = ("github", "gitlab", "bitbucket")
# "git@host:owner/name.git" and "ssh://git@host/owner/name" are the same place as an https address.
REMOTE = re.compile(
    r"^(?:https?://(?:[^@/]+@)?|ssh://(?:[^@/]+@)?|[^@/:]+@)"
    r"(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?[/:](?P<path>[^\s?#]+?)(?:\.git)?/?$"
)


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


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", set_links, priority=100)  # before the theme reads it
    return {"parallel_read_safe": True, "parallel_write_safe": True}
