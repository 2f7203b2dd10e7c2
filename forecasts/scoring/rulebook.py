"""Scoring rules by kind of question, and their values for forecasts of a question.

Formulas and sources are in `rules` and `crps`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.answers import Answer
from forecasts.questions.question import Kind, Question, uninformed_prior
from forecasts.scoring.crps import crps_cdf, quantile_score
from forecasts.scoring.rules import (
    POINTS_CLIP,
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

RuleName = Literal[
    "brier",
    "log",
    "spherical",
    "ranked",
    "crps",
    "quantile",
    "baseline",
    "peer",
    "spot_baseline",
    "spot_peer",
    "daily_brier",
    "relative_brier",
]
Better = Literal["lower", "higher"]
Scorer = Callable[[Question, Answer, Sequence[Distribution]], Floats]

QUANTILE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Levels of the quantile score."""

BUCKETS = 200
"""Number of equal parts of a scale, for points, which need a mass and not a density."""

CURVE_FLOOR = 0.01 / BUCKETS
"""Minimum mass of a bucket in points; Metaculus rejects curves with a smaller step."""


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """Scoring rule: name, kinds of question, direction and range.

    `scorers` compute it by kind, for a rule that needs no other forecasters. `is_points` marks
    gains, which need no reference. A rule that is not proper rewards a report other than the
    belief.
    """

    name: RuleName
    title: str
    kinds: tuple[Kind, ...]
    better: Better
    range: str
    scorers: Mapping[Kind, Scorer] = field(default_factory=dict, repr=False, compare=False)
    is_points: bool = False
    is_proper: bool = True


BINARY: tuple[Kind, ...] = ("binary",)
OPTIONS: tuple[Kind, ...] = ("categorical", "ordered")
CURVES: tuple[Kind, ...] = ("numeric", "date")
BINARY_AND_OPTIONS: tuple[Kind, ...] = (*BINARY, *OPTIONS)
ALL: tuple[Kind, ...] = (*BINARY_AND_OPTIONS, *CURVES)


BinaryRule = Callable[[ArrayLike, ArrayLike], Floats]
"""Rule of binary forecasts: a function of probabilities of YES and outcomes."""


@dataclass(frozen=True, slots=True)
class _BinaryScorer:
    """Scorer of one binary question by a rule, which scores many questions at once as well."""

    rule: BinaryRule

    def __call__(self, _: Question, happened: Answer, forecasts: Sequence[Distribution]) -> Floats:
        # As in `score_given`, so that both give the same numbers to the last bit.
        yes = np.array([d.p for d in forecasts if isinstance(d, Binary)], dtype=np.float64)
        return self.rule(yes if happened else 1.0 - yes, 1)


def _for_binary(rule: BinaryRule) -> Scorer:
    return _BinaryScorer(rule)


def _baseline_binary(p: ArrayLike, outcome: ArrayLike) -> Floats:
    return baseline_points(np.where(outcome, p, np.subtract(1.0, p)))


def _for_options(rule: Callable[[Floats, int], Floats]) -> Scorer:
    def score(_: Question, happened: Answer, forecasts: Sequence[Distribution]) -> Floats:
        listed = [d for d in forecasts if isinstance(d, Categorical)]
        # Forecasts in a row that name the same options are scored at once.
        rows = [list(row) for _, row in groupby(listed, lambda d: d.options)]
        values = [rule(np.array([d.p for d in row]), row[0].index(str(happened))) for row in rows]
        return np.concatenate([np.zeros(0), *values])

    return score


def _for_curves(rule: Callable[[Question, Answer, Cdf], float]) -> Scorer:
    def score(question: Question, happened: Answer, forecasts: Sequence[Distribution]) -> Floats:
        return np.array(
            [rule(question, happened, d) for d in forecasts if isinstance(d, Cdf)], dtype=np.float64
        )

    return score


def _brier_ordered_values(
    question: Question, happened: Answer, forecasts: Sequence[Distribution]
) -> Floats:
    # In the question's order of options.
    names = [option.name for option in question.options]
    rows = [
        [dict(zip(d.options, d.p, strict=True)).get(n, 0.0) for n in names]
        for d in forecasts
        if isinstance(d, Categorical)
    ]
    return brier_ordered(rows, names.index(str(happened)))


def _crps_values(question: Question, happened: Answer, forecasts: Sequence[Distribution]) -> Floats:
    assert question.scale is not None
    return curve_losses(question.scale, forecasts, np.array([float(happened)]))[:, 0]


