"""Dynamics of forecasts: amount, frequency and direction of updates.

`measure_excess_movement` compares movement with the reduction of uncertainty. `pool_updates`
describes updating habits: accurate forecasters make frequent small updates (Atanasov et al. 2020,
Organizational Behavior and Human Decision Processes 160). The reaction to evidence is in
`forecasts.statistics.reaction`; the three need not agree.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_probabilities, logit
from forecasts.errors import InvalidForecast, InvalidTime
from forecasts.statistics.small_samples import MIN_FIXED_TEST, count_rarer, explain_rare_answers

LEVEL = 0.95
"""Level of intervals and tests."""

LOGIT_CLIP = 0.01
"""Distance from 0 and 1 to which probabilities are clipped for log-odds, which would be infinite.
"""

_MIN_SPREAD = 1e-12  # smaller standard deviations are rounding errors

_NEAR_IDEAL = (0.8, 1.25)
"""Ratios and slopes that are called about right when the gap to 1 is within chance."""

TimedForecast = tuple[float, float, bool]
"""Forecast as (time in days from any origin, p, entered as a reaffirmation)."""

MovementVerdict = Literal["too much", "too little"]


@dataclass(frozen=True, slots=True)
class Movement:
    """Movement of a path of forecasts, and the uncertainty that it removed.

    `measure_movement` is Σ(Δp)², 0 and up; `uncertainty_reduction` is p₀(1 − p₀) − p_T(1 − p_T), −¼
    to ¼; `excess` is the first minus the second. A Bayesian's excess is 0 on average over
    questions: above 0 forecasts move too much, below 0 too little. A single question is not
    informative.
    """

    movement: float
    uncertainty_reduction: float
    excess: float


def measure_movement(path: ArrayLike) -> Movement:
    """Movement of a path of probabilities in order of time, (n,), with its outcome if resolved.

    Raises `InvalidForecast` when there is none, `InvalidProbability` when one is no probability.
    Source: Augenblick & Rabin 2021, Quarterly Journal of Economics 136.

    >>> moved = measure_movement([0.5, 0.6, 0.55, 0.8, 1.0])
    >>> round(moved.movement, 4), moved.uncertainty_reduction, round(moved.excess, 4)
    (0.115, 0.25, -0.135)
    """
    p = _check_path(path)
    moved = math.fsum((after - before) ** 2 for before, after in pairwise(p))
    removed = p[0] * (1.0 - p[0]) - p[-1] * (1.0 - p[-1])
    return Movement(moved, removed, moved - removed)


@dataclass(frozen=True, slots=True)
class ExcessMovement:
    """Excess movement over `n` resolved questions in `families`.

    `mean_excess`: mean of the questions' excess; above 0 too much, below 0 too little; None without
    questions. `ratio`: total movement over total reduction, ideally 1; None when there was no
    uncertainty to remove. `t`, `p_value`: two-sided t test, corrected for skewness, that the
    families' sums of excess are 0 on average, with families − 1 degrees of freedom; None under two
    families and when all have the same excess. `rarer` counts the families with the rarer of YES
    and NO, None without families.
    """

    n: int
    families: int
    mean_excess: float | None
    ratio: float | None
    t: float | None
    p_value: float | None
    rarer: int | None = None

    @property
    def is_enough(self) -> bool:
        """Return True if families, and the rarer of their answers, are enough for a verdict."""
        return self.families >= MIN_FIXED_TEST and not explain_rare_answers(self.rarer)

    @property
    def verdict(self) -> MovementVerdict | None:
        """Verdict where `is_enough`, if the gap is more than chance; else None.

        >>> ExcessMovement(40, 40, 0.1, 1.4, 2.5, 0.03).verdict
        'too much'
        """
        if not self.is_enough or self.ratio is None or self.p_value is None:
            return None
        if self.p_value >= 1.0 - LEVEL:
            return None
        return "too much" if self.ratio > 1.0 else "too little"

    @property
    def sentence(self) -> str:
        """Summary in one sentence.

        >>> ExcessMovement(12, 12, 0.1, 1.4, 2.5, 0.03).sentence
        'Not enough data: 12 of 30 independent questions.'
        """
        if self.families < MIN_FIXED_TEST:
            return explain_shortage("independent questions", self.families)
        if shortage := explain_rare_answers(self.rarer):
            return f"Too early to say anything: {shortage}."
        if self.ratio is None:
            return "Each first forecast was 0% or 100%: there was no uncertainty to remove."
        if self.p_value is None:
            return (
                f"Forecasts changed {self.ratio:.2f} times as much as is ideal, alike in all "
                "questions, so no test can tell whether that is chance."
            )
        size = f"({self.ratio:.2f}; 1.00 is ideal)"
        if self.verdict == "too much":
            return f"Forecasts changed too much {size}: smaller steps would do."
        if self.verdict == "too little":
            return f"Forecasts changed too little {size}: news should move them further."
        within = f"({self.ratio:.2f}; 1.00 is ideal, and the gap is within chance)"
        if is_near_ideal(self.ratio):
            return f"Forecasts changed about as much as they should have {within}."
        return f"No sign that forecasts changed too much or too little {within}."


def measure_excess_movement(
    paths: Sequence[ArrayLike], families: Sequence[Hashable]
) -> ExcessMovement:
    """Excess movement over resolved questions, one path each that ends with the outcome, 0 or 1.

    `families` names the family of each path: questions of one share luck, and count as one sum.
    Raises `InvalidForecast` for a path that is empty or does not end with an outcome,
    `InvalidProbability` for its numbers. Source: Augenblick & Rabin 2021.

    >>> paths = [[0.5, 0.2, 0.8, 1.0], [0.5, 0.9, 0.3, 0.0], [0.3, 0.3, 0.0]]
    >>> found = measure_excess_movement(paths, ["rain", "vote", "summit"])
    >>> found.n, round(found.ratio, 2), round(found.p_value, 2)
    (3, 1.68, 0.42)
    """
    for path in paths:
        if _check_path(path)[-1] not in {0.0, 1.0}:
            raise InvalidForecast(
                "the path of a resolved question ends with its outcome, 0 or 1: append it"
            )
    moves = [measure_movement(path) for path in paths]
    if not moves:
        return ExcessMovement(0, 0, None, None, None, None)
    moved = math.fsum(movement_of_path.movement for movement_of_path in moves)
    removed = math.fsum(movement_of_path.uncertainty_reduction for movement_of_path in moves)
    ratio = moved / removed if removed > 0.0 else None
    sums = sum_by_family(np.array([m.excess for m in moves]), families)
    t, p_value = _test_mean(sums)
    answers: dict[Hashable, set[bool]] = {}
    for path, family in zip(paths, families, strict=True):
        answers.setdefault(family, set()).add(_check_path(path)[-1] == 1.0)
    mean, rarer = (moved - removed) / len(moves), count_rarer(answers.values())
    return ExcessMovement(len(moves), len(sums), mean, ratio, t, p_value, rarer)


def sum_by_family(values: Floats, families: Sequence[Hashable]) -> Floats:
    """Sum rows of values by family, in order of first occurrence."""
    if len(values) != len(families):
        raise InvalidForecast(
            f"each question has a family: {len(values)} rows, {len(families)} families"
        )
    places = {family: place for place, family in enumerate(dict.fromkeys(families))}
    sums = np.zeros((len(places), *values.shape[1:]))
    np.add.at(sums, [places[family] for family in families], values)
    return sums


def is_near_ideal(ratio: float) -> bool:
    """Return True if a ratio or slope is called about right."""
    return _NEAR_IDEAL[0] <= ratio <= _NEAR_IDEAL[1]


def _test_mean(values: Floats) -> tuple[float | None, float | None]:
    """Test a mean of 0: Student's t corrected for skewness, and its two-sided p-value.

    Where rare answers move forecasts most, excess is skewed, and Student's t alone accuses too
    often. Source: Hall 1992, Journal of the Royal Statistical Society B 54 (the cubic transform).
    """
    from scipy.special import stdtr

    n = len(values)
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    if spread <= _MIN_SPREAD * max(1.0, float(np.abs(values).max(initial=0.0))):
        return None, None
    ratio = float(values.mean()) / spread
    skewness = float(((values - values.mean()) ** 3).mean()) / spread**3
    corrected = ratio + skewness * ratio**2 / 3.0 + skewness**2 * ratio**3 / 27.0
    t = math.sqrt(n) * (corrected + skewness / (6.0 * n))
    return t, float(2.0 * stdtr(n - 1, -abs(t)))


@dataclass(frozen=True, slots=True)
class UpdateHabits:
    """Updating habits of one forecaster, over `n_questions`.

    An act after the first on a question is an *update* when it changes p, else a *reaffirmation*;
    the first is neither. `n_acts` counts all of them, `n_updates` the updates. `per_30_days`:
    updates per 30 active days; None without any active time. `mean_move`: mean |Δp| of updates, 0
    to 1. `reaffirmation_share`: of the acts after the first, 0 to 1. `reversal_share`: share of
    pairs of successive updates that change direction, 0 to 1. `momentum`: lag-1 correlation of
    successive updates about 0, −1 to 1: above 0 updates were too small, below 0 too large, 0 is
    right; None under two pairs. Each of the others is None when there is nothing to count.
    """

    n_questions: int
    n_acts: int
    n_updates: int
    per_30_days: float | None
    mean_move: float | None
    reaffirmation_share: float | None
    reversal_share: float | None
    momentum: float | None


def pool_updates(histories: Sequence[tuple[Sequence[TimedForecast], float]]) -> UpdateHabits:
    """Updating habits over several questions, given (acts, days with a standing forecast) for each.

    Acts are in order of time and have equal weight over all questions; pairs of updates never
    straddle questions. Re-entering the standing number is a reaffirmation even if not entered as
    one. Raises `InvalidTime` for acts out of order or negative days, `InvalidForecast` for a
    reaffirmation of another number, `InvalidProbability` for p. Source: Atanasov et al. 2020.

    >>> habit = pool_updates([([(0, 0.3, False), (5, 0.4, False), (9, 0.4, True), (20, 0.35,
    ...     False)], 60)])
    >>> habit.n_updates, habit.per_30_days, round(habit.mean_move, 3), habit.reversal_share
    (2, 1.0, 0.075, 1.0)
    """
    steps = [_check_steps(acts) for acts, _ in histories]
    days = math.fsum(_check_active_days(active_days) for _, active_days in histories)
    moves = [[step for step in path_steps if step != 0.0] for path_steps in steps]
    sizes = [abs(move) for path_steps in moves for move in path_steps]
    pairs = [pair for path_steps in moves for pair in pairwise(path_steps)]
    later = sum(map(len, steps))
    return UpdateHabits(
        n_questions=len(histories),
        n_acts=sum(len(acts) for acts, _ in histories),
        n_updates=len(sizes),
        per_30_days=30.0 * len(sizes) / days if days > 0.0 else None,
        mean_move=math.fsum(sizes) / len(sizes) if sizes else None,
        reaffirmation_share=(later - len(sizes)) / later if later else None,
        reversal_share=sum((a > 0.0) != (b > 0.0) for a, b in pairs) / len(pairs)
        if pairs
        else None,
        momentum=_compute_momentum(pairs) if len(pairs) >= 2 else None,
    )


def _check_steps(acts: Sequence[TimedForecast]) -> list[float]:
    """Δp of every act after the first, 0 for a reaffirmation; checks order and reaffirmations."""
    check_probabilities([p for _, p, _ in acts])
    for (before, previous, _), (at, p, reaffirmed) in pairwise(acts):
        if not before <= at:
            raise InvalidTime(
                f"acts are given in order of time, but day {at:g} comes after day {before:g}"
            )
        if reaffirmed and p != previous:
            raise InvalidForecast(
                f"a reaffirmation enters the number that stands, {previous:g}; {p:g} is an update"
            )
    return [p - previous for (_, previous, _), (_, p, _) in pairwise(acts)]


def _check_active_days(days: float) -> float:
    if not 0.0 <= days < math.inf:
        raise InvalidTime(
            f"active days are the days on which a forecast stood, 0 or more, not {days}"
        )
    return days


def _compute_momentum(pairs: Sequence[tuple[float, float]]) -> float:
    # Scaled before multiplying, as squares of tiny moves would underflow to 0 / 0.
    lead, lag = math.hypot(*(a for a, _ in pairs)), math.hypot(*(b for _, b in pairs))
    return max(-1.0, min(1.0, math.fsum((a / lead) * (b / lag) for a, b in pairs)))


def logit_move(before: float, after: float) -> float:
    """Change of log-odds between two forecasts, in nats, both clipped to [0.01, 0.99].

    Above 0 towards YES. Raises `InvalidProbability`.

    >>> round(logit_move(0.5, 0.75), 4), round(logit_move(0.99, 1.0), 4)
    (1.0986, 0.0)
    """
    first, second = np.clip(
        check_probabilities([before, after]), LOGIT_CLIP, 1.0 - LOGIT_CLIP
    ).tolist()
    return logit(second) - logit(first)


def _check_path(path: ArrayLike) -> list[float]:
    checked = check_probabilities(path)
    if checked.ndim != 1 or checked.size == 0:
        raise InvalidForecast("a path is a list of forecasts in order of time: give at least one")
    return [float(p) for p in checked]


def explain_shortage(noun: str, count: int) -> str:
    """Explain that a verdict needs more questions of a sort."""
    return f"Not enough data: {count} of {MIN_FIXED_TEST} {noun}."
