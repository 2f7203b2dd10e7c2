"""Consents of people to be recalibrated."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "recalibration"


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("forecaster_id", text(), nullable=False),
        sa.Column("shift", sa.Float(), nullable=True),
        sa.Column("stretch", sa.Float(), nullable=True),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("widening", sa.Float(), nullable=True),
        sa.Column("curves", sa.Integer(), nullable=False),
        sa.Column("curve_families", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forecaster_id"], ["forecaster.id"], name=f"fk_{TABLE}_forecaster_id_forecaster"
        ),
        sa.ForeignKeyConstraint(["log_seq"], ["log.seq"], name=f"fk_{TABLE}_log_seq_log"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("log_seq", name=f"uq_{TABLE}_log_seq"),
    )
    op.create_index(f"ix_{TABLE}_forecaster_id", TABLE, ["forecaster_id"])
    for statement in _append_only_triggers(op.get_bind().dialect.name):
        op.execute(statement)


def _append_only_triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {TABLE}_no_{verb} BEFORE {verb} ON {TABLE}"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            for verb in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ]


def downgrade() -> None:
    op.drop_table(TABLE)
