"""Run the chapters and write them the one way they are kept in git.

    python tools/notebooks.py                   run every notebook of book/, then normalize it
    python tools/notebooks.py book/intro.ipynb  run these only
    python tools/notebooks.py --normalize-only  leave the outputs as they are
    python tools/notebooks.py --check           change nothing; exit 1 and say what differs

The text a cell prints is kept, because ``pytest --nbval book`` compares it. Pictures, HTML and
widgets are not: they are drawn when the book is built, and a diff of them tells nobody anything.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script sees its own folder only

from tools.kernels import Run, run  # noqa: E402

# The keys of an output that are compared. stderr is among them, and never stored: a chapter
# that warns fails. tests and nbval read this too, so that what is kept is what is compared.
COMPARED = frozenset({"data", "text/plain", "stdout", "stderr", "ename", "evalue"})

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What the page is built from; all other metadata records how somebody's editor looked.
KEPT_METADATA = ("jupyter", "mystnb", "tags")
KEPT_NOTEBOOK_METADATA = ("html_meta", "mystnb")
# What a page does with a cell. It ignores a tag that it does not know: a slip shows a solution.
TAGS = frozenset({"hide-input", "remove-input", "hide-output", "remove-output", "remove-cell"})

# The first changes with every run. The second hides what the page shows from the comparison.
OPAQUE = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|<IPython\.core\.display\.\w+ object>")


def normalize(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook as git keeps it. Normalizing twice changes nothing more."""
    kept = [cell for cell in notebook["cells"] if _text(cell["source"]).strip()]
    cells, runs = [], 0
    for cell, cell_id in zip(kept, _ids(kept), strict=True):
        source = _lines(_text(cell["source"]).rstrip("\n"))
        metadata = {k: cell["metadata"][k] for k in KEPT_METADATA if cell["metadata"].get(k)}
        clean = {
            "cell_type": cell["cell_type"],
            "id": cell_id,
            "metadata": metadata,
            "source": source,
        }
        if cell["cell_type"] == "code":
            # nbval compares nothing in a cell without a count: null would switch it off.
            if cell.get("execution_count") is not None:
                runs += 1
                clean["execution_count"] = runs
            else:
                clean["execution_count"] = None
            clean["outputs"] = _outputs(cell.get("outputs", []), clean["execution_count"])
        elif cell.get("attachments"):
            clean["attachments"] = cell["attachments"]
        cells.append(clean)
    extra = {k: v for k, v in notebook["metadata"].items() if k in KEPT_NOTEBOOK_METADATA and v}
    return {
        "cells": cells,
        "metadata": NOTEBOOK_METADATA | extra,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _ids(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Keep each id that is there once; number the rest.

    Ids by position would rename every later cell when one is inserted. A kept id costs no diff.
    """
    taken = {cell["id"] for cell in cells if cell.get("id")}
    free = (f"cell-{n:03d}" for n in range(1, 10_000) if f"cell-{n:03d}" not in taken)
    seen: set[str] = set()
    for cell in cells:
        cell_id = cell.get("id")
        if not cell_id or cell_id in seen:
            cell_id = next(free)
        seen.add(cell_id)
        yield cell_id


def _outputs(outputs: list[dict[str, Any]], count: int | None) -> list[dict[str, Any]]:
    """Keep what was printed, the text of what was displayed, and errors, for `faults` to name."""
    kept: list[dict[str, Any]] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream" and output["name"] == "stdout":
            text = _text(output["text"])
            if kept and kept[-1]["output_type"] == "stream":
                text = _text(kept.pop()["text"]) + text
            kept.append({"name": "stdout", "output_type": "stream", "text": _lines(text)})
        elif kind in ("display_data", "execute_result") and "text/plain" in output["data"]:
            data = {"text/plain": _lines(_text(output["data"]["text/plain"]))}
            clean = {"data": data, "metadata": {}, "output_type": kind}
            kept.append(clean | ({"execution_count": count} if kind == "execute_result" else {}))
        elif kind == "error":
            kept.append(output)
    return kept


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def dumps(notebook: dict[str, Any]) -> str:
    """Write as Jupyter writes: indent 1, sorted keys, a newline at the end."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def faults(notebook: dict[str, Any]) -> Iterator[str]:
    """Say what normalizing does not mend and an author must."""
    for number, cell in enumerate(notebook["cells"], start=1):
        where = f"cell {number} ({cell.get('id', 'no id')})"
        if cell.get("attachments") or "data:image/" in _text(cell["source"]):
            yield f"{where}: holds a picture; draw it in a code cell or keep it as an SVG file"
        for tag in cell["metadata"].get("tags", []):
            if tag not in TAGS:
                yield f"{where}: has the unknown tag {tag!r}; known are {', '.join(sorted(TAGS))}"
        if cell["cell_type"] != "code":
            continue
        if cell.get("execution_count") is None:
            yield f"{where}: was never run, so its output would not be compared"
        for output in cell.get("outputs", []):
            yield from (f"{where}: {fault}" for fault in _output_faults(output))


def _output_faults(output: dict[str, Any]) -> Iterator[str]:
    if output["output_type"] == "error":
        yield f"ends in {output['ename']}: {output['evalue']}"
    elif output["output_type"] == "stream" and output["name"] == "stderr":
        yield f"writes to stderr: {_text(output['text']).strip()}"
    text = _text(output.get("text") or output.get("data", {}).get("text/plain", ""))
    if match := OPAQUE.search(text):
        yield f"prints {match.group()!r}, which cannot be compared; print the text itself"


def check(path: Path) -> list[str]:
    """Say how the file differs from its normal form; an empty list when it does not."""
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    diff = difflib.unified_diff(
        text.splitlines(), dumps(normalize(notebook)).splitlines(), "kept", "normalized", "", "", 0
    )
    complaints = [*faults(notebook), *list(diff)[2:22]]
    if not complaints and not text.endswith("}\n"):
        complaints.append("the file must end in one newline")
    return complaints


def rewrite(path: Path, notebook: dict[str, Any]) -> list[str]:
    """Write the notebook to the file, unless it has faults: then say them and write nothing."""
    complaints = list(faults(notebook))
    if not complaints:
        path.write_text(dumps(normalize(notebook)), encoding="utf-8", newline="\n")
    return complaints


def run_and_rewrite(paths: Sequence[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Run the notebooks side by side and rewrite each; yield each with its complaints."""
    found: dict[Path, list[str]] = {}

    def done(ended: Run) -> None:
        found[ended.path] = (
            [ended.failure]
            if ended.failure
            else rewrite(ended.path, json.loads(nbformat.writes(ended.notebook)))
        )

    # A longer file takes longer, more or less; one that is begun last keeps one processor waiting.
    run(sorted(paths, key=lambda path: -path.stat().st_size), done)
    yield from sorted(found.items())


def chapters() -> list[Path]:
    """Return every notebook of the book, in reading order."""
    found = (ROOT / "book").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all of book/)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="change nothing; say what differs")
    mode.add_argument("--normalize-only", action="store_true", help="do not run the notebooks")
    options = parser.parse_args(arguments)

    paths = options.paths or chapters()
    if options.check:
        found = ((path, check(path)) for path in paths)
    elif options.normalize_only:
        found = ((path, rewrite(path, json.loads(path.read_text("utf-8")))) for path in paths)
    else:
        found = run_and_rewrite(paths)
    failed = False
    for path, complaints in found:
        failed |= bool(complaints)
        for complaint in complaints:
            print(f"{path}: {complaint}", file=sys.stderr)
    if failed and options.check:
        print("To mend the form: make notebooks", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
