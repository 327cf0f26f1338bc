"""Add pictures: their addresses, the kept files, and which entries show them.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    make_files()
    make_addresses()
    make_uses()


def make_files() -> None:
    op.create_table(
        "image_file",
        sa.Column("id", KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_image_file"),
        sa.UniqueConstraint("digest", name="uq_image_file_digest"),
    )


def make_addresses() -> None:
    op.create_table(
        "image",
        sa.Column("id", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_digest", sa.LargeBinary(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("file_id", KEY, nullable=True),
        sa.Column("kept_at", TIME, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("source", "etag")),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("next_try_at", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("failed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_image"),
        sa.UniqueConstraint("url_digest", name="uq_image_url_digest"),
        sa.ForeignKeyConstraint(["file_id"], ["image_file.id"], name="fk_image_file_id_image_file"),
    )
    op.create_index("ix_image_next_try_at", "image", ["next_try_at", "id"])
    op.create_index("ix_image_file_id", "image", ["file_id"])


def make_uses() -> None:
    op.create_table(
        "image_use",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("image_id", KEY, nullable=False),
        sa.Column("file_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", "image_id", name="pk_image_use"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name="fk_image_use_entry_id_entry", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name="fk_image_use_image_id_image", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["image_file.id"], name="fk_image_use_file_id_image_file"
        ),
    )
    op.create_index("ix_image_use_image_id", "image_use", ["image_id", "file_id"])
    op.create_index("ix_image_use_file_id", "image_use", ["file_id"])


def downgrade() -> None:
    for table in ("image_use", "image", "image_file"):
        op.drop_table(table)
