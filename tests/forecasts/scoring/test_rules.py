"""Scoring rules: hand-worked numbers, second opinions, honesty, and what is refused."""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from sklearn.metrics import brier_score_loss, log_loss

from forecasts.distributions.probability import Floats
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidResolution
from forecasts.scoring.rules import (
    LOG_CLIP,
    baseline_points,
    baseline_points_continuous,
    brier,
    brier_options,
    brier_ordered,
    log_score,
    log_score_options,
    spherical,
    spherical_options,
)
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/scoring/rules")

Rule = Callable[[ArrayLike, ArrayLike], Floats]


def log_raw(p: ArrayLike, outcome: ArrayLike) -> Floats:
    return log_score(p, outcome, clip=0.0)


def log_raw_options(p: ArrayLike, outcome: ArrayLike) -> Floats:
    return log_score_options(p, outcome, clip=0.0)


def spherical_loss(p: ArrayLike, outcome: ArrayLike) -> Floats:
    return -spherical(p, outcome)


def spherical_loss_options(p: ArrayLike, outcome: ArrayLike) -> Floats:
    return -spherical_options(p, outcome)


def points_lost(p: ArrayLike, outcome: ArrayLike) -> Floats:
    given_to_it = np.where(np.asarray(outcome) == 1, p, 1.0 - np.asarray(p))
    return -baseline_points(given_to_it)


BINARY: dict[str, Rule] = {
    "brier": brier,
    "log": log_score,
    "log without clip": log_raw,
    "spherical": spherical_loss,
    "baseline points": points_lost,
}
OPTIONS: dict[str, Rule] = {
    "brier": brier_options,
    "log without clip": log_raw_options,
    "spherical": spherical_loss_options,
    "ranked": brier_ordered,
}
EVERY_OPTION_RULE: dict[str, Rule] = {**OPTIONS, "log": log_score_options}


def shares(count: int) -> st.SearchStrategy[list[float]]:
    """Probabilities of so many options; zeros and round numbers come up often."""
    weights = st.lists(st.integers(0, 1000), min_size=count, max_size=count).filter(any)
    return weights.map(lambda parts: [part / sum(parts) for part in parts])


pairs_of_shares = st.integers(2, 6).flatmap(lambda count: st.tuples(shares(count), shares(count)))


def expected(rule: Rule, believed: list[float], said: list[float]) -> float:
    """The mean score of what was said if the belief is right; what cannot happen costs nothing."""
    scores = rule([said] * len(said), list(range(len(said))))
    return math.fsum(b * float(s) for b, s in zip(believed, scores, strict=True) if b > 0.0)


@check_rows(TABLES["binary_rules_give_the_numbers_worked_by_hand"])
def test_binary_rules_give_the_numbers_worked_by_hand(
    p: float, outcome: int, brier_is: float, log_is: float, spherical_is: float
) -> None:
    assert brier(p, outcome) == pytest.approx(brier_is)
    assert log_score(p, outcome) == pytest.approx(log_is)
    assert spherical(p, outcome) == pytest.approx(spherical_is)


def test_the_clip_of_the_log_score() -> None:
    # Without a clip certainty costs nothing or everything.
    assert log_raw([1.0, 0.0, 1.0, 0.0], [1, 0, 0, 1]).tolist() == [0.0, 0.0, math.inf, math.inf]
    assert log_raw_options([[1.0, 0.0], [1.0, 0.0]], [0, 1]).tolist() == [0.0, math.inf]
    assert str(log_raw(1.0, 1)) == "0.0"  # and not -0.0
    # The clip moves both ends by the same amount.
    assert log_score([0.0, 1.0], 1, clip=0.05) == pytest.approx([math.log(20), math.log(1 / 0.95)])
    assert log_score_options([[0.0, 1.0]], [[0], [1]], clip=0.05).ravel() == pytest.approx(
        [math.log(20), math.log(1 / 0.95)]
    )
    assert LOG_CLIP == 0.001


