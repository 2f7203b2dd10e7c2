"""One claim asked by several last days: all open or none does, and what asks for one event is bound
as a group.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError
from forecasts.essays.dates import format_long_date
from forecasts.questions.links import LinkId
from forecasts.questions.new_question import NewQuestion, build_question, date_scale
from forecasts.questions.question import EssayId, Question, QuestionId
from tests.builders import DAY, an_indicator
from tests.essays.essay_examples import LEAVES, RIVER, SIGNS, add, states
from tests.lives import an_asked
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, TrackerError, Unresolvable
from tracker.essays.claim_questions import (
    PlannedQuestion,
    build_date_group,
    is_date_group,
    last_day,
)
from tracker.storage import questions

WHY = "a question of a test"
ALL_OR_NONE = (
    "YES if the register of Arland lists it by then (UTC). Annulled if the register is closed."
)


def asked_by(day: date, name: str = "", **changed: Any) -> NewQuestion:
    """The question of a claim that closes at the end of a day."""
    closes = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
    values: dict[str, Any] = {
        "text": f"Will Arland sign the river treaty by {format_long_date(day)}?",
        "criteria": ALL_OR_NONE, "closes_at": closes, "resolves_at": closes, "essay_id": RIVER,
    }  # fmt: skip
    return an_asked(name or f"signs-{day.isoformat()}", **{**values, **changed})


def question_by(day: date, name: str = "", **changed: Any) -> Question:
    return build_question(asked_by(day, name, **changed))


def end_of(year: int) -> date:
    return date(year, 12, 31)


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """An essay of which nothing has been asked."""
    add(tracker)
    return tracker


# What is a group


numeric: dict[str, Any] = {"kind": "numeric", "horizon_shape": "state_at", "scale": Scale(0.0, 1.0)}
ordered: dict[str, Any] = {"kind": "ordered", "options": ("cold", "hot")}
dated: dict[str, Any] = {"kind": "date", "scale": date_scale("2027-01-01", "2028-01-01")}


@check_rows([
    ({}, {}, True), ({"horizon_shape": "holds_until"}, {"horizon_shape": "holds_until"}, True),
    ({"horizon_shape": "state_at"}, {"horizon_shape": "state_at"}, True),
    ({}, {"horizon_shape": "holds_until"}, False), ({"horizon_shape": "state_at"}, {}, False),
    (numeric, numeric, False), (ordered, ordered, False), (dated, dated, False),
    ({}, numeric, False), (dated, {}, False),
])  # fmt: skip
def test_only_yes_no_questions_of_one_shape_form_a_group(
    first: dict[str, Any], second: dict[str, Any], bound: bool
) -> None:
    assert (
        is_date_group([question_by(end_of(2027), **first), question_by(end_of(2028), **second)])
        is bound
    )


def test_a_group_needs_two_different_days() -> None:
    assert not is_date_group([])
    assert not is_date_group([question_by(end_of(2027))])
    assert not is_date_group([question_by(end_of(2027), "one"), question_by(end_of(2027), "two")])


days = st.lists(
    st.dates(date(2027, 1, 1), date(2090, 12, 31)), min_size=2, max_size=5, unique=True
).map(sorted)


@given(days)
def test_a_group_names_its_questions_by_last_day(found: list[date]) -> None:
    asked = [question_by(day) for day in found]
    link = build_date_group(asked, ())
    assert (link.kind, link.question_ids) == ("dates", tuple(question.id for question in asked))
    assert link.labels == tuple(f"by {day.day} {day:%b %Y}" for day in found)
    assert len(set(link.labels)) == len(found)
    assert link.title == "Will Arland sign the river treaty?"
    assert link.id == "signs-dates"


@given(st.sets(st.integers(1, 6)))
def test_a_group_has_a_name_that_nobody_has(taken: set[int]) -> None:
    names = {LinkId("signs-dates" if n == 1 else f"signs-dates-{n}") for n in taken}
    found = build_date_group([question_by(end_of(2027)), question_by(end_of(2028))], names).id
    assert found not in names
    assert found.startswith("signs-dates")


@check_rows(
    [
        (("signs-2027", "signs-2028"), "signs-dates"),
        (("signs-by-2027-06-30", "signs-by-2027-12-31"), "signs-by-dates"),
        (("rain", "snow"), "rain-dates"),
        (("g20_2027", "g20_2030"), "g20-dates"),
        (("signs", "signs-later"), "signs-dates"),
    ]
)
def test_a_group_is_named_by_what_names_share(names: tuple[str, str], link: str) -> None:
    asked = [
        question_by(end_of(year), name) for name, year in zip(names, (2027, 2028), strict=True)
    ]
    assert build_date_group(asked, ()).id == link


@check_rows(
    [
        ("event_by", "by 31 Dec 2027"),
        ("holds_until", "until 31 Dec 2027"),
        ("state_at", "on 31 Dec 2027"),
    ]
)
def test_a_label_says_what_is_asked_of_the_day(shape: str, label: str) -> None:
    asked = [question_by(end_of(year), horizon_shape=shape) for year in (2027, 2028)]
    assert build_date_group(asked, ()).labels[0] == label


@check_rows([(0, date(2027, 6, 29)), (1, date(2027, 6, 30)), (23, date(2027, 6, 30))])
def test_the_last_day_ends_at_the_close(hour: int, day: date) -> None:
    closes = datetime(2027, 6, 30, hour, tzinfo=UTC)
    assert last_day(question_by(end_of(2027), closes_at=closes)) == day


# Its title


@check_rows(
    [
        ("Will Arland sign by {day}?", "Will Arland sign?"),
        ("Will peace hold until {day}?", "Will peace hold?"),
        ("Will Arland sign before {day}, in public?", "Will Arland sign, in public?"),
        ("Will Arland sign by the end of {day}?", "Will Arland sign?"),
        ("On {day}, will the dam stand?", "Will the dam stand?"),
        ("By {day}, will Arland sign?", "Will Arland sign?"),
        (
            "Will it rain between 1 May 2027 and {day}?",
            "Will it rain between 1 May 2027 and 31 December 2027?",
        ),
        ("Will Arland sign?", "Will Arland sign?"),
    ]
)
def test_a_title_is_the_question_without_its_day(text: str, title: str) -> None:
    asked = [
        question_by(end_of(year), text=text.format(day=format_long_date(end_of(year))))
        for year in (2027, 2028)
    ]
    assert build_date_group(asked, ()).title == title


def test_the_title_falls_back_to_the_first_question() -> None:
    first, second = (
        question_by(end_of(2027)),
        question_by(end_of(2028), text="Will Borland sign by 31 December 2028?"),
    )
    assert build_date_group([first, second], ()).title == first.text


# All or none


def wanted(*years: int, **changed: Any) -> list[PlannedQuestion]:
    asked = [asked_by(end_of(year), f"signs-{year}", **changed) for year in years]
    return [PlannedQuestion(one, (an_indicator(one.id),)) for one in asked]


def test_they_open_in_the_order_of_their_close(essay: Tracker) -> None:
    opened = essay.essays.open_claims(wanted(2029, 2027, 2028), SIGNS, override=WHY)
    assert [question.id for question in opened] == ["signs-2027", "signs-2028", "signs-2029"]
    (link,) = essay.links.coherence().links
    assert link.question_ids == tuple(question.id for question in opened)
    assert link.why == "One claim, asked by several last days."
    for question in opened:
        assert list(essay.questions.get(question.id).indicators) == [f"{question.id}/invitation"]
    page = essay.essays.get("river")
    assert [claim.offset for claim in page.claims] == [SIGNS]
    assert set(next(one for one in page.mapped if one.question_ids).question_ids) == {
        one.id for one in opened
    }
    assert essay.system.verify().bad_seq is None


def test_what_cannot_open_opens_nothing(essay: Tracker) -> None:
    before = essay.system.verify()
    assert essay.essays.open_claims([], SIGNS) == ()
    assert essay.system.verify() == before
    with pytest.raises(NotFound, match="there is no sentence at character"):
        essay.essays.open_claims(wanted(2027, 2028), 10**6, override=WHY)
    assert essay.questions.list() == ()


def with_last(**changed: Any) -> list[PlannedQuestion]:
    """Three questions, of which the last is no good."""
    first, second, last = wanted(2027, 2028, 2029)
    return [first, second, replace(last, question=replace(last.question, **changed))]


@check_rows(
    [
        ({"id": "signs-2027"}, "there is a question 'signs-2027' already"),
        ({"id": "Two words"}, "is not a valid name"),
        ({"bears_out": "perhaps"}, "perhaps"),
        ({"criteria": ""}, "resolution criteria must not be empty"),
        ({"prior": "100%"}, "a prior of 0 or 1 could never be revised"),
        ({"essay_id": EssayId("nope")}, "there is no essay nope"),
        ({"text": "Will \0 it?"}, "character that cannot be kept"),
    ],
    "changed",
    "reason",
)
def test_one_that_cannot_open_keeps_all_from_opening(
    essay: Tracker, changed: dict[str, Any], reason: str
) -> None:
    essay.essays.save_draft("river", SIGNS, {"days": 3})
    before = essay.system.verify()
    with pytest.raises((ForecastsError, TrackerError), match=reason):
        essay.essays.open_claims(with_last(**changed), SIGNS, override=WHY)
    page = essay.essays.get("river")
    assert (page.claims, page.questions, set(page.drafts)) == ((), {}, {SIGNS})
    assert essay.links.coherence().links == ()
    assert essay.system.verify() == before


def test_a_blocking_flaw_in_one_needs_a_logged_reason(essay: Tracker) -> None:
    flawed = with_last(criteria="If it seems so.")
    with pytest.raises(Unresolvable, match="signs-2029"):
        essay.essays.open_claims(flawed, SIGNS, override=" ")
    assert essay.questions.list() == ()
    essay.essays.open_claims(flawed, SIGNS, override=WHY)
    with essay.context.store.reading() as session:
        found = {
            n: questions.find_override(session, QuestionId(f"signs-{n}"))
            for n in (2027, 2028, 2029)
        }
    assert found[2029] is not None
    assert found[2029].why == WHY


def test_questions_that_are_no_group_open_unbound(essay: Tracker) -> None:
    more = PlannedQuestion(asked_by(end_of(2028), "how-much", **numeric))
    essay.essays.open_claims([*wanted(2027), more], SIGNS, override=WHY)
    assert {row.question.id for row in essay.questions.list()} == {"signs-2027", "how-much"}
    assert essay.links.coherence().links == ()
    essay.essays.open_claims(wanted(2030), LEAVES, override=WHY)  # one alone
    assert essay.links.coherence().links == ()
    assert {at: state for at, state in states(essay).items() if state == "open"} == {
        SIGNS: "open",
        LEAVES: "open",
    }
