import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.statistics.dynamics import (
    ExcessMovement,
    TimedForecast,
    logit_move,
    measure_excess_movement,
    measure_movement,
    pool_updates,
)
from forecasts.statistics.reaction import Reaction, TimedRevision, measure_reaction
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows

paths = st.lists(probabilities, min_size=1, max_size=12)
numbers = st.floats(-5.0, 5.0)
suggestions = st.integers(-500, 500).map(lambda n: n / 100)


def excess_of(paths: list[list[float]]) -> ExcessMovement:
    """Excess of questions that are each a family of their own."""
    return measure_excess_movement(paths, range(len(paths)))


def reaction_of(pairs: Sequence[tuple[float, ...]]) -> Reaction:
    """Reaction over revisions of questions that are each a family of their own."""
    return measure_reaction([TimedRevision(*pair) for pair in pairs], range(len(pairs)))


@law
@given(path=paths)
def test_excess_is_the_sum_of_moves_from_a_half(path: list[float]) -> None:
    identity = sum((1 - 2 * p) * (after - p) for p, after in pairwise(path))
    moved = measure_movement(path)
    assert moved.excess == pytest.approx(identity, abs=1e-12)
    assert moved.excess == pytest.approx(moved.movement - moved.uncertainty_reduction, abs=1e-15)


def test_excess_movement_by_hand() -> None:
    # A forecast never moved until no is all removed by the answer.
    moved = measure_movement([0.3, 0.3, 0.3, 0.0])
    assert (moved.movement, moved.uncertainty_reduction) == pytest.approx((0.09, 0.21))
    assert moved.excess == pytest.approx(-0.12)
    # Excess of two questions by hand.
    # movement 0.25 and 0.01 + 0.49, reduction 0.25 and 0.16; excess 0 and 0.34: mean 0.17, standard
    # error 0.17
    found = excess_of([[0.5, 1.0], [0.8, 0.7, 0.0]])
    assert found.mean_excess == pytest.approx(0.17)
    assert found.ratio == pytest.approx(0.75 / 0.41)
    # two values have no skewness
    assert found.t == pytest.approx(1.0)
    assert found.p_value == pytest.approx(0.5)
    assert found.rarer == 1
    # Without questions there is no excess.
    assert excess_of([]) == ExcessMovement(0, 0, None, None, None, None)
    # One question or questions that moved alike are not tested.
    for n in (1, 5):
        found = excess_of([[0.5, 0.9, 1.0]] * n)
        assert found.mean_excess == pytest.approx(-0.08)
        assert found.ratio == pytest.approx(0.17 / 0.25)
        assert (found.t, found.p_value) == (None, None)
    # First forecasts that are certain leave no ratio.
    found = excess_of([[1.0, 0.0], [0.0, 0.0]])
    assert (found.mean_excess, found.ratio) == (0.5, None)


@check_rows([[], 0.5, [[0.5, 0.6]]])
def test_a_path_is_a_list_of_forecasts(wrong: list[float]) -> None:
    with pytest.raises(InvalidForecast, match="at least one"):
        measure_movement(wrong)


def test_impossible_paths_are_refused() -> None:
    # A path of impossible numbers is refused.
    with pytest.raises(InvalidProbability):
        measure_movement([0.5, 1.2])
    # A path that does not end with the outcome is refused.
    with pytest.raises(InvalidForecast, match="append it"):
        excess_of([[0.5, 1.0], [0.5, 0.9]])
    with pytest.raises(InvalidForecast, match="at least one"):
        excess_of([[]])


def bayesian_path(rng: np.random.Generator, *, boldness: float = 1.0) -> list[float]:
    """Beliefs over ten noisy signals about a coin of fate, then the answer; 1 weighs the signals
    rightly.
    """
    prior = float(rng.uniform(0.1, 0.9))
    happened = rng.random() < prior
    signals = rng.random(10) < (0.65 if happened else 0.35)
    steps = boldness * np.where(signals, 1.0, -1.0) * math.log(0.65 / 0.35)
    z = math.log(prior / (1 - prior)) + np.concatenate([[0.0], np.cumsum(steps)])
    return [*(1 / (1 + np.exp(-z))).tolist(), float(happened)]


def simulated(boldness: float, questions: int = 2000) -> ExcessMovement:
    rng = np.random.default_rng(7)
    return excess_of([bayesian_path(rng, boldness=boldness) for _ in range(questions)])


