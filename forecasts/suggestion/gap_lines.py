"""Lines of a suggestion that keep it from another probability."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.evidence.log_odds import RAW_NEWS_KINDS
from forecasts.questions.question import EvidenceId
from forecasts.statistics.gaps import clamp_logit
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.explanation import measure_news_factor, sort_effects

_KINDS: Final = (*RAW_NEWS_KINDS, "table row", "time passed", "learned correction", "base rate")
"""Lines that say something; doubt and scale only weigh news."""

MIN_LINE: Final = 0.05
"""Nats below which a line is not named: a twentieth is a point at even odds."""


@dataclass(frozen=True, slots=True)
class GapLine:
    """Line that would have to go; `log_odds` in nats, as it counts after doubt and scale.

    `stories` are those behind it, the one with the largest effect first.
    """

    kind: str
    text: str
    log_odds: float
    stories: tuple[EvidenceId, ...] = ()


@dataclass(frozen=True, slots=True)
class GapLines:
    """Lines between a suggestion and a probability, the largest first, the base rate last.

    Without them the suggestion would reach it, but for `unexplained` nats.
    """

    lines: tuple[GapLine, ...]
    unexplained: float


def find_gap_lines(suggestion: Suggestion, p: float) -> GapLines:
    """Find the lines that would have to go for the suggestion to reach `p`: as few as will do.

    The base rate goes last: without it nothing is known of the question.

    >>> from forecasts.evidence.log_odds import LedgerLine
    >>> from forecasts.questions.question import utc
    >>> lines = (LedgerLine("base rate", "1 of 3", -0.7, 0.33), LedgerLine("evidence", "Talks", 0.2,
    ...     0.38), LedgerLine("time passed", "60 days", -0.9, 0.2))
    >>> gap = find_gap_lines(Suggestion("q", utc("2026-01-01"), lines, 0.2), 0.5)
    >>> [(line.text, line.log_odds) for line in gap.lines], round(gap.unexplained, 2)
    ([('60 days', -0.9), ('1 of 3', -0.7)], 0.0)
    """
    gap = clamp_logit(p) - clamp_logit(suggestion.p)
    sign, left = (1.0 if gap > 0.0 else -1.0), abs(gap)
    against = [line for line in _list_lines(suggestion) if -sign * line.log_odds >= MIN_LINE]
    needed: list[GapLine] = []
    for line in sorted(against, key=lambda line: (line.kind == "base rate", -abs(line.log_odds))):
        if left <= 0.0:
            break
        needed.append(line)
        left -= abs(line.log_odds)
    return GapLines(tuple(needed), max(left, 0.0))


def _list_lines(suggestion: Suggestion) -> Iterator[GapLine]:
    factor = measure_news_factor(suggestion.lines)
    for line in suggestion.lines:
        if line.kind in _KINDS:
            size = line.log_odds * (factor if line.kind in RAW_NEWS_KINDS else 1.0)
            stories = tuple(effect.evidence_id for effect in sort_effects(line.effects))
            yield GapLine(line.kind, line.why, size, stories)
