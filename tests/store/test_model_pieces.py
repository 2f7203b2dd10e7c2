"""A database in which the model's requests were counted is brought to pieces, and back."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.store.test_feed_reading_migration import add
from tracker.storage import llm_answers
from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine

DAY = date(2026, 11, 30)


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database of the version before on each dialect in turn, with a day of requests."""
    engine = open_engine(database_url)
    upgrade(engine, "0008")
    add(engine, "model_day", {"day": DAY, "requests": 7})
    yield engine
    engine.dispose()


def test_the_count_of_a_day_stays_through_the_new_name(old: Engine) -> None:
    upgrade(old)
    with Session(old) as session:
        assert llm_answers.count_pieces(session, DAY) == 7
