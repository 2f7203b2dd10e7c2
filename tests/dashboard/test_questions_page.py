"""The list of questions: its filters, its orders, its columns."""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from dashboard.components.question_list import (
    ListView,
    QuestionFilter,
    SortOrder,
    filter_questions,
    questions_frame,
    sort_questions,
)
from forecasts.distributions.distribution import Binary
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import CROWD, SUGGESTION, EssayId, ForecasterId
from tests.builders import NOW as NOW_THERE
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.examples import (
    ANA,
    ME,
    NOW,
    PEOPLE,
    VISIT_TO,
    answered,
    days,
    named_question,
    summary,
)
from tests.dashboard.pages import open_page, seen, words
from tracker.app.tracker import Tracker
from tracker.model.read_models import CurrentForecast, QuestionSummary

LOOK = ListView(ME, NOW)
OTHER = "other-2027"


def named(name: str, **more: Any) -> QuestionSummary:
    return summary(question=named_question(name, **more.pop("question", {})), **more)


def held(name: str, who: ForecasterId = ME, p: float = 0.4, ago: float = 1) -> QuestionSummary:
    return named(name, standings={who: CurrentForecast(PEOPLE[who], Binary(p), NOW - days(ago))})


def ids(found: list[QuestionSummary]) -> list[str]:
    return [s.question.id for s in found]


# Which questions


def test_list_filters() -> None:
    # A state lets its questions through.
    for state, expected in (
        ("Open", ["open"]),
        ("Upcoming", ["upcoming"]),
        ("Closed", ["late", "waits"]),
        ("Overdue", ["late"]),
        ("Resolved", ["answered", "annulled"]),
        ("All", ["open", "upcoming", "late", "waits", "answered", "annulled"]),
    ):
        every = [
            named("open"),
            named("upcoming", status="upcoming"),
            named(
                "late", status="closed", question={"closes_at": NOW - days(1), "resolves_at": NOW}
            ),
            named("waits", status="closed", question={"resolves_at": NOW + days(1)}),
            named("answered", status="resolved"),
            named("annulled", status="annulled"),
        ]
        assert ids(filter_questions(every, QuestionFilter(state), LOOK)) == expected
    # Every filter has to fit.
    for wanted, expected in (
        (QuestionFilter(tag="trade"), ["b"]),
        (QuestionFilter(essay="second"), ["c"]),
        (QuestionFilter(mine="yes"), ["d", "e"]),
        (QuestionFilter(mine="stale"), ["e"]),
        (QuestionFilter(mine="no"), ["a", "b", "c"]),
        (QuestionFilter(find="will  XI"), ["a", "b", "c", "d", "e"]),
        (QuestionFilter(find="trade"), ["b"]),
        (QuestionFilter(find="xi penguin"), []),
        (QuestionFilter(tag="trade", essay="second"), []),
    ):
        every = [
            named("a"),
            named("b", question={"tags": ("trade",)}),
            named("c", question={"essay_id": EssayId("second")}),
            held("d", ago=30),
            held("e", ago=31),
        ]
        assert ids(filter_questions(every, wanted, LOOK)) == expected


# In which order


def in_this_order(
    order: SortOrder, *summaries: QuestionSummary, over: timedelta = timedelta(days=7)
) -> list[str]:
    return ids(sort_questions(summaries, order, ListView(ME, NOW, over)))


def test_list_orders() -> None:
    # The next to close comes first.
    late, soon = named("late"), named("soon", question={"closes_at": NOW + days(1)})
    assert in_this_order("closing", late, soon) == ["soon", "late"]
    # The most moved comes first over the time asked for.
    week = named("week", history=((NOW - days(50), 0.3), (NOW - days(3), 0.35)))
    month = named("month", history=((NOW - days(50), 0.5), (NOW - days(20), 0.3)))
    closed = named("closed", status="closed", question={"closes_at": NOW - days(1)})
    assert in_this_order("change", closed, month, week) == ["week", "month", "closed"]
    assert in_this_order("change", closed, week, month, over=timedelta(days=30)) == [
        "month",
        "week",
        "closed",
    ]
    # My oldest forecast comes first and what i do not forecast last.
    assert in_this_order(
        "stale", held("hers", ANA, ago=90), held("new", ago=2), held("old", ago=60)
    ) == ["old", "new", "hers"]
    # Who is furthest apart comes first.
    wide, near = (
        named(
            name,
            standings={
                who: CurrentForecast(PEOPLE[who], Binary(p), NOW)
                for who, p in ((ME, mine), (SUGGESTION, 0.5))
            },
        )
        for name, mine in (("wide", 0.9), ("near", 0.6))
    )
    assert in_this_order("apart", named("alone"), near, wide) == ["wide", "near", "alone"]


