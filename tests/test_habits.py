"""How people revise: which of their acts count, and what evidence moved in the meantime."""

import math

import pytest

from forecasts.questions.question import SUGGESTION
from forecasts.statistics.dynamics import logit_move
from forecasts.suggestion.binary import hazard_probability
from tests.builders import DAY, NOW, FakeClock, Press, a_question, a_set, an_indicator
from tests.lives import BEN, CEM, CLOSES, KNOWN, LIVES, SOURCE, an_asked, live, resolve
from tracker.app.accuracy import ALL_QUESTIONS
from tracker.app.tracker import Tracker
from tracker.model.read_models import Choice, Habits

RAIN = LIVES[0]


def of(tracker: Tracker, who: str = "ada", choice: Choice = ALL_QUESTIONS) -> Habits:
    """The habits of one forecaster."""
    return next(h for h in tracker.accuracy.habits(choice) if h.forecaster.id == who)


def test_every_act_counts_but_gaps_are_not_active(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    for day, said in ((0, "40%"), (10, ""), (15, "60%"), (20, "withdraw"), (25, "50%")):
        clock.time = NOW + day * DAY
        match said:
            case "":
                tracker.forecasts.reaffirm("rain")
            case "withdraw":
                tracker.forecasts.withdraw("rain")
            case _:
                tracker.forecasts.submit("rain", said)
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=CLOSES)
    found = of(tracker)
    updates = found.updates
    assert (updates.n_questions, updates.n_acts, updates.n_updates) == (1, 4, 2)
    assert updates.per_30_days == pytest.approx(30 * 2 / 25)
    assert updates.mean_move == pytest.approx(0.15)
    assert (updates.reaffirmation_share, updates.reversal_share) == (pytest.approx(1 / 3), 1.0)
    # The path is .4 .4 .6 .5 1: it moved .04 + .01 + .25, and .24 of uncertainty was there to
    # remove.
    assert (found.excess.n, found.excess.mean_excess) == (1, pytest.approx(0.06))
    assert found.excess.ratio == pytest.approx(0.30 / 0.24)
    assert "1 of 30" in found.excess.sentence


def test_what_comes_when_the_answer_is_known_is_no_revision(
    tracker: Tracker, clock: FakeClock
) -> None:
    live(tracker, clock, RAIN)
    tracker.forecasts.submit("rain", "99%", forecaster=BEN)
    resolve(tracker, clock, RAIN)
    clock.time = CLOSES
    assert {h.forecaster.id: h.updates.n_acts for h in tracker.accuracy.habits()} == {
        "ada": 2,
        "cem": 2,
        "ben": 1,
    }
    # Of .6 .9 1, not of .6 .9 .9 1 with a reaffirmation.
    assert of(tracker).excess.mean_excess == pytest.approx(0.09 + 0.01 - 0.24)
    assert of(tracker).updates.reaffirmation_share == 0.0


def test_the_most_active_come_first(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    tracker.forecasts.submit("rain", "40%", forecaster=CEM)
    tracker.forecasts.submit("rain", "40%", forecaster=BEN)
    clock.advance(days=1)
    tracker.forecasts.reaffirm("rain", forecaster=CEM)
    clock.time = KNOWN
    tracker.forecasts.submit("rain", "90%")
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=KNOWN)
    assert [h.forecaster.id for h in tracker.accuracy.habits()] == [
        "cem",
        "ben",
    ]  # neither ada nor what is computed


def test_only_answered_yes_no_questions_are_examined(tracker: Tracker, clock: FakeClock) -> None:
    for life in LIVES:
        live(tracker, clock, life)
    for name in ("void", "open"):
        clock.time = NOW
        tracker.questions.ask(an_asked(name))
        tracker.forecasts.submit(name, "40%")
    for life in LIVES:
        resolve(tracker, clock, life)
    tracker.resolutions.resolve("void", "annulled", source_url=SOURCE, known_at=KNOWN)
    assert tracker.accuracy.habits() == ()  # answered early: the quick answers alone are mostly YES
    clock.time = CLOSES
    assert of(tracker).updates.n_questions == 1
    assert tracker.accuracy.habits(Choice(kind="date")) == ()
    assert tracker.accuracy.habits(Choice(tag="trips")) == ()
    assert tracker.accuracy.habits(Choice(retrospective=True)) == ()
    assert of(tracker, choice=Choice(period="2026-Q4")) == of(tracker)


def test_a_revision_is_held_against_what_evidence_alone_suggested(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    question = a_question(opens_at=NOW, closes_at=CLOSES, resolves_at=CLOSES)
    tracker.question_sets.load(a_set(question, indicators=[an_indicator()]))
    tracker.forecasts.submit("summit-2027", "40%")
    clock.advance(days=5)
    press.publish("wire", "Arland invites Borland to a summit")
    assert tracker.feeds.poll().new_evidence == 1
    tracker.forecasts.submit("summit-2027", "60%", rationale="They are invited.")
    clock.time = CLOSES
    tracker.resolutions.resolve("summit-2027", "yes", source_url=SOURCE, known_at=CLOSES)
    before, after = (
        a.distribution
        for a in tracker.questions.get("summit-2027").acts
        if a.forecaster_id == SUGGESTION
    )
    time = logit_move(
        hazard_probability(question, NOW), hazard_probability(question, NOW + 5 * DAY)
    )
    evidence = logit_move(before.p, after.p) - time  # type: ignore[union-attr]
    assert 0.0 < evidence < math.log(3.0)  # a moderate indicator in one report
    found = of(tracker).reaction
    # One revision alone cannot tell evidence from time: of all solutions the smallest is taken.
    slope = logit_move(0.4, 0.6) * evidence / (evidence**2 + time**2)
    assert (found.n, found.slope) == (1, pytest.approx(slope))
    assert (found.verdict, "1 of 30" in found.sentence) == (None, True)


def test_questions_on_one_event_count_as_one_family(tracker: Tracker, clock: FakeClock) -> None:
    for name, text in (
        ("early", "Will it rain in Arland before 30 December 2026?"),
        ("late", "Will it rain in Arland before 31 December 2026?"),
        ("other", "Will it rain in Borland before 31 December 2026?"),
    ):
        clock.time = NOW
        tracker.questions.ask(an_asked(name, text=text))
        tracker.forecasts.submit(name, "40%")
    clock.time = CLOSES
    for name in ("early", "late", "other"):
        tracker.resolutions.resolve(name, "yes", source_url=SOURCE, known_at=CLOSES)
    found = of(tracker).excess
    assert (found.n, found.families) == (3, 2)
