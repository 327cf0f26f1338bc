"""Add a column for when a text that is current again was first seen.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("said_before_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("entry", column)


def downgrade() -> None:
    op.drop_column("entry", "said_before_at")
