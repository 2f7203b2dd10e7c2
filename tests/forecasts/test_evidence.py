import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.evidence import likelihood_ratios
from forecasts.evidence.evidence import (
    MAX_RELIABILITY,
    RELIABILITY,
    Direction,
    Expectation,
    SourceReport,
    Strength,
    combine_reliability,
    describe_side,
    effective_likelihood_ratio,
    independent_reports,
    strength_from_words,
)
from forecasts.questions.question import Kind
from tests.forecasts.strategies import day, due, evidence, law, report
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/evidence")

reports = st.lists(
    st.builds(
        report, st.integers(0, 3), st.sampled_from("abc"), st.floats(0.0, 0.97), st.integers(0, 2)
    ),
    max_size=6,
)


def test_words_for_strength_grade_and_direction() -> None:
    # Each strength word stands for its likelihood ratio.
    ratios = {s.name: s.likelihood_ratio for s in Strength}
    assert ratios == {
        "NONE": 1.0,
        "SLIGHT": 1.25,
        "SOME": 1.75,
        "MODERATE": 3.0,
        "STRONG": 8.0,
        "DECISIVE": 25.0,
    }
    assert all(a < b for a, b in pairwise(ratios.values()))
    # Better grades are more reliable and the unknown lies below the middle.
    assert [RELIABILITY[g] for g in ("A", "B", "C", "D", "E")] == [0.97, 0.9, 0.75, 0.5, 0.25]
    assert RELIABILITY["F"] == 0.4
    # Directions are signs.
    assert [Direction.NO * 1.0, Direction.NEUTRAL * 1.0, Direction.YES * 1.0] == [-1.0, 0.0, 1.0]


@check_rows([("logged", 0.6), ("confirmed", 1.0), ("edited", 1.0), ("rejected", 0.6)])
def test_relevance_counts_until_confirmed(status: Any, trust: float) -> None:
    assert evidence(status=status, relevance=0.6).trust == trust


@check_rows([(1.0, 0.8), (0.75, 0.4), (0.5, 0.0), (0.3, 0.0)])
def test_a_called_direction_counts_above_a_coin(p_direction: float, trust: float) -> None:
    assert evidence(status="logged", relevance=0.8, p_direction=p_direction).trust == pytest.approx(
        trust
    )
    assert evidence(status="confirmed", relevance=0.8, p_direction=p_direction).trust == 1.0


@check_rows([("logged", False), ("confirmed", True), ("edited", True), ("rejected", False)])
def test_evidence_is_reviewed_once_a_person_took_it(status: Any, reviewed: bool) -> None:
    assert evidence(status=status).reviewed is reviewed


def test_copies_are_one_report() -> None:
    # Two hundred copies in two hundred outlets are one report.
    first = report(0, "wire", 0.7, text=3)
    copies = [report(n, f"outlet {n}", 0.97, text=3) for n in range(1, 201)]
    assert combine_reliability((*copies, first)) == combine_reliability((first,))
    assert independent_reports((*copies, first)) == (first,)
    # A copy group speaks for the source that carried it first.
    wire, own = report(0, "wire", 0.7, text=3), report(2, "daily", 0.5)
    copy = report(1, "daily", 0.9, text=3)
    assert combine_reliability((wire, copy)) == pytest.approx(0.7)
    assert combine_reliability((wire, copy, own)) == pytest.approx(1 - 0.3 * 0.5)
    again = report(3, "wire", 0.8, text=4)
    assert combine_reliability((wire, copy, own, again)) == pytest.approx(1 - 0.2 * 0.5)
    # Of copies seen at one instant the most reliable counts.
    both = (report(0, "daily", 0.5, text=3), report(0, "wire", 0.7, text=3))
    assert independent_reports(both) == independent_reports(both[::-1]) == (both[1],)
    # Nobody reporting is worth nothing.
    assert combine_reliability(()) == 0.0


def test_independent_groups_raise_reliability() -> None:
    # Two independent groups are more reliable than one and copies are not.
    wire = report(0, "wire", 0.7)
    assert combine_reliability((wire,)) == pytest.approx(0.7)
    assert combine_reliability((wire,) * 200) == combine_reliability((wire,))
    assert combine_reliability((wire, report(0, "agency", 0.8))) == pytest.approx(1 - 0.3 * 0.2)
    # A group counts as its best report.
    assert combine_reliability(
        (report(0, "wire", 0.2), report(0, "wire", 0.7), report(0, "wire", 0.5))
    ) == (combine_reliability((report(0, "wire", 0.7),)))


