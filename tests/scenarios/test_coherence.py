"""Contradictions are found in what one forecaster holds, repaired on demand, and both versions are
scored.
"""

from dataclasses import replace
from math import inf, log

import pytest

from forecasts.errors import InvalidForecast
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock
from tests.lives import ADA, BEN
from tests.quick_databases import begin
from tests.scenarios.linked_questions import a_link, acts_of, answer, ask, say
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.model.scenarios import MIN_NOTABLE_NATS, Contradiction, RepairWord

EARLY, LATE = "early", "late"
DATES = a_link("dates", EARLY, LATE)


@pytest.fixture
def linked(tracker: Tracker, clock: FakeClock) -> Tracker:
    """One event by two dates; ada contradicts herself by a lot, ben does not."""
    begin(tracker, clock, ask_dates)
    return tracker


def ask_dates(tracker: Tracker, _clock: FakeClock) -> None:
    ask(tracker, EARLY)
    ask(tracker, LATE, closes=60)
    tracker.links.add(DATES)
    say(tracker, {EARLY: "60%", LATE: "30%"})
    say(tracker, {EARLY: "20%", LATE: "40%"}, BEN)


def mine(tracker: Tracker, who: ForecasterId = ADA) -> Contradiction:
    (found,) = (c for c in tracker.links.coherence().contradictions if c.forecaster.id == who)
    return found


def held(tracker: Tracker, name: str, who: ForecasterId = ADA) -> float | None:
    return tracker.questions.get(name).summary.standings[who].p


# Adopted


def test_an_adopted_repair_is_a_forecast_on_each_question_with_the_reason(
    linked: Tracker, clock: FakeClock
) -> None:
    clock.advance(hours=1)
    offered = mine(linked).violation
    made = linked.links.decide_repair(DATES.id, "adopted", why=" I had not seen it. ")
    assert (made.before, made.after) == ((0.6, 0.3), offered.after)
    assert (made.decision, made.why, made.forecaster_id, made.at) == (
        "adopted",
        "I had not seen it.",
        ADA,
        clock.time,
    )
    for name, p in zip((EARLY, LATE), offered.after, strict=True):
        assert held(linked, name) == pytest.approx(p)
        (*_, last) = acts_of(linked, name)
        assert (last.act, last.made_at) == ("forecast", clock.time)
        assert last.rationale == (
            "Adopted a repair: these forecasts contradicted each other (Rain in Arland). I "
            "had not seen it."
        )
    assert not [c for c in linked.links.coherence().contradictions if c.forecaster.id == ADA]
    assert [len(acts_of(linked, name, BEN)) for name in (EARLY, LATE)] == [1, 1]
    assert linked.system.verify().bad_seq is None


def test_a_forecast_that_the_repair_leaves_as_it_is_gets_no_act(tracker: Tracker) -> None:
    for n, name in enumerate(("first", "second", "third")):
        ask(tracker, name, closes=30 + n)
    tracker.links.add(a_link("dates", "first", "second", "third"))
    say(tracker, {"first": "10%", "second": "60%", "third": "40%"})
    tracker.links.decide_repair("rains", "adopted")
    assert [len(acts_of(tracker, name)) for name in ("first", "second", "third")] == [1, 2, 2]


def test_what_was_adopted_can_be_undone_like_any_forecast(
    linked: Tracker, clock: FakeClock
) -> None:
    linked.links.decide_repair(DATES.id, "adopted")
    clock.advance(hours=1)
    for name in (EARLY, LATE):
        linked.forecasts.undo(name)
    assert mine(linked).violation.before == (0.6, 0.3)


# Declined


def test_a_declined_repair_changes_no_forecast_and_is_remembered(
    linked: Tracker, clock: FakeClock
) -> None:
    say(linked, {EARLY: "50%", LATE: "40%"}, BEN)
    linked.links.decide_repair(DATES.id, "declined", why="They ask different things.")
    assert [len(acts_of(linked, name)) for name in (EARLY, LATE)] == [1, 1]
    found = mine(linked)
    assert found.violation.before == (0.6, 0.3)
    assert found.decided is not None
    assert (found.decided.decision, found.decided.why) == ("declined", "They ask different things.")
    assert mine(linked, BEN).decided is None
    clock.advance(hours=1)
    linked.links.decide_repair(DATES.id, "declined", why="They still do.")
    decided = mine(linked).decided
    assert decided is not None
    assert decided.why == "They still do."
    assert [repair.decision.why for repair in linked.links.coherence().repairs] == [
        "They still do.",
        "They ask different things.",
    ]


# Scored


@pytest.mark.parametrize("decision", ["adopted", "declined"])
def test_both_versions_are_scored_once_all_is_answered(
    linked: Tracker, clock: FakeClock, decision: RepairWord
) -> None:
    made = linked.links.decide_repair(DATES.id, decision)
    clock.advance(days=1)
    answer(linked, EARLY, "no")
    assert [one.gain for one in linked.links.coherence().repairs] == [None]
    answer(linked, LATE, "yes")
    (scored,) = linked.links.coherence().repairs
    early, late = made.after
    assert scored.gain == pytest.approx(log((1.0 - early) / 0.4) + log(late / 0.3))
    assert (scored.decision, scored.link) == (made, DATES)
    clock.advance(hours=1)
    answer(linked, LATE, "no")
    (corrected,) = linked.links.coherence().repairs
    assert corrected.gain == pytest.approx(log((1.0 - early) / 0.4) + log((1.0 - late) / 0.7))
    answer(linked, LATE, "annulled")
    (left,) = linked.links.coherence().repairs
    assert left.gain == pytest.approx(log((1.0 - early) / 0.4))


