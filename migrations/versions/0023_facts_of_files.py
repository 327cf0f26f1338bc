"""Store a fact with each file: a text that the files of the whole site need, such as an author.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

HAS_FACT = sa.text("fact IS NOT NULL")


def upgrade() -> None:
    op.drop_table("site_fact")
    op.add_column("archive_file", sa.Column("fact", sa.Text(), nullable=True))
    op.create_index(
        "ix_archive_file_output",
        "archive_file",
        ["output", "fact"],
        postgresql_where=HAS_FACT,
        sqlite_where=HAS_FACT,
    )


def downgrade() -> None:
    op.drop_index("ix_archive_file_output", "archive_file")
    with op.batch_alter_table("archive_file") as archive_file:
        archive_file.drop_column("fact")
    op.create_table(
        "site_fact",
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("output", "fact", name=op.f("pk_site_fact")),
    )
