"""Store the output that each file belongs to; add the files of whole sites.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROWS = [
    sa.table(name, sa.column("layout"), sa.column("output"))
    for name in ("archive_file", "former_path", "site_name")
]
OF_OUTPUTS = [
    sa.table(table, sa.column(name)) for table, name in (("due", "follower"), ("follower", "name"))
]


def upgrade() -> None:
    with op.batch_alter_table("archive_file") as archive_file:
        archive_file.drop_constraint("uq_archive_file_path", type_="unique")
    for table in ROWS:
        op.execute(sa.update(table).values(layout="archive"))
        op.alter_column(table.name, "layout", new_column_name="output")
    with op.batch_alter_table("archive_file") as archive_file:
        archive_file.create_unique_constraint("uq_archive_file_path", ["path", "output"])
    _rename_key_of_site_names("layout", "output")
    op.create_table(
        "site_file",
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("output", "path", name=op.f("pk_site_file")),
    )
    op.create_table(
        "site_fact",
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("output", "fact", name=op.f("pk_site_fact")),
    )


def downgrade() -> None:
    op.drop_table("site_fact")
    op.drop_table("site_file")
    for table in OF_OUTPUTS:
        op.execute(sa.delete(table).where(next(iter(table.c)).like("files:%")))
    with op.batch_alter_table("archive_file") as archive_file:
        archive_file.drop_constraint("uq_archive_file_path", type_="unique")
    for table in ROWS:
        op.execute(sa.delete(table).where(table.c.output != "archive"))
        op.alter_column(table.name, "output", new_column_name="layout")
        op.execute(sa.update(table).values(layout="hexo"))
    with op.batch_alter_table("archive_file") as archive_file:
        archive_file.create_unique_constraint("uq_archive_file_path", ["path"])
    _rename_key_of_site_names("output", "layout")


def _rename_key_of_site_names(former: str, present: str) -> None:
    """Rename a constraint, because its name contains the name of its first column."""
    with op.batch_alter_table("site_name") as site_name:
        site_name.drop_constraint(f"uq_site_name_{former}", type_="unique")
        site_name.create_unique_constraint(f"uq_site_name_{present}", [present, "place", "key"])
