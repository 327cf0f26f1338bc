"""Read and write the names of streams and of entries.

A stream is `feed/7`, `user/-/label/NAME` or `user/-/state/com.google/STATE`. An entry has a long
name, a tag with sixteen hexadecimal digits, and a short one, a decimal number.
"""

from __future__ import annotations

import re

from ingest.errors import UsageError
from ingest.store.reader.streams import State, Stream

LONG = "tag:google.com,2005:reader/item/"
STATE = "user/-/state/com.google/"
LABEL = "user/-/label/"
READING_LIST, READ, STARRED = f"{STATE}reading-list", f"{STATE}read", f"{STATE}starred"
KEPT_UNREAD = f"{STATE}kept-unread"

_OF_USER = re.compile(r"user/[^/]*/(state/com\.google/|label/)(.+)", re.DOTALL)
_FEED = re.compile(r"feed/(\d{1,18})", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{1,16}", re.ASCII)
_STATES: dict[str, State] = {
    "read": "read",
    "starred": "starred",
    "kept-unread": "unread",
    "fresh": "unread",
}


def stream_called(name: str) -> Stream:
    """Return the stream with a name; raise `UsageError` if there is none.

    The name of a user in it is ignored: everyone sees only his own.
    """
    if feed := _FEED.fullmatch(name):
        return Stream(feed_id=int(feed[1]))
    if of_user := _OF_USER.fullmatch(name):
        if of_user[1] == "label/":
            return Stream(label=of_user[2])
        if of_user[2] == "reading-list":
            return Stream()
        if of_user[2] in _STATES:
            return Stream(state=_STATES[of_user[2]])
    raise UsageError(f"there is no stream {name!r}")


def plain_name(name: str) -> str:
    """Return the name of a tag with `-` in the place of the user's name."""
    of_user = _OF_USER.fullmatch(name)
    return f"user/-/{of_user[1]}{of_user[2]}" if of_user else name


def long_id(number: int) -> str:
    """Return the id of an entry in its long form, as the API defines it."""
    return f"{LONG}{number:016x}"


def number_of(name: str) -> int:
    """Return the number of an entry for its long or short name, or only the digits of a long one.

    Raise `UsageError` for anything else.
    """
    digits = name.removeprefix(LONG)
    is_short = digits == name and name.isascii() and name.isdecimal() and not _is_padded(name)
    if is_short and len(name) < 19:
        return int(name)
    if _HEXADECIMAL.fullmatch(digits) and (number := int(digits, 16)) < 2**63:
        return number
    raise UsageError(f"{name!r} is not the name of an entry")


def _is_padded(name: str) -> bool:
    return len(name) == 16 and name.startswith("0")
