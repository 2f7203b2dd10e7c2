"""The headline cannot be gamed: no way of forecasting earns more than honest forecasts all along.

A strategist forecasts beside three honest people and an honest twin with the same knowledge, on
events that may come on any of 20 days. All know the hazard of the question with some noise.

Whoever forecasts on sure questions alone gains a little that no proper score can take away: they
are sure where their own noise is small, so they leave out the questions on which they would have
been worse than others. Whoever chose by somebody else's forecast, or by the true hazard, would gain
nothing. To charge for what is left out would punish newcomers, and to correct by how sure one is
would pay for saying something else than one believes.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.adjusted_skill import Row, adjust_skill
from forecasts.scoring.common_time import LossPath
from tests.acceptance.worlds.figure import Figure
from tests.acceptance.worlds.verdicts import Floats

DAYS: Final = 20
QUESTIONS: Final = 60
WORLDS: Final = 800
TWIN, STRATEGIST = ForecasterId("twin"), ForecasterId("strategist")

Strategy = Callable[[Floats], Floats]
"""Honest forecasts by day → those given; NaN without a forecast."""


def _change(days: slice, factor: float) -> Strategy:
    def apply(honest: Floats) -> Floats:
        given = honest.copy()
        given[days] = np.clip(given[days] * factor, 0.001, 0.999)
        return given

    return apply


def _skip(days: slice) -> Strategy:
    return _change(days, np.nan)


def _choose_sure(honest: Floats) -> Floats:
    return honest if abs(honest[0] - 0.5) > 0.3 else np.full_like(honest, np.nan)


STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "more than is believed, early (× 1.6)": _change(slice(0, DAYS // 2), 1.6),
        "less than is believed (× 0.6)": _change(slice(None), 0.6),
        "never update": lambda honest: np.full_like(honest, honest[0]),
        "withdraw half-way": _skip(slice(DAYS // 2, None)),
        "the last 3 days alone": _skip(slice(0, DAYS - 3)),
        "only sure questions": _choose_sure,
    }
)


def simulate(seed: int) -> Iterator[Figure]:
    """Yield what each strategy gains over an honest twin; it should be nothing."""
    for number, (name, strategy) in enumerate(STRATEGIES.items()):
        rng = np.random.default_rng((seed, number))
        gains = np.array([_measure_gain(rng, strategy) for _ in range(WORLDS)])
        error = float(gains.std(ddof=1) / np.sqrt(WORLDS))
        yield Figure(f"gain by: {name}", float(gains.mean()), "at most", 0.0, WORLDS, error)


def _measure_gain(rng: np.random.Generator, strategy: Strategy) -> float:
    rows = [_draw_question(rng, number, strategy) for number in range(QUESTIONS)]
    skills = {s.forecaster_id: s.skill / (1 - s.pooling) for s in adjust_skill(rows)}
    return skills[STRATEGIST] - skills[TWIN]


def _draw_question(rng: np.random.Generator, number: int, strategy: Strategy) -> Row:
    hazard = rng.choice([0.003, 0.025, 0.1, 0.25])
    come = int(rng.geometric(hazard))
    yes = come <= DAYS
    life = min(come, DAYS)
    knowledge = [hazard * np.exp(rng.normal(0.0, 0.4)) for _ in range(4)]
    honest = [1 - (1 - np.clip(h, 0, 0.9)) ** np.arange(DAYS, 0, -1) for h in knowledge]
    names = (*map(ForecasterId, ("ann", "bob", "cy")), TWIN)
    paths = {name: _trace(p, life, yes) for name, p in zip(names, honest, strict=True)}
    chosen = strategy(honest[-1])
    if np.isfinite(chosen[:life]).any():
        paths[STRATEGIST] = _trace(chosen, life, yes)
    return FamilyId(f"q{number}"), yes, paths


def _trace(forecasts: Floats, life: int, yes: bool) -> LossPath:
    days = np.flatnonzero(np.isfinite(forecasts[:life]))
    losses = (forecasts[days] - yes) ** 2
    return LossPath(days / DAYS, (days + 1) / DAYS, losses, np.zeros((len(days), 2)))
