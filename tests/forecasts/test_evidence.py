import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.evidence import likelihood_ratios as likelihood
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
from tests.forecasts import oracles
from tests.forecasts.strategies import day, due, evidence, law, report
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/evidence")

reports = st.lists(
    st.builds(
        report, st.integers(0, 3), st.sampled_from("abc"), st.floats(0.0, 0.97), st.integers(0, 2)
    ),
    max_size=6,
)


def test_each_strength_word_stands_for_its_likelihood_ratio() -> None:
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


def test_better_grades_are_more_reliable_and_the_unknown_lies_below_the_middle() -> None:
    assert [RELIABILITY[g] for g in ("A", "B", "C", "D", "E")] == [0.97, 0.9, 0.75, 0.5, 0.25]
    assert RELIABILITY["F"] == 0.4


def test_directions_are_signs() -> None:
    assert [Direction.NO * 1.0, Direction.NEUTRAL * 1.0, Direction.YES * 1.0] == [-1.0, 0.0, 1.0]


@check_rows([("logged", 0.6), ("confirmed", 1.0), ("edited", 1.0), ("rejected", 0.6)])
def test_a_match_counts_by_its_relevance_until_a_person_confirmed_it(
    status: Any, trust: float
) -> None:
    assert evidence(status=status, relevance=0.6).trust == trust


@check_rows([(1.0, 0.8), (0.75, 0.4), (0.5, 0.0), (0.3, 0.0)])
def test_a_called_direction_counts_by_how_much_better_it_is_than_a_coin(
    p_direction: float, trust: float
) -> None:
    assert evidence(status="logged", relevance=0.8, p_direction=p_direction).trust == pytest.approx(
        trust
    )
    assert evidence(status="confirmed", relevance=0.8, p_direction=p_direction).trust == 1.0


@check_rows([("logged", False), ("confirmed", True), ("edited", True), ("rejected", False)])
def test_evidence_is_reviewed_once_a_person_took_it(status: Any, reviewed: bool) -> None:
    assert evidence(status=status).reviewed is reviewed


def test_two_hundred_copies_in_two_hundred_outlets_are_one_report() -> None:
    first = report(0, "wire", 0.7, text=3)
    copies = [report(n, f"outlet {n}", 0.97, text=3) for n in range(1, 201)]
    assert combine_reliability((*copies, first)) == combine_reliability((first,))
    assert independent_reports((*copies, first)) == (first,)


def test_a_copy_group_speaks_for_the_source_that_carried_it_first() -> None:
    wire, own = report(0, "wire", 0.7, text=3), report(2, "daily", 0.5)
    copy = report(1, "daily", 0.9, text=3)
    assert combine_reliability((wire, copy)) == pytest.approx(0.7)
    assert combine_reliability((wire, copy, own)) == pytest.approx(1 - 0.3 * 0.5)
    again = report(3, "wire", 0.8, text=4)
    assert combine_reliability((wire, copy, own, again)) == pytest.approx(1 - 0.2 * 0.5)


def test_of_copies_seen_at_one_instant_the_most_reliable_counts() -> None:
    both = (report(0, "daily", 0.5, text=3), report(0, "wire", 0.7, text=3))
    assert independent_reports(both) == independent_reports(both[::-1]) == (both[1],)


def test_nobody_reporting_is_worth_nothing() -> None:
    assert combine_reliability(()) == 0.0


def test_two_independent_groups_are_more_reliable_than_one_and_copies_are_not() -> None:
    wire = report(0, "wire", 0.7)
    assert combine_reliability((wire,)) == pytest.approx(0.7)
    assert combine_reliability((wire,) * 200) == combine_reliability((wire,))
    assert combine_reliability((wire, report(0, "agency", 0.8))) == pytest.approx(1 - 0.3 * 0.2)


def test_a_group_counts_as_its_best_report() -> None:
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
def test_the_order_of_reports_does_not_matter_to_the_last_bit(
    known: list[SourceReport], random: Any
) -> None:
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


def test_reference_case_source_reliability() -> None:
    case = oracles.case("scoring_cases.json", "L04")
    pairs = zip(case["input"]["lr"], case["input"]["reliability"], strict=True)
    found = [effective_likelihood_ratio(ratio, r) for ratio, r in pairs]
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


@check_rows([0.0, -1.0, math.inf, math.nan])
def test_a_likelihood_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ForecastsError, match="above 0 and finite"):
        effective_likelihood_ratio(ratio, 0.5)


def test_a_reliability_is_a_probability() -> None:
    with pytest.raises(InvalidProbability):
        effective_likelihood_ratio(3.0, 1.2)


def test_what_was_expected_speaks_for_yes_when_seen_and_for_no_when_silent() -> None:
    found = due(50, if_yes="almost certain", if_no="roughly even chance")
    assert found.ratio_when_seen == pytest.approx(0.97 / 0.5)
    assert found.ratio_when_silent == pytest.approx(0.03 / 0.5)
    against = due(50, if_yes="roughly even chance", if_no="almost certain")
    assert against.ratio_when_silent == pytest.approx(0.5 / 0.03)


def test_an_expectation_in_words_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ForecastsError, match="'perhaps' is no word for a chance"):
        Expectation(day(1), "likely", "perhaps")


@law
@given(st.sampled_from(sorted(likelihood.ICD_203)), st.sampled_from(sorted(likelihood.ICD_203)))
def test_two_words_for_one_report_give_a_side_and_a_strength_that_is_never_decisive(
    if_yes: str, if_no: str
) -> None:
    direction, strength = strength_from_words(if_yes, if_no)
    nats = math.log(likelihood.ratio_from_words(if_yes, if_no))
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


def test_a_side_of_options_without_one_says_so() -> None:
    assert describe_side("ordered", Direction.YES) == "for an option not named"
    assert describe_side("ordered", Direction.NO) == "against an option not named"
