"""The place Questions: filters, orders, rows, board."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from dashboard.components.question_list import (
    ListView,
    QuestionFilter,
    SortOrder,
    filter_questions,
    sort_questions,
)
from dashboard.components.rows import LinkCell, Row, TextCell
from dashboard.questions.data import build_board
from dashboard.questions.question_rows import (
    SPARK_POINTS,
    RefusedForecast,
    RowMarks,
    build_columns,
    build_row,
    format_typed,
    sample_history,
)
from forecasts.distributions.distribution import Binary
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import CROWD, SUGGESTION, EssayId, ForecasterId, QuestionId
from forecasts.questions.timeline import build_timeline
from tests.builders import NOW as NOW_THERE
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.examples import (
    ANA,
    ME,
    NOW,
    OPENS,
    PEOPLE,
    PRICE,
    VISIT_TO,
    answered,
    days,
    named_question,
    page_about,
    price,
    resolution,
    shares,
    summary,
)
from tests.dashboard.pages import button, open_page, seen, sent_rows, words
from tests.dashboard.scenario_examples import FUTURES, a_world
from tracker.app.tracker import Tracker
from tracker.model.read_models import CurrentForecast, QuestionSummary

LOOK = ListView(ME, NOW)
OTHER = "other-2027"
ME_THERE = ForecasterId("ada")


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
        (QuestionFilter(mine="apart"), ["d"]),
        (QuestionFilter(find="will  XI"), ["a", "b", "c", "d", "e"]),
        (QuestionFilter(find="trade"), ["b"]),
        (QuestionFilter(find="xi penguin"), []),
        (QuestionFilter(tag="trade", essay="second"), []),
    ):
        every = [
            named("a"),
            named("b", question={"tags": ("trade",)}),
            named("c", question={"essay_id": EssayId("second")}),
            named(
                "d",
                standings={
                    who: CurrentForecast(PEOPLE[who], Binary(p), NOW - days(30))
                    for who, p in ((ME, 0.9), (SUGGESTION, 0.5))
                },
            ),
            held("e", ago=31),
        ]
        assert ids(filter_questions(every, wanted, LOOK)) == expected


# In which order


def in_this_order(
    order: SortOrder,
    *summaries: QuestionSummary,
    over: timedelta = timedelta(days=7),
    reverse: bool = False,
) -> list[str]:
    return ids(sort_questions(summaries, order, ListView(ME, NOW, over), reverse=reverse))


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
    # Every heading has an order, which can be turned round; rows without a value stay last.
    low, high = held("low", p=0.2), held("high", p=0.7)
    assert in_this_order("mine", low, named("none"), high) == ["high", "low", "none"]
    assert in_this_order("mine", low, named("none"), high, reverse=True) == ["low", "high", "none"]
    assert in_this_order("closing", late, soon, reverse=True) == ["late", "soon"]
    b, a = (named(name, question={"text": f"{name} comes?"}) for name in ("b", "a"))
    assert in_this_order("title", b, a) == ["a", "b"]
    few, many = named("few", waiting=1), named("many", waiting=5)
    assert in_this_order("review", few, named("idle", waiting=0), many) == ["many", "few", "idle"]
    for order, who in (("estimate", SUGGESTION), ("crowd", CROWD)):
        assert in_this_order(order, held("l", who, 0.1), held("h", who, 0.6)) == ["h", "l"]  # type: ignore[arg-type]


# The rows


def row(s: QuestionSummary, marks: RowMarks | None = None) -> Row:
    return build_row(s, LOOK, marks or RowMarks(), RefusedForecast())


def told(s: QuestionSummary) -> dict[str, str]:
    """The words of the cells of a question's row."""
    cells = row(s).cells.items()
    return {name: cell.text for name, cell in cells if isinstance(cell, TextCell | LinkCell)}


def test_row_of_an_open_question() -> None:
    moved = summary(history=((OPENS, 0.4), (NOW - days(3), 0.46)))
    cells = told(moved)
    assert cells["estimate"] == "46%"
    assert cells["change"] == "+6"
    assert cells["closes"] == "in 6\u00a0months"
    assert cells["review"] == "1 to review"
    assert row(moved).cells["title"].href == "question?q=xi-zelensky"  # type: ignore[union-attr]
    # A move of less than a point is left empty, and so is a line that did not move.
    still = row(named("q", history=((NOW - days(50), 0.3), (NOW - days(3), 0.304)))).cells
    assert not {"change", "trend", "crowd"} & set(still)
    # Without an estimate the base rate stands there.
    nobody = row(page_about(PRICE, {}).summary).cells["estimate"]
    assert nobody == TextCell("105.3", tone="quiet", help="Base rate")


