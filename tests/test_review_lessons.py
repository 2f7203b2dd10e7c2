"""What single judgements teach: a question corrects itself, what is usually rejected is demoted, and
what was left out is asked about.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from forecasts.evidence.evidence import Direction
from forecasts.evidence.matcher_record import Precision
from tests.builders import FakeClock, Press, a_question, a_set, an_indicator
from tests.test_cli import Shell
from tests.test_learning import log, open_for_years, review_some
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.ingestion import near_misses
from tracker.interfaces.jobs import offer_near_misses
from tracker.matching import matcher
from tracker.model.evidence import ManualEvidence
from tracker.storage.learned import CORRECTION
from tracker.storage.matcher_precision import DEMOTED_FEED, DEMOTED_INDICATOR

SUMMIT = "summit-2027"
INVITATION = f"{SUMMIT}/invitation"
UNJUDGED = "unjudged-2027"
WIDE: Final = {
    "slug": "ties",
    "name": "Arland and Borland draw closer",
    "terms": (("Arland*",), ("Borland*",)),
    "examples": ("Arland and Borland strengthen their ties",),
}

GOOD = (
    "Arland invites Borland to a summit",
    "Arland and Borland agree date for leaders' meeting",
    "Leaders of Arland and Borland to meet in person in May",
)
NOISE = (
    "Borland hosts Arland for a friendly match",
    "Arland and Borland football final ends in a draw",
    "Borland tourists return to Arland beaches",
    "Arland and Borland trade rises for a third month",
    "Storm hits the coasts of Arland and Borland",
    "Arland bank opens a branch in Borland",
    "Borland choir tours Arland this autumn",
)
LATER_GOOD = (
    "Arland leader invites Borland's president to talks at the lodge",
    "Leaders of Borland and Arland to meet in person on 3 March",
)
LATER_NOISE = (
    "Borland beats Arland in basketball opener",
    "Arland and Borland rail line closes for repairs",
    "Borland students choose Arland universities",
    "Arland and Borland exports of timber fall",
    "Heat wave spreads from Arland to Borland",
    "Arland airline adds flights to Borland",
    "Borland painters show their work in Arland",
)


KINDS = ("static", "minilm", "lexical")
IDIOM = "Icebreaker over tea for the two presidents at the river lodge"
SAME_IDIOM = "Second icebreaker over tea for the two presidents at the river lodge"
NEAR = (
    "Borland minister opens a bridge",
    "Arland court hears a tax case",
    "Person of the year named in Borland",
    "Leaders of the opera of Arland resign",
    "Borland opens 30 new schools in June",
    "Arland leaders meet farmers",
)


@pytest.fixture
def low_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A low working point and no lower bound of near misses, whatever heads the matcher has."""
    heads = {kind: replace(matcher.load_heads(kind), threshold=0.2) for kind in KINDS}
    monkeypatch.setattr(matcher, "load_heads", heads.__getitem__)
    monkeypatch.setattr(near_misses, "MIN_SHARE_OF_THRESHOLD", 0.0)


@pytest.fixture
def desk(low_threshold: None, tracker_with_press: Tracker) -> Tracker:
    """A tracker with a feed, and the same question twice, with an indicator that is too wide."""
    both = (a_question(), a_question(UNJUDGED))
    watching = tuple(an_indicator(question.id, **WIDE) for question in both)
    tracker_with_press.question_sets.load(a_set(*both, indicators=watching))
    return tracker_with_press


def read(tracker: Tracker, press: Press, *headlines: str) -> None:
    for headline in headlines:
        press.publish("wire", headline)
    tracker.feeds.poll()


def list_waiting(tracker: Tracker, question: str = SUMMIT) -> dict[str, float]:
    cards = tracker.evidence.inbox(question)
    return {card.headline: card.evidence.relevance for card in cards}


def judge(tracker: Tracker) -> None:
    """A person accepts what is good and rejects the rest, on the one question."""
    for card in tracker.evidence.inbox(SUMMIT):
        is_good = card.headline in (*GOOD, *LATER_GOOD)
        side = card.evidence.direction or Direction.YES
        tracker.evidence.review(
            card.evidence.id, "confirmed" if is_good else "rejected", direction=side
        )


def value_of(tracker: Tracker, name: str, scope: str) -> float | None:
    values = {(k.learned.name, k.learned.scope): k.learned.value for k in tracker.learning.list()}
    return values.get((name, scope))


def measure_precision(headlines: dict[str, float]) -> float:
    later = [headline for headline in headlines if headline in (*LATER_GOOD, *LATER_NOISE)]
    return sum(headline in LATER_GOOD for headline in later) / len(later)


# Corrections


