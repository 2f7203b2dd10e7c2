"""Evidence: what was reported, how it bears on a question, and how much it weighs.

Sources: science notes in docs/evidence.md; the strength scale follows Kass & Raftery 1995, the
reliability grades the Admiralty code.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Literal, NewType

from forecasts.errors import ForecastsError
from forecasts.probability import probabilities
from forecasts.question import ForecasterId, QuestionId

IndicatorId = NewType("IndicatorId", str)
StoryId = NewType("StoryId", int)
EvidenceId = NewType("EvidenceId", int)

EvidenceStatus = Literal["logged", "confirmed", "edited", "rejected"]
Grade = Literal["A", "B", "C", "D", "E", "F"]

RELIABILITY = MappingProxyType({"A": 0.97, "B": 0.9, "C": 0.75, "D": 0.5, "E": 0.25, "F": 0.4})
"""P(a report is informative) by Admiralty grade; F means "cannot be judged"."""

MAX_RELIABILITY = 0.97
"""However many sources agree, a report can still be wrong."""


class Direction(IntEnum):
    """Which answer a piece of evidence favours."""

    NO = -1
    NEUTRAL = 0
    YES = 1


class Strength(IntEnum):
    """How strongly one event bears on a question, as a word for a likelihood ratio."""

    NONE = 0
    SLIGHT = 1
    SOME = 2
    MODERATE = 3
    STRONG = 4
    DECISIVE = 5

    @property
    def likelihood_ratio(self) -> float:
        """P(report | the favoured answer) / P(report | the other answer); 1 says nothing.

        >>> Strength.MODERATE.likelihood_ratio
        3.0
        """
        return (1.0, 1.25, 1.75, 3.0, 8.0, 25.0)[self]


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something observable that would bear on a question, written down in advance.

    `terms` is an AND of ORs: an item matches when every group has at least one term in it; `unless`
    holds terms that veto a match. A term is a word or phrase; a trailing `*` matches any ending.
    `half_life_days` is how fast its weight fades (None: never). `usual_level` is the size, in
    log-odds from 0 on, at which its news stands even when nothing will happen, so that a drum-beat
    moves nothing; its sign is `direction`.
    """

    id: IndicatorId
    question_id: QuestionId
    name: str
    direction: Direction
    strength: Strength
    terms: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    half_life_days: float | None = 45.0
    usual_level: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """One copy of a story: who carried it, how reliable they are, and when we first saw it."""

    source_group: str
    reliability: float
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A story that bears on a question.

    `relevance` (0..1) says how sure the match is; a confirmed or edited piece counts fully, a
    rejected one not at all. `matched` holds the words that matched. Copies of the story are
    `reports`: they make it more reliable, never heavier.
    """

    id: EvidenceId
    question_id: QuestionId
    story_id: StoryId
    indicator_id: IndicatorId
    direction: Direction
    strength: Strength
    relevance: float
    status: EvidenceStatus
    judged_by: ForecasterId
    first_seen_at: datetime
    reports: tuple[Report, ...]
    matched: tuple[str, ...] = ()

    @property
    def trust(self) -> float:
        """Weight of the match itself: 1 once a person confirmed it, the relevance before."""
        return 1.0 if self.status in ("confirmed", "edited") else self.relevance


def combined_reliability(reports: tuple[Report, ...]) -> float:
    """P(informative) of a story from its independent source groups: min(0.97, 1 − Π(1 − r_g)).

    Copies inside one group (one owner or wire) count as its best report alone. Range 0 (no report)
    to 0.97; more groups only raise it.

    >>> from datetime import UTC, datetime
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> wire, copy = Report("reuters", 0.7, day), Report("reuters", 0.7, day)
    >>> round(combined_reliability((wire, copy, Report("xinhua", 0.8, day))), 4)
    0.94
    """
    best: dict[str, float] = {}
    for report in reports:
        best[report.source_group] = max(report.reliability, best.get(report.source_group, 0.0))
    missing = math.prod(1.0 - r for r in best.values())
    return min(MAX_RELIABILITY, 1.0 - missing)


def effective_likelihood_ratio(ratio: float, reliability: float) -> float:
    """A ratio weakened by doubt in its source: 1 + r (LR − 1) above 1, mirrored below 1.

    `ratio` is above 0, `reliability` 0 (worth nothing: the result is 1) to 1 (taken at its word). Raises
    `ForecastsError` for a ratio that is not above 0 or not finite, `InvalidProbability` for the reliability.

    >>> effective_likelihood_ratio(6, 0.5), round(effective_likelihood_ratio(1 / 6, 0.5), 4)
    (3.5, 0.2857)
    """
    if not 0.0 < ratio < math.inf:
        raise ForecastsError(f"a likelihood ratio is above 0 and finite, not {ratio}")
    probabilities(reliability)
    if ratio < 1.0:
        return 1.0 / effective_likelihood_ratio(1.0 / ratio, reliability)
    return 1.0 + reliability * (ratio - 1.0)
