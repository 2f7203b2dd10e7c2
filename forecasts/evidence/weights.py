"""Weight of a story: strength, reliability, trust, novelty and decay.

Shared by the suggestion, the usual level of an indicator and the order of the inbox, so that
learned levels are in the unit from which they are subtracted.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import (
    MIN_RELEVANCE,
    Direction,
    Evidence,
    Indicator,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
    combine_reliability,
    describe_side,
    effective_likelihood_ratio,
    independent_reports,
)
from forecasts.evidence.likelihood_ratios import decay_weight
from forecasts.evidence.log_odds import LedgerEntry
from forecasts.evidence.rungs import Rung
from forecasts.questions.formatting import format_count
from forecasts.questions.question import EvidenceId, Kind, QuestionId

DEFAULT_HALF_LIFE_DAYS = 45.0
"""Half-life of evidence whose indicator was deleted."""

MAX_EARLIER_STORIES = 50.0
"""Limit of the earlier stories that reduce novelty; beyond it the factor is negligible."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SuggestionModel:
    """Constants of the suggestion; a different set gets a different version.

    `gamma` scales all evidence (0.5 until learned from 30 resolved questions), `soft_cap` is the
    most that evidence can add, in log-odds, `novelty` the factor for each earlier story of the same
    fact within `novelty_window_days` (see `novelty_factors`), `shift` and `slope` the learned
    correction. `learned_from` counts the questions from which `gamma` and `shift` were learned, 0
    before. Evidence below `min_relevance` moves nothing until a person confirmed it. `by_rung`: a
    fact reported with more certainty is a new one. `all_kinds`: numbers and dates have a
    suggestion, and stories move scenarios.
    """

    version: str = "3"
    gamma: float = 0.5
    soft_cap: float = math.log(30)
    novelty: float = 0.5
    novelty_window_days: float = 90.0
    p_min: float = 0.01
    p_max: float = 0.99
    shift: float = 0.0
    slope: float = 1.0
    learned_from: int = 0
    min_relevance: float = MIN_RELEVANCE
    by_rung: bool = True
    all_kinds: bool = True


DEFAULT_MODEL = SuggestionModel()

MODELS = (
    SuggestionModel(
        version="2",
        novelty_window_days=30.0,
        min_relevance=0.0,
        by_rung=False,
        all_kinds=False,
    ),
    DEFAULT_MODEL,
)
"""Models of all releases, oldest first: suggestions and reports of a past instant are recomputed by
the model of its time, so that they stay as they were.
"""


@dataclass(frozen=True, slots=True)
class StoryWeight:
    """Weight of a story on one question at one instant.

    `strength` is the effective strength, `reports` the reports seen by then; `reliability` (0 to
    0.97), `novelty` and `decay` (above 0 to 1) are factors. `log_odds` is the product, in nats,
    above 0 in favour of YES.
    """

    evidence: Evidence
    name: str
    strength: Strength
    reports: tuple[SourceReport, ...]
    reliability: float
    novelty: float
    decay: float

    @property
    def log_odds(self) -> float:
        """± ln LR · novelty · decay, with the ratio discounted for reliability and trust."""
        return self.log_odds_with_trust(self.evidence.trust, self.strength)

    def log_odds_with_trust(self, trust: float, strength: Strength) -> float:
        """Log-odds under another trust (0 to 1) and strength."""
        ratio = effective_likelihood_ratio(strength.likelihood_ratio, self.reliability * trust)
        return self.evidence.direction * math.log(ratio) * self.novelty * self.decay

    def ledger_entry(self, kind: Kind) -> LedgerEntry:
        """Ledger entry of the story, with all factors in words; `kind` is that of its question."""
        e = self.evidence
        facts = [
            (
                f"{self.name}: {_describe_strength(e, self.strength)} "
                f"{describe_side(kind, e.direction, e.option)}"
            ),
            f"reliability {self.reliability:.2f} ({_describe_sources(self.reports)})",
            *_describe_trust(e),
            f"novelty ×{self.novelty:.3g}",
            f"decay ×{self.decay:.3f}",
        ]
        return LedgerEntry("evidence", ", ".join(facts), self.log_odds, e.id)