@check_rows([*BINARY.values()])
def test_binary_rules_broadcast_and_keep_the_shape(rule: Rule) -> None:
    table = rule([[0.1], [0.7], [0.9]], [1, 0])
    assert table.shape == (3, 2)
    assert table[1, 0] == rule(0.7, 1)
    assert np.ndim(rule(0.7, 1)) == 0


@check_rows([*EVERY_OPTION_RULE.values()])
def test_option_rules_broadcast(rule: Rule) -> None:
    forecasts = [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]]
    assert np.ndim(rule(forecasts[0], 2)) == 0
    assert rule(forecasts, [2, 0]).tolist() == [rule(forecasts[0], 2), rule(forecasts[1], 0)]
    assert rule(forecasts[0], [2, 0, 1, 2]).shape == (4,)
    assert rule(forecasts, [[0], [1], [2]]).shape == (3, 2)
    assert rule(np.empty((0, 3)), []).shape == (0,)


def test_option_rules_by_hand() -> None:
    # Option rules give the numbers worked by hand.
    p, third = [0.1, 0.2, 0.3, 0.4], 2
    assert brier_options(p, third) == pytest.approx((0.01 + 0.04 + 0.49 + 0.16) / 2)
    assert log_score_options(p, third) == pytest.approx(-math.log(0.3))
    assert spherical_options(p, third) == pytest.approx(0.3 / math.sqrt(0.3))
    # Cuts: .1 said of "first", .3 of "first or second", .6 of "not the last"; only the last came
    # true.
    assert brier_ordered(p, third) == pytest.approx(0.26 / 3)
    # The ordered rule counts the option that happened into its own cut.
    """Leaving it out is a known slip, and gives 0.17 here: cuts .1 | .7 | .9, wins second."""
    assert brier_ordered([0.1, 0.6, 0.2, 0.1], 1) == pytest.approx((0.01 + 0.09 + 0.01) / 3)


@law
@given(probabilities, st.integers(0, 1))
def test_two_options_score_as_a_binary_question_does(p: float, outcome: int) -> None:
    both = [1.0 - p, p]
    assert brier_options(both, outcome) == pytest.approx(brier(p, outcome), abs=1e-12)
    assert brier_ordered(both, outcome) == pytest.approx(brier(p, outcome), abs=1e-12)
    assert log_score_options(both, outcome) == pytest.approx(log_score(p, outcome), abs=1e-12)
    assert spherical_options(both, outcome) == pytest.approx(spherical(p, outcome), abs=1e-12)


@law
@given(pairs_of_shares)
def test_the_clipped_log_score_limits_gaming(
    pair: tuple[list[float], list[float]],
) -> None:
    believed, said = pair
    gain = expected(log_score_options, believed, believed) - expected(
        log_score_options, believed, said
    )
    assert gain <= (len(said) - 1) * LOG_CLIP


def test_the_clipped_log_score_can_be_gamed_slightly() -> None:
    believed, said = [0.001, 0.4995, 0.4995], [0.0, 0.5, 0.5]
    assert expected(log_score_options, believed, said) < expected(
        log_score_options, believed, believed
    )
    assert expected(log_raw_options, believed, said) == math.inf


@law
@given(st.lists(st.tuples(probabilities, st.integers(0, 1)), min_size=1, max_size=20))
def test_scikit_learn_agrees_on_the_mean_brier_and_log_score(
    pairs: list[tuple[float, int]],
) -> None:
    p, outcome = np.array([p for p, _ in pairs]), np.array([o for _, o in pairs])
    assert brier(p, outcome).mean() == pytest.approx(
        brier_score_loss(outcome, p, pos_label=1), abs=1e-12
    )
    clipped = np.clip(p, LOG_CLIP, 1 - LOG_CLIP)
    assert log_score(p, outcome).mean() == pytest.approx(
        log_loss(outcome, clipped, labels=[0, 1]), abs=1e-12
    )


