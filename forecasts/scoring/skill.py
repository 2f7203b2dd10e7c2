"""Skill scores against reference forecasts, and adjustment for difficulty.

Skill is the share of a reference's loss that a forecaster saved, always as a ratio of sums: a mean
of ratios would be dominated by the questions on which the reference was nearly right.

Sources: Murphy 1988, Monthly Weather Review 116, for skill scores and their references; Wilks,
Statistical Methods in the Atmospheric Sciences, chapter on forecast verification.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.distributions.probability import check_outcomes as checked_outcomes
from forecasts.errors import ForecastsError
from forecasts.questions.formatting import MINUS, format_signed
from forecasts.questions.question import HAZARD, PRIOR, ForecasterId
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import ReceiptLine, Score, Summary
from forecasts.statistics.intervals import (
    check_level,
    cluster_sums,
    number_labels,
    percentile_interval,
    resample_sums,
)

ReferenceName = Literal["half", "base_rate", "hazard", "no_change", "climatology"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Reference forecast: title, description, and meaning of beating it."""

    title: str
    meaning: str
    shows: str


REFERENCES: Mapping[ReferenceName, Reference] = MappingProxyType(
    {
        "half": Reference(
            "Always 50 %",
            "50 % on every question, all the time.",
            "More is known than nothing; a low bar where most questions end the same way.",
        ),
        "base_rate": Reference(
            "Base rate",
            "The prior written down before the question opened, never moved.",
            "The forecasts add something to how often such things happen.",
        ),
        "hazard": Reference(
            "Base rate and time",
            "The prior, moved only by the time that passed without the event.",
            "The evidence was worth following: watching the calendar would have done worse.",
        ),
        "no_change": Reference(
            "First forecast kept",
            "The forecaster's own first forecast, carried to the end.",
            "Updating was worth the effort: the first guess would have done worse.",
        ),
        "climatology": Reference(
            "Share of the other questions",
            "For each question, how often the others were answered YES.",
            "The forecasts tell questions apart, beyond knowing how often the answer is YES.",
        ),
    }
)
"""References of the product. `climatology` is known only afterwards."""


def skill_score(scores: ArrayLike, reference: ArrayLike) -> float | None:
    """Skill score 1 − Σ scores / Σ reference: share of the reference's loss that was saved.

    Both hold one loss per question, the same questions in the same order: 0 is perfect and more is
    worse, as in the Brier score. 1 is perfect, 0 equals the reference, below 0 is worse, without
    limit; higher is better. None when the reference lost nothing. Raises `ForecastsError` when a
    loss is negative, missing or infinite, when the two differ in number, or when there are none.
    Source: Murphy 1988.

    >>> round(skill_score([0.04, 0.25, 0.09, 0.49, 0.01], [0.25] * 5), 3)
    0.296
    """
    own_sum, reference_sum = _pair_losses(scores, reference).sum(axis=0)
    return _skill_from_sums(float(own_sum), float(reference_sum))


def leave_one_out_shares(outcomes: ArrayLike) -> Floats:
    """Leave-one-out climatology: share of YES among the other questions, (Σo − oᵢ)/(n − 1).

    `outcomes` holds 1 or 0 per question; the answer is a probability per question, in their order.
    Raises `ValueError` for other outcomes, and `ForecastsError` when there are fewer than two.
    Source: Wilks, cross-validated climatology.

    >>> leave_one_out_shares([1, 0, 0, 1, 0]).tolist()
    [0.25, 0.5, 0.5, 0.25, 0.5]
    """
    seen = checked_outcomes(outcomes)
    if seen.ndim != 1 or len(seen) < 2:
        raise ForecastsError(
            "leaving one question out takes at least two: give a list of 2 or more outcomes"
        )
    shares: Floats = (seen.sum() - seen) / (len(seen) - 1)
    return shares


