"""Scores keep every number when what stood is stored once instead of a receipt with each."""

from alembic import command
from sqlalchemy import Engine, inspect, text

from tests.builders import FakeClock, no_network
from tests.lives import CLOSES, LIVES, live, resolve
from tracker.app.tracker import Tracker, open_tracker
from tracker.storage import schema
from tracker.storage.sessions import open_engine


def downgrade(engine: Engine) -> None:
    """Take the database back to receipts with every score."""
    with engine.execution_options(tracker_writing=True).begin() as connection:
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0018")


def test_scores_and_receipts_survive_the_way_back_and_forth(
    both: Tracker, clock: FakeClock
) -> None:
    for life in LIVES:
        live(both, clock, life)
    for life in LIVES:
        resolve(both, clock, life)
    clock.time = CLOSES
    before = {life.id: both.resolutions.receipts(life.id).scores for life in LIVES}
    summary = both.accuracy.summarise()
    engine = open_engine(both.settings.url)
    downgrade(engine)
    with engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("score")}
        assert "receipt" in columns
        assert not inspect(connection).has_table("standing")
    engine.dispose()
    with open_tracker(both.settings, now=clock, fetch=no_network) as again:
        assert {life.id: again.resolutions.receipts(life.id).scores for life in LIVES} == before
        assert again.accuracy.summarise() == summary
        assert again.system.verify_scores().differences == ()
        with again.context.store.reading() as session:
            counted = session.connection().execute(text("SELECT count(*) FROM standing"))
            assert counted.scalar_one() == len(LIVES)
