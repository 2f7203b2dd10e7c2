"""Gather scenario sets with their history and board, and groups of questions."""

from datetime import datetime, timedelta

from forecasts.scenario_set import ScenarioSet, history
from tracker.essays.reading import on_the_board
from tracker.reading import summaries
from tracker.scenarios.board import rows
from tracker.scenarios.changing import scenario_set_or_refuse
from tracker.scenarios.values import Group, ScenarioPage, ScenarioSummary, Seat, Stood
from tracker.store import forecasts, links, scenarios
from tracker.store.engine import Session
from tracker.summaries import QuestionSummary

MOST_STEPS = 150
"""Instants of a history that are worked out: more than a chart has room for tell nothing new."""


def every(session: Session, now: datetime) -> tuple[ScenarioSummary, ...]:
    """All scenario sets as rows."""
    known = {row.question.id: row for row in summaries(session, now)}
    return tuple(ScenarioSummary(one, known[one.question_id]) for one in scenarios.every(session))


def page(session: Session, question_id: str, now: datetime) -> ScenarioPage:
    """Everything about one scenario set; raises `NotFound`."""
    found = scenario_set_or_refuse(session, question_id)
    known = {row.question.id: row for row in summaries(session, now)}
    summary = known[found.question_id]
    return ScenarioPage(
        scenario_set=found,
        summary=summary,
        board={row.question_id: _seat(known[row.question_id]) for row in found.rows},
        history=_history(session, found, summary, now),
        held={who: standing.distribution for who, standing in summary.standings.items()},
        forecasters=forecasts.forecasters(session),
    )


def _seat(summary: QuestionSummary) -> Seat:
    if summary.resolution is not None:
        answer = {"yes": 1.0, "no": 0.0}.get(summary.resolution.outcome)
        return Seat(summary, answer, f"answered {summary.resolution.outcome}")
    standing = on_the_board(summary)
    return Seat(summary, standing.p, standing.forecaster.name)


def _history(session: Session, found: ScenarioSet, summary: QuestionSummary, now: datetime) -> tuple[Stood, ...]:
    """How table and board moved the scenarios, from the opening to now or the close, at most so many steps."""
    question = summary.question
    until = min(now, question.closes_at)
    if until <= question.opens_at:
        return ()
    table = rows(session, [row.question_id for row in found.rows], until)
    days = max(1, (until - question.opens_at).days)
    step = timedelta(days=max(1, -(-days // MOST_STEPS)))
    instants, at = [], question.opens_at
    while at < until:
        instants.append(at)
        at += step
    boards = [(at, {row.question.id: p for row in table if (p := row.at(at)) is not None}) for at in [*instants, until]]
    return tuple(Stood(at, shares) for at, shares in history(question, found, boards))


def groups(session: Session, question_id: str, now: datetime) -> tuple[Group, ...]:
    """The links that a question is part of, with all their questions."""
    known = {row.question.id: row for row in summaries(session, now)}
    mine = [link for link in links.every(session) if question_id in link.question_ids]
    return tuple(Group(link, tuple(known[q] for q in link.question_ids)) for link in mine)