def curve_losses(scale: Scale, forecasts: Iterable[Distribution], answers: Floats) -> Floats:
    """Headline losses of curves, a row each, under answers, a column each; 0 to 1, lower is better.

    Curves in a row that have equally many knots are scored at once.
    """
    curves = (_over_range(scale, curve) for curve in forecasts if isinstance(curve, Cdf))
    losses = [np.zeros((0, len(answers)))]
    for _, group in groupby(curves, lambda curve: len(curve[0])):
        knots, levels = np.array(list(group)).transpose(1, 0, 2)[:, :, np.newaxis]
        losses.append(crps_cdf(knots, levels, answers, zero_point=scale.zero_point) / scale.length)
    return np.concatenate(losses)


def _over_range(scale: Scale, curve: Cdf) -> tuple[list[float], list[float]]:
    """Extend a curve to the bounds of its scale."""
    knots, levels = list(curve.x), list(curve.p)
    if knots[0] > scale.lower:
        knots, levels = [scale.lower, *knots], [levels[0], *levels]
    if knots[-1] < scale.upper:
        knots, levels = [*knots, scale.upper], [*levels, levels[-1]]
    return knots, levels


def _quantile_values(
    question: Question, happened: Answer, forecasts: Sequence[Distribution]
) -> Floats:
    assert question.scale is not None
    curves = [curve for curve in forecasts if isinstance(curve, Cdf)]
    values = np.array(
        [[_read_quantile(curve, level) for level in QUANTILE_LEVELS] for curve in curves]
    )
    # Quantiles and answers beyond the range are moved to its bounds.
    places, place = (
        np.clip(question.scale.locations(read), 0.0, 1.0)
        for read in (values.reshape(-1, len(QUANTILE_LEVELS)), float(happened))
    )
    return quantile_score(QUANTILE_LEVELS, places, place)


def _read_quantile(curve: Cdf, level: float) -> float:
    value = curve.quantile(level)
    if value is None:
        return -math.inf if level < curve.p[0] else math.inf
    return value


def _baseline_options(p: Floats, index: int) -> Floats:
    return baseline_points(p[..., index], p.shape[-1])


def _baseline_curve(question: Question, happened: Answer, curve: Cdf) -> float:
    mass, even = points_mass(question, happened, curve), _even_mass(question, happened)
    return float(baseline_points_continuous(mass, base=even))


def outcome_mass(question: Question, happened: Answer, forecast: Distribution) -> float:
    """Probability given to the outcome; for a curve, to the bucket of the scale with the answer.

    A mass and not a density, as a density is unbounded.
    """
    if isinstance(forecast, Binary):
        return forecast.p if happened else 1.0 - forecast.p
    if isinstance(forecast, Categorical):
        return forecast.of(str(happened))
    assert question.scale is not None
    bucket = question.scale.bucket(float(happened), BUCKETS)
    if bucket == 0:
        return forecast.below
    if bucket > BUCKETS:
        return forecast.above
    low, high = question.scale.values([(bucket - 1) / BUCKETS, bucket / BUCKETS]).tolist()
    return forecast.at(high) - forecast.at(low)


def points_mass(question: Question, happened: Answer, forecast: Distribution) -> float:
    """`outcome_mass`, limited for points.

    Between 0.001 and 0.999 for binary questions and options, the limits of Metaculus. For a curve
    at least `CURVE_FLOOR` for the bucket of the answer, or 0.001 beyond an open bound.
    """
    mass = outcome_mass(question, happened, forecast)
    if question.scale is None:
        return min(max(mass, POINTS_CLIP), 1.0 - POINTS_CLIP)
    inside = 0 < question.scale.bucket(float(happened), BUCKETS) <= BUCKETS
    return max(mass, CURVE_FLOOR if inside else POINTS_CLIP)


def _even_mass(question: Question, happened: Answer) -> float:
    assert question.scale is not None
    if not 0 < question.scale.bucket(float(happened), BUCKETS) <= BUCKETS:
        return 0.05
    return (1.0 - 0.05 * (question.scale.open_lower + question.scale.open_upper)) / BUCKETS


