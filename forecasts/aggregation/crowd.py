"""The crowd as a forecaster: timelines of members pooled at every instant, plain or with lessons.

Members are those passed by the caller, and should be people only: suggestion, prior and hazard are
derived from the same evidence, and a market is a crowd of its own. The pooling methods are in
`pooling`.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from forecasts.aggregation import pooling
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import OTHER, Binary, Categorical, Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    CROWD_EXTREMISED,
    CROWD_WEIGHTED,
    POOLS,
    ForecasterId,
    Question,
    check_distribution,
)
from forecasts.questions.timeline import Timeline
from forecasts.scoring.span_table import Timelines

StandingForecasts = Mapping[ForecasterId, Distribution]
"""Forecasts held at one instant, oldest act first; a reaffirmation makes a forecast the newest."""

MIN_CROWD: Final = 2
"""People who forecast before they are a crowd; a crowd of one is that person."""


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
    instants: list[tuple[datetime, tuple[Distribution, ...]]] = []
    for at, standing in _iter_standing(question, timelines, until):
        if standing or (instants and instants[-1][1]):
            forecasts = (fold_removed_options(question, at, d) for d in standing.values())
            instants.append((at, tuple(forecasts)))
    pooled = iter(_pool_instants(question, [forecasts for _, forecasts in instants if forecasts]))
    return Timeline(tuple((at, next(pooled) if forecasts else None) for at, forecasts in instants))


def _pool_instants(
    question: Question, instants: Sequence[Sequence[Distribution]]
) -> Sequence[Distribution]:
    """Pool the forecasts of each instant, those of yes-no questions all at once."""
    if question.kind != "binary":
        return [_pool_forecasts(question, forecasts) for forecasts in instants]
    rows = [[d.p for d in forecasts if isinstance(d, Binary)] for forecasts in instants]
    return list(map(Binary, pooling.pool_crowds(rows)))


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


@dataclass(frozen=True, slots=True)
class CrowdLessons:
    """Lessons on the members of a crowd, valid from an instant until the next ones.

    `skills` are adjusted skills in units of loss on questions of this sort; who is missing counts
    as average. `exponent` extremises yes-no questions; None while it is not learned. `shown` is the
    pool that people chose to see as the crowd.
    """

    since: datetime
    skills: Mapping[ForecasterId, float]
    exponent: float | None = None
    shown: ForecasterId = CROWD


def find_shown_pool(lessons: Sequence[CrowdLessons], at: datetime) -> ForecasterId:
    """Find the pool that is shown as the crowd at an instant: the plain one until another is."""
    known = [lesson for lesson in lessons if lesson.since <= at]
    return known[-1].shown if known else CROWD


def trace_shown_crowd(timelines: Timelines, lessons: Sequence[CrowdLessons]) -> Timeline:
    """Timeline of what is shown as the crowd: the chosen pool, where it has none the plain one.

    `timelines` are those of the pools, that of the plain one among them.
    """
    pools = {name: timelines[name] for name in POOLS if name in timelines}
    instants = {at for line in pools.values() for at, _ in line.steps}
    instants |= {lesson.since for lesson in lessons}
    steps: list[tuple[datetime, Distribution | None]] = []
    for at in sorted(instants):
        chosen = pools.get(find_shown_pool(lessons, at), pools[CROWD]).at(at)
        _append_step(steps, at, pools[CROWD].at(at) if chosen is None else chosen)
    return Timeline(tuple(steps))


def trace_learned_crowds(
    question: Question, timelines: Timelines, lessons: Sequence[CrowdLessons], *, until: datetime
) -> dict[ForecasterId, Timeline]:
    """Timelines of the crowds that learn, before `until`: weighted by skill, and also extremised.

    `lessons` are in order of time; at each instant only those are used that were known then, and
    before the first there is no such crowd. A step at every act of a member and at every lesson; a
    gap while fewer than `MIN_CROWD` stand. Numbers, dates and options are not extremised: the
    exponent is learned from yes-no questions, and the mean of curves is wide for another reason.
    Crowds without a step are left out. Raises `InvalidForecast` for a forecast of another kind.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.2))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.6))])
    >>> lessons = [CrowdLessons(utc("2026-01-03"), {"bob": 0.02}, 1.5)]
    >>> made = trace_learned_crowds(question, {"ann": ann, "bob": bob}, lessons,
    ...     until=question.closes_at)
    >>> for name, line in made.items():
    ...     print(name, [(at.day, round(forecast.p, 3)) for at, forecast in line.steps])
    crowd-weighted [(5, 0.481)]
    crowd-extremised [(5, 0.471)]
    """
    if not lessons:
        return {}
    weighted: list[tuple[datetime, Distribution | None]] = []
    extremised: list[tuple[datetime, Distribution | None]] = []
    waiting = deque(_drop_superseded(lessons, question.opens_at))
    known: CrowdLessons | None = None
    instants = [lesson.since for lesson in waiting]
    for at, standing in _iter_standing(question, timelines, until, instants):
        while waiting and waiting[0].since <= at:
            known = waiting.popleft()
        pooled = None
        if known is not None and len(standing) >= MIN_CROWD:
            weights = pooling.weigh_skills([known.skills.get(name, 0.0) for name in standing])
            pooled = _pool_standing(question, at, standing, weights)
        _append_step(weighted, at, pooled)
        _append_step(extremised, at, _extremise(pooled, known))
    made = {CROWD_WEIGHTED: weighted, CROWD_EXTREMISED: extremised}
    return {name: Timeline(tuple(steps)) for name, steps in made.items() if steps}


def find_learned_crowds(
    question: Question, timelines: Timelines, lessons: Sequence[CrowdLessons], at: datetime
) -> dict[ForecasterId, Distribution]:
    """Forecasts of the crowds that learn at an instant; equal to their timelines there."""
    known = [lesson for lesson in lessons if lesson.since <= at][-1:]
    made = trace_learned_crowds(question, timelines, known, until=at + timedelta.resolution)
    forecasts = {name: line.at(at) for name, line in made.items()}
    return {name: forecast for name, forecast in forecasts.items() if forecast is not None}


def _drop_superseded(lessons: Sequence[CrowdLessons], opens_at: datetime) -> list[CrowdLessons]:
    """Leave out lessons that others replaced before the question opened."""
    early = [lesson for lesson in lessons if lesson.since <= opens_at]
    return [*early[-1:], *lessons[len(early) :]]


def _append_step(
    steps: list[tuple[datetime, Distribution | None]], at: datetime, pooled: Distribution | None
) -> None:
    if pooled != (steps[-1][1] if steps else None):
        steps.append((at, pooled))


def _extremise(pooled: Distribution | None, lessons: CrowdLessons | None) -> Binary | None:
    if not isinstance(pooled, Binary) or lessons is None or lessons.exponent is None:
        return None
    return Binary(pooling.extremise(pooled.p, lessons.exponent))


def _iter_standing(
    question: Question, timelines: Timelines, until: datetime, instants: Iterable[datetime] = ()
) -> Iterator[tuple[datetime, StandingForecasts]]:
    """Forecasts held from each act, option removal or further instant on.

    The mapping is updated in place.
    """
    acts = {**dict.fromkeys(instants, ()), **_acts_by_time(question, timelines)}
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


def _pool_standing(
    question: Question,
    at: datetime,
    standing: StandingForecasts,
    weights: Floats | None = None,
) -> Distribution:
    forecasts = [fold_removed_options(question, at, forecast) for forecast in standing.values()]
    return _pool_forecasts(question, forecasts, weights)


def _pool_forecasts(
    question: Question, forecasts: Sequence[Distribution], weights: Floats | None = None
) -> Distribution:
    if len(forecasts) == 1:
        return forecasts[0]
    if question.scale is not None:
        return _pool_curves(question.scale, [d for d in forecasts if isinstance(d, Cdf)], weights)
    if question.options:
        shares = [d for d in forecasts if isinstance(d, Categorical)]
        return _pool_options(question, shares, weights)
    return Binary(pooling.pool_crowd([d.p for d in forecasts if isinstance(d, Binary)], weights))


def _pool_options(
    question: Question, forecasts: Sequence[Categorical], weights: Floats | None
) -> Categorical:
    names = tuple(
        o.name
        for o in question.options
        if any(o.name in forecast.options for forecast in forecasts)
    )
    rows = [_expand_options(d, names, forecasts) for d in forecasts]
    return Categorical(names, tuple(pooling.pool_options(rows, weights).tolist()))


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


def _pool_curves(scale: Scale, curves: Sequence[Cdf], weights: Floats | None) -> Cdf:
    """Mean curve, cut to the range, as bounds converted to a logarithm and back are rounded."""
    x, share = pooling.pool_curves(curves, weights)
    low, high = max(float(x[0]), scale.lower), min(float(x[-1]), scale.upper)
    inside = (x > low) & (x < high)
    return Cdf(
        (low, *x[inside].tolist(), high),
        (float(share[0]), *share[inside].tolist(), float(share[-1])),
    )