def test_excess_movement_of_simulated_forecasters() -> None:
    # A bayesian has no excess movement on average.
    found = simulated(1.0)
    assert found.mean_excess == pytest.approx(0.0, abs=0.03)
    assert found.ratio == pytest.approx(1.0, abs=0.1)
    assert "within chance" in found.sentence
    # Who doubles the weight of news over reacts and who halves it under reacts.
    bold, timid = simulated(2.0), simulated(0.3)
    assert bold.ratio is not None
    assert timid.ratio is not None
    assert bold.ratio > 1.1
    assert timid.ratio < 0.95
    assert "changed too much" in bold.sentence
    assert "changed too little" in timid.sentence


@law
@given(paths=st.lists(st.tuples(paths, st.sampled_from([0.0, 1.0])), min_size=3, max_size=9))
def test_excess_is_tested_with_its_skewness(paths: list[tuple[list[float], float]]) -> None:
    ended = [[*path, outcome] for path, outcome in paths]
    excesses = [measure_movement(path).excess for path in ended]
    found = excess_of(ended)
    assert found.n == len(ended)
    assert found.mean_excess == pytest.approx(float(np.mean(excesses)), abs=1e-12)
    if np.std(excesses) > 1e-3:
        n, bias = len(excesses), math.sqrt(len(excesses) / (len(excesses) - 1))
        x = stats.ttest_1samp(excesses, 0.0).statistic / math.sqrt(n)
        g = stats.skew(excesses) / bias**3
        # Hall's transform is a cube: √n ((1 + g x / 3)³ − 1) / g + g / (6 √n)
        cube = x if abs(g) < 1e-6 else ((1 + g * x / 3) ** 3 - 1) / g
        t = math.sqrt(n) * (cube + g / (6 * n))
        assert found.t == pytest.approx(t, rel=1e-5, abs=1e-6)
        assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), n - 1), rel=1e-4, abs=1e-6)


@check_rows(
    [
        (
            ExcessMovement(0, 0, None, None, None, None),
            "Not enough data: 0 of 30 independent questions.",
        ),
        (
            ExcessMovement(290, 29, 0.1, 1.5, 4.0, 0.001),
            "Not enough data: 29 of 30 independent questions.",
        ),
        (ExcessMovement(30, 30, 0.1, 1.5, 4.0, 0.001), "changed too much (1.50; 1.00 is ideal)"),
        (ExcessMovement(30, 30, -0.1, 0.5, -4.0, 0.001), "changed too little (0.50; 1.00 is"),
        (
            ExcessMovement(30, 30, -0.1, 0.92, -1.0, 0.3),
            "Forecasts changed about as much as they should have (0.92; 1.00 is ideal, and the "
            "gap is within chance).",
        ),
        (ExcessMovement(30, 30, 0.1, 1.5, 1.0, 0.3), "No sign that forecasts changed too much"),
        (ExcessMovement(30, 30, -0.1, 0.4, None, None), "alike in all questions"),
        (ExcessMovement(30, 30, 0.5, None, 4.0, 0.001), "Each first forecast was 0% or 100%"),
        (
            ExcessMovement(60, 60, -0.1, 0.4, -4.0, 0.001, 4),
            "Too early to say anything: YES and NO each have to come in 5 independent "
            "questions, and the rarer came in 4.",
        ),
    ]
)
def test_excess_movement_speaks_only_when_it_is_more_than_chance(
    found: ExcessMovement, said: str
) -> None:
    assert said in found.sentence


def acts(*p: float) -> list[TimedForecast]:
    """Forecasts a day apart, none of them entered as a reaffirmation."""
    return [(float(at), each, False) for at, each in enumerate(p)]


def test_nothing_is_said_where_there_is_nothing_to_count() -> None:
    none, first, one = (pool_updates([(acts(*p), 0.0)]) for p in ([], [0.4], [0.4, 0.5]))
    assert (none.n_acts, none.per_30_days, none.mean_move, none.reaffirmation_share) == (
        0,
        None,
        None,
        None,
    )
    assert (first.n_acts, first.n_updates, first.reaffirmation_share, first.momentum) == (
        1,
        0,
        None,
        None,
    )
    assert (one.n_updates, one.reaffirmation_share, one.reversal_share, one.momentum) == (
        1,
        0.0,
        None,
        None,
    )
    assert pool_updates([]).n_questions == 0
    assert pool_updates([(acts(0.4), 30.0)]).per_30_days == 0.0