# The row


def test_list_rows() -> None:
    # A row has the crowd and how long ago i last acted.
    both = {who: CurrentForecast(PEOPLE[who], Binary(0.4), NOW - days(12)) for who in (ME, CROWD)}
    mine = questions_frame([named("q", standings=both)], LOOK).iloc[0]
    assert (mine["mine"], mine["crowd"], mine["last_change"]) == (40.0, 40.0, 12.0)
    assert pd.isna(
        questions_frame([named("q", standings=both, status="closed")], LOOK).iloc[0]["last_change"]
    )
    nobody = questions_frame([named("q"), summary(question=VISIT_TO)], LOOK)
    assert nobody[["crowd", "last_change"]].isna().all(axis=None)
    # A move of less than a point is left empty.
    still = named("q", history=((NOW - days(50), 0.3), (NOW - days(3), 0.304)))
    assert pd.isna(questions_frame([still], LOOK).iloc[0]["change"])
    # An answer is told in its words.
    told = summary(status="resolved", question=VISIT_TO, resolution=answered(VISIT_TO, "Minsk"))
    assert questions_frame([told], LOOK).iloc[0]["answer"] == "Minsk"


# The page


@pytest.fixture
def two(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Two open questions; I forecast the one that closes later."""
    tracker.question_sets.load(
        a_set(a_question(), a_question(OTHER, text="Will something else happen?", tags=("else",)))
    )
    tracker.forecasts.submit(OTHER, Binary(0.8), rationale="Known.")
    clock.advance(hours=1)
    return tracker


def listed(tracker: Tracker, **params: str) -> list[str]:
    return list(open_page(tracker, "questions", **params).dataframe[0].value["question"])


def test_list_page(two: Tracker) -> None:
    # The list has a row for every open question.
    assert set(listed(two)) == {a_question().text, "Will something else happen?"}
    columns = set(open_page(two, "questions").dataframe[0].value.columns)
    assert {
        "suggestion",
        "mine",
        "crowd",
        "change",
        "trend",
        "waiting",
        "closes_in",
        "last_change",
    } <= columns
    assert not {"state", "answer", "mine_said"} & columns
    # Filters stand in the address.
    for params in (
        {"mine": "yes"},
        {"mine": "yes", "tag": "else"},
        {"tag": "else"},
        {"find": "something"},
        {"mine": "yes", "sort": "stale"},
    ):
        assert listed(two, **params) == ["Will something else happen?"]
    # An order stands in the address.
    assert listed(two, sort="stale")[0] == "Will something else happen?"
    assert listed(two, sort="apart")[0] == "Will something else happen?"

    # The change column follows the time asked for.
    def header(**params: str) -> str:
        return open_page(two, "questions", **params).dataframe[0].proto.columns

    assert '"label": "7 days"' in header()
    assert '"label": "30 days"' in header(sort="change", over="30 days")
    # Picking a row opens the question.
    visit = open_page(two, "questions", mine="yes")
    visit.session_state["questions"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert "Will something else happen?" in [
        h.value.replace("\\", "") for h in seen(visit.run()).header
    ]
    # A search without a match says so.
    visit = open_page(two, "questions")
    visit.text_input(key="find").set_value("penguins").run()
    assert "No question fits these filters" in words(seen(visit))


def test_dated_states_of_the_list(two: Tracker, clock: FakeClock) -> None:
    # Without an open question all are listed.
    clock.time = a_question().closes_at + timedelta(days=1)
    assert len(listed(two)) == 2
    assert "No question fits these filters" in words(open_page(two, "questions", state="Open"))
    # Overdue answers can be listed.
    clock.time = a_question().closes_at + timedelta(days=1)
    assert "No question fits" in words(open_page(two, "questions", state="Overdue"))
    clock.time = a_question().resolves_at + timedelta(days=1)
    assert len(listed(two, state="Overdue")) == 2


def test_an_essay_is_a_filter_where_there_are_several(two: Tracker, clock: FakeClock) -> None:
    labels = [s.label for s in open_page(two, "questions").selectbox]
    assert "Essay" not in labels
    own = "Will it rain in Arland by 30 June 2027?"
    times = (NOW_THERE, a_question().closes_at, a_question().resolves_at)
    two.questions.ask(
        NewQuestion("rain", own, "As measured.", ("arland.example",), *times),
        override="a question of a test",
    )
    clock.advance(hours=1)
    visit = open_page(two, "questions", essay="own-questions")
    (essay,) = [s for s in visit.selectbox if s.label == "Essay"]
    assert essay.options == ["Why they will meet", "From no essay"]
    assert list(visit.dataframe[0].value["question"]) == [own]
