"""Add the spelling of categories and tags, so that each has its own page.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "site_name",
        sa.Column("id", KEY, nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_name")),
        sa.UniqueConstraint("layout", "place", "key", name=op.f("uq_site_name_layout")),
        sa.UniqueConstraint("page", "layout", "place", name=op.f("uq_site_name_page")),
    )


def downgrade() -> None:
    op.drop_table("site_name")
