"""Index entries by when they were first seen, for feed readers that ask for what is new.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entry_first_seen_at", "entry", ["first_seen_at"])


def downgrade() -> None:
    op.drop_index("ix_entry_first_seen_at", "entry")
