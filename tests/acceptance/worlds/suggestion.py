"""What news is worth in simulated worlds: the suggestion held against time alone.

Each world is a question of one year with a prior that is right, a constant hazard, and indicators
said to have a likelihood ratio of 3, whose news is confirmed. The suggestion is looked at every four
weeks while the question is open; its Brier score minus that of time alone, over the whole schedule,
is its loss: below 0 the news helps. The best that can be had is Bayes' rule with the true rates; of
somebody who does not know them, Bayes' rule with the *same ignorance*: it knows of each rate what the
suggestion is told, and besides how rates are spread in the worlds of unknown rates.

Indicators have a year of archive before the opening, or none; or none, and their authors state how
often such news usually comes. `TUNED` worlds chose the constants of `forecasts.evidence.rates`, with
other seeds; `OTHER` worlds did not.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from forecasts.evidence.evidence import Direction, Evidence, Indicator
from forecasts.evidence.rungs import Rung
from forecasts.suggestion.binary import hazard_probability, suggest
from tests.acceptance.worlds.figure import Figure
from tests.forecasts.strategies import by_id, day, evidence, indicator, question, report

YEAR: Final = 365.0
LOOKS: Final = tuple(28.0 * n for n in range(13))
COUNT: Final = 120
"""Worlds of each kind."""

MAX_HARM: Final = 0.002
"""Largest loss against time alone, in any kind of world."""

MIN_SHARE: Final = 0.6
"""Wanted share of the gain by Bayes' rule in the ideal world."""

Known = Literal["archive", "words", "nothing"]
"""What is known of usual rates: a year of archive, what the author states, or nothing."""

Story = tuple[float, int, Rung]
"""Day after the opening, number of the indicator, rung."""


@dataclass(frozen=True, slots=True)
class WorldKind:
    """How news comes: times a year by indicator, and how much more often if YES.

    `one_cause`: each event is reported by all indicators. `echoes`: mean number of further stories
    that follow each, `echo_days` later on average. `rising`: the rate if YES rises towards the
    event, doubling every 45 days. `attention`: factor on all rates after the opening, whatever the
    answer; `drift`: factor by which they grow over the two years, evenly. `context`: reports a year
    that take no side. `weekly`: no news at weekends. `dies`: the feed of all news stops on some day.
    `rate_spread`: standard deviation of ln of each world's rates, of which every second says
    nothing. `rung` is that of the stories; `announced`: before a YES comes one of a higher rung.
    """

    name: str
    rates: tuple[float, ...]
    ratios: tuple[float, ...]
    prior: float = 0.3
    one_cause: bool = False
    echoes: float = 0.0
    echo_days: float = 5.0
    rising: bool = False
    attention: float = 1.0
    drift: float = 1.0
    context: float = 10.0
    weekly: bool = False
    dies: bool = False
    rate_spread: float = 0.0
    rung: Rung = Rung.DONE
    announced: bool = False

    @property
    def is_constant(self) -> bool:
        """True if the rates are constant but for the answer and the attention."""
        return not (self.echoes or self.rising or self.announced or self.dies) and self.drift == 1.0


