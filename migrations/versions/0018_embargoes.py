"""Add embargoes: entries that an output must not contain yet.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "embargo",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_embargo_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", "output", name=op.f("pk_embargo")),
    )
    op.create_index(op.f("ix_embargo_output"), "embargo", ["output", "ends_at"])


def downgrade() -> None:
    op.drop_table("embargo")
