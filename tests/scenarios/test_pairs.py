"""Conditional pairs: the branch that does not come about is annulled once, whatever is answered
first.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from forecasts.errors import InvalidForecast
from forecasts.question_sets.question_set import PastResolution, QuestionSet
from forecasts.questions.question import Outcome, QuestionId, Resolution
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.lives import BEN
from tests.quick_databases import begin
from tests.scenarios.linked_questions import PAPER, a_link, answer, ask, outcomes, say
from tracker.app.tracker import Tracker

TARIFFS, IF, UNLESS, WAR = "tariffs", "war-if", "war-unless", "war"
PAIR = a_link("condition", TARIFFS, IF, UNLESS)
BRANCHES = (IF, UNLESS)


@pytest.fixture
def pair(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A pair of which both branches were forecast a day ago."""
    begin(tracker, clock, ask_pair)
    return tracker


def ask_pair(tracker: Tracker, clock: FakeClock) -> None:
    ask(tracker, TARIFFS, *BRANCHES)
    tracker.links.add(PAIR)
    say(tracker, dict.fromkeys(BRANCHES, "70%"))
    clock.advance(days=1)


def status(tracker: Tracker, name: str) -> str:
    return tracker.questions.get(name).summary.status


def annulment(tracker: Tracker, name: str) -> Resolution:
    (found,) = (r for r in tracker.questions.get(name).resolutions if r.outcome == "annulled")
    return found


# On resolution


@pytest.mark.parametrize(
    ("outcome", "gone", "said"),
    [
        ("yes", (UNLESS,), "came about"),
        ("no", (IF,), "did not come about"),
        ("annulled", BRANCHES, "was annulled"),
        ("ambiguous", BRANCHES, "was ambiguous"),
    ],
)
def test_the_dead_branch_is_annulled_with_its_condition(
    pair: Tracker, outcome: str, gone: tuple[str, ...], said: str
) -> None:
    answer(pair, TARIFFS, outcome)
    assert {name for name in BRANCHES if status(pair, name) == "annulled"} == set(gone)
    assert {name for name in BRANCHES if status(pair, name) == "open"} == set(BRANCHES) - set(gone)
    for name in gone:
        found = annulment(pair, name)
        assert found.note == f"condition tariffs {said}: this branch of the pair is not scored"
        assert (found.source_url, found.known_at, found.entered_by) == (PAPER, pair.now(), "ada")
    assert pair.system.verify().bad_seq is None


def test_nobody_is_scored_on_the_branch_that_does_not_count(
    pair: Tracker, clock: FakeClock
) -> None:
    answer(pair, TARIFFS, "no")
    clock.advance(days=1)
    answer(pair, UNLESS, "yes")
    assert pair.resolutions.receipts(IF).scores == ()
    assert {score.forecaster_id for score in pair.resolutions.receipts(UNLESS).scores} >= {
        "ada",
        "crowd",
        "prior",
    }
    clock.advance(days=60)
    assert set(pair.accuracy.summarise().questions) == {TARIFFS, UNLESS}
    assert pair.accuracy.summarise().unscored == (IF,)


def test_the_question_that_a_pair_is_about_is_left_alone(tracker: Tracker) -> None:
    ask(tracker, TARIFFS, *BRANCHES, WAR)
    tracker.links.add(a_link("condition", TARIFFS, IF, UNLESS, WAR))
    answer(tracker, TARIFFS, "annulled")
    assert [status(tracker, name) for name in (*BRANCHES, WAR)] == ["annulled", "annulled", "open"]


@pytest.mark.parametrize("kind", ["one of", "members", "dates"])
def test_links_of_other_kinds_annul_nothing(tracker: Tracker, kind: str) -> None:
    for n, name in enumerate((TARIFFS, *BRANCHES)):
        ask(tracker, name, closes=30 + n)
    tracker.links.add(replace(PAIR, kind=kind))  # type: ignore[arg-type]
    answer(tracker, TARIFFS, "no")
    assert [status(tracker, name) for name in BRANCHES] == ["open", "open"]


def test_a_pair_on_a_dead_branch_goes_with_it(pair: Tracker) -> None:
    ask(pair, "peace-if", "peace-unless")
    pair.links.add(a_link("condition", IF, "peace-if", "peace-unless", id="peace"))
    answer(pair, TARIFFS, "no")
    assert [status(pair, name) for name in ("peace-if", "peace-unless", UNLESS)] == [
        "annulled",
        "annulled",
        "open",
    ]
    assert annulment(pair, "peace-if").note.startswith("condition war-if was annulled")


def test_an_unopened_branch_is_annulled(tracker: Tracker, clock: FakeClock) -> None:
    ask(tracker, TARIFFS)
    ask(tracker, *BRANCHES, opens=5)
    tracker.links.add(PAIR)
    clock.advance(days=1)
    answer(tracker, TARIFFS, "no")
    assert [status(tracker, name) for name in BRANCHES] == ["annulled", "upcoming"]
    clock.advance(days=10)
    assert tracker.questions.get(IF).timelines.keys() == {"prior", "hazard"}
    with pytest.raises(InvalidForecast, match="takes no more forecasts"):
        tracker.forecasts.submit(IF, "50%")


