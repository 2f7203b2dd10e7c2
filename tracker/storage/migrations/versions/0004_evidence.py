"""Copies, wires and merges of stories; why evidence matched and leans; learned values; what was
matched again.
"""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime

COLUMNS: dict[str, dict[str, tuple[Any, Any]]] = {
    "indicator": {
        "opposites": (sa.JSON(), "[]"),
        "expected_by": (TIME(), None),
        "if_yes": (TEXT(), ""),
        "if_no": (TEXT(), ""),
        "option": (TEXT(), ""),
    },
    "item": {"copy_of": (sa.Integer(), None), "wire": (TEXT(), "")},
    "story": {"vector": (sa.LargeBinary(), sa.text("''")), "encoder": (TEXT(), "")},
    "evidence": {
        "p_direction": (sa.Float(), "1"),
        "option": (TEXT(), ""),
        "nearest": (sa.Text(), ""),
        "cosine": (sa.Float(), "0"),
        "leaning": (sa.Text(), ""),
        "matcher": (TEXT(), ""),
    },
}
"""New columns, and what stands in them for the rows that are there; None for nothing.

`copy_of` names an item but has no foreign key: SQLite would have to write the whole table of items
anew for it.
"""

APPENDED = ("story_merge", "learned")
"""New tables of facts: triggers refuse to change or remove them, as with the other facts."""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, (kind, default) in columns.items():
            op.add_column(
                table, sa.Column(name, kind, server_default=default, nullable=default is None)
            )
    _new_tables()
    for statement in _appended_only(op.get_bind().dialect.name):
        op.execute(statement)


def _new_tables() -> None:
    op.create_table(
        "story_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_story_merge_story_id_story"),
        sa.ForeignKeyConstraint(["into_id"], ["story.id"], name="fk_story_merge_into_id_story"),
        sa.PrimaryKeyConstraint("id", name="pk_story_merge"),
    )
    op.create_index("ix_story_merge_story_id", "story_merge", ["story_id"])
    op.create_index("ix_story_merge_into_id", "story_merge", ["into_id"])
    op.create_table(
        "learned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("as_of", TIME(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["log_seq"], ["log.seq"], name="fk_learned_log_seq_log"),
        sa.PrimaryKeyConstraint("id", name="pk_learned"),
        sa.UniqueConstraint("log_seq", name="uq_learned_log_seq"),
    )
    op.create_index("ix_learned_name_scope", "learned", ["name", "scope"])
    op.create_table(
        "rematch",
        sa.Column("matcher", TEXT(), nullable=False),
        sa.Column("question_id", TEXT(), nullable=False),
        sa.Column("first_item", sa.Integer(), nullable=False),
        sa.Column("last_item", sa.Integer(), nullable=False),
        sa.Column("done_at", TIME(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_rematch_question_id_question"
        ),
        sa.PrimaryKeyConstraint("matcher", "question_id", "first_item", name="pk_rematch"),
    )
    op.create_index("ix_rematch_done_at", "rematch", ["done_at"])
    op.create_table(
        "model_answer",
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("shape", TEXT(), nullable=False),
        sa.Column("model", TEXT(), nullable=False),
        sa.Column("asked_at", TIME(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_model_answer"),
    )
    op.create_table(
        "model_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_model_day"),
    )


def _appended_only(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in APPENDED
            for verb in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in APPENDED
    ]


def downgrade() -> None:
    for name in ("model_day", "model_answer", "rematch", *APPENDED):
        op.drop_table(name)
    for table, columns in COLUMNS.items():
        for name in reversed(columns):
            op.drop_column(table, name)
