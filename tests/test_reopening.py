"""An answer is taken back: the question stands as if it had none, and the record keeps all of
it.
"""

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.dashboard.pages import button, field, open_page, seen, words
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Refused

SUMMIT = "summit-2027"
ME = ForecasterId("ada")
SOURCE = "https://arland.example/statement"


@pytest.fixture
def answered(tracker: Tracker, clock: FakeClock) -> Tracker:
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.8), rationale="Sure.")
    clock.advance(days=30)
    tracker.resolutions.resolve(SUMMIT, "yes", source_url=SOURCE, known_at=clock.time)
    clock.advance(days=1)
    return tracker


def test_a_re_opened_question_has_no_answer_or_scores(answered: Tracker) -> None:
    answered.resolutions.reopen(SUMMIT, "the statement was withdrawn")
    page = answered.questions.get(SUMMIT)
    assert (page.summary.status, page.summary.resolution, page.scores) == ("open", None, ())
    assert [(r.outcome, r.note) for r in page.resolutions] == [
        ("yes", ""),
        ("reopened", "the statement was withdrawn"),
    ]
    assert SUMMIT not in answered.accuracy.summarise().questions


def test_everyone_can_forecast_again_and_the_suggestion_moves_on(
    answered: Tracker, clock: FakeClock
) -> None:
    answered.resolutions.reopen(SUMMIT, "withdrawn")
    clock.advance(days=2)
    answered.forecasts.submit(SUMMIT, Binary(0.3), rationale="Not so sure.")
    assert answered.evidence.update_suggestions() == 1


def test_after_the_scheduled_close_it_waits_for_its_answer(
    answered: Tracker, clock: FakeClock
) -> None:
    clock.time = a_question().closes_at + DAY
    answered.resolutions.reopen(SUMMIT, "withdrawn")
    assert answered.questions.get(SUMMIT).summary.status == "closed"


def test_a_new_answer_is_scored_like_a_first(answered: Tracker, clock: FakeClock) -> None:
    before = answered.resolutions.receipts(SUMMIT).scores
    answered.resolutions.reopen(SUMMIT, "withdrawn")
    clock.advance(days=1)
    answered.resolutions.resolve(SUMMIT, "yes", source_url=SOURCE, known_at=clock.time - 2 * DAY)
    assert answered.resolutions.receipts(SUMMIT).scores == before
    assert answered.system.verify_scores().differences == ()


def test_the_day_before_still_knows_the_answer(answered: Tracker, clock: FakeClock) -> None:
    before = clock.time
    clock.advance(days=1)
    answered.resolutions.reopen(SUMMIT, "withdrawn")
    then = answered.questions.get_as_of(SUMMIT, before)
    assert then.summary.status == "resolved"
    assert then.scores


@check_rows(["", "   "], "why")
def test_a_reason_is_needed(answered: Tracker, why: str) -> None:
    with pytest.raises(Refused, match="for a reason"):
        answered.resolutions.reopen(SUMMIT, why)
    assert answered.questions.get(SUMMIT).summary.status == "resolved"


def test_what_has_no_answer_cannot_be_re_opened(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    with pytest.raises(Refused, match="no answer to take back"):
        tracker.resolutions.reopen(SUMMIT, "because")


def test_only_an_answer_is_re_opened(answered: Tracker, clock: FakeClock) -> None:
    from forecasts.errors import InvalidResolution

    with pytest.raises(InvalidResolution):
        answered.resolutions.resolve(SUMMIT, "reopened", source_url=SOURCE, known_at=clock.time)


def test_the_page_asks_for_a_reason_and_a_second_click(answered: Tracker) -> None:
    visit = open_page(answered, "question", q=SUMMIT, details="Correct")
    visit = seen(button(visit, "Reopen").click().run())
    assert "for a reason" in words(visit)
    field(visit, "Reason").set_value("The statement was withdrawn.")
    visit = seen(button(visit, "Reopen").click().run())
    assert answered.questions.get(SUMMIT).summary.resolution is None
    visit = open_page(answered, "question", q=SUMMIT, details="Resolve early")
    assert "If the outcome is already known" in words(visit)
    assert "Earlier resolutions" in words(visit)
    assert "The statement was withdrawn." in words(visit)