def visible_evidence(
    evidence: Iterable[Evidence],
    question_id: QuestionId,
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
) -> list[Evidence]:
    """Select the evidence that counts, in order of first sight, then id.

    Evidence on other questions, later, rejected, neutral or without strength is left out, and so is
    what is too unsure to move anything (`Evidence.is_perhaps`).
    """
    relevant = (
        e
        for e in evidence
        if e.question_id == question_id
        and e.first_seen_at <= at
        and e.status != "rejected"
        and e.direction is not Direction.NEUTRAL
        and e.strength is not Strength.NONE
        and not e.is_perhaps(model.min_relevance)
    )
    return sorted(relevant, key=lambda e: (e.first_seen_at, e.id))


def novelty_factors(
    seen: Iterable[Evidence], model: SuggestionModel = DEFAULT_MODEL
) -> Iterator[tuple[Evidence, float]]:
    """Pair evidence with its novelty: 1 for the first story of a fact, then less.

    δ^k, k the number of earlier stories of the same indicator, direction and option within the
    window that reported at least as high a rung: the text of an agreement counts fully after four
    rumours of it, a rumour after the text does not. An earlier story with less trust counts by the
    ratio of the two trusts, so that doubtful matches do not use up the weight of a confirmed story.
    `seen` is in the order of `visible_evidence`. Later stories never change the novelty of earlier
    ones.
    """
    recent: dict[tuple[object, ...], deque[tuple[Evidence, Rung]]] = defaultdict(deque)
    for e in seen:
        stories, rung = recent[fact_key(e, model)], e.rung
        while stories and (e.first_seen_at - stories[-1][0].first_seen_at) / DAY > (
            model.novelty_window_days
        ):
            stories.pop()
        as_certain = (s for s, known in stories if not model.by_rung or known >= rung)
        yield e, math.pow(model.novelty, _count_earlier_stories(e.trust, as_certain))
        stories.appendleft((e, rung))


def fact_key(e: Evidence, model: SuggestionModel = DEFAULT_MODEL) -> tuple[object, ...]:
    """Key of the stories whose novelty depends on each other."""
    sides = (e.indicator_id, e.direction)
    return (*sides, e.option) if model.by_rung else sides


def _count_earlier_stories(trust: float, newest_first: Iterable[Evidence]) -> float:
    before = 0.0
    for earlier in newest_first if trust > 0.0 else ():
        before += 1.0 if earlier.trust >= trust else earlier.trust / trust
        if before >= MAX_EARLIER_STORIES:
            break
    return before


def weigh_story(
    e: Evidence, novelty: float, indicator: Indicator | None, at: datetime
) -> StoryWeight:
    """Weigh evidence first seen by `at`; without an indicator its half-life is 45 days."""
    half_life = indicator.half_life_days if indicator else DEFAULT_HALF_LIFE_DAYS
    reports = tuple(r for r in e.reports if r.first_seen_at <= at)
    return StoryWeight(
        evidence=e,
        name=indicator.name if indicator else e.indicator_id,
        strength=effective_strength(e),
        reports=reports,
        reliability=combine_reliability(reports),
        novelty=novelty,
        decay=decay_weight(1.0, (at - e.first_seen_at) / DAY, half_life),
    )


def weigh_stories(
    seen: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
) -> Iterator[StoryWeight]:
    """Weigh the evidence of one question at `at`, in the order of `visible_evidence`."""
    for e, novelty in novelty_factors(seen, model):
        yield weigh_story(e, novelty, indicators.get(e.indicator_id), at)


def effective_strength(e: Evidence) -> Strength:
    """Effective strength: DECISIVE counts as STRONG until reviewed by a person."""
    return Strength.STRONG if e.strength is Strength.DECISIVE and not e.reviewed else e.strength


