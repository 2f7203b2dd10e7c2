"""Groups of questions for statistics: by event, by horizon and by opening quarter.

Statistics over resolved questions alone are biased: an event that occurs resolves its question
early, while one that does not keeps it open to the end, so recently opened questions with an answer
are mostly YES. A question therefore counts once its scheduled close has passed, however early its
answer came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from forecasts.questions.question import Question, QuestionId, Resolution

Horizon = Literal["short", "medium", "long"]

HORIZONS: Mapping[Horizon, str] = MappingProxyType(
    {"short": "up to 31 days", "medium": "32 to 183 days", "long": "more than 183 days"}
)
"""Horizons by the scheduled length of a question."""


def classify_horizon(question: Question) -> Horizon:
    """Classify a question by its scheduled length."""
    days = (question.closes_at - question.opens_at).total_seconds() / 86400.0
    return "short" if days <= 31 else "medium" if days <= 183 else "long"


def calendar_quarter(at: datetime) -> str:
    """Calendar quarter of a time in UTC.

    >>> from forecasts.questions.question import utc
    >>> calendar_quarter(utc("2022-05-31"))
    '2022-Q2'
    """
    in_utc = at.astimezone(UTC)
    return f"{in_utc.year}-Q{(in_utc.month + 2) // 3}"


def event_cluster(question: Question) -> str:
    """Name of the cluster of questions on one event: those made from the same first claim.

    Deadlines and thresholds of one claim resolve together; counted separately, one outcome would
    count several times.
    """
    return (
        f"claim {question.essay_id}/{question.claim_ids[0]}"
        if question.claim_ids
        else f"question {question.id}"
    )


@dataclass(frozen=True, slots=True)
class Cohort:
    """Outcomes of the questions that opened in one quarter.

    `over` of the `opened` ones have passed their scheduled close; of those, `answered` have an
    answer, `annulled` and `ambiguous` none that can be scored, and `unanswered` none yet. `early`
    were resolved before a scheduled close that is still to come; they count after it.
    """

    quarter: str
    opened: int
    over: int
    answered: int
    annulled: int
    ambiguous: int
    unanswered: int
    early: int


def is_past_close(question: Question, now: datetime) -> bool:
    """Return True if the question's scheduled close has passed, so that it counts in its cohort."""
    return question.closes_at <= now


def group_cohorts(
    questions: Iterable[Question], resolutions: Mapping[QuestionId, Resolution], now: datetime
) -> tuple[Cohort, ...]:
    """Cohorts by opening quarter, oldest first; questions that have not opened yet are left out."""
    groups: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: q.opens_at):
        if question.opens_at <= now:
            groups.setdefault(calendar_quarter(question.opens_at), []).append(question)
    return tuple(_make_cohort(label, group, resolutions, now) for label, group in groups.items())


def _make_cohort(
    label: str,
    group: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    now: datetime,
) -> Cohort:
    members = list(group)
    over = [q for q in members if is_past_close(q, now)]
    outcomes = [resolutions[q.id].outcome if q.id in resolutions else None for q in over]
    unscored = {
        word: sum(outcome == word for outcome in outcomes) for word in ("annulled", "ambiguous")
    }
    unanswered = sum(outcome is None for outcome in outcomes)
    return Cohort(
        quarter=label,
        opened=len(members),
        over=len(over),
        answered=len(over) - unanswered - sum(unscored.values()),
        annulled=unscored["annulled"],
        ambiguous=unscored["ambiguous"],
        unanswered=unanswered,
        early=sum(q.id in resolutions for q in members if not is_past_close(q, now)),
    )


def annul_rate(lines: Iterable[Cohort]) -> float | None:
    """Share of questions past their close without an answer to score; None without questions.

    A rising rate points to badly written questions, not to bad forecasts.
    """
    over, unscored = 0, 0
    for line in lines:
        over, unscored = over + line.over, unscored + line.annulled + line.ambiguous
    return unscored / over if over else None
