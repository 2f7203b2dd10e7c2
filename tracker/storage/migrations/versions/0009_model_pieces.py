"""The budget of the model is counted in pieces, not in requests."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE model_day RENAME COLUMN requests TO pieces")


def downgrade() -> None:
    op.execute("ALTER TABLE model_day RENAME COLUMN pieces TO requests")
