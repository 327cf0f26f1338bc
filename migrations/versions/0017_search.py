"""Add the search index and its follower. All entries become due, to fill the index.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The index stores neither texts nor positions. Guidang splits texts into tokens itself, and
# separates the tokens by spaces. Tokens may contain the characters in `tokenchars`.
FTS5 = """\
CREATE VIRTUAL TABLE search_index USING fts5(
    tokens, content='', columnsize=0, detail=none,
    tokenize="ascii tokenchars '.+#%&@<=>^|~$`'"
)"""


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_coarse", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_search_document_entry_id")),
    )
    op.create_index("ix_search_document_at_id", "search_document", ["at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS5)
    else:
        op.execute("CREATE TABLE search_index (id bigint PRIMARY KEY, tokens tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens)")
    op.execute("INSERT INTO follower (name) VALUES ('search')")
    due = sa.text(
        "INSERT INTO due (follower, entry_id, mark, since)"
        " SELECT 'search', id, CAST(:mark AS BIGINT), CURRENT_TIMESTAMP FROM entry"
    )
    op.execute(due.bindparams(mark=secrets.randbits(63)))


def downgrade() -> None:
    op.execute("DELETE FROM due WHERE follower = 'search'")
    op.execute("DELETE FROM follower WHERE name = 'search'")
    op.drop_table("search_index")
    op.drop_table("search_document")
