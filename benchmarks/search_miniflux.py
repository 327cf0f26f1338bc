"""Search the same entries as Miniflux does on PostgreSQL; measure recall and time.

According to its migrations and queries, Miniflux 2 stores a weighted `tsvector` of title and
content, made by PostgreSQL's own parser. It searches with `plainto_tsquery`, and sorts by `ts_rank`
minus the age.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from ingest.database import Database

_FILL = """\
CREATE TABLE miniflux AS SELECT id, published_at,
    setweight(to_tsvector(left(title, 500000)), 'A')
    || setweight(to_tsvector(left(html, 500000)), 'B') AS document_vectors
FROM entry;
CREATE INDEX miniflux_document_vectors ON miniflux USING gin (document_vectors);
ANALYZE miniflux"""
_ASKED = "FROM miniflux WHERE document_vectors @@ plainto_tsquery(:word)"
_PAGE = sa.text(
    f"SELECT id {_ASKED} ORDER BY ts_rank(document_vectors, plainto_tsquery(:word))"
    " - extract(epoch FROM now() - published_at)::float * 0.0000001 DESC LIMIT 20"
)
_ALL = sa.text(f"SELECT count(*) {_ASKED}")
_TRUTH = sa.text(
    "SELECT count(*) FROM entry WHERE strpos(html, :word) > 0 OR strpos(title, :word) > 0"
)

Timed = Callable[[Callable[[], object], int], float]


def compare(database: Database, words: Sequence[str], timed: Timed) -> None:
    """Print the share of entries with these words that Miniflux finds, and the time of a page."""
    for statement in _FILL.split(";"):
        database.transact(lambda connection, s=statement: connection.execute(sa.text(s)))
    found = sum(database.query(_count, _ALL, word) for word in words)
    held = sum(database.query(_count, _TRUTH, word) for word in words)
    times = [timed(lambda w=word: database.query(_page, w), 2) for word in words]
    print(
        f"as Miniflux, 2 Han: recall {found / held:.3f}, median {statistics.median(times):.1f} ms"
    )


def _count(connection: sa.Connection, query: sa.TextClause, word: str) -> int:
    return connection.scalar(query, {"word": word}) or 0


def _page(connection: sa.Connection, word: str) -> object:
    return connection.execute(_PAGE, {"word": word}).all()