@law
@given(pairs_of_shares)
def test_scoringrules_agrees_on_the_brier_and_ranked_scores(
    pair: tuple[list[float], list[float]],
) -> None:
    p = np.array(pair[0])
    for outcome in range(len(p)):
        assert (len(p) - 1) * brier_ordered(p, outcome) == pytest.approx(
            scoringrules.rps_score(outcome + 1, p), abs=1e-12
        )
        assert brier(p[0], outcome > 0) == pytest.approx(
            scoringrules.brier_score(float(outcome > 0), p[0]), abs=1e-12
        )


def test_points_by_hand() -> None:
    # Baseline points are zero for equal shares and limited at both ends.
    assert baseline_points([0.25, 1.0, 0.0]) == pytest.approx(
        [-100.0, 100 * (1 + math.log2(0.999)), 100 * (1 + math.log2(0.001))]
    )
    assert baseline_points(1 / 3, 3) == pytest.approx(0.0, abs=1e-12)
    assert baseline_points(3**-0.5, 3) == pytest.approx(50.0)
    assert baseline_points(0.75, 4) == pytest.approx(100 * math.log(3) / math.log(4))
    # Continuous points compare with a flat forecast at half weight.
    assert baseline_points_continuous([0.02, 0.01, 0.0], base=0.01) == pytest.approx(
        [50 * math.log(2), 0.0, -math.inf]
    )
    assert baseline_points_continuous(0.05, base=[0.05, 0.5]) == pytest.approx(
        [0.0, -50 * math.log(10)]
    )


@check_rows([1, 0, -2])
def test_baseline_points_need_something_to_choose_from(options: int) -> None:
    with pytest.raises(InvalidForecast, match="at least two options"):
        baseline_points(0.5, options)


@check_rows([(1.2, 0.1), (math.nan, 0.1), (0.1, -0.1), (0.1, 0.0), (0.1, [0.1, 0.0])])
def test_continuous_points_refuse_what_is_no_probability(mass: float, base: ArrayLike) -> None:
    with pytest.raises(InvalidProbability):
        baseline_points_continuous(mass, base=base)


@check_rows(product([brier, log_score, spherical], [-0.01, 1.01, math.nan, math.inf]))
def test_binary_rules_refuse_what_is_no_probability(rule: Rule, wrong: float) -> None:
    with pytest.raises(InvalidProbability):
        rule([0.5, wrong], 1)


@check_rows(product([brier, log_score, spherical], [2, 0.5, -1, math.nan]))
def test_binary_rules_refuse_other_outcomes(rule: Rule, wrong: float) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        rule(0.5, [1, wrong])


@check_rows([-0.001, 0.5, math.nan])
def test_a_clip_that_leaves_no_room_is_refused(clip: float) -> None:
    with pytest.raises(InvalidProbability, match="clip"):
        log_score(0.5, 1, clip=clip)
    with pytest.raises(InvalidProbability, match="clip"):
        log_score_options([0.5, 0.5], 1, clip=clip)


@pytest.mark.parametrize("rule", [*EVERY_OPTION_RULE.values()], ids=[*EVERY_OPTION_RULE])
@pytest.mark.parametrize(
    ("p", "outcome", "error", "says"),
    [
        ([0.5, 0.3, 0.1], 0, InvalidProbability, "add up to 1"),
        ([1.2, -0.2], 0, InvalidProbability, "between 0 and 1"),
        ([math.nan, 1.0], 0, InvalidProbability, "between 0 and 1"),
        ([1.0], 0, InvalidForecast, "at least two options"),
        ([], 0, InvalidForecast, "at least two options"),
        (1.0, 0, InvalidForecast, "at least two options"),
        ([0.5, 0.5], 2, InvalidResolution, "0 to 1, not 2"),
        ([0.5, 0.5], -1, InvalidResolution, "not -1"),
        ([0.5, 0.5], [0, 0.5], InvalidResolution, "not 0.5"),
        ([0.5, 0.5], math.nan, InvalidResolution, "not nan"),
    ],
)
def test_option_rules_refuse_bad_input(
    rule: Rule, p: ArrayLike, outcome: ArrayLike, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        rule(p, outcome)