@dataclass(frozen=True, slots=True)
class ClimatologySkill:
    """Mean Brier scores of forecasts and two climatologies, with the skill against each.

    `bs` is the forecasts' own mean Brier score, 0 to 1, lower is better. `bs_loo` is that of
    `leave_one_out_shares`, and `bss_loo` the skill against it: the fair comparison, higher is
    better. `bs_insample` is that of the share of YES among all questions, including the scored one,
    so that the skill against it, `bss_insample`, is too small. A skill is None when all outcomes
    are equal.
    """

    bs: float
    bs_insample: float
    bs_loo: float
    bss_loo: float | None
    bss_insample: float | None


def skill_vs_climatology(p: ArrayLike, outcomes: ArrayLike) -> ClimatologySkill:
    """Skill of one forecast per question against the share of YES.

    `p` holds a probability and `outcomes` 1 or 0 per question. Raises `InvalidProbability` for a p
    outside [0, 1], and `ForecastsError` when the two differ in number or there are fewer than
    two. Source: Murphy 1988.

    >>> found = skill_vs_climatology([0.8, 0.2, 0.1, 0.6], [1, 0, 0, 1])
    >>> round(found.bs, 4), found.bs_insample, round(found.bs_loo, 4), round(found.bss_loo, 4)
    (0.0625, 0.25, 0.4444, 0.8594)
    """
    other_shares = leave_one_out_shares(outcomes)
    seen = checked_outcomes(outcomes)
    forecasts = check_probabilities(p)
    if forecasts.shape != seen.shape:
        raise ForecastsError(
            f"give one forecast for each outcome: there are {forecasts.size} for {seen.size}"
        )
    bs = float(np.mean((forecasts - seen) ** 2))
    bs_insample = float(seen.mean() * (1.0 - seen.mean()))
    bs_loo = float(np.mean((other_shares - seen) ** 2))
    return ClimatologySkill(
        bs, bs_insample, bs_loo, _skill_from_sums(bs, bs_loo), _skill_from_sums(bs, bs_insample)
    )


@dataclass(frozen=True, slots=True)
class Skill:
    """Skill against a reference, with its sampling interval.

    `own_sum` and `reference_sum` are the losses over the `n` questions, which form `n_clusters`
    clusters; `skill` is 1 − own_sum / reference_sum, at most 1, higher is better, or None when the
    reference lost nothing. The reference was beaten significantly when `low` is above 0. `low` and
    `high` are None if undefined: with fewer than two clusters, or a reference that loses nothing on
    some resamples.
    """

    reference: ReferenceName
    n: int
    n_clusters: int
    own_sum: float
    reference_sum: float
    skill: float | None
    low: float | None
    high: float | None


