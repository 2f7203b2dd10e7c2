"""The inbox: one card a story, honest about what nobody called, with copies folded."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.evidence.evidence import BEFORE_OPENING, Direction, Evidence, Strength
from forecasts.questions.question import ForecasterId
from tests.builders import DAY, NOW, FakeClock, Press, a_question, a_set, an_indicator
from tests.dashboard.pages import button, field, lists, marked, open_page, sections, seen, words
from tests.test_learning import log
from tests.test_lifting import DEED, VAGUE, publish
from tracker.app.tracker import Tracker
from tracker.model.evidence import Decision
from tracker.model.principal import Principal
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
    # The question says that evidence waits for its direction.
    (row,) = lists(open_page(uncalled, "question", q=SUMMIT))["Evidence"]
    side = row["cells"]["side"]
    assert (side["text"], side["note"]) == ("◆ direction unclear", "to review")
    # A direction that was not called has to be said before it is accepted.
    visit = open_page(uncalled, "inbox")
    text = words(visit)
    assert "Evidence of unclear direction on “Will" in text
    assert "Choose a direction to accept it." in text
    assert "Why no direction: it asks and does not say" in text
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
    assert "This may be the answer itself. If it is, resolve the question." in words(
        open_page(tracker_with_press, "inbox")
    )
    tracker_with_press.evidence.review(only(tracker_with_press).id, "confirmed")
    assert not tracker_with_press.questions.get(SUMMIT).evidence[0].may_answer


def confirm(tracker: Tracker, visit: AppTest) -> Any:
    return visit.button(key=f"inbox-confirm-{only(tracker).id}")


def test_a_person_may_say_that_it_speaks_for_neither_side(uncalled: Tracker) -> None:
    visit = seen(button(open_page(uncalled, "inbox"), "neutral").click().run())
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
    assert "Moderate evidence for a higher value on “" in words(visit)
    assert {"higher", "neutral", "lower"} <= {b.label for b in visit.button}
    assert "Accepting moves the estimate " in words(visit)


@pytest.fixture
def twice(tracker_with_press: Tracker) -> Tracker:
    """A tracker with two questions on which the same news bears."""
    tracker_with_press.question_sets.load(
        a_set(a_question(), a_question("other", text="Will something else happen?"))
    )
    return tracker_with_press


def test_story_on_several_questions_is_judged_once(twice: Tracker, press: Press) -> None:
    polled(twice, press, INVITED)
    visit = open_page(twice, "inbox")
    assert sections(visit)[0] == "Evidence to judge · 1"
    assert marked(visit) == [INVITED]
    assert "Evidence on 2 questions: ▲ for YES on 2" in words(visit)
    visit = seen(button(visit, "Accept for all 2").click().run())
    assert statuses(twice) == ["confirmed", "confirmed"]
    assert sections(visit)[0] == "Evidence to judge"
    assert "You’re all caught up." in words(visit)
    seen(button(visit, "Undo").click().run())
    assert statuses(twice) == ["logged", "logged"]


def test_a_forecaster_reads_the_inbox_and_judges_nothing(twice: Tracker, press: Press) -> None:
    polled(twice, press, INVITED)
    forecaster = twice.serve(Principal(twice.me, "forecaster", "page", account="f"))
    visit = open_page(forecaster, "inbox")
    assert marked(visit) == [INVITED]
    assert not [each.label for each in visit.button if each.label.startswith(("Accept", "Reject"))]
    home = open_page(forecaster, "home")
    assert "First steps" not in words(home)
    assert "evidence to review" not in words(home)
    feeds = open_page(forecaster, "feeds")
    assert "Feeds" in words(feeds)
    assert not feeds.text_input
    assert "Find" not in [each.label for each in feeds.button]


def statuses(tracker: Tracker) -> list[str]:
    questions = [tracker.questions.get(name) for name in (SUMMIT, "other")]
    return [card.evidence.status for question in questions for card in question.evidence]


def test_one_question_of_a_story_is_judged_by_itself(twice: Tracker, press: Press) -> None:
    polled(twice, press, INVITED)
    visit = open_page(twice, "inbox")
    assert "Questions of this story" not in lists(visit)
    visit.session_state["one-by-one"] = True
    rows = lists(seen(visit.run()))["Questions of this story"]
    texts = {row["cells"]["title"]["text"]: row["cells"]["title"]["href"] for row in rows}
    address = texts["Will something else happen?"]
    visit = open_page(twice, "inbox", at=address.partition("at=")[2])
    assert "Moderate evidence for YES on “Will something else happen?”" in words(visit)
    visit = seen(button(visit, "Reject").click().run())
    assert statuses(twice) == ["logged", "rejected"]
    assert "Moderate evidence for YES on “Will the leaders" in words(visit)


def test_a_note_is_saved_with_the_judgement(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.question_sets.load(a_set())
    polled(tracker_with_press, press, INVITED)
    visit = open_page(tracker_with_press, "inbox")
    visit = seen(field(visit, "Note on your judgement").input("Heard it on the radio").run())
    seen(button(visit, "Accept").click().run())
    (card,) = tracker_with_press.questions.get(SUMMIT).evidence
    assert card.decisions[-1].note == "Heard it on the radio"
    # What is judged can be judged otherwise, on the page of its question.
    visit = open_page(tracker_with_press, "question", q=SUMMIT, evidence="1")
    assert button(visit, "Save").disabled
    visit = seen(button(visit, "for NO").click().run())
    seen(button(visit, "Save").click().run())
    assert only(tracker_with_press).direction is Direction.NO


def test_the_order_stands_while_it_is_judged(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    for strength in (Strength.SLIGHT, Strength.STRONG, Strength.MODERATE):
        log(tracker, strength=strength)
    visit = open_page(tracker, "inbox")
    before = order(visit)
    # The one after that at hand comes up, and all others keep their places.
    visit = seen(button(visit, "Next").click().run())
    assert at_hand(visit) == before[1]
    visit = seen(button(visit, "Reject").click().run())
    assert order(visit) == [before[0], before[2]]
    assert at_hand(visit) == before[2]
    assert sections(visit)[0] == "Evidence to judge · 2"
    # What is taken back has its place again, and what is new comes last.
    log(tracker, strength=Strength.DECISIVE)
    visit = seen(button(visit, "Undo").click().run())
    assert order(visit)[:3] == before
    assert len(order(visit)) == 4
    # The end of the list says so.
    for _ in range(4):
        visit = seen(button(visit, "Next").click().run())
    assert "Last story in the list" in visit.toast[0].value


def test_what_was_not_loaded_comes_up_in_time(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.questions.review_evidence.MAX_CARDS", 2)
    tracker.question_sets.load(a_set())
    for _ in range(3):
        log(tracker)
    visit = open_page(tracker, "inbox")
    for left in (2, 1):
        visit = seen(button(visit, "Reject").click().run())
        assert sections(visit)[0] == f"Evidence to judge · {left}"


def order(visit: AppTest) -> list[str]:
    return [row["cells"]["title"]["text"] for row in lists(visit)["Evidence that waits"]]


def at_hand(visit: AppTest) -> str:
    (text,) = [
        row["cells"]["title"]["text"]
        for row in lists(visit)["Evidence that waits"]
        if row["cells"]["title"]["mark"]
    ]
    return str(text)


def test_what_fits_a_filter_is_judged_together(twice: Tracker) -> None:
    for question in (SUMMIT, "other", "other"):
        log(twice, question)
    visit = open_page(twice, "inbox", about="other", points="yes")
    assert len(order(visit)) == 2
    visit = seen(button(visit, "Reject all 2").click().run())
    assert sorted(statuses(twice)) == ["logged", "rejected", "rejected"]
    seen(button(visit, "Undo").click().run())
    assert set(statuses(twice)) == {"logged"}
    assert "Nothing fits this filter." in words(open_page(twice, "inbox", points="no"))


def test_feeds_in_trouble_are_rows_that_lead_to_them(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.feeds.poll()  # there is no network
    visit = open_page(tracker, "inbox", section="feeds")
    assert "Feeds in trouble · 1" in sections(visit)
    (row,) = lists(visit)["Feeds in trouble"]
    assert row["cells"]["title"]["href"] == "feeds?feed=wire"
    assert "no network" in row["cells"]["title"]["note"]
    tracker.system.mark_replayed(NOW)
    visit = open_page(tracker, "inbox", section="feeds")
    assert "No feed is read in a replay." in words(visit)
    assert "Feeds in trouble" in sections(visit)


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
    assert "Judged by the model, not yet reviewed" in text
    assert "Judged by the model (qwen): for YES, moderate. Relevance 0.80" in text
    assert "evil" not in "".join(
        str(e.value) for kind in (visit.markdown, visit.caption) for e in kind
    )
    tracker_with_press.evidence.review(only(tracker_with_press).id, "confirmed")
    (row,) = lists(open_page(tracker_with_press, "question", q=SUMMIT))["Evidence"]
    assert row["cells"]["side"]["note"] == ""


def test_a_lifted_story_names_the_report_that_carries_it(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set(indicators=()))
    publish(tracker_with_press, press, clock, VAGUE, DEED)
    visit = open_page(tracker_with_press, "inbox")
    assert DEED in marked(visit)
    assert VAGUE not in marked(visit)
    text = words(visit)
    assert f" · Strengthened by “{DEED}” (The wire): " in text
    assert "% relevant, for YES, " in text


def test_news_from_before_the_opening_is_marked(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(a_question(opens_at=NOW + DAY)))
    polled(tracker, press, INVITED)
    clock.advance(days=2)
    tracker.evidence.rematch()
    assert f", {BEFORE_OPENING}" in words(open_page(tracker, "inbox"))
    number = str(only(tracker).id)
    assert f"It is {BEFORE_OPENING}." in words(
        open_page(tracker, "question", q=SUMMIT, evidence=number)
    )
