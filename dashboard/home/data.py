"""Content of the home page, also in words: moves, evidence, due forecasts, disagreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard.components.question_list import (
    MIN_GAP_LOG_ODDS,
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
from dashboard.components.sibling_rows import keep_due_siblings
from dashboard.wording.numbers import NBSP, format_age, format_points, percent_exact, plural
from dashboard.wording.questions import format_forecast
from forecasts.distributions.distribution import Distribution
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId, Question, is_overdue
from tracker.model.read_models import QuestionSummary

CHANGE_PERIODS: Final = {
    "24 hours": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
}
"""Periods over which changes can be shown, by their words in the address."""

CLOSING_SOON: Final = timedelta(days=14)
"""A question closes soon if it closes within this time."""


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
    """Select the questions for the home page; of the siblings of one only the one that is due.

    A replay uses its own time, `now`, and has all; else a retrospective question counts only
    while its answer is overdue.
    """
    return keep_due_siblings(
        refresh_states(summaries, now)
        if replayed
        else [
            s
            for s in summaries
            if not s.question.retrospective or is_overdue(s.question, s.resolution, now)
        ]
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


ARROW: Final = "\u2192"


def describe_move(before: float, after: float) -> str:
    """Describe a move with its start and end.

    >>> describe_move(0.34, 0.46).replace(NBSP, " ")
    'Up 12 points, 34% → 46%'
    """
    return (
        f"{capitalise(format_points(after - before))}, {percent_exact(before)} {ARROW} "
        f"{percent_exact(after)}"
    )


def describe_gap(pair: tuple[tuple[ForecasterId, float], tuple[ForecasterId, float]]) -> str:
    """Describe a disagreement and its size.

    >>> describe_gap(((ForecasterId("ada"), 0.3), (SUGGESTION, 0.55))).replace(NBSP, " ")
    '25 points apart: you 30%, estimate 55%'
    """
    (first_id, p), (second_id, q) = pair
    whole = int(abs(p - q) * 100 + 0.5)
    distance = plural(whole, "point") if whole else "Less than a point"
    first = f"{_forecaster_word(first_id)} {percent_exact(p)}"
    second = f"{_forecaster_word(second_id)} {percent_exact(q)}"
    return f"{distance} apart: {first}, {second}"


def _forecaster_word(forecaster_id: ForecasterId) -> str:
    return {CROWD: "crowd", SUGGESTION: "estimate"}.get(forecaster_id, "you")


def describe_stale(
    question: Question, distribution: Distribution, since: datetime, now: datetime
) -> str:
    """Describe a stale forecast: `40%, confirmed 45 days ago`."""
    return f"{format_forecast(question, distribution)}, confirmed {format_age(since, now)}"


def describe_closing(question: Question, distribution: Distribution, now: datetime) -> str:
    """Describe a question that closes soon: `Closes in 3 days, you hold 40%`."""
    return (
        f"Closes {format_age(question.closes_at, now)}, you hold "
        f"{format_forecast(question, distribution)}"
    )


def describe_overdue(question: Question, now: datetime) -> str:
    """Describe an overdue answer: `Due 3 days ago`."""
    return f"Due {format_age(question.resolves_at, now)}"


def no_moves_sentence(over: str, longer: int) -> str:
    """State that nothing moved, and how many questions did in a longer period.

    >>> no_moves_sentence("24 hours", 3).replace(NBSP, " ")
    'No open question moved by a point or more; 3 questions did in 30 days.'
    """
    more = (
        f"; {plural(longer, 'question')} did in 30{NBSP}days"
        if longer and over != "30 days"
        else ""
    )
    return f"No open question moved by a point or more{more}."


def overview_sentence(over: str, moves: int, pieces: int, due: tuple[int, int, int]) -> str:
    """Summarise moves and pending tasks in a sentence.

    `due` counts my forecasts that close soon, my stale forecasts, and overdue answers.

    >>> overview_sentence("7 days", 2, 12, (0, 0, 1)).replace(NBSP, " ")
    '**2 questions moved** in 7 days. 12 pieces of evidence to review, 1 answer overdue.'
    >>> overview_sentence("24 hours", 0, 0, (0, 0, 0)).replace(NBSP, " ")
    '**Nothing moved** in 24 hours. Nothing waits for you.'
    """
    closing, stale, late = due
    parts = [
        f"{plural(pieces, 'piece', 'pieces')} of evidence to review" if pieces else "",
        f"{plural(closing, 'forecast')} of yours close{'s' if closing == 1 else ''} soon"
        if closing
        else "",
        f"{plural(stale, 'forecast')} of yours not confirmed lately" if stale else "",
        f"{plural(late, 'answer')} overdue" if late else "",
    ]
    moved = f"{plural(moves, 'question')} moved" if moves else "Nothing moved"
    return (
        f"**{moved}** in {over.replace(' ', NBSP)}. "
        f"{', '.join(filter(None, parts)) or 'Nothing waits for you'}."
    )
