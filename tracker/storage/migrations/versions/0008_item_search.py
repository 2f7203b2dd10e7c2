"""Full-text index over the texts of items and of their later versions.

SQLite gets external-content tables of FTS5, which triggers keep; PostgreSQL gets expression
indexes. The rows that are there are filled in.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("item", "revision")
TEXTS = ("title", "summary", "content")

POSTGRES_TEXT = (
    "to_tsvector('simple', left(title, 10000) || ' ' || left(summary, 100000) || ' '"
    " || left(content, 100000))"
)
"""A text of more than a megabyte would be refused; longer ones are indexed by their beginning."""


def upgrade() -> None:
    make = _make_fts5 if op.get_bind().dialect.name == "sqlite" else _make_gin
    for table in TABLES:
        for statement in make(table):
            op.execute(statement)


def _make_fts5(table: str) -> list[str]:
    """Statements for a table; its name and those of the columns are constants."""
    index, names = f"{table}_search", ", ".join(TEXTS)
    old, new = (", ".join(f"{row}.{name}" for name in TEXTS) for row in ("old", "new"))
    add = f"INSERT INTO {index}(rowid, {names}) VALUES (new.id, {new});"  # noqa: S608
    remove = f"INSERT INTO {index}({index}, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{table}', content_rowid='id',"
        " tokenize='unicode61 remove_diacritics 2')",
        f"CREATE TRIGGER {index}_added AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_removed AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {index}_changed AFTER UPDATE OF {names} ON {table}"
        f" BEGIN {remove} {add} END",
        f"INSERT INTO {index}({index}) VALUES ('rebuild')",  # noqa: S608
    ]


def _make_gin(table: str) -> list[str]:
    return [f"CREATE INDEX ix_{table}_search ON {table} USING gin ({POSTGRES_TEXT})"]


def downgrade() -> None:
    for table in TABLES:
        if op.get_bind().dialect.name != "sqlite":
            op.execute(f"DROP INDEX ix_{table}_search")
            continue
        for verb in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER {table}_search_{verb}")
        op.execute(f"DROP TABLE {table}_search")
