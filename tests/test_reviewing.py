"""Judging evidence: what it would do is said before and comes true, and a judgement can be taken
back.
"""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.curves import CurveSuggestion
from tests.builders import FakeClock, Press, a_question, a_set
from tests.test_learning import log
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.questions.review_evidence import ReviewEffect
from tracker.storage.evidence_history import find_standing_decision

SUMMIT = "summit-2027"
INVITED = "Arland invites Borland to a summit"


@pytest.fixture
def waiting(tracker_with_press: Tracker, press: Press) -> Tracker:
    """A tracker with one piece of evidence that waits."""
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", INVITED)
    tracker_with_press.feeds.poll()
    return tracker_with_press


def number(tracker: Tracker) -> EvidenceId:
    (card,) = tracker.questions.get(SUMMIT).evidence
    return card.evidence.id


def test_a_piece_is_read_by_its_number(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    pieces = [log(tracker, title=f"Invitation {n}") for n in range(5)]
    read = [card.evidence.id for card in tracker.evidence.list(SUMMIT, offset=1, limit=3)]
    assert read == pieces[3:0:-1]
    assert tracker.evidence.list(SUMMIT, offset=5) == ()
    assert tracker.evidence.get(pieces[2]) == tracker.evidence.list(SUMMIT)[2]
    page = tracker.questions.get(SUMMIT, newest=2)
    assert [card.evidence.id for card in page.evidence] == pieces[:2:-1]
    assert [piece.evidence.id for piece in page.pieces] == pieces[::-1]
    with pytest.raises(NotFound):
        tracker.evidence.get(99)


def test_a_preview_of_a_judgement_writes_nothing(waiting: Tracker) -> None:
    before = waiting.system.verify()
    found = waiting.evidence.preview_review(number(waiting))
    assert found is not None
    assert isinstance(found.stands, Binary)
    assert isinstance(found.confirmed, Binary)
    assert isinstance(found.rejected, Binary)
    assert found.rejected.p < found.stands.p < found.confirmed.p
    assert waiting.system.verify() == before
    assert len(waiting.evidence.inbox()) == 1


@pytest.mark.parametrize(
    ("direction", "strength"),
    [(None, None), (Direction.NO, Strength.STRONG), (Direction.NEUTRAL, None)],
)
def test_what_was_said_of_a_confirmation_comes_true(
    waiting: Tracker, direction: Direction | None, strength: Strength | None
) -> None:
    said = waiting.evidence.preview_review(number(waiting), direction, strength)
    waiting.evidence.review(number(waiting), "confirmed", direction=direction, strength=strength)
    line = waiting.questions.get(SUMMIT).suggestion
    assert said is not None
    assert line is not None
    assert isinstance(said.confirmed, Binary)
    assert line.p == pytest.approx(said.confirmed.p, abs=1e-12)


def test_what_was_said_of_a_rejection_comes_true(waiting: Tracker) -> None:
    said = waiting.evidence.preview_review(number(waiting))
    waiting.evidence.review(number(waiting), "rejected")
    now = waiting.questions.get(SUMMIT).suggestion
    assert said is not None
    assert now is not None
    assert isinstance(said.rejected, Binary)
    assert now.p == pytest.approx(said.rejected.p, abs=1e-12)


def test_on_a_number_a_judgement_moves_the_suggested_curve(
    tracker_with_press: Tracker, press: Press
) -> None:
    scale = Scale(0.0, 9.0)
    question = a_question(
        kind="numeric", prior=Cdf((0.0, 9.0), (0.0, 1.0)), scale=scale, horizon_shape="state_at"
    )
    tracker_with_press.question_sets.load(a_set(question))
    press.publish("wire", INVITED)
    tracker_with_press.feeds.poll()
    said = tracker_with_press.evidence.preview_review(number(tracker_with_press))
    assert isinstance(said, ReviewEffect)
    assert isinstance(said.confirmed, Cdf)
    assert isinstance(said.rejected, Cdf)
    assert said.confirmed.at(4.5) < 0.5 == said.rejected.at(4.5)
    tracker_with_press.evidence.review(number(tracker_with_press), "confirmed")
    suggestion = tracker_with_press.questions.get(SUMMIT).suggestion
    assert isinstance(suggestion, CurveSuggestion)
    assert suggestion.distribution == said.confirmed


def test_only_a_judgement_that_is_there_is_taken_back(waiting: Tracker) -> None:
    with pytest.raises(NotFound, match="no evidence 99"):
        waiting.evidence.preview_review(99)
    with pytest.raises(Refused, match="waits already"):
        waiting.evidence.reopen(number(waiting))
    with pytest.raises(NotFound, match="no evidence 99"):
        waiting.evidence.reopen(99)


# Taken back


def test_a_judgement_taken_back_restores_what_was_logged(
    waiting: Tracker, clock: FakeClock
) -> None:
    before = waiting.questions.get(SUMMIT).suggestion
    waiting.evidence.review(
        number(waiting), "confirmed", direction=Direction.NO, strength=Strength.STRONG
    )
    clock.advance(minutes=1)
    piece = waiting.evidence.reopen(number(waiting))
    (card,) = waiting.evidence.inbox()
    assert (piece.status, card.evidence.direction, card.evidence.strength) == (
        "logged",
        Direction.YES,
        card.decisions[0].strength,
    )
    after = waiting.questions.get(SUMMIT).suggestion
    assert before is not None
    assert after is not None
    assert after.p == pytest.approx(before.p, abs=1e-3)
    assert [d.status for d in card.decisions] == ["logged", "edited", "logged"]
    assert waiting.system.verify().bad_seq is None


class Judged(NamedTuple):
    """A decision as the store has it, as far as it matters here."""

    status: str
    by: str = "ada"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["confirmed", "rejected", "reopen"]), max_size=8))
def test_a_judgement_that_was_taken_back_teaches_nothing(acts: list[str]) -> None:
    """The first judgement since the last time it was taken back is the one that teaches."""
    found = find_standing_decision([Judged("logged" if act == "reopen" else act) for act in acts])
    since = acts[len(acts) - acts[::-1].index("reopen") :] if "reopen" in acts else acts
    assert (None if found is None else found.status) == (since[0] if since else None)


def test_what_a_model_judged_first_teaches_nothing_about_the_matcher() -> None:
    assert find_standing_decision([Judged("logged", "model:x"), Judged("confirmed")]) is None
