"""Repetitions of questions, which open sibling questions one after the other."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "repetition"


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", text(), nullable=False),
        sa.Column("every", text(), nullable=False),
        sa.Column("until", text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=f"fk_{TABLE}_question_id_question"
        ),
        sa.ForeignKeyConstraint(["log_seq"], ["log.seq"], name=f"fk_{TABLE}_log_seq_log"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("log_seq", name=f"uq_{TABLE}_log_seq"),
    )
    op.create_index(f"ix_{TABLE}_question_id", TABLE, ["question_id"])
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
