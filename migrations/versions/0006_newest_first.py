"""Add indexes that list entries newest first, by publication or by when they were first seen.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNDATED = sa.text("published_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_entry_published_at", "entry", ["published_at"])
    op.create_index(
        "ix_entry_first_seen_at_undated",
        "entry",
        ["first_seen_at"],
        sqlite_where=UNDATED,
        postgresql_where=UNDATED,
    )


def downgrade() -> None:
    op.drop_index("ix_entry_first_seen_at_undated", "entry")
    op.drop_index("ix_entry_published_at", "entry")