def test_momentum_reversals_and_reaffirmations() -> None:
    # Momentum needs three updates.
    assert pool_updates([(acts(0.1, 0.2, 0.3), 9.0)]).momentum is None
    assert pool_updates([(acts(0.1, 0.2, 0.3, 0.4), 9.0)]).momentum == pytest.approx(1.0)
    # Who drifts has momentum and who swings has the opposite.
    drifting = pool_updates([(acts(0.1, 0.3, 0.4, 0.6, 0.7), 9.0)])
    swinging = pool_updates([(acts(0.1, 0.6, 0.1, 0.6, 0.1), 9.0)])
    assert drifting.momentum is not None
    assert drifting.momentum > 0.7
    assert swinging.momentum == pytest.approx(-1.0)
    assert (drifting.reversal_share, swinging.reversal_share) == (0.0, 1.0)
    # The smallest of moves still have a momentum.
    assert pool_updates([(acts(0.0, 1e-200, 0.0, 1e-200), 9.0)]).momentum == pytest.approx(-1.0)
    # Entering the same number is a reaffirmation whatever it was called.
    called: list[TimedForecast] = [(0, 0.4, False), (1, 0.4, True), (2, 0.6, False)]
    assert pool_updates([(called, 9.0)]) == pool_updates([(acts(0.4, 0.4, 0.6), 9.0)])


@law
@given(
    p=st.lists(st.sampled_from([0.0, 0.1, 0.35, 0.6, 1.0]), max_size=12), days=st.floats(0.5, 400.0)
)
def test_the_numbers_of_a_habit_stay_in_their_ranges(p: list[float], days: float) -> None:
    habit = pool_updates([(acts(*p), days)])
    shares = (habit.mean_move, habit.reaffirmation_share, habit.reversal_share)
    assert all(share is None or 0.0 <= share <= 1.0 for share in shares)
    assert habit.momentum is None or -1.0 <= habit.momentum <= 1.0
    assert habit.n_updates <= max(habit.n_acts - 1, 0)
    assert habit.per_30_days == pytest.approx(30.0 * habit.n_updates / days)


@law
@given(p=st.lists(probabilities, max_size=9))
def test_the_complement_has_the_same_habit(p: list[float]) -> None:
    # in sixteenths, so that the complement is exact
    rounded = [round(16 * each) / 16 for each in p]
    mirrored = [1.0 - each for each in rounded]
    assert pool_updates([(acts(*mirrored), 30.0)]) == pool_updates([(acts(*rounded), 30.0)])


@law
@given(p=st.lists(st.lists(probabilities, max_size=7), max_size=4))
def test_questions_are_pooled_in_any_order_and_never_joined(p: list[list[float]]) -> None:
    histories = [(acts(*each), 10.0) for each in p]
    forth, back = pool_updates(histories), pool_updates(histories[::-1])
    assert (forth.n_updates, forth.reversal_share) == (back.n_updates, back.reversal_share)
    assert forth.n_updates == sum(
        pool_updates([(held, days)]).n_updates for held, days in histories
    )
    assert (forth.momentum is None) == (back.momentum is None)
    if forth.momentum is not None:
        assert forth.momentum == pytest.approx(back.momentum, abs=1e-12)


def test_updates_by_hand() -> None:
    # Pairs of updates do not straddle questions.
    rising, falling = acts(0.1, 0.2, 0.3), acts(0.9, 0.8, 0.7)
    habit = pool_updates([(rising, 15.0), (falling, 15.0)])
    assert (habit.n_questions, habit.n_acts, habit.n_updates, habit.per_30_days) == (2, 6, 4, 4.0)
    assert habit.reversal_share == 0.0
    assert habit.momentum == pytest.approx(1.0)
    # Updates by hand.
    held: list[TimedForecast] = [
        (0, 0.5, False),
        (3, 0.6, False),
        (7, 0.6, True),
        (9, 0.5, False),
        (9, 0.7, False),
    ]
    habit = pool_updates([(held, 45.0)])
    assert (habit.n_questions, habit.n_acts, habit.n_updates) == (1, 5, 3)
    assert habit.per_30_days == pytest.approx(2.0)
    assert habit.mean_move == pytest.approx(0.4 / 3)
    assert habit.reaffirmation_share == 0.25
    assert habit.reversal_share == 1.0
    # moves 0.1, −0.1, 0.2: (−0.01 − 0.02) / (√0.02 · √0.05)
    assert habit.momentum == pytest.approx(-0.03 / math.sqrt(0.02 * 0.05))


