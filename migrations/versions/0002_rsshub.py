"""Add RSSHub: the health of instances, the metadata of routes, and columns of feeds.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rsshub_instance",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rsshub_instance")),
    )
    op.create_table(
        "rsshub_namespace",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("categories", JSON, nullable=False),
        sa.Column("routes", JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rsshub_namespace")),
    )
    # Columns are added one by one. Recreating the table would delete the entries that refer to
    # its rows.
    op.add_column("feed", sa.Column("validators_of", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("rsshub_pattern", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("categories", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    for column in ("categories", "rsshub_pattern", "validators_of"):
        op.drop_column("feed", column)
    op.drop_table("rsshub_namespace")
    op.drop_table("rsshub_instance")
