"""Add followers, and the entries that are due for each. The first follower writes the files.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHERE = sa.text("render_due > 0")


def upgrade() -> None:
    follower = op.create_table(
        "follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_follower")),
    )
    op.create_table(
        "due",
        sa.Column("follower", sa.Text(), nullable=False),
        sa.Column("entry_id", KEY, nullable=False, autoincrement=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("follower", "entry_id", name=op.f("pk_due")),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(follower, [{"name": "files"}])
    due = sa.text(
        "INSERT INTO due (follower, entry_id, mark, since)"
        " SELECT 'files', id, CAST(:mark AS BIGINT), seen_at FROM entry WHERE render_due > 0"
    )
    op.execute(due.bindparams(mark=secrets.randbits(63)))
    op.drop_index("ix_entry_render_due", "entry")
    op.drop_column("entry", "render_due")


def downgrade() -> None:
    op.add_column(
        "entry", sa.Column("render_due", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE entry SET render_due = 1 WHERE id IN"
        " (SELECT entry_id FROM due WHERE follower = 'files')"
    )
    op.create_index(
        "ix_entry_render_due", "entry", ["feed_id"], postgresql_where=WHERE, sqlite_where=WHERE
    )
    op.drop_table("due")
    op.drop_table("follower")
