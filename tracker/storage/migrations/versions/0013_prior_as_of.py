"""The day whose knowledge a base rate rests on."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("question", sa.Column("prior_as_of", TIME(), nullable=True))


def downgrade() -> None:
    op.drop_column("question", "prior_as_of")
