"""A person's recalibration: offered, applied from the consent on, scored forward, switched off."""

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidForecast
from forecasts.questions.question import CROWD, ForecasterId, name_recalibrated
from tests.builders import DAY, FakeClock, rescore
from tests.lives import ADA, CLOSES, SOURCE, an_asked, by_rule
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.errors import Refused

MINE = name_recalibrated(ADA).id
LATER = CLOSES + 60 * DAY


@pytest.fixture
def too_sure(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Ada said 95 % fifty times, and 34 came true."""
    begin(tracker, clock, answer_fifty)
    return tracker


def name_place(n: int) -> str:
    """A text of its own for each question, so that each is a family of its own."""
    place = "Arland" + chr(97 + n // 26) + chr(97 + n % 26)
    return f"Will it rain in {place} before 31 December 2026?"


def answer_fifty(tracker: Tracker, clock: FakeClock) -> None:
    for n in range(50):
        tracker.questions.ask(an_asked(f"q{n}", prior="50%", text=name_place(n)))
        tracker.forecasts.submit(f"q{n}", "95%")
    clock.time = CLOSES
    for n in range(50):
        said = "yes" if n < 34 else "no"
        tracker.resolutions.resolve(f"q{n}", said, source_url=SOURCE, known_at=CLOSES)


def ask_later(tracker: Tracker, name: str = "later") -> None:
    tracker.questions.ask(
        an_asked(name, prior="50%", opens_at=CLOSES, closes_at=LATER, resolves_at=LATER + DAY)
    )
    tracker.forecasts.submit(name, "95%")


def test_an_offer_says_what_the_record_bears_out(too_sure: Tracker) -> None:
    state = too_sure.accuracy.recalibration()
    assert (state.questions, state.families, state.standing) == (50, 50, None)
    (sentence,) = state.sentences
    assert sentence.startswith("Where you gave 80% to 100%, 95% on average, 68% happened (34 of 50")
    assert too_sure.accuracy.consent() is None
    # Somebody without a record is offered nothing.
    too_sure.people.add("ben")
    ben = too_sure.acting_as(ForecasterId("ben"))
    assert ben.accuracy.recalibration().offer.is_empty
    with pytest.raises(Refused, match="0 of the 50 questions needed"):
        ben.accuracy.recalibrate()
    with pytest.raises(Refused, match="nothing to switch off"):
        ben.accuracy.stop_recalibrating()


def test_consent_is_scored_forward_only(too_sure: Tracker, clock: FakeClock) -> None:
    before = too_sure.accuracy.summarise().scores
    ask_later(too_sure)
    clock.time = CLOSES + 30 * DAY
    applied = too_sure.accuracy.recalibrate()
    assert too_sure.accuracy.consent() == applied
    clock.time = LATER
    scores = too_sure.resolutions.resolve("later", "no", source_url=SOURCE, known_at=LATER)
    mine, own = by_rule(scores, "brier", MINE), by_rule(scores, "brier", ADA)
    assert own.mean_while_active == pytest.approx(0.95**2)
    expected = applied.yes_no.apply(0.95) ** 2
    assert mine.mean_while_active == pytest.approx(float(expected), abs=1e-5)
    assert mine.coverage == pytest.approx(0.5, abs=0.02)
    # Nothing of the past has changed, and all scores are what the log gives.
    assert rescore(too_sure) == 51
    after = too_sure.accuracy.summarise().scores
    assert set(before) <= set(after)
    assert {s.question_id for s in after if s.forecaster_id == MINE} == {"later"}
    assert too_sure.system.verify_scores().differences == ()
    assert too_sure.system.verify().bad_seq is None


def test_the_recalibrated_are_no_peers_and_no_crowd(too_sure: Tracker, clock: FakeClock) -> None:
    too_sure.accuracy.recalibrate()
    ask_later(too_sure)
    with pytest.raises(InvalidForecast, match="computed by the tracker"):
        too_sure.forecasts.submit("later", "10%", forecaster=MINE)
    clock.time = LATER
    scores = too_sure.resolutions.resolve("later", "no", source_url=SOURCE, known_at=LATER)
    assert {s.rule for s in scores if s.forecaster_id == MINE}.isdisjoint({"peer", "peer_spot"})
    crowd, own = by_rule(scores, "brier", CROWD), by_rule(scores, "brier", ADA)
    assert crowd.mean_while_active == own.mean_while_active


@pytest.mark.gate
def test_a_recalibration_can_be_switched_off(too_sure: Tracker, clock: FakeClock) -> None:
    too_sure.accuracy.recalibrate()
    ask_later(too_sure)
    clock.time = CLOSES + 15 * DAY
    too_sure.accuracy.stop_recalibrating()
    assert too_sure.accuracy.consent() is None
    assert too_sure.accuracy.recalibration().since is None
    clock.time = LATER
    scores = too_sure.resolutions.resolve("later", "no", source_url=SOURCE, known_at=LATER)
    assert by_rule(scores, "brier", MINE).coverage == pytest.approx(0.25, abs=0.02)
    with pytest.raises(Refused, match="nothing to switch off"):
        too_sure.accuracy.stop_recalibrating()


def test_the_recalibrated_are_calibrated_as_they_stood(too_sure: Tracker, clock: FakeClock) -> None:
    applied = too_sure.accuracy.recalibrate()
    ask_later(too_sure)
    clock.time = LATER
    too_sure.resolutions.resolve("later", "no", source_url=SOURCE, known_at=LATER)
    report = too_sure.accuracy.calibration(lead_days=7)
    (point,) = report.reliability[MINE].snapshots
    assert point.p == applied.apply(None, Binary(0.95)).p  # type: ignore[union-attr, arg-type]
    assert report.forecasters[MINE].name == "ada, recalibrated"


def test_nobody_takes_a_computed_name(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked("rain"))
    with pytest.raises(InvalidForecast, match="computed by the tracker"):
        tracker.forecasts.submit("rain", "10%", forecaster=ForecasterId("recalibrated:cem"))
