"""A database without revisions opens as it was, and its evidence can be lifted from then on."""

from alembic import command
from sqlalchemy import text

from tests.builders import FakeClock, Press, a_set
from tests.test_lifting import DEED, HOUR, SUMMIT, VAGUE, only, publish
from tracker.app.tracker import open_tracker
from tracker.settings import Settings
from tracker.storage import schema
from tracker.storage.sessions import open_engine


def downgrade(settings: Settings) -> None:
    """Bring a database back to the version before."""
    engine = open_engine(settings.url)
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
        columns = connection.execute(text("SELECT * FROM decision")).keys()
        assert "revision" not in columns
    engine.dispose()


def test_old_evidence_stays_and_can_be_lifted(
    on_each: Settings, press: Press, clock: FakeClock
) -> None:
    with open_tracker(on_each, now=clock, fetch=press.fetch) as opened:
        tracker = opened.through("job")  # old logs know no actor
        tracker.question_sets.load(a_set(indicators=()))
        publish(tracker, press, clock, VAGUE)
        at = clock.time
        before = tracker.questions.get(SUMMIT)
    downgrade(on_each)
    clock.advance(hours=1)
    with open_tracker(on_each, now=clock, fetch=press.fetch) as tracker:
        (was,), (now,) = before.evidence, tracker.questions.get_as_of(SUMMIT, at).evidence
        assert (now.evidence, now.why) == (was.evidence, was.why)
        assert tracker.system.verify().bad_seq is None
        publish(tracker, press, clock, DEED)
        assert only(tracker).lifts
        (then,) = tracker.questions.get_as_of(SUMMIT, clock.time - HOUR / 2).evidence
        assert (then.evidence.relevance, then.lifts) == (was.evidence.relevance, ())
        assert tracker.system.verify().bad_seq is None
