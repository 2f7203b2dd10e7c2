"""Question list: changes, disagreements, filters, sort orders and table rows."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final, Literal

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import STATUS_NAMES, format_answer, format_forecast, percent_number
from forecasts.distributions.probability import logit
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Resolution,
    is_overdue,
    is_person,
    question_status,
)
from tracker.model.read_models import CurrentForecast, QuestionSummary

SPARK_POINTS: Final = 30
SIBLING_MARK: Final = "↳"
"""Mark in front of a sibling, which stands under its parent."""

MIN_MOVE: Final = 0.005
"""Smallest move in probability that is shown; anything less rounds to no move."""

MIN_PROBABILITY: Final = 0.0001
"""Probabilities are clamped this far from 0 and 1 before log-odds are taken."""

WEEK: Final = timedelta(days=7)

StateFilter = Literal["Open", "Upcoming", "Closed", "Overdue", "Resolved", "All"]
"""Filter by question state; "Overdue" is a closed question past its resolution date."""

SortOrder = Literal["closing", "change", "stale", "apart"]
"""Sort order: next to close, largest move, my oldest forecast, or widest gap first."""


MyForecastFilter = Literal["yes", "stale", "no"]
"""Filter by my forecast: held, held but stale, or none."""

STALE_AFTER: Final = timedelta(days=30)
"""A forecast of mine is stale if I have not confirmed it for longer than this."""


@dataclass(frozen=True, slots=True)
class SuggestionMove:
    """Change of an open question's suggestion, in probability."""

    summary: QuestionSummary
    before: float
    after: float

    @property
    def change(self) -> float:
        """Signed change: 0.12 is up 12 points."""
        return self.after - self.before


def measure_move(s: QuestionSummary, length: timedelta, now: datetime) -> SuggestionMove | None:
    """Measure the change of an open question's suggestion over up to 90 days, or since it opened.

    None for any other question, and if the earlier suggestion is unknown.
    """
    if s.status != "open" or not s.history:
        return None
    start = now - length
    before = [p for at, p in s.history if at <= start]
    if before:
        return SuggestionMove(s, before[-1], s.history[-1][1])
    return (
        SuggestionMove(s, s.history[0][1], s.history[-1][1])
        if s.question.opens_at > start
        else None
    )


@dataclass(frozen=True, slots=True)
class ForecastGap:
    """Two forecasters out of me, crowd and suggestion, and their probabilities of YES."""

    summary: QuestionSummary
    first_id: ForecasterId
    second_id: ForecasterId
    first_p: float
    second_p: float

    @property
    def size(self) -> float:
        """Absolute difference in probability: 0.2 is 20 points."""
        return abs(self.first_p - self.second_p)

    @property
    def log_odds(self) -> float:
        """Absolute difference in log-odds: 0.69 if one's odds are twice the other's."""
        return abs(_log_odds(self.first_p) - _log_odds(self.second_p))


def find_widest_gap(s: QuestionSummary, me: ForecasterId) -> ForecastGap | None:
    """Find the widest gap among me, crowd and suggestion on an open question.

    None if fewer than two of them have a probability of YES. The crowd needs at least one
    forecaster other than me.
    """
    alone = all(name == me or not is_person(name) for name in s.standings)
    probabilities = [
        (forecaster_id, standing.p)
        for forecaster_id in (me, CROWD, SUGGESTION)
        if (standing := s.standings.get(forecaster_id)) is not None
        and standing.p is not None
        and not (forecaster_id == CROWD and alone)
    ]
    if s.status != "open" or len(probabilities) < 2:
        return None
    gaps = [
        ForecastGap(s, first_id, second_id, p, q)
        for (first_id, p), (second_id, q) in combinations(probabilities, 2)
    ]
    return max(gaps, key=lambda candidate: candidate.size)


def _log_odds(p: float) -> float:
    return logit(min(max(p, MIN_PROBABILITY), 1 - MIN_PROBABILITY))


def refresh_states(summaries: Sequence[QuestionSummary], now: datetime) -> list[QuestionSummary]:
    """Recompute question states at an instant; a replay ends at its own time, not the current
    one.
    """
    return [replace(s, status=question_status(s.question, s.resolution, now)) for s in summaries]


@dataclass(frozen=True, slots=True)
class ListView:
    """Viewer, current time, and the period over which changes are shown."""

    me: ForecasterId
    now: datetime
    over: timedelta = WEEK


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """Filter of the question list; None and "" match everything."""

    state: StateFilter = "All"
    tag: str | None = None
    essay: str | None = None
    mine: MyForecastFilter | None = None
    find: str = ""


def filter_questions(
    summaries: Sequence[QuestionSummary], question_filter: QuestionFilter, view: ListView
) -> list[QuestionSummary]:
    """Filter questions, keeping their order."""
    words = question_filter.find.lower().split()
    return [
        s
        for s in summaries
        if _in_state(s, question_filter.state, view.now)
        and (question_filter.tag is None or question_filter.tag in s.question.tags)
        and (question_filter.essay is None or question_filter.essay == s.question.essay_id)
        and (question_filter.mine is None or _is_mine(s, question_filter.mine, view))
        and (not words or _has_words(s, words))
    ]


def _in_state(s: QuestionSummary, state: StateFilter, now: datetime) -> bool:
    match state:
        case "All":
            return True
        case "Resolved":
            return s.status in ("resolved", "annulled", "ambiguous")
        case "Overdue":
            return is_overdue(s.question, s.resolution, now)
        case _:
            return s.status == state.lower()


