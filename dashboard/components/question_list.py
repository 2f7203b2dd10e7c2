"""The list of questions: what moved, who disagrees, which to show in which order, one row a
question.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final, Literal

import pandas as pd

from dashboard.components.columns_data import frame_of
from dashboard.question.distributions_data import as_read
from dashboard.wording import STATUS, answer_of, in_short, percent_number
from forecasts.distributions.probability import logit
from forecasts.questions.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION
from forecasts.questions.question import ForecasterId, Resolution, is_overdue, status
from tracker.model.read_models import QuestionSummary, Standing

SPARK_POINTS: Final = 30
POINT: Final = 0.005
"""What is written as one point: less is no move."""

CERTAIN: Final = 0.0001
"""How near to certainty a difference in log-odds is counted; beyond it would be endless."""

WEEK: Final = timedelta(days=7)

State = Literal["Open", "Upcoming", "Closed", "Overdue", "Resolved", "All"]
"""What can be chosen of the states; an answer is overdue when a closed question should have been
answered by now.
"""

Order = Literal["closing", "change", "stale", "apart"]
"""By what a list is sorted: the next to close, the largest move, my oldest forecast, or the widest
gap first.
"""


Mine = Literal["yes", "stale", "no"]
"""Whether I hold a forecast on a question, one that I have not confirmed lately, or none."""

STALE_AFTER: Final = timedelta(days=30)
"""My forecast is stale when I have not confirmed it for longer."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far an open question's suggestion moved, in probability."""

    summary: QuestionSummary
    before: float
    after: float

    @property
    def change(self) -> float:
        """0.12 is up 12 points."""
        return self.after - self.before


def move(s: QuestionSummary, length: timedelta, now: datetime) -> Move | None:
    """The move of an open question's suggestion over a length of time up to 90 days, or since it
    opened.

    None for any other, and when it is not known what was suggested before.
    """
    if s.status != "open" or not s.history:
        return None
    start = now - length
    before = [p for at, p in s.history if at <= start]
    if before:
        return Move(s, before[-1], s.history[-1][1])
    return Move(s, s.history[0][1], s.history[-1][1]) if s.question.opens_at > start else None


@dataclass(frozen=True, slots=True)
class Gap:
    """Two of me, crowd and suggestion on an open question, and their probabilities of YES."""

    summary: QuestionSummary
    one: ForecasterId
    other: ForecasterId
    p_one: float
    p_other: float

    @property
    def size(self) -> float:
        """How far apart they are in probability, as it is shown: 0.2 is 20 points."""
        return abs(self.p_one - self.p_other)

    @property
    def log_odds(self) -> float:
        """How far apart they are in log-odds: 0.69 where the odds of one are twice those of the
        other.
        """
        return abs(_log_odds(self.p_one) - _log_odds(self.p_other))


def gap(s: QuestionSummary, me: ForecasterId) -> Gap | None:
    """The widest gap among me, crowd and suggestion; None where no two of them hold a probability
    of YES.

    I alone am no crowd.
    """
    alone = all(who == me or who in RESERVED for who in s.standings)
    heard = [
        (who, standing.p)
        for who in (me, CROWD, SUGGESTION)
        if (standing := s.standings.get(who)) is not None
        and standing.p is not None
        and not (who == CROWD and alone)
    ]
    if s.status != "open" or len(heard) < 2:
        return None
    gaps = [Gap(s, one, other, p, q) for (one, p), (other, q) in combinations(heard, 2)]
    return max(gaps, key=lambda each: each.size)


def _log_odds(p: float) -> float:
    return logit(min(max(p, CERTAIN), 1 - CERTAIN))


def as_of(summaries: Sequence[QuestionSummary], now: datetime) -> list[QuestionSummary]:
    """The questions with their states at an instant: a replay ends at its own time, whatever the
    clock says.
    """
    return [replace(s, status=status(s.question, s.resolution, now)) for s in summaries]


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at a list, when, and over what time it shows changes."""

    me: ForecasterId
    now: datetime
    over: timedelta = WEEK


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions a list shows; None and "" let all through."""

    state: State = "All"
    tag: str | None = None
    essay: str | None = None
    mine: Mine | None = None
    find: str = ""


def chosen(
    summaries: Sequence[QuestionSummary], wanted: Wanted, look: Look
) -> list[QuestionSummary]:
    """The questions that fit every filter, in the order they came in."""
    words = wanted.find.lower().split()
    return [
        s
        for s in summaries
        if _in_state(s, wanted.state, look.now)
        and (wanted.tag is None or wanted.tag in s.question.tags)
        and (wanted.essay is None or wanted.essay == s.question.essay_id)
        and (wanted.mine is None or _is_mine(s, wanted.mine, look))
        and (not words or _has(s, words))
    ]


def _in_state(s: QuestionSummary, state: State, now: datetime) -> bool:
    match state:
        case "All":
            return True
        case "Resolved":
            return s.status in ("resolved", "annulled", "ambiguous")
        case "Overdue":
            return is_overdue(s.question, s.resolution, now)
        case _:
            return s.status == state.lower()


