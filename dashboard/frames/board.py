"""The list of questions: what needs attention, what moved, one row a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import frame_of
from dashboard.frames.distributions import as_read
from dashboard.wording import STATUS, answer_of, in_short, percent_number
from forecasts.forecaster import CROWD, PRIOR, SUGGESTION
from forecasts.question import ForecasterId
from tracker.summaries import QuestionSummary

SPARK_POINTS: Final = 30


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts for the top of the overview; `overdue` questions should have been answered by now."""

    open: int
    waiting: int
    overdue: int
    resolved: int


def tally(summaries: Sequence[QuestionSummary], now: datetime) -> Tally:
    """Count what needs attention."""
    return Tally(
        open=sum(s.status == "open" for s in summaries),
        waiting=sum(s.waiting for s in summaries if s.status == "open"),
        overdue=len(overdue(summaries, now)),
        resolved=sum(s.status == "resolved" for s in summaries),
    )


def overdue(summaries: Sequence[QuestionSummary], now: datetime) -> tuple[QuestionSummary, ...]:
    """Closed questions whose answer was due, the longest wait first."""
    late = [s for s in summaries if s.status == "closed" and s.question.resolves_at <= now]
    return tuple(sorted(late, key=lambda s: s.question.resolves_at))


@dataclass(frozen=True, slots=True)
class Move:
    """How far an open question's suggestion moved, in probability, and where it is now."""

    summary: QuestionSummary
    change: float
    p: float


def movers(summaries: Sequence[QuestionSummary], limit: int, *, whole_history: bool = False) -> tuple[Move, ...]:
    """Open questions that moved by a point or more in seven days, or in their 90 days of history.

    The largest move comes first.
    """
    found = []
    for s in summaries:
        if s.status == "open" and s.history:
            now = s.history[-1][1]
            change = now - s.history[0][1] if whole_history else s.change_7d
            if change is not None and abs(change) >= 0.005:
                found.append(Move(s, change, now))
    return tuple(sorted(found, key=lambda move: -abs(move.change))[:limit])


def spark(history: Sequence[tuple[datetime, float]], now: datetime) -> list[float]:
    """The suggestion at evenly spaced instants, for a small line without a time axis."""
    if not history:
        return []
    start, end = history[0][0], max(now, history[-1][0])
    values, at = [], 0
    for k in range(SPARK_POINTS):
        instant = start + (end - start) * k / (SPARK_POINTS - 1)
        while at + 1 < len(history) and history[at + 1][0] <= instant:
            at += 1
        values.append(history[at][1])
    return values


def questions_frame(summaries: Sequence[QuestionSummary], me: ForecasterId, now: datetime) -> pd.DataFrame:
    """One row a question. Columns:

    id, question, state (word), answer (in words, or empty), suggestion and mine (percent of YES, empty where the answer
    is no yes or no), mine_said and crowd_said (any forecast in words, so written that percentages sort), change (points
    in seven days, empty below one), trend (list of 0..1), waiting (evidence to review), closes_in (days, empty once
    closed), tags.
    """
    types = {
        "id": "str",
        "question": "str",
        "state": "str",
        "answer": "str",
        "suggestion": "float64",
        "mine": "float64",
        "mine_said": "str",
        "crowd_said": "str",
        "change": "float64",
        "trend": "object",
        "waiting": "int64",
        "closes_in": "float64",
        "tags": "str",
    }
    return frame_of(types, (_question_row(s, me, now) for s in summaries))


def _question_row(s: QuestionSummary, me: ForecasterId, now: datetime) -> tuple[Any, ...]:
    left = (s.question.closes_at - now) / timedelta(days=1)
    return (
        s.question.id,
        s.question.text,
        STATUS[s.status],
        answer_of(s.question, s.resolution) if s.resolution else "",
        _held(s, SUGGESTION),
        _held(s, me),
        _said(s, me, now),
        _said(s, CROWD, now) or _computed(s, now),
        moved if s.change_7d is not None and (moved := round(s.change_7d * 100)) else None,
        spark(s.history, now if s.status == "open" else s.history[-1][0]) if s.history else [],
        s.waiting,
        int(left) if s.status == "open" else None,
        ", ".join(s.question.tags),
    )


def _held(s: QuestionSummary, who: ForecasterId) -> float | None:
    standing = s.standings.get(who)
    return None if standing is None or standing.p is None else percent_number(standing.p)


def _said(s: QuestionSummary, who: ForecasterId, now: datetime) -> str | None:
    standing = s.standings.get(who)
    if standing is None:
        return None
    words = in_short(s.question, as_read(s.question, standing.distribution, now))
    return words.rjust(6) if standing.p is not None else words  # a table sorts words by their letters


def _computed(s: QuestionSummary, now: datetime) -> str | None:
    """What is computed in the place of a crowd, where the answer is no yes or no: suggested shares or the base rate."""
    if s.question.kind == "binary":
        return None
    suggested = _said(s, SUGGESTION, now)
    return f"{_said(s, PRIOR, now)} (base rate)" if suggested is None else f"{suggested} (suggested)"
