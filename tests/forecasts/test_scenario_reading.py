"""What would change our mind, and which rows tell scenarios apart."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.question import QuestionId
from forecasts.scenarios.diagnosticity import (
    analyse_diagnosticity,
    rank_informative_rows,
)
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, compute_posterior
from tests.forecasts.strategies import law
from tests.forecasts.test_scenario_set import (
    CONTRACT,
    FUTURES,
    NAMES,
    SUMMIT,
    TABLE,
    Case,
    cases,
    scenario_set,
)

NOW = Categorical(NAMES, (0.5, 0.3, 0.2))


def test_information_by_hand() -> None:
    # Information by hand.
    summit, contract = rank_informative_rows(FUTURES, TABLE, NOW)
    assert (summit.question_id, contract.question_id) == (SUMMIT, CONTRACT)
    assert summit.p_yes == pytest.approx(0.24)
    assert summit.if_yes.p == pytest.approx((0.05 / 0.24, 0.18 / 0.24, 0.01 / 0.24))
    assert summit.if_no.p == pytest.approx((0.45 / 0.76, 0.12 / 0.76, 0.19 / 0.76))
    assert summit.shift_if_yes == pytest.approx(0.75 - 0.3)
    assert summit.expected_shift == pytest.approx(0.24 * 0.45 + 0.76 * (0.3 - 0.12 / 0.76))
    # What is answered can tell no more.
    assert [
        value.question_id for value in rank_informative_rows(FUTURES, TABLE, NOW, answered={SUMMIT})
    ] == [CONTRACT]
    sure = Categorical(NAMES, (0.0, 1.0, 0.0))
    assert [value.bits for value in rank_informative_rows(FUTURES, TABLE, sure)] == [0.0, 0.0]
    # Information is by name whatever the order of the shares.
    turned = Categorical(("Other", "closer", "neutral"), (0.2, 0.3, 0.5))
    assert [v.bits for v in rank_informative_rows(FUTURES, TABLE, turned)] == pytest.approx(
        [v.bits for v in rank_informative_rows(FUTURES, TABLE, NOW)]
    )
    # A row that shares its cause with another has its share.
    shared = rank_informative_rows(
        FUTURES, TABLE, NOW, families={row.question_id: "summit" for row in TABLE.rows}
    )
    for part in shared:
        (whole,) = (
            v
            for v in rank_informative_rows(FUTURES, TABLE, NOW)
            if v.question_id == part.question_id
        )
        assert part.bits == pytest.approx(whole.bits / 2)
        assert part.expected_shift < whole.expected_shift
    with pytest.raises(ForecastsError, match="says nothing of 'war'"):
        rank_informative_rows(FUTURES, TABLE, Categorical(("neutral", "war"), (0.5, 0.5)))


@law
@given(cases())
def test_the_most_telling_row_comes_first(case: Case) -> None:
    asked, table, _ = case
    assert isinstance(asked.prior, Categorical)
    found = rank_informative_rows(asked, table, asked.prior)
    assert [value.bits for value in found] == sorted((value.bits for value in found), reverse=True)
    for value in found:
        assert value.if_yes.p == pytest.approx(
            compute_posterior(asked, table, {value.question_id: 1.0}).distribution.p
        )
        assert value.if_no.p == pytest.approx(
            compute_posterior(asked, table, {value.question_id: 0.0}).distribution.p
        )
        mean = [
            value.p_yes * y + (1 - value.p_yes) * n
            for y, n in zip(value.if_yes.p, value.if_no.p, strict=True)
        ]
        assert mean == pytest.approx(asked.prior.p, abs=1e-12)
        # Pinsker's inequality: bits bound how far the answer moves the scenarios on average.
        assert value.expected_shift <= math.sqrt(value.bits * math.log(2) / 2) + 1e-9


def test_rows_are_marked_by_their_ratios() -> None:
    # Rows are marked against their mean and the most telling comes first.
    found = analyse_diagnosticity(FUTURES, TABLE)
    summit, contract = found.rows
    assert (summit.question_id, summit.answer, found.inconsistency) == (SUMMIT, None, (0, 0, 0))
    assert [cell.mark for cell in summit.cells] == [
        "--",
        "++",
        "--",
    ]  # 0.1, 0.6 and 0.05 around 0.25
    assert [cell.word for cell in summit.cells] == [
        "very unlikely",
        "roughly even chance",
        "almost no chance",
    ]
    assert [cell.mark for cell in contract.cells] == [
        "+",
        "-",
        "N",
    ]  # 0.8, 0.3 and 0.6 around 0.567
    assert (summit.ratio_yes, summit.ratio_no) == pytest.approx((12.0, 0.95 / 0.4))
    assert contract.ratio == pytest.approx(0.7 / 0.2)  # the NO would tell more
    # What was answered no is marked by its no and counts against scenarios.
    found = analyse_diagnosticity(FUTURES, TABLE, {SUMMIT: False, CONTRACT: True})
    by_row = {row.question_id: row for row in found.rows}
    assert [cell.mark for cell in by_row[SUMMIT].cells] == [
        "N",
        "-",
        "+",
    ]  # 0.9, 0.4 and 0.95 around 0.75
    assert by_row[SUMMIT].ratio == pytest.approx(0.95 / 0.4)
    assert by_row[CONTRACT].ratio == pytest.approx(0.8 / 0.3)
    assert found.inconsistency == (0, 2, 0)
    assert analyse_diagnosticity(FUTURES, TABLE, {SUMMIT: True}).inconsistency == (2, 0, 2)
    # A row that is certain has an infinite ratio and one that says nothing is neutral.
    rows = (
        ScenarioLikelihoods(CONTRACT, (1.0, 1.0, 1.0)),
        ScenarioLikelihoods(SUMMIT, (0.0, 0.5, 0.5)),
    )
    summit, contract = analyse_diagnosticity(FUTURES, scenario_set(*rows), {CONTRACT: False}).rows
    assert (summit.ratio_yes, summit.ratio_no, contract.ratio) == (math.inf, 2.0, 1.0)
    assert {cell.mark for cell in contract.cells} == {"N"}


@law
@given(cases(), st.booleans())
def test_evidence_that_is_the_same_everywhere_counts_against_nobody(
    case: Case, answer: bool
) -> None:
    asked, table, _ = case
    fog = ScenarioLikelihoods(QuestionId("fog"), (0.3,) * len(asked.options))
    found = analyse_diagnosticity(asked, scenario_set(*table.rows, fog), {fog.question_id: answer})
    assert set(found.inconsistency) == {0}
    assert found.rows[-1].question_id == "fog" or found.rows[-1].ratio <= 1.0 / 0.7
