"""`python -m ingest`, and the console script `guidang`."""

from __future__ import annotations

import gc
import sys

# To load the libraries makes many objects, all of which stay: to look for garbage among them at
# every 700th, as Python does by itself, takes an eighth of a start.
_OBJECTS_BETWEEN_SEARCHES = 10_000


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    from ingest.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