def test_a_late_branch_is_annulled_from_its_opening(tracker: Tracker, clock: FakeClock) -> None:
    ask(tracker, TARIFFS)
    ask(tracker, *BRANCHES, opens=2)
    tracker.links.add(PAIR)
    clock.advance(days=3)
    tracker.resolutions.resolve(TARIFFS, "no", source_url=PAPER, known_at=NOW + DAY)
    found = annulment(tracker, IF)
    assert (found.event_at, found.known_at, found.entered_at) == (
        NOW + DAY,
        NOW + 2 * DAY,
        clock.time,
    )


# Once, and on a correction


def test_a_correction_annuls_the_other_branch(pair: Tracker, clock: FakeClock) -> None:
    answer(pair, TARIFFS, "yes")
    clock.advance(hours=1)
    answer(pair, TARIFFS, "no")
    assert [outcomes(pair, name) for name in BRANCHES] == [["annulled"], ["annulled"]]
    clock.advance(hours=1)
    answer(pair, UNLESS, "yes")
    assert outcomes(pair, UNLESS) == ["annulled", "yes"]
    assert any(score.forecaster_id == "ada" for score in pair.resolutions.receipts(UNLESS).scores)
    clock.advance(hours=1)
    answer(pair, TARIFFS, "no")
    assert outcomes(pair, UNLESS)[-1] == "yes"


# Whatever is answered first


@pytest.mark.parametrize("order", list(permutations((TARIFFS, IF, UNLESS))), ids=" ".join)
def test_in_any_order_only_the_live_branch_is_scored(
    pair: Tracker, clock: FakeClock, order: Sequence[str]
) -> None:
    for name in order:
        answer(pair, name, "no")
        clock.advance(hours=1)
    assert outcomes(pair, IF)[-1] == "annulled"
    assert outcomes(pair, IF).count("annulled") <= 2
    assert pair.resolutions.receipts(IF).scores == ()
    assert outcomes(pair, UNLESS) == ["no"]
    assert pair.resolutions.receipts(UNLESS).scores


def test_an_annulled_branch_that_is_answered_is_annulled_again(
    pair: Tracker, clock: FakeClock
) -> None:
    answer(pair, TARIFFS, "no")
    clock.advance(hours=1)
    answer(pair, IF, "yes")
    assert outcomes(pair, IF) == ["annulled", "yes", "annulled"]
    assert pair.system.verify().bad_seq is None


def test_a_pair_bound_late_annuls_the_dead_branch(tracker: Tracker, clock: FakeClock) -> None:
    ask(tracker, TARIFFS, *BRANCHES)
    say(tracker, {IF: "40%"}, BEN)
    clock.advance(days=1)
    answer(tracker, TARIFFS, "no")
    answer(tracker, IF, "yes")
    assert tracker.resolutions.receipts(IF).scores
    tracker.links.add(PAIR)
    assert outcomes(tracker, IF) == ["yes", "annulled"]
    assert tracker.resolutions.receipts(IF).scores == ()
    assert outcomes(tracker, UNLESS) == []


# A set


def past(name: str, outcome: Outcome, day: int) -> PastResolution:
    at = NOW.replace(month=11, day=day)
    return PastResolution(QuestionId(name), outcome, at, at, PAPER, "As it was.")


def a_pair_set(*answers: PastResolution) -> QuestionSet:
    """A set that brings a pair with its history."""
    made = a_set(
        *(a_question(name) for name in (TARIFFS, *BRANCHES)), indicators=[], resolutions=answers
    )
    return replace(made, links=(PAIR,))


@pytest.mark.parametrize(
    "answers",
    [
        (past(TARIFFS, "no", 20),),
        (past(TARIFFS, "no", 20), past(IF, "yes", 25)),
        (past(IF, "yes", 25), past(TARIFFS, "no", 20)),
        (past(IF, "annulled", 25), past(TARIFFS, "no", 20)),
    ],
)
def test_a_loaded_set_annuls_what_its_history_excludes(
    tracker: Tracker, answers: tuple[PastResolution, ...]
) -> None:
    tracker.question_sets.load(a_pair_set(*answers))
    assert outcomes(tracker, IF)[-1] == "annulled"
    assert outcomes(tracker, IF).count("annulled") == 1
    assert tracker.resolutions.receipts(IF).scores == ()
    assert status(tracker, UNLESS) == "open"
    before = tracker.system.verify().entries
    tracker.question_sets.load(a_pair_set(*answers))
    assert tracker.system.verify().entries == before


def test_a_later_pair_of_a_set_annuls_its_dead_branch(tracker: Tracker, clock: FakeClock) -> None:
    brought = a_pair_set()
    tracker.question_sets.load(replace(brought, links=()))
    for name, outcome in ((TARIFFS, "no"), (IF, "yes"), (UNLESS, "yes")):
        clock.advance(days=1)
        answer(tracker, name, outcome)
    tracker.question_sets.load(brought)
    assert outcomes(tracker, IF) == ["yes", "annulled"]
    assert (status(tracker, IF), tracker.resolutions.receipts(IF).scores) == ("annulled", ())
    assert status(tracker, UNLESS) == "resolved"
