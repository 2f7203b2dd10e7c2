"""Gather scenario sets with their history and board, and groups of questions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import isclose

from forecasts.questions.question import Question
from forecasts.scenarios.scenario_set import ScenarioSet, history
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import Group, ScenarioPage, ScenarioSummary, Seat, Stood
from tracker.questions.queries.current_forecasts import on_the_board
from tracker.questions.queries.question_list import summaries
from tracker.questions.scenarios.board import rows
from tracker.questions.scenarios.changing import described, scenario_set_or_refuse
from tracker.storage import forecasts, links, scenarios
from tracker.storage.sessions import Session

MOST_STEPS = 150
"""Instants of a history that are worked out: more than a chart has room for tell nothing new."""

_ROUNDING = 1e-12  # shares that moved by less did not move


def every(session: Session, now: datetime) -> tuple[ScenarioSummary, ...]:
    """All scenario sets as rows."""
    known = {row.question.id: row for row in summaries(session, now)}
    found = [(one, known[one.question_id]) for one in scenarios.every(session)]
    return tuple(
        ScenarioSummary(described(one, summary.question), summary) for one, summary in found
    )


def page(session: Session, question_id: str, now: datetime) -> ScenarioPage:
    """Everything about one scenario set; raises `NotFound`."""
    found = scenario_set_or_refuse(session, question_id)
    known = {row.question.id: row for row in summaries(session, now)}
    summary = known[found.question_id]
    return ScenarioPage(
        scenario_set=found,
        summary=summary,
        board={row.question_id: _seat(known[row.question_id]) for row in found.rows},
        history=_history(session, summary, now),
        held={who: standing.distribution for who, standing in summary.standings.items()},
        forecasters=forecasts.forecasters(session),
    )


def _seat(summary: QuestionSummary) -> Seat:
    if summary.resolution is not None:
        answer = {"yes": 1.0, "no": 0.0}.get(summary.resolution.outcome)
        return Seat(summary, answer, f"answered {summary.resolution.outcome}")
    standing = on_the_board(summary)
    return Seat(summary, standing.p, standing.forecaster.name)


def _history(session: Session, summary: QuestionSummary, now: datetime) -> tuple[Stood, ...]:
    """How table and board moved the scenarios, from the opening to now or the close, at most so
    many steps.

    Each instant is told by the table as it stood then, so that a row that is changed today leaves
    the past as it was; before the set was made, by its first table.
    """
    question = summary.question
    until = min(now, question.closes_at)
    if until <= question.opens_at:
        return ()
    versions = scenarios.versions(session, question.id)
    table = rows(
        session, sorted({row.question_id for _, one in versions for row in one.rows}), until
    )
    boards = [
        (at, {r.question.id: p for r in table if (p := r.at(at)) is not None})
        for at in _instants(question, until)
    ]
    found: list[Stood] = []
    for then, stretch in groupby(boards, lambda board: _as_it_stood(versions, board[0])):
        for at, shares in history(question, then, stretch):
            if not found or not _same(shares, found[-1].shares):
                found.append(Stood(at, shares))
    return tuple(found)


def _instants(question: Question, until: datetime) -> list[datetime]:
    days = max(1, (until - question.opens_at).days)
    step = timedelta(days=max(1, -(-days // MOST_STEPS)))
    instants, at = [], question.opens_at
    while at < until:
        instants.append(at)
        at += step
    return [*instants, until]


def _as_it_stood(versions: Sequence[tuple[datetime, ScenarioSet]], at: datetime) -> ScenarioSet:
    return next((one for made, one in reversed(versions) if made <= at), versions[0][1])


def _same(shares: Sequence[float], before: Sequence[float]) -> bool:
    return all(
        isclose(a, b, rel_tol=0.0, abs_tol=_ROUNDING) for a, b in zip(shares, before, strict=True)
    )


def groups(session: Session, question_id: str, now: datetime) -> tuple[Group, ...]:
    """The links that a question is part of, with all their questions."""
    known = {row.question.id: row for row in summaries(session, now)}
    mine = [link for link in links.every(session) if question_id in link.question_ids]
    return tuple(Group(link, tuple(known[q] for q in link.question_ids)) for link in mine)
