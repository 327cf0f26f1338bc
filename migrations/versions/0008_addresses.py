"""Add other addresses of entries, and an index of entries by their text.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ENTRY = sa.table("entry", sa.column("id"))
SETTING = sa.table("setting", sa.column("name", sa.Text()), sa.column("value", sa.Text()))
UP_TO = "entries.doubles_up_to"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "entry_address",
        sa.Column("id", KEY, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("link_key", sa.Text(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_address")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_entry_address_feed_id")),
        _owned_by("feed_id", "feed"),
        _owned_by("entry_id", "entry"),
    )
    op.create_index(op.f("ix_entry_address_entry_id"), "entry_address", ["entry_id"])
    op.create_index("ix_entry_address_feed_id_link_key", "entry_address", ["feed_id", "link_key"])
    op.create_index("ix_entry_feed_id_text_digest", "entry", ["feed_id", "text_digest"])
    # Entries up to this id may have been stored twice when their site moved. A replay joins them.
    last = sa.cast(sa.func.max(ENTRY.c.id), sa.Text)
    row = sa.select(sa.literal(UP_TO), last).having(sa.func.count() > 0).select_from(ENTRY)
    op.execute(SETTING.insert().from_select(["name", "value"], row))


def _owned_by(column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_entry_address_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.execute(SETTING.delete().where(SETTING.c.name == UP_TO))
    op.drop_index("ix_entry_feed_id_text_digest", table_name="entry")
    op.drop_table("entry_address")
