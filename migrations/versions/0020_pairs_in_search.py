"""Index pairs of characters: empty the search index, and mark all entries due for it.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FTS5 = """\
CREATE VIRTUAL TABLE search_index USING fts5(
    tokens, content='', columnsize=0, detail=none,
    tokenize="ascii tokenchars '.+#%&@<=>^|~$`'"
)"""
# FTS5 collects this many bytes of tokens before it writes them. With its default of 1 MB, it merges
# segments much more often.
HASH_SIZE = "INSERT INTO search_index(search_index, rank) VALUES ('hashsize', 16777216)"


# PostgreSQL computes the tsvectors for its index. Stored as text, the tokens need half the space.
TOKENS = """\
CREATE TABLE search_index (id bigint PRIMARY KEY, tokens text NOT NULL);
CREATE INDEX ix_search_index_tokens ON search_index
    USING gin (array_to_tsvector(string_to_array(tokens, ' ')))"""
TSVECTOR = """\
CREATE TABLE search_index (id bigint PRIMARY KEY, tokens tsvector NOT NULL);
CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens)"""


def upgrade() -> None:
    _make_again(sqlite=[FTS5, HASH_SIZE], postgresql=TOKENS)


def downgrade() -> None:
    _make_again(sqlite=[FTS5], postgresql=TSVECTOR)


def _make_again(*, sqlite: list[str], postgresql: str) -> None:
    """Replace the index by an empty one, and mark all entries due for it."""
    op.execute("DROP TABLE search_index")
    op.execute("DELETE FROM search_document")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in sqlite if is_sqlite else postgresql.split(";"):
        op.execute(statement)
    due = sa.text(
        "INSERT INTO due (follower, entry_id, mark, since)"
        " SELECT follower.name, entry.id, CAST(:mark AS BIGINT), CURRENT_TIMESTAMP"
        " FROM follower CROSS JOIN entry WHERE follower.name = 'search'"
        " ON CONFLICT (follower, entry_id) DO UPDATE SET mark = excluded.mark"
    )
    op.execute(due.bindparams(mark=secrets.randbits(63)))
