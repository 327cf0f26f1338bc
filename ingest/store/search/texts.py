"""Query the texts that are searched, of the current and of earlier versions of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.reading.html import text_of
from ingest.reading.terms import fold
from ingest.store.statements import in_batches, table_of
from models import Entry, Revision

_ENTRY, _REVISION = table_of(Entry), table_of(Revision)
# A line end separates the parts of a text, so that a phrase cannot match across two parts. The
# parts themselves have no line ends, because `fold` replaces them by spaces.
_BORDER = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The parts of one version of an entry that are searched, as they are displayed."""

    title: str
    text: str
    names: tuple[str, ...]

    number: int

    @property
    def folded_title(self) -> str:
        """Return the title without differences of width, case and Chinese script."""
        return fold(self.title)

    @property
    def folded(self) -> str:
        """Return all searched parts (title, text, authors and categories) in one text.

        It has no differences of width, case and Chinese script.
        """
        return _BORDER.join(map(fold, (self.title, self.text, *self.names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The current version of an entry, and its earlier versions, oldest first."""

    entry_id: int
    present: Version
    earlier: tuple[Version, ...] = ()


def texts(connection: sa.Connection, entry_ids: Sequence[int]) -> list[Texts]:
    """Return the texts of entries, ordered by id; deleted entries are left out."""
    found: list[Texts] = []
    for some in in_batches(entry_ids):
        earlier: dict[int, list[Version]] = {}
        for row in connection.execute(_EARLIER, {"entries": list(some)}):
            earlier.setdefault(row.id, []).append(_version(row))
        for row in connection.execute(_PRESENT, {"entries": list(some)}):
            versions = tuple(earlier.get(row.id, ()))
            found.append(Texts(entry_id=row.id, present=_version(row), earlier=versions))
    return found


def _columns(table: sa.Table) -> list[Any]:
    names = "version title html authors categories feed_author".split()
    return [table.c[name] for name in names]


_ENTRIES: sa.BindParameter[Any] = sa.bindparam("entries", expanding=True)
_PRESENT = (
    sa.select(_ENTRY.c.id, *_columns(_ENTRY)).where(_ENTRY.c.id.in_(_ENTRIES)).order_by(_ENTRY.c.id)
)
_EARLIER = (
    sa.select(_REVISION.c.entry_id.label("id"), *_columns(_REVISION))
    .where(_REVISION.c.entry_id.in_(_ENTRIES))
    .order_by(_REVISION.c.entry_id, _REVISION.c.version)
)


def _version(row: sa.Row[Any]) -> Version:
    names = [author["name"] for author in row.authors] or [row.feed_author or ""]
    return Version(
        number=row.version,
        title=row.title,
        text=text_of(row.html),
        names=tuple(filter(None, [*names, *row.categories])),
    )
