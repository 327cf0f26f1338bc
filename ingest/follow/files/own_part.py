"""Decide how to write a file that already exists and that users may have changed.

The line `<!-- guidang:own -->` begins the user's own part, which is always kept. Guidang writes the
part before this line. If somebody has changed that part, the changed version is kept too.
"""

from __future__ import annotations

import enum
import hashlib
import re
from typing import NamedTuple

# The mark is an HTML comment on its own line. In existing files, a YAML comment (`#`) with the same
# text is accepted too.
MARK = b"<!-- guidang:own -->\n"
_NAME = b"guidang:own"
_LINE = re.compile(rb"^[ \t]*(?:<!--|#)[ \t]*guidang:own\b", re.MULTILINE)


class Present(NamedTuple):
    """An existing file: its bytes, and its modification time in seconds."""

    content: bytes
    changed_at: int


class Action(enum.Enum):
    """The ways to write a file."""

    NOTHING = enum.auto()
    WRITE = enum.auto()
    KEEP_BOTH = enum.auto()
    """Keep the version that somebody has changed, and write the new version too."""


def split(content: bytes) -> tuple[bytes, bytes]:
    """Return (a) the part of a file that Guidang wrote, and (b) the user's own part.

    Blank lines between the two belong to the user's own part.
    """
    found = _LINE.search(content) if _NAME in content else None
    if found is None:
        return content, b""
    written = content[: found.start()].rstrip()
    gap = content[len(written) : found.start()].lstrip(b" \t\r").removeprefix(b"\n")
    return written + b"\n" if written else b"", gap + content[found.start() :]


def without_mark(content: bytes) -> bytes:
    """Return rendered bytes with each mark that begins a user's own part made ineffective.

    The text of an entry may contain such a mark.
    """
    if _NAME not in content:
        return content
    return _LINE.sub(lambda line: line[0].replace(b":", b" "), content)


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 of the part of a file that Guidang wrote."""
    return hashlib.sha256(split(content)[0]).digest()


def plan(
    content: bytes,
    present: Present | None,
    *,
    written: bytes | None,
    at: int,
) -> tuple[Action, bytes]:
    """Return (a) how to write a file with this content, and (b) the bytes to write.

    `written` is the SHA-256 of the part that Guidang last wrote to the file. A file with the
    modification time `at` was written by Guidang, in a run that was stopped before it stored the
    digest. If the file has only the user's own part, `content` is put before this part.
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
    """Return whether `written` is the SHA-256 of this content.

    Git on Windows may have changed LF to CRLF, so the content is also compared with LF.
    """
    with_lf = content.replace(b"\r\n", b"\n")
    return any(hashlib.sha256(version).digest() == written for version in (content, with_lf))
