"""Stories that turned out to be one: a dated record, from which on their evidence counts once.

Clusters are made as news comes in, and what came before is never sorted anew. When a later report
shows that two stories are one event, that is known from then on and not before, so that a replay of
an earlier day finds two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.errors import ForecastsError
from forecasts.evidence import Direction, Evidence, EvidenceId, StoryId
from forecasts.question import QuestionId


@dataclass(frozen=True, slots=True)
class Merge:
    """From `at` on the story counts as part of `into`, which began earlier."""

    story: StoryId
    into: StoryId
    at: datetime


def merged(
    evidence: Iterable[Evidence], merges: Sequence[Merge], at: datetime
) -> tuple[Evidence, ...]:
    """Evidence as it counts at an instant: once for all stories that were one by then.

    Pieces on one question that point the same way become one: it keeps the judgement of the first
    that a person took as evidence, else of the first one; it dates from the first and has the
    reports of all. A rejected piece stands apart, as do pieces that point different ways or speak
    of different options: a denial is no part of what it denies. Evidence that nothing merges comes
    back as it is. Merges in a circle raise `ForecastsError`.

    >>> from forecasts.evidence import Report, Strength
    >>> from forecasts.question import utc
    >>> def piece(n, day):
    ...     seen = utc(f"2026-01-0{day}")
    ...     return Evidence(n, "q", n, "q/i", Direction.YES, Strength.SOME, 0.9, "logged", "matcher", seen,
    ...         (Report(f"wire {n}", 0.9, seen),))
    >>> both = [piece(1, 1), piece(2, 2)]
    >>> one = Merge(2, 1, utc("2026-01-03"))
    >>> [len(merged(both, [one], utc(day))) for day in ("2026-01-02", "2026-01-03")]
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
    """The earliest story of a chain of merges; `into` always began earlier, so that there should be
    no circle.
    """
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
