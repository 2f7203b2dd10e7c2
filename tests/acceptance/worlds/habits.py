"""Verdicts on how people change their minds, where forecasts are as good as can be.

Forecasters are Bayesians who revise at the opening and after each quarter of the time, about an
event that may come at any time, or about a state at the end. A second group follows a share of the
evidence, and lets its forecasts fall as time passes, or not.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from forecasts.statistics.dynamics import ExcessMovement, logit_move, measure_excess_movement
from forecasts.statistics.reaction import Reaction, TimedRevision, measure_reaction
from tests.acceptance.worlds.figure import Figure, measure_share
from tests.acceptance.worlds.verdicts import Floats

WORLDS: Final = 400
STEPS: Final = 4
SIZES: Final = (30, 60, 120, 300)

Paths = list[list[float]]


def simulate(seed: int) -> Iterator[Figure]:
    """Yield how often Bayesians are told to change, others are found, and slopes are right."""
    rng = np.random.default_rng(seed)
    for name, draw in NULLS.items():
        for n in SIZES:
            told = sum(_judge(draw(rng, n)).verdict is not None for _ in range(WORLDS))
            title = f"Bayesian, {name}, {n} families: told too much or too little"
            yield measure_share(title, told, WORLDS, "at most", 0.05)
    for boldness, verdict in ((2.0, "too much"), (0.3, "too little")):
        worlds = (_judge(_draw_signals(rng, 120, boldness)) for _ in range(WORLDS))
        title = f"weighs news by {boldness}, 120 families: told {verdict}"
        told = sum(found.verdict == verdict for found in worlds)
        yield measure_share(title, told, WORLDS, "at least", 0.8)
    for follows, fades in ((0.0, 1.0), (0.0, 0.0), (0.5, 1.0)):
        yield from _measure_slope(rng, follows, fades)


def _judge(paths: Paths) -> ExcessMovement:
    return measure_excess_movement(paths, range(len(paths)))


def _draw_event(rng: np.random.Generator, priors: Floats) -> Paths:
    """Chances of an event that may come at any time, while it has not."""
    rates = -np.log1p(-priors)
    comes = rng.exponential(1.0, priors.size) / rates
    times = np.arange(STEPS) / STEPS
    return [
        [*(-np.expm1(-rate * (1.0 - times[times < at]))).tolist(), float(at <= 1.0)]
        for rate, at in zip(rates, comes, strict=True)
    ]


def _draw_state(rng: np.random.Generator, priors: Floats) -> Paths:
    """Chances that a random walk ends above a threshold."""
    steps = rng.normal(size=(priors.size, STEPS)) / np.sqrt(STEPS)
    level = ndtri(priors)[:, np.newaxis] + np.cumsum(steps, axis=1)
    left = np.sqrt(1.0 - np.arange(1, STEPS) / STEPS)
    chances = np.column_stack([priors, ndtr(level[:, :-1] / left), level[:, -1] > 0.0])
    rows: Paths = chances.tolist()
    return rows


def _draw_mixed(rng: np.random.Generator, count: int) -> Floats:
    return rng.beta(0.7, 1.3, count).clip(0.01, 0.99)


NULLS: Final[Mapping[str, Callable[[np.random.Generator, int], Paths]]] = MappingProxyType(
    {
        "events": lambda rng, n: _draw_event(rng, _draw_mixed(rng, n)),
        "events of 3 %": lambda rng, n: _draw_event(rng, np.full(n, 0.03)),
        "events of 5 to 20 %": lambda rng, n: _draw_event(rng, rng.uniform(0.05, 0.2, n)),
        "states": lambda rng, n: _draw_state(rng, _draw_mixed(rng, n)),
        "states of 5 to 20 %": lambda rng, n: _draw_state(rng, rng.uniform(0.05, 0.2, n)),
    }
)


def _draw_signals(rng: np.random.Generator, count: int, boldness: float) -> Paths:
    """Beliefs over ten noisy signals, weighed rightly at a boldness of 1."""
    priors = rng.uniform(0.1, 0.9, count)
    happened = rng.random(count) < priors
    seen = rng.random((count, 10)) < np.where(happened, 0.65, 0.35)[:, np.newaxis]
    steps = boldness * np.where(seen, 1.0, -1.0) * logit(0.65)
    odds = logit(priors)[:, np.newaxis] + np.cumsum(steps, axis=1)
    rows: Paths = np.column_stack([priors, expit(odds), happened]).tolist()
    return rows


def _measure_slope(rng: np.random.Generator, follows: float, fades: float) -> Iterator[Figure]:
    """60 questions under a drum-beat of news, which favours YES on the whole."""
    found = [_draw_reaction(rng, 60, follows, fades) for _ in range(WORLDS)]
    slopes = np.array([reaction.slope for reaction in found])
    name = f"follows {follows:g} of the evidence and {fades:g} of time"
    error = float(slopes.std(ddof=1) / np.sqrt(WORLDS))
    off = abs(float(slopes.mean()) - follows)
    yield Figure(f"{name}: mean slope is off by", off, "at most", 0.02, WORLDS, error)
    hits = sum(
        r.low <= follows <= r.high for r in found if r.low is not None and r.high is not None
    )
    yield measure_share(f"{name}: interval holds the slope", hits, WORLDS, "at least", 0.93)


def _draw_reaction(rng: np.random.Generator, count: int, follows: float, fades: float) -> Reaction:
    rows, families = [], []
    for family, prior in enumerate(rng.uniform(0.1, 0.6, count)):
        fallen = 1.0 - (1.0 - prior) ** (1.0 - np.arange(STEPS) / STEPS)
        times = [logit_move(a, b) for a, b in pairwise(fallen)]
        for by_time in times:
            suggested = rng.normal(0.15, 0.4)
            moved = follows * suggested + fades * by_time + rng.normal(0.0, 0.3)
            rows.append(TimedRevision(moved, suggested, by_time))
            families.append(family)
    return measure_reaction(rows, families)