def test_impossible_acts_are_refused() -> None:
    # Acts out of order or on impossible days are refused.
    for held in (
        [(1.0, 0.4, False), (0.5, 0.5, False)],
        [(1.0, 0.4, False), (math.nan, 0.5, False)],
    ):
        with pytest.raises(InvalidTime, match="in order of time"):
            pool_updates([(held, 9.0)])
    for days in (-1.0, math.nan, math.inf):
        with pytest.raises(InvalidTime, match="0 or more"):
            pool_updates([(acts(0.4), days)])
    # A reaffirmation of another number and an impossible number are refused.
    with pytest.raises(InvalidForecast, match=r"0\.5 is an update"):
        pool_updates([([(0, 0.4, False), (1, 0.5, True)], 9.0)])
    with pytest.raises(InvalidProbability):
        pool_updates([(acts(0.4, 1.4), 9.0)])


def test_moves_in_log_odds_are_finite_at_certainty() -> None:
    assert logit_move(0.5, 0.75) == pytest.approx(math.log(3))
    assert logit_move(0.0, 1.0) == pytest.approx(2 * math.log(99))
    assert logit_move(0.001, 0.01) == 0.0
    with pytest.raises(InvalidProbability):
        logit_move(0.5, 1.5)


@law
@given(before=probabilities, after=probabilities)
def test_a_move_back_is_the_opposite_move(before: float, after: float) -> None:
    assert logit_move(after, before) == -logit_move(before, after)


def revisions(slope: float, n: int = 40, noise: float = 0.2) -> list[tuple[float, float]]:
    rng = np.random.default_rng(3)
    suggested = rng.normal(0.0, 1.0, n)
    moved = slope * suggested + rng.normal(0.0, noise, n)
    return list(zip(moved.tolist(), suggested.tolist(), strict=True))


@check_rows(
    [
        (0.4, "under-reacts", "Under-reacts: revisions go 0.4"),
        (1.6, "over-reacts", "Over-reacts: revisions go 1.6"),
        (1.0, None, "Revisions follow the evidence about as far as they should"),
    ]
)
def test_the_verdict_needs_a_clear_slope(slope: float, verdict: str | None, said: str) -> None:
    found = reaction_of(revisions(slope))
    assert found.slope == pytest.approx(slope, abs=0.1)
    assert found.verdict == verdict
    assert said in found.sentence


def test_reaction_by_hand() -> None:
    # slope (1·1 + 3·2) / 5 = 1.4; without the first it is 1.5, without the second 1; error
    # √(½ · (0.1² + 0.4²)) = 0.29155; t at 97.5 % with 1 degree 12.706
    found = reaction_of([(1.0, 1.0), (3.0, 2.0)])
    assert found.n == 2
    assert (found.slope, found.low, found.high) == pytest.approx(
        (1.4, 1.4 - 3.7045, 1.4 + 3.7045), abs=1e-3
    )
    # A single family has a slope but no interval.
    alone = measure_reaction([TimedRevision(1.0, 1.0), TimedRevision(3.0, 2.0)], ["rain", "rain"])
    assert (alone.n, alone.families, alone.slope, alone.low) == (2, 1, pytest.approx(1.4), None)
    assert reaction_of([(0.5, 1.0)]) == Reaction(1, 1, 0.5, None, None)


@law
@given(pairs=st.lists(st.tuples(numbers, suggestions), min_size=2, max_size=9))
def test_the_slope_leaves_less_than_any_other(pairs: list[tuple[float, float]]) -> None:
    found = reaction_of(pairs)
    if found.slope is None or found.low is None or found.high is None:
        assert sum(suggested != 0.0 for _, suggested in pairs) < 2
        return
    slope = found.slope

    def left(b: float) -> float:
        return sum((moved - b * suggested) ** 2 for moved, suggested in pairs)

    nudge = 1e-3 * max(abs(slope), 1.0)
    best = left(slope)
    assert best <= min(left(slope - nudge), left(slope + nudge)) + 1e-9 * (1.0 + best)
    assert found.low <= slope <= found.high


