"""Which questions belong together, and when they count."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.links import (
    HORIZONS,
    Cohort,
    annul_rate,
    calendar_quarter,
    classify_horizon,
    event_cluster,
    group_cohorts,
    is_past_close,
)
from forecasts.questions.question import (
    ClaimId,
    EssayId,
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    Resolution,
    utc,
)
from forecasts.scoring.scores import Score, Summary, summarise_scores
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


def test_questions_of_one_claim_are_one_cluster() -> None:
    # Questions of one first claim share their fate.
    first, second = ClaimId("C01"), ClaimId("C02")
    by_june = replace(question(name="by-june"), claim_ids=(first,))
    by_july = replace(question(name="by-july"), claim_ids=(first, second))
    other = replace(question(name="other"), claim_ids=(second, first))
    elsewhere = replace(by_june, essay_id=EssayId("another"))
    alone = [replace(question(name=name), claim_ids=()) for name in ("one", "two")]
    assert event_cluster(by_june) == event_cluster(by_july) == "claim essay/C01"
    assert len({event_cluster(q) for q in (by_june, other, elsewhere, *alone)}) == 5
    # A question named like a claim does not share its fate.
    assert event_cluster(replace(question(name="essay/C01"), claim_ids=())) != event_cluster(
        question(name="any")
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


# Summaries over questions that share their fate.


def score(name: str, gain: float, who: str = "ann") -> Score:
    return Score(QuestionId(name), ForecasterId(who), "brier", 0.25 - gain, 1.0, 1.0, gain, ())


GAINS = (0.2, 0.18, 0.22, -0.1, 0.05)


def summary(clusters: dict[QuestionId, str]) -> Summary:
    (found,) = summarise_scores([score(f"q{n}", gain) for n, gain in enumerate(GAINS)], clusters)
    return found


def test_skill_intervals_resample_clusters() -> None:
    # A skill has an interval over the clusters of its questions.
    apart = summary({})
    assert (apart.questions, apart.clusters) == (5, 5)
    assert apart.skill == pytest.approx(0.11)
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low < 0.11 < apart.high
    tied = summary({QuestionId(f"q{n}"): "claim essay/C01" for n in range(3)})
    assert (tied.questions, tied.clusters, tied.skill) == (5, 3, apart.skill)
    assert tied.low is not None
    assert tied.high is not None
    assert tied.high - tied.low > apart.high - apart.low
    # The same scores have the same interval.
    assert summary({}) == summary({})


def test_intervals_of_one_cluster_or_equal_gains() -> None:
    # One cluster leaves no interval.
    found = summary({QuestionId(f"q{n}"): "all" for n in range(5)})
    assert (found.clusters, found.low, found.high) == (1, None, None)
    assert found.skill == pytest.approx(0.11)
    (single,) = summarise_scores([score("q", 0.1)])
    assert (single.clusters, single.low, single.high) == (1, None, None)
    # Equal gains leave an interval without width.
    (found,) = summarise_scores([score("one", 0.1), score("two", 0.1)])
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))
    # Clusters are counted for each forecaster alone.
    scores = [
        score("one", 0.1),
        score("two", 0.2),
        score("two", 0.3, "bob"),
        score("three", 0.1, "bob"),
    ]
    clusters = {QuestionId("one"): "c", QuestionId("two"): "c", QuestionId("elsewhere"): "d"}
    found = {line.forecaster_id: line.clusters for line in summarise_scores(scores, clusters)}
    assert found == {"ann": 1, "bob": 2}
