"""`python -m benchmarks [part ...]`: measure the parts named, or all of them. Writes nothing."""

from __future__ import annotations

import argparse
import sys

from benchmarks import claims, conv, growth, page, steps
from benchmarks.timing import machine

PARTS = {
    "conv": conv.run,
    "wide": growth.wide,
    "growth": growth.run,
    "claims": claims.run,
    "mlp": lambda: steps.run("mlp"),
    "lenet": lambda: steps.run("lenet"),
    "page": page.run,
}


def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; default all"
    )
    parts = parser.parse_args(arguments).parts or list(PARTS)
    for part in parts:
        if part not in PARTS:
            parser.error(f"expected a part of {', '.join(PARTS)}, got {part!r}")
    print(machine())
    for part in parts:
        PARTS[part]()
        sys.stdout.flush()


if __name__ == "__main__":
    main()
