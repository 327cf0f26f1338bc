"""Add backfills, the walks of each backfill, and the documents that each walk reads.

A walk reads one source of one feed.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_backfill()
    _create_backfill_walk()
    _create_backfill_document()


def _create_backfill() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("ended_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
    )


def _create_backfill_walk() -> None:
    op.create_table(
        "backfill_walk",
        sa.Column("id", KEY, nullable=False),
        sa.Column("backfill_id", KEY, nullable=False),
        sa.Column("feed_id", KEY, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_walk")),
        _owned_by("backfill_walk", "backfill_id", "backfill"),
        _owned_by("backfill_walk", "feed_id", "feed"),
    )
    op.create_index(op.f("ix_backfill_walk_backfill_id"), "backfill_walk", ["backfill_id"])


def _create_backfill_document() -> None:
    op.create_table(
        "backfill_document",
        sa.Column("id", KEY, nullable=False),
        sa.Column("walk_id", KEY, nullable=False),
        sa.Column("feed_id", KEY, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", UTC, nullable=True),
        sa.Column("hints", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_document")),
        sa.UniqueConstraint("walk_id", "key", name=op.f("uq_backfill_document_walk_id")),
        _owned_by("backfill_document", "walk_id", "backfill_walk"),
        _owned_by("backfill_document", "feed_id", "feed", "SET NULL"),
    )
    op.create_index(
        op.f("ix_backfill_document_walk_id_state"), "backfill_document", ["walk_id", "state"]
    )


def _owned_by(
    table: str, column: str, owner: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    op.drop_table("backfill_document")
    op.drop_table("backfill_walk")
    op.drop_table("backfill")
