"""Find the entry, link, feed or host that a user wants to take down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ingest.database import Database
from ingest.errors import UsageError
from ingest.reading.dedupe import link_key_of
from ingest.reading.links import canonical_link
from ingest.store import erase, feeds
from ingest.store.erase import Target
from ingest.store.refusals import host_name
from ingest.urls import absolute_link, without_secrets

_HOST = re.compile(r"\[?[\w:]*:[\w:]*\]?|[\w-]+(?:\.[\w-]+)+(?P<port>:\d+)?|localhost")
_PAST_ALL = 2**63  # larger than any number in a database


def find_target(database: Database, text: str) -> Target:
    """Return the entry, link, feed or host that a text names.

    A number means an entry. An address means a feed or an article. A name with dots means a host,
    and other words mean a feed. A prefix with the kind (`feed:12`) overrides this. Raise
    `UsageError` if there is no such entry or feed, or if there are several.
    """
    kind, _, rest = text.strip().partition(":")
    if kind in _FINDERS and rest and not rest.startswith("//"):
        return _FINDERS[kind](database, rest)
    return _FINDERS[_kind_of(database, text.strip())](database, text.strip())


def _kind_of(database: Database, text: str) -> str:
    if text.isdecimal():
        return "entry"
    if "://" in text:
        return "feed" if database.query(erase.feed_at, text) else "url"
    return "host" if _HOST.fullmatch(text) else "feed"


def _find_entry(database: Database, text: str) -> Target:
    is_number = text.isdecimal() and 0 < int(text) < _PAST_ALL
    target = Target(kind="entry", value=text, name=text)
    if not is_number or not database.query(erase.entries_of, target):
        raise UsageError(f"there is no entry {text}; see: guidang entries list")
    return Target(kind="entry", value=text, name=database.query(erase.name_of_entry, int(text)))


def _find_url(_database: Database, text: str) -> Target:
    canonical = canonical_link(absolute_link(text, None))
    if canonical is None:
        raise UsageError(f"{text} is no address of an article; write it with https://")
    return Target(kind="url", value=link_key_of(canonical), name=without_secrets(text))


def _find_feed(database: Database, text: str) -> Target:
    feed_id = database.query(erase.feed_at, text)
    if feed_id is None:
        feed = database.query(feeds.find, [text])[0]
        return Target(kind="feed", value=str(feed.id), name=without_secrets(feed.url))
    return Target(kind="feed", value=str(feed_id), name=without_secrets(text))


def _find_host(_database: Database, text: str) -> Target:
    host = host_name(text)
    return Target(kind="host", value=host, name=host)


_FINDERS: Mapping[str, Callable[[Database, str], Target]] = {
    "entry": _find_entry,
    "url": _find_url,
    "feed": _find_feed,
    "host": _find_host,
}
