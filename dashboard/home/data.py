"""Content of the home page: moves, tasks and disagreements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from dashboard.components.question_list import (
    MIN_MOVE,
    DatedMove,
    ForecastGap,
    ListView,
    find_widest_gap,
    is_stale,
    my_open_forecast,
    sort_questions,
)
from dashboard.components.sibling_rows import keep_due_siblings
from forecasts.questions.question import Question, QuestionId, is_overdue
from forecasts.statistics.gaps import MIN_GAP
from tracker.model.comments import WideGap
from tracker.model.read_models import QuestionSummary

Period = Literal["Since your last visit", "24 hours", "7 days", "30 days"]

CHANGE_PERIODS: Final[dict[Period, timedelta]] = {
    "24 hours": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
"""Periods over which changes can be shown, by their words in the address."""

SINCE_LAST_VISIT: Final[Period] = "Since your last visit"

HISTORY_LENGTH: Final = timedelta(days=90)
"""Time over which the estimates of a summary reach back."""

VISIT_GAP: Final = timedelta(hours=4)
"""Time without a look at the page after which the next one is another visit."""

CLOSING_SOON: Final = timedelta(days=14)
"""A question closes soon if it closes within this time."""

LATE_FORECAST_AGE: Final = timedelta(days=7)
"""A forecast on a question that closes soon is due to be confirmed after this time."""

OLD_ANSWER_AGE: Final = timedelta(days=365)
"""An answer overdue for longer than this is not asked for every day."""

MAX_SAMPLES: Final = 3
"""Questions offered for a forecast while none closes soon."""


TaskKind = Literal["confirm", "forecast"]


@dataclass(frozen=True, slots=True)
class ForecastTask:
    """Question on which a forecast of mine is to be confirmed, or is missing."""

    kind: TaskKind
    summary: QuestionSummary
    is_due: bool = True


@dataclass(frozen=True, slots=True)
class HomeOverview:
    """Content of the home page; all lists are complete.

    moves        open questions that moved by a point or more, largest move first
    last_moves   the last moves there were, newest first, if nothing moved in the period
    waiting      open questions with evidence to review, most first
    forecasts    forecasts of mine to confirm, then questions that close soon without one; if none
                 of these closes soon, the next that do, which are not due
    overdue      closed questions past their resolution date, by a year at most, latest first
    apart        open questions with a wide gap to another person, then those on which two of me,
                 crowd and estimate disagree, the widest gap first
    """

    moves: tuple[DatedMove, ...]
    last_moves: tuple[DatedMove, ...]
    waiting: tuple[QuestionSummary, ...]
    forecasts: tuple[ForecastTask, ...]
    overdue: tuple[QuestionSummary, ...]
    apart: tuple[ForecastGap, ...]

    @property
    def pieces(self) -> int:
        """Number of pieces of evidence to review."""
        return sum(s.waiting for s in self.waiting)

    @property
    def due_forecasts(self) -> int:
        """Number of forecasts that are due."""
        return sum(task.is_due for task in self.forecasts)


def read_visits(cookie: str, now: datetime) -> tuple[datetime | None, str]:
    """Return the time of the last visit, if known, and the cookie to keep.

    A cookie has the times of the last visit and of the last look, in seconds; looks within
    `VISIT_GAP` of each other are one visit.

    >>> now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    >>> _, kept = read_visits("", now)
    >>> read_visits(kept, now + timedelta(hours=1))[0]
    >>> print(read_visits(kept, now + timedelta(days=2))[0])
    2026-11-28 12:00:00+00:00
    """
    seconds = int(now.timestamp()) // 60 * 60
    parts = cookie.split(".")
    times = [int(part) for part in parts if part.isdecimal() and len(part) < 12]
    visit, look = times if len(times) == len(parts) == 2 else (0, 0)
    if not 0 <= visit <= look <= seconds:
        visit, look = 0, 0
    if seconds - look > VISIT_GAP.total_seconds():
        visit = look
    since = datetime.fromtimestamp(visit, UTC) if visit else None
    return since, f"{visit}.{seconds}"


def select_questions(
    summaries: Sequence[QuestionSummary], *, replayed: bool
) -> list[QuestionSummary]:
    """Select the questions for the home page; of the siblings of one only the one that is due.

    Retrospective questions count in a replay only.
    """
    return keep_due_siblings(s for s in summaries if replayed or not s.question.retrospective)


def build_overview(
    summaries: Sequence[QuestionSummary],
    view: ListView,
    proposed: Collection[QuestionId] = (),
    wide: Sequence[WideGap] = (),
) -> HomeOverview:
    """Build the content of the home page for the viewer, time and period of `view`.

    `proposed` are questions with a proposed answer, which are not asked for again; `wide` are gaps
    to other people that wait for a talk.
    """
    open_ = [s for s in summaries if s.status == "open"]
    moves = list_moves(open_, view.over, view.now)
    overdue = sorted(
        (
            s
            for s in summaries
            if is_overdue(s.question, s.resolution, view.now)
            and s.question.resolves_at >= view.now - OLD_ANSWER_AGE
            and s.question.id not in proposed
        ),
        key=lambda s: s.question.resolves_at,
        reverse=True,
    )
    return HomeOverview(
        moves=moves,
        last_moves=() if moves else _list_last_moves(open_),
        waiting=tuple(sorted((s for s in open_ if s.waiting), key=lambda s: -s.waiting)),
        forecasts=(*_list_to_confirm(open_, view), *_list_to_forecast(open_, view)),
        overdue=tuple(overdue),
        apart=_list_gaps(open_, view, wide),
    )


def list_moves(
    summaries: Sequence[QuestionSummary], over: timedelta, now: datetime
) -> tuple[DatedMove, ...]:
    """List open questions that moved by a point or more in this period, largest move first."""
    moves = [move for s in summaries if (move := _find_move(s, over, now))]
    return tuple(sorted(moves, key=lambda move: -abs(move.change)))


def _find_move(s: QuestionSummary, over: timedelta, now: datetime) -> DatedMove | None:
    """Find the move of the period: from its beginning, or else from the first known estimate."""
    if s.status != "open" or not s.history:
        return None
    since, before = next(
        ((at, p) for at, p in reversed(s.history) if at <= now - over), s.history[0]
    )
    until, after = s.history[-1]
    return DatedMove(s, since, until, before, after) if abs(after - before) >= MIN_MOVE else None


def _list_last_moves(summaries: Sequence[QuestionSummary]) -> tuple[DatedMove, ...]:
    """List the last move of each question, newest first."""
    moves = [move for s in summaries if (move := _find_last_move(s))]
    return tuple(sorted(moves, key=lambda move: move.until, reverse=True))


def _find_last_move(s: QuestionSummary) -> DatedMove | None:
    """Find the last revision of an estimate by a point or more."""
    pairs = list(zip(s.history, s.history[1:], strict=False))
    return next(
        (
            DatedMove(s, since, until, before, after)
            for (since, before), (until, after) in reversed(pairs)
            if abs(after - before) >= MIN_MOVE
        ),
        None,
    )


def _list_to_confirm(open_: Sequence[QuestionSummary], view: ListView) -> list[ForecastTask]:
    """List forecasts of mine to confirm: those that close soon, then the oldest."""
    mine = sort_questions([s for s in open_ if my_open_forecast(s, view.me)], "stale", view)
    soon = [s for s in mine if _closes_soon(s, view) and _is_late(s, view)]
    stale = [s for s in mine if not _closes_soon(s, view) and is_stale(s, view)]
    return [ForecastTask("confirm", s) for s in (*sort_questions(soon, "closing", view), *stale)]


def _is_late(s: QuestionSummary, view: ListView) -> bool:
    standing = my_open_forecast(s, view.me)
    return standing is not None and standing.since < view.now - LATE_FORECAST_AGE


def _list_to_forecast(open_: Sequence[QuestionSummary], view: ListView) -> list[ForecastTask]:
    """List questions without a forecast of mine that close soon; if none, some of the next."""
    missing = sort_questions([s for s in open_ if view.me not in s.standings], "closing", view)
    soon = [ForecastTask("forecast", s) for s in missing if _closes_soon(s, view)]
    next_ones = [s for s in missing if s.question.kind == "binary"][:MAX_SAMPLES]
    return soon or [ForecastTask("forecast", s, is_due=False) for s in next_ones]


def _closes_soon(s: QuestionSummary, view: ListView) -> bool:
    return s.question.closes_at <= view.now + CLOSING_SOON


def _list_gaps(
    summaries: Sequence[QuestionSummary], view: ListView, wide: Sequence[WideGap]
) -> tuple[ForecastGap, ...]:
    by_id = {s.question.id: s for s in summaries}
    to_people = {
        gap.question_id: ForecastGap(
            by_id[gap.question_id], view.me, gap.other.id, gap.p, gap.other_p
        )
        for gap in wide
        if gap.question_id in by_id
    }
    other_gaps = [
        gap
        for s in summaries
        if s.question.id not in to_people
        and (gap := find_widest_gap(s, view.me))
        and gap.log_odds >= MIN_GAP
    ]
    return (*to_people.values(), *sorted(other_gaps, key=lambda gap: -gap.size))


def choose_sample(questions: Sequence[Question], now: datetime) -> Question | None:
    """Choose the yes-no question to try first: the next to close of those that are open."""
    open_ones = [
        q
        for q in questions
        if q.kind == "binary" and not q.retrospective and q.opens_at <= now < q.closes_at
    ]
    return min(open_ones, key=lambda q: (q.closes_at, q.id), default=None)


def find_summary(
    summaries: Sequence[QuestionSummary], question_id: QuestionId
) -> QuestionSummary | None:
    """Find a question among summaries."""
    return next((s for s in summaries if s.question.id == question_id), None)
