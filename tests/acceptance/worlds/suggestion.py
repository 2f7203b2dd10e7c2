"""What news is worth in simulated worlds: the suggestion held against time alone.

Each world is a question of one year with a prior that is right, a constant hazard, and indicators
said to have a likelihood ratio of 3, whose news is confirmed. The suggestion is looked at every four
weeks while the question is open; its Brier score minus that of time alone, over the whole schedule,
is its loss: below 0 the news helps. The best that can be had is Bayes' rule with the true rates.

Indicators have a year of archive before the opening, or none; or none, and their authors state how
often such news usually comes. `TUNED` worlds chose the constants of `forecasts.evidence.rates`, with
other seeds; `OTHER` worlds did not.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from forecasts.evidence.evidence import Evidence, Indicator
from forecasts.evidence.rungs import Rung
from forecasts.suggestion.binary import hazard_probability, suggest
from tests.acceptance.worlds.figure import Figure
from tests.forecasts.strategies import by_id, day, evidence, indicator, question, report

YEAR: Final = 365.0
LOOKS: Final = tuple(28.0 * n for n in range(13))
COUNT: Final = 300
"""Worlds of each kind."""

MAX_HARM: Final = 0.002
"""Largest loss against time alone in worlds in which news says nothing or has one cause."""

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
    within a few days of each. `rising`: the rate if YES rises towards the event, doubling every 45
    days. `attention`: factor on all rates after the opening, whatever the answer. `rung` is that of
    the stories; `announced`: before a YES comes one of a higher rung.
    """

    name: str
    rates: tuple[float, ...]
    ratios: tuple[float, ...]
    prior: float = 0.3
    one_cause: bool = False
    echoes: float = 0.0
    rising: bool = False
    attention: float = 1.0
    rung: Rung = Rung.DONE
    announced: bool = False


TUNED: Final = (
    WorldKind("ideal", (3.0, 2.0), (3.0, 3.0)),
    WorldKind("drum-beat", (12.0, 12.0), (1.0, 1.0)),
    WorldKind("six-fold cause", (2.0,) * 6, (3.0,) * 6, one_cause=True),
    WorldKind("overrated", (3.0, 2.0), (1.5, 1.5)),
    WorldKind("signpost and drum-beat", (3.0, 12.0), (3.0, 1.0)),
)
OTHER: Final = (
    WorldKind("ideal, rarer event", (3.0, 2.0), (3.0, 3.0), prior=0.1),
    WorldKind("ideal, likelier event", (3.0, 2.0), (3.0, 3.0), prior=0.6),
    WorldKind("rare news", (0.5, 0.5), (3.0, 3.0)),
    WorldKind("frequent signposts", (12.0, 12.0), (3.0, 3.0)),
    WorldKind("bursts", (3.0, 2.0), (3.0, 3.0), echoes=2.0),
    WorldKind("drum-beat in bursts", (6.0, 6.0), (1.0, 1.0), echoes=2.0),
    WorldKind("rate rises before the event", (3.0, 2.0), (6.0, 6.0), rising=True),
    WorldKind("attention doubles", (3.0, 2.0), (1.0, 1.0), attention=2.0),
    WorldKind("rumours, then the announcement", (4.0, 4.0), (1.0, 1.0), rung=Rung.TALK, announced=True),
)  # fmt: skip


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
        if kind.one_cause:
            times = _draw_times(rng, kind, 0, event_at)
            news = [(at + rng.uniform(0.0, 1.0), n, kind.rung)
                    for at in times for n in range(len(kind.rates))]  # fmt: skip
        else:
            news = [(at, n, kind.rung)
                    for n in range(len(kind.rates))
                    for at in _draw_times(rng, kind, n, event_at)]  # fmt: skip
        if kind.announced and event_at < YEAR:
            news.append((event_at * rng.uniform(0.6, 1.0), 0, Rung.ANNOUNCED))
        yield World(kind, event_at, tuple(sorted(news)))


def _draw_times(
    rng: np.random.Generator, kind: WorldKind, number: int, event_at: float
) -> list[float]:
    """Days on which news of one indicator comes: in the archive, and until event or close."""
    rate, ratio, end = kind.rates[number], kind.ratios[number], min(event_at, YEAR)
    is_yes = event_at < YEAR
    raised = ratio if is_yes and not kind.rising else 1.0
    times = [
        *rng.uniform(-YEAR, 0.0, rng.poisson(rate)),
        *rng.uniform(0.0, end, rng.poisson(rate * raised * kind.attention * end / YEAR)),
    ]
    if kind.rising and is_yes:
        scale = 45.0 / math.log(2.0)
        extra = rng.poisson(rate * (ratio - 1.0) * scale / YEAR)
        times += [at for at in event_at - rng.exponential(scale, extra) if at > -YEAR]
    echoes = [t + rng.exponential(5.0) for t in times for _ in range(rng.poisson(kind.echoes))]
    return [float(at) for at in (*times, *echoes) if at < end]


