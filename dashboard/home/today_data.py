"""Content of the home page: moves, evidence to review, due forecasts and answers, disagreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import Final

from dashboard.components.question_list import (
    POINT,
    Gap,
    Look,
    Move,
    as_of,
    gap,
    in_order,
    is_stale,
    move,
    my_open,
)
from forecasts.questions.question import is_overdue
from tracker.model.read_models import QuestionSummary

STRETCHES: Final = {
    "24 hours": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
"""Periods over which changes can be shown, by their words in the address."""

SOON: Final = timedelta(days=14)
"""A question closes soon if it closes within this time."""

APART: Final = log(2.0)
"""Minimum gap in log-odds that counts as disagreement: one's odds are twice the other's."""


@dataclass(frozen=True, slots=True)
class Morning:
    """Content of the home page; all lists are complete.

    moves      open questions that moved by a point or more, largest move first
    waiting    open questions with evidence to review, most first
    closing    open questions with a forecast of mine that close soon, next first
    stale      open questions with a stale forecast of mine that do not close soon, oldest first
    overdue    closed questions past their resolution date, longest wait first
    apart      open questions on which two of me, crowd and suggestion disagree, widest gap first
    """

    moves: tuple[Move, ...]
    waiting: tuple[QuestionSummary, ...]
    closing: tuple[QuestionSummary, ...]
    stale: tuple[QuestionSummary, ...]
    overdue: tuple[QuestionSummary, ...]
    apart: tuple[Gap, ...]

    @property
    def pieces(self) -> int:
        """Number of pieces of evidence to review."""
        return sum(s.waiting for s in self.waiting)


def counted(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool
) -> list[QuestionSummary]:
    """Select the questions for the home page; retrospective ones count in a replay only.

    A replay uses its own time, `now`.
    """
    return (
        as_of(summaries, now)
        if replayed
        else [s for s in summaries if not s.question.retrospective]
    )


def morning(summaries: Sequence[QuestionSummary], view: Look) -> Morning:
    """Build the content of the home page for the viewer, time and period of `view`."""
    open_ = [s for s in summaries if s.status == "open"]
    my_questions = in_order([s for s in open_ if my_open(s, view.me)], "stale", view)
    soon = view.now + SOON
    return Morning(
        moves=moves(open_, view.over, view.now),
        waiting=tuple(sorted((s for s in open_ if s.waiting), key=lambda s: -s.waiting)),
        closing=tuple(
            in_order([s for s in my_questions if s.question.closes_at <= soon], "closing", view)
        ),
        stale=tuple(s for s in my_questions if s.question.closes_at > soon and is_stale(s, view)),
        overdue=overdue(summaries, view.now),
        apart=_list_gaps(open_, view),
    )


def moves(summaries: Sequence[QuestionSummary], over: timedelta, now: datetime) -> tuple[Move, ...]:
    """List open questions that moved by a point or more in this period, largest move first."""
    large_moves = [
        change for s in summaries if (change := move(s, over, now)) and abs(change.change) >= POINT
    ]
    return tuple(sorted(large_moves, key=lambda c: -abs(c.change)))


def overdue(summaries: Sequence[QuestionSummary], now: datetime) -> tuple[QuestionSummary, ...]:
    """List closed questions past their resolution date, longest wait first."""
    due = [s for s in summaries if is_overdue(s.question, s.resolution, now)]
    return tuple(sorted(due, key=lambda s: s.question.resolves_at))


def _list_gaps(summaries: Sequence[QuestionSummary], view: Look) -> tuple[Gap, ...]:
    wide_gaps = [
        wide_gap for s in summaries if (wide_gap := gap(s, view.me)) and wide_gap.log_odds >= APART
    ]
    return tuple(sorted(wide_gaps, key=lambda wide_gap: -wide_gap.size))
