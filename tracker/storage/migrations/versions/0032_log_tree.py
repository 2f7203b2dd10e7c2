"""The Merkle tree over the log, and the hash of an item's text as first seen."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_block",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_block"),
    )
    op.add_column("item", sa.Column("text_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("item", "text_hash")
    op.drop_table("log_block")
