"""A database of the first version, with a life in it, is brought to questions of every kind and
back.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD
from tests.builders import DAY, NOW, FakeClock, no_network
from tests.lives import ADA, BEN, LIVES, by_rule
from tracker.app.tracker import open_tracker
from tracker.questions.resolve_question import SCORES_VERSION
from tracker.settings import Settings
from tracker.storage import schema
from tracker.storage.event_log import LogEntry, build_next_entry, canonical_json
from tracker.storage.schema import read_schema_version, upgrade
from tracker.storage.sessions import Store, open_engine

PRIORS = {"summit": 0.1 + 0.2, "treaty": 1 / 3, "drills": 0.05}
KNOWN = NOW - 10 * DAY
TABLES = ("essay", "question", "forecaster", "forecast", "resolution", "score", "log")


class FirstVersion:
    """Writes rows and their log entries as the first version of the tracker did, without any of
    today's code.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        metadata = MetaData()
        self._tables = {name: Table(name, metadata, autoload_with=connection) for name in TABLES}
        self._last: LogEntry | None = None

    def add(self, table: str, /, **row: Any) -> None:
        """One row."""
        self._connection.execute(self._tables[table].insert().values(**row))

    def fact(self, kind: str, subject: str, at: datetime, /, **facts: Any) -> None:
        """One row of a fact, and the entry of the log that recorded it."""
        self._last = build_next_entry(
            self._last, kind, subject, body=canonical_json(facts), entered_at=at
        )
        self.add("log", **{n: getattr(self._last, n) for n in LogEntry.__slots__ if n != "actor"})
        self.add(kind, **facts, log_seq=self._last.seq)


def live(connection: Connection) -> None:
    """Three questions; the first is forecast twice and answered, and was scored under the old
    rules.
    """
    old = FirstVersion(connection)
    old.add(
        "essay", id="essay", title="Why they will meet", published="2026", language="en", note=""
    )
    old.add("forecaster", id="ada", name="Ada", kind="person")
    old.add("forecaster", id="ben", name="ben", kind="person")
    opens = NOW - 50 * DAY
    for name, prior in PRIORS.items():
        old.fact("question", name, opens, id=name, prior=prior, **_question(opens))
    for number, (who, p) in enumerate([("ada", 0.6), ("ben", 0.2), ("ada", 0.7)]):
        at = opens + (5 + number) * DAY
        old.fact("forecast", f"summit/{who}", at, **_forecast(who, p, at))
    answer = {
        "outcome": "yes",
        "source_url": "https://arland.example/",
        "note": "They met.",
        "entered_by": "ada",
    }
    times = {"event_at": KNOWN, "known_at": KNOWN, "entered_at": KNOWN + DAY}
    old.fact("resolution", "summit", KNOWN + DAY, question_id="summit", **answer, **times)
    numbers = {
        "mean_while_active": 0.5,
        "coverage": 0.5,
        "attainable_coverage": 0.5,
        "skill_over_schedule": 0.5,
    }
    for who in ("ada", "prior", "hazard"):
        old.add(
            "score",
            question_id="summit",
            forecaster_id=who,
            rule="brier",
            **numbers,
            receipt=[["then", 0.6]],
        )


def _question(opens: datetime) -> dict[str, Any]:
    return {
        "essay_id": "essay", "kind": "binary", "text": "Will “they” meet?",
        "criteria": "As both confirm.", "sources": ["Reuters"], "horizon_shape": "event_by",
        "opens_at": opens, "closes_at": NOW + 50 * DAY, "resolves_at": NOW + 51 * DAY,
        "prior_reason": "3 of 10 years", "claim_ids": [], "tags": ["summit"],
        "retrospective": False,
    }  # fmt: skip


