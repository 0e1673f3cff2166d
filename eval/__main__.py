"""`python -m eval bench`: engines side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eval import bench
from translator.errors import TranslatorError


def main() -> int:
    """Run the command; 2 usage, 3 bad data, 4 a model that failed."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("bench", help="engines side by side, one process each")
    command.add_argument(
        "--set",
        type=Path,
        default=None,
        metavar="DIR",
        help="a folder with source.zh.txt and reference.*.en.txt (default: the seed articles)",
    )
    command.add_argument(
        "--lines", type=int, default=None, metavar="N", help="only the first N lines of the set"
    )
    command.add_argument(
        "--only", default=None, metavar="NAME", help=f"one of: {', '.join(bench.SYSTEMS)}"
    )
    given = parser.parse_args()
    if given.only is not None and given.only not in bench.SYSTEMS:
        parser.error(f"there is no system {given.only!r} (there are {', '.join(bench.SYSTEMS)})")
    try:
        bench.run(given.set, given.lines, given.only)
    except TranslatorError as error:
        print(f"eval: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