def _is_mine(s: QuestionSummary, mine: MyForecastFilter, view: ListView) -> bool:
    return is_stale(s, view) if mine == "stale" else (view.me in s.standings) == (mine == "yes")


def _has_words(s: QuestionSummary, words: Sequence[str]) -> bool:
    text = f"{s.question.text} {s.question.id} {' '.join(s.question.tags)}".lower()
    return all(word in text for word in words)


def sort_questions(
    summaries: Sequence[QuestionSummary], order: SortOrder, view: ListView
) -> list[QuestionSummary]:
    """Sort questions; those without a sort value come last, next to close first."""
    keys: Mapping[SortOrder, Callable[[QuestionSummary], float | None]] = {
        "closing": lambda s: 0.0,
        "change": lambda s: (
            None
            if (change := measure_move(s, view.over, view.now)) is None
            else -abs(change.change)
        ),
        "stale": lambda s: (
            None
            if (standing := my_open_forecast(s, view.me)) is None
            else standing.since.timestamp()
        ),
        "apart": lambda s: (
            None if (change := find_widest_gap(s, view.me)) is None else -change.size
        ),
    }
    key = keys[order]

    def sort_key(s: QuestionSummary) -> tuple[bool, float, datetime]:
        value = key(s)
        return value is None, value or 0.0, s.question.closes_at

    return sorted(summaries, key=sort_key)


def my_open_forecast(s: QuestionSummary, me: ForecasterId) -> CurrentForecast | None:
    """Return my forecast on an open question, if any."""
    return s.standings.get(me) if s.status == "open" else None


def is_stale(s: QuestionSummary, view: ListView) -> bool:
    """Return True if I hold a forecast on the open question and have not confirmed it lately."""
    standing = my_open_forecast(s, view.me)
    return standing is not None and standing.since < view.now - STALE_AFTER


def sparkline_values(history: Sequence[tuple[datetime, float]], now: datetime) -> list[float]:
    """Sample the suggestion at evenly spaced instants, for a sparkline."""
    if not history:
        return []
    start = history[0][0]
    seconds = [(at - start).total_seconds() for at, _ in history]
    total = max((now - start).total_seconds(), seconds[-1])
    # Seconds, because datetime arithmetic took most of the time for a list of 1,000 questions.
    return [
        history[bisect_right(seconds, total * (k / (SPARK_POINTS - 1))) - 1][1]
        for k in range(SPARK_POINTS)
    ]


def questions_frame(summaries: Sequence[QuestionSummary], view: ListView) -> pd.DataFrame:
    """One row per question. Columns:

    id, question, state (word), answer (in words, or empty), suggestion, mine and crowd (percent of
    YES, empty unless yes-no), mine_said and crowd_said (any forecast in words, padded so that
    percentages sort), change (points over `view.over`, empty below one), trend (list of 0..1),
    waiting (evidence to review), closes_in (days, empty once closed), last_change (days since I
    last forecast or confirmed, while it is open), tags.
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
    return build_frame(types, (_question_row(s, view) for s in summaries))


def _question_row(s: QuestionSummary, view: ListView) -> tuple[Any, ...]:
    now, suggestion_move, standing = (
        view.now,
        measure_move(s, view.over, view.now),
        my_open_forecast(s, view.me),
    )
    return (
        s.question.id,
        s.question.text if s.parent_id is None else f"{SIBLING_MARK} {s.question.text}",
        STATUS_NAMES[s.status],
        _format_answer(s, s.resolution),
        _percent_of(s, SUGGESTION),
        _percent_of(s, view.me),
        _percent_of(s, CROWD),
        _format_held_forecast(s, view.me, now),
        _format_held_forecast(s, CROWD, now) or _format_computed_forecast(s, now),
        (round(suggestion_move.change * 100) or None) if suggestion_move is not None else None,
        sparkline_values(s.history, now if s.status == "open" else s.history[-1][0])
        if s.history
        else [],
        s.waiting,
        _whole_days(s.question.closes_at - now) if s.status == "open" else None,
        None if standing is None else _whole_days(now - standing.since),
        ", ".join(s.question.tags),
    )


def _whole_days(length: timedelta) -> int:
    return int(length / timedelta(days=1))


def _format_answer(s: QuestionSummary, resolution: Resolution | None) -> str:
    return format_answer(s.question, resolution) if resolution is not None else ""


def _percent_of(s: QuestionSummary, forecaster_id: ForecasterId) -> float | None:
    standing = s.standings.get(forecaster_id)
    return None if standing is None or standing.p is None else percent_number(standing.p)


def _format_held_forecast(
    s: QuestionSummary, forecaster_id: ForecasterId, now: datetime
) -> str | None:
    standing = s.standings.get(forecaster_id)
    if standing is None:
        return None
    words = format_forecast(
        s.question, fold_removed_options(s.question, now, standing.distribution)
    )
    # Padded, because a table sorts texts by their letters.
    return words.rjust(6) if standing.p is not None else words


def _format_computed_forecast(s: QuestionSummary, now: datetime) -> str | None:
    """Return the suggestion or base rate shown in place of a crowd forecast, for kinds other than
    yes-no.
    """
    if s.question.kind == "binary":
        return None
    suggested = _format_held_forecast(s, SUGGESTION, now)
    return (
        f"{_format_held_forecast(s, PRIOR, now)} (base rate)"
        if suggested is None
        else f"{suggested} (estimate)"
    )