@law
@given(reports, st.floats(0.0, 0.97))
def test_another_report_only_raises_reliability_and_never_beyond_the_ceiling(
    known: list[SourceReport], reliability: float
) -> None:
    before = combine_reliability(tuple(known))
    after = combine_reliability((*known, report(0, "new", reliability)))
    assert 0.0 <= before <= after + 1e-15
    assert after <= MAX_RELIABILITY


@law
@given(reports, st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(known: list[SourceReport], random: Any) -> None:
    shuffled = known.copy()
    random.shuffle(shuffled)
    assert combine_reliability(shuffled) == combine_reliability(known)


@check_rows([(6, 1, 6), (6, 0.5, 3.5), (6, 0, 1), (1 / 6, 0.5, 1 / 3.5), (1, 0.3, 1)])
def test_doubt_in_the_source_draws_a_ratio_towards_one(
    ratio: float, reliability: float, expected: float
) -> None:
    assert effective_likelihood_ratio(ratio, reliability) == pytest.approx(expected)


@law
@given(st.floats(0.01, 100.0), st.floats(0.0, 1.0))
def test_evidence_for_and_against_of_one_size_cancels(ratio: float, reliability: float) -> None:
    there = effective_likelihood_ratio(ratio, reliability)
    back = effective_likelihood_ratio(1.0 / ratio, reliability)
    assert math.log(there) + math.log(back) == pytest.approx(0.0, abs=1e-9)


@check_rows([0.0, -1.0, math.inf, math.nan])
def test_an_impossible_likelihood_ratio_is_refused(ratio: float) -> None:
    with pytest.raises(ForecastsError, match="above 0 and finite"):
        effective_likelihood_ratio(ratio, 0.5)


def test_impossible_reliability_and_missing_option() -> None:
    # A reliability is a probability.
    with pytest.raises(InvalidProbability):
        effective_likelihood_ratio(3.0, 1.2)
    # A side of options without one says so.
    assert describe_side("ordered", Direction.YES) == "for an option not named"
    assert describe_side("ordered", Direction.NO) == "against an option not named"


def test_expectations_speak_when_seen_and_when_silent() -> None:
    # What was expected speaks for yes when seen and for no when silent.
    found = due(50, if_yes="almost certain", if_no="roughly even chance")
    assert found.ratio_when_seen == pytest.approx(0.97 / 0.5)
    assert found.ratio_when_silent == pytest.approx(0.03 / 0.5)
    against = due(50, if_yes="roughly even chance", if_no="almost certain")
    assert against.ratio_when_silent == pytest.approx(0.5 / 0.03)
    # An expectation in words that nobody knows is refused.
    with pytest.raises(ForecastsError, match="'perhaps' is no word for a chance"):
        Expectation(day(1), "likely", "perhaps")


@law
@given(
    st.sampled_from(sorted(likelihood_ratios.ICD_203)),
    st.sampled_from(sorted(likelihood_ratios.ICD_203)),
)
def test_two_words_give_a_side_and_a_strength(if_yes: str, if_no: str) -> None:
    direction, strength = strength_from_words(if_yes, if_no)
    nats = math.log(likelihood_ratios.ratio_from_words(if_yes, if_no))
    assert strength is not Strength.DECISIVE
    assert (direction is Direction.NEUTRAL) == (strength is Strength.NONE)
    assert direction * nats >= 0.0
    others = [s for s in Strength if s is not Strength.DECISIVE]
    assert abs(abs(nats) - math.log(strength.likelihood_ratio)) == min(
        abs(abs(nats) - math.log(s.likelihood_ratio)) for s in others
    )
    assert strength_from_words(if_no, if_yes) == (-direction, strength)


@check_rows(TABLES["a_side_is_told_in_the_words_of_its_kind"])
def test_a_side_is_told_in_the_words_of_its_kind(kind: Kind, words: tuple[str, str]) -> None:
    assert (
        describe_side(kind, Direction.YES, "low"),
        describe_side(kind, Direction.NO, "low"),
    ) == words
    assert describe_side(kind, Direction.NEUTRAL, "low") == "for neither side"
