"""The pages on a real tracker, without a browser: what they show, and what their forms do."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, Press, a_question, a_set
from tests.dashboard.entry_form import has_form
from tests.dashboard.pages import (
    button,
    field,
    give_answer,
    layers,
    lists,
    marked,
    open_page,
    plain,
    prose_of,
    seen,
    spec,
    words,
)
from tests.quick_databases import begin
from tests.test_learning import log
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
ME = ForecasterId("ada")
INVITED = "Arland invites Borland to a summit"
HOSTILE = (
    "Arland cancels Borland talks ![x](http://evil.example/p.png) "
    "[now](http://evil.example) :red-badge[LIVE] $5 $6"
)
SOURCE = "https://arland.example/statement"


@pytest.fixture
def news(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with an open question and two pieces of evidence to review, one of them hostile
    text.
    """
    press.publish("wire", INVITED)
    press.publish("wire", HOSTILE, "https://wire.invalid/hostile")
    begin(tracker_with_press, clock, read_two)
    return tracker_with_press


def read_two(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.feeds.poll()
    clock.advance(hours=1)
    assert len(tracker.evidence.inbox()) == 2


# Question


def test_question_page(news: Tracker) -> None:
    # Without an id a question can be chosen.
    visit = open_page(news, "question")
    assert "Choose a question" in words(visit)
    assert visit.selectbox[0].options == [a_question().text]
    # A mistyped id links to the question it is near.
    links = [link.proto for link in open_page(news, "question", q=SUMMIT[:-1]).get("page_link")]
    assert (plain(links[0].label), links[0].query_string) == (
        f"Did you mean {SUMMIT}?",
        f"q={SUMMIT}",
    )
    # The question page answers first.
    visit = open_page(news, "question", q=SUMMIT)
    assert a_question().text in words(visit)
    assert "Open · closes 1 Jul 2027, in 6 months" in words(visit)
    assert re.search(r"Estimate\d\d%.*Base rate30%", prose_of(visit), re.DOTALL)
    assert layers(visit) == {"steps", "ends", "crossings", "acts", "rules", "marks"}
    # What moved it comes with its points, and the evidence as rows with theirs.
    assert "days passed without the event" in words(visit)
    rows = lists(visit)["Evidence"]
    assert [row["cells"]["side"]["note"] for row in rows] == ["to review", "to review"]
    assert all(re.fullmatch(r"[+−]\d\spoints?", r["cells"]["effect"]["text"]) for r in rows)
    assert "Nobody has forecast yet" in words(visit)
    # A row's address opens the piece; one of no piece opens nothing.
    params = dict(parse_qsl(urlsplit(rows[0]["cells"]["title"]["href"]).query))
    assert params == {"q": SUMMIT, "evidence": rows[0]["id"]}
    picked = open_page(news, "question", **params)
    assert rows[0]["cells"]["title"]["text"] in marked(picked)
    assert "Moves the estimate by" in prose_of(picked)
    assert marked(open_page(news, "question", q=SUMMIT, evidence="99")) == []
    # The scale is a part of the address.
    odds = spec(open_page(news, "question", q=SUMMIT, scale="Log-odds"))
    steps = next(layer for layer in odds["layer"] if layer["data"]["name"] == "steps")
    assert "labelExpr" in steps["encoding"]["y"]["axis"]
    # Details are closed, and each section has its address.
    assert not visit.expander[-1].proto.expanded
    for section, shown in (
        ("Criteria", "YES when both governments confirm a meeting by 30 June 2027 (UTC)."),
        ("nothing", "Nobody has forecast yet"),
    ):
        assert shown in words(open_page(news, "question", q=SUMMIT, details=section))


def test_evidence_is_read_page_by_page(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    for n in range(23):
        log(tracker, title=f"Invitation {n}")
    visit = open_page(tracker, "question", q=SUMMIT)
    for count in (4, 23):
        titles = [row["cells"]["title"]["text"] for row in lists(visit)["Evidence"]]
        assert titles == [f"Invitation {n}" for n in range(22, 22 - count, -1)]
        if count < 23:
            visit = seen(button(visit, "Show more").click().run())
    assert "Show more" not in [b.label for b in visit.button]


def test_long_histories_are_cut(news: Tracker, clock: FakeClock) -> None:
    for n in range(7):
        news.forecasts.submit(SUMMIT, Binary(0.3 + n / 100), rationale=f"Reason {n}.")
        clock.advance(days=1)
    visit = open_page(news, "question", q=SUMMIT)
    assert "You 36% +1 point · 7 Dec 2026\nReason 6." in prose_of(visit)
    assert "Reason 1." not in prose_of(visit)
    visit = seen(button(visit, "Show all 7").click().run())
    assert "Reason 0." in prose_of(visit)


def test_only_few_people_are_named_beside_the_number(news: Tracker) -> None:
    news.forecasts.submit(SUMMIT, Binary(0.6), rationale="The date is set.")
    for n in range(5):
        name = ForecasterId(f"p{n}")
        news.forecasts.submit(SUMMIT, Binary(0.2), forecaster=name, rationale="Not yet.")
        if n < 3:
            continue
        numbers = prose_of(open_page(news, "question", q=SUMMIT)).split("What moved it")[0]
        assert "You60%" in numbers
        assert f"Crowd ({n + 2})" in numbers
        assert ("p020%" in numbers) == (n < 4)


def test_closed_question_offers_no_form(news: Tracker, clock: FakeClock) -> None:
    clock.time = a_question().closes_at + timedelta(days=1)
    visit = open_page(news, "question", q=SUMMIT)
    assert "How did it turn out?" in words(visit)
    assert not has_form(visit)


def test_answer_with_its_source_scores_everyone(news: Tracker, clock: FakeClock) -> None:
    news.forecasts.submit(SUMMIT, Binary(0.8), rationale="Sure.")
    clock.advance(days=30)
    visit = open_page(news, "question", q=SUMMIT, details="Resolve early")
    seen(visit.button_group(key=f"answer-outcome-{SUMMIT}").set_value("yes").run())
    field(visit, "Source").set_value(SOURCE)
    visit.checkbox(key=f"answer-sure-{SUMMIT}").check()
    visit = give_answer(visit)
    assert "Resolved YES" in words(visit)
    assert {s.forecaster_id for s in news.resolutions.receipts(SUMMIT).scores} >= {ME}


def test_half_an_answer_is_refused(news: Tracker) -> None:
    for source, sure, reason in (
        ("javascript:alert(1)", True, "must be an http(s) link"),
        (SOURCE, False, "Confirm that you checked the source"),
    ):
        visit = open_page(news, "question", q=SUMMIT, details="Resolve early")
        assert not [b for b in visit.button if b.label == "Preview the scores"]
        seen(visit.button_group(key=f"answer-outcome-{SUMMIT}").set_value("yes").run())
        field(visit, "Source").set_value(source)
        visit.checkbox(key=f"answer-sure-{SUMMIT}").set_value(sure)
        visit = seen(button(visit, "Preview the scores").click().run())
        assert "Resolve" not in [b.label for b in visit.button]
        assert reason in words(visit)
        assert news.resolutions.receipts(SUMMIT).scores == ()


# Inbox


def at_hand(tracker: Tracker, headline: str) -> AppTest:
    """The inbox with this report at hand."""
    return open_page(tracker, "inbox", at=str(number(tracker, headline)))


def test_inbox_page(news: Tracker) -> None:
    # What is at hand comes with its source reason and controls.
    visit = at_hand(news, INVITED)
    assert marked(visit)[0] == INVITED
    facts = words(visit)
    assert "The wire" in facts
    assert "1 hour ago" in facts
    labels = [b.label for b in visit.button]
    assert [labels.count(label) for label in ("Accept", "Reject", "slight", "for NO")] == [1] * 4
    rows = lists(visit)["Evidence that waits"]
    assert {row["cells"]["title"]["text"] for row in rows} == {INVITED, HOSTILE}
    # The inbox is filtered by where it points.
    for points, pieces in (("no", 1), ("uncalled", 0)):
        text = words(open_page(news, "inbox", points=points))
        assert ("1 of 1" if pieces else "Nothing fits this filter.") in text
    # The next story is walked to and the end says so.
    visit = open_page(news, "inbox")
    first = marked(visit)[0]
    visit = seen(button(visit, "Next").click().run())
    assert marked(visit)[0] != first
    visit = seen(button(visit, "Next").click().run())
    (toast,) = visit.toast
    assert "Last story" in toast.value


def test_inbox_is_narrowed_to_a_question_by_address(
    tracker_with_press: Tracker, press: Press
) -> None:
    tracker_with_press.question_sets.load(
        a_set(a_question(), a_question("other-2027", text="Will something else happen?"))
    )
    press.publish("wire", INVITED)
    tracker_with_press.feeds.poll()
    assert "Evidence on 2 questions" in words(open_page(tracker_with_press, "inbox"))
    visit = open_page(tracker_with_press, "inbox", about="other-2027")
    assert "Moderate evidence for YES on “Will something else happen?”" in words(visit)


def status_of(tracker: Tracker, headline: str) -> tuple[str, Direction, Strength]:
    (card,) = [c for c in tracker.questions.get(SUMMIT).evidence if c.headline == headline]
    return card.evidence.status, card.evidence.direction, card.evidence.strength


def number(tracker: Tracker, headline: str) -> int:
    (card,) = [c for c in tracker.questions.get(SUMMIT).evidence if c.headline == headline]
    return card.evidence.id


def test_what_accepting_would_do_is_said_before(news: Tracker) -> None:
    visit = at_hand(news, INVITED)
    before = re.findall("Accepting .*", words(visit))
    visit = seen(button(visit, "strong").click().run())
    after = re.findall("Accepting .*", words(visit))
    assert len(before) == len(after) == 1
    assert before != after
    assert status_of(news, INVITED)[0] == "logged"


def test_judgements_are_walked_back_and_made_again(news: Tracker) -> None:
    visit = seen(button(at_hand(news, INVITED), "for NO").click().run())
    visit = seen(button(visit, "Accept").click().run())
    visit = seen(button(visit, "Reject").click().run())
    assert news.evidence.inbox() == ()
    for waiting in (1, 2):
        visit = seen(button(visit, "Undo").click().run())
        assert len(news.evidence.inbox()) == waiting
    assert status_of(news, INVITED)[0] == "logged"
    for waiting in (1, 0):
        visit = seen(button(visit, "Redo").click().run())
        assert len(news.evidence.inbox()) == waiting
    assert status_of(news, INVITED)[:2] == ("edited", Direction.NO)


# Replays


def test_every_page_of_a_replay_says_so(news: Tracker) -> None:
    for replayed in (False, True):
        if replayed:
            news.system.mark_replayed(NOW)
        for page in ("home", "question"):
            assert ("Replay 2022–2026" in words(open_page(news, page))) == replayed
