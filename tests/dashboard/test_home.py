"""The first page: what moved and why, what needs me, and who disagrees."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.components.question_list import ListView, find_widest_gap, measure_move
from dashboard.home.data import (
    HomeOverview,
    build_overview,
    choose_sample,
    read_visits,
    select_questions,
)
from dashboard.home.page import MAX_ANSWERS, MAX_GAPS, MAX_TASKS, VISITS_COOKIE
from dashboard.home.text import describe_cause, format_move, format_others, overview_sentence
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import (
    CROWD,
    SUGGESTION,
    EvidenceId,
    ForecasterId,
    QuestionId,
)
from forecasts.suggestion.changes import ChangeReason, ProbabilityChange
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.examples import (
    ANA,
    ME,
    NOW,
    OPENS,
    PEOPLE,
    PRICE,
    QUESTION,
    days,
    named_question,
    resolution,
    summary,
)
from tests.dashboard.pages import open_page, sent_rows, words
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.model.read_models import CurrentForecast, QuestionSummary

WEEK = timedelta(days=7)
OVERDUE = {"closes_at": NOW - days(9), "resolves_at": NOW - days(2)}


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


def test_last_moves_stand_in_for_none() -> None:
    early = moving("early", (80, 0.3), (60, 0.4), (50, 0.402))
    late = moving("late", (80, 0.3), (40, 0.25), (2, 0.249))
    still = moving("still", (80, 0.3), (1, 0.301))
    found = at(early, late, still)
    assert found.moves == ()
    assert [
        (move.summary.question.id, move.before, move.after, (NOW - move.until).days)
        for move in found.last_moves
    ] == [("late", 0.3, 0.25, 40), ("early", 0.3, 0.4, 60)]
    assert at(early, moving("now", (20, 0.3), (1, 0.4))).last_moves == ()


@check_rows(
    (
        ((("came in", 0.4, 7), ("time passed", -0.3, None)), "after “A” (Reuters)"),
        (
            (("came in", 0.1, 8), ("came in", 0.4, 7), ("came in", 0.1, 9)),
            "after “A” (Reuters) and 2 more reports",
        ),
        ((("judged anew", 0.4, 7),), "as “A” (Reuters) was judged again"),
        ((("came in", 0.4, 99),), "after new reports"),
        ((("time passed", 0.4, None), ("came in", 0.1, 7)), "as time passed"),
        ((("recorded otherwise", 0.4, None),), ""),
        ((("doubt", -0.4, None),), ""),
    ),
    "parts",
    "expected",
)
def test_cause_is_what_pushed_most(parts: tuple[Any, ...], expected: str) -> None:
    reasons = tuple(ChangeReason(cause, "", adds, number) for cause, adds, number in parts)
    change = ProbabilityChange(QUESTION.id, OPENS, NOW, 0.4, 0.6, reasons)
    headlines = {EvidenceId(number): f"“{name}” (Reuters)" for number, name in ((7, "A"), (8, "B"))}
    assert plain_label(describe_cause(change, headlines)) == expected


@check_rows(
    (
        (0.4, 0.6, "40% → 60%", "+20"),
        (0.4149, 0.4051, "41.5% → 40.5%", "−1.0"),  # 41% → 41% would not look like a move
        (0.435, 0.4202, "43.5% → 42.0%", "−1.5"),
        (0.099, 0.086, "9.9% → 8.6%", "−1"),
    )
)
def test_points_agree_with_the_ends(before: float, after: float, ends: str, points: str) -> None:
    (move,) = at(moving("q", (20, before), (1, after))).moves
    assert format_move(move) == (ends, points)


def test_a_visit_begins_after_four_hours_of_absence() -> None:
    since, cookie = read_visits("", NOW)
    assert since is None
    for hours, expected in ((1, None), (3, None), (9, 3), (10, 3), (40, 10)):
        since, cookie = read_visits(cookie, NOW + timedelta(hours=hours))
        assert since == (None if expected is None else NOW + timedelta(hours=expected))
    for odd in ("<b>", "1.2.3", "9.1", "-5.-4", f"1.{10**30}", "99999999999.99999999999", "²."):
        assert read_visits(odd, NOW)[0] in (None, datetime.fromtimestamp(1, UTC))


# What waits


def test_evidence_and_forecasts_wait() -> None:
    # Evidence waits on open questions only, the most first.
    few, many = (
        summary(waiting=2, question=named_question("few")),
        summary(waiting=9, question=named_question("many")),
    )
    none, closed = summary(waiting=0), summary(waiting=5, status="closed")
    found = at(few, none, many, closed)
    assert names(found.waiting) == ["many", "few"]
    assert found.pieces == 11
    # A forecast of mine is to be confirmed after 30 days, the oldest first; after 7 if it closes
    # soon.
    fresh, edge = held_by({ME: 0.4}, "fresh", 3), held_by({ME: 0.4}, "edge", 30)
    stale, staler = held_by({ME: 0.4}, "stale", 31), held_by({ME: 0.4}, "staler", 80)
    near = held_by({ME: 0.4}, "near", 8, closes_at=NOW + days(14))
    nearer = held_by({ME: 0.4}, "nearer", 9, closes_at=NOW + days(1))
    known = held_by({ME: 0.4}, "known", 6, closes_at=NOW + days(1))
    found = at(fresh, edge, stale, staler, near, nearer, known)
    assert tasks(found) == [("confirm", name) for name in ("nearer", "near", "staler", "stale")]
    # A question that closes soon is to be forecast; if none does, the next three are offered.
    hers = held_by({ANA: 0.4}, "hers", 80, closes_at=NOW + days(1))
    later = [held_by({ANA: 0.4}, f"{n}", closes_at=NOW + days(n)) for n in (18, 17, 16, 15)]
    found = at(hers, stale, *later)
    assert tasks(found) == [("confirm", "stale"), ("forecast", "hers")]
    assert found.due_forecasts == 2
    found = at(*later)
    assert tasks(found) == [("forecast", name) for name in ("15", "16", "17")]
    assert found.due_forecasts == 0


def tasks(found: HomeOverview) -> list[tuple[str, str]]:
    return [(task.kind, task.summary.question.id) for task in found.forecasts]


def test_overdue_answers_come_latest_first_without_old_ones() -> None:
    closed = {"opens_at": NOW - days(990), "closes_at": NOW - days(900)}
    late = [named_question(str(n), resolves_at=NOW - days(n), **closed) for n in (-1, 1, 5, 400)]
    past = named_question("done", resolves_at=NOW - days(7), **closed)
    done = summary(None, "resolved", past, resolution=resolution("no"))
    found = at(*(summary(status="closed", question=q) for q in late), done)
    assert names(found.overdue) == ["1", "5"]


def test_first_line_says_how_things_stand() -> None:
    moved = moving("up", (20, 0.3), (2, 0.36), waiting=1)
    due = summary(status="closed", question=named_question("due", **OVERDUE))
    for overview, period, proposals, expected in (
        (at(), "7 days", 0, "No estimate moved in 7 days; nothing waits for you."),
        (at(moved), "24 hours", 0, "1 estimate moved in 24 hours; 1 piece of evidence waits for "),
        (
            at(moved, due, replace(held_by({ME: 0.4}, "stale", 31), waiting=1)),
            "Since your last visit",
            1,
            "1 estimate moved since your last visit; 2 pieces of evidence, 2 answers and 1 forecast "
            "wait for you.",
        ),
    ):
        said = plain_label(overview_sentence(period, overview, proposals))  # type: ignore[arg-type]
        assert said.startswith(expected)


def test_sample_is_the_next_to_close() -> None:
    later, sooner = (named_question(str(n), closes_at=NOW + days(n)) for n in (40, 20))
    gone = named_question("gone", closes_at=NOW - days(1))
    back = named_question("back", retrospective=True, closes_at=NOW + days(1))
    assert choose_sample((later, PRICE, gone, sooner, back), NOW) == sooner
    assert choose_sample((PRICE, gone, back), NOW) is None


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


def test_others_are_all_whom_no_other_column_names() -> None:
    three = held_by({ME: 0.1, ANA: 0.3, CROWD: 0.5, SUGGESTION: 0.9})
    ben = {ForecasterId("ben"): CurrentForecast(PEOPLE[ANA], Binary(0.62), NOW)}
    assert format_others(replace(three, standings={**three.standings, **ben}), ME) == "30–62%"
    assert format_others(held_by({ME: 0.1, ANA: 0.3}), ME) == "30%"
    assert format_others(held_by({ME: 0.1, CROWD: 0.5}), ME) == ""


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
    assert select_questions([live, back], replayed=False) == [live]
    assert select_questions([live, back], replayed=True) == [live, back]


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


def plain_label(label: str) -> str:
    return label.replace("*", "").replace("\u00a0", " ")


def notes(visit: AppTest, label: str) -> list[str]:
    return [plain_label(row["title"]["note"]) for row in sent_rows(visit, label)]


def further(visit: AppTest) -> dict[str, dict[str, str]]:
    """The links below the lists by their words, with the filters they set."""
    return {
        plain_label(e.proto.label): dict(p.split("=") for p in e.proto.query_string.split("&") if p)
        for e in visit.get("page_link")
    }


def test_quiet_morning_and_replay(tracker: Tracker, clock: FakeClock) -> None:
    # A morning on which nothing happened is short.
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.2))
    home = open_page(tracker, "home")
    text = words(home)
    assert "No estimate moved in 7 days; nothing waits for you." in text
    assert "No estimate has moved yet." in text
    assert "You’re all caught up." in text
    assert "Who disagrees" not in text
    # A replay is told at the time it has reached.
    clock.time = a_question().resolves_at + timedelta(days=3)
    tracker.system.mark_replayed(clock())
    for _ in range(2):
        home = open_page(tracker, "home")
        assert notes(home, "Needs you") == ["resolution due 3 days ago"]
        clock.advance(days=4_000)


def test_running_replay_says_how_far_it_is(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    reached = clock()
    for end, expected in (
        (reached + timedelta(days=90), f"Replaying: {reached:%B %Y} …"),
        (None, f"Replay 2022–{reached.year}"),
    ):
        tracker.system.mark_replayed(reached, end)
        assert expected in words(open_page(tracker, "home"))


def test_news_leads_to_its_place(news: Tracker, clock: FakeClock) -> None:
    # Evidence leads to the inbox.
    (row,) = [r for r in sent_rows(open_page(news, "home"), "Needs you") if r["id"] == "review"]
    assert plain_label(row["title"]["text"]) == "1 piece of evidence to review"
    assert row["act"]["href"] == "inbox"
    # The period stands in the address.
    assert "moved in 24 hours" in words(open_page(news, "home", moved="24 hours"))
    assert "moved in 7 days" in words(open_page(news, "home", moved="a century"))
    # A disagreement is told in points.
    news.forecasts.submit(SUMMIT, Binary(0.95), rationale="Known.")
    (row,) = sent_rows(open_page(news, "home"), "Who disagrees")
    assert row["you"]["text"] == "95%"
    assert row["gap"]["text"].endswith("points")
    # An overdue answer is asked for.
    clock.time = a_question().resolves_at + timedelta(days=3)
    home = open_page(news, "home")
    assert notes(home, "Needs you") == ["resolution due 3 days ago"]
    assert sent_rows(home, "Needs you")[0]["act"]["href"] == f"question?q={SUMMIT}"


def test_move_is_told_with_numbers_and_cause(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    clock.advance(days=10)
    press.publish("wire", INVITED)
    tracker.feeds.poll()
    for card in tracker.evidence.inbox():
        tracker.evidence.review(card.evidence.id, "confirmed")
    clock.advance(hours=1)
    (row,) = sent_rows(open_page(tracker, "home"), "What changed")
    assert re.fullmatch(rf"\d+% → \d+% after “{INVITED}” \(.+\)", plain_label(row["title"]["note"]))
    assert row["change"]["text"].startswith("+")
    assert len(row["trend"]["points"]) > 2
    # When nothing moved since, the last move is told with its day.
    clock.advance(days=10)
    tracker.system.mark_replayed(clock())
    home = open_page(tracker, "home", moved="24 hours")
    assert "Nothing moved in this time. These are the latest moves." in words(home)
    (told,) = notes(home, "What changed")
    assert re.search(rf"% on 11 Dec 2026 after “{INVITED}”", told)


def test_period_begins_with_the_last_visit(news: Tracker, clock: FakeClock) -> None:
    then = int((clock() - timedelta(days=2)).timestamp())
    for cookie, expected in ((f"{then}.{then}", "since your last visit"), ("odd", "in 7 days")):
        with mock.patch.object(type(streamlit.context), "cookies", {VISITS_COOKIE: cookie}):
            assert expected in words(open_page(news, "home"))


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
    assert len(sent_rows(open_page(tracker, "home"), "Needs you")) == 1
    tracker.system.mark_replayed(clock.time)
    assert len(sent_rows(open_page(tracker, "home"), "Needs you")) == 2
    calendar = words(open_page(tracker, "calendar"))
    assert [name for name in ("due", "answered", "past") if f"Will the {name} one" in calendar] == [
        "due",
        "past",
    ]
    for name in ("due", "past"):
        tracker.resolutions.resolve(
            name, "no", source_url="https://example.org", known_at=clock.time
        )
    assert "nothing waits for you" in words(open_page(tracker, "home"))


def test_long_section_is_cut_and_leads_on(tracker: Tracker, clock: FakeClock) -> None:
    many = [
        replace(a_question(f"q-{n}", text=f"Will it be {n}?"), id=QuestionId(f"q-{n}"))
        for n in range(9)
    ]
    tracker.question_sets.load(a_set(*many))
    for question in many:
        tracker.forecasts.submit(question.id, Binary(0.99), rationale="Known.")
    clock.advance(days=40)
    home = open_page(tracker, "home")
    assert further(home)["All 9 forecasts to confirm"] == {"mine": "stale", "sort": "stale"}
    assert further(home)["All 9"] == {"mine": "apart", "sort": "apart"}
    assert len(sent_rows(home, "Who disagrees")) == MAX_GAPS
    rows = sent_rows(home, "Needs you")
    assert len(rows) == MAX_TASKS
    assert {row["act"]["entry"] for row in rows} == {"99%"}
    assert notes(home, "Needs you")[0].startswith("you confirmed it 40 days ago; closes in")
    clock.time = a_question().resolves_at + timedelta(days=3)
    home = open_page(tracker, "home")
    assert further(home)["All 9 overdue answers"] == {"state": "Overdue"}
    assert len(sent_rows(home, "Needs you")) == MAX_ANSWERS


def test_late_feeds_are_told_with_their_time(news: Tracker, clock: FakeClock) -> None:
    assert "feeds are late" not in words(open_page(news, "home"))
    for minutes, hours, what in (
        (90, 2, "Some feeds are late"),
        (120, 4, "Feeds are in trouble"),
    ):
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
