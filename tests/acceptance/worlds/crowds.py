"""Crowds that learn, against the plain one, in worlds where the best pool is known.

Members forecast one yes-no question after another; skill and exponent are fitted to the questions
answered so far, every `REFIT` of them, and used on later ones alone. A world's loss is the mean
squared distance from the true chance over its last two thirds, so that no luck of answers is in it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.aggregation.extremising import PooledQuestion, fit_exponent
from forecasts.aggregation.pooling import extremise, pool_crowd, weigh_skills
from forecasts.distributions.probability import logit
from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.adjusted_skill import Row, adjust_skill
from forecasts.scoring.common_time import LossPath
from tests.acceptance.worlds.figure import Figure
from tests.acceptance.worlds.verdicts import Floats

WORLDS: Final = 40
QUESTIONS: Final = 120
REFIT: Final = 15
MEMBERS: Final = 6
LUCKY: Final = 2
"""Questions of the newcomer."""

PRIVATE_SPREAD: Final = 0.8
"""Spread in log-odds of what each member alone knows."""

Draw = Callable[[np.random.Generator], tuple[float, Floats]]
"""Draws the true chance of a question and the forecasts of its members, NaN without one."""


@dataclass(frozen=True)
class Losses:
    """Mean squared distances of pools from the true chance.

    `even` is the weighted pool with equal weights: what is beyond it comes from skill.
    """

    plain: float
    even: float
    weighted: float
    extremised: float


def _sigmoid(odds: Floats | float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(odds))))


def _draw_chance(rng: np.random.Generator) -> float:
    return float(np.clip(rng.beta(0.7, 1.3), 0.003, 0.997))


def _noisy(noises: Sequence[float]) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[float, Floats]:
        chance = _draw_chance(rng)
        return chance, _sigmoid(logit(chance) + rng.normal(size=len(noises)) * noises)

    return draw


def _draw_private(rng: np.random.Generator) -> tuple[float, Floats]:
    """Everyone knows one part of the log-odds, and allows for what the others know."""
    parts = rng.normal(size=MEMBERS) * PRIVATE_SPREAD
    hidden = (MEMBERS - 1) * PRIVATE_SPREAD**2
    return float(_sigmoid(parts.sum())), _sigmoid(parts / np.sqrt(1 + np.pi / 8 * hidden))


def _draw_shared(rng: np.random.Generator) -> tuple[float, Floats]:
    """All read one source, which says all that can be known."""
    chance = _draw_chance(rng)
    return chance, _sigmoid(logit(chance) + rng.normal(size=MEMBERS) * 0.2)


def _draw_bold(rng: np.random.Generator) -> tuple[float, Floats]:
    """All read one source, and make too much of it."""
    chance = _draw_chance(rng)
    return chance, _sigmoid(1.6 * logit(chance) + rng.normal(size=MEMBERS) * 0.2)


def _draw_careless(rng: np.random.Generator) -> tuple[float, Floats]:
    chance, forecasts = _noisy([0.7] * MEMBERS)(rng)
    if rng.random() < 0.3:
        forecasts[-1] = 0.0
    return chance, forecasts


def _run_world(rng: np.random.Generator, draw: Draw) -> Losses:
    names = [ForecasterId(f"member {number}") for number in range(MEMBERS)]
    rows: list[Row] = []
    pooled: list[PooledQuestion] = []
    squares: list[list[float]] = []
    weights, exponent = np.ones(MEMBERS), 1.0
    for number in range(QUESTIONS):
        if number and number % REFIT == 0:
            skills = {skill.forecaster_id: skill.skill for skill in adjust_skill(rows)}
            weights = weigh_skills([skills.get(name, 0.0) for name in names])
            exponent = fit_exponent(pooled)
        chance, forecasts = draw(rng)
        order = rng.permutation(MEMBERS)
        weighted = pool_crowd(forecasts[order], weights[order])
        plain, even = pool_crowd(forecasts[order]), pool_crowd(forecasts[order], np.ones(MEMBERS))
        pools = (plain, even, weighted, extremise(weighted, exponent))
        squares.append([(p - chance) ** 2 for p in pools])
        yes, family = bool(rng.random() < chance), FamilyId(str(number))
        rows.append((family, yes, dict(zip(names, _trace(forecasts, yes), strict=True))))
        odds = np.array([logit(weighted)])
        pooled.append(PooledQuestion(family, yes, odds, np.ones(1)))
    plain, even, weighed, sharp = np.mean(squares[QUESTIONS // 3 :], axis=0).tolist()
    return Losses(plain, even, weighed, sharp)


def _trace(forecasts: Floats, yes: bool) -> list[LossPath]:
    start, end, none = np.zeros(1), np.ones(1), np.zeros((1, 2))
    return [LossPath(start, end, np.array([(p - yes) ** 2]), none) for p in forecasts]


def simulate(seed: int) -> Iterator[Figure]:
    """Yield what weights and exponent gain and cost against the plain crowd."""
    worlds: list[tuple[str, Draw, float, float]] = [
        ("equal skill", _noisy([0.7] * MEMBERS), 0.0005, 0.0005),
        ("unequal skill", _noisy([0.3, 0.3, 0.7, 1.2, 1.4, 1.4]), -0.001, -0.001),
        ("private information", _draw_private, 0.0005, -0.005),
        ("one shared source", _draw_shared, 0.0005, 0.001),
        ("one source, all too bold", _draw_bold, 0.0005, -0.001),
        ("a member who types 0 %", _draw_careless, 0.0005, 0.0005),
    ]
    for number, (name, draw, weighted, extremised) in enumerate(worlds):
        rng = np.random.default_rng((seed, number))
        losses = [_run_world(rng, draw) for _ in range(WORLDS)]
        for pool, wanted in (("weighted", weighted), ("extremised", extremised)):
            gaps = np.array([getattr(one, pool) - one.plain for one in losses])
            yield _measure(f"{name}: {pool} − plain", gaps, wanted)
        if "skill" in name:
            gaps = np.array([one.weighted - one.even for one in losses])
            wanted = 0.0005 if name.startswith("equal") else 0.0
            yield _measure(f"{name}: by weights alone", gaps, wanted)
    yield _measure_newcomer(np.random.default_rng((seed, len(worlds))))


def _measure_newcomer(rng: np.random.Generator) -> Figure:
    """Measure the weight of a newcomer who was right twice for certain, in units of the mean."""
    draw = _noisy([0.7] * MEMBERS)
    names = [ForecasterId(f"member {number}") for number in range(MEMBERS)]
    shares = []
    for _ in range(WORLDS):
        rows: list[Row] = []
        for number in range(QUESTIONS // 2):
            chance, forecasts = draw(rng)
            yes = bool(rng.random() < chance)
            forecasts[-1] = float(yes)
            count = MEMBERS if number < LUCKY else MEMBERS - 1
            paths = zip(names[:count], _trace(forecasts[:count], yes), strict=True)
            rows.append((FamilyId(str(number)), yes, dict(paths)))
        skills = {skill.forecaster_id: skill.skill for skill in adjust_skill(rows)}
        weights = weigh_skills([skills[name] for name in names])
        shares.append(weights[-1] / weights[:-1].mean())
    return _measure("weight of a newcomer with two lucky answers", np.array(shares), 1.2)


def _measure(name: str, values: Floats, wanted: float) -> Figure:
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    return Figure(name, float(values.mean()), "at most", wanted, len(values), error)
