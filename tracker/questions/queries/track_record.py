"""Track record of one forecaster: skill over time, and the answered questions with their points."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    is_person,
)
from forecasts.scoring.common_time import Paths
from forecasts.scoring.rulebook import HEADLINE, HEADLINE_RULES, RuleName
from forecasts.scoring.scores import list_bare_scores, score_alone
from forecasts.scoring.skill_record import SkillRecord, TracedQuestion, trace_record
from forecasts.scoring.span_table import SpanTable
from forecasts.scoring.summary import skill_points
from tracker.model.read_models import AnsweredForecast, Choice, ForecasterRecord
from tracker.questions.queries.comparisons import UNINFORMED, QuestionLosses, trace_questions
from tracker.questions.queries.score_selection import gather_questions, load_table
from tracker.questions.queries.waiting import select_waiting
from tracker.storage import record
from tracker.storage.sessions import Session

_REFERENCES: Final = (HAZARD, PRIOR, UNINFORMED.id)
"""Forecasters with whom somebody alone is compared, the one that says most first."""


def trace_track_record(
    session: Session, choice: Choice, forecaster_id: ForecasterId, now: datetime
) -> ForecasterRecord:
    """Trace the record of a forecaster on the chosen questions."""
    selection = gather_questions(session, choice, now)
    counted = load_table(session, selection.countable, selection.resolutions)
    waiting = load_table(session, select_waiting(selection, now), selection.resolutions)
    losses = trace_questions(selection, counted)
    rule = _choose_rule(losses, forecaster_id)
    skill = None if rule is None else _trace_skill(losses[rule], forecaster_id)
    forecasters = {UNINFORMED.id: UNINFORMED, **record.list_forecasters(session)}
    answered = [
        *_list_answered(counted, forecaster_id, is_provisional=False),
        *_list_answered(waiting, forecaster_id, is_provisional=True),
    ]
    answered.sort(key=lambda a: (a.resolution.known_at, a.question.id), reverse=True)
    return ForecasterRecord(
        forecaster=forecasters.get(forecaster_id)
        or Forecaster(forecaster_id, forecaster_id, "person"),
        reference=None
        if skill is None or skill.reference is None
        else forecasters[skill.reference],
        rule=None if skill is None else rule,
        skill=skill,
        answered=tuple(answered),
    )


def _choose_rule(
    losses: dict[RuleName, tuple[QuestionLosses, ...]], name: ForecasterId
) -> RuleName | None:
    """Choose the headline rule of most questions on which a forecaster had a forecast."""
    counts = {rule: sum(name in q.paths for q in traced) for rule, traced in losses.items()}
    rule = max(counts, key=counts.__getitem__, default=None)
    return rule if rule is not None and counts[rule] else None


def _trace_skill(losses: Sequence[QuestionLosses], name: ForecasterId) -> SkillRecord | None:
    """Trace the skill beside other people, or against a reference where there are none."""
    people = dict.fromkeys(person for q in losses if len(q.people) > 1 for person in q.people)
    if name in people:
        traced = [TracedQuestion(q.question, q.family, q.answer, q.paths) for q in losses]
        beside = (SUGGESTION, CROWD)
        if (skill := trace_record(traced, name, people=people, computed=beside)) is not None:
            return skill
    met = {other for q in losses if name in q.paths for other in q.paths} | {UNINFORMED.id}
    reference = next(other for other in _REFERENCES if other in met and other != name)
    traced = [
        TracedQuestion(q.question, q.family, q.answer, _add_uninformed(q, reference))
        for q in losses
    ]
    return trace_record(traced, name, people=(), computed=(SUGGESTION,), reference=reference)


def _add_uninformed(q: QuestionLosses, reference: ForecasterId) -> Paths:
    if reference != UNINFORMED.id or q.uninformed is None:
        return q.paths
    return {**q.paths, UNINFORMED.id: q.uninformed}


def _list_answered(
    table: SpanTable, name: ForecasterId, *, is_provisional: bool
) -> list[AnsweredForecast]:
    """List the answered questions on which a forecaster had a forecast."""
    shown = np.array([other in (name, CROWD) for other in table.forecasters], dtype=np.bool_)
    kinds = {a.question.id: a.question.kind for a in table.answered}
    points = {
        (score.question_id, score.forecaster_id): skill_points(
            score.rule, score.skill_over_schedule
        )
        for score in list_bare_scores(score_alone(table.select(shown), HEADLINE_RULES))
        if score.rule == HEADLINE[kinds[score.question_id]] and score.mean_while_active is not None
    }
    return [
        AnsweredForecast(
            question=question,
            resolution=resolution,
            forecast=forecast,
            points=points[question.id, name],
            crowd_points=points.get((question.id, CROWD))
            if any(is_person(other) and other != name for other in standing.forecasters)
            else None,
            provisional_until=question.closes_at if is_provisional else None,
        )
        for question, resolution, standing in table.answered
        if (question.id, name) in points and (forecast := standing.find_last(name)) is not None
    ]