def saturation_share(half_life: float | None, archive_days: float) -> float:
    """Share of its final weight reached by a steady stream: 1 − 2^(−days / half-life), 0 to 1.

    0 without decay, as there is no final weight then.

    >>> saturation_share(45.0, 90.0), saturation_share(45.0, -3.0), saturation_share(None, 90.0)
    (0.75, 0.0, 0.0)
    """
    return 1.0 - decay_weight(1.0, max(0.0, archive_days), half_life)


def _describe_strength(e: Evidence, effective: Strength) -> str:
    ratio = f"(likelihood ratio {effective.likelihood_ratio:g})"
    if effective is not e.strength:
        return (
            f"{e.strength.name.lower()}, counted as {effective.name.lower()} {ratio} until a "
            "person confirms it,"
        )
    return f"{effective.name.lower()} {ratio}"


def _describe_trust(e: Evidence) -> Iterator[str]:
    doubts = {} if e.reviewed else {"match": e.relevance, "direction": e.p_direction}
    return (f"{label} {p:.2f}" for label, p in doubts.items() if p < 1.0)


def _describe_sources(reports: Sequence[SourceReport]) -> str:
    groups = len({r.source_group for r in independent_reports(reports)})
    return f"{format_count(groups, 'source group')}, {format_count(len(reports), 'report')}"


@dataclass(frozen=True, slots=True)
class StoryMerge:
    """Record that from `at` on a story counts as part of `into`, which began earlier."""

    story: StoryId
    into: StoryId
    at: datetime


def merge_story_evidence(
    evidence: Iterable[Evidence], merges: Sequence[StoryMerge], at: datetime
) -> tuple[Evidence, ...]:
    """Merge the evidence of stories that were merged by an instant.

    Pieces on one question with the same direction become one: with the judgement of the first
    reviewed piece, else of the first, the date of the first and the reports of all. Rejected
    pieces, and pieces of other directions or options, stay separate: a denial is not part of what
    it denies. Other evidence is returned unchanged. Circular merges raise `ForecastsError`.

    >>> from forecasts.evidence.evidence import SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> def piece(n, day):
    ...     seen = utc(f"2026-01-0{day}")
    ...     return Evidence(n, "q", n, "q/i", Direction.YES, Strength.SOME, 0.9, "logged",
    ...     "matcher", seen,
    ...         (SourceReport(f"wire {n}", 0.9, seen),))
    >>> both = [piece(1, 1), piece(2, 2)]
    >>> one = StoryMerge(2, 1, utc("2026-01-03"))
    >>> [len(merge_story_evidence(both, [one], utc(day))) for day in ("2026-01-02", "2026-01-03")]
    [2, 1]
    """
    root = map_merges(merges, at)
    if not root:
        return tuple(evidence)
    groups: dict[tuple[QuestionId, StoryId, Direction, str, EvidenceId | None], list[Evidence]] = {}
    for e in sorted(evidence, key=lambda e: (e.first_seen_at, e.id)):
        apart = e.id if e.status == "rejected" else None
        groups.setdefault(
            (e.question_id, find_root(e.story_id, root), e.direction, e.option, apart), []
        ).append(e)
    return tuple(_merge_group(group) for group in groups.values())


def map_merges(merges: Iterable[StoryMerge], at: datetime) -> dict[StoryId, StoryId]:
    """Map each story merged by an instant to the story that it is part of."""
    return {m.story: m.into for m in merges if m.at <= at}


def find_root(story: StoryId, root: Mapping[StoryId, StoryId]) -> StoryId:
    """Earliest story of a chain of merges; `into` always began earlier, so circles are errors."""
    current = story
    for _ in range(len(root)):
        if current not in root:
            return current
        current = root[current]
    if current in root:
        raise ForecastsError(
            f"the merges of story {story} go in a circle; delete the wrong one of their records"
        )
    return current


def _merge_group(group: Sequence[Evidence]) -> Evidence:
    if len(group) == 1:
        return group[0]
    leading = next((e for e in group if e.reviewed), group[0])
    reports = tuple(report for e in group for report in e.reports)
    return replace(leading, first_seen_at=group[0].first_seen_at, reports=reports)
