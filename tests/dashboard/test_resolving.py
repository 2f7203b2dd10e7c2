"""The desk where a question is answered: what everyone would score, before it is confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.components.score_data import list_possible_answers
from dashboard.components.widgets import describe_refusal
from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidResolution
from forecasts.questions.question import QuestionId
from tests.builders import FakeClock, a_set
from tests.dashboard.examples import INCIDENTS, NOW, PRICE, QUESTION, TREATY, VISIT_TO
from tests.dashboard.pages import button, field, give_answer, open_page, seen, words
from tracker.app.tracker import Tracker
from tracker.errors import Refused

SUMMIT = "summit-2027"
SOURCE = "https://arland.example/statement"


@pytest.fixture
def held(tracker: Tracker, clock: FakeClock) -> Tracker:
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.8), rationale="Sure.")
    clock.advance(days=30)
    return tracker


def filled(tracker: Tracker, outcome: str = "yes"):  # type: ignore[no-untyped-def]
    visit = open_page(tracker, "question", q=SUMMIT, details="Resolve early")
    seen(visit.button_group(key=f"answer-outcome-{SUMMIT}").set_value(outcome).run())
    field(visit, "Source").set_value(SOURCE)
    visit.checkbox(key=f"answer-sure-{SUMMIT}").check()
    return visit


def previewed(tracker: Tracker, outcome: str = "yes"):  # type: ignore[no-untyped-def]
    return seen(button(filled(tracker, outcome), "Preview the scores").click().run())


def test_refusals_name_the_question_by_its_text() -> None:
    named = replace(QUESTION, id=QuestionId("rain"), text="Will it rain?")
    for refusal, told in (
        ("rain has its answer", "“Will it rain?” has its answer."),
        ("'rain' is no option of rain-2027", "“Will it rain?” is no option of rain-2027."),
        ("give a number", "Give a number."),
    ):
        assert describe_refusal(Refused(refusal), named) == told
    assert describe_refusal(Refused("rain is open")) == "Rain is open."


def test_given_answer_comes_first_among_the_compared() -> None:
    for question, given, shown in (
        (QUESTION, "no", ("no", "yes")),
        (QUESTION, "annulled", ("annulled", "yes", "no")),
        (VISIT_TO, "Minsk", ("Minsk", "Beijing", "Other")),
        (PRICE, "41.5", ("41.5", "above")),
        (TREATY, "2026-05-01", ("2026-05-01", "never")),
        (INCIDENTS, "7", ("7",)),
    ):
        assert list_possible_answers(question, given, NOW) == shown


def test_preview_keeps_nothing(held: Tracker, clock: FakeClock) -> None:
    # The preview shows everyone under yes and under no and keeps nothing.
    visit = previewed(held)
    frame = visit.dataframe[0].value
    mine = frame[frame["forecaster"] == "You"].set_index("outcome")
    assert list(mine.index) == ["YES", "NO"]
    assert mine["brier"]["YES"] == pytest.approx(0.04)
    assert mine["brier"]["NO"] == pytest.approx(0.64)
    assert mine["skill"]["YES"] > 0 > mine["skill"]["NO"]
    assert "Before you confirm: YES" in words(visit)
    assert "by Brier score over knowing nothing: higher is better" in words(visit)
    assert held.questions.get(SUMMIT).summary.resolution is None
    # One may think again.
    visit = seen(button(previewed(held), "Cancel").click().run())
    assert "Before you confirm" not in words(visit)
    assert held.questions.get(SUMMIT).summary.resolution is None
    # What is no answer has no preview.
    with pytest.raises(InvalidResolution):
        held.resolutions.preview(SUMMIT, ["perhaps"], clock.time)


def test_what_was_previewed_is_what_everyone_gets(held: Tracker, clock: FakeClock) -> None:
    expected = held.resolutions.preview(SUMMIT, ["yes", "no"], clock.time)
    given = held.resolutions.resolve(SUMMIT, "yes", source_url=SOURCE, known_at=clock.time)
    by = lambda scores: {(s.forecaster_id, s.rule): s for s in scores}  # noqa: E731
    assert by(expected["yes"]) == by(given)
    assert by(expected["no"]) != by(given)


def test_nobody_is_scored_when_it_is_annulled(held: Tracker, clock: FakeClock) -> None:
    assert held.resolutions.preview(SUMMIT, ["annulled"], clock.time) == {"annulled": ()}
    visit = previewed(held, "annulled")
    assert "Before you confirm: Annulled" in words(visit)
    visit = seen(button(visit, "Resolve").click().run())
    assert "Annulled" in words(visit)


def test_changed_and_future_answers(held: Tracker, clock: FakeClock) -> None:
    # An answer that is changed after its preview has to be previewed again.
    visit = previewed(held)
    seen(visit.button_group(key=f"answer-outcome-{SUMMIT}").set_value("no").run())
    assert "Resolve" not in [b.label for b in visit.button]
    assert held.questions.get(SUMMIT).summary.resolution is None
    # A time in the future is refused before the preview.
    visit = filled(held)
    visit.datetime_input(key=f"answer-known-{SUMMIT}").set_value(
        (clock.time + timedelta(days=2)).replace(tzinfo=None)
    )
    visit = seen(button(visit, "Preview the scores").click().run())
    assert "cannot become known in the future" in words(visit)
    assert "Before you confirm" not in words(visit)


def test_the_answer_is_given_with_its_source_and_time(held: Tracker, clock: FakeClock) -> None:
    visit = give_answer(filled(held))
    assert "Resolved YES" in words(visit)
    kept = held.questions.get(SUMMIT).summary.resolution
    assert kept is not None
    assert (kept.outcome, kept.source_url, kept.known_at) == ("yes", SOURCE, clock.time)
