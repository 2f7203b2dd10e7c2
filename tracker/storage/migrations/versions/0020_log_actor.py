"""Who acted and through which door, in every entry of the log; older entries have none."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("log", sa.Column("actor", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("log", "actor")
