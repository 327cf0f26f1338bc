"""Values in JSON: the same for the output of commands and the answers of the web server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def plain(value: Any) -> Any:
    """Return a value that JSON has, for one that it lacks; `default` of `json.dumps`.

    Instants are in ISO 8601 and UTC, durations in seconds, digests in hexadecimal. Raise
    `TypeError` for other types.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no JSON for {type(value).__name__}")
