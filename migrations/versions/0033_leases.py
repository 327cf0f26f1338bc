"""Lease feeds to jobs, for a service of several processes.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("leased_until", sa.DateTime(timezone=True)))
    is_leased = sa.text("leased_until IS NOT NULL")
    op.create_index(
        "ix_feed_leased_until",
        "feed",
        ["leased_until"],
        sqlite_where=is_leased,
        postgresql_where=is_leased,
    )


def downgrade() -> None:
    op.drop_index("ix_feed_leased_until", "feed")
    op.drop_column("feed", "leased_until")
