"""Benchmarks: the same question elsewhere, and the state of its polls."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "benchmark",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text_columns("question_id", "platform", "external_id", "url", "title", "digest", "by"),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("is_inverted", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_linked", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        _refer_to_question("benchmark"),
        sa.ForeignKeyConstraint(["log_seq"], ["log.seq"], name="fk_benchmark_log_seq_log"),
        sa.PrimaryKeyConstraint("id", name="pk_benchmark"),
        sa.UniqueConstraint("log_seq", name="uq_benchmark_log_seq"),
    )
    op.create_index("ix_benchmark_question_id", "benchmark", ["question_id"])
    op.create_table(
        "benchmark_poll",
        *_text_columns("question_id", "platform", "problem", "size", "answer"),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column("last_at", UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("etag", AutoString(), nullable=True),
        sa.Column("last_modified", AutoString(), nullable=True),
        sa.Column("changed", sa.Text(), nullable=False),
        _refer_to_question("benchmark_poll"),
        sa.PrimaryKeyConstraint("question_id", "platform", name="pk_benchmark_poll"),
    )
    op.create_index("ix_benchmark_poll_next_at", "benchmark_poll", ["next_at"])
    for statement in _append_only_triggers(op.get_bind().dialect.name):
        op.execute(statement)


def _text_columns(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, AutoString(), nullable=False) for name in names)


def _refer_to_question(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_question_id_question"
    return sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=name)


def _append_only_triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER benchmark_no_{verb} BEFORE {verb} ON benchmark"
            " BEGIN SELECT RAISE(ABORT, 'benchmark is append-only'); END"
            for verb in ("update", "delete")
        ]
    return [
        "CREATE TRIGGER benchmark_append_only BEFORE UPDATE OR DELETE ON benchmark"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ]


def downgrade() -> None:
    for table in ("benchmark_poll", "benchmark"):
        op.drop_table(table)
