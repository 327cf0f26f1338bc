"""Keep sums of the polls of each hour, for the charts of the web page.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("news", "no_news", "not_modified", "failed", "new", "edited")
    op.create_table(
        "poll_hour",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_poll_hour"),
    )


def downgrade() -> None:
    op.drop_table("poll_hour")
