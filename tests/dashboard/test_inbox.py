"""The inbox: one card a story, honest about what nobody called, with copies folded."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, Press, a_question, a_set, an_indicator
from tests.dashboard.pages import button, lists, marked, open_page, seen, words
from tests.test_lifting import DEED, VAGUE, publish
from tracker.app.tracker import Tracker
from tracker.model.evidence import Decision
from tracker.storage import decisions

SUMMIT = "summit-2027"
INVITED = "Arland invites Borland to a summit"
UNSAID = "Will Arland invite Borland to a summit?"


def polled(tracker: Tracker, press: Press, *headlines: str) -> Tracker:
    for headline in headlines:
        press.publish("wire", headline)
    tracker.feeds.poll(every=True)
    return tracker


def only(tracker: Tracker) -> Evidence:
    (card,) = tracker.questions.get(SUMMIT).evidence
    return card.evidence


@pytest.fixture
def uncalled(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with one piece of evidence of which nobody can say which way it points: it only
    asks.
    """
    tracker_with_press.question_sets.load(a_set())
    polled(tracker_with_press, press, UNSAID)
    clock.advance(hours=1)
    assert only(tracker_with_press).direction is Direction.NEUTRAL
    return tracker_with_press


def test_uncalled_evidence_needs_a_direction(uncalled: Tracker) -> None:
    # The inbox says how it is ordered.
    assert "what your judgement would move most" in words(open_page(uncalled, "inbox"))
    # The question says that evidence waits for its direction.
    (row,) = lists(open_page(uncalled, "question", q=SUMMIT))["Evidence"]
    side = row["cells"]["side"]
    assert (side["text"], side["note"]) == ("◆ direction not called", "to review")
    # An edit without a direction is refused.
    visit = open_page(uncalled, "inbox")
    (save,) = [b for b in visit.button if b.label == "Save as edited"]
    visit = seen(save.click().run())
    assert only(uncalled).status == "logged"
    assert "Say first which way it points" in words(visit)
    # A direction that was not called has to be said before it is confirmed.
    visit = open_page(uncalled, "inbox")
    assert "◆ direction not called" in words(visit)
    assert "Why no direction: it asks and does not say" in words(visit)
    assert confirm(uncalled, visit).disabled
    visit = seen(button(visit, "for NO").click().run())
    seen(confirm(uncalled, visit).click().run())
    assert (only(uncalled).status, only(uncalled).direction) == ("edited", Direction.NO)


def test_news_that_may_be_the_answer_asks_for_a_resolution(
    tracker_with_press: Tracker, press: Press
) -> None:
    met = an_indicator(strength=Strength.DECISIVE)
    tracker_with_press.question_sets.load(a_set(indicators=[met]))
    polled(tracker_with_press, press, INVITED)
    assert "This may be the answer itself: if it is, resolve the question" in words(
        open_page(tracker_with_press, "inbox")
    )
    tracker_with_press.evidence.review(only(tracker_with_press).id, "confirmed")
    assert not tracker_with_press.questions.get(SUMMIT).evidence[0].may_answer


def confirm(tracker: Tracker, visit: AppTest) -> Any:
    return visit.button(key=f"inbox-confirm-{only(tracker).id}")


def test_a_person_may_say_that_it_speaks_for_neither_side(uncalled: Tracker) -> None:
    visit = seen(button(open_page(uncalled, "inbox"), "for neither side").click().run())
    seen(confirm(uncalled, visit).click().run())
    assert (only(uncalled).status, only(uncalled).direction) == ("confirmed", Direction.NEUTRAL)
    assert uncalled.evidence.inbox() == ()


def test_directions_are_offered_in_the_words_of_the_questions_kind(
    tracker_with_press: Tracker, press: Press
) -> None:
    scale = Scale(0.0, 9.0)
    question = a_question(
        kind="numeric", prior=Cdf((0.0, 9.0), (0.0, 1.0)), scale=scale, horizon_shape="state_at"
    )
    tracker_with_press.question_sets.load(a_set(question))
    polled(tracker_with_press, press, INVITED)
    visit = open_page(tracker_with_press, "inbox")
    assert "▲ points moderately higher" in words(visit)
    labels = [b.label for b in visit.button]
    assert {"higher", "for neither side", "lower"} <= {*labels}
    assert "Estimate now " in words(visit)
    assert "; accepted " in words(visit)


def test_story_on_several_questions_is_told_once(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.question_sets.load(
        a_set(a_question(), a_question("other", text="Will something else happen?"))
    )
    polled(tracker_with_press, press, INVITED)
    visit = open_page(tracker_with_press, "inbox")
    assert "2 pieces of evidence in 1 story" in words(visit)
    assert marked(visit).count(INVITED) == 1
    assert [b.label for b in visit.button].count("Accept") == 2
    seen(button(visit, "Accept all 2").click().run())
    assert tracker_with_press.evidence.inbox() == ()
    for question in (SUMMIT, "other"):
        (card,) = tracker_with_press.questions.get(question).evidence
        assert card.evidence.status == "confirmed"


def test_story_without_a_direction_is_not_judged_as_one(
    tracker_with_press: Tracker, press: Press
) -> None:
    tracker_with_press.question_sets.load(
        a_set(a_question(), a_question("other", text="Will something else happen?"))
    )
    polled(tracker_with_press, press, UNSAID)
    assert not [b for b in open_page(tracker_with_press, "inbox").button if "all" in b.label]


def test_a_machine_judgement_is_labelled_until_a_person_has_judged(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set(indicators=[an_indicator()]))
    polled(tracker_with_press, press, INVITED)
    clock.advance(hours=1)
    note = (
        "machine judgement by qwen: relevance 0.80, YES with 0.90: “invites "
        "![x](http://evil.example) Borland”"
    )
    judged = Decision(
        "logged", Direction.YES, Strength.MODERATE, ForecasterId("model:qwen"), clock.time, note
    )
    with tracker_with_press.context.store.writing() as session:
        decisions.add_decision(session, only(tracker_with_press).id, judged)
    visit = open_page(tracker_with_press, "inbox")
    text = words(visit)
    assert "machine judgement, no person has judged it yet" in text
    assert "Machine judgement (qwen): for YES, moderate. Relevance 0.80" in text
    assert "evil" not in "".join(
        str(e.value) for kind in (visit.markdown, visit.caption) for e in kind
    )
    tracker_with_press.evidence.review(only(tracker_with_press).id, "confirmed")
    (row,) = lists(open_page(tracker_with_press, "question", q=SUMMIT))["Evidence"]
    assert row["cells"]["side"]["note"] == ""


@pytest.mark.parametrize("page", [("inbox", {}), ("question", {"q": SUMMIT, "evidence": "1"})])
def test_a_lifted_story_names_the_report_that_carries_it(
    tracker_with_press: Tracker,
    press: Press,
    clock: FakeClock,
    page: tuple[str, dict[str, str]],
) -> None:
    tracker_with_press.question_sets.load(a_set(indicators=()))
    publish(tracker_with_press, press, clock, VAGUE, DEED)
    visit = open_page(tracker_with_press, page[0], **page[1])
    assert DEED in marked(visit)
    assert VAGUE not in marked(visit)
    text = words(visit)
    assert f" · Lifted by “{DEED}” (The wire): " in text
    assert "% likely to be relevant, for YES, " in text
