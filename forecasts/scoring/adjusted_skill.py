"""Skill adjusted for the difficulty of questions and times, partially pooled, with an interval.

Loss = difficulty of the question at that instant + effect of the forecaster + noise. The effect is
estimated by least squares over all instants at which two or more forecasters stood, so that easy
questions, and late hours when much is known, earn nothing: only the difference to others on the
same question at the same time counts. Effects are then drawn towards the average, the more the less
is known about a forecaster (partial pooling), so that a newcomer starts in the middle.

Uncertainty comes from the scatter of whole families of questions (the sandwich estimator of Liang &
Zeger 1986, with the correction of Bell & McCaffrey 2002 in its simple form, G / (G − 1)). Sources:
two-way effects as in ForecastBench; shrinkage after Efron & Morris 1975 and Gelman & Hill 2007.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.common_time import Paths, align_paths
from forecasts.statistics.small_samples import count_rarer, explain_interval_shortage

TYPICAL_SPREAD: Final = 0.02
"""Standard deviation of forecasters' effects that is expected beforehand, in units of loss."""

PRIOR_FORECASTERS: Final = 3.0
"""Forecasters that this expectation is worth, beside those that were seen."""

TYPICAL_NOISE: Final = 0.2
"""Standard deviation of the difference on one family that is expected beforehand."""

PRIOR_FAMILIES: Final = 5.0
"""Families that this expectation is worth: a few families cannot tell how they scatter."""


@dataclass(frozen=True, slots=True)
class AdjustedSkill:
    """Skill of a forecaster on the same questions at the same times as others.

    `skill` is in units of loss, above 0 better than the average forecaster, drawn towards 0 by the
    share `pooling` (0: not at all, 1: nothing is known). `low` to `high` is its 95% interval
    before that, None where `explain_interval_shortage` has a reason. `families` and `questions`
    count those that somebody else answered at the same time; `rarer` the families with the rarer
    of YES and NO, None without yes-no questions.
    """

    forecaster_id: ForecasterId
    skill: float
    low: float | None
    high: float | None
    pooling: float
    families: int
    questions: int
    rarer: int | None = None


@dataclass(slots=True)
class _Sums:
    """Normal equations of one family: `equations` @ effects = `excess`; and its answers."""

    equations: Floats
    excess: Floats
    answers: set[bool] = field(default_factory=set)

    def add(self, sums: "_Sums", answer: bool | None) -> None:
        """Add the equations of a question, and its answer if that is YES or NO."""
        self.equations += sums.equations
        self.excess += sums.excess
        self.answers |= set() if answer is None else {answer}


Row = tuple[FamilyId, bool | None, Paths]
"""Family of a question, its answer if that is YES or NO, and everyone's losses."""


def adjust_skill(rows: Iterable[Row]) -> tuple[AdjustedSkill, ...]:
    """Estimate the adjusted skill of forecasters from their losses on questions, best first.

    Forecasters who shared no question with others are left out; of groups without a question in
    common the largest is taken.
    """
    listed = list(rows)
    return trace_adjusted_skill(listed, [len(listed)])[0]


def trace_adjusted_skill(
    rows: Sequence[Row], counts: Sequence[int]
) -> list[tuple[AdjustedSkill, ...]]:
    """Estimate the adjusted skill from the first rows alone, for each of the counts, which rise."""
    names = list(dict.fromkeys(name for _, _, paths in rows if len(paths) > 1 for name in paths))
    families: dict[FamilyId, _Sums] = {}
    questions = np.zeros(len(names))
    estimates, first = [], 0
    for count in counts:
        for family, answer, paths in rows[first:count]:
            if len(paths) > 1:
                sums = _sum_question(paths, names)
                questions += np.diag(sums.equations) > 0.0
                empty = _Sums(np.zeros_like(sums.equations), np.zeros_like(sums.excess))
                families.setdefault(family, empty).add(sums, answer)
        first = count
        estimates.append(_solve(list(families.values()), names, questions) if families else ())
    return estimates


