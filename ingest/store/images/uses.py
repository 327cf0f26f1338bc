"""Store which pictures entries show, so that they are fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from ingest.store.statements import in_batches, insert_if_new, insert_into, table_of
from ingest.urls import host_of, site_of
from models import Entry, Feed, Image, ImageUse, Setting

_IMAGE, _USE = table_of(Image), table_of(ImageUse)
# An address is asked again for a new entry if it was asked before that: its picture may be another.
_FRESH = timedelta(days=1)
_SETTING = "images.listed_with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """What is needed to list an entry's pictures; `images` is the setting of its feed, or None."""

    entry_id: int
    lead_image: str | None
    html: str
    images: str | None


def pictured(connection: sa.Connection, entry_ids: Sequence[int]) -> list[Pictured]:
    """Return the texts of these entries; deleted entries are left out."""
    query = sa.select(Entry.id, Entry.lead_image, Entry.html, Feed.settings)
    query = query.join(Feed, Feed.id == Entry.feed_id).where(Entry.id.in_(entry_ids))
    return [
        Pictured(entry_id=row.id, lead_image=row.lead_image, html=row.html,
                 images=row.settings.get("images"))
        for row in connection.execute(query.order_by(Entry.id))
    ]  # fmt: skip


def listed_with(connection: sa.Connection) -> str | None:
    """Return the settings with which the pictures of all entries were listed."""
    return connection.scalar(sa.select(Setting.value).where(Setting.name == _SETTING))


def note_settings(connection: sa.Connection, settings: str) -> None:
    """Store the settings with which the pictures of all entries are listed from now on.

    Several processes may do so at the same time.
    """
    insert = insert_into(connection, Setting).values(name=_SETTING, value=settings)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"value": settings})
    )


def note_uses(
    connection: sa.Connection, shown: Mapping[int, Sequence[str]], *, now: datetime
) -> set[int]:
    """Store the addresses of the pictures that entries show; each unknown address becomes due.

    `shown` has the addresses by entry id. An address that was fetched less than a day ago is not
    fetched again. Return the entries for which a kept picture was found in this way.
    """
    _forget_others(connection, shown)
    digests = {url: sha256(url.encode()).digest() for urls in shown.values() for url in urls}
    known = _add_addresses(connection, digests, now)
    present = _pairs(connection, shown)
    rows = [
        {"entry_id": entry_id, "image_id": image.id, "file_id": _fresh_file(image, now)}
        for entry_id, urls in shown.items()
        for image in (known[digests[url]] for url in urls)
        if (entry_id, image.id) not in present
    ]
    if rows:
        connection.execute(insert_if_new(connection.dialect.name, ImageUse), rows)
    _make_due(connection, {row["image_id"] for row in rows if row["file_id"] is None}, now)
    return {row["entry_id"] for row in rows if row["file_id"] is not None}


def _fresh_file(
    image: sa.Row[tuple[int, int | None, datetime | None]], now: datetime
) -> int | None:
    is_fresh = image.kept_at is not None and image.kept_at > now - _FRESH
    return image.file_id if is_fresh else None


def _forget_others(connection: sa.Connection, shown: Mapping[int, Sequence[str]]) -> None:
    """Delete what entries no longer show and was never kept."""
    for some in in_batches(list(shown)):
        digests = [sha256(url.encode()).digest() for one in some for url in shown[one]]
        query = sa.select(_USE.c.entry_id, _USE.c.image_id, _IMAGE.c.url_digest)
        query = query.join(_IMAGE, _IMAGE.c.id == _USE.c.image_id)
        rows = connection.execute(query.where(_USE.c.entry_id.in_(some), _USE.c.file_id.is_(None)))
        still = set(digests)
        gone = [
            {"entry": r.entry_id, "image": r.image_id} for r in rows if r.url_digest not in still
        ]
        if gone:
            connection.execute(_FORGET, gone)


_FORGET = sa.delete(_USE).where(
    _USE.c.entry_id == sa.bindparam("entry"), _USE.c.image_id == sa.bindparam("image")
)


def _add_addresses(
    connection: sa.Connection, digests: Mapping[str, bytes], now: datetime
) -> dict[bytes, sa.Row[tuple[int, int | None, datetime | None]]]:
    """Store unknown addresses; return the id, file and date of each address by its digest."""
    new = [
        {"url": url, "url_digest": digest, "site": site_of(host_of(url)), "first_seen_at": now}
        for url, digest in sorted(digests.items(), key=lambda pair: pair[1])
    ]
    if new:
        connection.execute(insert_if_new(connection.dialect.name, Image, "url_digest"), new)
    found = {}
    for some in in_batches(list(digests.values())):
        query = sa.select(_IMAGE.c.id, _IMAGE.c.file_id, _IMAGE.c.kept_at, _IMAGE.c.url_digest)
        for row in connection.execute(query.where(_IMAGE.c.url_digest.in_(some))):
            found[row.url_digest] = row
    return found  # type: ignore[return-value]


def _pairs(connection: sa.Connection, entry_ids: Iterable[int]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for some in in_batches(list(entry_ids)):
        query = sa.select(_USE.c.entry_id, _USE.c.image_id).where(_USE.c.entry_id.in_(some))
        pairs.update((row[0], row[1]) for row in connection.execute(query))
    return pairs


def _make_due(connection: sa.Connection, image_ids: set[int], now: datetime) -> None:
    for some in in_batches(sorted(image_ids)):
        idle = sa.and_(_IMAGE.c.id.in_(some), _IMAGE.c.next_try_at.is_(None))
        connection.execute(sa.update(_IMAGE).where(idle).values(next_try_at=now))