def test_row_of_a_question_that_is_not_open() -> None:
    no = told(summary(status="resolved", resolution=resolution("no")))
    assert no["closes"] == "NO"
    assert "review" not in no
    minsk = summary(status="resolved", question=VISIT_TO, resolution=answered(VISIT_TO, "Minsk"))
    assert told(minsk)["closes"] == "Minsk"
    closed = named("q", status="closed", question={"closes_at": NOW - days(3)})
    assert told(closed)["closes"] == "closed 3\u00a0days ago"
    upcoming = named("q", status="upcoming", question={"opens_at": NOW + days(3)})
    assert told(upcoming)["closes"] == "opens in 3\u00a0days"


def test_field_holds_what_may_be_typed() -> None:
    mine: Any = row(held("q", p=0.4)).cells["mine"]
    assert (mine.entry, mine.label, mine.wide) == (
        "40%",
        "Your forecast: Will Xi and Zelensky meet in person by the end of 2026?",
        False,
    )
    # A number has its quartiles, and those of the estimate as a hint.
    number = page_about(PRICE, {ME: build_timeline([(OPENS, price(10, 41, 120))])}).summary
    field: Any = row(number).cells["mine"]
    assert field.wide
    assert field.entry == format_typed(price(10, 41, 120))
    assert len(field.entry.split()) == 3
    # Options are forecast on their page.
    options = page_about(VISIT_TO, {ME: build_timeline([(OPENS, shares(0.6, 0.1, 0.3))])}).summary
    link: Any = row(options).cells["mine"]
    assert (link.text, link.href) == ("Beijing 60%", "question?q=visit")
    empty: Any = row(page_about(VISIT_TO, {}).summary).cells["mine"]
    assert empty.text == "Forecast"
    # A refusal stays in its field.
    refused = build_row(named("q"), LOOK, RowMarks(), RefusedForecast("q", "150", "Too much."))
    typed: Any = refused.cells["mine"]
    assert (typed.entry, typed.problem) == ("150", "Too much.")


def test_marks_of_a_title() -> None:
    q = QuestionId("q")
    marks = RowMarks(frozenset({q}), frozenset({q}))
    title: Any = row(replace(named("q"), parent_id=QuestionId("p")), marks).cells["title"]
    assert [badge.text for badge in title.badges] == ["Scenarios", "Contradiction"]
    assert title.href == "question?q=q"
    assert title.mark == "↳"


def test_columns_that_no_row_fills_are_left_out() -> None:
    columns = build_columns([row(named("q", history=()))], "mine", reverse=False)
    assert [c.name for c in columns] == ["title", "estimate", "mine", "closes", "review"]
    assert all(c.descending for c in columns)
    assert not any(c.descending for c in build_columns([], "closing", reverse=False))


@given(
    st.lists(
        st.tuples(st.integers(0, 90 * 24 * 60), st.floats(0.01, 0.99)), min_size=1, max_size=60
    )
)
def test_a_spark_starts_and_ends_where_the_estimate_does(moves: list[tuple[int, float]]) -> None:
    history = tuple((OPENS + timedelta(minutes=at), p) for at, p in sorted(dict(moves).items()))
    values = sample_history(history, history[-1][0])
    assert len(values) == SPARK_POINTS
    assert values[-1] == round(history[-1][1], 4)
    assert values[0] == round(history[0][1] if len(history) > 1 else history[-1][1], 4)
    assert set(values) <= {round(p, 4) for _, p in history}


# The board


def test_board_asks_for_what_is_most_urgent() -> None:
    soon = named("soon", question={"closes_at": NOW + days(20)})
    moved = named("moved", history=((NOW - days(50), 0.3), (NOW - days(3), 0.5)))
    late = named("late", status="closed", question={"closes_at": NOW - days(1)})
    done = named("done", status="resolved", resolution=resolution("no"))
    old_answer = replace(resolution("no"), known_at=NOW - days(90))
    every = [named("fresh"), held("steady"), soon, moved, late, done,
             named("old", status="resolved", resolution=old_answer)]  # fmt: skip
    columns, steady = build_board(every, LOOK)
    assert {c.title: ids(list(c.questions)) for c in columns} == {
        "Closing within 30 days": ["soon"],
        "Moved this week": ["moved"],
        "To forecast": ["fresh"],
        "To resolve": ["late"],
        "Recently resolved": ["done"],
    }
    assert steady == 1


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
    rows = sent_rows(open_page(tracker, "questions", **params), "Questions")
    return [row["title"]["text"] for row in rows]


def test_list_page(two: Tracker) -> None:
    # The list has a row for every open question.
    assert set(listed(two)) == {a_question().text, "Will something else happen?"}
    # Filters stand in the address.
    for params in (
        {"mine": "yes", "tag": "else"},
        {"find": "something", "sort": "stale"},
    ):
        assert listed(two, **params) == ["Will something else happen?"]
    # An order stands in the address, a minus turns it round.
    for order in ("mine", "-title"):
        assert (listed(two, sort=order)[0] == "Will something else happen?") == (order == "mine")
    # A search without a match says so.
    visit = open_page(two, "questions")
    visit.text_input(key="find").set_value("penguins").run()
    assert "No question fits these filters" in words(seen(visit))
    # The address follows a choice.
    visit = open_page(two, "questions")
    seen(visit.selectbox(key="choose-mine").set_value("no").run())
    assert dict(visit.query_params) == {"mine": "no"}
    assert [row["id"] for row in sent_rows(visit, "Questions")] == ["summit-2027"]


