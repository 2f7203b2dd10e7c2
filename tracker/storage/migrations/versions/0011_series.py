"""Series, their values, the rules by which they settle questions, and dismissed answers."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime

SERIES: tuple[tuple[str, Any, str], ...] = (
    ("id", TEXT(), "key"),
    ("feed_id", TEXT(), "feed.id index"),
    ("url", TEXT(), ""),
    ("format", TEXT(), ""),
    ("date_column", TEXT(), ""),
    ("value_column", TEXT(), ""),
    ("where", sa.JSON(), ""),
    ("unit", TEXT(), ""),
    ("day_first", sa.Boolean(), ""),
    ("decimal_comma", sa.Boolean(), ""),
    ("added_at", TIME(), ""),
    ("removed_at", TIME(), "null"),
)
MADE = (("at", TIME(), ""), ("by", TEXT(), ""), ("log_seq", sa.Integer(), "log.seq unique"))
FACTS: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "series_reading": (
        ("id", sa.Integer(), "key"),
        ("series_id", TEXT(), "series.id index"),
        ("url", TEXT(), ""),
        ("document_hash", TEXT(), ""),
        ("at", TIME(), ""),
        ("log_seq", sa.Integer(), "log.seq unique"),
    ),
    "series_value": (
        ("id", sa.Integer(), "key"),
        ("reading_id", sa.Integer(), "series_reading.id index"),
        ("starts_on", sa.Date(), ""),
        ("ends_on", sa.Date(), ""),
        ("value", sa.Float(), ""),
        ("text", TEXT(), ""),
    ),
    "settlement": (
        ("id", sa.Integer(), "key"),
        ("question_id", TEXT(), "question.id index"),
        ("series_id", TEXT(), "series.id"),
        ("rule", TEXT(), ""),
        *MADE,
    ),
    "dismissed_answer": (
        ("id", sa.Integer(), "key"),
        ("question_id", TEXT(), "question.id index"),
        ("key", TEXT(), ""),
        ("why", sa.Text(), ""),
        *MADE,
    ),
}
TABLES = {"series": SERIES, **FACTS}


def upgrade() -> None:
    for table, columns in TABLES.items():
        _create_table(table, columns)
    for table in FACTS:
        for statement in _append_only_triggers(table, op.get_bind().dialect.name):
            op.execute(statement)


def _create_table(table: str, columns: tuple[tuple[str, Any, str], ...]) -> None:
    parts: list[Any] = []
    for name, kind, role in columns:
        parts.append(sa.Column(name, kind, nullable="null" in role))
        if "key" in role.split():
            parts.append(sa.PrimaryKeyConstraint(name, name=f"pk_{table}"))
        if "unique" in role:
            parts.append(sa.UniqueConstraint(name, name=f"uq_{table}_{name}"))
        target = next((word for word in role.split() if "." in word), "")
        if target:
            key = f"fk_{table}_{name}_{target.partition('.')[0]}"
            parts.append(sa.ForeignKeyConstraint([name], [target], name=key))
    op.create_table(table, *parts)
    for name, _, role in columns:
        if "index" in role:
            op.create_index(f"ix_{table}_{name}", table, [name])


def _append_only_triggers(table: str, dialect: str) -> list[str]:
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
    for table in reversed(TABLES):
        op.drop_table(table)
