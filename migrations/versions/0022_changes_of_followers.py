"""Count the batches in which a follower changed something, instead of all its batches.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("follower", "runs", new_column_name="changes")


def downgrade() -> None:
    op.alter_column("follower", "changes", new_column_name="runs")
