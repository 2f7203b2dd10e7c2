"""Question list: changes, disagreements, filters and sort orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final, Literal, get_args

from forecasts.questions.question import (
    CROWD,
    SUGGESTION,
    ForecasterId,
    is_overdue,
    is_person,
)
from forecasts.statistics.gaps import MIN_GAP, measure_gap
from tracker.model.read_models import CurrentForecast, QuestionSummary

MIN_MOVE: Final = 0.005
"""Smallest move in probability that is shown; anything less rounds to no move."""

WEEK: Final = timedelta(days=7)

StateFilter = Literal["Open", "Upcoming", "Closed", "Overdue", "Resolved", "All"]
"""Filter by question state; "Overdue" is a closed question past its resolution date."""

SortOrder = Literal[
    "closing", "title", "estimate", "change", "crowd", "mine", "review", "stale", "apart"
]
"""Sort order: next to close, by text, highest estimate, largest move, highest crowd, my highest
forecast, most to review, my oldest forecast, or widest gap first.
"""

MyForecastFilter = Literal["yes", "no", "stale", "apart"]
"""Filter by my forecast: held, none, held but stale, or far from the crowd or the estimate."""

STALE_AFTER: Final = timedelta(days=30)
"""A forecast of mine is stale if I have not confirmed it for longer than this."""


@dataclass(frozen=True, slots=True)
class DatedMove:
    """Change of an estimate between two of its revisions, in probability."""

    summary: QuestionSummary
    since: datetime
    until: datetime
    before: float
    after: float

    @property
    def change(self) -> float:
        """Signed change: 0.12 is up 12 points."""
        return self.after - self.before


def measure_move(s: QuestionSummary, length: timedelta, now: datetime) -> DatedMove | None:
    """Measure the change of an open question's suggestion over up to 90 days, or since it opened.

    None for any other question, and if the earlier suggestion is unknown.
    """
    if s.status != "open" or not s.history:
        return None
    start = now - length
    before = next(((at, p) for at, p in reversed(s.history) if at <= start), None)
    if before is None and s.question.opens_at <= start:
        return None
    (since, p), (until, last) = before or s.history[0], s.history[-1]
    return DatedMove(s, since, until, p, last)


@dataclass(frozen=True, slots=True)
class ForecastGap:
    """Two forecasters, such as me and the crowd, and their probabilities of YES."""

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
        return measure_gap(self.first_p, self.second_p)


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
    match mine:
        case "stale":
            return is_stale(s, view)
        case "apart":
            gap = find_widest_gap(s, view.me)
            return gap is not None and gap.log_odds >= MIN_GAP
        case _:
            return (view.me in s.standings) == (mine == "yes")


def _has_words(s: QuestionSummary, words: Sequence[str]) -> bool:
    text = f"{s.question.text} {s.question.id} {' '.join(s.question.tags)}".lower()
    return all(word in text for word in words)


def read_order(text: str | None) -> tuple[SortOrder, bool]:
    """Read an order of the address, and whether a minus turns it round; closing first by default.

    >>> read_order("-change"), read_order("<img>")
    (('change', True), ('closing', False))
    """
    name = (text or "").removeprefix("-")
    for order in get_args(SortOrder):
        if name == order:
            return order, name != text
    return "closing", False


def sort_questions(
    summaries: Sequence[QuestionSummary], order: SortOrder, view: ListView, *, reverse: bool = False
) -> list[QuestionSummary]:
    """Sort questions; those without a sort value come last, next to close first."""
    by_closing = sorted(summaries, key=lambda s: s.question.closes_at)
    if order == "closing":
        return by_closing[::-1] if reverse else by_closing
    if order == "title":
        return sorted(by_closing, key=lambda s: s.question.text.casefold(), reverse=reverse)
    keys = {s.question.id: _SORT_KEYS[order](s, view) for s in summaries}
    with_value = [s for s in by_closing if keys[s.question.id] is not None]
    without = [s for s in by_closing if keys[s.question.id] is None]
    sign = -1.0 if reverse else 1.0
    return [*sorted(with_value, key=lambda s: sign * (keys[s.question.id] or 0.0)), *without]


def _negate(value: float | None) -> float | None:
    return None if value is None else -value


def _probability(s: QuestionSummary, forecaster_id: ForecasterId) -> float | None:
    standing = s.standings.get(forecaster_id)
    return None if standing is None else standing.p


def _change_size(s: QuestionSummary, view: ListView) -> float | None:
    move = measure_move(s, view.over, view.now)
    return None if move is None else abs(move.change)


def _forecast_time(s: QuestionSummary, view: ListView) -> float | None:
    standing = my_open_forecast(s, view.me)
    return None if standing is None else standing.since.timestamp()


def _gap_size(s: QuestionSummary, view: ListView) -> float | None:
    gap = find_widest_gap(s, view.me)
    return None if gap is None else gap.size


_SORT_KEYS: Final[Mapping[SortOrder, Callable[[QuestionSummary, ListView], float | None]]] = {
    "estimate": lambda s, view: _negate(_probability(s, SUGGESTION)),
    "change": lambda s, view: _negate(_change_size(s, view)),
    "crowd": lambda s, view: _negate(_probability(s, CROWD)),
    "mine": lambda s, view: _negate(_probability(s, view.me)),
    "review": lambda s, view: _negate(float(s.waiting)) if s.waiting else None,
    "stale": _forecast_time,
    "apart": lambda s, view: _negate(_gap_size(s, view)),
}


def my_open_forecast(s: QuestionSummary, me: ForecasterId) -> CurrentForecast | None:
    """Return my forecast on an open question, if any."""
    return s.standings.get(me) if s.status == "open" else None


def is_stale(s: QuestionSummary, view: ListView) -> bool:
    """Return True if I hold a forecast on the open question and have not confirmed it lately."""
    standing = my_open_forecast(s, view.me)
    return standing is not None and standing.since < view.now - STALE_AFTER