def _is_mine(s: QuestionSummary, wanted: Mine, look: Look) -> bool:
    return is_stale(s, look) if wanted == "stale" else (look.me in s.standings) == (wanted == "yes")


def _has(s: QuestionSummary, words: Sequence[str]) -> bool:
    text = f"{s.question.text} {s.question.id} {' '.join(s.question.tags)}".lower()
    return all(word in text for word in words)


def in_order(
    summaries: Sequence[QuestionSummary], order: Order, look: Look
) -> list[QuestionSummary]:
    """The questions in this order; those that have nothing to sort by come last, the next to close
    first.
    """
    keys: Mapping[Order, Callable[[QuestionSummary], float | None]] = {
        "closing": lambda s: 0.0,
        "change": lambda s: (
            None if (found := move(s, look.over, look.now)) is None else -abs(found.change)
        ),
        "stale": lambda s: (
            None if (held := my_open(s, look.me)) is None else held.since.timestamp()
        ),
        "apart": lambda s: None if (found := gap(s, look.me)) is None else -found.size,
    }
    key = keys[order]

    def place(s: QuestionSummary) -> tuple[bool, float, datetime]:
        value = key(s)
        return value is None, value or 0.0, s.question.closes_at

    return sorted(summaries, key=place)


def my_open(s: QuestionSummary, me: ForecasterId) -> Standing | None:
    """The forecast that I hold on an open question."""
    return s.standings.get(me) if s.status == "open" else None


def is_stale(s: QuestionSummary, look: Look) -> bool:
    """Whether I hold a forecast on it, while it is open, that I have not confirmed for too long."""
    held = my_open(s, look.me)
    return held is not None and held.since < look.now - STALE_AFTER


def spark(history: Sequence[tuple[datetime, float]], now: datetime) -> list[float]:
    """The suggestion at evenly spaced instants, for a small line without a time axis."""
    if not history:
        return []
    start = history[0][0]
    since = [(at - start).total_seconds() for at, _ in history]
    whole = max((now - start).total_seconds(), since[-1])
    # Seconds, not times: arithmetic with times took most of what a list of 1,000 questions took.
    return [
        history[bisect_right(since, whole * (k / (SPARK_POINTS - 1))) - 1][1]
        for k in range(SPARK_POINTS)
    ]


def questions_frame(summaries: Sequence[QuestionSummary], look: Look) -> pd.DataFrame:
    """One row a question. Columns:

    id, question, state (word), answer (in words, or empty), suggestion, mine and crowd (percent of
    YES, empty where the answer is no yes or no), mine_said and crowd_said (any forecast in words,
    so written that percentages sort), change (points over `look.over`, empty below one), trend
    (list of 0..1), waiting (evidence to review), closes_in (days, empty once closed), last_change
    (days since I last forecast or confirmed, while it is open), tags.
    """
    types = {
        "id": "str",
        "question": "str",
        "state": "str",
        "answer": "str",
        "suggestion": "float64",
        "mine": "float64",
        "crowd": "float64",
        "mine_said": "str",
        "crowd_said": "str",
        "change": "float64",
        "trend": "object",
        "waiting": "int64",
        "closes_in": "float64",
        "last_change": "float64",
        "tags": "str",
    }
    return frame_of(types, (_question_row(s, look) for s in summaries))


def _question_row(s: QuestionSummary, look: Look) -> tuple[Any, ...]:
    now, moved, held = look.now, move(s, look.over, look.now), my_open(s, look.me)
    return (
        s.question.id,
        s.question.text,
        STATUS[s.status],
        _answer(s, s.resolution),
        _held(s, SUGGESTION),
        _held(s, look.me),
        _held(s, CROWD),
        _said(s, look.me, now),
        _said(s, CROWD, now) or _computed(s, now),
        (round(moved.change * 100) or None) if moved is not None else None,
        spark(s.history, now if s.status == "open" else s.history[-1][0]) if s.history else [],
        s.waiting,
        _days(s.question.closes_at - now) if s.status == "open" else None,
        None if held is None else _days(now - held.since),
        ", ".join(s.question.tags),
    )


def _days(length: timedelta) -> int:
    return int(length / timedelta(days=1))


def _answer(s: QuestionSummary, resolution: Resolution | None) -> str:
    return answer_of(s.question, resolution) if resolution is not None else ""


def _held(s: QuestionSummary, who: ForecasterId) -> float | None:
    standing = s.standings.get(who)
    return None if standing is None or standing.p is None else percent_number(standing.p)


def _said(s: QuestionSummary, who: ForecasterId, now: datetime) -> str | None:
    standing = s.standings.get(who)
    if standing is None:
        return None
    words = in_short(s.question, as_read(s.question, standing.distribution, now))
    return (
        words.rjust(6) if standing.p is not None else words
    )  # a table sorts words by their letters


def _computed(s: QuestionSummary, now: datetime) -> str | None:
    """What is computed in the place of a crowd, where the answer is no yes or no: suggested shares
    or the base rate.
    """
    if s.question.kind == "binary":
        return None
    suggested = _said(s, SUGGESTION, now)
    return (
        f"{_said(s, PRIOR, now)} (base rate)" if suggested is None else f"{suggested} (suggested)"
    )
