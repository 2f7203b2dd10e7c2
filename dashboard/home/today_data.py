"""Content of the home page: moves, evidence to review, due forecasts and answers, disagreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import Final

from dashboard.components.question_list import (
    MIN_MOVE,
    ForecastGap,
    ListView,
    SuggestionMove,
    find_widest_gap,
    is_stale,
    measure_move,
    my_open_forecast,
    refresh_states,
    sort_questions,
)
from forecasts.questions.question import is_overdue
from tracker.model.read_models import QuestionSummary

CHANGE_PERIODS: Final = {
    "24 hours": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
"""Periods over which changes can be shown, by their words in the address."""

CLOSING_SOON: Final = timedelta(days=14)
"""A question closes soon if it closes within this time."""

MIN_GAP_LOG_ODDS: Final = log(2.0)
"""Minimum gap in log-odds that counts as disagreement: one's odds are twice the other's."""


@dataclass(frozen=True, slots=True)
class HomeOverview:
    """Content of the home page; all lists are complete.

    moves      open questions that moved by a point or more, largest move first
    waiting    open questions with evidence to review, most first
    closing    open questions with a forecast of mine that close soon, next first
    stale      open questions with a stale forecast of mine that do not close soon, oldest first
    overdue    closed questions past their resolution date, longest wait first
    apart      open questions on which two of me, crowd and suggestion disagree, widest gap first
    """

    moves: tuple[SuggestionMove, ...]
    waiting: tuple[QuestionSummary, ...]
    closing: tuple[QuestionSummary, ...]
    stale: tuple[QuestionSummary, ...]
    overdue: tuple[QuestionSummary, ...]
    apart: tuple[ForecastGap, ...]

    @property
    def pieces(self) -> int:
        """Number of pieces of evidence to review."""
        return sum(s.waiting for s in self.waiting)


def select_questions(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool
) -> list[QuestionSummary]:
    """Select the questions for the home page; retrospective ones count in a replay only.

    A replay uses its own time, `now`.
    """
    return (
        refresh_states(summaries, now)
        if replayed
        else [s for s in summaries if not s.question.retrospective]
    )


def build_overview(summaries: Sequence[QuestionSummary], view: ListView) -> HomeOverview:
    """Build the content of the home page for the viewer, time and period of `view`."""
    open_ = [s for s in summaries if s.status == "open"]
    my_questions = sort_questions([s for s in open_ if my_open_forecast(s, view.me)], "stale", view)
    soon = view.now + CLOSING_SOON
    return HomeOverview(
        moves=list_moves(open_, view.over, view.now),
        waiting=tuple(sorted((s for s in open_ if s.waiting), key=lambda s: -s.waiting)),
        closing=tuple(
            sort_questions(
                [s for s in my_questions if s.question.closes_at <= soon], "closing", view
            )
        ),
        stale=tuple(s for s in my_questions if s.question.closes_at > soon and is_stale(s, view)),
        overdue=list_overdue(summaries, view.now),
        apart=_list_gaps(open_, view),
    )


def list_moves(
    summaries: Sequence[QuestionSummary], over: timedelta, now: datetime
) -> tuple[SuggestionMove, ...]:
    """List open questions that moved by a point or more in this period, largest move first."""
    large_moves = [
        change
        for s in summaries
        if (change := measure_move(s, over, now)) and abs(change.change) >= MIN_MOVE
    ]
    return tuple(sorted(large_moves, key=lambda c: -abs(c.change)))


def list_overdue(
    summaries: Sequence[QuestionSummary], now: datetime
) -> tuple[QuestionSummary, ...]:
    """List closed questions past their resolution date, longest wait first."""
    due = [s for s in summaries if is_overdue(s.question, s.resolution, now)]
    return tuple(sorted(due, key=lambda s: s.question.resolves_at))


def _list_gaps(summaries: Sequence[QuestionSummary], view: ListView) -> tuple[ForecastGap, ...]:
    wide_gaps = [
        wide_gap
        for s in summaries
        if (wide_gap := find_widest_gap(s, view.me)) and wide_gap.log_odds >= MIN_GAP_LOG_ODDS
    ]
    return tuple(sorted(wide_gaps, key=lambda wide_gap: -wide_gap.size))
