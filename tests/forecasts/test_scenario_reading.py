"""What would change our mind, which rows tell scenarios apart, and how shares give way."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability
from forecasts.questions.question import QuestionId
from forecasts.scenarios.diagnosticity import (
    ShareEditMethod,
    analyse_diagnosticity,
    edit_share,
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
HOW: tuple[ShareEditMethod, ...] = ("in proportion", "in log-odds")

hows = st.sampled_from(HOW)
chances = st.floats(0.0, 1.0)


@st.composite
def held(draw: st.DrawFn) -> Categorical:
    weights = draw(
        st.lists(st.floats(1e-6, 1.0) | st.just(0.0), min_size=2, max_size=6).filter(any)
    )
    return Categorical(
        tuple("abcdef"[: len(weights)]), tuple(w / math.fsum(weights) for w in weights)
    )


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


@law
@given(held(), chances, hows)
def test_shares_that_give_way_add_up_to_exactly_one(
    shares: Categorical, new: float, how: ShareEditMethod
) -> None:
    found = edit_share(shares, "a", new, method=how)
    assert math.fsum(found.p) == 1.0
    assert found.of("a") == new
    assert found.options == shares.options


@law
@given(held(), chances, hows)
def test_others_keep_their_order_and_nothing_comes_from_nothing(
    shares: Categorical, new: float, how: ShareEditMethod
) -> None:
    found = edit_share(shares, "a", new, method=how)
    before, after = shares.p[1:], found.p[1:]
    for n, p in enumerate(before):
        assert all(after[n] >= after[m] - 1e-12 for m, q in enumerate(before) if p > q)
    if any(before):
        assert all(q == 0.0 for p, q in zip(before, after, strict=True) if p == 0.0)
    else:
        assert after == pytest.approx([(1.0 - new) / len(after)] * len(after))


@law
@given(held(), chances)
def test_in_proportion_the_others_keep_their_ratios(shares: Categorical, new: float) -> None:
    found = edit_share(shares, "a", new)
    left = math.fsum(shares.p[1:])
    if left > 0.0:
        assert found.p[1:] == pytest.approx(
            [(1.0 - new) * p / left for p in shares.p[1:]], abs=1e-12
        )


@law
@given(held(), st.floats(0.01, 0.99))
def test_in_log_odds_the_others_move_by_one_amount(shares: Categorical, new: float) -> None:
    found = edit_share(shares, "a", new, method="in log-odds")
    pairs = [(p, q) for p, q in zip(shares.p[1:], found.p[1:], strict=True) if 0.0 < p < 1.0]
    if len(pairs) > 1:
        moved = [math.log(q / (1 - q)) - math.log(p / (1 - p)) for p, q in pairs]
        assert moved == pytest.approx([moved[0]] * len(moved), abs=1e-6)


def test_shares_that_give_way_by_hand() -> None:
    # An edit that changes nothing changes nothing.
    for how in HOW:
        assert edit_share(NOW, "closer", 0.3, method=how).p == pytest.approx(NOW.p, abs=1e-12)
    assert edit_share(NOW, "closer", 0.3, method="from one", donor="Other").p == pytest.approx(
        NOW.p, abs=1e-12
    )
    # One option alone can give way.
    found = edit_share(NOW, "closer", 0.4, method="from one", donor="Other")
    assert found.p == pytest.approx((0.5, 0.4, 0.1))
    assert found.of("neutral") == 0.5
    assert math.fsum(found.p) == 1.0
    assert edit_share(NOW, "closer", 0.5, method="from one", donor="Other").of("Other") == 0.0
    # What cannot give way is refused.
    with pytest.raises(InvalidForecast, match=r"'Other' has only 0\.2 to give"):
        edit_share(NOW, "closer", 0.6, method="from one", donor="Other")
    for one in (None, "closer", "war"):
        with pytest.raises(
            InvalidForecast, match="say which other option gives way: neutral, Other"
        ):
            edit_share(NOW, "closer", 0.4, method="from one", donor=one)
    with pytest.raises(InvalidForecast, match="no option 'war'"):
        edit_share(NOW, "war", 0.4)
    with pytest.raises(InvalidProbability):
        edit_share(NOW, "closer", 1.4)
    # A share that is all but certain can give way.
    nearly = Categorical(("a", "b", "c"), (0.0, 1.0, 1e-9))
    found = edit_share(nearly, "a", 0.4, method="in log-odds")
    assert found.p == pytest.approx((0.4, 0.6, 0.0), abs=1e-6)
    assert math.fsum(found.p) == 1.0
