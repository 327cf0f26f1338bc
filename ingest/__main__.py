"""`python -m ingest`, and the console script `guidang`."""

from __future__ import annotations

import sys

from ingest.garbage import search_seldom


def main() -> None:
    """Run the command line and exit with its code."""
    search_seldom()
    from ingest.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
