"""Databases of version 0015 get a table of consents, in which nothing can be changed."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine

CONSENT = (
    "INSERT INTO recalibration (forecaster_id, questions, families, curves, curve_families, at, "
    "by, log_seq) VALUES ('ben', 0, 0, 0, 0, '2026-01-01 00:00:00', 'ben', 1)"
)
FACTS = (
    "INSERT INTO forecaster (id, name, kind) VALUES ('ben', 'Ben', 'person')",
    "INSERT INTO log (seq, entered_at, kind, subject, body, prev, hash) VALUES "
    "(1, '2026-01-01 00:00:00', 'recalibration', 'ben', '{}', '', 'a')",
    CONSENT,
)


def test_an_older_database_gets_a_table_of_consents(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine, "0015")
    with engine.connect() as connection:
        assert "recalibration" not in inspect(connection).get_table_names()
    upgrade(engine)
    with engine.begin() as connection:
        for statement in FACTS:
            connection.execute(text(statement))
    for change in ("UPDATE recalibration SET shift = 1", "DELETE FROM recalibration"):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(change))
    engine.dispose()
