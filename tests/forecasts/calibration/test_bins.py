"""When someone says 70 %, does it happen seven times in ten? The points, the bins, and the
advice.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.reliability import (
    BIN_PERCENT,
    MIN_CLUSTERS_FOR_ADVICE,
    Bin,
    bin_forecasts,
    bin_index,
    give_advice,
)
from forecasts.errors import InvalidProbability
from forecasts.statistics.intervals import jeffreys, wilson
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/calibration/bins")


def test_bins_count_points_and_outcomes() -> None:
    # No points make five empty bins.
    empty = bin_forecasts([])
    assert [(b.low, b.high) for b in empty] == [
        (0.0, 0.2),
        (0.2, 0.4),
        (0.4, 0.6),
        (0.6, 0.8),
        (0.8, 1.0),
    ]
    assert {b.n for b in empty} == {0}
    assert empty[0] == Bin(0.0, 0.2, 0, None, 0, None, None, None)
    # A bin says what was said and how often it happened.
    third = bin_forecasts([(0.45, 1), (0.55, 0), (0.5, 1), (0.5, 1)])[2]
    assert (third.n, third.happened, third.share) == (4, 3, 0.75)
    assert third.mean_p == pytest.approx(0.5)
    assert (third.low95, third.high95) == wilson(3, 4)
    assert (third.jeffreys_low95, third.jeffreys_high95) == jeffreys(3, 4)


@check_rows(TABLES["an_edge_lands_in_the_upper_bin"])
def test_an_edge_lands_in_the_upper_bin(p: float, index: int) -> None:
    assert [b.n for b in bin_forecasts([(p, 1)])] == [int(i == index) for i in range(5)]
    assert bin_index(p) == index


@check_rows(range(101))
def test_every_whole_percentage_lands_in_its_bin(percent: int) -> None:
    expected = min(percent // BIN_PERCENT, 4)
    assert (
        bin_index(percent / 100)
        == bin_index(percent * 0.01)
        == bin_index(1 - (100 - percent) / 100)
        == expected
    )


@law
@given(
    st.lists(
        st.tuples(
            probabilities | st.integers(0, 100).map(lambda n: n / 100), st.sampled_from([0, 1])
        )
    )
)
def test_every_point_lands_in_exactly_one_bin(points: list[tuple[float, int]]) -> None:
    found = bin_forecasts(points)
    assert sum(b.n for b in found) == len(points)
    assert sum(b.happened for b in found) == sum(outcome for _, outcome in points)
    for b in found:
        assert b.mean_p is None or b.low - 1e-9 <= b.mean_p <= b.high + 1e-9


@check_rows([-0.01, 1.01, float("nan")])
def test_a_point_that_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(InvalidProbability):
        bin_forecasts([(p, 1)])
    with pytest.raises(InvalidProbability):
        bin_index(p)


def points(*groups: tuple[float, int, int]) -> list[tuple[float, int]]:
    """So many of (p, n, how many of them happened)."""
    return [(p, int(index < happened)) for p, n, happened in groups for index in range(n)]


@check_rows([(0, 20), (1, 19), (19, 1)])
def test_advice_says_how_many_questions_are_missing(n: int, missing: int) -> None:
    said = give_advice(points((0.9, n, 0)))
    assert (
        said
        == f"Too few questions to say anything: {n} of the {MIN_CLUSTERS_FOR_ADVICE} needed, {missing} are missing."
    )


@check_rows(
    [
        (points((0.7, 20, 14)), "Over 20 questions forecasts and outcomes agree within chance"),
        (points((0.1, 30, 3), (0.5, 30, 15), (0.9, 30, 27)), "Over 90 questions"),
        (points((0.5, 20, 10)), "Over 20 questions"),
        (
            points((0.7, 20, 5)),
            "Too high: forecasts said 70% on average and 25% happened; go lower.",
        ),
        (
            points((0.3, 20, 15)),
            "Too low: forecasts said 30% on average and 75% happened; go higher.",
        ),
        (
            points((0.95, 20, 12), (0.05, 20, 8)),
            "Too sure: forecasts lay 45 points from 50% on average",
        ),
        (
            points((0.6, 40, 40), (0.4, 40, 0)),
            "Too cautious: forecasts lay 10 points from 50% on average",
        ),
        (points((1.0, 10, 10), (0.0, 10, 0)), "Over 20 questions"),
        (
            points((1.0, 10, 9), (0.0, 10, 0)),
            "Too high: forecasts said 50% on average and 45% happened",
        ),
        (points((1.0, 10, 9), (0.0, 10, 1)), "Too sure: forecasts lay 50 points"),
    ]
)
def test_advice_is_one_plain_sentence(given_points: list[tuple[float, int]], start: str) -> None:
    said = give_advice(given_points)
    assert said.startswith(start)
    assert said.count("\n") == 0


@law
@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([0, 1])),
        min_size=MIN_CLUSTERS_FOR_ADVICE,
        max_size=40,
    )
)
def test_the_mirror_image_of_forecasts_gets_the_mirrored_advice(
    pairs: list[tuple[int, int]],
) -> None:
    verdict, _, _ = give_advice([(p / 100, outcome) for p, outcome in pairs]).partition(":")
    mirrored, _, _ = give_advice(
        [((100 - p) / 100, 1 - outcome) for p, outcome in pairs]
    ).partition(":")
    assert mirrored == {"Too high": "Too low", "Too low": "Too high"}.get(verdict, verdict)


def test_bins_count_clusters_and_refuse_other_outcomes() -> None:
    # Questions of one fate count as one in the bars.
    apart, tied = bin_forecasts([(0.5, 1)] * 4)[2], bin_forecasts([(0.5, 1)] * 4, ["war"] * 4)[2]
    assert (apart.low95, apart.high95) == wilson(4, 4)
    assert (tied.low95, tied.high95) == wilson(1, 1)
    assert (tied.n, tied.happened) == (4, 4)
    # One piece of luck accuses nobody.
    points = [(0.2, 1)] * 4 + [(0.2, 0)] * 20
    fates = ["war"] * 4 + [str(n) for n in range(20)]
    assert "nothing to change" in give_advice(points, fates)
    wrong = [(0.2, 1)] * 24
    assert give_advice(wrong).startswith("Too low")
    assert (
        give_advice(wrong, ["war"] * 24)
        == "Too few questions of separate fate to say anything: 1 of the 20 needed, 19 are missing."
    )
    # An outcome of a bin is yes or no.
    with pytest.raises(ValueError, match="is 0 or 1"):
        bin_forecasts([(0.5, 2)])
