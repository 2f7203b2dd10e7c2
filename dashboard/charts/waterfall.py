"""Waterfall chart of a suggestion, from the base rate down to the suggestion."""

from collections.abc import Sequence
from functools import lru_cache
from math import fsum
from typing import Any, Final

import altair as alt
import pandas as pd

from dashboard.charts.common import INK, ChartSpec, text_tooltip
from dashboard.components.frames import build_frame, memoise
from dashboard.wording import clip, format_log_odds, percent_whole
from dashboard.wording.numbers import NBSP
from forecasts.evidence.log_odds import LedgerGroup, LedgerLine
from forecasts.probability import logit, sigmoid
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.explanation import NO_NEWS
from tracker.model.chart_style import BLUE, GREY, VERMILLION
from tracker.model.read_models import EvidenceCard

MAX_BARS: Final = 12
"""Maximum number of bars in a chart, both ends included; the remaining news is summed in one
bar.
"""

UP, DOWN, END, NONE = "towards YES", "towards NO", "stands here", "adds nothing"
"""Direction of a bar; END marks the two ends, NONE a group without effect."""

MIN_BAR_LOG_ODDS: Final = 0.005
"""News that adds less than this in log-odds has no bar of its own: it would read +0.00."""

_MAX_LABEL_CHARS: Final = 44
_ZERO_LOG_ODDS: Final = 1e-12


