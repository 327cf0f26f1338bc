"""Store the digests of site files, and the facts that site files are made from."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from ingest.store.statements import insert_if_new, insert_into, table_of
from models import SiteFact, SiteFile

_FACT, _FILE = table_of(SiteFact), table_of(SiteFile)


def facts(connection: sa.Connection, output: str) -> set[str]:
    """Return the facts of an output."""
    return set(connection.scalars(sa.select(_FACT.c.fact).where(_FACT.c.output == output)))


def add_facts(connection: sa.Connection, output: str, new: Iterable[str]) -> None:
    """Add facts to those of an output."""
    insert = insert_if_new(connection.dialect.name, SiteFact)
    connection.execute(insert, [{"output": output, "fact": fact} for fact in sorted(new)])


def forget_facts(connection: sa.Connection, output: str) -> None:
    """Delete the facts of an output, before all its records are rendered again."""
    connection.execute(sa.delete(_FACT).where(_FACT.c.output == output))


def files(connection: sa.Connection, output: str) -> dict[str, bytes]:
    """Return the SHA-256 of each file of the site, by its path within the site's folder."""
    query = sa.select(_FILE.c.path, _FILE.c.digest).where(_FILE.c.output == output)
    return dict(connection.execute(query).all())


def note_written(connection: sa.Connection, output: str, path: str, digest: bytes) -> None:
    """Store the SHA-256 of a file that was written."""
    insert = insert_into(connection, SiteFile).values(output=output, path=path, digest=digest)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["output", "path"], set_={"digest": digest})
    )