def _forecast(who: str, p: float, at: datetime) -> dict[str, Any]:
    held = {"kind": "binary", "p": p}
    said = {
        "rationale": "Ünïcode", "cites": [], "undoes": None, "act": "forecast",
        "distribution": held,
    }  # fmt: skip
    return {"question_id": "summit", "forecaster_id": who, "made_at": at, "entered_at": at, **said}


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database of the first version of each dialect in turn, with a life in it."""
    engine = open_engine(database_url)
    upgrade(engine, "0001")
    with Store(engine).writing() as session:
        live(session.connection())
    yield engine
    engine.dispose()


@pytest.fixture
def settings_of_old(old: Engine, settings: Settings) -> Settings:
    """Settings under which the tracker opens that database."""
    return replace(settings, database_url=old.url.render_as_string(hide_password=False))


def downgrade(engine: Engine) -> None:
    """Take the database back to the first version, all or nothing."""
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")


def priors(engine: Engine) -> dict[str, Any]:
    """The stored priors as they are."""
    with engine.connect() as connection:
        question = Table("question", MetaData(), autoload_with=connection)
        return {
            row.id: row.prior for row in connection.execute(select(question.c.id, question.c.prior))
        }


def test_an_old_database_opens_and_life_goes_on(
    settings_of_old: Settings, clock: FakeClock
) -> None:
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        asked = {row.question.id: row.question for row in tracker.questions.list()}
        assert {name: question.prior for name, question in asked.items()} == {
            n: Binary(p) for n, p in PRIORS.items()
        }
        assert {(q.options, q.scale) for q in asked.values()} == {((), None)}
        page = tracker.questions.get("summit")
        assert [(a.forecaster_id, a.distribution) for a in page.acts] == [
            (ADA, Binary(0.6)),
            (BEN, Binary(0.2)),
            (ADA, Binary(0.7)),
        ]
        assert (page.resolutions[0].outcome, page.resolutions[0].answer) == ("yes", "")
        assert page.forecasters[ADA].name == "Ada"
        verdict = tracker.system.verify()
        assert (verdict.entries, verdict.bad_seq, verdict.reason) == (7, None, "")
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        scores = tracker.resolutions.receipts("summit").scores
        # .16 for two days, then .09 up to the known time, 40 days after the opening.
        assert by_rule(scores, "brier").mean_while_active == pytest.approx(
            (2 * 0.16 + 33 * 0.09) / 35
        )
        assert by_rule(scores, "brier", CROWD).receipt
        assert by_rule(scores, "peer", BEN).skill_over_schedule < 0.0
        check = tracker.system.verify_scores()
        assert (check.questions, check.scores, check.differences) == (1, len(scores), ())
        with tracker.context.store.reading() as session:
            stored = session.connection().execute(
                text("SELECT value FROM property WHERE key = 'scores'")
            )
            assert stored.scalar_one() == SCORES_VERSION
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        tracker.forecasts.submit("treaty", "40%")
        for life in LIVES[1:3]:
            tracker.questions.ask(life.asked)
        tracker.questions.change_option("visit", "Minsk", "added")
        clock.advance(days=1)
        tracker.resolutions.resolve(
            "treaty", "no", source_url="https://arland.example/", known_at=clock.time
        )
        assert tracker.system.verify().bad_seq is None
        assert tracker.system.verify_scores().differences == ()


def test_the_way_back_keeps_priors_and_can_be_reversed(
    old: Engine, settings_of_old: Settings, clock: FakeClock
) -> None:
    assert priors(old) == PRIORS
    open_tracker(settings_of_old, now=clock, fetch=no_network).close()
    assert priors(old) == {name: {"kind": "binary", "p": p} for name, p in PRIORS.items()}
    downgrade(old)
    assert priors(old) == PRIORS
    with old.connect() as connection:
        assert read_schema_version(connection) == "0001"
        assert "option_change" not in inspect(connection).get_table_names()
        people = connection.execute(text("SELECT id FROM forecaster ORDER BY id")).scalars().all()
        assert people == ["ada", "ben", "hazard", "prior", "suggestion"]
        scored = set(connection.execute(text("SELECT forecaster_id FROM score")).scalars())
        assert scored == {"ada", "ben", "prior", "hazard"}  # none of the crowd
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        assert tracker.system.verify().bad_seq is None
        assert tracker.system.verify_scores().differences == ()
    assert priors(old) == {name: {"kind": "binary", "p": p} for name, p in PRIORS.items()}


def refuse_changes(old: Engine, table: str) -> None:
    """Check that facts can still not be changed after the upgrade."""
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET entered_at = entered_at"):
        with pytest.raises(DBAPIError, match="append-only"), Store(old).writing() as session:
            session.connection().execute(text(statement))


def test_after_the_upgrade_facts_and_new_kinds_stay(
    old: Engine, settings_of_old: Settings, clock: FakeClock
) -> None:
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        tracker.questions.ask(LIVES[1].asked)
        before = tracker.system.verify()
    for table in ("log", "forecast", "resolution"):
        refuse_changes(old, table)
    with pytest.raises(RuntimeError, match="restore a backup"):
        downgrade(old)
    with open_tracker(settings_of_old, now=clock, fetch=no_network) as tracker:
        assert tracker.system.verify() == before
