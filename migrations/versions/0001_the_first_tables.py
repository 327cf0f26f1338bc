"""Create the first tables.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# SQLite assigns ids automatically only if the type is spelled INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_feed()
    _create_setting()
    _create_capture()
    _create_poll()
    _create_entry()
    _create_archive_file()
    _create_revision()


def _create_feed() -> None:
    op.create_table(
        "feed",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("added_at", UTC, nullable=False),
        sa.Column("paused_at", UTC, nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("removed_at", UTC, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("generator", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.LargeBinary(), nullable=True),
        sa.Column("gmt_is_local", sa.Boolean(), nullable=False),
        sa.Column("last_polled_at", UTC, nullable=True),
        sa.Column("last_success_at", UTC, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("next_poll_at", UTC, nullable=False),
        sa.Column("next_poll_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("slug", name=op.f("uq_feed_slug")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
    )
    op.create_index("ix_feed_next_poll_at", "feed", ["next_poll_at"])


def _create_setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )


def _create_capture() -> None:
    op.create_table(
        "capture",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("feed_id", BIG_ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("captured_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_capture_feed_id_feed"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("feed_id", "digest", name=op.f("uq_capture_feed_id")),
    )


def _create_poll() -> None:
    op.create_table(
        "poll",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("feed_id", BIG_ID, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("encoding_used", sa.Text(), nullable=True),
        sa.Column("encoding_declared", sa.Text(), nullable=True),
        sa.Column("replacement_count", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_poll_feed_id_feed"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index("ix_poll_feed_id_started_at", "poll", ["feed_id", "started_at"])


def _create_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("feed_id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("link_key", sa.Text(), nullable=True),
        sa.Column("item_digest", sa.LargeBinary(), nullable=False),
        sa.Column("capture_id", BIG_ID, nullable=False),
        sa.Column("page_capture_id", BIG_ID, nullable=True),
        sa.Column("first_seen_at", UTC, nullable=False),
        sa.Column("render_due", sa.Integer(), nullable=False),
        *_content(),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["capture.id"], name=op.f("fk_entry_capture_id_capture")
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_entry_feed_id_feed"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["page_capture_id"], ["capture.id"], name=op.f("fk_entry_page_capture_id_capture")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_entry_feed_id")),
    )
    _index_entry()


def _index_entry() -> None:
    op.create_index(op.f("ix_entry_capture_id"), "entry", ["capture_id"])
    op.create_index("ix_entry_feed_id_item_digest", "entry", ["feed_id", "item_digest"])
    op.create_index("ix_entry_feed_id_link_key", "entry", ["feed_id", "link_key"])
    op.create_index(op.f("ix_entry_page_capture_id"), "entry", ["page_capture_id"])
    op.create_index(
        "ix_entry_render_due",
        "entry",
        ["feed_id"],
        postgresql_where=sa.text("render_due > 0"),
        sqlite_where=sa.text("render_due > 0"),
    )


def _create_archive_file() -> None:
    op.create_table(
        "archive_file",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("written_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_archive_file_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_file")),
        sa.UniqueConstraint("entry_id", "layout", name=op.f("uq_archive_file_entry_id")),
        sa.UniqueConstraint("path", name=op.f("uq_archive_file_path")),
    )


def _create_revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.Column("capture_id", BIG_ID, nullable=False),
        sa.Column("page_capture_id", BIG_ID, nullable=True),
        sa.Column("replaced_at", UTC, nullable=False),
        *_content(),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["capture.id"], name=op.f("fk_revision_capture_id_capture")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_revision_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["page_capture_id"], ["capture.id"], name=op.f("fk_revision_page_capture_id_capture")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_revision_entry_id")),
    )
    op.create_index(op.f("ix_revision_capture_id"), "revision", ["capture_id"])
    op.create_index(op.f("ix_revision_page_capture_id"), "revision", ["page_capture_id"])


def _content() -> list[sa.Column[Any]]:
    """Return the columns with the content of an entry; revisions have the same columns."""
    return [
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("categories", JSON, nullable=False),
        sa.Column("published_at", UTC, nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=True),
        sa.Column("published_method", sa.Text(), nullable=True),
        sa.Column("published_precision", sa.Text(), nullable=True),
        sa.Column("updated_at", UTC, nullable=True),
        sa.Column("updated_raw", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("lead_image", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("feed_title", sa.Text(), nullable=False),
        sa.Column("feed_author", sa.Text(), nullable=True),
        sa.Column("enclosures", JSON, nullable=False),
        sa.Column("full_text", sa.Boolean(), nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
    ]


def downgrade() -> None:
    for table in ("revision", "archive_file", "entry", "poll", "capture", "setting", "feed"):
        op.drop_table(table)
