"""Rename the column that counts the polls in which a feed was at its new address."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE feed RENAME COLUMN moved_looks TO moved_polls")


def downgrade() -> None:
    op.execute("ALTER TABLE feed RENAME COLUMN moved_polls TO moved_looks")
