"""Add columns about whether a feed's validators can be trusted, and how its ETag is sent.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("etag_spelling", sa.Text(), server_default="given", nullable=False),
        sa.Column("document_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distrusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distrusted_because", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("feed", column)


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("feed", column.name)