def send(visit: AppTest, event: str, value: Any) -> AppTest:
    """Do something in the list, as its script would tell it."""
    (rows,) = [
        e.proto for e in visit.get("bidi_component") if e.proto.component_name.endswith("rows")
    ]
    states = visit._tree.get_widget_states()
    events = json.dumps([{"event": event, "value": value}])
    trigger = _make_trigger_id(rows.id, "events")
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=events))
    return seen(visit._run(states))


def test_forecast_is_entered_in_the_list(two: Tracker, clock: FakeClock) -> None:
    visit = open_page(two, "questions")
    name = a_question().id
    # A refusal stands in the field until the next act.
    visit = send(visit, "forecast", {"id": name, "text": "perhaps", "at": 1})
    fields = {row["id"]: row["mine"] for row in sent_rows(visit, "Questions")}
    assert fields[name]["entry"] == "perhaps"
    assert "'perhaps' is not a probability" in fields[name]["problem"]
    assert fields[OTHER]["problem"] == ""
    # What is saved can be undone.
    visit = send(visit, "forecast", {"id": name, "text": "63", "at": 2})
    assert two.questions.get(name).summary.standings[ME_THERE].p == 0.63
    assert "Saved: 63%" in words(visit)
    clock.advance(hours=1)
    visit = send(visit, "reaffirm", {"id": name, "at": 3})
    assert two.questions.get(name).summary.standings[ME_THERE].since == clock.time
    assert "Confirmed: 63%" in words(visit)
    seen(button(visit, "Undo").click().run())
    # A row that is gone does nothing.
    assert "Saved" not in words(send(open_page(two, "questions"), "forecast", {"id": "gone"}))


def test_headings_sort_and_sort_back(two: Tracker) -> None:
    visit = open_page(two, "questions")
    for order, expected in (
        ("mine", {"sort": "mine"}),
        ("mine", {"sort": "-mine"}),
        ("title", {"sort": "title"}),
        ("closing", {}),
        ("closing", {"sort": "-closing"}),
    ):
        visit = send(visit, "sort", order)
        assert dict(visit.query_params) == expected


def test_long_list_shows_the_rest_on_demand(two: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.questions.page.MAX_ROWS", 1)
    visit = open_page(two, "questions")
    assert len(sent_rows(visit, "Questions")) == 1
    seen(button(visit, "Show all 2").click().run())
    assert len(sent_rows(visit, "Questions")) == 2


def test_board_page(two: Tracker) -> None:
    visit = open_page(two, "questions", view="board")
    (card,) = sent_rows(visit, "To forecast")
    assert set(card) <= {"id", "title", "estimate", "change", "closes"}
    assert "1 more open question with a forecast of yours" in words(visit)


def test_scenario_sets_are_questions_of_a_kind(tracker: Tracker, clock: FakeClock) -> None:
    a_world(tracker, clock)
    visit = open_page(tracker, "questions", only="scenarios")
    (futures,) = sent_rows(visit, "Questions")
    assert futures["title"]["href"] == f"question?q={FUTURES}"
    assert [badge["text"] for badge in futures["title"]["badges"]] == ["Scenarios"]


def test_contradictions_are_a_filter_with_their_repairs(two: Tracker) -> None:
    assert "Contradiction" not in str(sent_rows(open_page(two, "questions"), "Questions"))
    both = (QuestionId(OTHER), a_question().id)
    two.links.add(Link(LinkId("sure"), "implies", both, "A meeting", (), "As ever."))
    two.forecasts.submit(a_question().id, Binary(0.3), rationale="Known.")
    visit = open_page(two, "questions", only="contradictions")
    assert "Your forecasts contradict each other" in words(visit)
    assert {row["id"] for row in sent_rows(visit, "Questions")} == set(both)
    (only,) = [group for group in visit.get("button_group") if "Contradictions (2)" in str(group)]
    assert only
    seen(button(visit, "Adopt the nearest").click().run())
    assert "contradict each other" not in words(open_page(two, "questions"))


def test_dated_states_of_the_list(two: Tracker, clock: FakeClock) -> None:
    # Without an open question all are listed.
    clock.time = a_question().closes_at + timedelta(days=1)
    assert len(listed(two)) == 2
    assert "No question fits these filters" in words(open_page(two, "questions", state="Open"))
    # Overdue answers can be listed.
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
    assert essay.options == ["Why they will meet", "No essay"]
    assert [row["title"]["text"] for row in sent_rows(visit, "Questions")] == [own]
