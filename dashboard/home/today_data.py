"""What a person should know in the morning: what moved, what waits, what is due, who disagrees."""

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
"""Over how long one may ask what moved, by its words in the address."""

SOON: Final = timedelta(days=14)
"""A question closes soon when it closes within this time."""

APART: Final = log(2.0)
"""From this gap in log-odds on two disagree: the odds of one are twice those of the other."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What stands on the first page, each list whole and the first thing first.

    moves      open questions that moved by a point or more, the largest move first waiting    open
    questions with evidence to review, the most first closing    open questions that close soon and
    on which I hold a forecast, the next first stale      open questions with a forecast of mine
    that is stale and that do not close soon, the oldest first overdue    closed questions whose
    answer was due, the longest wait first apart      open questions on which two of me, crowd and
    suggestion disagree, the widest gap in points first
    """

    moves: tuple[Move, ...]
    waiting: tuple[QuestionSummary, ...]
    closing: tuple[QuestionSummary, ...]
    stale: tuple[QuestionSummary, ...]
    overdue: tuple[QuestionSummary, ...]
    apart: tuple[Gap, ...]

    @property
    def pieces(self) -> int:
        """How many pieces of evidence wait for review."""
        return sum(s.waiting for s in self.waiting)


def counted(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool
) -> list[QuestionSummary]:
    """The questions that a morning is about: questions that look back are practice, and count in a
    replay only.

    A replay stands at its own time, `now`.
    """
    return (
        as_of(summaries, now)
        if replayed
        else [s for s in summaries if not s.question.retrospective]
    )


def morning(summaries: Sequence[QuestionSummary], look: Look) -> Morning:
    """What there is to know at `look.now` for `look.me`, with the moves over `look.over`."""
    open_ = [s for s in summaries if s.status == "open"]
    held = in_order([s for s in open_ if my_open(s, look.me)], "stale", look)
    later = look.now + SOON
    return Morning(
        moves=moves(open_, look.over, look.now),
        waiting=tuple(sorted((s for s in open_ if s.waiting), key=lambda s: -s.waiting)),
        closing=tuple(
            in_order([s for s in held if s.question.closes_at <= later], "closing", look)
        ),
        stale=tuple(s for s in held if s.question.closes_at > later and is_stale(s, look)),
        overdue=overdue(summaries, look.now),
        apart=_apart(open_, look),
    )


def moves(summaries: Sequence[QuestionSummary], over: timedelta, now: datetime) -> tuple[Move, ...]:
    """Open questions that moved by a point or more in this time, the largest move first."""
    found = [
        moved for s in summaries if (moved := move(s, over, now)) and abs(moved.change) >= POINT
    ]
    return tuple(sorted(found, key=lambda each: -abs(each.change)))


def overdue(summaries: Sequence[QuestionSummary], now: datetime) -> tuple[QuestionSummary, ...]:
    """Closed questions whose answer was due, the longest wait first."""
    due = [s for s in summaries if is_overdue(s.question, s.resolution, now)]
    return tuple(sorted(due, key=lambda s: s.question.resolves_at))


def _apart(summaries: Sequence[QuestionSummary], look: Look) -> tuple[Gap, ...]:
    found = [each for s in summaries if (each := gap(s, look.me)) and each.log_odds >= APART]
    return tuple(sorted(found, key=lambda each: -each.size))