def measure_losses(world: World, knowns: Sequence[Known]) -> list[float]:
    """Brier scores minus that of time alone: of Bayes' rule with the true rates, and suggestions.

    Over the whole schedule, so the looks after an early event count 0.
    """
    asked = question("event_by", prior=world.kind.prior)
    cases = {known: _prepare_case(world, known) for known in knowns}
    losses = np.zeros(1 + len(knowns))
    for at in (look for look in LOOKS if look < world.event_at):
        alone = hazard_probability(asked, day(at))
        forecasts = [_apply_bayes(world, alone, at)]
        for known, (indicators, pieces) in cases.items():
            start = day(-YEAR) if known == "archive" else None
            forecasts.append(
                suggest(asked, pieces, by_id(*indicators), day(at), archive_from=start).p
            )
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
    return evidence(number, at, signpost=f"news {name}", reports=reports)


def _apply_bayes(world: World, alone: float, at: float) -> float:
    """Probability by the true rates, where they are constant; else that of time alone."""
    kind = world.kind
    if kind.echoes or kind.rising or kind.announced:
        return alone
    odds = alone / (1.0 - alone)
    for n in range(1 if kind.one_cause else len(kind.rates)):
        count = sum(s[1] == n and 0.0 <= s[0] <= at for s in world.stories)
        rate = kind.rates[n] * kind.attention / YEAR
        odds *= kind.ratios[n] ** count * math.exp(-(kind.ratios[n] - 1.0) * rate * at)
    return odds / (1.0 + odds)


KNOWNS: Final[tuple[Known, ...]] = ("archive", "words", "nothing")


@dataclass(frozen=True, slots=True)
class KindLosses:
    """Losses in worlds of one kind: by Bayes' rule, and with each knowledge of usual rates."""

    kind: WorldKind
    bayes: np.ndarray
    by_known: Mapping[Known, np.ndarray]


def measure_kind(kind: WorldKind, seed: int, count: int = COUNT) -> KindLosses:
    """Measure the losses in worlds of a kind."""
    rows = np.array([measure_losses(world, KNOWNS) for world in make_worlds(kind, count, seed)])
    by_known = {known: rows[:, n] for n, known in enumerate(KNOWNS, 1)}
    return KindLosses(kind, rows[:, 0], MappingProxyType(by_known))


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the loss against time alone in each kind of world, and the share of Bayes' gain."""
    limits: Mapping[str, Callable[[KindLosses, Known], Figure]] = {
        "ideal": _figure_share,
        "drum-beat": partial(_figure_loss, wanted=MAX_HARM),
        "six-fold cause": partial(_figure_loss, wanted=MAX_HARM),
    }
    for kind in (*TUNED, *OTHER):
        losses = measure_kind(kind, seed)
        for known in KNOWNS:
            make = limits.get(kind.name, partial(_figure_loss, wanted=MAX_HARM))
            yield make(losses, known)


def _figure_loss(losses: KindLosses, known: Known, *, wanted: float) -> Figure:
    values = losses.by_known[known]
    error = float(values.std() / math.sqrt(len(values)))
    name = f"{losses.kind.name}, {_KNOWN_WORDS[known]}: loss"
    return Figure(name, float(values.mean()), "at most", wanted, len(values), error)


def _figure_share(losses: KindLosses, known: Known) -> Figure:
    """Share of the gain by Bayes' rule, with its error by the delta method."""
    gains, best = -losses.by_known[known], -losses.bayes
    share = float(gains.mean() / best.mean())
    error = float((gains - share * best).std() / math.sqrt(len(gains)) / best.mean())
    name = f"{losses.kind.name}, {_KNOWN_WORDS[known]}: share of the gain by Bayes' rule"
    return Figure(name, share, "at least", MIN_SHARE, len(gains), error)


_KNOWN_WORDS: Final[Mapping[Known, str]] = MappingProxyType(
    {"archive": "a year of archive", "words": "rates stated", "nothing": "no archive"}
)
