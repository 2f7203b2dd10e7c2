"""Merging of stories that turn out to be one event.

Stories are clustered as news arrives, and never re-clustered. A merge is dated: it takes effect
from then on, so that a replay of an earlier day finds two stories.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Direction, Evidence, StoryId
from forecasts.questions.question import EvidenceId, QuestionId


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
    root = {m.story: m.into for m in merges if m.at <= at}
    if not root:
        return tuple(evidence)
    groups: dict[tuple[QuestionId, StoryId, Direction, str, EvidenceId | None], list[Evidence]] = {}
    for e in sorted(evidence, key=lambda e: (e.first_seen_at, e.id)):
        apart = e.id if e.status == "rejected" else None
        groups.setdefault(
            (e.question_id, _find_root(e.story_id, root), e.direction, e.option, apart), []
        ).append(e)
    return tuple(_merge_group(group) for group in groups.values())


def _find_root(story: StoryId, root: dict[StoryId, StoryId]) -> StoryId:
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
