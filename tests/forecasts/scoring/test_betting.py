"""Evidence by betting: laws of the capital and of its confidence sequence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics.betting import (
    BOUNDS,
    FRACTIONS,
    MAX_LOSS,
    SHARES,
    Differences,
    FamilyGains,
    confidence_interval,
    confidence_sequence,
    e_threshold,
    evidence_path,
    pool_families,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows

signs = st.lists(st.sampled_from([-1.0, 1.0]), min_size=1, max_size=30)
sizes = st.floats(0.02, 1.0)


def differ(gain: float, bound: float | None = None, weight: float = 1.0) -> Differences:
    limit = abs(gain) if bound is None else bound
    return Differences(np.array([weight]), np.array([gain]), np.array([limit]))


def pool(*gains: float, bound: float | None = None) -> FamilyGains:
    return pool_families((n, differ(gain, bound)) for n, gain in enumerate(gains))


def bet_by_hand(gains: list[float], bounds: list[float], mean: float) -> float:
    """Final capital, one bet after the other, as the module describes it."""
    capital = 0.0
    for sign in (1.0, -1.0):
        for fraction, share in zip(FRACTIONS, SHARES, strict=True):
            own, squares = 1.0, [1.0]
            for gain, bound in zip(gains, bounds, strict=True):
                rounded = min(b for b in BOUNDS if b >= bound - 1e-12)
                earlier = squares[1:] or squares
                stake = fraction / np.sqrt(np.mean(earlier))
                stake = min(stake, MAX_LOSS / (rounded + abs(mean)))
                own *= 1.0 + sign * stake * (gain - mean)
                squares.append(rounded**2)
            capital += own * share / 2.0
    return capital


@law
@given(st.lists(st.tuples(sizes, st.sampled_from([-1, 1])), min_size=1, max_size=12))
def test_capital_agrees_with_bets_made_one_by_one(rows: list[tuple[float, int]]) -> None:
    gains = [size * sign for size, sign in rows]
    families = pool(*gains)
    for mean in (0.0, 0.01):
        assert evidence_path(families, mean)[-1] == pytest.approx(
            bet_by_hand(gains, [abs(g) for g in gains], mean)
        )


@law
@given(signs, sizes)
def test_capital_stays_positive_and_ignores_sides(rows: list[float], size: float) -> None:
    path = evidence_path(pool(*(size * sign for sign in rows)))
    assert (path > 0.0).all()
    mirrored = evidence_path(pool(*(-size * sign for sign in rows)))
    assert path == pytest.approx(mirrored)


@law
@given(st.integers(1, 8), sizes)
def test_fair_odds_leave_the_expected_capital_at_one(count: int, size: float) -> None:
    every = [[size * (1 if k >> i & 1 else -1) for i in range(count)] for k in range(2**count)]
    final = [evidence_path(pool(*gains))[-1] for gains in every]
    assert np.mean(final) == pytest.approx(1.0)


@law
@given(signs, sizes, st.sampled_from([5.0, 20.0, 100.0]))
def test_interval_and_evidence_never_contradict(
    rows: list[float], size: float, threshold: float
) -> None:
    families = pool(*(size * sign for sign in rows))
    low, high = confidence_interval(families, threshold)
    assert low <= families.advantage + 1e-9
    assert high >= families.advantage - 1e-9
    is_shown = evidence_path(families)[-1] >= threshold
    assert (low > 0.0 or high < 0.0) is bool(is_shown)


@law
@given(signs, sizes)
def test_a_sequence_holds_every_interval_closely(rows: list[float], size: float) -> None:
    families = pool(*(size * sign for sign in rows), bound=1.0)
    counts = list(range(1, len(families) + 1))
    for count, (low, high) in zip(counts, confidence_sequence(families, counts), strict=True):
        exact = confidence_interval(families.first(count))
        assert low <= exact[0] + 1e-9
        assert high >= exact[1] - 1e-9
        assert high - low <= exact[1] - exact[0] + 0.12


def test_an_interval_is_no_wider_than_the_bounds() -> None:
    assert confidence_interval(pool(0.1, bound=0.3)) == pytest.approx((-0.3, 0.3))
    narrow = confidence_interval(pool(*[0.1] * 60, bound=0.3))
    assert 0.0 < narrow[0] < 0.1 < narrow[1] < 0.2
    assert confidence_interval(pool_families([])) == (-1.0, 1.0)


def test_a_family_is_one_bet_on_its_mean() -> None:
    parts = [differ(0.2), differ(-0.1), differ(0.2)]
    family = pool_families([("a", part) for part in parts])
    assert len(family) == 1
    assert family.advantage == pytest.approx(0.1)
    copies = pool_families([("a", differ(0.2))] * 5)
    assert evidence_path(copies) == pytest.approx(evidence_path(pool(0.2)))


def test_who_met_late_stakes_as_much() -> None:
    late = Differences(np.array([0.25]), np.array([0.2]), np.array([0.2]), left=0.25)
    assert evidence_path(pool_families([(1, late)])) == pytest.approx(evidence_path(pool(0.2)))


def test_a_difference_beyond_its_bound_is_refused() -> None:
    with pytest.raises(ForecastsError, match="larger than its bound"):
        pool(0.2, bound=0.1)


@check_rows([
    ([], 0.0), ([25.0], 20.0), ([19.0], 20.0), ([25.0, 1.0], 40.0), ([45.0, 50.0, 1.0], 30.0),
    ([60.0, 1.0, 1.0], 60.0), ([20.0] * 4, 20.0),
])  # fmt: skip
def test_several_looked_at_together_need_more(e_values: list[float], threshold: float) -> None:
    assert e_threshold(e_values) == pytest.approx(threshold)
