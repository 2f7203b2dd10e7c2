"""Decisions can revise the numbers of a piece of evidence, as a later report of its story does."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REVISED = sa.text("revision IS NOT NULL")


def upgrade() -> None:
    op.add_column("decision", sa.Column("revision", sa.JSON(), nullable=True))
    op.create_index(
        "ix_decision_revision",
        "decision",
        ["evidence_id"],
        sqlite_where=REVISED,
        postgresql_where=REVISED,
    )


def downgrade() -> None:
    op.drop_index("ix_decision_revision", "decision")
    op.drop_column("decision", "revision")
