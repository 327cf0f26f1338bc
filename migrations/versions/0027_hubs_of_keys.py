"""Store the hubs of the keys that many texts have, so that linking does not search for them.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "likeness_hub",
        sa.Column("key", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("text_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_likeness_hub")),
    )
    op.execute(
        'INSERT INTO likeness_hub ("key", text_id)'
        ' SELECT frequent."key", CASE WHEN frequent.texts <= 1000 THEN ('
        "  SELECT likeness_text.id FROM likeness_key"
        "  JOIN likeness_text ON likeness_text.id = likeness_key.text_id"
        '  WHERE likeness_key."key" = frequent."key" ORDER BY likeness_text.identity LIMIT 1) END'
        ' FROM (SELECT "key", count(*) AS texts FROM likeness_key GROUP BY "key"'
        "  HAVING count(*) > 50) AS frequent"
    )


def downgrade() -> None:
    op.drop_table("likeness_hub")