TUNED: Final = (
    WorldKind("ideal", (3.0, 2.0), (3.0, 3.0)),
    WorldKind("drum-beat", (12.0, 12.0), (1.0, 1.0)),
    WorldKind("six-fold cause", (2.0,) * 6, (3.0,) * 6, one_cause=True),
    WorldKind("overrated", (3.0, 2.0), (1.5, 1.5)),
    WorldKind("signpost and drum-beat", (3.0, 12.0), (3.0, 1.0)),
    WorldKind("short series", (8.0, 3.0), (1.0, 1.0), echoes=1.0, echo_days=3.0),
    WorldKind("long series", (4.0, 4.0), (1.0, 1.0), echoes=2.5, echo_days=8.0),
    WorldKind("attention grows", (5.0, 1.5), (1.0, 1.0), attention=2.5),
)
OTHER: Final = (
    WorldKind("ideal, rarer event", (3.0, 2.0), (3.0, 3.0), prior=0.1),
    WorldKind("ideal, likelier event", (3.0, 2.0), (3.0, 3.0), prior=0.6),
    WorldKind("rare news", (0.5, 0.5), (3.0, 3.0)),
    WorldKind("frequent signposts", (12.0, 12.0), (3.0, 3.0)),
    WorldKind("unknown rates", (3.0, 3.0), (3.0, 3.0), rate_spread=1.0),
    WorldKind("bursts", (3.0, 2.0), (3.0, 3.0), echoes=2.0),
    WorldKind("drum-beat in bursts", (6.0, 6.0), (1.0, 1.0), echoes=2.0),
    WorldKind("rate rises before the event", (3.0, 2.0), (6.0, 6.0), rising=True),
    WorldKind("attention doubles", (3.0, 2.0), (1.0, 1.0), attention=2.0),
    WorldKind("attention doubles, no other news", (3.0, 2.0), (1.0, 1.0), attention=2.0, context=0.0),
    WorldKind("attention drifts", (3.0, 2.0), (1.0, 1.0), drift=3.0),
    WorldKind("the feed dies", (3.0, 2.0), (1.0, 1.0), dies=True),
    WorldKind("ideal, weekly rhythm", (3.0, 2.0), (3.0, 3.0), weekly=True),
    WorldKind("drum-beat, weekly rhythm", (8.0, 8.0), (1.0, 1.0), weekly=True),
    WorldKind("rumours, then the announcement", (4.0, 4.0), (1.0, 1.0), rung=Rung.TALK, announced=True),
)  # fmt: skip

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
UNKNOWN_RATES: Final = 3.0 * np.exp(_NODES) / YEAR
UNKNOWN_CHANCES: Final = _WEIGHTS / _WEIGHTS.sum()
"""Rates a day in the worlds of unknown rates, of which half are thrice as high if YES."""

CONTEXT: Final = -1
"""Number in the place of an indicator's of a report that takes no side."""


@dataclass(frozen=True, slots=True)
class World:
    """One question: when the event comes, in days from the opening, and its news."""

    kind: WorldKind
    event_at: float
    stories: tuple[Story, ...]

    @property
    def happened(self) -> bool:
        """True if the event comes before the close."""
        return self.event_at < YEAR


def make_worlds(kind: WorldKind, count: int, seed: int) -> Iterator[World]:
    """Yield worlds of a kind, with a year of archive before the opening."""
    rng = np.random.default_rng([seed, sum(map(ord, kind.name))])
    for _ in range(count):
        event_at = float(rng.exponential(-YEAR / math.log(1.0 - kind.prior)))
        drawn = _draw_rates(rng, kind) if kind.rate_spread else kind
        news = list(_draw_news(rng, drawn, event_at))
        if kind.announced and event_at < YEAR:
            news.append((event_at * rng.uniform(0.6, 1.0), 0, Rung.ANNOUNCED))
        end = rng.uniform(0.0, YEAR) if kind.dies else YEAR
        yield World(drawn, event_at, tuple(sorted(story for story in news if story[0] < end)))


def _draw_rates(rng: np.random.Generator, kind: WorldKind) -> WorldKind:
    """Kind of one world whose rates and ratios nobody knows."""
    rates = (rate * math.exp(kind.rate_spread * rng.normal()) for rate in kind.rates)
    ratios = (ratio if rng.random() < 0.5 else 1.0 for ratio in kind.ratios)
    return replace(kind, rates=tuple(rates), ratios=tuple(ratios))


def _draw_news(rng: np.random.Generator, kind: WorldKind, event_at: float) -> Iterator[Story]:
    """Stories of all indicators, and those that take no side."""
    if kind.one_cause:
        for at in _draw_times(rng, kind, 0, event_at):
            yield from ((at + rng.uniform(0.0, 1.0), n, kind.rung) for n in range(len(kind.rates)))
    else:
        for n in range(len(kind.rates)):
            yield from ((at, n, kind.rung) for at in _draw_times(rng, kind, n, event_at))
    neutral = replace(kind, rates=(kind.context,), ratios=(1.0,))
    yield from ((at, CONTEXT, kind.rung) for at in _draw_times(rng, neutral, 0, event_at))


