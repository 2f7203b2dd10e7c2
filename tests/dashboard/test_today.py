"""The first page: what moved, what waits, what is due, and who disagrees."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.question_list import ListView, find_widest_gap, measure_move
from dashboard.home.data import HomeOverview, build_overview, select_questions
from dashboard.home.page import MAX_MOVES, MAX_ROWS
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId, QuestionId
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.examples import (
    ANA,
    ME,
    NOW,
    OPENS,
    PEOPLE,
    PRICE,
    QUESTION,
    answered,
    days,
    named_question,
    resolution,
    summary,
)
from tests.dashboard.pages import open_page, words
from tracker.app.tracker import Tracker
from tracker.model.read_models import CurrentForecast, QuestionSummary

WEEK = timedelta(days=7)


def at(*summaries: QuestionSummary, over: timedelta = WEEK) -> HomeOverview:
    return build_overview(summaries, ListView(ME, NOW, over))


def moving(name: str, *ps: tuple[float, float], **more: Any) -> QuestionSummary:
    """A question whose suggestion became `p` so many days ago."""
    history = tuple((NOW - days(ago), p) for ago, p in ps)
    return summary(
        question=named_question(name, **more.pop("question", {})), history=history, **more
    )


def held_by(
    held: Mapping[ForecasterId, float], name: str = "q", ago: float = 1, **question: Any
) -> QuestionSummary:
    """A question on which these hold forecasts, all made so many days ago."""
    standings = {
        who: CurrentForecast(PEOPLE[who], Binary(p), NOW - days(ago)) for who, p in held.items()
    }
    return summary(question=named_question(name, **question), standings=standings)


def names(found: tuple[Any, ...]) -> list[str]:
    return [
        (each if isinstance(each, QuestionSummary) else each.summary).question.id for each in found
    ]


# What moved


def test_moves_of_the_stretch() -> None:
    # The largest move comes first with its ends whichever way it went.
    up, down = moving("up", (20, 0.3), (2, 0.36)), moving("down", (20, 0.6), (3, 0.52), (1, 0.5))
    little = moving("little", (20, 0.3), (2, 0.304))
    found = at(up, down, little).moves
    assert [(names((each,))[0], each.before, each.after) for each in found] == [
        ("down", 0.6, 0.5),
        ("up", 0.3, 0.36),
    ]
    # A move counts in the stretch in which it happened.
    one = moving("one", (60, 0.3), (3, 0.4))
    assert names(at(one, over=timedelta(days=1)).moves) == []
    assert names(at(one, over=timedelta(days=7)).moves) == ["one"]
    back = moving("back", (60, 0.3), (20, 0.5), (3, 0.3))
    assert [each.change for each in at(back).moves] == [pytest.approx(-0.2)]
    assert at(back, over=timedelta(days=30)).moves == ()
    # A question that opened lately moved since it opened.
    young = moving("young", (2, 0.3), (1, 0.4), question={"opens_at": NOW - days(2)})
    assert [each.before for each in at(young).moves] == [0.3]
    # A move from nobody knows where is not told.
    assert measure_move(moving("old", (2, 0.3), (1, 0.4)), WEEK, NOW) is None
    assert measure_move(summary(history=()), WEEK, NOW) is None
    # A closed question moves no more.
    assert at(moving("closed", (20, 0.3), (2, 0.5), status="closed")).moves == ()


# What waits


def test_evidence_and_stale_forecasts_wait() -> None:
    # Evidence waits on open questions only the most first.
    few, many = (
        summary(waiting=2, question=named_question("few")),
        summary(waiting=9, question=named_question("many")),
    )
    none, closed = summary(waiting=0), summary(waiting=5, status="closed")
    found = at(few, none, many, closed)
    assert names(found.waiting) == ["many", "few"]
    assert found.pieces == 11
    # A forecast of mine is stale after 30 days and the oldest comes first.
    fresh, edge = held_by({ME: 0.4}, "fresh", 3), held_by({ME: 0.4}, "edge", 30)
    stale, staler = held_by({ME: 0.4}, "stale", 31), held_by({ME: 0.4}, "staler", 80)
    hers = held_by({ANA: 0.4}, "hers", 80)
    assert names(at(fresh, edge, stale, hers, staler).stale) == ["staler", "stale"]
    # What closes soon is told as closing and not as stale.
    old = held_by({ME: 0.4}, "old", 90, closes_at=NOW + days(14))
    next_, later = (
        held_by({ME: 0.4}, "next", closes_at=NOW + days(1)),
        held_by({ME: 0.4}, "later", closes_at=NOW + days(15)),
    )
    found = at(old, later, next_, held_by({ANA: 0.4}, "hers", closes_at=NOW + days(1)))
    assert names(found.closing) == ["next", "old"]
    assert found.stale == ()


def test_overdue_answers_come_longest_first() -> None:
    closed = {"closes_at": NOW - days(9)}
    late = [named_question(str(n), resolves_at=NOW - days(n), **closed) for n in (-1, 1, 5)]
    past = named_question("done", resolves_at=NOW - days(7), **closed)
    done = summary(None, "resolved", past, resolution=resolution("no"))
    back = named_question("back", resolves_at=NOW - days(6), retrospective=True, **closed)
    found = at(*(summary(status="closed", question=q) for q in (*late, back)), done)
    assert names(found.overdue) == ["back", "5", "1"]


# Who disagrees


def test_disagreements() -> None:
    # Those who disagree stand in the order of their points.
    near_the_end = held_by({ME: 0.01, SUGGESTION: 0.08}, "end")
    in_the_middle = held_by({ME: 0.4, SUGGESTION: 0.6}, "middle")
    agreed = held_by({ME: 0.5, SUGGESTION: 0.6}, "agreed")
    assert names(at(in_the_middle, agreed, near_the_end).apart) == ["middle", "end"]
    # The two who are furthest apart are named.
    found = find_widest_gap(held_by({ME: 0.5, ANA: 0.9, CROWD: 0.8, SUGGESTION: 0.3}), ME)
    assert found is not None
    assert (found.first_id, found.second_id, found.first_p, found.second_p) == (
        CROWD,
        SUGGESTION,
        0.8,
        0.3,
    )
    # I alone am no crowd.
    assert find_widest_gap(held_by({ME: 0.5, CROWD: 0.5}), ME) is None
    alone = find_widest_gap(held_by({ME: 0.5, CROWD: 0.5, SUGGESTION: 0.3}), ME)
    assert alone is not None
    assert alone.first_id == ME
    # Only open yes no questions are compared.
    closed = replace(held_by({ME: 0.1, SUGGESTION: 0.9}), status="closed")
    number = summary(
        question=PRICE,
        standings={who: CurrentForecast(PEOPLE[who], PRICE.prior, NOW) for who in (ME, SUGGESTION)},
    )
    assert at(closed, number).apart == ()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_gap_is_finite_and_the_same_from_both_sides(p: float, q: float) -> None:
    one, other = (
        find_widest_gap(held_by({ME: p, SUGGESTION: q}), ME),
        find_widest_gap(held_by({ME: q, SUGGESTION: p}), ME),
    )
    assert one is not None
    assert other is not None
    assert 0 <= one.size <= 1
    assert 0 <= one.log_odds < 19
    assert (one.size, one.log_odds) == pytest.approx((other.size, other.log_odds))


# Practice and replays


def test_practice_and_replays() -> None:
    # Questions that look back count in a replay only.
    live, back = summary(), summary(question=named_question("back", retrospective=True))
    assert select_questions([live, back], NOW, replayed=False) == [live]
    assert select_questions([live, back], NOW, replayed=True) == [live, back]
    # One that waits for its answer is asked for.
    over = summary(status="closed", question=replace(back.question, resolves_at=NOW, closes_at=NOW))
    assert select_questions([over], NOW, replayed=False) == [over]
    # A replay stands at its own time.
    closed_since = summary(status="closed", question=QUESTION)
    answered_one = summary(status="resolved", question=PRICE, resolution=answered(PRICE, "40"))
    annulled = summary(status="annulled", resolution=resolution("annulled"))
    found = select_questions([closed_since, answered_one, annulled], OPENS + days(1), replayed=True)
    assert [s.status for s in found] == ["open", "resolved", "annulled"]


# The page

SUMMIT = "summit-2027"
INVITED = "Arland invites Borland to a summit"


@pytest.fixture
def news(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with an open question and a piece of evidence to review."""
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", INVITED)
    tracker_with_press.feeds.poll()
    clock.advance(hours=1)
    return tracker_with_press


