"""Settings of Python's cyclic garbage collector."""

from __future__ import annotations

import gc

# Loading libraries creates many permanent objects. The default threshold of 700 costs an eighth of
# the start-up time.
_OBJECTS_BETWEEN_SEARCHES = 10_000


def search_seldom() -> None:
    """Make garbage collections rare, in this process and in processes that it forks later."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)


def freeze_garbage() -> None:
    """Exclude the objects that exist now from all later collections.

    These objects live as long as the process, and a collection that visits them takes a tenth of a
    second. Processes that are forked later also share their memory.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
