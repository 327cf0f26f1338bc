"""Add columns about a feed's schedule, and a table of the pauses of servers.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "host_pause",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_host_pause")),
    )
    for column in _columns():
        op.add_column("feed", column)
    _name_servers()


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("entries_per_day", sa.Double(), nullable=True),
        sa.Column("gaps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interval_seconds", sa.Double(), nullable=True),
        sa.Column("hints", JSON, server_default="{}", nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("server", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
    ]


def _name_servers() -> None:
    """Fill in the servers of existing feeds; the next poll fills in their sites."""
    feed = sa.table("feed", sa.column("id"), sa.column("url"), sa.column("server"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(feed.c.id, feed.c.url)).all():
        parts = urlsplit(row.url)
        server = parts.netloc.rpartition("@")[2].lower() if parts.scheme != "rsshub" else ""
        connection.execute(sa.update(feed).where(feed.c.id == row.id).values(server=server))


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("feed", column.name)
    op.drop_table("host_pause")
