"""Decide what to do about a file that is there: users may have added to it, or changed it.

Everything from a line `<!-- guidang:own -->` on is the user's own part, and stays. What stands
before it is Guidang's, and is never overwritten in silence if somebody has changed it.
"""

from __future__ import annotations

import enum
import hashlib
import re
from typing import NamedTuple

# A comment on a line of its own, in HTML and Markdown, or in YAML.
MARK = b"<!-- guidang:own -->\n"
_NAME = b"guidang:own"
_LINE = re.compile(rb"^[ \t]*(?:<!--|#)[ \t]*guidang:own\b", re.MULTILINE)


class Present(NamedTuple):
    """A file that is there: its bytes, and when it was changed, in seconds."""

    content: bytes
    changed_at: int


class Action(enum.Enum):
    """What to do to write a file."""

    NOTHING = enum.auto()
    WRITE = enum.auto()
    KEEP_BOTH = enum.auto()
    """Somebody has changed the file: keep that version, and the new one."""


def split(content: bytes) -> tuple[bytes, bytes]:
    """Return the part of a file that Guidang wrote, and the user's own part.

    Blank lines before the own part belong to it.
    """
    found = _LINE.search(content) if _NAME in content else None
    if found is None:
        return content, b""
    written = content[: found.start()].rstrip()
    gap = content[len(written) : found.start()].lstrip(b" \t\r").removeprefix(b"\n")
    return written + b"\n" if written else b"", gap + content[found.start() :]


def without_mark(content: bytes) -> bytes:
    """Return rendered bytes in which no line begins an own part, whatever the entry says."""
    if _NAME not in content:
        return content
    return _LINE.sub(lambda line: line[0].replace(b":", b" "), content)


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 of what Guidang wrote in a file."""
    return hashlib.sha256(split(content)[0]).digest()


def plan(
    content: bytes,
    present: Present | None,
    *,
    written: bytes | None,
    at: int,
) -> tuple[Action, bytes]:
    """Return how to write a file with this content, and the bytes to write.

    `written` is the SHA-256 of what Guidang last wrote there. A file with the time `at` is
    Guidang's too: a run was stopped after it had written the file. A file of an own part only
    gets Guidang's part in front.
    """
    if present is None:
        return Action.WRITE, content
    theirs, own = split(present.content)
    if own:
        content = split(content)[0] + own
    if present.content == content and (own or present.changed_at == at):
        return Action.NOTHING, content
    if not theirs and own:
        return Action.WRITE, content
    if theirs == split(content)[0] or present.changed_at == at or _is_written(theirs, written):
        return Action.WRITE, content
    return Action.KEEP_BOTH, content


def _is_written(content: bytes, written: bytes | None) -> bool:
    """Return whether Guidang wrote this; Git writes CRLF on Windows."""
    with_lf = content.replace(b"\r\n", b"\n")
    return any(hashlib.sha256(version).digest() == written for version in (content, with_lf))
