"""Find the feeds and entries that must not be stored, because they were taken down.

A tombstone is a stored text that names what was taken down. It is called an identity, and is one
of: `feed:ID`, `key:FEED:KEY`, `link:FEED:LINK_KEY`, `link:LINK_KEY` (in any feed) or `host:NAME`
(with its subdomains).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.reading.read import BrokenEntry
from ingest.store.statements import in_batches, table_of
from ingest.urls import host_of
from ingest.values import NormalEntry
from models import Tombstone

_TOMBSTONE = table_of(Tombstone)
_ANY = sa.select(sa.exists(sa.select(_TOMBSTONE.c.id)))


def of_feed(feed_id: int) -> str:
    """Return the text `feed:ID`, which names a feed that must not be stored again."""
    return f"feed:{feed_id}"


def of_key(feed_id: int, key: str) -> str:
    """Return the text `key:FEED:KEY`, which names an entry that must not be stored again."""
    return f"key:{feed_id}:{key}"


def of_link(link_key: str, feed_id: int | None = None) -> str:
    """Return the text that names a link whose entry must not be stored again.

    Without `feed_id`, the text is for all feeds.
    """
    return f"link:{link_key}" if feed_id is None else f"link:{feed_id}:{link_key}"


def of_host(host: str) -> str:
    """Return the text `host:NAME`, which names a host whose entries must not be stored again.

    The host's subdomains are included. `host` must be a name that `host_name` returned.
    """
    return f"host:{host}"


def host_name(host: str) -> str:
    """Return a host in lower case and punycode, without its port and `www.`.

    Raise `UsageError` if the text is not a host.
    """
    name = _punycode(host_of(f"//{host}")).strip(".")
    if not name:
        raise UsageError(f"{host} is no host; write, for example, www.example.com")
    return name.removeprefix("www.")


def hosts_of(address: str) -> Iterator[str]:
    """Yield the texts `host:NAME` for the host of an address and for each domain above the host."""
    labels = _punycode(host_of(address)).split(".")
    for start in range(len(labels)):
        yield of_host(".".join(labels[start:]))


def _punycode(host: str) -> str:
    """Return a host in punycode, or "" if it cannot be encoded."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


class Allowed(NamedTuple):
    """The entries of a document that may be stored.

    `hidden` has the digests of documents that contain entries which were taken down.
    """

    entries: Sequence[NormalEntry]
    broken: Sequence[BrokenEntry] = ()
    hidden: frozenset[bytes] = frozenset()


def allowed(
    connection: sa.Connection,
    feed_id: int,
    entries: Sequence[NormalEntry],
    broken: Sequence[BrokenEntry] = (),
) -> Allowed:
    """Return the entries of a document, except entries that were taken down."""
    if not connection.scalar(_ANY):
        return Allowed(entries=entries, broken=broken)
    of_entries = [set(_identities(feed_id, entry)) for entry in entries]
    of_broken = [_identities_of_broken(feed_id, one) for one in broken]
    refused = refused_of(connection, set().union(*of_entries, *of_broken))
    both: list[tuple[NormalEntry | BrokenEntry, set[str]]] = [
        *zip(entries, of_entries, strict=True),
        *zip(broken, of_broken, strict=True),
    ]
    return Allowed(
        entries=[e for e, own in zip(entries, of_entries, strict=True) if not refused & own],
        broken=[b for b, own in zip(broken, of_broken, strict=True) if not refused & own],
        hidden=frozenset(one.raw.digest for one, own in both if refused & own),
    )


def _identities(feed_id: int, entry: NormalEntry) -> Iterator[str]:
    yield of_feed(feed_id)
    yield of_key(feed_id, entry.key)
    if entry.link_key is not None:
        yield of_link(entry.link_key)
        yield of_link(entry.link_key, feed_id)
    yield from hosts_of(entry.canonical_link or "")


def _identities_of_broken(feed_id: int, broken: BrokenEntry) -> set[str]:
    return {of_feed(feed_id)} | ({of_key(feed_id, broken.key)} if broken.key else set())


def refused_of(connection: sa.Connection, identities: Iterable[str]) -> set[str]:
    """Return the texts among `identities`, such as `feed:ID`, that name what was taken down."""
    found: set[str] = set()
    for some in in_batches(sorted(identities)):
        query = sa.select(_TOMBSTONE.c.identity).where(_TOMBSTONE.c.identity.in_(some))
        found.update(connection.scalars(query))
    return found


def refused_links(connection: sa.Connection, feed_id: int, link_keys: Iterable[str]) -> set[str]:
    """Return the given link keys that were taken down, in this feed or in all feeds."""
    spelled = {
        identity: key for key in link_keys for identity in (of_link(key), of_link(key, feed_id))
    }
    return {spelled[identity] for identity in refused_of(connection, spelled)}


def is_any(connection: sa.Connection) -> bool:
    """Return whether any feed or entry was taken down."""
    return bool(connection.scalar(_ANY))