RULES: Mapping[RuleName, ScoringRule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            ScoringRule(
                "brier",
                "Brier score",
                BINARY_AND_OPTIONS,
                "lower",
                "0 to 1",
                {
                    "binary": _for_binary(brier),
                    **dict.fromkeys(OPTIONS, _for_options(brier_options)),
                },
            ),
            ScoringRule(
                "ranked",
                "Ordered Brier score",
                ("ordered",),
                "lower",
                "0 to 1",
                {"ordered": _brier_ordered_values},
            ),
            ScoringRule(
                "crps",
                "CRPS over the range",
                CURVES,
                "lower",
                "0 to 1 of the scale",
                dict.fromkeys(CURVES, _crps_values),
            ),
            ScoringRule(
                "log",
                "Log score",
                BINARY_AND_OPTIONS,
                "lower",
                "0.001 to 6.908 nats",
                {
                    "binary": _for_binary(log_score),
                    **dict.fromkeys(OPTIONS, _for_options(log_score_options)),
                },
            ),
            ScoringRule(
                "spherical",
                "Spherical score",
                BINARY_AND_OPTIONS,
                "higher",
                "0 to 1",
                {
                    "binary": _for_binary(spherical),
                    **dict.fromkeys(OPTIONS, _for_options(spherical_options)),
                },
            ),
            ScoringRule(
                "quantile",
                "Quantile score",
                CURVES,
                "lower",
                "0 to 1 of the scale",
                dict.fromkeys(CURVES, _quantile_values),
            ),
            ScoringRule(
                "baseline",
                "Baseline points",
                ALL,
                "higher",
                "−897 to +265 points",
                {
                    "binary": _for_binary(_baseline_binary),
                    **dict.fromkeys(OPTIONS, _for_options(_baseline_options)),
                    **dict.fromkeys(CURVES, _for_curves(_baseline_curve)),
                },
                is_points=True,
            ),
            ScoringRule(
                "peer", "Peer points", ALL, "higher", "points; all together 0", is_points=True
            ),
            ScoringRule(
                "spot_baseline",
                "Spot baseline points",
                ALL,
                "higher",
                "−897 to +265 points",
                is_points=True,
            ),
            ScoringRule(
                "spot_peer",
                "Spot peer points",
                ALL,
                "higher",
                "points; all together 0",
                is_points=True,
            ),
            ScoringRule("daily_brier", "Daily Brier score", BINARY_AND_OPTIONS, "lower", "0 to 1"),
            ScoringRule(
                "relative_brier", "Relative Brier score", BINARY_AND_OPTIONS, "lower", "−1 to 1"
            ),
        )
    }
)
"""All rules, in order of display. All are stored, as rankings can differ between proper rules."""

BINARY_RULES: Mapping[RuleName, BinaryRule] = MappingProxyType(
    {
        name: scorer.rule
        for name, rule in RULES.items()
        if isinstance(scorer := rule.scorers.get("binary"), _BinaryScorer)
    }
)
"""Rules of binary questions, which score many of them at once."""

SOLO_RULES: tuple[RuleName, ...] = tuple(name for name, rule in RULES.items() if rule.scorers)
"""Rules that score a forecaster without others."""

HEADLINE: Mapping[Kind, RuleName] = MappingProxyType(
    {
        "binary": "brier",
        "categorical": "brier",
        "ordered": "ranked",
        "numeric": "crps",
        "date": "crps",
    }
)
"""Main rule by kind of question."""


HEADLINE_RULES: tuple[RuleName, ...] = tuple(dict.fromkeys(HEADLINE.values()))
"""Main rules of all kinds."""


def is_counted_under(rule: RuleName, kind: Kind) -> bool:
    """Return True if questions of this kind count in aggregates of a rule.

    Under headline rules a question counts once, under that of its kind: an ordered question, which
    has a Brier score as well, counts under "ranked" alone. Under other rules all questions that
    they apply to count.
    """
    return rule == HEADLINE[kind] or (rule not in HEADLINE_RULES and kind in RULES[rule].kinds)


def ignorance_forecast(question: Question) -> Distribution:
    """Uninformed forecast of a question: 50%, equal shares or a uniform curve. Zero skill."""
    return uninformed_prior(question.offered_options(question.opens_at), question.scale)


def rule_values(
    rule: RuleName, question: Question, happened: Answer, forecasts: Sequence[Distribution]
) -> Floats:
    """Values of a rule for forecasts of a question, given its answer."""
    return (
        RULES[rule].scorers[question.kind](question, happened, forecasts)
        if forecasts
        else np.zeros(0)
    )


def rule_gains(rule: RuleName, values: Floats, reference: Floats | float) -> Floats:
    """Gain of values over that of a reference, higher is better; points are gains already.

    >>> rule_gains("brier", np.array([0.04, 0.36]), 0.25).round(2).tolist()
    [0.21, -0.11]
    """
    if RULES[rule].is_points:
        return values
    return reference - values if RULES[rule].better == "lower" else values - reference
