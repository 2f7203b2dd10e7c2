"""Near misses in the inbox, precision on pages, and what an acceptance says."""

import pytest

from forecasts.evidence.evidence import Direction
from tests.builders import FakeClock, Press, a_question, a_set, an_indicator
from tests.dashboard.pages import open_page, seen, words
from tests.test_learning import log, review_some
from tests.test_review_lessons import NEAR, SUMMIT, UNJUDGED, WIDE, read
from tracker.app.tracker import Tracker
from tracker.ingestion import near_misses


@pytest.fixture
def offering(tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """A tracker with five near misses to judge."""
    monkeypatch.setattr(near_misses, "MIN_SHARE_OF_THRESHOLD", 0.0)
    both = (a_question(), a_question(UNJUDGED))
    watching = tuple(an_indicator(question.id, **WIDE) for question in both)
    tracker_with_press.question_sets.load(a_set(*both, indicators=watching))
    read(tracker_with_press, press, *NEAR)
    tracker_with_press.evidence.offer_near_misses()
    return tracker_with_press


def test_near_misses_are_answered_in_the_inbox(offering: Tracker) -> None:
    visit = open_page(offering, "inbox")
    assert "Near misses · 5" in words(visit)
    first, second, *_ = offering.evidence.near_misses()
    key = f"near-{first.hit.item.id}-{first.question.id}"
    visit = seen(visit.button(key=f"{key}-no").click().run())
    assert first.hit.item.id not in {
        miss.hit.item.id
        for miss in offering.evidence.near_misses()
        if miss.question.id == first.question.id
    }
    key = f"near-{second.hit.item.id}-{second.question.id}"
    seen(visit.button(key=f"{key}-1").click().run())
    assert len(offering.evidence.near_misses()) == 3
    pieces = {
        card.headline: card.evidence for card in offering.questions.get(second.question.id).evidence
    }
    added = pieces[second.hit.item.title]
    assert (added.status, added.direction) == ("confirmed", Direction.YES)


def test_accepting_says_that_its_like_will_be_found(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    piece = log(tracker)
    visit = open_page(tracker, "inbox")
    visit = seen(visit.button(key=f"inbox-confirm-{piece}").click().run())
    assert "Accepted; similar headlines will be found" in words(visit)


def test_precision_stands_on_the_pages(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    review_some(tracker, [False] * 7 + [True, False])
    clock.advance(hours=1)
    tracker.learning.fit()
    total = "1 of 9 kept (11%)"
    assert total in words(open_page(tracker, "question", q=SUMMIT, details="Signposts"))
    assert f"{total}. Usually rejected" in words(open_page(tracker, "feeds", feed="wire"))
    learned = words(open_page(tracker, "learned"))
    assert "1 of 9 reviewed matches were accepted." in learned
    log(tracker)
    assert "What this signpost finds is usually rejected" in words(open_page(tracker, "inbox"))
