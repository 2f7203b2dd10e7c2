"""The verbs on a real database of each dialect: what they do, and what they refuse."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidForecast, InvalidResolution
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import (
    HAZARD,
    PRIOR,
    SUGGESTION,
    EvidenceId,
    ForecasterId,
)
from forecasts.suggestion.binary import Suggestion
from tests.builders import (
    DAY,
    NOW,
    FakeClock,
    Press,
    a_feed,
    a_question,
    a_set,
    no_network,
)
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import AlreadyRunning, NotFound, Refused

SOURCE = "https://arland.example/statement"
ADA = ForecasterId("ada")


def test_a_new_question_has_prior_hazard_and_suggestion_at_once(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    held = tracker.questions.list()[0].standings
    assert held[PRIOR].p == 0.3
    assert 0.25 < held[HAZARD].p < 0.3  # a month of eight has passed without the event
    assert held[SUGGESTION].p == pytest.approx(held[HAZARD].p)


def test_a_forecast_stands_until_it_is_withdrawn(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    made = tracker.forecasts.submit(
        "summit-2027", Binary(0.63), rationale="They have booked the hall."
    )
    assert (made.made_at, made.forecaster_id, made.act) == (NOW, ADA, "forecast")
    assert tracker.questions.list()[0].standings[ADA].p == 0.63
    clock.advance(days=1)
    tracker.forecasts.withdraw("summit-2027")
    assert ADA not in tracker.questions.list()[0].standings
    acts = tracker.questions.get("summit-2027").acts
    assert [a.act for a in acts if a.forecaster_id == ADA] == ["forecast", "withdraw"]


def test_reaffirming_repeats_what_stands_as_an_act_of_its_own(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit("summit-2027", Binary(0.4))
    clock.advance(days=5)
    again = tracker.forecasts.reaffirm("summit-2027", rationale="Nothing new.")
    assert (again.act, again.distribution) == ("reaffirm", Binary(0.4))
    assert tracker.questions.list()[0].standings[ADA].since == clock.time


def test_undo_brings_back_what_stood_before(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit("summit-2027", Binary(0.4))
    clock.advance(hours=1)
    slip = tracker.forecasts.submit("summit-2027", Binary(0.04))
    clock.advance(minutes=1)
    undone = tracker.forecasts.undo("summit-2027")
    assert (undone.act, undone.distribution, undone.undoes) == ("undo", Binary(0.4), slip.id)
    clock.advance(minutes=1)
    assert tracker.forecasts.undo("summit-2027").distribution is None
    with pytest.raises(InvalidForecast, match="no forecast of yours on this question to undo"):
        tracker.forecasts.undo("summit-2027")
    assert (
        len(tracker.questions.get("summit-2027").acts) == 4 + 1
    )  # nothing is removed; the suggestion has one act
    clock.advance(minutes=1)
    first = tracker.forecasts.redo("summit-2027")
    assert (first.act, first.distribution) == ("redo", Binary(0.4))
    clock.advance(minutes=1)
    again = tracker.forecasts.redo("summit-2027")
    assert (again.distribution, again.undoes) == (Binary(0.04), undone.id)
    with pytest.raises(InvalidForecast, match="nothing to do again"):
        tracker.forecasts.redo("summit-2027")
    assert tracker.forecasts.undo("summit-2027").distribution == Binary(0.4)


def test_a_new_forecast_ends_redo(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit("summit-2027", Binary(0.4))
    tracker.forecasts.undo("summit-2027")
    tracker.forecasts.submit("summit-2027", Binary(0.5))
    with pytest.raises(InvalidForecast, match="nothing to do again"):
        tracker.forecasts.redo("summit-2027")


def test_a_request_repeated_with_its_key_changes_nothing(both: Tracker) -> None:
    both.question_sets.load(a_set())
    first = both.forecasts.submit("summit-2027", Binary(0.4), key="form-1")
    again = both.forecasts.submit("summit-2027", Binary(0.9), key="form-1")
    assert again == first
    assert both.questions.list()[0].standings[ADA].p == 0.4


@pytest.mark.parametrize("act", ["reaffirm", "withdraw"])
def test_there_must_be_something_to_reaffirm_or_withdraw(tracker: Tracker, act: str) -> None:
    tracker.question_sets.load(a_set())
    with pytest.raises(
        InvalidForecast, match=f"you hold no forecast on summit-2027 to {act}: make one first"
    ):
        getattr(tracker.forecasts, act)("summit-2027")


def test_an_unknown_question_is_refused_with_advice(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no question nope: `tracker question list` has"):
        tracker.forecasts.submit("nope", Binary(0.5))
    with pytest.raises(NotFound):
        tracker.questions.get("nope")
    with pytest.raises(NotFound):
        tracker.evidence.inbox("nope")


def test_names_near_a_mistyped_question_are_proposed(tracker: Tracker) -> None:
    for name in ("neutrality-2027", "neutrality-2028", "summit-2027", "grain-2027"):
        tracker.question_sets.load(a_set(a_question(name)))
    told = (
        "no question neutralty-2027: did you mean neutrality-2027 or neutrality-2028? "
        "`tracker question list` has the names"
    )
    with pytest.raises(NotFound, match=re.escape(told)) as refusal:
        tracker.questions.get("neutralty-2027")
    assert refusal.value.near == ("neutrality-2027", "neutrality-2028")


def test_a_retracted_question_is_not_proposed(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(a_question("summit-2027"), a_question("summit-2028")))
    tracker.questions.retract("summit-2028", why="asked twice")
    with pytest.raises(NotFound) as refusal:
        tracker.questions.get("summit-2028")
    assert refusal.value.near == ("summit-2027",)


def test_nobody_forecasts_once_it_closed_or_was_answered(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    clock.time = a_question().closes_at
    with pytest.raises(
        InvalidForecast, match="takes no more forecasts: it closed on 2027-07-01 00:00 UTC"
    ):
        tracker.forecasts.submit("summit-2027", Binary(0.5))
    tracker.question_sets.load(a_set())
    clock.advance(days=10)
    tracker.resolutions.resolve("summit-2027", "yes", source_url=SOURCE, known_at=NOW + DAY)
    with pytest.raises(InvalidForecast, match="closed on 2026-12-02"):
        tracker.forecasts.submit("summit-2027", Binary(0.99))


def test_only_evidence_on_the_question_can_be_cited(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    with pytest.raises(NotFound, match="there is no evidence 99"):
        tracker.forecasts.submit("summit-2027", Binary(0.5), cites=[EvidenceId(99)])
    assert [a.forecaster_id for a in tracker.questions.get("summit-2027").acts] == [SUGGESTION]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"known_at": datetime(2026, 10, 1, tzinfo=UTC)}, "before the question opened"),
        ({"known_at": NOW + DAY}, "cannot become known in the future"),
        ({"event_at": NOW}, "cannot be known before it happened"),
        ({"source_url": ""}, "needs a source"),
        ({"source_url": "a friend"}, "must be an http"),
    ],
)
def test_a_resolution_that_contradicts_itself_changes_nothing(
    tracker: Tracker, changed: dict[str, object], message: str
) -> None:
    tracker.question_sets.load(a_set())
    asked = {"source_url": SOURCE, "known_at": NOW - DAY, **changed}
    with pytest.raises(InvalidResolution, match=message):
        tracker.resolutions.resolve("summit-2027", "yes", **asked)
    assert tracker.questions.get("summit-2027").resolutions == ()


def test_evidence_moves_the_suggestion_and_a_rejection_moves_it_back(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    before = tracker.questions.list()[0].standings[SUGGESTION].p
    press.publish("wire", "Arland invites Borland to a summit")
    report = tracker.feeds.poll()
    assert (report.feeds, report.new_items, report.new_evidence, report.failed) == (1, 1, 1, 0)
    card = tracker.evidence.inbox()[0]
    assert (card.headline, card.evidence.matched) == (
        "Arland invites Borland to a summit",
        ("Arland", "Borland", "invites"),
    )
    with_evidence = tracker.questions.list()[0].standings[SUGGESTION].p
    assert with_evidence > before
    doubted = tracker.questions.get("summit-2027").suggestion
    clock.advance(minutes=1)
    confirmed = tracker.evidence.review(card.evidence.id, "confirmed")
    assert (confirmed.status, confirmed.judged_by) == ("confirmed", ADA)
    trusted = tracker.questions.get("summit-2027").suggestion
    assert isinstance(doubted, Suggestion)
    assert isinstance(trusted, Suggestion)
    assert trusted.p > doubted.p
    assert tracker.evidence.inbox() == ()
    clock.advance(minutes=1)
    tracker.evidence.review(card.evidence.id, "rejected", note="about football")
    assert tracker.questions.list()[0].standings[SUGGESTION].p == pytest.approx(before, abs=1e-3)
    decisions = tracker.questions.get("summit-2027").evidence[0].decisions
    assert [d.status for d in decisions] == ["logged", "confirmed", "rejected"]


def test_a_corrected_piece_of_evidence_counts_as_edited(
    tracker_with_press: Tracker, press: Press
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    number = tracker.evidence.inbox()[0].evidence.id
    edited = tracker.evidence.review(
        number, "confirmed", direction=Direction.NO, strength=Strength.SLIGHT
    )
    assert (edited.status, edited.direction, edited.strength) == (
        "edited",
        Direction.NO,
        Strength.SLIGHT,
    )
    with pytest.raises(Refused, match="confirm, edit or reject it"):
        tracker.evidence.review(number, "logged")
    with pytest.raises(NotFound, match="there is no evidence 99"):
        tracker.evidence.review(99, "confirmed")


def test_time_alone_moves_suggestions_once_a_day_at_most(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    assert tracker.evidence.update_suggestions() == 0
    clock.advance(days=30)
    assert tracker.evidence.update_suggestions() == 1
    assert tracker.evidence.update_suggestions() == 0


def test_a_feed_can_be_added_and_asked_for_at_once(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    assert tracker.feeds.add(a_feed("agency")) is True
    assert tracker.feeds.add(a_feed("agency")) is False
    assert tracker.feeds.poll().failed == 2
    clock.advance(minutes=1)
    assert tracker.feeds.poll().feeds == 0
    tracker.feeds.retry("agency")
    assert tracker.feeds.poll().feeds == 1
    assert {f.state.id: f.health for f in tracker.feeds.list()}.keys() == {"agency", "wire"}
    with pytest.raises(NotFound, match="there is no feed nope"):
        tracker.feeds.retry("nope")


def test_all_failing_feeds_are_asked_again_but_no_paused_one(tracker: Tracker) -> None:
    for name in ("agency", "wire", "paper"):
        tracker.feeds.add(a_feed(name))
    assert tracker.feeds.poll().failed == 3
    tracker.feeds.pause("wire")
    assert tracker.feeds.retry_failing() == 2
    assert tracker.feeds.get("wire").health.state.paused
    assert tracker.feeds.poll().feeds == 2


def test_only_one_scheduler_leads_and_the_second_is_told_who(both: Tracker) -> None:
    told = r"already runs on this database: .*\d+ on .*since .*; stop it first"
    with open_tracker(both.settings, now=both.now, fetch=no_network) as other:
        with both.system.lead(), pytest.raises(AlreadyRunning, match=told):
            other.system.lead().__enter__()
        with other.system.lead():
            pass  # the place is free again


def test_the_log_of_a_whole_life_is_whole(
    both_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = both_with_press
    tracker.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    tracker.forecasts.submit(
        "summit-2027",
        Binary(0.6),
        cites=[tracker.evidence.inbox()[0].evidence.id],
        rationale="Ünïcode “quotes”",
    )
    tracker.evidence.review(tracker.evidence.inbox()[0].evidence.id, "confirmed")
    head = tracker.system.verify().head
    clock.advance(days=3)
    tracker.forecasts.undo("summit-2027")
    tracker.resolutions.resolve(
        "summit-2027", "yes", source_url=SOURCE, known_at=NOW + timedelta(days=2)
    )
    verdict = tracker.system.verify(head)
    assert (verdict.bad_seq, verdict.reason) == (None, "")
    assert verdict.entries >= 7
