"""Add columns for the reason why an entry lacks its full text, and for its failed tries.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEX = "ix_entry_full_text_error"
LACKING = sa.text("full_text_error IS NOT NULL")


def upgrade() -> None:
    op.add_column("entry", sa.Column("full_text_error", sa.Text(), nullable=True))
    tries = sa.Column("full_text_tries", sa.Integer(), server_default="0", nullable=False)
    op.add_column("entry", tries)
    op.create_index(INDEX, "entry", ["feed_id"], postgresql_where=LACKING, sqlite_where=LACKING)


def downgrade() -> None:
    op.drop_index(INDEX, "entry")
    op.drop_column("entry", "full_text_tries")
    op.drop_column("entry", "full_text_error")
