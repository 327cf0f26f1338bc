"""Add near-duplicates, and the follower that links them. All entries become due for it.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_DUPLICATES = sa.text("canonical_id IS NOT NULL")


def upgrade() -> None:
    make_texts()
    make_entries()
    make_keys()
    make_links()
    op.execute("INSERT INTO follower (name, runs) VALUES ('likeness', 0)")
    due = sa.text(
        "INSERT INTO due (follower, entry_id, mark, since)"
        " SELECT 'likeness', id, CAST(:mark AS BIGINT), CURRENT_TIMESTAMP FROM entry"
    )
    op.execute(due.bindparams(mark=secrets.randbits(63)))


def make_texts() -> None:
    op.create_table(
        "likeness_text",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("identity", sa.BigInteger(), nullable=False),
        sa.Column("packed_keys", sa.LargeBinary(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness_text")),
        sa.UniqueConstraint("identity", name=op.f("uq_likeness_text_identity")),
    )


def make_entries() -> None:
    op.create_table(
        "likeness_entry",
        sa.Column("entry_id", KEY, nullable=False, autoincrement=False),
        sa.Column("text_id", KEY, nullable=False),
        sa.Column("around", sa.Integer(), nullable=False),
        sa.Column("link_key", sa.Integer(), nullable=True),
        sa.Column("canonical_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_likeness_entry")),
    )
    op.create_index("ix_likeness_entry_text_id", "likeness_entry", ["text_id"])
    op.create_index(
        "ix_likeness_entry_canonical_id",
        "likeness_entry",
        ["canonical_id"],
        postgresql_where=HAS_DUPLICATES,
        sqlite_where=HAS_DUPLICATES,
    )


def make_keys() -> None:
    op.create_table(
        "likeness_key",
        sa.Column("key", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("text_id", KEY, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("key", "text_id", name=op.f("pk_likeness_key")),
        sqlite_with_rowid=False,
    )


def make_links() -> None:
    op.create_table(
        "likeness_link",
        sa.Column("one", KEY, nullable=False, autoincrement=False),
        sa.Column("other", KEY, nullable=False, autoincrement=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("part", KEY, nullable=True),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_likeness_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_likeness_link_other", "likeness_link", ["other"])


def downgrade() -> None:
    op.execute("DELETE FROM due WHERE follower = 'likeness'")
    op.execute("DELETE FROM follower WHERE name = 'likeness'")
    for table in ("link", "key", "entry", "text"):
        op.drop_table(f"likeness_{table}")
