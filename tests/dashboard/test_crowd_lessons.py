"""What was learned of the crowd, as a table and in words; and which lines a chart shows first."""

from dataclasses import replace

import pytest

from dashboard.components.probability_lines import default_lines
from dashboard.settings.crowd_lessons import describe_exponent, weights_frame
from forecasts.distributions.distribution import Binary
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import MATCHER, Forecaster, ForecasterId
from tests.builders import NOW, FakeClock, a_question, a_set
from tracker.app.tracker import Tracker
from tracker.questions.crowd_lessons import SKILL, skill_scope
from tracker.storage.learned import LearnedRecord

ADA, BEN = ForecasterId("ada"), ForecasterId("ben")
PEOPLE = {who: Forecaster(who, who.title(), "person") for who in (ADA, BEN)}


def skill_of(who: ForecasterId, value: float) -> LearnedRecord:
    learned = LearnedValue(SKILL, skill_scope("brier", who), value, 20, NOW, "seen")
    return LearnedRecord(learned, "learned", MATCHER)


def test_members_are_listed_by_weight() -> None:
    frame = weights_frame([skill_of(BEN, -0.02), skill_of(ADA, 0.02)], PEOPLE, ADA)
    assert frame["member"].tolist() == ["You", "Ben"]
    assert frame["weight"].tolist() == pytest.approx([2.718, 0.368], abs=1e-3)
    assert frame["skill"].tolist() == pytest.approx([2.0, -2.0])
    assert frame["n"].tolist() == [20, 20]
    # After a reset a member weighs as an average one does.
    frame = weights_frame([replace(skill_of(ADA, 0.02), state="reset")], PEOPLE, BEN)
    assert (frame["weight"][0], frame["skill"][0]) == (1.0, 0.0)
    # Who is not known any more is named by id.
    assert weights_frame([skill_of(ADA, 0.0)], {}, BEN)["member"].tolist() == ["ada"]


def test_an_exponent_is_said_by_what_it_does() -> None:
    assert describe_exponent(1.0).endswith("where members together say 70%, the crowd says 70%.")
    assert "says 60%" in describe_exponent(0.5)


def test_a_market_has_its_line_before_other_people(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(a_question("summit-2027")))
    names = (ADA, *map(ForecasterId, ("a1", "a2", "a3", "a4", "a5", "market:polymarket")))
    for who in names:
        tracker.forecasts.submit("summit-2027", Binary(0.4), forecaster=who)
    clock.advance(days=1)
    shown = [line.id for line in default_lines(tracker.questions.get("summit-2027"), ADA)]
    assert shown == ["ada", "market:polymarket", "crowd", "suggestion"]
