"""Evidence: what was reported, how it bears on a question, and how much it weighs.

Sources: science notes in docs/evidence.md; the strength scale follows Kass & Raftery 1995, the
reliability grades the Admiralty code.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Literal, NewType, assert_never

from forecasts.errors import ForecastsError
from forecasts.likelihood import absence_ratio_from_words, ratio_from_words
from forecasts.probability import probabilities
from forecasts.question import ForecasterId, Kind, QuestionId

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
    """Which answer a piece of evidence favours, by the kind of its question.

    | kind | YES | NO |
    |---|---|---|
    | binary | it happens | it does not |
    | numeric | the number will be higher | lower |
    | date | the day will be earlier | later, or never |
    | categorical, ordered | the option that the evidence names | any option but that one |

    NEUTRAL favours neither. `side_words` says it for people.
    """

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
class Expectation:
    """By when a report of an indicator should have been seen, and how surely, so that silence
    counts.

    `if_yes` and `if_no` are ICD 203 words for the chance that it is reported by the date if the
    answer turns out YES, and if it turns out NO; they are about the answers, whichever of them the
    indicator speaks for. `by` is aware UTC. A word that ICD 203 does not have raises
    `ForecastsError`.

    >>> from forecasts.question import utc
    >>> visit = Expectation(utc("2026-06-01"), if_yes="very likely", if_no="unlikely")
    >>> round(visit.ratio_when_seen, 4), round(visit.ratio_when_silent, 4)
    (2.6923, 0.1852)
    """

    by: datetime
    if_yes: str
    if_no: str

    def __post_init__(self) -> None:
        ratio_from_words(self.if_yes, self.if_no)

    @property
    def ratio_when_seen(self) -> float:
        """P(seen by the date | YES) / P(seen by the date | NO); above 1 speaks for YES."""
        return ratio_from_words(self.if_yes, self.if_no)

    @property
    def ratio_when_silent(self) -> float:
        """P(not seen by the date | YES) / P(not seen by the date | NO); above 1 speaks for YES."""
        return absence_ratio_from_words(self.if_yes, self.if_no)


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something observable that would bear on a question, written down in advance.

    `terms` is an AND of ORs: an item matches when every group has at least one term in it; `unless`
    holds terms that veto a match. A term is a word or phrase; a trailing `*` matches any ending.
    `examples` are phrasings of a report in its direction, `opposites` of one in the other
    direction. `half_life_days` is how fast its weight fades (None: never). `usual_level` is the
    size, in log-odds from 0 on, at which its news stands even when nothing will happen, so that a
    drum-beat moves nothing; its sign is `direction`. `expected` says by when it should have been
    reported. `option` is, for a question with options, the one that it speaks for (or against, when
    its direction is NO).
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
    opposites: tuple[str, ...] = ()
    expected: Expectation | None = None
    option: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One item of a story: who carried it, how reliable they are, and when we first saw it.

    `text` is the group of copies that it belongs to: items that carry one and the same text. 0
    stands for a text of its own.
    """

    source_group: str
    reliability: float
    first_seen_at: datetime
    text: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A story that bears on a question.

    `relevance` (0..1) says how sure the match is, `p_direction` (0.5..1) how sure the direction; a
    confirmed or edited piece counts fully, a rejected one not at all. `matched` holds the words
    that matched. The items of the story are `reports`: independent ones make it more reliable,
    never heavier. `option` names the option that it is about, on a question that has options.
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
    p_direction: float = 1.0
    option: str = ""

    @property
    def reviewed(self) -> bool:
        """Whether a person took it as evidence: confirmed, or edited."""
        return self.status in ("confirmed", "edited")

    @property
    def trust(self) -> float:
        """Weight of the match itself, 0 to 1: 1 once a person confirmed it, relevance × (2 ·
        p_direction − 1) before.

        A call of two sides that is right with chance d is one that knows, with chance 2d − 1, and
        else tosses a coin: d = (2d − 1) + ½ (2 − 2d). What a coin says is no evidence, so only the
        first part counts: a call at
        0.5 moves nothing, and one below that (the other side was the likelier one) does not either.
        """
        return 1.0 if self.reviewed else self.relevance * max(0.0, 2.0 * self.p_direction - 1.0)


