"""Comments, private notes, mentions, and wide gaps that a person set aside."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FACTS = ("comment", "note")


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", AutoString(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        *_fact_columns(),
        *_fact_constraints("comment"),
        _refer("comment", "replaces", "comment"),
        _refer("comment", "reply_to", "comment"),
        _refer("comment", "evidence_id", "evidence"),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", AutoString(), nullable=False),
        sa.Column("salt", AutoString(), nullable=False),
        *_fact_columns(),
        *_fact_constraints("note"),
    )
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", AutoString(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("forecaster_id", AutoString(), nullable=False),
        _refer("mention", "question_id", "question"),
        _refer("mention", "comment_id", "comment"),
        _refer("mention", "forecaster_id", "forecaster"),
        sa.PrimaryKeyConstraint("id", name="pk_mention"),
    )
    op.create_index("ix_mention_comment_id", "mention", ["comment_id"])
    for table in (*FACTS, "mention"):
        op.create_index(f"ix_{table}_question_id", table, ["question_id"])
    op.create_table(
        "dismissed_gap",
        *(sa.Column(name, AutoString(), nullable=False) for name in _GAP_KEY),
        sa.Column("at", UTCDateTime(), nullable=False),
        _refer("dismissed_gap", "question_id", "question"),
        _refer("dismissed_gap", "forecaster_id", "forecaster"),
        _refer("dismissed_gap", "other_id", "forecaster"),
        sa.PrimaryKeyConstraint(*_GAP_KEY, name="pk_dismissed_gap"),
    )
    for table in FACTS:
        for statement in _append_only_triggers(op.get_bind().dialect.name, table):
            op.execute(statement)


_GAP_KEY = ("question_id", "forecaster_id", "other_id")


def _fact_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
    )


def _fact_constraints(table: str) -> tuple[sa.Constraint, ...]:
    return (
        _refer(table, "question_id", "question"),
        _refer(table, "by", "forecaster"),
        _refer(table, "log_seq", "log", "seq"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("log_seq", name=f"uq_{table}_log_seq"),
    )


def _refer(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=name)


def _append_only_triggers(dialect: str, table: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ]


def downgrade() -> None:
    for table in ("dismissed_gap", "mention", "note", "comment"):
        op.drop_table(table)
