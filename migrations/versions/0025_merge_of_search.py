"""Let FTS5 merge two segments of the search index when it is asked to.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DEFAULT, FEWEST = 4, 2  # segments of one level that the command 'merge' merges


def upgrade() -> None:
    _set(FEWEST)


def downgrade() -> None:
    _set(DEFAULT)


def _set(segments: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        set_option = "INSERT INTO search_index(search_index, rank) VALUES ('usermerge', :segments)"
        op.get_bind().execute(sa.text(set_option), {"segments": segments})
