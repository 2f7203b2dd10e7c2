"""The exponent of the weighted crowd: by hand, by law, and how far few answers move it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.aggregation.extremising import (
    MAX_EXPONENT,
    PRIOR_SPREAD,
    PooledQuestion,
    fit_exponent,
)
from forecasts.aggregation.leading_pool import (
    describe_leading_pool,
    find_leading_pool,
    find_offered_pool,
)
from forecasts.questions.families import FamilyId
from forecasts.questions.question import CROWD, CROWD_EXTREMISED, CROWD_WEIGHTED, ForecasterId
from forecasts.scoring.comparison import Comparison
from tests.forecasts.strategies import law

NAMES = {CROWD: "Crowd", CROWD_WEIGHTED: "Weighted", CROWD_EXTREMISED: "Extremised"}


def answered(odds: float, yes: int, no: int, *, share: float = 1.0) -> list[PooledQuestion]:
    """Questions at the same log-odds, so many of them YES and NO, each a family of its own."""
    return [
        PooledQuestion(FamilyId(str(n)), n < yes, np.array([odds]), np.array([share]))
        for n in range(yes + no)
    ]


def test_the_exponent_follows_many_answers() -> None:
    # Where 62 % is said and 73 % happen, twice the log-odds are right: ln(0.73 / 0.27) = 1.
    assert fit_exponent(answered(0.5, 7311, 2689)) == pytest.approx(2.0, abs=0.02)
    # Too bold a crowd is drawn in.
    assert fit_exponent(answered(1.0, 6225, 3775)) == pytest.approx(0.5, abs=0.02)
    # A crowd that is right stays as it is.
    assert fit_exponent(answered(1.0, 7311, 2689)) == pytest.approx(1.0, abs=0.02)


def test_few_answers_hardly_move_the_exponent() -> None:
    # Ten answers all in favour of 73 % would ask for an infinite exponent.
    assert 1.0 < fit_exponent(answered(1.0, 10, 0)) < 1.5
    assert fit_exponent([]) == 1.0
    # The most likely logarithm solves spread² · Σ (1 − sigmoid(a · z)) · a · z = ln a.
    found = fit_exponent(answered(1.0, 10, 0))
    pull = 10 * found / (1 + np.exp(found))
    assert PRIOR_SPREAD**2 * pull == pytest.approx(np.log(found), abs=1e-3)


def test_a_family_counts_once_and_a_question_by_its_time() -> None:
    alone = answered(1.0, 10, 2)
    family = [row._replace(family=FamilyId(f"{row.family}")) for row in alone for _ in range(5)]
    assert fit_exponent(family) == pytest.approx(fit_exponent(alone), abs=1e-4)
    short = answered(1.0, 10, 2, share=0.1)
    assert abs(np.log(fit_exponent(short))) < abs(np.log(fit_exponent(alone)))


@law
@given(
    st.lists(st.tuples(st.floats(-4.6, 4.6), st.booleans()), max_size=30),
)
def test_yes_and_no_are_treated_alike(rows: list[tuple[float, bool]]) -> None:
    def fit(sign: int) -> float:
        return fit_exponent(
            [
                PooledQuestion(
                    FamilyId(str(n)), yes is (sign > 0), np.array([z * sign]), np.ones(1)
                )
                for n, (z, yes) in enumerate(rows)
            ]
        )

    assert fit(1) == pytest.approx(fit(-1), abs=1e-3)
    assert 1 / MAX_EXPONENT <= fit(1) <= MAX_EXPONENT


def compared(
    a: ForecasterId, b: ForecasterId, advantage: float | None, e_value: float
) -> Comparison:
    low, high = (
        ((0.001, 0.2) if (advantage or 0) > 0 else (-0.2, -0.001)) if e_value > 20 else (-1, 1)
    )
    return Comparison(a, b, 60, 40, 9, 1.0, advantage, low, high, e_value, 20.0, 3, None)


def test_the_pool_that_leads_is_named_with_its_evidence() -> None:
    plain, between = (CROWD_WEIGHTED, CROWD), (CROWD_EXTREMISED, CROWD_WEIGHTED)
    weighted = compared(*plain, 0.01, 30)
    sharper = compared(CROWD_EXTREMISED, CROWD, 0.02, 30)
    rows = [
        # The simpler of two leads until the other beats it.
        ([weighted, sharper, compared(*between, 0.01, 2)], CROWD_WEIGHTED),
        ([weighted, sharper, compared(*between, 0.01, 30)], CROWD_EXTREMISED),
        ([compared(*plain, 0.01, 3), sharper, compared(*between, 0.01, 3)], CROWD_EXTREMISED),
        # Without evidence, or with evidence against them, none leads.
        ([compared(*plain, 0.01, 3)], None),
        ([compared(*plain, -0.01, 30)], None),
        ([], None),
    ]
    for comparisons, expected in rows:
        found = find_leading_pool(comparisons)
        assert (None if found is None else found.a) == expected
    # The first leader under any rule is offered, unless a leader is shown already.
    weighted_rows, sharp_rows = rows[0][0], rows[1][0]
    for shown, pools, offered in (
        (CROWD, ([], weighted_rows, sharp_rows), CROWD_WEIGHTED),
        (CROWD_EXTREMISED, (weighted_rows,), CROWD_WEIGHTED),
        (CROWD_EXTREMISED, (weighted_rows, sharp_rows), None),
        (CROWD, (rows[3][0],), None),
    ):
        assert find_offered_pool(pools, shown) == offered
    said = describe_leading_pool(rows[0][0], NAMES)
    assert said.startswith("Weighted leads. Weighted was 1.0 points better than Crowd over 60")
    said = describe_leading_pool(rows[3][0], NAMES)
    assert said.startswith("No way of pooling has been shown to beat the plain crowd, the median.")
    assert describe_leading_pool([], NAMES) == ""
    assert describe_leading_pool([compared(*plain, None, 1)], NAMES) == ""
