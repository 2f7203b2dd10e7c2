import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration import LEADS_DAYS, TOO_FEW, Bin, advice, bins, snapshots, wilson
from forecasts.errors import InvalidProbability
from forecasts.question import Outcome, Question, Resolution
from forecasts.timeline import Timeline
from tests.forecasts import oracles
from tests.forecasts.strategies import day, law, probabilities, question, resolution, steps

Record = tuple[Question, Resolution, Timeline]


def record(held: Timeline, outcome: Outcome = "yes", known: float = 100, days: float = 100) -> Record:
    return question(days=days), resolution(outcome, known), held


def test_leads_are_a_quarter_a_month_and_a_week() -> None:
    assert LEADS_DAYS == (90, 30, 7)


def test_a_snapshot_is_what_stood_that_long_before_the_scheduled_close() -> None:
    held = steps((0, 0.2), (50, 0.4), (80, 0.9))
    assert [snapshots([record(held)], lead) for lead in LEADS_DAYS] == [((0.2, 1),), ((0.4, 1),), ((0.9, 1),)]


def test_a_question_gives_one_point_however_often_it_was_revised() -> None:
    held = steps(*((n / 10, n / 1000) for n in range(900)))
    assert len(snapshots([record(held, "no"), record(held, "yes")], 7)) == 2


@pytest.mark.parametrize(
    "left_out",
    [
        record(steps((0, 0.4)), known=70),  # known exactly then
        record(steps((0, 0.4)), known=60),
        record(steps((0, 0.4)), days=29),  # not yet open then
        record(steps((71, 0.4))),  # nothing stood yet
        record(steps((0, 0.4), (60, None))),  # withdrawn by then
        record(steps()),
        record(steps((0, 0.4)), "annulled"),
        record(steps((0, 0.4)), "ambiguous"),
    ],
)
def test_a_question_without_a_live_forecast_then_gives_no_point(left_out: Record) -> None:
    assert snapshots([left_out], 30) == ()


@pytest.mark.parametrize(
    "kept", [record(steps((0, 0.4)), known=70.25), record(steps((70, 0.4))), record(steps((-5, 0.4)), days=30)]
)
def test_the_edges_of_a_snapshot_count(kept: Record) -> None:
    assert snapshots([kept], 30) == ((0.4, 1),)


def test_early_answers_can_be_held_back_until_the_scheduled_close_has_passed() -> None:
    early = record(steps((0, 0.4)), known=80)
    assert snapshots([early], 30, as_of=day(90)) == ()
    assert snapshots([early], 30, as_of=day(100)) == ((0.4, 1),)


def test_no_points_make_five_empty_bins() -> None:
    empty = bins([])
    assert [(b.low, b.high) for b in empty] == [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)]
    assert {b.n for b in empty} == {0}
    assert empty[0] == Bin(0.0, 0.2, 0, None, 0, None, None, None)


def test_a_bin_says_what_was_said_and_how_often_it_happened() -> None:
    third = bins([(0.45, 1), (0.55, 0), (0.5, 1), (0.5, 1)])[2]
    assert (third.n, third.happened, third.share) == (4, 3, 0.75)
    assert third.mean_p == pytest.approx(0.5)
    assert (third.low95, third.high95) == wilson(3, 4)


@pytest.mark.parametrize(
    ("p", "index"),
    [
        (0.0, 0),
        (0.19, 0),
        (0.2, 1),
        (1 - 0.8, 1),  # 0.19999999999999996
        (0.4 - 0.05, 1),  # 0.35000000000000003
        (0.35, 1),
        (0.1 * 3 + 0.1, 2),  # 0.4
        (0.6, 3),
        (0.1 * 6, 3),  # 0.6000000000000001
        (1 - 0.2, 4),
        (1.0, 4),
    ],
)
def test_a_number_on_an_edge_lands_in_the_upper_bin_however_it_was_computed(p: float, index: int) -> None:
    assert [b.n for b in bins([(p, 1)])] == [int(i == index) for i in range(5)]


