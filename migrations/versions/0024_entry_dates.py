"""Index the entries of all feeds by date, and the entries of each feed.

With these indexes, each page of a listing takes the same time.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DATE = sa.text("coalesce(published_at, first_seen_at)")
UNDATED = sa.text("published_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_entry_date", "entry", [DATE, "id"])
    op.create_index("ix_entry_feed_id_date", "entry", ["feed_id", DATE, "id"])
    op.drop_index("ix_entry_published_at", "entry")
    op.drop_index("ix_entry_first_seen_at_undated", "entry")


def downgrade() -> None:
    op.create_index("ix_entry_published_at", "entry", ["published_at"])
    op.create_index(
        "ix_entry_first_seen_at_undated",
        "entry",
        ["first_seen_at"],
        postgresql_where=UNDATED,
        sqlite_where=UNDATED,
    )
    op.drop_index("ix_entry_feed_id_date", "entry")
    op.drop_index("ix_entry_date", "entry")
