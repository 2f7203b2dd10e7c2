"""Learned values are appended and logged; the newest row of a name and scope counts, at any
instant.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import ForecasterId
from tests.builders import DAY, NOW
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.storage import learned
from tracker.storage.learned import LearnedRecord, LearnedState


def kept(
    value: float,
    days: int = 0,
    *,
    name: str = "gamma",
    scope: str = "all",
    state: LearnedState = "learned",
) -> LearnedRecord:
    return LearnedRecord(
        LearnedValue(name, scope, value, 30, NOW + days * DAY, f"version of day {days}"),
        state,
        ForecasterId("ada"),
    )


def add(tracker: Tracker, *versions: LearnedRecord) -> None:
    with tracker.context.store.writing() as session:
        for one in versions:
            learned.add_learned(session, one)


def test_the_newest_version_counts(both: Tracker) -> None:
    first, second, other = kept(0.6), kept(0.7, 2), kept(0.4, 1, name="reliability", scope="wire")
    add(both, first, other, second)
    with both.context.store.reading() as session:
        assert learned.load_current_records(session) == {
            ("gamma", "all"): second,
            ("reliability", "wire"): other,
        }
        assert learned.list_versions(session, "gamma", "all") == (first, second)
        assert learned.list_versions(session, "gamma", "wire") == ()
    add(
        both,
        kept(0.6, scope="a"),
        kept(0.5, 1, scope="a", state="reset"),
        kept(0.7, 1, scope="b", state="frozen"),
    )
    with both.context.store.reading() as session:
        assert learned.load_values(session, "gamma") == {"all": 0.7, "b": 0.7}
        assert learned.load_values(session, "gamma", NOW) == {"all": 0.6, "a": 0.6}


@pytest.mark.parametrize(("days", "value"), [(-1, None), (0, 0.6), (1, 0.6), (2, 0.7), (9, 0.7)])
def test_a_version_counts_from_its_own_instant_on(
    tracker: Tracker, days: int, value: float | None
) -> None:
    add(tracker, kept(0.6), kept(0.7, 2))
    with tracker.context.store.reading() as session:
        assert learned.load_values(session, "gamma", NOW + days * DAY).get("all") == value


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE learned SET value = 0.9 WHERE value = 0.6",
            "the learned gamma/all was changed after entry 1",
        ),
        (
            "UPDATE learned SET state = 'frozen' WHERE value = 0.7",
            "the learned gamma/all was changed after entry 2",
        ),
        (
            "UPDATE learned SET as_of = '2020-01-01 00:00:00' WHERE value = 0.6",
            "was changed after entry 1",
        ),
        ("DELETE FROM learned WHERE value = 0.6", "the learned that entry 1 recorded is gone"),
    ],
)
def test_every_version_is_in_the_log_and_tampering_is_found(
    both: Tracker, statement: str, reason: str
) -> None:
    add(both, kept(0.6), kept(0.7, 2))
    whole = both.system.verify()
    assert (whole.entries, whole.bad_seq) == (2, None)
    with both.context.store.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER learned_no_update"))
            connection.execute(text("DROP TRIGGER learned_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER learned_append_only ON learned"))
        connection.execute(text(statement))
    assert reason in both.system.verify().reason


@check_rows(["UPDATE learned SET value = 0.9", "DELETE FROM learned"], "statement")
def test_the_database_itself_refuses_to_change_a_version(both: Tracker, statement: str) -> None:
    add(both, kept(0.6))
    with (
        pytest.raises(DBAPIError, match="learned is append-only"),
        both.context.store.engine.begin() as connection,
    ):
        connection.execute(text(statement))