def links(tracker: Tracker, **params: str) -> dict[str, dict[str, str]]:
    """The links of the page by their words, with the filters they set."""
    found = open_page(tracker, "home", **params).get("page_link")
    return {
        plain_label(e.proto.label): dict(p.split("=") for p in e.proto.query_string.split("&") if p)
        for e in found
    }


def plain_label(label: str) -> str:
    return label.replace("*", "").replace("\u00a0", " ")


def test_quiet_morning_and_replay(tracker: Tracker, clock: FakeClock) -> None:
    # A morning on which nothing happened is short.
    tracker.question_sets.load(a_set())
    text = words(open_page(tracker, "home"))
    assert "**Nothing moved** in 7 days. Nothing waits for you." in text
    assert "No open question moved by a point or more." in text
    assert not {"Evidence to review", "Answers overdue", "Furthest apart"} & set(
        text.replace("#### ", "").split("\n")
    )
    # A replay is told at the time it has reached.
    tracker.system.mark_replayed(a_question().resolves_at + timedelta(days=3))
    assert "Due 3 days ago" in links(tracker)
    clock.advance(days=4_000)
    assert "Due 3 days ago" in links(tracker)


def test_news_leads_to_its_place(news: Tracker, clock: FakeClock) -> None:
    # Evidence leads to its place in the inbox.
    assert links(news)["1 piece to review"] == {"about": SUMMIT}
    # The stretch stands in the address.
    assert "What moved in 24 hours" in words(open_page(news, "home", moved="24 hours"))
    assert "What moved in 7 days" in words(open_page(news, "home", moved="a century"))
    # A disagreement is told in points.
    news.forecasts.submit(SUMMIT, Binary(0.95), rationale="Known.")
    (told,) = [label for label in links(news) if "apart" in label]
    assert "points apart: you 95%, estimate " in told
    # An overdue answer is asked for.
    clock.time = a_question().resolves_at + timedelta(days=3)
    assert links(news)["Due 3 days ago"] == {"q": SUMMIT}


