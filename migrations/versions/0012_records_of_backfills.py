"""Store which entry was made from each file of an old archive, to continue a killed backfill.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backfill_record",
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_backfill_record")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["backfill_document.id"],
            name=op.f("fk_backfill_record_document_id_backfill_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_backfill_record_entry_id_entry"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_backfill_record_entry_id", "backfill_record", ["entry_id"])


def downgrade() -> None:
    op.drop_table("backfill_record")
