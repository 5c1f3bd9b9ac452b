"""Write the lessons as Google Colab wants them: _build/colab/, which the workflow publishes.

    python tools/colab.py     after a first cell that installs nnlib, the lessons as they are in git

Nothing in the repository names an address, so a notebook in git can't say from where to install
nnlib. These copies can: their first cell names the repository and the commit that they were made
from, of a fork the fork's. Colab knows no MyST either: an exercise becomes a bold title and its
text, what folds away becomes HTML that folds, a citation becomes its author and year, and a link
to a lesson leads to that lesson in Colab.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import urlsplit

import nbformat
import yaml
from nbformat import NotebookNode
from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from page import address  # noqa: E402
from page.bibliography import AuthorYearLabels  # noqa: E402

OUTPUT = ROOT / "_build" / "colab"

DIRECTIVE = re.compile(
    r"^:::\{(?P<kind>admonition|dropdown)\} *(?P<title>.*)\n"
    r"(?::[\w-]+:.*\n)*(?P<text>[\s\S]*?)^:::$",
    re.MULTILINE,
)
CITATION = re.compile(r"\{cite(?P<kind>:[pt])?\}`(?P<keys>[^`]+)`")
LINK = re.compile(r"(?<!!)\[(?P<text>[^]\[]*)\]\((?P<to>(?!https?:)[^)\s]+)\)")
CONTENTS = re.compile(r"^```\{tableofcontents\}\n```$", re.MULTILINE)


class Unable(Exception):
    """What is missing, and how to get it."""


def lessons(root: Path) -> list[str]:
    """The notebooks of the book in its order, such as ``book/intro.ipynb``."""
    found: list[str] = []

    def visit(entry: object) -> None:
        if isinstance(entry, list):
            for one in entry:
                visit(one)
        elif isinstance(entry, dict):
            name = entry.get("file") or entry.get("root")
            if name and (root / f"{name}.ipynb").is_file():
                found.append(f"{name}.ipynb")
            for part in ("parts", "chapters", "sections"):
                visit(entry.get(part))

    visit(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))
    return found


def labels(root: Path) -> dict[str, str]:
    """Return what a citation shows, such as ``Baydin et al., 2018``, by key."""
    entries = parse_file(str(root / "book" / "references.bib")).entries
    sorted_keys = sorted(entries, key=lambda key: entries[key].fields.get("title", ""))
    shown = AuthorYearLabels().format_labels([entries[key] for key in sorted_keys])
    return dict(zip(sorted_keys, shown, strict=True))


def cited(found: re.Match[str], shown: Mapping[str, str]) -> str:
    keys = [key.strip() for key in found["keys"].split(",")]
    if found["kind"] == ":t":
        return " and ".join("{} ({})".format(*shown[key].rsplit(", ", 1)) for key in keys)
    return f"[{'; '.join(shown[key] for key in keys)}]"


def unfolded(found: re.Match[str]) -> str:
    title, text = found["title"].strip(), found["text"].strip()
    if found["kind"] == "dropdown":
        return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
    return f"**{title}**\n\n{text}"


def plain(text: str, shown: Mapping[str, str], lead: Callable[[str], str | None]) -> str:
    """Return Markdown without MyST; `lead` says where a link goes, None for nowhere."""

    def link(found: re.Match[str]) -> str:
        to = lead(found["to"])
        return found["text"] if to is None else f"[{found['text']}]({to})"

    text = CONTENTS.sub("", text)
    text = CITATION.sub(lambda found: cited(found, shown), text)
    return LINK.sub(link, DIRECTIVE.sub(unfolded, text))


def leader(
    name: str, known: Sequence[str], repository: str, commit: str
) -> Callable[[str], str | None]:
    """Say where the links of a notebook lead, if it is opened in Colab.

    To a lesson: to that in Colab. To another file: to the repository. Within a notebook Colab
    knows no names, so there is no link.
    """
    owner_and_name = urlsplit(repository).path.strip("/")

    def lead(to: str) -> str | None:
        path = to.partition("#")[0]
        if not path:
            return None
        target = normpath(str(PurePosixPath(name).parent / path))
        if target in known:
            return f"{address.COLAB}/github/{owner_and_name}/blob/{address.COLAB_BRANCH}/{target}"
        return f"{repository}/blob/{commit}/{target}"

    return lead


def converted(
    notebook: NotebookNode, source: str, shown: Mapping[str, str], lead: Callable[[str], str | None]
) -> NotebookNode:
    """Return the notebook for Colab; `source` is what pip installs nnlib from."""
    first = nbformat.v4.new_code_cell(
        f"# @title Run this cell first: it installs nnlib, which the lesson imports\n"
        f'%pip install --quiet "nnlib[teaching] @ {source}"',
        id="install-nnlib",
        metadata={"cellView": "form"},
    )
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, shown, lead)
        elif {"hide-input", "remove-input"} & set(cell.metadata.get("tags", [])):
            cell.metadata["cellView"] = "form"  # Colab folds the code of such a cell away
    # A page starts with its title, in Colab as well.
    copy.cells.insert(1 if copy.cells[0].cell_type == "markdown" else 0, first)
    copy.metadata["colab"] = {"provenance": []}
    return copy


def write(root: Path, output: Path, repository: str, commit: str, source: str) -> list[Path]:
    """Write a copy of each lesson below `output`, which is emptied first; return their paths."""
    names, shown, written = lessons(root), labels(root), []
    shutil.rmtree(output, ignore_errors=True)
    for name in names:
        notebook = nbformat.read(root / name, as_version=4)
        lead = leader(name, names, repository, commit)
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(converted(notebook, source, shown, lead), path)
        written.append(path)
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.parse_args(arguments)
    try:
        repository = address.repository(os.environ, ROOT)
        commit = os.environ.get("GITHUB_SHA") or address.git(ROOT, "rev-parse", "HEAD")
        if repository is None or not repository.startswith(f"{address.GITHUB}/"):
            raise Unable(
                f"Colab opens notebooks from GitHub, and this repository has no address there. "
                f"{address.SETTING} can name one"
            )
        if not commit:
            raise Unable("git knows no commit here")
        paths = write(ROOT, OUTPUT, repository, commit, f"git+{repository}@{commit}")
    except (Unable, ValueError) as error:
        print(f"No notebooks for Colab: {error}.", file=sys.stderr)
        return 1
    print(f"{len(paths)} notebooks for Colab, of commit {commit[:12]} of {repository}: {OUTPUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