def _draw_times(
    rng: np.random.Generator, kind: WorldKind, number: int, event_at: float
) -> list[float]:
    """Days on which news of one indicator comes: in the archive, and until event or close."""
    rate, ratio, end = kind.rates[number], kind.ratios[number], min(event_at, YEAR)
    is_yes = event_at < YEAR
    raised = ratio if is_yes and not kind.rising else 1.0
    most = kind.drift * (7.0 / 5.0 if kind.weekly else 1.0)
    times = [
        *rng.uniform(-YEAR, 0.0, rng.poisson(rate * most)),
        *rng.uniform(0.0, end, rng.poisson(rate * raised * kind.attention * most * end / YEAR)),
    ]
    times = [at for at in times if rng.random() * kind.drift < kind.drift ** ((at / YEAR + 1) / 2)]
    if kind.rising and is_yes:
        scale = 45.0 / math.log(2.0)
        extra = rng.poisson(rate * (ratio - 1.0) * scale / YEAR)
        times += [at for at in event_at - rng.exponential(scale, extra) if at > -YEAR]
    echoes = [
        at + rng.exponential(kind.echo_days)
        for at in times
        for _ in range(rng.poisson(kind.echoes))
    ]
    is_weekday = (lambda at: at % 7.0 < 5.0) if kind.weekly else (lambda at: True)
    return [float(at) for at in (*times, *echoes) if at < end and is_weekday(at)]


def measure_losses(world: World, knowns: Sequence[Known]) -> list[list[float]]:
    """Brier scores minus that of time alone, over the whole schedule: after an early event 0.

    First by Bayes' rule with the true rates, then the suggestions with each knowledge, then Bayes'
    rule with the same ignorance.
    """
    asked = question("event_by", prior=world.kind.prior)
    cases = {known: _prepare_case(world, known) for known in knowns}
    losses = np.zeros(1 + 2 * len(knowns))
    for at in (look for look in LOOKS if look < world.event_at):
        alone = hazard_probability(asked, day(at))
        forecasts = [_apply_bayes(world, alone, at)]
        for known, (indicators, pieces) in cases.items():
            start = day(-YEAR) if known == "archive" else None
            forecasts.append(
                suggest(asked, pieces, by_id(*indicators), day(at), archive_from=start).p
            )
        forecasts += [_apply_ignorant_bayes(world, alone, at, known) for known in knowns]
        losses += (np.array(forecasts) - world.happened) ** 2 - (alone - world.happened) ** 2
    return (losses / len(LOOKS)).tolist()  # type: ignore[no-any-return]


def _prepare_case(world: World, known: Known) -> tuple[list[Indicator], list[Evidence]]:
    indicators = [
        indicator(f"news {n}", usual=rate if known == "words" else 0.0)
        for n, rate in enumerate(world.kind.rates)
    ]
    stories = [s for s in world.stories if known == "archive" or s[0] >= 0.0]
    return indicators, [_make_piece(n, *story) for n, story in enumerate(stories, 1)]


def _make_piece(number: int, at: float, name: int, rung: Rung) -> Evidence:
    reports = (replace(report(at, f"source {number}", 0.97), rung=rung),)
    if name == CONTEXT:
        return evidence(number, at, Direction.NEUTRAL, reports=reports)
    return evidence(number, at, signpost=f"news {name}", reports=reports)


def _apply_bayes(world: World, alone: float, at: float) -> float:
    """Probability by the true rates, where they are constant; else that of time alone."""
    kind = world.kind
    if not kind.is_constant:
        return alone
    odds = alone / (1.0 - alone)
    for n, (_, count) in enumerate(_count_stories(world, at)):
        rate = kind.rates[n] * kind.attention / YEAR
        odds *= kind.ratios[n] ** count * math.exp(-(kind.ratios[n] - 1.0) * rate * at)
    return odds / (1.0 + odds)


