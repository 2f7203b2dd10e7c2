"""Questions of databases of version 0006 keep their lines to the rules."""

from sqlalchemy import inspect

from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine

TABLE = "question_statements"


def test_an_older_database_gets_an_empty_table_of_statements(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine, "0006")
    assert TABLE not in inspect(engine).get_table_names()
    upgrade(engine)
    with engine.connect() as connection:
        assert {column["name"] for column in inspect(connection).get_columns(TABLE)} == {
            "id", "question_id", "statements", "names", "at", "by", "log_seq",
        }  # fmt: skip
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {TABLE}").scalar() == 0
    engine.dispose()
