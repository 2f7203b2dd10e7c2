"""Coverage of every interval that is shown of one forecaster's skill or of a difference."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.adjusted_skill import Row, adjust_skill
from forecasts.scoring.common_time import LossPath
from forecasts.scoring.comparison import compare_pairs
from tests.acceptance.worlds.figure import Figure, measure_share
from tests.acceptance.worlds.verdicts import Floats, World, draw_questions

WORLDS: Final = 300
SIZES: Final = (2, 5, 10, 15, 30, 60, 120, 300)
TEAMS: Final = {
    "two, far apart": (0.3, 1.4),
    "four alike": (0.6, 0.6, 0.6, 0.6),
    "six, all sorts": (0.3, 0.5, 0.7, 0.9, 1.2, 1.4),
}


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the share of worlds in which each interval holds the truth, by number of families."""
    rng = np.random.default_rng(seed)
    for n in SIZES:
        yield _cover_difference(rng, World(n, noises=(0.3, 1.42)), f"difference, {n} families")
    yield _cover_difference(
        rng, World(200, rate=0.05, calls=(0.01, 0.09)), "difference, rare events, 200 families"
    )
    for name, noises in TEAMS.items():
        truth = expect_skill(rng, noises)
        for n in SIZES:
            hits, shown = _cover_skill(rng, noises, truth, n)
            if shown:
                title = f"adjusted skill, {name}, {n} families"
                yield measure_share(title, hits, shown, "at least", 0.93)


def _cover_difference(rng: np.random.Generator, world: World, name: str) -> Figure:
    sample = draw_questions(rng, World(50_000, world.noises, rate=world.rate, calls=world.calls))
    truth = float(np.mean([q.differences.gains[0] for q in sample]))
    pair = (ForecasterId("a"), ForecasterId("b"))
    hits = 0
    for _ in range(WORLDS):
        (found,) = compare_pairs([(pair, draw_questions(rng, world))])
        hits += found.low <= truth <= found.high
    return measure_share(name, hits, WORLDS, "at least", 0.93)


def draw_team(rng: np.random.Generator, noises: Sequence[float], count: int) -> list[Row]:
    """Draw questions that every member of a team answered at the opening, noisy in log-odds."""
    truth = rng.beta(0.7, 1.3, count)
    yes = rng.random(count) < truth
    odds = np.log(truth / (1 - truth))[:, None] + rng.normal(size=(count, len(noises))) * noises
    losses = (1 / (1 + np.exp(-odds)) - yes[:, None]) ** 2
    return [
        (FamilyId(f"q{i}"), bool(yes[i]), {ForecasterId(f"f{j}"): hold(loss) for j, loss in
                                            enumerate(losses[i])})
        for i in range(count)
    ]  # fmt: skip


def hold(loss: float, start: float = 0.0, end: float = 1.0) -> LossPath:
    """Path of one forecast with a loss."""
    return LossPath(np.array([start]), np.array([end]), np.array([loss]), np.zeros((1, 2)))


def expect_skill(rng: np.random.Generator, noises: Sequence[float]) -> Floats:
    """Expected skill of each member against the average of the team."""
    rows = draw_team(rng, noises, 60_000)
    losses = np.array([[path.losses[0] for path in paths.values()] for _, _, paths in rows])
    skill: Floats = losses.mean() - losses.mean(axis=0)
    return skill


def _cover_skill(
    rng: np.random.Generator, noises: Sequence[float], truth: Floats, count: int
) -> tuple[int, int]:
    hits = shown = 0
    for _ in range(WORLDS):
        for skill in adjust_skill(draw_team(rng, noises, count)):
            if skill.low is not None and skill.high is not None:
                expected = truth[int(skill.forecaster_id[1:])]
                hits += skill.low <= expected <= skill.high
                shown += 1
    return hits, shown