def test_time_that_passes_is_no_reaction() -> None:
    # By hand: moved = ½ evidence + 2 time, exactly, where both fall together.
    rows = [(0.5 * e + 2.0 * t, e, t) for e, t in ((1.0, -0.1), (0.4, -0.4), (-0.3, -0.9))]
    found = reaction_of(rows)
    assert (found.slope, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    # Whoever lets time pass does not go against evidence that rises.
    rng = np.random.default_rng(4)
    time, evidence = rng.uniform(-0.4, -0.1, 60), rng.normal(0.3, 0.3, 60)
    moved = time + rng.normal(0.0, 0.2, 60)
    blind = reaction_of(list(zip(moved.tolist(), evidence.tolist(), strict=True)))
    found = reaction_of(list(zip(moved.tolist(), evidence.tolist(), time.tolist(), strict=True)))
    assert blind.high is not None
    assert blind.high < 0.0
    assert found.low is not None
    assert found.low < 0.0 < found.high  # type: ignore[operator]


def test_too_few_revisions_or_no_news() -> None:
    # Twenty nine families give no verdict however clear.
    found = reaction_of(revisions(0.3, n=29, noise=0.01))
    assert found.high is not None
    assert found.high < 1.0
    assert found.verdict is None
    shortage = "Not enough data: {} of 30 independent questions with evidence."
    assert found.sentence == shortage.format(29)
    assert reaction_of(revisions(0.3, n=30, noise=0.01)).verdict == "under-reacts"
    # A wide interval around 1 says nothing, one that excludes 1 does.
    wide = reaction_of(revisions(1.0, noise=9.0))
    assert (wide.verdict, wide.sentence) == (None, "Too uncertain to say anything yet.")
    assert Reaction(40, 40, -3.0, -5.0, -1.0).sentence.startswith("No reaction to the evidence")
    assert Reaction(40, 40, 0.6, 0.1, 1.1).sentence.startswith("No sign that revisions go too far")
    # Without news there is nothing to react to; such families do not count.
    assert reaction_of([]) == Reaction(0, 0, None, None, None)
    assert reaction_of([(0.2, 0.0)] * 30) == Reaction(30, 0, None, None, None)
    assert reaction_of([(0.2, 1e-16)] * 30) == Reaction(30, 0, None, None, None)
    # One family with all the evidence leaves the interval wide open.
    lone = reaction_of([*revisions(1.0, noise=0.1), (50.0, 100.0)])
    assert lone.slope == pytest.approx(0.5, abs=0.01)
    assert lone.verdict is None


@check_rows([math.inf, -math.inf, math.nan])
def test_an_infinite_move_is_refused(infinite: float) -> None:
    with pytest.raises(InvalidForecast, match="logit_move"):
        reaction_of([(infinite, 1.0)])


@law
@given(
    ended=st.lists(st.tuples(paths, st.sampled_from([0.0, 1.0])), min_size=3, max_size=9),
    repeats=st.integers(2, 6),
)
def test_questions_repeated_in_their_family_change_no_p_value(
    ended: list[tuple[list[float], float]], repeats: int
) -> None:
    asked = [[*path, outcome] for path, outcome in ended]
    once = excess_of(asked)
    again = measure_excess_movement(asked * repeats, [*range(len(asked))] * repeats)
    assert (again.n, again.families) == (repeats * once.n, once.families)
    assert again.ratio == pytest.approx(once.ratio)
    if np.std([measure_movement(path).excess for path in asked]) > 1e-6:
        assert again.p_value == pytest.approx(once.p_value, abs=1e-9)


@law
@given(
    pairs=st.lists(st.tuples(numbers, suggestions), min_size=3, max_size=9),
    repeats=st.integers(2, 6),
)
def test_revisions_repeated_in_their_family_change_no_interval(
    pairs: list[tuple[float, float]], repeats: int
) -> None:
    once = reaction_of(pairs)
    again = measure_reaction(
        [TimedRevision(*pair) for pair in pairs * repeats], [*range(len(pairs))] * repeats
    )
    assert (again.n, again.families) == (repeats * once.n, once.families)
    for name in ("slope", "low", "high"):
        expected = getattr(once, name)
        assert getattr(again, name) == (
            None if expected is None else pytest.approx(expected, abs=1e-9)
        )


def test_each_question_and_revision_has_a_family() -> None:
    with pytest.raises(InvalidForecast, match="2 rows, 1 families"):
        measure_excess_movement([[0.5, 1.0], [0.5, 0.0]], ["rain"])
    with pytest.raises(InvalidForecast, match="each question has a family"):
        measure_reaction([TimedRevision(1.0, 1.0)], [])
