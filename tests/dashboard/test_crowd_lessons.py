"""Lines that a chart of a crowd shows first."""

from dashboard.components.probability_lines import default_lines
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_question, a_set
from tracker.app.tracker import Tracker

ADA = ForecasterId("ada")


def test_a_market_has_its_line_before_other_people(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(a_question("summit-2027")))
    names = (ADA, *map(ForecasterId, ("a1", "a2", "a3", "a4", "a5", "market:polymarket")))
    for who in names:
        tracker.forecasts.submit("summit-2027", Binary(0.4), forecaster=who)
    clock.advance(days=1)
    shown = [line.id for line in default_lines(tracker.questions.get("summit-2027"), ADA)]
    assert shown == ["ada", "market:polymarket", "crowd", "suggestion"]
