"""Where answers lie in curves, and what calibrated curves would show."""

import math

import numpy as np
import pytest

from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.snapshots import RankSnapshot
from forecasts.calibration.widening import (
    Widening,
    find_factor,
    measure_distance,
    offer_widening,
    widen_curve,
)
from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.errors import ForecastsError
from forecasts.questions.question import QuestionId
from forecasts.statistics.intervals import wilson
from tests.tables import check_rows

RANGE = Scale(0.0, 100.0)
OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
EVEN = uniform_curve(RANGE)


def row(n: int, answer: float, curve: Cdf = EVEN, family: str = "", scale: Scale = RANGE):
    low, high = curve.at(answer), curve.at(answer)
    if answer > curve.x[-1]:
        low, high = curve.p[-1], 1.0
    return RankSnapshot(
        QuestionId(f"q{n}"), family or f"q{n}", low, high, curve.below, curve.above, curve, scale,
        answer,
    )  # fmt: skip


def test_shares_inside_intervals_by_hand() -> None:
    assert assess_ranks([]) is None
    found = assess_ranks([row(n, 5.0 * n + 2.5) for n in range(20)])
    half, most = found.intervals
    assert (half.share, most.share) == (0.5, 0.9)
    assert (most.low95, most.high95) == pytest.approx(wilson(18, 20))
    assert (half.mean_width, most.mean_width) == pytest.approx((0.5, 0.9))
    assert [bar.share for bar in found.bars] == [0.2] * 5
    assert found.verdict == ("Answers came where the curves said, within chance.")
    # Below fifteen families there is no interval.
    found = assess_ranks([row(n, 5.0 * n, family=str(n % 14)) for n in range(20)])
    assert (found.intervals[1].low95, found.is_enough) == (None, False)
    assert found.verdict == "Not enough data: 14 of 15 independent questions."


def test_an_answer_beyond_the_range_counts_by_its_share() -> None:
    # Half the mass is beyond; of ranks from .5 to 1 four fifths lie in the central 90 %.
    curve = Cdf((0.0, 100.0), (0.0, 0.5))
    found = assess_ranks([row(n, math.inf, curve, scale=OPEN) for n in range(20)])
    assert [each.share for each in found.intervals] == pytest.approx([0.5, 0.9])
    assert [bar.share for bar in found.bars] == pytest.approx([0, 0, 0.2, 0.4, 0.4])


@check_rows([
    ([1.0, 99.0] * 20, "Too narrow"), ([45.0, 55.0] * 20, "Too wide"),
    ([70.0, 90.0] * 20, "Too low"), ([10.0, 30.0] * 20, "Too high"),
])  # fmt: skip
def test_the_verdict_names_what_is_wrong(answers: list[float], start: str) -> None:
    found = assess_ranks([row(n, answer) for n, answer in enumerate(answers)])
    assert found.verdict.startswith(start)
    assert found.deviation.is_far
    # One event asked many times accuses nobody.
    tied = [row(n, answer, family="one") for n, answer in enumerate(answers)]
    assert assess_ranks(tied).verdict.startswith("Not enough data: 1 of 15")


def test_a_range_that_is_off_is_named_with_its_band() -> None:
    answers = [30.0, 70.0] * 10 + [22.0, 78.0] * 8 + [2.0, 98.0] * 2
    found = assess_ranks([row(n, answer) for n, answer in enumerate(answers)])
    worst = found.bars[1]
    assert not found.deviation.is_far
    assert found.verdict == (
        "Off in 3 of 5 ranges: too many answers, 45%, came between the 20% and 40% points of the"
        f" curves. Calibrated curves have {worst.band_low:.0%} to {worst.band_high:.0%} there, and"
        " are off in no range in 95% of cases."
    )
    # An empty range is off, too.
    found = assess_ranks([row(n, 5.0 * n + 2.5) for n in range(20) if n // 4 != 2] * 3)
    assert found is not None


def test_calibrated_curves_are_seldom_accused() -> None:
    rng = np.random.default_rng(5)
    accused = 0
    for world in range(100):
        rows = [row(n, 100 * rng.random()) for n in range(40)]
        accused += "within chance" not in assess_ranks(rows, draws=150, seed=world).verdict
    assert accused <= 10


def test_a_conformal_factor_by_hand() -> None:
    # 19 families: the 18th distance of 20, one of which is infinitely far.
    assert find_factor({str(n): [float(n)] for n in range(1, 20)}, 0.9) == 18.0
    # A family of ten weighs as one.
    distances = {"war": [9.0] * 10, **{str(n): [float(n) / 10] for n in range(1, 19)}}
    assert find_factor(distances, 0.9) == 1.8
    # The even curve's 90 % interval reaches from 5 to 95, 45 to each side.
    assert [measure_distance(row(0, x)) for x in (50.0, 95.0, 5.0)] == pytest.approx([0, 1, 1])
    beyond = Cdf((0.0, 100.0), (0.0, 0.9))
    assert measure_distance(row(0, math.inf, beyond, scale=OPEN)) == 1.0
    sure = Cdf((0.0, 100.0), (0.0, 0.99))
    assert measure_distance(row(0, math.inf, sure, scale=OPEN)) == math.inf


def test_a_factor_is_offered_from_thirty_curves_on() -> None:
    narrow = Cdf((0.0, 45.0, 50.0, 55.0, 100.0), (0.0, 0.05, 0.5, 0.95, 1.0))
    rows = [row(n, 50.0 + (n - 15), narrow) for n in range(30)]
    assert offer_widening(rows) == Widening(pytest.approx(14 / 5, abs=0.21), 30, 30)
    assert offer_widening(rows[:29]) is None
    tied = [row(n, 50.0, narrow, family=str(n % 14)) for n in range(30)]
    assert offer_widening(tied) is None


def test_widening_keeps_the_median_and_the_range() -> None:
    curve = Cdf((0.0, 40.0, 50.0, 60.0, 100.0), (0.0, 0.05, 0.5, 0.95, 1.0))
    for factor in (0.5, 1.0, 1.5, 3.0):
        wide = widen_curve(curve, RANGE, factor)
        assert (wide.x[0], wide.x[-1], wide.p[0], wide.p[-1]) == (0.0, 100.0, 0.0, 1.0)
        assert wide.at(50.0) == pytest.approx(0.5)
        low, high = wide.central(0.9)
        assert high - low == pytest.approx(20 * factor, rel=0.1)
    assert widen_curve(curve, RANGE, 1.0) == curve
    # Mass beyond an open bound grows and never vanishes.
    never = Cdf((0.0, 50.0, 100.0), (0.0, 0.5, 0.8))
    assert widen_curve(never, OPEN, 2.0).above > 0.3
    assert widen_curve(never, OPEN, 0.5).above == pytest.approx(0.2)
    # On a log scale widths are ratios.
    log = Scale(1.0, 10_000.0, zero_point=0.0)
    powers = Cdf((1.0, 10.0, 100.0, 1000.0, 10_000.0), (0.0, 0.05, 0.5, 0.95, 1.0))
    assert widen_curve(powers, log, 0.5).at(100 * 10**0.5) == pytest.approx(0.95)
    with pytest.raises(ForecastsError, match="above 0"):
        widen_curve(curve, RANGE, 0.0)
