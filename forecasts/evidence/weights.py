"""Model of the suggestion, the evidence that counts in it, and the merging of stories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import MIN_RELEVANCE, Direction, Evidence, StoryId, Strength
from forecasts.questions.question import EvidenceId, QuestionId

DEFAULT_HALF_LIFE_DAYS = 45.0
"""Half-life of evidence for which nobody wrote an indicator."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SuggestionModel:
    """Constants of the suggestion; a different set gets a different version.

    `doubt` is the chance that all news together points the wrong way, which limits it. `gamma`
    scales what is left (1 until learned from 30 answered questions), `shift` is the learned
    correction, and `learned_from` counts the questions from which both were learned, 0 before.
    Evidence below `min_relevance` moves nothing until a person confirmed it. The constants of the
    rates are in `forecasts.evidence.rates`.
    """

    version: str = "6"
    gamma: float = 1.0
    doubt: float = 0.02
    p_min: float = 0.01
    p_max: float = 0.99
    shift: float = 0.0
    learned_from: int = 0
    min_relevance: float = MIN_RELEVANCE


DEFAULT_MODEL = SuggestionModel()


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


def effective_strength(e: Evidence) -> Strength:
    """Strength that counts: DECISIVE is STRONG until a person has reviewed the story."""
    return Strength.STRONG if e.strength is Strength.DECISIVE and not e.reviewed else e.strength


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