def test_today_and_calendar_agree_on_what_is_overdue(tracker: Tracker, clock: FakeClock) -> None:
    due, answered, past = (
        replace(a_question(name, text=f"Will the {name} one come?"), retrospective=name == "past")
        for name in ("due", "answered", "past")
    )
    tracker.question_sets.load(a_set(due, answered, past))
    clock.time = a_question().resolves_at + timedelta(days=3)
    tracker.resolutions.resolve(
        "answered", "no", source_url="https://example.org", known_at=clock.time
    )
    for replayed in (False, True):
        if replayed:
            tracker.system.mark_replayed(clock.time)
        today, calendar = words(open_page(tracker, "home")), words(open_page(tracker, "calendar"))
        assert "2 answers overdue" in today
        assert [
            name for name in ("due", "answered", "past") if f"Will the {name} one" in calendar
        ] == ["due", "past"]
        assert [(e.question_id, e.state) for e in tracker.signposts.calendar().expected] == [
            ("due", "overdue"),
            ("past", "overdue"),
        ]
    for name in ("due", "past"):
        tracker.resolutions.resolve(
            name, "no", source_url="https://example.org", known_at=clock.time
        )
    assert "Nothing waits for you" in words(open_page(tracker, "home"))
    assert "Nothing is coming up" in words(open_page(tracker, "calendar"))


def test_long_section_is_cut_and_leads_on(tracker: Tracker, clock: FakeClock) -> None:
    many = [
        replace(a_question(f"q-{n}", text=f"Will it be {n}?"), id=QuestionId(f"q-{n}"))
        for n in range(7)
    ]
    tracker.question_sets.load(a_set(*many))
    for question in many:
        tracker.forecasts.submit(question.id, Binary(0.99), rationale="Known.")
    clock.advance(days=40)
    found = links(tracker)
    assert found["All 7 of them"] == {"mine": "stale", "sort": "stale"}
    assert found["All 7 that are apart"] == {"sort": "apart"}
    assert "99%, confirmed 40 days ago" in found
    clock.time = a_question().resolves_at + timedelta(days=3)
    found = links(tracker)
    assert found["All 7 overdue answers"] == {"state": "Overdue"}
    shown = [e for e in open_page(tracker, "home").get("page_link") if "Due " in e.proto.label]
    assert len(shown) == MAX_ROWS <= MAX_MOVES <= 5


def test_late_feeds_are_told_with_their_time(news: Tracker, clock: FakeClock) -> None:
    for minutes, hours, what in (
        (90, 2, "Some feeds are late"),
        (120, 4, "Feeds are in trouble"),
    ):
        assert what not in words(open_page(news, "home"))
        clock.advance(minutes=minutes)
        text = words(open_page(news, "home"))
        assert what in text
        assert f"The newest news is as of 1 Dec 2026, 09:30 UTC, {hours} hours ago." in text


def test_a_page_says_as_of_when_it_stands(news: Tracker, clock: FakeClock) -> None:
    text = words(open_page(news, "home"))
    assert f"As of {clock().day} Dec 2026, {clock():%H:%M} UTC" in text
    news.system.mark_replayed(clock())
    at = clock()
    clock.advance(days=400)
    assert f"As of {at.day} Dec 2026" in words(open_page(news, "home"))
