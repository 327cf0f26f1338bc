"""Choose the author and the file name of a record. The name is safe on Windows and in URLs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from zoneinfo import ZoneInfo

from ingest.values import Record

# File systems allow 255 bytes for a name, but eCryptfs allows only 143. It encrypts home folders
# and many network drives.
LONGEST_NAME = 143
PATH_FIELDS = frozenset({"feed", "year", "month", "day", "date", "title", "id"})
_ID_DIGITS = 10
_TITLE_BYTES = 120

# Windows refuses `<>:"/\|?*`, and Hexo fails on `%`. The other characters are special in a shell or
# in YAML.
_UNSAFE = re.compile(r"""[\s<>:"/\\|?*%#&'`$!;(){}\[\]^~=+,@]+""")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def author_of(
    names: Sequence[str],
    *,
    set_author: str | None,
    feed_author: str | None,
    feed_categories: Sequence[str],
    feed_title: str,
) -> str:
    """Return the author of an entry, or a substitute.

    The substitutes are, in this order: the author that the user has set for the feed, the feed's
    own author, the name of the site. If the user has set several categories for the feed (subject,
    site, channel), the second category is the name of the site.
    """
    site = feed_categories[1] if len(feed_categories) > 1 else feed_title
    return "、".join(names) or set_author or feed_author or site


def author_of_record(record: Record) -> str:
    """Return the authors of a record, or a substitute, on one line; never an empty text."""
    names = (" ".join(author.name.split()) for author in record.authors)
    return author_of(
        list(dict.fromkeys(name for name in names if name.strip("./ "))),
        set_author=record.set_author,
        feed_author=record.feed_author,
        feed_categories=record.feed_categories,
        feed_title=record.feed_title,
    )


def record_path(
    template: str, record: Record, timezone: str, *, apart: bool = False, longest: int | None = None
) -> str:
    """Fill the template of paths for one record.

    Entries of two feeds can have the same key (guids such as 1, 2, 3). With `apart`, the id in the
    path depends on the feed too. The title and the feed's name are cut so that each part of the
    path has at most `longest` bytes, if that is possible.
    """
    longest = LONGEST_NAME if longest is None else longest
    key = sha256(f"{record.feed_url}\0{record.key}".encode()).hexdigest() if apart else record.key
    date = record.at.astimezone(ZoneInfo(timezone)).date().isoformat()
    year, month, day = date.rsplit("-", 2)
    fields = {
        "feed": safe_name(record.feed_slug),
        "year": year,
        "month": month,
        "day": day,
        "date": date,
        "title": safe_name(record.title, _TITLE_BYTES),
        "id": key[:_ID_DIGITS],
    }
    *folders, name = template.split("/")
    filled = [_folder_name(folder, fields, longest) for folder in folders]
    return "/".join([*filled, _file_name(name, fields, longest)])


def _folder_name(template: str, fields: dict[str, str], longest: int) -> str:
    """Return a folder of a path. It begins with `_` only if the template does, as in `_posts`."""
    sign = "_" if template.startswith("_") else ""
    return sign + _as_part(_fill(template.removeprefix(sign), fields, longest - len(sign)))


def _file_name(template: str, fields: dict[str, str], longest: int) -> str:
    """Return the last part of a path."""
    stem, dot, suffix = _fill(template, fields, longest).rpartition(".")
    return _as_part(re.sub("-{2,}", "-", stem)) + dot + suffix


def _fill(template: str, fields: dict[str, str], longest: int) -> str:
    """Fill a part of a path; if it is too long, cut the title, then the feed, but never the id."""
    part = template.format_map(fields)
    for field in ("title", "feed"):
        while len(part.encode()) > longest and f"{{{field}" in template and fields[field]:
            shorter = cut_bytes(fields[field], len(fields[field].encode()) - 8)
            fields = fields | {field: shorter.rstrip("-_. ")}
            part = template.format_map(fields)
    return part


def _as_part(name: str) -> str:
    """Return a part of a path that is not hidden, not empty, and not a device of Windows."""
    part = name.lstrip("_.-").rstrip(". -")
    if not part or _RESERVED.fullmatch(part):
        part = f"x{part}"
    return part


def safe_name(text: str, longest: int = LONGEST_NAME) -> str:
    """Return text for a file name, at most `longest` bytes. It is empty if no character is safe."""
    normal = unicodedata.normalize("NFC", text)
    if not normal.isprintable():
        normal = "".join(c if c.isprintable() else " " for c in normal)
    return cut_bytes(_UNSAFE.sub("-", normal), longest).strip("-_. ")


def cut_bytes(text: str, longest: int) -> str:
    """Return the beginning of a text, at most `longest` bytes of UTF-8.

    Like `cut`, do not separate combining characters from their letter.
    """
    if len(text.encode()) <= longest:
        return text
    return cut(text, len(text.encode()[: max(longest, 0)].decode(errors="ignore")))


def cut(text: str, longest: int) -> str:
    """Return the beginning of a text, at most `longest` characters.

    Do not cut between a character and the combining marks, joiners or variation selectors after it.
    """
    while 0 < longest < len(text) and _belongs_to_previous(text[longest]):
        longest -= 1
    return text[:longest].rstrip("\u200d")


def _belongs_to_previous(character: str) -> bool:
    return (
        unicodedata.combining(character) > 0
        or character in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
