"""Why a suggestion is what it is, as bars: from the base rate over time, news and correction to the
suggestion.
"""

from collections.abc import Sequence
from math import fsum
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import frame_of
from dashboard.components.memoise import once
from dashboard.wording import clipped, log_odds, percent
from dashboard.wording.numbers import NBSP
from forecasts.distributions.probability import sigmoid
from forecasts.evidence.log_odds import Group, Line
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.why import NO_NEWS
from tracker.model.read_models import EvidenceCard

MOST_BARS: Final = 12
"""Bars of one chart, both ends included; what does not fit stands summed in one of them."""

UP, DOWN, END, NONE = "towards YES", "towards NO", "stands here", "adds nothing"
"""Which way a bar goes; the two ends stand where they are, and where there is no news nothing
moves.
"""

SMALL: Final = 0.005
"""News that adds less than this, in log-odds, has no bar of its own: it would be written +0.00."""

_LONGEST: Final = 44
_NOTHING: Final = 1e-12


@once(frozen=2)
def waterfall_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The bars of a suggestion from the base rate down to itself. Columns:

    rank (0 for the base rate), label (one for each bar), start and end (log-odds; the bar lies
    between), way (`UP`, `DOWN`, `END` or `NONE`), shown (what it adds, or for an end the
    probability), so_far (percent in words), why. Each bar starts where the one above it ends, and
    the last one ends at the suggestion. Time, learned correction and limits have a bar each. At
    most `MOST_BARS`: of the news the largest lines stand alone, the others and those below `SMALL`
    in one bar as "… n smaller".
    """
    types = {
        "rank": "int64",
        "label": "str",
        "start": "float64",
        "end": "float64",
        "way": "str",
        "shown": "str",
    }
    first, *groups = suggestion.groups
    z = first.log_odds
    rows: list[tuple[Any, ...]] = [_end("Base rate", z, _reason(first))]
    headlines = {card.evidence.id: card.headline for card in cards}
    for label, why, adds in _steps(groups, headlines):
        way = UP if adds > 0 else DOWN if adds < 0 else NONE
        shown = f"{log_odds(adds)}{NBSP}{'▲' if adds > 0 else '▼'}" if adds else NO_NEWS
        rows.append((label, z, z + adds, way, shown, percent(sigmoid(z + adds)), why))
        z += adds
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(_end("Suggestion", total, "all lines together"))
    numbered = [(rank, _apart(row[0], rank, rows), *row[1:]) for rank, row in enumerate(rows)]
    return frame_of({**types, "so_far": "str", "why": "str"}, numbered)


def moves(bars: pd.DataFrame) -> bool:
    """True if a bar lies between the two ends."""
    return bool(bars["way"].isin((UP, DOWN)).any())


def _end(label: str, z: float, why: str) -> tuple[Any, ...]:
    told = percent(sigmoid(z))
    return (label, z, z, END, told, told, clipped(why, 170))


_Step = tuple[str, str, float]
"""A label, the reason and the log-odds of a bar between the ends."""


def _steps(groups: Sequence[Group], headlines: dict[Any, str]) -> list[_Step]:
    """The bars between the ends, in the order of the groups; those of the news share what room the
    others leave.
    """
    others = {g.name for g in groups if g.name != "News" and abs(g.log_odds) >= _NOTHING}
    steps: list[_Step] = []
    for group in groups:
        if group.name == "News":
            steps += _news(group, headlines, MOST_BARS - 2 - len(others))
        elif group.name in others:
            steps.append((group.name, _reason(group), group.log_odds))
    return steps


def _news(news: Group, headlines: dict[Any, str], room: int) -> list[_Step]:
    moving = [line for line in news.lines if abs(line.log_odds) >= _NOTHING]
    if not moving:
        return [("News", "no story moves it", 0.0)]
    largest = sorted(
        (x for x in moving if abs(x.log_odds) >= SMALL), key=lambda line: -abs(line.log_odds)
    )
    alone = set(map(id, largest if len(moving) == len(largest) <= room else largest[: room - 1]))
    steps = [
        (_label(line, headlines), clipped(line.why, 170), line.log_odds)
        for line in moving
        if id(line) in alone
    ]
    small = [line.log_odds for line in moving if id(line) not in alone]
    if small and abs(fsum(small)) >= _NOTHING:
        steps.append((f"… {len(small)} smaller", "the news that adds least, in one", fsum(small)))
    return steps


def _reason(group: Group) -> str:
    return clipped("; ".join(line.why for line in group.lines), 170)


def _label(line: Line, headlines: dict[Any, str]) -> str:
    """A story by its headline; an indicator, of which the reason begins with its name, by that;
    else the kind.
    """
    if line.evidence_id in headlines:
        return clipped(headlines[line.evidence_id], _LONGEST)
    if line.kind in ("silence", "usual level"):
        return clipped(f"{line.kind.capitalize()}: {line.why.split(':')[0]}", _LONGEST)
    return line.kind.capitalize()


def _apart(label: str, rank: int, rows: Sequence[tuple[Any, ...]]) -> str:
    """The label, told apart from an equal one above it: two bars of one name would be drawn as
    one.
    """
    before = sum(row[0] == label for row in rows[:rank])
    return f"{label} ({before + 1})" if before else label
