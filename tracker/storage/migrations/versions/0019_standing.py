"""What stood on answered questions, stored once, instead of a receipt with every score."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = "standing"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("question_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("forecasters", sa.JSON(), nullable=False),
        sa.Column("spans", sa.LargeBinary(), nullable=False),
        sa.Column("forecasts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=f"fk_{TABLE}_question_id_question"
        ),
        sa.PrimaryKeyConstraint("question_id", name=f"pk_{TABLE}"),
    )
    op.drop_column("score", "receipt")
    _forget_version()


def downgrade() -> None:
    op.add_column("score", sa.Column("receipt", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_table(TABLE)
    _forget_version()


def _forget_version() -> None:
    # So that the scores are worked out on opening.
    op.execute("UPDATE property SET value = '' WHERE key = 'scores'")
