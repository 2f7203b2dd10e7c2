"""The person who imported a forecast; none for a forecast made here."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("forecast", sa.Column("imported_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("forecast", "imported_by")
