"""Essay texts, verdicts on claims, edits of questions, links, scenario sets, signposts."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime

FACTS: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "essay_text": (
        ("id", sa.Integer(), "key"),
        ("essay_id", TEXT(), "essay.id"),
        ("version", sa.Integer(), ""),
        ("digest", TEXT(), ""),
        ("source", TEXT(), ""),
        ("text", sa.Text(), ""),
    ),
    "claim_decision": (
        ("id", sa.Integer(), "key"),
        ("essay_id", TEXT(), "essay.id index"),
        ("start", sa.Integer(), ""),
        ("end", sa.Integer(), ""),
        ("quote", TEXT(), ""),
        ("verdict", TEXT(), ""),
        ("why", sa.Text(), ""),
    ),
    "question_edit": (
        ("id", sa.Integer(), "key"),
        ("question_id", TEXT(), "question.id index"),
        ("why", sa.Text(), ""),
        ("text", sa.Text(), ""),
        ("criteria", sa.Text(), ""),
        ("sources", sa.JSON(), ""),
    ),
    "retraction": (("question_id", TEXT(), "key question.id"), ("why", sa.Text(), "")),
    "lint_override": (
        ("id", sa.Integer(), "key"),
        ("question_id", TEXT(), "question.id index"),
        ("codes", sa.JSON(), ""),
        ("why", sa.Text(), ""),
    ),
    "unchecked_answer": (
        ("id", sa.Integer(), "key"),
        ("question_id", TEXT(), "question.id index"),
        ("outcome", TEXT(), ""),
        ("answer", TEXT(), ""),
        ("source_url", TEXT(), ""),
        ("note", sa.Text(), ""),
        ("event_at", TIME(), ""),
        ("known_at", TIME(), ""),
    ),
    "link": (
        ("id", TEXT(), "key"),
        ("kind", TEXT(), ""),
        ("question_ids", sa.JSON(), ""),
        ("title", TEXT(), ""),
        ("labels", sa.JSON(), ""),
        ("why", sa.Text(), ""),
    ),
    "repair": (
        ("id", sa.Integer(), "key"),
        ("link_id", TEXT(), "link.id index"),
        ("forecaster_id", TEXT(), ""),
        ("question_ids", sa.JSON(), ""),
        ("before", sa.JSON(), ""),
        ("after", sa.JSON(), ""),
        ("nats", sa.Float(), ""),
        ("decision", TEXT(), ""),
        ("why", sa.Text(), ""),
    ),
    "scenario_set": (
        ("question_id", TEXT(), "key question.id"),
        ("title", TEXT(), ""),
        ("descriptions", sa.JSON(), ""),
        ("note", sa.Text(), ""),
    ),
    "likelihood": (
        ("id", sa.Integer(), "key"),
        ("scenario_question_id", TEXT(), "scenario_set.question_id index"),
        ("question_id", TEXT(), "question.id"),
        ("p", sa.JSON(), ""),
        ("why", sa.Text(), ""),
    ),
    "signpost_mark": (
        ("id", sa.Integer(), "key"),
        ("indicator_id", TEXT(), "indicator.id index"),
        ("question_id", TEXT(), "question.id index"),
        ("state", TEXT(), ""),
        ("due_at", TIME(), ""),
        ("ratio", sa.Float(), ""),
        ("trust", sa.Float(), ""),
    ),
}
"""The new tables of facts. Each column has its name, its type, and words: `key`, `index`, and what
it refers to.
"""


def upgrade() -> None:
    op.add_column("question", sa.Column("bears_out", TEXT(), server_default="", nullable=False))
    for table, columns in FACTS.items():
        _fact_table(table, columns)
    op.create_table(
        "draft",
        sa.Column("essay_id", TEXT(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("saved_at", TIME(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["essay_id"], ["essay.id"], name="fk_draft_essay_id_essay"),
        sa.PrimaryKeyConstraint("essay_id", "start", name="pk_draft"),
    )
    for statement in _appended_only(op.get_bind().dialect.name):
        op.execute(statement)


def _fact_table(table: str, columns: tuple[tuple[str, Any, str], ...]) -> None:
    parts: list[Any] = [sa.Column(name, kind, nullable=False) for name, kind, _ in columns]
    parts += [
        sa.Column("at", TIME(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
    ]
    for name, _, words in [*columns, ("log_seq", None, "log.seq")]:
        for reference in (word for word in words.split() if "." in word):
            constraint = f"fk_{table}_{name}_{reference.partition('.')[0]}"
            parts.append(sa.ForeignKeyConstraint([name], [reference], name=constraint))
    keys = [name for name, _, words in columns if "key" in words.split()]
    parts.append(sa.PrimaryKeyConstraint(*keys, name=f"pk_{table}"))
    parts.append(sa.UniqueConstraint("log_seq", name=f"uq_{table}_log_seq"))
    if table == "essay_text":
        parts.append(
            sa.UniqueConstraint("essay_id", "version", name="uq_essay_text_essay_id_version")
        )
    op.create_table(table, *parts)
    for name, _, words in columns:
        if "index" in words.split():
            op.create_index(f"ix_{table}_{name}", table, [name])


def _appended_only(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in FACTS
            for verb in ("update", "delete")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in FACTS
    ]


def downgrade() -> None:
    op.drop_table("draft")
    for table in reversed(FACTS):
        op.drop_table(table)
    op.drop_column("question", "bears_out")