def test_judgements_raise_the_precision_of_what_is_logged(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    read(desk, press, *GOOD, *NOISE)
    assert len(list_waiting(desk)) >= 5
    judge(desk)
    correction = value_of(desk, CORRECTION, SUMMIT)
    assert correction is not None
    assert correction < 0.0
    clock.advance(days=40)
    read(desk, press, *LATER_GOOD, *LATER_NOISE)
    untaught, taught = list_waiting(desk, UNJUDGED), list_waiting(desk)
    assert untaught.keys() > {*GOOD[:1], *NOISE[:1], *LATER_GOOD}
    assert set(LATER_GOOD) <= taught.keys()
    assert measure_precision(taught) > 1.5 * measure_precision(untaught)
    assert desk.system.verify().bad_seq is None


def test_a_reset_forgets_the_judgements_of_a_question(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    read(desk, press, *GOOD, *NOISE)
    judge(desk)
    clock.advance(days=40)
    desk.learning.decide(CORRECTION, SUMMIT, "reset")
    desk.learning.decide(CORRECTION, f"{SUMMIT}/ties", "reset")
    clock.advance(days=1)
    desk.learning.fit()
    read(desk, press, *LATER_GOOD, *LATER_NOISE)
    assert list_waiting(desk).keys() >= {*LATER_NOISE[:3]}


def test_what_is_left_out_says_why(desk: Tracker, press: Press, clock: FakeClock) -> None:
    read(desk, press, *GOOD, *NOISE)
    judge(desk)
    clock.advance(days=40)
    read(desk, press, *LATER_NOISE)
    left_out = next(h for h in LATER_NOISE if h not in list_waiting(desk))
    (hit,) = (hit for hit in desk.evidence.search(left_out) if hit.item.title == left_out)
    result = desk.evidence.add(ManualEvidence(SUMMIT, hit.item.id, Direction.NEUTRAL))
    assert "reports like it were rejected on this question: relevance 0." in result.miss


def test_a_frozen_correction_ignores_later_judgements(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    review_some(tracker, [False])
    before = value_of(tracker, CORRECTION, SUMMIT)
    tracker.learning.decide(CORRECTION, SUMMIT, "freeze")
    review_some(tracker, [False] * 6)
    assert value_of(tracker, CORRECTION, SUMMIT) == before
    with pytest.raises(NotFound):
        tracker.learning.decide(CORRECTION, "nobody-asked", "reset")


def test_an_indicator_is_corrected_from_five_judgements_on(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    review_some(tracker, [False] * 4)
    assert value_of(tracker, CORRECTION, INVITATION) is None
    review_some(tracker, [False])
    correction = value_of(tracker, CORRECTION, INVITATION)
    assert correction is not None
    assert correction < 0.0


def test_a_judgement_that_is_taken_back_teaches_nothing(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    piece = log(tracker)
    tracker.evidence.review(piece, "rejected")
    assert value_of(tracker, CORRECTION, SUMMIT) != 0.0
    tracker.evidence.reopen(piece)
    assert value_of(tracker, CORRECTION, SUMMIT) == 0.0


def test_evidence_by_hand_teaches_nothing_about_the_matcher(desk: Tracker) -> None:
    result = desk.evidence.add(ManualEvidence(SUMMIT, GOOD[0], Direction.YES))
    desk.evidence.review(result.evidence.id, "rejected")
    assert value_of(desk, CORRECTION, SUMMIT) is None
    assert desk.learning.matcher_record().questions == {}


def test_a_confirmed_headline_finds_its_like(desk: Tracker, press: Press, clock: FakeClock) -> None:
    read(desk, press, IDIOM)
    assert list_waiting(desk) == {}
    (hit,) = desk.evidence.search("icebreaker")
    desk.evidence.add(ManualEvidence(SUMMIT, hit.item.id, Direction.YES))
    clock.advance(days=40)
    read(desk, press, SAME_IDIOM)
    assert list_waiting(desk, UNJUDGED) == {}
    assert list(list_waiting(desk)) == [SAME_IDIOM]


# Precision and demotion


def test_precision_counts_what_people_kept(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    review_some(tracker, [True, False, True])
    record = tracker.learning.matcher_record()
    three = Precision(2, 3)
    assert (record.questions[SUMMIT], record.indicators[INVITATION]) == (three, three)
    assert (record.feeds["wire"], record.total) == (three, three)
    assert record.describe_question(SUMMIT) == "Of what was found and judged, 2 of 3 kept (67%)."
    assert record.describe_feed("nobody") == ""


def test_what_is_usually_rejected_moves_nothing_until_confirmed(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    waiting = log(tracker, relevance=0.99, p_direction=0.99)
    clock.advance(hours=1)
    tracker.evidence.update_suggestions()
    moved = suggested(tracker)
    review_some(tracker, [False] * 7)
    assert value_of(tracker, DEMOTED_INDICATOR, INVITATION) is None
    clock.advance(hours=1)
    review_some(tracker, [False])
    assert value_of(tracker, DEMOTED_INDICATOR, INVITATION) == 1.0
    (card,) = tracker.evidence.inbox()
    assert (card.perhaps, card.evidence.demoted) == (
        True,
        "what this signpost finds is usually rejected: 0 of 8 kept (0%)",
    )
    assert suggested(tracker) < moved
    as_of = tracker.questions.get_as_of(SUMMIT, clock.time - timedelta(minutes=1))
    assert as_of.suggestion is not None
    assert as_of.suggestion.p == pytest.approx(moved, abs=0.001)
    tracker.evidence.review(waiting, "confirmed")
    assert suggested(tracker) >= moved


def suggested(tracker: Tracker) -> float:
    suggestion = tracker.questions.get(SUMMIT).suggestion
    assert suggestion is not None
    return suggestion.p


def test_a_feed_is_demoted_by_the_daily_run_and_recovers(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    for n in range(8):
        review_some(tracker, [False], indicator_id=f"{SUMMIT}/i{n}")
    clock.advance(hours=1)
    tracker.learning.fit()
    assert value_of(tracker, DEMOTED_FEED, "wire") == 1.0
    log(tracker, indicator_id=f"{SUMMIT}/fresh")
    (card,) = tracker.evidence.inbox()
    assert card.evidence.demoted.startswith("what this feed brings is usually rejected")
    assert "Usually rejected" in tracker.learning.matcher_record().describe_feed("wire")
    review_some(tracker, [True] * 4)
    clock.advance(hours=1)
    tracker.learning.fit()
    assert value_of(tracker, DEMOTED_FEED, "wire") == 0.0


# Near misses


@pytest.fixture
def offering(desk: Tracker, press: Press) -> Tracker:
    """A tracker that has read enough of what nearly matches to offer five."""
    read(desk, press, *NEAR)
    assert desk.evidence.offer_near_misses() == 5
    return desk


def test_five_near_misses_are_offered_once_a_week(
    offering: Tracker, press: Press, clock: FakeClock
) -> None:
    assert len(offering.evidence.near_misses()) == 5
    assert offer_near_misses(offering) is None
    clock.advance(days=7)
    assert offering.evidence.near_misses() == ()
    assert offer_near_misses(offering) is None  # nothing new was read


@pytest.mark.gate
def test_an_answer_is_kept_and_not_asked_again(offering: Tracker) -> None:
    first, second, *_ = offering.evidence.near_misses()
    offering.evidence.dismiss(first.hit.item.id, first.question.id)
    added = ManualEvidence(second.question.id, second.hit.item.id, Direction.YES)
    offering.evidence.add(added)
    assert len(offering.evidence.near_misses()) == 3
    again = offering.evidence.dismiss(first.hit.item.id, first.question.id)
    assert again.outcome == "unchanged"
    with pytest.raises(Refused, match=f"on {second.question.id}, confirmed: reject that"):
        offering.evidence.dismiss(second.hit.item.id, second.question.id)
    assert offering.learning.matcher_record().questions == {}
    assert offering.system.verify().bad_seq is None


def test_recall_is_known_from_five_answers_on(offering: Tracker, press: Press) -> None:
    read(offering, press, *GOOD)
    for question in (SUMMIT, UNJUDGED):
        for card in offering.evidence.inbox(question):
            offering.evidence.review(card.evidence.id, "confirmed", direction=Direction.YES)
    review_some(offering, [True] * 3)
    first, *others = offering.evidence.near_misses()
    offering.evidence.add(ManualEvidence(first.question.id, first.hit.item.id, Direction.YES))
    never_offered = offering.evidence.search(GOOD[0])[0].item.id
    with pytest.raises(Refused, match="was not offered as a near miss on"):
        offering.evidence.dismiss(never_offered, first.question.id)
    for miss in others:
        assert offering.learning.matcher_record().recall is None
        offering.evidence.dismiss(miss.hit.item.id, miss.question.id)
    recall = offering.learning.matcher_record().recall
    assert recall is not None
    assert recall.n == 5
    assert 0.0 <= recall.share < 1.0


@pytest.fixture
def shell(
    tracker: Tracker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell in the tracker's data directory, typed by ada."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(tracker.settings.data_dir, capsys, monkeypatch)


def test_near_misses_are_judged_from_the_terminal(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set(open_for_years(), indicators=()))
    assert "No near miss waits" in shell("evidence", "near-misses")
    piece = tracker.evidence.add(ManualEvidence(SUMMIT, GOOD[0], Direction.YES))
    said = shell.refused("evidence", "dismiss", SUMMIT, str(piece.item_id))
    assert f"item {piece.item_id} was not offered as a near miss on {SUMMIT}" in said
    review_some(tracker, [True, True, False])
    assert "2 of 3 kept (67%)" in shell("question", "show", SUMMIT)
    assert "2 of 3 kept (67%)" in shell("model", "learned")
    assert "2 of 3 kept (67%)" in shell("feed", "show", "wire")
    assert shell.json("feed", "show", "wire")["precision"] == {"accepted": 2, "reviewed": 3}
    assert shell.json("question", "show", SUMMIT)["precision"]["accepted"] == 2