def _sum_question(paths: Paths, names: Sequence[ForecasterId]) -> _Sums:
    """Normal equations of a question: differences to those who stood at the same instant."""
    edges, rows = align_paths(paths.values())
    lengths = np.diff(edges)
    losses = np.zeros((len(names), len(lengths)))
    present = np.zeros_like(losses)
    order = {name: place for place, name in enumerate(names)}
    for (forecaster, path), row in zip(paths.items(), rows, strict=True):
        present[order[forecaster]] = row >= 0
        losses[order[forecaster]] = np.where(row >= 0, path.losses[row], 0.0)
    count = present.sum(axis=0)
    shared = present * np.where(count > 1, lengths, 0.0)
    mean = losses.sum(axis=0) / np.maximum(count, 1.0)
    equations = np.diag(shared.sum(axis=1)) - (shared / np.maximum(count, 1.0)) @ present.T
    return _Sums(equations, ((losses - mean) * shared).sum(axis=1))


def _solve(
    families: Sequence[_Sums], names: Sequence[ForecasterId], questions: Floats
) -> tuple[AdjustedSkill, ...]:
    total = np.sum([sums.equations for sums in families], axis=0)
    linked = _find_largest_group(total)
    if not linked:
        return ()
    part = np.ix_(linked, linked)
    # The constant added everywhere makes the equations solvable; 0 is the average, in which
    # everybody weighs by the time shared with others, a newcomer little.
    inverse = np.linalg.inv(total[part] + total.trace() / len(linked) ** 2)
    shares = np.diag(total)[linked] / np.diag(total)[linked].sum()
    inverse -= shares @ inverse
    effects = inverse @ np.sum([sums.excess[linked] for sums in families], axis=0)
    scatter = [sums.excess[linked] - sums.equations[part] @ effects for sums in families]
    middle = sum(np.outer(s, s) for s in scatter) * len(families) / max(len(families) - 1, 1)
    # Rounding may take a variance of 0 below it.
    variances = np.maximum(np.diag(inverse @ middle @ inverse.T), 0.0)
    counts = np.sum([np.diag(sums.equations)[linked] > 0.0 for sums in families], axis=0)
    weight = _find_kept_shares(effects, variances, counts)
    skills = [
        _build(
            names[at],
            [sums for sums in families if sums.equations[at, at] > 0.0],
            skill=-float(effects[i]),
            error=float(np.sqrt(variances[i])),
            weight=float(weight[i]),
            questions=int(questions[at]),
        )
        for i, at in enumerate(linked)
    ]
    return tuple(sorted(skills, key=lambda s: (-s.skill, s.forecaster_id)))


def _find_kept_shares(effects: Floats, noise: Floats, families: Floats) -> Floats:
    """Return the share of each effect that stays when it is drawn to the average, 0 to 1."""
    expected = PRIOR_FAMILIES * TYPICAL_NOISE**2 / families
    noise = (families * noise + expected) / (families + PRIOR_FAMILIES)
    # Who is known well says most about how much people differ.
    weights = (noise + TYPICAL_SPREAD**2) ** -2
    weights /= weights.max()
    seen = max(float(np.sum(weights * (effects**2 - noise))), 0.0)
    prior = PRIOR_FORECASTERS * TYPICAL_SPREAD**2
    variance = (seen + prior) / (max(float(weights.sum()) - 1.0, 0.0) + PRIOR_FORECASTERS)
    weight: Floats = variance / (variance + noise)
    return weight


def _build(
    forecaster: ForecasterId,
    families: Sequence[_Sums],
    *,
    skill: float,
    error: float,
    weight: float,
    questions: int,
) -> AdjustedSkill:
    rarer = count_rarer(sums.answers for sums in families)
    low = high = None
    if not explain_interval_shortage(len(families), rarer):
        from scipy.special import stdtrit  # slow to import

        half = float(stdtrit(len(families) - 1, 0.975)) * error
        low, high = skill - half, skill + half
    return AdjustedSkill(
        forecaster, skill * weight, low, high, 1.0 - weight, len(families), questions, rarer
    )


def _find_largest_group(equations: Floats) -> list[int]:
    """Find the largest set of forecasters who are linked by shared time, in order."""
    waiting = set(np.flatnonzero(np.diag(equations) > 0.0).tolist())
    best: list[int] = []
    while waiting:
        group, frontier = set[int](), {min(waiting)}
        while frontier:
            group |= frontier
            near = {j for i in frontier for j in np.flatnonzero(equations[i]).tolist()}
            frontier = near - group
        waiting -= group
        best = max(best, sorted(group), key=len)
    return best
