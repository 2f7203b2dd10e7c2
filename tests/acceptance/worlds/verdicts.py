"""False and true verdicts on who forecasts better, in worlds where the answer is known.

True probabilities are drawn from Beta(0.7, 1.3), forecasts have noise in log-odds. A question runs
for 60 days; somebody who joins late has no forecast before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from forecasts.questions.families import FamilyId, group_families
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import ForecasterId, Question, utc
from forecasts.scoring.comparison import CommonQuestion, Comparison, compare_pairs
from forecasts.statistics.betting import Differences, evidence_path, pool_families
from forecasts.statistics.small_samples import count_rarer, explain_rare_answers
from tests.acceptance.worlds.figure import Figure, measure_share

Floats = NDArray[np.float64]

WORLDS = 400
START = utc("2026-01-01")
THRESHOLD = 20.0


@dataclass(frozen=True)
class World:
    """Sort of world: questions, noises in log-odds of A and B, and what makes them special.

    `joins` is the share of the time after which B joins; `deadlines` the largest number of
    questions on one event, which the product groups by their texts if `by_text`, and otherwise
    knows from their claim; `rate` a fixed chance of YES, with `calls` as fixed forecasts.
    """

    questions: int
    noises: tuple[float, float] = (0.7, 0.7)
    joins: float = 0.0
    deadlines: int = 1
    by_text: bool = False
    rate: float | None = None
    calls: tuple[float, float] | None = None


EQUAL = World(1000)
GOOD_AND_BAD = World(300, noises=(0.3, 1.42))  # a true difference of 0.043
RARE = World(200, rate=0.05, calls=(0.01, 0.09))  # the same expected score
SHARED = World(200, deadlines=9)
UNLABELLED = replace(SHARED, by_text=True)


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
            close = START + timedelta(days=event + number / 10)
            forecasts = _draw_forecasts(rng, world, truth, noise)
            name = FamilyId(f"{event}-{number}" if world.by_text else str(event))
            rows.append(_compare(name, close, bool(yes), forecasts, world.joins))
    return _group_by_text(rows) if world.by_text else rows[: world.questions]


def _group_by_text(rows: Sequence[CommonQuestion]) -> list[CommonQuestion]:
    """Group questions as the product does that have no claim: by the event in their text."""
    asked = [_ask(row) for row in rows]
    families = group_families(asked)
    return [
        row._replace(family=families[question.id])
        for row, question in zip(rows, asked, strict=True)
    ]


def _ask(row: CommonQuestion) -> Question:
    """A question on an event by a date; its family holds the numbers of event and question."""
    event = row.family.partition("-")[0]
    country = "".join(chr(ord("a") + int(digit)) for digit in event).capitalize()
    text = f"Will {country}land join the pact by {row.closes_at:%-d %B %Y}?"
    source = ("https://pact.example",)
    new = NewQuestion(row.family, text, "As it says.", source, START, row.closes_at, row.closes_at)
    return build_question(replace(new, prior="50%"))


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


def is_better(questions: Sequence[CommonQuestion]) -> bool:
    """Return True if A is called better."""
    return compare(questions).verdict == "better"


def is_verdict(questions: Sequence[CommonQuestion]) -> bool:
    """Return True if one of the two is called better."""
    return compare(questions).verdict in ("better", "worse")


def is_ever_verdict(questions: Sequence[CommonQuestion]) -> bool:
    """Return True if one of the two is called better at some look, one after every family."""
    ordered = sorted(questions, key=lambda q: (q.family, q.closes_at))
    path = evidence_path(pool_families((q.family, q.differences) for q in ordered))
    answers = [
        {q.answer for q in members if q.answer is not None}
        for _, members in groupby(ordered, key=lambda q: q.family)
    ]
    return any(
        not explain_rare_answers(count_rarer(answers[: n + 1]))
        for n in np.flatnonzero(path >= THRESHOLD).tolist()
    )


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the shares of worlds with a verdict: of equal forecasters hardly any should have one."""
    rng = np.random.default_rng(seed)

    def draw(world: World) -> list[list[CommonQuestion]]:
        return [draw_questions(rng, world) for _ in range(WORLDS)]

    equal = draw(EQUAL)
    for n in (30, 100, 300):
        yield _measure(f"equal, one look at {n}", [world[:n] for world in equal], is_verdict)
    yield _measure("equal, a look after every answer to 1,000", equal, is_ever_verdict)
    for n in (30, 60, 200):
        rare = draw(replace(RARE, questions=n))
        yield _measure(f"1 % against 9 %, 5 % true, any look to {n}", rare, is_ever_verdict)
    for joins in (0.5, 0.8):
        late = draw(World(60, joins=joins))
        yield _measure(f"equal, B joins after {joins:.0%}: A better", late, is_better, 0.025)
    worse = draw(World(60, joins=0.5, noises=(1.42, 0.3)))
    yield _measure("B joins after 50% and is better: A better", worse, is_better, 0.025)
    yield _measure("events of 1 to 9 deadlines of one claim", draw(SHARED), is_ever_verdict)
    yield _measure("the same without claims, by their texts", draw(UNLABELLED), is_ever_verdict)
    yield from _measure_power(draw(GOOD_AND_BAD))


def _measure(
    name: str,
    worlds: Sequence[Sequence[CommonQuestion]],
    is_hit: Callable[[Sequence[CommonQuestion]], bool],
    wanted: float = 0.05,
) -> Figure:
    return measure_share(name, sum(map(is_hit, worlds)), len(worlds), "at most", wanted)


def _measure_power(worlds: Sequence[Sequence[CommonQuestion]]) -> Iterator[Figure]:
    found = [compare(world) for world in worlds]
    wins = sum(comparison.verdict == "better" for comparison in found)
    yield measure_share("power, 0.043 Brier, at 300", wins, WORLDS, "at least", 0.8)
    ever = sum(map(is_ever_verdict, worlds))
    yield measure_share("power, 0.043 Brier, at some look to 300", ever, WORLDS, "at least", 0.8)
    once = sum((comparison.p_value or 1.0) <= 0.05 for comparison in found)
    yield measure_share("power of the test for one look at 300", once, WORLDS, "at least", 0.8)
