"""Entries, their revisions and the bytes they were made of: recognising, keeping, listing."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from ingest.layouts.naming import author_of
from ingest.reading import dedupe
from ingest.reading.links import without_secrets
from ingest.store.dialects import insert_into
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind
from models import ArchiveFile, Capture, Entry, Feed, Revision
from models.entry import Content

T = TypeVar("T")

# Both databases take far more, but a statement's plan and memory grow with its parameters.
_IN_ONE_STATEMENT = 500
_CONTENT = tuple(Content.__annotations__)
_KNOWN = tuple(KnownEntry.__dataclass_fields__)


def known_items(
    connection: sa.Connection, feed_id: int, digests: Iterable[bytes]
) -> list[KnownEntry]:
    """The kept entries of a feed whose own bytes have one of these digests."""
    return _known(connection, feed_id, Entry.item_digest, digests)


def judge(connection: sa.Connection, feed_id: int, entries: Sequence[NormalEntry]) -> list[Verdict]:
    """Say of each entry whether it is new, edited or unchanged; write nothing."""
    keys, link_keys = dedupe.lookup_keys(entries)
    known = _known(connection, feed_id, Entry.key, keys)
    known += _known(connection, feed_id, Entry.link_key, link_keys)
    return dedupe.decide(entries, {entry.id: entry for entry in known}.values())


def _known(
    connection: sa.Connection, feed_id: int, column: Any, values: Iterable[Any]
) -> list[KnownEntry]:
    columns = [getattr(Entry, name) for name in _KNOWN]
    found: list[KnownEntry] = []
    for some in _in_batches(sorted(values)):
        query = sa.select(*columns).where(Entry.feed_id == feed_id, column.in_(some))
        found += [KnownEntry(**row) for row in connection.execute(query).mappings()]
    return found


def _in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _IN_ONE_STATEMENT):
        yield values[start : start + _IN_ONE_STATEMENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where and when a document was seen."""

    feed_id: int
    url: str
    content_type: str | None
    at: datetime