@law
@given(st.lists(st.tuples(probabilities | st.integers(0, 100).map(lambda n: n / 100), st.sampled_from([0, 1]))))
def test_every_point_lands_in_exactly_one_bin(points: list[tuple[float, int]]) -> None:
    found = bins(points)
    assert sum(b.n for b in found) == len(points)
    assert sum(b.happened for b in found) == sum(outcome for _, outcome in points)
    for b in found:
        assert b.mean_p is None or b.low - 1e-9 <= b.mean_p <= b.high + 1e-9


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
def test_a_point_that_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(InvalidProbability):
        bins([(p, 1)])


def test_wilsons_interval_of_one_half_by_hand() -> None:
    # z² = 4, n = 4: the middle is (0.5 + 0.5) / 2 and the half width √(0.25 + 0.25) / 2.
    low, high = wilson(2, 4, z=2.0)
    assert (low, high) == pytest.approx((0.5 - 0.5**0.5 / 2, 0.5 + 0.5**0.5 / 2))


@law
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share_and_mirrors(counts: tuple[int, int]) -> None:
    k, n = counts
    low, high = wilson(k, n)
    assert 0.0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1.0
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_has_no_interval(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(k, n)


@pytest.mark.parametrize("case", oracles.cases("scoring_cases.json", "H01", "H03", "H04"))
def test_reference_case_wilson(case: dict[str, dict[str, int]]) -> None:
    found = wilson(case["input"]["k"], case["input"]["n"])
    assert found == pytest.approx(case["expected"]["wilson"], abs=1e-9)


def points(*groups: tuple[float, int, int]) -> list[tuple[float, int]]:
    """So many of (p, n, how many of them happened)."""
    return [(p, int(index < happened)) for p, n, happened in groups for index in range(n)]


@pytest.mark.parametrize(("n", "missing"), [(0, 20), (1, 19), (19, 1)])
def test_advice_says_how_many_questions_are_missing(n: int, missing: int) -> None:
    said = advice(points((0.9, n, 0)))
    assert said == f"Too few questions to say anything: {n} of the {TOO_FEW} needed, {missing} are missing."


@pytest.mark.parametrize(
    ("given_points", "start"),
    [
        (points((0.7, 20, 14)), "Over 20 questions forecasts and outcomes agree within chance"),
        (points((0.1, 30, 3), (0.5, 30, 15), (0.9, 30, 27)), "Over 90 questions"),
        (points((0.5, 20, 10)), "Over 20 questions"),
        (points((0.7, 20, 5)), "Too high: forecasts said 70% on average and 25% happened; go lower."),
        (points((0.3, 20, 15)), "Too low: forecasts said 30% on average and 75% happened; go higher."),
        (points((0.95, 20, 12), (0.05, 20, 8)), "Too sure: forecasts lay 45 points from 50% on average"),
        (points((0.6, 40, 40), (0.4, 40, 0)), "Too cautious: forecasts lay 10 points from 50% on average"),
        (points((1.0, 10, 10), (0.0, 10, 0)), "Over 20 questions"),
        (points((1.0, 10, 9), (0.0, 10, 0)), "Too high: forecasts said 50% on average and 45% happened"),
        (points((1.0, 10, 9), (0.0, 10, 1)), "Too sure: forecasts lay 50 points"),
    ],
)
def test_advice_is_one_plain_sentence(given_points: list[tuple[float, int]], start: str) -> None:
    said = advice(given_points)
    assert said.startswith(start)
    assert said.count("\n") == 0


@law
@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from([0, 1])), min_size=TOO_FEW, max_size=40))
def test_the_mirror_image_of_forecasts_gets_the_mirrored_advice(pairs: list[tuple[int, int]]) -> None:
    verdict, _, _ = advice([(p / 100, outcome) for p, outcome in pairs]).partition(":")
    mirrored, _, _ = advice([((100 - p) / 100, 1 - outcome) for p, outcome in pairs]).partition(":")
    assert mirrored == {"Too high": "Too low", "Too low": "Too high"}.get(verdict, verdict)
