"""False and true verdicts on who forecasts better, in worlds where the answer is known.

True probabilities are drawn from Beta(0.7, 1.3), forecasts have noise in log-odds. A question runs
for 60 days; somebody who joins late has no forecast before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId, utc
from forecasts.scoring.comparison import CommonQuestion, Comparison, compare_pairs
from forecasts.statistics.betting import Differences, evidence_path, pool_families
from tests.acceptance.worlds.figure import Figure, measure_share

Floats = NDArray[np.float64]

WORLDS = 400
START = utc("2026-01-01")
THRESHOLD = 20.0


@dataclass(frozen=True)
class World:
    """Sort of world: questions, noises in log-odds of A and B, and what makes them special.

    `joins` is the share of the time after which B joins; `deadlines` the largest number of
    questions on one event, `is_known` whether they are counted as one family; `rate` a fixed chance
    of YES, with `calls` as fixed forecasts.
    """

    questions: int
    noises: tuple[float, float] = (0.7, 0.7)
    joins: float = 0.0
    deadlines: int = 1
    is_known: bool = True
    rate: float | None = None
    calls: tuple[float, float] | None = None


EQUAL = World(1000)
GOOD_AND_BAD = World(300, noises=(0.3, 1.42))  # a true difference of 0.043
RARE = World(200, rate=0.05, calls=(0.01, 0.09))  # the same expected score
LATE = World(60, joins=0.5)
LATER = World(60, joins=0.8)
SHARED = World(200, deadlines=9)
UNLABELLED = replace(SHARED, is_known=False)


def draw_questions(rng: np.random.Generator, world: World) -> list[CommonQuestion]:
    """Draw the questions of a world as the product compares them: on common time alone."""
    rows: list[CommonQuestion] = []
    event = 0
    while len(rows) < world.questions:
        event += 1
        count = int(rng.integers(1, world.deadlines + 1))
        truth = rng.beta(0.7, 1.3) if world.rate is None else world.rate
        yes = rng.random() < truth
        noise = rng.normal(size=2) * world.noises
        for number in range(count):
            family = f"event {event}" if world.is_known else f"question {len(rows)}"
            close = START + timedelta(days=event + number / 10)
            forecasts = _draw_forecasts(rng, world, truth, noise)
            rows.append(_compare(FamilyId(family), close, bool(yes), forecasts, world.joins))
    return rows[: world.questions]


def _draw_forecasts(rng: np.random.Generator, world: World, truth: float, noise: Floats) -> Floats:
    if world.calls:
        return np.array(world.calls)
    odds = np.log(truth / (1 - truth))
    forecasts: Floats = 1 / (1 + np.exp(-(odds + noise + rng.normal(size=2) * 0.1)))
    return forecasts


def _compare(
    family: FamilyId, close: datetime, yes: bool, forecasts: Floats, joins: float
) -> CommonQuestion:
    a, b = forecasts
    bound = max(abs(b**2 - a**2), abs((1 - b) ** 2 - (1 - a) ** 2))
    gain = (b - yes) ** 2 - (a - yes) ** 2
    weights, gains, bounds = (np.array([x]) for x in (1 - joins, gain, bound))
    differences = Differences(weights, gains, bounds, left=1 - joins)
    return CommonQuestion(family, close, yes, differences)


def compare(questions: Sequence[CommonQuestion]) -> Comparison:
    """Compare the two forecasters as the product does."""
    pair = (ForecasterId("a"), ForecasterId("b"))
    return compare_pairs([(pair, questions)])[0]


def is_verdict(comparison: Comparison) -> bool:
    """Return True if the comparison calls one of the two better."""
    return comparison.verdict in ("better", "worse")


def count_ever(worlds: Sequence[Sequence[CommonQuestion]]) -> int:
    """Count the worlds in which the evidence ever reaches the threshold, looked at after each
    family."""
    paths = (
        evidence_path(pool_families((q.family, q.differences) for q in world)) for world in worlds
    )
    return sum(bool((path >= THRESHOLD).any()) for path in paths)


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the shares of worlds with a verdict: of equal forecasters hardly any should have one."""
    rng = np.random.default_rng(seed)

    def draw(world: World, count: int = WORLDS) -> list[list[CommonQuestion]]:
        return [draw_questions(rng, world) for _ in range(count)]

    equal = draw(EQUAL)
    for n in (30, 100, 300):
        looked = [world[:n] for world in equal]
        yield _measure(f"equal, one look at {n}", looked, lambda w: is_verdict(compare(w)))
    ever = count_ever(equal)
    yield measure_share("equal, a look after every answer to 1,000", ever, WORLDS, "at most", 0.05)
    for n in (30, 60, 200):
        yield _measure(
            f"1 % against 9 %, 5 % true, any look to {n}",
            draw(replace(RARE, questions=n)),
            lambda w: any(is_verdict(compare(w[:k])) for k in range(20, len(w) + 1, 10)),
        )
    for world, when in ((LATE, "half"), (LATER, "80 %")):
        yield _measure(
            f"equal, B joins after {when} of the time: A better",
            draw(world),
            lambda w: compare(w).verdict == "better",
            0.025,
        )
    better = draw(replace(LATE, noises=(1.42, 0.3)))
    yield _measure(
        "B joins at half and is better: A better",
        better,
        lambda w: compare(w).verdict == "better",
        0.025,
    )
    shared = draw(SHARED)
    yield measure_share("families known", count_ever(shared), WORLDS, "at most", 0.05)
    yield from _measure_power(draw(GOOD_AND_BAD))


def _measure(
    name: str,
    worlds: Sequence[Sequence[CommonQuestion]],
    is_hit: Callable[[Sequence[CommonQuestion]], bool],
    wanted: float = 0.05,
) -> Figure:
    return measure_share(name, sum(map(is_hit, worlds)), len(worlds), "at most", wanted)


def _measure_power(worlds: Sequence[Sequence[CommonQuestion]]) -> Iterator[Figure]:
    wins = sum(compare(w).verdict == "better" for w in worlds)
    yield measure_share("power, 0.043 Brier, at 300", wins, WORLDS, "at least", 0.8)
    ever = count_ever(worlds)
    yield measure_share("power, 0.043 Brier, at some look to 300", ever, WORLDS, "at least", 0.8)
    once = sum((compare(w).p_value or 1.0) <= 0.05 for w in worlds)
    yield measure_share("power of the test for one look at 300", once, WORLDS, "at least", 0.8)
