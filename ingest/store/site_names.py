"""How categories and tags are written in records: first come, and for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ingest.layouts.pages import page_of, ways_to_write
from ingest.store.statements import in_batches, insert_if_new, table_of
from models import SiteName

Name = tuple[str, str]  # its place, and what it is

_NAME = table_of(SiteName)


def written(
    connection: sa.Connection, layout: str, place: str, names: Sequence[str]
) -> dict[Name, str]:
    """How these names are written in their place, so far as that is known."""
    keys = {name.casefold(): name for name in names}
    known: dict[str, str] = {}
    for some in in_batches(list(keys)):
        query = sa.select(_NAME.c.key, _NAME.c.written).where(
            _NAME.c.layout == layout, _NAME.c.place == place, _NAME.c.key.in_(some)
        )
        known |= dict(connection.execute(query).all())
    return {(place, name): known[name.casefold()] for name in names if name.casefold() in known}


def give(
    connection: sa.Connection, layout: str, place: str, names: Sequence[str]
) -> dict[Name, str]:
    """Decide how new names are written: each has a page that no other name in its place has."""
    for name in names:
        _give(connection, layout, place, name)
    return written(connection, layout, place, names)


def _give(connection: sa.Connection, layout: str, place: str, name: str) -> None:
    insert = insert_if_new(connection.dialect.name, SiteName)
    row: dict[str, Any] = {"layout": layout, "place": place, "key": name.casefold(), "name": name}
    for way in ways_to_write(name):
        page = page_of(way)
        if page and connection.execute(insert, row | {"page": page, "written": way}).rowcount == 1:
            return
        if written(connection, layout, place, [name]):  # in another case, or by another process
            return


def apart(connection: sa.Connection, layout: str) -> list[tuple[str, str, str, str | None]]:
    """Names that are not written as they are: place, name, what is written, whose page it was."""
    names = connection.execute(
        sa.select(_NAME.c.place, _NAME.c.page, _NAME.c.name, _NAME.c.written).where(
            _NAME.c.layout == layout
        )
    ).all()
    owners = {(place, page): name for place, page, name, _ in names}
    return [
        (place, name, way, owners.get((place, page_of(name))))
        for place, _, name, way in names
        if way != name
    ]