def _apply_ignorant_bayes(world: World, alone: float, at: float, known: Known) -> float:
    """Probability by what is known of the rates, and by how they and their ratios are spread."""
    if not world.kind.is_constant:
        return alone
    odds = alone / (1.0 - alone)
    for n, (before, count) in enumerate(_count_stories(world, at)):
        rates, logs = UNKNOWN_RATES, np.log(UNKNOWN_CHANCES)
        if known == "words":
            rates, logs = np.array([world.kind.rates[n] / YEAR]), np.zeros(1)
        elif known == "archive":
            logs = logs + before * np.log(rates) - rates * YEAR
        logs = logs + count * np.log(rates) - rates * at
        raised = logs + count * math.log(3.0) - 2.0 * rates * at
        odds *= 0.5 + 0.5 * float(
            np.exp(raised - logs.max()).sum() / np.exp(logs - logs.max()).sum()
        )
    return odds / (1.0 + odds)


def _count_stories(world: World, at: float) -> Iterator[tuple[int, int]]:
    """Stories of each indicator in the archive, and since the opening; of one cause, of the first."""
    for n in range(1 if world.kind.one_cause else len(world.kind.rates)):
        days = [story[0] for story in world.stories if story[1] == n]
        yield sum(d < 0.0 for d in days), sum(0.0 <= d <= at for d in days)


KNOWNS: Final[tuple[Known, ...]] = ("archive", "words", "nothing")


@dataclass(frozen=True, slots=True)
class KindLosses:
    """Losses in worlds of one kind: by Bayes' rule, and with each knowledge of usual rates.

    `ceilings` are those by Bayes' rule with the same ignorance.
    """

    kind: WorldKind
    bayes: np.ndarray
    by_known: Mapping[Known, np.ndarray]
    ceilings: Mapping[Known, np.ndarray]


def measure_kind(kind: WorldKind, seed: int, count: int = COUNT) -> KindLosses:
    """Measure the losses in worlds of a kind."""
    rows = np.array([measure_losses(world, KNOWNS) for world in make_worlds(kind, count, seed)])
    by_known = {known: rows[:, n] for n, known in enumerate(KNOWNS, 1)}
    ceilings = {known: rows[:, n] for n, known in enumerate(KNOWNS, 1 + len(KNOWNS))}
    return KindLosses(kind, rows[:, 0], MappingProxyType(by_known), MappingProxyType(ceilings))


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the loss against time alone in each kind of world, and shares of Bayes' gains."""
    for kind in (*TUNED, *OTHER):
        losses = measure_kind(kind, seed)
        for known in KNOWNS:
            if kind.name == "ideal":
                yield _figure_share(losses, known, losses.bayes, "the gain by Bayes' rule")
            if kind.name == "unknown rates":
                best = losses.ceilings[known]
                yield _figure_share(losses, known, best, "the gain with the same ignorance")
            yield _figure_loss(losses, known)


def _figure_loss(losses: KindLosses, known: Known) -> Figure:
    values = losses.by_known[known]
    error = float(values.std() / math.sqrt(len(values)))
    name = f"{losses.kind.name}, {_KNOWN_WORDS[known]}: loss"
    return Figure(name, float(values.mean()), "at most", MAX_HARM, len(values), error)


def _figure_share(losses: KindLosses, known: Known, of: np.ndarray, words: str) -> Figure:
    """Share of a gain, with its error by the delta method."""
    gains, best = -losses.by_known[known], -of
    share = float(gains.mean() / best.mean())
    error = float((gains - share * best).std() / math.sqrt(len(gains)) / best.mean())
    name = f"{losses.kind.name}, {_KNOWN_WORDS[known]}: share of {words}"
    return Figure(name, share, "at least", MIN_SHARE, len(gains), error)


_KNOWN_WORDS: Final[Mapping[Known, str]] = MappingProxyType(
    {"archive": "a year of archive", "words": "rates stated", "nothing": "no archive"}
)
