"""Write entries to the search index, and delete them from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.reading.terms.tokens import COARSE, characters_of, tokens_of
from ingest.store.conditions import entry_date
from ingest.store.search.texts import Texts, texts
from ingest.store.statements import in_batches, table_of
from models import Due, Entry, SearchDocument

SEARCH = "search"  # This follower fills the index.
# These prefixes mark tokens of a title, tokens of an earlier version, and other tokens. The other
# tokens, such as the feed's number, are not words of the text.
TITLE, EARLIER, OTHER = "^", "~", "="
EVERY = f"{OTHER}all"
_MONTH_BITS = 22  # allows 4 million texts in a month; SQLite stores close numbers in less space
_DOCUMENT, _ENTRY = table_of(SearchDocument), table_of(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An entry that is ready to be written to the index; spaces separate its tokens."""

    entry_id: int
    at: datetime
    tokens: str


def prepare(connection: sa.Connection, entry_ids: Sequence[int]) -> list[Prepared]:
    """Return the data of entries for the index; deleted entries are left out."""
    dates: dict[int, tuple[datetime, int]] = {}
    for some in in_batches(entry_ids):
        query = sa.select(Entry.id, entry_date, Entry.feed_id).where(Entry.id.in_(some))
        dates |= {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    return [
        Prepared(
            entry_id=one.entry_id,
            at=dates[one.entry_id][0],
            tokens=f"{_tokens(one)} {of_feed(dates[one.entry_id][1])}",
        )
        for one in texts(connection, entry_ids)
        if one.entry_id in dates
    ]


def of_feed(feed_id: int) -> str:
    """Return the token that all entries of a feed have."""
    return f"{OTHER}f{feed_id}"


def _tokens(entry: Texts) -> str:
    """Return the tokens of an entry; prefixes mark tokens from its title and earlier versions."""
    title = _with_prefix(TITLE, [entry.present.folded_title])
    tokens = [EVERY, tokens_of(entry.present.folded), *title]
    if entry.earlier:
        titles = [one.folded_title for one in entry.earlier]
        tokens += _with_prefix(EARLIER, [one.folded for one in entry.earlier])
        tokens += _with_prefix(EARLIER + TITLE, titles)
    return " ".join(tokens)


def _with_prefix(place: str, folded: Sequence[str]) -> list[str]:
    text = "\n".join(folded)
    characters = characters_of(text) if place.endswith(TITLE) else ()
    return [place + token for token in dict.fromkeys((*tokens_of(text).split(), *characters))]


def write(connection: sa.Connection, entry_ids: Sequence[int], ready: Iterable[Prepared]) -> None:
    """Replace these entries in the index; entries that are not in `ready` are deleted from it."""
    forget(connection, entry_ids)
    rows = _with_numbers(connection, sorted(ready, key=lambda one: one.at))
    if not rows:
        return
    documents = [
        {
            "id": number,
            "entry_id": one.entry_id,
            "at": one.at,
            "is_coarse": COARSE in one.tokens,
        }
        for number, one in rows
    ]
    connection.execute(sa.insert(_DOCUMENT), documents)
    _insert(connection, [(number, one.tokens) for number, one in rows])


def _with_numbers(
    connection: sa.Connection, ready: Iterable[Prepared]
) -> list[tuple[int, Prepared]]:
    """Return each text with a new index number; the texts of a month have close numbers."""
    last: dict[int, int] = {}
    rows = []
    for one in ready:
        month = (one.at.year * 12 + one.at.month) << _MONTH_BITS
        if month not in last:
            of_month = _DOCUMENT.c.id.between(month, month + 2**_MONTH_BITS - 1)
            query = sa.select(sa.func.max(_DOCUMENT.c.id)).where(of_month)
            last[month] = connection.scalar(query) or month
        last[month] += 1
        rows.append((last[month], one))
    return rows


_WORDS = sa.column("tokens", sa.Text)
_FTS5 = sa.table("search_index", sa.column("rowid", sa.Integer), _WORDS, sa.column("search_index"))
_INSERT_FTS5 = sa.insert(_FTS5).values(rowid=sa.bindparam("id"), tokens=sa.bindparam("words"))
_DELETE_FTS5 = _INSERT_FTS5.values(search_index="delete")
_INSERT = sa.text("INSERT INTO search_index (id, tokens) VALUES (:id, :words)")


def _insert(connection: sa.Connection, rows: Sequence[tuple[int, str]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(_INSERT_FTS5, [{"id": n, "words": tokens} for n, tokens in rows])
    else:
        once = [(number, " ".join(dict.fromkeys(tokens.split()))) for number, tokens in rows]
        connection.execute(_INSERT, [{"id": n, "words": tokens} for n, tokens in once])


def forget(connection: sa.Connection, entry_ids: Sequence[int]) -> None:
    """Delete entries from the index, before the entries themselves are deleted.

    To delete a text, FTS5 needs its tokens (SQLite before 3.43), and these are computed from all
    versions in the database. If some tokens stay in the index, they cannot match another text,
    because no index number is used twice.
    """
    for some in in_batches(entry_ids):
        query = sa.select(_DOCUMENT.c.id, _DOCUMENT.c.entry_id)
        rows = connection.execute(query.where(_DOCUMENT.c.entry_id.in_(some))).all()
        numbers: dict[int, int] = {row.entry_id: row.id for row in rows}
        if not numbers:
            continue
        _delete(connection, numbers)
        gone = sa.update(_DOCUMENT).where(_DOCUMENT.c.id.in_(numbers.values()))
        connection.execute(gone.values(entry_id=None))


def _delete(connection: sa.Connection, numbers: dict[int, int]) -> None:
    if connection.dialect.name == "postgresql":
        delete = sa.text("DELETE FROM search_index WHERE id = :id")
        connection.execute(delete, [{"id": number} for number in numbers.values()])
        return
    for one in prepare(connection, list(numbers)):
        # FTS5 must not delete more tokens than were inserted, and any version may be in the index.
        # So the tokens of all versions are inserted before all of them are deleted.
        earlier = one.tokens.replace(f" {EARLIER}", " ")
        row = {"id": numbers[one.entry_id], "words": f"{one.tokens} {earlier}"}
        connection.execute(_INSERT_FTS5, row)
        connection.execute(_DELETE_FTS5, row)


def merge(connection: sa.Connection) -> bool:
    """Merge a few pages of a small index, to save space; return whether there is more to merge.

    FTS5 merges a larger index often enough while it is written. PostgreSQL has nothing to merge.
    """
    if connection.dialect.name != "sqlite":
        return False
    is_large = sa.select(_DOCUMENT.c.id).order_by(_DOCUMENT.c.id).offset(_SMALL).limit(1)
    if connection.scalar(is_large) is not None:
        return False
    before = connection.scalar(_TOTAL_CHANGES) or 0
    connection.execute(_MERGE)
    after = connection.scalar(_TOTAL_CHANGES) or 0
    return after - before >= 2  # as the documentation of the command says


_SMALL = 20_000  # texts
_PAGES = 64  # a step of about 10 ms, so that no other writer waits
_TOTAL_CHANGES = sa.text("SELECT total_changes()")
_COMMAND = sa.table("search_index", sa.column("search_index"), sa.column("rank", sa.Integer))
_MERGE = sa.insert(_COMMAND).values(search_index="merge", rank=_PAGES)


def clear(connection: sa.Connection) -> None:
    """Delete the whole index."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("INSERT INTO search_index(search_index) VALUES ('delete-all')"))
    else:
        connection.execute(sa.text("TRUNCATE search_index"))
    connection.execute(sa.delete(_DOCUMENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How many entries are in the index, and how many still have to be indexed."""

    indexed: int
    due: int


def filling(connection: sa.Connection) -> Filling:
    """Return how many entries are in the index, and how many must still be indexed.

    An entry that changed after it was indexed counts in both numbers.
    """
    is_indexed = sa.select(sa.func.count(_DOCUMENT.c.entry_id))
    return Filling(indexed=connection.scalar(is_indexed) or 0, due=lacking(connection))


def lacking(connection: sa.Connection) -> int:
    """Return how many entries must still be indexed."""
    query = sa.select(sa.func.count()).select_from(Due).where(Due.follower == SEARCH)
    return connection.scalar(query) or 0
