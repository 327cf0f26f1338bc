"""The only clock: everything else gets the time as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present time in whole seconds, the precision of stored times."""
    return datetime.now(UTC).replace(microsecond=0)
