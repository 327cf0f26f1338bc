"""Mark the backfills that the service carries out, because the web page asked for them.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("backfill", sa.Column("queued_at", sa.DateTime(timezone=True)))
    op.create_index("ix_backfill_walk_feed_id", "backfill_walk", ["feed_id"])


def downgrade() -> None:
    op.drop_index("ix_backfill_walk_feed_id", "backfill_walk")
    op.drop_column("backfill", "queued_at")
