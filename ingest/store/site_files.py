"""Store the digests of the files of a whole site; query the facts that these files contain.

A fact is a text about an entry, such as its author.
"""

from __future__ import annotations

import sqlalchemy as sa

from ingest.store.statements import insert_into, table_of
from models import ArchiveFile, SiteFile

_FILE = table_of(SiteFile)


def facts(connection: sa.Connection, output: str) -> set[str]:
    """Return the facts of an output's entries, such as their authors, each fact once.

    A fact is the text that `Layout.fact` returned for an entry.
    """
    query = sa.select(ArchiveFile.fact).distinct()
    of_output = (ArchiveFile.output == output, ArchiveFile.fact.is_not(None))
    return {fact for fact in connection.scalars(query.where(*of_output)) if fact is not None}


def files(connection: sa.Connection, output: str) -> dict[str, bytes]:
    """Return the SHA-256 of each file of the whole site, by its path in the site's folder."""
    query = sa.select(_FILE.c.path, _FILE.c.digest).where(_FILE.c.output == output)
    return dict(connection.execute(query).all())


def note_written(connection: sa.Connection, output: str, path: str, digest: bytes) -> None:
    """Store the SHA-256 of a file that was written."""
    insert = insert_into(connection, SiteFile).values(output=output, path=path, digest=digest)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["output", "path"], set_={"digest": digest})
    )