def combined_reliability(reports: Iterable[Report]) -> float:
    """P(informative) of a story from its independent sources: min(0.97, 1 − Π(1 − r_g)).

    Items that carry one text count as the first of them, whoever carries the others: a syndicated
    copy is no second witness. Of several texts from one group (one owner or wire) the best counts.
    Range 0 (no report) to 0.97; another text from another group only raises it, and the order of
    the reports does not matter.

    >>> from datetime import UTC, datetime
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> wire, again = Report("reuters", 0.7, day), Report("reuters", 0.7, day)
    >>> round(combined_reliability((wire, again, Report("xinhua", 0.8, day))), 4)
    0.94
    >>> combined_reliability([Report(f"outlet {n}", 0.7, day, text=1) for n in range(200)])
    0.7
    """
    best: dict[str, float] = {}
    for report in independent(reports):
        best[report.source_group] = max(report.reliability, best.get(report.source_group, 0.0))
    missing = math.prod(sorted(1.0 - r for r in best.values()))
    return min(MAX_RELIABILITY, 1.0 - missing)


def independent(reports: Iterable[Report]) -> tuple[Report, ...]:
    """The reports without copies: of those that carry one text the first (at one instant the most
    reliable).

    >>> from datetime import UTC, datetime
    >>> first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    >>> reports = Report("daily", 0.9, second, text=1), Report("wire", 0.7, first, text=1), Report("daily", 0.5, second)
    >>> [(report.source_group, report.reliability) for report in independent(reports)]
    [('wire', 0.7), ('daily', 0.5)]
    """
    texts: set[int] = set()
    unique = []
    for report in sorted(reports, key=lambda r: (r.first_seen_at, -r.reliability, r.source_group)):
        if report.text not in texts:
            unique.append(report)
        if report.text:
            texts.add(report.text)
    return tuple(unique)


def effective_likelihood_ratio(ratio: float, reliability: float) -> float:
    """A ratio weakened by doubt in its source: 1 + r (LR − 1) above 1, mirrored below 1.

    `ratio` is above 0, `reliability` 0 (worth nothing: the result is 1) to 1 (taken at its word).
    Raises `ForecastsError` for a ratio that is not above 0 or not finite, `InvalidProbability` for
    the reliability.

    >>> effective_likelihood_ratio(6, 0.5), round(effective_likelihood_ratio(1 / 6, 0.5), 4)
    (3.5, 0.2857)
    """
    if not 0.0 < ratio < math.inf:
        raise ForecastsError(f"a likelihood ratio is above 0 and finite, not {ratio}")
    probabilities(reliability)
    if ratio < 1.0:
        return 1.0 / effective_likelihood_ratio(1.0 / ratio, reliability)
    return 1.0 + reliability * (ratio - 1.0)


def strength_from_words(if_yes: str, if_no: str) -> tuple[Direction, Strength]:
    """The direction and the strength of a report from how expected it is if YES, and how expected
    it is if NO.

    The ratio of the midpoints of two ICD 203 words, put to the strength whose likelihood ratio is
    nearest in logarithms. Never decisive: words reach a ratio of 32, but news of that weight is an
    answer, and wants a resolution. What is as expected one way as the other is neutral and without
    strength. Another word raises `ForecastsError`. See `forecasts.likelihood.ratio_from_words` for
    why both have to be asked.

    >>> strength_from_words("likely", "unlikely")
    (<Direction.YES: 1>, <Strength.SOME: 2>)
    >>> strength_from_words("very unlikely", "almost certain")
    (<Direction.NO: -1>, <Strength.STRONG: 4>)
    >>> strength_from_words("likely", "likely")
    (<Direction.NEUTRAL: 0>, <Strength.NONE: 0>)
    """
    nats = math.log(ratio_from_words(if_yes, if_no))
    words = [s for s in Strength if s is not Strength.DECISIVE]
    strength = min(words, key=lambda s: abs(abs(nats) - math.log(s.likelihood_ratio)))
    if strength is Strength.NONE:
        return Direction.NEUTRAL, strength
    return (Direction.YES if nats > 0.0 else Direction.NO), strength


def side_words(kind: Kind, direction: Direction, option: str = "") -> str:
    """The side that evidence speaks for, in the words of its question's kind.

    >>> [side_words(kind, Direction.YES) for kind in ("binary", "numeric", "date")]
    ['for YES', 'higher', 'earlier']
    >>> side_words("categorical", Direction.NO, "Moscow"), side_words("binary", Direction.NEUTRAL)
    ('against option Moscow', 'for neither side')
    """
    if direction is Direction.NEUTRAL:
        return "for neither side"
    yes = direction is Direction.YES
    match kind:
        case "binary":
            return "for YES" if yes else "for NO"
        case "numeric":
            return "higher" if yes else "lower"
        case "date":
            return "earlier" if yes else "later"
        case "categorical" | "ordered":
            return (
                f"{'for' if yes else 'against'} "
                f"{f'option {option}' if option else 'an option not named'}"
            )
        case _:
            assert_never(kind)
