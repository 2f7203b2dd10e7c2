"""Indicators of databases of version 0016 state a usual level in log-odds."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, text

from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine


def fill(connection: Connection, table: str, **values: Any) -> None:
    """Insert a row; what is not given and may not be null is empty, 0 or the first instant."""
    columns = Table(table, MetaData(), autoload_with=connection).columns
    for column in columns:
        if column.name not in values and not column.nullable and column.server_default is None:
            kind = column.type.python_type
            plain = kind in (str, int, float, bool)
            empty = datetime(2026, 1, 1) if kind is datetime else []  # noqa: DTZ001
            values[column.name] = kind() if plain else empty
    connection.execute(Table(table, MetaData(), autoload_with=connection).insert(), values)


def test_a_usual_level_becomes_reports_a_year(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine, "0016")
    rows = [("fades", 2, 45.0, 0.1), ("stays", 2, None, 0.1), ("silent", 4, 90.0, 0.0)]
    with engine.begin() as connection:
        fill(connection, "essay", id="e", title="", published="", language="", note="")
        fill(connection, "log", seq=1)
        fill(connection, "question", id="q", essay_id="e", log_seq=1)
        for name, strength, half_life, level in rows:
            fill(connection, "indicator", id=name, question_id="q", strength=strength,
                 half_life_days=half_life, usual_level=level)  # fmt: skip
    upgrade(engine)
    with engine.connect() as connection:
        found = dict(connection.execute(text("SELECT id, usual_per_year FROM indicator")).all())
    assert found == {"fades": pytest.approx(1.09, abs=0.01), "stays": 0.0, "silent": 0.0}
    engine.dispose()
