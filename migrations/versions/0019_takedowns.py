"""Add takedowns, and tombstones, which name what must not be stored again.

Also count the batches of each follower.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    runs = sa.Column("runs", sa.Integer(), server_default="0", nullable=False)
    op.add_column("follower", runs)
    op.create_table(
        "takedown",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
    )
    op.create_table(
        "tombstone",
        sa.Column("id", KEY, nullable=False),
        sa.Column("takedown_id", KEY, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("feed_id", KEY, nullable=True),
        sa.Column("entry_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.ForeignKeyConstraint(
            ["takedown_id"],
            ["takedown.id"],
            name=op.f("fk_tombstone_takedown_id_takedown"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_tombstone_takedown_id"), "tombstone", ["takedown_id"])
    op.create_index("ix_tombstone_identity", "tombstone", ["identity"])
    op.create_index("ix_tombstone_entry_id", "tombstone", ["entry_id"])


def downgrade() -> None:
    op.drop_table("tombstone")
    op.drop_table("takedown")
    with op.batch_alter_table("follower") as follower:
        follower.drop_column("runs")
