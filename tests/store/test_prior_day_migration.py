"""Questions of databases of version 0012 have no day for their base rate."""

from sqlalchemy import inspect

from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine


def test_an_older_database_gets_a_column_for_the_day(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine, "0012")

    def columns() -> dict[str, bool]:
        with engine.connect() as connection:
            return {c["name"]: c["nullable"] for c in inspect(connection).get_columns("question")}

    assert "prior_as_of" not in columns()
    upgrade(engine)
    assert columns()["prior_as_of"]
    engine.dispose()
