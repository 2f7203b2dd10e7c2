"""Build pages and summaries of scenario sets, and groups of linked questions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import isclose

from forecasts.questions.families import FamilyId
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import ScenarioSet, posterior_history
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import (
    BoardEntry,
    LinkGroup,
    ScenarioPage,
    ScenarioShares,
    ScenarioSummary,
)
from tracker.questions.queries.families import load_families
from tracker.questions.queries.question_list import (
    SummariesByQuestion,
    board_forecast,
    summarise_questions,
)
from tracker.questions.scenarios.board_timelines import load_board_timelines
from tracker.questions.scenarios.scenario_edits import fill_descriptions, require_scenario_set
from tracker.storage import questions, record, scenarios
from tracker.storage.sessions import Session

MAX_HISTORY_STEPS = 150
"""Maximum number of instants in a history, about the resolution of a chart."""

_ROUNDING = 1e-12  # shares that moved by less did not move


def summarise_scenario_sets(session: Session, now: datetime) -> tuple[ScenarioSummary, ...]:
    """Summarise all scenario sets."""
    stored = scenarios.list_scenario_sets(session)
    known = _index_summaries(session, now, {s.question_id for s in stored})
    sets = [(s, known[s.question_id]) for s in stored]
    return tuple(
        ScenarioSummary(fill_descriptions(scenario_set, summary.question), summary)
        for scenario_set, summary in sets
    )


def load_scenario_page(session: Session, question_id: str, now: datetime) -> ScenarioPage:
    """Build the page of a scenario set; raises `NotFound`."""
    scenario_set = require_scenario_set(session, question_id)
    rows = {row.question_id for row in scenario_set.rows}
    known = _index_summaries(session, now, {scenario_set.question_id, *rows})
    summary = known[scenario_set.question_id]
    families = load_families(session, questions.list_questions(session))
    return ScenarioPage(
        scenario_set=scenario_set,
        summary=summary,
        board={row.question_id: _build_entry(known[row.question_id]) for row in scenario_set.rows},
        families={row.question_id: families[row.question_id] for row in scenario_set.rows},
        history=_build_history(session, summary, families, now),
        held={
            forecaster_id: standing.distribution
            for forecaster_id, standing in summary.standings.items()
        },
        forecasters=record.list_forecasters(session),
    )


def _index_summaries(
    session: Session, now: datetime, only: Collection[QuestionId]
) -> SummariesByQuestion:
    return {row.question.id: row for row in summarise_questions(session, now, only)}


def _build_entry(summary: QuestionSummary) -> BoardEntry:
    if summary.resolution is not None:
        answer = {"yes": 1.0, "no": 0.0}.get(summary.resolution.outcome)
        return BoardEntry(summary, answer, f"answered {summary.resolution.outcome}")
    standing = board_forecast(summary)
    return BoardEntry(summary, standing.p, standing.forecaster.name)


def _build_history(
    session: Session,
    summary: QuestionSummary,
    families: Mapping[QuestionId, FamilyId],
    now: datetime,
) -> tuple[ScenarioShares, ...]:
    """Return the scenario shares over time, from the opening to now or the close.

    Each instant uses the table of its time, so that a later row leaves the past unchanged; before
    the set was made, its first table.
    """
    question = summary.question
    until = min(now, question.closes_at)
    if until <= question.opens_at:
        return ()
    versions = scenarios.list_scenario_set_versions(session, question.id)
    table = load_board_timelines(
        session, sorted({row.question_id for _, version in versions for row in version.rows}), until
    )
    boards = [
        (at, {r.question.id: p for r in table if (p := r.at(at)) is not None})
        for at in _history_instants(question, until)
    ]
    steps: list[ScenarioShares] = []
    for version_then, group in groupby(boards, lambda board: _version_at(versions, board[0])):
        for at, shares in posterior_history(question, version_then, group, families):
            if not steps or not _shares_equal(shares, steps[-1].shares):
                steps.append(ScenarioShares(at, shares))
    return tuple(steps)


def _history_instants(question: Question, until: datetime) -> list[datetime]:
    days = max(1, (until - question.opens_at).days)
    step = timedelta(days=max(1, -(-days // MAX_HISTORY_STEPS)))
    instants, at = [], question.opens_at
    while at < until:
        instants.append(at)
        at += step
    return [*instants, until]


def _version_at(versions: Sequence[tuple[datetime, ScenarioSet]], at: datetime) -> ScenarioSet:
    return next(
        (version for made_at, version in reversed(versions) if made_at <= at), versions[0][1]
    )


def _shares_equal(shares: Sequence[float], before: Sequence[float]) -> bool:
    return all(
        isclose(a, b, rel_tol=0.0, abs_tol=_ROUNDING) for a, b in zip(shares, before, strict=True)
    )


def load_groups(session: Session, question_id: str, now: datetime) -> tuple[LinkGroup, ...]:
    """Return the links of a question, with all their questions; its siblings stand elsewhere."""
    own_links = [
        link
        for link in scenarios.list_links(session)
        if question_id in link.question_ids and link.kind != "sibling"
    ]
    known = _index_summaries(
        session, now, {name for link in own_links for name in link.question_ids}
    )
    return tuple(
        LinkGroup(link, tuple(known[q] for q in link.question_ids if q in known))
        for link in own_links
    )
