import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.evidence import (
    MAX_RELIABILITY,
    RELIABILITY,
    Direction,
    Report,
    Strength,
    combined_reliability,
    effective_likelihood_ratio,
)
from tests.forecasts import oracles
from tests.forecasts.strategies import evidence, law, report

reports = st.lists(
    st.builds(lambda group, r: report(0, group, r), st.sampled_from("abc"), st.floats(0.0, 0.97)), max_size=6
)


def test_each_strength_word_stands_for_its_likelihood_ratio() -> None:
    ratios = {s.name: s.likelihood_ratio for s in Strength}
    assert ratios == {"NONE": 1.0, "SLIGHT": 1.25, "SOME": 1.75, "MODERATE": 3.0, "STRONG": 8.0, "DECISIVE": 25.0}
    assert all(a < b for a, b in pairwise(ratios.values()))


def test_better_grades_are_more_reliable_and_the_unknown_lies_below_the_middle() -> None:
    assert [RELIABILITY[g] for g in ("A", "B", "C", "D", "E")] == [0.97, 0.9, 0.75, 0.5, 0.25]
    assert RELIABILITY["F"] == 0.4


def test_directions_are_signs() -> None:
    assert [Direction.NO * 1.0, Direction.NEUTRAL * 1.0, Direction.YES * 1.0] == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize(("status", "trust"), [("logged", 0.6), ("confirmed", 1.0), ("edited", 1.0), ("rejected", 0.6)])
def test_a_match_counts_by_its_relevance_until_a_person_confirmed_it(status: Any, trust: float) -> None:
    assert evidence(status=status, relevance=0.6).trust == trust


def test_nobody_reporting_is_worth_nothing() -> None:
    assert combined_reliability(()) == 0.0


def test_two_independent_groups_are_more_reliable_than_one_and_copies_are_not() -> None:
    wire = report(0, "wire", 0.7)
    assert combined_reliability((wire,)) == pytest.approx(0.7)
    assert combined_reliability((wire,) * 200) == combined_reliability((wire,))
    assert combined_reliability((wire, report(0, "agency", 0.8))) == pytest.approx(1 - 0.3 * 0.2)


def test_a_group_counts_as_its_best_report() -> None:
    assert combined_reliability((report(0, "wire", 0.2), report(0, "wire", 0.7), report(0, "wire", 0.5))) == (
        combined_reliability((report(0, "wire", 0.7),))
    )


@law
@given(reports, st.floats(0.0, 0.97))
def test_another_report_only_raises_reliability_and_never_beyond_the_ceiling(
    known: list[Report], reliability: float
) -> None:
    before = combined_reliability(tuple(known))
    after = combined_reliability((*known, report(0, "new", reliability)))
    assert 0.0 <= before <= after + 1e-15
    assert after <= MAX_RELIABILITY


@pytest.mark.parametrize(
    ("ratio", "reliability", "expected"), [(6, 1, 6), (6, 0.5, 3.5), (6, 0, 1), (1 / 6, 0.5, 1 / 3.5), (1, 0.3, 1)]
)
def test_doubt_in_the_source_draws_a_ratio_towards_one(ratio: float, reliability: float, expected: float) -> None:
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


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_a_likelihood_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ForecastsError, match="above 0 and finite"):
        effective_likelihood_ratio(ratio, 0.5)


def test_a_reliability_is_a_probability() -> None:
    with pytest.raises(InvalidProbability):
        effective_likelihood_ratio(3.0, 1.2)
