"""Which questions belong together, and when they count."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.links import (
    HORIZONS,
    Cohort,
    annul_rate,
    calendar_quarter,
    classify_horizon,
    group_cohorts,
    is_past_close,
)
from forecasts.questions.question import (
    Outcome,
    Question,
    QuestionId,
    Resolution,
    utc,
)
from tests.forecasts.strategies import OPENS, day, law, question, resolution
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/cohorts")


def asked(name: str, opens: float = 0.0, closes: float = 100.0) -> Question:
    """A question open from one day after the start of the year to another."""
    return replace(
        question(name=name), opens_at=day(opens), closes_at=day(closes), resolves_at=day(closes)
    )


def answers(*found: tuple[str, Outcome]) -> dict[QuestionId, Resolution]:
    return {
        QuestionId(name): replace(resolution(outcome), question_id=QuestionId(name))
        for name, outcome in found
    }


@check_rows(TABLES["the_horizon_is_the_scheduled_length"])
def test_the_horizon_is_the_scheduled_length(days: float, expected: str) -> None:
    assert classify_horizon(asked("q", 5, 5 + days)) == expected
    assert expected in HORIZONS


@check_rows(TABLES["a_quarter_is_three_months_of_a_year"])
def test_a_quarter_is_three_months_of_a_year(at: str, expected: str) -> None:
    assert calendar_quarter(utc(at)) == expected


def test_a_quarter_is_one_of_utc_wherever_the_clock_hung() -> None:
    assert (
        calendar_quarter(datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == "2026-Q1"
    )


def test_questions_count_after_their_scheduled_close() -> None:
    # A question counts once its scheduled close has passed.
    assert not is_past_close(asked("q", 0, 10), day(9.99))
    assert is_past_close(asked("q", 0, 10), day(10))
    # An early yes waits for its scheduled close.
    soon, late = asked("soon", 0, 10), asked("late", 0, 50)
    known = answers(("late", "yes"))
    assert group_cohorts([soon, late], known, day(20)) == (
        Cohort(
            "2026-Q1", opened=2, over=1, answered=0, annulled=0, ambiguous=0, unanswered=1, early=1
        ),
    )
    assert group_cohorts([soon, late], known, day(50)) == (
        Cohort(
            "2026-Q1", opened=2, over=2, answered=1, annulled=0, ambiguous=0, unanswered=1, early=0
        ),
    )


def test_a_cohort_tells_what_became_of_its_questions() -> None:
    over = [asked(name, 0, 10) for name in ("yes", "no", "many", "void", "vague", "late")]
    waiting = [asked(name, 20, 60) for name in ("early", "given-up", "open")]
    second = [asked("spring", 90, 95)]
    upcoming = [asked("upcoming", 200, 300)]
    known = answers(
        ("yes", "yes"), ("no", "no"), ("many", "answered"), ("void", "annulled"), ("vague", "ambiguous"),
        ("early", "yes"), ("given-up", "annulled"), ("spring", "no"), ("unheard-of", "yes"),
    )  # fmt: skip
    assert group_cohorts([*upcoming, *second, *waiting, *over], known, day(30)) == (
        Cohort(
            "2026-Q1", opened=9, over=6, answered=3, annulled=1, ambiguous=1, unanswered=1, early=2
        ),
    )
    assert group_cohorts([*upcoming, *second, *waiting, *over], known, day(99)) == (
        Cohort(
            "2026-Q1", opened=9, over=9, answered=4, annulled=2, ambiguous=1, unanswered=2, early=0
        ),
        Cohort(
            "2026-Q2", opened=1, over=1, answered=1, annulled=0, ambiguous=0, unanswered=0, early=0
        ),
    )


def test_cohorts_are_sorted_and_count_annulments() -> None:
    # Cohorts are in order and leave out what has not opened.
    every = [asked("c", 800, 900), asked("a", 0, 10), asked("b", 365, 400)]
    assert [line.quarter for line in group_cohorts(every, {}, day(900))] == [
        "2026-Q1",
        "2027-Q1",
        "2028-Q1",
    ]
    assert [line.quarter for line in group_cohorts(every, {}, day(365))] == ["2026-Q1", "2027-Q1"]
    assert group_cohorts(every, {}, OPENS - timedelta(days=1)) == ()
    assert group_cohorts([], {}, day(0)) == ()
    # The annul rate is of the questions that are over.
    one = Cohort(
        "2026-Q1", opened=10, over=5, answered=2, annulled=1, ambiguous=1, unanswered=1, early=3
    )
    other = Cohort(
        "2026-Q2", opened=5, over=3, answered=3, annulled=0, ambiguous=0, unanswered=0, early=0
    )
    young = Cohort(
        "2026-Q3", opened=5, over=0, answered=0, annulled=0, ambiguous=0, unanswered=0, early=2
    )
    assert annul_rate([one]) == 0.4
    assert annul_rate([one, other, young]) == 0.25
    assert annul_rate([other]) == 0.0
    assert annul_rate([young]) is None
    assert annul_rate([]) is None


OUTCOMES = st.sampled_from([None, "yes", "no", "annulled", "ambiguous"])


@law
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400), OUTCOMES), max_size=12),
    st.integers(0, 900),
)
def test_every_question_that_has_opened_is_in_one_place(
    facts: list[tuple[int, int, Outcome | None]], now: int
) -> None:
    every = [asked(f"q{n}", opens, opens + days) for n, (opens, days, _) in enumerate(facts)]
    known = answers(
        *((f"q{n}", outcome) for n, (_, _, outcome) in enumerate(facts) if outcome is not None)
    )
    lines = group_cohorts(every, known, day(now))
    assert sum(line.opened for line in lines) == sum(opens <= now for opens, _, _ in facts)
    for line in lines:
        assert line.over == line.answered + line.annulled + line.ambiguous + line.unanswered
        assert line.over + line.early <= line.opened
    assert [line.quarter for line in lines] == sorted({line.quarter for line in lines})