def keep(connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]) -> list[Verdict]:
    """Keep what is new or edited of these identified entries, and say what was.

    An edit moves what it replaces into `revision`. The judgement is made again inside the
    transaction, so that two programs at the same feed keep an entry once.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(Feed.id).where(Feed.id == seen.feed_id).with_for_update())
    verdicts = judge(connection, seen.feed_id, entries)
    captures = _keep_captures(connection, seen, verdicts)
    _insert_new(connection, seen, _of_kind(verdicts, VerdictKind.NEW), captures)
    for verdict in _of_kind(verdicts, VerdictKind.EDITED):
        _replace(connection, seen, verdict, captures)
    _note_noise(connection, _of_kind(verdicts, VerdictKind.UNCHANGED))
    return verdicts


def _of_kind(verdicts: Iterable[Verdict], kind: VerdictKind) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.kind is kind]


def _keep_captures(
    connection: sa.Connection, seen: Seen, verdicts: Iterable[Verdict]
) -> dict[bytes, int]:
    """Keep the bytes that the news were made of; return their numbers by digest."""
    rows: dict[bytes, dict[str, Any]] = {}
    for verdict in verdicts:
        if verdict.kind is not VerdictKind.UNCHANGED:
            row = _capture_row(seen, verdict.entry.raw, seen.url, seen.content_type)
            rows.setdefault(row["digest"], row)
            if page := verdict.entry.page:
                row = _capture_row(seen, page.body, page.final_url, page.content_type)
                rows.setdefault(row["digest"], row)
    if rows:
        insert = insert_into(connection, Capture).on_conflict_do_nothing(
            index_elements=["feed_id", "digest"]
        )
        connection.execute(insert, list(rows.values()))
    numbers: dict[bytes, int] = {}
    for some in _in_batches(sorted(rows)):
        query = sa.select(Capture.digest, Capture.id)
        query = query.where(Capture.feed_id == seen.feed_id, Capture.digest.in_(some))
        numbers.update((digest, number) for digest, number in connection.execute(query))
    return numbers


def _capture_row(seen: Seen, body: bytes, url: str, content_type: str | None) -> dict[str, Any]:
    return {
        "feed_id": seen.feed_id,
        "digest": _digest(body),
        "url": url,
        "content_type": content_type,
        "body": zlib.compress(body),
        "captured_at": seen.at,
    }


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _insert_new(
    connection: sa.Connection,
    seen: Seen,
    verdicts: Sequence[Verdict],
    captures: dict[bytes, int],
) -> None:
    if not verdicts:
        return
    rows = [
        _content_columns(verdict.entry)
        | _capture_numbers(verdict.entry, captures)
        | {
            "feed_id": seen.feed_id,
            "key": verdict.entry.key,
            "guid": verdict.entry.guid,
            "link_key": verdict.entry.link_key,
            "item_digest": verdict.entry.item_digest,
            "version": 1,
            "first_seen_at": seen.at,
            "seen_at": seen.at,
            "render_due": 1,
        }
        for verdict in verdicts
    ]
    connection.execute(sa.insert(Entry), rows)


def _content_columns(entry: NormalEntry) -> dict[str, Any]:
    own = {name: getattr(entry, name) for name in _CONTENT if hasattr(entry, name)}
    return own | {
        "authors": [asdict(author) for author in entry.authors],
        "categories": list(entry.categories),
        "enclosures": [asdict(enclosure) for enclosure in entry.enclosures],
        "full_text": entry.page is not None,
    }


def _capture_numbers(entry: NormalEntry, captures: dict[bytes, int]) -> dict[str, int | None]:
    page = entry.page
    return {
        "capture_id": captures[_digest(entry.raw)],
        "page_capture_id": captures[_digest(page.body)] if page else None,
    }


def _replace(
    connection: sa.Connection, seen: Seen, verdict: Verdict, captures: dict[bytes, int]
) -> None:
    """Move what an entry said into `revision`, and let it say what it says now."""
    if verdict.known is None:
        raise ValueError("only a known entry can be replaced")
    entry_id, version = verdict.known.id, verdict.known.version
    moved = (*_CONTENT, "capture_id", "page_capture_id")
    present = sa.select(
        Entry.id, *(getattr(Entry, name) for name in moved), sa.literal(seen.at, type_=_UTC)
    ).where(Entry.id == entry_id)
    names = ["entry_id", *moved, "replaced_at"]
    connection.execute(sa.insert(Revision).from_select(names, present))
    columns = _content_columns(verdict.entry) | _capture_numbers(verdict.entry, captures)
    columns |= _first_date(connection, entry_id, verdict.entry)
    columns |= {
        "guid": verdict.entry.guid,
        "link_key": verdict.entry.link_key,
        "item_digest": verdict.entry.item_digest,
        "version": version + 1,
        "seen_at": seen.at,
        "render_due": Entry.render_due + 1,
    }
    connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(columns))


_UTC = Revision.__table__.c.replaced_at.type


def _first_date(
    connection: sa.Connection, entry_id: int, entry: NormalEntry
) -> dict[str, datetime | str | None]:
    """The publication date an entry was first given: a later one is the date of the edit."""
    names = ("published_at", "published_raw", "published_method", "published_precision")
    row = (
        connection.execute(
            sa.select(*(getattr(Entry, name) for name in names)).where(Entry.id == entry_id)
        )
        .mappings()
        .one()
    )
    if row["published_at"] is None:
        return {}
    kept = dict(row)
    later = entry.published_at and entry.published_at > row["published_at"]
    if later and entry.updated_at is None:
        kept |= {"updated_at": entry.published_at, "updated_raw": entry.published_raw}
    return kept


def _note_noise(connection: sa.Connection, verdicts: Iterable[Verdict]) -> None:
    """Remember the present bytes of entries that changed in noise only."""
    changed = [
        {"entry_id": verdict.known.id, "digest": verdict.entry.item_digest}
        for verdict in verdicts
        if verdict.known and verdict.known.item_digest != verdict.entry.item_digest
    ]
    if changed:
        update = sa.update(Entry).where(Entry.id == sa.bindparam("entry_id"))
        connection.execute(update.values(item_digest=sa.bindparam("digest")), changed)


def listing(
    connection: sa.Connection, *, feed_id: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Entries with their feed's address, their files and how often they were edited.

    Newest first; all, unless there is a limit.
    """
    query = (
        sa.select(
            Entry.id,
            Feed.url.label("feed_url"),
            Entry.guid,
            Entry.link,
            Entry.title,
            Entry.authors,
            Entry.feed_author,
            Entry.feed_title,
            Feed.settings,
            Entry.categories,
            Entry.published_at,
            Entry.first_seen_at,
            Entry.updated_at,
            Entry.lead_image,
            Entry.language,
            (Entry.version - 1).label("revisions"),
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .order_by(Entry.first_seen_at.desc(), Entry.id.desc())
        .limit(limit)
    )
    if feed_id is not None:
        query = query.where(Entry.feed_id == feed_id)
    rows = [_listed(row) for row in connection.execute(query).mappings()]
    files = _files(connection, [row["id"] for row in rows])
    return [row | {"files": files.get(row["id"], [])} for row in rows]


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    """A row as it is shown: in place of the fields an author may come from, the author."""
    settings = row["settings"]
    author = author_of(
        [author["name"] for author in row["authors"]],
        set_author=settings.get("author"),
        feed_author=row["feed_author"],
        set_categories=settings.get("categories", ()),
        feed_title=settings.get("title") or row["feed_title"],
    )
    shown = {"author" if name == "authors" else name: value for name, value in row.items()}
    shown |= {"author": author, "feed_url": without_secrets(row["feed_url"])}
    return {name: value for name, value in shown.items() if name not in _ONLY_FOR_AUTHOR}


_ONLY_FOR_AUTHOR = frozenset({"feed_author", "feed_title", "settings"})


def _files(connection: sa.Connection, entry_ids: Sequence[int]) -> dict[int, list[str]]:
    files: dict[int, list[str]] = {}
    for some in _in_batches(entry_ids):
        query = sa.select(ArchiveFile.entry_id, ArchiveFile.path)
        query = query.where(ArchiveFile.entry_id.in_(some), ArchiveFile.digest.is_not(None))
        for entry_id, path in connection.execute(query.order_by(ArchiveFile.path)):
            files.setdefault(entry_id, []).append(path)
    return files


def show(connection: sa.Connection, entry_id: int) -> dict[str, Any] | None:
    """One entry with everything kept of it, its revisions oldest first."""
    columns = [column for column in Entry.__table__.columns if column.key not in _INTERNAL]
    query = sa.select(Feed.url.label("feed_url"), *columns)
    query = query.join(Feed, Feed.id == Entry.feed_id).where(Entry.id == entry_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    earlier = sa.select(*(c for c in Revision.__table__.columns if c.key not in _INTERNAL))
    earlier = earlier.where(Revision.entry_id == entry_id).order_by(Revision.version)
    return dict(row) | {
        "feed_url": without_secrets(row["feed_url"]),
        "files": _files(connection, [entry_id]).get(entry_id, []),
        "revisions": [dict(revision) for revision in connection.execute(earlier).mappings()],
    }


_INTERNAL = frozenset(
    "feed_id entry_id key link_key item_digest text_digest capture_id page_capture_id".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry with the bytes it was made of, to be normalised again."""

    id: int
    key: str
    link_key: str | None
    guid: str | None
    first_seen_at: datetime
    version: int
    title: str
    item_digest: bytes
    url: str
    content_type: str | None
    body: bytes
    page_url: str | None
    page_content_type: str | None
    page_body: bytes | None


def kept(
    connection: sa.Connection, feed_id: int, *, after: int = 0, limit: int = 200
) -> list[Kept]:
    """Entries of a feed with their bytes, by number, from the one after `after` on."""
    page = sa.orm.aliased(Capture)
    query = (
        sa.select(
            *(getattr(Entry, name) for name in _KEPT_OF_ENTRY),
            Capture.url,
            Capture.content_type,
            Capture.body,
            page.url.label("page_url"),
            page.content_type.label("page_content_type"),
            page.body.label("page_body"),
        )
        .join(Capture, Capture.id == Entry.capture_id)
        .outerjoin(page, page.id == Entry.page_capture_id)
        .where(Entry.feed_id == feed_id, Entry.id > after)
        .order_by(Entry.id)
        .limit(limit)
    )
    return [_kept(row) for row in connection.execute(query).mappings()]


_KEPT_OF_ENTRY = tuple(Kept.__dataclass_fields__)[:8]


def _kept(row: sa.RowMapping) -> Kept:
    columns = dict(row)
    columns["body"] = zlib.decompress(columns["body"])
    if columns["page_body"] is not None:
        columns["page_body"] = zlib.decompress(columns["page_body"])
    return Kept(**columns)


def renormalize(connection: sa.Connection, entry_id: int, entry: NormalEntry) -> bool:
    """Write what the rules of today make of an entry; return whether anything differs.

    No revision: the publisher changed nothing, only our reading of it did.
    """
    columns = _content_columns(entry) | {"item_digest": entry.item_digest}
    columns.pop("feed_title")
    names = list(columns)
    present = (
        connection.execute(
            sa.select(*(getattr(Entry, name) for name in names)).where(Entry.id == entry_id)
        )
        .mappings()
        .one()
    )
    if all(present[name] == columns[name] for name in names):
        return False
    columns["render_due"] = Entry.render_due + 1
    connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(columns))
    return True


def totals(connection: sa.Connection) -> dict[str, int]:
    """How much is kept: entries, revisions, files to be rendered."""
    return {
        "entries": connection.scalar(sa.select(sa.func.count(Entry.id))) or 0,
        "revisions": connection.scalar(sa.select(sa.func.count(Revision.id))) or 0,
        "files_due": connection.scalar(
            sa.select(sa.func.count(Entry.id)).where(Entry.render_due > 0)
        )
        or 0,
    }
