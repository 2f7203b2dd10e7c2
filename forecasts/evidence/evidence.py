"""Evidence, indicators and source reports.

Sources: science notes in docs/evidence.md; the strength scale follows Kass & Raftery 1995, the
reliability grades the Admiralty code.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Final, Literal, NewType, assert_never

from forecasts.distributions.probability import check_probabilities
from forecasts.errors import ForecastsError
from forecasts.evidence.likelihood_ratios import absence_ratio_from_words, ratio_from_words
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import EvidenceId, ForecasterId, Kind, Question, QuestionId

IndicatorId = NewType("IndicatorId", str)
StoryId = NewType("StoryId", int)

OWN_TEXT = "own-text"
"""Name of the indicator that is made of a question's own lines."""


def is_own_text(indicator_id: str) -> bool:
    """Return True for the indicator that is made of a question's own lines.

    >>> is_own_text("ceasefire/own-text"), is_own_text("ceasefire/talks")
    (True, False)
    """
    return indicator_id.endswith(f"/{OWN_TEXT}")


EvidenceStatus = Literal["logged", "confirmed", "edited", "rejected"]
Grade = Literal["A", "B", "C", "D", "E", "F"]

RELIABILITY = MappingProxyType({"A": 0.97, "B": 0.9, "C": 0.75, "D": 0.5, "E": 0.25, "F": 0.4})
"""P(a report is informative) by Admiralty grade; F means "cannot be judged"."""

MAX_RELIABILITY = 0.97
"""Upper bound of reliability, however many sources agree."""

MIN_RELEVANCE: Final = 0.7
"""P(evidence) below which a piece moves nothing until a person has confirmed it."""

PERHAPS: Final = "perhaps"
"""Word for such a piece, on every page and in every output."""

BEFORE_OPENING: Final = "from before the question opened: the base rate is taken to know it"
"""Remark on a piece that moves nothing, however it is judged; see `Evidence.is_before`."""


class Direction(IntEnum):
    """Answer favoured by a piece of evidence, by kind of question.

    | kind | YES | NO |
    |---|---|---|
    | binary | it happens | it does not |
    | numeric | the number will be higher | lower |
    | date | the day will be earlier | later, or never |
    | categorical, ordered | the option that the evidence names | any option but that one |

    NEUTRAL favours neither. `describe_side` puts it in words.
    """

    NO = -1
    NEUTRAL = 0
    YES = 1


class Strength(IntEnum):
    """Strength of evidence, as a word for a likelihood ratio."""

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
    """Date by which an indicator should have been reported, and how likely, so that silence counts.

    `if_yes` and `if_no` are ICD 203 words for the chance of a report by the date if the answer
    turns out YES or NO, whichever of them the indicator favours. `by` is aware UTC. A word outside
    ICD 203 raises `ForecastsError`.

    >>> from forecasts.questions.question import utc
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
        """P(seen by the date | YES) / P(seen by the date | NO); above 1 favours YES."""
        return ratio_from_words(self.if_yes, self.if_no)

    @property
    def ratio_when_silent(self) -> float:
        """P(not seen by the date | YES) / P(not seen by the date | NO); above 1 favours YES."""
        return absence_ratio_from_words(self.if_yes, self.if_no)


@dataclass(frozen=True, slots=True)
class Indicator:
    """Observable event that would bear on a question, defined in advance.

    `terms` is an AND of ORs: an item matches when every group has at least one term in it; `unless`
    holds terms that veto a match. A term is a word or phrase; a trailing `*` matches any ending.
    `examples` are phrasings of a report in its direction, `opposites` of one in the other
    direction. `half_life_days` says how far back a raised rate of its reports reaches (None: to the
    opening), `usual_per_year` how many come in an ordinary year (0: not stated). `expected` is the
    date by which it should have been reported. `option` names, for a question with options, the one
    that it favours (or, with direction NO, speaks against).
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
    usual_per_year: float = 0.0
    opposites: tuple[str, ...] = ()
    expected: Expectation | None = None
    option: str = ""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """Item of a story: source group, reliability and time first seen.

    `text` numbers the group of items with identical text; 0 means a unique text. `rung` is how
    certain its headline says the fact is.
    """

    source_group: str
    reliability: float
    first_seen_at: datetime
    text: int = 0
    rung: Rung = Rung.DONE


