"""When Python looks for garbage: for objects that only refer to each other."""

from __future__ import annotations

import gc

# To load the libraries makes many objects, all of which stay: to look for garbage among them at
# every 700th, as Python does by itself, takes an eighth of a start.
_OBJECTS_BETWEEN_SEARCHES = 10_000


def search_seldom() -> None:
    """Let the searches be few, in this process and those that it forks."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)


def leave_out_what_stays() -> None:
    """Take what is loaded by now out of the sight of the searches.

    It stays as long as the process, and to look through it took a tenth of a second each time,
    in which nothing else ran. Processes that are forked later share it.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
