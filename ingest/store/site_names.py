"""Store how categories and tags are spelled in files; a stored spelling never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ingest.outputs.pages import page_of, ways_to_write
from ingest.store.statements import in_batches, insert_if_new, table_of
from models import SiteName

# A category or tag is identified by its name and by the parent path of its page. The parent path is
# `tags`, or the path of the parent category.
Name = tuple[str, str]

_NAME = table_of(SiteName)


def written(
    connection: sa.Connection, output: str, names: Mapping[str, Sequence[str]]
) -> dict[Name, str]:
    """Return the stored spelling of each category and tag that has one.

    `names` maps the parent path of pages to the categories or tags.
    """
    keys = sorted({name.casefold() for some in names.values() for name in some})
    known: dict[Name, str] = {}
    for some in in_batches(keys):
        query = sa.select(_NAME.c.place, _NAME.c.key, _NAME.c.written).where(
            _NAME.c.output == output, _NAME.c.place.in_(names), _NAME.c.key.in_(some)
        )
        known |= {(place, key): way for place, key, way in connection.execute(query)}
    wanted = ((place, name) for place, some in names.items() for name in some)
    ways = {(place, name): known.get((place, name.casefold())) for place, name in wanted}
    return {name: way for name, way in ways.items() if way is not None}


def give(
    connection: sa.Connection, output: str, names: Mapping[str, Sequence[str]]
) -> dict[Name, str]:
    """Return the spelling of each category and tag; store spellings for new ones.

    Spellings are chosen so that each category or tag has its own page. `names` maps the parent path
    of pages to the categories or tags.
    """
    for place, some in names.items():
        for name in some:
            _give(connection, output, place, name)
    return written(connection, output, names)


def _give(connection: sa.Connection, output: str, place: str, name: str) -> None:
    insert = insert_if_new(connection.dialect.name, SiteName)
    row: dict[str, Any] = {"output": output, "place": place, "key": name.casefold(), "name": name}
    for number, way in enumerate(ways_to_write(name)):
        page = page_of(way)
        if page and connection.execute(insert, row | {"page": page, "written": way}).rowcount == 1:
            return
        # The insert fails if the name already has a spelling (upper and lower case are equal), or
        # if the page belongs to another name. In the second case, the next spelling is tried.
        if number == 0 and written(connection, output, {place: [name]}):
            return


def apart(connection: sa.Connection, output: str) -> list[tuple[str, str, str, str | None]]:
    """Return the categories and tags that are spelled differently from their names.

    Each row has the parent path of the page, the name and the spelling. The last column is the
    other name that already has the page, or None.
    """
    names = connection.execute(
        sa.select(_NAME.c.place, _NAME.c.page, _NAME.c.name, _NAME.c.written).where(
            _NAME.c.output == output
        )
    ).all()
    owners = {(place, page): name for place, page, name, _ in names}
    return [
        (place, name, way, owners.get((place, page_of(name))))
        for place, _, name, way in names
        if way != name
    ]
