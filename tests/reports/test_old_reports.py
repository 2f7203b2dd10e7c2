"""Reports and suggestions of earlier releases stay as they were when the model changes."""

from datetime import datetime

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.evidence.evidence import Direction, Strength
from forecasts.evidence.weights import DEFAULT_MODEL, MODELS
from forecasts.questions.question import SUGGESTION
from forecasts.suggestion.binary import Suggestion
from tests.builders import DAY, NOW, FakeClock, a_set, no_network
from tests.dashboard.scenario_examples import FUTURES, PACT, SET, ask_questions
from tests.lives import an_asked
from tests.test_learning import log
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings
from tracker.storage.database_info import write_property
from tracker.storage.learned import model_at
from tracker.storage.tables import PropertyRow

SUMMIT = "summit-2027"
ASKED = (SUMMIT, FUTURES, PACT, "height")
MODEL_KEY = f"suggestion model {DEFAULT_MODEL.version}"


def live_before(tracker: Tracker) -> None:
    """What happens with an earlier release: unsure evidence and evidence on every kind."""
    with tracker.context.store.writing() as session:
        write_property(session, MODEL_KEY, datetime(9000, 1, 1, tzinfo=NOW.tzinfo).isoformat())
    tracker.question_sets.load(a_set())
    ask_questions(tracker)
    tracker.scenarios.add(SET)
    number = {"prior": "10 20 30", "scale": Scale(0.0, 90.0), "horizon_shape": "state_at"}
    tracker.questions.ask(
        an_asked("height", text="How high?", kind="numeric", **number), override="a test"
    )
    for question, option in ((SUMMIT, ""), (PACT, ""), ("height", ""), (FUTURES, "friends")):
        log(tracker, question, option=option, relevance=0.6, strength=Strength.STRONG)
        log(tracker, question, option=option, relevance=0.9, direction=Direction.NO)
    tracker.evidence.update_suggestions()


@pytest.fixture
def upgraded(on_sqlite: Settings, clock: FakeClock) -> tuple[Settings, dict[str, str]]:
    """A database of an earlier release a day later, and the hashes of its reports."""
    with open_tracker(on_sqlite, now=clock, fetch=no_network) as tracker:
        live_before(tracker)
        clock.advance(days=1)
        hashes = {q: tracker.reports.build("question", q, as_of=NOW).sha256 for q in ASKED}
        with tracker.context.store.writing() as session:
            session.delete(session.get_one(PropertyRow, MODEL_KEY))
    return on_sqlite, hashes


def test_reports_of_an_earlier_release_keep_their_hash(
    upgraded: tuple[Settings, dict[str, str]], clock: FakeClock
) -> None:
    settings, hashes = upgraded
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        for question, sha256 in hashes.items():
            then = tracker.reports.build("question", question, as_of=NOW)
            now = tracker.reports.build("question", question)
            assert then.sha256 == sha256
            assert '"perhaps"' not in then.data
            assert '"perhaps"' in now.data
        assert (
            "Where the evidence leans"
            in tracker.reports.build("question", "height", as_of=NOW).data
        )


def test_a_new_model_counts_from_the_first_start_on(
    upgraded: tuple[Settings, dict[str, str]], clock: FakeClock
) -> None:
    settings, _ = upgraded
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        with tracker.context.store.reading() as session:
            versions = [model_at(session, at).version for at in (NOW, NOW + DAY)]
        assert versions == [MODELS[0].version, DEFAULT_MODEL.version]
        recorded = tracker.questions.get(SUMMIT).acts
        then = tracker.questions.get_as_of(SUMMIT, NOW).suggestion
        assert isinstance(then, Suggestion)
        tracker.evidence.update_suggestions()
        acts = tracker.questions.get(SUMMIT).acts
        assert acts[: len(recorded)] == recorded
        assert len(acts) == len(recorded) + 1
        assert SUGGESTION in tracker.questions.get("height").summary.standings
        assert tracker.questions.get_as_of(SUMMIT, NOW).suggestion == then
        # Nothing is known later of when it began.
        clock.advance(days=5)
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        assert tracker.questions.get_as_of(SUMMIT, NOW).suggestion == then


def test_a_new_database_has_the_newest_model_from_the_start(tracker: Tracker) -> None:
    with tracker.context.store.reading() as session:
        assert model_at(session, datetime(1990, 1, 1, tzinfo=NOW.tzinfo)) == DEFAULT_MODEL