# Of one's own forecasts alone


def test_a_repair_is_offered_from_the_own_forecasts_alone(
    linked: Tracker, clock: FakeClock
) -> None:
    before = linked.system.verify()
    with pytest.raises(Refused, match="your forecasts on rains do not contradict each other"):
        linked.links.decide_repair(DATES.id, "adopted", by=BEN)
    with pytest.raises(
        Refused, match="you hold no forecast on early; you hold no forecast on late"
    ):
        linked.links.decide_repair(DATES.id, "adopted", by=ForecasterId("cem"))
    assert linked.system.verify() == before
    say(linked, {EARLY: "90%"}, ForecasterId("cem"))
    with pytest.raises(Refused, match="yet: you hold no forecast on late"):
        linked.links.decide_repair(DATES.id, "declined", by=ForecasterId("cem"))


def test_what_is_computed_is_told_and_never_repaired(linked: Tracker) -> None:
    say(linked, {EARLY: "60%", LATE: "30%"}, BEN)
    before = linked.system.verify()
    assert {c.forecaster.id for c in linked.links.coherence().contradictions} == {ADA, BEN, "crowd"}
    with pytest.raises(InvalidForecast, match="'crowd' is computed by the tracker"):
        linked.links.decide_repair(DATES.id, "adopted", by=ForecasterId("crowd"))
    assert linked.system.verify() == before


def test_a_forecast_that_was_taken_back_contradicts_nothing(
    linked: Tracker, clock: FakeClock
) -> None:
    clock.advance(hours=1)
    linked.forecasts.withdraw(LATE)
    assert not [c for c in linked.links.coherence().contradictions if c.forecaster.id == ADA]


def test_a_link_that_is_not_there_is_not_found(linked: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no link nope: see `tracker scenario links`"):
        linked.links.decide_repair("nope", "adopted")


# Which are told


def test_what_is_left_open_is_held_together_when_the_first_question_is_closed(
    linked: Tracker, clock: FakeClock
) -> None:
    ask(linked, "last", closes=90)
    linked.links.add(a_link("dates", EARLY, LATE, "last", id="three"))
    cem = ForecasterId("cem")
    say(linked, {LATE: "60%", "last": "20%"}, cem)
    clock.advance(days=31)
    found = mine(linked, cem)
    assert found.violation.question_ids == (LATE, "last")
    assert found.forecaster.name == "cem"
    answer(linked, EARLY, "no")
    assert mine(linked, cem).violation.before == (0.6, 0.2)


@pytest.mark.parametrize(
    ("early", "slight"), [("30.5%", True), ("30.8%", True), ("31%", False), ("60%", False)]
)
def test_what_rounding_would_hide_is_slight(linked: Tracker, early: str, slight: bool) -> None:
    say(linked, {EARLY: early})
    found = mine(linked)
    assert found.slight is slight
    assert (found.violation.nats < MIN_NOTABLE_NATS) is slight


def test_near_certainty_a_flagged_contradiction_is_never_slight(linked: Tracker) -> None:
    found = mine(linked)
    tiny = replace(
        found.violation, z=1.0, repair=replace(found.violation.repair, nats=MIN_NOTABLE_NATS / 2.0)
    )
    assert tiny.flagged
    assert not replace(found, violation=tiny).slight
    assert replace(found, violation=replace(tiny, z=0.0)).slight


def test_the_worst_contradiction_comes_first(linked: Tracker) -> None:
    say(linked, {EARLY: "41%", LATE: "30%"}, BEN)
    assert [
        c.forecaster.id
        for c in linked.links.coherence().contradictions
        if c.forecaster.id in (ADA, BEN)
    ] == [ADA, BEN]
    say(linked, {EARLY: "90%", LATE: "10%"}, BEN)
    assert [
        c.forecaster.id
        for c in linked.links.coherence().contradictions
        if c.forecaster.id in (ADA, BEN)
    ] == [BEN, ADA]


@pytest.mark.parametrize("decision", ["adopted", "declined"])
def test_certainties_that_contradict_each_other_can_be_decided(
    linked: Tracker, decision: RepairWord
) -> None:
    say(linked, {EARLY: "100%", LATE: "0%"})
    assert mine(linked).violation.nats == inf
    made = linked.links.decide_repair(DATES.id, decision)
    (kept,) = linked.links.coherence().repairs
    assert kept.decision == made
    assert kept.decision.nats == inf
    assert linked.system.verify().bad_seq is None


def test_without_links_nothing_contradicts_anything(tracker: Tracker) -> None:
    ask(tracker, EARLY, LATE)
    say(tracker, {EARLY: "60%", LATE: "30%"})
    found = tracker.links.coherence()
    assert (found.links, found.contradictions, found.repairs) == ((), (), ())
