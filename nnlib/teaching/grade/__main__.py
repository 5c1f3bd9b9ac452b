"""python -m nnlib.teaching.grade FOLDER: run what students handed in, and write a table of it.

Every notebook runs in a kernel and a copy of its own; nothing in FOLDER is changed. The notebooks
are programs, and they run with your rights: use an account, or a container, that holds nothing
else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from nnlib.teaching.grade import handed_in, marks, tables
from nnlib.teaching.grade.handed_in import Refused, Submission
from nnlib.teaching.grade.running import Kernels, Limits, Run, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if a table was written, 2 for what it can't work with."""
    options = _parser().parse_args(arguments)
    limits = Limits(options.seconds, options.cell_seconds, options.gigabytes)
    try:
        found = grade(
            options.folder, options.exercises, limits, options.jobs, options.student, options.table
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    count = Counter(found.of(who, id).state for who in found.students for id in found.ids)
    states = ", ".join(f"{count[state]} {state}" for state in marks.STATES if count[state])
    print(f"{len(found.students)} students, {len(found.ids)} exercises: {states or 'no marks'}.")
    for _, name, why in found.problems:
        print(f"{name}: {why}")
    print(f"Written: {options.table}.csv and {options.table}.html")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nnlib.teaching.grade",
        description=(__doc__ or "").partition(": ")[2],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("folder", type=Path, help="with a folder for each student, or files named by student")
    add("--table", type=Path, default=Path("marks"), metavar="NAME", help="for NAME.csv, NAME.html")
    add("--exercises", nargs="+", default=[], metavar="ID", help="4.2, or 4 for all of a chapter")
    add("--jobs", type=_count, default=_processors(), help="notebooks at a time")
    add("--seconds", type=_positive, default=300, help="for a notebook")
    add("--cell-seconds", type=_positive, default=60, help="for a cell")
    add("--gigabytes", type=float, default=4, help="of memory for a notebook; 0 for no limit")
    add(
        "--student",
        default="",
        metavar="REGEX",
        help="with a group (?P<student>...), for files named in another way",
    )
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {count}")
    return count


def _positive(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"expected more than 0, got {text}")
    return seconds


def _processors() -> int:
    known = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(known(0)) if known else os.cpu_count() or 1


def grade(
    folder: Path, exercises: Sequence[str], limits: Limits, jobs: int, whose: str, target: Path
) -> marks.Table:
    """Run the notebooks of a folder and write the table; raise Refused for what is no input."""
    if not target.parent.is_dir():
        raise Refused(f"--table {target}: expected a folder {target.parent}, found none")
    submissions = handed_in.collect(folder, whose)
    ids = handed_in.wanted(exercises, marks.known())
    if ids:  # of a whole book that somebody handed in, what was asked for
        submissions = [
            one for one in submissions if one.refused or not set(ids).isdisjoint(one.ids)
        ]
        if not submissions:
            raise Refused(
                f"{folder}: expected a notebook that checks {', '.join(exercises)}, found none"
            )
    found = marks.table(run_all(submissions, limits, jobs), ids, limits)
    _write(target, ".csv", tables.as_csv(found), "utf-8-sig")  # with what tells Excel of UTF-8
    _write(target, ".html", tables.as_html(found), "utf-8")
    return found


def _write(target: Path, suffix: str, text: str, encoding: str) -> None:
    path = target.with_name(target.name + suffix)
    try:
        path.write_text(text, encoding=encoding, errors="backslashreplace", newline="")
    except OSError as error:
        raise Refused(
            f"{path}: expected a file that can be written, got: {error.strerror}"
        ) from None


def run_all(submissions: Sequence[Submission], limits: Limits, jobs: int) -> list[Run]:
    """Run notebooks side by side; return what came of each, in the same order."""
    try:
        import ipykernel  # noqa: F401
        import jupyter_client  # noqa: F401
        from tqdm import tqdm
    except ImportError as missing:
        raise Refused(
            f"expected what runs a notebook, and {missing.name} is not installed: "
            "pip install -r requirements.txt"
        ) from None
    kernels = Kernels()
    pool = ThreadPoolExecutor(jobs)
    try:
        futures = [pool.submit(run, one, limits, kernels) for one in submissions]
        with tqdm(total=len(futures), unit="notebook", desc="Grading") as bar:
            for future in as_completed(futures):
                bar.set_postfix_str(future.result().submission.student, refresh=False)
                bar.update()
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.close()


if __name__ == "__main__":
    sys.exit(main())
