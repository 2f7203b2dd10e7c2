"""Answers that programs may get again by the key of their request."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_answer",
        sa.Column("identity", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity", "key", name="pk_stored_answer"),
    )
    op.create_index("ix_stored_answer_created_at", "stored_answer", ["created_at"])


def downgrade() -> None:
    op.drop_table("stored_answer")