@dataclass(frozen=True, slots=True)
class Evidence:
    """Story that bears on a question.

    `relevance` (0..1) is the confidence in the match, `p_direction` (0.5..1) that in the direction;
    a confirmed or edited piece counts fully, a rejected one not at all. `matched` holds the words
    that matched. `reports` are the items of the story: independent ones make it more reliable,
    never stronger. `option` names the option concerned, on a question that has options. `demoted`
    says why it moves nothing until a person confirms it, "" if it may. `raised_rung` is the rung to
    which a later report has lifted it, the lowest if none has.
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
    reports: tuple[SourceReport, ...]
    matched: tuple[str, ...] = ()
    p_direction: float = 1.0
    option: str = ""
    demoted: str = ""
    raised_rung: Rung = Rung.TALK

    @property
    def rung(self) -> Rung:
        """Certainty of the fact by its first report, or by a later one that has lifted it."""
        first = min(self.reports, key=lambda r: (r.first_seen_at, -r.rung), default=None)
        return Rung.DONE if first is None else max(first.rung, self.raised_rung)

    @property
    def reviewed(self) -> bool:
        """True if a person confirmed or edited it."""
        return self.status in ("confirmed", "edited")

    def is_perhaps(self, min_relevance: float = MIN_RELEVANCE) -> bool:
        """Return True if the piece waits for a person and is too unsure to move anything.

        A minimum of 0 lets everything count, what is demoted too.
        """
        is_doubtful = self.relevance < min_relevance or bool(self.demoted and min_relevance)
        return self.status == "logged" and is_doubtful

    def is_before(self, question: Question) -> bool:
        """Return True if it was read before the question opened: it then moves no estimate.

        The base rate was set at the opening and is taken to know it, so it would count twice. It
        tells only how often such news comes.
        """
        return self.first_seen_at < question.opens_at

    @property
    def trust(self) -> float:
        """Weight of the match: 1 once confirmed, before that relevance × (2 · p_direction − 1).

        A binary call that is right with chance d equals one that is always right with chance 2d − 1
        and random otherwise: d = (2d − 1) + ½ (2 − 2d). Only the first part is evidence, so a call
        at 0.5 or below adds nothing.
        """
        return 1.0 if self.reviewed else self.relevance * max(0.0, 2.0 * self.p_direction - 1.0)


def combine_reliability(reports: Iterable[SourceReport]) -> float:
    """P(informative) of a story from its independent sources: min(0.97, 1 − Π(1 − r_g)).

    Items with identical text count as the first of them: a syndicated copy is no second source. Of
    several texts from one group (one owner or wire) the best counts. Range 0 (no report) to 0.97;
    another text from another group only raises it, and the order of the reports does not matter.

    >>> from datetime import UTC, datetime
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> wire, again = SourceReport("reuters", 0.7, day), SourceReport("reuters", 0.7, day)
    >>> round(combine_reliability((wire, again, SourceReport("xinhua", 0.8, day))), 4)
    0.94
    >>> combine_reliability([SourceReport(f"outlet {n}", 0.7, day, text=1) for n in range(200)])
    0.7
    """
    best: dict[str, float] = {}
    for report in independent_reports(reports):
        best[report.source_group] = max(report.reliability, best.get(report.source_group, 0.0))
    missing = math.prod(sorted(1.0 - r for r in best.values()))
    return min(MAX_RELIABILITY, 1.0 - missing)


def independent_reports(reports: Iterable[SourceReport]) -> tuple[SourceReport, ...]:
    """Remove copies: of reports with one text keep the first, if simultaneous the most reliable.

    >>> from datetime import UTC, datetime
    >>> first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    >>> reports = SourceReport("daily", 0.9, second, text=1), SourceReport("wire", 0.7, first,
    ...     text=1), SourceReport("daily", 0.5, second)
    >>> [(report.source_group, report.reliability) for report in independent_reports(reports)]
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
    """Likelihood ratio discounted for reliability r: 1 + r (LR − 1) above 1, mirrored below 1.

    `ratio` is above 0, `reliability` 0 (the result is 1) to 1 (no discount). Raises
    `ForecastsError` for a ratio that is not above 0 or not finite, `InvalidProbability` for the
    reliability.

    >>> effective_likelihood_ratio(6, 0.5), round(effective_likelihood_ratio(1 / 6, 0.5), 4)
    (3.5, 0.2857)
    """
    if not 0.0 < ratio < math.inf:
        raise ForecastsError(f"a likelihood ratio is above 0 and finite, not {ratio}")
    check_probabilities(reliability)
    if ratio < 1.0:
        return 1.0 / effective_likelihood_ratio(1.0 / ratio, reliability)
    return 1.0 + reliability * (ratio - 1.0)


def strength_from_words(if_yes: str, if_no: str) -> tuple[Direction, Strength]:
    """Direction and strength of a report from its ICD 203 likelihoods under YES and under NO.

    The ratio of the midpoints is mapped to the strength whose likelihood ratio is nearest in
    logarithms, at most STRONG: words reach a ratio of 32, but news of that weight calls for a
    resolution. Equal words give NEUTRAL and NONE. Another word raises `ForecastsError`. See
    `forecasts.evidence.likelihood_ratios.ratio_from_words`.

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


def describe_side(kind: Kind, direction: Direction, option: str = "") -> str:
    """Side that evidence favours, in words that fit the kind of question.

    >>> [describe_side(kind, Direction.YES) for kind in ("binary", "numeric", "date")]
    ['for YES', 'higher', 'earlier']
    >>> describe_side("categorical", Direction.NO, "Moscow")
    'against option Moscow'
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
