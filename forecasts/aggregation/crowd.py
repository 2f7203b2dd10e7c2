"""The crowd as a forecaster: timelines of members pooled at every instant.

Members are those passed by the caller, and should be people only: suggestion, prior and hazard are
derived from the same evidence. The pooling methods are in `pooling`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from forecasts.aggregation import pooling
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import OTHER, Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import ForecasterId, Question, check_distribution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.span_table import Timelines

StandingForecasts = Mapping[ForecasterId, Distribution]
"""Forecasts held at one instant, oldest act first; a reaffirmation makes a forecast the newest."""


def crowd_timeline(question: Question, timelines: Timelines, *, until: datetime) -> Timeline:
    """Timeline of the crowd before `until`: a step at every act of a member, a gap without members.

    A single member is the crowd; several are pooled by `pooling.crowd`, `crowd_options` or
    `crowd_cdf`, oldest last act first, simultaneous ones by member id. Options of an older forecast
    are converted to those offered at that instant: the mass of a removed one goes to `Other`. An
    option added later and named only by some is split off, for the rest, from their `Other`, in the
    ratio of those who name it. One that nobody has named stays in `Other`, from where it is read in
    scoring as well.

    `timelines` belong to the people who forecast on the question. Raises `InvalidForecast` for a
    forecast of another kind.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.2)), (utc("2026-01-07"), None)])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.7))])
    >>> for at, forecast in crowd_timeline(question, {"ann": ann, "bob": bob},
    ...     until=question.closes_at).steps:
    ...     print(at.day, round(forecast.p, 3))
    1 0.2
    5 0.433
    7 0.7
    """
    return _pool_timelines(question, timelines, until, _pool_standing)


def crowd_at(question: Question, timelines: Timelines, at: datetime) -> Distribution | None:
    """Forecast of the crowd at an instant, None without members; equals `crowd_timeline` there.

    Of each member's timeline only the last step up to the instant is used, a gap included.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.2))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.7))])
    >>> crowd_at(question, {"ann": ann, "bob": bob}, utc("2026-01-02"))
    Binary(p=0.2)
    """
    changed: datetime = at
    standing: StandingForecasts = {}
    steps = _iter_standing(question, timelines, at + timedelta.resolution)
    for changed, standing in steps:  # noqa: B007  only the last one is used
        pass
    return _pool_standing(question, changed, standing) if standing else None


def contribution_crowd_timeline(
    question: Question,
    timelines: Timelines,
    weights: Mapping[ForecasterId, float],
    *,
    until: datetime,
) -> Timeline:
    """Timeline of the contribution-weighted mean of members, for a binary question.

    `weights` are points from `pooling.contributions` over earlier questions; negative and missing
    ones count as 0. Without a positive weight among those standing it is their plain mean. Use it
    once each member has `pooling.LEARNED_AFTER` resolved questions, as before that the weights are
    mostly luck. Raises `InvalidForecast` for a question that is not binary and for a weight that is
    not finite. Source: Budescu & Chen 2015, Management Science 61.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.2))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.6))])
    >>> held, earned = {"ann": ann, "bob": bob}, {"ann": 1.0, "bob": 3.0}
    >>> made = contribution_crowd_timeline(question, held, earned, until=question.closes_at)
    >>> [(at.day, round(forecast.p, 3)) for at, forecast in made.steps]
    [(1, 0.2), (5, 0.5)]
    """
    if question.kind != "binary":
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: contributions weigh binary ones"
        )
    if not all(map(math.isfinite, weights.values())):
        raise InvalidForecast(
            "a weight is a finite number: give the contributions of earlier questions"
        )
    positive = {forecaster_id: max(weight, 0.0) for forecaster_id, weight in weights.items()}
    return _pool_timelines(
        question,
        timelines,
        until,
        lambda _question, _at, standing: _pool_weighted(standing, positive),
    )


Pool = Callable[[Question, datetime, StandingForecasts], Distribution]


def _pool_timelines(
    question: Question, timelines: Timelines, until: datetime, pool: Pool
) -> Timeline:
    steps: list[tuple[datetime, Distribution | None]] = []
    for at, standing in _iter_standing(question, timelines, until):
        if standing:
            steps.append((at, pool(question, at, standing)))
        elif steps and steps[-1][1] is not None:
            steps.append((at, None))
    return Timeline(tuple(steps))


def _iter_standing(
    question: Question, timelines: Timelines, until: datetime
) -> Iterator[tuple[datetime, StandingForecasts]]:
    """Forecasts held from each act or option removal on; the mapping is updated in place."""
    acts = _acts_by_time(question, timelines)
    standing: dict[ForecasterId, Distribution] = {}
    for at in sorted(instant for instant in acts if instant < until):
        for forecaster_id, forecast in acts[at]:
            standing.pop(forecaster_id, None)  # moves it to the end of the dict
            if forecast is not None:
                standing[forecaster_id] = forecast
        yield at, standing


def _acts_by_time(
    question: Question, timelines: Timelines
) -> Mapping[datetime, Sequence[tuple[ForecasterId, Distribution | None]]]:
    acts: dict[datetime, list[tuple[ForecasterId, Distribution | None]]] = {
        option.removed_at: [] for option in question.options if option.removed_at is not None
    }
    for forecaster_id, timeline in sorted(timelines.items()):
        for at, forecast in timeline.steps:
            if forecast is not None:
                check_distribution(question, forecast)
            acts.setdefault(at, []).append((forecaster_id, forecast))
    return acts


def _pool_standing(question: Question, at: datetime, standing: StandingForecasts) -> Distribution:
    forecasts = [fold_removed_options(question, at, forecast) for forecast in standing.values()]
    if len(forecasts) == 1:
        return forecasts[0]
    if question.scale is not None:
        return _pool_curves(question.scale, [d for d in forecasts if isinstance(d, Cdf)])
    if question.options:
        return _pool_options(question, [d for d in forecasts if isinstance(d, Categorical)])
    return Binary(pooling.pool_crowd([d.p for d in forecasts if isinstance(d, Binary)]))


def _pool_options(question: Question, forecasts: Sequence[Categorical]) -> Categorical:
    names = tuple(
        o.name
        for o in question.options
        if any(o.name in forecast.options for forecast in forecasts)
    )
    return Categorical(
        names,
        tuple(
            pooling.pool_options([_expand_options(d, names, forecasts) for d in forecasts]).tolist()
        ),
    )


def _expand_options(
    forecast: Categorical, names: Sequence[str], forecasts: Sequence[Categorical]
) -> list[float]:
    """Forecast over all names used by anyone; 0 for one that it cannot read from its `Other`."""
    shares = dict(zip(forecast.options, forecast.p, strict=True))
    divided = [*(name for name in names if name not in shares), OTHER]
    if OTHER in shares and len(divided) > 1:
        # Left at 0, those who never named the option would pull it down.
        parts = np.sum(
            [[d.of(name) for name in divided] for d in forecasts if set(divided) <= set(d.options)],
            axis=0,
        )
        if np.any(parts):
            shares |= zip(divided, (shares[OTHER] * parts / np.sum(parts)).tolist(), strict=True)
    return [shares.get(name, 0.0) for name in names]


def _pool_curves(scale: Scale, curves: Sequence[Cdf]) -> Cdf:
    """Mean curve, cut to the range, as bounds converted to a logarithm and back are rounded."""
    x, share = pooling.pool_curves([(curve.x, curve.p) for curve in curves])
    low, high = max(float(x[0]), scale.lower), min(float(x[-1]), scale.upper)
    inside = (x > low) & (x < high)
    return Cdf(
        (low, *x[inside].tolist(), high),
        (float(share[0]), *share[inside].tolist(), float(share[-1])),
    )


def _pool_weighted(standing: StandingForecasts, weights: Mapping[ForecasterId, float]) -> Binary:
    p = np.array([forecast.p for forecast in standing.values() if isinstance(forecast, Binary)])
    counted = np.array([weights.get(forecaster_id, 0.0) for forecaster_id in standing])
    pooled = np.average(p, weights=counted if counted.any() else None)
    return Binary(float(np.clip(pooled, p.min(), p.max())))