@memoise(by_identity=2)
def waterfall_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The bars of a suggestion from the base rate down to itself. Columns:

    rank (0 for the base rate), label (unique), start and end (log-odds; the bar lies between), way
    (`UP`, `DOWN`, `END` or `NONE`), shown (contribution, or for an end the probability), so_far
    (percent in words), why. Each bar starts where the one above it ends, and the last one ends at
    the suggestion. Time, learned correction and limits have a bar each. The number of bars is
    limited: the largest lines of news have their own, the others and tiny ones share one as "… n
    smaller".
    """
    first, *groups = suggestion.groups
    z = first.log_odds
    rows: list[tuple[Any, ...]] = [_end_row("Base rate", z, _join_reasons(first))]
    headlines = {card.evidence.id: card.headline for card in cards}
    for label, why, adds in _bar_steps(groups, headlines):
        way = UP if adds > 0 else DOWN if adds < 0 else NONE
        shown = f"{format_log_odds(adds)}{NBSP}{'▲' if adds > 0 else '▼'}" if adds else NO_NEWS
        rows.append((label, z, z + adds, way, shown, percent_whole(sigmoid(z + adds)), why))
        z += adds
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(_end_row("Suggestion", total, "all lines together"))
    numbered = [
        (rank, _unique_label(row[0], rank, rows), *row[1:]) for rank, row in enumerate(rows)
    ]
    return build_frame("rank:int label start:float end:float way shown so_far why", numbered)


def has_bars(bars: pd.DataFrame) -> bool:
    """Return True if a bar lies between the two ends."""
    return bool(bars["way"].isin((UP, DOWN)).any())


def _end_row(label: str, z: float, why: str) -> tuple[Any, ...]:
    shown = percent_whole(sigmoid(z))
    return (label, z, z, END, shown, shown, clip(why, 170))


_BarStep = tuple[str, str, float]
"""Label, reason and log-odds of a bar between the ends."""


def _bar_steps(groups: Sequence[LedgerGroup], headlines: dict[Any, str]) -> list[_BarStep]:
    """Return the bars between the ends in the order of the groups; news gets the bars that are
    left.
    """
    other_names = {g.name for g in groups if g.name != "News" and abs(g.log_odds) >= _ZERO_LOG_ODDS}
    steps: list[_BarStep] = []
    for group in groups:
        if group.name == "News":
            steps += _news_steps(group, headlines, MAX_BARS - 2 - len(other_names))
        elif group.name in other_names:
            steps.append((group.name, _join_reasons(group), group.log_odds))
    return steps


def _news_steps(news: LedgerGroup, headlines: dict[Any, str], max_bars: int) -> list[_BarStep]:
    moving_lines = [line for line in news.lines if abs(line.log_odds) >= _ZERO_LOG_ODDS]
    if not moving_lines:
        return [("News", "no story moves it", 0.0)]
    largest = sorted(
        (x for x in moving_lines if abs(x.log_odds) >= MIN_BAR_LOG_ODDS),
        key=lambda line: -abs(line.log_odds),
    )
    own_bar_ids = set(
        map(
            id,
            largest if len(moving_lines) == len(largest) <= max_bars else largest[: max_bars - 1],
        )
    )
    steps = [
        (_bar_label(line, headlines), clip(line.why, 170), line.log_odds)
        for line in moving_lines
        if id(line) in own_bar_ids
    ]
    small_values = [line.log_odds for line in moving_lines if id(line) not in own_bar_ids]
    if small_values and abs(fsum(small_values)) >= _ZERO_LOG_ODDS:
        steps.append(
            (
                f"… {len(small_values)} smaller",
                "the news that adds least, in one",
                fsum(small_values),
            )
        )
    return steps


def _join_reasons(group: LedgerGroup) -> str:
    return clip("; ".join(line.why for line in group.lines), 170)


def _bar_label(line: LedgerLine, headlines: dict[Any, str]) -> str:
    """Label a story by its headline, an indicator by the name that begins its reason, else by the
    kind.
    """
    if line.evidence_id in headlines:
        return clip(headlines[line.evidence_id], _MAX_LABEL_CHARS)
    if line.kind in ("silence", "usual level"):
        return clip(f"{line.kind.capitalize()}: {line.why.split(':')[0]}", _MAX_LABEL_CHARS)
    return line.kind.capitalize()


def _unique_label(label: str, rank: int, rows: Sequence[tuple[Any, ...]]) -> str:
    """Number a label if an equal one stands above it; equal labels would be drawn as one bar."""
    before = sum(row[0] == label for row in rows[:rank])
    return f"{label} ({before + 1})" if before else label


_ROW_HEIGHT: Final = 30
_LOW_TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
_TICKS: Final = (*_LOW_TICKS, 0.5, *(1.0 - p for p in _LOW_TICKS))


@lru_cache(maxsize=32)
def waterfall_chart(rows: int) -> ChartSpec:
    """The lines of a suggestion as bars along log-odds, each beginning where the one above ends.
    Data: `bars`.

    The ends are diamonds with their probability; colour, sign and triangle show the direction.
    """
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=alt.EncodingSortField("rank", op="min", order="ascending"),
            axis=alt.Axis(labelLimit=190, grid=False, ticks=False),
        ),
        tooltip=[
            text_tooltip("label", "Line"),
            text_tooltip("shown", "Adds"),
            text_tooltip("so_far", "So far"),
            text_tooltip("why", "Why"),
        ],
    )
    colour_scale = alt.Scale(domain=[UP, DOWN, END, NONE], range=[BLUE, VERMILLION, GREY, GREY])
    colour = alt.Color("way:N", scale=colour_scale, legend=None)
    bars = base.mark_bar(height={"band": 0.55}, opacity=0.85, minBandSize=3).encode(
        x=_log_odds_axis("start"), x2="end", color=colour
    )
    ends = base.transform_filter(f"datum.way == '{END}'").mark_point(
        shape="diamond", filled=True, size=130, opacity=1
    )
    labels = base.transform_calculate(edge="max(datum.start, datum.end)").mark_text(
        align="left", dx=9, color=INK, fontSize=12
    )
    layers = (
        bars,
        ends.encode(x=_log_odds_axis("end"), color=colour),
        labels.encode(x=_log_odds_axis("edge"), text="shown:N"),
    )
    return alt.layer(*layers).properties(height=50 + _ROW_HEIGHT * rows).to_dict()


def _log_odds_axis(field: str) -> alt.X:
    axis = alt.Axis(
        values=[round(logit(p), 4) for p in _TICKS],
        labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')",
        labelOverlap="greedy",
        labelSeparation=14,
        gridOpacity=0.5,
    )
    return alt.X(
        f"{field}:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=False, padding=56)
    )
