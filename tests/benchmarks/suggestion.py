"""How much evidence is worth in simulated worlds: `python -m tests.benchmarks.suggestion`.

Each world is a question of one year with a prior of 30 % that is right, and two indicators said to
have a likelihood ratio of 3, whose news is confirmed and comes at a constant rate. The suggestion,
looked at every four weeks while the question is open, is held against time alone, by Brier score.
Below 0 the evidence helps.

* ideal: news comes three and two times a year, three times as often if the answer will be YES
* drum-beat: news comes twelve times a year, whatever the answer
* overrated: as ideal, but only one and a half times as often if YES
* escalation: four times a year a rumour, whatever the answer; before a YES also the announcement
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from forecasts.evidence.evidence import Evidence, Indicator
from forecasts.evidence.parameters import learn_usual_level
from forecasts.evidence.rungs import Rung
from forecasts.evidence.weights import MODELS, SuggestionModel
from forecasts.suggestion.binary import hazard_probability, suggest
from tests.forecasts.strategies import by_id, day, evidence, indicator, question, report

YEAR: Final = 365.0
LOOKS: Final = tuple(28.0 * n for n in range(13))
ASKED: Final = question("event_by", prior=0.3)


@dataclass(frozen=True, slots=True)
class WorldKind:
    """How news comes: times a year by indicator, how much more often if YES, and what precedes
    a YES.
    """

    name: str
    rates: tuple[float, ...]
    ratio: float
    rung: Rung = Rung.DONE
    announced: bool = False


IDEAL = WorldKind("ideal", (3.0, 2.0), 3.0)
DRUM_BEAT = WorldKind("drum-beat", (12.0, 12.0), 1.0)
OVERRATED = WorldKind("overrated", (3.0, 2.0), 1.5)
ESCALATION = WorldKind("escalation", (4.0, 4.0), 1.0, Rung.TALK, announced=True)
WORLDS: Final = (IDEAL, DRUM_BEAT, OVERRATED, ESCALATION)


@dataclass(frozen=True, slots=True)
class World:
    """One question: when the event comes, in days from the opening, and its news."""

    event_at: float
    indicators: tuple[Indicator, ...]
    pieces: tuple[Evidence, ...]

    @property
    def happened(self) -> bool:
        """True if the event comes before the close."""
        return self.event_at < YEAR


def make_worlds(kind: WorldKind, count: int, seed: int) -> Iterator[World]:
    """Worlds of a kind, with a year of archive before the opening."""
    rng = np.random.default_rng(seed)
    indicators = tuple(indicator(f"news {n}") for n in range(len(kind.rates)))
    for _ in range(count):
        event_at = float(rng.exponential(-YEAR / math.log(0.7)))
        times = [
            (float(at), name)
            for name, rate in enumerate(kind.rates)
            for at in _draw_times(rng, rate, kind.ratio, event_at)
        ]
        pieces = [_make_piece(n, *pair, kind.rung) for n, pair in enumerate(sorted(times), 1)]
        if kind.announced and event_at < YEAR:
            at = event_at * rng.uniform(0.6, 1.0)
            pieces.append(_make_piece(len(pieces) + 1, at, 0, Rung.ANNOUNCED))
        yield World(event_at, indicators, tuple(pieces))


def _draw_times(
    rng: np.random.Generator, rate: float, ratio: float, event_at: float
) -> list[float]:
    """Days on which news of one indicator comes: in the archive, and until event or close."""
    end = min(event_at, YEAR)
    open_rate = rate * (ratio if event_at < YEAR else 1.0)
    before = rng.uniform(-YEAR, 0.0, rng.poisson(rate))
    after = rng.uniform(0.0, end, rng.poisson(open_rate * end / YEAR))
    return [*before.tolist(), *after.tolist()]


def _make_piece(number: int, at: float, name: int, rung: Rung) -> Evidence:
    reports = (replace(report(at, f"source {number}", 0.97), rung=rung),)
    return evidence(number, at, signpost=f"news {name}", reports=reports)


def measure_gain(world: World, model: SuggestionModel, *, archive: bool) -> float:
    """Brier score of the suggestion minus that of time alone, over the whole schedule.

    `archive`: usual levels were learned from the year before the opening.
    """
    known = by_id(*world.indicators)
    start, pieces, levels = None, [e for e in world.pieces if e.first_seen_at >= day(0)], {}
    if archive:
        start, pieces = day(-YEAR), list(world.pieces)
        levels = {
            i.id: learn_usual_level(
                i, pieces, archive_from=start, opens_at=day(0), model=model
            ).value
            for i in world.indicators
        }
    total = 0.0
    for at in (look for look in LOOKS if look < world.event_at):
        suggested = suggest(
            ASKED, pieces, known, day(at), model=model, archive_from=start, usual_levels=levels
        ).p
        alone = hazard_probability(ASKED, day(at))
        total += (suggested - world.happened) ** 2 - (alone - world.happened) ** 2
    return total / len(LOOKS)


def measure_kind(
    kind: WorldKind, model: SuggestionModel, *, archive: bool, count: int, seed: int = 1
) -> tuple[float, float]:
    """Mean gain over worlds of a kind, and its standard error."""
    gains = [
        measure_gain(world, model, archive=archive) for world in make_worlds(kind, count, seed)
    ]
    return float(np.mean(gains)), float(np.std(gains) / math.sqrt(count))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each release of the model in each kind of world and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="worlds of each kind")
    asked = parser.parse_args(arguments)
    table = Table(title=f"Brier minus that of time alone, {asked.worlds:,} worlds a line")
    for column in ("world", "model", "usual level learned from a year", "no archive"):
        table.add_column(column)
    for kind in WORLDS:
        for model in MODELS:
            cells = [
                f"{mean:+.4f} ± {error:.4f}"
                for mean, error in (
                    measure_kind(kind, model, archive=archive, count=asked.worlds)
                    for archive in (True, False)
                )
            ]
            table.add_row(kind.name, model.version, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