def skill_with_interval(
    own_losses: ArrayLike,
    reference: ArrayLike,
    *,
    name: ReferenceName,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Skill:
    """`skill_score` with a percentile interval from resampled clusters.

    `own_losses` and `reference` hold one loss per question, in the same order; `clusters` a label
    per question (without: every question by itself) and `name` the reference. Each resample draws
    as many clusters as there are and takes the ratio of its sums. Raises `ForecastsError` as
    `skill_score` does, or for a level outside (0, 1). Source: Efron & Tibshirani 1993.

    >>> own, half = [0.04, 0.25, 0.09, 0.49, 0.01], [0.25] * 5
    >>> found = skill_with_interval(own, half, name="half", clusters=["vote", "vote", "summit",
    ...     "strike", "talks"])
    >>> found.n, found.n_clusters, round(found.skill, 3), found.low < found.skill < found.high
    (5, 4, 0.296, True)
    """
    check_level(level)
    losses = _pair_losses(own_losses, reference)
    sums = cluster_sums(losses, clusters)
    own_sum, reference_sum = (float(total) for total in losses.sum(axis=0))
    resampled = resample_sums(sums, resamples=resamples, seed=seed)
    # Undefined ratios of some resamples make the interval undefined.
    telling = len(sums) > 1 and bool((resampled[:, 1] > 0.0).all())
    low, high = (
        percentile_interval(1.0 - resampled[:, 0] / resampled[:, 1], level)
        if telling
        else (None, None)
    )
    return Skill(
        name,
        len(losses),
        len(sums),
        own_sum,
        reference_sum,
        _skill_from_sums(own_sum, reference_sum),
        low,
        high,
    )


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Scores of forecasters adjusted for the difficulty of their questions.

    `effects` are the differences from the average forecaster on the same questions, in the unit of
    the scores, 0 on average, lowest first; for losses lower is better. `questions` counts each
    forecaster's different questions. `components` are the groups of forecasters linked by shared
    questions, largest first by rows. Only members of the first have an effect; the others are not
    comparable.
    """

    effects: Mapping[str, float]
    questions: Mapping[str, int]
    components: tuple[frozenset[str], ...]

    @property
    def comparable(self) -> bool:
        """True if all forecasters are linked, so that each has an effect."""
        return len(self.components) == 1


def adjust_for_difficulty(rows: Iterable[tuple[str, Hashable, float]]) -> Difficulty:
    """Adjust scores for difficulty by least squares: score = forecaster + question.

    `rows` are (forecaster, question, score), in any order; repeated pairs all count. Forecasters
    outside the largest component get no effect, see `Difficulty`; pass their rows separately.
    Raises `ForecastsError` when there are no rows or a score is not finite. Source: two-way fixed
    effects, as in ForecastBench; the questions' normal equations are eliminated (Schur complement),
    so that thousands of questions cost little.

    >>> rows = [("ann", "hard", 0.5), ("ann", "easy", 0.1), ("bob", "hard", 0.4), ("cy", "easy",
    ...     0.12)]
    >>> found = adjust_for_difficulty([*rows, ("dan", "nobody else's", 0.01)])
    >>> {who: round(effect, 3) for who, effect in found.effects.items()}, found.comparable
    ({'bob': -0.073, 'ann': 0.027, 'cy': 0.047}, False)
    """
    panel = tuple(rows)
    components = _find_components(panel)
    linked = [row for row in panel if row[0] in components[0]]
    forecaster, question = (
        number_labels(row[0] for row in linked),
        number_labels(row[1] for row in linked),
    )
    scores = np.array([row[2] for row in linked], dtype=np.float64)
    from scipy.sparse import csr_array  # slow to import

    counts = csr_array((np.ones(len(linked)), (forecaster, question)))
    per_question = np.bincount(question)
    shared = (counts / per_question @ counts.T).toarray()
    excess = np.bincount(
        forecaster, scores - (np.bincount(question, scores) / per_question)[question]
    )
    # Adding 1 everywhere selects the solution with mean 0.
    solved = np.linalg.solve(np.diag(np.bincount(forecaster)) - shared + 1.0, excess)
    effects = sorted(
        zip(dict.fromkeys(row[0] for row in linked), solved.tolist(), strict=True),
        key=lambda e: e[1],
    )
    different = Counter(
        forecaster_name for forecaster_name, _ in dict.fromkeys(row[:2] for row in panel)
    )
    return Difficulty(
        MappingProxyType(dict(effects)), MappingProxyType(dict(different)), components
    )


def _find_components(panel: Sequence[tuple[str, Hashable, float]]) -> tuple[frozenset[str], ...]:
    """Components of forecasters linked by shared questions, largest first by rows."""
    cluster_sums([score for _, _, score in panel])  # raises for invalid scores
    forecaster, question = (
        number_labels(row[0] for row in panel),
        number_labels(row[1] for row in panel),
    )
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    size = int(forecaster.max() + question.max()) + 2
    links = csr_array(
        (np.ones(len(panel)), (forecaster, question + int(forecaster.max()) + 1)),
        shape=(size, size),
    )
    _, group_of = connected_components(links, directed=False)
    groups: dict[int, list[str]] = {}
    for row, number in zip(panel, group_of[forecaster].tolist(), strict=True):
        groups.setdefault(number, []).append(row[0])
    largest_first = sorted(groups.values(), key=lambda names: (-len(names), min(names)))
    return tuple(frozenset(names) for names in largest_first)


def _pair_losses(own_losses: ArrayLike, reference: ArrayLike) -> Floats:
    """Two lists of losses as columns, one row per question."""
    left, right = (np.asarray(values, dtype=np.float64) for values in (own_losses, reference))
    if left.ndim != 1 or left.shape != right.shape:
        raise ForecastsError(
            f"give two plain lists, a reference score for each score: {right.size} for {left.size}"
        )
    losses = cluster_sums(np.column_stack([left, right]))
    if (losses < 0.0).any():
        raise ForecastsError(
            "skill is a share of losses: give scores where 0 is perfect and more is worse"
        )
    return losses


def _skill_from_sums(own_sum: float, reference_sum: float) -> float | None:
    return None if reference_sum == 0.0 else 1.0 - own_sum / reference_sum


_COMPUTED: tuple[tuple[ReferenceName, ForecasterId], ...] = (
    ("base_rate", PRIOR),
    ("hazard", HAZARD),
)


def own_loss(score: Score) -> float:
    """Loss of the forecaster over the schedule; 0 without a forecast."""
    return 0.0 if score.mean_while_active is None else score.mean_while_active * score.coverage


def reference_losses(
    score: Score, scores: Mapping[ForecasterId, Score], climatology: float | None = None
) -> Mapping[ReferenceName, float]:
    """Loss of each reference over the active time of the forecaster.

    `scores` are all scores on the same question by the same rule, where lower is better;
    `climatology` is the loss of the share of YES among the other questions. References that the
    question does not have are left out; all are, without a forecast.
    """
    if score.mean_while_active is None:
        return {}
    losses: dict[ReferenceName, float] = {
        "half": score.skill_over_schedule + own_loss(score),
        "no_change": score.receipt[0].score * score.coverage,
    }
    for name, forecaster_id in _COMPUTED:
        if forecaster_id in scores:
            losses[name] = _loss_over_same_time(score.receipt, scores[forecaster_id].receipt)
    if climatology is not None:
        losses["climatology"] = climatology * score.coverage
    return losses


def _loss_over_same_time(receipt: Sequence[ReceiptLine], reference: Sequence[ReceiptLine]) -> float:
    """Loss of a reference over the intervals of another receipt and the scheduled length."""
    total, place = 0.0, 0
    for line in receipt:
        per_second = line.weight / (line.end - line.start).total_seconds()
        while place < len(reference) and reference[place].end <= line.start:
            place += 1
        at = place
        while at < len(reference) and reference[at].start < line.end:
            start, end = max(line.start, reference[at].start), min(line.end, reference[at].end)
            total += reference[at].score * per_second * (end - start).total_seconds()
            at += 1
    return total


def skill_points(rule: RuleName, skill: float) -> float:
    """Skill in points: a hundredth of a Brier score is one; points stay as they are.

    >>> skill_points("brier", 0.25), skill_points("peer", 12.5)
    (25.0, 12.5)
    """
    return skill if RULES[rule].is_points else 100 * skill


def format_interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Format an interval of gains, `−1.3 to +11.2`; empty without one."""
    return (
        ""
        if low is None or high is None
        else f"{format_signed(low, digits)} to {format_signed(high, digits)}"
    )


def format_skill(rule: RuleName, skill: float | None) -> str:
    """Format the skill of a summary or a score, such as `+5.7`; a dash without one."""
    return "–" if skill is None else format_signed(skill_points(rule, skill))


def format_summary_interval(summary: Summary) -> str:
    """Format the 95 % interval of a summary in points; empty without one."""
    if summary.low is None or summary.high is None:
        return ""
    return format_interval(
        skill_points(summary.rule, summary.low), skill_points(summary.rule, summary.high)
    )


def format_skill_difference(difference: float) -> str:
    """Format a difference between two skills: `5.7 points`."""
    return f"{100 * difference:.1f} points".replace("-", MINUS)
