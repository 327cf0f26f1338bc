"""Store what users of feed readers have read and starred.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reader_mark",
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=True),
        sa.Column("is_starred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name="fk_reader_mark_entry_id_entry", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_name", "entry_id", name="pk_reader_mark"),
    )
    op.create_index("ix_reader_mark_entry_id", "reader_mark", ["entry_id"])
    op.create_table(
        "reader_margin",
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name="fk_reader_margin_feed_id_feed", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_name", "feed_id", name="pk_reader_margin"),
    )
    op.create_index("ix_reader_margin_feed_id", "reader_margin", ["feed_id"])


def downgrade() -> None:
    op.drop_table("reader_margin")
    op.drop_table("reader_mark")
